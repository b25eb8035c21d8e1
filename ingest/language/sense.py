"""Which way an indicator is meant: is more of it better, or less? And is its target a price for one or a total?"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from ingest.language.states import alternatives
from ingest.layout.folding import fold
from ontology import lexicon
from ontology.terms import concepts

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ingest.records import Direction

COUNTED = frozenset({"people", "things", "places", "occasions", "length", "area", "volume", "mass"})
"""The groups of units of which something may have a price; a sum each year is no price for one."""


@lru_cache(maxsize=1)
def each() -> re.Pattern[str]:
    """What marks a price for one of many."""
    units = (one for unit in concepts("unit").values() if unit.dimension in COUNTED for one in unit.spellings)
    return re.compile(f"每({alternatives(map(fold, units))})|人均|户均|次均|单价|单位成本|标准|均价|/")


DIRECTIONS: tuple[Direction, ...] = ("more", "less", "keep")


class Told(NamedTuple):
    """Which way an indicator is better, and the word of its name that tells it."""

    direction: Direction
    word: str


@lru_cache(maxsize=1)
def directions() -> tuple[Mapping[str, Direction], int]:
    """The words of each direction and the length of the longest."""
    groups: Mapping[Direction, list[str]] = lexicon("values")["polarity"]
    found = {fold(word): direction for direction in DIRECTIONS for word in groups[direction]}
    return found, max(map(len, found))


def polarity(name: str, unit: str | None = None) -> Direction | None:
    """The better direction of an indicator alone; ``None`` where no word tells it."""
    found = told_direction(name, unit)
    return found and found.direction


@lru_cache(maxsize=16384)
def told_direction(name: str, unit: str | None = None) -> Told | None:
    """The better direction of an indicator, by the words of its name: the longest counts, the last of equal length.

    Where no other word tells it, a word that counts anything does, and 率 with a unit of percent. Returns ``None``
    where none of them stands in the name.
    """
    text, (known, longest) = fold(name), directions()
    for length in range(min(longest, len(text)), 0, -1):
        for start in range(len(text) - length, -1, -1):
            word = text[start : start + length]
            if word in known:
                return Told(known[word], word)
    counted = [word for word in lexicon("values")["polarity"]["count"] if fold(word) in text]
    if not counted and unit in {"%", "百分比", "百分之百"} and text.endswith("率"):
        counted = ["率"]
    return Told("more", counted[0]) if counted else None


def is_per_unit(name: str, desc: str | None, unit: str | None) -> bool:
    """Whether a sum of money is meant for one of many."""
    return bool(
        each().search(fold(unit or "")) or each().search(fold(name)) or re.search(r"每个.*补助$", fold(desc or ""))
    )
