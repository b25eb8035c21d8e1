"""Workbooks: each sheet a page, its cells a grid, every value as it is displayed.

A hidden sheet is a page that says so and is not read: nobody who opens the file sees it. Hidden rows and columns are
read.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from ingest.readers.assemble import Assembler, Table, TableCell

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

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
    held = {place: text for place, text in sheet.cells.items() if text.strip()}
    for left, right in _stretches({column for _, column in held}):
        for top, bottom in _stretches({row for row, column in held if left <= column <= right}):
            bounds = _Bounds(top, left if left > FAR else 0, bottom, right)
            yield Table(list(_cells(held, sheet.merges, bounds)), first_row=top + 1)


class _Bounds(NamedTuple):
    """First and last row and column of a table."""

    top: int
    left: int
    bottom: int
    right: int

    def hold(self, row: int, column: int) -> bool:
        return self.top <= row <= self.bottom and self.left <= column <= self.right


def _cells(held: Mapping[tuple[int, int], str], merges: Sequence[Area], bounds: _Bounds) -> Iterator[TableCell]:
    """The cells of a table that hold something or are merged; a merged range ends where the table does."""
    single = {place: Area(*place, 1, 1) for place in held}
    for area in (single | {(area.row, area.column): area for area in merges}).values():
        if bounds.hold(area.row, area.column):
            yield TableCell(
                area.row - bounds.top,
                area.column - bounds.left,
                held.get((area.row, area.column), ""),
                min(area.rows, bounds.bottom - area.row + 1),
                min(area.columns, bounds.right - area.column + 1),
            )


def _stretches(used: set[int]) -> list[tuple[int, int]]:
    """First and last of each run of numbers between which no more than :data:`FAR` are missing."""
    ordered = sorted(used)
    cuts = [(one, two) for one, two in pairwise(ordered) if two - one > FAR]
    return list(zip([*ordered[:1], *(two for _, two in cuts)], [*(one for one, _ in cuts), *ordered[-1:]], strict=True))
