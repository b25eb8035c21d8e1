"""The command that compares a department's years: which projects and targets came, went, and changed."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from jixiao.cli.app import Command, app
from jixiao.cli.asking import put
from jixiao.cli.options import HERE, Kg, Output, Rows, destination, knowledge_graph, say
from jixiao.errors import BadInputError
from jixiao.messages import language, text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from jixiao.tables import Cell, Table
    from jixiao.view import View
    from jixiao.years import Pair


class Form(StrEnum):
    """The forms in which a comparison can be had."""

    table = "table"
    csv = "csv"
    json = "json"
    jsonl = "jsonl"
    xlsx = "xlsx"
    html = "html"


LINES = ("department", "year_before", "year_after", "projects", "projects_added", "projects_dropped", "projects_copied")
ROWS = ("change", "project", "name", "before", "after", "money_before", "money_after", "page_before", "page_after")
"""The columns of tables for people: of a line a pair, with each kind of change behind, and of one comparison."""


@app.command(cls=Command, help=text("help.years"))
def years(  # noqa: PLR0913 - each is an option
    department: Annotated[str | None, typer.Argument(metavar="DEPARTMENT", help=text("help.years_department"))] = None,
    earlier: Annotated[int | None, typer.Option("--from", metavar="YEAR", help=text("help.years_from"))] = None,
    later: Annotated[int | None, typer.Option("--to", metavar="YEAR", help=text("help.years_to"))] = None,
    *,
    form: Annotated[Form, typer.Option("--format", help=text("help.format"))] = Form.table,
    output: Output = None,
    kg: Kg = HERE,
) -> None:
    """Compares the budgets of two years of a department, or lists all that can be compared."""
    from jixiao.view import View  # noqa: PLC0415 - loads the store

    view = View(knowledge_graph(kg).live())
    if department is None:
        show_all(view, earlier, later, form, output)
    else:
        show_one(view, chosen(view, department, earlier, later), form, output)


def show_all(view: View, earlier: int | None, later: int | None, form: Form, output: Output) -> None:
    """Writes a line for each department and two of its years."""
    from jixiao.tables import table  # noqa: PLC0415
    from jixiao.years import CHANGES, OVERVIEW, line_record, overview  # noqa: PLC0415

    every = [
        line for line in overview(view) if earlier in (None, line.pair.earlier) and later in (None, line.pair.later)
    ]
    if not every:
        say(text("years.none"))
    if form == Form.html:
        write_page(output, view, every=every)
        return
    rows = [line_record(line) for line in every]
    put(
        for_people(rows, (*LINES, "targets", *CHANGES), form) or table(rows, OVERVIEW),
        Rows(form),
        output,
        text("years.title"),
    )


def show_one(view: View, pair: Pair, form: Form, output: Output) -> None:
    """Writes what became of the projects and targets of one department."""
    from jixiao.tables import table  # noqa: PLC0415
    from jixiao.years import COLUMNS, compared, places_of, records  # noqa: PLC0415

    found = compared(view, pair.organisation, pair.earlier, pair.later)
    if form == Form.html:
        write_page(output, view, found=found, places=places_of(view, found))
        return
    rows = list(records(view, found))
    changed = [
        as_project(row) for row in rows if form != Form.table or row["part"] == "project" or row["change"] != "copied"
    ]
    put(
        for_people(changed, ROWS, form) or table(rows, COLUMNS),
        Rows(form),
        output,
        text("years.title"),
    )
    if form == Form.table:
        share = found.share("copied")
        say(
            text(
                "years.told", name=pair.name, earlier=pair.earlier, later=pair.later, copied=share.part, of=share.whole
            )
        )


def chosen(view: View, department: str, earlier: int | None, later: int | None) -> Pair:
    """The department that is called like this, and the years that are asked for: the last two where none are.

    Raises:
        BadInputError: no department with two years is called so, or several are; or it has no budget of such a year.
    """
    from jixiao.years import Pair, budget_years, pairs  # noqa: PLC0415
    from ontology.terms import fold  # noqa: PLC0415

    found = [pair for pair in pairs(view) if fold(department) in fold(pair.name)]
    exact = [pair for pair in found if fold(pair.name) == fold(department)]
    every = {pair.organisation: pair.name for pair in exact or found}
    if len(every) != 1:
        kind = "many" if every else "no_department"
        raise BadInputError(text(f"years.{kind}", name=department, found="、".join(every.values())))
    ((organisation, name),) = every.items()
    known = budget_years(view, organisation)
    wanted = later or next((year for year in known if earlier and year > earlier), known[-1])
    former = earlier or next((year for year in reversed(known) if year < wanted), wanted)
    if not {former, wanted} <= {*known} or former >= wanted:
        raise BadInputError(text("years.no_year", name=name, years="、".join(map(str, known))))
    return Pair(organisation, name, former, wanted)


def for_people(rows: Sequence[Mapping[str, Cell]], columns: Sequence[str], form: Form) -> Table | None:
    """The same under names and with words for people; ``None`` where programs read it."""
    from jixiao.tables import Table  # noqa: PLC0415

    if form not in (Form.table, Form.xlsx):
        return None
    told = [[in_words(name, row.get(name)) for name in columns] for row in rows]
    return Table([text(f"years.column_{name}") for name in columns], told)


def as_project(row: Mapping[str, Cell]) -> Mapping[str, Cell]:
    """A row; that of a whole project says so."""
    if row["part"] != "project":
        return row
    return {**row, "change": f"project_{row['change']}", "project": row["project"] or row["project_before"]}


def in_words(column: str, cell: Cell) -> Cell:
    """A cell for people: what changed as a word."""
    return text(f"years.column_{cell}") if column == "change" else cell


def write_page(output: Output, view: View, **shown: object) -> None:
    """Writes a page that stands alone."""
    from importlib.resources import files  # noqa: PLC0415

    from markupsafe import Markup  # noqa: PLC0415

    from jixiao.rendering import environment  # noqa: PLC0415 - loads the templates
    from jixiao.years import CHANGES  # noqa: PLC0415

    sheet = files("jixiao").joinpath("static", "jixiao.css").read_text(encoding="utf-8")
    given = {"found": None, "css": Markup(sheet), "snapshot": view.id, "kinds": CHANGES}  # noqa: S704 - our own file
    with destination(output) as stream:
        stream.write(environment(language()).get_template("years_file.html").render(given | shown))
