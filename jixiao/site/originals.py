"""The sources that are kept, as their reader sees them: leaf by leaf, with the line and page at which each stands.

A source is read by a process of its own, once: what a leaf shows is kept packed, so that a long document takes little
memory and a leaf is there at once.
"""

from __future__ import annotations

import pickle
import re
import zlib
from bisect import bisect_right
from dataclasses import dataclass, replace
from itertools import accumulate
from typing import TYPE_CHECKING

from ingest.readers import read_source
from ingest.readers.source import WRAP

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from ingest.readers import Grid, Page, Source

STRETCH = 300
"""So many lines of a sheet or a text are a leaf."""
OVERLAP = 20
"""So many lines before and after them are shown with them."""
_ENDS = {"pdf": re.compile(r"(?<=\n)")}
_OTHERWISE = re.compile(r"(?<=[\n\f])")
"""Where lines end: in a PDF a page's end stands between two lines, elsewhere it ends one."""
WRAPPED = "↵"
"""Shown where a cell is printed on several lines."""


@dataclass(frozen=True, slots=True)
class PrintedLine:
    """A line of a source's text."""

    number: int
    """The first is line 1 of places."""
    text: str
    start: int
    leaf: int
    """The number of its page or sheet; 1 where there are none."""
    page: str | None
    """What its page is called, where the source has pages or sheets."""
    begun: tuple[str, ...]
    """The pages that begin with it: its own, and before it those without a word."""


@dataclass(frozen=True, slots=True)
class Leaf:
    """What is shown at once: a page of a PDF, or so many lines of a sheet or a text."""

    source: Source
    """What stands on it; positions count from its first character."""
    begin: int
    """Which character of the whole source that is, from zero."""
    number: int
    """Of its page or sheet; 1 where there are none."""
    lines: tuple[PrintedLine, ...]

    @property
    def page(self) -> Page | None:
        """Its page or sheet, where the source has some."""
        return next(iter(self.source.pages), None)


@dataclass(frozen=True, slots=True)
class Original:
    """A source that was read: its leaves, packed, and where each begins."""

    format: str
    leaves: tuple[bytes, ...]
    pages: tuple[int, ...]
    """The page or sheet of each leaf."""
    firsts: tuple[int, ...]
    """The first line of each leaf; those that it shares with the one before are not counted."""
    lines: int
    """How many there are in all."""

    @property
    def size(self) -> int:
        """How many bytes it takes."""
        return sum(map(len, self.leaves))

    def leaf(self, index: int) -> Leaf:
        """A leaf by its index."""
        found: Leaf = pickle.loads(zlib.decompress(self.leaves[index]))  # noqa: S301 - packed by read_original
        return found

    def of_line(self, number: int) -> int:
        """The index of the leaf on which a line stands; of a line that there is not, the nearest."""
        return max(0, bisect_right(self.firsts, min(number, self.lines)) - 1)

    def of_page(self, number: int) -> int | None:
        """The index of the first leaf of a page."""
        return self.pages.index(number) if number in self.pages else None


def read_original(path: Path, name: str | None = None) -> Original:
    """All leaves of a kept source.

    Args:
        path: the file.
        name: what it was called when it came.

    Raises:
        ingest.errors.IngestError: it cannot be read.
    """
    source = read_source(path, name)
    lines = _lines(source)
    cut = list(_leaves(source, lines))
    return Original(
        source.format,
        tuple(zlib.compress(pickle.dumps(leaf, pickle.HIGHEST_PROTOCOL), 3) for _, leaf in cut),
        tuple(leaf.number for _, leaf in cut),
        tuple(first for first, _ in cut),
        len(lines),
    )


def _lines(source: Source) -> tuple[PrintedLine, ...]:
    texts = _divided(source)
    starts = [0, *accumulate(len(text) for text in texts)]
    begins, called = [page.start for page in source.pages], list(map(_called, source.pages))
    numbers = [bisect_right(begins, start + _fed(text)) for text, start in zip(texts, starts, strict=False)]
    return tuple(
        PrintedLine(
            line,
            _shown(text),
            start,
            source.pages[number - 1].number if number else 1,
            called[number - 1] if number else None,
            tuple(called[before:number]),
        )
        for line, (text, start, before, number) in enumerate(
            zip(texts, starts, [0, *numbers], numbers, strict=False), 1
        )
    )


def _divided(source: Source) -> list[str]:
    """The text line by line as readers number lines: of a text file as text is divided, else at line and page ends."""
    if source.format == "text":
        return source.text.splitlines(keepends=True)
    return [text for text in _ENDS.get(source.format, _OTHERWISE).split(source.text) if text]


def _fed(text: str) -> int:
    """How many ends of pages stand before a line."""
    return len(text) - len(text.lstrip("\f"))


def _called(page: Page) -> str:
    words = (f"第 {page.number} 页", page.name, page.unread)
    return " ".join(word for word in words if word)


def _shown(text: str) -> str:
    return text.strip("\f").rstrip("\r\n\f\v\x85\u2028\u2029").replace(WRAP, WRAPPED)


def _leaves(source: Source, lines: Sequence[PrintedLine]) -> Iterator[tuple[int, Leaf]]:
    """The leaves with the number of the first line that is each one's own: pages as they are, all else in stretches."""
    first = 1
    for number in [page.number for page in source.pages] or [1]:
        last = bisect_right(lines, number, key=lambda line: line.leaf)
        step = max(1, last) if source.format == "pdf" else STRETCH
        for begin in range(first, max(first, last) + 1, step):
            before, after = (max(first, begin - OVERLAP), min(last, begin + step - 1 + OVERLAP))
            yield begin, _leaf(source, number, lines[before - 1 : after])
        first = last + 1


def narrowed(leaf: Leaf, first: int, last: int) -> Leaf:
    """What stands on some lines of a leaf."""
    cut = _leaf(leaf.source, leaf.number, [line for line in leaf.lines if first <= line.number <= last])
    return replace(cut, begin=leaf.begin + cut.begin)


def _leaf(source: Source, number: int, lines: Sequence[PrintedLine]) -> Leaf:
    first, last = (lines[0].number, lines[-1].number) if lines else (0, -1)
    grids = [cut for grid in source.grids if (cut := _between(grid, first, last))]
    read = [line for line in source.lines if first <= line.number <= last]
    cells = [cell for grid in grids for cell in grid.cells]
    begin = min([*(line.start for line in read), *(cell.start for cell in cells)], default=0)
    end = max([begin, *(line.start + len(line.text) for line in read), *(cell.end for cell in cells)])
    ours = replace(
        source,
        text=source.text[begin:end],
        lines=tuple(replace(line, start=line.start - begin) for line in read),
        grids=tuple(_moved(grid, begin, number if source.pages else None) for grid in grids),
        pages=tuple(page for page in source.pages if page.number == number),
    )
    return Leaf(ours, begin, number, tuple(lines))


def _between(grid: Grid, first: int, last: int) -> Grid | None:
    """The rows of a table that stand on some lines; a cell that begins above them begins with them."""
    rows = [cell.row for cell in grid.cells if first <= cell.line <= last]
    if not rows:
        return None
    top, bottom = min(rows), max(rows) + 1
    cells = tuple(
        replace(cell, row=max(cell.row, top) - top, rows=min(cell.row + cell.rows, bottom) - max(cell.row, top))
        for cell in grid.cells
        if cell.row < bottom and top < cell.row + cell.rows
    )
    return replace(grid, cells=cells, rows=bottom - top, first_row=grid.first_row + top)


def _moved(grid: Grid, begin: int, page: int | None) -> Grid:
    """A table, or the part of it on a page, in a text that begins later."""
    cells = (replace(cell, start=cell.start - begin, end=cell.end - begin) for cell in grid.cells)
    return replace(grid, cells=tuple(cells), page=page)
