"""Derivations: data in the reader's language, checked step by step; their loading, and their certificates.

A derivation is a chain of relations with rules and reasons. Premises are assumed and printed as such; every other
step must be proved, or the derivation does not check and can't be rendered.
"""

from symkv.derivations.checking import Checked, CheckedStep, check, summary
from symkv.derivations.loading import load, load_any, named, shipped_derivations
from symkv.derivations.model import Claim, Derivation, Instance, Question, Step
from symkv.derivations.steps import Obligation, obligations
from symkv.derivations.telling import telling
from symkv.derivations.values import CheckedClaim, CheckedInstance

__all__ = [
    "Checked",
    "CheckedClaim",
    "CheckedInstance",
    "CheckedStep",
    "Claim",
    "Derivation",
    "Instance",
    "Obligation",
    "Question",
    "Step",
    "check",
    "load",
    "load_any",
    "named",
    "obligations",
    "shipped_derivations",
    "summary",
    "telling",
]
