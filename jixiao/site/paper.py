"""Pages of a PDF drawn as pictures. Drawing is done where it can be killed: in a process of its own."""

from __future__ import annotations

from io import BytesIO
from math import sqrt
from typing import TYPE_CHECKING

import pypdfium2
from PIL import Image, ImageChops, ImageDraw

from ingest.errors import DamagedFileError, LimitError
from ingest.readers.pdf.document import BROKEN_PAGE, opened
from ingest.readers.pdf.glyphs import glyphs_of
from ingest.readers.pdf.view import view_of
from ingest.readers.text import content_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from ingest.readers import Box

SCALE = 2.0
"""Dots a point: 144 an inch."""
MOST_DOTS = 6_000_000
"""A larger sheet is drawn smaller: an A3 sheet has four million dots."""
QUALITY, EFFORT = 70, 2
"""Of WebP: small letters stay sharp, and a page takes about 100 KB and a tenth of a second."""
TINT, EDGE = "#ffe98a", "#b3541e"
"""What is marked on paper, which is white by day and night: ``--marker`` and ``--marker-edge`` of ``source.css``."""
OVERHANG = 1.5
"""How far a mark stands out, in points."""
THICKNESS = 3


def draw(path: Path, number: int) -> bytes:
    """A page as a reader sees it, as WebP.

    Raises:
        IndexError: there is no such page.
        ingest.errors.IngestError: the file or the page cannot be drawn.
    """
    picture, _ = _drawn(path, number)
    return _packed(picture)


def cut_out(path: Path, number: int, window: Box, marks: Sequence[Box], strokes: Sequence[Box] = ()) -> bytes:
    """A part of a page with what is marked on it, as WebP; boxes are in points from its upper left corner.

    Cells that are marked are tinted, or only framed where there are strokes: these are tinted then.

    Raises:
        IndexError: there is no such page.
        ingest.errors.IngestError: the file or the page cannot be drawn.
    """
    picture, scale = _drawn(path, number)
    for box in strokes or marks:
        _tint(picture, _dots(box, scale))
    for left, top, right, bottom in marks:
        frame = (left - OVERHANG, top - OVERHANG, right + OVERHANG, bottom + OVERHANG)
        ImageDraw.Draw(picture).rectangle(_dots(frame, scale), outline=EDGE, width=THICKNESS)
    return _packed(picture.crop(_dots(window, scale)))


def _drawn(path: Path, number: int) -> tuple[Image.Image, float]:
    """The picture of a page, turned as its reader turned it, and its scale."""
    with opened(path, content_of(path)) as document:
        if not 1 <= number <= len(document):
            raise IndexError(number)
        try:
            page = document[number - 1]
        except pypdfium2.PdfiumError as error:
            raise DamagedFileError(path, BROKEN_PAGE) from error
        width, height = page.get_size()
        if width <= 0 or height <= 0:
            raise DamagedFileError(path, BROKEN_PAGE)
        scale = min(SCALE, sqrt(MOST_DOTS / (width * height)), MOST_DOTS / 1000 / max(width, height))
        if width * scale < 1 or height * scale < 1:
            raise LimitError(path, "这一页太窄长，画不出来")
        drawn: Image.Image = page.render(scale=scale, rotation=_turn(page), may_draw_forms=False).to_pil()
        return drawn.convert("RGB"), scale


def _turn(page: pypdfium2.PdfPage) -> int:
    """By how many degrees the page is turned clockwise so that its text stands upright."""
    stated = page.get_rotation() // 90
    text = page.get_textpage()
    view, _ = glyphs_of(page, text)
    return next(90 * more for more in range(4) if view_of(page, stated + more) == view)


def _tint(picture: Image.Image, dots: tuple[int, int, int, int]) -> None:
    """Tint a part of the picture, as a marker pen does."""
    part = picture.crop(dots)
    picture.paste(ImageChops.multiply(part, Image.new("RGB", part.size, TINT)), dots)


def _dots(box: Box, scale: float) -> tuple[int, int, int, int]:
    left, top, right, bottom = (round(side * scale) for side in box)
    return left, top, right, bottom


def _packed(picture: Image.Image) -> bytes:
    buffer = BytesIO()
    picture.save(buffer, "WEBP", quality=QUALITY, method=EFFORT)
    return buffer.getvalue()
