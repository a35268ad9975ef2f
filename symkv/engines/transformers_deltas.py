"""Where the caches of Hugging Face transformers 5.23.0 differ from what a type's mathematics needs, one row each.

A row names the model types and tensors that it is about. What holds for all types is a rule in `transformers`.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Delta:
    """A difference in the tensors of some types: other heads or width, more or fewer columns, a format, or none at all.

    `types` empty means every type but those in `but`. `heads` and `width` are formulas over the part's symbols and the
    model's facts; a row applies only where all of them are known, and with `mask` to tensors under it only. Rows of
    `every_token` take the place of its own, `columns` is added to a convolution's, `times` repeats the tensor.
    """

    name: str
    sentence: str
    tensors: tuple[str, ...]
    types: tuple[str, ...] = ()
    but: tuple[str, ...] = ()
    heads: str | None = None
    width: str | None = None
    columns: int = 0
    times: int = 1
    every_token: bool = False
    mask: str = ""
    dtype: str | None = None  # "model" is the one of the weights


@dataclass(frozen=True)
class Extra:
    """Integers that a type keeps beside its cache: how many, as a formula over its facts and n_tokens.

    Where the prompt has fewer tokens than the fact `since` says, they are joined to numbers and held in their format.
    """

    name: str
    sentence: str
    types: tuple[str, ...]
    elements: str
    dtype: str = "int64"
    since: str = ""


QWEN_4 = ("qwen4_exp", "qwen4_exp_text")
DELTAS: tuple[Delta, ...] = (
    Delta(
        "broadcast heads",
        "Falcon's new architecture repeats keys and values for all query heads before it caches them",
        ("key", "value"),
        types=("falcon",),
        heads="broadcast_heads",
    ),
    Delta(
        "key and value apart",
        "plain window layers keep their one row twice, as key and as value",
        ("row", "rotated part"),
        types=("deepseek_v4",),
        times=2,
    ),
    Delta(
        "whole keys",
        "a key that is tied to its value is kept whole beside it",
        ("rotated key",),
        width="d_head",
    ),
    Delta(
        "windows in full",
        "layers with a window keep every token, for the cache does not know of it",
        ("key", "value"),
        types=("gpt_neo", "minimax"),
        mask="window",
        every_token=True,
    ),
    Delta(
        "float32 index keys",
        "index keys are rotated, and then kept, in float32",
        ("index key",),
        types=("dots3_note_text",),
        dtype="fp32",
    ),
    Delta(
        "float32 states",
        "recurrent states are kept in float32, whatever the model's format",
        ("state", "average"),
        but=("minimax", "minimax_text_01"),
        dtype="fp32",
    ),
    Delta(
        "float32 convolutions",
        "the inputs of the short convolutions are kept in float32",
        ("key inputs", "value inputs", "attention outputs", "feed-forward outputs"),
        types=("inkling_text", "inkling2_text"),
        dtype="fp32",
    ),
    Delta(
        "states in the model's format",
        "inference_state_dtype is not applied to the cache",
        ("memory", "normaliser", "maximum"),
        types=("xlstm",),
        dtype="model",
    ),
    Delta(
        "state on the module",
        "recurrent state and convolution are kept on the module, outside the cache",
        ("state", "inputs"),
        types=("recurrent_gemma",),
        times=0,
    ),
    Delta(
        "columns without the newest",
        "these convolutions keep the columns before the newest input only",
        ("query inputs", "key inputs"),
        types=("zaya",),
        columns=-1,
    ),
    Delta(
        "columns without the newest",
        "these convolutions keep the columns before the newest input only",
        ("dilated inputs",),
        columns=-1,
    ),
    Delta(
        "an index key for every token",
        "index keys are kept one by one, not one for each group of tokens",
        ("index key",),
        types=QWEN_4,
        every_token=True,
    ),
    Delta(
        "an index key for every token",
        "index keys are kept one by one, not one for each group of tokens",
        ("pending index key",),
        types=QWEN_4,
        times=0,
    ),
)
EXTRAS: tuple[Extra, ...] = (
    Extra(
        "position ids",
        "three integers for each token, one tensor for all indexed layers",
        QWEN_4,
        "3*min(index_layers, 1)*n_tokens",
    ),
    Extra(
        "n-gram ids",
        "the last tokens of each n-gram embedding, as integers",
        QWEN_4,
        "ngram_layers*(ngram_size - 1)",
    ),
    Extra(
        "buckets",
        "the hash bucket of each token, head and hash, once a chunk is full",
        ("reformer",),
        "lsh_layers*heads*num_hashes*n_tokens if n_tokens >= lsh_attn_chunk_length else 0",
        since="lsh_attn_chunk_length",
    ),
)
