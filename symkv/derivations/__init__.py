"""Derivations: data in the reader's language, checked step by step; their loading, and their certificates.

A derivation is a chain of relations with rules and reasons. Premises are assumed and printed as such; every other
step must be proved, or the derivation does not check and can't be rendered.
"""

from symkv.derivations.checking import Checked, CheckedClaim, CheckedStep, check, summary
from symkv.derivations.loading import load, load_any, named, shipped_derivations
from symkv.derivations.model import Claim, Derivation, Question, Reading, Step
from symkv.derivations.steps import Obligation, obligations

__all__ = [
    "Checked",
    "CheckedClaim",
    "CheckedStep",
    "Claim",
    "Derivation",
    "Obligation",
    "Question",
    "Reading",
    "Step",
    "check",
    "load",
    "load_any",
    "named",
    "obligations",
    "shipped_derivations",
    "summary",
]
