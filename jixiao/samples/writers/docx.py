"""A Word document with real merged cells; its parts carry one fixed date, so the same content gives the same bytes."""

from __future__ import annotations

import io
import zipfile
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import docx
from docx.enum.section import WD_ORIENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_BREAK

from jixiao.samples.paper import Paper, Paragraph, Printed, Section, Style, Table

if TYPE_CHECKING:
    from docx.document import Document

CREATED = datetime(2025, 1, 2, 3, 4, 5, tzinfo=UTC)
ZIPPED = (1980, 1, 1, 0, 0, 0)
ALIGN = {
    "title": WD_ALIGN_PARAGRAPH.CENTER,
    "heading": WD_ALIGN_PARAGRAPH.CENTER,
    "text": WD_ALIGN_PARAGRAPH.LEFT,
    "right": WD_ALIGN_PARAGRAPH.RIGHT,
}


def write(paper: Paper, style: Style) -> Printed:
    """The document as a Word file."""
    document = docx.Document()
    properties = document.core_properties
    properties.title, properties.created, properties.modified = paper.title, CREATED, CREATED
    if style.landscape:
        page = document.sections[0]
        page.orientation = WD_ORIENT.LANDSCAPE
        page.page_width, page.page_height = page.page_height, page.page_width
    for number, section in enumerate(paper.sections):
        if number:
            document.add_paragraph().add_run().add_break(WD_BREAK.PAGE)
        _section(document, section)
    return Printed(_dated(document), {})


def _section(document: Document, section: Section) -> None:
    for block in section.blocks:
        if isinstance(block, Table):
            _table(document, block)
        else:
            _paragraph(document, block)


def _paragraph(document: Document, block: Paragraph) -> None:
    levels = {"title": "Heading 1", "heading": "Heading 2"}
    document.add_paragraph(block.text, style=levels.get(block.style)).alignment = ALIGN[block.style]


def _table(document: Document, table: Table) -> None:
    printed = document.add_table(table.rows, table.columns, style="Table Grid")
    grid: list[Any] = [row.cells for row in printed.rows]
    for cell in table.cells:
        first = grid[cell.row][cell.column]
        if cell.rows > 1 or cell.columns > 1:
            first = first.merge(grid[cell.row + cell.rows - 1][cell.column + cell.columns - 1])
        first.text = cell.text
    document.add_paragraph()


def _dated(document: Document) -> bytes:
    """The file's bytes with the date of each part set."""
    file, dated = io.BytesIO(), io.BytesIO()
    document.save(file)
    with zipfile.ZipFile(file) as parts, zipfile.ZipFile(dated, "w", zipfile.ZIP_DEFLATED) as written:
        for name in parts.namelist():
            written.writestr(zipfile.ZipInfo(name, ZIPPED), parts.read(name), zipfile.ZIP_DEFLATED)
    return dated.getvalue()
