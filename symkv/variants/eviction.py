"""Caches that never hold more than a number of tokens: a step lets one go before it attends, H2O and its relatives."""

from __future__ import annotations

from symkv.caches import Mask, Printed, Reduction, Source, Variant, key_value
from symkv.formula import Formula, min
from symkv.symbols import Symbol, declare

declare(
    Symbol("n_heavy", r"n_{\mathrm{heavy}}", "heavy hitters that are kept", "tokens", dimension="token"), after="n_kept"
)
declare(
    Symbol("n_recent", r"n_{\mathrm{recent}}", "newest tokens that are kept", "tokens", dimension="token"),
    after="n_heavy",
)

H2O_2023 = Source(
    "Zhang et al.",
    "H2O: Heavy-Hitter Oracle for Efficient Generative Inference of Large Language Models",
    2023,
    "arXiv:2306.14048; budgets as in FMInference/H2O, h2o_hf",
)
TOVA_2024 = Source(
    "Oren et al.", "Transformers are Multi-State RNNs", 2024, "arXiv:2401.06104; as in NVIDIA/kvpress, tova_press.py"
)
SCISSORHANDS_2023 = Source(
    "Liu et al.",
    "Scissorhands: Exploiting the Persistence of Importance Hypothesis for LLM KV Cache Compression at Test Time",
    2023,
    "arXiv:2305.17118, abstract",
)
KEYFORMER_2024 = Source(
    "Adnan et al.",
    "Keyformer: KV Cache Reduction through Key Tokens Selection for Efficient Generative Inference",
    2024,
    "arXiv:2403.09054, abstract",
)


def at_most(recent: str, heavy: str = "0") -> Mask:
    """`heavy` + `recent` tokens: the step that brings one more lets another go before it attends."""
    rows = recent if heavy == "0" else f"{heavy} + {recent}"
    return Mask(
        "at most",
        f"{rows} tokens, one let go for each new one",
        kept=f"min(n_tokens, {rows})",
        between=f"min(n_tokens, {rows})",
        oldest=f"n_tokens - {recent}",
        pinned=heavy,  # which tokens they are depends on the data, their number does not
        level=rows,
        settled=rows,
    )


def heavy_form(
    n_layers: Formula,
    n_kv_heads: Formula,
    d_head: Formula,
    bytes_per_element: Formula,
    n_tokens: Formula,
    n_heavy: Formula,
    n_recent: Formula,
) -> Formula:
    """2 (key and value) for the heavy hitters and the recent tokens, as long as there are so many."""
    return 2 * n_layers * n_kv_heads * d_head * bytes_per_element * min(n_tokens, n_heavy + n_recent)


def budget_form(
    n_layers: Formula,
    n_kv_heads: Formula,
    d_head: Formula,
    bytes_per_element: Formula,
    n_tokens: Formula,
    n_kept: Formula,
) -> Formula:
    """2 (key and value) for min(S, budget) tokens in each layer."""
    return 2 * n_layers * n_kv_heads * d_head * bytes_per_element * min(n_tokens, n_kept)


KVPRESS = Source(
    "NVIDIA",
    "kvpress 0.5.5, measured caches",
    2026,
    "TOVAPress with compression_ratio 0.5 on a prompt of 100 tokens, a tiny random Llama",
)
_TINY = {"n_layers": 4, "n_kv_heads": 2, "d_head": 16, "n_kept": 50, "n_tokens": 100, "bytes_per_element": 1}


H2O_RESULTS = Source(
    "Zhang et al.",
    "H2O: Heavy-Hitter Oracle for Efficient Generative Inference of Large Language Models",
    2023,
    "arXiv:2306.14048, section 5.1: a budget of 20 % in equal parts, read in a transcription",
)
_FIFTH = {"n_layers": 1, "n_kv_heads": 1, "d_head": 1, "n_tokens": 2000, "bytes_per_element": 2}


def _budget(name: str, title: str, about: str, source: Source, numbers: tuple[Printed, ...] = ()) -> Variant:
    return Variant(
        name=name,
        title=title,
        family="token budgets",
        about=about,
        source=source,
        tensors=key_value(mask=at_most("n_kept")),
        paper_form=budget_form,
        paper_of="stored",
        numbers=numbers,
        reduces_to=(
            Reduction("gqa", where=("n_tokens <= n_kept",)),
            Reduction("sliding_window", where=("window = n_kept",)),
        ),
    )


VARIANTS = (
    Variant(
        name="h2o",
        title="Heavy hitters and recent tokens (H2O)",
        family="token budgets",
        about="A head keeps the tokens that gathered most attention so far and the newest ones, and lets the rest go.",
        source=H2O_2023,
        tensors=key_value(mask=at_most("n_recent", "n_heavy")),
        paper_form=heavy_form,
        paper_of="stored",
        numbers=(Printed("stored", {**_FIFTH, "n_heavy": 200, "n_recent": 200}, "5x", H2O_RESULTS, against="gqa"),),
        reduces_to=(
            Reduction("gqa", where=("n_tokens <= n_heavy + n_recent",)),
            Reduction("tova", where=("n_kept = n_heavy + n_recent",)),
        ),
    ),
    _budget(
        "tova",
        "Token omission via attention (TOVA)",
        "A layer keeps n_kept tokens and lets the one with the least attention go, the same for all its heads.",
        TOVA_2024,
        (Printed("stored", _TINY, "12800", KVPRESS),),
    ),
    _budget(
        "scissorhands",
        "Fixed budget of important tokens (Scissorhands)",
        "A head stays at a fixed budget: tokens that were important before stay, as they tend to be important again.",
        SCISSORHANDS_2023,
    ),
    _budget(
        "keyformer",
        "Key tokens and recent tokens (Keyformer)",
        "A head keeps n_kept tokens: the newest ones and the key tokens of a regularised score.",
        KEYFORMER_2024,
    ),
)
