"""The neutral page model: what is printed, before it is a file of some kind. One writer a kind prints it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Literal, Self

if TYPE_CHECKING:
    from decimal import Decimal
    from random import Random

Levels = Literal["merged", "repeated", "blank"]
"""How a level that holds for several rows is printed: one merged cell, again in each row, or once above empty cells."""


@dataclass(frozen=True, slots=True)
class Figure:
    """A number as it is printed, which a spreadsheet keeps as ``number`` under a number format."""

    number: Decimal
    shown: str
    format: str = "General"


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell at ``row`` and ``column`` (from zero) over so many rows and columns; ``text`` may have line breaks."""

    row: int
    column: int
    text: str
    rows: int = 1
    columns: int = 1
    figure: Figure | None = None
    """What a spreadsheet keeps instead of the text."""


@dataclass(frozen=True)
class Table:
    """Cells that cover a rectangle, none over another, in reading order.

    ``header`` names the rows that may be printed again on each page, ``marks`` what begins in a row (row → names).
    """

    cells: tuple[Cell, ...]
    rows: int
    columns: int
    header: tuple[int, ...] = ()
    marks: Mapping[int, tuple[str, ...]] = field(default_factory=dict)

    @cached_property
    def owners(self) -> dict[tuple[int, int], Cell]:
        """Row and column → the cell that covers them."""
        return {
            (row, column): cell
            for cell in self.cells
            for row in range(cell.row, cell.row + cell.rows)
            for column in range(cell.column, cell.column + cell.columns)
        }


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Running text; ``style`` says what it is."""

    text: str
    style: str = "text"
    """title, heading, text or right (aligned to the right)."""


@dataclass(frozen=True, slots=True)
class Section:
    """What begins on a new page, or fills a sheet of a workbook."""

    name: str
    blocks: tuple[Paragraph | Table, ...]


@dataclass(frozen=True, slots=True)
class Paper:
    """A whole document."""

    title: str
    sections: tuple[Section, ...]


@dataclass(frozen=True, slots=True)
class Style:
    """How a department's software prints; what stands in the document does not depend on it."""

    levels: Levels = "merged"
    yuan: bool = False
    """Amounts of tables are in 元, not in 万元."""
    thousands: bool = False
    """Commas part the thousands."""
    landscape: bool = True
    rotated: bool = False
    """A landscape page is a portrait page turned about."""
    repeat_header: bool = True
    """Header rows stand on each page of a table."""
    open_cuts: bool = False
    """A cell that a page's end cuts has no border there."""
    cut_rows: bool = False
    """A page may end within a row."""
    running: bool = False
    """A form begins where the last one ends, not on a page or sheet of its own."""
    breaks: int = 0
    """Seed of where pages end; 0 fills each page."""

    @classmethod
    def draw(cls, rng: Random) -> Self:
        """Any style."""
        return cls(
            levels=rng.choice(("merged", "repeated", "blank")),
            yuan=rng.random() < 1 / 3,
            thousands=rng.random() < 1 / 3,
            landscape=rng.random() < 1 / 2,
            rotated=rng.random() < 1 / 4,
            repeat_header=rng.random() < 1 / 2,
            open_cuts=rng.random() < 1 / 2,
            cut_rows=rng.random() < 1 / 2,
            running=rng.random() < 1 / 2,
            breaks=rng.randrange(1_000),
        )


@dataclass(frozen=True, slots=True)
class Printed:
    """A file, and the page or sheet (from one) on which each mark stands, where the kind has pages."""

    data: bytes
    pages: Mapping[str, int]


Writer = Callable[[Paper, Style], Printed]
