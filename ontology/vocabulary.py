"""What the vocabulary says of its own terms, as far as data needs it."""

from __future__ import annotations

from collections import defaultdict
from functools import cache
from typing import TYPE_CHECKING

from pyoxigraph import NamedNode, RdfFormat, parse

from ontology import path
from ontology.terms import JX, RDFS

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
        if triple.predicate.value in _KIND_OF and isinstance(term, NamedNode) and isinstance(kind, NamedNode):
            if not kind.value.startswith(JX):
                kinds[term.value].append(kind.value)
    return {term: tuple(sorted(names)) for term, names in kinds.items()}
