"""Markdown with pipe tables; they know no merged cells, so what a merged cell covers is empty."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jixiao.samples.paper import Paper, Paragraph, Printed, Style, Table

if TYPE_CHECKING:
    from collections.abc import Iterator

SIGNS = {"title": "# ", "heading": "## ", "text": "", "right": ""}


def write(paper: Paper, _style: Style) -> Printed:
    """The document as Markdown."""
    blocks = (block for section in paper.sections for block in section.blocks)
    text = "\n\n".join(_table(block) if isinstance(block, Table) else _paragraph(block) for block in blocks)
    return Printed(f"{text}\n".encode(), {})


def _paragraph(block: Paragraph) -> str:
    return SIGNS[block.style] + block.text


def _table(table: Table) -> str:
    first, *rest = _rows(table)
    return "\n".join(_row(cells) for cells in (first, ["---"] * table.columns, *rest))


def _rows(table: Table) -> Iterator[list[str]]:
    texts = {(cell.row, cell.column): cell.text for cell in table.cells}
    for row in range(table.rows):
        yield [_lines(texts.get((row, column), "")) for column in range(table.columns)]


def _row(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _lines(text: str) -> str:
    return text.replace("|", r"\|").replace("\n", "<br>")
