"""A file becomes text, lines and the cells of its tables, each with its place.

What a file is, its content says and not its name; each kind has a reader of its own, imported when it is first needed.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from ingest.errors import DamagedFileError, EmptyFileError, LimitError, ProtectedFileError, UnsupportedFormatError
from ingest.readers.assemble import MOST_CELLS, TooManyCellsError
from ingest.readers.sniff import kind_of
from ingest.readers.source import Box, Cell, Grid, Line, Page, Source
from ingest.readers.text import content_of, decode, read_text

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["Box", "Cell", "Grid", "Line", "Page", "Source", "read_source"]

REFUSED = {
    "image": "内容是图片（扫描件），没有文字层，无法读取",
    "program": "内容是程序，不是文件",
    "rar": "内容是 RAR 压缩包，请先解压",
    "7z": "内容是 7z 压缩包，请先解压",
    "gz": "内容是 gzip 压缩文件，请先解压",
    "bz2": "内容是 bzip2 压缩文件，请先解压",
    "xz": "内容是 xz 压缩文件，请先解压",
    "zip": "内容是压缩包，不是一份文件；请用入库命令读取整个压缩包，或先解压",
    "ofd": "内容是 OFD 版式文件，目前不能读取；请转为 PDF",
    "odt": "内容是 OpenDocument 文本，目前不能读取；请另存为 .docx",
    "pptx": "内容是演示文稿，不是预算文件",
    "ppt": "内容是演示文稿，不是预算文件",
    "word-xml": "内容是 Word 的 XML 格式，目前不能读取；请另存为 .docx",
    "ole": "内容是旧版 Office 文件，但里面没有能认出的文档，可能不完整",
}
"""Kinds that are known and not read, with what to do."""

EMPTY = "文件是空的，没有任何文字"


def read_source(path: Path, name: str | None = None) -> Source:
    """Read a file of any supported kind: PDF, XLSX, XLS, DOCX, DOC, HTML, Markdown, CSV, text.

    Args:
        path: the file.
        name: what it was called, where it is kept under another name; of two texts this may tell which is a table.

    Raises:
        ingest.errors.IngestError: one of its subclasses says what is wrong with the file.
    """
    data = content_of(path)
    kind = kind_of(data)
    if kind in REFUSED:
        raise UnsupportedFormatError(path, REFUSED[kind])
    if kind == "encrypted":
        raise ProtectedFileError(path, "文件设有密码，无法读取；请先取消密码")
    if kind == "torn":
        raise DamagedFileError(path, "Office 文件不完整（可能没有下载完），打不开")
    try:
        source = _read(path, kind, data, name or path.name)
    except TooManyCellsError as error:
        raise LimitError(path, f"表格的单元格超过 {MOST_CELLS} 个，没有读取") from error
    except (MemoryError, RecursionError) as error:
        raise LimitError(path, "内容过大或嵌套过深，没有读取") from error
    if not source.lines and not any(page.unread for page in source.pages):
        raise EmptyFileError(path, EMPTY)
    return source


def _read(path: Path, kind: str, data: bytes, name: str) -> Source:
    """Read a file by the reader of its kind; each loads a library of its own."""
    sha256 = hashlib.sha256(data).hexdigest()
    if kind == "pdf":
        from ingest.readers.pdf import read_pdf  # noqa: PLC0415

        return read_pdf(path, data)
    if kind in {"docx", "doc", "rtf"}:
        return _read_document(path, sha256, kind, data)
    if kind in {"html", "mhtml"}:
        from ingest.readers.html import read_html, read_mhtml  # noqa: PLC0415

        return (read_html if kind == "html" else read_mhtml)(path, sha256, data)
    if kind == "text":
        return _read_text(path, sha256, data, name)
    return _read_workbook(path, sha256, kind, data)


def _read_document(path: Path, sha256: str, kind: str, data: bytes) -> Source:
    if kind == "docx":
        from ingest.readers.docx import read_docx  # noqa: PLC0415

        return read_docx(path, sha256, data)
    from ingest.readers.office import read_office  # noqa: PLC0415

    return read_office(path, sha256, data, kind)


def _read_workbook(path: Path, sha256: str, kind: str, data: bytes) -> Source:
    if kind == "xlsx":
        from ingest.readers.xlsx import read_xlsx  # noqa: PLC0415

        return read_xlsx(path, sha256, data)
    if kind == "xls-xml":
        from ingest.readers.spreadsheetml import read_spreadsheetml  # noqa: PLC0415

        return read_spreadsheetml(path, sha256, data)
    from ingest.readers.xls import read_other, read_xls  # noqa: PLC0415

    return read_xls(path, sha256, data) if kind == "xls" else read_other(path, sha256, data, "xlsx")


def _read_text(path: Path, sha256: str, data: bytes, name: str) -> Source:
    """A text, and whether there are tables in it whose cells are marked."""
    text, encoding = decode(path, data)
    if not text.strip():
        raise EmptyFileError(path, EMPTY)
    from ingest.readers.csv import read_csv, rows_of  # noqa: PLC0415
    from ingest.readers.markdown import has_tables, read_markdown  # noqa: PLC0415

    if has_tables(text):
        return read_markdown(path, sha256, text, encoding)
    if rows := rows_of(name, text):
        return read_csv(path, sha256, rows, encoding)
    return read_text(path, sha256, text, encoding)
