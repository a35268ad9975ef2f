"""Solving a cache formula for any of its symbols: closed forms and whole answers with both neighbours, all proved."""

from symkv.solve.answer import Answer, Neighbour, Solution, solve
from symkv.solve.result import result_of

__all__ = ["Answer", "Neighbour", "Solution", "result_of", "solve"]
