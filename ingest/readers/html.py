"""Web pages: paragraphs and tables in printed order; what a browser does not show is left out."""

from __future__ import annotations

import re
from email import message_from_bytes
from typing import TYPE_CHECKING

from selectolax.lexbor import LexborHTMLParser, LexborNode

from ingest.errors import DamagedFileError, EncodingError
from ingest.readers.assemble import MOST_CELLS, Assembler, Block, Table, TableCell, TooManyCellsError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from ingest.readers.source import Source

UNSEEN = {
    "script", "style", "noscript", "template", "head", "title", "meta", "link", "select", "option", "svg", "math",
    "iframe", "object", "canvas", "audio", "video", "textarea", "rp", "rt", "colgroup", "col", "datalist", "noframes",
    "-comment",
}  # fmt: skip
BLOCKS = {
    "address", "article", "aside", "blockquote", "body", "caption", "center", "dd", "details", "dialog", "dir", "div",
    "dl", "dt", "fieldset", "figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header",
    "hr", "html", "legend", "li", "main", "menu", "nav", "ol", "p", "pre", "section", "summary", "table", "tbody",
    "td", "tfoot", "th", "thead", "tr", "ul",
}  # fmt: skip
"""Elements that begin and end a line."""
HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden|mso-hide\s*:\s*all", re.IGNORECASE)
SPACE = re.compile(r"[ \t\n\r\f]+")
CHARSET = re.compile(rb"""charset\s*=\s*["']?\s*([\w.:-]+)""", re.IGNORECASE)
HEAD = 4096
"""The bytes in which a page says its encoding."""
MOST_COLUMNS, MOST_ROWS = 1000, 65534
"""What a cell may cover (HTML standard, 4.9.11)."""


def read_html(path: Path, sha256: str, data: bytes) -> Source:
    """Read a web page, whole or a fragment.

    Raises:
        EncodingError: its bytes are text in no encoding that Chinese pages use.
    """
    text, encoding = decoded(path, data)
    pieces = Assembler()
    pieces.add(blocks_of(text))
    return pieces.source(path.name, sha256, "html", encoding)


def read_mhtml(path: Path, sha256: str, data: bytes) -> Source:
    """Read a web page that was saved with its pictures as one mail message (MHT), as Word does too.

    Raises:
        DamagedFileError: there is no page in it.
        EncodingError: see :func:`read_html`.
    """
    for part in message_from_bytes(data).walk():
        page = part.get_payload(decode=True) if part.get_content_type() == "text/html" else None
        if isinstance(page, bytes):
            charset = part.get_content_charset()
            said = f'<meta charset="{charset}">'.encode() if charset else b""
            return read_html(path, sha256, said + page)
    raise DamagedFileError(path, "网页归档里没有网页，文件可能已损坏")


def decoded(path: Path, data: bytes) -> tuple[str, str]:
    """A page's text, and the encoding in which it is valid: its mark, UTF-8, what it says itself, GB18030.

    Raises:
        EncodingError: none of them.
    """
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", errors="replace"), "utf-16"
    said = [match.decode("ascii").lower() for match in CHARSET.findall(data[:HEAD])]
    for encoding in ("utf-8-sig", *("gb18030" if name in {"gb2312", "gbk"} else name for name in said), "gb18030"):
        try:
            return data.decode(encoding), encoding.removesuffix("-sig")
        except (UnicodeDecodeError, LookupError):
            continue
    for encoding in said:  # mostly text: a browser shows it with marks for what is torn
        try:
            return data.decode(encoding, errors="replace"), encoding
        except LookupError:
            continue
    raise EncodingError(path, "编码既不是 UTF-8 也不是 GB18030，无法识别文字")


def blocks_of(text: str) -> Iterator[Block]:
    """The paragraphs and tables of a page or a fragment, in printed order."""
    root = LexborHTMLParser(text).body
    if root is not None:
        yield from _blocks(root)


def _blocks(parent: LexborNode) -> Iterator[Block]:
    """What an element holds; text between two ends of lines is one paragraph."""
    text = ""
    for piece in _pieces(parent):
        if isinstance(piece, str):
            text += piece
        else:
            yield from _paragraphs(text)
            text = ""
            yield piece
    yield from _paragraphs(text)


def _paragraphs(text: str) -> Iterator[str]:
    for line in text.split("\n"):
        if line.strip():
            yield SPACE.sub(" ", line).strip()


def _pieces(parent: LexborNode) -> Iterator[str | Table]:
    """Text, a line feed where a line ends, and tables.

    Elements nest as deep as a page likes, where it never closes them; only tables in tables are entered by recursion.
    """
    within = [(parent.iter(include_text=True), parent.tag)]
    while within:
        children, name = within[-1]
        node = next(children, None)
        if node is None:
            within.pop()
            if within and name in BLOCKS:
                yield "\n"
        elif node.tag == "-text":
            yield _text(node, preformatted=name == "pre")
        elif node.tag == "br":
            yield "\n"
        elif node.tag == "table" and not _is_unseen(node):
            yield "\n"
            yield from _table(node)
        elif not _is_unseen(node):
            if node.tag in BLOCKS:
                yield "\n"
            within.append((node.iter(include_text=True), node.tag))


def _text(node: LexborNode, *, preformatted: bool) -> str:
    text = node.text_content or ""
    return text if preformatted else SPACE.sub(" ", text)


def _is_unseen(node: LexborNode) -> bool:
    if node.tag in UNSEEN:
        return True
    attributes = node.attributes
    return "hidden" in attributes or bool(HIDDEN.search(attributes.get("style") or ""))


def _table(table: LexborNode) -> Iterator[str | Table]:
    """A table, after its caption."""
    cells: list[TableCell] = []
    taken: set[tuple[int, int]] = set()
    area = 0
    for node in table.iter():
        if node.tag == "caption" and not _is_unseen(node):
            yield from _pieces(node)
            yield "\n"
    rows = list(_rows(table))
    for number, row in enumerate(rows):
        column = 0
        for node in row.iter():
            if node.tag not in {"td", "th"} or _is_unseen(node):
                continue
            while (number, column) in taken:
                column += 1
            cell = _cell(node, number, column, len(rows))
            cells.append(cell)
            area += cell.rows * cell.columns
            if area > MOST_CELLS:
                raise TooManyCellsError
            taken.update((number + down, column + right) for down in range(cell.rows) for right in range(cell.columns))
            column += cell.columns
    yield Table(cells)


def _rows(table: LexborNode) -> Iterator[LexborNode]:
    """The rows as printed: the head first, the foot last."""
    groups: dict[str, list[LexborNode]] = {"thead": [], "tbody": [], "tfoot": []}
    for node in table.iter():
        if _is_unseen(node):
            continue
        if node.tag == "tr":
            groups["tbody"].append(node)
        elif node.tag in groups:
            groups[node.tag].extend(row for row in node.iter() if row.tag == "tr" and not _is_unseen(row))
    for group in groups.values():
        yield from group


def _cell(node: LexborNode, row: int, column: int, rows: int) -> TableCell:
    blocks = list(_blocks(node))
    holds_tables = any(isinstance(block, Table) and block.cells for block in blocks)
    text = "\n".join(block for block in blocks if isinstance(block, str))
    down = _span(node, "rowspan", MOST_ROWS)
    return TableCell(
        row,
        column,
        text,
        min(down or rows, rows - row),
        _span(node, "colspan", MOST_COLUMNS) or 1,
        tuple(blocks) if holds_tables else (),
    )


def _span(node: LexborNode, name: str, most: int) -> int:
    """What an attribute says of rows or columns: 1 where it is no number; 0 is all that are left."""
    match = re.match(r"\s*\+?(\d{1,6})", node.attributes.get(name) or "")
    return min(int(match[1]), most) if match else 1
