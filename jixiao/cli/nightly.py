"""The command that runs every night."""

from __future__ import annotations

import signal
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from jixiao.cli.app import Command, app
from jixiao.cli.options import HERE, Kg, progress, say
from jixiao.errors import PartialError
from jixiao.messages import text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jixiao.nightly.run import Outcome

SHOWN = 10
"""So many files that could not be read are named; the log and the report name all."""

Inbox = Annotated[Path, typer.Option("--inbox", metavar="DIR", help=text("help.inbox"))]
Out = Annotated[Path, typer.Option("--out", metavar="DIR", help=text("help.out"))]
Date = Annotated[str | None, typer.Option("--date", metavar="YYYY-MM-DD", help=text("help.nightly_date"))]
Accept = Annotated[bool, typer.Option("--accept-drop", help=text("help.accept_drop"))]


@app.command(cls=Command, help=text("help.nightly"))
def nightly(inbox: Inbox, out: Out, kg: Kg = HERE, date: Date = None, *, accept_drop: Accept = False) -> None:
    """Takes in what is new in an inbox, publishes, reports."""
    from jixiao.nightly.run import Order, run  # noqa: PLC0415 - loads the rooms

    order = Order(inbox=inbox, kg=kg, out=out, date=date, accept_drop=accept_drop)
    with interruptible():
        outcome = run(order, say, progress)
    for line in sentences(outcome):
        say(line)
    if bad := len(outcome.files.troubles) + len(outcome.problems):
        raise PartialError("\n".join(unfinished(outcome)), good=len(outcome.files.by_content), bad=bad)


@contextmanager
def interruptible() -> Iterator[None]:
    """Let the signal by which systems end a program interrupt it, so that it ends tidily."""
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def sentences(outcome: Outcome) -> Iterator[str]:
    """What a run did, in a few sentences."""
    files = outcome.files
    counted = (
        (files.new, text("nightly.new", count=len(files.new))),
        (files.changed, text("nightly.changed", count=len(files.changed))),
        (files.removed, text("nightly.removed", count=len(files.removed))),
        (files.renamed, text("nightly.renamed", count=len(files.renamed))),
    )
    some = [sentence for names, sentence in counted if names]
    listed = text("nightly.and").join(some) or text("nightly.nothing_new")
    yield text("nightly.inbox", count=len(files.by_content), what=listed)
    if files.duplicates:
        yield text("nightly.duplicates", count=len(files.duplicates))
    if outcome.live is None:
        yield text("nightly.nothing_stays")
        return
    counts = {name: outcome.live.manifest["counts"][name] for name in ("documents", "indicators", "findings")}
    told = {"snapshot": outcome.live.id, **counts}
    yield text("nightly.built", **told) if outcome.built else text("nightly.unchanged", **told)
    if outcome.report:
        at = outcome.report
        yield text("nightly.report", path=at) if outcome.written else text("nightly.no_report", path=at)


def unfinished(outcome: Outcome) -> Iterator[str]:
    """What was not done and why."""
    if troubles := outcome.files.refused:
        yield text("nightly.refused", count=len(troubles))
        yield from (f"· {each['name']}：{each['cause']}" for each in troubles[:SHOWN])
        if len(troubles) > SHOWN:
            yield text("nightly.more", count=len(troubles) - SHOWN)
        if stayed := outcome.files.not_updated:
            yield text("nightly.not_updated", names="、".join(stayed[:SHOWN]), count=len(stayed))
    yield from outcome.problems
