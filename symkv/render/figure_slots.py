"""The figures of a report: as SVG in HTML, as PDF beside a .tex, as text in Markdown, each with words for it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from symkv.caches import Stack
from symkv.errors import BadInput, Undecided
from symkv.measure import with_formats
from symkv.render.pdf import Missing
from symkv.render.values import Block, Graphic

if TYPE_CHECKING:
    from symkv.figures import Figure

WIDTH = 4.6  # inches: legible on a page and, made smaller, on a phone
MISSING = Missing("figures", "matplotlib is missing", "pip install 'symkv[plot]'")


@dataclass(frozen=True)
class Figures:
    """The figures of a report as values for templates, the PDF files that a .tex needs, and what is missing."""

    values: list[dict[str, Any]] = field(default_factory=list)
    files: dict[str, bytes] = field(default_factory=dict)
    missing: tuple[Missing, ...] = ()


def model_figures(stack: Stack, batch: int) -> Iterator[Figure]:
    """Stored and read bytes against context, and what each kind of layer keeps where there are several."""
    from symkv.figures import layers_figure, read_figure

    yield from _possible(lambda: read_figure([stack], batch=batch))
    if len(stack.parts) > 1 or any(tensor.mask.name != "causal" for part in stack.parts for tensor in part.tensors):
        yield from _possible(lambda: layers_figure(stack))


def comparison_figures(stacks: Sequence[Stack], of: str) -> Iterator[Figure]:
    """Bytes against context of all that are compared, their crossovers marked; in bf16 where no format is given."""
    from symkv.figures import context_figure

    shown = of if of in ("read", "peak") else "read" if of == "read_growth" else "stored"
    coded = [stack if stack.formats else with_formats(stack, {}, dtype=None) for stack in stacks]
    yield from _possible(lambda: context_figure(coded, of=shown))


def _possible(made: Any) -> Iterator[Figure]:
    """A figure, or none where a symbol is open or there is too much to show."""
    try:
        yield made()
    except (BadInput, Undecided):
        return


def slots(name: str, figures: Sequence[Figure], *, draw: bool) -> Figures:
    """The figures as a report has them; without `draw` as text alone."""
    from symkv.figures import alt, drawn, inline_svg, text

    drawing = draw and find_spec("matplotlib") is not None
    found = Figures(missing=(MISSING,) if draw and figures and not drawing else ())
    for place, figure in enumerate(figures, 1):
        graphic = None
        if drawing:
            file = f"{name}-figure-{place}"
            graphic = Graphic(inline_svg(figure, width=WIDTH), file)
            found.files[f"{file}.pdf"] = drawn(figure, "pdf", width=WIDTH)
        caption = f"{figure.title[:1].upper()}{figure.title[1:]}"
        lines = "\n".join(text(figure, width=72))
        found.values.append({"caption": caption, "alt": alt(figure), "graphic": graphic, "lines": Block(lines)})
    return found
