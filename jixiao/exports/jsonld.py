"""The snapshot as JSON that reads like the records and means the graph (https://www.w3.org/TR/json-ld11/).

The short keys stand in ``ontology/context.jsonld``; a property without one has its prefixed name. What belongs to one
thing alone, an indicator to its form or a place to its field, stands inside it.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, BinaryIO

from pyoxigraph import Literal, NamedNode

from jixiao.exports.triples import graphs
from ontology import path
from ontology.terms import CODE, JX, OA, RDF, XSD

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from pyoxigraph import Quad, Triple

    from graph.snapshot import Snapshot

    Facts = dict[str, list[NamedNode | Literal]]

INSIDE = frozenset(
    {
        *(f"{JX}{name}" for name in ("indicator", "target", "goal", "planStep", "funding", "place", "leftover")),
        *(f"{JX}{name}" for name in ("unit", "tableColumn", "tableRow", "rowText", "grant", "statement")),
        f"{OA}hasSelector",
    }
)
"""The properties whose values belong to one thing alone."""
_INTEGER = re.compile(r"0|-?[1-9]\d{0,14}")
"""What every reader of JSON keeps exactly."""
CLOSING = b"]}\n"
"""How a file ends."""
_LOCAL = re.compile(r"[A-Za-z]\w*")


@dataclass(frozen=True, slots=True)
class Term:
    """What the context says of one key."""

    key: str
    type: str | None = None
    """The datatype of its values, or ``@id``."""
    by_language: bool = False
    many: bool = False
    """Its values are a list even where there is one."""
    rank: int = 10**6
    """Keys stand in the order of the context."""


@cache
def context() -> Mapping[str, Any]:
    """The context as it is published."""
    said: Mapping[str, Any] = json.loads(path("context.jsonld").read_text(encoding="utf-8"))["@context"]
    return said


@cache
def terms() -> Mapping[str, Term]:
    """The keys of the context by the property that each stands for."""
    found = {}
    for rank, (key, said) in enumerate(context().items()):
        about = said if isinstance(said, dict) else {"@id": said}
        if not key.startswith("@") and ":" in str(about["@id"]) and key not in prefixes():
            kind, container = about.get("@type"), about.get("@container")
            datatype = kind if kind in (None, "@id") else full(kind)
            found[full(about["@id"])] = Term(key, datatype, container == "@language", container == "@set", rank)
    return found


@cache
def prefixes() -> Mapping[str, str]:
    """The namespaces by the prefixes that the context gives them."""
    strings = {key: said for key, said in context().items() if isinstance(said, str) and not key.startswith("@")}
    return {key: said for key, said in strings.items() if said.endswith(("#", "/"))}


def full(name: str) -> str:
    """The address that a prefixed name of the context is short for."""
    prefix, _, local = name.partition(":")
    return f"{context()[prefix]}{local}"


@cache
def term(iri: str) -> Term:
    """The key for a property."""
    return terms().get(iri) or Term(short(iri))


def fitting(iri: str, values: Iterable[NamedNode | Literal]) -> Term:
    """The key for some values of a property: only texts stand by their language."""
    of = term(iri)
    return of if not of.by_language or all(map(_is_text, values)) else Term(short(iri))


def short(iri: str) -> str:
    """The address of a term as the context allows to shorten it."""
    for prefix, namespace in prefixes().items():
        local = iri.removeprefix(namespace)
        if local != iri and _LOCAL.fullmatch(local):
            return local if namespace == JX and local not in context() else f"{prefix}:{local}"
    return iri


def write_jsonld(snapshot: Snapshot, stream: BinaryIO) -> None:
    """Everything, one thing a line, with the named graphs; it parses back to the same quads."""
    stream.write(opening())
    for number, graph in enumerate(graphs(snapshot)):
        stream.write(f'{"," if number else ""}{{"id": {_line(graph.value)}, "graph": [\n'.encode())
        quads = snapshot.store.quads_for_pattern(None, None, None, graph)
        stream.write(",\n".join(map(_line, nodes(quads))).encode())
        stream.write(b"\n]}\n")
    stream.write(CLOSING)


def opening() -> bytes:
    """How a file begins: with the whole context, so that nothing has to be fetched to read it."""
    return f'{{"@context": {_line(context())},\n"graph": [\n'.encode()


def document(triples: Iterable[Triple]) -> bytes:
    """A few triples as a file."""
    return opening() + ",\n".join(map(_line, nodes(triples))).encode() + b"\n" + CLOSING


def _line(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def nodes(quads: Iterable[Quad | Triple]) -> Iterator[dict[str, Any]]:
    """The things that some quads speak of, each once, what belongs to another inside that."""
    things: dict[str, Facts] = {}
    inner: set[str] = set()
    quad: Any
    for quad in quads:
        things.setdefault(quad.subject.value, {}).setdefault(quad.predicate.value, []).append(quad.object)
        if quad.predicate.value in INSIDE:
            inner.add(quad.object.value)
    tree = _Tree(things)
    for thing in [*sorted(things.keys() - inner), *sorted(inner & things.keys())]:
        if thing in things:
            yield tree.node(thing)


class _Tree:
    """Things that are taken out as they are told."""

    def __init__(self, things: dict[str, Facts]) -> None:
        self._things = things

    def node(self, thing: str) -> dict[str, Any]:
        """One thing with all that is said of it."""
        said = self._things.pop(thing)
        told: dict[str, Any] = {"id": thing}
        types = sorted(short(each.value) for each in said.pop(f"{RDF}type", ()))
        if types:
            told["type"] = types[0] if len(types) == 1 else types
        for iri in sorted(said, key=_rank):
            of = fitting(iri, said[iri])
            told[of.key] = self._values(of, self._ordered(said[iri]), inside=iri in INSIDE)
        return told

    def _ordered(self, values: Sequence[NamedNode | Literal]) -> Sequence[NamedNode | Literal]:
        return values if len(values) == 1 else sorted(values, key=lambda each: (self._order(each), str(each)))

    def _order(self, value: NamedNode | Literal) -> int:
        order = self._things.get(value.value, {}).get(f"{JX}order")
        return int(order[0].value) if order else 0

    def _values(self, of: Term, values: Sequence[NamedNode | Literal], *, inside: bool) -> Any:
        if of.by_language:
            return _by_language(values)
        told = [self._value(value, of, inside=inside) for value in values]
        return told[0] if len(told) == 1 and not of.many else told

    def _value(self, value: NamedNode | Literal, of: Term, *, inside: bool) -> Any:
        if isinstance(value, Literal):
            return literal(value, of)
        if inside and value.value in self._things:
            return self.node(value.value)
        address = value.value.replace(CODE, "code:", 1) if value.value.startswith(CODE) else value.value
        return address if of.type == "@id" else {"id": address}


def _rank(iri: str) -> tuple[bool, int, str]:
    return (iri in INSIDE, term(iri).rank, iri)


def _is_text(value: NamedNode | Literal) -> bool:
    return isinstance(value, Literal) and (value.language is not None or value.datatype.value == f"{XSD}string")


def _by_language(values: Iterable[NamedNode | Literal]) -> dict[str, Any]:
    """Texts by their language; several of one language as a list."""
    told: dict[str, list[str]] = {}
    for value in values:
        told.setdefault(getattr(value, "language", None) or "@none", []).append(value.value)
    return {language: texts[0] if len(texts) == 1 else texts for language, texts in told.items()}


def literal(value: Literal, of: Term) -> Any:
    """A value as short as its key allows: what the context says of the key need not be said again."""
    kind = value.datatype.value
    if value.language is not None:
        return {"@value": value.value, "@language": value.language}
    if kind == of.type:
        return value.value
    if of.type is None and kind == f"{XSD}integer" and _INTEGER.fullmatch(value.value):
        return int(value.value)
    if of.type is None and kind == f"{XSD}boolean" and value.value in ("true", "false"):
        return value.value == "true"
    if kind == f"{XSD}string":
        return value.value if of.type is None else {"@value": value.value}
    return {"@value": value.value, "@type": kind}
