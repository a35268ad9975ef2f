"""State-space and gated recurrent layers, alone and between layers of attention, from their papers and their code."""

from tests.reference.basics import _attend
from tests.reference.recurrent import _convolution, _slot


def mamba1(cache, q, p):
    """Every inner channel is a filter of d_state numbers on the output of its own convolution."""
    _convolution(cache, "inputs", p.n_layers, p.d_inner, 1, p.d_conv, q)
    _slot(cache, "state", p.n_layers, p.d_inner, p.d_state)


def _ssd(cache, q, p, heads, width):
    """x of every head and B and C of every group pass the convolution; a head's state is x B^T summed with decay."""
    for name, count, size in (("x", heads, width), ("B", p.n_groups, p.d_state), ("C", p.n_groups, p.d_state)):
        _convolution(cache, name, p.n_layers, count, size, p.d_conv, q)
    _slot(cache, "state", p.n_layers, heads, width * p.d_state)


def mamba2(cache, q, p):
    _ssd(cache, q, p, p.n_heads, p.d_head)


def mamba3(cache, q, p):
    """The step turns B by the angles so far and mixes it and x with those of the token before."""
    for rank in range(p.mimo_rank):
        _slot(cache, f"B {rank}", p.n_layers, p.n_heads, p.d_state)
    for name, size in (("x", p.d_head), ("angles", p.n_angles), ("state", p.d_head * p.d_state)):
        _slot(cache, name, p.n_layers, p.n_heads, size)


def parallel_hybrid(cache, q, p):
    _attend(cache, ("key", "value"), p.n_layers, p.n_kv_heads, p.d_head, q, range(q + 1))
    _ssd(cache, q, p, p.n_state_heads, p.d_state_head)


def _mamba_layers(cache, q, p):
    _convolution(cache, "inputs", p.n_recurrent_layers, p.d_inner, 1, p.d_conv, q)
    _slot(cache, "state", p.n_recurrent_layers, p.d_inner, p.d_state)


def jamba(cache, q, p):
    _attend(cache, ("key", "value"), p.n_global_layers, p.n_kv_heads, p.d_head, q, range(q + 1))
    _mamba_layers(cache, q, p)


def _local_layers(cache, q, p):
    rows = [i for i in range(q + 1) if q - i < p.window]
    _attend(cache, ("key", "value"), p.n_local_layers, p.n_kv_heads, p.d_head, q, rows)


def samba(cache, q, p):
    _local_layers(cache, q, p)
    _mamba_layers(cache, q, p)


def _gated(cache, q, p, layers):
    """h = a*h + sqrt(1 - a^2)*(gate*x), channel by channel, x behind a convolution."""
    _convolution(cache, "x", layers, p.d_rnn, 1, p.d_conv, q)
    _slot(cache, "h", layers, p.d_rnn, 1)


def rg_lru(cache, q, p):
    _gated(cache, q, p, p.n_layers)


def griffin(cache, q, p):
    _local_layers(cache, q, p)
    _gated(cache, q, p, p.n_recurrent_layers)


def rwkv4(cache, q, p):
    for name in ("numerator", "denominator", "maximum", "shift of time mixing", "shift of channel mixing"):
        _slot(cache, name, p.n_layers, 1, p.d_model)


def _heads_and_shifts(cache, p, key, value):
    """wkv = decay*wkv + k^T v for each head, and the last input of either mixing, as wide as all keys together."""
    _slot(cache, "wkv", p.n_layers, p.n_heads, key * value)
    for name in ("shift of time mixing", "shift of channel mixing"):
        _slot(cache, name, p.n_layers, 1, p.n_heads * key)


def rwkv6(cache, q, p):
    _heads_and_shifts(cache, p, p.d_head, p.d_head)


def rwkv7(cache, q, p):
    _heads_and_shifts(cache, p, p.d_k, p.d_v)
