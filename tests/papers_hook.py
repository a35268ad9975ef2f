"""The pre-commit hook as others install it, with the real pre-commit against a temporary git repository.

    python -m tests.papers_hook          # installs symkv in pre-commit's own environment: a minute or two

`prepare` and `run` are also what the suite uses, with the environment that is there.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parent.parent
SAMPLE = ROOT / "tests" / "papers" / "sample"
PRE_COMMIT = [sys.executable, "-m", "pre_commit"]
IDENTITY = {
    "GIT_AUTHOR_NAME": "a", "GIT_AUTHOR_EMAIL": "a@example.org",
    "GIT_COMMITTER_NAME": "a", "GIT_COMMITTER_EMAIL": "a@example.org",
}  # fmt: skip


def git(folder, *arguments):
    """Run git in a folder, away from the settings of the user."""
    command = ["git", "-C", str(folder), "-c", "init.defaultBranch=main", *arguments]
    return subprocess.run(command, env=_environment(folder), check=True, capture_output=True, text=True)


def _environment(folder):
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    return {**kept, **IDENTITY, "GIT_CONFIG_GLOBAL": os.devnull, "HOME": str(folder)}


def commit_all(folder):
    """A repository in a folder with everything in it committed."""
    git(folder, "init", "-q")
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "-m", "a paper")
    return folder


def paper_repository(folder):
    """A user's repository: the sample paper in a folder of its own, and a text that is no paper."""
    shutil.copytree(SAMPLE, folder / "paper")
    (folder / "README.md").write_text("A paper.\n")
    return commit_all(folder)


def try_repo(hooks, user, hook, *files, cache, path=""):
    """`pre-commit try-repo` of one hook on files: (exit status, output)."""
    environment = {**_environment(user), "PRE_COMMIT_HOME": str(cache)}
    environment["PATH"] = os.pathsep.join(filter(None, [path, environment["PATH"]]))
    which = ["--files", *files] if files else ["--all-files"]
    command = [*PRE_COMMIT, "try-repo", str(hooks), hook, "--verbose", "--color", "never", *which]
    done = subprocess.run(command, cwd=user, env=environment, capture_output=True, text=True, timeout=900, check=False)
    return done.returncode, done.stdout + done.stderr


def main():
    """The hook installed by pre-commit itself from a copy of what is committed here."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "hooks").mkdir()
        archive = subprocess.run(["git", "-C", str(ROOT), "archive", "HEAD"], check=True, capture_output=True)
        subprocess.run(["tar", "-x", "-C", str(folder / "hooks")], input=archive.stdout, check=True)
        commit_all(folder / "hooks")
        (folder / "user").mkdir()
        paper_repository(folder / "user")
        status, out = try_repo(folder / "hooks", folder / "user", "symkv-papers", cache=folder / "cache")
        print(out)
        assert status == 1
        assert "equations and numbers: 20 proved, 10 refuted" in out


if __name__ == "__main__":
    main()
