"""Workbooks of Excel 5 to 2003 (XLS, and ET of the same make), and others without their number formats."""

from __future__ import annotations

import io
from datetime import date, datetime, time
from typing import TYPE_CHECKING

import xlrd
from python_calamine import CalamineError, CalamineWorkbook, PasswordError, SheetTypeEnum, SheetVisibleEnum
from xlrd.biffh import XLRDError, error_text_from_code

from ingest.errors import DamagedFileError, ProtectedFileError
from ingest.readers.display import BUILTIN, displayed, general
from ingest.readers.workbook import LOCKED, Area, Sheet, assembled

if TYPE_CHECKING:
    from pathlib import Path

    from xlrd.book import Book
    from xlrd.sheet import Cell
    from xlrd.sheet import Sheet as Worksheet

    from ingest.readers.source import Source

PANIC = "PanicException"
"""What a mistake of the library in Rust comes as; its class cannot be imported."""


def read_xls(path: Path, sha256: str, data: bytes) -> Source:
    """Read a workbook of Excel 5 to 2003.

    Raises:
        DamagedFileError: it is not whole.
        ProtectedFileError: it is encrypted.
    """
    sheets = _sheets(path, data)
    return read_other(path, sha256, data, "xls") if sheets is None else assembled(path.name, sha256, "xls", sheets)


def _sheets(path: Path, data: bytes) -> list[Sheet] | None:
    """The sheets, or ``None`` where the library that knows number formats cannot read them."""
    try:
        book = xlrd.open_workbook(file_contents=data, formatting_info=True, ragged_rows=True, logfile=io.StringIO())
        return [_sheet(book, each) for each in book.sheets()]
    except XLRDError as error:
        if "encrypted" in str(error).lower():
            raise ProtectedFileError(path, LOCKED) from error
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001, S110 - of a torn file anything may be wrong; the other library may still read it
        pass
    return None


def _sheet(book: Book, sheet: Worksheet) -> Sheet:
    cells = {
        (row, column): _value(book, cell) for row in range(sheet.nrows) for column, cell in enumerate(sheet.row(row))
    }
    merges = [Area(top, left, bottom - top, right - left) for top, bottom, left, right in sheet.merged_cells]
    return Sheet(sheet.name, sheet.visibility != 0, cells, merges)


def _value(book: Book, cell: Cell) -> str:
    """What a cell displays."""
    match cell.ctype:
        case xlrd.XL_CELL_NUMBER | xlrd.XL_CELL_DATE:
            return displayed(float(cell.value), _format(book, cell), since_1904=bool(book.datemode))
        case xlrd.XL_CELL_BOOLEAN:
            return "TRUE" if cell.value else "FALSE"
        case xlrd.XL_CELL_ERROR:
            return str(error_text_from_code.get(int(cell.value), ""))
    return str(cell.value)


def _format(book: Book, cell: Cell) -> str:
    """The code of a cell's number format."""
    if cell.xf_index is None or cell.xf_index >= len(book.xf_list):
        return "General"
    key = book.xf_list[cell.xf_index].format_key
    if key in BUILTIN:
        return BUILTIN[key]
    return book.format_map[key].format_str if key in book.format_map else "General"


def read_other(path: Path, sha256: str, data: bytes, kind: str) -> Source:
    """Read a workbook without its number formats: XLSB, ODS, an XLS that is damaged in part.

    Raises:
        DamagedFileError: it is not whole.
        ProtectedFileError: it is encrypted.
    """
    try:
        with CalamineWorkbook.from_filelike(io.BytesIO(data)) as book:
            tables = (each for each in book.sheets_metadata if each.typ == SheetTypeEnum.WorkSheet)
            sheets = [_plain(book, each.name, hidden=each.visible != SheetVisibleEnum.Visible) for each in tables]
    except PasswordError as error:
        raise ProtectedFileError(path, LOCKED) from error
    except BaseException as error:
        if isinstance(error, (CalamineError, OSError, ValueError)) or type(error).__name__ == PANIC:
            raise DamagedFileError(path, "文件已损坏或不完整，打不开这个工作簿") from error
        raise
    return assembled(path.name, sha256, kind, sheets)


def _plain(book: CalamineWorkbook, name: str, *, hidden: bool) -> Sheet:
    if hidden:
        return Sheet(name, hidden=True)
    sheet = book.get_sheet_by_name(name)
    cells = {
        (row, column): _plain_value(value)
        for row, values in enumerate(sheet.to_python(skip_empty_area=False))
        for column, value in enumerate(values)
    }
    merges = [
        Area(top, left, bottom - top + 1, right - left + 1)
        for (top, left), (bottom, right) in sheet.merged_cell_ranges or ()
    ]
    return Sheet(name, cells=cells, merges=merges)


def _plain_value(value: object) -> str:
    match value:
        case bool():
            return str(value).upper()
        case int() | float():
            return general(float(value))
        case datetime() if value.time() != time():
            return f"{value:%Y/%m/%d %H:%M:%S}"
        case date():  # and a datetime at midnight
            return f"{value.year}/{value.month}/{value.day}"
        case _:
            return str(value)
