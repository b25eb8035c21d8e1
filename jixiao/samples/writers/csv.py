"""Comma-separated values, as a spreadsheet saves them: a paragraph fills a row, what a merged cell covers is empty."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

from jixiao.samples.paper import Paper, Printed, Style, Table

if TYPE_CHECKING:
    from collections.abc import Iterator


def write(paper: Paper, _style: Style) -> Printed:
    """The document as CSV in UTF-8 with the mark by which Excel knows it."""
    file = io.StringIO(newline="")
    writer = csv.writer(file)
    for section in paper.sections:
        for block in section.blocks:
            writer.writerows(_rows(block) if isinstance(block, Table) else [[block.text]])
    return Printed(file.getvalue().encode("utf-8-sig"), {})


def _rows(table: Table) -> Iterator[list[str]]:
    texts = {(cell.row, cell.column): cell.text for cell in table.cells}
    for row in range(table.rows):
        yield [texts.get((row, column), "") for column in range(table.columns)]
