"""The page model that every reader gives: the text of a source, its lines, and the cells of its tables.

The text is all that is printed, in reading order; every place in a record counts characters of it. A row of a table is
one line of the text, its cells divided by tabs (a merged cell stands in its first row and column, the cells that it
covers are empty); where a cell is printed on several lines, ``WRAP`` stands between them. ``FORM_FEED`` ends a page.
"""

from __future__ import annotations

from dataclasses import dataclass, field

WRAP = "\u2028"
"""Between the printed lines of one cell."""
FORM_FEED = "\f"
"""Between pages, and between the sheets of a workbook."""

Box = tuple[float, float, float, float]
"""Left, top, right and bottom in points, from the page's upper left corner as a reader sees it."""


@dataclass(frozen=True, slots=True)
class Line:
    """One printed line: ``text`` stands at ``start`` (code points) of the source's text; ``number`` is 1-based."""

    text: str
    start: int
    number: int
    page_break: bool
    """A new page begins with this line."""
    gap: int
    """How many empty lines stand before it."""
    page: int | None = None
    """1-based, where the source has pages or sheets."""
    box: Box | None = None
    row: int | None = None
    """Of a line that is a row of a table: the number of the row, from one."""

    @property
    def tabbed(self) -> bool:
        """Whether the line is a row of cells divided by tabs."""
        return "\t" in self.text or self.row is not None


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of a table. Its text stands at ``start`` to ``end`` of the source's text, ``WRAP`` between its lines.

    ``row`` and ``column`` count from zero; ``rows`` and ``columns`` say how many a merged cell covers.
    """

    row: int
    column: int
    start: int
    end: int
    line: int
    """The number of the line of text that its row is."""
    rows: int = 1
    columns: int = 1
    box: Box | None = None
    open_above: bool = False
    """The page's end cut it: it has no border above, and goes on from the page before."""


@dataclass(frozen=True, slots=True)
class Grid:
    """A table as it is printed on one page: cells that do not overlap, empty ones included, in reading order.

    A table that runs over pages is one grid a page.
    """

    page: int | None
    cells: tuple[Cell, ...]
    rows: int
    columns: int
    first_row: int = 1
    """What ``row`` 0 is called in places: 1, or where a sheet's rows have numbers, the first one's."""
    edges: tuple[float, ...] = ()
    """Where the columns' borders stand, from left to right (one more than columns), where the page has a measure."""
    box: Box | None = None
    first_column: int = 1
    """Which column of its sheet ``column`` 0 is."""


@dataclass(frozen=True, slots=True)
class Page:
    """A page, or a sheet of a workbook."""

    number: int
    start: int
    """Where its text begins."""
    end: int
    name: str | None = None
    """A sheet's name."""
    width: float | None = None
    """In points, as a reader sees the page."""
    height: float | None = None
    unread: str | None = None
    """Why nothing could be read on it (in Chinese): a scan without a text layer, say."""


@dataclass(frozen=True, slots=True)
class Source:
    """The text of a file, with what identifies the file."""

    name: str
    sha256: str
    encoding: str | None
    """Of a text file; ``None`` where the format says how characters are stored."""
    text: str
    lines: tuple[Line, ...]
    """The lines that are not empty and no page furniture, rows of tables among them."""
    format: str = "text"
    """pdf, xlsx, xls, docx, doc, html, markdown, csv or text."""
    grids: tuple[Grid, ...] = ()
    """The tables whose cells are known, in reading order."""
    pages: tuple[Page, ...] = field(default=())
