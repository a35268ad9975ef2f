"""What a layer caches, and the formulas that follow: stored, read, written, growth, state, ripple, peak.

`masks` says which rows are kept and why, `model` what a tensor, a variant and a stack of layers are, `rows` what a row
weighs in its number format, `quantities` puts them together.
"""

from symkv.caches.layers import LayerPart, Places, joined
from symkv.caches.masks import CAUSAL, MASKS, SLOT, WINDOW, Mask, Wave
from symkv.caches.model import (
    PARTS,
    ROLES,
    CachedTensor,
    Part,
    Place,
    Printed,
    Reduction,
    Role,
    Source,
    Stack,
    Variant,
    key_value,
)
from symkv.caches.quantities import QUANTITIES, number, quantity
from symkv.caches.rates import rate_of
from symkv.caches.rows import row_bytes

__all__ = [
    "CAUSAL",
    "MASKS",
    "PARTS",
    "QUANTITIES",
    "ROLES",
    "SLOT",
    "WINDOW",
    "CachedTensor",
    "LayerPart",
    "Mask",
    "Part",
    "Place",
    "Places",
    "Printed",
    "Reduction",
    "Role",
    "Source",
    "Stack",
    "Variant",
    "Wave",
    "joined",
    "key_value",
    "number",
    "quantity",
    "rate_of",
    "row_bytes",
]
