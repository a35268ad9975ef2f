"""The self-test: symkv's promises about its proofs, measured on the user's own machine."""

from symkv.selftest.compare import compare
from symkv.selftest.figures import Figure, report
from symkv.selftest.run import run

__all__ = ["Figure", "compare", "report", "run"]
