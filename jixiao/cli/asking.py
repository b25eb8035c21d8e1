"""Commands that ask and judge: query, queries, check, rules."""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from jixiao.__main__ import FOUND
from jixiao.cli.app import Command, app
from jixiao.cli.options import HERE, Kg, Output, Rows, destination, knowledge_graph, say
from jixiao.cli.reviewing import reviews_of
from jixiao.errors import BadInputError, PartialError
from jixiao.messages import language, text

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from graph.reviews import Review
    from graph.snapshot import Snapshot
    from jixiao.tables import Cell, Table
    from queries.judge import Finding, Outcome

STANDARD_INPUT = "-"


class Severity(StrEnum):
    """How bad a finding is, the worst first."""

    error = "error"
    warning = "warning"
    info = "info"


class Certainty(StrEnum):
    """Whether a finding rests on figures and words alone, or on judgement."""

    certain = "certain"
    possible = "possible"


Form = Annotated[Rows, typer.Option("--format", help=text("help.format"))]


def put(rows: Table, form: Rows, output: Path | None) -> None:
    """Writes rows where and how they are wanted."""
    from jixiao.tables import WRITERS  # noqa: PLC0415

    with destination(output, spreadsheet=form == Rows.csv) as stream:
        WRITERS[form](rows, stream)


@app.command(cls=Command, help=text("help.query"))
def query(
    question: Annotated[str, typer.Argument(metavar="NAME|FILE|-", help=text("help.question"))],
    form: Form = Rows.table,
    param: Annotated[
        list[str] | None, typer.Option("-p", "--param", metavar="NAME=VALUE", help=text("help.param"))
    ] = None,
    output: Output = None,
    kg: Kg = HERE,
) -> None:
    """Asks a question of the live snapshot."""
    sparql = question_text(question, parameters(param or []))
    answer(knowledge_graph(kg).live(), sparql, question, form, output)


def parameters(given: Sequence[str]) -> dict[str, str]:
    """The parameters by name.

    Raises:
        BadInputError: one is not written as ``name=value``.
    """
    pairs = [each.partition("=") for each in given]
    for name, equals, value in pairs:
        if not name or not equals:
            raise BadInputError(text("error.bad_param", value=name + value))
    return {name.strip(): value for name, _, value in pairs}


def question_text(name: str, values: Mapping[str, str]) -> str:
    """The SPARQL of a question of the catalogue, a file, or standard input.

    Raises:
        BadInputError: a file is not text, or has been given parameters.
        QueryError: there is no such question, or its parameters are wrong.
    """
    from queries.library import named, questions  # noqa: PLC0415 - loads the store

    path = Path(name)
    if name != STANDARD_INPUT and not path.is_file():
        return named(name, questions()).bound(values)
    if values:
        raise BadInputError(text("error.no_params", name=name))
    content = sys.stdin.buffer.read() if name == STANDARD_INPUT else path.read_bytes()
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise BadInputError(text("error.not_utf8", path=name)) from None


def answer(snapshot: Snapshot, sparql: str, name: str, form: Rows, output: Path | None) -> None:
    """Runs a query and writes its answer: rows, a yes or no, or triples."""
    from pyoxigraph import QueryBoolean, QueryTriples, RdfFormat  # noqa: PLC0415

    from queries.errors import malformed  # noqa: PLC0415
    from queries.guard import check as guard  # noqa: PLC0415

    guard(sparql, name)
    try:
        result = snapshot.query(sparql)
    except SyntaxError as error:
        raise malformed(error, name) from error
    if isinstance(result, QueryTriples):
        with destination(output) as stream:
            stream.write((result.serialize(format=RdfFormat.N_TRIPLES) or b"").decode())
    elif isinstance(result, QueryBoolean):
        put(_yes_or_no(bool(result)), form, output)
    else:
        rows = _solutions(result)
        put(in_words(rows) if form == Rows.table else rows, form, output)


def _yes_or_no(value: bool) -> Table:  # noqa: FBT001 - the answer itself
    from jixiao.tables import Table  # noqa: PLC0415

    return Table(("answer",), [[value]])


def _solutions(result: Any) -> Table:
    from jixiao.tables import Table  # noqa: PLC0415
    from jixiao.view import value_of  # noqa: PLC0415

    names = [variable.value for variable in result.variables]
    return Table(names, [[value_of(solution[name]) for name in names] for solution in result])


def in_words(rows: Table) -> Table:
    """The same rows under the names that the catalogue gives its columns; other columns keep theirs."""
    from jixiao.tables import Table  # noqa: PLC0415
    from queries.library import columns  # noqa: PLC0415

    words = columns()
    return Table([words[name][language()] if name in words else name for name in rows.columns], rows.rows)


@app.command(cls=Command, help=text("help.queries"))
def queries(form: Form = Rows.table, output: Output = None) -> None:
    """Lists the questions of the catalogue."""
    from jixiao.tables import table  # noqa: PLC0415
    from queries.library import questions  # noqa: PLC0415

    columns = {"name": "name", "title": "title", "parameters": "parameters"}
    rows = [
        {
            "name": each.id,
            "title": each.title[language()],
            "parameters": " ".join(f"{parameter.name}={parameter.default}" for parameter in each.parameters),
        }
        for each in questions().values()
    ]
    put(named_columns(table(rows, list(columns)), form), form, output)


def named_columns(rows: Table, form: Rows) -> Table:
    """The same rows, in a table for people under names in their language."""
    from jixiao.tables import Table  # noqa: PLC0415

    if form != Rows.table:
        return rows
    return Table([text(f"table.{column}") for column in rows.columns], rows.rows)


@app.command(cls=Command, help=text("help.rules"))
def rules(form: Form = Rows.table, output: Output = None) -> None:
    """Lists the rules."""
    from jixiao.tables import table  # noqa: PLC0415
    from queries.library import rules as every  # noqa: PLC0415

    rows = [
        {
            "rule": each.id,
            "title": each.title[language()],
            "severity": text(f"table.{each.severity}") if form == Rows.table else each.severity,
            "version": each.version,
            "basis": " ".join(each.basis),
        }
        for each in every().values()
    ]
    put(named_columns(table(rows, ("rule", "title", "severity", "version", "basis")), form), form, output)


@app.command(cls=Command, help=text("help.check"))
def check(  # noqa: PLR0913 - one parameter an option
    form: Form = Rows.table,
    *,
    rule: Annotated[list[str] | None, typer.Option("--rule", metavar="RULE", help=text("help.only_rule"))] = None,
    certainty: Annotated[Certainty | None, typer.Option("--certainty", help=text("help.only_certainty"))] = None,
    fail_on: Annotated[Severity | None, typer.Option("--fail-on", help=text("help.fail_on"))] = None,
    output: Output = None,
    kg: Kg = HERE,
) -> None:
    """Judges the live snapshot and lists what was found; says of every rule what became of it."""
    from queries import judge  # noqa: PLC0415
    from queries.library import named  # noqa: PLC0415
    from queries.library import rules as every  # noqa: PLC0415

    known = every()
    chosen = {name: named(name, known) for name in rule} if rule else known
    outcomes = judge.run(chosen, knowledge_graph(kg).live().store)  # type: ignore[arg-type]
    found = [each for each in judge.findings(outcomes) if certainty in (None, each.certainty)]
    put_findings(found, form, output, reviews_of(kg))
    sum_up(outcomes, found)
    failed = [each.rule.id for each in outcomes if each.status == "failed"]
    if failed:
        bad = len(failed)
        raise PartialError(text("check.failed", bad=bad, rules="、".join(failed)), good=len(outcomes) - bad, bad=bad)
    if fail_on and any(_rank(each.severity) <= _rank(fail_on) for each in found):
        raise typer.Exit(FOUND)


def _rank(severity: str) -> int:
    return list(Severity).index(Severity(severity))


FINDING_COLUMNS = ("rule", "certainty", "source", "page", "line", "project", "indicator", "found", "expected")
FURTHER = ("severity", "version", "id", "document", "focus", "verdict")


def put_findings(found: Sequence[Finding], form: Rows, output: Path | None, reviews: Sequence[Review] = ()) -> None:
    """Writes findings: whole as JSON Lines, else as rows with the line of the first place and the verdict on them."""
    from graph.reviews import verdicts  # noqa: PLC0415
    from jixiao.tables import table  # noqa: PLC0415
    from queries.judge import to_jsonl  # noqa: PLC0415

    if form == Rows.jsonl:
        with destination(output) as stream:
            stream.write(to_jsonl(found))
        return
    told = {name: each.verdict for name, each in verdicts(reviews).items()}
    rows = (_finding_row(each, form, told.get(each.id)) for each in found)
    further = ("verdict",) if form == Rows.table and told else FURTHER if form != Rows.table else ()
    put(named_columns(table(rows, (*FINDING_COLUMNS, *further)), form), form, output)


def _finding_row(finding: Finding, form: Rows, verdict: str | None) -> dict[str, Cell]:
    first = finding.places[0] if finding.places else None
    row = {**finding.to_dict(), "page": first and first.page, "line": first and first.line, "verdict": verdict}
    if form != Rows.table:
        return row
    return row | {"certainty": text(f"table.{finding.certainty}"), "verdict": verdict and text(f"table.{verdict}")}


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
