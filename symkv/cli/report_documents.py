"""What `symkv report` is asked for, as documents: derivations, models, variants and stacks, and comparisons of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from symkv.errors import BadInput

if TYPE_CHECKING:
    from symkv.caches import Stack
    from symkv.derivations import Checked, Derivation
    from symkv.render import Document, Target


@dataclass(frozen=True)
class Asked:
    """The arguments of `symkv report` that say what goes into a report."""

    what: Sequence[str]
    values: Sequence[str] = ()
    compare: bool = False
    tokens: str | None = None
    batch: int | None = None
    dtype: str | None = None
    of: str | None = None
    target: str | None = None
    with_draft: bool = False
    style: dict[str, Any] = field(default_factory=dict)  # product and notation
    draw: bool = False

    @property
    def of_models(self) -> bool:
        """Whether something was said that only models have."""
        return bool(self.values) or any(v is not None for v in (self.tokens, self.batch, self.dtype, self.target))


def style_of(product: str, notation: Path | None, what: Sequence[str]) -> dict[str, Any]:
    """The product sign and the author's letters, checked; a symbol that only a derivation has may have one too."""
    from symkv.formula.latex import Printer
    from symkv.formula.notation import Notation

    style: dict[str, Any] = {"product": product}
    Printer(**style)  # refuses any other sign
    if notation is None:
        return style
    from symkv.variants import catalogue

    catalogue()  # a variant may declare symbols of its own
    named = [derivation for one in what for derivation in derivations_of(one) or ()]
    own = {entry if isinstance(entry, str) else entry.name for derivation in named for entry in derivation.symbols}
    return style | {"notation": Notation.load(notation, also=own)}


def require_apart(names: Iterable[str]) -> None:
    """`BadInput` where two reports would be written to one file."""
    found = set[str]()
    for name in names:
        if name in found:
            raise BadInput(
                f"reports must have names of their own, {name} comes twice; write one at a time, or drop one"
            )
        found.add(name)


def documents(asked: Asked) -> Iterator[tuple[Document, Checked | None]]:
    """A document for each thing that is named, or one for their comparison; with the derivation where it is one."""
    from symkv.derivations import check
    from symkv.derivations.loading import shipped_folders
    from symkv.derivations.together import check_files
    from symkv.render import collection_document, derivation_document

    if asked.compare:
        yield _comparison(asked), None
        return
    if asked.of is not None:
        raise BadInput("--of goes with --compare; write symkv report --compare gqa mla --of read")
    found = [(what, derivations_of(what)) for what in asked.what or ["two_kilobytes"]]
    if asked.of_models and all(derivations is not None for _, derivations in found):
        raise BadInput("NAME=VALUE, --tokens, --batch, --dtype and --target go with a model, a variant or a stack")
    for what, derivations in found:
        if what in shipped_folders():
            checked_all = [one for _, of_file in check_files(list(shipped_folders()[what].values())) for one in of_file]
            yield collection_document(what, [one.require() for one in checked_all], **asked.style), None
            continue
        for derivation in derivations or ():
            checked = check(derivation).require()
            yield derivation_document(checked, **asked.style), checked
        if derivations is None:
            yield _model(what, asked), None


def derivations_of(what: str) -> list[Derivation] | None:
    """The derivations that a name, a folder that ships, a .py file or a certificate holds; None for something else."""
    from symkv.derivations.loading import load_any, named, shipped_derivations, shipped_folders

    if what in shipped_derivations():
        return [named(what)]
    if what in shipped_folders():
        return [named(name) for name in shipped_folders()[what]]
    path = Path(what)
    if path.suffix == ".py" or (path.suffix == ".json" and _is_certificate(path)):
        return load_any(path)
    return None


def _is_certificate(path: Path) -> bool:
    try:
        with open(path, "rb") as file:
            return b'"symkv_certificate"' in file.read(4096)
    except OSError:
        return False


def model_stack(what: str, asked: Asked) -> tuple[Stack, dict[str, Any]]:
    """The layers of a model, a variant or a stack with its values and formats put in, and what its report is set by."""
    from symkv.cli.sizes import one_dtype, values_of
    from symkv.measure import with_formats
    from symkv.models import resolve
    from symkv.solve import parse_box

    try:
        named = resolve(what, with_draft=asked.with_draft)
    except BadInput as problem:
        if "must be a config.json" not in problem.message:
            raise
        raise BadInput(f"{problem.message}; symkv list derivations names what else a report can be about") from None
    ranges, fixed, rates = parse_box(list(asked.values)) if asked.target else ({}, list(asked.values), ())
    values, length, sequences, notes = values_of(fixed, asked.tokens, asked.batch)
    stack = named.given(values.values).filled(but=frozenset(ranges))
    code = one_dtype(asked.dtype, values.dtype)
    target = None if asked.target is None else _target([stack], asked.target, ranges, rates, code)
    if code is not None or not any(part.open for part in stack.parts):
        stack = with_formats(stack, {}, dtype=code)
    return stack, {"tokens": length, "batch": sequences, "notes": tuple(notes), "target": target}


def _model(what: str, asked: Asked) -> Document:
    from symkv.models.records import names, record
    from symkv.render import ModelSetting, model_document

    stack, found = model_stack(what, asked)
    title = record(what).title if what in names() else ""
    return model_document(stack, ModelSetting(title=title, draw=asked.draw, **found, **asked.style))


def _comparison(asked: Asked) -> Document:
    from symkv.cli.sizes import one_dtype
    from symkv.measure import parse_given, shared
    from symkv.models import resolve
    from symkv.render import comparison_document
    from symkv.solve import compare, parse_box

    if asked.tokens is not None or asked.batch is not None:
        raise BadInput("--tokens and --batch go with a model; a comparison holds for every context length")
    if len(asked.what) < 2:
        raise BadInput(
            "--compare takes two or more of models, variants and stacks; write symkv report --compare gqa mla"
        )
    named = [resolve(what, with_draft=asked.with_draft) for what in asked.what]
    ranges, fixed, rates = parse_box(list(asked.values)) if asked.target else ({}, list(asked.values), ())
    values = parse_given(fixed)
    code = one_dtype(asked.dtype, values.dtype)
    stacks = shared(named, values.values, dtype=code)
    target = None if asked.target is None else _target(stacks, asked.target, ranges, rates, code)
    return comparison_document(stacks, compare(stacks, of=asked.of), target=target, draw=asked.draw, **asked.style)


def _target(stacks: Sequence[Stack], text: str, ranges: Any, rates: Any, dtype: str | None) -> Target:
    """Every design of each stack at a target size, its open symbols being free."""
    from symkv.measure import with_formats
    from symkv.render import Target
    from symkv.solve import designs

    found, notes = {}, dict[str, None]()
    for stack in stacks:
        own = {name for part in stack.parts for name in part.open} | {"bytes_per_element"}
        box = {name: values for name, values in ranges.items() if name in own}
        filled = stack.filled(but=frozenset(box))
        if not any(part.open for part in filled.parts):
            raise BadInput(f"--target takes what has an open symbol, {stack.name[:60]} has none; leave one out")
        coded = filled if "bytes_per_element" in box else with_formats(filled, {}, dtype=dtype)
        notes |= dict.fromkeys(coded.assumptions[len(stack.assumptions) :])
        found[stack.name] = designs(coded, box, target=text, formats=rates if "bytes_per_element" in box else ())
    return Target(text, found, tuple(notes))
