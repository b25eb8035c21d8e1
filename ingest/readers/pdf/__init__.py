"""PDF: characters and drawn lines → pages of lines and grids.

Text is quoted as pdfium gives it. Page numbers and running heads stay in the text but are no lines of the source.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import pypdfium2

from ingest.errors import UnreadableFileError
from ingest.readers.pdf.assembly import assembled
from ingest.readers.pdf.layout import layout_of
from ingest.readers.source import Source

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["read_pdf"]


def read_pdf(path: Path, data: bytes) -> Source:
    """Read a PDF file."""
    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        raise UnreadableFileError(path, "PDF 文件已损坏，无法打开") from error
    layouts = []
    for page in document:
        layouts.append(layout_of(page))
        page.close()
    document.close()
    text, lines, grids, pages = assembled(layouts)
    return Source(path.name, hashlib.sha256(data).hexdigest(), None, text, lines, "pdf", grids, pages)
