"""Text that something is laid over, a white picture for instance, is in the file, but nobody sees it."""

from __future__ import annotations

from ctypes import addressof, string_at
from typing import TYPE_CHECKING

import pypdfium2.raw as pdfium_c

from ingest.readers.pdf.rulings import OPAQUE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pypdfium2 import PdfPage, PdfTextPage

    from ingest.readers.pdf.lines import Word
    from ingest.readers.pdf.rulings import Cover
    from ingest.readers.pdf.view import View

SCAN = 0.5
"""A picture of more than this share of the page is a scan, with the text that was recognised in it."""
MARGIN = 0.15
"""A cover may be smaller than a word by this share of its height."""
INVISIBLE = pdfium_c.FPDF_TEXTRENDERMODE_INVISIBLE
"""Text of this kind is laid under or over a picture on purpose."""
PIXEL = 4
"""The bytes of a pixel; the last one is its opacity."""


def parted(
    page: PdfPage, text: PdfTextPage, view: View, words: list[Word], covers: Sequence[Cover]
) -> tuple[list[Word], list[Word]]:
    """The words that can be seen, and those that something laid over them hides."""
    whole = view.width * view.height
    covers = [each for each in covers if not (each.picture and area(each) > SCAN * whole)]
    under = [(word, [each for each in covers if around(each, word)]) for word in words] if covers else []
    if not any(over for _, over in under):
        return words, []
    orders = {
        addressof(pdfium_c.FPDFPage_GetObject(page, index).contents): index
        for index in range(pdfium_c.FPDFPage_CountObjects(page))
    }
    opaque = {each.box: hides(page, each) for each in {each.box: each for _, over in under for each in over}.values()}
    seen: list[Word] = []
    hidden: list[Word] = []
    for word, over in under:
        item = pdfium_c.FPDFText_GetTextObject(text, word.glyphs[0].number)
        order = orders.get(addressof(item.contents)) if over and item else None
        laid = order is not None and any(each.order > order and opaque[each.box] for each in over)
        gone = laid and pdfium_c.FPDFTextObj_GetTextRenderMode(item) != INVISIBLE
        (hidden if gone else seen).append(word)
    return seen, hidden


def area(cover: Cover) -> float:
    """How large a cover is, in square points."""
    left, top, right, bottom = cover.box
    return (right - left) * (bottom - top)


def around(cover: Cover, word: Word) -> bool:
    """Whether all of a word is within a cover."""
    left, top, right, bottom = cover.box
    margin = MARGIN * word.height
    return (
        left - margin <= word.left
        and word.right <= right + margin
        and top - margin <= word.top
        and word.bottom <= bottom + margin
    )


def hides(page: PdfPage, cover: Cover) -> bool:
    """Whether nothing shines through a cover: a seal does not hide what it is stamped on."""
    if cover.picture is None:
        return True
    bitmap = pdfium_c.FPDFImageObj_GetRenderedBitmap(page.pdf, page, cover.picture)
    if not bitmap:
        return False
    try:
        if pdfium_c.FPDFBitmap_GetFormat(bitmap) != pdfium_c.FPDFBitmap_BGRA:
            return True
        size = pdfium_c.FPDFBitmap_GetStride(bitmap) * pdfium_c.FPDFBitmap_GetHeight(bitmap)
        opacity = string_at(pdfium_c.FPDFBitmap_GetBuffer(bitmap), size)[PIXEL - 1 :: PIXEL]
        return opacity.count(OPAQUE) == len(opacity)
    finally:
        pdfium_c.FPDFBitmap_Destroy(bitmap)
