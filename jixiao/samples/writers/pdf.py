"""Pages as a printer sets them: ruled tables, cells that a page's end cuts, headers that stand again overleaf."""

from __future__ import annotations

import io
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
SMALL = 9.0
"""The size of type in tables."""
MARGIN = 50.0
PAD = 3.0
NARROWEST, WIDEST = 3, 16
"""How wide a column may grow, in characters."""


def write(paper: Paper, style: Style) -> Printed:
    """The document as PDF."""
    pdfmetrics.registerFont(UnicodeCIDFont(FONT))
    press = _Press(style)
    press.canvas.setTitle(paper.title)
    for section in paper.sections:
        press.turn()
        for block in section.blocks:
            if isinstance(block, Table):
                _Setting(press, block).print()
            else:
                press.paragraph(block, keep=40 if block.style != "text" else 0)
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
        self.canvas = Canvas(self.file, pagesize=A4 if self.turned else (self.width, self.height), invariant=1)
        self.rng = Random(f"pages {style.breaks}")
        self.number = 0
        self.top = 0.0
        self.bottom = MARGIN
        self.pages: dict[str, int] = {}

    def turn(self) -> None:
        """Begin a page; where it ends is any place in its lower half, where the style says so."""
        self.close_page()
        self.number += 1
        self.top = self.height - MARGIN
        self.bottom = MARGIN + (self.rng.random() * self.height / 2.5 if self.style.breaks else 0)
        if self.turned:
            self.canvas.setPageRotation(90)
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


@dataclass(slots=True)
class _Piece:
    """A row, or as much of it as one page holds. ``lines`` are the most lines that it shows."""

    row: int
    lines: int
    first: bool = True
    top: float = 0.0

    @property
    def height(self) -> float:
        """In points."""
        return max(self.lines, 1) * SMALL * 1.3 + 2 * PAD


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
        on_page: list[_Piece] = []
        for row, height in enumerate(self.heights):
            on_page = self._row(row, height, on_page)
        self._flush(on_page, last=True)
        self.press.top -= SMALL

    def _row(self, row: int, lines: int, on_page: list[_Piece]) -> list[_Piece]:
        """Put a row on the page, or the next; a row taller than a page is cut."""
        piece = _Piece(row, lines)
        while piece.height > self.press.room():
            fitting = int((self.press.room() - 2 * PAD) // (SMALL * 1.3))
            if fitting >= 1 and not on_page:
                cut, piece = replace(piece, lines=fitting), replace(piece, lines=piece.lines - fitting, first=False)
                self._place(cut, on_page)
            self._flush(on_page, last=False)
            self.press.turn()
            self._again(row)
            on_page = []
        self._place(piece, on_page)
        return on_page

    def _place(self, piece: _Piece, on_page: list[_Piece]) -> None:
        piece.top = self.press.top
        self.press.top -= piece.height
        on_page.append(piece)
        for mark in self.table.marks.get(piece.row, ()):
            self.press.pages.setdefault(mark, self.press.number)

    def _again(self, row: int) -> None:
        """The header rows, once more, on a new page; only where no cell of them goes on below."""
        header = self.table.header
        cells = [cell for cell in self.table.cells if cell.row in header]
        whole = all(cell.row + cell.rows - 1 in header for cell in cells)
        if not (self.press.style.repeat_header and header and whole and row > header[-1]):
            return
        tops = [self.press.top]
        for each in header:
            tops.append(tops[-1] - _Piece(each, self.heights[each]).height)
        for cell in cells:
            above = cell.row - header[0]
            self._box(cell, (tops[above], tops[above + cell.rows]), self.lines[cell])
        self.press.top = tops[-1]

    def _flush(self, pieces: Sequence[_Piece], *, last: bool) -> None:
        """Draw what stands on the page: each cell over the rows that it covers there."""
        for cell in self.table.cells:
            covered = [piece for piece in pieces if cell.row <= piece.row < cell.row + cell.rows]
            if not covered:
                continue
            top, bottom = covered[0].top, covered[-1].top - covered[-1].height
            lines, self.left[cell] = self._part(cell, top - bottom, pieces[-1])
            begins = cell.row >= pieces[0].row and (cell.row > pieces[0].row or pieces[0].first)
            ends = last or cell.row + cell.rows - 1 <= pieces[-1].row
            opened = self.press.style.open_cuts
            self._box(cell, (top, bottom), lines, (begins or not opened, ends or not opened))

    def _part(self, cell: Cell, height: float, end: _Piece) -> tuple[list[str], list[str]]:
        """The lines of a cell that stand on this page, and those that go overleaf."""
        left = self.left[cell]
        if cell.row + cell.rows - 1 < end.row:
            return left, []
        fitting = max(int((height - 2 * PAD + 0.1) // (SMALL * 1.3)), 0)
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
        leading = SMALL * 1.3
        base = top - (top - bottom - leading * len(lines)) / 2 - SMALL
        for line in lines:
            used = pdfmetrics.stringWidth(line, FONT, SMALL)
            centred = len(lines) == 1
            self.press.text(line, left + ((right - left - used) / 2 if centred else PAD), base, SMALL)
            base -= leading

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
