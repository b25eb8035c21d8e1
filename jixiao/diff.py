"""What is different between two snapshots, for people and for programs: text, a page that stands alone, JSON."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Mapping, Sequence  # noqa: TC003 - fields of dataclasses
from dataclasses import asdict, dataclass
from decimal import Decimal
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from jixiao.comparison import amount
from jixiao.messages import language, text
from jixiao.rendering import code_label, environment, page_path
from jixiao.report.differences import WHAT, differences
from jixiao.report.words import said
from jixiao.tables import as_json as json_value
from jixiao.tables import plain
from jixiao.told import Clarity
from jixiao.translation import told
from jixiao.view import grouped
from queries.library import rules

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jixiao.changes import Changes
    from jixiao.report.differences import Difference
    from jixiao.tables import Cell

IN_TEXT, ON_PAGE = 10, 200
"""So much of each kind is listed where not everything is asked for."""
TEMPLATE = "snapshots_diff.html"
THERE = (
    *("document-added", "document-changed", "document-reread", "project-added", "money-changed", "indicator-added"),
    *("target-loosened", "target-tightened", "target-vaguer", "target-clearer", "target-other", "target-reworded"),
    *("finding-new", "finding-changed"),
)
"""What the later snapshot has a page of."""
COLUMNS: Mapping[str, Sequence[str]] = {
    "document": ("document", "file"),
    "project": ("project", "department", "year", "before", "after"),
    "money": ("project", "department", "year", "before", "after"),
    "target": ("indicator", "project", "department", "year", "before", "after", "because"),
    "indicator": ("indicator", "project", "department", "year", "before", "after", "because"),
    "finding": (
        *("rule", "certainty", "project", "indicator", "department", "year"),
        *("before", "after", "expected", "because"),
    ),
    "rule": ("rule", "rule_id", "before", "after"),
}
"""The columns of each kind; of those in which nothing stands none is shown. The first one leads to the thing's page."""
SAID = ("before", "after", "expected", "because")
"""The columns that say what is different; the others say of what."""
FIGURES = (*("documents", "projects", "indicators", "clarity", "money", "money_without_form", "findings", "certain"),)


@dataclass(frozen=True, slots=True)
class Section:
    """What is different in one way."""

    what: str
    title: str
    count: int
    columns: Sequence[str]
    rows: Sequence[Mapping[str, str]]
    """As many as were asked for; ``page`` is the path of the thing's page, where there is one."""
    because: str = ""
    """Why all of it is different, where the reason is the same."""

    @property
    def more(self) -> int:
        """How many are not listed."""
        return self.count - len(self.rows)


def sections(changes: Changes, most: int | None = None) -> list[Section]:
    """What is different, one section a kind of difference; at most so many rows in each."""
    of_kind, titles = grouped(differences(changes), lambda each: each.what), _titles()
    return [_section(what, of_kind[what], titles, most) for what in WHAT if of_kind[what]]


def _titles() -> Mapping[str, str]:
    """What rules are called."""
    return {id_: rule.title[language()] for id_, rule in rules().items()}


def _section(what: str, found: Sequence[Difference], titles: Mapping[str, str], most: int | None) -> Section:
    rows = [_row(each, titles) for each in found[:most]]
    reasons = {each.because for each in found}
    shared = rows[0]["because"] if len(reasons) == 1 else ""
    columns = [
        name
        for name in COLUMNS[what.partition("-")[0]]
        if any(row[name] for row in rows) and not (shared and name == "because")
    ]
    title = said(f"what.{what}", language())
    return Section(what, title[:1].upper() + title[1:], len(found), columns, rows, shared)


def _row(each: Difference, titles: Mapping[str, str]) -> dict[str, str]:
    """A difference in words."""
    document, finding, rule = each.document, each.finding, each.rule or ""
    return {
        "document": document.label if document else "",
        "department": (document and document.publisher) or "",
        "year": plain(document.year) if document else "",
        "file": document.source if document else "",
        "project": (finding.project if finding else each.subject and each.subject.name) or "",
        "indicator": (finding.indicator if finding else each.indicator and each.indicator.name) or "",
        "rule": titles.get(rule, rule),
        "rule_id": rule,
        "certainty": code_label("certainty", language())(finding.certainty if finding else None),
        "expected": told((finding and finding.expected) or "", language()),
        "before": _side(each, each.before),
        "after": _side(each, each.after),
        "because": said(f"because.{each.because}", language()) if each.because else "",
        "page": page_path(str(_address(each))) if each.what in THERE else "",
    }


def _side(each: Difference, value: Cell) -> str:
    """How it was, or is."""
    if isinstance(value, Decimal):
        return amount(value, language=language())
    if value is None and each.what.startswith("target-"):
        return text("snapshots.empty")
    return told(value, language()) if isinstance(value, str) else ""


def _address(each: Difference) -> str | None:
    """The thing that a difference is of."""
    if each.finding:
        return each.finding.address
    thing = each.indicator or each.subject or each.document
    return thing.iri if thing else None


def figures(changes: Changes) -> Iterator[tuple[str, str, str, str]]:
    """What both snapshots say in figures: what it is, before, after, and the difference."""
    for name in FIGURES:
        one, two = (getattr(each, name) for each in (changes.before, changes.after))
        title = text(f"snapshots.figure_{name}")
        if isinstance(one, Clarity):
            yield title, _share(one), _share(two), _signed(two.unclear - one.unclear)
        elif isinstance(one, Decimal):
            yield title, amount(one, language=language()), amount(two, language=language()), _signed(two - one)
        else:
            yield title, str(one), str(two), _signed(two - one)


def _share(told_of: Clarity) -> str:
    percent = f"{told_of.percent}%" if told_of.judged else "—"
    return f"{told_of.unclear} / {told_of.judged} ({percent})"


def _signed(difference: int | Decimal) -> str:
    """A difference with its sign; nothing where there is none."""
    if not difference:
        return ""
    size = abs(difference)
    written = amount(size, language=language()) if isinstance(size, Decimal) else str(size)
    return f"{'+' if difference > 0 else '−'}{written}"


def as_text(changes: Changes, most: int | None = IN_TEXT) -> Iterator[str]:
    """What is different as lines for people."""
    widest = max(_width(title) for title, *_ in figures(changes))
    for title, before, after, difference in figures(changes):
        line = before if before == after else f"{before} → {after}"
        yield f"{title}{' ' * (widest - _width(title))}  {line}{_aside(difference)}"
    yield text("snapshots.open", count=len(changes.open))
    if changes.is_empty:
        yield text("snapshots.nothing_differs")
    for section in sections(changes, most):
        yield ""
        yield f"{section.title} {section.count}{_aside(section.because)}"
        yield from (f"  {_line(section, row)}" for row in section.rows)
        if section.more:
            yield f"  {text('snapshots.more', count=section.more)}"


def _width(title: str) -> int:
    return sum(2 if unicodedata.east_asian_width(each) in "WF" else 1 for each in title)


def _line(section: Section, row: Mapping[str, str]) -> str:
    """A difference in one line: what it is of, then how it was and is, then why."""
    shown = {name: row[name] for name in section.columns if row[name]}
    head = " · ".join(value for name, value in shown.items() if name not in SAID)
    change = " → ".join(shown[name] for name in ("before", "after") if name in shown)
    expected = text("snapshots.expected", said=shown["expected"]) if "expected" in shown else ""
    line = text("snapshots.line", head=head, change=change) if change else head
    return f"{line}{_aside(expected)}{_aside(shown.get('because', ''))}"


def _aside(words: str) -> str:
    return text("snapshots.aside", said=words) if words else ""


def as_html(changes: Changes, heads: Sequence[str], *, site: str = "", most: int | None = ON_PAGE) -> str:
    """What is different as a page that needs nothing else; with a site, names lead to its pages.

    Args:
        changes: what is different.
        heads: how the earlier and the later snapshot are called.
        site: the address of the site, without a slash at its end.
        most: how many rows of each kind are listed.
    """
    css = files("jixiao").joinpath("static", "jixiao.css").read_text(encoding="utf-8")
    return (
        environment(language())
        .get_template(TEMPLATE)
        .render(
            changes=changes,
            heads=heads,
            site=site,
            css=Markup(css),  # noqa: S704 - our own file
            figures=list(figures(changes)),
            sections=sections(changes, most),
            columns={each: said(f"columns.{each}", language()) for each in {c for cs in COLUMNS.values() for c in cs}},
        )
    )


def as_json(changes: Changes) -> str:
    """What is different as one JSON object: figures of both, and every difference as facts with addresses."""
    whole = {
        "before": asdict(changes.before),
        "after": asdict(changes.after),
        "open": len(changes.open),
        "differences": [_facts(each) for each in differences(changes)],
    }
    return json.dumps(whole, ensure_ascii=False, indent=1, default=json_value) + "\n"


def _facts(each: Difference) -> dict[str, Any]:
    """A difference as facts; what it does not have is left out."""
    document, subject, finding = each.document, each.subject, each.finding
    facts: dict[str, Any] = {
        "what": each.what,
        "address": _address(each),
        "document": document and document.iri,
        "source": document and document.source,
        "publisher": document and document.publisher,
        "year": document and document.year,
        "project": (subject and subject.name) or (finding and finding.project),
        "indicator": (each.indicator and each.indicator.name) or (finding and finding.indicator),
        "rule": each.rule,
        "finding": finding and finding.id,
        "certainty": finding and finding.certainty,
        "severity": finding and finding.severity,
        "before": each.before,
        "after": each.after,
        "expected": finding and finding.expected,
        "because": each.because,
    }
    return {name: value for name, value in facts.items() if value is not None}
