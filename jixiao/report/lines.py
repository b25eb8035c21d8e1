"""The report as JSON Lines for programs: one fact a line, of a type whose keys are always the same.

Codes are codes, money is in 元, what is not known is ``null``. ``docs/report.md`` says what each type has.
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import asdict
from itertools import chain
from typing import TYPE_CHECKING, Any

from graph.files import write_whole
from jixiao.report.differences import differences, standing
from jixiao.tables import as_json

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from jixiao.report.content import Report, Summary
    from jixiao.told import Clarity, Disclosure, Leftover, Place, Proof, Subject

VERSION = 1
"""Of the keys; a key that is added changes nothing for those who read the others."""
Fact = dict[str, Any]


def write(report: Report, path: Path) -> Path:
    """Writes the lines to a file; the same report gives the same bytes."""
    write_whole(path, "".join(f"{line}\n" for line in lines(report)).encode())
    return path


def lines(report: Report) -> Iterator[str]:
    """Each line as text, without its end: first what the report is, then its facts."""
    every = list(facts(report))
    for fact in (_report(report, every), *every):
        yield json.dumps(fact, ensure_ascii=False, default=as_json)


def facts(report: Report) -> Iterator[Fact]:
    """Every fact of the report, each with its ``type``."""
    return chain(
        [{"type": "summary", **_summed(report.summary)}],
        _shared(report),
        _changes(report),
        _departments(report),
        _findings(report),
        _unclear(report),
        _unaimed(report),
        _areas(report),
        _points(report),
        _documents(report),
        _rules(report),
    )


def _report(report: Report, every: list[Fact]) -> Fact:
    return {
        "type": "report",
        "version": VERSION,
        "snapshot": report.snapshot,
        "number": report.number,
        "since": report.since,
        "date": report.date,
        "language": report.language,
        "site": report.site,
        "choice": asdict(report.choice),
        "counts": dict(Counter(fact["type"] for fact in every)),
    }


def _summed(summary: Summary) -> Fact:
    return {
        "documents": summary.documents,
        "departments": summary.departments,
        "projects": summary.projects,
        "forms": summary.forms,
        "indicators": summary.indicators,
        "kinds": dict(summary.kinds),
        **_clear(summary.clarity),
        "tables": summary.tables,
        "money": summary.money if summary.tables else None,
        "money_with_form": summary.money_with_form if summary.tables else None,
        "money_without_form": summary.money_without_form if summary.tables else None,
        "findings": summary.findings,
        "certain": summary.certain,
        "severities": dict(summary.severities),
        "rules": dict(summary.rules),
    }


def _shared(report: Report) -> Iterator[Fact]:
    """The documents of both snapshots, as they were and as they are."""
    if report.changes:
        shared = report.changes.shared
        for name, clarity, money in zip(
            ("before", "after"), (shared.before, shared.after), shared.money_without_form, strict=True
        ):
            documents = {"snapshot": name, "documents": shared.documents}
            yield {"type": "shared", **documents, **_clear(clarity), "money_without_form": money}


def _clear(clarity: Clarity) -> Fact:
    return {"unclear": clarity.unclear, "judged": clarity.judged, "percent": clarity.percent}


def _of(document: Disclosure | None) -> Fact:
    """Which document something is of."""
    names = ("iri", "source", "publisher", "year")
    values = [getattr(document, name) for name in names] if document else [None] * len(names)
    return dict(zip(("document", "source", "publisher", "year"), values, strict=True))


def _project(subject: Subject | None, instead: str | None = None) -> Fact:
    return {"project": subject.name if subject else instead, "project_address": subject.iri if subject else None}


def _at(place: Proof | Place | Leftover) -> Fact:
    return {name: getattr(place, name) for name in ("page", "line", "row", "column", "quote")}


def _changes(report: Report) -> Iterator[Fact]:
    for each in differences(report.changes) if report.changes else ():
        indicator, finding = each.indicator, each.finding
        yield {
            "type": "change",
            "what": each.what,
            **_of(each.document),
            **_project(each.subject, finding.project if finding else None),
            "indicator": indicator.name if indicator else finding.indicator if finding else None,
            "indicator_address": indicator.iri if indicator else None,
            "finding": finding.id if finding else None,
            "rule": each.rule,
            "before": each.before,
            "after": each.after,
            "because": each.because,
            "with_budget": each.with_budget,
        }


def _departments(report: Report) -> Iterator[Fact]:
    for each in report.departments:
        yield {
            "type": "department",
            "rank": each.rank,
            "few": each.few,
            **_of(each.document),
            "division": each.document.division,
            **_clear(each.clarity),
            "findings": each.findings,
            "certain": each.certain,
            "money": each.money,
            "money_without_form": each.money_without_form,
        }


def _findings(report: Report) -> Iterator[Fact]:
    known = standing(report.changes)
    gravest = {each.finding.id for each in report.gravest}
    for each in report.findings:
        finding = each.finding
        yield {
            "type": "finding",
            "id": finding.id,
            "address": finding.address,
            "rule": finding.rule,
            "version": finding.version,
            "severity": finding.severity,
            "certainty": finding.certainty,
            "standing": known.get(finding.id),
            "gravest": finding.id in gravest,
            **_of(each.document),
            **_project(each.subject, finding.project),
            "indicator": finding.indicator,
            "money": each.money,
            "found": finding.found,
            "expected": finding.expected,
            "places": [{"field": proof.field, **_at(proof)} for proof in finding.proofs],
        }


def _unclear(report: Report) -> Iterator[Fact]:
    for each in report.unclear:
        indicator, subject = each.indicator, each.subject
        yield {
            "type": "unclear",
            "finding": each.finding.id,
            "rule": each.finding.rule,
            **_of(subject.document if subject else None),
            **_project(subject, each.finding.project),
            "indicator": indicator.name if indicator else each.finding.indicator,
            "indicator_address": each.finding.focus,
            "kind": indicator.kind if indicator else None,
            "printed": indicator.printed if indicator else each.finding.found,
            "wordings": [dict(wording) for wording in each.wordings],
        }


def _unaimed(report: Report) -> Iterator[Fact]:
    for each in report.unaimed:
        about = {**_of(each.document), **_project(each)}
        yield {"type": "unaimed", **about, "unit": each.unit, "money": each.budget}


def _areas(report: Report) -> Iterator[Fact]:
    for each in report.areas:
        where = {"division": each.division, "name": each.name, "year": each.year}
        yield {"type": "area", **where, **_summed(each.summary)}


def _points(report: Report) -> Iterator[Fact]:
    for each in report.trend:
        yield {
            "type": "publication",
            "number": each.number,
            "day": each.day,
            "snapshot": each.snapshot,
            "documents": each.documents,
            "indicators": each.indicators,
            **_clear(each.clarity),
            "findings": each.findings,
            "certain": each.certain,
            "money": each.money,
            "money_without_form": each.money_without_form,
        }


def _documents(report: Report) -> Iterator[Fact]:
    for each in report.read:
        yield {
            "type": "document",
            **_of(each.document),
            "title": each.document.title,
            "sha256": each.document.sha256,
            "coverage": each.document.coverage,
            "lines": each.lines,
            "forms": each.forms,
            "indicators": each.indicators,
            "findings": each.findings,
            "leftovers": [{"reason": left.reason, **_at(left)} for left in each.leftovers],
        }
    for refused in report.refused:
        yield {"type": "refused", **{name: refused.get(name) for name in ("name", "sha256", "cause", "stays")}}


def _rules(report: Report) -> Iterator[Fact]:
    for each in report.judged:
        yield {
            "type": "rule",
            "id": each.id,
            "version": each.version,
            "title": dict(each.rule.title) if each.rule else None,
            "severity": each.rule.severity if each.rule else None,
            "basis": list(each.rule.basis) if each.rule else [],
            "findings": each.findings,
            "certain": each.certain,
            "reviewed": each.reviewed.found if each.reviewed else None,
            "right": each.reviewed.hit if each.reviewed else None,
            "failed": each.failed,
        }
