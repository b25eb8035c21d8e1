"""What the vocabulary says of its own terms, as far as data needs it."""

from __future__ import annotations

from collections import defaultdict
from functools import cache
from typing import TYPE_CHECKING

from pyoxigraph import NamedNode, RdfFormat, parse

from ontology import path
from ontology.terms import JX, RDFS, triples

if TYPE_CHECKING:
    from collections.abc import Mapping

_KIND_OF = frozenset({f"{RDFS}subClassOf", f"{RDFS}subPropertyOf"})


@cache
def borrowed_kinds() -> Mapping[str, tuple[str, ...]]:
    """The classes and properties of other vocabularies that each term of ours is a kind of.

    Data says these beside ours, so that a tool that knows only the other vocabulary and does not reason understands it.
    """
    kinds: defaultdict[str, list[str]] = defaultdict(list)
    for triple in parse(path("jixiao.ttl").read_bytes(), RdfFormat.TURTLE):
        term, kind = triple.subject, triple.object
        named = isinstance(term, NamedNode) and isinstance(kind, NamedNode)
        if named and triple.predicate.value in _KIND_OF and not kind.value.startswith(JX):
            kinds[term.value].append(kind.value)
    return {term: tuple(sorted(names)) for term, names in kinds.items()}


@cache
def _links() -> Mapping[tuple[str, str], str]:
    """The first thing that each code is related to by each property."""
    found: dict[tuple[str, str], str] = {}
    for triple in triples():
        if isinstance(triple.subject, NamedNode) and isinstance(triple.object, NamedNode):
            found.setdefault((triple.subject.value, triple.predicate.value), triple.object.value)
    return found


def linked(code: str, name: str) -> str | None:
    """What the code lists relate a code to by a property, the first where there are several."""
    return _links().get((code, name))
