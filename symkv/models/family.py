"""What a row about a model type says: how its fields are called, how its layers are laid out, what each kind keeps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

FULL, SLIDING, CHUNKED, LINEAR = "full_attention", "sliding_attention", "chunked_attention", "linear_attention"
INDEXED, HYBRID, HYBRID_SLIDING = "indexed_attention", "hybrid", "hybrid_sliding"

ROWS: Mapping[str, tuple[str, ...]] = {FULL: ("rows",)}
WINDOWED: Mapping[str, tuple[str, ...]] = {FULL: ("rows",), SLIDING: ("window",)}
LATENT: Mapping[str, tuple[str, ...]] = {FULL: ("latent",)}


@dataclass(frozen=True)
class Family:
    """How one model type is read.

    `mixers` says for each kind of layer which mixers it has, each giving what the layer keeps. `lists` are the
    fields that may name the kinds layer by layer, the first one that is given counts; `layout` derives them where
    none is. `names` maps a word to the fields that hold it where they are not the usual ones: the first that is
    given counts, and names joined by | must agree. `kv`, `share` and `overrides` name a rule for the key-value
    heads, for layers that reuse the cache of another, and for fields of single layers. `encoder` types attend to an
    encoder unless is_encoder_decoder is false. `gated` types have the window only with use_sliding_window. `also`
    are further fields whose content is told by the others, `ones` per-layer lists in which every entry must be 1,
    `facts` words that only an engine needs, `implied` sizes that released configs leave to the default of the
    type's class, `repeats` the outer and inner passes of a model whose layers keep a cache for each, `draft` the
    kind of a layer that drafts tokens.
    """

    mixers: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: ROWS)
    layout: str = "full"
    lists: tuple[str, ...] = ("layer_types",)
    names: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    kv: str = "heads"
    share: str = ""
    overrides: str = ""
    repeats: tuple[str, ...] = ()
    encoder: bool = False
    gated: bool = False
    also: tuple[str, ...] = ()
    ones: tuple[str, ...] = ()
    facts: tuple[str, ...] = ()
    implied: tuple[str, ...] = ()
    draft: str = FULL
