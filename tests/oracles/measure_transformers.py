"""Measure what the caches of Hugging Face transformers hold: tiny random models, run, every cache tensor counted.

    python -m tests.oracles.measure_transformers --seed 7 --types llama,jamba -o cases.jsonl
    python -m tests.oracles.measure_transformers --seed 7 --count 12 --like FILE -o cases.jsonl  # types drawn from it
    python -m tests.oracles.measure_transformers --again tests/data/transformers_live.jsonl

Runs in an environment of its own (`requirements.txt`). Each line is one model: its config, and how many elements and
bytes its cache held after so many tokens. `tests.oracles.transformers_cases` holds symkv against such a file;
`--again` measures the models of a file once more and says whether the records are still true.
"""

from __future__ import annotations

import argparse
import inspect
import json
import random
import resource
import sys
import time
import warnings
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import torch
import transformers
from transformers.models.auto import modeling_auto as auto

from tests.oracles.tiny_configs import VOCABULARY, tiny

KINDS = {  # the classes that hold a language model's cache, by what they are for
    "causal": auto.MODEL_FOR_CAUSAL_LM_MAPPING_NAMES,
    "encdec": auto.MODEL_FOR_SEQ_TO_SEQ_CAUSAL_LM_MAPPING_NAMES | {"whisper": "WhisperForConditionalGeneration"},
    "mm": auto.MODEL_FOR_IMAGE_TEXT_TO_TEXT_MAPPING_NAMES,
}
ENCODER_TOKENS = 11
DTYPES = {"float32": torch.float32, "bfloat16": torch.bfloat16}
HELD = ("past_key_values", "cache_params", "state", "past_buckets_states")  # what a model calls its cache
ATTEMPTS = 6
MEMORY = 4 * 2**30  # a model that is larger than this was not made tiny


class NotMeasured(Exception):
    """A model type that can't be built or run this small, with the reason."""


# -- counting -----------------------------------------------------------------------------------------------------


def tensors_of(cache: Any) -> list[tuple[Any, str, torch.Tensor]]:
    """Every tensor that a cache object holds, with its layer and name; one that two names share is there once."""
    found: list[tuple[Any, str, torch.Tensor]] = []
    seen: set[tuple[int, tuple[int, ...], int]] = set()
    visited: set[int] = set()

    def walk(value: Any, layer: Any, name: str) -> None:
        if isinstance(value, torch.Tensor):
            key = (value.data_ptr() if value.numel() else id(value), tuple(value.shape), value.storage_offset())
            if key not in seen:
                seen.add(key)
                found.append((layer, name, value))
            return
        if isinstance(value, str | bytes | int | float | type(None) | torch.dtype | torch.device) or callable(value):
            return
        if id(value) in visited:
            return
        visited.add(id(value))
        if isinstance(value, dict):
            for key, entry in value.items():
                walk(entry, layer, f"{name}.{key}")
        elif isinstance(value, list | tuple):
            for index, entry in enumerate(value):
                if name.endswith("layers") or name == "":
                    walk(entry, index if layer is None else f"{layer}:{index}", "")
                else:
                    walk(entry, layer, f"{name}.{index}")
        elif type(value).__module__.startswith("transformers") and not isinstance(value, transformers.PreTrainedConfig):
            for key, entry in vars(value).items():
                inner = key if layer is None and key.endswith("_cache") else layer
                walk(entry, inner, "layers" if key == "layers" else f"{name}.{key}".strip("."))

    walk(cache, None, "cache" if not isinstance(cache, list | tuple) else "")
    return found


def counted(cache: Any) -> tuple[dict[str, Any], list[list[Any]]]:
    """Elements and bytes of a cache; a single whole number is a counter of the library's, kept apart."""
    elements, bookkeeping = 0, 0
    by_dtype: Counter[str] = Counter()
    listed = []
    for layer, name, tensor in tensors_of(cache):
        if tensor.dim() == 0 or (tensor.numel() == 1 and not tensor.is_floating_point()):
            bookkeeping += 1
            continue
        dtype = str(tensor.dtype).removeprefix("torch.")
        elements += tensor.numel()
        if tensor.numel():
            by_dtype[dtype] += tensor.numel() * tensor.element_size()
            listed.append([layer, name, list(tensor.shape), dtype])
    record = {"elements": elements, "bytes": sum(by_dtype.values()), "bytes_by_dtype": dict(sorted(by_dtype.items()))}
    if bookkeeping:
        record["bookkeeping_elements"] = bookkeeping
    return record, listed


# -- running ------------------------------------------------------------------------------------------------------


class Runner:
    """One tiny model, fed with tokens a cache at a time."""

    def __init__(self, config: Any, architecture: str, dtype: str) -> None:
        torch.manual_seed(0)
        self.config = config
        cls = getattr(transformers, architecture)
        self.model = cls(config).to(DTYPES[dtype]).eval()
        self.dtype = dtype
        self.takes = set(inspect.signature(cls.forward).parameters)
        self.encodes = bool(getattr(config, "is_encoder_decoder", False)) and "decoder_input_ids" in self.takes
        self.encoder_tokens = 0

    def _encoder_inputs(self, batch: int) -> dict[str, torch.Tensor]:
        if "input_features" in self.takes and "input_ids" not in self.takes:
            frames = 2 * self.config.max_source_positions
            self.encoder_tokens = self.config.max_source_positions
            return {"input_features": torch.zeros(batch, self.config.num_mel_bins, frames, dtype=DTYPES[self.dtype])}
        self.encoder_tokens = ENCODER_TOKENS
        return {"input_ids": torch.full((batch, ENCODER_TOKENS), 7)}

    def run(self, batch: int, prefill: int, steps: int, cache: Any = None) -> Iterator[tuple[int, Any]]:
        """(tokens seen, cache) after the prefill and after each step."""
        fixed = self._encoder_inputs(batch) if self.encodes else {}
        tokens = "decoder_input_ids" if self.encodes else "input_ids"
        held = next((name for name in HELD if name in self.takes), HELD[0])
        seen = 0
        with torch.no_grad():
            for length in [prefill, *[1] * steps]:
                given = {tokens: torch.randint(3, VOCABULARY - 8, (batch, length)), **fixed}
                if cache is not None:
                    given[held] = cache
                output = self.model(**given, use_cache=True)
                cache = getattr(output, held, None)
                cache = given.get(held) if cache is None else cache
                if cache is None:  # some types only fill the cache that they are given
                    if seen:
                        raise NotMeasured("no cache comes back")
                    cache = transformers.DynamicCache(config=self.config.get_text_config(decoder=True))
                    self.model(**given, use_cache=True, **{held: cache})
                seen += length
                yield seen, cache


def _lengths(window: int) -> list[tuple[int, int]]:
    """(batch, prefill): below, at and above the window."""
    return [*((1, n) for n in (4, window - 1, window, 2 * window + 3)), (2, window + 2)]


def records_of(config: Any, architecture: str, window: int) -> tuple[list[dict[str, Any]], list[list[Any]]]:
    """Everything measured of one config, and the tensors of its longest record."""
    found: list[dict[str, Any]] = []
    tensors: list[list[Any]] = []
    runner = Runner(config, architecture, "float32")

    def note(run: Runner, batch: int, prefill: int, steps: int, static: int | None = None) -> None:
        cache = None
        if static is not None:
            cache = transformers.StaticCache(config=config, max_cache_len=static)
        for seen, held in run.run(batch, prefill, steps, cache):
            record, listed = counted(held)
            if seen - prefill not in (0, steps):
                continue
            if not record["elements"]:
                raise NotMeasured("the cache is empty")
            if prefill > window and batch == 1 and run.dtype == "float32" and static is None:
                tensors[:] = listed
            shape = {"cache": "dynamic"} if static is None else {"cache": "static", "static_max": static}
            head = {"dtype": run.dtype, "batch": batch, "prefill": prefill, "tokens": seen}
            found.append({**head, "encoder_tokens": run.encoder_tokens, **shape, **record})

    for batch, prefill in _lengths(window):
        note(runner, batch, prefill, 3)
    if not runner.encodes:
        for static in (window - 2, 2 * window + 5):
            kept = len(found)
            try:
                note(runner, 2, window // 2, 0, static)
            except Exception:  # not every type can use a static cache; the dynamic records stand
                del found[kept:]
    kept = len(found)
    try:
        note(Runner(config, architecture, "bfloat16"), 1, window + 1, 1)
    except RuntimeError:  # a few mix number formats
        del found[kept:]
    return found, tensors


# -- cases --------------------------------------------------------------------------------------------------------


def plain(config: Any) -> dict[str, Any]:
    """All fields of a config as its config.json holds them."""
    found: dict[str, Any] = json.loads(config.to_json_string(use_diff=False))
    return found


def window_of(config: Any) -> int:
    """The config's window where it has one, to choose lengths on both sides of it."""
    inner = config.get_text_config(decoder=True)
    for name in ("sliding_window", "sliding_window_size", "attention_window_size", "attention_chunk_size"):
        value = getattr(inner, name, None)
        if isinstance(value, int) and 4 <= value <= 64:
            return value
    return 12


def measure(model_type: str, kind: str, seed: int) -> dict[str, Any]:
    """One case: the first draw of the seed that can be built and run; `NotMeasured` when none can."""
    architecture = KINDS[kind][model_type]
    if isinstance(architecture, tuple | list):
        architecture = architecture[0]
    reason = "never tried"
    for attempt in range(ATTEMPTS):
        try:
            drawn = seed * ATTEMPTS + attempt
            config = tiny(model_type, drawn, shuffled=attempt < 2 and drawn % 2 == 0)
            if kind == "causal":
                _decoder_alone(config)
            if not isinstance(config, getattr(transformers, architecture).config_class):
                config = config.get_text_config(decoder=True)  # a language model alone takes the inner one
            written = plain(config)
            records, tensors = records_of(config, architecture, window_of(config))
        except Exception as problem:  # any failure of a model that small is a reason to draw again
            reason = f"{type(problem).__name__}: {str(problem).splitlines()[0][:160] if str(problem) else ''}"
            continue
        last = [r for r in records if r["batch"] == 1 and r["dtype"] == "float32" and r["cache"] == "dynamic"][-1]
        return {
            "case": f"{model_type}/{kind}/{drawn}",
            "model_type": model_type,
            "architecture": architecture,
            "kind": kind,
            "variant": f"seed {drawn}",
            "config": written,
            "records": records,
            "tensors_at": {key: last[key] for key in ("batch", "tokens", "dtype")},
            "tensors": tensors,
        }
    raise NotMeasured(reason)


def _decoder_alone(config: Any) -> None:
    if getattr(config, "is_encoder_decoder", False):
        config.is_encoder_decoder = False
    if hasattr(config, "is_decoder") or type(config).model_type in ("bert", "electra", "roberta"):
        config.is_decoder = True


def again(path: Path) -> int:
    """Measure the configs of a file at its own batches and lengths; the number of records that differ."""
    wrong = total = 0
    for line in path.read_text().splitlines():
        case = json.loads(line)
        config = getattr(transformers, case["architecture"]).config_class.from_dict(case["config"])
        runs: dict[tuple[Any, ...], list[dict[str, Any]]] = {}
        for record in case["records"]:
            key = (record["dtype"], record["batch"], record["prefill"], record.get("static_max"))
            runs.setdefault(key, []).append(record)
        runners: dict[str, Runner] = {}
        for (dtype, batch, prefill, static), records in runs.items():
            total += len(records)
            try:
                runner = runners.setdefault(dtype, Runner(config, case["architecture"], dtype))
                cache = None if static is None else transformers.StaticCache(config=config, max_cache_len=static)
                steps = max(record["tokens"] for record in records) - prefill
                seen = {n: counted(held)[0] for n, held in runner.run(batch, prefill, steps, cache)}
            except Exception as problem:
                print(f"{case['case']}: {type(problem).__name__}: {str(problem)[:120]}")
                wrong += len(records)
                continue
            for record in records:
                measured = seen[record["tokens"]]
                if any(measured[name] != record[name] for name in ("elements", "bytes", "bytes_by_dtype")):
                    wrong += 1
                    print(f"{case['case']}: {measured} now, {record} recorded")
    print(f"{total - wrong}/{total}")
    return wrong


def main() -> int:
    """The command line; exit status 1 when types could not be measured, or a record is no longer true.

    Of types that the seed draws, one in eight may be too large or too special for sizes that nobody chose.
    """
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--types", help="model types, each may say its kind: llama,t5/encdec; all without it")
    parser.add_argument("--like", type=Path, help="a file of cases whose types are taken")
    parser.add_argument("--without", default="", help="model types left out: reformer,cpmant")
    parser.add_argument("--count", type=int, help="that many of the types, drawn by the seed")
    parser.add_argument("--again", type=Path, help="a file whose models are measured once more")
    parser.add_argument("-o", "--output", type=Path)
    given = parser.parse_args()
    warnings.simplefilter("ignore")
    transformers.logging.set_verbosity_error()
    torch.set_num_threads(1)
    resource.setrlimit(resource.RLIMIT_DATA, (MEMORY, MEMORY))
    if given.again:
        return 1 if again(given.again) else 0
    chosen = _chosen(given)
    cases: list[str] = []
    started = time.monotonic()
    for name, kind in chosen:
        try:
            cases.append(json.dumps(measure(name, kind, given.seed), separators=(",", ":")))
        except NotMeasured as reason:
            print(f"{name}/{kind}: not measured, {reason}", file=sys.stderr)
    if given.output:
        given.output.write_text("".join(f"{line}\n" for line in cases))
    failed = len(chosen) - len(cases)
    took = time.monotonic() - started
    print(f"{len(cases)} models measured in {took:.0f} s, {failed} could not be, seed {given.seed}")
    return 1 if failed > (len(chosen) // 8 if given.count else 0) else 0


def _chosen(given: argparse.Namespace) -> list[tuple[str, str]]:
    """(model type, kind) of what the command line asks for."""
    chosen = [(name, kind) for kind, names in KINDS.items() for name in sorted(names)]
    if given.like:
        listed = (json.loads(line) for line in given.like.read_text().splitlines())
        chosen = [(name, kind) for name, kind, _ in (case["case"].split("/", 2) for case in listed)]
    if given.types:
        words = [word.partition("/") for word in given.types.split(",")]
        chosen = [(n, kind or next(k for k, names in KINDS.items() if n in names)) for n, _, kind in words]
    chosen = [(name, kind) for name, kind in chosen if name not in given.without.split(",")]
    if given.count:
        random.Random(given.seed).shuffle(chosen)
        chosen = chosen[: given.count]
    return chosen


if __name__ == "__main__":
    raise SystemExit(main())
