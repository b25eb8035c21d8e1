"""How a page is turned before it is read: from a PDF's own coordinates to those of a reader."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pypdfium2.raw as pdfium_c

if TYPE_CHECKING:
    from pypdfium2 import PdfPage

    from ingest.readers.source import Box

Matrix = tuple[float, float, float, float, float, float]
"""A PDF matrix: ``x' = a x + c y + e``, ``y' = b x + d y + f``."""
IDENTITY: Matrix = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)


@dataclass(frozen=True, slots=True)
class View:
    """A page as a reader sees it: ``matrix`` leads from the page's coordinates to points from its upper left corner."""

    matrix: Matrix
    width: float
    height: float

    def box(self, left: float, bottom: float, right: float, top: float) -> Box:
        """A rectangle of the page's coordinates, turned."""
        a, _, _, d, e, f = self.matrix
        if a == 1 and d == -1:
            return left + e, f - top, right + e, f - bottom
        return turned(self.matrix, left, bottom, right, top)


def view_of(page: PdfPage, quarters: int) -> View:
    """The view of a page that is turned clockwise by some quarters."""
    left, bottom, right, top = page.get_bbox()
    width, height = right - left, top - bottom
    match quarters % 4:
        case 0:
            return View((1, 0, 0, -1, -left, top), width, height)
        case 1:
            return View((0, 1, 1, 0, -bottom, -left), height, width)
        case 2:
            return View((-1, 0, 0, 1, right, -bottom), width, height)
        case _:
            return View((0, -1, -1, 0, top, right), height, width)


def turned(matrix: Matrix, left: float, bottom: float, right: float, top: float) -> Box:
    """The rectangle around a rectangle that a matrix moved."""
    a, b, c, d, e, f = matrix
    x0, x1 = a * left + c * bottom + e, a * right + c * top + e
    y0, y1 = b * left + d * bottom + f, b * right + d * top + f
    return min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1)


def product(first: Matrix, second: Matrix) -> Matrix:
    """The matrix that does the first, then the second."""
    a, b, c, d, e, f = first
    p, q, r, s, t, u = second
    return (a * p + b * r, a * q + b * s, c * p + d * r, c * q + d * s, e * p + f * r + t, e * q + f * s + u)


def matrix_of(item: object) -> Matrix:
    """The matrix of an object of a page."""
    found = pdfium_c.FS_MATRIX()
    if not pdfium_c.FPDFPageObj_GetMatrix(item, found):
        return IDENTITY
    return found.a, found.b, found.c, found.d, found.e, found.f
