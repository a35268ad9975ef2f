"""A paper read: what its annotations and its sidecar tie together becomes items for the judges."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from symkv.errors import BadInput
from symkv.formula.latex_names import letters
from symkv.papers import comments
from symkv.papers.comments import Said
from symkv.papers.equations import Reader
from symkv.papers.files import MAX_DEPTH, Folder, Text
from symkv.papers.maths import RELATION, Group, groups, leading, uses
from symkv.papers.model import Coverage, Item, Kind, Paper, Place
from symkv.papers.printed import number_item, table_items
from symkv.papers.scan import Annotation, Maths, Scan, scan
from symkv.papers.sidecar import SUFFIX, Sidecar, beside, folders, load
from symkv.variants import catalogue


@dataclass
class Source:
    """One file of a paper as scanned, with the files that it takes in, by offset."""

    text: Text
    scan: Scan
    children: dict[int, Source] = field(default_factory=dict)
    problems: list[tuple[int, str]] = field(default_factory=list)


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
    if path.with_name(path.stem + SUFFIX).is_file():
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
        file = _File(source)
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

    def tied_items(self, file: _File, group: Group, saids: list[Said]) -> Iterator[tuple[int, Item]]:
        for said in saids:
            if said.verb != "skip":
                yield group.start, self.equations.item(said, file.text, group, file.label_of(group), file.place)

    def count(self, file: _File, group: Group, saids: list[Said]) -> None:
        self.displays += 1
        if any(said.verb != "skip" for said in saids):
            self.annotated += 1
        elif saids:
            self.skipped += 1
        elif uses(file.text[group.start : group.end], self.letters, self.only):
            self.open.append(file.place(file.first(group)))

    def noted(self, file: _File, note: Annotation, tied: dict[Group, list[Said]]) -> Iterator[tuple[int, Item]]:
        """Tie what an annotation says to its equations; its numbers, and what is wrong with it, are items."""
        kind: Kind = "annotation"
        try:
            for said in comments.read(note.text):
                if said.verb == "number":
                    yield note.start, number_item(self.side, said, *file.line_of(note), file.text, file.place)
                    continue
                for group in file.meant(note, said):
                    tied.setdefault(group, []).append(said)
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


class _File:
    """A scanned file with its equations, and the search for the ones that an annotation means."""

    def __init__(self, source: Source) -> None:
        self.source, self.text = source, source.scan.text
        self.displays = [item for item in source.scan.maths if item.display]
        self.by_display = [(item, _filled(self.text, groups(self.text, item))) for item in self.displays]
        self.groups = [group for _, found in self.by_display for group in found]
        self.labels = {label: offset for offset, label in reversed(source.scan.labels)}

    def place(self, offset: int) -> Place:
        """The place of an offset."""
        return Place(self.source.text.file, *self.source.text.place(min(offset, len(self.text))))

    def first(self, group: Group) -> int:
        """The offset of the first character of an equation that shows."""
        return group.start + leading(self.text[group.start : group.end])

    def label_of(self, group: Group) -> str:
        """The label of an equation, "" where it has none."""
        return next((label for label, offset in self.labels.items() if self.group_at(offset) == group), "")

    def group_at(self, offset: int) -> Group | None:
        """The equation around an offset; of a display with one equation, anywhere in the display."""
        for _, found in self._around(offset):
            if len(found) == 1:
                return found[0]
            return next((group for group in found if group.start <= offset <= group.end), None)
        return None

    def _around(self, offset: int) -> Iterator[tuple[Maths, list[Group]]]:
        return ((item, found) for item, found in self.by_display if item.start <= offset < item.end)

    def line_of(self, note: Annotation) -> tuple[int, int]:
        """The line that a number annotation is about: its own, or the next one where it stands alone."""
        start, end = self.source.text.line_span(note.start)
        if not note.alone:
            return start, note.start
        while end < len(self.text):
            start, end = self.source.text.line_span(end + 1)
            if self.text[start:end].strip():
                break
        return start, end

    def meant(self, note: Annotation, said: Said) -> list[Group]:
        """The equations that an annotation is about; `BadInput` where there is none, or where it could be another."""
        for item, found in self._around(note.start):
            return self._inside(note, item, found, said)
        if not note.alone:
            start, _ = self.source.text.line_span(note.start)
            for item, found in self.by_display:
                if start < item.end <= note.start:
                    return _one_of(found, said)
            return self._inline(start, note.start, said)
        following = next(((item, found) for item, found in self.by_display if item.start > note.start), None)
        if following and not self.text[note.start : following[0].start].strip():
            return _one_of(following[1], said)
        return self._inline(*self.line_of(note), said)

    def _inside(self, note: Annotation, item: Maths, found: list[Group], said: Said) -> list[Group]:
        if len(found) <= 1:
            return _one_of(found, said)
        at = note.start
        if not note.alone:
            start, _ = self.source.text.line_span(at)
            at = start + len(self.text[start:at].rstrip()) - 1
            if at < item.inner:
                return _one_of(found, said)  # beside \begin: the whole display
        before = [group for group in found if group.start <= at]
        after = [group for group in found if group.end > at]
        chosen = after[:1] if note.alone else before[-1:]
        return chosen or _one_of([], said)

    def _inline(self, start: int, end: int, said: Said) -> list[Group]:
        pieces = [
            item for item in self.source.scan.maths if not item.display and start <= item.start and item.end <= end
        ]
        found = [Group(item.inner, item.stop) for item in pieces if RELATION.search(self.text[item.inner : item.stop])]
        if len(found) > 1 and not said.which:
            raise BadInput(f"this line has {len(found)} equations; say which one is meant, as in {said.verb}(1)")
        return _one_of(found, said)


def _filled(text: str, found: list[Group]) -> list[Group]:
    return [group for group in found if text[group.start : group.end].strip()]


def _one_of(found: list[Group], said: Said) -> list[Group]:
    if not found:
        raise BadInput("an annotation must stand directly before its equation, in it, or at the end of its last line")
    if said.which:
        if said.which > len(found):
            raise BadInput(f"there are {len(found)} equations here, got {said.verb}({said.which})")
        return [found[said.which - 1]]
    if said.verb == "equals" and len(found) > 1:
        raise BadInput(
            f"there are {len(found)} equations here; say which one is meant, as in equals(1), or annotate its line"
        )
    return found
