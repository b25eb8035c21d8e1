"""Cells as a printer sees them: wrapped into lines, set into rows, cut by the end of a page. Pure functions."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import accumulate
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

Lines = tuple[str, ...]


def wrap(text: str, width: int) -> Lines:
    """Break a text wherever the column ends, as spreadsheets break Chinese; a wide character fills two columns.

    >>> wrap("不少于12次", 4)
    ('不少', '于12', '次')
    """
    lines, line, used = [], "", 0
    for character in text:
        size = 1 if character.isascii() else 2
        if line and used + size > width:
            lines.append(line)
            line, used = "", 0
        line, used = line + character, used + size
    return (*lines, line) if line else tuple(lines)


@dataclass(frozen=True, slots=True)
class Row:
    """Wrapped cells side by side."""

    cells: tuple[Lines, ...]

    @property
    def height(self) -> int:
        """Lines of the tallest cell."""
        return max(map(len, self.cells), default=0)

    def cut(self, height: int) -> tuple[Row, Row]:
        """What stands above and below a page's end."""
        return (
            Row(tuple(cell[:height] for cell in self.cells)),
            Row(tuple(cell[height:] for cell in self.cells)),
        )

    def may_be_cut(self, height: int) -> bool:
        """Only one cell goes on over the page's end; with more nobody could tell whose rest is whose."""
        return sum(len(cell) > height for cell in self.cells) == 1


@dataclass(frozen=True, slots=True)
class Block:
    """Merged cells beside the rows that they belong to, like a project beside its indicators."""

    merged: Row
    rows: tuple[Row, ...]

    @property
    def height(self) -> int:
        """Lines of the taller side."""
        return max(self.merged.height, sum(row.height for row in self.rows))

    @property
    def head(self) -> int:
        """Lines that stay on one page: the merged cells except the longest, which alone may go on overleaf."""
        return max(sorted(map(len, self.merged.cells))[:-1], default=0)

    def cut(self, height: int) -> tuple[Block, Block]:
        """What stands above and below a page's end; a row that may not be cut stands below as a whole."""
        whole = sum(end <= height for end in accumulate(row.height for row in self.rows))
        left = height - sum(row.height for row in self.rows[:whole])
        above, below = self.merged.cut(height)
        top, rest = self.rows[:whole], self.rows[whole:]
        if rest and left > 0 and not below.height and rest[0].may_be_cut(left):
            first, second = rest[0].cut(left)
            top, rest = (*top, first), (second, *rest[1:])
        return Block(above, top), Block(below, rest)


def paginate(blocks: Iterable[Block], height: int) -> list[list[Block]]:
    """Set blocks one below the other on pages of so many lines, cutting those that do not fit.

    Raises:
        ValueError: A row is taller than a page, so it would never find room.
    """
    blocks = tuple(blocks)
    if any(max(block.head, *(row.height for row in block.rows)) > height for block in blocks if block.rows):
        raise ValueError(f"a row is taller than {height} lines")
    pages: list[list[Block]] = [[]]
    room = height
    for block in blocks:
        rest = block
        while rest.height > room:
            if room >= rest.head:
                above, rest = rest.cut(room)
                pages[-1].append(above)
            pages.append([])
            room = height
        pages[-1].append(rest)
        room -= rest.height
    return [page for page in pages if page]


def paragraphs(block: Block) -> list[Lines]:
    """The printed cells in reading order, without the empty ones."""
    return [cell for row in (block.merged, *block.rows) for cell in row.cells if cell]
