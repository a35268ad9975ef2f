"""The pre-commit hooks, run by the real pre-commit: the right files, the right verdict, the right exit status."""

import json
import shutil
import sys
from pathlib import Path

import pytest

from tests.papers_hook import ROOT, commit_all, git, paper_repository, try_repo

pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif(shutil.which("git") is None, reason="no git"),
]


@pytest.fixture
def places(tmp_path):
    """The hooks of this project, run with the symkv that is tested, and a user's repository."""
    hooks = tmp_path / "hooks"
    hooks.mkdir()
    text = (ROOT / ".pre-commit-hooks.yaml").read_text()
    assert text.count("language: python\n") == 2
    (hooks / ".pre-commit-hooks.yaml").write_text(text.replace("language: python\n", "language: system\n"))
    user = tmp_path / "user"
    user.mkdir()
    return commit_all(hooks), paper_repository(user)


def run(places, tmp_path, *files, hook="symkv-papers"):
    return try_repo(*places, hook, *files, cache=tmp_path / "cache", path=str(Path(sys.executable).parent))


def test_the_hook_refuses_the_sample_paper_with_its_ten_mistakes(places, tmp_path):
    status, out = run(places, tmp_path)
    assert status == 1
    assert "equations and numbers: 20 proved, 10 refuted" in out
    assert "paper/sections/windows.tex:19:11" in out
    assert "takes max where min is meant" in out
    assert out.count("equations and numbers:") == 1, "sections are not checked a second time"


def test_a_section_stands_for_its_paper_and_other_files_are_left_alone(places, tmp_path):
    status, out = run(places, tmp_path, "paper/sections/numbers.tex")
    assert (status, "20 proved, 10 refuted" in out) == (1, True)
    status, out = run(places, tmp_path, "README.md")
    assert (status, "Skipped" in out) == (0, True)


def test_the_hook_passes_a_paper_without_mistakes(places, tmp_path):
    _, user = places
    shutil.rmtree(user / "paper")
    (user / "right.tex").write_text("\\[ \\kappa = 2\\,L\\,n_{kv}\\,d_h\\,b \\] %!symkv equals gqa.growth\n")
    git(user, "add", "-A")
    status, out = run(places, tmp_path)
    assert (status, "1 proved" in out) == (0, True)


def test_the_hook_for_claims_compares_printed_values(places, tmp_path):
    claim = 'id = "a"\nexpression = "2*3"\nprinted = "{}"\nsource = "own"\n'
    for printed, expected in (("6", 0), ("7", 1)):
        (places[1] / "claims.toml").write_text("[[claim]]\n" + claim.format(printed))
        git(places[1], "add", "-A")
        assert run(places, tmp_path, "claims.toml", hook="symkv-claims")[0] == expected


def test_the_hook_never_runs_code_of_the_repository(places, tmp_path):
    canary = tmp_path / "canary"
    (places[1] / "evil.tex").write_text(f"\\immediate\\write18{{touch {canary}}} \\input{{|touch {canary}}}\n")
    (places[1] / "evil.symkv.toml").write_text(f"[notation]\nn_kv_heads = {json.dumps('H' + chr(92) + 'write18')}\n")
    git(places[1], "add", "-A")
    status, out = run(places, tmp_path, "evil.tex")
    assert status == 1  # pre-commit's own, for a hook that fails
    assert "must not hold" in out
    assert not canary.exists()
