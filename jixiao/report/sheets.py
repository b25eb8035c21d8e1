"""The sheets of the report's workbook: their columns, and their rows in a language."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, cast

from jixiao.rendering import environment
from jixiao.report.differences import differences, standing
from jixiao.report.links import listed, of_document, page
from jixiao.report.pictures import named
from jixiao.report.words import moment, said
from jixiao.report.words import told as phrased

if TYPE_CHECKING:
    from jixiao.messages import Language
    from jixiao.report.content import Report, Summary
    from jixiao.told import Clarity, Disclosure, Finding, Subject

Form = Literal["text", "plain", "count", "money", "share"]
WORDINGS = 3
"""So many wordings stand beside a target."""


class Marked(NamedTuple):
    """A value that leads to the site, or is written otherwise than its column."""

    value: Plain
    address: str | None = None
    form: Form | None = None


Plain = str | int | float | Decimal | None
Value = Plain | Marked
Row = Sequence[Value]


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet: its columns with how they are written, and its rows."""

    name: str
    said: str
    """Its columns in order; behind a colon how one is written that is no text."""
    rows: Callable[[Teller], Iterable[Row]]

    @property
    def columns(self) -> Mapping[str, Form]:
        """The columns with how they are written."""
        pairs = (column.partition(":") for column in self.said.split())
        return {name: cast("Form", form or "text") for name, _, form in pairs}


@dataclass(frozen=True)
class Teller:
    """A report with how it is told in a language."""

    report: Report
    language: Language

    def words(self, key: str, **fields: object) -> str:
        """Our own words."""
        return said(key, self.language, **fields)

    def filtered(self, name: str, value: object) -> str:
        """A value as the pages write it, by the name of their filter."""
        if name == "told":
            return phrased(cast("str | None", value), self.language)
        return str(environment(self.language).filters[name](value)) if value is not None else ""

    @cached_property
    def standing(self) -> Mapping[str, str]:
        """Which findings are new and which are not."""
        return standing(self.report.changes)

    @cached_property
    def titles(self) -> Mapping[str, str]:
        """What rules are called."""
        return {each.id: each.rule.title[self.language] for each in self.report.judged if each.rule}

    def of(self, document: Disclosure | None) -> tuple[Value, Value]:
        """The department, leading to its page, and the year."""
        if document is None:
            return None, None
        return Marked(document.publisher or document.label, page(self.report, document.organisation)), document.year

    def project(self, subject: Subject | None, instead: str | None = None) -> Value:
        """The project, leading to its page."""
        return Marked(subject.name, page(self.report, subject.iri)) if subject else instead

    def proof(self, finding: Finding) -> tuple[str, str]:
        """Where a finding is printed, and what is printed there."""
        proofs = finding.proofs
        places = dict.fromkeys(self.filtered("where", each) for each in proofs)
        return "；".join(filter(None, places)), "\n".join(self.filtered("printed", each.quote) for each in proofs)


def _ratio(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def _clear(clarity: Clarity) -> tuple[float | None, int, int]:
    """A share with the two numbers behind it."""
    return _ratio(clarity.unclear, clarity.judged), clarity.unclear, clarity.judged


def _summary(told: Teller) -> Iterator[Row]:
    report, total = told.report, told.report.summary
    yield told.words("figures.about"), told.words("figures.title")
    yield told.words("columns.snapshot"), report.snapshot
    yield told.words("columns.number"), report.number
    yield told.words("figures.date"), report.date
    yield told.words("figures.since"), report.since or told.words("figures.nothing_before")
    yield told.words("figures.confined"), confined(report) or None
    yield from ((told.words(f"columns.{name}"), value) for name, value in _figures(report, total))
    yield told.words("figures.at"), moment(report.at) or None
    yield from ((told.words(f"figures.{name}"), value) for name, value in _both(report))
    for severity, count in total.severities.items():
        yield told.words("figures.severe", severity=told.filtered("severity", severity)), count
    for kind, count in total.kinds.items():
        yield told.words("figures.kind", kind=told.filtered("kind", kind)), count


def confined(report: Report) -> str:
    """What a report is limited to, in the reader's own words; empty where it is of everything."""
    choice = report.choice
    named_as = [choice.name] if choice.name else []
    return "；".join([*named_as, *choice.departments, *choice.divisions, *map(str, choice.years), *choice.rules])


def _figures(report: Report, total: Summary) -> Iterator[tuple[str, Value]]:
    """The figures of the whole, by the names of their columns, each leading to its list."""
    unclear = listed(report, "indicators", kind="unclear")
    yield "documents", Marked(total.documents, listed(report, "documents"))
    yield "departments", Marked(total.departments, listed(report, "departments"))
    yield "projects", Marked(total.projects, listed(report, "projects"))
    yield "forms", total.forms
    yield "unclear", Marked(total.clarity.unclear, unclear)
    yield "judged", total.clarity.judged
    yield "share", Marked(_ratio(total.clarity.unclear, total.clarity.judged), unclear, "share")
    yield "findings", Marked(total.findings, listed(report, "findings"))
    yield "certain", Marked(total.certain, listed(report, "findings", certainty="certain"))
    yield "possible", Marked(total.findings - total.certain, listed(report, "findings", certainty="possible"))
    money, aimed, without = _money(total)
    nobody_knows = not total.tables or (report.formless and not total.money_undisclosed)
    yield "money", Marked(money, None, "money")
    yield "with", Marked(aimed, None, "money")
    yield "without", Marked(without, listed(report, "projects", has="no-form"), "money")
    yield "undisclosed", Marked(None if nobody_knows else total.money_undisclosed, None, "money")
    yield "tables", total.tables
    yield "formless", len(report.formless)


def _money(total: Summary) -> tuple[Decimal | None, Decimal | None, Decimal | None]:
    """All money, that with and that without targets; nothing where no document has a table of it."""
    return (total.money, total.money_with_form, total.money_without_form) if total.tables else (None, None, None)


def _both(report: Report) -> Iterator[tuple[str, Value]]:
    """The documents of both snapshots, as they were and as they are."""
    if report.changes:
        shared = report.changes.shared
        before, after = shared.money_without_form
        yield "shared", shared.documents
        yield "shared_unclear_before", shared.before.unclear
        yield "shared_judged_before", shared.before.judged
        yield "shared_without_before", Marked(before, None, "money")
        yield "shared_unclear_after", shared.after.unclear
        yield "shared_judged_after", shared.after.judged
        yield "shared_without_after", Marked(after, None, "money")


def _changes(told: Teller) -> Iterator[Row]:
    for each in differences(told.report.changes) if told.report.changes else ():
        says: list[Value] = [each.before, each.after]
        because = "budget" if each.with_budget else each.because
        if each.what.startswith("document"):
            says = [None] * 4
        elif "project" in each.what or "money" in each.what:
            says = [None, None, *says]
        else:
            says = [*(told.filtered("told", value) or None for value in says), None, None]
        finding = each.finding
        yield (
            told.words(f"what.{each.what}"),
            *told.of(each.document),
            each.document.source if each.document else None,
            told.project(each.subject, finding.project if finding else None),
            each.indicator.name if each.indicator else finding.indicator if finding else None,
            told.titles.get(each.rule, each.rule) if each.rule else None,
            *says,
            told.words(f"because.{because}") if because else None,
            Marked(finding.address, page(told.report, finding.address)) if finding else None,
        )


def _departments(told: Teller) -> Iterator[Row]:
    for each in told.report.departments:
        document = each.document
        share, unclear, judged = _clear(each.clarity)
        own = of_document(told.report, "indicators", document, kind="unclear")
        yield (
            each.rank,
            named(document),
            *told.of(document),
            document.region,
            Marked(share, own),
            Marked(unclear, own),
            judged,
            Marked(each.findings, of_document(told.report, "findings", document)),
            each.certain,
            each.findings - each.certain,
            each.money,
            each.money_without_form,
            each.money_without_form / each.money if each.money and each.money_without_form is not None else None,
            Marked(document.label, page(told.report, document.iri)),
            _note(each.document, told, few=each.few),
        )
    for document in told.report.formless:
        label = Marked(document.label, page(told.report, document.iri))
        about = (None, named(document), *told.of(document), document.region)
        yield (*about, *[None] * 9, label, told.words("figures.formless"))


def _note(document: Disclosure, told: Teller, *, few: bool) -> str | None:
    """What a reader has to know of a department's figures."""
    poor = next((each.document.coverage for each in told.report.poor if each.document.iri == document.iri), None)
    read = told.words("figures.poor", coverage=told.filtered("percent", poor)) if poor is not None else None
    return "；".join(filter(None, [told.words("figures.few") if few else None, read])) or None


def _findings(told: Teller) -> Iterator[Row]:
    for each in told.report.findings:
        finding, document = each.finding, each.document
        standing = told.standing.get(finding.id)
        yield (
            told.words(f"standing.{standing}") if standing else None,
            told.titles.get(finding.rule, finding.rule),
            told.filtered("severity", finding.severity),
            told.filtered("certainty", finding.certainty),
            *told.of(document),
            told.project(each.subject, finding.project),
            finding.indicator,
            told.filtered("told", finding.found),
            told.filtered("told", finding.expected),
            each.money,
            *told.proof(finding),
            finding.source,
            finding.rule,
            finding.version,
            Marked(finding.address, page(told.report, finding.address)),
        )


def _unclear(told: Teller) -> Iterator[Row]:
    for each in told.report.unclear:
        finding, indicator, subject = each.finding, each.indicator, each.subject
        wordings = [cell for wording in each.wordings[:WORDINGS] for cell in _wording(wording, told)]
        yield (
            told.titles.get(finding.rule, finding.rule),
            *told.of(subject.document if subject else None),
            told.project(subject, finding.project),
            indicator.level1 if indicator else None,
            Marked(indicator.name, page(told.report, indicator.iri)) if indicator else finding.indicator,
            indicator.printed if indicator else finding.found,
            told.filtered("kind", indicator.kind) if indicator else None,
            subject.money if subject else None,
            told.proof(finding)[0],
            finding.source,
            *(wordings + [None] * (2 * WORDINGS - len(wordings))),
        )


def _wording(wording: Mapping[str, Any], told: Teller) -> tuple[Value, Value]:
    """A wording and where it comes from."""
    words = f"{wording['name']}：{wording['printed']}"
    printed = [told.filtered("where", _Spot(wording["page"], wording["line"]))]
    source = [wording["project"], wording["publisher"], wording["year"], wording["source"], *printed]
    return Marked(words, page(told.report, wording["address"])), " · ".join(str(each) for each in source if each)


@dataclass(frozen=True, slots=True)
class _Spot:
    """A place as the pages name it."""

    page: int | None
    line: int | None
    row: None = None
    column: None = None


def _unaimed(told: Teller) -> Iterator[Row]:
    for each in told.report.unaimed:
        yield told.project(each), *told.of(each.document), each.unit, each.budget, each.document.source


def _areas(told: Teller) -> Iterator[Row]:
    for each in told.report.areas:
        total = each.summary
        yield (
            each.division,
            each.name,
            each.year,
            total.documents,
            total.departments,
            total.projects,
            *_clear(total.clarity),
            total.findings,
            total.certain,
            *_money(total),
        )


def _trend(told: Teller) -> Iterator[Row]:
    for each in told.report.trend:
        yield (
            each.number,
            each.day,
            each.snapshot,
            each.documents,
            each.indicators,
            *_clear(each.clarity),
            each.findings,
            each.certain,
            each.money,
            each.money_without_form,
        )


def _coverage(told: Teller) -> Iterator[Row]:
    report = told.report
    for each in report.read:
        document = each.document
        counts = (each.lines, each.forms, each.indicators, each.findings, len(each.leftovers))
        label = Marked(document.label, page(report, document.iri))
        yield (
            told.words("coverage.read"),
            label,
            document.source,
            document.year,
            document.coverage,
            *counts,
            *[None] * 3,
        )
    for each in report.read:
        for left in each.leftovers:
            about = (each.document.label, each.document.source, each.document.year)
            what = (
                told.filtered("where", left),
                told.filtered("told", left.reason),
                told.filtered("printed", left.quote),
            )
            yield told.words("coverage.leftover"), *about, *[None] * 6, *what
    for refused in report.refused:
        state = told.words("coverage.stays" if "stays" in refused else "coverage.refused")
        yield state, None, refused["name"], *[None] * 8, refused["cause"], None


def _rules(told: Teller) -> Iterator[Row]:
    for each in told.report.judged:
        rule, reviewed = each.rule, each.reviewed
        yield (
            told.titles.get(each.id, each.id),
            Marked(each.findings, listed(told.report, "findings", rule=each.id)),
            each.certain,
            each.findings - each.certain,
            told.filtered("severity", rule.severity) if rule else None,
            reviewed.hit if reviewed else None,
            reviewed.found if reviewed else None,
            reviewed.precision if reviewed else None,
            each.version,
            "；".join(told.filtered("citation", name) for name in rule.basis) if rule else None,
            each.id,
            each.failed,
        )


def _citing(told: Teller) -> Iterator[Row]:
    report = told.report
    dated = "dated" if report.date else "whole"
    yield (told.words(f"citing.{dated}", snapshot=report.snapshot, date=report.date),)
    yield (told.words("citing.shares"),)
    for each in report.findings[:1]:
        named_as = {"rule": each.finding.rule, "version": each.finding.version, "address": each.finding.address}
        yield (told.words("citing.finding", snapshot=report.snapshot, **named_as),)
    yield (told.words("citing.sources"),)
    yield from ((f"{each.document.source} {each.document.sha256}",) for each in report.read)


_CLEAR = "share:share unclear:count judged:count"
_WORDINGS = " ".join(f"wording#{number} wording_from#{number}" for number in range(1, WORDINGS + 1))
SHEETS = (
    Sheet("summary", "figure value:count", _summary),
    Sheet(
        "changes",
        "what department year:plain file project indicator rule before after money_before:money money_after:money "
        "because address",
        _changes,
    ),
    Sheet(
        "departments",
        f"rank:plain name department year:plain division {_CLEAR} findings:count certain:count possible:count "
        "money:money without:money share_without:share document note",
        _departments,
    ),
    Sheet(
        "findings",
        "standing rule severity certainty department year:plain project indicator found expected money:money "
        "place quote file rule_id version address",
        _findings,
    ),
    Sheet(
        "unclear",
        f"rule department year:plain project level indicator target kind money:money place file {_WORDINGS}",
        _unclear,
    ),
    Sheet("unaimed", "project department year:plain unit money:money file", _unaimed),
    Sheet(
        "areas",
        f"code division year:plain documents:count departments:count projects:count {_CLEAR} "
        "findings:count certain:count money:money with:money without:money",
        _areas,
    ),
    Sheet(
        "trend",
        f"number:plain day snapshot documents:count indicators:count {_CLEAR} findings:count certain:count "
        "money:money without:money",
        _trend,
    ),
    Sheet(
        "coverage",
        "state document file year:plain coverage:share lines:count forms:count indicators:count findings:count "
        "leftovers:count place reason quote",
        _coverage,
    ),
    Sheet(
        "rules",
        "rule findings:count certain:count possible:count severity right:count reviewed:count precision:share "
        "version basis rule_id reason",
        _rules,
    ),
    Sheet("citing", "words", _citing),
)
"""Every sheet, in order."""
