"""The commands on snapshots: list, show, diff, verify, rollback, prune."""

from __future__ import annotations

import json
import sys
from contextlib import nullcontext
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from jixiao.__main__ import FOUND
from jixiao.cli.app import Command, Group
from jixiao.cli.asking import Form, put
from jixiao.cli.options import HERE, Kg, Output, Rows, destination, knowledge_graph, progress, say
from jixiao.messages import language, text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from graph.folder import KnowledgeGraph
    from graph.history import Publication
    from graph.snapshot import Snapshot
    from graph.verifying import Problem

snapshots = typer.Typer(
    name="snapshots", cls=Group, help=text("help.snapshots"), no_args_is_help=True, rich_markup_mode=None
)

Id = Annotated[str, typer.Argument(metavar="ID", help=text("help.snapshot_id"))]
All = Annotated[bool, typer.Option("--all", help=text("help.snapshots_all"))]
MEGABYTE = 1_000_000


class Told(StrEnum):
    """How one snapshot is told."""

    text = "text"
    json = "json"


class Difference(StrEnum):
    """The forms of what is different."""

    text = "text"
    html = "html"
    patch = "patch"
    json = "json"


@snapshots.command("list", cls=Command, help=text("help.snapshots_list"))
def list_(form: Form = Rows.table, output: Output = None, kg: Kg = HERE) -> None:
    """Lists what was published when, and what never went live."""
    from jixiao.snapshots import COLUMNS, listing  # noqa: PLC0415 - loads the store
    from jixiao.tables import Table, table  # noqa: PLC0415

    found = table(listing(knowledge_graph(kg)), COLUMNS)
    if form in (Rows.table, Rows.xlsx):
        rows = [[*row[:-1], text(f"snapshots.{row[-1]}")] for row in found.rows]
        found = Table([text(f"snapshots.column_{name}") for name in COLUMNS], rows)
    put(found, form, output, text("snapshots.sheet"))


@snapshots.command(cls=Command, help=text("help.snapshots_show"))
def show(
    asked: Id,
    form: Annotated[Told, typer.Option("--format", help=text("help.format"))] = Told.text,
    output: Output = None,
    kg: Kg = HERE,
) -> None:
    """Says what a snapshot was made of and what was found in it."""
    from jixiao.snapshots import identity, of, opened  # noqa: PLC0415

    graph = knowledge_graph(kg)
    snapshot = opened(graph, identity(graph, asked))
    published = of(graph, snapshot.id)
    with destination(output) as stream:
        if form == Told.json:
            stream.write(json.dumps(as_facts(snapshot, published), ensure_ascii=False, indent=1) + "\n")
        else:
            stream.writelines(f"{line}\n" for line in as_lines(snapshot, published))


def as_facts(snapshot: Snapshot, published: Sequence[Publication]) -> dict[str, Any]:
    """A snapshot's manifest and its publications."""
    told = [{"number": each.number, "at": each.at, "refused": list(each.refused)} for each in published]
    return {**snapshot.manifest, "publications": told}


def as_lines(snapshot: Snapshot, published: Sequence[Publication]) -> Iterator[str]:
    """A snapshot for people."""
    from graph.verifying import other_vocabulary  # noqa: PLC0415
    from jixiao.days import day  # noqa: PLC0415
    from queries.library import rules  # noqa: PLC0415

    manifest, known = snapshot.manifest, rules()
    found = manifest.get("figures", {}).get("rule", {})
    yield text("snapshots.head", snapshot=snapshot.id)
    yield text("snapshots.content", hash=manifest["content"])
    for each in published:
        yield text("snapshots.published", number=each.number, day=day(each.at))
    if not published:
        yield text("snapshots.never")
    yield text("snapshots.counts", **manifest["counts"])
    yield from figures(manifest.get("figures", {}))
    if changed := other_vocabulary(snapshot):
        yield text("snapshots.vocabulary", files="、".join(changed))
    yield text("snapshots.made_of", count=len(manifest["documents"]))
    for entry in manifest["documents"]:
        yield text("snapshots.document", source=entry["source"], sha256=entry["sha256"], by=entry["extractor"])
    yield text("snapshots.judged", count=len(manifest["rules"]))
    for name, version in manifest["rules"].items():
        title = known[name].title[language()] if name in known else name
        yield text("snapshots.rule", rule=name, title=title, version=version, count=found.get(name, 0))
    for name, reason in snapshot.failed.items():
        yield text("snapshots.rule_failed", rule=name, reason=reason)
    for each in published:
        for refused in each.refused:
            yield text("snapshots.refused", name=refused["name"], cause=refused["cause"], number=each.number)


def figures(told: dict[str, Any]) -> Iterator[str]:
    """The figures by which snapshots are compared; none for one that was made before there were figures."""
    from decimal import Decimal  # noqa: PLC0415

    from jixiao.comparison import amount  # noqa: PLC0415

    if told:
        money, without = (amount(Decimal(told[name]), language=language()) for name in ("money", "money_without_form"))
        yield text("snapshots.clarity", unclear=told["unclear"], judged=told["judged"])
        yield text("snapshots.money", money=money, without=without)
        yield text("snapshots.certainty", **{"certain": 0, "possible": 0} | told["certainty"])


@snapshots.command(cls=Command, help=text("help.snapshots_diff"))
def diff(  # noqa: PLR0913, PLR0917 - one parameter an option
    before: Annotated[str, typer.Argument(metavar="A", help=text("help.diff_before"))],
    after: Annotated[str | None, typer.Argument(metavar="B", help=text("help.diff_after"))] = None,
    form: Annotated[Difference, typer.Option("--format", help=text("help.format"))] = Difference.text,
    output: Output = None,
    site: Annotated[str, typer.Option("--site", metavar="URL", help=text("help.diff_site"))] = "",
    kg: Kg = HERE,
    *,
    every: Annotated[bool, typer.Option("--all", help=text("help.diff_all"))] = False,
) -> None:
    """Says what is different between two snapshots."""
    from jixiao.snapshots import identity, opened  # noqa: PLC0415

    graph = knowledge_graph(kg)
    pair = [opened(graph, identity(graph, before)), opened(graph, identity(graph, after)) if after else graph.live()]
    if form == Difference.patch:
        put_patch(pair[0], pair[1], output)
        return
    with destination(output) as stream:
        stream.writelines(told(graph, pair, form, site.rstrip("/"), every=every))


def put_patch(before: Snapshot, after: Snapshot, output: Path | None) -> None:
    """Writes an RDF patch line by line, as it is found."""
    from graph.patch import patch  # noqa: PLC0415

    if output:
        output.parent.mkdir(parents=True, exist_ok=True)
    with output.open("wb") if output else nullcontext(sys.stdout.buffer) as stream:
        stream.writelines(patch(before, after))
    if output:
        say(text("export.written", path=output))


def told(graph: KnowledgeGraph, pair: Sequence[Snapshot], form: Difference, site: str, *, every: bool) -> Iterator[str]:
    """What is different between two snapshots, in a form for reading."""
    from jixiao import diff as forms  # noqa: PLC0415
    from jixiao.changes import changes  # noqa: PLC0415
    from jixiao.view import View  # noqa: PLC0415

    found, heads = changes(*(View(each) for each in pair)), [called(graph, each) for each in pair]
    if form == Difference.json:
        yield forms.as_json(found)
    elif form == Difference.html:
        yield forms.as_html(found, heads, site=site, most=None if every else forms.ON_PAGE)
    else:
        yield f"{' → '.join(heads)}\n"
        yield from (f"{line}\n" for line in forms.as_text(found, None if every else forms.IN_TEXT))


def called(graph: KnowledgeGraph, snapshot: Snapshot) -> str:
    """What to call a snapshot: its id, and where it went live the number and the day of the last time."""
    from jixiao.days import day  # noqa: PLC0415
    from jixiao.snapshots import of  # noqa: PLC0415

    last = next(iter(of(graph, snapshot.id)[::-1]), None)
    return text("snapshots.called", snapshot=snapshot.id, number=last.number, day=day(last.at)) if last else snapshot.id


@snapshots.command(cls=Command, help=text("help.snapshots_verify"))
def verify(
    asked: Annotated[str | None, typer.Argument(metavar="ID", help=text("help.verify_id"))] = None,
    kg: Kg = HERE,
    *,
    every: All = False,
) -> None:
    """Computes every hash anew; says what is not as it was published."""
    from graph.verifying import Verifier  # noqa: PLC0415
    from jixiao.snapshots import identity  # noqa: PLC0415

    graph = knowledge_graph(kg)
    meant = list(graph.available()) if every else [identity(graph, asked) if asked else graph.live().id]
    verifier, wrong = Verifier(graph), 0
    with progress(text("snapshots.verifying"), len(meant)) as step:
        for name in meant:
            problems = verifier.snapshot(name)
            wrong += len(problems)
            step(text("snapshots.damaged" if problems else "snapshots.whole", snapshot=name, count=len(problems)))
            for each in problems:
                say(f"  {sentence(each)}")
    for each in verifier.folder() if every else ():
        wrong += 1
        say(sentence(each))
    tell_vocabulary(graph, meant)
    if wrong:
        raise typer.Exit(FOUND)


def sentence(problem: Problem) -> str:
    """What is wrong with a file."""
    return text(f"snapshots.problem_{problem.cause}", path=problem.path, detail=problem.detail)


def tell_vocabulary(graph: KnowledgeGraph, names: Sequence[str]) -> None:
    """Says which snapshots were made with another vocabulary than this program brings: that is no damage."""
    from graph.errors import SnapshotError  # noqa: PLC0415
    from graph.verifying import other_vocabulary  # noqa: PLC0415
    from jixiao.snapshots import opened  # noqa: PLC0415

    for name in names:
        try:
            files = other_vocabulary(opened(graph, name))
        except SnapshotError:  # told before
            continue
        if files:
            say(text("snapshots.other_vocabulary", snapshot=name, files="、".join(files)))


@snapshots.command(cls=Command, help=text("help.snapshots_rollback"))
def rollback(asked: Id, kg: Kg = HERE) -> None:
    """Makes another snapshot live."""
    from jixiao.snapshots import identity, live  # noqa: PLC0415

    graph = knowledge_graph(kg)
    name, before = identity(graph, asked), live(graph)
    if before == name:
        say(text("snapshots.is_live", snapshot=name))
        return
    graph.switch(name)
    say(text("snapshots.switched", snapshot=name, before=before or "—"))
    say(text("snapshots.inbox_again"))


@snapshots.command(cls=Command, help=text("help.snapshots_prune"))
def prune(
    keep: Annotated[int, typer.Option("--keep", metavar="NUMBER", min=1, help=text("help.prune_keep"))],
    kg: Kg = HERE,
    *,
    sources: Annotated[bool, typer.Option("--sources", help=text("help.prune_sources"))] = False,
) -> None:
    """Removes old snapshots."""
    found = knowledge_graph(kg).prune(keep, files=sources)
    for name in found.removed:
        say(text("snapshots.pruned", snapshot=name))
    for name in found.stuck:
        say(text("snapshots.stuck", snapshot=name))
    if found.lost:
        say(text("snapshots.lost", numbers="、".join(str(each.number) for each in found.lost)))
    if sources:
        say(text("snapshots.files", records=found.records, sources=found.sources))
    freed = f"{found.freed / MEGABYTE:.1f}"
    say(text("snapshots.freed", count=len(found.removed), freed=freed) if found.removed else text("snapshots.nothing"))
