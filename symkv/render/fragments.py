r"""Fragments for papers: plain .tex files for \input, with macros for every number and a .bib of the sources used.

They need amsmath only, hold no date, and their names are letters, digits and hyphens. What an author writes stays in
the author's files; `symkv report NAME --fragments --check` says what has changed since the fragments were written.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace

from symkv import __version__
from symkv.derivations import Checked
from symkv.derivations.bibliography import cited
from symkv.errors import BadInput
from symkv.formula.latex import Printer, Product
from symkv.formula.notation import Notation, require_distinct
from symkv.output import HEADER
from symkv.render import fragment_tables as tables
from symkv.render.equations import Equation, equations, grouped
from symkv.render.escape import TeX, plain
from symkv.render.formats import shipped_environment
from symkv.render.fragment_macros import bibtex, plainly, set_macro
from symkv.render.fragment_text import Prose
from symkv.render.keys import Quoted, kebab, quoted, symbols_of

COLUMN = 240  # points of a column of most two-column papers
BESIDE = 35  # of them for the number of an equation
PACKAGES = ("booktabs", "siunitx", "cleveref")
MARK = "fragment"
_RULES = {"top": "top", "middle": "mid", "bottom": "bottom"}
MACROS, BIB, INDEX = "symkv-macros.tex", "symkv.bib", "symkv-index.tex"


@dataclass(frozen=True)
class Settings:
    """How fragments are written: the column in points at 10pt, packages beside amsmath, product sign and letters."""

    column: int = COLUMN
    packages: tuple[str, ...] = ()
    product: Product = "thin"
    notation: Notation | None = None

    def __post_init__(self) -> None:
        for package in self.packages:
            if package not in PACKAGES:
                raise BadInput(
                    f"--with takes some of {','.join(PACKAGES)}, got {package[:40]!r}; write --with booktabs"
                )
        if not 120 <= self.column <= 1000:
            raise BadInput(f"a column must have 120 to 1000 points, got {self.column}; write --column 240")

    @property
    def printer(self) -> Printer:
        """Prints with these letters and this product sign."""
        return Printer(self.product, self.notation or {})

    @property
    def told(self) -> str:
        """What was asked for, as the command line takes it."""
        packages = f", --with {','.join(self.packages)}" if self.packages else ""
        return f"--column {self.column}, --product {self.product}{packages}{', --notation' if self.notation else ''}"

    def hashed(self) -> list[object]:
        """What of it decides the files."""
        return [self.column, self.packages, self.product, sorted((self.notation or {}).items())]


@dataclass(frozen=True)
class Fragments:
    """The files by name, what may be quoted by macros, and the equations that no break makes narrow enough."""

    files: Mapping[str, str]
    entries: tuple[Quoted, ...]
    wide: tuple[str, ...]


def fragments(checked: Sequence[Checked], settings: Settings | None = None) -> Fragments:
    """The fragments of derivations; nothing is written.

    Raises `Refuted` for a derivation that does not hold, `BadInput` where two symbols print alike or two files would
    have one name, `JudgesDisagree` for a formula that does not read back.
    """
    settings = settings or Settings()
    files: dict[str, str] = {}
    wide: list[str] = []
    entries: dict[tuple[str, str], Quoted] = {}
    for one in checked if settings.notation is not None else ():
        require_distinct([s.name for s in symbols_of(one)], settings.notation or {})
    inputs = [_inputs(one.require(), settings) for one in checked]
    for one, fingerprint in zip(checked, inputs, strict=True):
        for name, about, text in _of_derivation(one, settings, wide):
            if name in files:
                raise BadInput(f"every fragment must have a name of its own, {name} comes twice; rename a step")
            files[name] = f"% {_header(fingerprint)}\n% {about}\n{text}"
        entries |= {(entry.kind, entry.key): entry for entry in quoted(one)}
    whole = _header(hashlib.sha256(repr(inputs).encode()).hexdigest())
    listed = tuple(entries.values())
    width = settings.column - BESIDE
    macros = [line for entry in listed for line in set_macro(entry, settings.printer, width, settings.packages)]
    text = _rendered("macros", settings, lines=[(kind, TeX(key), TeX(latex)) for kind, key, latex in macros])
    files[MACROS] = f"% {whole}\n% Numbers, formulas, letters and references.\n{text}"
    sources = {key: source for one in checked for key, source in cited(one.derivation).items()}
    if sources:
        files[BIB] = f"% {whole}\n" + "\n".join(f"\n{bibtex(key, source)}" for key, source in sources.items()) + "\n"
    what = [TeX(f"{name}: {_about(text)}") for name, text in files.items()]
    shown = [TeX(rf"\kv{e.kind}{{{e.key}}} = {plain(plainly(e))}: {plain(e.about)}") for e in listed]
    files[INDEX] = f"% {whole}\n" + _rendered(
        "index", settings, files=what, entries=shown, bib=bool(sources), how=TeX(settings.told)
    )
    return Fragments(files, listed, tuple(wide))


def _inputs(checked: Checked, settings: Settings) -> str:
    derivation = replace(checked.derivation, stacks={})  # what is built from them stands in the steps
    return hashlib.sha256(repr([asdict(derivation), settings.hashed()]).encode()).hexdigest()


def _header(fingerprint: str) -> str:
    return f"{HEADER} {__version__}, {MARK}, input sha256 {fingerprint}"


def _about(text: str) -> str:
    return text.split("\n", 2)[1].lstrip("% ")


def _rendered(part: str, settings: Settings, **values: object) -> str:
    template = shipped_environment("tex").get_template(f"fragments_{part}.tex.j2")
    return str(template.render(packages=settings.packages, **values))


def _of_derivation(checked: Checked, settings: Settings, wide: list[str]) -> Iterator[tuple[str, str, str]]:
    """The files of one derivation: name, what it is in a few words, and its text without the header."""
    name, printer, width = kebab(checked.derivation.name), settings.printer, settings.column - BESIDE
    sources = cited(checked.derivation)
    found = equations(checked, name, printer, width)
    wide += [f"{name}.{one.name}" for one in found if one.shown.width > width]
    prose = Prose(printer, frozenset(symbol.name for symbol in symbols_of(checked)))
    groups = [[_shown(one, prose, sources) for one in group] for group in grouped(found, printer, width)]
    title = plain(checked.derivation.title)
    for reasons, kind, what in ((True, "derivation", "with reasons"), (False, "equations", "without words")):
        text = _rendered("derivation", settings, groups=groups, reasons=reasons)
        yield f"{name}-{kind}.tex", f"{title}: the derivation, {what}", text
    for one in found:
        about = f"{plain(one.item.text)} ({_verdict(one)})"
        math = TeX(one.shown.source)
        yield f"{name}-eq-{one.name}.tex", about, _rendered("equation", settings, label=TeX(one.label), math=math)
    booktabs = "booktabs" in settings.packages
    rules = {place: TeX(rf"\{rule}rule" if booktabs else r"\hline") for place, rule in _RULES.items()}
    rules["strut"] = TeX("" if booktabs else r"\rule{0pt}{2.6ex}")  # lines of LaTeX's own touch what stands below
    for kind, about, table in tables.tables(checked, prose, sources):
        text = _rendered("table", settings, table=table, columns=len(table.columns), **rules)
        yield f"{name}-{kind}.tex", f"{title}: {about}", text


def _verdict(one: Equation) -> str:
    judges = ", ".join(one.item.judges)
    return one.item.verdict + (f" by {judges}" if judges else "")


def _shown(one: Equation, prose: Prose, sources: Mapping[str, object]) -> dict[str, object]:
    step = one.item.step
    why = prose(step.why[:1].upper() + step.why[1:].rstrip(" .:"))
    cite = rf"~\cite{{{step.cite}}}" if step.cite in sources else ""
    uses = ", ".join(step.uses)
    return {
        "why": TeX(why + cite),
        "comment": TeX(plain(f"{step.id}: {_verdict(one)}, {step.rule}" + (f" from {uses}" if uses else ""))),
        "lines": TeX(" \\\\\n".join(one.lines)),
    }
