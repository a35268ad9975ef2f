r"""One pass over a LaTeX file: where the maths, tables, labels and annotations stand. Nothing is expanded or executed.

Comments, verbatim text, what stands behind \iffalse and what follows \end{document} are blanked out, character by
character, so that every offset stays what it was. A condition that the text alone does not settle (\ifdraft) is read
on both sides.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import NamedTuple

DISPLAYS = frozenset(
    f"{name}{star}"
    for name in (
        "equation align gather multline flalign alignat xalignat eqnarray displaymath dmath IEEEeqnarray".split()
    )
    for star in ("", "*")
)
VERBATIM = frozenset(
    "verbatim verbatim* Verbatim Verbatim* BVerbatim lstlisting minted comment filecontents filecontents* alltt".split()
)
TABULARS = frozenset("tabular tabular* tabularx tabulary longtable".split())
FLOATS = frozenset("table table* wraptable sidewaystable figure figure* longtable".split())
MARK = "%!symkv"
MAX_ANNOTATION = 2000

_TOKEN = re.compile(
    r"(?P<comment>%[^\n]*)"
    r"|\\begin[ \t]*\{(?P<begin>[^{}\\\n]{1,40})\}"
    r"|\\end[ \t]*\{(?P<end>[^{}\\\n]{1,40})\}"
    r"|\\(?P<verb>verb|lstinline)\*?(?P<bar>[!-),-/0-9:-@\[-`|~])"
    r"|(?P<word>\\[A-Za-z@]+)"
    r"|(?P<escape>\\.)"
    r"|(?P<dollar>\$\$?)"
    r"|(?P<brace>[{}])"
    r"|(?P<blank>\n[ \t]*(?=\n))",
    re.ASCII | re.DOTALL,
)
_DEFINITION = re.compile(
    r"\*?[ \t\n]{0,20}(?:\{[ \t]{0,20}(\\[A-Za-z@]+|\\.|[A-Za-z@]+\*?)[ \t]{0,20}\}|(\\[A-Za-z@]+|\\.))", re.ASCII
)
_GROUPS = {  # how many bodies in braces follow the name
    **dict.fromkeys("newcommand renewcommand providecommand DeclareRobustCommand DeclareMathOperator".split(), 1),
    **dict.fromkeys("def edef gdef xdef".split(), 1),
    **dict.fromkeys("NewDocumentCommand RenewDocumentCommand ProvideDocumentCommand".split(), 2),
    **dict.fromkeys("newenvironment renewenvironment NewDocumentEnvironment".split(), 2),
    **dict.fromkeys("let newif DeclareMathSymbol".split(), 0),
}
_PRIMITIVE = frozenset(
    "if ifcat ifx ifnum ifdim ifodd ifvmode ifhmode ifmmode ifinner ifvoid ifhbox ifvbox ifeof iftrue iffalse ifcase "
    "ifdefined ifcsname iffontchar".split()
)
_INPUT = re.compile(r"[ \t]*\{([^{}\n]{0,300})\}|[ \t]+([^\s{}\\%$]{1,300})")
_LABEL = re.compile(r"[ \t]*\{([^{}\n]{1,200})\}")
_INPUTS = frozenset({"input", "include", "subfile"})


class Annotation(NamedTuple):
    """An annotation: the offset of its `%`, its text, and whether nothing but space stands before it on its line."""

    start: int
    text: str
    alone: bool


class Maths(NamedTuple):
    """A piece of maths with the offsets of the whole and of what is inside, and how it was opened."""

    start: int
    inner: int
    stop: int
    end: int
    opener: str

    @property
    def display(self) -> bool:
        """Whether it stands on lines of its own."""
        return self.opener not in ("$", r"\(")


class Span(NamedTuple):
    """An environment: its name, and the offsets of the whole."""

    name: str
    start: int
    end: int


@dataclass
class Scan:
    """What stands where in one file; `text` is as long as the file, with everything that is not live blanked out."""

    text: str = ""
    annotations: list[Annotation] = field(default_factory=list)
    maths: list[Maths] = field(default_factory=list)
    inputs: list[tuple[int, str]] = field(default_factory=list)
    labels: list[tuple[int, str]] = field(default_factory=list)
    floats: list[Span] = field(default_factory=list)
    tabulars: list[Span] = field(default_factory=list)
    redefined: dict[str, int] = field(default_factory=dict)
    problems: list[tuple[int, str]] = field(default_factory=list)


def scan(source: str, conditions: set[str] | None = None) -> Scan:
    r"""What stands where in the text of a LaTeX file; `conditions` collects what \newif declares, over several files.

    >>> found = scan("\\[ a = b \\] %!symkv proves\n% $c$\n")
    >>> [item.opener for item in found.maths], [note.text for note in found.annotations]
    (['\\['], ['proves'])
    """
    return _Scanner(source, set() if conditions is None else conditions).run()


class _Scanner:
    def __init__(self, source: str, known: set[str]) -> None:
        self.source, self.found = source, Scan()
        self.blanks: list[tuple[int, int]] = []
        self.at = 0
        self.math: tuple[int, int, str] | None = None
        self.conditions: list[str] = []  # "live", or "true" whose other branch is dead
        self.dead: tuple[int, int] | None = None  # where dead text starts, and how many conditions are open in it
        self.known = known
        self.known |= _PRIMITIVE
        self.groups, self.depth, self.defined_at = 0, 0, 0
        self.open: list[tuple[str, int]] = []  # floats and tabulars

    def run(self) -> Scan:
        while match := _TOKEN.search(self.source, self.at):
            self.at = match.end()
            if self.dead is not None:
                self.in_dead(match)
            elif match["comment"] is not None:
                self.comment(match)
            elif self.groups:
                self.in_definition(match)
            else:
                self.live(match)
        if self.dead is not None:
            self.blanks.append((self.dead[0], len(self.source)))
            self.problem(self.dead[0], r"what is dead from here on is not ended; add \fi")
        if self.groups:
            self.problem(self.defined_at, "the braces of this definition are not closed")
        if self.math is not None and self.math[2] not in ("$", r"\("):
            self.problem(self.math[0], "this display is not closed")
        self.found.text = self.blanked()
        return self.found

    def problem(self, offset: int, text: str) -> None:
        self.found.problems.append((offset, text))

    def blanked(self) -> str:
        pieces, end = [], 0
        for start, stop in self.blanks:
            pieces += [self.source[end:start], _blank(self.source[start:stop])]
            end = stop
        return "".join([*pieces, self.source[end:]])

    # -- what is not live ----------------------------------------------------------------------------------------------

    def comment(self, match: re.Match[str]) -> None:
        self.blanks.append(match.span())
        text = match["comment"]
        if text.startswith(MARK) and (len(text) == len(MARK) or text[len(MARK)] in " \t:"):
            before = self.source[self.source.rfind("\n", 0, match.start()) + 1 : match.start()]
            words = text[len(MARK) :].lstrip(" \t:").rstrip()
            self.found.annotations.append(Annotation(match.start(), words, not before.strip()))

    def in_dead(self, match: re.Match[str]) -> None:
        assert self.dead is not None
        start, depth = self.dead
        word = (match["word"] or "")[1:]
        if word in self.known:
            self.dead = (start, depth + 1)
        elif word == "fi" or (word == "else" and depth == 1):
            self.dead = (start, depth - 1) if word == "fi" and depth > 1 else None
            if self.dead is None:
                self.blanks.append((start, match.end()))
                if word == "else":
                    self.conditions.append("live")

    def in_definition(self, match: re.Match[str]) -> None:
        if match["brace"] == "{":
            self.depth += 1
        elif match["brace"] == "}":
            self.depth -= 1
            if self.depth <= 0:
                self.groups, self.depth = self.groups - (self.depth == 0), 0
        elif self.depth == 0 and not match["escape"]:  # no body follows after all
            self.groups = 0
            self.at = match.start()

    def verbatim(self, name: str, start: int) -> None:
        stop = self.source.find(rf"\end{{{name}}}", self.at)
        if stop < 0:
            self.problem(start, f"the environment {name} is not closed")
            stop = len(self.source)
        self.blanks.append((start, stop))
        self.at = stop + len(rf"\end{{{name}}}")

    # -- what is live --------------------------------------------------------------------------------------------------

    def live(self, match: re.Match[str]) -> None:
        if match["word"] is not None:
            self.word(match)
        elif match["begin"] is not None:
            self.begin(match)
        elif match["end"] is not None:
            self.end(match)
        elif match["dollar"] is not None:
            self.dollar(match)
        elif match["escape"] in (r"\[", r"\("):
            if self.math is None:
                self.math = (match.start(), match.end(), match["escape"])
        elif match["escape"] in (r"\]", r"\)"):
            if self.math is not None and self.math[2] == {r"\]": r"\[", r"\)": r"\("}[match["escape"]]:
                self.close(match.start(), match.end())
        elif match["bar"] is not None and self.math is None:
            line = self.source.find("\n", self.at)
            stop = self.source.find(match["bar"], self.at, line if line >= 0 else len(self.source))
            if stop >= 0:
                self.blanks.append((match.start(), stop + 1))
                self.at = stop + 1
        elif match["blank"] is not None and self.math is not None and not Maths(0, 0, 0, 0, self.math[2]).display:
            self.math = None  # a paragraph ends what was not closed

    def word(self, match: re.Match[str]) -> None:
        word = match["word"][1:]
        if word in self.known:
            if word == "iffalse":
                self.dead = (match.start(), 1)
            else:
                self.conditions.append("true" if word == "iftrue" else "live")
        elif word == "else" and self.conditions:
            if self.conditions.pop() == "true":
                self.dead = (match.start(), 1)
            else:
                self.conditions.append("live")
        elif word == "fi" and self.conditions:
            self.conditions.pop()
        elif word in _GROUPS:
            self.definition(word, match)
        elif word == "catcode":
            self.found.redefined.setdefault(r"\catcode", match.start())
        elif word == "label":
            if label := _LABEL.match(self.source, match.end()):
                self.found.labels.append((match.start(), label[1].strip()))
                self.at = label.end()
        elif word in _INPUTS and self.math is None:
            name = _INPUT.match(self.source, match.end())
            self.found.inputs.append((match.start(), (name[1] or name[2] or "") if name else ""))
            self.at = name.end() if name else self.at

    def definition(self, word: str, match: re.Match[str]) -> None:
        named = _DEFINITION.match(self.source, match.end())
        if named is None:
            return
        name = named[1] or named[2]
        self.at = named.end()
        if word == "newif":
            self.known.add(name[1:])
            return
        if name[1:] in _PRIMITIVE | {"fi", "else"}:
            self.problem(match.start(), f"{name} is given another meaning, so that what is printed can't be told")
        self.found.redefined.setdefault(name, match.start())
        self.groups, self.depth, self.defined_at = _GROUPS[word], 0, match.start()

    def begin(self, match: re.Match[str]) -> None:
        name = match["begin"]
        if self.math is not None:
            return  # also of verbatim text, which prints: the reader refuses it
        if name in VERBATIM:
            self.verbatim(name, match.start())
        elif name in DISPLAYS or name == "math":
            self.math = (match.start(), match.end(), r"\(" if name == "math" else name)
        elif name in TABULARS or name in FLOATS:
            self.open.append((name, match.start()))

    def end(self, match: re.Match[str]) -> None:
        name = match["end"]
        if name == "document":
            self.blanks.append((match.start(), len(self.source)))
            self.at = len(self.source)
        elif self.math is not None:
            if self.math[2] == name or (name == "math" and self.math[2] == r"\("):
                self.close(match.start(), match.end())
        elif self.open and self.open[-1][0] == name:
            _, start = self.open.pop()
            span = Span(name, start, match.end())
            self.found.tabulars += [span] if name in TABULARS else []
            self.found.floats += [span] if name in FLOATS else []

    def dollar(self, match: re.Match[str]) -> None:
        sign = match["dollar"]
        if self.math is None:
            self.math = (match.start(), match.end(), sign)
        elif self.math[2] == sign:
            self.close(match.start(), match.end())
        elif self.math[2] == "$":  # `$$` ends one formula and begins the next
            self.close(match.start(), match.start() + 1)
            self.at = match.start() + 1

    def close(self, stop: int, end: int) -> None:
        assert self.math is not None
        start, inner, opener = self.math
        self.found.maths.append(Maths(start, inner, stop, end, opener))
        self.math = None


def _blank(text: str) -> str:
    """As many characters, lines kept."""
    return "\n".join(" " * len(line) for line in text.split("\n"))
