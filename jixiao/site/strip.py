"""The strip plot of one indicator among comparable ones: what is drawn where. The template only writes it down."""

from __future__ import annotations

from dataclasses import dataclass
from math import log10
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from decimal import Decimal

    from queries.comparison import Comparison

WIDTH, HEIGHT = 640, 92
MARGIN = 14
"""What is left free on both sides, so that no point is cut."""
BASE = 76
"""How far down the lowest points stand."""
STEP = 9
"""How far points that fall together stand above one another."""
HIGHEST = 6
"""So many points stand above one another; of more only the count is told."""
WIDE = 50
"""From this ratio of the largest to the smallest on the scale is logarithmic."""


@dataclass(frozen=True)
class Strip:
    """Points from left to right, the middle half, the median, and the indicator's own value."""

    points: Sequence[tuple[float, float, bool]]
    """Across, down, and whether the document is another one."""
    counts: Sequence[tuple[float, float, int]]
    """Across and down, how many fall together where not all of them are drawn."""
    box: tuple[float, float] | None
    """From where to where the middle half goes."""
    median: float
    own: float
    logarithmic: bool
    width: int = WIDTH
    height: int = HEIGHT
    base: int = BASE


def strip(comparison: Comparison) -> Strip | None:
    """The drawing of a comparison; ``None`` where there is nothing to compare with, or all amounts are the same."""
    figures, own = comparison.figures, comparison.entry
    if figures is None:
        return None
    least, most = min(figures.minimum, own.amount), max(figures.maximum, own.amount)
    if least == most:
        return None
    logarithmic = least > 0 and most / least >= WIDE

    def across(amount: Decimal) -> float:
        low, value, high = (log10(each) if logarithmic else float(each) for each in (least, amount, most))
        return round(MARGIN + (value - low) / (high - low) * (WIDTH - 2 * MARGIN), 1)

    columns: dict[int, list[tuple[float, bool]]] = {}
    for peer in comparison.peers:
        x = across(peer.amount)
        columns.setdefault(round(x / STEP), []).append((x, peer.document != own.document))
    lower, upper = figures.lower, figures.upper
    high = [column for column in columns.values() if len(column) > HIGHEST]
    return Strip(
        points=[point for column in columns.values() for point in _stacked(column)],
        counts=[(column[0][0], BASE - HIGHEST * STEP, len(column)) for column in high],
        box=(across(lower), across(upper)) if lower is not None and upper is not None else None,
        median=across(figures.median),
        own=across(own.amount),
        logarithmic=logarithmic,
    )


def _stacked(column: Sequence[tuple[float, bool]]) -> list[tuple[float, float, bool]]:
    """Points that fall together, one above the other."""
    return [(x, BASE - STEP * level, elsewhere) for level, (x, elsewhere) in enumerate(column[:HIGHEST])]
