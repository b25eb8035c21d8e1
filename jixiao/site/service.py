"""What the endpoints can do and what they hold, for programs.

https://www.w3.org/TR/sparql11-service-description/ ; counts are in VoID, https://www.w3.org/TR/void/ .
"""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING

import pyoxigraph as ox
from starlette.responses import Response

from jixiao.site.negotiate import preferred
from jixiao.site.protocol import CORS, ProtocolError, base_of
from ontology.terms import RDF, XSD
from queries.errors import QueryError
from queries.jobs import GRAPHS, PRETTY, Ask

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from starlette.requests import Request

    from jixiao.site.engine import Place

SD = "http://www.w3.org/ns/sparql-service-description#"
VOID = "http://rdfs.org/ns/void#"
FORMATS = "http://www.w3.org/ns/formats/"
TABLES = ("SPARQL_Results_JSON", "SPARQL_Results_XML", "SPARQL_Results_CSV", "SPARQL_Results_TSV")
TRIPLES = ("Turtle", "N-Triples", "N-Quads", "TriG", "JSON-LD", "RDF_XML")
OFFERS: Mapping[str, str] = {
    "text/turtle": "ttl",
    "application/rdf+xml": "rdf",
    "application/ld+json": "jsonld",
    "application/n-triples": "nt",
    "application/n-quads": "nq",
    "application/trig": "trig",
}
CENSUS = "SELECT ?graph (COUNT(*) AS ?count) { GRAPH ?graph { ?s ?p ?o } } GROUP BY ?graph ORDER BY ?graph"
"""How many triples each graph has."""

_known: dict[str, Mapping[str, int]] = {}
"""The census of the snapshot that was counted last; a snapshot never changes."""


async def description(request: Request, place: Place) -> Response:
    """What the endpoint at this address can do."""
    form = preferred(", ".join(request.headers.getlist("accept")), OFFERS)
    if form is None:
        raise ProtocolError(406, f"可用的格式：{'、'.join(OFFERS)}", "not available in an accepted format")
    triples = _triples(base_of(request), place, await _census(request, place))
    out = io.BytesIO()
    prefixes = {"sd": SD, "void": VOID, "formats": FORMATS}
    ox.serialize(triples, out, format=GRAPHS[form], prefixes=prefixes if form in PRETTY else None)
    media = next(media for media, name in OFFERS.items() if name == form)
    return Response(out.getvalue(), media_type=media, headers={**CORS, "Vary": "Accept", "Cache-Control": "no-cache"})


async def _census(request: Request, place: Place) -> Mapping[str, int]:
    """How many triples each graph has; nothing where counting takes too long."""
    if place.version and place.version in _known:
        return _known[place.version]
    try:
        with await place.run(request, Ask(text=CENSUS, results="json")) as answer:
            rows = json.load(answer.file)["results"]["bindings"]
    except QueryError:
        return {}
    counted = {row["graph"]["value"]: int(row["count"]["value"]) for row in rows}
    if place.version:
        _known.clear()
        _known[place.version] = counted
    return counted


def _triples(endpoint: str, place: Place, census: Mapping[str, int]) -> Iterator[ox.Triple]:
    service, dataset, default = ox.BlankNode("service"), ox.BlankNode("dataset"), ox.BlankNode("default")
    yield _is_a(service, "Service")
    yield _says(service, "endpoint", ox.NamedNode(endpoint))
    for language in ("SPARQL11Query", "SPARQL11Update") if place.writable else ("SPARQL11Query",):
        yield _says(service, "supportedLanguage", ox.NamedNode(f"{SD}{language}"))
    if place.union:
        yield _says(service, "feature", ox.NamedNode(f"{SD}UnionDefaultGraph"))
    for name in (*TABLES, *TRIPLES):
        yield _says(service, "resultFormat", ox.NamedNode(f"{FORMATS}{name}"))
    if place.writable:
        for name in TRIPLES:
            yield _says(service, "inputFormat", ox.NamedNode(f"{FORMATS}{name}"))
    yield _says(service, "defaultDataset", dataset)
    yield _is_a(dataset, "Dataset")
    yield _says(dataset, "defaultGraph", default)
    yield _is_a(default, "Graph")
    if place.union and census:
        yield _counts(default, sum(census.values()))
    for number, (iri, count) in enumerate(census.items()):
        named, graph = ox.BlankNode(f"named{number}"), ox.BlankNode(f"graph{number}")
        yield _says(dataset, "namedGraph", named)
        yield _is_a(named, "NamedGraph")
        yield _says(named, "name", ox.NamedNode(iri))
        yield _says(named, "graph", graph)
        yield _is_a(graph, "Graph")
        yield _counts(graph, count)


def _is_a(subject: ox.BlankNode, name: str) -> ox.Triple:
    return ox.Triple(subject, ox.NamedNode(f"{RDF}type"), ox.NamedNode(f"{SD}{name}"))


def _says(subject: ox.BlankNode, name: str, value: ox.NamedNode | ox.BlankNode) -> ox.Triple:
    return ox.Triple(subject, ox.NamedNode(f"{SD}{name}"), value)


def _counts(graph: ox.BlankNode, count: int) -> ox.Triple:
    number = ox.Literal(str(count), datatype=ox.NamedNode(f"{XSD}integer"))
    return ox.Triple(graph, ox.NamedNode(f"{VOID}triples"), number)
