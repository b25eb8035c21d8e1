"""The targets as results of activities, in the elements of IATI 2.03 (https://iatistandard.org/), written as JSON.

A project is an activity, the indicators of one kind on its forms are a result. ``docs/exports.md`` says what this
claims and what it does not.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, BinaryIO

from jixiao.exports.columns import sheets
from jixiao.exports.csvs import as_text
from jixiao.exports.rows import document_rows, documents
from jixiao.tables import plain
from ontology.terms import concepts, label

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from graph.snapshot import Snapshot

    Record = Mapping[str, Any]

VERSION = "2.03"
UNIT, PERCENTAGE, QUALITATIVE = "1", "2", "5"
"""How an indicator is measured (IATI's code list IndicatorMeasure)."""
OUTPUT, OUTCOME, IMPACT, OTHER = "1", "2", "3", "9"
"""IATI's code list ResultType."""
RESULT_TYPES: Mapping[str, str] = {"output": OUTPUT, "benefit": OUTCOME, "satisfaction": OUTCOME}
"""The highest types of indicators as types of results; what is none of them is other."""
OWN_VOCABULARY = "99"
"""IATI's code for a vocabulary of the one who reports."""
ASCENDING: Mapping[str, bool] = {"more": True, "less": False}


def write_results(snapshot: Snapshot, stream: BinaryIO) -> None:
    """One activity a line, document by document."""
    with as_text(stream) as text:
        text.write(f'{{"iati-activities": {{"@version": "{VERSION}", "iati-activity": [\n')
        for number, each in enumerate(activities(snapshot)):
            text.write(",\n" * (number > 0) + json.dumps(each, ensure_ascii=False))
        text.write("\n]}}\n")


def activities(snapshot: Snapshot) -> Iterator[dict[str, Any]]:
    """Every project that has indicators, and every department's own form, as an activity."""
    known = sheets()
    for address in documents(snapshot):
        document, forms, indicators = (
            [dict(zip(known[name].names, row, strict=True)) for row in document_rows(snapshot, known[name], address)]
            for name in ("documents", "forms", "indicators")
        )
        by_form = grouped(indicators, "form")
        of_activity = [{**form, "activity": form["project"] or form["id"]} for form in forms]
        for activity, own in grouped(of_activity, "activity").items():
            rows = [row for form in own for row in by_form.get(form["id"], ())]
            if rows:
                yield _activity(activity, own[0], document[0], rows)


def grouped(rows: Sequence[Record], name: str) -> dict[str, list[Record]]:
    """The rows by what stands in a column, in order."""
    found: dict[str, list[Record]] = {}
    for row in rows:
        found.setdefault(row[name], []).append(row)
    return found


def _activity(address: str, form: Record, document: Record, indicators: Sequence[Record]) -> dict[str, Any]:
    publisher = document["publisher_name"]
    by_type = grouped([{**row, "highest": highest(row["type"])} for row in indicators], "highest")
    return {
        "iati-identifier": address,
        "reporting-org": {"@ref": document["publisher"] or document["id"], **(_narrative(publisher) or {})},
        "title": _narrative(form["name"]),
        "description": [_narrative(goal) for goal in form["goals"] or ()],
        "document-link": [{"@url": document["id"], "title": _narrative(document["title"])}],
        "result": [_result(kind, rows, document["year"]) for kind, rows in by_type.items()],
    }


def highest(notation: str | None) -> str:
    """The most general type above a type of indicators; empty where the type is not known."""
    concept = concepts("indicator-type").get(notation or "")
    if concept is None:
        return ""
    return highest(concept.broader) if concept.broader else concept.notation


def _result(kind: str, indicators: Sequence[Record], year: int | None) -> dict[str, Any]:
    return {
        "@type": RESULT_TYPES.get(kind, OTHER),
        "title": _narrative(label("indicator-type", kind) if kind else None),
        "indicator": [_indicator(row, year) for row in indicators],
    }


def _indicator(row: Record, year: int | None) -> dict[str, Any]:
    """One indicator; what is not known is left out, as in IATI."""
    told = {
        "@measure": _measure(row),
        "@ascending": ASCENDING.get(row["polarity"] or ""),
        "title": _narrative(row["name"]),
        "description": _narrative(row["description"]),
        "reference": [{"@vocabulary": OWN_VOCABULARY, "@code": row["id"], "@indicator-uri": row["id"]}],
        "baseline": _baseline(row, year),
        "period": [_period(row, year)],
    }
    return {name: value for name, value in told.items() if value is not None}


def _measure(row: Record) -> str:
    if row["number"] is None:
        return QUALITATIVE
    return PERCENTAGE if row["unit"] in ("%", "％") else UNIT


def _baseline(row: Record, year: int | None) -> list[dict[str, Any]] | None:
    """The year before, where the form prints it."""
    if row["prior_text"] is None or year is None:
        return None
    return [{"@year": str(year - 1), **_figure(row["prior_number"]), "comment": _narrative(row["prior_text"])}]


def _period(row: Record, year: int | None) -> dict[str, Any]:
    """The fiscal year, which in China is the calendar's; whether the figure is a bound is told by the comment."""
    period: dict[str, Any] = {}
    if year is not None:
        period = {"period-start": {"@iso-date": f"{year}-01-01"}, "period-end": {"@iso-date": f"{year}-12-31"}}
    period["target"] = [_target(row)]
    if row["actual_text"] is not None:
        period["actual"] = [{"comment": _narrative(row["actual_text"])}]
    return period


def _target(row: Record) -> dict[str, Any]:
    told = {**_figure(row["number"]), "comment": _narrative(row["printed"])}
    return {name: value for name, value in told.items() if value is not None}


def _figure(value: Any) -> dict[str, str]:
    return {} if value is None else {"@value": plain(value)}


def _narrative(text: str | None) -> dict[str, Any] | None:
    return None if text is None else {"narrative": [{"@xml:lang": "zh", "text": text}]}
