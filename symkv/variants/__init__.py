"""The catalogue: one file per attention variant. A new file here is a new variant, with no other edit anywhere."""

from __future__ import annotations

import difflib
import importlib
import pkgutil
from functools import cache

from symkv.caches import Variant
from symkv.errors import BadInput


@cache
def catalogue() -> dict[str, Variant]:
    """Every variant by name, in alphabetical order; each module of this folder defines one `VARIANT`."""
    names = sorted(module.name for module in pkgutil.iter_modules(__path__))
    return {name: importlib.import_module(f"{__name__}.{name}").VARIANT for name in names}


def variant(name: str) -> Variant:
    """The variant of that name.

    >>> variant("mla").tensors[0].width
    'd_latent'
    """
    found = catalogue().get(name)
    if found is None:
        near = difflib.get_close_matches(name, catalogue(), n=3, cutoff=0.4) or list(catalogue())
        raise BadInput(f"a variant must be in the catalogue, {name[:40]!r} is not; try {', '.join(near)}")
    return found
