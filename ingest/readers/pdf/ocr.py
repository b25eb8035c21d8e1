"""Scanned pages by optical character recognition, where the extra ``jixiao[ocr]`` (rapidocr) is installed."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from ingest.readers.pdf.glyphs import Glyph
from ingest.readers.pdf.rulings import Ruling, Rulings
from ingest.readers.pdf.view import view_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pypdfium2 import PdfPage

    from ingest.readers.pdf.view import View
    from ingest.readers.source import Box

RESOLUTION = 200
"""Dots per inch at which a page is looked at."""
SCALE = RESOLUTION / 72
SURE = 0.5
"""Text that is less sure than this is left out."""
LENGTH = 60
"""A drawn line is at least so many dots long: longer than a stroke of a character."""
DARK = 160
"""Grey levels below this are ink."""
UNNUMBERED = -1
"""What stands for a character's number in pdfium's text of the page."""
NARROW = "\u2e80"
"""Characters before this one are half as wide as Chinese ones."""


@cache
def engine() -> Any | None:
    """What recognises text, or ``None`` where the extra is not installed."""
    if find_spec("rapidocr") is None or find_spec("onnxruntime") is None:
        return None
    return import_module("rapidocr").RapidOCR(params={"Global.log_level": "error"})


def recognised(page: PdfPage, recognise: Any) -> tuple[View, list[Glyph], Rulings]:
    """The characters and lines that a page shows, and the view in which most of its text stands upright."""
    quarters = page.get_rotation() // 90
    found, picture = looked_at(page, 0, recognise)
    if sum(map(tall, found)) > len(found) / 2:
        turned = {turn: looked_at(page, turn, recognise) for turn in (1, 3)}
        turn = max(turned, key=lambda turn: certainty(turned[turn][0]))
        quarters, (found, picture) = quarters + turn, turned[turn]
    glyphs = [glyph for corners, text, _ in found for glyph in spread(corners, text)]
    return view_of(page, quarters), glyphs, drawn(picture)


def looked_at(page: PdfPage, quarters: int, recognise: Any) -> tuple[list[tuple[Any, str, float]], Any]:
    """The lines (corners, text, certainty) that are recognised on a page turned clockwise, and its picture."""
    picture = page.render(scale=SCALE, rotation=90 * quarters).to_numpy()
    result = recognise(picture)
    lines = zip(result.boxes, result.txts, result.scores, strict=True) if result.txts else ()
    return [line for line in lines if line[2] >= SURE], picture


def tall(line: tuple[Any, str, float]) -> bool:
    """Whether a line of several characters is higher than wide: it runs sideways."""
    corners, text, _ = line
    xs, ys = [float(x) for x, _ in corners], [float(y) for _, y in corners]
    return len(text) > 1 and max(ys) - min(ys) > max(xs) - min(xs)


def certainty(lines: list[tuple[Any, str, float]]) -> float:
    """How much is recognised for sure."""
    return sum(len(text) * float(score) ** 4 for _, text, score in lines)


def spread(corners: Any, text: str) -> Iterator[Glyph]:
    """The characters of a recognised line, which share its box by their width."""
    left, right = (float(edge(point[0] for point in corners)) / SCALE for edge in (min, max))
    top, bottom = (float(edge(point[1] for point in corners)) / SCALE for edge in (min, max))
    widths = [1.0 if char < NARROW else 2.0 for char in text]
    unit = (right - left) / (sum(widths) or 1.0)
    spaced = False
    for char, width in zip(text, widths, strict=True):
        if not char.isspace():
            yield Glyph(char, left, top, left + width * unit, bottom, spaced, 0, UNNUMBERED)
        spaced = char.isspace()
        left += width * unit


def drawn(picture: Any) -> Rulings:
    """The level and upright lines of a picture: dark stretches that are long and thin."""
    cv2 = import_module("cv2")
    ink = (picture.min(axis=2) < DARK).astype("uint8")
    rulings = Rulings([], [], [])
    for kernel, lines, level in (((LENGTH, 1), rulings.level, True), ((1, LENGTH), rulings.upright, False)):
        long = cv2.morphologyEx(ink, cv2.MORPH_OPEN, cv2.getStructuringElement(cv2.MORPH_RECT, kernel))
        for outline in cv2.findContours(long, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)[0]:
            lines.append(ruling(tuple(side / SCALE for side in cv2.boundingRect(outline)), level=level))
    return rulings


def ruling(box: Box, *, level: bool) -> Ruling:
    """A line from its left, top, width and height."""
    left, top, width, height = box
    return Ruling(top + height / 2, left, left + width) if level else Ruling(left + width / 2, top, top + height)
