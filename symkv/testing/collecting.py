"""Derivations, claims, certificates and annotated papers as test items of pytest, one for each step, claim, equation.

A file is collected where `symkv_files` matches it or the command line names it. What nobody can decide fails, as what
is refuted does; a premise is assumed and passes.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from symkv.errors import SymkvError
from symkv.testing.items import CoverageItem, EquationItem, StepItem, ValueItem

if TYPE_CHECKING:
    from symkv.derivations import Derivation
    from symkv.papers import Item as PaperItem

SUFFIXES = (".py", ".toml", ".json", ".tex")


class Collecting:
    """The hooks that are registered with `--symkv`."""

    def __init__(self, config: pytest.Config) -> None:
        self.root = config.rootpath
        self.files = frozenset(_matched(config))
        if config.args_source is not pytest.Config.ArgsSource.ARGS:
            _extend(config, self.files)

    def pytest_collect_file(self, file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
        """A collector for a file of symkv's."""
        if not self._is_wanted(file_path, parent.session):
            return None
        kind = PaperFile if file_path.suffix == ".tex" else DerivationFile
        return kind.from_parent(parent, path=file_path)

    @pytest.hookimpl(tryfirst=True)
    def pytest_pycollect_makemodule(self, module_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
        """Nothing of what pytest would find in a derivation file as a test module."""
        return Nothing.from_parent(parent, path=module_path) if self._is_wanted(module_path, parent.session) else None

    @cached_property
    def _taken_in(self) -> frozenset[Path]:
        """The matched files that are sections of another matched paper, whose items they are."""
        from symkv.papers import read_paper

        papers = [path for path in self.files if path.suffix == ".tex"]
        found: set[Path] = set()
        for path in papers if len(papers) > 1 else ():
            try:
                found |= {(path.parent / file).resolve() for file in read_paper(path).files} - {path.resolve()}
            except SymkvError:  # told where the paper itself is collected
                continue
        return frozenset(path for path in papers if path.resolve() in found)

    def _is_wanted(self, path: Path, session: pytest.Session) -> bool:
        if path.suffix not in SUFFIXES:
            return False
        if path.name.endswith(".symkv.toml") or path.name == "symkv.toml":  # what belongs to a paper
            return False
        named = session.isinitpath(path) and path.is_file()
        if path.suffix == ".tex" and path in self.files and not named:
            return path not in self._taken_in
        return path in self.files or (named and (path.suffix != ".py" or _defines_derivation(path)))


def _matched(config: pytest.Config) -> Iterator[Path]:
    """The files that the option `symkv_files` matches; a usage error for a pattern that matches none."""
    for pattern in config.getini("symkv_files"):
        try:
            found = [path for path in config.rootpath.glob(pattern) if path.is_file()]
        except (ValueError, NotImplementedError) as problem:
            raise pytest.UsageError(
                f"symkv_files must hold patterns from the root, got {pattern!r}: {problem}"
            ) from None
        if not found:
            raise pytest.UsageError(f"symkv_files must match files below {config.rootpath}, {pattern!r} matches none")
        wrong = [path for path in found if path.suffix not in SUFFIXES]
        if wrong:
            raise pytest.UsageError(f"symkv_files may match {' '.join(SUFFIXES)} files, {pattern!r} matches {wrong[0]}")
        yield from found


def _extend(config: pytest.Config, files: Iterable[Path]) -> None:
    """Add the files that lie outside what pytest looks through by itself."""
    places = [(config.invocation_params.dir / str(arg).partition("::")[0]).resolve() for arg in config.args]
    for path in sorted(files):
        if not any(place == path.resolve() or place in path.resolve().parents for place in places):
            config.args.append(str(path))


def _defines_derivation(path: Path) -> bool:
    """Whether a Python file assigns `derivation` at its top level; it is not run for that."""
    try:
        body = ast.parse(path.read_bytes()).body
    except (SyntaxError, ValueError, OSError, RecursionError):
        return False
    targets = [target for node in body if isinstance(node, ast.Assign) for target in node.targets]
    targets += [node.target for node in body if isinstance(node, ast.AnnAssign)]
    return any(isinstance(target, ast.Name) and target.id == "derivation" for target in targets)


# -- files -----------------------------------------------------------------------------------------------------------


class Nothing(pytest.File):
    """A file in which there is no test."""

    def collect(self) -> list[pytest.Item]:
        """No item."""
        return []


class DerivationFile(pytest.File):
    """A derivation, a certificate or a claims file."""

    def collect(self) -> Iterator[pytest.Item]:
        """One item for each step, claim, reading, instance and question."""
        from symkv.derivations import load_any
        from symkv.explaining import Walk

        try:
            found = load_any(self.path)
        except SymkvError as problem:
            raise self.CollectError(str(problem)) from None
        if not any(one.steps or any(values for _, values in _values(one)) for one in found):
            raise self.CollectError(f"{self.path.name} must have steps or claims, it has none")
        lines, names = _lines_of(self.path), _Names()
        for derivation in found:
            before = f"{derivation.name}." if len(found) > 1 else ""
            walk = Walk(derivation)
            for step in derivation.steps:
                name = names.free(before + step.id)
                yield StepItem.from_parent(self, name=name, walk=walk, step=step.id, line=lines.get(step.id, 0))
            for kind, values in _values(derivation):
                for value in values:
                    name = names.free(f"{before}{kind}:{value.name}")
                    yield ValueItem.from_parent(
                        self, name=name, derivation=derivation, kind=kind, value=value, line=lines.get(value.name, 0)
                    )


def _values(derivation: Derivation) -> Iterator[tuple[str, tuple[Any, ...]]]:
    yield "claim", derivation.claims
    yield "reading", derivation.readings
    yield "instance", derivation.instances
    yield "question", derivation.questions


class PaperFile(pytest.File):
    """A paper in LaTeX, with the files that it takes in."""

    def collect(self) -> Iterator[pytest.Item]:
        """One item for each annotated equation and number, and one for the coverage where that is required."""
        from symkv.papers import read_paper, whole_paper

        try:
            whole = whole_paper(self.path)  # a section speaks with the letters of its paper
            paper = read_paper(whole)
        except SymkvError as problem:
            raise self.CollectError(str(problem)) from None
        alone = whole.resolve() == self.path.resolve()
        own = [item for item in paper.items if alone or _is_in(item, whole, self.path)]
        if alone and not own and not self.config.getini("symkv_require_all"):
            raise self.CollectError(f"{self.path.name} must tie an equation or a number with %!symkv, it ties none")
        names = _Names()
        for item in own:
            yield EquationItem.from_parent(self, name=names.free(item.name), item=item, folder=whole.parent)
        if alone and self.config.getini("symkv_require_all"):
            yield CoverageItem.from_parent(self, name=names.free("coverage"), coverage=paper.coverage)


def _is_in(item: PaperItem, whole: Path, path: Path) -> bool:
    return (whole.parent / item.place.file).resolve() == path.resolve()


class _Names:
    """Names of items, each given once; a second one of the same kind gets a number."""

    def __init__(self) -> None:
        self.count: dict[str, int] = {}

    def free(self, name: str) -> str:
        """The name, or the name with the number of its appearance."""
        self.count[name] = self.count.get(name, 0) + 1
        return name if self.count[name] == 1 else f"{name}#{self.count[name]}"


def _lines_of(path: Path) -> dict[str, int]:
    """The line of the call that names each step or claim in a Python file, counted from 0."""
    if path.suffix != ".py":
        return {}
    found: dict[str, int] = {}
    for node in ast.walk(ast.parse(path.read_bytes())):
        if isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
            found.setdefault(str(node.args[0].value), node.lineno - 1)
    return found
