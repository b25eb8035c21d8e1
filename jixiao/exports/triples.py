"""The snapshot whole, in the forms of RDF: graph by graph, so that none but the current one is held."""

from __future__ import annotations

import heapq
import tempfile
from contextlib import ExitStack
from typing import IO, TYPE_CHECKING, BinaryIO

from pyoxigraph import NamedNode, RdfFormat, parse, serialize

from ontology.terms import PREFIXES

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from graph.snapshot import Snapshot

SORTED_AT_ONCE = 200_000
"""How many lines are sorted in memory; the rest waits on disk."""
_END = b" .\n"


def graphs(snapshot: Snapshot) -> list[NamedNode]:
    """The named graphs, ordered by their addresses."""
    named = [graph for graph in snapshot.store.named_graphs() if isinstance(graph, NamedNode)]
    return sorted(named, key=lambda graph: graph.value)


def lines(snapshot: Snapshot, graph: NamedNode) -> list[bytes]:
    """What one graph says as N-Triples."""
    said = snapshot.store.dump(format=RdfFormat.N_TRIPLES, from_graph=graph) or b""
    return said.splitlines(keepends=True)


def quads_of(snapshot: Snapshot, graph: NamedNode) -> list[bytes]:
    """What one graph says as N-Quads."""
    end = f" <{graph.value}>".encode() + _END
    return [line.removesuffix(_END) + end for line in lines(snapshot, graph)]


def write_nquads(snapshot: Snapshot, stream: BinaryIO) -> None:
    """Sorted N-Quads: the bytes whose SHA-256 the snapshot's manifest has as its content."""
    stream.writelines(quads(snapshot))


def quads(snapshot: Snapshot, at_once: int = SORTED_AT_ONCE) -> Iterator[bytes]:
    """The lines of N-Quads in order; runs of them are sorted on disk and merged."""
    with ExitStack() as open_files:
        runs: list[IO[bytes]] = []
        waiting: list[bytes] = []
        for graph in graphs(snapshot):
            waiting += quads_of(snapshot, graph)
            while len(waiting) > at_once:
                runs.append(_run(waiting[:at_once], open_files))
                del waiting[:at_once]
        yield from heapq.merge(*runs, sorted(waiting))


def _run(part: Sequence[bytes], open_files: ExitStack) -> IO[bytes]:
    run = open_files.enter_context(tempfile.TemporaryFile())  # noqa: SIM115 - closed with the others
    run.writelines(sorted(part))
    run.seek(0)
    return run


def write_turtle(snapshot: Snapshot, stream: BinaryIO) -> None:
    """The triples of all named graphs, those of one after those of the other, each sorted."""
    stream.write(header(PREFIXES))
    stream.writelines(turtle(lines(snapshot, graph), PREFIXES) for graph in graphs(snapshot))


def header(prefixes: Mapping[str, str]) -> bytes:
    """The prefixes as Turtle declares them, in the order of their names."""
    return "".join(f"@prefix {name}: <{prefixes[name]}> .\n" for name in sorted(prefixes)).encode()


def turtle(said: Sequence[bytes], prefixes: Mapping[str, str]) -> bytes:
    """Lines of N-Triples as sorted Turtle below the header; the library declares prefixes in no order of its own."""
    ordered = b"".join(sorted(said))
    told = serialize(parse(ordered, RdfFormat.N_TRIPLES), format=RdfFormat.TURTLE, prefixes=dict(prefixes)) or b""
    return b"".join(line for line in told.splitlines(keepends=True) if not line.startswith(b"@prefix "))
