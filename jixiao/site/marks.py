"""What an address asks to mark in a source, and where that stands on a leaf."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING, Any, NamedTuple

from ingest.layout.folding import fold
from jixiao.site.lists import whole_number
from jixiao.view import value_of, view_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from starlette.datastructures import QueryParams

    from ingest.readers import Box, Cell, Grid, Line
    from jixiao.site.originals import Leaf
    from jixiao.view import Graph

SPOT = re.compile(r"(\d{1,7})(?:-(\d{1,7}))?(?:\.(\d{1,4}))?")
MOST = 60
"""So many lines and cells are marked at most: the longest wrapped cell of a text has a third of it."""
WINDOW = (380.0, 200.0)
"""Width and height of the part of a page that is shown beside a value, in points."""
MARGIN = 12.0
"""Between what is marked and the edge of that part."""


@dataclass(frozen=True, slots=True)
class Spot:
    """A line, or a cell: of a line, or of the row of a table on a page. All count from one."""

    line: int | None = None
    column: int | None = None
    page: int | None = None
    row: int | None = None

    @property
    def words(self) -> str:
        """How an address says it: its line, and its column in a table."""
        return f"{self.line}.{self.column}" if self.column else str(self.line)


@dataclass(frozen=True, slots=True)
class Reading:
    """A field of a thing that was read from a source; ``start`` and ``end`` count the source's characters."""

    of: str
    field: str
    line: int
    column: int | None
    start: int
    end: int
    quote: str


@dataclass(frozen=True, slots=True)
class Mark:
    """What stands at a spot of a leaf."""

    spot: Spot
    text: str
    start: int
    end: int
    line: int
    box: Box | None = None

    def holds(self, quote: str) -> bool:
        """Whether a quote, or the line of it that is printed here, is part of it."""
        quoted, printed = fold(quote), fold(self.text)
        return quoted in printed or printed in quoted


class Asked(NamedTuple):
    """What an address asks for."""

    spots: Sequence[Spot]
    quotes: frozenset[str] = frozenset()
    """What of these is meant, where they hold more: each field of which one of these is a piece."""


def asked(query: QueryParams) -> Asked:
    """What an address asks for: :func:`spots`, and ``q=``, quotes from them."""
    return Asked(spots(query), frozenset(query.getlist("q")))


def spots(query: Mapping[str, str]) -> list[Spot]:
    """What an address asks for: ``at=64.7,64.8`` or ``at=9-12``, ``line=64&column=7``, ``page=7&row=3&column=7``."""
    column = whole_number(query["column"]) if "column" in query else None
    if "at" in query:
        parts = filter(None, map(SPOT.fullmatch, query["at"].split(",", MOST)))
        return list(chain.from_iterable(map(_spots, parts)))[:MOST]
    if "line" in query:
        return [Spot(whole_number(query["line"]), column)]
    if "row" in query:
        return [Spot(None, column, whole_number(query.get("page", "1")), whole_number(query["row"]))]
    return []


def _spots(part: re.Match[str]) -> Iterator[Spot]:
    first, column = int(part[1]), int(part[3]) if part[3] else None
    last = min(int(part[2] or first), first + MOST)
    return (Spot(line, column) for line in range(first, last + 1))


def found(leaf: Leaf, spot: Spot) -> list[Mark]:
    """What stands at a spot; nothing where there is none on this leaf."""
    tabbed = leaf.source.format == "text"  # its columns are no cells
    if spot.row is None and (spot.column is None or tabbed):
        read = [_line(spot, line) for line in leaf.source.lines if line.number == spot.line]
        return read or [Mark(spot, line.text, 0, 0, line.number) for line in leaf.lines if line.number == spot.line]
    grids = leaf.source.grids
    return [_cell(leaf, spot, cell) for grid in grids for cell in grid.cells if _is_meant(spot, grid, cell, leaf)]


def _is_meant(spot: Spot, grid: Grid, cell: Cell, leaf: Leaf) -> bool:
    if spot.line is not None:
        here = cell.line == spot.line
    else:
        top = grid.first_row + cell.row
        here = leaf.number == spot.page and top <= (spot.row or 0) < top + cell.rows
    return here and (spot.column is None or cell.column < spot.column <= cell.column + cell.columns)


def _line(spot: Spot, line: Line) -> Mark:
    return Mark(spot, line.text, line.start, line.start + len(line.text), line.number, line.box)


def _cell(leaf: Leaf, spot: Spot, cell: Cell) -> Mark:
    return Mark(spot, leaf.source.text[cell.start : cell.end], cell.start, cell.end, cell.line, cell.box)


def recorded(graph: Graph, document: str, lines: Iterable[int]) -> list[Reading]:
    """What was read from some lines of a document."""
    numbers = " ".join(map(str, sorted(set(lines))))
    if not numbers:
        return []
    solutions = graph.query(view_text("printed", document).replace("{ 0 }", f"{{ {numbers} }}"))
    names = [variable.value for variable in solutions.variables]
    found: Iterable[dict[str, Any]] = ({name: value_of(row[name]) for name in names} for row in solutions)
    return [Reading(**each) for each in found]


def read_here(mark: Mark, readings: Iterable[Reading]) -> list[Reading]:
    """What was read from where a mark stands: from its cell, where cells are told apart."""
    column = mark.spot.column
    return [each for each in readings if each.line == mark.line and column in (None, each.column)]


def within(mark: Mark, leaf: Leaf, readings: Iterable[Reading]) -> list[tuple[int, int]]:
    """The parts of what is marked that were read: where each begins and ends in its text."""
    begin = leaf.begin + mark.start
    parts = [(each.start - begin, each.end - begin, each.quote) for each in read_here(mark, readings)]
    return sorted({(start, end) for start, end, quote in parts if start >= 0 and mark.text[start:end] == quote})


def window(boxes: Sequence[Box], width: float, height: float) -> Box:
    """The part of a page around what is marked; of that, the first and as much as fits beside it."""
    left, right = _extent([(box[0], box[2]) for box in boxes], WINDOW[0], width)
    top, bottom = _extent([(box[1], box[3]) for box in boxes], WINDOW[1], height)
    return left, top, right, bottom


def _extent(marks: Sequence[tuple[float, float]], size: float, most: float) -> tuple[float, float]:
    """A stretch of a size, within a page, around all marks, or else with the first and towards the others."""
    low, high = min(low for low, _ in marks), max(high for _, high in marks)
    first = marks[0]
    if high - low <= size:
        begin = (low + high - size) / 2
    elif low < first[0] and first[1] - first[0] <= size:
        begin = first[1] + MARGIN - size
    else:
        begin = first[0] - MARGIN
    begin = max(0.0, min(begin, most - size))
    return begin, min(begin + size, most)
