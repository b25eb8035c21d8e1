"""The command that compares: what others set for an indicator, and how a vague one could be put."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from jixiao.cli.app import Command, app
from jixiao.cli.asking import Form, put
from jixiao.cli.options import HERE, Kg, Output, Rows, destination, knowledge_graph, say
from jixiao.errors import BadInputError
from jixiao.messages import text

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from graph.snapshot import Snapshot
    from jixiao.tables import Cell, Table
    from queries.comparison import Index

MOST_GROUPS = 10
"""So many groups are shown for a name."""
SHOWN = {
    "target": ("name", "printed", "project", "publisher", "year", "standing"),
    "figures": (
        *("name", "side", "count", "documents", "departments"),
        *("minimum", "lower", "median", "upper", "maximum", "unit"),
    ),
    "peer": ("name", "printed", "project", "publisher", "year", "source", "page", "line"),
    "wording": ("name", "printed", "slot", "by", "project", "publisher", "year", "source", "page", "line"),
}
"""The parts of a comparison, and the columns of each in a table for people."""
CODES = ("side", "standing", "by")
"""The columns that hold codes."""


@app.command(cls=Command, help=text("help.compare"))
def compare(
    name: Annotated[str, typer.Argument(metavar="NAME|ADDRESS", help=text("help.compare_name"))],
    type_: Annotated[str | None, typer.Option("--type", metavar="TYPE", help=text("help.compare_type"))] = None,
    form: Form = Rows.table,
    output: Output = None,
    kg: Kg = HERE,
) -> None:
    """Says what others set for an indicator, given by its address or by any name."""
    from jixiao.comparison import index_of  # noqa: PLC0415 - loads the store
    from queries.comparison import needs_wording  # noqa: PLC0415

    snapshot = knowledge_graph(kg).live()
    index = index_of(snapshot)
    known = address_of(name, index)
    rows = of_address(snapshot, index, known) if known else of_name(snapshot, index, name, notation(type_))
    found = put_parts(list(rows), form, output)
    if "peer" not in found:
        say(text("compare.no_peer"))
    if "wording" not in found and (known is None or needs_wording(index.by_iri[known])):
        say(text("compare.no_wording"))


def notation(type_: str | None) -> str | None:
    """The code of an indicator's type, given as a code or as printed.

    Raises:
        BadInputError: there is no such type.
    """
    from ontology.terms import code_of  # noqa: PLC0415

    found = code_of("indicator-type", type_) if type_ else None
    if type_ and found is None:
        raise BadInputError(text("compare.no_type", type=type_))
    return found


def address_of(name: str, index: Index) -> str | None:
    """The address of an indicator that is given whole or by its readable part; ``None`` where it is only a name."""
    from jixiao.view import readable  # noqa: PLC0415

    if name in index.by_iri:
        return name
    wanted = readable(name)
    return next((iri for iri in index.by_iri if readable(iri) == wanted), None) if "/" in name else None


def of_address(snapshot: Snapshot, index: Index, iri: str) -> Iterable[Mapping[str, Cell]]:
    """The comparison of one indicator."""
    from jixiao.comparison import places_of, records  # noqa: PLC0415
    from queries.comparison import compare as compared  # noqa: PLC0415

    comparison = compared(index, iri)
    return records(comparison, places_of(snapshot, comparison))


def of_name(snapshot: Snapshot, index: Index, name: str, type_: str | None) -> Iterable[Mapping[str, Cell]]:
    """The groups that are called like this, the indicators of the first, and wordings for a target of this name."""
    from jixiao.comparison import of_entry, of_figures, of_wording  # noqa: PLC0415
    from queries.comparison import drafted, normalised, places, sides, wordings  # noqa: PLC0415

    groups = index.groups_like(normalised(name), type_)[:MOST_GROUPS]
    peers = groups[0].entries if groups else ()
    found = wordings(index, drafted(name, type_))
    at = places(snapshot.store, *(each.iri for each in (*peers, *(wording.entry for wording in found))))
    yield from (
        {"part": "figures", "name": group.name, **of_figures(each)} for group in groups for each in sides(group)
    )
    yield from ({"part": "peer", **of_entry(peer, at)} for peer in peers)
    yield from (of_wording(wording, at) for wording in found)


def put_parts(rows: list[Mapping[str, Cell]], form: Rows, output: Path | None) -> set[str]:
    """Writes a comparison, one table a part for people, else all rows under all columns; says which parts it has."""
    from jixiao.comparison import COLUMNS  # noqa: PLC0415
    from jixiao.tables import table, write_for_eyes  # noqa: PLC0415

    parts = {part: [row for row in rows if row["part"] == part] for part in SHOWN}
    if form != Rows.table:
        put(table(rows, COLUMNS), form, output)
    else:
        with destination(output) as stream:
            for part in filter(parts.get, SHOWN):
                stream.write(f"{text(f'table.compare_{part}')}\n")
                write_for_eyes(headed(table(map(in_words, parts[part]), SHOWN[part])), stream)
                stream.write("\n")
    return {part for part in SHOWN if parts[part]}


def headed(rows: Table) -> Table:
    """The same rows under names for people; a column in which nothing stands is left out."""
    from jixiao.tables import Table  # noqa: PLC0415

    filled = [at for at in range(len(rows.columns)) if any(row[at] is not None for row in rows.rows)]
    names = [text(f"table.compare_column_{rows.columns[at]}") for at in filled]
    return Table(names, [[row[at] for at in filled] for row in rows.rows])


def in_words(row: Mapping[str, Cell]) -> dict[str, Cell]:
    """A row for people: amounts with their unit, codes as words."""
    from decimal import Decimal  # noqa: PLC0415

    from jixiao.comparison import amount  # noqa: PLC0415

    unit = str(row.get("unit") or "")
    told: dict[str, Cell] = {
        name: amount(value, unit) if isinstance(value, Decimal) else value for name, value in row.items()
    }
    told.update({name: text(f"table.compare_{row[name]}") for name in CODES if row.get(name)})
    return told
