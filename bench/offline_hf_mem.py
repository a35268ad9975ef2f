"""hf-mem's own command line and `run` on a config.json from disk: its requests to the hub are answered from memory.

    python bench/offline_hf_mem.py CONFIG [hf-mem's options]

hf-mem reads a model from the hub only. Here each of its requests is answered at once: the list of files, the config,
and the header of a weights file with one tensor. So the network costs nothing and the weights next to nothing, in
hf-mem's favour; everything else is its own code.
"""

import json
import struct
import sys
from functools import partial

import httpx2

MODEL = "org/model"
_FILES = [{"type": "file", "path": "config.json"}, {"type": "file", "path": "model.safetensors"}]
_HEADER = json.dumps({"weight": {"dtype": "BF16", "shape": [1], "data_offsets": [0, 2]}}).encode()
_CLIENT = httpx2.AsyncClient


def serve(path):
    """Answer hf-mem's requests, the config being that of a path until the next call."""

    def answer(request):
        name = request.url.path.rpartition("/")[2]
        if name == "config.json":
            with open(path, "rb") as file:
                return httpx2.Response(200, content=file.read())
        if name == "model.safetensors":
            return httpx2.Response(206, content=struct.pack("<Q", len(_HEADER)) + _HEADER)
        return httpx2.Response(200, json=_FILES)

    httpx2.AsyncClient = partial(_CLIENT, transport=httpx2.MockTransport(answer))


if __name__ == "__main__":
    from hf_mem.cli import main

    serve(sys.argv[1])
    sys.argv[1:] = ["--model-id", MODEL, *sys.argv[2:]]
    main()
