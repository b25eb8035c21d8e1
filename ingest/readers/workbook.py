"""Workbooks: each sheet a page, its cells a grid, every value as it is displayed.

Nothing at hand gives an XLSX file's number formats and merged cells without a place in memory for every cell between
the first and a stray last one, so its sheets are read here as a stream of the cells that hold something. A hidden sheet
is a page that says so and is not read: nobody who opens the file sees it. Hidden rows and columns are read.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from ingest.readers import markup
from ingest.readers.archive import Package
from ingest.readers.assemble import Assembler, Table, TableCell
from ingest.readers.display import BUILTIN, displayed

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path
    from xml.etree.ElementTree import Element

    from ingest.readers.source import Source

HIDDEN = "这张工作表是隐藏的，没有读取"
FAR = 50
"""So many empty rows or columns divide two tables of a sheet; fewer are part of a table."""
REFERENCE = re.compile(r"\$?([A-Z]{1,3})\$?(\d{1,7})", re.IGNORECASE)


class Area(NamedTuple):
    """A merged range: the place where it begins, and how much it covers."""

    row: int
    column: int
    rows: int
    columns: int


@dataclass(slots=True)
class Sheet:
    """A sheet: its cells that hold something, by row and column from zero, and its merged ranges."""

    name: str
    hidden: bool = False
    cells: dict[tuple[int, int], str] = field(default_factory=dict)
    merges: list[Area] = field(default_factory=list)


def read_xlsx(path: Path, sha256: str, data: bytes) -> Source:
    """Read a workbook of Office Open XML (XLSX, XLSM).

    Raises:
        DamagedFileError, LimitError, ProtectedFileError: see :class:`Package`.
        EmptyFileError: it holds nothing.
    """
    package = Package(path, data)
    return assembled(path.name, sha256, "xlsx", _xlsx_sheets(package))


def assembled(name: str, sha256: str, kind: str, sheets: Iterator[Sheet]) -> Source:
    """The source that a workbook's sheets make."""
    pieces = Assembler()
    for sheet in sheets:
        pieces.page(sheet.name, HIDDEN if sheet.hidden else None)
        pieces.add(_tables(sheet))
    return pieces.source(name, sha256, kind)


def _tables(sheet: Sheet) -> Iterator[Table]:
    """The tables of a sheet, in reading order: one, except where wide emptiness divides it.

    Columns are those of the sheet, except in a table far to the right, which begins with its own first column.
    """
    if sheet.hidden:
        return
    held = {place: text for place, text in sheet.cells.items() if text.strip()}
    for left, right in _stretches({column for _, column in held}):
        for top, bottom in _stretches({row for row, column in held if left <= column <= right}):
            bounds = _Bounds(top, left if left > FAR else 0, bottom, right)
            yield Table(list(_cells(held, sheet.merges, bounds)), first_row=top + 1)


class _Bounds(NamedTuple):
    """First and last row and column of a table."""

    top: int
    left: int
    bottom: int
    right: int

    def hold(self, row: int, column: int) -> bool:
        return self.top <= row <= self.bottom and self.left <= column <= self.right


def _cells(held: Mapping[tuple[int, int], str], merges: Sequence[Area], bounds: _Bounds) -> Iterator[TableCell]:
    """The cells of a table that hold something or are merged; a merged range ends where the table does."""
    single = {place: Area(*place, 1, 1) for place in held}
    for area in (single | {(area.row, area.column): area for area in merges}).values():
        if bounds.hold(area.row, area.column):
            yield TableCell(
                area.row - bounds.top,
                area.column - bounds.left,
                held.get((area.row, area.column), ""),
                min(area.rows, bounds.bottom - area.row + 1),
                min(area.columns, bounds.right - area.column + 1),
            )


def _stretches(used: set[int]) -> list[tuple[int, int]]:
    """First and last of each run of numbers between which no more than :data:`FAR` are missing."""
    ordered = sorted(used)
    cuts = [(one, two) for one, two in pairwise(ordered) if two - one > FAR]
    return list(zip([*ordered[:1], *(two for _, two in cuts)], [*(one for one, _ in cuts), *ordered[-1:]], strict=True))


def _xlsx_sheets(package: Package) -> Iterator[Sheet]:
    main = package.main("xl/workbook.xml")
    workbook = markup.tree(package.path, package.part(main))
    targets = _targets(package, main)
    strings = _shared_strings(package, targets)
    formats = _formats(package, targets)
    since_1904 = any(each.get("date1904") in {"1", "true"} for each in markup.descendants(workbook, "workbookPr"))
    for entry in markup.descendants(workbook, "sheet"):
        part = targets.get(markup.attribute(entry, "id") or "", "")
        sheet = Sheet(entry.get("name", ""), entry.get("state", "visible") != "visible")
        if "/chartsheets/" in part or "/dialogsheets/" in part:
            continue
        if not sheet.hidden:
            _fill(sheet, package, part, _Values(strings, formats, since_1904))
        yield sheet


def _targets(package: Package, main: str) -> dict[str, str]:
    """The parts that a part refers to, by the reference's id, and by the kind of those that exist once."""
    folder, _, name = main.rpartition("/")
    relations = f"{folder}/_rels/{name}.rels"
    found = {}
    for each in markup.descendants(markup.tree(package.path, package.part(relations)), "Relationship"):
        target = each.get("Target", "")
        whole = target if target.startswith("/") else f"{folder}/{target}"
        found[each.get("Id", "")] = found[each.get("Type", "").rpartition("/")[2]] = whole
    return found


def _shared_strings(package: Package, targets: Mapping[str, str]) -> list[str]:
    if targets.get("sharedStrings", "") not in package:
        return []
    found = []
    for event, element in markup.events(package.path, package.part(targets["sharedStrings"])):
        if event == "end" and markup.local(element) == "si":
            found.append(_string(element))
            element.clear()
    return found


def _string(element: Element) -> str:
    """A string without the reading aids (``rPh``) that stand over its characters."""
    parts = [element] if markup.local(element) == "t" else []
    for each in element:
        if markup.local(each) != "rPh":
            parts.extend(markup.descendants(each, "t"))
    return re.sub(
        r"_x([0-9A-Fa-f]{4})_", lambda match: chr(int(match[1], 16)), "".join(each.text or "" for each in parts)
    )


def _formats(package: Package, targets: Mapping[str, str]) -> list[str]:
    """The format's code of each style that cells name by number."""
    if targets.get("styles", "") not in package:
        return []
    root = markup.tree(package.path, package.part(targets["styles"]))
    codes = dict(BUILTIN)
    for each in markup.descendants(root, "numFmt"):
        codes[_int(each.get("numFmtId"))] = each.get("formatCode", "General")
    styles = markup.child(root, "cellXfs")
    return [codes.get(_int(each.get("numFmtId")), "General") for each in (styles if styles is not None else ())]


def _int(text: str | None) -> int:
    return int(text) if text and text.isdecimal() else 0


class _Values(NamedTuple):
    """What cells refer to."""

    strings: Sequence[str]
    formats: Sequence[str]
    since_1904: bool

    def of(self, cell: Element) -> str:
        """What a cell displays."""
        kind = cell.get("t", "n")
        if kind == "inlineStr":
            string = markup.child(cell, "is")
            return _string(string) if string is not None else ""
        value = markup.child(cell, "v")
        text = (value.text or "").strip() if value is not None else ""
        if kind == "s":
            return self.strings[int(text)] if text.isdecimal() and int(text) < len(self.strings) else ""
        if kind == "b":
            return {"1": "TRUE", "0": "FALSE"}.get(text, text)
        return self._number(text, cell) if kind == "n" else text

    def _number(self, text: str, cell: Element) -> str:
        try:
            number = float(text)
        except ValueError:
            return text
        style = _int(cell.get("s"))
        code = self.formats[style] if style < len(self.formats) else "General"
        return displayed(number, code, since_1904=self.since_1904) if math.isfinite(number) else text


def _fill(sheet: Sheet, package: Package, part: str, values: _Values) -> None:
    """Read the cells and merged ranges of a sheet, forgetting each row when it is read."""
    row = column = -1
    rows: Element | None = None
    for event, element in markup.events(package.path, package.part(part)):
        name = markup.local(element)
        if event == "start":
            if name == "sheetData":
                rows = element
            elif name == "row":
                row, column = _int(element.get("r")) - 1 if element.get("r") else row + 1, -1
        elif name == "c":
            place = _place(element.get("r", ""))
            row, column = place or (row, column + 1)
            if text := values.of(element):
                sheet.cells[row, column] = text
        elif name == "row" and rows is not None:
            rows.clear()
        elif name == "mergeCell" and (area := _area(element.get("ref", ""))):
            sheet.merges.append(area)


def _place(reference: str) -> tuple[int, int] | None:
    """Row and column, from zero, of a place such as ``B7``."""
    match = REFERENCE.fullmatch(reference)
    if not match:
        return None
    column = 0
    for letter in match[1].upper():
        column = column * 26 + ord(letter) - ord("A") + 1
    return int(match[2]) - 1, column - 1


def _area(reference: str) -> Area | None:
    first, _, last = reference.partition(":")
    start, end = _place(first), _place(last or first)
    if not start or not end or end < start or end[1] < start[1]:
        return None
    return Area(*start, end[0] - start[0] + 1, end[1] - start[1] + 1)
