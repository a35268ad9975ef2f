"""Constant states: one slot for each head, read and rewritten by every step, and convolutions over the last inputs."""

from fractions import Fraction
from itertools import product

from tests.reference.basics import _attend


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


def deltanet(cache, q, p):
    _slot(cache, "state", p.n_layers, p.n_heads, p.d_k * p.d_v)
    for name, width in (("query", p.d_k), ("key", p.d_k), ("value", p.d_v)):
        _convolution(cache, name, p.n_layers, p.n_heads, width, p.d_conv, q)


def kda(cache, q, p):
    _slot(cache, "state", p.n_layers, p.n_heads, p.d_head**2)
    for name in ("query", "key", "value"):
        _convolution(cache, name, p.n_layers, p.n_heads, p.d_head, p.d_conv, q)


def linear_attention(cache, q, p):
    """S adds phi(k) v^T and Z adds phi(k)."""
    _slot(cache, "S", p.n_layers, p.n_heads, p.d_k * p.d_v)
    _slot(cache, "Z", p.n_layers, p.n_heads, p.d_k)


def based(cache, q, p):
    """Linear attention on the features 1, x_i and x_i*x_j."""
    features = sum(1 for degree in range(3) for _ in product(range(p.d_feature), repeat=degree))
    _slot(cache, "S", p.n_layers, p.n_heads, features * p.d_v)
    _slot(cache, "Z", p.n_layers, p.n_heads, features)


def lightning(cache, q, p):
    _slot(cache, "state", p.n_layers, p.n_heads, p.d_head * p.d_head)


def retnet(cache, q, p):
    key = p.d_k
    value = 2 * key
    _slot(cache, "state", p.n_layers, p.n_heads, key * value)


def gated_linear(cache, q, p):
    _slot(cache, "state", p.n_layers, p.n_heads, p.d_k * p.d_v)


def gated_slot(cache, q, p):
    """Two chained recurrences: keys into slots, and slots of values."""
    for slot in range(p.n_slots):
        _slot(cache, ("keys", slot), p.n_layers, p.n_heads, p.d_k)
        _slot(cache, ("values", slot), p.n_layers, p.n_heads, p.d_v)


def hgrn2(cache, q, p):
    """Each of d_model channels keeps d_k numbers."""
    _slot(cache, "state", p.n_layers, p.d_model // p.d_k, p.d_k**2)


def ttt_linear(cache, q, p):
    """The model W x + b and the gradient gathered since the last update, of the same shape."""
    for name in ("model", "gradient"):
        _slot(cache, (name, "W"), p.n_layers, p.n_heads, p.d_head**2)
        _slot(cache, (name, "b"), p.n_layers, p.n_heads, p.d_head)


def mlstm(cache, q, p):
    for name, size in (("C", p.d_k * p.d_v), ("n", p.d_k), ("m", 1)):
        _slot(cache, name, p.n_layers, p.n_heads, size)


def slstm(cache, q, p):
    for name in ("c", "n", "m", "h"):
        _slot(cache, name, p.n_layers, p.n_heads, p.d_head)
    _convolution(cache, "inputs", p.n_layers, p.n_heads, p.d_head, p.d_conv, q)


def short_conv(cache, q, p):
    _convolution(cache, "inputs", p.n_layers, p.d_model, 1, p.d_conv, q)


def _inkling(cache, q, p, rows):
    _attend(cache, ("key", "value"), p.n_layers, p.n_kv_heads, p.d_head, q, rows)
    for name, width in (("k", p.n_kv_heads * p.d_head), ("v", p.n_kv_heads * p.d_head), ("attn", p.d_model)):
        _convolution(cache, name, p.n_layers, 1, width, p.d_conv, q)
    _convolution(cache, "mlp", p.n_layers, 1, p.d_model, p.d_conv, q)


def conv_beside_attention(cache, q, p):
    _inkling(cache, q, p, range(q + 1))


def conv_beside_window(cache, q, p):
    _inkling(cache, q, p, range(max(0, q - p.window + 1), q + 1))


def _zaya(cache, q, p, rows):
    """An output of the second convolution needs t1 of the first, which need t0 inputs each, shifted by one."""
    _attend(cache, ("key", "value"), p.n_layers, p.n_kv_heads, p.d_head, q, rows)
    columns = len({i + j for i in range(p.d_conv_depthwise) for j in range(p.d_conv_grouped)})
    _convolution(cache, "query inputs", p.n_layers, p.n_heads, p.d_head, columns, q)
    _convolution(cache, "key inputs", p.n_layers, p.n_kv_heads, p.d_head, columns, q)
    for layer in range(p.n_layers):
        if q:
            cache.read("half value", layer, q - 1)  # the other half of value q
        cache.write("half value", layer, q, size=Fraction(p.n_kv_heads * p.d_head, 2))


def cca(cache, q, p):
    _zaya(cache, q, p, range(q + 1))


def cca_window(cache, q, p):
    _zaya(cache, q, p, range(max(0, q - p.window + 1), q + 1))


def dilated_conv(cache, q, p):
    """The kernel has d_conv columns, each dilation tokens before the one after it."""
    columns = [q - k * p.dilation for k in range(p.d_conv) if q >= k * p.dilation]
    for layer in range(p.n_layers):
        for channel in range(p.d_model):
            cache.write("inputs", layer, channel, q, size=1)
            for i in columns:
                cache.read("inputs", layer, channel, i)
