"""Where in a cell of a PDF some of its characters are printed. As drawing, this is done in a process of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ingest.readers.pdf.document import opened
from ingest.readers.pdf.glyphs import glyphs_of
from ingest.readers.text import content_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from ingest.readers import Box
    from ingest.readers.pdf.glyphs import Glyph

SLACK = 1.0
"""How far (points) the middle of a character may lie outside of its cell."""


def strokes(path: Path, number: int, cell: Box, text: str, parts: Sequence[tuple[int, int]]) -> tuple[Box, ...]:
    """The boxes of parts of a cell's text, one a printed line; none where the characters do not tell.

    Args:
        path: a PDF.
        number: the page's.
        cell: the box of the cell on the page.
        text: what the cell holds.
        parts: where each part begins and ends in that text.

    Raises:
        ingest.errors.IngestError: the file cannot be opened.
    """
    with opened(path, content_of(path)) as document:
        page = document[number - 1]
        _, glyphs = glyphs_of(page, page.get_textpage())
    lines = _lines(glyph for glyph in glyphs if _inside(cell, glyph))
    if [glyph.char for line in lines for glyph in line] != [char for char in text if not char.isspace()]:
        return ()
    places = [place for place, char in enumerate(text) if not char.isspace()]
    found = []
    for start, end in parts:
        position = 0
        for line in lines:
            here = places[position : position + len(line)]
            meant = [glyph for glyph, place in zip(line, here, strict=True) if start <= place < end]
            position += len(line)
            if meant:
                found.append(_around(meant))
    return tuple(found)


def _inside(cell: Box, glyph: Glyph) -> bool:
    x, y = (glyph.left + glyph.right) / 2, (glyph.top + glyph.bottom) / 2
    return cell[0] - SLACK <= x <= cell[2] + SLACK and cell[1] - SLACK <= y <= cell[3] + SLACK


def _lines(glyphs: Iterable[Glyph]) -> list[list[Glyph]]:
    """Characters line by line, each from left to right."""
    lines: list[list[Glyph]] = []
    for glyph in sorted(glyphs, key=lambda each: (each.top + each.bottom) / 2):
        if lines and (glyph.top + glyph.bottom) / 2 < lines[-1][0].bottom:
            lines[-1].append(glyph)
        else:
            lines.append([glyph])
    return [sorted(line, key=lambda each: each.left) for line in lines]


def _around(glyphs: Sequence[Glyph]) -> Box:
    return (
        min(glyph.left for glyph in glyphs),
        min(glyph.top for glyph in glyphs),
        max(glyph.right for glyph in glyphs),
        max(glyph.bottom for glyph in glyphs),
    )
