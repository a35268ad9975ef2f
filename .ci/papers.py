"""Every shipped derivation as a report and as fragments, compiled by three TeX engines; the figures, and what is wrong.

The bodies of all reports go into one document, and so do all fragments, in one column and in two, so that each engine
starts three times. What is wrong: an error, an undefined reference or citation, a box more than 1pt too wide.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from pathlib import Path

ENGINES = ("pdflatex", "xelatex", "lualatex")
COLUMNS = {"one": ("", "345pt"), "two": ("twocolumn", "500pt")}
BODY = re.compile(r"(.*?)\\begin\{document\}(.*)\\end\{document\}", re.DOTALL)
# Every fragment is shown, so the labels of equations come three times: each pass has its own.
PASSES = r"\makeatletter\let\kvlabel\ltx@label\def\ltx@label#1{\kvlabel{\kvpass#1}}\makeatother"


def rendered(job: tuple[str, str]) -> tuple[str, str]:
    """One derivation, checked, in every format: its name and the source of its report; its fragments are written."""
    from symkv.derivations import check, named
    from symkv.render import render_html, render_latex, render_markdown
    from symkv.render.fragment_files import write_fragments
    from symkv.render.fragments import fragments

    name, folder = job
    checked = check(named(name)).require()
    found = fragments([checked])
    if found.wide:
        raise SystemExit(f"wider than the column: {', '.join(found.wide)}")
    write_fragments(found, Path(folder) / name.replace("_", "-"))
    if not render_html(checked).endswith("</html>\n") or "$$" not in render_markdown(checked):
        raise SystemExit(f"{name}: a report is not whole")
    return name, render_latex(checked)


def report_document(sources: list[str]) -> str:
    """The bodies of all reports behind the preamble that they share."""
    parts = [BODY.match(source) for source in sources]
    preambles = {re.sub(r"^%.*\n|\\(title|author|date)\{.*\}\n", "", part[1], flags=re.MULTILINE) for part in parts}
    if len(preambles) != 1:
        raise SystemExit("the reports of derivations must share one preamble")
    titles = [re.search(r"^\\title\{.*\}$", part[1], re.MULTILINE)[0] for part in parts]
    bodies = [f"{title}\n\\setcounter{{equation}}{{0}}{part[2]}" for title, part in zip(titles, parts, strict=True)]
    return f"{preambles.pop()}\\begin{{document}}{chr(10).join(bodies)}\\end{{document}}\n"


def fragment_document(folder: Path, columns: str) -> str:
    """All fragments of all derivations."""
    option, width = COLUMNS[columns]
    lines = [
        rf"\documentclass[{option}]{{article}}\usepackage{{amsmath}}",
        rf"\usepackage[a4paper,textwidth={width},columnsep=20pt,textheight=700pt]{{geometry}}{PASSES}",
        r"\begin{document}",
    ]
    for one in sorted(path for path in folder.iterdir() if path.is_dir()):
        lines.append(rf"\section{{{one.name}}}\input{{{one.name}/symkv-macros}}")
        for number, path in enumerate(sorted(one.glob(f"{one.name}-*.tex"))):
            file = f"{one.name}/{path.stem}"
            lines.append(rf"\def\kvpass{{{number}}}\typeout{{[[{file}]]}}\par\input{{{file}}}" + "\n")
    return "\n".join([*lines, r"\bibliographystyle{plain}\bibliography{all}\end{document}", ""])


def sources(folder: Path) -> str:
    """The sources of all derivations, each once."""
    found = {}
    for path in sorted(folder.glob("*/symkv.bib")):
        entries = re.findall(r"^@\w+\{([^,]+),.*?^\}", path.read_text(), re.MULTILINE | re.DOTALL)
        texts = re.findall(r"^@.*?^\}", path.read_text(), re.MULTILINE | re.DOTALL)
        found |= dict(zip(entries, texts, strict=True))
    return "\n\n".join(found.values())


def run(command: list[str], folder: Path) -> str:
    """What a program says, with a complaint where it fails; it may read and write in its folder only."""
    limits = {**os.environ, "openin_any": "p", "openout_any": "p", "max_print_line": "1000", "max_in_open": "30"}
    done = subprocess.run(command, cwd=folder, env=limits, capture_output=True, timeout=300, check=False)
    text = done.stdout.decode(errors="replace")
    return text if done.returncode == 0 else f"{text}\n! {command[0]} ended with status {done.returncode}"


def compiled(engine: str, name: str, folder: Path, runs: int) -> tuple[str, int, list[str]]:
    """A document by one engine: what it is, its pages, and what is wrong with it."""
    command = [engine, "-no-shell-escape", "-interaction=nonstopmode", "-halt-on-error", f"-jobname={engine}-{name}"]
    for kind in ("aux", "bbl", "toc", "out"):  # what pdflatex has found out serves the others
        known = folder / f"pdflatex-{name}.{kind}"
        if engine != "pdflatex" and known.is_file():
            shutil.copy(known, folder / f"{engine}-{name}.{kind}")
    for _ in range(runs):
        said = run([*command, name], folder)
    wrong, file = [], ""
    for line in said.splitlines():
        file = [file, *re.findall(r"\[\[([\w/-]+)\]\]", line)][-1]
        wide = re.match(r"Overfull \\hbox \((\d+\.\d+)pt", line)
        if (wide and float(wide[1]) > 1) or re.search(r"^! |undefined|multiply defined", line):
            wrong.append(f"{file}: {line}")
    pages = re.search(r"\((\d+) pages?", said)
    return f"{engine} {name}", int(pages[1]) if pages else 0, wrong


def main() -> int:
    """Render, compile and report; 1 where something is wrong."""
    from symkv.derivations import shipped_derivations

    started = time.monotonic()
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        with ProcessPoolExecutor(2) as pool:  # a derivation each, as its own symbols are declared with it
            made = dict(pool.map(rendered, [(name, scratch) for name in shipped_derivations()], chunksize=1))
        between = time.monotonic()
        fragments = sum(1 for _ in folder.glob("*/*.tex"))
        (folder / "all.bib").write_text(sources(folder))
        (folder / "reports.tex").write_text(report_document(list(made.values())))
        names = {"reports": 2, "one": 2, "two": 2}
        for columns in COLUMNS:
            (folder / f"{columns}.tex").write_text(fragment_document(folder, columns))
        found = []
        with ThreadPoolExecutor(2) as threads:
            list(threads.map(lambda name: compiled("pdflatex", name, folder, 1), names))
            wrong_sources = [run(["bibtex", f"pdflatex-{name}"], folder) for name in COLUMNS]
            found += threads.map(lambda name: compiled("pdflatex", name, folder, 2), names)
            rest = [(engine, name) for name in names for engine in ("lualatex", "xelatex")]
            found += threads.map(lambda job: compiled(*job, folder, 1), rest)
        ended = time.monotonic()
    wrong = [f"{document}: {line}" for document, _, lines in found for line in lines]
    wrong += [line for said in wrong_sources for line in said.splitlines() if line.startswith(("Warning", "!"))]
    print(f"{len(made)} derivations as LaTeX, HTML and Markdown, {fragments} fragments: {between - started:.0f} s")
    print(f"{len(found)} documents by {len(ENGINES)} engines, {sum(pages for _, pages, _ in found)} pages: ", end="")
    print(
        f"{ended - between:.0f} s; {sum('Overfull' in line for line in wrong)} overfull boxes, {len(wrong)} complaints"
    )
    print(*wrong[:40], sep="\n")
    return 1 if wrong or any(pages == 0 for _, pages, _ in found) else 0


if __name__ == "__main__":
    sys.exit(main())
