"""The command that runs every night."""

from __future__ import annotations

import signal
from contextlib import contextmanager
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from jixiao.cli.app import Command, app
from jixiao.cli.options import HERE, SITE, Kg, progress, say
from jixiao.days import checked
from jixiao.errors import BadInputError, PartialError
from jixiao.messages import text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from jixiao.nightly.run import Outcome

SHOWN = 10
"""So many files that could not be read are named; the log and the report name all."""


class Timer(StrEnum):
    """The systems whose timers are printed."""

    systemd = "systemd"
    cron = "cron"
    windows = "windows"


Inbox = Annotated[Path, typer.Option("--inbox", metavar="DIR|LIST.csv", help=text("help.inbox"))]
Out = Annotated[Path, typer.Option("--out", metavar="DIR", help=text("help.out"))]
SettingsFile = Annotated[Path | None, typer.Option("--settings", metavar="FILE.toml", help=text("help.settings"))]
Site = Annotated[str | None, typer.Option("--site", metavar="URL", help=text("help.site"))]
Keep = Annotated[int | None, typer.Option("--keep", metavar="N", help=text("help.keep"))]
Drop = Annotated[str | None, typer.Option("--max-drop", metavar="PERCENT", help=text("help.max_drop"))]
Accept = Annotated[bool, typer.Option("--accept-drop", help=text("help.accept_drop"))]
Date = Annotated[str | None, typer.Option("--date", metavar="YYYY-MM-DD", help=text("help.nightly_date"))]
Templates = Annotated[Path | None, typer.Option("--templates", metavar="DIR", help=text("help.templates"))]
PrintTimer = Annotated[Timer | None, typer.Option("--print-timer", help=text("help.print_timer"))]
TimerFile = Annotated[Path | None, typer.Option("--output", "-o", metavar="FILE", help=text("help.timer_output"))]
At = Annotated[str, typer.Option("--at", metavar="HH:MM", show_default=False, help=text("help.at"))]


@app.command(cls=Command, help=text("help.nightly"))
def nightly(  # noqa: PLR0913, PLR0917 - each is an option
    inbox: Inbox,
    out: Out,
    kg: Kg = HERE,
    settings: SettingsFile = None,
    site: Site = None,
    keep: Keep = None,
    max_drop: Drop = None,
    date: Date = None,
    templates: Templates = None,
    print_timer: PrintTimer = None,
    at: At = "02:00",
    output: TimerFile = None,
    *,
    accept_drop: Accept = False,
) -> None:
    """Takes in what is new in an inbox, publishes, reports; or prints what makes a system do so every night."""
    from jixiao.nightly.run import Order, run  # noqa: PLC0415 - loads the rooms
    from jixiao.nightly.settings import Settings, read, with_options  # noqa: PLC0415

    if output and print_timer is None:
        raise BadInputError(text("nightly.output_alone"))
    own = {"site": site, "keep": keep, "max_drop": max_drop}
    told = with_options(read(settings) if settings else Settings(), **own)
    if templates is not None and not templates.is_dir():
        raise BadInputError(text("error.no_such_path", path=templates))
    places = {"inbox": inbox, "kg": kg, "out": out, "templates": templates}
    if print_timer:
        put_timer(print_timer, timer(print_timer, at, {**places, "settings": settings, **own}), output)
        return
    told = told.model_copy(update={"site": SITE if told.site is None else told.site})
    order = Order.of(told, date=date and checked(date), accept_drop=accept_drop, **places)
    with interruptible():
        outcome = run(order, say, progress)
    for line in sentences(outcome):
        say(line)
    if bad := len(outcome.files.news) + len(outcome.problems):
        raise PartialError("\n".join(unfinished(outcome)), good=len(outcome.files.by_content), bad=bad)


def timer(system: Timer, at: str, options: Mapping[str, object]) -> str:
    """What makes a system run the command with these options at that time of every day."""
    from jixiao.nightly import timers  # noqa: PLC0415

    return timers.printed(
        system.value, timers.command(options), timers.clock_time(at), datetime.now().astimezone().date()
    )


def put_timer(system: Timer, content: str, output: Path | None) -> None:
    """Prints what a system is to be told, or writes it as that system reads it."""
    from jixiao.nightly import timers  # noqa: PLC0415

    if output is None:
        typer.echo(content, nl=False)
        return
    output.parent.mkdir(parents=True, exist_ok=True)
    output.write_bytes(timers.encoded(system.value, content))
    say(text("export.written", path=output))


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
    if known := len(files.refused) - len(files.news):
        yield text("nightly.known", count=known)
    if stayed := files.not_updated:
        yield text("nightly.not_updated", names="、".join(stayed[:SHOWN]), count=len(stayed))
    if outcome.live is None:
        yield text("nightly.nothing_yet")
        return
    counts = {name: outcome.live.manifest["counts"][name] for name in ("documents", "indicators", "findings")}
    told = {"snapshot": outcome.live.id, **counts}
    yield text("nightly.built", **told) if outcome.built else text("nightly.unchanged", **told)
    if outcome.report:
        forms = outcome.report.made.forms
        at = outcome.report.file("html") if "html" in forms else outcome.report.folder
        yield text("nightly.report", path=at) if outcome.written else text("nightly.no_report", path=at)


def unfinished(outcome: Outcome) -> Iterator[str]:
    """What was not done and why."""
    if troubles := outcome.files.news:
        yield text("nightly.refused", count=len(troubles))
        yield from (f"· {each['name']}：{each['cause']}" for each in troubles[:SHOWN])
        if len(troubles) > SHOWN:
            yield text("nightly.more", count=len(troubles) - SHOWN)
    yield from outcome.problems
