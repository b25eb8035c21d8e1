"""The printed characters of a page with their boxes."""

from __future__ import annotations

from collections import Counter
from ctypes import c_double
from math import pi
from typing import TYPE_CHECKING, NamedTuple

import pypdfium2.raw as pdfium_c

from ingest.readers.pdf.view import View, view_of

if TYPE_CHECKING:
    from pypdfium2 import PdfPage, PdfTextPage

    from ingest.readers.source import Box

HYPHENS = frozenset({0x2, 0xFFFE})
"""What pdfium gives for a hyphen that ends a line."""
HYPHEN = 0x2D
SILENT = frozenset({0x7F, 0xAD, 0x200B, 0x200C, 0x200D, 0x2060, 0xFEFF, 0xFFFF})
"""Characters that print nothing: soft hyphen, zero width spaces and joiners, byte order mark."""
SPACES = frozenset({0x20, 0x9, 0xA0, 0x3000, *range(0x2000, 0x200B), 0x202F, 0x205F})
FIRST = 0x20
"""The codes below are no characters, but controls."""
SLANT = 0.1
"""Text that is further than this (in quarters) from a quarter turn is slanted: a watermark."""
SLANTED = -1
HEIGHT = (0.7, 1.5)
"""Between these shares of its font's size lies the height of a character's box."""
DESCENT = 0.12
"""What of a character's height lies below the baseline."""


class Glyph(NamedTuple):
    """One printed character in the coordinates of the view; ``spaced`` where a space is printed before it."""

    char: str
    left: float
    top: float
    right: float
    bottom: float
    spaced: bool
    quarters: int
    """How far it is turned clockwise against the page's text; ``SLANTED`` where by no quarter."""
    number: int
    """Its number in pdfium's text of the page."""


def glyphs_of(page: PdfPage, text: PdfTextPage) -> tuple[View, list[Glyph]]:
    """The characters of a page in the order in which it prints them, and the view in which most stand upright.

    What lies outside the page is not printed, and left out.
    """
    quarters = page.get_rotation() // 90
    view = view_of(page, quarters)
    glyphs = printed(text, view, quarters)
    turns = Counter([glyph.quarters for glyph in glyphs])
    del turns[SLANTED]
    usual = max(turns, key=turns.__getitem__, default=0)
    if usual:
        view = view_of(page, quarters - usual)
        glyphs = printed(text, view, quarters - usual)
    return view, glyphs


def printed(text: PdfTextPage, view: View, quarters: int) -> list[Glyph]:
    """The characters of a page that print something, in a view that turns the page by some quarters."""
    code_of = pdfium_c.FPDFText_GetUnicode
    box_of = pdfium_c.FPDFText_GetLooseCharBox
    fit = Fit(text)
    rect = pdfium_c.FS_RECTF()
    found: list[Glyph] = []
    last: Box = (0.0, 0.0, 0.0, 0.0)
    turn, spaced = quarters % 4, False
    for number in range(pdfium_c.FPDFText_CountChars(text)):
        code = code_of(text, number)
        if code in SPACES:
            spaced = True
            continue
        if code in HYPHENS:
            code = HYPHEN
        elif code < FIRST or code in SILENT:
            continue
        box_of(text, number, rect)
        box = left, bottom, right, top = rect.left, rect.bottom, rect.right, rect.top
        size = int(10 * (right - left)), int(10 * (top - bottom))
        if not fit.known.get(size):
            left, bottom, right, top = fit.mended(number, size, box)
        if turn or box[1] != last[1] or box[3] != last[3] or box[0] < last[0]:  # else it goes on to the right
            turn = quarters_of(pdfium_c.FPDFText_GetCharAngle(text, number), quarters)
        last = box
        left, top, right, bottom = view.box(left, bottom, right, top)
        if right > 0 and bottom > 0 and left < view.width and top < view.height:
            found.append(Glyph(chr(code), left, top, right, bottom, spaced, turn, number))
        spaced = False
    return found


def quarters_of(angle: float, quarters: int) -> int:
    """How far text at an angle (radians) is turned in a view."""
    turn = angle * 2 / pi
    nearest = round(turn)
    return (nearest + quarters) % 4 if abs(turn - nearest) < SLANT else SLANTED


class Fit:
    """Whether the boxes of a page's characters are as high as their font is large.

    Some fonts state a height of twice that, which would lay one line over the next. Each size of box is asked once.
    """

    def __init__(self, text: PdfTextPage) -> None:
        self.text = text
        self.known: dict[tuple[int, int], bool] = {}

    def mended(self, number: int, size: tuple[int, int], box: Box) -> Box:
        """The box of a character, or where it does not fit, one from its baseline and its font's size."""
        left, bottom, right, top = box
        across, up = self.em(number)
        upright = abs(up) >= abs(across)
        if size not in self.known:
            em, stated = (abs(up), top - bottom) if upright else (abs(across), right - left)
            self.known[size] = HEIGHT[0] * em <= stated <= HEIGHT[1] * em
            if self.known[size]:
                return box
        x, y = c_double(), c_double()
        pdfium_c.FPDFText_GetCharOrigin(self.text, number, x, y)
        if upright:
            low, high = sorted((y.value - DESCENT * up, y.value + (1 - DESCENT) * up))
            return left, low, right, high
        low, high = sorted((x.value - DESCENT * across, x.value + (1 - DESCENT) * across))
        return low, bottom, high, top

    def em(self, number: int) -> tuple[float, float]:
        """What the font's size comes to on the page, as a vector that points to the top of the character."""
        matrix = pdfium_c.FS_MATRIX()
        pdfium_c.FPDFText_GetMatrix(self.text, number, matrix)
        size = pdfium_c.FPDFText_GetFontSize(self.text, number)
        return matrix.c * size, matrix.d * size
