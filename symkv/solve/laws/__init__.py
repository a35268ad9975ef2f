"""The equations of serving by name: solved for any of their symbols, with uncertain inputs as exact intervals."""

from symkv.solve.laws.given import Reading, read_given
from symkv.solve.laws.law import Law, is_law, law, laws
from symkv.solve.laws.listing import law_items, law_shown
from symkv.solve.laws.result import law_result
from symkv.solve.laws.solving import LawAnswer, LawSolution, solve_law
from symkv.solve.laws.text import law_show_text, law_text

__all__ = [
    "Law",
    "LawAnswer",
    "LawSolution",
    "Reading",
    "is_law",
    "law",
    "law_items",
    "law_result",
    "law_show_text",
    "law_shown",
    "law_text",
    "laws",
    "read_given",
    "solve_law",
]
