"""All rows are kept, few are read: selections of tokens and of blocks by small index rows, from the papers."""

from tests.reference.basics import _attend


def _select(cache, tensors, layer, heads, width, q, chosen):
    """Row q is written, the chosen rows are read, and any earlier row might have been chosen."""
    for tensor in tensors:
        for head in range(heads):
            cache.write(tensor, layer, head, q, size=width)
            for i in chosen:
                cache.read(tensor, layer, head, i)
            for i in range(q + 1):
                cache.may(tensor, layer, head, i)


def _blocks(tokens, size):
    """The tokens in blocks of `size`, the last one perhaps not full."""
    return [range(start, min(start + size, tokens)) for start in range(0, tokens, size)]


def _of(blocks):
    return [i for block in blocks for i in block]


def dsa(cache, q, p):
    for layer in range(p.n_layers):
        for tensor, width in (("latent", p.d_latent), ("rope", p.d_rope)):
            _select(cache, (tensor,), layer, 1, width, q, list(range(q + 1))[-p.top_k :])
    _attend(cache, ("index",), p.n_layers, 1, p.d_index, q, range(q + 1))


def shared_index(cache, q, p):
    """Layers beyond the first take over the selection of an earlier one that has an index."""
    for layer in range(p.n_layers):
        for tensor, width in (("latent", p.d_latent), ("rope", p.d_rope)):
            _select(cache, (tensor,), layer, 1, width, q, list(range(q + 1))[-p.top_k :])
    _attend(cache, ("index",), p.n_index_layers, 1, p.d_index, q, range(q + 1))


def _pools(cache, layer, q, m, width, raw):
    """One index row for each full pool of m tokens; `raw` elements of each token of the open pool wait for it."""
    pool, place = divmod(q, m)
    if place == m - 1:
        for i in range(pool * m, q):
            cache.fold("tail", layer, i)
        cache.write("pooled", layer, pool, size=width)
    else:
        cache.write("tail", layer, q, size=raw)
    for j in range((q + 1) // m):
        cache.read("pooled", layer, j)


def _tokens_of_pools(tokens, m, top_k):
    """The tokens of the best full pools, top_k in all, and those of the open pool."""
    full, rest = [b for b in _blocks(tokens, m) if len(b) == m], [b for b in _blocks(tokens, m) if len(b) < m]
    return _of([*full[max(0, len(full) - top_k // m) :], *rest])


def kpool_dsa(cache, q, p):
    for layer in range(p.n_layers):
        chosen = _tokens_of_pools(q + 1, p.compression, p.top_k)
        _select(cache, ("latent",), layer, 1, p.d_latent, q, chosen)
        _select(cache, ("rope",), layer, 1, p.d_rope, q, chosen)
        _pools(cache, layer, q, p.compression, p.d_index, 2 * p.d_index)  # key and gate of a token


def qsa(cache, q, p):
    for layer in range(p.n_layers):
        chosen = _tokens_of_pools(q + 1, p.compression, p.top_k)
        _select(cache, ("key", "value"), layer, p.n_kv_heads, p.d_head, q, chosen)
        _pools(cache, layer, q, p.compression, p.d_index, p.d_index)


def msa(cache, q, p):
    for layer in range(p.n_layers):
        chosen = _of(_blocks(q + 1, p.block_size)[-p.top_blocks :])  # the current block always scores best
        _select(cache, ("key", "value"), layer, p.n_kv_heads, p.d_head, q, chosen)
    _attend(cache, ("index",), p.n_layers, 1, p.d_index, q, range(q + 1))


def moba(cache, q, p):
    for layer in range(p.n_layers):
        *earlier, own = _blocks(q + 1, p.block_size)
        chosen = _of([*earlier[max(0, len(earlier) - p.top_blocks + 1) :], own])
        _select(cache, ("key", "value"), layer, p.n_kv_heads, p.d_head, q, chosen)
        for head in range(p.n_kv_heads):
            if len(own) == p.block_size:
                cache.write("mean", layer, head, len(earlier), size=p.d_head)
            for j in range(len(earlier)):
                cache.read("mean", layer, head, j)


def quest(cache, q, p):
    for layer in range(p.n_layers):
        pages = _blocks(q + 1, p.block_size)
        _select(cache, ("key", "value"), layer, p.n_kv_heads, p.d_head, q, _of(pages[-p.top_blocks :]))
        for bound in ("least", "greatest"):
            for head in range(p.n_kv_heads):
                cache.write(bound, layer, head, len(pages) - 1, size=p.d_head)  # the new key may change its page's
                for j in range(len(pages)):
                    cache.read(bound, layer, head, j)
