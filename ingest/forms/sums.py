"""Which rows of a table sum up which others, told by their money alone.

Tables of projects print totals of units, categories and level-1 projects above what they sum up, often without any
mark but a wider margin. What the sums tell is only used where they explain the whole table: every row that is summed up
is the sum of the rows below it, and the uppermost add up to the printed total.
"""

from __future__ import annotations

from decimal import Decimal
from functools import lru_cache
from math import isqrt
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

DEEPEST = 6
"""The most levels of a table."""
MOST = 2000
"""A longer table is not looked at."""
ROUNDING = Decimal("0.006")
"""How much rounding may change one figure (万元 with two decimals); errors of many figures grow as their root does."""

Ends = dict[int, tuple[int, ...]]
"""Where the rows of a node may end, each with where its children begin."""


def owners(amounts: Sequence[Decimal], total: Decimal | None) -> list[int | None] | None:
    """For each row the row that sums it up, or ``None`` where nothing explains the rows.

    Rows of one level are preferred, then the fewest levels at which all leaves stand equally deep, then any depths.

    Args:
        amounts: what each row prints, in printed order, without the total's row.
        total: the printed total; where there is none, the first row must be the sum of the others.
    """
    if not amounts or len(amounts) > MOST:
        return None
    for depth in (*range(1, DEEPEST + 1), None):
        found = Forest(tuple(amounts), depth).owners(total)
        if found is not None:
            return found
    return None


class Forest:
    """The ways in which rows can sum up each other, with all leaves at one depth or at any."""

    def __init__(self, amounts: tuple[Decimal, ...], depth: int | None) -> None:
        self.amounts = amounts
        self.depth = depth
        self.ends = lru_cache(maxsize=None)(self._ends)

    def owners(self, total: Decimal | None) -> list[int | None] | None:
        """For each row the row that sums it up, if everything can be explained."""
        size = len(self.amounts)
        if total is None:
            if self.depth == 1 or size < 3:  # noqa: PLR2004 - a sum of one row is no evidence
                return None
            children = self.ends(0, 1).get(size)
            return self._fill([None] * size, 0, 1, size) if children else None
        first = next((starts for end, starts in self._series(0, 1, total) if end == size), None)
        if first is None:
            return None
        found: list[int | None] = [None] * size
        for start, end in zip(first, (*first[1:], size), strict=True):
            self._fill(found, start, 1, end)
        return found

    def _fill(self, found: list[int | None], row: int, level: int, end: int) -> list[int | None]:
        """Note for the rows below a row which row sums them up."""
        starts = self.ends(row, level)[end]
        for start, stop in zip(starts, (*starts[1:], end), strict=True) if starts else ():
            found[start] = row
            self._fill(found, start, level + 1, stop)
        return found

    def _ends(self, row: int, level: int) -> Ends:
        """Where the rows that a row sums up may end; a row without any ends with itself."""
        found: Ends = {}
        if self.depth is None or level == self.depth:
            found[row + 1] = ()
        if level < (self.depth or DEEPEST):
            for end, starts in self._series(row + 1, level + 1, self.amounts[row]):
                found.setdefault(end, starts)
        return found

    def _series(self, row: int, level: int, total: Decimal) -> Iterator[tuple[int, tuple[int, ...]]]:
        """Rows from one on that add up to a sum: where they end, and where each begins."""
        seen = {(row, Decimal(0))}
        stack: list[tuple[int, Decimal, tuple[int, ...]]] = [(row, Decimal(0), ())]
        while stack:
            at, added, starts = stack.pop()
            bound = ROUNDING * 2 * (1 + isqrt(len(starts)))
            if starts and abs(added - total) <= bound:
                yield at, starts
            if at >= len(self.amounts):
                continue
            more = added + self.amounts[at]
            if more > total + bound and total >= 0:
                continue
            for end in self.ends(at, level):
                if (end, more) not in seen:
                    seen.add((end, more))
                    stack.append((end, more, (*starts, at)))
