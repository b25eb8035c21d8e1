"""Rows with named columns, written the ways people want them: read, opened in a spreadsheet, or computed with."""

from __future__ import annotations

import csv
import io
import json
import re
from dataclasses import dataclass
from decimal import ROUND_DOWN, Decimal
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

Cell = str | int | float | bool | Decimal | None

FORMULA = re.compile(r"[=+@\t\r]|-(?![\d.,%–-]*\Z)")
"""How text begins that a spreadsheet takes for a formula; a minus before what is only a number is common in print."""


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under named columns, each row as long as the columns."""

    columns: Sequence[str]
    rows: Sequence[Sequence[Cell]]

    def records(self) -> Iterator[dict[str, Cell]]:
        """Each row by the names of its columns."""
        return (dict(zip(self.columns, row, strict=True)) for row in self.rows)


def table(records: Iterable[Mapping[str, Cell]], columns: Sequence[str]) -> Table:
    """The named columns of these records; what a record lacks is empty."""
    return Table(columns, [[record.get(column) for column in columns] for record in records])


def number(value: Decimal) -> int | float:
    """A decimal as the JSON number that prints like it."""
    return int(value) if value == value.to_integral_value() else float(value)


def as_json(value: object) -> int | float | str:
    """What JSON has no type for, as the nearest that it has."""
    return number(value) if isinstance(value, Decimal) else str(value)


def plain(cell: Cell) -> str:
    """A cell as text; numbers without an exponent or idle zeros."""
    match cell:
        case None:
            return ""
        case bool():
            return str(cell).lower()
        case Decimal():
            return f"{cell.normalize():f}"
        case str() | int() | float():
            return str(cell)


def percent(share: float | Decimal) -> str:
    """A share from 0 to 1 in percent with one decimal, rounded down: only what is whole is 100%."""
    return f"{(100 * Decimal(str(share))).quantize(Decimal('0.1'), ROUND_DOWN)}%"


def write_csv(rows: Table, stream: TextIO) -> None:
    """Comma-separated values as in RFC 4180, with plain line ends.

    Text that a spreadsheet would run as a formula (it begins with ``=``, ``+``, ``-``, ``@``, tab or carriage return)
    gets a leading apostrophe; printed values such as ``-5%`` and ``--`` stay.
    Line ends within a cell become plain ones, because a bare carriage return would not be quoted and would end the row.
    """
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(rows.columns)
    writer.writerows([harmless(cell) for cell in row] for row in rows.rows)


def harmless(cell: Cell) -> str:
    """A cell as text that no spreadsheet takes for a formula, with plain line ends."""
    if not isinstance(cell, str):
        return plain(cell)
    text = f"'{cell}" if FORMULA.match(cell) else cell
    return text.replace("\r\n", "\n").replace("\r", "\n")


def csv_text(rows: Table) -> str:
    """The same as one string."""
    stream = io.StringIO()
    write_csv(rows, stream)
    return stream.getvalue()


def write_json(rows: Table, stream: TextIO) -> None:
    """One JSON array of objects."""
    json.dump(list(rows.records()), stream, ensure_ascii=False, indent=1, default=as_json)
    stream.write("\n")


def write_jsonl(rows: Table, stream: TextIO) -> None:
    """One JSON object a line."""
    stream.writelines(json.dumps(record, ensure_ascii=False, default=as_json) + "\n" for record in rows.records())


def write_for_eyes(rows: Table, stream: TextIO) -> None:
    """A ruled table as wide as the terminal."""
    from rich.console import Console  # noqa: PLC0415 - not needed by the other forms
    from rich.table import Table as Ruled  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    ruled = Ruled(box=None, header_style="bold", pad_edge=False)
    for column in rows.columns:
        ruled.add_column(column, overflow="fold")
    for row in rows.rows:
        ruled.add_row(*(Text(plain(cell)) for cell in row))
    Console(file=stream, width=None if stream.isatty() else 200).print(ruled)


WRITERS: Mapping[str, Callable[[Table, TextIO], None]] = {
    "table": write_for_eyes,
    "csv": write_csv,
    "json": write_json,
    "jsonl": write_jsonl,
}
"""Every form in which rows can be had, by the name that ``--format`` takes."""
