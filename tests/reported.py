"""A report on a snapshot as the forms are given it, made by hand of the view."""

from __future__ import annotations

from dataclasses import replace

from jixiao.report.choice import Choice
from jixiao.report.content import Area, Grave, Judged, Point, Ranked, Read, Report, Summary, Unclear
from jixiao.summary import departments, profile
from jixiao.view import View
from queries.library import rules


def summed(view, documents):
    """The figures of some documents."""
    whole = profile(view, documents)
    money, without = whole.budget or 0, whole.money_without_form
    return Summary(
        documents=len(documents),
        departments=len({each.publisher for each in documents}),
        projects=len(whole.projects),
        forms=sum(len(each.forms) for each in whole.subjects),
        clarity=whole.clarity,
        money=money,
        money_with_form=money - without,
        money_without_form=without,
        findings=len(whole.findings),
        certain=sum(each.certainty == "certain" for each in whole.findings),
        severities={},
        rules=whole.rules,
    )


def by_hand(snapshot, *, site="https://example.org", name=None):
    """A report on a snapshot, with a short history made up of its own figures."""
    view = View(snapshot)
    documents = list(view.documents.values())
    total = summed(view, documents)
    graves = [Grave(finding=each, subject=subject, money=subject and subject.money) for each, subject in _judged(view)]
    known = rules()
    ranked = [
        Ranked(
            rank=rank,
            document=each.document,
            clarity=each.clarity,
            findings=len(view.findings_in(each.document.iri)),
            certain=sum(finding.certainty == "certain" for finding in view.findings_in(each.document.iri)),
            money=profile(view, [each.document]).budget,
            money_without_form=profile(view, [each.document]).money_without_form,
        )
        for rank, each in enumerate(departments(view), 1)
    ]
    last = Point(
        number=3,
        day="2031-05-06",
        snapshot=snapshot.id,
        documents=total.documents,
        indicators=len(view.indicators),
        clarity=total.clarity,
        findings=total.findings,
        certain=total.certain,
        money=total.money,
        money_without_form=total.money_without_form,
    )
    return Report(
        snapshot=snapshot.id,
        number=3,
        date="2031-05-06",
        choice=Choice(name=name),
        site=site,
        summary=total,
        changes=None,
        departments=ranked,
        gravest=graves[:10],
        unclear=[
            Unclear(
                finding=each.finding,
                indicator=view.indicators.get(each.finding.focus),
                subject=each.subject,
                wordings=[
                    {
                        "name": "培训人次",
                        "printed": "≥100人次",
                        "slot": "≥（）人次",
                        "by": "name",
                        "project": "培训",
                        "publisher": "某局",
                        "year": 2025,
                        "source": "a.txt",
                        "page": None,
                        "line": 7,
                        "address": "https://w3id.org/jixiao/id/x",
                    }
                ],
            )
            for each in graves
            if each.finding.rule == "vague-target"
        ],
        unaimed=[each for each in view.subjects.values() if each.lacks_form],
        areas=[
            Area(division=division, name=region, year=year, summary=summed(view, meant))
            for (division, region, year), meant in _areas(documents)
        ],
        trend=[
            replace(last, number=1, day="2031-05-04", findings=total.findings + 4, certain=total.certain + 1),
            replace(last, number=2, day="2031-05-05", money_without_form=total.money_without_form * 2),
            last,
        ],
        read=[
            Read(
                document=each,
                lines=sum(len(subject.lines) for subject in view.of_document(each.iri)),
                forms=sum(len(subject.forms) for subject in view.of_document(each.iri)),
                indicators=sum(len(subject.indicators) for subject in view.of_document(each.iri)),
                findings=len(view.findings_in(each.iri)),
                leftovers=view.leftovers[each.iri],
            )
            for each in documents
        ],
        refused=[{"name": "=坏文件.pdf", "cause": "打不开"}],
        judged=[
            Judged(
                id=id,
                version=version,
                rule=known.get(id),
                findings=total.rules[id],
                certain=sum(each.rule == id and each.certainty == "certain" for each in view.findings),
                reviewed=None,
            )
            for id, version in snapshot.manifest["rules"].items()
        ],
        findings=graves,
    )


def _judged(view):
    return [(each, view.subject_of.get(each.focus)) for each in view.findings]


def _areas(documents):
    keys = dict.fromkeys((each.division, each.region, each.year) for each in documents)
    return [(key, [each for each in documents if (each.division, each.region, each.year) == key]) for key in keys]


