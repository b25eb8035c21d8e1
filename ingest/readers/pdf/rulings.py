"""The lines that a page draws: strokes, thin filled rectangles, the edges of filled areas."""

from __future__ import annotations

from ctypes import c_float, c_int, c_uint
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

import pypdfium2.raw as pdfium_c

from ingest.readers.pdf.clips import clip_of, within
from ingest.readers.pdf.view import matrix_of, product, turned

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pypdfium2 import PdfPage

    from ingest.readers.pdf.view import Matrix, View
    from ingest.readers.source import Box

THIN = 2.5
"""A filled rectangle is a line up to this thickness (points)."""
WHITE = 250
"""A colour whose red, green and blue are all this or more cannot be seen on paper."""
STRAIGHT = 0.5
"""How far (points) a line's ends may be off the level."""
ONE_LINE = 2
"""The points of a path that is one straight line."""
DEPTH = 4
"""How many form XObjects may stand within each other."""


class Ruling(NamedTuple):
    """A level or upright line: ``at`` on the other axis, from ``start`` to ``end`` on its own."""

    at: float
    start: float
    end: float
    edge: bool = False
    """It is the edge of a filled area, and not drawn as a line."""


class Rulings(NamedTuple):
    """The lines of a page in the coordinates of its view."""

    level: list[Ruling]
    upright: list[Ruling]


def rulings_of(page: PdfPage, view: View) -> Rulings:
    """All straight lines of a page that can be seen, as they are drawn."""
    rulings = Rulings([], [])
    sheet = (0.0, 0.0, view.width, view.height)
    for box, edge in drawn(page.raw, view.matrix, DEPTH):
        cut = within(box, sheet)
        if cut is None:
            continue
        left, top, right, bottom = cut
        dot = max(right - left, bottom - top) <= THIN  # of a dotted line, of which direction is not known yet
        if dot or right - left > bottom - top:
            rulings.level.append(Ruling((top + bottom) / 2, left, right, edge))
        if dot or right - left <= bottom - top:
            rulings.upright.append(Ruling((left + right) / 2, top, bottom, edge))
    return rulings


def drawn(holder: object, matrix: Matrix, depth: int, *, form: bool = False) -> Iterator[tuple[Box, bool]]:
    """The boxes of the lines among the objects of a page or of a form, and whether they are edges of filled areas."""
    count, at = (
        (pdfium_c.FPDFFormObj_CountObjects, pdfium_c.FPDFFormObj_GetObject)
        if form
        else (pdfium_c.FPDFPage_CountObjects, pdfium_c.FPDFPage_GetObject)
    )
    kind_of = pdfium_c.FPDFPageObj_GetType
    for index in range(count(holder)):
        item = at(holder, index)
        kind = kind_of(item)
        if kind == pdfium_c.FPDF_PAGEOBJ_PATH:
            yield from lines_of(item, matrix)
        elif kind == pdfium_c.FPDF_PAGEOBJ_FORM and depth:
            yield from drawn(item, product(matrix_of(item), matrix), depth - 1, form=True)


def lines_of(path: object, matrix: Matrix) -> Iterator[tuple[Box, bool]]:
    """The boxes of the lines that one path draws, and whether they are edges."""
    fill, stroke = c_int(), c_int()
    pdfium_c.FPDFPath_GetDrawMode(path, fill, stroke)
    stroked = bool(stroke.value) and visible(path, pdfium_c.FPDFPageObj_GetStrokeColor)
    filled = bool(fill.value) and visible(path, pdfium_c.FPDFPageObj_GetFillColor)
    if not stroked and not filled:
        return
    clip = clip_of(path, matrix)
    for box, edge in parts(path, matrix, stroked=stroked):
        cut = within(box, clip)
        if cut:
            yield cut, edge


def parts(path: object, matrix: Matrix, *, stroked: bool) -> Iterator[tuple[Box, bool]]:
    """The lines of a path that can be seen, and whether they are edges; of a plain one, its bounds say enough."""
    if not stroked or pdfium_c.FPDFPath_CountSegments(path) == ONE_LINE:
        left, bottom, right, top = c_float(), c_float(), c_float(), c_float()
        pdfium_c.FPDFPageObj_GetBounds(path, left, bottom, right, top)
        box = turned(matrix, left.value, bottom.value, right.value, top.value)
        if min(box[2] - box[0], box[3] - box[1]) <= THIN:
            yield box, False
            return
    for points in subpaths(path, product(matrix_of(path), matrix)):
        area = None if stroked else thin(points)
        boxes = sides(points) if stroked else sides([*points, points[0]]) if area is None else iter([area])
        for box in boxes:
            yield box, not stroked and area is None


def visible(path: object, colour_of: object) -> bool:
    """Whether a colour is neither white nor transparent."""
    red, green, blue, alpha = c_uint(), c_uint(), c_uint(), c_uint()
    if not colour_of(path, red, green, blue, alpha):  # type: ignore[operator]
        return True
    return bool(alpha.value) and min(red.value, green.value, blue.value) < WHITE


def subpaths(path: object, matrix: Matrix) -> Iterator[list[tuple[float, float]]]:
    """The corners of each part of a path; a curve is a jump to where it ends."""
    a, b, c, d, e, f = matrix
    x, y = c_float(), c_float()
    points: list[tuple[float, float]] = []
    for index in range(pdfium_c.FPDFPath_CountSegments(path)):
        segment = pdfium_c.FPDFPath_GetPathSegment(path, index)
        kind = pdfium_c.FPDFPathSegment_GetType(segment)
        pdfium_c.FPDFPathSegment_GetPoint(segment, x, y)
        if kind != pdfium_c.FPDF_SEGMENT_LINETO and points:
            yield points
            points = []
        points.append((a * x.value + c * y.value + e, b * x.value + d * y.value + f))
        if pdfium_c.FPDFPathSegment_GetClose(segment) and len(points) > 1:
            points.append(points[0])
    if points:
        yield points


def sides(points: Iterable[tuple[float, float]]) -> Iterator[Box]:
    """The level and upright lines between points."""
    for (x0, y0), (x1, y1) in pairwise(points):
        width, height = abs(x1 - x0), abs(y1 - y0)
        if (width <= STRAIGHT or height <= STRAIGHT) and width + height > STRAIGHT:
            yield min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1)


def thin(points: list[tuple[float, float]]) -> Box | None:
    """The box around points where it is so thin that it is a line when filled."""
    xs, ys = [x for x, _ in points], [y for _, y in points]
    left, top, right, bottom = min(xs), min(ys), max(xs), max(ys)
    return (left, top, right, bottom) if min(right - left, bottom - top) <= THIN else None
