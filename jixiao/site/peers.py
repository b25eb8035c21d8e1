"""What comparable indicators set, in a word: how many there are and their median, for pages with many indicators."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from functools import lru_cache
from threading import Lock
from typing import TYPE_CHECKING

from jixiao.comparison import index_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from decimal import Decimal

    from graph.snapshot import Snapshot
    from queries.comparison import Group, Index


@dataclass(frozen=True, slots=True)
class Peers:
    """The other targets of a group on the same side: the same count and median as on the indicator's own page."""

    count: int
    median: Decimal
    unit: str
    is_ceiling: bool


class Elsewhere:
    """The groups of a snapshot, each put in order once, so that one more indicator costs a search in a list."""

    def __init__(self, index: Index) -> None:
        self._index = index
        self._amounts: dict[tuple[str, bool], Sequence[Decimal]] = {}

    def of(self, iri: str) -> Peers | None:
        """What others set; ``None`` where nothing is comparable."""
        group, entry = self._index.group(iri), self._index.by_iri.get(iri)
        if group is None or entry is None:
            return None
        amounts = self._sorted(group, is_ceiling=entry.is_ceiling)
        if len(amounts) == 1:
            return None
        return Peers(len(amounts) - 1, median_without(amounts, entry.amount), group.key.unit, entry.is_ceiling)

    def _sorted(self, group: Group, *, is_ceiling: bool) -> Sequence[Decimal]:
        side = group.entries[0].iri, is_ceiling
        if side not in self._amounts:
            self._amounts[side] = sorted(each.amount for each in group.entries if each.is_ceiling == is_ceiling)
        return self._amounts[side]


def median_without(amounts: Sequence[Decimal], one: Decimal) -> Decimal:
    """The median of sorted amounts, one of them left out."""
    out, count = bisect_left(amounts, one), len(amounts) - 1
    low, high = ((at + (at >= out)) for at in ((count - 1) // 2, count // 2))
    return (amounts[low] + amounts[high]) / 2


_READING = Lock()


def peers(snapshot: Snapshot, indicators: Iterable[str]) -> Mapping[str, Peers]:
    """What others set in place of each of these indicators, where something is comparable."""
    with _READING:  # of many first readers one makes the index
        elsewhere = _elsewhere(snapshot)
    told = ((iri, elsewhere.of(iri)) for iri in indicators)
    return {iri: each for iri, each in told if each}


@lru_cache(maxsize=2)  # the live snapshot is not forgotten when somebody looks at a preview
def _elsewhere(snapshot: Snapshot) -> Elsewhere:
    return Elsewhere(index_of(snapshot))
