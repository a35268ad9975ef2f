"""A hub id is read through huggingface_hub: its config only, cached, and every refusal is one line with a way out.

The hub is a server on 127.0.0.1 that speaks the hub's paths and headers; huggingface_hub itself is the real one, in a
process of its own, for it reads its environment when it is imported.
"""

import json
import os
import socket
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from symkv.errors import BadInput
from symkv.models.hub import fetch, is_hub_id

COMMIT = "0123456789abcdef0123456789abcdef01234567"
CONFIG = {
    "model_type": "llama",
    "num_hidden_layers": 32,
    "hidden_size": 4096,
    "num_attention_heads": 32,
    "num_key_value_heads": 8,
    "torch_dtype": "bfloat16",
}
TOKEN = "hf_of_the_test"
REFUSALS = {  # model: status and the hub's error code
    "org/gated": (401, "GatedRepo"),
    "org/forbidden": (403, ""),
    "org/private": (401, "RepoNotFound"),
    "org/missing": (404, "RepoNotFound"),
    "org/no-config": (404, "EntryNotFound"),
    "org/broken": (500, ""),
}


class Hub(BaseHTTPRequestHandler):
    """resolve/main/config.json of a few models, as the hub answers for it."""

    def do_HEAD(self):
        self.answer(body=False)

    def do_GET(self):
        self.answer(body=True)

    def answer(self, *, body):
        self.server.asked.append((self.command, self.path))
        model, _, _ = self.path.lstrip("/").partition("/resolve/")
        token = self.headers.get("Authorization") == f"Bearer {TOKEN}"
        status, code = REFUSALS.get(model, (200, ""))
        if model == "org/gated" and token:
            status = 200
        data = b"" if status != 200 else self.server.files.get(model, json.dumps(CONFIG).encode())
        self.send_response(status)
        self.send_header("X-Repo-Commit", COMMIT)
        self.send_header("ETag", f'"{hash(data) & 0xFFFFFFFF:08x}"')
        self.send_header("Content-Length", str(len(data)))
        if code and status != 200:
            self.send_header("X-Error-Code", code)
        self.end_headers()
        if body:
            self.wfile.write(data)

    def log_message(self, *_):
        pass


@pytest.fixture
def hub():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Hub)
    server.asked, server.files = [], {}
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def symkv(tmp_path):
    """A command line with a hub's environment, run in an empty folder."""

    def run(*argv, **environment):
        clean = {key: value for key, value in os.environ.items() if not key.startswith(("HF_", "HUGGING"))}
        clean |= {"HF_HOME": str(tmp_path / "cache"), "NO_PROXY": "127.0.0.1", **environment}
        folder = tmp_path / "empty"
        folder.mkdir(exist_ok=True)
        command = [sys.executable, "-m", "symkv", *argv]
        done = subprocess.run(command, capture_output=True, text=True, env=clean, cwd=folder, check=False, timeout=100)
        return done.returncode, done.stdout, done.stderr

    return run


def place(server):
    return f"http://127.0.0.1:{server.server_address[1]}"


def test_a_hub_id_is_read_as_its_config_and_the_source_names_the_commit(hub, symkv):
    status, out, err = symkv("size", "org/model", "--tokens", "128Ki", "--json", HF_ENDPOINT=place(hub))
    assert (status, err) == (0, "")
    result = json.loads(out)["result"]
    assert (result["what"], result["stored_bytes"]) == ("org/model", 17179869184)
    shown = json.loads(symkv("show", "org/model", "--json", HF_ENDPOINT=place(hub))[1])["result"]
    assert COMMIT[:12] in shown["source"]
    question = ("--for", "bytes_per_element", "--target", "64KiB", "--json")
    solved = json.loads(symkv("solve", "org/model", *question, HF_ENDPOINT=place(hub))[1])["result"]
    assert solved["exact"] == 1


def test_a_config_that_was_fetched_once_is_read_offline_and_without_a_hub(hub, symkv):
    assert symkv("size", "org/model", HF_ENDPOINT=place(hub))[0] == 0
    asked = len(hub.asked)
    status, out, _ = symkv("size", "org/model", "--tokens", "1", "--json", HF_ENDPOINT=place(hub), HF_HUB_OFFLINE="1")
    assert (status, json.loads(out)["result"]["stored_bytes"]) == (0, 131072)
    assert len(hub.asked) == asked
    files = {path for _, path in hub.asked if not path.startswith("/api/")}  # what the library asks for itself
    assert files == {"/org/model/resolve/main/config.json"}
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        closed = f"http://127.0.0.1:{free.getsockname()[1]}"
    assert symkv("size", "org/model", HF_ENDPOINT=closed)[0] == 0


SAID = {
    "org/gated": "org/gated is gated on ENDPOINT, which refused access (401); accept its terms there and set HF_TOKEN",
    "org/forbidden": "org/forbidden is gated on ENDPOINT, which refused access (403)",
    "org/private": "it is gated, private or missing; check the name and set HF_TOKEN",
    "org/missing": "ENDPOINT has no model org/missing (404); check the name",
    "org/no-config": "org/no-config on ENDPOINT has no config.json (404)",
    "org/broken": "ENDPOINT must give the config of org/broken, it answered 500; try again later",
}


@pytest.mark.parametrize("model", SAID)
def test_a_refusal_of_the_hub_is_one_line_with_the_way_out(hub, symkv, model):
    status, out, err = symkv("size", model, HF_ENDPOINT=place(hub))
    assert (status, out, err.count("\n")) == (2, "", 1), err
    assert SAID[model].replace("ENDPOINT", place(hub)) in err


def test_a_token_opens_a_gated_model(hub, symkv):
    assert symkv("size", "org/gated", HF_ENDPOINT=place(hub))[0] == 2
    assert symkv("size", "org/gated", HF_ENDPOINT=place(hub), HF_TOKEN=TOKEN)[0] == 0


def test_an_unreachable_hub_and_an_empty_cache_are_one_line_each(hub, symkv):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        closed = f"http://127.0.0.1:{free.getsockname()[1]}"
    status, _, err = symkv("size", "org/model", HF_ENDPOINT=closed)
    assert (status, err.count("\n")) == (2, 1), err
    assert f"{closed} must be reachable to read org/model" in err
    status, _, err = symkv("size", "org/model", HF_ENDPOINT=place(hub), HF_HUB_OFFLINE="1")
    assert (status, err.count("\n")) == (2, 1), err
    assert "org/model must be in the cache while HF_HUB_OFFLINE is set, it is not; unset it" in err
    assert hub.asked == []


@pytest.mark.parametrize("data", [b"", b"[1]", b'{"a": NaN}', b"<html>not a config</html>", b'{"model_type": "none"}'])
def test_a_file_of_the_hub_that_is_no_config_is_one_line_that_names_the_model(hub, symkv, data):
    hub.files["org/odd"] = data
    status, _, err = symkv("size", "org/odd", HF_ENDPOINT=place(hub))
    assert (status, err.count("\n")) == (2, 1), err
    assert "org/odd" in err


def test_a_folder_that_is_there_is_no_hub_id(hub, symkv, tmp_path):
    folder = tmp_path / "empty" / "org" / "model"
    folder.mkdir(parents=True)
    (folder / "config.json").write_text(json.dumps({**CONFIG, "num_hidden_layers": 1}))
    status, out, _ = symkv("size", "org/model", "--tokens", "1", "--json", HF_ENDPOINT=place(hub))
    assert (status, json.loads(out)["result"]["stored_bytes"]) == (0, 4096)
    assert hub.asked == []


def test_without_huggingface_hub_the_way_to_install_it_is_said(monkeypatch):
    monkeypatch.setitem(sys.modules, "huggingface_hub", None)
    with pytest.raises(BadInput, match=r"needs huggingface_hub, which is not installed; pip install 'symkv\[hub\]'"):
        fetch("org/model")


IDS = {
    "Qwen/Qwen3-8B": True,
    "01-ai/Yi-1.5_x": True,
    "qwen": False,
    "a/b/c": False,
    "/a": False,
    "../a": False,
    "a/..": False,
    "a/b.json": False,
    "a/b c": False,
    "~/a": False,
    "a/" + "b" * 97: False,
}


@pytest.mark.parametrize("text", IDS)
def test_a_hub_id_is_an_owner_and_a_name(text):
    assert is_hub_id(text) is IDS[text]
