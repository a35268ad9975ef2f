"""Papers in LaTeX: annotated equations and printed numbers, read strictly and put before the judges."""

from symkv.papers.judging import check_paper, judged, judged_paper
from symkv.papers.model import CheckedEquation, CheckedPaper, Coverage, Item, Paper, Place
from symkv.papers.reading import read_paper, whole_paper

__all__ = [
    "CheckedEquation", "CheckedPaper", "Coverage", "Item", "Paper", "Place", "check_paper", "judged", "judged_paper",
    "read_paper", "whole_paper",
]  # fmt: skip
