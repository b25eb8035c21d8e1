"""Pages whose text cannot be read: scans, and fonts that do not say what their glyphs mean."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pypdfium2.raw as pdfium_c

from ingest.readers.pdf.view import matrix_of, turned

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pypdfium2 import PdfPage, PdfTextPage

    from ingest.readers.pdf.glyphs import Glyph

SCANNED = "这一页是扫描图片，没有文字层，无法读取"
GARBLED = "这一页的字体没有说明字形对应哪些文字，无法读取"
FEW = 20
"""A page with fewer characters than this may be a scan with a stamped number."""
LARGE = 0.5
"""A picture that takes this share of a page is what the page shows."""
SAMPLE = 100
"""So many characters are looked at."""
WRONG = 0.5
"""A text is garbled where this share of its characters has no meaning."""
DEPTH = 3
"""How many form XObjects may stand around a picture."""


@dataclass(frozen=True, slots=True)
class Unread:
    """Why a page cannot be read; where its text is ``garbled``, what characters it has mean nothing."""

    cause: str
    garbled: bool


def why_unread(page: PdfPage, text: PdfTextPage, glyphs: Sequence[Glyph]) -> Unread | None:
    """Why a page cannot be read, if it cannot."""
    if len(glyphs) < FEW:
        width, height = page.get_size()
        return Unread(SCANNED, garbled=False) if pictured(page.raw, DEPTH) >= LARGE * width * height else None
    sample = glyphs[:: max(1, len(glyphs) // SAMPLE)]
    wrong = sum(
        is_private(each.char) or pdfium_c.FPDFText_HasUnicodeMapError(text, each.number) == 1 for each in sample
    )
    return Unread(GARBLED, garbled=True) if wrong > WRONG * len(sample) else None


def is_private(char: str) -> bool:
    """Whether a character is for private use, or stands for one that is unknown."""
    return "\ue000" <= char <= "\uf8ff" or char == "\ufffd" or char >= "\U000f0000"


def pictured(holder: object, depth: int, *, form: bool = False) -> float:
    """The area (square points) of the largest picture on a page, or in a form."""
    count, at = (
        (pdfium_c.FPDFFormObj_CountObjects, pdfium_c.FPDFFormObj_GetObject)
        if form
        else (pdfium_c.FPDFPage_CountObjects, pdfium_c.FPDFPage_GetObject)
    )
    largest = 0.0
    for index in range(count(holder)):
        item = at(holder, index)
        kind = pdfium_c.FPDFPageObj_GetType(item)
        if kind == pdfium_c.FPDF_PAGEOBJ_IMAGE:
            left, top, right, bottom = turned(matrix_of(item), 0, 0, 1, 1)
            largest = max(largest, (right - left) * (bottom - top))
        elif kind == pdfium_c.FPDF_PAGEOBJ_FORM and depth:
            a, b, c, d, _, _ = matrix_of(item)
            largest = max(largest, pictured(item, depth - 1, form=True) * abs(a * d - b * c))
    return largest
