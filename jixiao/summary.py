"""Counts over a whole snapshot, each with what it is a share of: the same on the site and in the report."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from jixiao.view import Clarity, clarity

if TYPE_CHECKING:
    from jixiao.view import Disclosure, Indicator, View


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
