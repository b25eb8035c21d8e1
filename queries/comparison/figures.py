"""What others set for a comparable indicator, and how one target stands among them."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import median, quantiles
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Iterable
    from decimal import Decimal

    from queries.comparison.entries import Entry
    from queries.comparison.index import Group

ENOUGH = 5
"""From so many targets on quartiles are stated."""

Standing = Literal["lowest", "below", "middle", "above", "highest", "equal", "few"]
"""Below all others, below the lower quartile, within the middle half, above the upper quartile, above all others;
the same as all others; too few others to tell."""


@dataclass(frozen=True, kw_only=True)
class Figures:
    """Targets of one group that are all at least so much, or all at most so much, in one unit."""

    unit: str
    is_ceiling: bool
    count: int
    documents: int
    departments: int
    minimum: Decimal
    lower: Decimal | None
    """The lower quartile (linear between neighbours, the ends included); ``None`` for less than :data:`ENOUGH`."""
    median: Decimal
    upper: Decimal | None
    maximum: Decimal

    def standing(self, amount: Decimal) -> Standing:
        """How an amount stands among these."""
        if self.lower is None or self.upper is None:
            return "few"
        if self.minimum == self.maximum == amount:
            return "equal"
        places: tuple[tuple[bool, Standing], ...] = (
            (amount < self.minimum, "lowest"),
            (amount < self.lower, "below"),
            (amount > self.maximum, "highest"),
            (amount > self.upper, "above"),
        )
        return next((standing for holds, standing in places if holds), "middle")


def figures(of: Iterable[Entry]) -> Figures | None:
    """The figures of targets that share unit and side; ``None`` where there are none."""
    every = sorted(of, key=lambda entry: entry.amount)
    if not every:
        return None
    amounts = [entry.amount for entry in every]
    lower, _, upper = quantiles(amounts, n=4, method="inclusive") if len(amounts) >= ENOUGH else (None, None, None)
    key = every[0].key
    assert key is not None
    return Figures(
        unit=key.unit,
        is_ceiling=every[0].is_ceiling,
        count=len(every),
        documents=len({entry.document for entry in every}),
        departments=len({entry.publisher or entry.document for entry in every}),
        minimum=amounts[0],
        lower=lower,
        median=median(amounts),
        upper=upper,
        maximum=amounts[-1],
    )


def sides(group: Group) -> list[Figures]:
    """The figures of a group, those that are floors and those that are ceilings apart."""
    both = (figures(entry for entry in group.entries if entry.is_ceiling == ceiling) for ceiling in (False, True))
    return [each for each in both if each]


def peers(group: Group, entry: Entry) -> list[Entry]:
    """The other targets of a group on the same side, those of other documents first."""
    others = [each for each in group.entries if each.iri != entry.iri and each.is_ceiling == entry.is_ceiling]
    return sorted(others, key=lambda each: (each.document == entry.document, each.iri))
