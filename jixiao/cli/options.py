"""The options that several commands share, and where output goes."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TextIO

import typer

from jixiao.messages import text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from graph.folder import KnowledgeGraph

KG_VARIABLE = "JIXIAO_KG"
HERE = Path("kg")
LOCALHOST, PORT = "127.0.0.1", 8000
SITE = f"http://{LOCALHOST}:{PORT}"
"""Where the site is that numbers of reports lead to, unless somebody says otherwise."""

Kg = Annotated[Path, typer.Option("--kg", metavar="DIR", envvar=KG_VARIABLE, help=text("help.kg"))]
Output = Annotated[Path | None, typer.Option("--output", "-o", metavar="FILE", help=text("help.output"))]
Paths = Annotated[list[Path], typer.Argument(metavar="PATH...", help=text("help.paths"))]


class Rows(StrEnum):
    """The forms in which rows can be had."""

    table = "table"
    csv = "csv"
    json = "json"
    jsonl = "jsonl"
    xlsx = "xlsx"


def say(line: str) -> None:
    """A message to the user; standard output is for what was asked for."""
    typer.echo(line, err=True)


def knowledge_graph(folder: Path) -> KnowledgeGraph:
    """The knowledge graph in a folder, which need not exist yet."""
    from graph.folder import KnowledgeGraph  # noqa: PLC0415 - loads the store

    return KnowledgeGraph(folder)


@contextmanager
def destination(path: Path | None, *, spreadsheet: bool = False) -> Iterator[TextIO]:
    """Where text output goes: the named file, else standard output.

    A file for a spreadsheet starts with the mark by which Excel knows UTF-8; standard output never does.
    """
    if path is None:
        yield sys.stdout
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8-sig" if spreadsheet else "utf-8", newline="\n") as stream:
        yield stream
    say(text("export.written", path=path))


@contextmanager
def progress(label: str, total: int) -> Iterator[Callable[[str], None]]:
    """Gives a function that says one line and counts one step: under a bar on a terminal, plainly elsewhere."""
    if not sys.stderr.isatty():
        yield say
        return
    from rich.console import Console  # noqa: PLC0415 - only on a terminal
    from rich.progress import Progress  # noqa: PLC0415

    with Progress(console=Console(stderr=True, highlight=False), transient=True) as bar:
        task = bar.add_task(label, total=total)

        def step(line: str) -> None:
            bar.console.print(line, markup=False)
            bar.advance(task)

        yield step
