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
    found = printed(text)
    turns = Counter(each[2] for each in found if each[2] != SLANTED)
    upright = -max(turns, key=turns.__getitem__) if turns else page.get_rotation() // 90
    view = view_of(page, upright)
    a, b, c, d, e, f = view.matrix
    glyphs = []
    for index, char, turn, spaced, left, bottom, right, top in found:
        x0, x1 = a * left + c * bottom + e, a * right + c * top + e
        y0, y1 = b * left + d * bottom + f, b * right + d * top + f
        if x0 > x1:
            x0, x1 = x1, x0
        if y0 > y1:
            y0, y1 = y1, y0
        if x1 > 0 and y1 > 0 and x0 < view.width and y0 < view.height:
            quarters = turn if turn == SLANTED else (turn + upright) % 4
            glyphs.append(Glyph(char, x0, y0, x1, y1, spaced, quarters, index))
    return view, glyphs


def printed(text: PdfTextPage) -> list[tuple[int, str, int, bool, float, float, float, float]]:
    """All that prints something: index, character, turn in quarters, space before, box in the page's coordinates."""
    code_of = pdfium_c.FPDFText_GetUnicode
    box_of = pdfium_c.FPDFText_GetLooseCharBox
    angle_of = pdfium_c.FPDFText_GetCharAngle
    fit = Fit(text)
    box = pdfium_c.FS_RECTF()
    found: list[tuple[int, str, int, bool, float, float, float, float]] = []
    spaced = False
    for index in range(pdfium_c.FPDFText_CountChars(text)):
        code = code_of(text, index)
        if code in SPACES:
            spaced = True
            continue
        if code in HYPHENS:
            code = 0x2D
        elif code < FIRST or code in SILENT:
            continue
        box_of(text, index, box)
        angle = angle_of(text, index)
        found.append(
            (index, chr(code), quarters_of(angle) if angle else 0, spaced,
             *fit.mended(index, box.left, box.bottom, box.right, box.top))
        )  # fmt: skip
        spaced = False
    return found


def quarters_of(angle: float) -> int:
    """An angle in radians as quarter turns."""
    turn = angle * 2 / pi
    quarters = round(turn)
    return quarters % 4 if abs(turn - quarters) < SLANT else SLANTED


class Fit:
    """Whether the boxes of a page's characters are as high as their font is large.

    Some fonts state a height of twice that, which would lay one line over the next. Each size of box is asked once.
    """

    def __init__(self, text: PdfTextPage) -> None:
        self.text = text
        self.known: dict[tuple[int, int], bool] = {}

    def mended(self, index: int, left: float, bottom: float, right: float, top: float) -> Box:
        """The box of a character, or where it does not fit, one from its baseline and its font's size."""
        size = int(10 * (right - left)), int(10 * (top - bottom))
        fits = self.known.get(size)
        if fits:
            return left, bottom, right, top
        across, up = self.em(index)
        upright = abs(up) >= abs(across)
        if fits is None:
            em, stated = (abs(up), top - bottom) if upright else (abs(across), right - left)
            self.known[size] = fits = HEIGHT[0] * em <= stated <= HEIGHT[1] * em
            if fits:
                return left, bottom, right, top
        x, y = c_double(), c_double()
        pdfium_c.FPDFText_GetCharOrigin(self.text, index, x, y)
        if upright:
            low, high = sorted((y.value - DESCENT * up, y.value + (1 - DESCENT) * up))
            return left, low, right, high
        low, high = sorted((x.value - DESCENT * across, x.value + (1 - DESCENT) * across))
        return low, bottom, high, top

    def em(self, index: int) -> tuple[float, float]:
        """What the font's size comes to on the page, as a vector that points to the top of the character."""
        matrix = pdfium_c.FS_MATRIX()
        pdfium_c.FPDFText_GetMatrix(self.text, index, matrix)
        size = pdfium_c.FPDFText_GetFontSize(self.text, index)
        return matrix.c * size, matrix.d * size
