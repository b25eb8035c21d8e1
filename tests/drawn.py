"""Tables drawn as text: a row is a line, its cells divided by ``|``.

``<`` goes on with the cell to the left, ``^`` with the one above; ``/n`` breaks a line inside a cell.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ingest.readers.assemble import Assembler, Table, TableCell

if TYPE_CHECKING:
    from ingest.readers.source import Source


def table(drawn: str) -> Table:
    """The cells of a drawn table."""
    rows = [[cell.strip().replace("/n", "\n") for cell in line.strip().split("|")]
            for line in drawn.strip().splitlines()]  # fmt: skip
    cells = []
    for row, line in enumerate(rows):
        for column, text in enumerate(line):
            if text in ("<", "^"):
                continue
            wide = next((n for n, t in enumerate(line[column + 1 :], 1) if t != "<"), len(line) - column)
            high = next((n for n, below in enumerate(rows[row + 1 :], 1)
                         if column >= len(below) or below[column] != "^"), len(rows) - row)  # fmt: skip
            cells.append(TableCell(row, column, text, high, wide))
    return Table(cells)


def source(*pieces: str) -> Source:
    """A source of paragraphs and drawn tables (pieces with bars)."""
    made = Assembler()
    for piece in pieces:
        if "|" in piece:
            made.table(table(piece))
        else:
            made.paragraph(piece)
    return made.source("drawn", "0" * 64, "html")
