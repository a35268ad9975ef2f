"""What a layer caches: tensors with their masks, variants with their sources, and stacks of layers.

A `CachedTensor` says who writes a row and who reads it, how wide the row is, and its `Mask`: which later queries may
still use an entry. A `Variant` is a named set of tensors with its source; a `Stack` puts variants with their
parameters together. All quantities (`symkv.caches.quantities`) are bytes of one sequence.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import cached_property
from typing import Any, Literal

from symkv.caches.masks import CAUSAL, Mask
from symkv.errors import BadInput
from symkv.formula import Formula, Relation, symbol
from symkv.units import check_dtype

Role = Literal["kv", "index", "state", "conv"]
ROLES: tuple[Role, ...] = ("kv", "index", "state", "conv")
PARTS = ("key", "value", "latent", "rope", "nope", "index")  # of a row, each of which may have a format of its own


@dataclass(frozen=True)
class CachedTensor:
    """One tensor that a layer keeps: a row of heads*width elements for each kept entry.

    `layers` counts the layers that write one, `readers` those that read it in a decode step (itself included).
    A tensor with more than one head is split over tensor-parallel ranks by heads, one with a single head is
    replicated. `reads` counts the rows that one reader goes over in a step (None: what its mask says), `part` names
    the part of a row that may have a number format of its own, and `rate` gives the bytes for one element where the
    format belongs to the variant.
    """

    name: str
    heads: str
    width: str
    layers: str = "n_layers"
    readers: str | None = None
    mask: Mask = CAUSAL
    role: Role = "kv"
    part: str | None = None
    reads: str | None = None
    rate: str | None = None

    @cached_property
    def shape(self) -> tuple[object, ...]:
        """All but its name and its part of a row: tensors of one shape and format hold as many bytes."""
        rows = (self.heads, self.width, self.layers, self.readers, self.role, self.reads, self.rate)
        return (*rows, id(self.mask))

    @property
    def touched(self) -> str:
        """The rows that one reader goes over in the step that brings the sequence to S tokens."""
        return next(text for text in (self.reads, self.mask.reads, self.mask.kept) if text is not None)

    @property
    def texts(self) -> tuple[str, ...]:
        """Every formula of the tensor."""
        mask = self.mask
        found = (self.heads, self.width, self.layers, self.readers, mask.kept, mask.written, self.touched, self.rate)
        return tuple(text for text in found if text is not None)


def key_value(
    heads: str = "n_kv_heads", width: str = "d_head", *, of: str = "", **fields: Any
) -> tuple[CachedTensor, ...]:
    """A key and a value of `heads` heads, `width` elements each: the famous 2; `of` goes before their names.

    >>> [tensor.name for tensor in key_value(of="local")]
    ['local key', 'local value']
    """
    parts = ("key", "value")
    return tuple(CachedTensor(f"{of} {part}".strip(), heads, width, part=part, **fields) for part in parts)


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
    `formats` are number formats by role, for this variant only, `saved` says that the printed number is 1 - this/other,
    and `only` names the tensors that the source counts where it leaves some out.
    """

    of: str
    given: Mapping[str, int | Fraction]
    printed: str
    source: Source
    against: str | None = None
    formats: Mapping[str, str] = field(default_factory=dict)
    saved: bool = False
    only: tuple[str, ...] = ()


@dataclass(frozen=True)
class Reduction:
    """Under the conditions `where`, stored and read are those of another variant; `only` names other quantities."""

    to: str
    where: tuple[str, ...]
    only: tuple[str, ...] = ("stored", "read", "growth", "written")


@dataclass(frozen=True)
class Variant:
    """An attention variant: its tensors, its source, its paper form and what it reduces to.

    `paper_form` is the source's own formula as a plain function of words; `paper_of` says which quantity it gives, in
    bytes. `numbers` holds what a source printed, never what symkv computed. `where` says for which sizes the variant
    is meant, `defaults` gives the usual value of a symbol that a question may leave out, and `units` names units of
    literals, for a state has slots but no tokens ("1 = element/(head*token)").
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
    where: tuple[str, ...] = ()
    defaults: Mapping[str, int] = field(default_factory=dict)
    units: tuple[str, ...] = ()

    @property
    def stored(self) -> Formula:
        """Bytes held for one sequence of S tokens, as the sum over the tensors."""
        return self.quantity("stored")

    @property
    def read(self) -> Formula:
        """Bytes that the decode step of token S reads, each reading layer counted."""
        return self.quantity("read")

    @property
    def growth(self) -> Formula:
        """Bytes stored per token of context in the long run."""
        return self.quantity("growth")

    def quantity(self, name: str) -> Formula:
        """A quantity of the variant alone, all its symbols open."""
        from symkv.caches.quantities import quantity

        return quantity(Stack.of(self), name)

    def _repr_latex_(self) -> str:
        from symkv.caches.shown import stored_latex

        return stored_latex(Stack.of(self))

    def _repr_html_(self) -> str:
        from symkv.caches.shown import variant_html

        return variant_html(self)

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The symbols of its tensors, in the order of their first appearance, without n_tokens."""
        found = (name for tensor in self.tensors for text in tensor.texts for name in Formula.parse(text).names)
        return tuple(name for name in dict.fromkeys(found) if name != "n_tokens")

    def paper_formula(self) -> Formula:
        """The paper form as a formula in its author's factor order."""
        names = self.paper_form.__code__.co_varnames[: self.paper_form.__code__.co_argcount]
        return Formula.of(self.paper_form(*map(symbol, names)))  # type: ignore[arg-type]

    def falls(self) -> tuple[tuple[str, str, str], ...]:
        """(tensor, when, rows): where a tensor lets go of rows although a token is added."""
        found = [(t.name, t.mask.wave) for t in self.tensors]
        return tuple(
            (name, f"mod(n_tokens - ({wave.start}), {wave.modulus}) = 0", f"({wave.modulus}) - 1")
            for name, wave in found
            if wave is not None and wave.slope == "1"
        )


@dataclass(frozen=True)
class Part:
    """A variant with values for some of its symbols, as one term of a stack.

    `readers` counts the layers that read where they are not those that write: n_layers of the values counts the
    layers that keep a cache, and layers that reuse one read it too.
    """

    variant: Variant
    values: Mapping[str, Formula] = field(default_factory=dict)
    label: str = ""
    readers: Formula | None = None

    @property
    def tensors(self) -> tuple[CachedTensor, ...]:
        """The variant's tensors."""
        return self.variant.tensors

    @property
    def open(self) -> frozenset[str]:
        """The symbols that have no value yet, n_tokens aside."""
        free = {name for value in self.values.values() for name in value.names}
        return frozenset((set(self.variant.names) - set(self.values)) | free) - {"n_tokens"}


@dataclass(frozen=True)
class Place:
    """Where a part stands: in which layer, and which layer's cache that one reads, its own or an earlier one's.

    `counts` are the symbols that count layers, 1 where this layer is among them and 0 where it is not.
    """

    layer: int
    part: int
    source: int
    counts: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Stack:
    """Layers of one or several variants with their parameters: what a model, or a question, is about.

    `formats` maps a role, or a part of a row, to a dtype or row format; what has none keeps the symbol
    bytes_per_element.
    """

    name: str
    parts: tuple[Part, ...]
    formats: Mapping[str, str | Fraction] = field(default_factory=dict)
    source: str = ""
    assumptions: tuple[str, ...] = ()
    fallbacks: tuple[str, ...] = ()
    ignored_fields: tuple[str, ...] = ()
    dtype: str | None = None  # what the config says of its own number format
    model_type: str = ""  # of a config, for engines that treat it in a way of their own
    facts: Mapping[str, int] = field(default_factory=dict)  # numbers of the config that only an engine needs
    places: Sequence[Place] = field(default=(), compare=False)  # where the order is known; no quantity needs it

    @staticmethod
    def of(variant: Variant, values: Mapping[str, Formula] | None = None) -> Stack:
        """A stack of one variant."""
        return Stack(variant.name, (Part(variant, dict(values or {}), variant.name),))

    @staticmethod
    def of_layers(name: str, layers: Sequence[Part], sources: Sequence[int] | None = None) -> Stack:
        """A stack of layers given one by one, equal ones joined in the order of their first appearance.

        `sources[i]` is the layer whose cache layer i reads: itself where it keeps one, else an earlier layer of the
        same kind. Raises `BadInput` for a source that keeps no cache or is of another kind.
        """
        origin = list(range(len(layers)) if sources is None else sources)
        if len(origin) != len(layers):
            raise BadInput(f"sources must have one entry for each of the {len(layers)} layers, got {len(origin)}")
        kinds = [(part.variant.name, tuple(sorted((n, str(v)) for n, v in part.values.items()))) for part in layers]
        for layer, source in enumerate(origin):
            if not 0 <= source <= layer or origin[source] != source or kinds[source] != kinds[layer]:
                raise BadInput(
                    f"layer {layer} must read itself or an earlier layer of its own kind that keeps a cache, got "
                    f"layer {source}"
                )
        from symkv.caches.layers import LayerPart, Places, joined

        entries = [LayerPart(layers[source], owner=source == layer) for layer, source in enumerate(origin)]
        return Stack(name, joined(entries), source="stack", places=Places([(entry,) for entry in entries], origin))

    def given(self, values: Mapping[str, Formula]) -> Stack:
        """The stack with further symbols given; `BadInput` for one that no part has or that is fixed already."""
        open_names = {name for part in self.parts for name in part.open}
        for name in values:
            if name not in open_names and name not in ("n_tokens", "batch", "bytes_per_element"):
                known = ", ".join(sorted(open_names)) or "none"
                raise BadInput(f"{name} must be an open symbol of {self.name}, it is not; open are {known}")
        return replace(self, parts=tuple(replace(p, values=_merged(p.values, values)) for p in self.parts))

    def filled(self, *, but: frozenset[str] = frozenset()) -> Stack:
        """The stack with the variants' usual values for symbols that are still open, each said as an assumption."""
        parts, notes = [], dict[str, None]()
        for part in self.parts:
            usual = {n: Formula.of(v) for n, v in part.variant.defaults.items() if n in part.open and n not in but}
            notes |= {f"{n} = {v} in {part.variant.name}: its usual value": None for n, v in usual.items()}
            parts.append(replace(part, values=_merged(part.values, usual)) if usual else part)
        return replace(self, parts=tuple(parts), assumptions=(*self.assumptions, *notes))

    def coded(self, formats: Mapping[str, str | Fraction], notes: Sequence[str] = ()) -> Stack:
        """The stack with number formats by role or part of a row; `notes` say what was assumed in choosing them."""
        for where, value in formats.items():
            if where not in (*ROLES, *PARTS):
                raise BadInput(f"a format must be for one of {', '.join((*ROLES, *PARTS))}, got {where[:40]!r}")
            if isinstance(value, str):
                check_dtype(value)
        return replace(self, formats={**self.formats, **formats}, assumptions=(*self.assumptions, *notes))

    def _repr_latex_(self) -> str:
        from symkv.caches.shown import stored_latex

        return stored_latex(self)

    def _repr_html_(self) -> str:
        from symkv.caches.shown import stack_html

        return stack_html(self)

    def require(self, tokens: int | None = None) -> None:
        """`BadInput` where the given sizes are none that a variant is meant for."""
        for part in self.parts:
            known = {n: v.evaluate({}) for n, v in part.values.items() if not v.names}
            known |= {} if tokens is None else {"n_tokens": tokens}
            for text in part.variant.where:
                relation = Relation.parse(text)
                if set(relation.names) <= set(known) and not relation.holds(known):
                    at = ", ".join(f"{n} = {known[n]}" for n in relation.names)
                    raise BadInput(f"{part.variant.name} needs {text}, got {at}; change one of them")


def _merged(old: Mapping[str, Formula], new: Mapping[str, Formula]) -> dict[str, Formula]:
    return {**{name: value.substitute(new) for name, value in old.items()}, **new}
