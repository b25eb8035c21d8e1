"""The command that writes a report: on a snapshot or a part of it, in every form, or the same one again."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from jixiao.cli.app import Command, app
from jixiao.cli.checking import say_failed
from jixiao.cli.options import HERE, SITE, Kg, knowledge_graph, say
from jixiao.days import checked
from jixiao.errors import BadInputError, JixiaoError, PartialError
from jixiao.messages import language, text

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from graph.folder import KnowledgeGraph
    from graph.snapshot import Snapshot
    from jixiao.messages import Language
    from jixiao.report.choice import Choice
    from jixiao.report.content import Report

NONE = "none"
"""What is said instead of a snapshot where a report is to be compared with none."""

Outputs = Annotated[list[Path], typer.Option("--output", "-o", metavar="FILE", help=text("help.report_output"))]
Out = Annotated[Path | None, typer.Option("--out", metavar="DIR", help=text("help.report_out"))]
Which = Annotated[str | None, typer.Option("--snapshot", metavar="ID", help=text("help.report_snapshot"))]
Since = Annotated[str | None, typer.Option("--since", metavar="ID|none", help=text("help.report_since"))]
Date = Annotated[str | None, typer.Option("--date", metavar="DATE", help=text("help.report_date"))]
Departments = Annotated[list[str], typer.Option("--department", metavar="NAME", help=text("help.report_department"))]
Divisions = Annotated[list[str], typer.Option("--division", metavar="CODE|NAME", help=text("help.report_division"))]
Years = Annotated[list[int], typer.Option("--year", metavar="YEAR", help=text("help.report_year"))]
Rules = Annotated[list[str], typer.Option("--rules", metavar="RULE", help=text("help.report_rules"))]
Watch = Annotated[Path | None, typer.Option("--watch", metavar="FILE.toml", help=text("help.report_watch"))]
Templates = Annotated[Path | None, typer.Option("--templates", metavar="DIR", help=text("help.templates"))]
Site = Annotated[str | None, typer.Option("--site", metavar="URL", help=text("help.site"))]
Again = Annotated[Path | None, typer.Option("--again", metavar="REPORT.json", help=text("help.report_again"))]


class Sources(NamedTuple):
    """Of which snapshots a report is made, besides the choice."""

    snapshot: Snapshot
    since: Snapshot | None
    number: int | None
    date: str | None
    site: str
    language: Language


@app.command(cls=Command, help=text("help.report"))
def report(  # noqa: PLR0913, PLR0917 - each is an option
    output: Outputs = [],  # noqa: B006 - the library's way
    out: Out = None,
    snapshot: Which = None,
    since: Since = None,
    date: Date = None,
    department: Departments = [],  # noqa: B006
    division: Divisions = [],  # noqa: B006
    year: Years = [],  # noqa: B006
    rules: Rules = [],  # noqa: B006
    watch: Watch = None,
    templates: Templates = None,
    site: Site = None,
    again: Again = None,
    kg: Kg = HERE,
) -> None:
    """Writes the report on a snapshot: into files by their endings, or in all forms into a folder."""
    from jixiao.report.choice import Choice  # noqa: PLC0415 - loads the rooms

    _there(templates)
    graph = knowledge_graph(kg)
    if again:
        _refuse(snapshot, since, date, department, division, year, rules, watch, site)
        _again(graph, again, output, out, templates)
        return
    made = _sources(graph, snapshot, since, date, SITE if site is None else site)
    say_failed(made.snapshot)
    chosen = Choice(None, tuple(department), tuple(division), tuple(year), tuple(rules))
    if watch is None:
        _put(_made(graph, made, chosen), output, out, templates)
        return
    if not chosen.is_everything or output or out is None:
        raise BadInputError(text("report.watch_alone"))
    _watch(graph, made, watch, out, templates)


def _there(templates: Path | None) -> None:
    """A folder of templates that is not there would be as good as none."""
    if templates is not None and not templates.is_dir():
        raise BadInputError(text("error.no_such_path", path=templates))


def _refuse(*given: object) -> None:
    """A report that is made again is made of what its file says."""
    if any(given):
        raise BadInputError(text("report.again_alone"))


def _sources(graph: KnowledgeGraph, asked: str | None, since: str | None, date: str | None, site: str) -> Sources:
    from jixiao.report.making import before  # noqa: PLC0415
    from jixiao.snapshots import identity, opened  # noqa: PLC0415

    snapshot = opened(graph, identity(graph, asked)) if asked else graph.live()
    number = next((each.number for each in graph.history() if str(each.number) == asked), None)
    if since is None:
        earlier = before(graph, snapshot, number)
    else:
        earlier = None if since == NONE else opened(graph, identity(graph, since))
    return Sources(snapshot, earlier, number, date and checked(date), site, language())


def _made(graph: KnowledgeGraph, made: Sources, choice: Choice) -> Report:
    from jixiao.report.making import report as told  # noqa: PLC0415

    return told(
        graph,
        made.snapshot,
        since=made.since,
        date=made.date,
        choice=choice,
        site=made.site,
        language=made.language,
        number=made.number,
    )


def _put(
    told: Report,
    output: Sequence[Path],
    out: Path | None,
    templates: Path | None,
    forms: Iterable[str] | None = None,
) -> None:
    """Writes a report where it was asked for; without an answer, as a page into this folder."""
    from jixiao.report import FORMS, write, write_form  # noqa: PLC0415

    for path in output or ([] if out else [Path("report.html")]):
        path.parent.mkdir(parents=True, exist_ok=True)
        say(text("report.written", path=write_form(told, path, path.suffix.removeprefix("."), templates)))
    if out:
        for path in write(told, out, forms or FORMS[:-1], templates=templates):
            say(text("report.written", path=path))


def _watch(graph: KnowledgeGraph, made: Sources, watch: Path, out: Path, templates: Path | None) -> None:
    """One report each of what is watched; one that cannot be made does not cost the others.

    Raises:
        BadInputError: nothing is watched.
        PartialError: some could not be made.
    """
    from jixiao.nightly.settings import read  # noqa: PLC0415 - loads the checks of settings

    watched = read(watch).watch
    if not watched:
        raise BadInputError(text("report.watch_empty", path=watch))
    bad = 0
    for each in watched:
        try:
            _put(_made(graph, made, each.choice), (), out / each.name, templates)
        except JixiaoError as error:
            bad += 1
            say(text("report.watch_failed", name=each.name, cause=error))
    if bad:
        good = len(watched) - bad
        raise PartialError(text("report.watch_partial", good=good, bad=bad), good=good, bad=bad)


def _again(
    graph: KnowledgeGraph, recipe: Path, output: Sequence[Path], out: Path | None, templates: Path | None
) -> None:
    """Makes a report again from what its file says.

    Raises:
        BadInputError: the file cannot be used.
    """
    from pydantic import ValidationError  # noqa: PLC0415

    from jixiao.refusals import reason  # noqa: PLC0415 - loads the rooms
    from jixiao.report.shelf import Made  # noqa: PLC0415
    from jixiao.snapshots import identity, opened  # noqa: PLC0415

    try:
        told = Made.model_validate_json(recipe.read_bytes())
    except OSError as error:
        raise BadInputError(text("report.again_unusable", path=recipe, cause=reason(error))) from error
    except ValidationError as error:
        wrong = "、".join(".".join(map(str, each["loc"])) for each in error.errors()) or "JSON"
        raise BadInputError(text("report.again_unusable", path=recipe, cause=wrong)) from error
    snapshot = opened(graph, identity(graph, told.snapshot))
    since = opened(graph, identity(graph, told.since)) if told.since else None
    spoken: Language = "en" if told.language == "en" else "zh"
    made = Sources(snapshot, since, told.number, told.date, told.site, spoken)
    own = templates or (Path(told.templates) if told.templates else None)
    _there(own)
    _put(_made(graph, made, told.choice), output, out, own, told.forms)
