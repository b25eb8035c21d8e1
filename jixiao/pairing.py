"""What is the same in two years of a department: its projects, and the indicators of a project.

Names are folded and their years taken away. What is called the same more than once in a year is told apart by unit,
levels, description and target; where that is not enough, nothing is said to be the same.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Hashable
from functools import lru_cache
from typing import TYPE_CHECKING, TypeVar, cast

from graph.addresses import name_key
from jixiao.comparison import index_of
from jixiao.told import Indicator, Subject
from jixiao.view import grouped, rows
from queries.comparison.names import normalised

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from graph.snapshot import Snapshot
    from jixiao.view import View

YEARS = re.compile(r"(?:20\d\d)+(?:年度?)?|二[〇零]?二[〇零一二三四五六七八九]年度?")
"""Years in a folded name, those of a stretch without what stood between them."""

YEAR = re.compile(r"(?<!\d)(20\d\d)(?!\d)(?:年度?)?")
"""One year alone."""

Item = TypeVar("Item", Subject, Indicator)
Key = Callable[[Item], Hashable]


def same_projects(view: View, before: Sequence[Subject], after: Sequence[Subject]) -> list[tuple[Subject, Subject]]:
    """The projects of both years, in the order of the later one.

    They are told by the graph's successions, then by name and unit, then by name without years, remarks and places.
    Where one budget has several that differ in the year alone, last year's goes with last year's, unless the later
    budget has just the same names.
    """
    successor, earlier = _successors(view), {each.iri for each in before}

    def goes_on(subject: Subject) -> Hashable:
        """The form of the later year."""
        forms = [successor.get(form.iri) if subject.iri in earlier else form.iri for form in subject.forms]
        return forms[0] if len(forms) == 1 else None

    def named(subject: Subject) -> Hashable:
        return subject.is_department, dateless(subject.name, subject.document.year)

    def owned(subject: Subject) -> Hashable:
        return named(subject), name_key(subject.unit or "")

    def plain(subject: Subject) -> Hashable:
        document = subject.document
        return subject.is_department, normalised(subject.name, document.publisher, document.region)

    alike = [grouped(side, owned) for side in (before, after)]

    def unchanged(subject: Subject) -> Hashable:
        """The very name, where all that differ in the year alone are called as before."""
        several = alike[subject.iri not in earlier][owned(subject)]
        return owned(subject), frozenset(name_key(each.name) for each in several), name_key(subject.name)

    def rolled(subject: Subject) -> Hashable:
        return owned(subject), counted_from(subject.name, subject.document.year)

    found = _paired(before, after, goes_on, unchanged, rolled, owned, named, plain)
    order = {each.iri: number for number, each in enumerate(after)}
    return sorted(found, key=lambda pair: order[pair[1].iri])


def same_indicators(view: View, before: Subject, after: Subject) -> list[tuple[Indicator, Indicator]]:
    """The indicators of both years: by levels and name, then by name, then by what is comparable at all."""
    years = {each.iri: side.document.year for side in (before, after) for each in side.indicators}
    number = _numbered(before.indicators) | _numbered(after.indicators)
    document = after.document

    def name(each: Indicator) -> str:
        return dateless(each.name, years[each.iri])

    def rolled(each: Indicator) -> Hashable:
        return level(each), counted_from(each.name, years[each.iri]), name_key(each.description or "")

    def level(each: Indicator) -> tuple[str, str]:
        return name_key(each.level1 or ""), name_key(each.level2 or "")

    def described(each: Indicator) -> Hashable:
        return level(each), name(each), dateless(each.description or "", years[each.iri])

    def alike(each: Indicator) -> Hashable:
        return level(each)[0], normalised(each.name, document.publisher, document.region)

    pairs = _paired(
        before.indicators,
        after.indicators,
        lambda each: (described(each), name_key(each.name), each.printed, number[each.iri]),
        lambda each: (rolled(each), counted_from(each.printed or "", years[each.iri]), number[each.iri]),
        rolled,
        described,
        lambda each: (level(each), name(each)),
        name,
        alike,
    )
    done = {each.iri for pair in pairs for each in pair}
    left = [[each for each in side.indicators if each.iri not in done] for side in (before, after)]
    return [*pairs, *_comparable(view, *left)] if all(left) else pairs


@lru_cache(maxsize=2**16)
def dateless(name: str, year: int | None) -> str:
    """A folded name without years; two digits (24年) are one only where they are the budget's."""
    key = name_key(name)
    return YEARS.sub("", _own_year(key, year)) or key


@lru_cache(maxsize=2**16)
def counted_from(name: str, year: int | None) -> str:
    """A folded name in which a year is told by how far it is from the budget's; a stretch of years stays."""
    key = _own_year(name_key(name), year)
    return YEAR.sub(lambda found: f"<{int(found[1]) - (year or 0)}>", key)


def _own_year(key: str, year: int | None) -> str:
    """A folded name with the budget's year in four digits."""
    return re.sub(rf"(?<!\d){year % 100}年", f"{year}年", key) if year else key


def _paired(before: Iterable[Item], after: Iterable[Item], *keys: Key[Item]) -> list[tuple[Item, Item]]:
    """What is the same by one key after the other, where it is the only one on both sides; ``None`` is no key."""
    found: list[tuple[Item, Item]] = []
    for key in keys:
        done = {each.iri for pair in found for each in pair}
        one, two = (grouped((each for each in side if each.iri not in done), key) for side in (before, after))
        alone = [name for name in two if name is not None and len(one[name]) == len(two[name]) == 1]
        found += [(one[name][0], two[name][0]) for name in alone]
    return found


@lru_cache(maxsize=2)
def _successors(view: View) -> Mapping[str, str]:
    """Which form follows a form in the next year that has one."""
    return {row["earlier"]: row["later"] for row in rows(view.graph, "successions")}


def _numbered(indicators: Sequence[Indicator]) -> dict[str, int]:
    """The how-manieth of its name and target an indicator is, by its address."""
    seen: Counter[tuple[str, str | None]] = Counter()
    found = {}
    for each in indicators:
        seen[each.name, each.printed] += 1
        found[each.iri] = seen[each.name, each.printed]
    return found


def _comparable(
    view: View, before: Sequence[Indicator], after: Sequence[Indicator]
) -> list[tuple[Indicator, Indicator]]:
    """What stands in one group of comparable indicators, alone on either side."""
    index = index_of(cast("Snapshot", view.graph))

    def family(each: Indicator) -> Hashable:
        group = index.group(each.iri)
        return (name_key(each.level1 or ""), group.entries[0].iri) if group else None

    return _paired(before, after, family)
