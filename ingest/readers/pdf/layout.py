"""What stands on a page: tables with their cells' lines, and the lines beside them."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from statistics import median
from typing import TYPE_CHECKING

import pypdfium2.raw as pdfium_c

from ingest.readers.pdf.clips import clip_of
from ingest.readers.pdf.glyphs import glyphs_of
from ingest.readers.pdf.grids import Lattice, lattices_of
from ingest.readers.pdf.lines import TextLine, Word, text_lines, word_of, words_of
from ingest.readers.pdf.rulings import rulings_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pypdfium2 import PdfPage, PdfTextPage

    from ingest.readers.pdf.view import View
    from ingest.readers.source import Box

SNAP = 0.3
"""Lines nearer than this share of the usual character's height are one."""
SNAP_RANGE = (0.8, 3.0)
"""In points, what this may come to."""
FILLED = 2
"""Less cells than this with text in them are a frame, no table."""


@dataclass(frozen=True, slots=True)
class Table:
    """A table: its cells, and the printed lines of each."""

    lattice: Lattice
    lines: tuple[tuple[TextLine, ...], ...]

    @property
    def box(self) -> Box:
        """Its outer edges."""
        return self.lattice.box


@dataclass(frozen=True, slots=True)
class Layout:
    """A page in reading order."""

    width: float
    height: float
    blocks: tuple[Table | TextLine, ...]


def layout_of(page: PdfPage) -> Layout:
    """Read one page."""
    text = page.get_textpage()
    view, glyphs = glyphs_of(page, text)
    height = median(glyph.bottom - glyph.top for glyph in glyphs) if glyphs else 10.0
    tolerance = min(max(SNAP * height, SNAP_RANGE[0]), SNAP_RANGE[1])
    lattices = lattices_of(rulings_of(page, view), tolerance) if glyphs else []
    lattices.sort(key=lambda each: (each.xs[-1] - each.xs[0]) * (each.ys[-1] - each.ys[0]))
    tables, outside = filled(lattices, shown(text, view, words_of(glyphs), lattices, tolerance))
    text.close()
    blocks: list[Table | TextLine] = [*tables, *text_lines(outside)]
    blocks.sort(key=lambda block: (block.box[1], block.box[0]))
    return Layout(view.width, view.height, tuple(blocks))


Place = tuple[int, int] | None
"""The number of a table and of its cell; outside of tables ``None``."""


def shown(
    text: PdfTextPage, view: View, words: list[Word], lattices: list[Lattice], tolerance: float
) -> Iterator[tuple[Place, Word]]:
    """The words with their places. What is cut off at its cell's edge belongs to the cell.

    What is cut off where the page's table ends is not printed here, but on another page.
    """
    for word in words:
        for place, part in placed(lattices, word):
            clip = clip_of(pdfium_c.FPDFText_GetTextObject(text, part.glyphs[0].index), view.matrix)
            x, y = (part.left + part.right) / 2, (part.top + part.bottom) / 2
            if clip is None or (clip[0] <= x <= clip[2] and clip[1] <= y <= clip[3]):
                yield place, part
                continue
            home = home_of(lattices, clip, tolerance)
            if home is not None and not beyond(lattices[home[0]], y):
                yield home, part


def home_of(lattices: list[Lattice], clip: Box, tolerance: float) -> Place:
    """The cell to whose edges something is cut."""
    home = place_of(lattices, (clip[0] + clip[2]) / 2, (clip[1] + clip[3]) / 2)
    if home is None:
        return None
    lattice = lattices[home[0]]
    left, top, right, bottom = lattice.box_of(lattice.areas[home[1]])
    fits = (
        left - tolerance <= clip[0]
        and top - tolerance <= clip[1]
        and clip[2] <= right + tolerance
        and clip[3] <= bottom + tolerance
    )
    return home if fits else None


def beyond(lattice: Lattice, y: float) -> bool:
    """Whether a place is above or below a table."""
    return not lattice.ys[0] <= y <= lattice.ys[-1]


def filled(lattices: list[Lattice], words: Iterable[tuple[Place, Word]]) -> tuple[list[Table], list[Word]]:
    """The tables with their words, and the words outside. A table with words in less than two cells is none."""
    places: dict[tuple[int, int], list[Word]] = {}
    outside: list[Word] = []
    for place, word in words:
        if place is None:
            outside.append(word)
        else:
            places.setdefault(place, []).append(word)
    tables = []
    for number, lattice in enumerate(lattices):
        cells = [places.get((number, area), []) for area in range(len(lattice.areas))]
        if sum(map(bool, cells)) < FILLED:
            outside += [word for cell in cells for word in cell]
        else:
            tables.append(Table(lattice, tuple(tuple(text_lines(cell)) for cell in cells)))
    return tables, outside


def placed(lattices: list[Lattice], word: Word) -> list[tuple[Place, Word]]:
    """A word with the cell in which it stands; in parts, where it runs through several."""
    middle = (word.top + word.bottom) / 2
    places = [place_of(lattices, (glyph.left + glyph.right) / 2, middle) for glyph in word.glyphs]
    if len(set(places)) == 1:
        return [(places[0], word)]
    parts = groupby(zip(places, word.glyphs, strict=True), key=lambda pair: pair[0])
    return [(place, word_of([glyph for _, glyph in pairs])) for place, pairs in parts]


def place_of(lattices: list[Lattice], x: float, y: float) -> Place:
    """The table and cell in which a point lies; of nested tables the inner one."""
    for number, lattice in enumerate(lattices):
        area = lattice.at(x, y)
        if area >= 0:
            return number, area
    return None
