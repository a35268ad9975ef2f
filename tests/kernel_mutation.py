"""The mutation score of the trusted modules: small edits that make them wrong, each of which a test must notice.

A developer's command: `python -m tests.kernel_mutation [--module NAME] [--jobs 2]`. Every mutant runs the kernel's test
files in a forked process of its own, the quick ones first, until one fails; a mutant that raises or does not end is
killed as well. What survives must be explained in `tests/data/kernel_survivors.toml`. The figures of a full run go to
`tests/data/kernel_mutation.json`.
"""

from __future__ import annotations

import argparse
import ast
import copy
import hashlib
import json
import os
import random
import resource
import signal
import sys
import time
import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
PROOF, DATA = ROOT / "symkv" / "proof", ROOT / "tests" / "data"
TRUSTED = ("kernel", "normal", "functions", "domains", "polynomial", "periodic")
TESTS = tuple(f"tests/test_{name}.py" for name in ("kernel_laws", "kernel_splits", "periodic", "kernel"))
FIRST = {"kernel": TESTS[1], "periodic": TESTS[1]}  # the file that says most of a module; the laws for the others
NEEDED = 0.95
SLOWER, LEAST = 8, 3.0  # a test may take 8 times its usual processor time, and always 3 seconds
WALL = 3600.0
BYTES = 6 << 30

COMPARISONS: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
}
OPERATORS: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Add,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.Mult,
    ast.Pow: ast.Mult,
    ast.BitOr: ast.BitAnd,
    ast.BitAnd: ast.BitOr,
}
SIGNS = {
    "<": ("<=", ">"),
    "<=": ("<", ">="),
    ">": (">=", "<"),
    ">=": (">", "<="),
    "=": ("!=",),
    "!=": ("=",),
    "0": ("?",),
    "?": ("0",),
    "<>": ("<", ">", "><"),
    "><": ("<>",),
    "0>": (">", "0"),
    "0<": ("<", "0"),
    "<0": ("<", "0"),
    ">0": (">", "0"),
    " != 0": (" = 0",),
    " >= 0": (" > 0", " <= 0"),
    "floor": ("ceil",),
    "ceil": ("floor",),
    "min": ("max",),
    "max": ("min",),
    "divides": ("multiple of",),
    "multiple of": ("divides",),
}
SWAPPED = {"min": "max", "max": "min", "any": "all", "all": "any", "lcm": "gcd", "gcd": "lcm"}


@dataclass(frozen=True)
class Mutant:
    """One edit of one module: where it stands, what it makes of what, and the whole mutated source."""

    module: str
    number: int
    text: str
    edit: str
    source: str

    @property
    def key(self) -> tuple[str, str, str]:
        """What names it while lines move."""
        return self.module, self.text, self.edit

    def __str__(self) -> str:
        return f"{self.module}.py:{self.number}: {self.edit}   in: {self.text}"


# -- the edits -------------------------------------------------------------------------------------------------------


def _number(value: int) -> ast.expr:
    return ast.Constant(value) if value >= 0 else ast.UnaryOp(ast.USub(), ast.Constant(-value))


def _replacements(node: ast.AST) -> Iterator[ast.AST]:
    """The edits of one expression or statement, as the nodes that stand in its place."""
    match node:
        case ast.Compare(ops=ops):
            for index, op in enumerate(ops):
                changed = copy.deepcopy(node)
                changed.ops[index] = COMPARISONS[type(op)]()
                yield changed
        case ast.BoolOp(op=op, values=values):
            yield ast.BoolOp(ast.Or() if isinstance(op, ast.And) else ast.And(), values)
        case ast.UnaryOp(op=(ast.Not() | ast.USub()), operand=operand):
            yield operand
        case ast.BinOp(left=left, op=op, right=right) if type(op) in OPERATORS:
            yield ast.BinOp(left, OPERATORS[type(op)](), right)
        case ast.AugAssign(target=target, op=op, value=value):
            yield ast.AugAssign(target, OPERATORS[type(op)](), value)
            yield ast.Pass()
        case ast.Constant(value=bool(value)):
            yield ast.Constant(not value)
        case ast.Constant(value=int(value)):
            yield _number(value + 1)
            yield _number(value - 1)
        case ast.Constant(value=str(value)):
            yield from map(ast.Constant, SIGNS.get(value, ()))
        case ast.Call(func=ast.Name(id=name), args=args, keywords=keywords) if name in SWAPPED:
            yield ast.Call(ast.Name(SWAPPED[name], ast.Load()), args, keywords)
        case ast.Expr(value=ast.Call()) | ast.Raise() | ast.Continue():
            yield ast.Pass()
    match node:
        case ast.If(test=test) | ast.While(test=test) | ast.IfExp(test=test) if not isinstance(test, ast.Constant):
            yield from _forced(node, "test")
        case ast.match_case(guard=ast.expr()):
            yield from _forced(node, "guard")
        case ast.comprehension(ifs=[_, *_]):
            for index, _ in enumerate(node.ifs):
                for value in (True, False):
                    changed = copy.deepcopy(node)
                    changed.ifs[index] = ast.Constant(value)
                    yield changed


def _forced(node: Any, field: str) -> Iterator[ast.AST]:
    for value in (True, False):
        changed = copy.deepcopy(node)
        setattr(changed, field, ast.Constant(value))
        yield changed


def _returned(function: ast.FunctionDef) -> Iterator[tuple[ast.AST, ast.AST]]:
    """A function's results made True or False where it gives a truth value, else None."""
    values = (True, False) if ast.unparse(function.returns or ast.Constant(None)) == "bool" else (None,)
    for node in _own(function):
        if isinstance(node, ast.Return) and node.value is not None:
            for value in values:
                yield node, ast.Return(ast.Constant(value))


def _dropped(function: ast.FunctionDef) -> Iterator[tuple[ast.AST, ast.AST]]:
    """Assignments left out where the program still runs: to parts of things, and to names that have a value."""
    bound = {argument.arg for argument in ast.walk(function.args) if isinstance(argument, ast.arg)}
    for node in sorted((n for n in _own(function) if isinstance(n, ast.Assign)), key=lambda n: n.lineno):
        stored = {n.id for target in node.targets for n in ast.walk(target) if isinstance(n, ast.Name)}
        parts = any(isinstance(n, ast.Attribute | ast.Subscript) for target in node.targets for n in ast.walk(target))
        if parts or stored <= bound:
            yield node, ast.Pass()
        bound |= stored


def _own(function: ast.FunctionDef) -> Iterator[ast.AST]:
    pending: list[ast.AST] = list(function.body)
    while pending:
        node = pending.pop()
        yield node
        if not isinstance(node, ast.FunctionDef | ast.Lambda):
            pending += ast.iter_child_nodes(node)


def _skipped(tree: ast.Module) -> set[int]:
    """What is no mutant: documentation, types, what only a type checker reads, and the texts of errors."""
    found: list[ast.AST] = []
    for node in ast.walk(tree):
        match node:
            case ast.Module(body=[ast.Expr(value=ast.Constant(value=str())) as text, *_]):
                found.append(text)
            case ast.FunctionDef(body=[first, *_]) | ast.ClassDef(body=[first, *_]):
                if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant):
                    found.append(first)
        match node:
            case ast.FunctionDef(returns=returns):
                found += [returns] if returns else []
            case ast.arg(annotation=ast.expr() as kind) | ast.AnnAssign(annotation=kind):
                found.append(kind)
            case ast.If(test=ast.Name(id="TYPE_CHECKING")) | ast.Assert():
                found.append(node)
            case ast.Raise(exc=ast.Call(args=texts)):
                found += texts
            case ast.Assign(targets=[ast.Name(id=name)]) if name in ("__all__", *TYPES):
                found.append(node)
    return {id(part) for node in found for part in ast.walk(node)}


TYPES = ("Number", "Monomial", "Poly", "Bounds", "Row", "Wave")


def mutants(module: str) -> Iterator[Mutant]:
    """Every mutant of a trusted module, none twice."""
    return mutants_of(module, (PROOF / f"{module}.py").read_text(encoding="utf-8"))


def mutants_of(module: str, text: str) -> Iterator[Mutant]:
    """Every mutant of a module's text, none twice."""
    lines, tree = text.splitlines(), ast.parse(text)
    skipped, seen, keys = _skipped(tree), {ast.unparse(tree)}, Counter[tuple[str, str]]()
    for node, edited in _edits(tree):
        if id(node) in skipped:
            continue
        line = next(n.lineno for n in ast.walk(node) if hasattr(n, "lineno"))
        source = ast.unparse(_put(tree, node, edited))
        if source not in seen:
            seen.add(source)
            key = lines[line - 1].strip(), f"{_short(node)} -> {_short(edited)}"
            keys[key] += 1
            yield Mutant(module, line, key[0], key[1] + (f" ({keys[key]})" if keys[key] > 1 else ""), source)


def _edits(tree: ast.Module) -> Iterator[tuple[ast.AST, ast.AST]]:
    for node in ast.walk(tree):
        for edited in _replacements(node):
            yield node, edited
        if isinstance(node, ast.FunctionDef):
            yield from _returned(node)
            yield from _dropped(node)


def _put(tree: ast.Module, node: ast.AST, edited: ast.AST) -> ast.Module:
    """The tree with one node replaced."""
    copied = copy.deepcopy(tree, memo := {})
    target = memo[id(node)]

    class Put(ast.NodeTransformer):
        def visit(self, at: ast.AST) -> ast.AST:
            return edited if at is target else self.generic_visit(at)

    return ast.fix_missing_locations(Put().visit(copied))


def _short(node: ast.AST) -> str:
    if isinstance(node, ast.If | ast.While):
        node = node.test
    if isinstance(node, ast.match_case):
        node = node.guard or ast.Constant(None)
    if isinstance(node, ast.comprehension):
        return " if ".join(["", *map(ast.unparse, node.ifs)]).strip()
    return ast.unparse(node)


# -- running them ----------------------------------------------------------------------------------------------------


class _Mutated(MetaPathFinder, Loader):
    """Gives the mutated source in place of the module's file."""

    def __init__(self, mutant: Mutant) -> None:
        self.name, self.source = f"symkv.proof.{mutant.module}", mutant.source

    def find_spec(self, fullname: str, path: Any, target: Any = None) -> ModuleSpec | None:
        return ModuleSpec(fullname, self) if fullname == self.name else None

    def create_module(self, spec: ModuleSpec) -> None:
        return None

    def exec_module(self, module: Any) -> None:
        exec(compile(self.source, f"<mutated {self.name}>", "exec"), module.__dict__)  # noqa: S102


class _Clock:
    """Ends the process when one test takes much more processor time than it should."""

    def __init__(self, usual: dict[str, float] | None) -> None:
        import pytest

        self.taken = taken = dict[str, float]()

        @pytest.hookimpl(hookwrapper=True)
        def around(item: Any) -> Iterator[None]:
            start = time.process_time()
            if usual is not None:
                signal.setitimer(signal.ITIMER_VIRTUAL, max(LEAST, SLOWER * usual.get(item.nodeid, 0.0)))
            yield
            taken[item.nodeid] = time.process_time() - start

        self.pytest_runtest_protocol = around


def _suite(usual: dict[str, float] | None, first: str = TESTS[0]) -> tuple[int, dict[str, float]]:
    """The exit status of the kernel's tests in this process, and the processor time of each."""
    import pytest

    clock = _Clock(usual)
    options = [
        "-x",
        "-q",
        "--tb=no",
        "--assert=plain",
        "-p",
        "no:cacheprovider",
        "-o",
        "addopts=",
        "--rootdir",
        str(ROOT),
    ]
    status = pytest.main([*options, *sorted(TESTS, key=lambda file: file != first)], plugins=[clock])
    signal.setitimer(signal.ITIMER_VIRTUAL, 0)
    return int(status), clock.taken


def _child(mutant: Mutant, usual: dict[str, float]) -> None:
    """The tests on one mutant, in a forked process that ends here: 0 where all of them pass."""
    signal.signal(signal.SIGVTALRM, signal.SIG_DFL)  # ends it even inside a long computation
    resource.setrlimit(resource.RLIMIT_AS, (BYTES, BYTES))
    sink = os.open(os.devnull, os.O_WRONLY)
    os.dup2(sink, 1)
    os.dup2(sink, 2)
    status = 98
    try:
        sys.meta_path.insert(0, _Mutated(mutant))
        status, _ = _suite(usual, FIRST.get(mutant.module, TESTS[0]))
    finally:
        os._exit(status)


def _preload() -> None:
    """Imports what every mutant needs and none changes, once."""
    os.chdir(ROOT)
    sys.dont_write_bytecode = False  # the test files are compiled once
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    sys.path.insert(0, str(ROOT))
    import hypothesis  # noqa: F401
    import pytest  # noqa: F401
    import z3  # noqa: F401

    import symkv.formula  # noqa: F401


def _usual() -> dict[str, float]:
    """The processor time of each test on the modules as they are; ends here where one fails."""
    reading, writing = os.pipe()
    if (pid := os.fork()) == 0:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        status = 98
        try:
            status, taken = _suite(None)
            os.write(writing, json.dumps(taken).encode())
        finally:
            os._exit(status)
    os.close(writing)
    with os.fdopen(reading) as pipe:
        text = pipe.read()
    status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    if status:
        sys.exit(f"the tests must pass before anything is mutated; they ended with status {status}")
    found: dict[str, float] = json.loads(text)
    return found


def run(chosen: Iterable[Mutant], jobs: int, usual: dict[str, float]) -> Iterator[tuple[Mutant, bool]]:
    """(mutant, whether a test noticed it), as they end."""
    pending, running = list(chosen), dict[int, tuple[Mutant, float]]()
    pending.reverse()
    while pending or running:
        while pending and len(running) < jobs:
            mutant = pending.pop()
            pid = os.fork()
            if pid == 0:
                _child(mutant, usual)
            running[pid] = mutant, time.monotonic()
        pid, status = os.waitpid(-1, os.WNOHANG)
        if pid:
            yield running.pop(pid)[0], status != 0
            continue
        for late in [p for p, (_, start) in running.items() if time.monotonic() - start > WALL]:
            os.kill(late, signal.SIGKILL)
        time.sleep(0.01)


# -- the figures -----------------------------------------------------------------------------------------------------


def explained() -> dict[tuple[str, str, str], str]:
    """The explanation of each survivor."""
    found = tomllib.loads((DATA / "kernel_survivors.toml").read_text(encoding="utf-8"))
    return {(one["module"], one["line"], one["mutation"]): one["why"] for one in found.get("survivor", ())}


def figures(results: Iterable[tuple[Mutant, bool]], known: Iterable[tuple[str, str, str]]) -> dict[str, Any]:
    """Mutants, killed, survivors explained and score of each module and of all."""
    known, rows = set(known), dict[str, dict[str, Any]]()
    for mutant, killed in results:
        for name in (mutant.module, "all"):
            row = rows.setdefault(name, {"mutants": 0, "killed": 0, "explained": 0})
            row["mutants"] += 1
            row["killed"] += killed
            row["explained"] += not killed and mutant.key in known
    for row in rows.values():
        row["score"] = round(row["killed"] / row["mutants"], 4)
    return rows


def digest() -> str:
    """What the trusted modules say, without comments and layout; the same under every version of Python."""
    trees = [_dump(ast.parse((PROOF / f"{name}.py").read_text(encoding="utf-8"))) for name in TRUSTED]
    return hashlib.sha256("\n".join(trees).encode()).hexdigest()


def _dump(node: Any) -> str:
    """A tree without its empty fields, which not all versions of Python have or print."""
    if isinstance(node, list):
        return f"[{', '.join(map(_dump, node))}]"
    if not isinstance(node, ast.AST):
        return repr(node)
    fields = [f"{name}={_dump(value)}" for name, value in ast.iter_fields(node) if value is not None and value != []]
    return f"{type(node).__name__}({', '.join(fields)})"


def _killed_before(path: Path) -> set[tuple[str, ...]]:
    """The mutants that earlier runs on the same modules killed; the file is begun anew for others."""
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else [""]
    if lines[0] != digest():
        path.write_text(digest() + "\n", encoding="utf-8")
    return {tuple(json.loads(line)) for line in lines[1:]} if lines[0] == digest() else set()


def main() -> None:
    """Runs the mutants of the chosen modules and says what survived; status 1 below 95 % or unexplained."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--module", choices=TRUSTED, action="append", help="one module instead of all")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--sample", type=int, help="that many mutants at random instead of all")
    parser.add_argument("--grep", default="", help="only mutants whose description holds this text")
    parser.add_argument("--only", type=Path, help="only the mutants listed in this file, as `--survivors` writes it")
    parser.add_argument("--survivors", type=Path, help="write the survivors to this file")
    parser.add_argument("--resume", type=Path, help="keep results in this file, and leave out what was killed before")
    parser.add_argument("--list", action="store_true", help="say which mutants there are, and run none")
    options = parser.parse_args()
    chosen = [m for name in options.module or TRUSTED for m in mutants(name) if options.grep in str(m)]
    if options.only:
        wanted = {tuple(key) for key in json.loads(options.only.read_text(encoding="utf-8"))}
        chosen = [m for m in chosen if m.key in wanted]
    if options.sample:
        chosen = random.sample(chosen, min(options.sample, len(chosen)))
    if options.list:
        print(*chosen, f"{len(chosen)} mutants", sep="\n")
        return
    _preload()
    start, usual = time.monotonic(), _usual()
    print(f"{len(chosen)} mutants, {len(usual)} tests that take {sum(usual.values()):.1f} s on one", flush=True)
    before = _killed_before(options.resume) if options.resume else set()
    known, results = explained(), [(mutant, True) for mutant in chosen if mutant.key in before]
    for mutant, killed in run([mutant for mutant in chosen if mutant.key not in before], options.jobs, usual):
        results.append((mutant, killed))
        if options.resume and killed:
            with options.resume.open("a", encoding="utf-8") as file:
                file.write(json.dumps(mutant.key) + "\n")
        if not killed and mutant.key not in known:
            print(f"survived: {mutant}", flush=True)
        if len(results) % 100 == 0:
            print(f"{len(results)} of {len(chosen)} after {time.monotonic() - start:.0f} s", flush=True)
    rows, seconds = figures(results, known), time.monotonic() - start
    for name, row in rows.items():
        print(f"{name:12}", *(f"{field} {value}" for field, value in row.items()))
    survivors = [mutant.key for mutant, killed in results if not killed]
    print(f"{seconds:.0f} s; explained but killed: {[key for key in known if key in {m.key for m, k in results if k}]}")
    if options.survivors:
        options.survivors.write_text(json.dumps(survivors, indent=1), encoding="utf-8")
    if not (options.module or options.sample or options.grep or options.only):
        whole = {"modules_sha256": digest(), "seconds": round(seconds), "jobs": options.jobs, **rows}
        (DATA / "kernel_mutation.json").write_text(json.dumps(whole, indent=1) + "\n", encoding="utf-8")
    total = rows["all"]
    sys.exit(total["score"] < NEEDED or total["killed"] + total["explained"] < total["mutants"])


if __name__ == "__main__":
    main()
