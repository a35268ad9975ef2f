"""A small part of the self-test with a fresh seed, held against the committed figures."""

import secrets
from pathlib import Path

from symkv.selftest import compare

if __name__ == "__main__":  # the batches run in processes that import this file again
    seed = secrets.randbelow(10**9)
    wrong = compare(Path(__file__).parent.parent / "tests" / "data" / "selftest.json", seed)
    print(f"self-test with seed {seed}:", *(wrong or ["as committed"]), sep="\n  ")
    raise SystemExit(1 if wrong else 0)
