"""Solving a cache formula for any of its symbols: closed forms, whole answers with both neighbours, every one proved."""

from symkv.solve.answer import Answer, Neighbour, Solution, solve

__all__ = ["Answer", "Neighbour", "Solution", "solve"]
