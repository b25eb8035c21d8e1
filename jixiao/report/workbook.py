"""The report as a workbook for Excel and WPS: every list in full, numbers that are numbers, charts of its own cells."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import xlsxwriter  # type: ignore[import-untyped]

from graph.files import write_whole
from jixiao.exports.workbook import LONGEST, MADE, NARROWEST, WIDEST, cut, parts
from jixiao.rendering import environment
from jixiao.report.content import Report  # noqa: TC001 - a field of a dataclass
from jixiao.report.differences import differences, standing
from jixiao.report.drawing import COLOURS, breadth
from jixiao.report.links import listed, of_document, page
from jixiao.report.pictures import named, ranked
from jixiao.report.words import said

if TYPE_CHECKING:
    from pathlib import Path

    from jixiao.messages import Language
    from jixiao.report.content import Summary
    from jixiao.told import Clarity, Disclosure, Finding, Subject

Form = Literal["text", "plain", "count", "money", "share"]
FORMATS: Mapping[Form, str] = {"text": "@", "plain": "0", "count": "#,##0", "money": "#,##0.00", "share": "0.0%"}
MEASURED = 200
"""How many rows decide how wide the columns are."""
LONGEST_LINK, MOST_LINKS = 2079, 60_000
"""What Excel follows: addresses of so many characters, and (65,530) so many on a sheet."""
CHARTED = 20
"""So many departments and rules a chart shows."""
WORDINGS = 3


class Marked(NamedTuple):
    """A value that leads to the site, or is written otherwise than its column."""

    value: Plain
    address: str | None = None
    form: Form | None = None


Plain = str | int | float | Decimal | None
Value = Plain | Marked
Row = Sequence[Value]


@dataclass(frozen=True, slots=True)
class _Sheet:
    """One sheet: its columns with how they are written, and its rows."""

    name: str
    columns: Mapping[str, Form]
    rows: Callable[[Teller], Iterable[Row]]


def write(report: Report, path: Path, language: Language) -> Path:
    """Writes the workbook to a file; the same report gives the same bytes."""
    stream = io.BytesIO()
    book = xlsxwriter.Workbook(stream, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    book.set_properties({"created": MADE, "title": said("figures.title", language), "author": "jixiao"})
    writer = _Writer(book, Teller(report, language))
    first = book.add_worksheet(said("sheets.summary", language))
    written = {sheet.name: writer.write(sheet) for sheet in SHEETS[1:]}
    writer.fill(first, SHEETS[0], iter(SHEETS[0].rows(writer.teller)))
    _charts(writer, first, written)
    book.close()
    write_whole(path, stream.getvalue())
    return path


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


class _Writer:
    """A workbook that is being written."""

    def __init__(self, book: Any, teller: Teller) -> None:
        self.book = book
        self.teller = teller
        common = {"valign": "top", "text_wrap": True}
        self.header = book.add_format({"bold": True, "bottom": 1, **common})
        self.formats = {form: book.add_format({"num_format": code, **common}) for form, code in FORMATS.items()}
        blue = {"font_color": COLOURS["accent"], "underline": 1}
        self.linked = {form: book.add_format({"num_format": code, **blue, **common}) for form, code in FORMATS.items()}

    def write(self, sheet: _Sheet) -> int:
        """Writes a sheet, what is more than Excel opens to further ones; gives the number of rows on the first."""
        counts = []
        for number, part in enumerate(parts(iter(sheet.rows(self.teller))), 1):
            title = self.teller.words(f"sheets.{sheet.name}")
            counts.append(
                self.fill(self.book.add_worksheet(title if number == 1 else f"{title} {number}"), sheet, part)
            )
        return counts[0]

    def fill(self, sheet_page: Any, sheet: _Sheet, rows: Iterator[Row]) -> int:
        """Writes the rows below the names of the columns, which stay in sight and can be chosen by."""
        names = [self._name(name) for name in sheet.columns]
        every = list(rows)
        for place, name in enumerate(names):
            width = _width([name, *(_shown(row[place]) for row in every[:MEASURED])])
            sheet_page.set_column(place, place, width)
            sheet_page.write_string(0, place, name, self.header)
        sheet_page.freeze_panes(1, 0)
        links = 0
        for line, row in enumerate(every, 1):
            for place, (value, form) in enumerate(zip(row, sheet.columns.values(), strict=True)):
                links += self._put(sheet_page, (line, place), value, form, may_link=links < MOST_LINKS)
        if sheet.name not in {"summary", "citing"}:
            sheet_page.autofilter(0, 0, len(every), len(names) - 1)
        return len(every)

    def _name(self, column: str) -> str:
        name, _, number = column.partition("#")
        return self.teller.words(f"columns.{name}", number=number) if number else self.teller.words(f"columns.{name}")

    def _put(self, sheet_page: Any, at: tuple[int, int], value: Value, form: Form, *, may_link: bool) -> int:
        """Writes a cell; gives 1 where it leads somewhere."""
        value, address, own = value if isinstance(value, Marked) else (value, None, None)
        leads = bool(address and may_link and len(address) <= LONGEST_LINK and value is not None)
        style = (self.linked if leads else self.formats)[own or form]
        words = cut(value) if isinstance(value, str) else ""
        if leads:
            sheet_page.write_url(*at, address, style, words or str(value))
        elif words:
            sheet_page.write_string(*at, words, style)
        if isinstance(value, int | float | Decimal):
            sheet_page.write_number(*at, float(value), style)
        return int(leads)


def _shown(value: Value) -> str:
    if isinstance(value, Marked):
        value = value.value
    return f"{value:,.2f}" if isinstance(value, Decimal) else "" if value is None else str(value)


def _width(texts: Iterable[str]) -> float:
    longest = max(breadth(line, 2) for text in texts for line in [*text[:LONGEST].split("\n"), ""])
    return min(WIDEST, max(NARROWEST, longest + 2))


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
    yield "money", Marked(total.money, None, "money")
    yield "with", Marked(total.money_with_form, None, "money")
    yield "without", Marked(total.money_without_form, listed(report, "projects", has="no-form"), "money")
    yield "undisclosed", Marked(total.money_undisclosed, None, "money")


MONEY = 18
"""The row of the summary with the money that has targets; below it that without, and that of which nobody knows."""


def _changes(told: Teller) -> Iterator[Row]:
    for each in differences(told.report.changes) if told.report.changes else ():
        money = "project" in each.what or "money" in each.what
        says = (None, None, each.before, each.after) if money else (each.before, each.after, None, None)
        finding = each.finding
        yield (
            told.words(f"what.{each.what}"),
            *told.of(each.document),
            told.project(each.subject, finding.project if finding else None),
            each.indicator.name if each.indicator else finding.indicator if finding else None,
            told.titles.get(each.rule, each.rule) if each.rule else None,
            *says,
            told.words(f"because.{each.because}") if each.because else None,
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
            each.money_without_form / each.money if each.money else None,
            Marked(document.label, page(told.report, document.iri)),
            told.words("figures.few") if each.few else None,
        )


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
            total.money,
            total.money_with_form,
            total.money_without_form,
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
        yield told.words("coverage.refused"), None, refused["name"], *[None] * 8, refused["cause"], None


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


_OF: Mapping[str, Form] = {"department": "text", "year": "plain"}
_CLEAR: Mapping[str, Form] = {"share": "share", "unclear": "count", "judged": "count"}
SHEETS: Sequence[_Sheet] = (
    _Sheet("summary", {"figure": "text", "value": "count"}, _summary),
    _Sheet(
        "changes",
        {
            "what": "text",
            **_OF,
            "project": "text",
            "indicator": "text",
            "rule": "text",
            "before": "text",
            "after": "text",
            "money_before": "money",
            "money_after": "money",
            "because": "text",
            "address": "text",
        },
        _changes,
    ),
    _Sheet(
        "departments",
        {
            "rank": "plain",
            "name": "text",
            **_OF,
            "division": "text",
            **_CLEAR,
            "findings": "count",
            "certain": "count",
            "possible": "count",
            "money": "money",
            "without": "money",
            "share_without": "share",
            "document": "text",
            "note": "text",
        },
        _departments,
    ),
    _Sheet(
        "findings",
        {
            "standing": "text",
            "rule": "text",
            "severity": "text",
            "certainty": "text",
            **_OF,
            "project": "text",
            "indicator": "text",
            "found": "text",
            "expected": "text",
            "money": "money",
            "place": "text",
            "quote": "text",
            "file": "text",
            "rule_id": "text",
            "version": "text",
            "address": "text",
        },
        _findings,
    ),
    _Sheet(
        "unclear",
        {
            "rule": "text",
            **_OF,
            "project": "text",
            "level": "text",
            "indicator": "text",
            "target": "text",
            "kind": "text",
            "money": "money",
            "place": "text",
            "file": "text",
            **{f"{name}#{number}": "text" for number in range(1, WORDINGS + 1) for name in ("wording", "wording_from")},
        },
        _unclear,
    ),
    _Sheet("unaimed", {"project": "text", **_OF, "unit": "text", "money": "money", "file": "text"}, _unaimed),
    _Sheet(
        "areas",
        {
            "code": "text",
            "division": "text",
            "year": "plain",
            "documents": "count",
            "departments": "count",
            "projects": "count",
            **_CLEAR,
            "findings": "count",
            "certain": "count",
            "money": "money",
            "with": "money",
            "without": "money",
        },
        _areas,
    ),
    _Sheet(
        "trend",
        {
            "number": "plain",
            "day": "text",
            "snapshot": "text",
            "documents": "count",
            "indicators": "count",
            **_CLEAR,
            "findings": "count",
            "certain": "count",
            "money": "money",
            "without": "money",
        },
        _trend,
    ),
    _Sheet(
        "coverage",
        {
            "state": "text",
            "document": "text",
            "file": "text",
            "year": "plain",
            "coverage": "share",
            "lines": "count",
            "forms": "count",
            "indicators": "count",
            "findings": "count",
            "leftovers": "count",
            "place": "text",
            "reason": "text",
            "quote": "text",
        },
        _coverage,
    ),
    _Sheet(
        "rules",
        {
            "rule": "text",
            "findings": "count",
            "certain": "count",
            "possible": "count",
            "severity": "text",
            "right": "count",
            "reviewed": "count",
            "precision": "share",
            "version": "text",
            "basis": "text",
            "rule_id": "text",
            "reason": "text",
        },
        _rules,
    ),
    _Sheet("citing", {"words": "text"}, _citing),
)


@dataclass(frozen=True, slots=True)
class _Chart:
    """A chart on the first sheet, of the first rows of another: one colour a column of figures."""

    name: str
    kind: Literal["bar", "line"]
    sheet: str
    along: str
    columns: Mapping[str, str]
    least: int = 1
    """Of fewer rows there is none."""


CHARTS = (
    _Chart("ranking", "bar", "departments", "name", {"share": "share-3"}),
    _Chart("rules", "bar", "rules", "rule", {"certain": "certain", "possible": "thing-source"}),
    _Chart("unclear", "line", "trend", "day", {"share": "accent"}, least=2),
    _Chart("findings", "line", "trend", "day", {"findings": "accent", "certain": "certain"}, least=2),
    _Chart("unaimed", "line", "trend", "day", {"without": "accent"}, least=2),
)
HIGH, WIDE = 18, 720
"""How many rows a chart is high at least, and how wide one is; a row is :data:`PIXELS` high."""
PIXELS = 20


def _charts(writer: _Writer, first: Any, written: Mapping[str, int]) -> None:
    """The charts beside the figures on the first sheet, each referring to the cells of its list."""
    line = 1
    report = writer.teller.report
    shown = [(_money(writer), 0)] if report.summary.money else []
    for chart in CHARTS:
        count = written[chart.sheet] if chart.kind == "line" else min(_charted(report, chart.sheet), CHARTED)
        if count >= chart.least:
            shown.append((_chart(writer, chart, count), count if chart.kind == "bar" else 0))
    for chart, count in shown:
        high = max(HIGH, count + 5)
        chart.set_size({"width": WIDE, "height": (high - 1) * PIXELS})
        first.insert_chart(line, 3, chart)
        line += high


def _charted(report: Report, sheet: str) -> int:
    """How many of the first rows are worth a bar: rules that found something, departments with more than a few targets."""
    if sheet == "rules":
        return sum(each.findings > 0 for each in report.judged)
    return len(ranked(report))


def _chart(writer: _Writer, told: _Chart, count: int) -> Any:
    sheet = next(each for each in SHEETS if each.name == told.sheet)
    places = list(sheet.columns)
    title = writer.teller.words(f"sheets.{told.sheet}")
    made = writer.book.add_chart({"type": told.kind, **({"subtype": "stacked"} if told.kind == "bar" else {})})
    for column, colour in told.columns.items():
        along, place = places.index(told.along), places.index(column)
        look: dict[str, Any] = {"fill": {"color": COLOURS[colour]}, "gap": 50}
        if told.kind == "line":
            look = {"line": {"color": COLOURS[colour], "width": 2}, "marker": {"type": "circle", "size": 5}}
        made.add_series(
            {
                "name": [title, 0, place],
                "categories": [title, 1, along, count, along],
                "values": [title, 1, place, count, place],
                **look,
            }
        )
    _dress(made, writer.teller.words(f"pictures.{told.name}"), told.kind, legend=len(told.columns) > 1)
    return made


def _money(writer: _Writer) -> Any:
    """The money of projects by whether it has targets."""
    title, made = writer.teller.words("sheets.summary"), writer.book.add_chart({"type": "bar"})
    colours = [{"fill": {"color": COLOURS[name]}} for name in ("accent", "certain", "share-none")]
    made.add_series(
        {
            "categories": [title, MONEY, 0, MONEY + 2, 0],
            "values": [title, MONEY, 1, MONEY + 2, 1],
            "points": colours,
            "gap": 50,
            "data_labels": {"value": True},
        }
    )
    _dress(made, writer.teller.words("columns.money"), "bar", legend=False)
    return made


def _dress(chart: Any, title: str, kind: str, *, legend: bool) -> None:
    """A title, scales from 0, and the first row on top."""
    chart.set_title({"name": title, "name_font": {"size": 12}, "overlay": False})
    chart.set_legend({"position": "bottom"} if legend else {"none": True})
    hair = {"visible": True, "line": {"color": COLOURS["hair"]}}
    if kind == "bar":
        chart.set_x_axis({"min": 0, "major_gridlines": hair})
        chart.set_y_axis({"reverse": True, "major_gridlines": {"visible": False}})
    else:
        chart.set_y_axis({"min": 0, "major_gridlines": hair})
