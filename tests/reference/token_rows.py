"""Rows of many shapes: unequal heads and widths, latents, one row for key and value, merged rows, shared layers."""

from fractions import Fraction

from tests.reference.basics import _attend


def _row(cache, name, layers, heads, width, q):
    """Each layer writes row q of each head and goes over all rows so far."""
    _attend(cache, (name,), layers, heads, width, q, range(q + 1))


def unequal_widths(cache, q, p):
    _row(cache, "key", p.n_layers, p.n_kv_heads, p.d_k, q)
    _row(cache, "value", p.n_layers, p.n_kv_heads, p.d_v, q)


def unequal_local_global(cache, q, p):
    """Local layers have twice as many key-value heads as global ones."""
    local = [i for i in range(q + 1) if q - i < p.window]
    for tensor, width in (("key", p.d_k), ("value", p.d_v)):
        _row(cache, tensor, p.n_global_layers, p.n_kv_heads, width, q)
        _attend(cache, ("local " + tensor,), p.n_local_layers, 2 * p.n_kv_heads, width, q, local)


def diffkv(cache, q, p):
    _row(cache, "key", p.n_layers, p.n_k_heads, p.d_k, q)
    _row(cache, "value", p.n_layers, p.n_v_heads, p.d_v, q)


def mla_expanded(cache, q, p):
    """The rotary key goes into the key of every head."""
    _row(cache, "nope", p.n_layers, p.n_heads, p.d_nope, q)
    _row(cache, "rope", p.n_layers, p.n_heads, p.d_rope, q)
    _row(cache, "value", p.n_layers, p.n_heads, p.d_v, q)


def mla_transposed(cache, q, p):
    """Scores go over the row of latent and rotary key, the product with the values over the transposed latent."""
    _row(cache, "latent and rope", p.n_layers, 1, p.d_latent + p.d_rope, q)
    _row(cache, "transposed", p.n_layers, 1, p.d_latent, q)


def grouped_latent(cache, q, p):
    """A latent head is the key and the value of its query heads: two head widths in one row."""
    _row(cache, "first half", p.n_layers, p.n_latent_heads, p.d_head, q)
    _row(cache, "second half", p.n_layers, p.n_latent_heads, p.d_head, q)
    _row(cache, "rope", p.n_layers, 1, p.d_rope, q)


def grouped_tied(cache, q, p):
    _row(cache, "tied", p.n_layers, p.n_kv_heads, p.d_head, q)
    _row(cache, "rope", p.n_layers, 1, p.d_rope, q)


def mlra(cache, q, p):
    _row(cache, "block", p.n_layers, p.n_branches, Fraction(p.d_latent, p.n_branches), q)
    _row(cache, "rope", p.n_layers, 1, p.d_rope, q)


def tpa(cache, q, p):
    """For each outer product a vector over the heads and a vector over the channels."""
    for tensor, products in (("key", p.rank_key), ("value", p.rank_value)):
        for product in range(products):
            _row(cache, f"{tensor} over heads {product}", p.n_layers, 1, p.n_heads, q)
            _row(cache, f"{tensor} over channels {product}", p.n_layers, 1, p.d_head, q)


def mfa(cache, q, p):
    _row(cache, "key", p.n_layers, 1, p.d_head, q)
    _row(cache, "value", p.n_layers, 1, p.d_head, q)


def mfa_kr(cache, q, p):
    """The value is computed from the key that has been read."""
    _row(cache, "key", p.n_layers, 1, p.d_head, q)


def tied_kv(cache, q, p):
    """The value serves as the part of the key that is not rotated; the rotated part is a row of its own."""
    _row(cache, "value", p.n_layers, p.n_kv_heads, p.d_head, q)
    _row(cache, "rotated", p.n_layers, p.n_kv_heads, p.d_rotary, q)


def shared_kv(cache, q, p):
    _row(cache, "key and value", p.n_layers, 1, p.d_head, q)


def mtla(cache, q, p):
    """Token q is added to the row of its group, and the query goes over the rows of all groups so far."""
    for layer in range(p.n_layers):
        for tensor, width in (("latent", p.d_latent), ("rope", p.d_rope)):
            cache.write(tensor, layer, q // p.compression, size=width)
            for group in range(q // p.compression + 1):
                cache.read(tensor, layer, group)


def double_mla(cache, q, p):
    for block in ("first", "second"):
        _row(cache, block + " latent", p.n_layers, 1, p.d_latent, q)
        _row(cache, block + " rope", p.n_layers, 1, p.d_rope, q)


def k_only(cache, q, p):
    _row(cache, "key", p.n_layers, p.n_heads, p.d_head, q)


def x_cache(cache, q, p):
    _row(cache, "input", p.n_layers, 1, p.d_model, q)


def mlkv(cache, q, p):
    """Layer i reads the heads of its group, floor(i*m/L) of m groups of consecutive layers."""
    group = [i * p.n_unique_layers // p.n_layers for i in range(p.n_layers)]
    readers = [[i for i in range(p.n_layers) if group[i] == owner] for owner in range(p.n_unique_layers)]
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


def mla_window(cache, q, p):
    rows = [i for i in range(q + 1) if q - i < p.window]
    for tensor, width in (("latent", p.d_latent), ("rope", p.d_rope)):
        _attend(cache, (tensor,), p.n_layers, 1, width, q, rows)


def unequal_window(cache, q, p):
    rows = [i for i in range(q + 1) if q - i < p.window]
    for tensor, width in (("key", p.d_k), ("value", p.d_v)):
        _attend(cache, (tensor,), p.n_layers, p.n_kv_heads, width, q, rows)


def shared_kv_window(cache, q, p):
    rows = [i for i in range(q + 1) if q - i < p.window]
    _attend(cache, ("key and value",), p.n_layers, 1, p.d_head, q, rows)
