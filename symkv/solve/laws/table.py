"""The laws of serving, one entry each.

A parameter is not a byte: what the sources leave silent, `bytes_per_parameter`, stands in every law that adds weights
to a cache or compares reading with multiplying; the spoken forms have it at 1. `bandwidth`, `multiply_rate` and
`hbm_bytes` are those of whatever serves one batch: of one chip, or of all chips that read their share at once (pipeline
stages do not, so they add no bandwidth).
"""

from __future__ import annotations

from dataclasses import replace

from symkv.caches import Source
from symkv.references import POPE_2022, POPE_2026
from symkv.solve.laws.law import Law


def _chapter(start: str) -> Source:
    return replace(POPE_2026, locator=f"Dwarkesh Podcast, 29 April 2026, from {start}")


BATCHES, STAGES, MEMORY, TRAINING, PRICES = map(_chapter, ("00:00:00", "00:47:12", "01:03:37", "01:18:59", "01:33:02"))

_MULTIPLY = "batch*n_active/multiply_rate"
_READ = "(bytes_per_parameter*n_total + batch*n_tokens*bytes_per_token)/bandwidth"

LAWS: tuple[Law, ...] = (
    Law(
        "multiply_rate",
        "Multiplications from FLOP",
        "multiply_rate = flop_rate/2",
        "a multiplication and its addition are two floating-point operations",
        BATCHES,
        units=("2 = flop/parameter",),
    ),
    Law(
        "hardware_ratio",
        "Hardware ratio",
        "hardware_ratio = multiply_rate*bytes_per_parameter/bandwidth",
        "the same in every precision while multiplications double as bytes halve; weights and arithmetic of unlike "
        "precision change it",
        BATCHES,
    ),
    Law(
        "compute_time",
        "Compute time",
        f"compute_seconds = {_MULTIPLY}",
        "one new token for each sequence; the arithmetic of attention is left out",
        BATCHES,
    ),
    Law(
        "memory_time",
        "Memory time",
        f"memory_seconds = {_READ}",
        "all weights are read once a step, and each sequence reads its own cache (bytes_per_token as read)",
        BATCHES,
    ),
    Law(
        "step_time",
        "Step time",
        f"step_seconds >= max({_MULTIPLY}, {_READ})",
        "equal where reading and multiplying overlap perfectly",
        BATCHES,
    ),
    Law(
        "latency_floor",
        "Latency floor",
        "step_seconds >= bytes_per_parameter*n_total/bandwidth",
        "the limit of the step time for a small batch: the weights are read whatever the batch",
        BATCHES,
    ),
    Law(
        "throughput",
        "New tokens per second",
        "tokens_per_second = batch/step_seconds",
        "one new token for each sequence and step",
        BATCHES,
    ),
    Law(
        "balance_batch",
        "Balance batch, without the cache",
        "batch = hardware_ratio*n_total/n_active",
        "the batch whose compute time is the time to read the weights; above it the step is bound by compute",
        BATCHES,
    ),
    Law(
        "balance_batch_kv",
        "Balance batch, with the cache",
        "batch = hardware_ratio*n_total/(n_active*(1 - n_tokens/crossover_tokens))",
        "from crossover_tokens on no batch is bound by compute: each new sequence adds more reading than multiplying",
        BATCHES,
        where=("n_tokens < crossover_tokens",),
    ),
    Law(
        "crossover",
        "Crossover context",
        "crossover_tokens = bytes_per_parameter*n_active/(hardware_ratio*bytes_per_token)",
        "the context whose cache takes as long to read as one token to compute; weights are left out (a large batch)",
        BATCHES,
    ),
    Law(
        "price_step",
        "Bytes per token from a price step",
        "bytes_per_token = bytes_per_parameter*n_active/(hardware_ratio*n_tokens)",
        "premise: the price steps up at the context where reading overtakes computing; these are bytes read, not "
        "stored; the spoken 1667 has bytes_per_parameter = 1",
        PRICES,
    ),
    Law(
        "utilisation",
        "Utilisation beyond balance",
        "utilisation <= min(1, crossover_tokens/n_tokens)",
        "a large batch, so that the weights are amortised; dense attention",
        BATCHES,
    ),
    Law(
        "capacity",
        "Sequences that fit",
        "bytes_per_parameter*n_total + batch*n_tokens*bytes_per_token <= n_chips*usable_fraction*hbm_bytes",
        "weights once, sequences of equal length, bytes_per_token as stored; the reserve is 1 - usable_fraction",
        MEMORY,
        where=("usable_fraction <= 1",),
    ),
    Law(
        "capacity_tokens",
        "Tokens that fit",
        "bytes_per_parameter*n_total + cached_tokens*bytes_per_token <= n_chips*usable_fraction*hbm_bytes",
        "weights once, bytes_per_token as stored; the reserve is 1 - usable_fraction",
        MEMORY,
        where=("usable_fraction <= 1",),
    ),
    Law(
        "capacity_pipelined",
        "Sequences that fit in a pipeline",
        "bytes_per_parameter*n_total/(n_expert_chips*n_stages) + micro_batch*n_tokens*bytes_per_token/n_expert_chips"
        " <= usable_fraction*hbm_bytes",
        "as many micro-batches as stages: stages divide the weights of a chip, not its cache",
        MEMORY,
        where=("usable_fraction <= 1",),
    ),
    Law(
        "context_by_heads",
        "Longest context, KV heads over chips",
        "n_tokens*batch*2*n_layers*ceil(n_kv_heads/n_chips)*d_head*bytes_per_element <= usable_fraction*hbm_bytes",
        "heads are padded to the chips, a single one is copied to each; usable_fraction is the cache's share of a chip",
        POPE_2022,
        where=("usable_fraction <= 1",),
        units=("2 = tensor",),
    ),
    Law(
        "context_by_batch",
        "Longest context, sequences over chips",
        "n_tokens*ceil(batch/n_chips)*2*n_layers*n_kv_heads*d_head*bytes_per_element <= usable_fraction*hbm_bytes",
        "each chip keeps all heads of its sequences; usable_fraction is the cache's share of a chip",
        POPE_2022,
        where=("usable_fraction <= 1",),
        units=("2 = tensor",),
    ),
    Law(
        "drain_time",
        "Drain time",
        "drain_seconds = hbm_bytes/bandwidth",
        "the time to read all memory once, about 20 ms over generations of hardware",
        BATCHES,
    ),
    Law(
        "hold_or_recompute",
        "Hold or recompute",
        "hold_seconds = drain_seconds*crossover_tokens",
        "the time from which recomputing a cache is cheaper than holding it in the same memory; crossover_tokens are "
        "those read for one new token",
        PRICES,
        units=("1 = token",),
    ),
    Law(
        "recompute_time",
        "Hold or recompute, from the model",
        "hold_seconds = n_active/multiply_rate*(hbm_bytes/bytes_per_token)",
        "the time to compute one token again, for every token that the memory holds",
        PRICES,
        units=("1 = token",),
    ),
    Law(
        "tier_choice",
        "Choice of a storage tier",
        "hold_seconds = tier_bytes/tier_bandwidth",
        "a tier suits caches that are held as long as it takes to read all of it",
        PRICES,
    ),
    Law(
        "pass_time",
        "Time of a pass, prefill or decode",
        f"step_seconds >= max(pass_tokens*{_MULTIPLY}, {_READ})",
        "pass_tokens multiply the compute and leave the reading as it is; pass_tokens = 1 is decode",
        PRICES,
    ),
    Law(
        "balance_pass",
        "Balance of a pass",
        "pass_tokens = (bytes_per_parameter*n_total + batch*n_tokens*bytes_per_token)*multiply_rate"
        "/(bandwidth*batch*n_active)",
        "tokens of a pass from which prefill is bound by compute; at 1 decode is",
        PRICES,
    ),
    Law(
        "price_ratio",
        "Output price over input price",
        "price_ratio = memory_seconds/compute_seconds",
        "prices follow cost, prefill is bound by compute and decode by memory; decode then uses 1/price_ratio of the "
        "multiply rate",
        PRICES,
    ),
    Law(
        "pipeline",
        "Pipeline stages hide behind the experts' traffic",
        "2*active_experts*stage_layers >= network_ratio",
        "traffic between stages takes the slow network, that of the experts the fast one, twice a layer",
        STAGES,
        units=("2 = 1/layer",),
    ),
    Law(
        "served_tokens",
        "Tokens served in a model's life",
        "inference_tokens = tokens_per_second*serving_seconds",
        "a steady rate",
        TRAINING,
    ),
    Law(
        "training_balance",
        "Training as dear as serving",
        "6*training_tokens = 2*decode_inefficiency*inference_tokens",
        "6 operations a parameter and token to train, 2 to serve; decode uses 1/decode_inefficiency of what training "
        "does; cost is least near where both are equal, which holds exactly for costs like x and 1/x",
        TRAINING,
    ),
)
