"""Where drawing is cut off: what lies outside an object's clip is in the file, but not on the page."""

from __future__ import annotations

from ctypes import c_float
from typing import TYPE_CHECKING

import pypdfium2.raw as pdfium_c

from ingest.readers.pdf.view import turned

if TYPE_CHECKING:
    from ingest.readers.pdf.view import Matrix
    from ingest.readers.source import Box

NOWHERE: Box = (0.0, 0.0, -1.0, -1.0)
RECTANGLE = (4, 5)
"""So many points has a rectangle, with or without its first one again."""


def clip_of(item: object, matrix: Matrix) -> Box | None:
    """The rectangle to which an object of a page is cut, moved by a matrix; ``None`` where it is not cut."""
    clip = pdfium_c.FPDFPageObj_GetClipPath(item)
    found: Box | None = None
    for part in range(pdfium_c.FPDFClipPath_CountPaths(clip) if clip else 0):
        box = extent(clip, part)
        if box is not None:
            found = box if found is None else within(box, found) or NOWHERE
    if found is None or found is NOWHERE:
        return found
    return turned(matrix, *found)


def extent(clip: object, part: int) -> Box | None:
    """The rectangle around one path of a clip, in the coordinates of what holds it."""
    count = pdfium_c.FPDFClipPath_CountPathSegments(clip, part)
    if count in RECTANGLE:
        (left, top), (right, bottom) = point(clip, part, 0), point(clip, part, 2)
        return min(left, right), min(top, bottom), max(left, right), max(top, bottom)
    points = [point(clip, part, index) for index in range(count)]
    if not points:
        return None
    xs, ys = [x for x, _ in points], [y for _, y in points]
    return min(xs), min(ys), max(xs), max(ys)


def point(clip: object, part: int, index: int) -> tuple[float, float]:
    """A corner of a clip."""
    x, y = c_float(), c_float()
    pdfium_c.FPDFPathSegment_GetPoint(pdfium_c.FPDFClipPath_GetPathSegment(clip, part, index), x, y)
    return x.value, y.value


def within(box: Box, clip: Box | None) -> Box | None:
    """What of a box is inside another; ``None`` where nothing is."""
    if clip is None:
        return box
    left, top, right, bottom = max(box[0], clip[0]), max(box[1], clip[1]), min(box[2], clip[2]), min(box[3], clip[3])
    return (left, top, right, bottom) if right >= left and bottom >= top else None
