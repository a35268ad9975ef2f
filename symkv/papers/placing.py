"""Which equations of a file an annotation means: the one it stands before, in, or behind on its line."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field

from symkv.errors import BadInput
from symkv.papers.comments import Said
from symkv.papers.files import Text
from symkv.papers.model import Place
from symkv.papers.rows import RELATION, Group, groups, leading
from symkv.papers.scan import Annotation, Maths, Scan

MAX_LINES = 50  # lines of annotations and nothing else before the line that they are about
MAX_LINE = 20_000  # characters of a line with a number or an equation in running text


@dataclass
class Source:
    """One file of a paper as scanned, with the files that it takes in, by offset."""

    text: Text
    scan: Scan
    children: dict[int, Source] = field(default_factory=dict)
    problems: list[tuple[int, str]] = field(default_factory=list)


class File:
    """A scanned file with its equations, and the search for the ones that an annotation means."""

    def __init__(self, source: Source) -> None:
        self.source, self.text = source, source.scan.text
        self.displays = [item for item in source.scan.maths if item.display]
        self.by_display = [(item, _filled(self.text, groups(self.text, item))) for item in self.displays]
        self.groups = [group for _, found in self.by_display for group in found]
        self.starts = [item.start for item in self.displays]
        self.inline = [item for item in source.scan.maths if not item.display]
        self.inline_starts = [item.start for item in self.inline]
        self.labels = {label: offset for offset, label in reversed(source.scan.labels)}
        self.label_by_group: dict[Group, str] = {}
        for offset, label in source.scan.labels:
            if group := self.group_at(offset):
                self.label_by_group.setdefault(group, label)

    def place(self, offset: int) -> Place:
        """The place of an offset."""
        return Place(self.source.text.file, *self.source.text.place(min(offset, len(self.text))))

    def first(self, group: Group) -> int:
        """The offset of the first character of an equation that shows."""
        return group.start + leading(self.text[group.start : group.end])

    def label_of(self, group: Group) -> str:
        """The label of an equation, "" where it has none."""
        return self.label_by_group.get(group, "")

    def group_at(self, offset: int) -> Group | None:
        """The equation around an offset; of a display with one equation, anywhere in the display."""
        for _, found in self._around(offset):
            if len(found) == 1:
                return found[0]
            at = bisect_right(found, offset, key=lambda group: group.start) - 1
            return found[at] if at >= 0 and offset <= found[at].end else None
        return None

    def _around(self, offset: int) -> Iterator[tuple[Maths, list[Group]]]:
        at = bisect_right(self.starts, offset) - 1
        if at >= 0 and offset < self.displays[at].end:
            yield self.by_display[at]

    def line_of(self, note: Annotation) -> tuple[int, int]:
        """The line that a number annotation is about: its own, or the next one where it stands alone."""
        start, end = self.source.text.line_span(note.start)
        if not note.alone:
            return start, note.start
        for _ in range(MAX_LINES):
            start, end = self.source.text.line_span(min(end + 1, len(self.text)))
            if self.text[start:end].strip():
                break
        return start, end

    def meant(self, note: Annotation, said: Said) -> list[Group]:
        """The equations that an annotation is about; `BadInput` where there is none, or where it could be another."""
        for item, found in self._around(note.start):
            return self._inside(note, item, found, said)
        if not note.alone:
            start, _ = self.source.text.line_span(note.start)
            at = bisect_right(self.starts, note.start) - 1
            if at >= 0 and start < self.displays[at].end <= note.start:
                return _one_of(self.by_display[at][1], said)
            return self._inline(start, note.start, said)
        start, end = self.line_of(note)
        at = bisect_right(self.starts, note.start)
        if at < len(self.starts) and start <= self.starts[at] < end and not self.text[start : self.starts[at]].strip():
            return _one_of(self.by_display[at][1], said)
        return self._inline(start, end, said)

    def _inside(self, note: Annotation, item: Maths, found: list[Group], said: Said) -> list[Group]:
        if len(found) <= 1:
            return _one_of(found, said)
        at = note.start
        if not note.alone:
            start, _ = self.source.text.line_span(at)
            at = start + len(self.text[start:at].rstrip()) - 1
            if at < item.inner:
                return _one_of(found, said)  # beside \begin: the whole display
        if note.alone:
            following = bisect_right(found, at, key=lambda group: group.end)
            return found[following : following + 1] or _one_of([], said)
        before = bisect_right(found, at, key=lambda group: group.start)
        return found[max(0, before - 1) : before] or _one_of([], said)

    def _inline(self, start: int, end: int, said: Said) -> list[Group]:
        require_short(start, end)
        between = self.inline[bisect_left(self.inline_starts, start) : bisect_right(self.inline_starts, end)]
        pieces = [item for item in between if item.end <= end]
        found = [Group(item.inner, item.stop) for item in pieces if RELATION.search(self.text[item.inner : item.stop])]
        if len(found) > 1 and not said.which:
            raise BadInput(f"this line has {len(found)} equations; say which one is meant, as in {said.verb}(1)")
        return _one_of(found, said)


def require_short(start: int, end: int) -> None:
    """`BadInput` for a line that is too long to be searched again for each of its annotations."""
    if end - start > MAX_LINE:
        raise BadInput(f"a line with an annotation may have {MAX_LINE} characters; break it")


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
