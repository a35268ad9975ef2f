"""One program reading config.json files for their bytes per token; runs in that program's own environment.

    python bench/workers.py symkv|hf-mem|llm-analysis reader|public FOLDER REPEATS

FOLDER has the folders 0, 1, ..., each with a config.json of the same model that differs in its vocab_size, so that
nothing can be remembered of a file as a whole. Prints one JSON object: `value` (bytes that a further token adds at two
bytes per element), `seconds` (CPU time of one reading, file to number: the median of REPEATS turns through the folders,
after a first one), `version`; or `failed` with the program's own words.

`reader` is the program's function on a parsed file, `public` what its documentation gives to users.
"""

import json
import statistics
import sys
import time
import warnings
from importlib.metadata import version
from pathlib import Path

LONG = 2**20  # tokens, beyond every window


def symkv_reader():
    """File to stack, and the stack's growth."""
    from symkv.caches import quantity
    from symkv.models import from_config
    from symkv.models.files import read_config

    def read(path):
        return quantity(from_config(read_config(path)), "growth").evaluate({"bytes_per_element": 2})

    return read, read


def symkv_public():
    """`symkv.from_config` of a parsed file, and the model's bytes stored for so many tokens, by a proved formula."""
    import symkv

    def read(path, tokens=LONG):
        model = symkv.from_config(json.loads(path.read_bytes()))
        return model.stored.evaluate({"n_tokens": tokens, "bytes_per_element": 2})

    return read, lambda path: read(path, LONG + 1) - read(path)


def hf_mem_reader():
    """The product at the end of `run`: no look at nested configs, number formats or missing fields."""
    from hf_mem.safetensors.kv_cache import compute_safetensors_kv_cache_size as size

    def read(path, tokens=LONG):
        return size(json.loads(path.read_bytes()), "BF16", tokens)

    return read, lambda path: read(path, LONG + 1) - read(path)


def hf_mem_public():
    """`hf_mem.run`, the hub being memory (`offline_hf_mem`)."""
    import hf_mem
    from offline_hf_mem import MODEL, serve

    warnings.simplefilter("ignore")

    def read(path, tokens=LONG):
        serve(path)
        found = hf_mem.run(MODEL, experimental=True, max_model_len=tokens, kv_cache_dtype="bfloat16").kv_cache
        if found is None:
            raise ValueError("no estimate of the cache")
        return found

    return read, lambda path: read(path, LONG + 1) - read(path)


def llm_analysis():
    """The analysis of a folder with the config, read by the transformers release that it pins."""
    import logging

    logging.disable(logging.CRITICAL)
    from llm_analysis.analysis import LLMAnalysis
    from llm_analysis.config import get_gpu_config_by_name, get_model_config_by_name

    def read(path):
        model = get_model_config_by_name(str(path.parent))
        analysis = LLMAnalysis(model, get_gpu_config_by_name("a100-sxm-80gb"))
        return analysis.get_memory_kv_cache_per_layer(1, 1, 2) * model.num_layers

    return read, read


READERS = {
    ("symkv", "reader"): symkv_reader,
    ("symkv", "public"): symkv_public,
    ("hf-mem", "reader"): hf_mem_reader,
    ("hf-mem", "public"): hf_mem_public,
    ("llm-analysis", "public"): llm_analysis,  # it has one way only
}


def main(tool, kind, folder, repeats):
    """Print what one program finds in the files."""
    paths = sorted(folder.glob("*/config.json"))
    try:
        read, growth = READERS[tool, kind]()
        value = growth(paths[0])
        found = {"value": int(value) if value == int(value) else float(value)}
    except Exception as problem:
        words = str(problem).replace(str(folder), "the folder").partition("\n")[0][:120]
        found, repeats = {"failed": f"{type(problem).__name__}: {words}"}, 0
    times = []
    for _ in range(repeats):
        start = time.process_time()
        for path in paths:
            read(path)
        times.append((time.process_time() - start) / len(paths))
    if times:
        found["seconds"] = statistics.median(times)
    print(json.dumps(found | {"version": version(tool)}))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], Path(sys.argv[3]), int(sys.argv[4]))
