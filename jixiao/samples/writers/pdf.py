"""Pages as a printer sets them: ruled tables, cells that a page's end cuts, headers that stand again overleaf."""

from __future__ import annotations

import io
from collections import deque
from dataclasses import dataclass, field, replace
from random import Random
from typing import TYPE_CHECKING

from reportlab.lib.pagesizes import A4  # type: ignore[import-untyped]
from reportlab.pdfbase import pdfmetrics  # type: ignore[import-untyped]
from reportlab.pdfbase.cidfonts import UnicodeCIDFont  # type: ignore[import-untyped]
from reportlab.pdfgen.canvas import Canvas  # type: ignore[import-untyped]

from jixiao.samples.paper import Cell, Paper, Paragraph, Printed, Style, Table

if TYPE_CHECKING:
    from collections.abc import Sequence

FONT = "STSong-Light"
"""Not embedded: a reader takes its own. The characters are known all the same."""
SIZES = {"title": 18.0, "heading": 14.0, "text": 10.5, "right": 9.0}
KEEP = {"title": 130.0, "heading": 130.0, "text": 0.0, "right": 60.0}
"""Points of what follows that have to stand on the same page."""
SMALL = 9.0
"""The size of type in tables."""
MARGIN = 50.0
LEADING = SMALL * 1.3
PAD = 3.0
LONG = 5
"""Lines of a text that anybody knows for one that goes on."""
NARROWEST, WIDEST = 3, 16
"""How wide a column may grow, in characters."""


def write(paper: Paper, style: Style) -> Printed:
    """The document as PDF."""
    pdfmetrics.registerFont(UnicodeCIDFont(FONT))
    press = _Press(style)
    press.canvas.setTitle(paper.title)
    for section in paper.sections:
        press.turn()
        titled = False
        for block in section.blocks:
            if isinstance(block, Table):
                _Setting(press, block).print()
            else:
                press.paragraph(block, keep=0 if titled else KEEP[block.style])
            titled = isinstance(block, Paragraph) and block.style != "text"
    press.close()
    return Printed(press.file.getvalue(), press.pages)


def _width(text: str) -> float:
    """How wide a text is, in wide characters."""
    return float(pdfmetrics.stringWidth(text, FONT, SMALL) + 2 * PAD) / SMALL


def wrap(text: str, width: float, size: float) -> list[str]:
    """A text's lines in a column of so many points; Latin words and numbers break like the rest where they must."""
    lines = []
    for paragraph in text.split("\n"):
        line = ""
        for character in paragraph:
            if line and pdfmetrics.stringWidth(line + character, FONT, size) > width:
                lines.append(line)
                line = ""
            line += character
        lines.append(line)
    return lines if any(lines) else []


class _Press:
    """The pages, and how far down the current one is filled. ``top`` counts down in points as the reader sees them."""

    def __init__(self, style: Style) -> None:
        self.style = style
        self.file = io.BytesIO()
        self.width, self.height = (A4[1], A4[0]) if style.landscape else A4
        self.turned = style.rotated and style.landscape
        self.canvas = Canvas(self.file, pagesize=(self.width, self.height), invariant=1)
        self.rng = Random(f"pages {style.breaks}")
        self.number = 0
        self.top = self.start = 0.0
        self.bottom = MARGIN
        self.pages: dict[str, int] = {}

    def turn(self) -> None:
        """Begin a page; where it ends is any place in its lower half, where the style says so."""
        self.close_page()
        self.number += 1
        self.top = self.start = self.height - MARGIN
        self.bottom = MARGIN + (self.rng.random() * self.height / 2.5 if self.style.breaks else 0)
        if self.turned:
            self.canvas.setPageRotation(90)  # this also exchanges the width and the height of the sheet
            self.canvas.transform(0, 1, -1, 0, A4[0], 0)

    def close_page(self) -> None:
        """Number and end the page."""
        if self.number:
            self.text(f"- {self.number} -", self.width / 2 - 12, 30, SMALL)
            self.canvas.showPage()

    def close(self) -> None:
        """End the file."""
        self.close_page()
        self.canvas.save()

    def room(self) -> float:
        """Points left on the page."""
        return self.top - self.bottom

    @property
    def fresh(self) -> bool:
        """Nothing but the header of a table stands on the page."""
        return self.top >= self.start

    def text(self, text: str, left: float, base: float, size: float) -> None:
        """Print a line."""
        self.canvas.setFont(FONT, size)
        self.canvas.drawString(left, base, text)

    def paragraph(self, block: Paragraph, keep: float) -> None:
        """Print running text; ``keep`` points have to follow on the same page."""
        size = SIZES[block.style]
        leading = size * 1.5
        width = self.width - 2 * MARGIN
        lines = wrap(("" if block.style != "text" else "\u3000\u3000") + block.text, width, size)
        if self.room() < leading * len(lines[:1]) + keep:
            self.turn()
        for line in lines:
            if self.room() < leading:
                self.turn()
            used = pdfmetrics.stringWidth(line, FONT, size)
            share = {"title": 0.5, "heading": 0.5, "right": 1.0}.get(block.style, 0.0)
            self.text(line, MARGIN + (width - used) * share, self.top - size, size)
            self.top -= leading
        self.top -= leading / 3


@dataclass(frozen=True, slots=True)
class _Piece:
    """A row, or as much of it as one page holds. ``lines`` are the most lines that it shows."""

    row: int
    lines: int
    first: bool = True
    """It begins with the row's first line."""
    top: float = 0.0

    @property
    def height(self) -> float:
        """In points."""
        return max(self.lines, 1) * LEADING + 2 * PAD


def _covered(cell: Cell, page: Sequence[_Piece]) -> list[_Piece]:
    return [piece for piece in page if cell.row <= piece.row < cell.row + cell.rows]


def _ends(pieces: Sequence[_Piece]) -> tuple[float, float]:
    """Top of the first and bottom of the last."""
    return pieces[0].top, pieces[-1].top - pieces[-1].height


@dataclass(slots=True)
class _Setting:
    """A table being set on pages."""

    press: _Press
    table: Table
    edges: list[float] = field(default_factory=list)
    lines: dict[Cell, list[str]] = field(default_factory=dict)
    left: dict[Cell, list[str]] = field(default_factory=dict)
    """What of each cell is not printed yet."""
    heights: list[int] = field(default_factory=list)
    """Lines of each row."""

    def print(self) -> None:
        """Set the table from here on, over as many pages as it takes."""
        self.edges = self._edges()
        for cell in self.table.cells:
            width = self.edges[cell.column + cell.columns] - self.edges[cell.column] - 2 * PAD
            self.lines[cell] = wrap(cell.text, width, SMALL)
        self.left = dict(self.lines)
        self.heights = self._heights()
        pieces = deque(_Piece(row, lines) for row, lines in enumerate(self.heights))
        while pieces:
            page = self._fill(pieces)
            self._flush(page, pieces[0] if pieces else None)
            if pieces:
                self.press.turn()
                self._again(pieces[0].row)
        self.press.top -= SMALL

    def _fill(self, pieces: deque[_Piece]) -> list[_Piece]:
        """Take the rows that the page has room for. On an empty page that is at least a part of one."""
        page: list[_Piece] = []
        while pieces and pieces[0].height <= self.press.room():
            self._place(pieces.popleft(), page)
        if pieces and (fitting := self._may_cut(pieces[0], must=self.press.fresh and not page)):
            piece = pieces.popleft()
            pieces.appendleft(replace(piece, lines=piece.lines - fitting, first=False))
            self._place(replace(piece, lines=fitting), page)
        kept = len(page)
        while pieces and kept and not self._may_end(page[:kept]):
            kept -= 1
        if pieces and (kept or not self.press.fresh):
            self._take_back(page, kept, pieces)
        return page

    def _place(self, piece: _Piece, page: list[_Piece]) -> None:
        page.append(replace(piece, top=self.press.top))
        self.press.top -= piece.height

    @staticmethod
    def _take_back(page: list[_Piece], kept: int, pieces: deque[_Piece]) -> None:
        """Leave the rows after so many to the next page; a cut row becomes whole again."""
        for piece in reversed(page[kept:]):
            if pieces and pieces[0].row == piece.row:
                pieces.appendleft(replace(piece, lines=piece.lines + pieces.popleft().lines))
            else:
                pieces.appendleft(piece)
        del page[kept:]

    def _may_cut(self, piece: _Piece, *, must: bool) -> int:
        """How many lines of a row may stand on this page; 0 where it has to go overleaf as a whole.

        Between borders only one cell may go on, and only a long one: nobody could tell the rest of a short one from a
        row of its own.
        """
        fitting = int((self.press.room() - 2 * PAD) // LEADING)
        if must:
            return max(fitting, 1)
        cells = {self.table.owners[piece.row, column] for column in range(self.table.columns)}
        going = [cell for cell in cells if cell.rows == 1 and len(self.left[cell]) > fitting]
        clear = self._open or (len(going) == 1 and len(self.lines[going[0]]) >= LONG)
        return fitting if self.press.style.cut_rows and fitting > 1 and clear else 0

    def _may_end(self, page: Sequence[_Piece]) -> bool:
        """Whether a page may end here: between borders, no short cell over several rows may be cut within its text."""
        if self._open:
            return True
        end = page[-1]
        crossing = [cell for cell in self.table.cells if cell.rows > 1 and cell.row <= end.row < cell.row + cell.rows]
        return all(len(self.lines[cell]) >= LONG or not self._on_page(cell, page)[1] for cell in crossing)

    @property
    def _header(self) -> Sequence[int]:
        """The rows that stand on each page: the header, where no cell of it goes on below."""
        header = self.table.header
        whole = all(cell.row + cell.rows - 1 in header for cell in self.table.cells if cell.row in header)
        return header if self.press.style.repeat_header and whole else ()

    @property
    def _open(self) -> bool:
        """A cell that goes on has no border at the page's end; below a header nobody would see that."""
        return self.press.style.open_cuts and not self._header

    def _again(self, row: int) -> None:
        """The header rows, once more, on a new page."""
        if not self._header or row <= self._header[-1]:
            return
        tops = [self.press.top]
        for each in self._header:
            tops.append(tops[-1] - _Piece(each, self.heights[each]).height)
        for cell in self.table.cells:
            if cell.row in self._header:
                above = cell.row - self._header[0]
                self._box(cell, (tops[above], tops[above + cell.rows]), self.lines[cell])
        self.press.top = self.press.start = tops[-1]

    def _flush(self, page: Sequence[_Piece], following: _Piece | None) -> None:
        """Draw what stands on the page: each cell over the rows that it covers there."""
        for piece in page:
            for mark in self.table.marks.get(piece.row, ()):
                self.press.pages.setdefault(mark, self.press.number)
        beyond = following.row if following else self.table.rows
        for cell in self.table.cells:
            if covered := _covered(cell, page):
                lines, self.left[cell] = self._on_page(cell, page)
                begins = cell.row > page[0].row or (cell.row == page[0].row and page[0].first)
                ends = cell.row + cell.rows - 1 < beyond
                self._box(cell, _ends(covered), lines, (begins or not self._open, ends or not self._open))

    def _on_page(self, cell: Cell, page: Sequence[_Piece]) -> tuple[list[str], list[str]]:
        """The lines of a cell that stand on this page, and those that go overleaf."""
        left = self.left[cell]
        top, bottom = _ends(_covered(cell, page))
        fitting = int((top - bottom - 2 * PAD + 0.1) // LEADING)
        return left[:fitting], left[fitting:]

    def _box(
        self, cell: Cell, ends: tuple[float, float], lines: Sequence[str], ruled: tuple[bool, bool] = (True, True)
    ) -> None:
        """Draw a cell from top to bottom; ``ruled`` says whether there are borders at these ends."""
        left, right = self.edges[cell.column], self.edges[cell.column + cell.columns]
        top, bottom = ends
        canvas = self.press.canvas
        canvas.setLineWidth(0.5)
        canvas.line(left, top, left, bottom)
        canvas.line(right, top, right, bottom)
        for end, border in zip(ends, ruled, strict=True):
            if border:
                canvas.line(left, end, right, end)
        base = top - (top - bottom - LEADING * len(lines)) / 2 - SMALL
        for line in lines:
            used = pdfmetrics.stringWidth(line, FONT, SMALL)
            centred = len(lines) == 1
            self.press.text(line, left + ((right - left - used) / 2 if centred else PAD), base, SMALL)
            base -= LEADING

    def _heights(self) -> list[int]:
        """Lines of each row: its tallest cell, and in the last row what a cell over several rows still needs."""
        heights = [1] * self.table.rows
        for cell in sorted(self.table.cells, key=lambda cell: cell.row + cell.rows):
            end = cell.row + cell.rows
            missing = len(self.lines[cell]) - sum(heights[cell.row : end])
            heights[end - 1] += max(missing, 0)
        return heights

    def _edges(self) -> list[float]:
        """Where columns begin and end: as wide as their longest text asks, within limits, filling the page."""
        wanted = [float(NARROWEST)] * self.table.columns
        for cell in self.table.cells:
            longest = max(map(_width, cell.text.split("\n")), default=0)
            for column in range(cell.column, cell.column + cell.columns):
                wanted[column] = max(wanted[column], min(longest / cell.columns, WIDEST))
        scale = (self.press.width - 2 * MARGIN) / sum(wanted)
        edges = [MARGIN]
        for each in wanted:
            edges.append(edges[-1] + each * scale)
        return edges
