"""Which way an indicator is meant: is more of it better, or less? And is its target a price for one or a total?"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from ingest.layout.folding import fold
from ontology import lexicon

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ingest.records import Direction

EACH = re.compile(r"每个|每家|每人|每次|每户|每场|每名|每件|每平|人均|户均|次均|单价|单位成本|标准|均价|/")


DIRECTIONS: tuple[Direction, ...] = ("more", "less", "keep")


@lru_cache(maxsize=1)
def directions() -> tuple[Mapping[str, Direction], int]:
    """The words of each direction and the length of the longest."""
    groups: Mapping[Direction, list[str]] = lexicon("values")["polarity"]
    found = {fold(word): direction for direction in DIRECTIONS for word in groups[direction]}
    return found, max(map(len, found))


@lru_cache(maxsize=16384)
def polarity(name: str, unit: str | None = None) -> Direction | None:
    """The better direction of an indicator, by the words of its name: the longest counts, the last of equal length.

    Returns ``None`` where no word tells it.
    """
    text, (known, longest) = fold(name), directions()
    for length in range(min(longest, len(text)), 0, -1):
        for start in range(len(text) - length, -1, -1):
            direction = known.get(text[start : start + length])
            if direction is not None:
                return direction
    counted = any(fold(word) in text for word in lexicon("values")["polarity"]["count"])
    return "more" if counted or (unit in {"%", "百分比", "百分之百"} and text.endswith("率")) else None


def is_per_unit(name: str, desc: str | None, unit: str | None) -> bool:
    """Whether a sum of money is meant for one of many."""
    return bool(EACH.search(fold(unit or "")) or EACH.search(fold(name)) or re.search(r"每个.*补助$", fold(desc or "")))
