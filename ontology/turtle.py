"""The Turtle files of the ontology and what they say."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyoxigraph import RdfFormat, parse

from ontology import path
from ontology.errors import MalformedFileError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from importlib.resources.abc import Traversable

    from pyoxigraph import Quad


def data_files() -> list[Traversable]:
    """The Turtle files of the vocabulary and its code lists, always in the same order."""
    return [file for folder in (path(), path("codes")) for file in _turtle(folder)]


def triples() -> Iterator[Quad]:
    """Everything that the vocabulary and its code lists say.

    Raises:
        MalformedFileError: One of the files is not Turtle.
    """
    for file in data_files():
        yield from read(file)


def read(file: Traversable) -> list[Quad]:
    """What a Turtle file says, in its order.

    Raises:
        MalformedFileError: It is not Turtle; the error names the line.
    """
    try:
        return [*parse(file.read_bytes(), RdfFormat.TURTLE)]
    except SyntaxError as error:
        raise MalformedFileError(str(file), f"不是正确的 Turtle（{error.msg}）", error.lineno) from error


def _turtle(folder: Traversable) -> list[Traversable]:
    return sorted((file for file in folder.iterdir() if file.name.endswith(".ttl")), key=lambda file: file.name)
