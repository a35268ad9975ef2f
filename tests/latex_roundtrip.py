"""Generated formulas printed in every style and notation, read back by the strict reader, and compared.

    python -m tests.latex_roundtrip --count 100000 --seed 1

Every expression is printed by `Formula.latex` or `typeset` in one of the product signs and notations, or as a relation
over lines of several widths; what is read must be the same tree but for brackets in products, or be proved equal by the
kernel. Nothing that was printed may be refused.
"""

import argparse
import ast
import random
import time
from collections import Counter
from collections.abc import Iterator, Sequence

from symkv import symbols
from symkv.errors import BadInput, SymkvError
from symkv.formula import Formula, Relation, reader
from symkv.formula.latex import PRODUCTS
from symkv.formula.notation import Notation, require_distinct
from symkv.render.lines import COLUMN, PAGE, broken
from symkv.render.reread import reread, reread_relation
from symkv.variants import catalogue

catalogue()  # declares the symbols of every variant
WORDS = tuple(symbol.name for symbol in symbols.table())
FREE = ("x", "cost_per_token", "n_queries", "alpha_2", "target_bytes", "min_rows")
LETTERS = {
    "n_kv_heads": r"H_{\mathrm{kv}}",
    "n_heads": r"H_{\text{q}}",
    "d_head": "d_h",
    "d_rope": "d_h^{R}",
    "d_latent": r"\hat{d}_{c}",
    "n_layers": r"\mathrm{L}",
    "bytes_per_element": r"\beta_2",
    "window": "W'",
    "x": r"\mathcal{X}",
    "n_tokens": r"\ell^{\prime}",
}
NOTATIONS = (None, Notation.of(LETTERS, also=FREE))
FUNCTIONS = ("min", "max", "ceil", "floor", "mod", "sqrt")


def tree(rng: random.Random, size: int) -> ast.expr:
    """A tree of the language with about `size` leaves, any shape that a user or a rule can build."""
    if size <= 1:
        draw = rng.random()
        if draw < 0.25:
            return ast.Constant(rng.choice((0, 1, 2, 3, 7, 10, 128, 1024, 9999, 10_000, 16_384, 1_000_000, 10**12)))
        return ast.Name(rng.choice(FREE if draw > 0.9 else WORDS), ast.Load())
    left = rng.randint(1, size - 1)
    kind = rng.choices(("+", "-", "*", "/", "neg", "pow", "call", "if"), (3, 2, 7, 4, 1, 2, 3, 1))[0]
    match kind:
        case "neg":
            return ast.UnaryOp(ast.USub(), tree(rng, size - 1))
        case "pow":
            power: ast.expr = ast.Constant(rng.randint(0, 12))
            power = ast.UnaryOp(ast.USub(), power) if rng.random() < 0.3 else power
            return ast.BinOp(tree(rng, size - 1), ast.Pow(), power)
        case "call":
            name = rng.choice(FUNCTIONS)
            low, high = reader.FUNCTIONS[name]
            count = min(rng.randint(low, min(high, 4)), max(low, size))
            arguments = [tree(rng, max(1, size // count)) for _ in range(count)]
            return ast.Call(ast.Name(name, ast.Load()), arguments, [])
        case "if":
            op = rng.choice(list(reader.COMPARISONS.values()))()
            first, second, third, last = (tree(rng, max(1, size // 4)) for _ in range(4))
            return ast.IfExp(ast.Compare(first, [op], [second]), third, last)
    operators = {"+": ast.Add, "-": ast.Sub, "*": ast.Mult, "/": ast.Div}
    return ast.BinOp(tree(rng, left), operators[kind](), tree(rng, size - left))


def small(rng: random.Random, sizes: Sequence[int] = (1, 2, 4, 8)) -> Formula:
    """A formula within the bounds of the language."""
    while True:
        formula = Formula(tree(rng, rng.choice(sizes)))
        try:
            reader.read(formula.text)
        except BadInput:  # a generated tree may have too high a degree
            continue
        return formula


def formulas(seed: int) -> Iterator[tuple[Formula, random.Random]]:
    """Formulas without end, and the generator for what is done with each."""
    rng = random.Random(seed)
    while True:
        yield small(rng, (1, 2, 3, 4, 6, 9, 14, 25)), rng


def run(count: int, seed: int) -> Counter[str]:
    """The counts of what was printed and read; the first loss raises."""
    counts: Counter[str] = Counter()
    for formula, rng in formulas(seed):
        if counts["read back"] == count:
            break
        product, notation = rng.choice(list(PRODUCTS)), rng.choice(NOTATIONS)
        relation = Relation(formula, rng.choice(reader.RELATIONS), small(rng)) if rng.random() < 0.4 else None
        try:
            require_distinct((relation or formula).names, notation or {})
        except BadInput:
            counts["not printed: two of its symbols have one letter"] += 1
            continue
        try:
            if relation is None:
                kind, printed = "formula", formula.typeset(product=product, notation=notation)
                reread(printed, formula, notation)
            else:
                width = rng.choice((COLUMN, PAGE, 120))
                printed = broken(relation, product=product, notation=notation, width=width)
                kind = "relation over lines" if printed.startswith(r"\begin{aligned}") else "relation"
                reread_relation(printed, relation, notation)
        except SymkvError as problem:
            raise AssertionError(f"expression {counts['read back']} of seed {seed}: {problem}") from problem
        counts[f"{kind}, {product}, {'own letters' if notation else 'table'}"] += 1
        counts["read back"] += 1
    return counts


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--count", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    started = time.monotonic()
    for what, found in sorted(run(options.count, options.seed).items()):
        print(f"{found:8} {what}")
    print(f"seed {options.seed}, {time.monotonic() - started:.0f} s: every printed formula was read back as what it is")
