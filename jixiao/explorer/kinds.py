"""The kinds of things that people walk between, and what joins them, as ``kinds.yaml`` says."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import yaml

from ontology.terms import CODE, PREFIXES

if TYPE_CHECKING:
    from collections.abc import Mapping

PROLOGUE = "".join(f"PREFIX {prefix}: <{iri}>\n" for prefix, iri in dict(PREFIXES).items())
"""The prefixes that the paths of ``kinds.yaml`` use."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One kind of thing.

    Attributes:
        words: what it is called, by language.
        shape: what it is drawn as, in cytoscape's words; ``icon`` is the path that is drawn within, 16 by 16.
        type: its class; ``None`` for codes and for what is made up of other things.
        scheme: the code list that it is of.
        label: the path to what a thing is called; likewise ``detail``, ``home`` (its department) and ``judged``.
        opens: the kinds that are shown with it where a reader starts.
        facts: what is told of it: the path, and the field of the record that knows its place.
    """

    name: str
    words: Mapping[str, str]
    shape: str
    icon: str
    type: str | None = None
    scheme: str | None = None
    label: str | None = None
    detail: str | None = None
    home: str | None = None
    judged: str | None = None
    opens: tuple[str, ...] = ()
    facts: tuple[tuple[str, str | None], ...] = ()

    def being(self, variable: str) -> str:
        """The pattern that only things of this kind fit."""
        return f"?{variable} a {self.type} ." if self.type else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Edge:
    """What joins things of two kinds.

    Attributes:
        named: the property that the line is called after.
        where: the pattern that binds ``?from`` and ``?to``.
        shortcut: it says nothing that longer ways do not say.
    """

    source: str
    target: str
    named: str | None
    where: str
    shortcut: bool = False


@cache
def kinds() -> Mapping[str, Kind]:
    """Every kind by its name, in the order in which they are listed for readers."""
    return {name: _kind(name, dict(given)) for name, given in _given()["kinds"].items()}


def _kind(name: str, given: dict[str, Any]) -> Kind:
    words = {language: given.pop(language) for language in ("zh", "en")}
    facts = tuple((path, field) for path, field in given.pop("facts", ()))
    return Kind(name=name, words=words, facts=facts, opens=tuple(given.pop("opens")), **given)


@cache
def edges() -> tuple[Edge, ...]:
    """Every way to get from one kind to another, each pair once."""
    return tuple(
        Edge(
            source=given["from"],
            target=given["to"],
            named=given["is"],
            where=given.get("where") or f"?from {given.get('path') or given['is']} ?to",
            shortcut=given.get("shortcut", False),
        )
        for given in _given()["edges"]
    )


@cache
def around(kind: str) -> Mapping[str, Edge]:
    """The edges of a kind by the kind at their other end, in the order of :func:`kinds`."""
    found = {edge.target if edge.source == kind else edge.source: edge for edge in edges() if kind in _ends(edge)}
    return {name: found[name] for name in kinds() if name in found}


def _ends(edge: Edge) -> tuple[str, str]:
    return edge.source, edge.target


@cache
def _given() -> Any:
    return yaml.safe_load(files("jixiao.explorer").joinpath("kinds.yaml").read_text(encoding="utf-8"))


def kind_of_code(iri: str) -> str | None:
    """The kind that the codes of a code list are; ``None`` for others."""
    scheme = iri.removeprefix(CODE).partition("/")[0] if iri.startswith(CODE) else None
    return next((kind.name for kind in kinds().values() if scheme and kind.scheme == scheme), None)
