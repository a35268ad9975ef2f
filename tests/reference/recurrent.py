"""Constant states: one slot for each head, read and rewritten by every step, and convolutions over the last inputs."""


def _slot(cache, name, layers, heads, size):
    for layer in range(layers):
        for head in range(heads):
            cache.write(name, layer, head, size=size)
            cache.read(name, layer, head)


def _convolution(cache, name, layers, heads, width, columns, q):
    for layer in range(layers):
        for head in range(heads):
            cache.write(name, layer, head, q, size=width)
            for i in range(max(0, q - columns + 1), q + 1):
                cache.read(name, layer, head, i)


def gated_deltanet(cache, q, p):
    _slot(cache, "state", p.n_layers, p.n_heads, p.d_k * p.d_v)
    _convolution(cache, "query", p.n_layers, p.n_key_heads, p.d_k, p.d_conv, q)
    _convolution(cache, "key", p.n_layers, p.n_key_heads, p.d_k, p.d_conv, q)
    _convolution(cache, "value", p.n_layers, p.n_heads, p.d_v, p.d_conv, q)
