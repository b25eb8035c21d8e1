"""Plain text, and Markdown with tab-separated tables: bytes → lines.

Text that was got out of a PDF marks a new page in one of two ways: by a form feed, or, where the form feed became white
space on the way, by a line that follows without an empty line and begins with exactly one space.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ingest.errors import EncodingError, LimitError, UnreadableFileError, UnsupportedFormatError
from ingest.readers.source import Line, Source

if TYPE_CHECKING:
    from pathlib import Path

REASONS: dict[type[OSError], str] = {
    FileNotFoundError: "没有这个文件",
    IsADirectoryError: "这是文件夹，不是文件",
    PermissionError: "没有权限打开这个文件",
}
MOST_BYTES = 512 * 2**20
"""The largest file that is read."""
ENCODINGS = ("utf-8-sig", "gb18030", "utf-16")
"""Tried in this order. GB18030 covers GB2312 and GBK (GB 18030-2022)."""

PAGE_NUMBER = re.compile(r"[-—–]\s*\d{1,4}\s*[-—–]|第\s*\d{1,4}\s*页(\s*共\s*\d{1,4}\s*页)?")
BARE_NUMBER = re.compile(r"\d{1,4}")
ONE_SPACE = re.compile(r" \S")
LINE_ENDS = "\r\n\v\f\x1c\x1d\x1e\x85\u2028\u2029"
LONELY = 2
"""A bare number with this many empty lines before it is a page number."""


def content_of(path: Path) -> bytes:
    """The bytes of a file.

    Raises:
        UnreadableFileError: the file cannot be opened.
        LimitError: it is larger than :data:`MOST_BYTES`.
    """
    try:
        if path.exists() and not path.is_file() and not path.is_dir():  # a pipe or a device never ends
            raise UnreadableFileError(path, "这不是普通文件")
        if path.stat().st_size > MOST_BYTES:
            raise LimitError(path, f"文件超过 {MOST_BYTES // 2**20} MB，没有读取")
        return path.read_bytes()
    except OSError as error:
        cause = REASONS.get(type(error), f"打不开这个文件（系统错误 {error.errno}）")
        raise UnreadableFileError(path, cause) from error


def read_text(path: Path, sha256: str, text: str, encoding: str) -> Source:
    """The source of a text whose tables have no cells that are marked."""
    return Source(path.name, sha256, encoding, text, lines_of(text))


def decode(path: Path, data: bytes) -> tuple[str, str]:
    """The text of some bytes and the encoding that they were in.

    Raises:
        UnsupportedFormatError: they are binary.
        EncodingError: they are not text in UTF-8, GB18030 or UTF-16.
    """
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        candidates: tuple[str, ...] = ("utf-16",)
    else:
        candidates = ENCODINGS[:2]
    line = 1
    for encoding in candidates:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError as error:
            line = max(line, data.count(b"\n", 0, error.start) + 1)
            continue
        if looks_binary(text):
            raise UnsupportedFormatError(path, "内容是二进制数据，不是文字")
        return text, encoding.removesuffix("-sig")
    raise EncodingError(path, "编码既不是 UTF-8 也不是 GB18030，无法识别文字", f"第 {line} 行")


def looks_binary(text: str) -> bool:
    """Whether the text holds control characters that no text file has, or mostly characters that nobody assigned."""
    sample = text[:20000]
    strange = sum(1 for char in sample if (char < " " and char not in "\t\n\r\f\v") or "\ue000" <= char <= "\uf8ff")
    return "\x00" in sample or strange > len(sample) / 20


def lines_of(text: str) -> tuple[Line, ...]:
    """The lines of a text that carry something, without page numbers."""
    found: list[Line] = []
    gap, position, page_break = 0, 0, False
    for number, raw in enumerate(text.splitlines(keepends=True), 1):
        start, position = position, position + len(raw)
        body = raw.rstrip(LINE_ENDS)
        if not body.strip():
            gap += 1
        elif is_page_number(body, gap):
            gap, page_break = 0, True
        else:
            page_break |= bool(found) and gap == 0 and bool(ONE_SPACE.match(body))
            found.append(Line(body, start, number, page_break and bool(found), gap))
            gap, page_break = 0, False
        page_break |= "\f" in raw
    return tuple(found)


def is_page_number(body: str, gap: int) -> bool:
    """Whether a line is a page's number: marked as one, or a bare number that stands apart."""
    text = body.strip()
    return bool(PAGE_NUMBER.fullmatch(text)) or (gap >= LONELY and bool(BARE_NUMBER.fullmatch(text)))
