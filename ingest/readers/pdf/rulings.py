"""The lines that a page draws: strokes, thin filled rectangles, the edges of filled areas."""

from __future__ import annotations

from ctypes import c_float, c_int, c_uint
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

import pypdfium2.raw as pdfium_c

from ingest.readers.pdf.clips import clip_of, within
from ingest.readers.pdf.view import matrix_of, product, turned

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from pypdfium2 import PdfPage

    from ingest.readers.pdf.view import Matrix, View
    from ingest.readers.source import Box

THIN = 2.5
"""A filled rectangle is a line up to this thickness (points)."""
WHITE = 250
"""A colour whose red, green and blue are all this or more cannot be seen on paper."""
OPAQUE = 255
AREA = 5.0
"""A filled area of less than this (points) covers no text."""
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


class Cover(NamedTuple):
    """A picture or a filled area, which hides what is printed before it."""

    order: int
    """The number of the page's object that it is, or that holds it."""
    box: Box
    picture: object | None = None


class Rulings(NamedTuple):
    """The lines of a page in the coordinates of its view, and what may cover its text."""

    level: list[Ruling]
    upright: list[Ruling]
    covers: list[Cover]


def rulings_of(page: PdfPage, view: View) -> Rulings:
    """All straight lines of a page that can be seen, as they are drawn."""
    rulings = Rulings([], [], [])
    sheet = (0.0, 0.0, view.width, view.height)
    for order, kind, item, matrix in drawings(page.raw, view.matrix):
        if kind == pdfium_c.FPDF_PAGEOBJ_IMAGE:
            rulings.covers.append(Cover(order, turned(product(matrix_of(item), matrix), 0, 0, 1, 1), item))
            continue
        for box, edge in lines_of(item, matrix, order, rulings.covers):
            cut = within(box, sheet)
            if cut is not None:
                add(rulings, cut, edge=edge)
    return rulings


def add(rulings: Rulings, box: Box, *, edge: bool) -> None:
    """Add a thin box as a line. A dot of a dotted line may belong to one of either direction."""
    left, top, right, bottom = box
    dot = max(right - left, bottom - top) <= THIN
    if dot or right - left > bottom - top:
        rulings.level.append(Ruling((top + bottom) / 2, left, right, edge))
    if dot or right - left <= bottom - top:
        rulings.upright.append(Ruling((left + right) / 2, top, bottom, edge))


def drawings(
    holder: object, matrix: Matrix, depth: int = DEPTH, within_form: int | None = None
) -> Iterator[tuple[int, int, object, Matrix]]:
    """The paths and pictures of a page or of a form: order on the page, kind, object, matrix of what holds it."""
    count, at = (
        (pdfium_c.FPDFPage_CountObjects, pdfium_c.FPDFPage_GetObject)
        if within_form is None
        else (pdfium_c.FPDFFormObj_CountObjects, pdfium_c.FPDFFormObj_GetObject)
    )
    kind_of = pdfium_c.FPDFPageObj_GetType
    for index in range(count(holder)):
        item = at(holder, index)
        kind = kind_of(item)
        if kind == pdfium_c.FPDF_PAGEOBJ_TEXT:
            continue
        order = index if within_form is None else within_form
        if kind in {pdfium_c.FPDF_PAGEOBJ_PATH, pdfium_c.FPDF_PAGEOBJ_IMAGE}:
            yield order, kind, item, matrix
        elif kind == pdfium_c.FPDF_PAGEOBJ_FORM and depth:
            yield from drawings(item, product(matrix_of(item), matrix), depth - 1, order)


def lines_of(path: object, matrix: Matrix, order: int, covers: list[Cover]) -> Iterator[tuple[Box, bool]]:
    """The boxes of the lines that one path draws, and whether they are edges; a filled area is added to the covers."""
    fill, stroke = c_int(), c_int()
    pdfium_c.FPDFPath_GetDrawMode(path, fill, stroke)
    darkest, alpha = tint(path, pdfium_c.FPDFPageObj_GetFillColor) if fill.value else (WHITE, 0)
    stroked = bool(stroke.value) and seen(*tint(path, pdfium_c.FPDFPageObj_GetStrokeColor))
    if not stroked and not alpha:
        return
    clip = clip_of(path, matrix)
    bounds = bounds_of(path, matrix)
    if min(bounds[2] - bounds[0], bounds[3] - bounds[1]) > AREA and alpha == OPAQUE:
        area = within(bounds, clip)
        if area is not None:
            covers.append(Cover(order, area))
    if not stroked and not seen(darkest, alpha):
        return
    for box, edge in parts(path, matrix, bounds, stroked=stroked):
        cut = within(box, clip)
        if cut:
            yield cut, edge


def parts(path: object, matrix: Matrix, bounds: Box, *, stroked: bool) -> Iterator[tuple[Box, bool]]:
    """The lines of a path that can be seen, and whether they are edges; of a plain one, its bounds say enough."""
    plain = not stroked or pdfium_c.FPDFPath_CountSegments(path) == ONE_LINE
    if plain and min(bounds[2] - bounds[0], bounds[3] - bounds[1]) <= THIN:
        yield bounds, False
        return
    for points in subpaths(path, product(matrix_of(path), matrix)):
        area = None if stroked else thin(points)
        boxes = sides(points) if stroked else sides([*points, points[0]]) if area is None else iter([area])
        for box in boxes:
            yield box, not stroked and area is None


def bounds_of(item: object, matrix: Matrix) -> Box:
    """The box around an object of a page."""
    left, bottom, right, top = c_float(), c_float(), c_float(), c_float()
    pdfium_c.FPDFPageObj_GetBounds(item, left, bottom, right, top)
    return turned(matrix, left.value, bottom.value, right.value, top.value)


def tint(path: object, colour_of: Callable[..., int]) -> tuple[int, int]:
    """The darkest part and the opacity (up to :data:`OPAQUE`) of a colour."""
    red, green, blue, alpha = c_uint(), c_uint(), c_uint(), c_uint()
    if not colour_of(path, red, green, blue, alpha):
        return 0, OPAQUE
    return min(red.value, green.value, blue.value), alpha.value


def seen(darkest: int, alpha: int) -> bool:
    """Whether a colour is neither white nor transparent."""
    return bool(alpha) and darkest < WHITE


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
