"""Whether a graph is well formed, judged by the SHACL shapes of the ontology.

Shapes say what a well-formed record is; rules (another room) say what a good target is. Nothing is in both.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from pyoxigraph import DefaultGraph, NamedNode, Quad, RdfFormat, Store
from pyoxigraph import Literal as Text

from graph.errors import ConstraintFileError, InvalidRdfError, UnknownFormatError
from graph.interop import as_graph, collector_at_rest, is_address
from graph.store import vocabulary_quads
from ontology import path as ontology_path
from ontology import turtle
from ontology.errors import MalformedFileError
from ontology.terms import CODES_GRAPH, JX, OA, RDF, RDFS, SH, SKOS

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
    from importlib.resources.abc import Traversable

    from rdflib import Graph
    from rdflib.term import Node

    Begin = Callable[[str, int, int], None]
    """Is told of each graph before it is judged: its name, its number and how many there are."""

Severity = Literal["violation", "warning", "info"]
"""Broken; odd, but possible; worth knowing."""

ID = "/id/"
"""What addresses of things have in them, and those of codes and terms have not."""
SHAPES = "https://w3id.org/jixiao/shapes#"
_A = f"{RDF}type"
_TARGETS = frozenset({f"{SH}targetClass", f"{SH}targetObjectsOf", f"{SH}targetSubjectsOf"})
_ASKED = (NamedNode(_A), NamedNode(f"{SKOS}inScheme"), NamedNode(f"{SKOS}notation"))
"""What shapes ask of things that stand in other graphs."""
_SUBCLASS = NamedNode(f"{RDFS}subClassOf")
_FORMATS = {
    ".ttl": RdfFormat.TURTLE,
    ".nt": RdfFormat.N_TRIPLES,
    ".nq": RdfFormat.N_QUADS,
    ".trig": RdfFormat.TRIG,
    ".jsonld": RdfFormat.JSON_LD,
    ".json": RdfFormat.JSON_LD,
}


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """Where the thing that is not well formed stands in its source."""

    source: str
    page: int
    """1-based; 0 where it is not said, as of ``line``."""
    line: int
    field: str
    quote: str


@dataclass(frozen=True, slots=True)
class Violation:
    """One thing that is not well formed."""

    graph: str
    """The named graph (a document's address); empty for the default graph."""
    focus: str
    shape: str
    """The shape's name without its namespace, or the integrity constraint's."""
    value: str | None
    messages: tuple[tuple[str, str], ...]
    """What is asked, as pairs of language and text."""
    severity: Severity = "violation"
    places: tuple[Place, ...] = ()

    def message(self, language: str = "zh") -> str:
        """What is asked, in a language."""
        return dict(self.messages).get(language, self.shape)


@dataclass(frozen=True, slots=True)
class ShapeFile:
    """One file of shapes: what it judges, and its triples."""

    name: str
    targets: frozenset[str]
    """The classes and properties whose things it judges."""
    quads: tuple[Quad, ...]

    @property
    def constraints(self) -> int:
        """How many things it asks."""
        return len({str(quad.subject) for quad in self.quads if quad.predicate.value == f"{SH}message"})


@cache
def shape_files() -> Mapping[str, ShapeFile]:
    """The files of shapes by name.

    Raises:
        ConstraintFileError: One of them is not Turtle; the error names the line.
    """
    return {file.name: _shape_file(file) for file in shape_sources()}


def shape_sources() -> list[Traversable]:
    """The files of shapes as they are kept, always in the same order."""
    files = sorted(ontology_path("shapes").iterdir(), key=lambda file: file.name)
    return [file for file in files if file.name.endswith(".ttl")]


def _shape_file(file: Traversable) -> ShapeFile:
    try:
        quads = turtle.read(file)
    except MalformedFileError as error:
        raise ConstraintFileError(Path(error.path), error.cause, error.line) from error
    targets = (quad.object for quad in quads if quad.predicate.value in _TARGETS)
    named = frozenset(target.value for target in targets if isinstance(target, NamedNode))
    return ShapeFile(file.name, named, tuple(quads))


def read_file(path: Path) -> Store:
    """The store of a Turtle, N-Triples, N-Quads, TriG or JSON-LD file, told by its extension.

    Raises:
        UnknownFormatError: The extension is none of these.
        InvalidRdfError: The file is not what its extension says; the error names the line.
        OSError: The file cannot be read.
    """
    form = _FORMATS.get(path.suffix.lower())
    if form is None:
        raise UnknownFormatError(path, tuple(_FORMATS))
    store = Store()
    try:
        store.load(path.read_bytes(), form, base_iri=path.absolute().as_uri())
    except SyntaxError as error:
        raise InvalidRdfError(path, error.msg, error.lineno) from error
    return store


def validate(store: Store, begin: Begin | None = None, passed: Collection[str] = ()) -> list[Violation]:
    """What is not well formed in a store, graph by graph, in a stable order.

    Args:
        store: What is judged.
        begin: Is told of each graph before it is judged.
        passed: The names of graphs that were judged before as they are, and are not judged again; nor is what other
            graphs say of their things alone.

    Raises:
        ConstraintFileError: A file of shapes is not Turtle; the error names the line.
    """
    others = with_codes(store)
    names = [name for name in graph_names(store) if name not in passed]
    found: list[Violation] = []
    for number, name in enumerate(names, 1):
        if begin:
            begin(name, number, len(names))
        found += located(_validate_graph(store, name, others, passed), store)
    return found


def graph_names(store: Store) -> list[str]:
    """The named graphs in order, and the empty name for the default graph where that says anything."""
    named = sorted(graph.value for graph in store.named_graphs() if isinstance(graph, NamedNode))
    default = next(store.quads_for_pattern(None, None, None, DefaultGraph()), None)
    return named if default is None else ["", *named]


def _validate_graph(store: Store, name: str, others: Sequence[Store], passed: Collection[str]) -> list[Violation]:
    graph = NamedNode(name) if name else DefaultGraph()
    quads: Iterable[Quad] = store.quads_for_pattern(None, None, None, graph)
    with collector_at_rest():
        found = judge(_without(quads, passed) if passed else quads, shape_files().values(), others)
    return [replace(each, graph=name) for each in found]


def _without(quads: Iterable[Quad], passed: Collection[str]) -> list[Quad]:
    """What is said, but for things that have to do with things of graphs that passed, and with those alone."""
    of: dict[str, list[Quad]] = {}
    for quad in quads:
        of.setdefault(str(quad.subject), []).append(quad)
    return [quad for told in of.values() if not _is_about(told, passed) for quad in told]


def _is_about(told: Iterable[Quad], graphs: Collection[str]) -> bool:
    """Whether what is said of one thing has to do with things of these graphs, and with no other things."""
    things = {quad.object.value for quad in told if isinstance(quad.object, NamedNode)}
    homes = [_home(thing, graphs) for thing in things if ID in thing]
    return any(homes) and all(homes)


def _home(thing: str, graphs: Collection[str]) -> bool:
    """Whether a thing is one of these graphs': its address begins like theirs."""
    parts = thing.split("/")
    return any("/".join(parts[:length]) in graphs for length in range(len(parts), 0, -1))


def with_codes(store: Store) -> list[Store]:
    """Where what a graph refers to is said: the store, and the code lists of today where it has none."""
    if next(store.quads_for_pattern(None, None, None, NamedNode(CODES_GRAPH)), None) is not None:
        return [store]
    return [store, _codes()]


@cache
def _codes() -> Store:
    codes = Store()
    codes.bulk_extend(vocabulary_quads())
    return codes


def judge(quads: Iterable[Quad], shapes: Iterable[ShapeFile], others: Sequence[Store] = ()) -> list[Violation]:
    """What shapes object to in the things that some triples describe, in a stable order.

    Args:
        quads: What is judged.
        shapes: By what it is judged.
        others: Where what it refers to is said; that is not judged.
    """
    import pyshacl  # noqa: PLC0415 - the command line starts without it

    data = as_graph(quads)
    described = {*data.subjects(unique=True)}
    foreign = {each for each in data.objects(unique=True) if is_address(each)} - described
    present = {str(each) for each in chain(data.predicates(unique=True), data.objects(None, _term(_A), unique=True))}
    as_graph(_referred_to(map(str, foreign), others), data)
    applicable = _applicable(shapes, _with_superclasses(present, data))
    if not applicable:
        return []
    _, report, _ = pyshacl.validate(data, shacl_graph=as_graph(applicable), inplace=True)
    found = {
        _violation(result, report)
        for result in report.objects(None, _term(f"{SH}result"))
        if report.value(result, _term(f"{SH}focusNode")) in described
    }
    return sorted(found, key=lambda each: (each.focus, each.shape, each.value or ""))


def _referred_to(things: Iterable[str], others: Iterable[Store]) -> Iterator[Quad]:
    """Which class is which other's, and what shapes ask of the things that a graph refers to but does not describe."""
    nodes = [NamedNode(each) for each in things]
    for store in others:
        yield from store.quads_for_pattern(None, _SUBCLASS, None)
        for thing in nodes:
            for name in _ASKED:
                yield from store.quads_for_pattern(thing, name, None)


def _with_superclasses(present: set[str], data: Graph) -> set[str]:
    """The classes and properties that a graph uses, with the classes above them."""
    subclass = _term(_SUBCLASS.value)
    return present.union(*(map(str, data.transitive_objects(_term(each), subclass)) for each in present))


def _applicable(shapes: Iterable[ShapeFile], present: set[str]) -> list[Quad]:
    """The triples of those shapes that judge something here: most graphs have things of few classes."""
    return [quad for file in shapes if file.targets & present for quad in file.quads]


def _term(address: str) -> Node:
    from rdflib import URIRef  # noqa: PLC0415

    return URIRef(address)


def _violation(result: Node, report: Graph) -> Violation:
    """One result of a validation report (https://www.w3.org/TR/shacl/#results-validation-result)."""
    value = report.value(result, _term(f"{SH}value"))
    messages = report.objects(result, _term(f"{SH}resultMessage"))
    severity = str(report.value(result, _term(f"{SH}resultSeverity"))).removeprefix(SH).lower()
    return Violation(
        graph="",
        focus=str(report.value(result, _term(f"{SH}focusNode"))),
        shape=str(report.value(result, _term(f"{SH}sourceShape"))).removeprefix(SHAPES),
        value=None if value is None else str(value),
        messages=tuple(sorted((str(getattr(each, "language", None)), str(each)) for each in messages)),
        severity=severity,  # type: ignore[arg-type]
    )


def located(violations: Iterable[Violation], store: Store) -> list[Violation]:
    """The violations with the places of their things, or of what those are part of."""
    return [replace(each, places=tuple(_places(each.focus, store))) for each in violations]


def _places(focus: str, store: Store) -> Iterator[Place]:
    """Where the nearest thing stands that has places: the thing itself, what it is part of, what that is part of."""
    level: Collection[str] = {focus}
    seen: set[str] = set()
    for _ in range(3):
        for thing in sorted(level):
            if found := sorted(_place(place, store) for place in _own_places(thing, store)):
                yield from found
                return
        seen |= set(level)
        level = {owner for thing in level for owner in _owners(thing, store)} - seen


def _own_places(thing: str, store: Store) -> list[str]:
    """The places of a thing; a place is its own."""
    return [thing] if _values(store, thing, f"{OA}hasSelector") else _values(store, thing, f"{JX}place")


def _owners(thing: str, store: Store) -> set[str]:
    """What says something of the thing."""
    if (node := _node(thing)) is None:
        return set()
    quads = store.quads_for_pattern(None, None, node)
    return {quad.subject.value for quad in quads if isinstance(quad.subject, NamedNode)}


def _place(address: str, store: Store) -> Place:
    def first(of: str, name: str) -> str:
        return next(iter(_values(store, of, name)), "")

    return Place(
        source=first(first(address, f"{OA}hasSource"), f"{JX}sourceFile"),
        page=int(first(address, f"{JX}page") or 0),
        line=int(first(address, f"{JX}line") or 0),
        field=first(address, f"{JX}field"),
        quote=first(first(address, f"{OA}hasSelector"), f"{OA}exact"),
    )


def _values(store: Store, address: str, name: str) -> list[str]:
    """What a thing says by a property; only things with an address are asked."""
    if (node := _node(address)) is None:
        return []
    found = store.quads_for_pattern(node, NamedNode(name), None)
    return [quad.object.value for quad in found if isinstance(quad.object, NamedNode | Text)]


def _node(address: str) -> NamedNode | None:
    try:
        return NamedNode(address)
    except ValueError:  # a value, or a thing without an address
        return None
