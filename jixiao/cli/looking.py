"""The command that looks closely: inspect."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from jixiao.cli.app import Command, app
from jixiao.messages import text


@app.command(cls=Command, help=text("help.inspect"))
def inspect(
    path: Annotated[Path, typer.Argument(metavar="FILE", help=text("help.inspect_file"))],
    page: Annotated[int, typer.Option("--page", "-p", metavar="NUMBER", help=text("help.inspect_page"))] = 1,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="FILE", help=text("help.inspect_output"))
    ] = None,
) -> None:
    """Writes a picture of how a page was read, and prints where it is."""
    from jixiao.inspect import write_picture  # noqa: PLC0415 - loads the readers and the templates

    typer.echo(write_picture(path, page, output or Path(f"{path.name}.p{page}.html")))
