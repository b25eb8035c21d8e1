"""A page of markup, with the spans that merged cells have there."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from jixiao.samples.paper import Paper, Paragraph, Printed, Section, Style, Table

if TYPE_CHECKING:
    from collections.abc import Iterator

TAGS = {"title": "h1", "heading": "h2", "text": "p", "right": 'p align="right"'}


def write(paper: Paper, _style: Style) -> Printed:
    """The document as HTML."""
    title = escape(paper.title)
    body = "\n".join(line for section in paper.sections for line in _section(section))
    text = (
        '<!DOCTYPE html>\n<html lang="zh-CN">\n<head>\n<meta charset="utf-8">\n'
        f"<title>{title}</title>\n</head>\n<body>\n{body}\n</body>\n</html>\n"
    )
    return Printed(text.encode("utf-8"), {})


def _section(section: Section) -> Iterator[str]:
    for block in section.blocks:
        yield from _table(block) if isinstance(block, Table) else [_paragraph(block)]


def _paragraph(block: Paragraph) -> str:
    tag = TAGS[block.style]
    return f"<{tag}>{escape(block.text)}</{tag.split()[0]}>"


def _table(table: Table) -> Iterator[str]:
    yield '<table border="1">'
    for row in range(table.rows):
        cells = (
            f"<td{_span('rowspan', cell.rows)}{_span('colspan', cell.columns)}>{_lines(cell.text)}</td>"
            for cell in table.cells
            if cell.row == row
        )
        yield f"<tr>{''.join(cells)}</tr>"
    yield "</table>"


def _span(name: str, size: int) -> str:
    return f' {name}="{size}"' if size > 1 else ""


def _lines(text: str) -> str:
    return escape(text).replace("\n", "<br>")
