"""Every shipped derivation, every bundled model and some comparisons as reports, compiled by every TeX engine.

`python -m tests.report_pages [NAME ...]` writes them to a temporary folder and says what any engine complains of: an
error, an undefined reference, a box that is more than 1pt too wide.
"""

import re
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from symkv.cli.report_documents import Asked, documents
from symkv.derivations import shipped_derivations
from symkv.models.records import names

ENGINES = ("pdflatex", "xelatex", "lualatex")
COMPARED = (
    (("gqa", "mla"), ("d_latent=4*d_head", "d_rope=d_head/2"), "2KB"),
    (("llama-3.1-8b", "gemma-3-27b"), (), None),
    (("llama-3.1-8b", "gemma-3-27b", "deepseek-v3"), (), None),
)


def every_report(wanted=()):
    """All reports, or those named."""
    for name in wanted or (*shipped_derivations(), *names(), "gqa", "hca", "mla"):
        yield from (document for document, _ in documents(Asked([name])))
    for what, values, target in () if wanted else COMPARED:
        yield from (document for document, _ in documents(Asked(what, values, compare=True, target=target)))


def complaints(source, engine, name="report"):
    """What an engine says against a source, after the two runs that references need."""
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / f"{name}.tex").write_text(source, encoding="utf-8")
        command = [engine, "-no-shell-escape", "-interaction=nonstopmode", "-halt-on-error", f"{name}.tex"]
        for _ in range(2):
            done = subprocess.run(command, cwd=folder, capture_output=True, check=False, timeout=300)
        log = (Path(folder) / f"{name}.log").read_text(errors="replace")
    wide = [points for points in re.findall(r"Overfull \\hbox \(([\d.]+)pt", log) if float(points) > 1]
    errors = re.findall(r"^!.*(?:\n.*){0,2}", log, re.MULTILINE) if done.returncode else []
    missing = re.findall(r"^.*(?:undefined|Missing character).*$", log, re.MULTILINE)
    return [*errors, *missing, *(f"{points}pt too wide" for points in wide)]


def main(wanted):
    engines = [engine for engine in ENGINES if shutil.which(engine)]
    bad = count = 0
    with ThreadPoolExecutor(2) as pool:
        for document in every_report(wanted):
            source = document.render("tex")
            for engine, found in zip(engines, pool.map(lambda e, s=source: complaints(s, e), engines), strict=True):
                count += 1
                bad += bool(found)
                if found:
                    print(f"{document.name} with {engine}: {'; '.join(found)}")
    print(f"{count} documents compiled with {', '.join(engines)}: {bad} with complaints")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
