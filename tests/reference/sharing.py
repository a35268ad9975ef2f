"""Caches shared across layers, windows with pinned tokens, and memories of segments."""

from tests.reference.basics import _attend
from tests.reference.recurrent import _slot

PAIR = ("key", "value")


def _last(q, width):
    return range(max(0, q - width + 1), q + 1)


def _first_and_last(q, first, width):
    return [i for i in range(q + 1) if i < first or q - i < width]


def _shared(cache, name, owners, readers, heads, width, q, rows):
    """`readers` layers, of which layer i reads the cache of owner i mod `owners`."""
    tensors = tuple(f"{name} {part}" for part in PAIR)
    _attend(cache, tensors, owners, heads, width, q, rows, lambda o: [i for i in range(readers) if i % owners == o])


def yoco(cache, q, p):
    _shared(
        cache, "local", p.n_local_layers, p.n_local_layers, p.n_local_kv_heads, p.d_local_head, q, _last(q, p.window)
    )
    _shared(cache, "global", 1, p.n_global_layers, p.n_kv_heads, p.d_head, q, range(q + 1))


def yoco_retention(cache, q, p):
    _slot(cache, "state", p.n_recurrent_layers, p.n_heads, p.d_k * p.d_v)
    _shared(cache, "global", 1, p.n_global_layers, p.n_kv_heads, p.d_head, q, range(q + 1))


def lckv(cache, q, p):
    """The layers use the top key and value of the tokens before, then the top layer writes those of this token."""
    _shared(cache, "own", p.n_warmup_layers, p.n_warmup_layers, p.n_kv_heads, p.d_head, q, range(q + 1))
    for head in range(p.n_kv_heads):
        for part in PAIR:
            for _ in range(p.n_layers - p.n_warmup_layers):
                for i in range(q):
                    cache.read("top", part, head, i)
            cache.write("top", part, head, q, size=p.d_head)


def tail_sharing(cache, q, p):
    """Every owner reads its own cache, and the layers behind them all read the last owner's."""
    for name, owners, layers, rows in (
        ("global", p.n_global_owners, p.n_global_layers, range(q + 1)),
        ("local", p.n_local_owners, p.n_local_layers, _last(q, p.window)),
    ):
        source = [min(layer, owners - 1) for layer in range(layers)]
        tensors = tuple(f"{name} {part}" for part in PAIR)
        _attend(cache, tensors, owners, p.n_kv_heads, p.d_head, q, rows, lambda o, s=source: [i for i in s if i == o])


def character_ai(cache, q, p):
    _shared(cache, "global", p.n_global_owners, p.n_global_layers, 1, p.d_head, q, range(q + 1))
    _shared(cache, "local", p.n_local_owners, p.n_local_layers, 1, p.d_head, q, _last(q, p.window))


def source_map(cache, q, p):
    """Any rows may be selected by the index keys; here the last ones are."""
    for name, owners, readers, width in (
        ("latent", p.n_unique_layers, p.n_layers, p.d_latent),
        ("rope", p.n_rope_owners, p.n_rope_layers, p.d_rope),
    ):
        for owner in range(owners):
            cache.write(name, owner, q, size=width)
        for layer in range(readers):
            for i in range(q + 1):
                cache.may(name, layer % owners, i)
            for i in _last(q, p.top_k):
                cache.read(name, layer % owners, i)
    _attend(cache, ("index",), p.n_index_layers, 1, p.d_index, q, range(q + 1))


def shared_block(cache, q, p):
    _attend(cache, PAIR, p.n_applications, p.n_kv_heads, p.d_head, q, range(q + 1))


def looped(cache, q, p):
    """One slot after another: the layers that run once, then every layer of every pass."""
    for run in range(p.n_loops):
        _attend(cache, (f"key {run}", f"value {run}"), p.n_layers, p.n_kv_heads, p.d_head, q, range(q + 1))
    _attend(cache, PAIR, p.n_single_layers, p.n_kv_heads, p.d_head, q, range(q + 1))


def hymba(cache, q, p):
    """Rows of meta tokens have numbers below 0; every step goes over all of them."""
    for kind, owners, layers, rows in (
        ("global", p.n_global_layers, p.n_global_layers, range(q + 1)),
        ("local", p.n_local_owners, p.n_local_layers, _last(q, p.window)),
    ):
        for part, width in (("key", p.d_k), ("value", p.d_v)):
            for head in range(p.n_kv_heads):
                for owner in range(owners):
                    for meta in range(-p.n_meta_tokens, 0):
                        cache.preload(kind, part, owner, head, meta, size=width)
                    cache.write(kind, part, owner, head, q, size=width)
                for layer in range(layers):
                    for i in (*range(-p.n_meta_tokens, 0), *rows):
                        cache.read(kind, part, layer % owners, head, i)


def streaming_sinks(cache, q, p):
    _attend(cache, PAIR, p.n_layers, p.n_kv_heads, p.d_head, q, _first_and_last(q, p.n_sinks, p.window))


def duo(cache, q, p):
    for layer in range(p.n_layers):
        for head in range(p.n_retrieval_heads + p.n_streaming_heads):
            retrieval = head < p.n_retrieval_heads
            rows = range(q + 1) if retrieval else _first_and_last(q, p.n_sinks, p.window)
            for part in PAIR:
                cache.write(part, layer, head, q, size=p.d_head)
                for i in rows:
                    cache.read(part, layer, head, i)


def alternating_sinks(cache, q, p):
    for layer in range(p.n_layers):
        rows = range(q + 1) if layer % 2 else _last(q, p.window)
        _attend(cache, (f"key {layer}", f"value {layer}"), 1, p.n_kv_heads, p.d_head, q, rows)


def reference_sliding(cache, q, p):
    """Prompt tokens are the reference; a window passes over the generated ones."""
    generated = [i for i in range(p.n_prompt, q + 1) if q - i < p.window]
    rows = [*range(min(q + 1, p.n_prompt)), *generated]
    _attend(cache, PAIR, p.n_layers, p.n_kv_heads, p.d_head, q, rows)


def unlike_kinds(cache, q, p):
    _attend(cache, PAIR, p.n_global_layers, p.n_kv_heads, p.d_head, q, range(q + 1))
    local = ("local key", "local value")
    _attend(cache, local, p.n_local_layers, p.n_local_kv_heads, p.d_local_head, q, _last(q, p.window))


def transformer_xl(cache, q, p):
    """The input of each layer; keys and values are made of it and not kept."""
    _attend(cache, ("hidden",), p.n_layers, 1, p.d_model, q, _last(q, p.n_memory))


def compressive_transformer(cache, q, p):
    """The token that leaves the memory goes into a pooled row, which takes in `compression` of them."""
    for layer in range(p.n_layers):
        left = q - p.n_memory
        if left >= 0:
            cache.fold("hidden", layer, left)
            cache.write("pooled", layer, left // p.compression, size=p.d_model)
            for j in _last(left // p.compression, p.n_compressed):
                cache.read("pooled", layer, j)
        cache.write("hidden", layer, q, size=p.d_model)
        for i in _last(q, p.n_memory):
            cache.read("hidden", layer, i)


def infini_attention(cache, q, p):
    """A step retrieves from the memory of earlier segments, to which a full segment is added at its end."""
    for layer in range(p.n_layers):
        for head in range(p.n_heads):
            for name, size in (("memory", p.d_k * p.d_v), ("normaliser", p.d_k)):
                cache.preload(name, layer, head, size=size)
                cache.read(name, layer, head)
                if (q + 1) % p.chunk == 0:
                    cache.write(name, layer, head, size=size)
    segment = range(q - q % p.chunk, q + 1)
    _attend(cache, ("key",), p.n_layers, p.n_heads, p.d_k, q, segment)
    _attend(cache, ("value",), p.n_layers, p.n_heads, p.d_v, q, segment)


def global_window(cache, q, p):
    _attend(cache, PAIR, p.n_layers, p.n_kv_heads, p.d_head, q, _first_and_last(q, p.n_global_tokens, p.window))


def dilated_window(cache, q, p):
    rows = [q - k * p.dilation for k in range(p.window) if q >= k * p.dilation]
    _attend(cache, PAIR, p.n_layers, p.n_kv_heads, p.d_head, q, rows)
