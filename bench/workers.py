"""One tool reading one config.json for the bytes that each further token adds; runs in that tool's own environment.

    python bench/workers.py symkv|hf-mem|llm-analysis CONFIG REPEATS

Prints one JSON object: `value` (bytes per token at two bytes per element), `seconds` (median of REPEATS readings, file
to number, after the first), `version`; or `failed` with the tool's own words. REPEATS 0 stops after the first number.
"""

import json
import statistics
import sys
import time
from importlib.metadata import version
from pathlib import Path

LONG = 2**20  # tokens, beyond every window


def symkv(path):
    """The library below its command line, the number as `growth_bytes_per_token`."""
    from symkv.caches import quantity
    from symkv.measure import with_formats
    from symkv.models import from_config
    from symkv.models.files import read_config

    def read():
        stack = with_formats(from_config(read_config(path)), {}, dtype="bf16")
        return quantity(stack, "growth").evaluate({})

    return read, read


def hf_mem(path):
    """The function below its command line, which takes hub ids only."""
    from hf_mem.safetensors.kv_cache import compute_safetensors_kv_cache_size as size

    def read(tokens=LONG):
        return size(json.loads(path.read_bytes()), "BF16", tokens)

    return read, lambda: read(LONG + 1) - read(LONG)


def llm_analysis(path):
    """A folder with the config, read by the transformers release that it pins."""
    import logging

    logging.disable(logging.CRITICAL)
    from llm_analysis.analysis import LLMAnalysis
    from llm_analysis.config import get_gpu_config_by_name, get_model_config_by_name

    def read(tokens=1):
        model = get_model_config_by_name(str(path.parent))
        analysis = LLMAnalysis(model, get_gpu_config_by_name("a100-sxm-80gb"))
        return analysis.get_memory_kv_cache_per_layer(1, tokens, 2) * model.num_layers

    return read, read


TOOLS = {"symkv": symkv, "hf-mem": hf_mem, "llm-analysis": llm_analysis}


def main(tool, path, repeats):
    """Print what one tool finds in one file."""
    try:
        read, growth = TOOLS[tool](path)
        value = growth()
        found = {"value": int(value) if value == int(value) else float(value)}
    except Exception as problem:
        words = str(problem).replace(str(path.parent), "the folder").partition("\n")[0][:120]
        found = {"failed": f"{type(problem).__name__}: {words}"}
        repeats = 0
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        read()
        times.append(time.perf_counter() - start)
    if times:
        found["seconds"] = statistics.median(times)
    print(json.dumps(found | {"version": version(tool)}))


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]))
