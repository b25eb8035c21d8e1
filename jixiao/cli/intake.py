"""Commands that read files: ingest, extract."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Annotated

import typer

from jixiao.cli.app import Command, app
from jixiao.cli.checking import say_failed
from jixiao.cli.options import HERE, Kg, Output, Paths, destination, progress, say
from jixiao.cli.reviewing import reviews_of
from jixiao.errors import BadInputError, PartialError
from jixiao.messages import text

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from jixiao.intake import Attempt, Read


class Records(StrEnum):
    """The forms in which records can be had."""

    jsonl = "jsonl"
    csv = "csv"


@app.command(cls=Command, help=text("help.ingest"))
def ingest(paths: Paths, kg: Kg = HERE) -> None:
    """Reads files into the knowledge graph and publishes a new snapshot."""
    take_in(paths, kg)


def take_in(paths: Sequence[Path], folder: Path) -> None:
    """Reads files into a folder; the live snapshot changes only when something was read.

    Raises:
        BadInputError: nothing could be read.
        PartialError: some files could not, or some rules could not judge.
    """
    from graph.folder import KnowledgeGraph  # noqa: PLC0415 - loads the store
    from jixiao.intake import keeping, publish  # noqa: PLC0415
    from jixiao.nightly import ledger  # noqa: PLC0415

    graph = KnowledgeGraph(folder)
    tried = attempt(paths, lambda read: keeping(graph, read))
    good = sum(each.document is not None for each in tried)
    if not good:
        raise BadInputError(text("ingest.nothing", kg=folder))
    ledger.disown(folder, {each.document.sha256 for each in tried if each.document})
    say(text("ingest.building"))
    snapshot = publish(graph)
    if provisional := snapshot.manifest["counts"]["provisional"]:
        say(text("ingest.provisional", count=provisional, kg=folder))
    reviews_of(folder)
    say_failed(snapshot)
    bad = len(tried) - good
    if bad:
        raise PartialError(
            text("ingest.partial", good=good, bad=bad, snapshot=snapshot.id, kg=folder), good=good, bad=bad
        )
    if unjudged := len(snapshot.failed):
        told = text("ingest.unjudged", count=good, unjudged=unjudged, snapshot=snapshot.id, kg=folder)
        raise PartialError(told, good=good, bad=unjudged)
    say(text("ingest.done", count=good, snapshot=snapshot.id, kg=folder))


def attempt(paths: Sequence[Path], way: Callable[[Read], Read] = lambda read: read) -> list[Attempt]:
    """Every file's record or refusal; says each as it comes.

    Files are read by processes of their own; ``way`` adds to that what else is to be done with a file.
    """
    from ingest.worker import AT_ONCE, Workers  # noqa: PLC0415
    from jixiao.intake import attempts, sources  # noqa: PLC0415

    tried = []
    with TemporaryDirectory(prefix="jixiao-", ignore_cleanup_errors=True) as folder, Workers() as workers:
        files = sources(paths, Path(folder))
        with progress(text("ingest.reading"), len(files)) as step:
            for index, each in enumerate(attempts(files, way(workers.read), AT_ONCE), 1):
                step(each.sentence(index, len(files)))
                tried.append(each)
    return tried


@app.command(cls=Command, help=text("help.extract"))
def extract(
    paths: Paths,
    form: Annotated[Records, typer.Option("--format", help=text("help.format"))] = Records.jsonl,
    output: Output = None,
) -> None:
    """Reads files into records and writes these; stores nothing."""
    from ingest.interchange import to_json  # noqa: PLC0415
    from jixiao.sheets import indicator_sheet  # noqa: PLC0415
    from jixiao.tables import write_csv  # noqa: PLC0415

    tried = attempt(paths)
    documents = [each.document for each in tried if each.document is not None]
    with destination(output, spreadsheet=form == Records.csv) as stream:
        if form == Records.csv:
            write_csv(indicator_sheet(documents), stream)
        else:
            stream.writelines(to_json(document) + "\n" for document in documents)
    bad = len(tried) - len(documents)
    if not documents:
        raise BadInputError(text("ingest.extracted_nothing"))
    if bad:
        raise PartialError(text("ingest.extracted_partial", good=len(documents), bad=bad), good=len(documents), bad=bad)
