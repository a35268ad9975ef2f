"""Solving a cache formula for any of its symbols: closed forms and whole answers with both neighbours, all proved."""

from symkv.solve.against import Share, solve_against
from symkv.solve.answer import Answer, Neighbour, Solution, solve
from symkv.solve.compare import Comparison, compare
from symkv.solve.designs import Design, Designs, designs, parse_box
from symkv.solve.result import comparison_result, designs_result, result_of, share_result

__all__ = [
    "Answer",
    "Comparison",
    "Design",
    "Designs",
    "Neighbour",
    "Share",
    "Solution",
    "compare",
    "comparison_result",
    "designs",
    "designs_result",
    "parse_box",
    "result_of",
    "share_result",
    "solve",
    "solve_against",
]
