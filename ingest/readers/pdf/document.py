"""A PDF file opened, with what may be wrong with it, and its pages one by one."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import pypdfium2
import pypdfium2.raw as pdfium_c

from ingest.errors import DamagedFileError, ProtectedFileError, UnreadableFileError
from ingest.readers.pdf.layout import Layout, layout_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

END = b"%%EOF"
TAIL = 2048
"""The mark of a PDF's end stands within so many bytes of it."""
LAST = (b"endobj", b">>")
"""What else a whole file may end with: some programs forget the mark."""
BROKEN_PAGE = "这一页已损坏，无法读取"


@contextmanager
def opened(path: Path, data: bytes) -> Iterator[pypdfium2.PdfDocument]:
    """A document, closed afterwards.

    Raises:
        ProtectedFileError: it opens with a password only.
        DamagedFileError: it is broken, or its end is missing.
        UnreadableFileError: its protection is of a kind that is not known.
    """
    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        raise reason(path, data, error.err_code) from error
    try:
        if cut_off(data):
            raise DamagedFileError(path, "PDF 文件不完整，结尾缺失（可能没有下载完），请重新下载")
        if not len(document):
            raise DamagedFileError(path, "PDF 文件里一页也没有")
        yield document
    finally:
        document.close()


def reason(path: Path, data: bytes, code: int | None) -> DamagedFileError | ProtectedFileError | UnreadableFileError:
    """Why a document did not open."""
    if code == pdfium_c.FPDF_ERR_PASSWORD:
        return ProtectedFileError(path, "PDF 文件设有打开密码，无法读取；请先取消密码")
    if code == pdfium_c.FPDF_ERR_SECURITY:
        return UnreadableFileError(path, "PDF 文件的加密方式不能识别，无法读取")
    if cut_off(data):
        return DamagedFileError(path, "PDF 文件不完整，结尾缺失（可能没有下载完），请重新下载")
    return DamagedFileError(path, "PDF 文件已损坏，无法打开")


def cut_off(data: bytes) -> bool:
    """Whether the end of a file is missing."""
    tail = data[-TAIL:].rstrip(b"\0\r\n\t ")
    return END not in tail and not tail.endswith(LAST)


def layouts_of(document: pypdfium2.PdfDocument) -> Iterator[Layout]:
    """The pages of a document; a broken one says so."""
    for index in range(len(document)):
        try:
            page = document[index]
        except pypdfium2.PdfiumError:
            yield Layout(0.0, 0.0, (), unread=BROKEN_PAGE)
            continue
        try:
            yield layout_of(page)
        finally:
            page.close()
