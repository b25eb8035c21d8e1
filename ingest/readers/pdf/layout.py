"""What stands on a page: tables with their cells' lines, and the lines beside them."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING

from ingest.readers.pdf.glyphs import glyphs_of
from ingest.readers.pdf.grids import Lattice, lattices_of
from ingest.readers.pdf.lines import TextLine, Word, text_lines, word_of, words_of
from ingest.readers.pdf.rulings import rulings_of

if TYPE_CHECKING:
    from pypdfium2 import PdfPage

    from ingest.readers.source import Box

SNAP = 0.3
"""Lines nearer than this share of the usual character's height are one."""
SNAP_RANGE = (0.8, 3.0)
"""In points, what this may come to."""


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
    text.close()
    height = median(glyph.bottom - glyph.top for glyph in glyphs) if glyphs else 10.0
    tolerance = min(max(SNAP * height, SNAP_RANGE[0]), SNAP_RANGE[1])
    lattices = lattices_of(rulings_of(page, view), tolerance) if glyphs else []
    lattices.sort(key=lambda each: (each.xs[-1] - each.xs[0]) * (each.ys[-1] - each.ys[0]))
    tables, outside = filled(lattices, words_of(glyphs))
    blocks: list[Table | TextLine] = [*tables, *text_lines(outside)]
    blocks.sort(key=lambda block: (block.box[1], block.box[0]))
    return Layout(view.width, view.height, tuple(blocks))


def filled(lattices: list[Lattice], words: list[Word]) -> tuple[list[Table], list[Word]]:
    """The tables with their words, and the words outside. A table with words in less than two cells is none."""
    places: dict[tuple[int, int], list[Word]] = {}
    outside: list[Word] = []
    for word in words:
        for place, part in placed(lattices, word):
            if place is None:
                outside.append(part)
            else:
                places.setdefault(place, []).append(part)
    tables = []
    for number, lattice in enumerate(lattices):
        cells = [places.get((number, area), []) for area in range(len(lattice.areas))]
        if sum(map(bool, cells)) < 2:
            outside += [word for cell in cells for word in cell]
        else:
            tables.append(Table(lattice, tuple(tuple(text_lines(cell)) for cell in cells)))
    return tables, outside


def placed(lattices: list[Lattice], word: Word) -> list[tuple[tuple[int, int] | None, Word]]:
    """A word with the cell in which it stands; in parts, where it runs through several."""
    middle = (word.top + word.bottom) / 2
    places = [place_of(lattices, (glyph.left + glyph.right) / 2, middle) for glyph in word.glyphs]
    if len(set(places)) == 1:
        return [(places[0], word)]
    parts: list[tuple[tuple[int, int] | None, list]] = []
    for place, glyph in zip(places, word.glyphs, strict=True):
        if not parts or parts[-1][0] != place:
            parts.append((place, []))
        parts[-1][1].append(glyph)
    return [(place, word_of(glyphs)) for place, glyphs in parts]


def place_of(lattices: list[Lattice], x: float, y: float) -> tuple[int, int] | None:
    """The table and cell in which a point lies; of nested tables the inner one."""
    for number, lattice in enumerate(lattices):
        area = lattice.at(x, y)
        if area >= 0:
            return number, area
    return None
