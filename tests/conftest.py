"""On CI a test that skips, because a real component is missing, fails."""

import os

import pytest
from hypothesis import settings

from symkv.cli import main

collect_ignore_glob = ["oracles/*"]  # measured in an environment of their own, which has torch and transformers

settings.register_profile("shared", deadline=None)  # a busy machine is not a failing law
settings.load_profile("shared")


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    outcome = yield
    report = outcome.get_result()
    if report.skipped and os.environ.get("CI") == "true":
        report.outcome = "failed"
        report.longrepr = f"{item.nodeid} skipped on CI: {report.longrepr}"


@pytest.fixture
def symkv(capsys):
    """Runs a command line in this process: (exit status, stdout, stderr)."""

    def run(*argv):
        status = main(list(argv))
        out, err = capsys.readouterr()
        return status, out, err

    return run
