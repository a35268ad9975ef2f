"""The compressed attentions of DeepSeek-V4, from the report."""


def csa(cache, q, p):
    m, widths = p.compression, {"kv": p.d_head, "index": p.d_index}
    for layer in range(p.n_layers):
        for kind, width in widths.items():
            block, place = divmod(q, m)
            if place == m - 1:  # the block is full: its tokens and the last block's go into one row
                for i in range(block * m, q):
                    cache.fold("buffer", kind, layer, i)
                if block:
                    cache.fold("overlap", kind, layer, block - 1)
                cache.write("overlap", kind, layer, block, size=2 * m * width)  # kv and gate of m tokens
                cache.write("row", kind, layer, block, size=width)
            else:
                cache.write("buffer", kind, layer, q, size=4 * width)  # kv and gate, for this block and for the next
            rows = range((q + 1) // m)
            for j in rows if kind == "index" else list(rows)[-p.top_k :]:
                cache.read("row", kind, layer, j)
            for j in rows:
                cache.may("row", kind, layer, j)
        _window(cache, layer, q, p)


def hca(cache, q, p):
    block, place = divmod(q, p.compression)
    for layer in range(p.n_layers):
        if place == p.compression - 1:  # the block is full: its tokens go into one row
            for i in range(block * p.compression, q):
                cache.fold("buffer", layer, i)
            cache.write("row", layer, block, size=p.d_head)
        else:
            cache.write("buffer", layer, q, size=2 * p.d_head)  # kv and gate
        for j in range((q + 1) // p.compression):  # block j may be seen by its last token
            cache.read("row", layer, j)
        _window(cache, layer, q, p)


def _window(cache, layer, q, p):
    cache.write("window", layer, q, size=p.d_head)
    for i in range(max(0, q - p.window + 1), q + 1):
        cache.read("window", layer, i)
