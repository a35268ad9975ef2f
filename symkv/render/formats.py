r"""The formats of a report: how each shows text, formulas, code and figures, and how its templates are written.

Everything that a template puts out goes through `Format.source`: what is not of the format's own type is escaped. What
a macro or a block has put together is of that type, what a filter has changed is not, so that no template can turn
text into source.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from symkv.errors import BadInput
from symkv.render.escape import Html, Markdown, Plain, TeX, html, markdown, plain, tex
from symkv.render.values import Block, Code, Display, Graphic, Label, Math
from symkv.shipped import shipped

_TEX_SIGNS = {
    "block_start_string": "<%",
    "block_end_string": "%>",
    "variable_start_string": "<<",
    "variable_end_string": ">>",
    "comment_start_string": "<#",
    "comment_end_string": "#>",
}


@dataclass(frozen=True)
class Format:
    """A kind of document: its own type of source, the text of each value, its comments and its templates' signs."""

    name: str
    kind: Callable[[str], str]
    text: Callable[[object], str]
    typed: Mapping[type, Callable[[Any], str]]
    comment: str
    signs: Mapping[str, str] = field(default_factory=dict)

    def source(self, value: object) -> str:
        """The source of a value: by its type, and escaped where it has none."""
        made = self.typed.get(type(value))
        return self.kind(made(value)) if made else self.text(value)

    def joined(self, values: Any, sign: str = "") -> str:
        """Values with a sign between them, as the source of all of them: the filter `join`."""
        between = f"{' ' * sign[:1].isspace()}{self.text(sign)}{' ' * sign[-1:].isspace()}"
        return self.kind(between.join(self.source(value) for value in values))

    def whole(self, parts: Any) -> str:
        """Pieces of source as one."""
        return self.kind("".join(parts))


def _bare(line: str) -> str:
    """A line without control and direction marks, with its spaces."""
    return "".join(c if c == " " else plain(c) for c in line).rstrip()


def _lines(value: Block, escaped: Callable[[object], str]) -> str:
    """Lines in which each run of letters is escaped and spaces stay."""
    return "\n".join("".join(c if c == " " else escaped(c) for c in _bare(line)) for line in value.text.splitlines())


def _fenced(value: Block) -> str:
    """Lines behind a fence that is longer than any that they hold."""
    body = "\n".join(map(_bare, value.text.splitlines()))
    fence = "`" * max([3, *(len(run) + 1 for run in re.findall("`+", body))])
    return f"{fence}text\n{body}\n{fence}"


def _tex_graphic(value: Graphic) -> str:
    missing = rf"\fbox{{the file {tex(value.file)}.pdf is missing}}"
    return rf"\IfFileExists{{{value.file}.pdf}}{{\includegraphics{{{value.file}.pdf}}}}{{{missing}}}"


def _as_it_is(value: Label) -> str:
    return value.text


# What the converter to MathML does not read, or reads as letters, in forms that it reads.
_MATHML_NAMES = {r"\lceil": "⌈", r"\rceil": "⌉", r"\lfloor": "⌊", r"\rfloor": "⌋"}
_MATHML_BEFORE = re.compile(r"(?P<text>\\mathrm(?=\{[A-Za-z0-9,.+ -]*\}))|(?P<name>\\[lr](?:ceil|floor))(?![A-Za-z])")
_MATHML_AFTER = re.compile(r"<m[io]>(?:(?P<bracket>[⌈⌉⌊⌋])|(?P<function>min|max))</m[io]>")


def _mathml(source: str, display: str) -> str:
    from latex2mathml.converter import convert

    source = source.replace(r"{aligned}", "{align*}")
    source = _MATHML_BEFORE.sub(lambda m: r"\text" if m["text"] else _MATHML_NAMES[m["name"]], source)
    return _MATHML_AFTER.sub(
        lambda m: f'<mo stretchy="false">{m["bracket"]}</mo>' if m["bracket"] else f"<mi>{m['function']}</mi>",
        str(convert(source, display=display)),
    )


def _markdown_code(value: Code) -> str:
    plain = re.fullmatch(r"[A-Za-z0-9_.+/ =-]+", value.text)
    return f"`{value.text}`" if plain else f"<code>{markdown(value.text)}</code>"


# What Markdown would take as its own before a formula reaches the one that sets it, and names that do the same.
_MARKDOWN_MATH = {
    r"\,": r"\thinspace ",
    r"\;": r"\thickspace ",
    r"\ ": r"\thickspace ",
    r"\\": r"\cr ",
    r"\{": r"\lbrace ",
    r"\}": r"\rbrace ",
    "<": r"\lt ",
    ">": r"\gt ",
    "|": r"\vert ",
    "*": r"\ast ",
    "_": " _ ",
}
_MARKDOWN_SIGN = re.compile(r"\\[^A-Za-z]|[<>|*_]")


def markdown_math(source: str) -> str:
    r"""A formula without a sign that Markdown gives a meaning, so that it survives any reader of Markdown.

    >>> markdown_math(r"2\,n_{\mathrm{kv}}")
    '2\\thinspace n _ {\\mathrm{kv}}'
    """
    return _MARKDOWN_SIGN.sub(lambda found: _MARKDOWN_MATH.get(found[0], found[0]), source).strip()


_WHOLE = re.compile(r"\d+(?:\\,\d{3})*")


def _markdown_formula(value: Math) -> str:
    """A formula between dollars, a whole number as text."""
    return value.latex.replace(r"\,", ",") if _WHOLE.fullmatch(value.latex) else f"${markdown_math(value.latex)}$"


FORMATS: dict[str, Format] = {
    "tex": Format(
        "tex",
        TeX,
        tex,
        {
            Math: lambda value: f"${value.latex}$",
            Display: lambda value: value.latex,
            Code: lambda value: rf"\texttt{{{tex(value.text)}}}",
            Graphic: _tex_graphic,
            Block: lambda value: r"\\\relax ".join(rf"\texttt{{{tex(line)}}}" for line in value.text.splitlines()),
            Label: _as_it_is,
        },
        "% {}",
        _TEX_SIGNS,
    ),
    "html": Format(
        "html",
        Html,
        html,
        {
            Math: lambda value: _mathml(value.latex, "inline"),
            Display: lambda value: _mathml(value.latex, "block"),
            Code: lambda value: f"<code>{html(value.text)}</code>",
            Graphic: lambda value: value.svg,
            Block: lambda value: f"<pre>{_lines(value, html)}</pre>",
            Label: _as_it_is,
        },
        "<!-- {} -->",
    ),
    "md": Format(
        "md",
        Markdown,
        markdown,
        {
            Math: _markdown_formula,
            Display: lambda value: f"$$\n{markdown_math(value.latex)}\n$$",
            Code: _markdown_code,
            Graphic: lambda value: "",
            Block: _fenced,
            Label: _as_it_is,
        },
        "<!-- {} -->",
    ),
    "txt": Format(
        "txt",
        Plain,
        lambda value: value if isinstance(value, Plain) else Plain(plain(str(value))),
        {
            Math: lambda value: value.latex,
            Display: lambda value: value.latex,
            Code: lambda value: plain(value.text),
            Graphic: lambda value: "",
            Block: lambda value: "\n".join(map(_bare, value.text.splitlines())),
            Label: _as_it_is,
        },
        "{}",
    ),
}


def format_named(name: str) -> Format:
    """The format of a template by its ending, or `BadInput`."""
    if name not in FORMATS:
        raise BadInput(f"a format must be one of {', '.join(FORMATS)}, got {name[:40]!r}")
    return FORMATS[name]


def environment(kind: Format, base: type[Any] | None = None) -> Any:
    """A jinja2 environment in which every value is escaped by type and a missing one is an error.

    `base` is the class of environment: jinja2's own, or a sandbox. Only the shipped templates can be included.
    """
    import jinja2

    class Typed(base or jinja2.Environment):  # type: ignore[misc]
        """What blocks and macros have put together is of the format's own type."""

        concat = staticmethod(kind.whole)

    made = Typed(
        loader=jinja2.FileSystemLoader(str(shipped("templates"))),
        undefined=jinja2.StrictUndefined,
        finalize=kind.source,
        autoescape=False,  # `finalize` escapes, in every format, and by type
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        **kind.signs,
    )
    made.filters["join"] = kind.joined
    return made


@cache
def shipped_environment(name: str) -> Any:
    """The environment of the shipped templates of a format."""
    return environment(format_named(name))
