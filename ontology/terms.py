"""The names of the vocabulary as Python uses them, and the code lists read from their Turtle files."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Final

from pyoxigraph import Literal, NamedNode, RdfFormat, parse

from ontology import path

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from importlib.resources.abc import Traversable

    from pyoxigraph import Quad

JX: Final = "https://w3id.org/jixiao/ontology#"
CODE: Final = "https://w3id.org/jixiao/code/"
BASE: Final = "https://w3id.org/jixiao/"
"""What addresses of things start with, unless a setting says otherwise."""

DCT: Final = "http://purl.org/dc/terms/"
OA: Final = "http://www.w3.org/ns/oa#"
OBEU_ATTRIBUTE: Final = "http://data.openbudgets.eu/ontology/dsd/attribute/"
OBEU_DIMENSION: Final = "http://data.openbudgets.eu/ontology/dsd/dimension/"
OBEU_MEASURE: Final = "http://data.openbudgets.eu/ontology/dsd/measure/"
ORG: Final = "http://www.w3.org/ns/org#"
PROV: Final = "http://www.w3.org/ns/prov#"
QB: Final = "http://purl.org/linked-data/cube#"
RDF: Final = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
RDFS: Final = "http://www.w3.org/2000/01/rdf-schema#"
SCHEMA: Final = "https://schema.org/"
SH: Final = "http://www.w3.org/ns/shacl#"
SKOS: Final = "http://www.w3.org/2004/02/skos/core#"
XSD: Final = "http://www.w3.org/2001/XMLSchema#"

PREFIXES: Final[Mapping[str, str]] = {
    "jx": JX,
    "code": CODE,
    "dct": DCT,
    "oa": OA,
    "obeu-attribute": OBEU_ATTRIBUTE,
    "obeu-dimension": OBEU_DIMENSION,
    "obeu-measure": OBEU_MEASURE,
    "org": ORG,
    "prov": PROV,
    "qb": QB,
    "rdf": RDF,
    "rdfs": RDFS,
    "schema": SCHEMA,
    "sh": SH,
    "skos": SKOS,
    "xsd": XSD,
}
"""The prefixes that queries may use and dumps are written with."""

CODES_GRAPH: Final = "https://w3id.org/jixiao/graph/codes"
"""The named graph that holds the vocabulary and the code lists of a snapshot."""
ORGANISATIONS_GRAPH: Final = "https://w3id.org/jixiao/graph/organisations"
"""The named graph that says what departments and units are called.

Documents of several years say it alike, and a triple that two graphs state comes twice in their union in Oxigraph.
"""
CONCEPTS_GRAPH: Final = "https://w3id.org/jixiao/graph/concepts"
"""The named graph of the codes that documents bring: provisional ones, composed units, their divisions and years."""
FINDINGS_GRAPH: Final = "https://w3id.org/jixiao/graph/findings"
"""The named graph that holds the findings of a snapshot."""


@dataclass(frozen=True, slots=True)
class Concept:
    """One code of a code list (``skos:Concept``)."""

    iri: str
    scheme: str
    notation: str
    labels: Mapping[str, str]
    """Preferred label by language."""
    printed: frozenset[str] = field(default_factory=frozenset)
    """Every label by which the code is known, folded."""
    broader: str | None = None
    """Notation of the code above it."""
    matches: str | None = None
    """Address of the term of another vocabulary that means exactly this."""
    status: str | None = None
    """Of a citation: ``verified`` or ``unverified``."""


def fold(printed: str) -> str:
    """A printed label without white space and differences of width or case, as labels are compared."""
    return "".join(unicodedata.normalize("NFKC", printed).casefold().split())


def data_files() -> list[Traversable]:
    """The Turtle files of the vocabulary and its code lists, always in the same order."""
    codes = sorted(path("codes").iterdir(), key=lambda file: file.name)
    vocabulary = (path(name) for name in ("jixiao.ttl", "borrowed.ttl", "cube.ttl", "alignments.ttl"))
    return [*(file for file in vocabulary if file.is_file()), *(file for file in codes if file.name.endswith(".ttl"))]


def triples() -> Iterator[Quad]:
    """Everything that the vocabulary and its code lists say."""
    for file in data_files():
        yield from parse(file.read_bytes(), RdfFormat.TURTLE)


@cache
def concepts(scheme: str) -> Mapping[str, Concept]:
    """The codes of a code list by notation, in the order of their file.

    Raises:
        KeyError: There is no such code list.
    """
    file = path("codes", f"{scheme}.ttl")
    if not file.is_file():
        raise KeyError(scheme)
    said: dict[str, list[tuple[str, NamedNode | Literal]]] = {}
    for quad in parse(file.read_bytes(), RdfFormat.TURTLE):
        if isinstance(quad.subject, NamedNode) and isinstance(quad.object, NamedNode | Literal):
            said.setdefault(quad.subject.value, []).append((quad.predicate.value, quad.object))
    found = (_concept(iri, scheme, facts) for iri, facts in said.items() if iri.startswith(f"{CODE}{scheme}/"))
    return {concept.notation: concept for concept in found}


def _concept(iri: str, scheme: str, facts: list[tuple[str, NamedNode | Literal]]) -> Concept:
    """The code that a list of properties and values describes."""

    def values(prop: str) -> list[str]:
        return [value.value for name, value in facts if name == prop]

    def first(prop: str) -> str | None:
        return next(iter(values(prop)), None)

    labels = [value for name, value in facts if name == f"{SKOS}prefLabel" and isinstance(value, Literal)]
    synonyms = values(f"{SKOS}prefLabel") + values(f"{SKOS}altLabel") + values(f"{SKOS}hiddenLabel")
    broader = first(f"{SKOS}broader")
    return Concept(
        iri=iri,
        scheme=scheme,
        notation=first(f"{SKOS}notation") or iri.rpartition("/")[2],
        labels={label.language or "": label.value for label in labels},
        printed=frozenset(map(fold, synonyms)),
        broader=broader and broader.rpartition("/")[2],
        matches=first(f"{SKOS}exactMatch"),
        status=first(f"{JX}status"),
    )


@cache
def _known_as(scheme: str) -> Mapping[str, tuple[Concept, ...]]:
    """The codes of a code list by folded label; several codes may share one."""
    known: dict[str, tuple[Concept, ...]] = {}
    for concept in concepts(scheme).values():
        for label in sorted({*concept.printed, fold(concept.notation)}):
            known[label] = (*known.get(label, ()), concept)
    return known


def code_of(scheme: str, printed: str | None, under: str | None = None) -> str | None:
    """The notation of the code that a printed label names, or ``None``.

    Where several codes share the label, the one directly below the code ``under`` is meant, else that code itself;
    without ``under`` it is the most general one.

    Raises:
        KeyError: There is no such code list.
    """
    known = _known_as(scheme).get(fold(printed or ""), ())
    below = [concept for concept in known if under and concept.broader == under]
    itself = [concept for concept in known if concept.notation == under]
    chosen = below or itself or sorted(known, key=lambda concept: concept.broader is not None)
    return chosen[0].notation if chosen else None


def indicator_type(level1: str | None, level2: str | None) -> str | None:
    """The type (notation) that the printed levels of an indicator tell, the second level first, or ``None``."""
    first = code_of("indicator-type", level1)
    return code_of("indicator-type", level2, under=first) or first


def code_iri(scheme: str, notation: str) -> str:
    """The address of a code."""
    return f"{CODE}{scheme}/{notation}"


def label(scheme: str, notation: str, language: str = "zh") -> str:
    """What a code is called in a language, or its notation where it has no name there."""
    concept = concepts(scheme).get(notation)
    return concept.labels.get(language, notation) if concept else notation
