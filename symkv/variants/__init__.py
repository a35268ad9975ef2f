"""The catalogue: one file per kind of attention. A new file here is a new variant, with no other edit anywhere."""

from __future__ import annotations

import importlib
from functools import cache, lru_cache
from importlib.util import find_spec

from symkv import symbols
from symkv.caches import Variant
from symkv.errors import BadInput, alike

FAMILIES = (  # the order in which lists show them; a family that is not here comes last
    "every token kept",
    "shared across layers",
    "windowed",
    "stored is not read",
    "constant state",
    "cross and draft",
    "number formats",
    "token budgets",
)


def _of(module: str) -> tuple[Variant, ...]:
    found = importlib.import_module(f"{__name__}.{module}")
    return getattr(found, "VARIANTS", None) or (found.VARIANT,)


@cache
def catalogue() -> dict[str, Variant]:
    """Every variant by name, in alphabetical order; a module of this folder defines one `VARIANT`, or `VARIANTS`."""
    import pkgutil

    found = [item for module in pkgutil.iter_modules(__path__) for item in _of(module.name)]
    names = [item.name for item in found]
    if twice := [name for name in names if names.count(name) > 1]:
        raise BadInput(f"a variant must have a name of its own, {twice[0]} is used twice; rename one")
    return {item.name: item for item in sorted(found, key=lambda item: item.name)}


@lru_cache(1024)
def _alone(name: str) -> Variant | None:
    """The variant in the module of its own name, so that a model loads no kinds of attention but its own."""
    if not name.isidentifier() or find_spec(f"{__name__}.{name}") is None:
        return None
    return next((item for item in _of(name) if item.name == name), None)


def is_variant(name: str) -> bool:
    """Whether a variant has that name.

    >>> is_variant("mla"), is_variant("./config.json")
    (True, False)
    """
    return name.isidentifier() and (_alone(name) is not None or name in catalogue())


def variant(name: str) -> Variant:
    """The variant of that name.

    >>> variant("mla").tensors[0].width
    'd_latent'
    """
    found = _alone(name) or catalogue().get(name)
    if found is None:
        near = alike(name, catalogue(), cutoff=0.4) or list(catalogue())[:8]
        raise BadInput(f"a variant must be in the catalogue, {name[:40]!r} is not; try {', '.join(near)}")
    return found


symbols.declared_by(catalogue)
