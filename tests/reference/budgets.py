"""Number formats and token budgets: what is quantised when, and which tokens are let go."""

from fractions import Fraction
from math import ceil

from tests.reference.basics import _attend


def _each(p, heads=None):
    return [(layer, head) for layer in range(p.n_layers) for head in range(p.n_kv_heads if heads is None else heads)]


# -- token budgets -----------------------------------------------------------------------------------------------------


def _survivors(q, budget, recent, seed):
    """(rows after step q, the row let go in it): a victim of some score, never one of the newest `recent`."""
    kept, victim = [], None
    for token in range(q + 1):
        victim = kept.pop((7 * token + seed) % (budget - recent + 1)) if len(kept) == budget else None
        kept.append(token)
    return kept, victim


def _evict(cache, q, p, budget, recent, per_head):
    for layer, head in _each(p):
        kept, victim = _survivors(q, budget, recent, layer + (3 * head if per_head else 0))
        for tensor in ("key", "value"):
            if victim is not None:
                cache.fold(tensor, layer, head, victim)  # its score is compared, then it goes
            cache.write(tensor, layer, head, q, size=p.d_head)
            for i in kept:
                cache.read(tensor, layer, head, i)


def h2o(cache, q, p):
    _evict(cache, q, p, p.n_heavy + p.n_recent, p.n_recent, per_head=True)


def tova(cache, q, p):
    _evict(cache, q, p, p.n_kept, 1, per_head=False)


def scissorhands(cache, q, p):
    _evict(cache, q, p, p.n_kept, 1, per_head=True)


def keyformer(cache, q, p):
    _evict(cache, q, p, p.n_kept, 1 + p.n_kept // 2, per_head=True)


def _after_prompt(cache, q, p, rows):
    """The prompt attends to itself; later steps go over rows(layer, head) of it and over all tokens since."""
    for layer, head in _each(p):
        chosen = range(q + 1) if q < p.n_prompt else [*rows(layer, head), *range(p.n_prompt, q + 1)]
        for tensor in ("key", "value"):
            cache.write(tensor, layer, head, q, size=p.d_head)
            for i in chosen:
                cache.read(tensor, layer, head, i)


def _best(count, tokens, seed):
    """`count` of the tokens by some score."""
    return sorted(range(tokens), key=lambda i: (31 * i + 17 * seed) % 101)[:count]


def snapkv(cache, q, p):
    _after_prompt(cache, q, p, lambda layer, head: _best(p.n_kept, p.n_prompt, layer + 5 * head))


def pyramidkv(cache, q, p):
    capacity = p.n_kept - p.window
    least = capacity // p.pyramid_ratio
    most = 2 * capacity - least
    step = (most - least) // (p.n_layers - 1)

    def rows(layer, head):
        last = list(range(p.n_prompt - p.window, p.n_prompt))
        return _best(most - layer * step, p.n_prompt - p.window, layer + 5 * head) + last

    _after_prompt(cache, q, p, rows)


def gist(cache, q, p):
    for layer, head in _each(p):
        for tensor in ("key", "value"):
            cache.write(tensor, layer, head, q, size=p.d_head)
            for i in range(0 if q < p.n_prompt else p.n_prompt, q + 1):
                cache.read(tensor, layer, head, i)
            for i in range(p.n_gist if q >= p.n_prompt - 1 else 0):
                if q == p.n_prompt - 1:
                    cache.write(tensor, layer, head, "gist", i, size=p.d_head)
                cache.read(tensor, layer, head, "gist", i)


def dmc(cache, q, p):
    """Every `compression` tokens a row is appended, the others are merged into the last one."""
    for layer, head in _each(p):
        for tensor in ("key", "value"):
            cache.write(tensor, layer, head, q // p.compression, size=p.d_head)
            for i in range(q // p.compression + 1):
                cache.read(tensor, layer, head, i)


def think(cache, q, p):
    _attend(cache, ("key",), p.n_layers, p.n_kv_heads, p.d_kept, q, range(q + 1))
    _attend(cache, ("value",), p.n_layers, p.n_kv_heads, p.d_head, q, range(q + 1))
    for layer, head in _each(p):
        if q == 0:
            cache.preload("mask", layer, head, size=Fraction(p.d_head, 8))
        cache.read("mask", layer, head)


def chai(cache, q, p):
    _attend(cache, ("key",), p.n_layers, p.n_clusters, p.d_head, q, range(q + 1))
    _attend(cache, ("value",), p.n_layers, p.n_heads, p.d_head, q, range(q + 1))


def palu(cache, q, p):
    for name, rank in (("key", p.d_key_latent), ("value", p.d_value_latent)):
        _attend(cache, (name,), p.n_layers, p.n_head_groups, Fraction(rank * p.n_bits, 8), q, range(q + 1))


def xkv(cache, q, p):
    ranks = {"key": p.joint_key_rank, "value": p.joint_value_rank}
    for name, rank in ranks.items():
        for layer in range(p.n_layers):
            group = layer % p.n_unique_layers
            for i in range(p.n_prompt):
                if q == 0:
                    cache.preload(name, "factor", group, i, size=rank)
                cache.read(name, "factor", group, i)
            for head in range(p.n_kv_heads):
                if q == 0:
                    cache.preload(name, "basis", layer, head, size=rank * p.d_head)
                cache.read(name, "basis", layer, head)
                if q >= p.n_prompt:
                    cache.write(name, layer, head, q, size=p.d_head)
                for i in range(p.n_prompt, q + 1):
                    cache.read(name, layer, head, i)


def xkv_mla(cache, q, p):
    """Latents of the prompt are a factor for each group of layers and a basis for each layer; rotary keys stay."""
    for layer in range(p.n_layers):
        if q == 0:
            cache.preload("basis", layer, size=p.joint_latent_rank * p.d_latent)
        cache.read("basis", layer)
        for i in range(p.n_prompt):
            if q == 0:
                cache.preload("factor", layer % p.n_unique_layers, i, size=p.joint_latent_rank)
            cache.read("factor", layer % p.n_unique_layers, i)
        if q >= p.n_prompt:
            cache.write("latent", layer, q, size=p.d_latent)
        for i in range(p.n_prompt, q + 1):
            cache.read("latent", layer, i)
    _attend(cache, ("rope",), p.n_layers, 1, p.d_rope, q, range(q + 1))


# -- number formats ----------------------------------------------------------------------------------------------------


def _codes(cache, name, row, count, p):
    """Codes of `count` elements with a scale and a zero for each group."""
    bits, scales = Fraction(count * p.n_bits, 8), Fraction(count, p.group_size) * p.scale_bytes
    cache.write(name, *row, size=bits + scales)


def _values_by_token(cache, q, p, layer, head):
    if q >= p.residual:
        cache.fold("value tail", layer, head, q - p.residual)
        _codes(cache, "value codes", (layer, head, q - p.residual), p.d_head, p)
    cache.write("value tail", layer, head, q, size=p.d_head * p.bytes_per_element)
    for i in range(q + 1):
        cache.read("value tail" if i > q - p.residual else "value codes", layer, head, i)


def _keys_by_block(cache, q, p, layer, head, quantise):
    """Keys wait in a tail until there are `residual` of them, which are then quantised together."""
    if (q + 1) % p.residual:
        cache.write("key tail", layer, head, q, size=p.d_head * p.bytes_per_element)
    else:
        first = q + 1 - p.residual
        for i in range(first, q):
            cache.fold("key tail", layer, head, i)
        for group in range(first // p.group_size, (q + 1) // p.group_size):
            quantise(layer, head, group)
    full = (q + 1) // p.residual * p.residual
    for group in range(full // p.group_size):
        cache.read("key codes", layer, head, group)
    for i in range(full, q + 1):
        cache.read("key tail", layer, head, i)


def kivi(cache, q, p):
    """A group of keys is group_size tokens of one channel, a group of values as many channels of one token."""
    for layer, head in _each(p):
        _keys_by_block(
            cache, q, p, layer, head, lambda *row: _codes(cache, "key codes", row, p.group_size * p.d_head, p)
        )
        _values_by_token(cache, q, p, layer, head)


def qjl(cache, q, p):
    """A group of keys: the signs and two 16-bit norms of each token, and a byte for each outlier channel."""
    group = p.group_size * (Fraction(p.n_signs, 8) + 2 * 2) + p.n_outliers
    for layer, head in _each(p):
        _keys_by_block(cache, q, p, layer, head, lambda *row: cache.write("key codes", *row, size=group))
        _values_by_token(cache, q, p, layer, head)


def transformers_quantised(cache, q, p):
    """Whenever `residual` tokens have come since the prompt, everything is quantised anew."""
    flushed = q + 1 >= p.n_prompt and (q + 1 - p.n_prompt) % p.residual == 0
    tail = 0 if flushed else (q + 1 - p.n_prompt) % p.residual if q + 1 > p.n_prompt else q + 1
    for layer, head in _each(p):
        for name in ("key", "value"):
            if flushed:
                for i in range(0 if q + 1 == p.n_prompt else q + 1 - p.residual, q):
                    cache.fold(name, layer, head, i)
                for i in range(q + 1):
                    _codes(cache, f"{name} codes", (layer, head, i), p.d_head, p)
            else:
                cache.write(name, layer, head, q, size=p.d_head * p.bytes_per_element)
            for i in range(q + 1):
                cache.read(name if i > q - tail else f"{name} codes", layer, head, i)


def kvquant(cache, q, p):
    codes = Fraction(p.d_head * p.n_bits, 8) + p.d_head * p.outlier_fraction * p.outlier_bytes
    _attend(cache, ("key", "value"), p.n_layers, p.n_kv_heads, codes, q, range(q + 1))
    _attend(cache, ("key pointer", "value pointer"), p.n_layers, 1, p.pointer_bytes, q, range(q + 1))
    _attend(cache, ("value scale",), p.n_layers, 1, p.scale_bytes, q, range(q + 1))


def turboquant(cache, q, p):
    codes = ceil(Fraction(p.d_head * p.n_bits, 8))
    _attend(cache, ("key",), p.n_layers, p.n_kv_heads, codes + 2, q, range(q + 1))
    _attend(cache, ("value",), p.n_layers, p.n_kv_heads, codes + 2 + 2, q, range(q + 1))
