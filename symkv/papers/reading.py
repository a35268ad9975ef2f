"""A paper read: what its annotations and its sidecar tie together becomes items for the judges."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from symkv.errors import BadInput
from symkv.formula.latex_names import letters
from symkv.papers import comments
from symkv.papers.comments import Said
from symkv.papers.equations import Reader
from symkv.papers.files import MAX_DEPTH, Folder, Text
from symkv.papers.maths import uses
from symkv.papers.model import Coverage, Item, Kind, Paper, Place
from symkv.papers.placing import File, Source, require_short
from symkv.papers.printed import number_item, table_items
from symkv.papers.rows import Group
from symkv.papers.scan import Annotation, scan
from symkv.papers.sidecar import SUFFIX, Sidecar, beside, folders, load
from symkv.variants import catalogue

MAX_TIES = 20  # annotations of one equation


def read_paper(path: Path | str, *, sidecar: Path | str | None = None) -> Paper:
    """What a paper's annotations and sidecar state, read but not judged; nothing in it is executed or expanded.

    Raises `BadInput` for a paper that can't be read and for a sidecar that is not well formed; what is wrong inside
    the paper is an item with a `problem`.
    """
    catalogue()  # declares the symbols of every variant
    main = Path(path)
    found = Path(sidecar) if sidecar is not None else beside(main)
    side = load(found) if found is not None else Sidecar()
    folder = Folder(main)
    conditions: set[str] = set()
    redefined: dict[str, int] = {}
    root = _source(folder, folder.read_main(), (), conditions, redefined)
    reader = _Reading(side, redefined)
    items = list(reader.source(root))
    items += reader.unmatched()
    coverage = Coverage(reader.displays, reader.annotated, reader.skipped, tuple(reader.open))
    return Paper(str(path), tuple(folder.seen.values()), tuple(items), coverage)


def whole_paper(path: Path) -> Path:
    """The paper with a sidecar, in the folder of a file or above, that takes the file in; else the file itself."""
    if os.path.isfile(path.with_name(path.stem + SUFFIX)) or not os.path.isfile(path):
        return path
    for place in folders(path):
        for found in sorted(place.glob(f"*{SUFFIX}"))[:20]:
            paper = found.with_name(found.name.removesuffix(SUFFIX) + ".tex")
            try:
                folder = Folder(paper)
                _source(folder, folder.read_main(), (), set(), {})
            except BadInput:
                continue
            if path.resolve() in folder.seen:
                here = Path.cwd().resolve()
                return paper.relative_to(here) if paper.is_relative_to(here) else paper
    return path


def _source(
    folder: Folder, text: Text, chain: tuple[str, ...], conditions: set[str], redefined: dict[str, int]
) -> Source:
    """A file scanned, with those that it takes in."""
    found = Source(text, scan(text.text, conditions))
    for name, offset in found.scan.redefined.items():
        redefined.setdefault(name, offset)
    found.problems += found.scan.problems
    here = (*chain, text.file)
    for offset, name in found.scan.inputs:
        try:
            shown, child = folder.read(name)
            if shown in here:
                raise BadInput(rf"\input must not come back to {shown[:60]}, which it is in")
            if len(here) >= MAX_DEPTH:
                raise BadInput(rf"\input may go {MAX_DEPTH} deep")
        except BadInput as problem:
            found.problems.append((offset, problem.message))
            continue
        if child is not None:
            found.children[offset] = _source(folder, child, here, conditions, redefined)
    return found


class _Reading:
    """The state of reading one paper: what is tied so far, and what is counted."""

    def __init__(self, side: Sidecar, redefined: dict[str, int]) -> None:
        self.side = side
        self.equations = Reader(side, redefined)
        self.letters = letters(side.words)
        self.only = frozenset(side.words.values()) if side.only_declared else frozenset()
        self.used_labels: set[str] = set()
        self.displays = self.annotated = self.skipped = 0
        self.open: list[Place] = []

    def source(self, source: Source) -> Iterator[Item]:
        """The items of a file and of those that it takes in, in the order of the document."""
        found = [(offset, [item]) for offset, item in self.file_items(source)]
        for offset, child in source.children.items():
            found.append((offset, list(self.source(child))))
        for _, items in sorted(found, key=lambda pair: pair[0]):
            yield from items

    def file_items(self, source: Source) -> Iterator[tuple[int, Item]]:
        file = File(source)
        for offset, problem in source.problems:
            yield offset, Item("input", file.place(offset), problem=problem)
        tied: dict[Group, list[Said]] = {}
        for note in source.scan.annotations:
            yield from self.noted(file, note, tied)
        for label, offset in file.labels.items():
            if label in self.side.annotations and (group := file.group_at(offset)):
                self.used_labels.add(label)
                for said in comments.read(self.side.annotations[label]):
                    tied.setdefault(group, []).append(said)
        for group in file.groups:
            saids = tied.pop(group, [])
            self.count(file, group, saids)
            yield from self.tied_items(file, group, saids)
        for group, saids in tied.items():  # maths in running text
            yield from self.tied_items(file, group, saids)
        for label, table in self.side.tables.items():
            if label in file.labels:
                self.used_labels.add(label)
                for item, offset in table_items(self.side, table, label, source.scan, file.labels[label], file.place):
                    yield offset, item

    def tied_items(self, file: File, group: Group, saids: list[Said]) -> Iterator[tuple[int, Item]]:
        for said in saids:
            if said.verb != "skip":
                yield group.start, self.equations.item(said, file.text, group, file.label_of(group), file.place)

    def count(self, file: File, group: Group, saids: list[Said]) -> None:
        self.displays += 1
        if any(said.verb != "skip" for said in saids):
            self.annotated += 1
        elif saids:
            self.skipped += 1
        elif uses(file.text[group.start : group.end], self.letters, self.only):
            self.open.append(file.place(file.first(group)))

    def noted(self, file: File, note: Annotation, tied: dict[Group, list[Said]]) -> Iterator[tuple[int, Item]]:
        """Tie what an annotation says to its equations; its numbers, and what is wrong with it, are items."""
        kind: Kind = "annotation"
        try:
            for said in comments.read(note.text):
                if said.verb == "number":
                    line = file.line_of(note)
                    require_short(*line)
                    yield note.start, number_item(self.side, said, *line, file.text, file.place)
                    continue
                for group in file.meant(note, said):
                    tied.setdefault(group, []).append(said)
                    if len(tied[group]) > MAX_TIES:
                        tied[group].pop()
                        raise BadInput(f"an equation may have {MAX_TIES} annotations, this is one more")
        except BadInput as problem:
            place = file.place(note.start)
            yield note.start, Item(kind, place, annotation=note.text[:200], problem=problem.message)

    def unmatched(self) -> Iterator[Item]:
        """The entries of the sidecar whose label is nowhere in the paper."""
        for kind, labels in (("equation", self.side.annotations), ("table", self.side.tables)):
            for label in labels:
                if label not in self.used_labels:
                    problem = f"no {kind} has the label {label[:60]!a}"
                    yield Item("annotation", Place(Path(self.side.path).name, 1, 1), label, problem=problem)
