"""What a report says, computed: from a snapshot, the one before it, and the history of publications."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING

from graph.reviews import Review, counted
from jixiao import summary
from jixiao.changes import changes
from jixiao.comparison import CLEARER, offers
from jixiao.days import day
from jixiao.report.choice import Choice
from jixiao.report.content import Area, Grave, Judged, Point, Ranked, Read, Report, Summary, Unclear
from jixiao.snapshots import opened
from jixiao.told import Clarity
from jixiao.view import View, grouped, rows
from jixiao.years import overview
from queries.evaluation import Score
from queries.library import rules

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from graph.folder import KnowledgeGraph
    from graph.history import Publication
    from graph.snapshot import Snapshot
    from jixiao.messages import Language
    from jixiao.report.choice import Chosen
    from jixiao.summary import Profile
    from jixiao.told import Disclosure, Finding, Subject

GRAVEST = 10
POINTS = 60
"""So many publications a trend goes back."""
NO_CHOICE = Choice()


def report(  # noqa: PLR0913 - each is something else that a report depends on
    graph: KnowledgeGraph,
    snapshot: Snapshot,
    *,
    since: Snapshot | None = None,
    date: str | None = None,
    choice: Choice = NO_CHOICE,
    site: str = "",
    language: Language = "zh",
    number: int | None = None,
    view: View | None = None,
) -> Report:
    """A report on a snapshot. The same of everything gives the same report.

    Args:
        graph: whose history it tells, up to the publication that it reports on.
        snapshot: what to report on.
        since: what it is compared with.
        date: what to print as its date.
        choice: what it is limited to.
        site: where the site is that its numbers lead to; empty for the site itself.
        language: what it is to be written in.
        number: the publication; the last one of the snapshot unless told otherwise.
        view: the snapshot arranged, where somebody has it already.

    Raises:
        BadInputError: a name that was chosen is unknown or may mean several.
        HistoryError: the history is damaged.
    """
    whole = view or arranged(snapshot)
    before = arranged(since) if since else None
    chosen = choice.among(whole, *([before] if before else []))
    part = chosen.of(whole)
    history = _history(graph, snapshot, number)
    own = history[-1] if history else None
    earlier = _last(history, since.id) if since else None
    told = summary.Profile(list(part.documents.values()), list(part.subjects.values()), part.findings)
    return Report(
        snapshot=snapshot.id,
        number=own.number if own else None,
        date=date,
        choice=choice,
        site=site.rstrip("/"),
        language=language,
        at=own.at if own else None,
        since=since.id if since else None,
        since_number=earlier.number if earlier else None,
        since_at=earlier.at if earlier else None,
        is_first=len(history) <= 1,
        filters=_filters(whole, part, chosen),
        summary=_summary(told),
        changes=changes(chosen.of(before), part) if before else None,
        departments=_ranked(part),
        gravest=[_grave(part, *each) for each in summary.gravest(part, GRAVEST)],
        findings=[_grave(part, *each) for each in summary.by_gravity(part)],
        unclear=_unclear(snapshot, part),
        unaimed=summary.without_form(part.subjects.values()),
        areas=_areas(whole, part, chosen),
        trend=_trend(history) if choice.is_everything else (),
        read=[_read(part, each) for each in part.documents.values()],
        refused=own.refused if own else (),
        judged=_judged(part, chosen),
        years=overview(part),
    )


def before(graph: KnowledgeGraph, snapshot: Snapshot, number: int | None = None) -> Snapshot | None:
    """What was live before a snapshot went live (the last time, or as the publication of this number), if still kept.

    Raises:
        HistoryError: the history is damaged.
    """
    others = [each.snapshot for each in _history(graph, snapshot, number) if each.snapshot != snapshot.id]
    return opened(graph, others[-1]) if others and others[-1] in graph.available() else None


@lru_cache(maxsize=2)
def arranged(snapshot: Snapshot) -> View:
    """A snapshot arranged once for several reports on it."""
    return View(snapshot)


def _history(graph: KnowledgeGraph, snapshot: Snapshot, number: int | None) -> list[Publication]:
    """The publications up to that of the snapshot; none where it never went live."""
    every = graph.history()
    own = [each.number for each in every if each.snapshot == snapshot.id and number in (None, each.number)]
    return [each for each in every if own and each.number <= own[-1]]


def published(graph: KnowledgeGraph, snapshot: Snapshot) -> str | None:
    """The day on which a snapshot went live last; ``None`` for one that never did.

    Raises:
        HistoryError: the history is damaged.
    """
    found = _last(graph.history(), snapshot.id)
    return day(found.at) if found else None


def _last(history: Sequence[Publication], snapshot: str) -> Publication | None:
    """The publication with which a snapshot went live last."""
    return next((each for each in reversed(history) if each.snapshot == snapshot), None)


def _summary(told: Profile) -> Summary:
    clear, money = told.clarity, summary.unaimed(told.subjects)
    certainties = Counter(each.certainty for each in told.findings)
    severities = Counter(each.severity for each in told.findings)
    paid = {each.document.iri: each.document for each in told.subjects if each.budget is not None}
    return Summary(
        documents=len(told.documents),
        departments=len({each.organisation for each in told.documents if each.organisation}),
        projects=len(told.projects),
        wholes=len(told.subjects) - len(told.projects),
        forms=sum(len(each.forms) for each in told.subjects),
        indicators=len(told.indicators),
        kinds=dict(
            sorted(Counter(each.kind for each in told.indicators).items(), key=lambda pair: (-pair[1], pair[0]))
        ),
        clarity=clear,
        tables=len(paid),
        paid=sorted({each.year for each in paid.values() if each.year}),
        money=money.whole,
        money_with_form=money.whole - money.among - money.alone,
        money_without_form=money.among,
        findings=len(told.findings),
        certain=certainties["certain"],
        severities={name: severities[name] for name in summary.SEVERITIES},
        rules=_most_first(told.rules),
    )


def _most_first(counts: Counter[str]) -> dict[str, int]:
    return dict(sorted(counts.items(), key=lambda pair: (-pair[1], pair[0])))


def _ranked(view: View) -> list[Ranked]:
    """Every document that discloses targets, the least clear first; those with few targets after all others."""
    every = sorted(summary.departments(view), key=lambda each: each.clarity.judged < summary.ENOUGH)
    return [_place(view, rank, each) for rank, each in enumerate(every, 1)]


def _place(view: View, rank: int, department: summary.Department) -> Ranked:
    told = summary.profile(view, [department.document])
    money = told.budget
    return Ranked(
        rank=rank,
        document=department.document,
        clarity=department.clarity,
        findings=len(told.findings),
        certain=sum(each.certainty == "certain" for each in told.findings),
        money=money,
        money_without_form=None if money is None else told.money_without_form,
        few=department.clarity.judged < summary.ENOUGH,
    )


def _grave(view: View, finding: Finding, subject: Subject | None) -> Grave:
    document = view.documents.get(finding.document or "")
    return Grave(finding=finding, subject=subject, money=subject.money if subject else None, document=document)


def _unclear(snapshot: Snapshot, view: View) -> list[Unclear]:
    """Each target that nobody can check, once: first those with wordings to learn from, one a project, by its money."""
    found: dict[str, Finding] = {}
    for finding in view.findings:
        if finding.rule in CLEARER:
            found.setdefault(finding.focus, finding)
    wordings = offers(snapshot, found.values())
    every = [
        Unclear(
            finding=finding,
            indicator=view.indicators.get(finding.focus),
            subject=view.subject_of.get(finding.focus),
            wordings=wordings.get(finding.id, ()),
        )
        for finding in found.values()
    ]
    turns: Counter[tuple[str, bool]] = Counter()
    order: dict[str, tuple[bool, int, Decimal, str]] = {}
    for each in every:
        owner, none, money = each.subject.iri if each.subject else each.finding.focus, not each.wordings, each.subject
        order[each.finding.id] = (none, turns[owner, none], -((money and money.money) or Decimal(0)), each.finding.id)
        turns[owner, none] += 1
    return sorted(every, key=lambda each: order[each.finding.id])


def _areas(whole: View, part: View, chosen: Chosen) -> list[Area]:
    """The divisions in the order of their codes, those without one last; in each the latest year first."""
    groups = grouped(part.documents.values(), lambda each: (each.division or each.region, each.year))
    listed = Counter((name, each.year) for each in _of(chosen, whole) for name in summary.places(each))
    order = sorted(groups, key=lambda each: (each[0] is None, each[0] or "", -(each[1] or 0)))
    return [
        Area(
            division=groups[key][0].division,
            name=groups[key][0].region,
            year=key[1],
            summary=_summary(summary.profile(part, groups[key])),
            filters=_area_filters(groups[key], listed, chosen),
        )
        for key in order
    ]


def _of(chosen: Chosen, view: View) -> Iterator[Disclosure]:
    """The documents of the chosen departments, wherever and whenever."""
    return (each for each in view.documents.values() if not chosen.publishers or each.publisher in chosen.publishers)


def _area_filters(
    own: Sequence[Disclosure], listed: Counter[tuple[str, int | None]], chosen: Chosen
) -> Mapping[str, Sequence[str]] | None:
    """By which choices the site lists just these documents of one division and year: by name it lists those within."""
    names, year = summary.places(own[0]), own[0].year
    if not names or year is None or listed[names[-1], year] != len(own):
        return None
    among = {"publisher": tuple(sorted(chosen.publishers))} if chosen.publishers else {}
    return {**among, "region": (names[-1],), "year": (str(year),)}


def _trend(history: Iterable[Publication]) -> list[Point]:
    return [_point(each) for each in history if each.figures][-POINTS:]


def _point(publication: Publication) -> Point:
    counts, figures = publication.counts, publication.figures
    return Point(
        number=publication.number,
        day=day(publication.at),
        snapshot=publication.snapshot,
        documents=counts["documents"],
        indicators=counts["indicators"],
        clarity=Clarity(figures["unclear"], figures["judged"]),
        findings=counts["findings"],
        certain=figures["certainty"].get("certain", 0),
        money=Decimal(figures["money"]),
        money_without_form=Decimal(figures["money_without_form"]),
    )


def _read(view: View, document: Disclosure) -> Read:
    subjects = view.of_document(document.iri)
    return Read(
        document=document,
        lines=sum(len(subject.lines) for subject in subjects),
        forms=sum(len(subject.forms) for subject in subjects),
        indicators=sum(len(subject.indicators) for subject in subjects),
        findings=len(view.findings_in(document.iri)),
        leftovers=view.leftovers.get(document.iri, ()),
    )


def _judged(view: View, chosen: Chosen) -> list[Judged]:
    """Every rule that judged or should have, those that found most first."""
    known, versions = rules(), view.graph.manifest.get("rules", {})
    found = dict(summary.by_rule(view))
    reviewed = counted(({"id": each.id, "rule": each.rule} for each in view.findings), _verdicts(view))
    told = [
        Judged(
            id=id_,
            version=versions.get(id_),
            rule=known.get(id_),
            findings=found.get(id_, Counter()).total(),
            certain=found.get(id_, Counter())["certain"],
            reviewed=_score(id_, *reviewed[id_]) if id_ in reviewed else None,
            failed=view.failed.get(id_),
        )
        for id_ in sorted({*versions, *view.failed, *found})
        if not chosen.rules or id_ in chosen.rules
    ]
    return sorted(told, key=lambda each: (-each.findings, each.id))


def _score(rule: str, right: int, every: int) -> Score:
    """How many of the reviewed findings are right; how many there should have been, nobody was asked."""
    return Score(name=rule, gold=right, found=every, hit=right)


def _verdicts(view: View) -> Iterator[Review]:
    """The verdicts in the snapshot, the earliest first; when and by whom does not matter here."""
    for row in rows(view.graph, "verdicts"):
        yield Review(about=row["about"], verdict=row["verdict"], who="", when="")


def _filters(whole: View, part: View, chosen: Chosen) -> Mapping[str, Sequence[str]] | None:
    """By which choices the lists of the site show just the chosen documents: it knows divisions by name only."""
    names = {key: name for each in part.documents.values() for key, name in summary.divisions_of(each)}
    filters = {
        "publisher": tuple(sorted(chosen.publishers)),
        "region": tuple(sorted({names.get(each, each) for each in chosen.divisions})),
        "year": tuple(map(str, sorted(chosen.years))),
    }
    meant = {name: values for name, values in filters.items() if values}
    return meant if {iri for iri, each in whole.documents.items() if fits(each, meant)} == set(part.documents) else None


def fits(document: Disclosure, filters: Mapping[str, Sequence[str]]) -> bool:
    """Whether the site shows a document under these choices."""
    own = {"publisher": (document.publisher,), "region": summary.places(document), "year": (str(document.year),)}
    return all(not set(values).isdisjoint(own[name]) for name, values in filters.items())
