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
SLANT = 0.1
"""Text that is further than this (in quarters) from a quarter turn is slanted: a watermark."""
SLANTED = -1
SQUARE = (0.8, 1.25)
"""Between these shares of its width lies the height of a Chinese character's box."""
DESCENT = 0.12
"""What of a Chinese character's height lies below the baseline."""


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


def glyphs_of(page: PdfPage, text: PdfTextPage) -> tuple[View, list[Glyph]]:
    """The characters of a page in the order in which it prints them, and the view in which most stand upright.

    What lies outside the page is not printed, and left out.
    """
    found = printed(text)
    turns = Counter(quarters for *_, quarters, _ in found if quarters != SLANTED)
    upright = -max(turns, key=turns.__getitem__) if turns else page.get_rotation() // 90
    wrong = any(misfit(char, box) for _, char, box, _, _ in found)
    view = view_of(page, upright)
    a, b, c, d, e, f = view.matrix
    glyphs = []
    for index, char, box, quarters, spaced in found:
        left, bottom, right, top = measured(text, index, box) if wrong else box
        x0, x1 = a * left + c * bottom + e, a * right + c * top + e
        y0, y1 = b * left + d * bottom + f, b * right + d * top + f
        if x0 > x1:
            x0, x1 = x1, x0
        if y0 > y1:
            y0, y1 = y1, y0
        if x1 > 0 and y1 > 0 and x0 < view.width and y0 < view.height:
            turn = quarters if quarters == SLANTED else (quarters + upright) % 4
            glyphs.append(Glyph(char, x0, y0, x1, y1, spaced, turn))
    return view, glyphs


def printed(text: PdfTextPage) -> list[tuple[int, str, Box, int, bool]]:
    """The index, character, box, turn in quarters and space before of all that prints something, in PDF coordinates."""
    count = pdfium_c.FPDFText_CountChars(text)
    boxes = (pdfium_c.FS_RECTF * max(count, 1))()
    code_of = pdfium_c.FPDFText_GetUnicode
    box_of = pdfium_c.FPDFText_GetLooseCharBox
    angle_of = pdfium_c.FPDFText_GetCharAngle
    found: list[tuple[int, str, Box, int, bool]] = []
    spaced = False
    for index in range(count):
        code = code_of(text, index)
        if code in SPACES:
            spaced = True
            continue
        char = "-" if code in HYPHENS else chr(code)
        if code < 0x20 and code not in HYPHENS or code in SILENT:
            continue
        box = boxes[index]
        box_of(text, index, box)
        turn = angle_of(text, index) * 2 / pi
        quarters = round(turn)
        quarters = quarters % 4 if abs(turn - quarters) < SLANT else SLANTED
        found.append((index, char, (box.left, box.bottom, box.right, box.top), quarters, spaced))
        spaced = False
    return found


def misfit(char: str, box: Box) -> bool:
    """Whether the box of a Chinese character, which is a square, is none: its font states a wrong height."""
    if not "\u4e00" <= char <= "\u9fff":
        return False
    width, height = abs(box[2] - box[0]), abs(box[3] - box[1])
    return not SQUARE[0] * width <= height <= SQUARE[1] * width


def measured(text: PdfTextPage, index: int, box: Box) -> Box:
    """The box of a character from its baseline and its font's size, whatever height the font states."""
    x, y, matrix = c_double(), c_double(), pdfium_c.FS_MATRIX()
    pdfium_c.FPDFText_GetCharOrigin(text, index, x, y)
    pdfium_c.FPDFText_GetMatrix(text, index, matrix)
    size = pdfium_c.FPDFText_GetFontSize(text, index)
    right, up = matrix.c * size, matrix.d * size
    if abs(up) >= abs(right):
        ends = sorted((y.value - DESCENT * up, y.value + (1 - DESCENT) * up))
        return box[0], ends[0], box[2], ends[1]
    ends = sorted((x.value - DESCENT * right, x.value + (1 - DESCENT) * right))
    return ends[0], box[1], ends[1], box[3]
