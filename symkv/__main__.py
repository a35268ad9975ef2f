"""`python -m symkv`."""

from symkv.cli import run

if __name__ == "__main__":
    run()
