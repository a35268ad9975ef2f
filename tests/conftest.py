"""On CI a test that skips, because a real component is missing, fails."""

import os

import pytest
from hypothesis import settings

settings.register_profile("shared", deadline=None)  # a busy machine is not a failing law
settings.load_profile("shared")


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    outcome = yield
    report = outcome.get_result()
    if report.skipped and os.environ.get("CI") == "true":
        report.outcome = "failed"
        report.longrepr = f"{item.nodeid} skipped on CI: {report.longrepr}"
