"""Oxigraph stores: filled once, then only read; every query sees the union of the named graphs."""

from __future__ import annotations

import heapq
import tempfile
from contextlib import ExitStack
from itertools import chain, islice
from typing import TYPE_CHECKING

from pyoxigraph import NamedNode, Quad, RdfFormat, Store

from ontology.terms import CODES_GRAPH, JX, RDF
from ontology.terms import triples as vocabulary

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from typing import BinaryIO

    from pyoxigraph import QueryBoolean, QuerySolutions, QueryTriples, Triple

RUN = 200_000
"""So many lines are sorted at once: some 60 MB."""


def vocabulary_quads(concepts: Iterable[Triple] = ()) -> Iterator[Quad]:
    """The vocabulary, its code lists and further ones in the named graph that queries read labels from."""
    graph = NamedNode(CODES_GRAPH)
    for triple in chain((quad.triple for quad in vocabulary()), concepts):
        yield Quad(triple.subject, triple.predicate, triple.object, graph)


def fill(store: Store, quads: Iterable[Quad], concepts: Iterable[Triple] = ()) -> None:
    """Load the vocabulary, its code lists and further ones, and what documents say into a new store."""
    store.bulk_extend(vocabulary_quads(concepts))
    store.bulk_extend(quads)


def derive(store: Store, derivation: Callable[[Store], Iterable[Quad]]) -> None:
    """Add what follows from a filled store; the derivation sees the store as it was before."""
    store.bulk_extend(list(derivation(store)))


def query(store: Store, sparql: str) -> QuerySolutions | QueryBoolean | QueryTriples:
    """The answer to a SPARQL query over the union of all named graphs.

    Raises:
        SyntaxError: The text is not SPARQL.
    """
    return store.query(sparql, use_default_graph_as_union=True)


def dump(store: Store) -> bytes:
    """Everything in the store as sorted N-Quads: the same content gives the same bytes."""
    return b"".join(lines(store))


def lines(store: Store) -> Iterator[bytes]:
    """What :func:`dump` gives, line by line: whoever only passes it on needs no room for all of it."""
    with ExitStack() as files:
        whole = files.enter_context(tempfile.TemporaryFile())
        store.dump(whole, RdfFormat.N_QUADS)
        whole.seek(0)
        yield from heapq.merge(*_sorted_runs(whole, files))


def _sorted_runs(file: BinaryIO, files: ExitStack) -> Iterator[Iterable[bytes]]:
    """The lines of a file in sorted runs of at most ``RUN``, all but the last one in files of their own."""
    while run := sorted(islice(file, RUN)):
        if len(run) < RUN:
            yield run
            return
        kept = files.enter_context(tempfile.TemporaryFile())  # noqa: SIM115 - the stack closes it
        kept.writelines(run)
        kept.seek(0)
        yield kept


def count(store: Store, class_name: str) -> int:
    """How many things of one of our classes there are."""
    of_class = store.quads_for_pattern(None, NamedNode(f"{RDF}type"), NamedNode(f"{JX}{class_name}"))
    return len({quad.subject for quad in of_class})
