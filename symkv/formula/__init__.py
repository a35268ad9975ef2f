"""Formulas in the reader's language: read strictly, kept in written order, read over several algebras.

`Formula.parse` reads text into a whitelisted Python `ast` tree. The exact value needs the standard library only;
`.text` and `.latex` print the formula as it was written, `.sympy` hands it to sympy.
"""

from symkv.formula.core import Formula, Relation, ceil, floor, max, min, mod, sqrt, symbol

__all__ = ["Formula", "Relation", "ceil", "floor", "max", "min", "mod", "sqrt", "symbol"]
