r"""The sidecar of a paper, a TOML file beside it: the author's letters, own symbols, macros, equations and tables.

only_declared = true              # read no letter that stands here in no [notation]
[notation]
n_kv_heads = 'H_{\mathrm{kv}}'    # or a list of spellings
[symbols.d_ff]
domain = "positive integer"
unit = "element"
[macros]
'\dhead' = 'd_h'
[equations."eq:cache"]
equals = "gqa.growth"
where = ["n_layers = 1"]
[tables."tab:sizes"]
given = { dtype = "bf16" }
columns = [{ at = 2, gives = "n_layers" }, { at = 4, number = "mla growth", unit = "KB" }]
rows = [{ first = "DeepSeek-V3", given = { d_latent = 512, d_rope = 64 } }]
"""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from symkv import symbols
from symkv.errors import BadInput
from symkv.formula.latex_names import spelling
from symkv.formula.latex_tokens import Tokens
from symkv.formula.notation import valid_letter
from symkv.formula.reader import is_name
from symkv.proof.domains import Domain
from symkv.proving import DOMAINS
from symkv.symbols import parse_unit

MAX_BYTES = 2**18
SUFFIX = ".symkv.toml"
_MACRO = re.compile(r"\\[A-Za-z]{1,40}", re.ASCII)


@dataclass(frozen=True)
class Column:
    """One column of a table: its number, and what its cells are, values of a symbol or printed numbers."""

    at: int
    gives: str = ""
    number: str = ""
    unit: str = ""


@dataclass(frozen=True)
class Row:
    """What is known of the row whose first cell has the given text."""

    first: str
    what: str = ""
    given: tuple[str, ...] = ()


@dataclass(frozen=True)
class Table:
    """What the columns of a table mean, and what else is given for its rows."""

    columns: tuple[Column, ...]
    rows: tuple[Row, ...] = ()
    given: tuple[str, ...] = ()
    what: str = ""
    header: int = 1


@dataclass(frozen=True)
class Sidecar:
    """What a sidecar says; `words` maps LaTeX to the word of its symbol, `annotations` labels to annotations."""

    path: str = ""
    words: Mapping[str, str] = field(default_factory=dict)
    domains: Mapping[str, Domain] = field(default_factory=dict)
    units: Mapping[str, str] = field(default_factory=dict)
    macros: Mapping[str, str] = field(default_factory=dict)
    annotations: Mapping[str, str] = field(default_factory=dict)
    tables: Mapping[str, Table] = field(default_factory=dict)
    only_declared: bool = False


def beside(paper: Path) -> Path | None:
    """The sidecar of a paper: NAME.symkv.toml, else the symkv.toml of its folder or of one above, up to the current."""
    own = paper.with_name(paper.stem + SUFFIX)
    if os.path.isfile(own):
        return own
    return next((place / "symkv.toml" for place in folders(paper) if os.path.isfile(place / "symkv.toml")), None)


def folders(paper: Path) -> list[Path]:
    """The folder of a file and those above it, up to the current one where it is inside that."""
    here, folder = Path.cwd().resolve(), paper.parent.resolve()
    above = [folder, *folder.parents]
    return above[: above.index(here) + 1] if here in above else [folder]


def load(path: Path) -> Sidecar:
    """The sidecar that a TOML file holds; `BadInput` names the entry and what is wrong with it."""
    where = str(path)
    try:
        with path.open("rb") as stream:
            data = stream.read(MAX_BYTES + 1)
        if len(data) > MAX_BYTES:
            raise BadInput(f"a sidecar may have {MAX_BYTES} bytes, this file has more", where=where)
        table = tomllib.loads(data.decode("utf-8"))
    except OSError as problem:
        raise BadInput(f"a sidecar must be a file that can be read, got {problem.strerror}", where=where) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as problem:
        raise BadInput(f"a sidecar must be TOML: {problem}", where=where) from None
    try:
        return _sidecar(table, where)
    except BadInput as problem:
        raise BadInput(problem.message, where=where) from None


def _sidecar(table: Mapping[str, Any], path: str) -> Sidecar:
    known = {"notation", "symbols", "macros", "equations", "tables", "only_declared", "source"}
    _known(table, known, "a sidecar")
    declared = _table(table, "symbols", "a sidecar")
    domains, units = {}, {}
    for word, entry in declared.items():
        domains[word], units[word] = _symbol(word, entry)
    own = {word: entry["latex"] for word, entry in declared.items() if "latex" in entry}
    words = _words({**own, **_table(table, "notation", "a sidecar")}, frozenset(domains))
    equations = _table(table, "equations", "a sidecar")
    return Sidecar(
        path,
        words,
        domains,
        units,
        _macros(_table(table, "macros", "a sidecar")),
        {label: _annotation(label, entry) for label, entry in equations.items()},
        {label: _one_table(label, entry) for label, entry in _table(table, "tables", "a sidecar").items()},
        _of(table.get("only_declared", False), bool, "only_declared", "true or false"),
    )


def _known(table: Mapping[str, Any], names: set[str], what: str) -> None:
    for name in table:
        if name not in names:
            raise BadInput(f"{what} takes {', '.join(sorted(names))}; got {name[:40]!r}")


def _of(value: Any, kind: type | tuple[type, ...], name: str, words: str) -> Any:
    if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
        raise BadInput(f"{name[:60]} must be {words}, got {type(value).__name__}")
    return value


def _table(table: Mapping[str, Any], name: str, where: str) -> dict[str, Any]:
    found: dict[str, Any] = _of(table.get(name, {}), dict, f"{name} of {where}", "a table")
    return found


def _symbol(word: str, entry: Any) -> tuple[Domain, str]:
    _of(entry, dict, f"symbols.{word}", "a table with domain and unit")
    _known(entry, {"domain", "unit", "meaning", "latex"}, f"symbols.{word[:40]}")
    if not is_name(word) or symbols.find(word):
        raise BadInput(
            f"a symbol of one's own must have a new name, {word[:40]!r} is none; a known one needs its letter only"
        )
    domain = entry.get("domain", "positive integer")
    if domain not in DOMAINS:
        raise BadInput(f"the domain of {word} must be one of {', '.join(DOMAINS)}, got {str(domain)[:40]!r}")
    unit = _of(entry.get("unit", ""), str, f"the unit of {word}", "text")
    if unit:
        parse_unit(unit)
    return DOMAINS[domain], unit


def _words(letters: Mapping[str, Any], own: frozenset[str]) -> dict[str, str]:
    """LaTeX -> word, every letter checked, no two words with one letter."""
    found: dict[str, str] = {}
    spelt: dict[str, str] = {}
    for word, letter in letters.items():
        name = word if word in own else symbols.lookup(word).name
        for one in letter if isinstance(letter, list) else [letter]:
            other = spelt.setdefault(spelling(valid_letter(name, one))[1], name)
            if other != name:
                raise BadInput(f"two symbols must not print alike: {other} and {name} are both {one}")
            found[one] = name
    return found


def _macros(macros: Mapping[str, Any]) -> dict[str, str]:
    for name, body in macros.items():
        if not _MACRO.fullmatch(name):
            raise BadInput(rf"a macro must be a command of letters such as '\dhead', got {name[:40]!r}")
        if not isinstance(body, str) or not 0 < len(body) <= 200 or set(body) & set("%#$\n"):
            raise BadInput(f"the macro {name} must be 1 to 200 characters of maths without parameters, % and $")
        Tokens(body)  # its braces match
        if any(rf"\{word}" in macros for word in re.findall(r"\\([A-Za-z]+)", body)):
            raise BadInput(f"the macro {name} must not use another macro; write out what it stands for")
    return dict(macros)


def _annotation(label: str, entry: Any) -> str:
    """An entry for an equation as the annotation that says the same."""
    name = f'equations."{label[:60]}"'
    _of(entry, dict, name, "a table with equals, proves, assume or skip")
    _known(entry, {"equals", "proves", "holds", "assume", "skip", "where"}, name)
    verbs = [verb for verb in ("equals", "proves", "holds", "assume", "skip") if verb in entry]
    if len(verbs) != 1:
        raise BadInput(f"{name} must have one of equals, proves, assume and skip, got {', '.join(verbs) or 'none'}")
    value = entry[verbs[0]]
    text = f"equals {value}" if verbs[0] == "equals" else verbs[0]
    if verbs[0] == "equals":
        _of(value, str, f"{name}.equals", "text")
    elif value is not True and not isinstance(value, str):
        raise BadInput(f"{name}.{verbs[0]} must be true")
    where = _texts(entry.get("where", []), f"{name}.where")
    return f"{text} where {', '.join(where)}" if where else text


def _texts(value: Any, name: str) -> list[str]:
    values = [value] if isinstance(value, str) else _of(value, list, name, "text or a list of texts")
    return [_of(one, str, name, "text or a list of texts") for one in values]


def _given(value: Any, name: str) -> tuple[str, ...]:
    table = _of(value, dict, name, "a table NAME = VALUE")
    return tuple(
        f"{word}={_of(one, (int, str), f'{name}.{word}', 'a whole number or text')}" for word, one in table.items()
    )


def _one_table(label: str, entry: Any) -> Table:
    name = f'tables."{label[:60]}"'
    _of(entry, dict, name, "a table with columns")
    _known(entry, {"columns", "rows", "given", "what", "header"}, name)
    columns = tuple(_column(one, name) for one in _of(entry.get("columns", []), list, f"{name}.columns", "a list"))
    if not any(column.number for column in columns):
        raise BadInput(f"{name} must have a column with number = 'gqa growth'")
    rows = tuple(_row(one, name) for one in _of(entry.get("rows", []), list, f"{name}.rows", "a list"))
    what = _of(entry.get("what", ""), str, f"{name}.what", "text")
    header = _of(entry.get("header", 1), int, f"{name}.header", "a whole number")
    return Table(columns, rows, _given(entry.get("given", {}), f"{name}.given"), what, header)


def _column(entry: Any, name: str) -> Column:
    _of(entry, dict, f"{name}.columns", "a list of tables")
    _known(entry, {"at", "gives", "number", "unit"}, f"{name}.columns")
    at = _of(entry.get("at"), int, f"{name}.columns.at", "a whole number from 1 on")
    texts = [_of(entry.get(key, ""), str, f"{name}.columns.{key}", "text") for key in ("gives", "number", "unit")]
    if at < 1 or bool(texts[0]) == bool(texts[1]):
        raise BadInput(f"{name}.columns must have at = 1 or more, and one of gives and number")
    return Column(at, *texts)


def _row(entry: Any, name: str) -> Row:
    _of(entry, dict, f"{name}.rows", "a list of tables")
    _known(entry, {"first", "what", "given"}, f"{name}.rows")
    first = _of(entry.get("first"), str, f"{name}.rows.first", "the text of the row's first cell")
    what = _of(entry.get("what", ""), str, f"{name}.rows.what", "text")
    return Row(first, what, _given(entry.get("given", {}), f"{name}.rows.given"))
