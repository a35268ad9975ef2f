"""Figures for where people would rather look than read: exact data, drawn as vectors, or as text for a terminal.

`context_figure`, `read_figure`, `designs_figure` and `layers_figure` make the data; `drawn` gives it as SVG, PDF, PGF
or PNG (the extra `plot`), `inline_svg` as SVG for an HTML page, `text` as lines, `alt` as one sentence.
"""

from symkv.figures.curves import context_figure, read_figure
from symkv.figures.data import Curves, Figure, Lattice, Layers, Points
from symkv.figures.export import FORMATS, drawn, inline_svg, write_figure
from symkv.figures.lattice import designs_figure
from symkv.figures.layers import layers_figure
from symkv.figures.plain import text
from symkv.figures.scales import Units, check_units
from symkv.figures.words import alt, data

__all__ = [
    "FORMATS",
    "Curves",
    "Figure",
    "Lattice",
    "Layers",
    "Points",
    "Units",
    "alt",
    "check_units",
    "context_figure",
    "data",
    "designs_figure",
    "drawn",
    "inline_svg",
    "layers_figure",
    "read_figure",
    "text",
    "write_figure",
]
