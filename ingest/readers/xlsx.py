"""Workbooks of Office Open XML (XLSX, XLSM).

Nothing at hand gives a file's number formats and merged cells without a place in memory for every cell between the
first and a stray last one, so the sheets are read here as a stream of the cells that hold something.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from ingest.readers.archive import Package
from ingest.readers.display import BUILTIN, displayed
from ingest.readers.markup import attribute, child, descendants, events, local, tree
from ingest.readers.workbook import Area, Sheet, assembled

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path
    from xml.etree.ElementTree import Element

    from ingest.readers.source import Source

REFERENCE = re.compile(r"\$?([A-Z]{1,3})\$?(\d{1,7})", re.IGNORECASE)
ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
"""How strings write characters that XML cannot hold."""


def read_xlsx(path: Path, sha256: str, data: bytes) -> Source:
    """Read a workbook of Office Open XML (XLSX, XLSM).

    Raises:
        DamagedFileError, LimitError, ProtectedFileError: see :class:`Package`.
    """
    package = Package(path, data)
    return assembled(path.name, sha256, "xlsx", _xlsx_sheets(package))


def _xlsx_sheets(package: Package) -> Iterator[Sheet]:
    main = package.main("xl/workbook.xml")
    workbook = tree(package.path, package.part(main))
    targets = _targets(package, main)
    strings = _shared_strings(package, targets)
    formats = _formats(package, targets)
    since_1904 = any(each.get("date1904") in {"1", "true"} for each in descendants(workbook, "workbookPr"))
    values = _Values(strings, formats, since_1904)
    for entry in descendants(workbook, "sheet"):
        part = targets.get(attribute(entry, "id") or "", "")
        sheet = Sheet(entry.get("name", ""), entry.get("state", "visible") != "visible")
        if "/chartsheets/" in part or "/dialogsheets/" in part:
            continue
        if not sheet.hidden:
            _fill(sheet, package, part, values)
        yield sheet


def _targets(package: Package, main: str) -> dict[str, str]:
    """The parts that a part refers to, by the reference's id, and by the kind of those that exist once."""
    folder, _, name = main.rpartition("/")
    relations = f"{folder}/_rels/{name}.rels"
    found = {}
    for each in descendants(tree(package.path, package.part(relations)), "Relationship"):
        target = each.get("Target", "")
        whole = target if target.startswith("/") else f"{folder}/{target}"
        found[each.get("Id", "")] = found[each.get("Type", "").rpartition("/")[2]] = whole
    return found


def _shared_strings(package: Package, targets: Mapping[str, str]) -> list[str]:
    if targets.get("sharedStrings", "") not in package:
        return []
    found = []
    for event, element in events(package.path, package.part(targets["sharedStrings"])):
        if event == "end" and local(element) == "si":
            found.append(_string(element))
            element.clear()
    return found


def _string(element: Element) -> str:
    """A string without the reading aids (``rPh``) that stand over its characters."""
    parts = [each for part in element if local(part) != "rPh" for each in descendants(part, "t")]
    text = "".join(each.text or "" for each in parts)
    return ESCAPED.sub(lambda match: chr(int(match[1], 16)), text)


def _formats(package: Package, targets: Mapping[str, str]) -> list[str]:
    """The format's code of each style that cells name by number."""
    if targets.get("styles", "") not in package:
        return []
    root = tree(package.path, package.part(targets["styles"]))
    codes = dict(BUILTIN)
    for each in descendants(root, "numFmt"):
        codes[_int(each.get("numFmtId"))] = each.get("formatCode", "General")
    styles = child(root, "cellXfs")
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
            string = child(cell, "is")
            return _string(string) if string is not None else ""
        value = child(cell, "v")
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
        return displayed(number, code, since_1904=self.since_1904)


def _fill(sheet: Sheet, package: Package, part: str, values: _Values) -> None:
    """Read the cells and merged ranges of a sheet, forgetting each row when it is read."""
    row = column = -1
    rows: Element | None = None
    for event, element in events(package.path, package.part(part)):
        name = local(element)
        if event == "start":
            if name == "sheetData":
                rows = element
            elif name == "row":
                row, column = _int(element.get("r")) - 1 if element.get("r") else row + 1, -1
        elif name == "c":
            place = _place(element.get("r", ""))
            row, column = place or (row, column + 1)
            if len(element) and (text := values.of(element)):
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
