"""README's blocks run: every console line with the printed answer that stands below it, every Python block."""

import doctest
import re
import shlex
from pathlib import Path

import pytest

from symkv.cli import main

README = Path(__file__).parent.parent / "README.md"
CONSOLE = re.findall(r"```console\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)
PYTHON = re.findall(r"```python\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)


COMMAND = re.compile(r"^\$ symkv (.*)\n((?:(?!\$ ).*\n)*)", re.MULTILINE)


@pytest.mark.parametrize("block", CONSOLE, ids=lambda block: block.splitlines()[0])
def test_a_command_prints_what_the_readme_says(block, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "derivations").symlink_to(README.parent / "derivations")
    for command, shown in COMMAND.findall(block):
        assert main(shlex.split(command)) == 0
        printed = capsys.readouterr().out
        assert shown.strip(), "a command in the README shows what it prints"
        checker = doctest.OutputChecker()
        assert checker.check_output(shown, printed, doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE), printed


@pytest.mark.parametrize("block", PYTHON)
def test_a_python_block_gives_what_the_readme_says(block):
    parser, runner = doctest.DocTestParser(), doctest.DocTestRunner(verbose=False)
    runner.run(parser.get_doctest(block, {}, "README", None, 0))
    assert runner.failures == 0


def test_the_readme_has_both_commands_and_blocks_to_run():
    text = README.read_text(encoding="utf-8")
    assert "python3 -m venv .venv && .venv/bin/pip install -q . && .venv/bin/symkv report" in text
    assert "python3 -m venv .venv && .venv/bin/pip install -q -e '.[test]' && .venv/bin/pytest" in text
    assert CONSOLE
    assert PYTHON
