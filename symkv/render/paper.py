"""A paper's own form in LaTeX, as its author wrote it: by latexify-py, or by the formula's own printer without it."""

from __future__ import annotations

import ast
import re

from symkv.caches import Variant
from symkv.errors import JudgesDisagree
from symkv.formula import Formula, latex
from symkv.render.reread import reread

# One-character identifiers that latexify prints as they are; a formula with more names has no paper form.
_PLACEHOLDERS = "ABCDEFGHJKLMNPQRTUVWXYZabcdefghjkmnopqrstuvwxyz"


def paper_latex(variant: Variant) -> str:
    r"""The paper form of a variant in LaTeX, in the author's factor order.

    >>> from symkv.variants import variant
    >>> paper_latex(variant("mla"))
    '\\left(d_{\\mathrm{c}} + d_{\\mathrm{r}}\\right)\\,L\\,b'
    """
    formula = variant.paper_formula()
    try:
        return reread(by_latexify(formula), formula)
    except (ImportError, AttributeError):  # not installed, or on a Python whose ast has lost what latexify imports
        return formula.latex
    except JudgesDisagree:  # latexify lost a bracket, or prints what symkv does not read
        return reread(formula.latex, formula)


def by_latexify(formula: Formula) -> str:
    """The formula by latexify-py, with the letters of the symbol table and the spacing of `Formula.latex`.

    latexify prints names of one letter as they are, so each symbol goes through as one letter. It drops brackets
    around a conditional factor and around a negative one; `paper_latex` reads back what it shows.
    """
    from latexify.codegen import ExpressionCodegen

    letters = dict(zip(formula.names, _PLACEHOLDERS, strict=False))
    renamed = formula.substitute({name: Formula(ast.Name(letter, ast.Load())) for name, letter in letters.items()})
    printed = str(ExpressionCodegen().visit(renamed.tree))
    printed = printed.replace(r"\mathopen{}", "").replace(r"\mathclose{}", "")
    for function in ("min", "max"):
        printed = printed.replace(rf"\mathrm{{{function}}} ", rf"\{function}")
    names = {letter: latex.name(word) for word, letter in letters.items()}
    return _spaced(printed, names)


def _spaced(printed: str, names: dict[str, str]) -> str:
    """Placeholders replaced, a thin space for a product and a dot before a number."""
    printed = printed.replace(r"\left( ", r"\left(").replace(r" \right)", r"\right)")
    printed = re.sub(r" \\cdot (?!\d)", r"\\,", printed)
    printed = _PRODUCT_SPACE.sub(r"\\,", printed)
    printed = re.sub(r"\d+", lambda match: latex.number(int(match[0])), printed)
    return re.sub(r"(?<![\\A-Za-z])[A-Za-z](?![A-Za-z])", lambda match: names.get(match[0], match[0]), printed).strip()


# A space of latexify's that is no padding of an operator, a comma or a bracket stands between two factors.
_PRODUCT_SPACE = re.compile(r"(?<!\\lceil)(?<!\\lfloor)(?<!\\cdot)(?<![-+,]) (?![-+]|\\cdot|\\right)")
