"""The same department in two years: which projects and targets were added, dropped, changed, or copied.

Budgets are compared with budgets. Where a department has several of one year, the one that says it corrects an earlier
version is taken, else the one with the most indicators, else with the most projects, else the last by file name; the
others are named in ``left_out``.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping  # noqa: TC003 - a field of a dataclass
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING, Literal, NamedTuple, get_args

from jixiao.direction import direction
from jixiao.pairing import same_indicators, same_projects
from jixiao.told import TENTH, Disclosure, Indicator, Subject
from jixiao.view import grouped

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from jixiao.tables import Cell
    from jixiao.told import Place
    from jixiao.view import View

    Places = Mapping[str, Mapping[str, list[Place]]]
    """By thing, then by field."""

Change = Literal["added", "dropped", "tightened", "loosened", "clearer", "vaguer", "copied", "reworded", "other"]
"""What became of a target. ``copied`` is printed the same, or the same but for a year that moved on with the budget;
the others are those of :mod:`jixiao.direction`."""
CHANGES: tuple[Change, ...] = get_args(Change)
BUDGET = "预算"
"""The kind of the documents that are compared."""


class Share(NamedTuple):
    """A part of a whole: both numbers are always said."""

    part: int
    whole: int

    @property
    def percent(self) -> Decimal | None:
        """In percent with one decimal; ``None`` of nothing."""
        return (Decimal(100 * self.part) / self.whole).quantize(TENTH) if self.whole else None


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetChange:
    """One indicator of a project in both years, or in one of them."""

    kind: Change
    before: Indicator | None
    after: Indicator | None

    @property
    def indicator(self) -> Indicator:
        """The later one where it is there."""
        found = self.after or self.before
        assert found
        return found


@dataclass(frozen=True, kw_only=True)
class ProjectChange:
    """One project, or a whole department's form, in both years."""

    before: Subject
    after: Subject
    targets: tuple[TargetChange, ...]

    @cached_property
    def counts(self) -> Counter[Change]:
        """How many targets there are of each kind of change."""
        return Counter(each.kind for each in self.targets)

    @property
    def is_copied(self) -> bool:
        """Whether every target of both years is printed the same in the other."""
        return bool(self.targets) and set(self.counts) == {"copied"}

    @property
    def more_money(self) -> Decimal | None:
        """By how many percent its money rose, negative where it fell; ``None`` where a year does not state it."""
        if not self.before.money or self.after.money is None:
            return None
        return (100 * (self.after.money / self.before.money - 1)).quantize(TENTH)


@dataclass(frozen=True, kw_only=True)
class YearComparison:
    """A department's budget beside that of an earlier year."""

    organisation: str
    """Its address."""
    name: str
    earlier: Disclosure
    later: Disclosure
    left_out: tuple[Disclosure, ...]
    """Other budgets of the same years."""
    projects: tuple[ProjectChange, ...]
    """Those of both years, in the order of the later one."""
    added: tuple[Subject, ...]
    dropped: tuple[Subject, ...]

    @cached_property
    def counts(self) -> Counter[Change]:
        """How many targets of the projects of both years there are of each kind of change."""
        return sum((each.counts for each in self.projects), Counter())

    @property
    def matched(self) -> int:
        """How many targets stand in both years."""
        return self.counts.total() - self.counts["added"] - self.counts["dropped"]

    def share(self, kind: Change) -> Share:
        """How many targets changed like this, of those in both years; added and dropped ones of all of their year."""
        only_one = self.counts[kind] if kind in {"added", "dropped"} else 0
        return Share(self.counts[kind], self.matched + only_one)

    @property
    def copied(self) -> Share:
        """How many of the projects of both years that have targets have every target copied."""
        return Share(sum(each.is_copied for each in self.projects), sum(bool(each.targets) for each in self.projects))

    @property
    def money(self) -> tuple[Decimal | None, Decimal | None]:
        """The money of the projects of both years, in 元; ``None`` where a year states none."""
        return _money(each.before for each in self.projects), _money(each.after for each in self.projects)


class Pair(NamedTuple):
    """A department with two years that can be compared."""

    organisation: str
    name: str
    earlier: int
    later: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A comparison in a line; ``money`` in 元 of the projects of both years."""

    pair: Pair
    projects: int
    """Those of both years."""
    added: int
    dropped: int
    copied: Share
    targets: int
    """Those of both years."""
    counts: Mapping[Change, int]
    money: tuple[Decimal | None, Decimal | None]


def pairs(view: View) -> list[Pair]:
    """Every department with each of its years and the next that it disclosed; only budgets."""
    found = []
    for organisation in view.by_publisher:
        by_year = _budgets(view, organisation)
        found += [Pair(organisation, by_year[two][0].publisher or "", one, two) for one, two in pairwise(by_year)]
    return sorted(found, key=lambda pair: (pair.name, pair.organisation, pair.later))


def overview(view: View) -> list[Line]:
    """A line for each of the pairs, in their order."""
    return [_line(pair, compared(view, pair.organisation, pair.earlier, pair.later)) for pair in pairs(view)]


def compared(view: View, organisation: str, earlier: int, later: int) -> YearComparison:
    """A department in two years.

    Raises:
        KeyError: it has no budget of one of them.
    """
    by_year = _budgets(view, organisation)
    before, after = (_chosen(view, by_year[year]) for year in (earlier, later))
    both = same_projects(view, view.of_document(before.iri), view.of_document(after.iri))
    kept = {iri for pair in both for iri in (pair[0].iri, pair[1].iri)}
    return YearComparison(
        organisation=organisation,
        name=after.publisher or "",
        earlier=before,
        later=after,
        left_out=tuple(each for year in (earlier, later) for each in by_year[year] if each not in (before, after)),
        projects=tuple(ProjectChange(before=one, after=two, targets=_targets(view, one, two)) for one, two in both),
        added=tuple(each for each in view.of_document(after.iri) if each.iri not in kept),
        dropped=tuple(each for each in view.of_document(before.iri) if each.iri not in kept),
    )


def budget_years(view: View, organisation: str) -> list[int]:
    """The years of which a department has a budget, the earliest first."""
    return list(_budgets(view, organisation))


def _budgets(view: View, organisation: str) -> Mapping[int, list[Disclosure]]:
    """The budgets of a department by year, the earliest first."""
    budgets = (each for each in view.by_publisher[organisation] if each.kind == BUDGET and each.year)
    return dict(grouped(budgets, lambda each: each.year))


def _chosen(view: View, documents: Sequence[Disclosure]) -> Disclosure:
    """The one of several budgets of a year that is compared."""
    if len(documents) == 1:
        return documents[0]

    def worth(document: Disclosure) -> tuple[bool, int, int, str]:
        subjects = view.of_document(document.iri)
        indicators = sum(len(each.indicators) for each in subjects)
        return document.supersedes is not None, indicators, len(subjects), document.source

    return max(documents, key=worth)


def _line(pair: Pair, found: YearComparison) -> Line:
    return Line(
        pair=pair,
        projects=len(found.projects),
        added=len(found.added),
        dropped=len(found.dropped),
        copied=found.copied,
        targets=found.matched,
        counts={kind: found.counts[kind] for kind in CHANGES},
        money=found.money,
    )


def _money(subjects: Iterable[Subject]) -> Decimal | None:
    """What projects have together, without what is about a whole department."""
    amounts = [each.money for each in subjects if each.money is not None and not each.is_department]
    return sum(amounts, Decimal(0)) if amounts else None


def _targets(view: View, before: Subject, after: Subject) -> tuple[TargetChange, ...]:
    """What became of the targets of a project, in the order of the later year; the dropped ones last."""
    both = same_indicators(view, before, after)
    earlier = {new.iri: old for old, new in both}
    gap = (after.document.year or 0) - (before.document.year or 0)
    kept = {old.iri for old, _ in both}
    dropped = (each for each in before.indicators if each.iri not in kept)
    return (
        *(_target(earlier.get(each.iri), each, gap) for each in after.indicators),
        *(TargetChange(kind="dropped", before=each, after=None) for each in dropped),
    )


def _target(before: Indicator | None, after: Indicator, gap: int) -> TargetChange:
    if before is None:
        return TargetChange(kind="added", before=None, after=after)
    way = direction(before, after, gap)
    return TargetChange(kind="copied" if way == "same" else way, before=before, after=after)


# As rows

COLUMNS = (
    *("part", "change", "department", "year_before", "year_after", "project_before", "project", "money_before"),
    *("money_after", "level1", "level2", "name", "before", "after", "source_before", "page_before", "line_before"),
    *("source_after", "page_after", "line_after", "address_before", "address_after"),
)
"""The columns of a comparison as rows; money is in 元."""
OVERVIEW = (
    *("department", "year_before", "year_after", "projects", "projects_added", "projects_dropped", "projects_copied"),
    *("projects_with_targets", "targets", *CHANGES, "money_before", "money_after", "address"),
)
"""The columns of the list of all pairs."""


def line_record(line: Line) -> dict[str, Cell]:
    """A line of the overview under the columns of ``OVERVIEW``."""
    told = (line.pair.name, line.pair.earlier, line.pair.later, line.projects, line.added, line.dropped)
    counted = (*line.copied, line.targets, *(line.counts[kind] for kind in CHANGES))
    return dict(zip(OVERVIEW, (*told, *counted, *line.money, line.pair.organisation), strict=True))


def records(view: View, found: YearComparison) -> Iterator[dict[str, Cell]]:
    """A comparison as rows under ``COLUMNS``: projects, each followed by its targets; added ones, then dropped ones."""
    places = places_of(view, found)
    common = {"department": found.name, "year_before": found.earlier.year, "year_after": found.later.year}
    for project in found.projects:
        own = common | _project("copied" if project.is_copied else "kept", project.before, project.after)
        yield own | {"part": "project"}
        yield from (own | _record(each, places) for each in project.targets)
    yield from (common | _project("added", None, each) | {"part": "project"} for each in found.added)
    yield from (common | _project("dropped", each, None) | {"part": "project"} for each in found.dropped)


def places_of(view: View, found: YearComparison) -> Places:
    """Where the indicators of the projects of both years are printed: by indicator, then by field."""
    both = (each for project in found.projects for target in project.targets for each in (target.before, target.after))
    return view.places(*(each.iri for each in both if each))


def _project(change: str, before: Subject | None, after: Subject | None) -> dict[str, Cell]:
    row: dict[str, Cell] = {"change": change}
    for side, each in (("before", before), ("after", after)):
        if each:
            row |= {f"money_{side}": each.money, f"source_{side}": each.document.source, f"address_{side}": each.iri}
    return row | {"project_before": before.name if before else None, "project": after.name if after else None}


def _record(target: TargetChange, places: Places) -> dict[str, Cell]:
    shown = target.indicator
    row: dict[str, Cell] = {"part": "target", "change": target.kind, "name": shown.name}
    row |= {"level1": shown.level1, "level2": shown.level2}
    for side, each in (("before", target.before), ("after", target.after)):
        row |= {f"address_{side}": each.iri if each else None, side: each.printed if each else None}
        for place in _first(places, each) if each else ():
            row |= {f"page_{side}": place.page, f"line_{side}": place.line}
    return row


def _first(places: Places, indicator: Indicator) -> list[Place]:
    """The first place of a target, or of its indicator's name where nothing is printed; none where neither is known."""
    fields = places.get(indicator.iri, {})
    return (fields.get("value") or fields.get("name") or [])[:1]
