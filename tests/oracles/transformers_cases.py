"""Hold symkv against measured caches of transformers: `python -m tests.oracles.transformers_cases FILE.jsonl`.

Each line has a config and records of its cache: dtype, batch, tokens, encoder_tokens, cache, static_max, elements,
bytes_by_dtype. Every record is compared in elements and in bytes of each number format. Mismatches are printed one a
line, refused cases apart; the last line is matched/total records. Exit status 1 unless all of them match.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from symkv.engines import Request, engine
from symkv.errors import SymkvError
from symkv.measure import with_formats
from symkv.models import from_config

DTYPES = {"float32": "fp32", "bfloat16": "bf16", "float16": "fp16"}


def cases(path: Path) -> Iterator[Mapping[str, Any]]:
    """The cases of a file, one a line."""
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            if line.strip():
                yield json.loads(line)


def mismatches(case: Mapping[str, Any]) -> list[str]:
    """What of a case symkv finds otherwise, one line for each record; `SymkvError` where it refuses the case."""
    stack = from_config(case["config"])
    found = []
    for record in case["records"]:
        dtype = DTYPES[record["dtype"]]
        request = Request(
            tokens=record["tokens"],
            batch=record["batch"],
            dtype=dtype,
            static=record.get("static_max") if record["cache"] == "static" else None,
            encoder=record["encoder_tokens"],
            prompt=record.get("prefill"),
        )
        held = engine("transformers")(with_formats(stack, {}, dtype=dtype), request)
        measured = (record["elements"], {k: v for k, v in record["bytes_by_dtype"].items() if v})
        if (held.elements, held.bytes_by_dtype) != measured:
            at = {
                name: record.get(name) for name in ("dtype", "batch", "tokens", "encoder_tokens", "cache", "static_max")
            }
            found.append(f"{at}: symkv {held.elements} {held.bytes_by_dtype}, measured {measured[0]} {measured[1]}")
    return found


def compare(found: Iterable[Mapping[str, Any]]) -> tuple[int, int, list[str], list[str]]:
    """Records that match, all records, the mismatches, and the refusals."""
    matched, total, wrong, refused = 0, 0, list[str](), list[str]()
    for case in found:
        name = case.get("case") or case["config"].get("model_type")
        total += len(case["records"])
        try:
            lines = mismatches(case)
        except SymkvError as problem:
            refused.append(f"{name}: {problem}")
            continue
        matched += len(case["records"]) - len(lines)
        wrong += [f"{name}: {line}" for line in lines]
    return matched, total, wrong, refused


def main(arguments: list[str]) -> int:
    """Compare the files named; 0 where every record matches."""
    if not arguments:
        print("give a file: python -m tests.oracles.transformers_cases cases.jsonl", file=sys.stderr)
        return 2
    missing = [name for name in arguments if not Path(name).is_file()]
    if missing:
        print(f"a file of cases must exist, {missing[0]} does not", file=sys.stderr)
        return 2
    matched, total, wrong, refused = compare(case for name in arguments for case in cases(Path(name)))
    for title, lines in (("mismatch", wrong), ("refused", refused)):
        for line in lines:
            print(f"{title}: {line}")
    print(f"{matched}/{total}")
    return 0 if matched == total else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
