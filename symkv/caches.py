"""What a layer caches, and the formulas that follow: stored, read, written, growth, state.

A `CachedTensor` says who writes a row and who reads it, how wide the row is, and its `Mask`: which later queries may
still use an entry. How many entries are kept follows from the mask. A `Variant` is a named set of tensors with its
source; a `Stack` puts variants with their parameters together. All quantities are bytes of one sequence.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Literal

from symkv.errors import BadInput
from symkv.formula import Formula, ceil, max, symbol
from symkv.units import DTYPES, ROW_FORMATS, check_dtype, rational

Role = Literal["kv", "index", "state", "conv"]
ROLES: tuple[Role, ...] = ("kv", "index", "state", "conv")


@dataclass(frozen=True)
class Mask:
    """Which queries may use entry i, given as the oldest entry that query q may still use.

    `oldest` is a formula in q that never falls. `kept` and `between` are the closed forms, in S = n_tokens, of the
    number of entries held while the step that brings the sequence to S tokens runs, and between that step and the
    next; the shipped derivation `counting` proves both from `oldest`. `growth` is lim kept/S and `state` the largest
    value of kept - growth*S, in entries.
    """

    name: str
    words: str
    oldest: str
    kept: str
    between: str
    growth: str
    state: str

    def counted(self, instant: Literal["during", "between"] = "during") -> Formula:
        """The number of entries i with max(0, oldest) <= i <= S - 1 that a query from this instant on may use.

        During the step the query is q = S - 1; between the steps the first that can come is q = S.
        """
        tokens = symbol("n_tokens")
        query = tokens - 1 if instant == "during" else tokens
        passed = max(Formula.of(0), Formula.parse(self.oldest).substitute({"q": query}))
        return tokens - passed


CAUSAL = Mask("causal", "every earlier token", "0", "n_tokens", "n_tokens", growth="1", state="0")
WINDOW = Mask(
    "window",
    "the last W tokens, its own included",
    "q - window + 1",
    "min(n_tokens, window)",
    "min(n_tokens, window - 1)",
    growth="0",
    state="window",
)


@dataclass(frozen=True)
class CachedTensor:
    """One tensor that a layer keeps: a row of heads*width elements for each kept entry.

    `layers` counts the layers that write one, `readers` those that read it in a decode step (itself included).
    A tensor with more than one head is split over tensor-parallel ranks by heads, one with a single head is
    replicated. `part` names the part of a packed row that it is.
    """

    name: str
    heads: str
    width: str
    layers: str = "n_layers"
    readers: str | None = None
    mask: Mask = CAUSAL
    role: Role = "kv"
    part: str | None = None


@dataclass(frozen=True)
class Source:
    """Where something is published; `checked` says that its text was read, else it is listed as unverified."""

    authors: str
    title: str
    year: int
    locator: str
    checked: bool = True

    def __str__(self) -> str:
        mark = "" if self.checked else " (unverified)"
        return f"{self.authors}, {self.title}, {self.year}, {self.locator}{mark}"


@dataclass(frozen=True)
class Printed:
    """A number that a source prints: the quantity, its inputs, the text as printed, and where.

    With `against`, the printed number is the ratio of that variant's quantity to this one's, at the same inputs.
    """

    of: str
    given: Mapping[str, int | Fraction]
    printed: str
    source: Source
    against: str | None = None


@dataclass(frozen=True)
class Reduction:
    """Under the conditions `where`, stored and read are those of another variant."""

    to: str
    where: tuple[str, ...]


@dataclass(frozen=True)
class Variant:
    """An attention variant: its tensors, its source, its paper form and what it reduces to.

    `paper_form` is the source's own formula as a plain function of words; `paper_of` says which quantity it gives, in
    bytes. `numbers` holds what a source printed, never what symkv computed.
    """

    name: str
    title: str
    family: str
    about: str
    source: Source
    tensors: tuple[CachedTensor, ...]
    paper_form: Callable[..., object]
    numbers: tuple[Printed, ...]
    reduces_to: tuple[Reduction, ...] = ()
    paper_of: str = "growth"

    @property
    def stored(self) -> Formula:
        """Bytes held for one sequence of S tokens, as the sum over the tensors."""
        return quantity(Stack.of(self), "stored")

    @property
    def read(self) -> Formula:
        """Bytes that the decode step of token S reads, each reading layer counted."""
        return quantity(Stack.of(self), "read")

    @property
    def growth(self) -> Formula:
        """Bytes stored per token of context in the long run."""
        return quantity(Stack.of(self), "growth")

    def paper_formula(self) -> Formula:
        """The paper form as a formula in its author's factor order."""
        names = self.paper_form.__code__.co_varnames[: self.paper_form.__code__.co_argcount]
        return Formula.of(self.paper_form(*map(symbol, names)))  # type: ignore[arg-type]


@dataclass(frozen=True)
class Part:
    """A variant with values for some of its symbols, as one term of a stack."""

    variant: Variant
    values: Mapping[str, Formula] = field(default_factory=dict)
    label: str = ""

    @property
    def tensors(self) -> tuple[CachedTensor, ...]:
        """The variant's tensors."""
        return self.variant.tensors


@dataclass(frozen=True)
class Stack:
    """Layers of one or several variants with their parameters: what a model, or a question, is about.

    `formats` maps a role to a dtype or row format; a role without one keeps the symbol bytes_per_element.
    """

    name: str
    parts: tuple[Part, ...]
    formats: Mapping[str, str | Fraction] = field(default_factory=dict)
    source: str = ""
    assumptions: tuple[str, ...] = ()
    fallbacks: tuple[str, ...] = ()
    ignored_fields: tuple[str, ...] = ()
    dtype: str | None = None  # what the config says of its own number format

    @staticmethod
    def of(variant: Variant, values: Mapping[str, Formula] | None = None) -> Stack:
        """A stack of one variant."""
        return Stack(variant.name, (Part(variant, dict(values or {}), variant.name),))

    def given(self, values: Mapping[str, Formula]) -> Stack:
        """The stack with further symbols given; `BadInput` for one that no part has or that is fixed already."""
        open_names = {name for part in self.parts for name in _names(part)}
        for name in values:
            if name not in open_names and name not in ("n_tokens", "batch", "bytes_per_element"):
                known = ", ".join(sorted(open_names)) or "none"
                raise BadInput(f"{name} must be an open symbol of {self.name}, it is not; open are {known}")
        return replace(self, parts=tuple(replace(p, values=_merged(p.values, values)) for p in self.parts))

    def coded(self, formats: Mapping[str, str | Fraction]) -> Stack:
        """The stack with number formats by role."""
        for value in formats.values():
            if isinstance(value, str):
                check_dtype(value)
        return replace(self, formats={**self.formats, **formats})


def _merged(old: Mapping[str, Formula], new: Mapping[str, Formula]) -> dict[str, Formula]:
    return {**{name: value.substitute(new) for name, value in old.items()}, **new}


def _names(part: Part) -> set[str]:
    """The symbols of a part that have no value yet."""
    texts = [text for t in part.tensors for text in (t.heads, t.width, t.layers, t.readers or "1", t.mask.kept)]
    own = {name for text in texts for name in Formula.parse(text).names}
    free = {name for value in part.values.values() for name in value.names}
    return ((own - set(part.values)) | free) - {"n_tokens"}


# -- quantities: layers * row bytes * entries, summed over the tensors ---------------------------------------------

QUANTITIES: dict[str, tuple[Literal["owners", "readers"], Callable[[Mask], str], str]] = {
    "stored": ("owners", lambda mask: mask.kept, "bytes held while the step to S tokens runs"),
    "between": ("owners", lambda mask: mask.between, "bytes that stay between two steps"),
    "peak": ("owners", lambda mask: mask.kept, "largest stored up to S (these masks never let go of bytes)"),
    "read": ("readers", lambda mask: mask.kept, "bytes that one decode step reads, each reader counted"),
    "read_fused": ("owners", lambda mask: mask.kept, "bytes read when all readers of one cache share the read"),
    "written": ("owners", lambda mask: "1", "bytes that one decode step writes"),
    "growth": ("owners", lambda mask: mask.growth, "bytes stored per token of context: lim stored/S"),
    "read_growth": ("readers", lambda mask: mask.growth, "bytes read per token of context: lim read/S"),
    "state": ("owners", lambda mask: mask.state, "bytes that stay whatever the length: max(stored - growth*S)"),
    "ripple": ("owners", lambda mask: "0", "how far stored swings about its growth in the long run"),
}


def quantity(stack: Stack, name: str, *, tp: int | None = None) -> Formula:
    """A quantity of a stack in bytes of one sequence, as the sum over its tensors, in written order.

    With `tp`, the bytes that one of tp ranks holds: heads are split, single heads replicate.

    >>> from symkv.variants import variant
    >>> str(variant("gqa").growth)
    'n_layers*n_kv_heads*d_head*bytes_per_element + n_layers*n_kv_heads*d_head*bytes_per_element'
    """
    if name not in QUANTITIES:
        raise BadInput(f"a quantity must be one of {', '.join(QUANTITIES)}, got {name!r}")
    who, entries, _ = QUANTITIES[name]
    total: Formula | None = None
    for part in stack.parts:
        for tensor in part.tensors:
            count = Formula.parse(entries(tensor.mask))
            if count.text == "0":
                continue
            layers = tensor.layers if who == "owners" else tensor.readers or tensor.layers
            term = Formula.parse(layers).substitute(part.values)
            for factor in (row_bytes(tensor, part, stack.formats, tp=tp), count.substitute(part.values)):
                term = factor if term.text == "1" else term if factor.text == "1" else _times(term, factor)
            total = term if total is None else total + term
    return Formula.of(0) if total is None else total


def row_bytes(tensor: CachedTensor, part: Part, formats: Mapping[str, str | Fraction], *, tp: int | None) -> Formula:
    """The bytes of one row of a tensor: heads * width elements in its number format."""
    width = Formula.parse(tensor.width).substitute(part.values)
    heads = Formula.parse(tensor.heads).substitute(part.values)
    if tp is not None and tensor.heads != "1":
        heads = Formula.of(_heads_per_rank(heads, tp, tensor.name))
    code = formats.get(tensor.role)
    if isinstance(code, str) and code in ROW_FORMATS:
        return _packed(tensor, part.variant.name, width, code)
    elements = width if heads.text == "1" else _times(heads, width)
    if code is None:
        return elements * symbol("bytes_per_element").substitute(part.values)
    if isinstance(code, Fraction):
        return elements * code
    coding = DTYPES[code]
    if not width.names and Fraction(width.evaluate({})) % coding.block:
        raise BadInput(f"a {code} row must be a multiple of {coding.block} elements, {tensor.name} has {width}")
    return elements * coding.rate


def _packed(tensor: CachedTensor, variant: str, width: Formula, code: str) -> Formula:
    parts, pad = ROW_FORMATS[code]
    if tensor.part not in parts:
        raise BadInput(f"{code} packs a row of {' and '.join(parts)}, the {tensor.name} of {variant} is none; try fp8")
    coding = parts[tensor.part]
    total = width * coding.bytes_per_element
    if coding.scale_bytes:
        total = total + ceil(width / coding.block) * coding.scale_bytes
    return total + pad if pad and tensor.part == list(parts)[-1] else total


def _heads_per_rank(heads: Formula, tp: int, name: str) -> int:
    if heads.names:
        raise BadInput(f"--tp needs a number of heads for the {name}, {heads} is open; give {heads.names[0]}=...")
    count = int(heads.evaluate({}))
    if count % tp == 0:
        return count // tp
    if tp % count == 0:
        return 1
    raise BadInput(f"tp must divide the {count} heads of the {name} or be a multiple of them, got {tp}")


def _times(left: Formula, right: Formula) -> Formula:
    """left*right without needless brackets: the factors of a product are appended one by one."""
    import ast

    match right.tree:
        case ast.BinOp(left=inner, op=ast.Mult(), right=last):
            return _times(left, Formula(inner)) * Formula(last)
    return left * right


def number(formula: Formula, values: Mapping[str, int | Fraction]) -> int | str | None:
    """The exact value as JSON carries it, or None while a symbol is open."""
    return None if set(formula.names) - set(values) else rational(formula.evaluate(values))
