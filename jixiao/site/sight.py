"""A leaf of a source with what is marked on it."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from jixiao.inspect import coloured
from jixiao.site.marks import found, read_here, recorded, stretches
from jixiao.site.originals import narrowed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jixiao.inspect import Picture
    from jixiao.site.marks import Mark, Spot
    from jixiao.site.originals import Leaf, Original, PrintedLine
    from jixiao.view import Disclosure, Place, View

NEAR = 12
"""Places that are no more lines apart than this are shown together."""
SHEETS = frozenset({"xlsx", "xls"})
"""Formats whose columns have letters."""


@dataclass(frozen=True, slots=True)
class Sight:
    """A leaf with what is marked on it."""

    original: Original
    index: int
    leaf: Leaf
    marks: Sequence[Mark]
    lost: bool
    """Something that was asked for is not there any more, or another text stands there."""
    asked: Sequence[Spot]
    places: Sequence[Place]
    """What was read from where the marks stand."""

    @property
    def drawn(self) -> bool:
        """Whether there is a picture of it."""
        page = self.leaf.page
        return self.original.format == "pdf" and bool(page and page.width and page.height)

    @property
    def blocks(self) -> Picture | None:
        """Its tables and paragraphs with the marks, where it is neither drawn nor mere lines."""
        if self.original.format in {"pdf", "text"}:
            return None
        stretched = [stretch for mark in self.marks for stretch in stretches(mark, self.places)]
        return coloured(self.leaf.source, stretched, self.leaf.number)

    @property
    def lettered(self) -> bool:
        """Whether its columns are called by letters."""
        return self.original.format in SHEETS

    def near(self, lines: int) -> Sight:
        """The marks, as far as they stand near the first, with so many lines before and after them."""
        first = min(mark.line for mark in self.marks)
        last = max(mark.line for mark in self.marks if mark.line - first <= NEAR)
        leaf = narrowed(self.leaf, first - lines, last + lines)
        return replace(self, leaf=leaf, marks=[mark for spot in self.asked for mark in found(leaf, spot)])

    def parts(self, line: PrintedLine) -> list[tuple[str, bool]]:
        """A line in parts, each with whether it is marked."""
        marks = [mark for mark in self.marks if mark.line == line.number]
        quotes = dict.fromkeys(place.quote for mark in marks for place in read_here(mark, self.places))
        inside = [each for each in quotes if each and each in line.text]
        if not inside:
            return [(line.text, False)]
        divided = re.split(f"({'|'.join(map(re.escape, sorted(inside, key=len, reverse=True)))})", line.text)
        return [(part, bool(number % 2)) for number, part in enumerate(divided) if part]


def sight(original: Original, asked: Sequence[Spot], view: View, document: Disclosure, start: int) -> Sight:
    """The leaf on which the first of what is asked for stands; without that, the leaf with the index ``start``."""
    first = next(iter(asked), None)
    index = start
    if first is not None:
        index = original.of_line(first.line) if first.line else original.of_page(first.page or 1) or 0
    leaf = original.leaf(index)
    marks = [mark for spot in asked for mark in found(leaf, spot)]
    places = recorded(view.graph, document.iri, (mark.line for mark in marks))
    there = {mark.spot for mark in marks}
    sound = [mark for mark in marks if _is_sound(mark, places)]
    on_leaf = [spot for spot in asked if not spot.line or original.of_line(spot.line) == index]
    lost = len(sound) < len(marks) or any(spot not in there for spot in on_leaf)
    here = dict.fromkeys(place for mark in sound for place in read_here(mark, places))
    return Sight(original, index, leaf, sound, lost, asked, list(here))


def _is_sound(mark: Mark, places: Sequence[Place]) -> bool:
    """Whether there stands what was read from there; of a place that nothing was read from, nobody knows better."""
    quotes = [place.quote for place in read_here(mark, places)]
    return not quotes or any(map(mark.holds, quotes))
