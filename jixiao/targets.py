"""How one target stands to another of the same indicator: loosened, tightened, clearer, vaguer, or only put otherwise.

What is told rests on what the graph says: comparators, numbers, units, and which way is better. Where these leave it
open, it is told as another number.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Literal, get_args

from graph.addresses import squeeze
from jixiao.told import UNDISCLOSED
from jixiao.view import notation, rows

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from jixiao.told import Indicator
    from jixiao.view import Graph

Way = Literal["loosened", "tightened", "vaguer", "clearer", "number", "reworded"]
"""How a target changed; ``number`` is another number of which nobody can say which is stricter."""
WAYS: tuple[Way, ...] = get_args(Way)
"""All ways, those first that a reader has to look at."""
FLOORS, CEILINGS = ("ge", "gt"), ("le", "lt")
STRICT = ("gt", "lt")

Bound = tuple[Decimal, int]
"""A figure, and 1 or -1 where it is itself outside: bounds are ordered as numbers are."""


@dataclass(frozen=True, slots=True)
class Scale:
    """What the number of a target counts, and which way is better."""

    polarity: str | None = None
    unit: str | None = None
    """What is counted: a code, money always in 元."""
    factor: Decimal = Decimal(1)
    """How many of it one of the printed unit is."""


def has_changed(before: Indicator, after: Indicator) -> bool:
    """Whether a target is another one: printed otherwise, but for white space and width, or understood otherwise."""
    return _said(before) != _said(after)


def _said(target: Indicator) -> tuple[object, ...]:
    numbers = (target.comparator, target.number, target.number2, squeeze(target.unit or ""))
    return (squeeze(target.printed or ""), target.kind, *numbers)


def ways(before: Graph, after: Graph, pairs: Sequence[tuple[Indicator, Indicator]]) -> list[Way]:
    """How each of these targets changed from one graph to another (or from one place of a graph to another)."""
    old = scales(before, (each.iri for each, _ in pairs))
    new = scales(after, (each.iri for _, each in pairs))
    return [way(one, other, old[one.iri], new[other.iri]) for one, other in pairs]


def scales(graph: Graph, indicators: Iterable[str]) -> Mapping[str, Scale]:
    """The scale of each of these indicators."""
    asked = list(indicators)
    found = {row["of"]: row for row in rows(graph, "scales", *asked)} if asked else {}
    return {iri: _scale(found.get(iri, {})) for iri in asked}


def _scale(row: Mapping[str, object]) -> Scale:
    polarity = notation(str(row["polarity"])) if "polarity" in row else None
    if "yuan" in row and row["number"]:
        return Scale(polarity, "元", Decimal(str(row["yuan"])) / Decimal(str(row["number"])))
    if "numerator" in row:
        return Scale(polarity, str(row["numerator"]), Decimal(str(row.get("multiplier", 1))))
    return Scale(polarity, str(row["code"]) if "code" in row else None)


def way(before: Indicator, after: Indicator, old: Scale, new: Scale) -> Way:
    """How a target changed."""
    if UNDISCLOSED in (before.kind, after.kind):
        return "reworded"
    if before.is_vague or after.is_vague:
        return "reworded" if before.is_vague and after.is_vague else "clearer" if before.is_vague else "vaguer"
    if before.kind != after.kind or (before.number is None and after.number is None):
        return "reworded"
    if before.number is None or after.number is None or not _one_unit(before, after, old, new):
        return "number"
    return _between(
        _Range.of(before, old), _Range.of(after, new), old.polarity if old.polarity == new.polarity else None
    )


def _one_unit(before: Indicator, after: Indicator, old: Scale, new: Scale) -> bool:
    """Whether two numbers count the same; a month may be a day or a duration, which only the printed word tells."""
    printed = squeeze(before.unit or "") == squeeze(after.unit or "")
    return printed or (old.unit is not None and old.unit == new.unit and before.kind != "time")


@dataclass(frozen=True, slots=True)
class _Range:
    """Between which figures a target is met."""

    low: Bound | None
    high: Bound | None

    @classmethod
    def of(cls, target: Indicator, scale: Scale) -> _Range:
        assert target.number is not None
        one = target.number * scale.factor
        outside = int(target.comparator in STRICT)
        if target.number2 is not None:
            return cls((one, 0), (target.number2 * scale.factor, 0))
        if target.comparator in FLOORS:
            return cls((one, outside), None)
        if target.comparator in CEILINGS:
            return cls(None, (one, -outside))
        return cls((one, 0), (one, 0))

    @property
    def is_point(self) -> bool:
        """Whether it is a bare number, which people write for a least and for a most."""
        return self.low == self.high

    @property
    def ends(self) -> set[Bound]:
        """The figures at its ends."""
        return {end for end in (self.low, self.high) if end is not None}

    def contains(self, other: _Range) -> bool:
        low = self.low is None or (other.low is not None and self.low <= other.low)
        high = self.high is None or (other.high is not None and self.high >= other.high)
        return low and high


def _between(before: _Range, after: _Range, polarity: str | None) -> Way:
    """How a range changed; where one way is better, only the end counts that is worse."""
    if before == after:
        return "reworded"
    if polarity == "more":
        return _moved(before.low, after.low, higher="tightened", lower="loosened")
    if polarity == "less":
        return _moved(before.high, after.high, higher="loosened", lower="tightened")
    if before.is_point or after.is_point:
        return "reworded" if before.ends & after.ends else "number"
    if after.contains(before):
        return "loosened"
    return "tightened" if before.contains(after) else "number"


def _moved(before: Bound | None, after: Bound | None, *, higher: Way, lower: Way) -> Way:
    if before is None or after is None:
        return "number"
    if before == after:
        return "reworded"
    return higher if after > before else lower
