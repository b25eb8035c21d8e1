"""Values divided by commas, tabs or semicolons: rows of a table, and lines of one value, which are paragraphs."""

from __future__ import annotations

import csv
from itertools import groupby
from typing import TYPE_CHECKING

from ingest.readers.assemble import Assembler, Table, TableCell

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from ingest.readers.source import Source

DELIMITERS = ",\t;"
NAMED = (".csv", ".tsv", ".xls", ".xlsx", ".et")
"""Names under which spreadsheet programs save such text."""
FEWEST = 3
"""So many rows make a table where the name does not promise one."""
Rows = list[list[str]]


def rows_of(name: str, text: str) -> Rows | None:
    """The rows of values that a text is, or ``None`` where it is something else.

    A file with a table's name needs two rows of several values; in any other every line has as many as the next: text
    with some tabs in it stays text.
    """
    named = name.lower().endswith(NAMED)
    for delimiter in DELIMITERS:
        if text.count(delimiter) < 1:
            continue
        try:
            rows = list(csv.reader(text.splitlines(keepends=True), delimiter=delimiter))
        except csv.Error:
            continue
        counts = [len(row) for row in rows if row]
        wide = sum(count > 1 for count in counts)
        if (named and wide > 1) or (wide >= FEWEST and len(set(counts)) == 1):
            return rows
    return None


def read_csv(path: Path, sha256: str, rows: Rows, encoding: str) -> Source:
    """The source that some rows are; rows that follow each other are one table, their numbers those of the file."""
    pieces = Assembler()
    numbered = list(enumerate(rows, 1))
    for several, group in groupby(numbered, key=lambda each: len(each[1]) > 1):
        part = list(group)
        if several:
            pieces.table(Table(list(_cells([row for _, row in part])), first_row=part[0][0]))
        else:
            pieces.add(row[0] if row else "" for _, row in part)
    return pieces.source(path.name, sha256, "csv", encoding)


def _cells(rows: Sequence[Sequence[str]]) -> Iterator[TableCell]:
    width = max(max((number for number, text in enumerate(row, 1) if text.strip()), default=1) for row in rows)
    for number, row in enumerate(rows):
        yield from (TableCell(number, column, text) for column, text in enumerate(row[:width]))
