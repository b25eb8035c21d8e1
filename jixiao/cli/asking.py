"""Commands that ask: query, queries, rules."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from jixiao.cli.app import Command, app
from jixiao.cli.options import HERE, Kg, Output, Rows, destination, knowledge_graph, say
from jixiao.errors import BadInputError
from jixiao.messages import language, text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from graph.snapshot import Snapshot
    from jixiao.tables import Table

STANDARD_INPUT = "-"


Form = Annotated[Rows, typer.Option("--format", help=text("help.format"))]


def put(rows: Table, form: Rows, output: Path | None, title: str = "") -> None:
    """Writes rows where and how they are wanted; a workbook's sheet is called by the title."""
    from jixiao.tables import WRITERS  # noqa: PLC0415

    if form == Rows.xlsx:
        put_workbook(rows, output, title)
        return
    with destination(output, spreadsheet=form == Rows.csv) as stream:
        WRITERS[form](rows, stream)


def put_workbook(rows: Table, output: Path | None, title: str) -> None:
    """Writes rows as a workbook.

    Raises:
        BadInputError: it would go to a terminal.
    """
    from jixiao.exports.workbook import write_table  # noqa: PLC0415

    if output is None and sys.stdout.isatty():
        raise BadInputError(text("export.needs_file", form=Rows.xlsx))
    whole = write_table(title, rows)
    if output is None:
        sys.stdout.buffer.write(whole)
        return
    output.parent.mkdir(parents=True, exist_ok=True)
    output.write_bytes(whole)
    say(text("export.written", path=output))


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
        put(in_words(rows) if form in (Rows.table, Rows.xlsx) else rows, form, output)


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
