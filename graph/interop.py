"""Triples of the store as a graph of rdflib, which pyshacl works on.

rdflib's own parsers make a new term for every mention; here each is made once, which takes a third of the time and half
of the memory.
"""

from __future__ import annotations

import gc
from contextlib import contextmanager
from typing import TYPE_CHECKING

from pyoxigraph import BlankNode, NamedNode, Triple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pyoxigraph import Literal, Quad
    from rdflib import Graph
    from rdflib.term import Node

    Term = NamedNode | BlankNode | Literal | Triple


def as_graph(quads: Iterable[Quad], into: Graph | None = None) -> Graph:
    """A graph, new or given, that says the same, whatever named graphs it was said in."""
    import rdflib  # noqa: PLC0415 - the command line starts without it

    made: dict[Term, Node] = {}

    def term(one: Term) -> Node:
        if (known := made.get(one)) is None:
            known = made[one] = new(one)
        return known

    def new(one: Term) -> Node:
        if isinstance(one, NamedNode):
            return rdflib.URIRef(one.value)
        if isinstance(one, BlankNode):
            return rdflib.BNode(one.value)
        if isinstance(one, Triple):  # rdflib has no triples within triples: something unnamed stands for one
            return rdflib.BNode()
        if one.language:
            return rdflib.Literal(one.value, lang=one.language)
        return rdflib.Literal(one.value, datatype=rdflib.URIRef(one.datatype.value))

    graph = rdflib.Graph() if into is None else into
    graph.addN((term(quad.subject), term(quad.predicate), term(quad.object), graph) for quad in quads)
    return graph


def is_address(node: Node) -> bool:
    """Whether a term of rdflib is an address."""
    import rdflib  # noqa: PLC0415

    return isinstance(node, rdflib.URIRef)


@contextmanager
def collector_at_rest() -> Iterator[None]:
    """While a large graph grows nothing in it is garbage, but the collector of cycles would look at all of it again."""
    was_at_work = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_at_work:
            gc.enable()
