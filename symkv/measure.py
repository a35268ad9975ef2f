"""The size of a stack: every quantity as exact bytes where nothing is open, and its formula. Imports no engine."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from symkv import symbols
from symkv.caches import PARTS, ROLES, Part, Stack, number, quantity
from symkv.caches.quantities import peak_at
from symkv.errors import BadInput, Undecided
from symkv.formula import Formula, Relation
from symkv.notebook import card, table
from symkv.proof.collect import collect
from symkv.units import check_dtype, human_bytes, parse_tokens, rational


@dataclass(frozen=True)
class Given:
    """What a command was given as NAME=VALUE: symbols with values, and what is not a symbol of the stack."""

    values: Mapping[str, Formula]
    dtype: str | None = None
    tokens: int | None = None
    batch: int | None = None
    notes: tuple[str, ...] = ()


def parse_given(arguments: list[str]) -> Given:
    """NAME=VALUE arguments: words or config.json field names, exact numbers, token counts or expressions.

    >>> parse_given(["n_layers=1", "num_key_value_heads=8", "dtype=fp8"]).dtype
    'fp8'
    """
    values: dict[str, Formula] = {}
    rest: dict[str, Any] = {}
    notes: list[str] = []
    for argument in arguments:
        name, sign, text = argument.partition("=")
        if not sign or not name or not text:
            raise BadInput(f"a value must be given as NAME=VALUE, got {argument[:60]!r}; write n_layers=32")
        if name == "dtype":
            rest["dtype"] = check_dtype(text)
            continue
        symbol = symbols.lookup(name)
        if symbol.name in values or symbol.name in rest:
            raise BadInput(f"{symbol.name} must be given once, it came twice; drop one")
        if text[-1:] in "ikM" and text[:1].isdigit() and symbol.unit == "tokens":
            count, note = parse_tokens(text)
            notes += [note] if note else []
            text = str(count)
        if ".." in text or ("," in text and "(" not in text):
            raise BadInput(f"{name} must be one value here, got {text[:40]!r}; write {name}=8")
        formula = Formula.parse(text)
        if not formula.names:
            formula = Formula.of(symbol.require(Fraction(formula.evaluate({}))))
        if symbol.name in ("n_tokens", "batch"):
            if formula.names:
                raise BadInput(f"{name} must be a whole number, got {text[:40]!r}; write {name}=8")
            rest["tokens" if symbol.name == "n_tokens" else "batch"] = int(formula.evaluate({}))
        else:
            values[symbol.name] = formula
    return Given(values, notes=tuple(notes), **rest)


def conditioned(stack: Stack, conditions: Sequence[str]) -> Stack:
    """The stack under conditions NAME = EXPR, each of which fixes an open symbol; any other is refused."""
    for text in conditions:
        relation = Relation.parse(text)
        name = str(relation.lhs)
        if relation.sign != "=" or relation.lhs.names != (name,):
            raise BadInput(f"a condition here must fix one symbol, got {text[:60]!r}; write n_heads = 8*n_kv_heads")
        stack = stack.given({symbols.lookup(name).name: relation.rhs})
    return stack


def shared(stacks: Sequence[Stack], values: Mapping[str, Formula], *, dtype: str | None = None) -> list[Stack]:
    """The stacks with values for the symbols that each of them has open; `BadInput` for one that none has."""
    own = [{name for part in stack.parts for name in part.open} | {"bytes_per_element"} for stack in stacks]
    for name in values:
        if not any(name in names for names in own):
            raise BadInput(f"{name} must be an open symbol of one of {', '.join(s.name for s in stacks)}, it is not")
    found = [
        stack.given({name: value for name, value in values.items() if name in names})
        for stack, names in zip(stacks, own, strict=True)
    ]
    return [stack.coded(dict.fromkeys(ROLES, dtype)) for stack in found] if dtype else found


def with_formats(stack: Stack, formats: Mapping[str, str | None], *, dtype: str | None) -> Stack:
    """The stack with the number formats of each role: the role's own, else `dtype`, else the config's, else bf16.

    What had to be assumed is added to `assumptions`.
    """
    if any("bytes_per_element" in part.values for part in stack.parts):
        if dtype or any(formats.values()):
            raise BadInput("bytes_per_element and a dtype say the same thing; give one of them")
        return stack
    fallback = stack.dtype or "bf16"
    tensors = [tensor for part in stack.parts for tensor in part.tensors if tensor.rate is None]
    tensors = [tensor for tensor in tensors if not formats.get(tensor.part or "")]  # a part's own format goes first
    roles = [role for role in ROLES if any(tensor.role == role for tensor in tensors)]
    chosen: dict[str, str | Fraction] = {
        role: formats.get(role) or stack.formats.get(role) or dtype or fallback for role in roles
    }
    chosen |= {name: code for name in PARTS if (code := formats.get(name))}
    notes: list[str] = []
    silent = [role for role in roles if not (dtype or formats.get(role) or stack.formats.get(role))]
    if silent:
        origin = "the config's dtype" if stack.dtype else "no dtype given"
        what = "cache" if len(silent) == len(roles) else " and ".join(silent)
        notes.append(f"{what} in {fallback}: {origin}; choose with --dtype")
    packed = any(tensor.part == "latent" for tensor in tensors)
    if packed and chosen.get("kv") in ("fp8", "fp8_e4m3", "int8"):
        notes.append(f"{chosen['kv']} rows hold one byte per element and no scales; fp8_ds_mla is the packed row")
    return stack.coded(chosen, notes)


_SIZES = (
    ("stored", "stored_bytes"),
    ("stored per token", "growth_bytes_per_token"),
    ("state", "state_bytes"),
    ("read per step", "read_bytes_per_step"),
    ("written per step", "written_bytes_per_step"),
    ("peak", "peak_bytes"),
    ("per rank", "per_rank_bytes"),
)


class Sizes(dict[str, Any]):
    """The result of `symkv size`, a dict that a notebook shows as a table."""

    def _repr_html_(self) -> str:
        length = "" if self["tokens"] is None else f", {self['tokens']} tokens"
        sizes = [(words, human_bytes(Fraction(self[key]))) for words, key in _SIZES if self[key] not in (None, 0)]
        rows: list[tuple[object, ...]] = [*sizes, ("formula", Formula.parse(self["formula"]["stored"]))]
        notes = [f"{name} is open" for name in self["open_symbols"]]
        notes += [*self["assumptions"], *self["fallbacks"]]
        return card(f"{self['what']}{length}, batch {self['batch']}", table(rows), notes=notes)


def measure(stack: Stack, *, tokens: int | None = None, batch: int = 1, tp: int | None = None) -> dict[str, Any]:
    """The result of `symkv size`: exact bytes by quantity, None where a symbol or the token count is open.

    Bytes for tokens are those of the whole batch; growth, state and ripple are those of one sequence.

    >>> from symkv.variants import variant
    >>> stack = Stack.of(variant("gqa"), {n: Formula.of(v) for n, v in (("n_layers", 32), ("n_kv_heads", 8))})
    >>> stack = stack.given({"d_head": Formula.of(128), "bytes_per_element": Formula.of(2)})
    >>> measure(stack, tokens=131072)["stored_bytes"]  # 32*2*8*128*2*131072
    17179869184
    """
    if batch < 1 or (tokens is not None and tokens < 1) or (tp is not None and tp < 1):
        raise BadInput(f"tokens, batch and tp must be 1 or more, got {tokens}, {batch} and {tp}")
    at: dict[str, int | Fraction] = {} if tokens is None else {"n_tokens": tokens}
    stack = stack.filled()
    stack.require(tokens)
    formulas = {name: collect(quantity(stack, name)) for name in ("stored", "read", "written", "growth")}
    formulas |= {name: found for name in ("peak", "state", "ripple") if (found := closed(stack, name)) is not None}
    if tokens is not None and "peak" not in formulas and set(formulas["stored"].names) <= {"n_tokens"}:
        formulas["peak"] = Formula.of(peak_at(stack, tokens))

    def whole_batch(name: str) -> int | str | None:
        return None if tokens is None or name not in formulas else number(Formula.of(batch) * formulas[name], at)

    def of_one(name: str) -> int | str | None:
        return number(formulas[name], {}) if name in formulas else None

    stored = whole_batch("stored")
    per_rank = None
    if tp is not None:
        rank = collect(quantity(stack, "stored", tp=tp))
        per_rank = None if tokens is None else number(Formula.of(batch) * rank, at)
    open_symbols = sorted({n for formula in formulas.values() for n in formula.names} - {"n_tokens"}, key=symbols.rank)
    return Sizes(
        what=stack.name,
        tokens=tokens,
        batch=batch,
        stored_bytes=stored,
        read_bytes_per_step=whole_batch("read"),
        written_bytes_per_step=whole_batch("written"),
        peak_bytes=whole_batch("peak"),
        growth_bytes_per_token=of_one("growth"),
        state_bytes=of_one("state"),
        ripple_bytes=of_one("ripple"),
        per_rank_bytes=per_rank,
        replication=_replication(per_rank, stored, tp),
        allocated_bytes=None,
        groups=[_group(part, stack, at, batch) for part in stack.parts],
        formula={name: str(formula) for name, formula in formulas.items()},
        open_symbols=open_symbols,
        assumptions=list(stack.assumptions),
        fallbacks=list(stack.fallbacks),
        ignored_fields=list(stack.ignored_fields),
    )


def closed(stack: Stack, name: str) -> Formula | None:
    """A quantity of saw-teeth, None where it has no closed form while symbols are open."""
    try:
        return collect(quantity(stack, name))
    except Undecided:
        return None


def _replication(per_rank: int | str | None, stored: int | str | None, tp: int | None) -> int | str | None:
    """Bytes over all ranks for one byte stored."""
    if per_rank is None or stored is None or tp is None or not stored:
        return None
    return rational(tp * Fraction(per_rank) / Fraction(stored))


def _group(part: Part, stack: Stack, at: Mapping[str, int | Fraction], batch: int) -> dict[str, Any]:
    alone = replace(stack, parts=(part,))
    stored, growth = collect(quantity(alone, "stored")), collect(quantity(alone, "growth"))
    return {
        "label": part.label or part.variant.name,
        "variant": part.variant.name,
        "values": {name: rational(v.evaluate({})) if not v.names else str(v) for name, v in part.values.items()},
        "tensors": [tensor.name for tensor in part.tensors],
        "stored": str(stored),
        "stored_bytes": number(Formula.of(batch) * stored, at),
        "growth_bytes_per_token": number(growth, {}),
    }
