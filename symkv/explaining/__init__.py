"""Why a statement, or a step of a derivation, is proved, refuted or left open."""

from symkv.explaining.claims import claim_hint, claim_lines
from symkv.explaining.statements import Explanation, NormalForms, explain, explained, normal_forms
from symkv.explaining.steps import StepExplanation, Walk, explain_step

__all__ = [
    "Explanation",
    "NormalForms",
    "StepExplanation",
    "Walk",
    "claim_hint",
    "claim_lines",
    "explain",
    "explain_step",
    "explained",
    "normal_forms",
]
