"""Reading a config.json and building its stack: symkv beside hf-mem and llm-analysis, same files, same run.

    python bench/reading.py [--rounds 7] [--write]

Two times for each file and tool, both medians: `warm`, a reading in a process that has read the file before (file to
number), and `cold`, a whole process that starts, imports and gives the number once. The tools take turns. A peer counts
on a file where it gives the right number. The peers' environment is made beside this file on the first run.
"""

import argparse
import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

HERE = Path(__file__).resolve().parent
CONFIGS = HERE.parent / "tests" / "data" / "configs"
PEERS = HERE / ".venv"
PINS = ("hf-mem==0.5.6", "llm-analysis==0.2.2")
TOOLS = ("symkv", "hf-mem", "llm-analysis")
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


def ask(tool, path, repeats):
    """What a tool's worker says, and the seconds of its whole process."""
    python = sys.executable if tool == "symkv" else peers()
    environment = {**os.environ, "HF_HUB_OFFLINE": "1", "TRANSFORMERS_OFFLINE": "1", "PYTHONPATH": ""}
    start = time.perf_counter()
    done = subprocess.run(
        [python, str(HERE / "workers.py"), tool, str(path), str(repeats)],
        capture_output=True, text=True, env=environment, check=False,
    )  # fmt: skip
    seconds = time.perf_counter() - start
    lines = done.stdout.strip().splitlines()
    return (json.loads(lines[-1]) if lines else {"failed": "it ended without a word", "version": "?"}), seconds


def measure(name, expected, rounds):
    """One file: for each tool its number, whether it is right, and both medians."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "config.json"
        shutil.copy(CONFIGS / f"{name}.json", path)
        warm, cold, said = ({tool: [] for tool in TOOLS} for _ in range(3))
        for _ in range(rounds):
            for tool in TOOLS:
                _, seconds = ask(tool, path, 0)
                found, _ = ask(tool, path, 200 if tool != "llm-analysis" else 20)
                cold[tool].append(seconds)
                said[tool].append(found)
                warm[tool].append(found.get("seconds"))
    rows = {}
    for tool in TOOLS:
        first = said[tool][0]
        rows[tool] = {"right": first.get("value") == expected, "value": first.get("value")}
        if "failed" in first:
            rows[tool]["failed"] = first["failed"]
            continue
        rows[tool]["warm_microseconds"] = round(1e6 * statistics.median(warm[tool]), 1)
        rows[tool]["cold_milliseconds"] = round(1e3 * statistics.median(cold[tool]), 1)
    return {"file": name, "expected": expected, "tools": rows}, {tool: said[tool][0]["version"] for tool in TOOLS}


def ratio(row, key):
    """symkv's time over that of the fastest peer that is right, None where none is."""
    others = [row["tools"][tool][key] for tool in TOOLS[1:] if row["tools"][tool]["right"]]
    return round(row["tools"]["symkv"][key] / min(others), 3) if others else None


def table(rows):
    """The rows as text."""
    lines = [
        f"{'file':32} {'tool':13} {'number':>10} {'':6} {'warm us':>9} {'cold ms':>8}   symkv / fastest right peer"
    ]
    for row in rows:
        for tool in TOOLS:
            found = row["tools"][tool]
            name = row["file"] if tool == "symkv" else ""
            if "failed" in found:
                lines.append(f"{name:32} {tool:13} {'can not':>10} read   {found['failed'][:70]}")
                continue
            said = "right" if found["right"] else "wrong"
            ratios = f"   warm {row['warm_ratio']}, cold {row['cold_ratio']}" if tool == "symkv" else ""
            times = f"{found['warm_microseconds']:9} {found['cold_milliseconds']:8}"
            lines.append(f"{name:32} {tool:13} {found['value']:10} {said:6} {times}{ratios}")
    return "\n".join(lines)


def main():
    """Measure, print, and write results.json if asked."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--write", action="store_true", help="write bench/results.json")
    given = parser.parse_args()
    rows, versions = [], {}
    for name, expected in FILES.items():
        row, versions = measure(name, expected, given.rounds)
        rows.append(row | {f"{kind}_ratio": ratio(row, key) for kind, key in KEYS.items()})
    print(table(rows))
    result = {
        "measured": datetime.now(UTC).date().isoformat(),
        "versions": versions | {"python": platform.python_version()},
        "machine": f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores",
        "rounds": given.rounds,
        "reading": rows,
    }
    if given.write:
        (HERE / "results.json").write_text(json.dumps(result, indent=1) + "\n")
    return 0 if all(row["tools"]["symkv"]["right"] for row in rows) else 1


KEYS = {"warm": "warm_microseconds", "cold": "cold_milliseconds"}

if __name__ == "__main__":
    raise SystemExit(main())
