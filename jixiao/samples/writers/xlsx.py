"""A workbook: each section fills a sheet, figures are numbers, merged cells are merged."""

from __future__ import annotations

import io
import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import xlsxwriter  # type: ignore[import-untyped]

from jixiao.samples.paper import Cell, Paper, Paragraph, Printed, Section, Style, Table

if TYPE_CHECKING:
    from collections.abc import Iterator

CREATED = datetime(2025, 1, 2, 3, 4, 5, tzinfo=UTC)
"""Written into each workbook: the same content gives the same bytes."""
ALIGN = {"title": "center", "heading": "center", "text": "left", "right": "right"}
FORBIDDEN = re.compile(r"[\[\]:*?/\\]")


def write(paper: Paper, _style: Style) -> Printed:
    """The document as an Excel workbook."""
    file = io.BytesIO()
    book = xlsxwriter.Workbook(file, {"in_memory": True})
    book.set_properties({"title": paper.title, "created": CREATED})
    pages: dict[str, int] = {}
    for number, section in enumerate(paper.sections, 1):
        _sheet(book, number, section)
        pages |= dict.fromkeys(_marks(section), number)
    book.close()
    return Printed(file.getvalue(), pages)


def _marks(section: Section) -> Iterator[str]:
    for block in section.blocks:
        if isinstance(block, Table):
            yield from (mark for marks in block.marks.values() for mark in marks)


def _sheet(book: Any, number: int, section: Section) -> None:
    sheet = book.add_worksheet(f"{number}{FORBIDDEN.sub('', section.name)}"[:31])
    columns = max((block.columns for block in section.blocks if isinstance(block, Table)), default=8)
    sheet.set_column(0, columns - 1, 16)
    row = 0
    for block in section.blocks:
        if isinstance(block, Table):
            _table(book, sheet, row, block)
            row += block.rows
        else:
            _paragraph(book, sheet, row, columns, block)
            row += 1


def _paragraph(book: Any, sheet: Any, row: int, columns: int, block: Paragraph) -> None:
    look = book.add_format({"align": ALIGN[block.style], "text_wrap": True, "bold": block.style == "title"})
    if columns > 1:
        sheet.merge_range(row, 0, row, columns - 1, block.text, look)
    else:
        sheet.write_string(row, 0, block.text, look)


def _table(book: Any, sheet: Any, top: int, table: Table) -> None:
    for cell in table.cells:
        look = book.add_format({"border": 1, "text_wrap": True, "valign": "vcenter", "num_format": _format(cell)})
        row, column = top + cell.row, cell.column
        if cell.rows > 1 or cell.columns > 1:
            sheet.merge_range(row, column, row + cell.rows - 1, column + cell.columns - 1, "", look)
        if cell.figure:
            sheet.write_number(row, column, float(cell.figure.number), look)
        elif cell.text:
            sheet.write_string(row, column, cell.text, look)
        else:
            sheet.write_blank(row, column, None, look)


def _format(cell: Cell) -> str:
    return cell.figure.format if cell.figure else "General"
