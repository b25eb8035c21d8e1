"""The report: one self-contained HTML file about a snapshot, the same bytes for the same snapshot."""

from __future__ import annotations

from importlib.resources import files
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from jixiao import summary
from jixiao.comparison import CLEARER, offered, wording_records
from jixiao.rendering import environment
from jixiao.told import clarity
from jixiao.view import View, grouped
from queries.library import rules

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from graph.snapshot import Snapshot
    from jixiao.messages import Language
    from jixiao.tables import Cell
    from jixiao.told import Disclosure, Finding, Subject
    from queries.library import Rule

TEMPLATE = "report.html"


def write_report(snapshot: Snapshot, path: Path, *, date: str | None = None, language: Language = "zh") -> Path:
    """Writes the report on a snapshot to a file, whose folder is made where it is missing.

    Args:
        snapshot: what to report on.
        path: where the HTML goes.
        date: what to print as the report's date; none is printed without it, for the snapshot itself has no clock.
        language: what the report is written in; what documents print stays as it is.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(render_report(snapshot, date=date, language=language), encoding="utf-8", newline="\n")
    return path


def render_report(
    snapshot: Snapshot,
    *,
    date: str | None = None,
    view: View | None = None,
    sheet: str | None = None,
    language: Language = "zh",
) -> str:
    """The report on a snapshot as HTML.

    Args:
        snapshot: what to report on.
        date: what to print as the report's date.
        view: the snapshot arranged, where somebody has it already.
        sheet: the address of the style sheet; without it the style is written into the report, which then stands alone.
        language: what the report is written in.
    """
    view = view or View(snapshot)
    every = rules()
    return (
        environment(language)
        .get_template(TEMPLATE)
        .render(
            view=view,
            sheet=sheet,
            css=Markup(files("jixiao").joinpath("static", "jixiao.css").read_text(encoding="utf-8")),  # noqa: S704 - our own file
            manifest=snapshot.manifest,
            date=date,
            rules=every,
            documents=[_document(view, document) for document in view.documents.values()],
            clarity=clarity(view.indicators.values()),
            money=summary.project_money(view),
            departments=summary.departments(view),
            by_rule=summary.by_rule(view),
            kinds=summary.kinds(view),
            without_form=without_form(view),
            chapters=chapters(view, every),
            clearer=CLEARER,
            wordings={each.id: _wordings(snapshot, each) for each in view.findings if each.rule in CLEARER},
        )
    )


def _document(view: View, document: Disclosure) -> Mapping[str, Any]:
    """What was read from one document, in figures."""
    subjects = view.of_document(document.iri)
    return {
        "document": document,
        "lines": sum(len(subject.lines) for subject in subjects),
        "forms": sum(len(subject.forms) for subject in subjects),
        "indicators": len(summary.indicators_of(view, document)),
        "findings": len(view.findings_in(document.iri)),
        "leftovers": view.leftovers[document.iri],
    }


def _wordings(snapshot: Snapshot, finding: Finding) -> list[dict[str, Cell]]:
    """What others write, with its sources, in place of a target that nobody can check."""
    return wording_records(snapshot, offered(snapshot, finding.rule, finding.focus) or ())


def without_form(view: View) -> list[Subject]:
    """The projects that have money and no form, of the documents that disclose forms at all; the most money first."""
    found = (subject for subject in view.subjects.values() if subject.lacks_form)
    return sorted(found, key=lambda subject: (-(subject.budget or 0), subject.iri))


def chapters(view: View, every: Mapping[str, Rule]) -> list[tuple[Rule | None, str, list[Finding]]]:
    """The findings of each rule that found something, in the order of their number."""
    of_rule = grouped(view.findings, lambda finding: finding.rule)
    return [(every.get(rule), rule, of_rule[rule]) for rule, _ in summary.by_rule(view)]
