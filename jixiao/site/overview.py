"""What the first page says: how much of everything nobody can check, where, and what matters most."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING

from jixiao.explorer.overview import step_of
from jixiao.summary import ENOUGH, Unaimed, gravest, places, unaimed
from jixiao.told import UNDISCLOSED, Clarity

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence

    from jixiao.told import Disclosure, Finding, Subject
    from jixiao.view import View

    History = tuple["Part", Sequence[tuple[int, Clarity]]]
    """A department and its years, the earliest first."""

FIRST, FEW = 10, 5
"""How many departments and findings are shown; how many projects without targets."""
NEWEST = 8
LINES = 8
"""How many departments are drawn over their years."""
AXES = (10, 25, 50, 100)
"""Where axes of shares may end."""


@dataclass(frozen=True, slots=True)
class Part:
    """A part of all targets: what it is called (``None`` where documents do not say), and how clear they are."""

    name: str | None
    clarity: Clarity
    address: str | None = None

    @property
    def step(self) -> int | None:
        """The number of the colour of its share."""
        return step_of(self.clarity.unclear, self.clarity.judged)


@dataclass(frozen=True, slots=True)
class Change:
    """What the departments that set targets in two years running have in common: the shares in both."""

    years: tuple[int, int]
    departments: int
    before: Clarity
    after: Clarity


@dataclass(frozen=True, slots=True)
class Overview:
    """Everything on the first page.

    Attributes:
        departments: the least clear of those with enough targets, and ``left``: how many have fewer.
        provinces: by share; ``within``: the divisions in them, where there is more than one.
        changes: between years that follow each other, and ``histories``: departments with their years, those that
            changed most first, with ``top``, where their axes end.
        findings: the worst, one a project, with its project.
    """

    clarity: Clarity
    kinds: Sequence[tuple[str, int]]
    departments: Sequence[Part]
    left: int
    provinces: Sequence[Part]
    within: Sequence[Part]
    years: Sequence[Part]
    levels: Sequence[Part]
    changes: Sequence[Change]
    histories: Sequence[History]
    top: int
    money: Unaimed
    findings: Sequence[tuple[Finding, Subject]]
    certain: int
    newest: Sequence[Disclosure]


def top_of(*shares: Clarity) -> int:
    """How far the axis of some shares goes, in percent: the same for all of them, no further than needed."""
    most = max((each.percent or Decimal(0) for each in shares), default=Decimal(0))
    return next(top for top in AXES if top >= most)


class Tally:
    """Counts of unclear and of all judged targets by a key."""

    def __init__(self) -> None:
        self._counts: dict[Hashable, list[int]] = defaultdict(lambda: [0, 0])

    def add(self, key: Hashable, clear: Clarity) -> None:
        """Counts some more under a key."""
        counts = self._counts[key]
        counts[0] += clear.unclear
        counts[1] += clear.judged

    def __getitem__(self, key: Hashable) -> Clarity:
        return Clarity(*self._counts.get(key, (0, 0)))

    def parts(self, named: Callable[[Hashable], tuple[str | None, str | None]]) -> list[Part]:
        """The parts with judged targets, the least clear first, what has no name last."""
        every = [(named(key), Clarity(*counts)) for key, counts in self._counts.items() if counts[1]]
        found = [Part(name, clear, address) for (name, address), clear in every]
        return sorted(found, key=lambda each: (each.name is None, -(each.clarity.percent or 0), each.name or ""))


@lru_cache(maxsize=2)
def overview(view: View) -> Overview:
    """The first page of a snapshot, counted in one pass over its projects."""
    tallies = {name: Tally() for name in ("department", "province", "within", "year", "level", "history")}
    kinds: Counter[str] = Counter()
    for subject in view.subjects.values():
        _count(tallies, kinds, subject)
    departments = tallies["department"].parts(lambda key: _department(view, str(key)))
    enough = _with_enough(departments)
    histories = sorted(_histories(view, tallies["history"]), key=_changed, reverse=True)
    unclear = sum(each.clarity.unclear for each in departments)
    money = unaimed(view.subjects.values())
    return Overview(
        clarity=Clarity(unclear, sum(each.clarity.judged for each in departments)),
        kinds=kinds.most_common(),
        departments=enough[:FIRST],
        left=len(departments) - len(enough),
        provinces=tallies["province"].parts(_named),
        within=tallies["within"].parts(_named),
        years=sorted(tallies["year"].parts(_named), key=lambda each: each.name or "", reverse=True),
        levels=_with_enough(tallies["level"].parts(_named)),
        changes=_changes(histories),
        histories=histories[:LINES],
        top=top_of(*(clear for _, years in histories[:LINES] for _, clear in years)),
        money=replace(money, projects=[each for each in money.projects if each.budget][:FEW]),
        findings=gravest(view, FIRST),
        certain=sum(finding.certainty == "certain" for finding in view.findings),
        newest=sorted(view.documents.values(), key=lambda each: (-(each.year or 0), each.label))[:NEWEST],
    )


def _with_enough(parts: Iterable[Part]) -> list[Part]:
    return [each for each in parts if each.clarity.judged >= ENOUGH]


def _count(tallies: Mapping[str, Tally], kinds: Counter[str], subject: Subject) -> None:
    document, told = subject.document, subject.clarity
    owner = document.organisation or document.iri
    where = places(document) or (None,)
    tallies["department"].add(owner, told)
    tallies["province"].add(where[0], told)
    tallies["year"].add(document.year and str(document.year), told)
    tallies["history"].add((owner, document.year), told)
    if len(where) > 1:
        tallies["within"].add(where[1], told)
    for indicator in subject.indicators:
        kinds[indicator.kind] += 1
        if indicator.kind != UNDISCLOSED:
            tallies["level"].add(indicator.level1, VAGUE if indicator.is_vague else CLEAR)


VAGUE, CLEAR = Clarity(1, 1), Clarity(0, 1)


def _named(key: Hashable) -> tuple[str | None, str | None]:
    return (None if key is None else str(key)), None


def _department(view: View, iri: str) -> tuple[str | None, str | None]:
    """What a department is called, the newest name; a document of nobody stands for itself."""
    if iri in view.by_publisher:
        return view.by_publisher[iri][-1].publisher, iri
    return view.documents[iri].source, iri


def _histories(view: View, tally: Tally) -> list[History]:
    """Every department with judged targets in more than one year."""
    found: list[History] = []
    for iri, documents in view.by_publisher.items():
        years = sorted({document.year for document in documents if document.year})
        told = [(year, tally[iri, year]) for year in years if tally[iri, year].judged]
        if len(told) > 1:
            found.append((Part(documents[-1].publisher, told[-1][1], iri), told))
    return found


def _changed(history: History) -> Decimal:
    shares = [clear.percent or Decimal(0) for _, clear in history[1]]
    return abs(shares[-1] - shares[0])


def _changes(histories: Iterable[History]) -> list[Change]:
    """The same departments in two years running, the latest first; all else compares unlike with unlike."""
    both: dict[tuple[int, int], list[tuple[Clarity, Clarity]]] = defaultdict(list)
    for _, told in histories:
        for (one, before), (other, after) in pairwise(told):
            if other == one + 1:
                both[one, other].append((before, after))
    return [
        Change(years, len(pairs), _sum(before for before, _ in pairs), _sum(after for _, after in pairs))
        for years, pairs in sorted(both.items(), reverse=True)
    ]


def _sum(every: Iterable[Clarity]) -> Clarity:
    counts = [(each.unclear, each.judged) for each in every]
    return Clarity(sum(unclear for unclear, _ in counts), sum(judged for _, judged in counts))
