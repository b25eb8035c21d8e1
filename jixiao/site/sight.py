"""A leaf of a source with what is marked on it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from jixiao.inspect import Table, Taken, coloured
from jixiao.site.marks import found, read_here, recorded, within
from jixiao.site.originals import narrowed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ingest.readers import Box
    from jixiao.inspect import Picture, Piece
    from jixiao.site.marks import Asked, Mark, Reading
    from jixiao.site.originals import Leaf, Original, PrintedLine
    from jixiao.told import Disclosure
    from jixiao.view import View

NEAR = 12
"""Places that are no more lines apart than this are shown together."""
SHEETS = frozenset({"xlsx", "xls"})
"""Formats whose columns have letters."""
MARKED = "marked"
"""How a piece that is marked is coloured."""

Parts = list[tuple[str, bool]]
"""A text in parts, each with whether it is marked."""


@dataclass(frozen=True, slots=True)
class Sight:
    """A leaf with what is marked on it."""

    original: Original
    index: int
    leaf: Leaf
    marks: Sequence[Mark]
    lost: bool
    """Something that was asked for is not there any more, or another text stands there."""
    asked: Asked
    readings: Sequence[Reading]
    """What was read from where the marks stand; where quotes were asked for, these alone."""
    quoted: bool
    """Whether quotes were asked for, which may be parts of cells."""
    strokes: Sequence[Box] = ()
    """Where in its cells what is quoted is printed, where that is known."""

    @property
    def drawn(self) -> bool:
        """Whether there is a picture of it."""
        page = self.leaf.page
        return self.original.format == "pdf" and bool(page and page.width and page.height)

    @property
    def elsewhere(self) -> list[tuple[int, str]]:
        """What was asked for and stands on other leaves: the page of each, and what its address asks for."""
        spots = [(self.original.of_line(spot.line), spot.words) for spot in self.asked.spots if spot.line]
        others = {index: [words for other, words in spots if other == index] for index, _ in spots}
        quotes = [("q", quote) for quote in sorted(self.asked.quotes)]
        return [
            (self.original.pages[index], urlencode([("at", ",".join(words)), *quotes], safe=","))
            for index, words in others.items()
            if index != self.index
        ]

    @property
    def lined(self) -> bool:
        """Whether it is lines and nothing else."""
        return self.original.format in {"pdf", "text"}

    def picture(self) -> Picture:
        """Its tables and paragraphs with the marks."""
        stretches = [(mark.start + start, mark.start + end) for mark in self.marks for start, end in self.within(mark)]
        return coloured(self.leaf.source, [Taken(MARKED, "", *stretch) for stretch in stretches], self.leaf.number)

    @property
    def lettered(self) -> bool:
        """Whether its columns are called by letters."""
        return self.original.format in SHEETS

    def is_table(self, block: object) -> bool:
        """Whether a piece of its picture is a table."""
        return isinstance(block, Table)

    def near(self, lines: int) -> Sight:
        """The marks, as far as they stand near the first, with so many lines before and after them."""
        first = min(mark.line for mark in self.marks)
        last = max(mark.line for mark in self.marks if mark.line - first <= NEAR)
        leaf = narrowed(self.leaf, first - lines, last + lines)
        return replace(self, leaf=leaf, marks=[mark for spot in self.asked.spots for mark in found(leaf, spot)])

    def within(self, mark: Mark) -> list[tuple[int, int]]:
        """What of a mark's text is meant: in a cell all of it, unless a quote is asked for; in a line what was read."""
        in_cell = mark.spot.column is not None and self.original.format != "text"
        parts = within(mark, self.leaf, self.readings) if self.quoted or not in_cell else []
        ends, starts = [0, *(end for _, end in parts)], [*(start for start, _ in parts), None]
        rest = "".join(mark.text[end:start] for end, start in zip(ends, starts, strict=True))
        return parts if parts and rest.strip() else [(0, len(mark.text))]

    def parts(self, line: PrintedLine) -> Parts:
        """A line in parts; all of it where all of it is meant, as the line itself is marked."""
        marks = [mark for mark in self.marks if mark.line == line.number and not mark.box]
        parts = [part for mark in marks for part in self.within(mark)]
        whole = [(0, len(line.text))]
        return [(line.text, False)] if parts in ([], whole) else _divided(line.text, parts)

    def parts_of_cell(self, piece: Piece) -> Parts:
        """What a cell shows, in parts."""
        meant = [mark for mark in self.marks if piece.cell and mark.start == piece.cell.start]
        return _divided(piece.text, [part for mark in meant for part in self.within(mark)])


def _divided(text: str, parts: Sequence[tuple[int, int]]) -> Parts:
    cuts = sorted({0, len(text)} | {min(cut, len(text)) for part in parts for cut in part})
    return [(text[a:b], any(start <= a and b <= end for start, end in parts)) for a, b in pairwise(cuts)]


def sight(original: Original, asked: Asked, view: View, document: Disclosure, start: int = 0) -> Sight:
    """The leaf on which the first of what is asked for stands; without that, the leaf with the index ``start``.

    Args:
        original: the source.
        asked: what to mark.
        view: knows what was read from there.
        document: whose source it is.
        start: the leaf to show where nothing is asked for.
    """
    first = next(iter(asked.spots), None)
    index = start
    if first is not None:
        index = original.of_line(first.line) if first.line else original.of_page(first.page or 1) or 0
    leaf = original.leaf(index)
    marks = [mark for spot in asked.spots for mark in found(leaf, spot)]
    readings = recorded(view.graph, document.iri, (mark.line for mark in marks))
    there = {mark.spot for mark in marks}
    sound = [mark for mark in marks if _is_sound(mark, readings)]
    on_leaf = [spot for spot in asked.spots if not spot.line or original.of_line(spot.line) == index]
    lost = len(sound) < len(marks) or any(spot not in there for spot in on_leaf)
    here = list(dict.fromkeys(each for mark in sound for each in read_here(mark, readings)))
    fields = {(each.of, each.field) for each in here if each.quote in asked.quotes}
    meant = [each for each in here if (each.of, each.field) in fields]
    return Sight(original, index, leaf, sound, lost, asked, meant or here, bool(meant))


def _is_sound(mark: Mark, readings: Sequence[Reading]) -> bool:
    """Whether there stands what was read from there; of a place that nothing was read from, nobody knows better."""
    quotes = [each.quote for each in read_here(mark, readings)]
    return not quotes or any(map(mark.holds, quotes))
