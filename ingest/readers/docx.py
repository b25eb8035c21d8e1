"""Word files: paragraphs and tables in the order of the body, with the pages on which Word last printed them.

Read: text boxes (after their paragraph), formulas, numbers of lists, inserted text. Not read: deleted and hidden text,
field codes, footnotes, headers and footers.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from ingest.readers import markup
from ingest.readers.archive import Package
from ingest.readers.assemble import Assembler, Block, Table, TableCell, Turn
from ingest.readers.markup import attribute, child, descendants, local
from ingest.readers.numbering import Numbering

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path
    from xml.etree.ElementTree import Element

    from ingest.readers.source import Source

WRAPPERS = {"sdt", "sdtContent", "ins", "moveTo", "smartTag", "customXml", "hyperlink", "fldSimple", "r", "ruby",
            "rubyBase", "AlternateContent", "Choice", "Fallback", "dir", "bdo", "oMathPara"}  # fmt: skip
"""What may stand around paragraphs, rows, cells and text without being printed itself."""
PRINTED = {"tab": " ", "ptab": " ", "cr": "\n", "noBreakHyphen": "-"}
DRAWINGS = {"drawing", "pict", "object"}
MOST_COLUMNS = 1000
SYMBOLS = {
    "symbol": {0xB3: "≥", 0xA3: "≤", 0xB1: "±", 0xB4: "×", 0xB8: "÷", 0xB9: "≠", 0xBB: "≈", 0xB7: "·", 0xB0: "°"},
    "wingdings": {0xFC: "√", 0xFE: "☑", 0x52: "☑", 0xA8: "□", 0x6F: "□", 0xA3: "□", 0x6C: "●", 0x6E: "■", 0xFB: "×"},
    "wingdings 2": {0x50: "√", 0x52: "☑", 0xA3: "□", 0x4F: "×"},
}
"""What the places of symbol fonts show, for those that stand in forms."""

Piece = str | Turn | tuple[Block, ...]
"""Part of a paragraph: text, a page's end, or what a text box holds."""


def read_docx(path: Path, sha256: str, data: bytes, kind: str = "docx") -> Source:
    """Read a Word file of Office Open XML (DOCX, DOCM).

    Lines have pages only where the file says where a page ends.

    Raises:
        DamagedFileError, LimitError, ProtectedFileError: see :class:`Package`.
    """
    package = Package(path, data)
    body = child(markup.tree(path, package.part(package.main("word/document.xml"))), "body")
    story = _Story(body, Numbering(package))
    blocks = list(story.blocks(body)) if body is not None else []
    pieces = Assembler(paged=story.turned)
    pieces.add(blocks)
    return pieces.source(path.name, sha256, kind)


class _Story:
    """The main text of a document."""

    def __init__(self, body: Element | None, numbering: Numbering) -> None:
        """Where Word noted the pages that it printed, these count, else those that the author began."""
        self._rendered = body is not None and any(True for _ in descendants(body, "lastRenderedPageBreak"))
        self._numbering = numbering
        self.turned = False

    def blocks(self, parent: Iterable[Element]) -> Iterator[Block]:
        """Paragraphs and tables in order."""
        for element in _children(parent, {"p", "tbl"}):
            if local(element) == "p":
                yield from self._paragraph(element)
            else:
                yield from self._table(element)

    def _paragraph(self, paragraph: Element) -> Iterator[Block]:
        label = self._numbering.label(paragraph)
        text, turns = "", 0
        boxes: list[Block] = []
        for piece in self._pieces(paragraph):
            if isinstance(piece, str):
                text += piece
            elif isinstance(piece, Turn):
                self.turned = True
                if text.strip():
                    turns += 1
                else:
                    yield piece
            else:
                boxes.extend(piece)
        yield label + text
        yield from boxes
        yield from [Turn()] * turns

    def _pieces(self, parent: Element) -> Iterator[Piece]:
        for element in _children(parent, None):
            match local(element):
                case "br":
                    yield self._break(element)
                case "lastRenderedPageBreak":
                    yield Turn()
                case "pPr" if self._begins_page(element):
                    yield Turn()
                case name if name in DRAWINGS:
                    for box in descendants(element, "txbxContent"):
                        yield tuple(self.blocks(box))
                case _:
                    yield _text(element)

    def _break(self, element: Element) -> Piece:
        if attribute(element, "type") != "page":
            return "\n"
        return "" if self._rendered else Turn()

    def _begins_page(self, properties: Element) -> bool:
        mark = child(properties, "pageBreakBefore")
        return not self._rendered and mark is not None and _is_on(mark)

    def _table(self, element: Element) -> Iterator[Block]:
        cells: list[TableCell] = []
        turns: set[int] = set()
        open_above: dict[int, int] = {}
        rows = [row for row in _children(element, {"tr"}) if not _is_deleted(row)]
        for number, row in enumerate(rows):
            placed = [(place, list(self.blocks(place.element))) for place in _places(row)]
            if any(isinstance(block, Turn) for _, blocks in placed for block in blocks):
                turns.add(number if any(_begins_with_turn(blocks) for _, blocks in placed) else number + 1)
            for place, blocks in placed:
                _put(cells, open_above, number, place, blocks)
        yield Table(cells, turns=frozenset(turns))
        if len(rows) in turns:
            yield Turn()


class _Place(NamedTuple):
    """A cell of a row: where it stands, how many columns it covers, and whether it goes on with the cell above."""

    element: Element
    column: int
    columns: int
    goes_on: bool
    begins: bool
    """It may go on below."""


def _places(row: Element) -> Iterator[_Place]:
    """The cells of a row, by the columns of the table's own measure."""
    column = _number(child(row, "trPr"), "gridBefore", 0)
    found: list[_Place] = []
    for cell in _children(row, {"tc"}):
        properties = child(cell, "tcPr")
        columns = _number(properties, "gridSpan", 1)
        vertical, horizontal = _merge(properties, "vMerge"), _merge(properties, "hMerge")
        if horizontal == "continue" and found:
            found[-1] = found[-1]._replace(columns=found[-1].columns + columns)
        else:
            found.append(_Place(cell, column, columns, vertical == "continue", vertical is not None))
        column += columns
    yield from found


def _put(cells: list[TableCell], open_above: dict[int, int], row: int, place: _Place, blocks: list[Block]) -> None:
    """Add a cell, or let the one above go on; ``open_above`` says which cell each column's may be."""
    above = open_above.get(place.column)
    if place.goes_on and above is not None and cells[above].columns == place.columns:
        cells[above] = replace(cells[above], rows=row - cells[above].row + 1)
        return
    text = "\n".join(block for block in blocks if isinstance(block, str))
    inner = tuple(block for block in blocks if not isinstance(block, Turn))
    holds_tables = any(isinstance(block, Table) and block.cells for block in blocks)
    open_above.pop(place.column, None)
    if place.begins:
        open_above[place.column] = len(cells)
    cells.append(TableCell(row, place.column, text, 1, place.columns, inner if holds_tables else ()))


def _begins_with_turn(blocks: list[Block]) -> bool:
    first = next((block for block in blocks if not isinstance(block, str) or block.strip()), None)
    return isinstance(first, Turn)


def _children(parent: Iterable[Element], names: set[str] | None) -> Iterator[Element]:
    """The children of these names, those within what is not printed itself among them; without names, all others."""
    for element in parent:
        name = local(element)
        if name in WRAPPERS and not (name == "r" and _is_hidden(element)):
            yield from _children(_chosen(element), names)
        elif name not in WRAPPERS and (names is None or name in names):
            yield element


def _chosen(element: Element) -> Iterable[Element]:
    """Of alternatives the first alone: the others say the same again for older programs."""
    return list(element)[:1] if local(element) == "AlternateContent" else element


def _is_hidden(run: Element) -> bool:
    properties = child(run, "rPr")
    mark = child(properties, "vanish") if properties is not None else None
    return mark is not None and _is_on(mark)


def _is_deleted(row: Element) -> bool:
    properties = child(row, "trPr")
    return properties is not None and child(properties, "del") is not None


def _is_on(mark: Element) -> bool:
    return attribute(mark, "val") not in {"0", "false", "off"}


def _merge(properties: Element | None, name: str) -> str | None:
    mark = child(properties, name) if properties is not None else None
    return None if mark is None else attribute(mark, "val") or "continue"


def _number(properties: Element | None, name: str, otherwise: int) -> int:
    mark = child(properties, name) if properties is not None else None
    text = attribute(mark, "val") if mark is not None else None
    return min(int(text), MOST_COLUMNS) if text and text.isdecimal() else otherwise


def _text(element: Element) -> str:
    """What an element of a run prints."""
    match local(element):
        case "t":
            return element.text or ""
        case "oMath":
            return "".join(each.text or "" for each in descendants(element, "t"))
        case "sym":
            return _symbol(element)
        case name:
            return PRINTED.get(name, "")


def _symbol(element: Element) -> str:
    """The character that a place of a symbol font shows; an unknown one is a square."""
    font, place = (attribute(element, "font") or "").lower(), attribute(element, "char") or "0"
    try:
        code = int(place, 16)
    except ValueError:
        return ""
    shown = SYMBOLS.get(font, {}).get(code & 0xFF)
    return shown or ("□" if 0xE000 <= code <= 0xF8FF else chr(code))  # noqa: PLR2004 - the private area
