"""Every token kept, windows, chunks and sharing: the plain ones."""


def _attend(cache, tensors, layers, heads, width, q, rows, reader=lambda layer: [layer]):
    """Each layer writes row q of each head and its readers go over `rows`."""
    for layer in range(layers):
        for head in range(heads):
            for tensor in tensors:
                cache.write(tensor, layer, head, q, size=width)
                for _ in reader(layer):
                    for i in rows:
                        cache.read(tensor, layer, head, i)


def gqa(cache, q, p):
    _attend(cache, ("key", "value"), p.n_layers, p.n_kv_heads, p.d_head, q, range(q + 1))


def mha(cache, q, p):
    _attend(cache, ("key", "value"), p.n_layers, p.n_heads, p.d_head, q, range(q + 1))


def mqa(cache, q, p):
    _attend(cache, ("key", "value"), p.n_layers, 1, p.d_head, q, range(q + 1))


def mla(cache, q, p):
    _attend(cache, ("latent",), p.n_layers, 1, p.d_latent, q, range(q + 1))
    _attend(cache, ("rope",), p.n_layers, 1, p.d_rope, q, range(q + 1))


def sliding_window(cache, q, p):
    rows = [i for i in range(q + 1) if q - i < p.window]
    _attend(cache, ("key", "value"), p.n_layers, p.n_kv_heads, p.d_head, q, rows)


def chunked(cache, q, p):
    rows = [i for i in range(q + 1) if i // p.chunk == q // p.chunk]
    _attend(cache, ("key", "value"), p.n_layers, p.n_kv_heads, p.d_head, q, rows)


def local_global(cache, q, p):
    local = [i for i in range(q + 1) if q - i < p.window]
    _attend(cache, ("key", "value"), p.n_global_layers, p.n_kv_heads, p.d_head, q, range(q + 1))
    _attend(cache, ("local key", "local value"), p.n_local_layers, p.n_kv_heads, p.d_head, q, local)


def cross_layer(cache, q, p):
    """Layer i reads the cache of owner i mod U; a model has no more owners than layers."""
    owners = range(p.n_unique_layers)
    readers = [[i for i in range(p.n_layers) if i % p.n_unique_layers == owner] for owner in owners]
    _attend(
        cache,
        ("key", "value"),
        p.n_unique_layers,
        p.n_kv_heads,
        p.d_head,
        q,
        range(q + 1),
        lambda owner: readers[owner],
    )
