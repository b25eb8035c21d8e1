"""Sheets as one workbook for Excel and WPS: Chinese headers, numbers that are numbers, text that is never a formula."""

from __future__ import annotations

import io
import unicodedata
from datetime import datetime
from decimal import Decimal
from itertools import chain, islice
from math import isfinite
from typing import TYPE_CHECKING, Any, BinaryIO, TypeVar

import xlsxwriter  # type: ignore[import-untyped]

from jixiao.exports.columns import Column, Sheet
from jixiao.exports.csvs import printed

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from jixiao.exports.rows import Row, Value
    from jixiao.tables import Cell, Table

T = TypeVar("T")
MADE = datetime(2000, 1, 1)  # noqa: DTZ001 - the file format has no zone
"""The date in every workbook, so that the same snapshot gives the same bytes."""
MOST_ROWS = 1_048_575
"""Below the header, as many as Excel opens."""
LONGEST = 32_767
"""The characters that a cell of Excel holds."""
NARROWEST, WIDEST = 8, 48
MEASURED = 200
"""How many rows decide how wide the columns are."""


def write_workbook(title: str, sheets: Iterable[tuple[Sheet, Iterable[Row]]], stream: BinaryIO) -> None:
    """The sheets one after the other; what is more than Excel opens goes on in a further one."""
    whole = io.BytesIO()  # an archive is another one where it cannot be gone back in
    book = xlsxwriter.Workbook(whole, {"constant_memory": True})
    book.set_properties({"created": MADE, "title": title})
    header = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
    for sheet, every in sheets:
        for number, part in enumerate(parts(iter(every)), 1):
            name = sheet.title["zh"] if number == 1 else f"{sheet.title['zh']} {number}"
            _write(book.add_worksheet(name), sheet.columns, part, header)
    book.close()
    stream.write(whole.getbuffer())


def write_table(title: str, rows: Table) -> bytes:
    """A workbook of one sheet with these rows, whose columns are called as people call them."""
    columns = tuple(Column(name=name, title={"zh": name}, description={}) for name in rows.columns)
    sheet = Sheet(name=title, title={"zh": title}, columns=columns)
    stream = io.BytesIO()
    write_workbook(title, [(sheet, ([_exact(cell) for cell in row] for row in rows.rows))], stream)
    return stream.getvalue()


def _exact(cell: Cell) -> Value:
    """A cell as a sheet holds it; what is no number a workbook knows (not finite) is text."""
    if not isinstance(cell, float):
        return cell
    return Decimal(str(cell)) if isfinite(cell) else str(cell)


def parts(every: Iterator[T], size: int = MOST_ROWS) -> Iterator[Iterator[T]]:
    """The rows in parts of at most that size, each to be read before the next; one empty part where there are none."""
    yield islice(every, size)
    for first in every:
        yield chain([first], islice(every, size - 1))


def _write(page: Any, columns: Sequence[Column], part: Iterator[Row], header: Any) -> None:
    first = list(islice(part, MEASURED))
    for place, column in enumerate(columns):
        page.set_column(place, place, _width(column, [row[place] for row in first]))
        page.write_string(0, place, column.title["zh"], header)
    page.freeze_panes(1, 0)
    last = 0
    for last, row in enumerate(chain(first, part), 1):
        for place, (value, column) in enumerate(zip(row, columns, strict=True)):
            _put(page, last, place, value, column)
    page.autofilter(0, 0, last, len(columns) - 1)


def _put(page: Any, row: int, place: int, value: Value, column: Column) -> None:
    match value:
        case None:
            pass
        case bool():
            page.write_boolean(row, place, value)
        case int() | Decimal():
            page.write_number(row, place, float(value))
        case _:
            page.write_string(row, place, cut(printed(value, column)))


def cut(text: str) -> str:
    """A text as long as a cell may be; an ellipsis shows that it went on."""
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"


def _width(column: Column, values: Sequence[Value]) -> float:
    texts = [column.title["zh"], *(printed(value, column) for value in values)]
    return min(WIDEST, max(NARROWEST, *(sum(map(_breadth, text)) + 2 for text in texts)))


def _breadth(character: str) -> int:
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1
