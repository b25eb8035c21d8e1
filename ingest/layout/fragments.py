"""Lines cut into fragments: the smallest printed stretches that belong to one cell.

Text got out of a PDF keeps the words of a table but loses its rulings. What is left of a cell's border is a space, a
line's end, an empty line, a tab or a page's end; each fragment remembers which of them stands before it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ingest.readers import Line

WORD = re.compile(r"\S+")
MARKDOWN_HEADING = re.compile(r"\s*#{1,6}\s+")


class Gap(IntEnum):
    """What stands between a fragment and the one before it."""

    SPACE = 0
    LINE = 1
    BLANK = 2
    TAB = 3
    ROW = 4
    """The end of a row of tab-separated cells."""
    PAGE = 5


@dataclass(frozen=True, slots=True)
class Fragment:
    """A stretch of text without white space; ``cell`` counts the tabs before it where the line has any."""

    text: str
    start: int
    line: int
    gap: Gap
    cell: int | None
    page: int | None = None
    row: int | None = None

    @property
    def end(self) -> int:
        """Where the fragment ends in the source's text."""
        return self.start + len(self.text)


def fragments_of(lines: Iterable[Line]) -> list[Fragment]:
    """All fragments of some lines, in printed order."""
    result: list[Fragment] = []
    was_tabbed = False
    for line in lines:
        heading = MARKDOWN_HEADING.match(line.text)
        skip = heading.end() if heading else 0
        gap = gap_before(line, was_tabbed=was_tabbed)
        cell, seen = 0, skip
        for word in WORD.finditer(line.text, skip):
            tabs = line.text.count("\t", seen, word.start())
            cell, seen = cell + tabs, word.end()
            if result and result[-1].line == line.number:
                gap = Gap.TAB if tabs else Gap.SPACE
            result.append(Fragment(word[0], line.start + word.start(), line.number, gap, cell if line.tabbed else None,
                                   line.page, line.row))  # fmt: skip
        was_tabbed = line.tabbed
    return result


def gap_before(line: Line, *, was_tabbed: bool) -> Gap:
    """What divides a line from the one before it."""
    if line.page_break:
        return Gap.PAGE
    if line.gap:
        return Gap.BLANK
    return Gap.ROW if line.tabbed or was_tabbed else Gap.LINE
