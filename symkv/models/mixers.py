"""What a layer keeps for each kind of mixer: rows of heads, windows, chunks, latents, indices, cross-attention."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction

from symkv.caches import LayerPart, Part
from symkv.errors import BadInput
from symkv.formula import Formula
from symkv.models.reading import Reading
from symkv.models.values import MISSING, count, flag, per_layer, shown
from symkv.variants import variant

Build = Callable[[Reading, int], LayerPart]


@dataclass(frozen=True)
class Mixer:
    """How one layer's part is read, and the words that it reads."""

    build: Build
    words: tuple[str, ...]


def part(
    name: str, label: str, values: Mapping[str, int | None], *, counts: Mapping[str, int] | None = None
) -> LayerPart:
    """A layer's part: a variant of the catalogue with the numbers of this layer; what is None stays open."""
    known = {name: Formula.of(value) for name, value in values.items() if value is not None}
    return LayerPart(Part(variant(name), known, label), counts=counts or {})


# -- heads ------------------------------------------------------------------------------------------------------------


def query_heads(reading: Reading, layer: int, what: str) -> int:
    """The query heads, from which `what` follows."""
    value = reading.get("heads", layer)
    if value is MISSING:
        raise BadInput(f"{reading.name('heads')} must be given for {reading.model_type} to find {what}; add it")
    return reading.counted(value, "heads")


def _all_heads(reading: Reading, layer: int) -> int:
    found = query_heads(reading, layer, "num_key_value_heads")
    if reading.names("kv_heads"):
        reading.fall_back(f"{reading.name('kv_heads')} = {found}: {reading.name('heads')}")
    return found


def _grouped(reading: Reading, layer: int) -> int:
    """Key-value heads as given; null or none at all means as many as query heads."""
    given = reading.given("kv_heads", layer)
    value = reading.get("kv_heads", layer) if given is MISSING else given
    return _all_heads(reading, layer) if value is None or value is MISSING else reading.needed("kv_heads", layer)


def _multi_query(reading: Reading, layer: int) -> int:
    """One head with multi_query, else as many as query heads."""
    value = reading.get("multi_query")
    if value is MISSING or value is None:
        raise BadInput(f"multi_query must be given for {reading.model_type}; write multi_query: true")
    return 1 if flag(value, "multi_query") else query_heads(reading, layer, "the key-value heads")


def _falcon(reading: Reading, layer: int) -> int:
    """num_kv_heads in the new decoder architecture, else one head with multi_query, else all."""
    value = reading.get("new_decoder_architecture")
    if value is not MISSING and flag(value, "new_decoder_architecture"):
        reading.facts["broadcast_heads"] = query_heads(reading, layer, "the key-value heads")
        return _grouped(reading, layer)
    return _multi_query(reading, layer)


HEADS: dict[str, tuple[Callable[[Reading, int], int], tuple[str, ...]]] = {  # rule -> how, and its words
    "heads": (_grouped, ("kv_heads",)),
    "all": (lambda reading, layer: query_heads(reading, layer, "the key-value heads"), ()),
    "multi_query": (_multi_query, ("multi_query",)),
    "falcon": (_falcon, ("multi_query", "new_decoder_architecture", "kv_heads")),
}


def kv_heads(reading: Reading, layer: int) -> int:
    """The key-value heads of a layer."""
    return HEADS[reading.family.kv][0](reading, layer)


def head_dim(reading: Reading, layer: int) -> int:
    """The width of a head: as given, else the hidden size shared out over the query heads."""
    given = reading.given("head_dim", layer)
    if given is not MISSING and given is not None:
        return reading.needed("head_dim", layer)
    fallback = reading.get("head_dim", layer) if given is MISSING else MISSING
    if fallback is not MISSING and fallback is not None:
        return count(fallback, reading.name("head_dim"))
    return divided(reading, "head_dim", query_heads(reading, layer, "head_dim"))


def divided(reading: Reading, word: str, heads: int) -> int:
    """hidden_size / heads, said as a fallback."""
    hidden, name = reading.needed("hidden"), reading.name("hidden")
    if hidden % heads:
        raise BadInput(
            f"{name} must be a multiple of {reading.name('heads')} where {word} is not given, got {hidden} and "
            f"{heads}; add {word}"
        )
    reading.fall_back(f"{word} = {hidden // heads}: {name} / {reading.name('heads')} = {hidden} / {heads}")
    return hidden // heads


def row(reading: Reading, layer: int) -> dict[str, int | None]:
    """Key-value heads and their width."""
    return {"n_kv_heads": kv_heads(reading, layer), "d_head": head_dim(reading, layer)}


ROW = ("heads", "kv_heads", "head_dim", "hidden")


def _rows(reading: Reading, layer: int) -> LayerPart:
    return part("gqa", "full attention", row(reading, layer))


def _tied_rows(reading: Reading, layer: int) -> LayerPart:
    """Gemma 4: with attention_k_eq_v a full layer's key is its value but for the rotated part of each head."""
    if not flag(reading.config.get("attention_k_eq_v"), "attention_k_eq_v"):
        return _rows(reading, layer)
    values = row(reading, layer)
    share = reading._given("rope_parameters.full_attention.partial_rotary_factor")
    if share is MISSING or share is None:
        share = 0.25
        reading.fall_back(f"partial_rotary_factor = {share}: the default of {reading.model_type}")
    if isinstance(share, bool) or not isinstance(share, int | float) or not 0 <= share <= 1:
        raise BadInput(f"rope_parameters.full_attention.partial_rotary_factor must be from 0 to 1, got {shown(share)}")
    rotated = Fraction(str(share)) * (values["d_head"] or 0)
    if rotated.denominator != 1:
        raise BadInput(
            f"global_head_dim must have a whole rotated part, got {share} of {values['d_head']}; see rope_parameters"
        )
    return part("tied_kv", "full attention, key tied to value", {**values, "d_rotary": int(rotated)})


def _windowed(words: str, tokens: int) -> str:
    return f"{words} of {tokens} tokens"


def _window(reading: Reading, layer: int) -> LayerPart:
    tokens = reading.needed("window", layer)
    return part("sliding_window", _windowed("window", tokens), {**row(reading, layer), "window": tokens})


def _masked_rows(reading: Reading, layer: int) -> LayerPart:
    """Layers that are called full and whose mask is a window where sliding_window is set."""
    return _rows(reading, layer) if reading.optional("window", layer) is None else _window(reading, layer)


def _chunk(reading: Reading, layer: int) -> LayerPart:
    tokens = reading.optional("chunk", layer)
    if tokens is None:
        return _rows(reading, layer)
    return part("chunked", _windowed("chunk", tokens), {**row(reading, layer), "chunk": tokens})


def _reference(reading: Reading, layer: int) -> LayerPart:
    tokens = reading.needed("window", layer)
    return part("reference_sliding", _windowed("prompt and window", tokens), {**row(reading, layer), "window": tokens})


def _cross(reading: Reading, layer: int) -> LayerPart:
    return part("cross_attention", "cross-attention", row(reading, layer))


def _unequal(reading: Reading, layer: int) -> dict[str, int | None]:
    return {"d_k": head_dim(reading, layer), "d_v": reading.optional("value_dim") or head_dim(reading, layer)}


def _unequal_rows(reading: Reading, layer: int) -> LayerPart:
    return part(
        "unequal_widths", "full attention", {"n_kv_heads": kv_heads(reading, layer), **_unequal(reading, layer)}
    )


def _unequal_window(reading: Reading, layer: int) -> LayerPart:
    """MiMo: windowed layers have swa_num_key_value_heads, twice the others' where that is not given."""
    tokens = reading.needed("window", layer)
    heads = reading.optional("swa_num_key_value_heads")
    if heads is None:
        heads = 2 * kv_heads(reading, layer)
        reading.fall_back(f"key-value heads of windowed layers = {heads}: twice {reading.name('kv_heads')}")
    widths = {"d_k": reading.optional("swa_head_dim"), "d_v": reading.optional("swa_v_head_dim")}
    values = {**_unequal(reading, layer), **{name: value for name, value in widths.items() if value is not None}}
    return part("unequal_window", _windowed("window", tokens), {"n_kv_heads": heads, **values, "window": tokens})


# -- latents ----------------------------------------------------------------------------------------------------------


def latent(reading: Reading, layer: int) -> dict[str, int | None]:
    """The widths of the latent and of the rotary key beside it."""
    return {"d_latent": reading.needed("latent", layer), "d_rope": reading.needed("rope", layer, least=0)}


def _latent(reading: Reading, layer: int) -> LayerPart:
    return part("mla", "latent attention", latent(reading, layer))


def _latent_window(reading: Reading, layer: int) -> LayerPart:
    tokens = reading.needed("window", layer)
    return part("mla_window", _windowed("latent window", tokens), {**latent(reading, layer), "window": tokens})


def _double(reading: Reading, layer: int) -> LayerPart:
    return part("double_mla", "two latent attentions", latent(reading, layer))


def full_indexers(reading: Reading) -> list[bool]:
    """Which layers score with an index of their own; the others reuse the selection of an earlier one."""
    if reading.indexers is None:
        reading.indexers = _full_indexers(reading)
    return reading.indexers


def _full_indexers(reading: Reading) -> list[bool]:
    listed = reading.per_layer("indexers")
    if listed is None:
        value = reading.config.get("index_topk_pattern")
        if isinstance(value, str) and len(value) == reading.layers and set(value) <= {"F", "S"}:
            return [letter == "F" for letter in value]
        if value is not None:
            raise BadInput(f"index_topk_pattern must have F or S for each layer, got {shown(value)}")
        step = reading.optional("index_topk_freq") or 1
        first = reading.optional("index_skip_topk_offset", least=0)
        first = 2 if first is None else first
        return [max(layer - first + 1, 0) % step == 0 for layer in range(reading.layers)]
    for layer, entry in enumerate(listed):
        if entry not in ("full", "shared"):
            raise BadInput(f"{reading.name('indexers')}[{layer}] must be full or shared, got {shown(entry)}")
    return [entry == "full" for entry in listed]


def _indexed(reading: Reading, layer: int) -> LayerPart:
    full = full_indexers(reading)
    values = {
        **latent(reading, layer),
        "d_index": reading.needed("index", layer),
        "top_k": reading.optional("top_k", layer),
    }
    if all(full) or layer >= len(full):
        return part("dsa", "indexed latent attention", values)
    owns = {"n_index_layers": int(full[layer])}
    return part("shared_index", "latent attention, index shared", values, counts=owns)


def _pooled(reading: Reading, layer: int) -> LayerPart:
    """GLM-5-Next: one index key for each pool of index_kpool tokens; its indexers must all be full."""
    if not all(full_indexers(reading)):
        raise BadInput(f"{reading.name('indexers')} must be full in every layer for {reading.model_type}")
    values = {
        **latent(reading, layer),
        "d_index": reading.needed("index", layer),
        "top_k": reading.needed("top_k", layer),
        "compression": reading.needed("index_kpool"),
    }
    return part("kpool_dsa", "latent attention, pooled index", values)


def _sourced(reading: Reading, layer: int) -> LayerPart:
    """Mistral Large 4: a layer reads the latent of the layer that kv_source_layers names."""
    sources = reading.per_layer("kv_source_layers")
    sources = list(range(reading.layers)) if sources is None else sources
    for place, source in enumerate(sources):
        count(source, f"kv_source_layers[{place}]", least=0, most=place)
        if sources[source] != source:
            raise BadInput(f"kv_source_layers[{place}] must name a layer that keeps a cache, got {source}")
    rotated = reading.per_layer("no_rope_layers")
    if rotated is None:
        every = reading.optional("no_rope_layer_interval") or 4
        reading.fall_back(f"no_rope_layers: each {every}th layer, the rule of {reading.model_type}")
        rotated = [(i + 1) % every for i in range(reading.layers)]
    rotates = [bool(entry) for entry in rotated]
    drafts = layer >= reading.layers  # a draft layer keeps its own
    owns = drafts or sources[layer] == layer
    turns = drafts or rotates[layer]
    counts = {
        "n_unique_layers": int(owns),
        "n_rope_owners": int(owns and turns),
        "n_rope_layers": int(turns),
        "n_index_layers": int(drafts or full_indexers(reading)[layer]),
    }
    values = {
        **latent(reading, layer),
        "d_index": reading.needed("index", layer),
        "top_k": reading.optional("top_k", layer),
    }
    return part("source_map", "latents by a map of sources", values, counts=counts)


def _msa(reading: Reading, layer: int) -> LayerPart:
    values = {
        **row(reading, layer),
        "d_index": reading.needed("index"),
        "block_size": reading.optional("index_block"),
        "top_blocks": reading.optional("index_blocks"),
    }
    return part("msa", "block-sparse attention", values)


def _qsa(reading: Reading, layer: int) -> LayerPart:
    values = {
        **row(reading, layer),
        "d_index": reading.needed("indexer_head_dim"),
        "compression": reading.needed("indexer_compress_ratio"),
        "top_k": reading.needed("indexer_budget"),
    }
    reading.facts["index_layers"] = reading.kinds.count(reading.kinds[layer])
    return part("qsa", "indexed attention", values)


# -- DeepSeek-V4 ------------------------------------------------------------------------------------------------------


def _shared_row(reading: Reading, layer: int) -> dict[str, int | None]:
    """One row that is key and value: its width, its rotated part and the window beside it."""
    rope = reading.optional("rope", layer, least=0)
    if rope is None:
        raise BadInput(f"qk_rope_head_dim must be given for {reading.model_type}, the config has none; add it")
    width = head_dim(reading, layer)
    if rope > width:
        raise BadInput(f"qk_rope_head_dim must be at most head_dim, got {rope} and {width}")
    return {"d_head": width, "d_rope": rope, "window": reading.needed("window", layer)}


def _shared_window(reading: Reading, layer: int) -> LayerPart:
    values = _shared_row(reading, layer)
    return part("shared_kv_window", f"window of {values['window']} tokens", values)


def _ratio(reading: Reading, layer: int) -> int:
    ratios = reading.config.get("compress_ratios")
    if isinstance(ratios, list | tuple):
        per_layer(ratios, "compress_ratios", layers=reading.layers, drafts=reading.drafts)
        place = min(layer, len(ratios) - 1)
        return count(ratios[place], f"compress_ratios[{place}]")
    rates = reading.get("compress_rates")
    kind = reading.kinds[layer]
    if not isinstance(rates, Mapping) or kind not in rates:
        raise BadInput(f"compress_rates must name {kind} for {reading.model_type}, got {shown(rates)}")
    return count(rates[kind], f"compress_rates.{kind}")


def _csa(reading: Reading, layer: int) -> LayerPart:
    m = _ratio(reading, layer)
    values = {
        **_shared_row(reading, layer),
        "d_index": reading.needed("index"),
        "compression": m,
        "top_k": reading.needed("top_k"),
    }
    return part("csa", f"one row for {m} tokens, selected", values)


def _hca(reading: Reading, layer: int) -> LayerPart:
    m = _ratio(reading, layer)
    return part("hca", f"one row for {m} tokens, all read", {**_shared_row(reading, layer), "compression": m})


LATENTS = ("latent", "rope")
INDEX = ("index", "top_k", "indexers", "index_topk_freq", "index_skip_topk_offset", "index_topk_pattern")
V4 = ("head_dim", "rope", "window", "kv_heads", "compress_rates", "compress_ratios")
MIXERS: dict[str, Mixer] = {
    "rows": Mixer(_rows, ROW),
    "tied rows": Mixer(_tied_rows, ROW),
    "window": Mixer(_window, (*ROW, "window")),
    "masked rows": Mixer(_masked_rows, (*ROW, "window")),
    "chunk": Mixer(_chunk, (*ROW, "chunk")),
    "reference": Mixer(_reference, (*ROW, "window")),
    "cross": Mixer(_cross, ROW),
    "unequal rows": Mixer(_unequal_rows, (*ROW, "value_dim")),
    "unequal window": Mixer(
        _unequal_window, (*ROW, "value_dim", "window", "swa_num_key_value_heads", "swa_head_dim", "swa_v_head_dim")
    ),
    "latent": Mixer(_latent, LATENTS),
    "latent window": Mixer(_latent_window, (*LATENTS, "window")),
    "double latent": Mixer(_double, LATENTS),
    "indexed": Mixer(_indexed, (*LATENTS, *INDEX)),
    "pooled": Mixer(_pooled, (*LATENTS, *INDEX, "index_kpool")),
    "sourced": Mixer(_sourced, (*LATENTS, *INDEX, "kv_source_layers", "no_rope_layers", "no_rope_layer_interval")),
    "block sparse": Mixer(_msa, (*ROW, "index", "index_block", "index_blocks")),
    "query sparse": Mixer(_qsa, (*ROW, "indexer_head_dim", "indexer_compress_ratio", "indexer_budget")),
    "shared window": Mixer(_shared_window, V4),
    "compressed": Mixer(_csa, (*V4, "index", "top_k")),
    "heavily compressed": Mixer(_hca, V4),
}
