"""PDF: characters and drawn lines → pages of lines and grids.

Text is quoted as pdfium gives it. Page numbers, running heads, watermarks and text that is covered stand at the end of
their page's text, but are no lines of the source.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from ingest.errors import ScanError
from ingest.readers.pdf.assembly import assembled
from ingest.readers.pdf.document import layouts_of, opened
from ingest.readers.pdf.furniture import without_furniture
from ingest.readers.source import Source

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["read_pdf"]

SCAN = "都是扫描图片或没有文字编码的字体，没有可读的文字层；安装文字识别组件后可以读取：pip install 'jixiao[ocr]'"


def read_pdf(path: Path, data: bytes) -> Source:
    """Read a PDF file.

    Raises:
        ingest.errors.ProtectedFileError: it opens with a password only.
        ingest.errors.DamagedFileError: it is broken, or its end is missing.
        ingest.errors.ScanError: all of its pages are pictures.
    """
    with opened(path, data) as document:
        layouts = list(layouts_of(document))
    shown = [layout for layout in layouts if layout.blocks or layout.unread]
    if shown and all(layout.unread and not layout.blocks for layout in shown):
        raise ScanError(path, f"共 {len(layouts)} 页，{SCAN}")
    text, lines, grids, pages = assembled(without_furniture(layouts))
    return Source(path.name, hashlib.sha256(data).hexdigest(), None, text, lines, "pdf", grids, pages)
