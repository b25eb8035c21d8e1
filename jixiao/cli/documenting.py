"""The command that writes the documentation of the vocabulary: vocabulary."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from jixiao.cli.app import Command, app
from jixiao.cli.options import KG_VARIABLE, knowledge_graph, say
from jixiao.messages import text


@app.command(cls=Command, help=text("help.vocabulary"))
def vocabulary(
    output: Annotated[Path, typer.Option("--output", "-o", metavar="DIR", help=text("help.vocabulary_output"))] = Path(
        "vocabulary"
    ),
    kg: Annotated[
        Path | None, typer.Option("--kg", metavar="DIR", envvar=KG_VARIABLE, help=text("help.vocabulary_kg"))
    ] = None,
) -> None:
    """Writes the documentation of the vocabulary as files."""
    from jixiao.vocabulary.book import Book  # noqa: PLC0415 - loads the ontology and the templates
    from jixiao.vocabulary.writing import write  # noqa: PLC0415

    pages = write(Book(knowledge_graph(kg).live() if kg else None), output)
    say(text("vocabulary.written", count=pages, path=output / "index.html"))
