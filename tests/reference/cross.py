"""Caches beside that of the text: of an encoder, of draft layers, of sequences that share a prompt."""

from tests.reference.basics import _attend

KEY_VALUE = ("key", "value")


def _given(cache, q, layers, heads, width, rows, readers=1):
    """Keys and values of `rows` tokens that were there before the first step; every step goes over all of them."""
    for layer in range(layers):
        for head in range(heads):
            for tensor in KEY_VALUE:
                for i in range(rows):
                    if q == 0:
                        cache.preload("given", tensor, layer, head, i, size=width)
                    for _ in range(readers):
                        cache.read("given", tensor, layer, head, i)


def encoder_decoder(cache, q, p):
    """Self-attention over the tokens so far, then attention to the output of the encoder, in every layer."""
    _attend(cache, KEY_VALUE, p.n_layers, p.n_heads, p.d_head, q, range(q + 1))
    _given(cache, q, p.n_layers, p.n_heads, p.d_head, p.n_encoder)


def cross_layers(cache, q, p):
    _attend(cache, KEY_VALUE, p.n_global_layers, p.n_kv_heads, p.d_head, q, range(q + 1))
    _given(cache, q, p.n_cross_layers, p.n_kv_heads, p.d_head, p.n_encoder)


def draft_layers(cache, q, p):
    _attend(cache, KEY_VALUE, p.n_layers, p.n_kv_heads, p.d_head, q, range(q + 1))
    _attend(cache, ("draft key", "draft value"), p.n_draft_layers, p.n_kv_heads, p.d_head, q, range(q + 1))


def draft_mla(cache, q, p):
    for tensor, width in (("latent", p.d_latent), ("rope", p.d_rope)):
        _attend(cache, (tensor,), p.n_layers, 1, width, q, range(q + 1))
        _attend(cache, (f"draft {tensor}",), p.n_draft_layers, 1, width, q, range(q + 1))


def _sequences(cache, q, p, readers):
    """After the prompt, each sequence writes its own row q and goes over the prompt and over what it added."""
    _given(cache, q, p.n_layers, p.n_kv_heads, p.d_head, p.n_prompt, readers)
    if q >= p.n_prompt:
        for sequence in range(p.n_beams):
            own = tuple(f"{tensor} of {sequence}" for tensor in KEY_VALUE)
            _attend(cache, own, p.n_layers, p.n_kv_heads, p.d_head, q, range(p.n_prompt, q + 1))


def beams(cache, q, p):
    _sequences(cache, q, p, p.n_beams)


def shared_prefix(cache, q, p):
    """The queries of all sequences go over the prefix together."""
    _sequences(cache, q, p, 1)


def cross_attention(cache, q, p):
    _given(cache, q, p.n_layers, p.n_kv_heads, p.d_head, p.n_encoder)
