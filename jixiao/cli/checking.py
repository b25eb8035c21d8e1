"""The command check: judges the live snapshot, lists what was found, and says what became of every rule."""

from __future__ import annotations

import json
from enum import StrEnum
from pathlib import Path  # noqa: TC003 - typer reads the annotations
from typing import TYPE_CHECKING, Annotated, Any

import typer

from jixiao.__main__ import FOUND
from jixiao.cli.app import Command, app
from jixiao.cli.asking import Form, named_columns, put
from jixiao.cli.options import HERE, Kg, Output, Rows, destination, knowledge_graph, say
from jixiao.cli.reviewing import reviews_of
from jixiao.errors import PartialError
from jixiao.messages import language, text

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from graph.reviews import Review
    from graph.snapshot import Snapshot
    from jixiao.tables import Cell
    from queries.judge import Finding, Outcome
    from queries.library import Rule

    Line = Mapping[str, Any]
    """A finding as plain data: as it is published, with the verdict on it and, where asked for, better wordings."""


class Severity(StrEnum):
    """How bad a finding is, the worst first."""

    error = "error"
    warning = "warning"
    info = "info"


class Certainty(StrEnum):
    """Whether a finding rests on figures and words alone, or on judgement."""

    certain = "certain"
    possible = "possible"


@app.command(cls=Command, help=text("help.check"))
def check(  # noqa: PLR0913 - one parameter an option
    form: Form = Rows.table,
    *,
    rule: Annotated[list[str] | None, typer.Option("--rule", metavar="RULE", help=text("help.only_rule"))] = None,
    certainty: Annotated[Certainty | None, typer.Option("--certainty", help=text("help.only_certainty"))] = None,
    profile: Annotated[Path | None, typer.Option("--profile", metavar="FILE", help=text("help.profile"))] = None,
    wordings: Annotated[bool, typer.Option("--wordings", help=text("help.wordings"))] = False,
    fail_on: Annotated[Severity | None, typer.Option("--fail-on", help=text("help.fail_on"))] = None,
    output: Output = None,
    kg: Kg = HERE,
) -> None:
    """Judges the live snapshot and lists what was found; says of every rule what became of it."""
    from queries import judge  # noqa: PLC0415
    from queries.library import named  # noqa: PLC0415
    from queries.library import rules as every  # noqa: PLC0415

    known = every()
    off = judge.profile(profile, known) if profile else None
    chosen = {name: named(name, known) for name in rule} if rule else known
    snapshot = knowledge_graph(kg).live()
    outcomes = judge.run(chosen, snapshot.store, off)  # type: ignore[arg-type]
    found = [each for each in judge.findings(outcomes) if certainty in (None, each.certainty)]
    put_findings(lines(snapshot, found, reviews_of(kg), wordings=wordings), form, output)
    sum_up(outcomes, found)
    failed = [each.rule.id for each in outcomes if each.status == "failed"]
    if failed:
        bad = len(failed)
        raise PartialError(text("check.failed", bad=bad, rules="、".join(failed)), good=len(outcomes) - bad, bad=bad)
    if fail_on and any(_rank(each.severity) <= _rank(fail_on) for each in found):
        raise typer.Exit(FOUND)


def _rank(severity: str) -> int:
    return list(Severity).index(Severity(severity))


def lines(
    snapshot: Snapshot, found: Iterable[Finding], reviews: Sequence[Review], *, wordings: bool = False
) -> list[Line]:
    """Findings as plain data, in their order: what is published of each, and the last verdict on it.

    With ``wordings`` also what others write, for findings of the rules that ask for it; an empty list where there is
    nothing comparable.
    """
    from graph.findings import complete  # noqa: PLC0415
    from graph.reviews import verdicts  # noqa: PLC0415

    told = verdicts(reviews)
    every: list[Line] = []
    for each in found:
        line = complete(each.to_dict(), snapshot.manifest["base"])
        review = told.get(each.id)
        line |= {name: review and getattr(review, name) for name in REVIEWED}
        every.append(line | (_offered(snapshot, each) if wordings else {}))
    return every


def _offered(snapshot: Snapshot, finding: Finding) -> dict[str, list[dict[str, Cell]]]:
    from jixiao.comparison import offered, wording_records  # noqa: PLC0415

    found = offered(snapshot, finding.rule, finding.focus)
    return {} if found is None else {"wordings": wording_records(snapshot, found)}


REVIEWED = ("verdict", "who", "when", "why")
EYES = ("rule", "certainty", "source", "page", "line", "project", "indicator", "found", "expected")
"""The columns of a table for people; the verdict and the wordings come behind where there are some."""
SHEET = (
    *("rule", "title_of_rule", "certainty", "severity", "source", "page", "line", "project", "indicator"),
    *("found", "expected", "quote", "wordings", *REVIEWED),
    *("version", "id", "address", "document", "thing", "evidence"),
)
"""The columns of a spreadsheet."""


def put_findings(found: Sequence[Line], form: Rows, output: Path | None) -> None:
    """Writes findings: whole as JSON, else as rows for people, with all quotes and the place of the first."""
    from jixiao.tables import Table, table  # noqa: PLC0415
    from queries.library import rules as every  # noqa: PLC0415

    if form in (Rows.jsonl, Rows.json):
        with destination(output) as stream:
            stream.write(_as_json(found, form))
        return
    known = every()
    rows = [_row(each, known, form) for each in found]
    if form == Rows.table:
        further = (name for name in ("wordings", "verdict") if any(row[name] for row in rows))
        put(named_columns(table(rows, (*EYES, *further)), form), form, output)
        return
    columns = [name for name in SHEET if name != "wordings" or any("wordings" in each for each in found)]
    heads = [text(f"table.{name}") for name in columns]
    put(Table(heads, table(rows, columns).rows), form, output, text("check.sheet"))


def _as_json(found: Sequence[Line], form: Rows) -> str:
    if form == Rows.json:
        return json.dumps(found, ensure_ascii=False, indent=1) + "\n"
    return "".join(json.dumps(each, ensure_ascii=False) + "\n" for each in found)


def _row(line: Line, known: Mapping[str, Rule], form: Rows) -> dict[str, Cell]:
    from jixiao.rendering import field_label, printed  # noqa: PLC0415
    from jixiao.told import FINDING, Finding  # noqa: PLC0415

    proofs = Finding(**{name: line[name] for name in FINDING}).proofs
    return {
        **line,
        **{name: getattr(next(iter(proofs), None), name, None) for name in ("page", "line")},
        "quote": "\n".join(f"{field_label(each.field)}：{printed(each.quote)}" for each in proofs),
        **{name: line[name] and text(f"table.{line[name]}") for name in ("certainty", "severity", "verdict")},
        "title_of_rule": known[line["rule"]].title[language()],
        "thing": line["focus"],
        "wordings": _in_words(line["wordings"], form) if "wordings" in line else None,
    }


def _in_words(wordings: Sequence[Mapping[str, Cell]], form: Rows) -> str:
    """Wordings as lines, in a spreadsheet with their addresses."""
    every = (f"{_wording(each)} {'' if form == Rows.table else each['address']}".strip() for each in wordings)
    return "\n".join(every) or text("check.no_wording")


def _wording(each: Mapping[str, Cell]) -> str:
    """What is printed, the same with its numbers left open, by what it is comparable, its source."""
    said = " ".join(str(each[name]) for name in ("name", "printed", "slot") if each[name])
    source = {name: each[name] or "" for name in ("project", "publisher", "year", "source")}
    page = text("check.page", page=each["page"]) if each["page"] else ""
    line = text("check.line", line=each["line"]) if each["line"] else ""
    by = text(f"table.compare_{each['by']}")
    return f"{said} [{by}] " + text("check.source", **source, page=page, line=line)


def say_failed(snapshot: Snapshot) -> None:
    """Says which rules could not judge a snapshot and why: among its findings theirs are missing."""
    from jixiao.intake import unjudged  # noqa: PLC0415

    for sentence in unjudged(snapshot):
        say(sentence)


def sum_up(outcomes: Iterable[Outcome], found: Sequence[Finding]) -> None:
    """Says on standard error what became of each rule, and how much was found in all."""
    words = {
        "not-applicable": "check.outcome_not_applicable",
        "passed": "check.outcome_passed",
        "failed": "check.outcome_failed",
    }
    for each in outcomes:
        told = text(words[each.status]) if each.status in words else text("check.outcome_found", count=each.count)
        say(text("check.outcome", rule=each.rule.id, told=told, applicable=each.applicable, reason=each.reason or ""))
    certain = sum(each.certainty == "certain" for each in found)
    say(text("check.summary", total=len(found), certain=certain, possible=len(found) - certain))
