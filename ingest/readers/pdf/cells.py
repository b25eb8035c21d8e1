"""Words go to the cells in which they are printed."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

import pypdfium2.raw as pdfium_c

from ingest.readers.pdf.clips import clip_of
from ingest.readers.pdf.lines import Word, word_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from pypdfium2 import PdfTextPage

    from ingest.readers.pdf.glyphs import Glyph
    from ingest.readers.pdf.grids import Lattice
    from ingest.readers.pdf.view import View
    from ingest.readers.source import Box

Place = tuple[int, int] | None
"""The number of a table and of its cell; outside of tables ``None``."""
INSIDE = 0.2
"""A border that runs through a character, this share of its width from both sides, is printed over."""
AMID = 0.2
"""A border that runs through a line, this share of its height from top and bottom, leaves open whose it is."""
NEXT_LINE = 2.2
"""A line of the same cell follows within this many heights of it."""


def shown(
    text: PdfTextPage, view: View, words: Iterable[Word], lattices: Sequence[Lattice], tolerance: float
) -> list[tuple[Place, Word]]:
    """The words with their places. What is cut off at its cell's edge belongs to the cell.

    What is cut off where the page's table ends is not printed here, but on another page.
    """
    found: list[tuple[Place, Word]] = []
    for word in words:
        for place, part in placed(lattices, word):
            item = pdfium_c.FPDFText_GetTextObject(text, part.glyphs[0].number)
            clip = clip_of(item, view.matrix) if item else None
            x, y = (part.left + part.right) / 2, (part.top + part.bottom) / 2
            if clip is None or (clip[0] <= x <= clip[2] and clip[1] <= y <= clip[3]):
                found.append((place, part))
                continue
            home = home_of(lattices, clip, tolerance)
            if home is not None and lattices[home[0]].ys[0] <= y <= lattices[home[0]].ys[-1]:
                found.append((home, part))
    return found


def home_of(lattices: Sequence[Lattice], clip: Box, tolerance: float) -> Place:
    """The cell to whose edges something is cut."""
    home = place_of(lattices, (clip[0] + clip[2]) / 2, (clip[1] + clip[3]) / 2)
    if home is None:
        return None
    left, top, right, bottom = edges(lattices, home)
    inside = left - tolerance <= clip[0] and clip[2] <= right + tolerance
    return home if inside and top - tolerance <= clip[1] and clip[3] <= bottom + tolerance else None


def edges(lattices: Sequence[Lattice], place: tuple[int, int]) -> Box:
    """The edges of a cell."""
    lattice = lattices[place[0]]
    return lattice.box_of(lattice.areas[place[1]])


def place_of(lattices: Sequence[Lattice], x: float, y: float) -> Place:
    """The table and cell in which a point lies; of nested tables, which come first, the inner one."""
    for number, lattice in enumerate(lattices):
        area = lattice.at(x, y)
        if area >= 0:
            return number, area
    return None


def placed(lattices: Sequence[Lattice], word: Word) -> Iterator[tuple[Place, Word]]:
    """A word with the cell in which it stands; in parts, where it runs through several."""
    if not lattices:
        return iter([(None, word)])
    if word.quarters % 2:
        places = [
            place_of(lattices, (glyph.left + glyph.right) / 2, (glyph.top + glyph.bottom) / 2) for glyph in word.glyphs
        ]
    else:
        middle = (word.top + word.bottom) / 2
        places = [place_of(lattices, (glyph.left + glyph.right) / 2, middle) for glyph in word.glyphs]
    first = places[0]
    if all(place == first for place in places):
        return iter([(first, word)])
    parts = [
        (place, [glyph for _, glyph in pairs])
        for place, pairs in groupby(zip(places, word.glyphs, strict=True), key=lambda pair: pair[0])
    ]
    if not word.quarters:
        parts = overflowing(lattices, parts)
    return ((place, word_of(glyphs)) for place, glyphs in parts)


def overflowing(lattices: Sequence[Lattice], parts: list[tuple[Place, list[Glyph]]]) -> list[tuple[Place, list[Glyph]]]:
    """Parts between which a border runs through a character made one: the text is wider than its cell."""
    runs: list[list[tuple[Place, list[Glyph]]]] = [parts[:1]]
    for part in parts[1:]:
        before, here = runs[-1][-1]
        if straddled(lattices, before, here[-1], part[0]) or straddled(lattices, before, part[1][0], part[0]):
            runs[-1].append(part)
        else:
            runs.append([part])
    return [(own_place(lattices, run), [glyph for _, glyphs in run for glyph in glyphs]) for run in runs]


def straddled(lattices: Sequence[Lattice], before: Place, glyph: Glyph, after: Place) -> bool:
    """Whether the border between two cells runs through a character."""
    if before is None or after is None:
        return False
    border = edges(lattices, before)[2]
    margin = INSIDE * (glyph.right - glyph.left)
    return glyph.left + margin < border < glyph.right - margin


def own_place(lattices: Sequence[Lattice], run: list[tuple[Place, list[Glyph]]]) -> Place:
    """The cell to which text that runs through several belongs: it keeps to a side of it, or to its middle."""
    if len(run) == 1:
        return run[0][0]
    left, right = run[0][1][0].left, run[-1][1][-1].right

    def off(place: Place) -> float:
        if place is None:
            return float("inf")
        edge = edges(lattices, place)
        return min(abs(left - edge[0]), abs(right - edge[2]), abs(left + right - edge[0] - edge[2]) / 2)

    return min((place for place, _ in run), key=off)


def settled(lattices: Sequence[Lattice], found: list[tuple[Place, Word]]) -> list[tuple[Place, Word]]:
    """A line that is printed over the border between two rows goes with the line printed before or after it."""
    result = list(found)
    for number, (place, word) in enumerate(found):
        if place is None:
            continue
        other = across(lattices, place, word)
        if other is None:
            continue
        for step in (-1, 1):
            if not 0 <= number + step < len(found):
                continue
            near, neighbour = result[number + step]
            if near in {place, other} and goes_with(word, neighbour) and across(lattices, near, neighbour) is None:
                result[number] = (near, word)
                break
    return result


def across(lattices: Sequence[Lattice], place: tuple[int, int], word: Word) -> Place:
    """The other cell, above or below, where the border to it runs amid a word."""
    _, top, _, bottom = edges(lattices, place)
    margin = AMID * word.height
    x = (word.left + word.right) / 2
    for border, beyond in ((top, top - margin), (bottom, bottom + margin)):
        if word.top + margin < border < word.bottom - margin:
            other = lattices[place[0]].at(x, beyond)
            return (place[0], other) if other >= 0 and other != place[1] else None
    return None


def goes_with(word: Word, other: Word) -> bool:
    """Whether two words are lines that follow each other in one cell."""
    beside = min(word.right, other.right) - max(word.left, other.left)
    return beside > 0 and 0 < abs(word.top - other.top) <= NEXT_LINE * max(word.height, other.height)
