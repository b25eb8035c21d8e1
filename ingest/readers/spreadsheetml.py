"""Workbooks in the XML of Excel 2003, as many systems still export them under the name XLS."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from ingest.readers.display import DAY_ZERO, displayed
from ingest.readers.markup import attribute, child, descendants, local, tree
from ingest.readers.workbook import Area, Sheet, assembled

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path
    from xml.etree.ElementTree import Element

    from ingest.readers.source import Source

NAMED = {
    "General Number": "General", "Fixed": "0.00", "Standard": "#,##0.00", "Percent": "0.00%", "Scientific": "0.00E+00",
    "Currency": '"¥"#,##0.00', "Short Date": "yyyy/m/d", "General Date": "yyyy/m/d h:mm",
    "Long Date": 'yyyy"年"m"月"d"日"', "Medium Date": "d-mmm-yy", "Short Time": "h:mm", "Long Time": "h:mm:ss",
}  # fmt: skip
"""Formats that have names instead of codes."""
MOST = 1_048_576
"""Rows of a sheet."""


def read_spreadsheetml(path: Path, sha256: str, data: bytes) -> Source:
    """Read a workbook in the XML of Excel 2003.

    Raises:
        DamagedFileError: it is not whole.
    """
    root = tree(path, data)
    formats = {attribute(style, "ID"): _format(style) for style in descendants(root, "Style")}
    return assembled(path.name, sha256, "xls", (_sheet(each, formats) for each in descendants(root, "Worksheet")))


def _format(style: Element) -> str:
    mark = child(style, "NumberFormat")
    code = attribute(mark, "Format") if mark is not None else None
    return NAMED.get(code or "", code or "General")


def _sheet(element: Element, formats: Mapping[str | None, str]) -> Sheet:
    shown = next(descendants(element, "Visible"), None)
    sheet = Sheet(attribute(element, "Name") or "", shown is not None and (shown.text or "").startswith("SheetHidden"))
    table = child(element, "Table")
    for row, column, cell in _places(table) if table is not None else ():
        sheet.cells[row, column] = _value(cell, formats.get(attribute(cell, "StyleID"), "General"))
        across, down = _count(cell, "MergeAcross"), _count(cell, "MergeDown")
        if across or down:
            sheet.merges.append(Area(row, column, down + 1, across + 1))
    return sheet


def _places(table: Element) -> Iterator[tuple[int, int, Element]]:
    """Each cell with its row and column from zero."""
    row = -1
    for line in table:
        if local(line) != "Row":
            continue
        row = (_count(line, "Index") or row + 2) - 1
        column = -1
        for cell in line:
            if local(cell) == "Cell":
                column = (_count(cell, "Index") or column + 2) - 1
                yield row, column, cell
                column += _count(cell, "MergeAcross")
        row += _count(line, "Span")


def _count(element: Element, name: str) -> int:
    text = attribute(element, name) or ""
    return min(int(text), MOST) if text.isdecimal() else 0


def _value(cell: Element, code: str) -> str:
    """What a cell displays."""
    data = child(cell, "Data")
    text = "".join(data.itertext()) if data is not None else ""
    kind = attribute(data, "Type") if data is not None else None
    try:
        if kind == "Number":
            return displayed(float(text), code)
        if kind == "DateTime":
            return displayed((datetime.fromisoformat(text) - DAY_ZERO).total_seconds() / 86400, code)
    except ValueError:
        return text
    return {"1": "TRUE", "0": "FALSE"}.get(text, text) if kind == "Boolean" else text
