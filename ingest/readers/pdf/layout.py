"""What stands on a page: tables with their cells' lines, and the lines beside them."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING

from ingest.readers.pdf.cells import settled, shown
from ingest.readers.pdf.columns import GUTTER_RULED, lattice_of, segments, table_lines, unruled
from ingest.readers.pdf.covers import parted
from ingest.readers.pdf.glyphs import SLANTED, glyphs_of
from ingest.readers.pdf.grids import Lattice, lattices_of
from ingest.readers.pdf.lines import TextLine, Word, line_of, text_lines, words_of
from ingest.readers.pdf.ocr import engine, recognised
from ingest.readers.pdf.rulings import Rulings, rulings_of
from ingest.readers.pdf.unread import why_unread

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from pypdfium2 import PdfPage, PdfTextPage

    from ingest.readers.pdf.cells import Place
    from ingest.readers.pdf.rulings import Ruling
    from ingest.readers.source import Box

SIZE = 10.0
"""The height of characters (points) where there are none."""
SNAP = 0.3
"""Lines nearer than this share of the usual character's height are one."""
SNAP_RANGE = (0.8, 3.0)
"""In points, what this may come to."""
FILLED = 2
"""Less cells than this with text in them are a frame, no table."""
THREE_LINES = 3
"""So many level lines of one width make a table without upright ones."""


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
    size: float = SIZE
    """How high its characters usually are."""
    furniture: tuple[TextLine, ...] = ()
    """What nobody reads: watermarks, page numbers, running heads, text that something is laid over."""
    unread: str | None = None
    """Why it cannot be read (in Chinese)."""


def layout_of(page: PdfPage) -> Layout:
    """Read one page."""
    text = page.get_textpage()
    try:
        return laid_out(page, text)
    finally:
        text.close()


def laid_out(page: PdfPage, text: PdfTextPage) -> Layout:
    """Read one page from its text and drawing, or where it has no text, from what it shows."""
    view, glyphs = glyphs_of(page, text)
    unread = why_unread(page, text, glyphs)
    if unread is not None and (recognise := engine()) is not None:
        view, glyphs, rulings = recognised(page, recognise)
        unread = None
    elif unread is not None and unread.garbled:
        return Layout(view.width, view.height, (), unread=unread.cause)
    else:
        rulings = rulings_of(page, view) if glyphs else Rulings([], [], [])
    size = median([glyph.bottom - glyph.top for glyph in glyphs]) if glyphs else SIZE
    tolerance = min(max(SNAP * size, SNAP_RANGE[0]), SNAP_RANGE[1])
    lattices, level = lattices_of(rulings, tolerance)
    lattices.sort(key=lambda each: (each.xs[-1] - each.xs[0]) * (each.ys[-1] - each.ys[0]))
    words, hidden = parted(page, text, view, words_of(glyphs), rulings.covers)
    marks = [word for word in words if word.quarters == SLANTED]
    upright = [word for word in words if word.quarters != SLANTED] if marks else words
    tables, outside = filled(lattices, settled(lattices, shown(text, view, upright, lattices, tolerance)))
    aside = (*(line_of([word]) for word in marks), *text_lines(hidden))
    blocks = [light(block) for block in (*tables, *without_rulings(text_lines(outside), level, tolerance))]
    blocks.sort(key=lambda block: (block.box[1], block.box[0]))
    cause = None if unread is None else unread.cause
    return Layout(view.width, view.height, tuple(blocks), size, tuple(map(light_line, aside)), cause)


def light_line(line: TextLine) -> TextLine:
    """A line without its characters, which take more room than all else and are not needed any more."""
    return TextLine(line.text, (), line.box)


def light(block: Table | TextLine) -> Table | TextLine:
    """A block without its characters."""
    if isinstance(block, TextLine):
        return light_line(block)
    return Table(block.lattice, tuple(tuple(map(light_line, cell)) for cell in block.lines))


def filled(lattices: Sequence[Lattice], words: Iterable[tuple[Place, Word]]) -> tuple[list[Table], list[Word]]:
    """The tables with their words, and the words outside.

    A table with words in less than two cells is none, but for the rest of a row that the end of the page before cut.
    """
    words = list(words)
    first = min((word.top for _, word in words), default=0.0)
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
        if sum(map(bool, cells)) < FILLED and not (any(cells) and is_rest(lattice, first)):
            outside += [word for cell in cells for word in cell]
        else:
            tables.append(Table(lattice, tuple(tuple(text_lines(cell)) if cell else () for cell in cells)))
    return tables, outside


def is_rest(lattice: Lattice, first: float) -> bool:
    """Whether a table is one row over several columns, in which the page's first words stand."""
    return len(lattice.ys) == 2 and len(lattice.areas) > FILLED and lattice.ys[0] <= first <= lattice.ys[1]  # noqa: PLR2004


def without_rulings(lines: list[TextLine], level: Sequence[Ruling], tolerance: float) -> Iterator[Table | TextLine]:
    """The lines outside of ruled tables; those that make a table by how they stand as one."""
    for rulings in of_one_width(level, tolerance):
        top, bottom = rulings[0].at, rulings[-1].at
        inside = between(lines, top, bottom)
        found = lattice_of(inside, rulings) if inside else None
        if found:
            yield Table(found[0], table_lines(found[1]))
            lines = [line for line in lines if line not in inside]
    for run in unruled(lines):
        found = lattice_of(run) if len(run) > 1 else None
        if found:
            yield Table(found[0], table_lines(found[1]))
        else:
            yield from run


def between(lines: Sequence[TextLine], top: float, bottom: float) -> list[TextLine]:
    """The lines between two level rulings, and a row of entries right above or below whose outer side is not drawn."""

    def entries(line: TextLine) -> bool:
        return len(segments(line, GUTTER_RULED)) > 1

    inside = [line for line in lines if top < (line.box[1] + line.box[3]) / 2 < bottom]
    if not inside:
        return []
    reach = max(line.box[3] - line.box[1] for line in inside) + min(line.box[1] for line in inside) - top
    above = [line for line in lines if top - reach < line.box[1] and line.box[3] <= top + 1 and entries(line)]
    below = [line for line in lines if line.box[1] >= bottom - 1 and line.box[3] < bottom + reach and entries(line)]
    return above[-1:] + inside + below[:1]


def of_one_width(level: Sequence[Ruling], tolerance: float) -> Iterator[list[Ruling]]:
    """The level lines that begin and end at the same places, from top to bottom, where they are three or more."""
    groups: list[list[Ruling]] = []
    for line in sorted(level):
        for group in groups:
            if abs(group[0].start - line.start) <= tolerance and abs(group[0].end - line.end) <= tolerance:
                group.append(line)
                break
        else:
            groups.append([line])
    return (group for group in groups if len(group) >= THREE_LINES)
