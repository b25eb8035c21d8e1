"""The command validate: whether a graph is well formed and its budget data a sound cube."""

from __future__ import annotations

from collections import Counter
from enum import StrEnum
from pathlib import Path  # noqa: TC003 - typer reads the annotations
from typing import TYPE_CHECKING, Annotated

import typer

from jixiao.__main__ import FOUND
from jixiao.cli.app import Command, app
from jixiao.cli.asking import Form, named_columns, put
from jixiao.cli.options import HERE, Kg, Output, Rows, knowledge_graph, progress, say
from jixiao.messages import language, text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pyoxigraph import Store

    from graph.validate import Violation
    from jixiao.tables import Cell

COLUMNS = ("severity", "source", "page", "line", "field", "quote", "message", "focus")
FURTHER = ("shape", "value", "graph")


class Severity(StrEnum):
    """How bad a result is, the worst first."""

    violation = "violation"
    warning = "warning"
    info = "info"


@app.command(cls=Command, help=text("help.validate"))
def validate(
    file: Annotated[Path | None, typer.Argument(metavar="FILE", help=text("help.validate_file"))] = None,
    *,
    severity: Annotated[
        Severity, typer.Option("--severity", metavar="LEVEL", show_default=False, help=text("help.least_severe"))
    ] = Severity.info,
    form: Form = Rows.table,
    output: Output = None,
    kg: Kg = HERE,
) -> None:
    """Judges the live snapshot, or a file of triples, by the shapes and the integrity constraints."""
    from graph.validate import read_file  # noqa: PLC0415 - loads the store
    from jixiao.tables import table  # noqa: PLC0415

    store = read_file(file) if file else knowledge_graph(kg).live().store
    found = judged(store)
    listed = [each for each in found if _rank(each.severity) <= _rank(severity)]
    if listed or form != Rows.table:
        columns = COLUMNS if form == Rows.table else (*COLUMNS, *FURTHER)
        put(named_columns(table([_row(each, form) for each in listed], columns), form), form, output)
    sum_up(store, found)
    if any(each.severity == Severity.violation for each in found):
        raise typer.Exit(FOUND)


def _rank(severity: str) -> int:
    return list(Severity).index(Severity(severity))


def judged(store: Store) -> list[Violation]:
    """What shapes and constraints object to, the worst first; says what it is at."""
    from graph import integrity  # noqa: PLC0415
    from graph.validate import graph_names, validate  # noqa: PLC0415 - loads pyshacl

    with progress(text("validate.judging"), len(graph_names(store)) + 1) as step:
        found = validate(store, lambda name, number, count: step(
            text("validate.graph", number=number, count=count, graph=name or text("validate.default_graph"))
        ))  # fmt: skip
        step(text("validate.constraints", count=len(integrity.constraints())))
        found += integrity.check(store)
    return sorted(found, key=lambda each: _rank(each.severity))


def _row(each: Violation, form: Rows) -> dict[str, Cell]:
    """A result as a row, with its first place in the source document."""
    from graph.validate import Place  # noqa: PLC0415

    first = each.places[0] if each.places else Place("", 0, 0, "", "")
    return {
        "severity": text(f"validate.{each.severity}") if form == Rows.table else each.severity,
        "source": first.source or None,
        "page": first.page or None,
        "line": first.line or None,
        "field": first.field or None,
        "quote": first.quote or None,
        "message": each.message(language()),
        "focus": each.focus,
        "shape": each.shape,
        "value": each.value,
        "graph": each.graph,
    }


def sum_up(store: Store, found: Sequence[Violation]) -> None:
    """Says on standard error how much was judged by how much, and what came of it."""
    from graph import integrity  # noqa: PLC0415
    from graph.validate import graph_names, shape_files  # noqa: PLC0415

    shapes = sum(each.constraints for each in shape_files().values())
    say(
        text(
            "validate.judged",
            graphs=len(graph_names(store)),
            triples=len(store),
            shapes=shapes,
            constraints=len(integrity.constraints()),
        )
    )
    count = Counter(each.severity for each in found)
    say(text("validate.summary", **{severity.value: count[severity.value] for severity in Severity}))
