"""Reading a config.json and building its stack: symkv beside hf-mem and llm-analysis, same files, same run.

    python bench/reading.py [--rounds 7] [--write]

Three comparisons, all in CPU time and as medians of rounds in which the programs take turns. `reader`: file to number
in a process that has read other files, by each program's function on a parsed file. `public`: the same by what each
documents for its users. `command`: a whole command, from the start of the process to its printed answer. A peer counts
on a file where it gives the right number. The peers' environment is made beside this file on the first run.
"""

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

HERE = Path(__file__).resolve().parent
CONFIGS = HERE.parent / "tests" / "data" / "configs"
PEERS = HERE / ".venv"
PINS = ("hf-mem==0.5.6", "llm-analysis==0.2.2")
SYMKV, HF_MEM, LLM_ANALYSIS = TOOLS = ("symkv", "hf-mem", "llm-analysis")
KINDS = ("reader", "public", "command")
COPIES, TURNS = 10, 20  # of a file, and how often a process goes through them
LONG = str(2**20)
FILES = {  # file -> bytes that a further token adds at two bytes per element, by hand from the published shapes
    "default--llama": 2 * 32 * 32 * 128 * 2,
    "meta-llama--Meta-Llama-3.1-8B": 2 * 32 * 8 * 128 * 2,
    "meta-llama--Meta-Llama-3.1-70B": 2 * 80 * 8 * 128 * 2,
    "Qwen--Qwen3-32B": 2 * 64 * 8 * 128 * 2,
    "mistralai--Mixtral-8x7B-v0.1": 2 * 32 * 8 * 128 * 2,
    "MiniMaxAI--MiniMax-M2.7": 2 * 62 * 8 * 128 * 2,
    "openai--gpt-oss-120b": 2 * 18 * 8 * 64 * 2,
    "deepseek-ai--DeepSeek-V3": 61 * (512 + 64) * 2,
    "default--jamba": 2 * 4 * 8 * 128 * 2,
    "Qwen--Qwen3.5-35B-A3B": 2 * 10 * 2 * 256 * 2,
}


def peers():
    """The Python of the peers' environment, made if it isn't there."""
    python = PEERS / "bin" / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", str(PEERS)], check=True)
        subprocess.run([str(python), "-m", "pip", "install", "-q", *PINS], check=True, stderr=subprocess.DEVNULL)
    return str(python)


def environment(cache):
    """That of every program: offline, and with its modules compiled once, as pip does when it installs them."""
    found = {**os.environ, "HF_HUB_OFFLINE": "1", "TRANSFORMERS_OFFLINE": "1", "PYTHONPYCACHEPREFIX": str(cache)}
    found.pop("PYTHONDONTWRITEBYTECODE", None)
    return found | {"PYTHONPATH": "", "PYTHONWARNINGS": "ignore"}


def ask(command, given):
    """What a process prints, and the seconds of CPU that all of it took."""
    with tempfile.TemporaryFile() as said, open(os.devnull, "wb") as nothing:
        pid = os.posix_spawn(
            command[0],
            command,
            given,
            file_actions=[(os.POSIX_SPAWN_DUP2, said.fileno(), 1), (os.POSIX_SPAWN_DUP2, nothing.fileno(), 2)],
        )
        usage = os.wait4(pid, 0)[2]
        said.seek(0)
        return said.read().decode(errors="replace"), usage.ru_utime + usage.ru_stime


def commands(tool, path):
    """The whole command of a program for one file."""
    if tool == SYMKV:
        return [sys.executable, "-m", "symkv", "size", str(path), "--tokens", LONG, "--dtype", "bf16", "--json"]
    if tool == HF_MEM:
        options = ["--experimental", "--max-model-len", LONG, "--kv-cache-dtype", "bfloat16", "--json-output"]
        return [peers(), str(HERE / "offline_hf_mem.py"), str(path), *options]
    return [peers(), str(HERE / "workers.py"), tool, "public", str(path.parent.parent), "0"]


def copies(name, folder):
    """The file in so many folders, each with a vocab_size of its own."""
    config = json.loads((CONFIGS / f"{name}.json").read_text())
    for number in range(COPIES):
        path = Path(folder) / str(number) / "config.json"
        path.parent.mkdir()
        path.write_text(json.dumps(config | {"vocab_size": 32000 + number}, indent=2))
    return path


def measure(name, expected, rounds, given):
    """One file: for each program and comparison its number, whether it is right, and the median."""
    with tempfile.TemporaryDirectory() as folder:
        path = copies(name, folder)
        turns = {SYMKV: TURNS, HF_MEM: TURNS, LLM_ANALYSIS: 2}
        warm = [(tool, kind) for kind in ("reader", "public") for tool in TOOLS]
        times = {(tool, kind): [] for tool in TOOLS for kind in KINDS}
        said = {}
        for turn in range(rounds + 1):  # the first compiles and fills the caches of files
            for tool, kind in warm:
                way = "public" if tool == LLM_ANALYSIS else kind
                script = [sys.executable if tool == SYMKV else peers(), str(HERE / "workers.py")]
                text, _ = ask([*script, tool, way, folder, str(turns[tool] if turn else 0)], given)
                said[tool, kind] = json.loads(text.strip().splitlines()[-1])
                times[tool, kind].append(said[tool, kind].get("seconds"))
            for tool in TOOLS:
                times[tool, "command"].append(ask(commands(tool, path), given)[1])
    rows = {}
    for kind in KINDS:
        rows[kind] = {}
        for tool in TOOLS:
            found = said[tool, "public" if kind == "command" else kind]
            row = {"right": found.get("value") == expected, "value": found.get("value")}
            if "failed" in found:
                row["failed"] = found["failed"]
            else:
                row["microseconds"] = round(1e6 * statistics.median(times[tool, kind][1:]), 1)
            rows[kind][tool] = row
        rows[kind]["ratio"] = ratio(rows[kind])
    return {"file": name, "expected": expected, **rows}, {tool: said[tool, "public"]["version"] for tool in TOOLS}


def ratio(rows):
    """symkv's time over that of the fastest peer that is right, None where none is."""
    others = [rows[tool]["microseconds"] for tool in TOOLS[1:] if rows[tool]["right"]]
    return round(rows[SYMKV]["microseconds"] / min(others), 3) if others else None


def table(rows):
    """The rows as text."""
    lines = [f"{'file':31} {'':8} {SYMKV:>12} {HF_MEM:>19} {LLM_ANALYSIS:>19}   symkv / fastest right peer"]
    for row in rows:
        for kind in KINDS:
            cells = []
            for tool in TOOLS:
                found = row[kind][tool]
                word = "" if found["right"] else " cannot" if "failed" in found else " wrong"
                cells.append(f"{found['microseconds']:.0f} us{word}" if "microseconds" in found else word.strip())
            name = row["file"] if kind == KINDS[0] else ""
            found = row[kind]["ratio"]
            said = "none is right" if found is None else str(found)
            lines.append(f"{name:31} {kind:8} {cells[0]:>12} {cells[1]:>19} {cells[2]:>19}   {said}")
    return "\n".join(lines)


def main():
    """Measure, print, and write results.json if asked."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--write", action="store_true", help="write bench/results.json")
    asked = parser.parse_args()
    rows, versions, loads = [], {}, [os.getloadavg()[0]]
    with tempfile.TemporaryDirectory() as cache:
        given = environment(cache)
        for name, expected in FILES.items():
            row, versions = measure(name, expected, asked.rounds, given)
            rows.append(row)
            loads.append(os.getloadavg()[0])
    print(table(rows))
    result = {
        "measured": datetime.now(UTC).date().isoformat(),
        "versions": versions | {"python": platform.python_version()},
        "machine": f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores",
        "load": [round(min(loads), 1), round(max(loads), 1)],
        "rounds": asked.rounds,
        "reading": rows,
    }
    if asked.write:
        (HERE / "results.json").write_text(json.dumps(result, indent=1) + "\n")
    return 0 if all(row[kind][SYMKV]["right"] for row in rows for kind in KINDS) else 1


if __name__ == "__main__":
    raise SystemExit(main())
