"""Tables with known cells, joined over page ends: the cells of one table in one count of rows and columns."""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING

from ingest.layout.fragments import WORD, Fragment, Gap
from ingest.layout.passage import Passage, passage

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from ingest.readers.source import Cell, Grid, Line, Source

PAGE_NUMBER = re.compile(r"\W*(第?\s*\d{1,4}\s*页?)(\W*(共|of)?\s*\d{1,4}\s*页?)?\W*")
"""A line between two parts of a table that only counts pages."""
SAME_BORDER = 3.0
"""Borders that are nearer to each other than this (points) are one."""
SAME_SIDE = 8.0
"""How far (points) the sides of one table may differ from page to page."""


@dataclass(frozen=True)
class Printed:
    """One cell with what is printed in it; ``row`` and ``column`` count in the lattice."""

    row: int
    column: int
    rows: int
    columns: int
    part: Passage
    cut: bool
    """A page's end cut the cell: it goes on from the page before."""

    @cached_property
    def text(self) -> str:
        """The printed text without white space."""
        return self.part.bare

    @property
    def bottom(self) -> int:
        """The first row below the cell."""
        return self.row + self.rows

    @property
    def right(self) -> int:
        """The first column beside the cell."""
        return self.column + self.columns


@dataclass(frozen=True)
class Lattice:
    """A table, over as many pages as it has: its cells in reading order, empty ones included."""

    cells: tuple[Printed, ...]
    rows: int
    columns: int
    breaks: frozenset[int]
    """The rows with which a new page begins."""
    lines: tuple[int, int]
    """The numbers of its first and last line in the source."""
    start: int
    end: int
    """Where it stands in the source's text."""
    page: int | None = None
    above: tuple[Line, ...] = field(default=(), compare=False)
    """The lines between the table before and this one."""
    measured: bool = False
    """Its columns were told apart by where their borders stand."""

    @cached_property
    def cover(self) -> dict[tuple[int, int], Printed]:
        """Which cell covers each place."""
        return {
            (row, column): cell
            for cell in self.cells
            for row in range(cell.row, cell.bottom)
            for column in range(cell.column, cell.right)
        }

    @cached_property
    def by_row(self) -> list[list[Printed]]:
        """The cells that begin in each row."""
        rows: list[list[Printed]] = [[] for _ in range(self.rows)]
        for cell in self.cells:
            rows[cell.row].append(cell)
        return rows

    def at(self, row: int, column: int) -> Printed | None:
        """The cell that covers a place."""
        return self.cover.get((row, column))

    def across(self, row: int) -> Iterator[Printed]:
        """The cells that cover a row, from left to right, each once."""
        last = None
        for column in range(self.columns):
            cell = self.at(row, column)
            if cell is not None and cell is not last:
                yield cell
                last = cell


def lattices_of(source: Source) -> list[Lattice]:
    """The tables of a source in reading order; a table that goes on over a page's end is one."""
    found: list[Lattice] = []
    for run, above in runs(source):
        found.append(joined(run, above, source))
    return found


def runs(source: Source) -> Iterator[tuple[list[Grid], tuple[Line, ...]]]:
    """The grids that belong together, with the lines above them."""
    free = [line for line in source.lines if line.row is None]
    run: list[Grid] = []
    above: tuple[Line, ...] = ()
    index = 0
    for grid in source.grids:
        first = min((cell.line for cell in grid.cells), default=0)
        between = []
        while index < len(free) and free[index].number < first:
            between.append(free[index])
            index += 1
        told = [line for line in between if not PAGE_NUMBER.fullmatch(line.text.strip())]
        if run and goes_on(run[-1], grid) and (not told or is_open(grid)):
            run.append(grid)
            continue
        if run:
            yield run, above
        run, above = [grid], tuple(between)
    if run:
        yield run, above


def goes_on(before: Grid, after: Grid) -> bool:
    """Whether a grid is the next page's part of the one before."""
    if before.page is None or after.page != before.page + 1:
        return False
    if not before.edges or not after.edges:
        return False  # the sheets of a workbook are tables of their own
    left, right = before.edges[0] - after.edges[0], before.edges[-1] - after.edges[-1]
    return abs(left) < SAME_SIDE and abs(right) < SAME_SIDE


def is_open(grid: Grid) -> bool:
    """Whether a grid has no border above its first row: what is printed before it only ran over its cells' ends."""
    return any(cell.open_above for cell in grid.cells if cell.row == 0)


def joined(run: Sequence[Grid], above: tuple[Line, ...], source: Source) -> Lattice:
    """One lattice of some grids: rows are counted on, columns by where their borders stand."""
    edges = borders(edge for grid in run for edge in grid.edges)
    cells: list[Printed] = []
    breaks: set[int] = set()
    offset = 0
    for grid in run:
        if offset:
            breaks.add(offset)
        cells += (printed(cell, grid, edges, offset, source.text) for cell in grid.cells)
        offset += grid.rows
    cells = whole_cells(cells, breaks)
    columns = len(edges) - 1 if edges else max(grid.columns for grid in run)
    starts = [cell.start for grid in run for cell in grid.cells]
    ends = [cell.end for grid in run for cell in grid.cells]
    numbers = [cell.line for grid in run for cell in grid.cells]
    return Lattice(
        tuple(cells),
        offset,
        columns,
        frozenset(breaks),
        (min(numbers, default=0), max(numbers, default=0)),
        min(starts, default=0),
        max(ends, default=0),
        run[0].page,
        above,
        bool(edges),
    )


def whole_cells(cells: Sequence[Printed], breaks: set[int]) -> list[Printed]:
    """The cells with those that a page's end cut made whole: each is one cell over all its pages."""
    found: list[Printed] = []
    ending: dict[tuple[int, int, int], int] = {}
    for cell in cells:
        above = ending.get((cell.row, cell.column, cell.columns)) if cell.cut and cell.row in breaks else None
        if above is not None:
            found[above] = grown(found[above], cell)
        else:
            above = len(found)
            found.append(cell)
        ending[cell.bottom, cell.column, cell.columns] = above
    return found


def grown(cell: Printed, rest: Printed) -> Printed:
    """A cell with the part of it that stands on the next page."""
    more = [replace(fragment, gap=Gap.SPACE) for fragment in rest.part.fragments]
    part = passage([*cell.part.fragments, *more])
    return Printed(cell.row, cell.column, cell.rows + rest.rows, cell.columns, part, cell.cut)


def borders(edges: Iterable[float]) -> list[float]:
    """The borders of columns, those that nearly meet counted once."""
    found: list[float] = []
    for edge in sorted(edges):
        if not found or edge - found[-1] > SAME_BORDER:
            found.append(edge)
    return found


def printed(cell: Cell, grid: Grid, edges: Sequence[float], offset: int, text: str) -> Printed:
    """A cell of a grid in the lattice's count."""
    column, columns = cell.column, cell.columns
    if edges and grid.edges:
        column = nearest(edges, grid.edges[cell.column])
        columns = max(1, nearest(edges, grid.edges[cell.column + cell.columns]) - column)
    row = grid.first_row + cell.row
    fragments = cell_fragments(cell, text, grid.page, row)
    return Printed(cell.row + offset, column, cell.rows, columns, passage(fragments), cell.open_above)


def nearest(edges: Sequence[float], edge: float) -> int:
    """Which of some borders one is."""
    right = min(bisect_left(edges, edge), len(edges) - 1)
    return right - 1 if right and edge - edges[right - 1] < edges[right] - edge else right


def cell_fragments(cell: Cell, text: str, page: int | None, row: int) -> list[Fragment]:
    """The words of a cell; the first of them is marked as a cell's beginning."""
    gap = Gap.TAB
    found: list[Fragment] = []
    for word in WORD.finditer(text, cell.start, cell.end):
        found.append(Fragment(word[0], word.start(), cell.line, gap, cell.column, page, row))
        gap = Gap.SPACE
    return found
