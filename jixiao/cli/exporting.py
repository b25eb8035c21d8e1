"""The command export: a snapshot in the forms that others expect."""

from __future__ import annotations

import sys
from pathlib import Path  # noqa: TC003 - typer reads the annotations
from typing import TYPE_CHECKING, Annotated

import typer

from jixiao.cli.app import Command, app
from jixiao.cli.checking import say_failed
from jixiao.cli.options import HERE, Kg, Output, knowledge_graph, say
from jixiao.errors import BadInputError
from jixiao.exports import BINARY, FITTING, Form, What
from jixiao.messages import text

if TYPE_CHECKING:
    from graph.snapshot import Snapshot


@app.command(cls=Command, help=text("help.export"))
def export(
    what: Annotated[What, typer.Option("--what", help=text("help.export_what"))] = What.everything,
    form: Annotated[Form | None, typer.Option("--format", help=text("help.export_format"))] = None,
    output: Output = None,
    everything: Annotated[Path | None, typer.Option("--all", metavar="DIR", help=text("help.export_all"))] = None,
    kg: Kg = HERE,
) -> None:
    """Writes the live snapshot, or a part of it, in a form that others expect; or everything in every form."""
    if everything is not None:
        if form is not None or output is not None or what != What.everything:
            raise BadInputError(text("export.all_alone"))
        snapshot = knowledge_graph(kg).live()
        say_failed(snapshot)
        write_everything(snapshot, everything)
        return
    fitting = form or FITTING[what][0]
    if fitting not in FITTING[what]:
        raise BadInputError("\n".join([text("export.unfit", what=what, form=fitting), *pairs()]))
    if output is None and (fitting == Form.csvw or (fitting in BINARY and sys.stdout.isatty())):
        raise BadInputError(text("export.needs_file", form=fitting))
    snapshot = knowledge_graph(kg).live()
    say_failed(snapshot)
    put(snapshot, what, fitting, output)


def pairs() -> list[str]:
    """What there is in which forms, a line each."""
    return [text("export.pair", what=what, forms=" ".join(forms)) for what, forms in FITTING.items()]


def put(snapshot: Snapshot, what: What, form: Form, output: Path | None) -> None:
    """Writes one thing to a file and says where, or to standard output."""
    from jixiao.exports.writing import write, write_file  # noqa: PLC0415 - loads every form's library

    if output is None:
        write(snapshot, what, form, sys.stdout.buffer)
        return
    for path in write_file(snapshot, what, form, output):
        say(text("export.written", path=path))


def write_everything(snapshot: Snapshot, folder: Path) -> None:
    """Writes everything in every form to a folder and names each file as it is done."""
    from jixiao.exports.writing import write_folder  # noqa: PLC0415

    for path in write_folder(snapshot, folder):
        say(text("export.written", path=path))
