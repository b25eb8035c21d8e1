"""Pages in reading order become the text of a source, with the places of its lines and cells."""

from __future__ import annotations

from statistics import median
from typing import TYPE_CHECKING

from ingest.readers.pdf.layout import Layout, Table
from ingest.readers.source import FORM_FEED, WRAP, Cell, Grid, Line, Page

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ingest.readers.pdf.lines import TextLine
    from ingest.readers.source import Box


class Assembly:
    """The text as far as it is written, and what stands in it."""

    def __init__(self) -> None:
        self.parts: list[str] = []
        self.length = 0
        self.number = 1
        self.lines: list[Line] = []
        self.grids: list[Grid] = []
        self.pages: list[Page] = []
        self.page_break = False

    def write(self, text: str) -> None:
        """Add to the text."""
        self.parts.append(text)
        self.length += len(text)

    def page(self, number: int, layout: Layout) -> None:
        """Add a page."""
        start = self.length
        self.page_break = bool(self.lines)
        before: Box | None = None
        pitch = pitch_of(layout)
        for block in layout.blocks:
            gap = gap_between(before, block.box, pitch)
            if isinstance(block, Table):
                self.table(number, block, gap)
            else:
                self.line(number, block, gap)
            before = block.box
        for line in layout.furniture:
            self.write(line.text + "\n")
            self.number += 1
        end = self.length
        self.write(FORM_FEED)
        self.pages.append(Page(number, start, end, width=layout.width, height=layout.height, unread=layout.unread))

    def line(self, page: int, line: TextLine, gap: int) -> None:
        """Add a line outside of tables."""
        self.end_line(Line(line.text, self.length, self.number, self.page_break, gap, page, line.box))

    def end_line(self, line: Line) -> None:
        """Write a line, and keep it where it is not empty."""
        self.write(line.text + "\n")
        self.number += 1
        if line.text.strip():
            self.lines.append(line)
            self.page_break = False

    def table(self, page: int, table: Table, gap: int) -> None:
        """Add a table, row by row."""
        lattice = table.lattice
        rows, columns = len(lattice.ys) - 1, len(lattice.xs) - 1
        starting: dict[tuple[int, int], int] = {(area.row, area.column): i for i, area in enumerate(lattice.areas)}
        cells: list[Cell] = []
        for row in range(rows):
            texts = []
            position = self.length
            for column in range(columns):
                number = starting.get((row, column))
                text = ""
                if number is not None:
                    area = lattice.areas[number]
                    text = WRAP.join(line.text for line in table.lines[number])
                    cells.append(
                        Cell(row, column, position, position + len(text), self.number, area.rows, area.columns,
                             lattice.box_of(area), area.open_above)
                    )  # fmt: skip
                texts.append(text)
                position += len(text) + 1
            box = (lattice.xs[0], lattice.ys[row], lattice.xs[-1], lattice.ys[row + 1])
            self.end_line(
                Line("\t".join(texts), self.length, self.number, self.page_break, 0 if row else gap, page, box, row + 1)
            )
        self.grids.append(Grid(page, tuple(cells), rows, columns, edges=lattice.xs, box=lattice.box))


def assembled(layouts: Iterable[Layout]) -> tuple[str, tuple[Line, ...], tuple[Grid, ...], tuple[Page, ...]]:
    """The text of some pages, its lines, tables and pages."""
    assembly = Assembly()
    for number, layout in enumerate(layouts, 1):
        assembly.page(number, layout)
    return "".join(assembly.parts), tuple(assembly.lines), tuple(assembly.grids), tuple(assembly.pages)


def pitch_of(layout: Layout) -> float:
    """The usual distance between the tops of lines, in points."""
    boxes = [block.box for block in layout.blocks if not isinstance(block, Table)]
    heights = [box[3] - box[1] for box in boxes]
    return 1.5 * median(heights) if heights else 15.0


def gap_between(before: Box | None, box: Box, pitch: float) -> int:
    """How many empty lines stand between two blocks."""
    if before is None:
        return 0
    return max(0, round((box[1] - before[3]) / pitch - 0.5))
