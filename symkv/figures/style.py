"""How figures look: colours that colour-blind readers tell apart, each with a line, a marker and a hatch of its own.

The colours are Okabe and Ito's, as far as they stand out by 3:1 on white and on a dark page alike; what would not has
been darkened.
"""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from typing import Any

INK = "#0f1e2d"  # stands for the colour of the text around the figure; SVG says currentColor for it
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", INK, "#B27B00", "#3A8FC7", "#8A7FC0")
LINES: tuple[Any, ...] = (
    "-",
    (0, (5, 1.5)),
    (0, (5, 1.5, 1, 1.5)),
    (0, (1, 1.2)),
    (0, (8, 2)),
    (0, (3, 1.2, 1, 1.2, 1, 1.2)),
    (0, (2.5, 1)),
    (0, (8, 1.5, 1, 1.5)),
)
MARKERS = ("o", "s", "^", "D", "v", "P", "X", "*")
HATCHES = ("", "////", "\\\\\\\\", "xxxx", "||||", "++++", "----", "//\\\\||")  # of lines, for dots make large files
COLUMN = 3.17  # inches, one column: article has 229.5 pt, ACM 241 pt, IEEE 252 pt

LETTER = 0.056  # inches, about the width of a letter of a legend

RC: dict[str, Any] = {
    "axes.edgecolor": INK,
    "axes.labelcolor": INK,
    "axes.labelsize": 7.5,
    "axes.linewidth": 0.6,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "figure.facecolor": "none",
    "axes.facecolor": "none",
    "savefig.facecolor": "none",
    "figure.constrained_layout.h_pad": 0.02,
    "figure.constrained_layout.w_pad": 0.02,
    "font.family": ["DejaVu Sans"],
    "font.size": 7.5,
    "grid.color": INK,
    "grid.alpha": 0.18,
    "grid.linewidth": 0.4,
    "hatch.linewidth": 0.5,
    "legend.frameon": False,
    "legend.fontsize": 7,
    "legend.handlelength": 2.6,
    "lines.linewidth": 1.2,
    "lines.markersize": 3.6,
    "text.color": INK,
    "text.parse_math": False,  # a name with a dollar sign is a name
    "xtick.color": INK,
    "xtick.labelsize": 7,
    "xtick.major.width": 0.6,
    "ytick.color": INK,
    "ytick.labelsize": 7,
    "ytick.major.width": 0.6,
    "svg.fonttype": "none",  # letters stay letters
    "svg.hashsalt": "symkv",
    "pdf.fonttype": 42,  # TrueType embedded; journals refuse Type 3
    "pgf.rcfonts": False,  # the letters of the document around it
    "axes.unicode_minus": False,
}


def wrapped(labels: Sequence[str], width: float) -> list[str]:
    """The labels of a legend over several lines where they are wider than so many inches.

    >>> wrapped(["key, value", "a stack written as text"], 0.6)
    ['key, value', 'a stack\\nwritten as\\ntext']
    """
    return ["\n".join(textwrap.wrap(label, int(width / LETTER))) for label in labels]
