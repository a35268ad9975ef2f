"""Figures as SVG, PDF, PGF and PNG: the same bytes for the same data, without a date, letters as letters."""

from __future__ import annotations

import hashlib
import html
import io
import json
import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from symkv import __version__
from symkv.errors import BadInput
from symkv.figures.data import Figure
from symkv.figures.plain import text
from symkv.figures.scales import Units
from symkv.figures.style import COLUMN, INK, RC
from symkv.figures.words import alt, data
from symkv.output import HEADER, free_to_write, write_whole
from symkv.tex_signs import TEX_SIGNS

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Canvas

FORMATS = ("svg", "pdf", "pgf", "png")
NEEDS = "a drawing needs matplotlib: pip install 'symkv[plot]'"
TEX_ENGINES = ("pdflatex", "xelatex", "lualatex")
MARK = f"{HEADER} {__version__}"
DPI = 300
_FONTS = "system-ui, 'DejaVu Sans', Verdana, sans-serif"
# Where nothing else says so, the ink is dark, and light on a dark page.
_SCHEME = (
    ":where(.symkv-figure){color:#14181c}"
    "@media (prefers-color-scheme: dark){:where(.symkv-figure){color:#e8eaed}}"
    "@media print{:where(.symkv-figure){color:#14181c}}"
)


def drawn(figure: Figure, form: str, *, units: Units = "binary", width: float = COLUMN) -> bytes:
    """The figure as the bytes of an SVG, PDF, PGF or PNG file, `width` inches wide.

    Raises `BadInput` for another form, without matplotlib, and for PGF without a TeX engine, which has to measure its
    letters.
    """
    if form not in FORMATS:
        raise BadInput(f"a figure must be one of {', '.join(FORMATS)}, got {form[:20]!r}; write -o figure.svg")
    if form == "svg":
        body = inline_svg(figure, units=units, width=width)
        return (
            f'<?xml version="1.0" encoding="utf-8"?>\n<!-- {MARK}, data sha256 {_digest(figure)} -->\n{body}'.encode()
        )
    stream = io.BytesIO()
    with _styled() as canvas_of:
        canvas = canvas_of(figure, units, width)
        if form == "pgf":
            return _pgf(canvas, figure)
        if form == "pdf":
            about = {"Title": figure.title, "Subject": alt(figure, units=units), "Creator": MARK}
            canvas.savefig(stream, format="pdf", metadata={**about, "Producer": None, "CreationDate": None})
        else:
            about = {"Title": figure.title, "Description": alt(figure, units=units), "Software": MARK}
            canvas.savefig(stream, format="png", dpi=DPI, facecolor="white", metadata=about)
    return stream.getvalue()


def inline_svg(figure: Figure, *, units: Units = "binary", width: float = COLUMN) -> str:
    """The figure as an <svg> element for an HTML page: its title and description inside, no id that is not its own.

    Text and axes take the colour of the page around it. Raises `BadInput` without matplotlib.
    """
    with _styled() as canvas_of:
        stream = io.BytesIO()
        nothing = dict.fromkeys(("Creator", "Date", "Format", "Type"))
        canvas_of(figure, units, width).savefig(stream, format="svg", metadata=nothing)
    return _own(stream.getvalue().decode(), figure, units)


def shown(figure: Figure) -> str:
    """The figure for a notebook: as SVG, or as text where matplotlib is missing."""
    try:
        return inline_svg(figure)
    except BadInput:
        return f"<pre>{html.escape(chr(10).join(text(figure)))}</pre>"


def write_figure(
    figure: Figure, target: Path, *, units: Units = "binary", width: float | None = None, force: bool = False
) -> str:
    """Write the figure in the form that the file's ending names, and return the SHA-256 of what was written.

    Without `width` in inches it is one column wide. Raises `BadInput` for another ending or width, for a file that
    symkv did not write (unless `force`), and as `drawn` does.
    """
    form = target.suffix.removeprefix(".").lower()
    if form not in FORMATS:
        endings = ", ".join(f".{name}" for name in FORMATS)
        raise BadInput(f"a figure's file must end in one of {endings}, got {target.name[:60]!r}; write -o figure.svg")
    if width is not None and not 2 <= width <= 20:
        raise BadInput(f"a drawing must be 2 to 20 inches wide, got {width:g}; write --inches 6.5")
    free_to_write(target, force=force or _ours(target))
    content = drawn(figure, form, units=units, width=COLUMN if width is None else width)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        write_whole(target, content)
    except OSError as problem:
        raise BadInput(f"the place must be writable, got {problem.strerror}", where=str(target)) from None
    return hashlib.sha256(content).hexdigest()


def _ours(target: Path) -> bool:
    """Whether symkv wrote a PDF or a picture, which carry the mark inside."""
    try:
        return not target.is_symlink() and target.is_file() and HEADER.encode() in target.read_bytes()
    except OSError:
        return False


def _digest(figure: Figure) -> str:
    return hashlib.sha256(json.dumps(data(figure), sort_keys=True).encode()).hexdigest()


@contextmanager
def _styled() -> Iterator[Callable[[Figure, Units, float], Canvas]]:
    """matplotlib in symkv's own style, whatever the user's settings are."""
    try:
        import matplotlib
    except ImportError:
        raise BadInput(NEEDS) from None
    from symkv.figures.drawing import draw

    style: dict[str, Any] = {key: value for key, value in matplotlib.rcParamsDefault.items() if key not in _LEFT}
    style.update(RC)
    with matplotlib.rc_context(style):
        yield lambda figure, units, width: draw(figure, units=units, width=width)


_LEFT = ("backend", "backend_fallback", "toolbar", "timezone", "interactive")  # what would load or switch a backend

# -- SVG ---------------------------------------------------------------------------------------------------------------


def _own(source: str, figure: Figure, units: Units) -> str:
    """matplotlib's SVG with a title, a description, the page's own ink, and ids of its own."""
    body = source[source.index("<svg") :]
    name = f"symkv-{_digest(figure)[:10]}"
    body = re.sub(r"<metadata>.*?</metadata>\s*", "", body, flags=re.DOTALL)
    body = re.sub(r'<g id="[A-Za-z0-9_.]+">', "<g>", body)
    ids = re.findall(r' id="([^"]+)"', body)
    for found in dict.fromkeys(ids):
        body = re.sub(rf'(id="|url\(#|href="#){re.escape(found)}(?=["\)])', rf"\g<1>{name}-{found}", body)
    body = body.replace(INK, "currentColor").replace(INK.upper(), "currentColor")
    body = re.sub(r"(font: [^;\"]*?)'DejaVu Sans'[^;\"]*", rf"\g<1>{_FONTS}", body)
    title = f'<title id="{name}-title">{html.escape(figure.title)}</title>'
    words = f'<desc id="{name}-desc">{html.escape(alt(figure, units=units))}</desc>'
    head = f' class="symkv-figure" role="img" aria-labelledby="{name}-title {name}-desc"'
    head += ' style="max-width:100%;height:auto">'
    start, _, rest = body.partition(">")
    return f"{start}{head}\n{title}\n{words}\n<style>{_SCHEME}</style>{rest}"


# -- PGF ---------------------------------------------------------------------------------------------------------------

_TEX = {
    **TEX_SIGNS,
    "\u00b2": r"\textsuperscript{2}",
    "\u00b3": r"\textsuperscript{3}",
    "\u2074": r"\textsuperscript{4}",
}


def _pgf(canvas: Canvas, figure: Figure) -> bytes:
    """PGF for \\input; every text is escaped first, for this is the one form in which text would become TeX."""
    import matplotlib
    from matplotlib.text import Text
    from matplotlib.ticker import FixedFormatter

    engine = next((name for name in TEX_ENGINES if shutil.which(name)), None)
    if engine is None:
        raise BadInput(f"a .pgf needs a TeX engine to measure its letters: {', '.join(TEX_ENGINES)}; .pdf needs none")
    matplotlib.rcParams["pgf.texsystem"] = engine
    for item in canvas.findobj(Text):
        item.set_text(_escaped(item.get_text()))
    for axes in canvas.axes:
        for side in (axes.xaxis, axes.yaxis):
            formatter = side.get_major_formatter()
            if isinstance(formatter, FixedFormatter):  # labels of ticks are made anew from it
                formatter.seq = [_escaped(label) for label in formatter.seq]
    stream = io.BytesIO()
    canvas.savefig(stream, format="pgf")
    body = "\n".join(line for line in stream.getvalue().decode().splitlines() if not line.startswith("%%"))
    head = f"% {MARK}, data sha256 {_digest(figure)}\n% \\usepackage{{pgf}}, then \\input this file\n"
    return (head + body.lstrip() + "\n").encode()


def _escaped(text: str) -> str:
    """Text that TeX sets as it stands; what its fonts may lack is a question mark."""
    return "".join(_TEX.get(char, char if " " <= char <= "~" or char == "\n" else "?") for char in text)
