"""Which later queries may still use a row, and how many rows are kept because of it.

A `Mask` says how many rows exist once S tokens are seen, up to which row they have been let go, and how many of the
first are pinned. The number of rows kept is counted from that; each kind below states its closed form too, and the
shipped derivation `counting` proves both equal, at both instants: while the step that brings a sequence to S tokens
runs (its query is q = S - 1) and between that step and the next (the first query that can come is q = S).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from symkv.formula import Formula, max, min, symbol

Instant = Literal["during", "between"]


@dataclass(frozen=True)
class Wave:
    """A saw-tooth: `slope` rows more for each token since the last S with S mod `modulus` = `start` mod `modulus`."""

    modulus: str
    start: str
    slope: str

    @property
    def phase(self) -> str:
        """Tokens since the tooth began, 0 to modulus - 1."""
        passed = "n_tokens" if self.start == "0" else f"n_tokens - ({self.start})"
        return f"mod({passed}, {self.modulus})"


@dataclass(frozen=True)
class Mask:
    """How many rows are made, up to which one they are let go, and the closed forms that follow; in rows.

    `made` and `oldest` may use n_tokens (tokens seen) and `oldest` also q (the query that comes next); rows below
    `oldest` are let go, except the first `pinned`. `kept` and `between` are the closed forms at the two instants,
    `writes` the rows that one step writes (None: those that are made in it), `reads` those that one reader goes over
    (None: all that are kept).
    From `settled` tokens on, kept = growth*S + level + slope*phase, the growth being the limit of kept/S.
    """

    name: str
    words: str
    kept: str
    between: str
    made: str = "n_tokens"
    oldest: str = "0"
    pinned: str = "0"
    writes: str | None = None
    reads: str | None = None
    growth: str = "0"
    level: str = "0"
    wave: Wave | None = None
    settled: str = "1"

    @property
    def written(self) -> str:
        """The rows that the step to S tokens writes."""
        if self.writes is not None or self.made == "n_tokens":
            return self.writes or "1"
        made = Formula.parse(self.made)
        return str(made - made.substitute({"n_tokens": symbol("n_tokens") - 1}))

    def counted(self, instant: Instant = "during") -> Formula:
        """The rows i with 0 <= i < made that are pinned or not below `oldest`."""
        tokens = symbol("n_tokens")
        made = Formula.parse(self.made)
        if self.oldest == "0":
            return made
        query = tokens - 1 if instant == "during" else tokens
        passed = max(Formula.of(0), Formula.parse(self.oldest).substitute({"q": query}))
        if self.pinned == "0":
            return made - passed
        passed = min(passed, made)
        return min(Formula.parse(self.pinned), passed) + made - passed

    def eventual(self) -> Formula:
        """growth*S + level + slope*phase, without terms that are 0: what `kept` is from `settled` tokens on."""
        products = [(self.growth, "n_tokens"), (self.level, "1")]
        products += [(self.wave.slope, self.wave.phase)] if self.wave else []
        total: Formula | None = None
        for factor, other in products:
            size = factor.removeprefix("-")  # a sign stands before one factor only
            if factor != "0":
                term = _product(Formula.parse(size), Formula.parse(other))
                if total is None:
                    total = term if size == factor else -term
                else:
                    total = total + term if size == factor else total - term
        return Formula.parse("0") if total is None else total


def _product(one: Formula, other: Formula) -> Formula:
    """A product without factors that are 1."""
    return other if one.text == "1" else one if other.text == "1" else one * other


CAUSAL = Mask("causal", "every earlier token", kept="n_tokens", between="n_tokens", growth="1")


def _atom(text: str) -> str:
    """The text of an expression in brackets unless it is one name or number."""
    return text if text.isidentifier() or text.isdigit() else f"({text})"


def window(width: str = "window") -> Mask:
    """Entry i serves query q where 0 <= q - i < width: the last `width` tokens, the query's own included."""
    width = _atom(width)
    return Mask(
        "window",
        f"the last {width} tokens, its own included",
        kept=f"min(n_tokens, {width})",
        between=f"min(n_tokens, {width} - 1)",
        oldest=f"q - {width} + 1",
        level=width,
        settled=width,
    )


def chunk(size: str = "chunk") -> Mask:
    """Entry i serves query q of the same chunk, floor(i/size) = floor(q/size): a saw-tooth from 1 to `size`."""
    size = _atom(size)
    return Mask(
        "chunk",
        f"the tokens of its own chunk of {size}",
        kept=f"mod(n_tokens - 1, {size}) + 1",
        between=f"mod(n_tokens, {size})",
        oldest=f"q - mod(q, {size})",
        level="1",
        wave=Wave(size, "1", "1"),
    )


def sinks(pinned: str = "n_sinks", width: str = "window") -> Mask:
    """The first `pinned` tokens for ever, and the last `width`."""
    pinned, width = _atom(pinned), _atom(width)
    return Mask(
        "sinks",
        f"the first {pinned} tokens and the last {width}",
        kept=f"min(n_tokens, {pinned} + {width})",
        between=f"min(n_tokens, {pinned} + {width} - 1)",
        oldest=f"q - {width} + 1",
        pinned=pinned,
        level=f"{pinned} + {width}",
        settled=f"{pinned} + {width}",
    )


def every(m: str = "compression") -> Mask:
    """One row for each `m` tokens that are complete: floor(S/m)."""
    m = _atom(m)
    return Mask(
        "every",
        f"one row for each {m} tokens",
        kept=f"floor(n_tokens/{m})",
        between=f"floor(n_tokens/{m})",
        made=f"floor(n_tokens/{m})",
        growth=f"1/{m}",
        wave=Wave(m, "0", f"-1/{m}"),
    )


def strided(length: str = "block_length", stride: str = "block_stride") -> Mask:
    """One row for each block of `length` tokens, a new block every `stride` tokens; none before the first is full."""
    length, stride = _atom(length), _atom(stride)
    return Mask(
        "strided",
        f"one row for each block of {length} tokens, every {stride}",
        kept=f"max(0, floor((n_tokens - {length})/{stride}) + 1)",
        between=f"max(0, floor((n_tokens - {length})/{stride}) + 1)",
        made=f"max(0, floor((n_tokens - {length})/{stride}) + 1)",
        growth=f"1/{stride}",
        level=f"1 - {length}/{stride}",
        wave=Wave(stride, length, f"-1/{stride}"),
        settled=length,
    )


def merged(m: str = "compression") -> Mask:
    """One row for each `m` tokens, the last of them still taking tokens in: ceil(S/m)."""
    m = _atom(m)
    return Mask(
        "merged",
        f"one row for each {m} tokens, the last still open",
        kept=f"ceil(n_tokens/{m})",
        between=f"ceil(n_tokens/{m})",
        made=f"ceil(n_tokens/{m})",
        writes="1",
        growth=f"1/{m}",
        level=f"({m} - 1)/{m}",
        wave=Wave(m, "1", f"-1/{m}"),
    )


def buffer(m: str = "compression") -> Mask:
    """The tokens that are not yet merged: S mod m, none when a block is complete; they wait and are not attended."""
    m = _atom(m)
    return Mask(
        "buffer",
        f"the tokens of a block of {m} that is not full",
        kept=f"mod(n_tokens, {m})",
        between=f"mod(n_tokens, {m})",
        oldest=f"n_tokens - mod(n_tokens, {m})",
        writes=f"min(1, mod(n_tokens, {m}))",
        reads="0",
        wave=Wave(m, "0", "1"),
    )


def latest(m: str = "compression") -> Mask:
    """The last complete block of `m` tokens only, kept for the overlap with the next; it is not attended."""
    m = _atom(m)
    return Mask(
        "latest",
        f"the last full block of {m} tokens",
        kept=f"min(1, floor(n_tokens/{m}))",
        between=f"min(1, floor(n_tokens/{m}))",
        made=f"floor(n_tokens/{m})",
        oldest=f"floor(n_tokens/{m}) - 1",
        reads="0",
        level="1",
        settled=m,
    )


def blocks(m: str = "compression") -> Mask:
    """The tokens of complete blocks of `m`: S - S mod m."""
    m = _atom(m)
    return Mask(
        "blocks",
        f"the tokens of full blocks of {m}",
        kept=f"n_tokens - mod(n_tokens, {m})",
        between=f"n_tokens - mod(n_tokens, {m})",
        made=f"n_tokens - mod(n_tokens, {m})",
        growth="1",
        wave=Wave(m, "0", "-1"),
    )


def beyond(width: str = "window") -> Mask:
    """The tokens before the last `width`: max(0, S - width)."""
    width = _atom(width)
    return Mask(
        "beyond",
        f"the tokens before the last {width}",
        kept=f"max(0, n_tokens - {width})",
        between=f"max(0, n_tokens - {width})",
        made=f"max(0, n_tokens - {width})",
        growth="1",
        level=f"-{width}",
        settled=width,
    )


def budget(rows: str = "n_kept", prompt: str = "n_prompt") -> Mask:
    """`rows` of the first `prompt` tokens, chosen once, and every token after them."""
    rows, prompt = _atom(rows), _atom(prompt)
    return Mask(
        "budget",
        f"{rows} of the first {prompt} tokens, and every later one",
        kept=f"n_tokens - max(0, min(n_tokens, {prompt}) - {rows})",
        between=f"n_tokens - max(0, min(n_tokens, {prompt}) - {rows})",
        oldest=prompt,
        pinned=rows,
        growth="1",
        level=f"-max(0, {prompt} - {rows})",
        settled=prompt,
    )


SLOT = Mask("slot", "one slot, rewritten in place", kept="1", between="1", made="1", writes="1", level="1")


def fixed(count: str = "n_encoder") -> Mask:
    """`count` rows that are written before the first step and never change."""
    count = _atom(count)
    return Mask(
        "fixed",
        f"{count} rows, written once",
        kept=count,
        between=count,
        made=count,
        writes="0",
        level=count,
    )


WINDOW = window()
MASKS: tuple[Mask, ...] = (  # one of each kind: what the derivation `counting` proves
    CAUSAL,
    WINDOW,
    chunk(),
    sinks(),
    every(),
    strided(),
    merged(),
    buffer(),
    latest(),
    blocks(),
    beyond(),
    budget(),
    SLOT,
    fixed(),
)
