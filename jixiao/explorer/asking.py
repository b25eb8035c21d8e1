"""Patterns asked of a snapshot about many things at once."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

from pyoxigraph import NamedNode, QuerySolutions

from jixiao.explorer.kinds import PROLOGUE
from jixiao.tables import plain
from jixiao.view import value_of
from ontology.terms import PREFIXES, RDF

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from graph.snapshot import Snapshot

CHUNK = 400
"""How many things one query is asked about."""


class Asking:
    """Asks a snapshot, in one language."""

    def __init__(self, snapshot: Snapshot, language: str) -> None:
        self.snapshot = snapshot
        self.language = language

    @cached_property
    def labels(self) -> dict[str, str]:
        """What classes and properties are called."""
        pattern = f'?of rdfs:label ?text FILTER(LANG(?text) = "{self.language}")'
        return {row["of"]: str(row["text"]) for row in self.rows(pattern, "of text")}

    def of_class(self, name: str) -> set[str]:
        """Everything of a class."""
        quads: Any = self.snapshot.store.quads_for_pattern(None, NamedNode(f"{RDF}type"), NamedNode(full(name)))
        return {quad.subject.value for quad in quads}

    def named(self, name: str) -> dict[str, str]:
        """Everything that has a text by a property, with the text in the reader's language where there are several."""
        quads: Any = self.snapshot.store.quads_for_pattern(None, NamedNode(full(name)), None)
        spoken = {None, self.language}
        return {quad.subject.value: quad.object.value for quad in quads if quad.object.language in spoken}

    def texts(self, path: str | None, things: Sequence[str]) -> dict[str, str]:
        """The first text that a path leads to, in the reader's language where there are several."""
        filtered = f'{{}} FILTER(LANG(?value) IN ("", "{self.language}"))'
        return {iri: plain(value) for iri, value in self.firsts(path, things, filtered).items()}

    def firsts(self, path: str | None, things: Sequence[str], pattern: str = "{}") -> dict[str, Any]:
        """The first thing or value that a path leads to from each."""
        found: dict[str, Any] = {}
        for row in self.rows(pattern.format(f"?of {path} ?value"), "of value", things) if path else ():
            found.setdefault(row["of"], row["value"])
        return found

    def rows(
        self, pattern: str, columns: str, things: Sequence[str] | None = None, name: str = "of", most: int | None = None
    ) -> Iterator[dict[str, Any]]:
        """The rows of a pattern, each once, sorted by its columns.

        Args:
            pattern: what is asked, in the prefixes of the ontology.
            columns: its variables, separated by spaces.
            things: what it is asked about; everything where none are named.
            name: the variable that stands for them.
            most: so many rows at most of each query.
        """
        names = " ".join(f"?{column}" for column in columns.split())
        last = f" LIMIT {most}" if most else ""
        for values in [""] if things is None else _values(things, name):
            query = f"{PROLOGUE}SELECT DISTINCT {names} WHERE {{ {values} {pattern} }} ORDER BY {names}{last}"
            answer = self.snapshot.query(query)
            assert isinstance(answer, QuerySolutions)
            yield from ({column: value_of(row[column]) for column in columns.split()} for row in answer)


def _values(things: Sequence[str], name: str) -> Iterator[str]:
    """The things in the words of SPARQL, some at a time."""
    for at in range(0, len(things), CHUNK):
        yield f"VALUES ?{name} {{ {' '.join(str(NamedNode(iri)) for iri in things[at : at + CHUNK])} }}"


def full(name: str) -> str:
    """The address that a prefixed name stands for."""
    prefix, _, local = name.partition(":")
    return f"{dict(PREFIXES)[prefix]}{local}"
