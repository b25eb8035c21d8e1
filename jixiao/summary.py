"""Counts over a whole snapshot, each with what it is a share of: the same on the site and in the report."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from jixiao.told import Clarity, clarity
from ontology.divisions import ancestors, divisions

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from jixiao.told import Disclosure, Finding, Indicator, Subject
    from jixiao.view import View

ENOUGH = 10
"""From so many targets on a share is told of a department or level among others: a third of three says nothing."""
SEVERITIES = ("error", "warning", "info")


@dataclass(frozen=True, slots=True)
class Department:
    """One department's year: how clear its targets are."""

    document: Disclosure
    clarity: Clarity

    @property
    def name(self) -> str:
        """The department and its year, as people call it."""
        return f"{self.document.publisher or self.document.source} {self.document.year or ''}".strip()


def indicators_of(view: View, document: Disclosure) -> list[Indicator]:
    """Every indicator of a document."""
    return [indicator for subject in view.of_document(document.iri) for indicator in subject.indicators]


def departments(view: View) -> list[Department]:
    """Every department that disclosed indicators; the least clear first."""
    every = [Department(document, clarity(indicators_of(view, document))) for document in view.documents.values()]
    judged = [each for each in every if each.clarity.judged]
    return sorted(judged, key=lambda each: (-(each.clarity.percent or 0), each.name))


@dataclass(frozen=True, slots=True)
class Unaimed:
    """The money of projects without targets, in 元, in documents that have targets and in those that have none."""

    whole: Decimal
    documents: int
    """So many documents have tables of project expenditure; of the others nothing is known."""
    among: Decimal
    alone: Decimal
    projects: Sequence[Subject]
    """Those of documents that have targets, the most money first."""

    @property
    def percent(self) -> Sequence[float]:
        """Both as shares of the whole."""
        return [float(100 * each / self.whole) if self.whole else 0.0 for each in (self.among, self.alone)]


def unaimed(subjects: Iterable[Subject]) -> Unaimed:
    """Which money of some projects has no targets."""
    every = list(subjects)
    disclosing = {subject.document.iri for subject in every if subject.forms}
    paid = [subject for subject in every if subject.budget]
    return Unaimed(
        whole=_money(paid),
        documents=len({subject.document.iri for subject in paid}),
        among=_money(subject for subject in paid if subject.lacks_form),
        alone=_money(subject for subject in paid if subject.document.iri not in disclosing),
        projects=without_form(every),
    )


def without_form(subjects: Iterable[Subject]) -> list[Subject]:
    """The projects that have a budget and no form, of documents that disclose forms at all; the most money first."""
    found = (subject for subject in subjects if subject.lacks_form)
    return sorted(found, key=lambda each: (-(each.budget or 0), each.iri))


def _money(subjects: Iterable[Subject]) -> Decimal:
    return sum((each.budget or Decimal(0) for each in subjects), Decimal(0))


def by_gravity(view: View) -> list[tuple[Finding, Subject | None]]:
    """Every finding with its project: the gravest first, of them the certain ones, of them those with most money."""
    found = [(each, view.subject_of.get(each.focus)) for each in view.findings]
    return sorted(found, key=lambda each: (*_rank(each[0]), -((each[1] and each[1].money) or 0), each[0].id))


def _rank(finding: Finding) -> tuple[int, bool]:
    return SEVERITIES.index(finding.severity), finding.certainty != "certain"


def gravest(view: View, most: int) -> list[tuple[Finding, Subject]]:
    """The findings on projects that matter most, one a project."""
    first: dict[str, tuple[Finding, Subject]] = {}
    for finding, subject in by_gravity(view):
        if subject:
            first.setdefault(subject.iri, (finding, subject))
    return list(first.values())[:most]


@dataclass(frozen=True, slots=True)
class Profile:
    """What some documents say together."""

    documents: Sequence[Disclosure]
    subjects: Sequence[Subject]
    findings: Sequence[Finding]

    @property
    def projects(self) -> list[Subject]:
        """The projects, without what is about whole departments."""
        return [subject for subject in self.subjects if not subject.is_department]

    @property
    def budget(self) -> Decimal | None:
        """What their project-expenditure tables give, in 元; ``None`` where there is no such table."""
        budgets = [subject.budget for subject in self.subjects if subject.budget is not None]
        return sum(budgets, Decimal(0)) if budgets else None

    @property
    def indicators(self) -> list[Indicator]:
        """All indicators."""
        return [indicator for subject in self.subjects for indicator in subject.indicators]

    @property
    def clarity(self) -> Clarity:
        """How many targets nobody can check."""
        return clarity(self.indicators)

    @property
    def money_without_form(self) -> Decimal:
        """The money of projects without a form, in 元."""
        return sum((each.budget or Decimal(0) for each in self.subjects if each.lacks_form), Decimal(0))

    @property
    def rules(self) -> Counter[str]:
        """How often each rule found something."""
        return Counter(finding.rule for finding in self.findings)

    @property
    def levels(self) -> Mapping[str, Clarity]:
        """How clear the indicators of each first level are, in the order in which levels first stand."""
        names = dict.fromkeys(each.level1 for each in self.indicators if each.level1)
        return {name: clarity(each for each in self.indicators if each.level1 == name) for name in names}


def profile(view: View, documents: Iterable[Disclosure]) -> Profile:
    """What some documents say together."""
    meant = list(documents)
    subjects = [subject for document in meant for subject in view.of_document(document.iri)]
    return Profile(meant, subjects, [finding for document in meant for finding in view.findings_in(document.iri)])


def by_rule(view: View) -> list[tuple[str, Counter[str]]]:
    """For each rule that found something, how often with which certainty; the most first."""
    counts: dict[str, Counter[str]] = {}
    for finding in view.findings:
        counts.setdefault(finding.rule, Counter())[finding.certainty] += 1
    return sorted(counts.items(), key=lambda each: (-each[1].total(), each[0]))


def kinds(view: View) -> list[tuple[str, int]]:
    """How many targets are of each kind; the most first."""
    return Counter(indicator.kind for indicator in view.indicators.values()).most_common()


def project_money(view: View) -> Decimal:
    """The sum of all rows of all project-expenditure tables, in 元."""
    return sum((subject.budget or Decimal(0) for subject in view.subjects.values()), Decimal(0))


def divisions_of(document: Disclosure) -> list[tuple[str, str]]:
    """The division of a document's publisher and those that it is a part of, the smallest first: codes with names.

    One that the code list does not have stands under its name.
    """
    known, own = divisions(), document.division or ""
    if own not in known:
        return [(document.region, document.region)] if document.region else []
    return [(code, known[code].name) for code in (own, *ancestors(own))]


def places(document: Disclosure) -> tuple[str, ...]:
    """The same by name, the largest first."""
    return tuple(name for _, name in reversed(divisions_of(document)))
