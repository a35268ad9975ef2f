"""What a layer keeps for each kind of recurrent mixer: states, short convolutions, memories."""

from __future__ import annotations

from fractions import Fraction

from symkv.caches import LayerPart
from symkv.errors import BadInput
from symkv.models.mixers import ROW, Mixer, divided, head_dim, kv_heads, part, query_heads, row
from symkv.models.reading import Reading
from symkv.models.values import MISSING, count, shown


def _gated_deltanet(reading: Reading, layer: int) -> LayerPart:
    values = {
        "n_heads": _or_heads(reading, "value_heads", layer),
        "n_key_heads": _or_heads(reading, "key_heads", layer),
        "d_k": reading.optional("key_dim"),
        "d_v": reading.optional("state_value_dim"),
        "d_conv": reading.needed("conv"),
    }
    if values["d_k"] is None:  # OLMo-Hybrid's class: three quarters of the hidden size over the heads
        heads = values["n_key_heads"] or 1
        values["d_k"] = 3 * reading.needed("hidden") // (4 * heads)
        reading.fall_back(f"linear_key_head_dim = {values['d_k']}: 3/4 of hidden_size over {heads} heads")
    if values["d_v"] is None:
        values["d_v"] = 2 * (values["d_k"] or 0)
        reading.fall_back(f"linear_value_head_dim = {values['d_v']}: twice linear_key_head_dim")
    return part("gated_deltanet", "gated delta rule", values)


def _or_heads(reading: Reading, word: str, layer: int) -> int:
    found = reading.optional(word)
    if found is None:
        found = query_heads(reading, layer, reading.name(word))
        reading.fall_back(f"{reading.name(word)} = {found}: {reading.name('heads')}")
    return found


def _kda(reading: Reading, layer: int) -> LayerPart:
    del layer
    values = {
        "n_heads": reading.needed("linear_heads"),
        "d_head": reading.needed("linear_dim"),
        "d_conv": reading.needed("conv"),
    }
    return part("kda", "Kimi delta attention", values)


def _lightning(reading: Reading, layer: int) -> LayerPart:
    values = {"n_heads": query_heads(reading, layer, "the state"), "d_head": head_dim(reading, layer)}
    return part("lightning", "lightning attention", values)


def inner(reading: Reading) -> int:
    """The inner channels: as given, else the expansion times the hidden size."""
    channels, source = _channels(reading)
    if source != reading.name("inner"):
        reading.fall_back(f"inner channels = {channels}: {source}")
    return channels


def _channels(reading: Reading) -> tuple[int, str]:
    """The inner channels and what gives them."""
    if reading.get("inner") not in (MISSING, None):
        return reading.needed("inner"), reading.name("inner")
    hidden = reading.needed("hidden")
    expand = reading.get("expand")
    if isinstance(expand, bool) or not isinstance(expand, int | float) or not 0 < expand <= 1000:
        raise BadInput(f"{reading.name('expand')} must be a number above 0, got {shown(expand)}; write 2")
    width = Fraction(str(expand)) * hidden
    if width.denominator != 1:
        raise BadInput(f"{reading.name('expand')} times hidden_size must be a whole number, got {shown(expand)}")
    source = f"{reading.name('expand')} * hidden_size = {shown(expand)} * {hidden}"
    return count(int(width), f"{reading.name('expand')} * hidden_size"), source


def _mamba1(reading: Reading, layer: int) -> LayerPart:
    del layer
    values = {
        "d_inner": inner(reading),
        "d_state": reading.needed("d_state"),
        "d_conv": reading.needed("d_conv"),
    }
    return part("mamba1", "Mamba", values)


def _mamba2(reading: Reading, layer: int) -> LayerPart:
    del layer
    heads = reading.needed("state_heads")
    width = reading.get("state_dim")
    if width in (MISSING, None, "auto"):
        channels = inner(reading)
        if channels % heads:
            raise BadInput(
                f"inner channels must be a multiple of {reading.name('state_heads')}, got {channels}, {heads}"
            )
        width = channels // heads
        reading.fall_back(f"{reading.name('state_dim')} = {width}: inner channels / heads = {channels} / {heads}")
    else:
        width = reading.needed("state_dim")
        if any(
            reading.given(word) not in (MISSING, None) for word in ("inner", "expand") if word in reading.family.names
        ):
            channels, source = _channels(reading)
            if channels != heads * width:
                raise BadInput(
                    f"{reading.name('state_heads')} * {reading.name('state_dim')} = {heads * width} must be the inner "
                    f"channels, got {channels} by {source}; make them agree"
                )
    values = {
        "n_heads": heads,
        "d_head": width,
        "n_groups": reading.needed("groups"),
        "d_state": reading.needed("d_state"),
        "d_conv": reading.needed("d_conv"),
    }
    return part("mamba2", "Mamba-2", values)


def _rg_lru(reading: Reading, layer: int) -> LayerPart:
    del layer
    width = reading.optional("lru_width")
    if width is None:
        width = reading.needed("hidden")
        reading.fall_back(f"lru_width = {width}: hidden_size")
    return part("rg_lru", "RG-LRU", {"d_rnn": width, "d_conv": reading.needed("conv1d_width")})


def _rwkv(reading: Reading, layer: int) -> LayerPart:
    del layer
    hidden, inner_width = reading.needed("hidden"), reading.optional("attention_hidden_size")
    if inner_width not in (None, hidden):
        raise BadInput(f"attention_hidden_size must be hidden_size = {hidden}, got {inner_width}; others aren't read")
    return part("rwkv4", "RWKV-4", {"d_model": hidden})


def _mlstm(reading: Reading, layer: int) -> LayerPart:
    del layer
    heads, hidden = reading.needed("heads"), reading.needed("hidden")
    widths = {}
    for name, word in (("d_k", "qk_dim_factor"), ("d_v", "v_dim_factor")):
        factor = reading.get(word)
        if isinstance(factor, bool) or not isinstance(factor, int | float) or not 0 < factor <= 1000:
            raise BadInput(f"{word} must be a number above 0, got {shown(factor)}; write 0.5")
        width = Fraction(str(factor)) * hidden / heads
        if width.denominator != 1:
            raise BadInput(f"{word} * hidden_size must be a multiple of {heads} heads, got {shown(factor)} * {hidden}")
        widths[name] = int(width)
    return part("mlstm", "mLSTM", {"n_heads": heads, **widths})


def _short_conv(reading: Reading, layer: int) -> LayerPart:
    del layer
    return part(
        "short_conv", "short convolution", {"d_model": reading.needed("hidden"), "d_conv": reading.needed("conv")}
    )


def _inkling(reading: Reading, layer: int) -> LayerPart:
    values = {**row(reading, layer), "d_model": reading.needed("hidden"), "d_conv": reading.needed("conv")}
    return part("conv_beside_attention", "attention with convolutions", values)


def _inkling_window(reading: Reading, layer: int) -> LayerPart:
    tokens = reading.needed("window", layer)
    values = {
        "n_kv_heads": reading.optional("swa_num_key_value_heads") or kv_heads(reading, layer),
        "d_head": reading.optional("swa_head_dim") or head_dim(reading, layer),
        "window": tokens,
        "d_model": reading.needed("hidden"),
        "d_conv": reading.needed("conv"),
    }
    return part("conv_beside_window", f"window of {tokens} tokens with convolutions", values)


def _cca_values(reading: Reading, layer: int) -> dict[str, int | None]:
    return {
        **row(reading, layer),
        "n_heads": query_heads(reading, layer, "the convolutions"),
        "d_conv_depthwise": reading.needed("cca_time0"),
        "d_conv_grouped": reading.needed("cca_time1"),
    }


def _cca(reading: Reading, layer: int) -> LayerPart:
    return part("cca", "convolutional attention", _cca_values(reading, layer))


def _cca_window(reading: Reading, layer: int) -> LayerPart:
    tokens = reading.needed("window", layer)
    values = {**_cca_values(reading, layer), "window": tokens}
    return part("cca_window", f"convolutional attention, window of {tokens} tokens", values)


def _ngrams(reading: Reading, layer: int) -> LayerPart | None:
    """Qwen 4: the embedding of n-grams that enters before some layers has a dilated convolution."""
    listed = reading.get("ple_layer_ids")
    if listed in (MISSING, None):
        return None
    if not isinstance(listed, list | tuple):
        raise BadInput(f"ple_layer_ids must be a list of layers counted from 1, got {shown(listed)}")
    if layer + 1 not in {count(entry, "ple_layer_ids entry", most=reading.layers) for entry in listed}:
        return None
    values = {
        "d_model": reading.needed("hc_count") * reading.needed("hidden"),
        "d_conv": reading.needed("ple_conv_kernel_size"),
        "dilation": reading.needed("ngram_size"),
    }
    reading.facts["ngram_layers"] = len(set(listed))
    reading.facts["ngram_size"] = reading.needed("ngram_size")
    return part("dilated_conv", "n-gram convolution", values)


def _inputs(reading: Reading, layer: int) -> LayerPart:
    """Reformer keeps the input of each layer, from which keys and values are made again; hashed ones add buckets."""
    del layer
    kinds = reading.per_layer("attn_layers") or []
    reading.facts["lsh_layers"] = kinds.count("lsh")
    return part("x_cache", "layer inputs", {"d_model": reading.needed("hidden")})


def _prompted(reading: Reading, layer: int) -> LayerPart:
    """CPM-Ant: prompt_length tokens stand before every sequence, in keys and values of their own rows."""
    tokens = reading.needed("prompt")
    values = {**row(reading, layer), "n_encoder": tokens}
    return part("cross_attention", f"a prompt of {tokens} tokens", values)


def _head_rows(reading: Reading, layer: int) -> LayerPart:
    """Rows whose width, where it is not given, is twice the share of a head: attention over two inputs side by side."""
    given = reading.optional("head_dim")
    width = given if given is not None else 2 * divided(reading, "head_dim", query_heads(reading, layer, "head_dim"))
    return part("gqa", "full attention", {"n_kv_heads": kv_heads(reading, layer), "d_head": width})


SSM = ("hidden", "expand", "inner", "d_state", "d_conv")
STATE_MIXERS: dict[str, Mixer] = {
    "gated delta": Mixer(
        _gated_deltanet, ("value_heads", "key_heads", "key_dim", "state_value_dim", "conv", "heads", "hidden")
    ),
    "kimi delta": Mixer(_kda, ("linear_heads", "linear_dim", "conv")),
    "lightning": Mixer(_lightning, ROW),
    "mamba": Mixer(_mamba1, SSM),
    "mamba2": Mixer(_mamba2, (*SSM, "state_heads", "state_dim", "groups")),
    "rg_lru": Mixer(_rg_lru, ("lru_width", "hidden", "conv1d_width")),
    "rwkv": Mixer(_rwkv, ("hidden", "attention_hidden_size")),
    "mlstm": Mixer(_mlstm, ("heads", "hidden", "qk_dim_factor", "v_dim_factor")),
    "conv": Mixer(_short_conv, ("hidden", "conv")),
    "convolved rows": Mixer(_inkling, (*ROW, "conv")),
    "convolved window": Mixer(
        _inkling_window, (*ROW, "conv", "window", "swa_num_key_value_heads", "swa_head_dim", "swa_num_attention_heads")
    ),
    "cca": Mixer(_cca, (*ROW, "cca_time0", "cca_time1")),
    "cca window": Mixer(_cca_window, (*ROW, "window", "cca_time0", "cca_time1")),
    "inputs": Mixer(_inputs, ("hidden",)),
    "prompt": Mixer(_prompted, (*ROW, "prompt")),
    "double rows": Mixer(_head_rows, ROW),
}
OPTIONAL = {"n-grams": (_ngrams, ("ple_layer_ids", "hc_count", "hidden", "ple_conv_kernel_size", "ngram_size"))}
