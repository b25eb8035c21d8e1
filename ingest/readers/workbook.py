"""Workbooks: each sheet a page, its cells a grid, every value as it is displayed.

A hidden sheet is a page that says so and is not read: nobody who opens the file sees it. Hidden rows and columns are
read.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from ingest.readers.assemble import Assembler, Table, TableCell

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from ingest.readers.source import Source

HIDDEN = "这张工作表是隐藏的，没有读取"
LOCKED = "文件设有密码，无法读取；请先取消密码"
FAR = 50
"""So many empty rows or columns divide two tables of a sheet; fewer are part of a table."""


class Area(NamedTuple):
    """A merged range: the place where it begins, and how much it covers."""

    row: int
    column: int
    rows: int
    columns: int


@dataclass(slots=True)
class Sheet:
    """A sheet: its cells that hold something, by row and column from zero, and its merged ranges."""

    name: str
    hidden: bool = False
    cells: dict[tuple[int, int], str] = field(default_factory=dict)
    merges: list[Area] = field(default_factory=list)


def assembled(name: str, sha256: str, kind: str, sheets: Iterable[Sheet]) -> Source:
    """The source that a workbook's sheets make."""
    pieces = Assembler()
    for sheet in sheets:
        pieces.page(sheet.name, HIDDEN if sheet.hidden else None)
        pieces.add(_tables(sheet))
    return pieces.source(name, sha256, kind)


def _tables(sheet: Sheet) -> Iterator[Table]:
    """The tables of a sheet, in reading order: one, except where wide emptiness divides it.

    Columns are those of the sheet, except in a table far to the right, which begins with its own first column.
    """
    if sheet.hidden:
        return
    merged = {(area.row, area.column): area for area in sheet.merges}
    held = [merged.pop(place, Area(*place, 1, 1)) for place, text in sheet.cells.items() if text.strip()]
    for beside in _runs(held, lambda area: (area.column, area.columns)):
        for part in _runs(beside, lambda area: (area.row, area.rows)):
            bounds = _bounds(part)
            empty = (area for area in merged.values() if bounds.row <= area.row < bounds.row + bounds.rows
                     and bounds.column <= area.column < bounds.column + bounds.columns)  # fmt: skip
            cells = [_cell(area, bounds, sheet.cells.get((area.row, area.column), "")) for area in (*part, *empty)]
            yield Table(cells, first_row=bounds.row + 1, first_column=bounds.column + 1)


def _runs(areas: Iterable[Area], reach: Callable[[Area], tuple[int, int]]) -> Iterator[list[Area]]:
    """Areas in runs between which more than :data:`FAR` rows or columns are empty; ``reach`` says where one lies."""
    run: list[Area] = []
    end = 0
    for area in sorted(areas, key=reach):
        start, size = reach(area)
        if run and start - end >= FAR:
            yield run
            run = []
        run.append(area)
        end = max(end, start + _reached(size))
    if run:
        yield run


def _reached(size: int) -> int:
    """How far a merged range makes its table reach: one over the whole sheet says nothing."""
    return size if size <= FAR else 1


def _bounds(areas: Sequence[Area]) -> Area:
    """Where a table lies."""
    row, column = min(area.row for area in areas), min(area.column for area in areas)
    column = column if column > FAR else 0
    rows = max(area.row + _reached(area.rows) for area in areas) - row
    columns = max(area.column + _reached(area.columns) for area in areas) - column
    return Area(row, column, rows, columns)


def _cell(area: Area, bounds: Area, text: str) -> TableCell:
    """A cell of a table; a merged range ends where the table does."""
    row, column = area.row - bounds.row, area.column - bounds.column
    return TableCell(row, column, text, min(area.rows, bounds.rows - row), min(area.columns, bounds.columns - column))
