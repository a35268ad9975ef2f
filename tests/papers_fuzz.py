"""Mutated LaTeX papers: none may end in anything but a result or one `BadInput`, in time linear in their size.

    python -m tests.papers_fuzz 100000 --seed 1

Papers are cut, spliced, repeated, sprinkled with commands, braces and random bytes, nested deeply and made huge. Every
paper is read; every `JUDGED`th is put before the judges as well, those that need an engine included.
"""

import argparse
import contextlib
import random
import statistics
import tempfile
import time
from collections import Counter
from pathlib import Path

from symkv.errors import BadInput, JudgesDisagree, SymkvError
from symkv.papers import judged_paper, read_paper
from symkv.papers.outcomes import of_papers
from symkv.papers.reports import junit, sarif
from symkv.papers.telling import papers_result, papers_text

PAPERS = Path(__file__).parent / "papers"
JUDGED = 50
COMMANDS = (
    r"\begin{align} \end{align} \begin{equation} \end{equation} \[ \] $ $$ \( \) { } & \\ % \iffalse \fi \else \iftrue "
    r"\newif\ifx \verb| \begin{verbatim} \end{verbatim} \def\x{ \newcommand{\min}{\max} \let\cdot=+ \input{paper} "
    r"\input{../x} \input{/etc/passwd} \input|id \end{document} \label{eq:x} \label{eq:mla} \begin{cases} \end{cases} "
    r"\frac \frac{1}{0} \min( \lceil \rceil \sum_{i=1}^{9} \sum_{i=1}^{999999999} ^ _ _{ ^{ 1{,}024 1\,000 70.272~KB "
    r"$7.28\times$ \num{1e999} \SI{1}{\kibi\byte} \begin{table} \end{table} \begin{tabular}{lr} \end{tabular} "
    r"\multicolumn{99}{c}{ \underbrace{ }_{\text{key}} &&\text{by} \catcode`\%=12 ~ \dhead \left( \right) \left. = < "
    r"\le \mid \in + - / * S W L"
).split()
ANNOTATIONS = (
    "equals gqa.growth", "proves", "number mla growth n_layers=61", 'number(2) "1/0"', ";;;", "equals", "where",
    "assume", 'number "S" S=1/0', "equals 1/0", "equals (" * 99, "holds(9)", 'number "', "skip",
    "proves where S = S + 1",
)  # fmt: skip
CHARACTERS = (
    "\n",
    "\n\n",
    "9" * 300,
    "\x00",
    "\xff",
    "\u202e",
    "\ufeff",
    "\r",
    "\t",
    r"\ ",
    r"\text{if }",
    r"\include{a b}",
)
PIECES = (*COMMANDS, *(f"%!symkv {text}" for text in ANNOTATIONS), *CHARACTERS)


def seeds():
    """The papers that are mutated, in pieces of some kilobytes."""
    texts = [path.read_text(encoding="utf-8") for path in sorted(PAPERS.rglob("*.tex"))]
    return [text[at : at + 3000] for text in texts for at in range(0, len(text), 2500)]


def mutated(rng, texts):
    """One mutated paper as bytes."""
    text = rng.choice(texts)
    for _ in range(rng.choice((1, 1, 2, 3, 5, 12))):
        at = rng.randint(0, len(text))
        match rng.randint(0, 7):
            case 0:
                text = text[:at]
            case 1:
                other = rng.choice(texts)
                text = text[:at] + other[rng.randint(0, len(other)) :]
            case 2:
                end = min(len(text), at + rng.randint(1, 60))
                text = text[:at] + text[end:]
            case 3:
                end = min(len(text), at + rng.randint(1, 200))
                text = text[:at] + text[at:end] * rng.randint(2, 4) + text[end:]
            case 4:
                piece = rng.choice(("{", r"\left(", r"\frac{", "$", r"\begin{align}", r"\iffalse ", "(", r"\lceil "))
                text = text[:at] + piece * rng.choice((3, 30, 300)) + text[at:]
            case 5:
                noise = (chr(rng.choice((rng.randint(0, 255), rng.randint(0, 0x2FFF)))) for _ in range(5))
                text = text[:at] + "".join(noise) + text[at:]
            case _:
                text = text[:at] + rng.choice(PIECES) + text[at:]
        text = text[:60_000]
    data = text.encode("utf-8", "surrogatepass")
    if rng.random() < 0.05:
        at = rng.randint(0, len(data))
        data = data[:at] + rng.randbytes(rng.randint(1, 8)) + data[at:]
    return data


def run(count, seed, folder):
    """The verdicts of mutated papers; anything but a result or a `BadInput` raises."""
    rng, texts, counts = random.Random(seed), seeds(), Counter()
    path = folder / "paper.tex"
    side = PAPERS / "sample" / "paper.symkv.toml"
    for number in range(count):
        path.write_bytes(mutated(rng, texts))
        try:
            paper = read_paper(path, sidecar=side if rng.random() < 0.8 else None)
            counts.update(f"{item.kind}, {'refused' if item.problem else 'read'}" for item in paper.items)
            counts["papers"] += 1
            if number % JUDGED == 0:
                checked = judged_paper(paper)
                counts.update(one.verdict for one in checked.equations)
                outcomes = list(of_papers([checked], require_all=True))
                assert sarif(outcomes)
                assert junit(outcomes)
                assert papers_text([checked])
                assert papers_result([checked])
        except BadInput:
            counts["papers refused as a whole"] += 1
        except (JudgesDisagree, SymkvError) as problem:
            raise AssertionError(f"paper {number} of seed {seed}: {problem}") from problem
    return counts


_NUMBER = "%!symkv number mla growth n_layers=61 d_latent=512 d_rope=64 dtype=bf16\n"
SHAPES = {
    "text": "plain words of a paper, and more of them\n",
    "annotated equations": "%!symkv equals gqa.growth\n\\[ \\kappa = 2 L n_{kv} d_h b \\]\n",
    "rows of one align": "\\kappa &= 2 L n_{kv} d_h b \\\\\n",
    "annotated rows": "\\kappa &= 2 L b \\\\ %!symkv proves\n",
    "numbers": "It is 70.272~KB. " + _NUMBER,
    "annotations alone": _NUMBER,
    "tables": "\\begin{table}\\begin{tabular}{l} a & b \\\\ ",
    **{
        piece: piece
        for piece in (
            r"$ $$ { } \begin{align} \end{align} \[ \iffalse \iftrue\else \def\a{ \verb|a \label{a} "
            r"\input{a} $\frac{1}{ &\hline 1 1,111, \underbrace{a \a %!symkv &= &\text{by \iffalse\fi \\\\ \( "
            r"\begin{verbatim}"
        ).split()
    },
    "comments": "%\n",
    "blank lines": "\n",
}


def slope(shape, folder, sizes=(100_000, 200_000, 400_000)):
    """How the time to read a paper made of a shape grows when its size doubles twice: 4 is linear, 16 quadratic."""
    path = folder / "paper.tex"
    piece = SHAPES[shape]
    head, tail = ("\\begin{align}\n", "a &= b\n\\end{align}\n") if "&=" in piece else ("", "")
    times = []
    for size in sizes:
        path.write_text(head + piece * (size // len(piece)) + tail)
        best = min(_seconds(path) for _ in range(2))
        times.append(best)
    return max(times[-1], 1e-3) / max(times[0], 2.5e-3), times


def _seconds(path):
    started = time.process_time()
    with contextlib.suppress(BadInput):
        read_paper(path)
    return time.process_time() - started


def main():
    """Fuzz, then measure the slopes."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("count", type=int, nargs="?", default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    started = time.monotonic()
    with tempfile.TemporaryDirectory() as name:
        counts = run(options.count, options.seed, Path(name))
        for what, found in sorted(counts.items()):
            print(f"{found:9} {what}")
        print(f"seed {options.seed}, {time.monotonic() - started:.0f} s: no traceback")
        slopes = []
        for shape in SHAPES:
            found, times = slope(shape, Path(name))
            slopes.append(found)
            print(f"{shape:24} {' '.join(f'{seconds:7.3f}' for seconds in times)} s   x {found:.1f}")
        print(
            f"for four times the size: median {statistics.median(slopes):.1f}, largest {max(slopes):.1f}; linear is 4"
        )


if __name__ == "__main__":
    main()
