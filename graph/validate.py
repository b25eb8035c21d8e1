"""Whether the graph is well formed, judged by the SHACL shapes of the ontology.

Shapes say what a well-formed record is; rules (another room) say what a good target is. Nothing is in both.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from pyoxigraph import DefaultGraph, Literal, NamedNode, RdfFormat, Store

from graph.errors import InvalidTurtleError
from ontology import path as ontology_path
from ontology.terms import CODES_GRAPH, JX, OA, ORGANISATIONS_GRAPH, SH, data_files

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from rdflib import Graph, URIRef
    from rdflib.term import Node

SHAPES = "https://w3id.org/jixiao/shapes#"
_OF_CODES = "code.ttl"
"""The shapes of code lists judge the code lists alone; every other graph is judged by the rest."""


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """Where the thing that is not well formed stands in its source."""

    source: str
    line: int
    """1-based; 0 where it is not said."""
    field: str
    quote: str


@dataclass(frozen=True, slots=True)
class Violation:
    """One thing that is not well formed."""

    graph: str
    """The named graph (a document's address), or the file."""
    focus: str
    shape: str
    """The shape's name, without its namespace."""
    value: str | None
    messages: tuple[tuple[str, str], ...]
    """What is asked, as pairs of language and text."""
    places: tuple[Place, ...] = ()

    def message(self, language: str = "zh") -> str:
        """What is asked, in a language."""
        return dict(self.messages).get(language, self.shape)


def validate(store: Store) -> list[Violation]:
    """What is not well formed in a snapshot's store, graph by graph, in a stable order."""
    found: list[Violation] = []
    organisations = store.dump(format=RdfFormat.N_TRIPLES, from_graph=NamedNode(ORGANISATIONS_GRAPH)) or b""
    names = {graph.value for graph in store.named_graphs() if isinstance(graph, NamedNode)} - {ORGANISATIONS_GRAPH}
    for name in sorted(names):
        content = (store.dump(format=RdfFormat.N_TRIPLES, from_graph=NamedNode(name)) or b"") + organisations
        found += _located(judge(content, name, _shapes_for(name)), store)
    return found


def validate_file(path: Path) -> list[Violation]:
    """What is not well formed in a Turtle file.

    Raises:
        InvalidTurtleError: The file is no Turtle; the error names the line.
        OSError: The file cannot be read.
    """
    store = Store()
    try:
        store.load(path.read_bytes(), RdfFormat.TURTLE, base_iri=path.absolute().as_uri())
    except SyntaxError as error:
        raise InvalidTurtleError(path, error.msg, error.lineno) from error
    content = store.dump(format=RdfFormat.N_TRIPLES, from_graph=DefaultGraph()) or b""
    return _located(judge(content, path.name, _shapes_for(path.name)), store)


def shape_files() -> tuple[str, ...]:
    """The names of the files of shapes."""
    return tuple(sorted(file.name for file in ontology_path("shapes").iterdir() if file.name.endswith(".ttl")))


def _shapes_for(graph: str) -> tuple[str, ...]:
    """The shapes that judge a graph."""
    return tuple(name for name in shape_files() if (name == _OF_CODES) == (graph == CODES_GRAPH))


def judge(n_triples: bytes, graph: str, shapes: tuple[str, ...]) -> list[Violation]:
    """What some shapes object to in some triples, which may use the codes of the ontology; in a stable order."""
    import pyshacl  # noqa: PLC0415 - the command line starts without it

    data = _codes()
    data.parse(data=n_triples, format="nt")
    _, report, _ = pyshacl.validate(data, shacl_graph=_shapes(shapes))
    found = {_violation(result, report, graph) for result in report.objects(None, _term(f"{SH}result"))}
    return sorted(found, key=lambda each: (each.focus, each.shape, each.value or ""))


def _codes() -> Graph:
    """A new graph with the vocabulary and the code lists."""
    from rdflib import Graph  # noqa: PLC0415

    graph = Graph()
    for file in data_files():
        graph.parse(data=file.read_bytes(), format="turtle")
    return graph


def _shapes(names: tuple[str, ...]) -> Graph:
    from rdflib import Graph  # noqa: PLC0415

    graph = Graph()
    for name in names:
        graph.parse(data=ontology_path("shapes", name).read_bytes(), format="turtle")
    return graph


def _term(address: str) -> URIRef:
    from rdflib import URIRef  # noqa: PLC0415

    return URIRef(address)


def _violation(result: Node, report: Graph, graph: str) -> Violation:
    """One result of a validation report (https://www.w3.org/TR/shacl/#results-validation-result)."""
    value = report.value(result, _term(f"{SH}value"))
    messages = report.objects(result, _term(f"{SH}resultMessage"))
    return Violation(
        graph=graph,
        focus=str(report.value(result, _term(f"{SH}focusNode"))),
        shape=str(report.value(result, _term(f"{SH}sourceShape"))).removeprefix(SHAPES),
        value=None if value is None else str(value),
        messages=tuple(sorted((str(getattr(each, "language", None)), str(each)) for each in messages)),
    )


def _located(violations: list[Violation], store: Store) -> list[Violation]:
    """The violations with the places of their things, or of what those are part of."""
    return [replace(each, places=tuple(_places(each.focus, store))) for each in violations]


def _places(focus: str, store: Store) -> Iterator[Place]:
    """Where the nearest thing stands that has places: the thing itself, or what it is part of."""
    try:
        node = NamedNode(focus)
    except ValueError:  # a value that is no address stands nowhere
        return
    owners = {
        quad.subject.value for quad in store.quads_for_pattern(None, None, node) if isinstance(quad.subject, NamedNode)
    }
    for thing in (focus, *sorted(owners)):
        if places := _values(store, thing, f"{JX}place"):
            yield from sorted(_place(place, store) for place in places)
            return


def _place(address: str, store: Store) -> Place:
    def first(of: str, name: str) -> str:
        return next(iter(_values(store, of, name)), "")

    sources = _values(store, address, f"{OA}hasSource")
    return Place(
        source=first(sources[0], f"{JX}sourceFile") if sources else "",
        line=int(first(address, f"{JX}line") or 0),
        field=first(address, f"{JX}field"),
        quote=first(address, f"{OA}exact"),
    )


def _values(store: Store, address: str, name: str) -> list[str]:
    """What a thing says by a property; only things with an address are asked."""
    found = store.quads_for_pattern(NamedNode(address), NamedNode(name), None)
    return [quad.object.value for quad in found if isinstance(quad.object, NamedNode | Literal)]
