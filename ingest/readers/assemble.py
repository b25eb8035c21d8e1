"""What a file holds, piece by piece, becomes a source: its text, lines, grids and pages.

Readers of workbooks, Word, HTML, Markdown and CSV know cells and paragraphs; here these get their places. A table that
holds tables serves the layout: its rows with tables in them are read cell by cell.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from ingest.readers.source import FORM_FEED, WRAP, Cell, Grid, Line, Page, Source

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

MOST_CELLS = 1_000_000
"""So many cells a document may have, empty ones included: the fullest budgets of a province have a twentieth of it."""


class TooManyCellsError(Exception):
    """A document's tables have more cells than :data:`MOST_CELLS`."""


@dataclass(frozen=True, slots=True)
class TableCell:
    """A cell as a file states it: where it begins (from zero), what it covers, and what it holds."""

    row: int
    column: int
    text: str
    rows: int = 1
    columns: int = 1
    inner: tuple[Block, ...] = ()
    """What the cell holds, where that is more than text: paragraphs and tables in order."""


@dataclass(frozen=True, slots=True)
class Table:
    """The cells of a table. Positions without a cell are empty; of cells that overlap, the later covers less."""

    cells: Sequence[TableCell]
    first_row: int = 1
    """What places call its first row."""
    turns: frozenset[int] = field(default_factory=frozenset)
    """The rows (from zero) with which a new page begins."""
    empty_after: frozenset[int] = field(default_factory=frozenset)
    """The rows after which an empty line stands in the text."""
    first_column: int = 1
    """Which column of its sheet the first one is."""


@dataclass(frozen=True, slots=True)
class Turn:
    """A new page begins."""


Block = str | Table | Turn
"""What a document is made of: a paragraph (of several lines perhaps), a table, a new page."""


def cell_text(text: str) -> str:
    """A cell's text as it stands in a row: on one line, ``WRAP`` where it is printed on several."""
    lines = (line.replace("\t", " ").strip() for line in text.splitlines())
    return WRAP.join(line for line in lines if line)


class Assembler:
    """Takes the pieces in reading order and gives the source."""

    def __init__(self, *, paged: bool = False) -> None:
        """With ``paged``, lines say on which page they stand, and the first page begins at once."""
        self._parts: list[str] = []
        self._length = 0
        self._number = 1
        self._gap = 0
        self._turned = False
        self._cells = 0
        self._lines: list[Line] = []
        self._grids: list[Grid] = []
        self._pages: list[Page] = []
        if paged:
            self._pages.append(Page(1, 0, 0))

    def page(self, name: str | None = None, unread: str | None = None) -> None:
        """Begin a page, or a sheet of that name."""
        if self._pages:
            self._close()
            if self._parts and self._parts[-1] == "\n" and self._length > self._pages[-1].start:
                self._parts[-1] = FORM_FEED
            else:  # a page without a word
                self._add(FORM_FEED)
                self._number += 1
        self._pages.append(Page(len(self._pages) + 1, self._length, self._length, name, unread=unread))
        self._gap = 0
        self._turned = bool(self._lines)

    def add(self, blocks: Iterable[Block]) -> None:
        """Add paragraphs, tables and new pages."""
        for block in blocks:
            if isinstance(block, Table):
                self.table(block)
            elif isinstance(block, Turn):
                self.page()
            else:
                self.paragraph(block)

    def paragraph(self, text: str) -> None:
        """Add a paragraph; an empty one is an empty line."""
        for line in text.splitlines() or [""]:
            self._write(line.replace("\t", " ").rstrip())

    def line(self, text: str) -> None:
        """Add a line as it is, tabs and all."""
        self._write(text)

    def table(self, table: Table) -> None:
        """Add a table: a grid, or where it holds tables, the grids around and in these.

        Raises:
            TooManyCellsError: the document's tables became too many.
        """
        for part in _parted(table):
            if isinstance(part, Table):
                self._grid(part)
            else:
                self.add(part)

    def source(self, name: str, sha256: str, kind: str, encoding: str | None = None) -> Source:
        """All that was added."""
        if self._pages:
            self._close()
        return Source(
            name=name,
            sha256=sha256,
            encoding=encoding,
            text="".join(self._parts),
            lines=tuple(self._lines),
            format=kind,
            grids=tuple(self._grids),
            pages=tuple(self._pages),
        )

    def _grid(self, table: Table) -> None:
        rows = max(cell.row + cell.rows for cell in table.cells)
        columns = max(cell.column + cell.columns for cell in table.cells)
        self._cells += rows * columns
        if self._cells > MOST_CELLS:
            raise TooManyCellsError
        cells = _apart(table.cells)
        if 0 in table.turns:
            self.page()
        page = len(self._pages) or None
        found = [
            placed
            for row, line in enumerate(_rows(cells, rows, columns))
            for placed in self._row(row, line, columns, table)
        ]
        self._grids.append(Grid(page, tuple(found), rows, columns, table.first_row, first_column=table.first_column))
        self._gap = 0

    def _row(self, row: int, cells: Sequence[TableCell], columns: int, table: Table) -> Iterator[Cell]:
        """Write a row; its cells with their places."""
        if row and row in table.turns:
            self.page()
            self._turned = False  # the row goes on in its table
        if row:
            self._gap = 0
        start, number = self._length, self._number
        texts = {cell.column: cell_text(cell.text) for cell in cells}
        self._write("\t".join(texts.get(column, "") for column in range(columns)), table.first_row + row)
        column = 0
        for cell in cells:
            start += cell.column - column  # the tabs
            column = cell.column
            end = start + len(texts[column])
            yield Cell(row, column, start, end, number, cell.rows, cell.columns)
            start = end
        if row in table.empty_after:
            self._write("")

    def _write(self, text: str, row: int | None = None) -> None:
        if text.strip():
            page = len(self._pages) or None
            self._lines.append(Line(text, self._length, self._number, self._turned, self._gap, page, row=row))
            self._gap, self._turned = 0, False
        else:
            self._gap += 1
        self._add(text)
        self._add("\n")
        self._number += 1

    def _add(self, text: str) -> None:
        self._parts.append(text)
        self._length += len(text)

    def _close(self) -> None:
        """Say where the last page ends: before the end of its last line."""
        page = self._pages[-1]
        self._pages[-1] = replace(page, end=max(page.start, self._length - 1))


def _apart(cells: Iterable[TableCell]) -> list[TableCell]:
    """The cells in reading order, none on another: one that would lie on another covers its own place alone."""
    taken: set[tuple[int, int]] = set()
    ordered = sorted(cells, key=lambda cell: (cell.row, cell.column))
    origins = {(cell.row, cell.column) for cell in ordered if cell.text.strip()}
    found = []
    looked_at = 0
    for cell in ordered:
        if (cell.row, cell.column) in taken:
            continue
        area = _area(cell)
        looked_at += len(area)
        if looked_at > 2 * MOST_CELLS:  # cells that lie on each other a thousand times
            raise TooManyCellsError
        if len(area) > 1 and any(place in taken or place in origins for place in area[1:]):
            cell = replace(cell, rows=1, columns=1)  # noqa: PLW2901 - the same cell, smaller
            area = _area(cell)
        taken.update(area)
        found.append(cell)
    return found


def _area(cell: TableCell) -> list[tuple[int, int]]:
    return [(row, column) for row in range(cell.row, cell.row + cell.rows)
            for column in range(cell.column, cell.column + cell.columns)]  # fmt: skip


def _rows(cells: Sequence[TableCell], rows: int, columns: int) -> Iterator[list[TableCell]]:
    """Row by row the cells that begin there, empty ones included."""
    begun: dict[int, dict[int, TableCell]] = defaultdict(dict)
    covered: dict[int, set[int]] = defaultdict(set)
    for cell in cells:
        begun[cell.row][cell.column] = cell
        for row in range(cell.row, cell.row + cell.rows):
            covered[row].update(range(cell.column, cell.column + cell.columns))
    for row in range(rows):
        free = (TableCell(row, column, "") for column in range(columns) if column not in covered[row])
        yield sorted((*begun[row].values(), *free), key=lambda cell: cell.column)


def _parted(table: Table) -> Iterator[Table | Sequence[Block]]:
    """The table without what it holds, and what it holds, in order; a table of one cell holds its paragraphs."""
    if not table.cells:
        return
    if len(table.cells) == 1:
        (cell,) = table.cells
        yield cell.inner or (cell.text,)
        return
    holding = sorted({cell.row for cell in table.cells if cell.inner})
    first = 0
    for row in (*holding, max(cell.row + cell.rows for cell in table.cells)):
        if part := _between(table, first, row):
            yield part
        for cell in sorted((each for each in table.cells if each.row == row), key=lambda each: each.column):
            yield cell.inner or (cell.text,) if cell.inner or cell.text.strip() else ()
        first = row + 1


def _between(table: Table, first: int, end: int) -> Table | None:
    """The rows of a table from ``first`` to before ``end``."""
    cells = [
        replace(cell, row=cell.row - first, rows=min(cell.rows, end - cell.row))
        for cell in table.cells
        if first <= cell.row < end
    ]
    turns, empty = (
        frozenset(row - first for row in rows if first <= row < end) for rows in (table.turns, table.empty_after)
    )
    return Table(cells, table.first_row + first, turns, empty, table.first_column) if cells else None
