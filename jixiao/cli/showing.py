"""Commands that show: serve, demo."""

from __future__ import annotations

import socket
from contextlib import suppress
from pathlib import Path
from secrets import token_urlsafe
from typing import TYPE_CHECKING, Annotated

import typer

from jixiao.cli.app import Command, app
from jixiao.cli.intake import take_in
from jixiao.cli.options import HERE, LOCALHOST, PORT, Kg, knowledge_graph, say
from jixiao.errors import BadInputError
from jixiao.messages import language, text

if TYPE_CHECKING:
    from collections.abc import Mapping
    from contextlib import AbstractContextManager

    from jixiao.site.engine import Service

Host = Annotated[str, typer.Option("--host", metavar="HOST", help=text("help.host"))]
Port = Annotated[int, typer.Option("--port", metavar="PORT", min=1, max=65535, help=text("help.port"))]
Scratch = Annotated[bool, typer.Option("--scratch", help=text("help.scratch"))]
Upload = Annotated[bool, typer.Option("--upload", help=text("help.upload"))]
Seconds = Annotated[float, typer.Option("--query-seconds", metavar="SECONDS", min=0.1, help=text("help.query_seconds"))]
Memory = Annotated[int, typer.Option("--query-memory", metavar="MB", min=512, help=text("help.query_memory"))]
Workers = Annotated[
    int | None, typer.Option("--query-workers", metavar="NUMBER", min=1, help=text("help.query_workers"))
]
Shown = Annotated[str | None, typer.Option("--snapshot", metavar="ID", help=text("help.serve_snapshot"))]
Nightly = Annotated[str | None, typer.Option("--nightly", metavar="HH:MM", help=text("help.serve_nightly"))]
Inbox = Annotated[Path | None, typer.Option("--inbox", metavar="DIR|LIST.csv", help=text("help.inbox"))]
Out = Annotated[Path | None, typer.Option("--out", metavar="DIR", help=text("help.serve_out"))]
Settings = Annotated[Path | None, typer.Option("--settings", metavar="FILE.toml", help=text("help.settings"))]


@app.command(cls=Command, help=text("help.serve"))
def serve(  # noqa: PLR0913 - each is an option
    host: Host = LOCALHOST,
    port: Port = PORT,
    kg: Kg = HERE,
    *,
    scratch: Scratch = False,
    upload: Upload = False,
    query_seconds: Seconds = 30.0,
    query_memory: Memory = 2048,
    query_workers: Workers = None,
    nightly: Nightly = None,
    inbox: Inbox = None,
    out: Out = None,
    settings: Settings = None,
    snapshot: Shown = None,
) -> None:
    """Opens the site until it is stopped."""
    from jixiao.site.engine import Service, workers  # noqa: PLC0415 - loads the store
    from queries.worker import Limits  # noqa: PLC0415

    runs = _runs(nightly, {"inbox": inbox, "kg": kg, "out": out, "settings": settings}, f"http://{host}:{port}")
    if not (upload or nightly):  # with uploads or nightly runs a graph may begin on the site
        knowledge_graph(kg).live()
    token = token_urlsafe(24)
    service = Service(
        limits=Limits(seconds=query_seconds, megabytes=query_memory),
        workers=query_workers or workers(),
        token=token if scratch else None,
        upload=token if upload else None,
        snapshot=_named(kg, snapshot, upload=upload) if snapshot else None,
    )
    run_site(kg, host, port, service, out, runs)


def _named(folder: Path, asked: str, *, upload: bool) -> str:
    """The snapshot that is shown instead of the live one.

    Raises:
        BadInputError: there is none, or what is uploaded would not be seen.
    """
    from jixiao.snapshots import identity  # noqa: PLC0415

    if upload:
        raise BadInputError(text("serve.snapshot_and_upload"))
    return identity(knowledge_graph(folder), asked)


def _runs(nightly: str | None, options: Mapping[str, Path | None], site: str) -> AbstractContextManager[None] | None:
    """What runs every night as long as the site is served; its reports lead there unless the settings say otherwise.

    Raises:
        BadInputError: something that the nightly run needs is not said, or the settings cannot be used.
    """
    if nightly is None:
        if options["inbox"] or options["settings"]:
            raise BadInputError(text("schedule.only_nightly"))
        return None
    from jixiao.nightly import settings, timers  # noqa: PLC0415 - with what they need
    from jixiao.nightly.schedule import every_night, scheduled  # noqa: PLC0415

    if options["inbox"] is None or options["out"] is None:
        raise BadInputError(text("schedule.needs"))
    path = options["settings"]
    told = settings.read(path) if path else settings.Settings()  # so that a mistake is told now and not at night
    at = timers.clock_time(nightly)
    say(text("schedule.at", at=f"{at:%H:%M}", inbox=options["inbox"], out=options["out"]))
    return scheduled(timers.command({**options, "site": told.site or site}), every_night(at), say)


def run_site(  # noqa: PLR0913, PLR0917 - what a site is made of
    folder: Path,
    host: str,
    port: int,
    service: Service | None = None,
    out: Path | None = None,
    beside: AbstractContextManager[None] | None = None,
) -> None:
    """Serves the site of a folder, and the reports in another; returns when it is stopped.

    Raises:
        BadInputError: the address cannot be used.
    """
    from jixiao.site.app import create_app  # noqa: PLC0415
    from jixiao.site.listening import server_of  # noqa: PLC0415

    listening = listen(host, port)
    site = create_app(folder, service, out, beside)
    site.state.engine.warm()
    say(text("serve.at", url=f"http://{host}:{port}/"))
    if service and service.token:
        say(text("serve.scratch", url=f"http://{host}:{port}/scratch/sparql", token=service.token))
    if service and service.upload:
        say(text("serve.upload", url=f"http://{host}:{port}/upload", token=service.upload))
    with suppress(KeyboardInterrupt):
        server_of(site).run(sockets=[listening])
    say(text("serve.stopped"))


def listen(host: str, port: int) -> socket.socket:
    """A socket that waits at an address; taken before the site says where it is."""
    from jixiao.refusals import reason  # noqa: PLC0415 - loads the rooms

    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family)
    except OSError as error:
        raise BadInputError(text("error.port_taken", host=host, port=port, cause=reason(error))) from error


@app.command(cls=Command, help=text("help.demo"))
def demo(
    folder: Annotated[Path, typer.Option("--folder", metavar="DIR", help=text("help.demo_folder"))] = Path("demo"),
    seed: Annotated[int, typer.Option("--seed", metavar="NUMBER", help=text("help.demo_seed"))] = 1,
    host: Host = LOCALHOST,
    port: Port = PORT,
    *,
    show: Annotated[bool, typer.Option("--serve/--no-serve", help=text("help.serve_switch"))] = True,
) -> None:
    """The whole way on sample files: write them, read them, judge them, report, show."""
    from jixiao import samples  # noqa: PLC0415
    from jixiao.report import write_form  # noqa: PLC0415
    from jixiao.report.making import report  # noqa: PLC0415

    written = samples.write(folder / "samples", seed=seed)
    written += samples.write(folder / "samples", seed=seed, count=8, kinds=("pdf", "xlsx", "docx", "html"))
    say(text("demo.samples", count=len(written), folder=folder / "samples"))
    take_in(written, folder / "kg")
    graph = knowledge_graph(folder / "kg")
    told = report(graph, graph.live(), site=f"http://{host}:{port}", language=language())
    say(text("report.written", path=write_form(told, folder / "report.html", "html")))
    say(text("demo.next", kg=folder / "kg"))
    if show:
        run_site(folder / "kg", host, port)
