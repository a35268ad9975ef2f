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


def nsa(cache, q, p):
    """Compressed block j stands for tokens j*stride to j*stride + length - 1."""
    length, stride = p.block_length, p.block_stride
    chosen = _of(_blocks(q + 1, p.block_size)[-p.top_blocks :])
    for layer in range(p.n_layers):
        for tensor, width in (("key", p.d_k), ("value", p.d_v)):
            _select(cache, (tensor,), layer, p.n_kv_heads, width, q, chosen)
            for head in range(p.n_kv_heads):
                cache.write("raw", tensor, layer, head, q, size=width)
                if q + 1 >= length and (q + 1 - length) % stride == 0:
                    for i in range(q + 1 - length, q + 1):
                        cache.fold("raw", tensor, layer, head, i)
                    cache.write("compressed", tensor, layer, head, (q + 1 - length) // stride, size=width)
                for j in range(0, q + 2 - length, stride):
                    cache.read("compressed", tensor, layer, head, j // stride)
                cache.write("window", tensor, layer, head, q, size=width)
                for i in range(max(0, q - p.window + 1), q + 1):
                    cache.read("window", tensor, layer, head, i)


def infllm(cache, q, p):
    """A block leaves the window's side after a step, when it is full and the window does without it."""
    far = range(p.n_sinks, max(p.n_sinks, q - p.window))
    blocks = [b for b in _blocks(len(far), p.block_size) if len(b) == p.block_size]
    left_out = {p.n_sinks + i for i in _of(blocks[: max(0, len(blocks) - p.top_blocks)])}
    for layer in range(p.n_layers):
        chosen = [i for i in range(q + 1) if i not in left_out]
        _select(cache, ("key", "value"), layer, p.n_kv_heads, p.d_head, q, chosen)
        for head in range(p.n_heads):
            for j in range(len(blocks)):
                cache.read("representative", layer, head, j)
            full = (q + 1 - p.n_sinks - p.window) // p.block_size
            if full > len(blocks):
                cache.write("representative", layer, head, len(blocks), size=p.d_head)


def sparq(cache, q, p):
    for layer in range(p.n_layers):
        for head in range(p.n_kv_heads):
            for channel in range(p.d_head):
                cache.write("by channel", layer, head, channel, q, size=1)
                for i in range(q + 1):
                    cache.may("by channel", layer, head, channel, i)
                    if channel < p.n_channels:  # any of them: those where the query is largest
                        cache.read("by channel", layer, head, channel, i)
            cache.write("mean", layer, head, size=p.d_head)
            cache.read("mean", layer, head)
        _select(cache, ("key", "value"), layer, p.n_kv_heads, p.d_head, q, list(range(q + 1))[-p.top_k :])


def double_sparsity(cache, q, p):
    for layer in range(p.n_layers):
        _select(cache, ("key", "value"), layer, p.n_kv_heads, p.d_head, q, list(range(q + 1))[-p.top_k :])
    _attend(cache, ("label",), p.n_layers, p.n_kv_heads, p.n_channels, q, range(q + 1))


def seer(cache, q, p):
    block, place = divmod(q, p.block_size)
    for layer in range(p.n_layers):
        *earlier, last = _blocks(q + 1, p.block_size)
        chosen = _of([*earlier[max(0, len(earlier) - p.top_blocks) :], last])
        _select(cache, ("key", "value"), layer, p.n_kv_heads, p.d_head, q, chosen)
        for head in range(p.n_kv_heads):
            if place == p.block_size - 1:
                for i in range(block * p.block_size, q):
                    cache.fold("remainder", layer, head, i)
                cache.write("gate", layer, head, block, size=p.d_gate)
            else:
                cache.write("remainder", layer, head, q, size=p.d_head)
            for j in range((q + 1) // p.block_size):
                cache.read("gate", layer, head, j)


def landmark(cache, q, p):
    """The landmark of a block is made with the last token of it; a picked block is read with its landmark."""
    for layer in range(p.n_layers):
        *earlier, own = _blocks(q + 1, p.block_size)
        picked = range(max(0, len(earlier) - p.top_blocks), len(earlier))
        chosen = _of([*(earlier[j] for j in picked), own])
        _select(cache, ("key", "value"), layer, p.n_kv_heads, p.d_head, q, chosen)
        for head in range(p.n_kv_heads):
            for tensor in ("landmark key", "landmark value"):
                if len(own) == p.block_size:
                    cache.write(tensor, layer, head, len(earlier), size=p.d_head)
                for j in range(len(earlier)):
                    cache.may(tensor, layer, head, j)
                    if tensor == "landmark key" or j in picked:
                        cache.read(tensor, layer, head, j)
