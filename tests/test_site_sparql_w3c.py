"""The W3C's tests of the SPARQL 1.1 Protocol, the Graph Store Protocol and service descriptions, from their manifests.

Queries go to the endpoint of the published graph, whose snapshot holds the data of the tests; updates, what asks for
their effects, and graphs that are written go to the scratch dataset.
"""

from __future__ import annotations

import codecs
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import unquote

import pyoxigraph as ox
import pytest
from conftest import ABSENT, REAL
from rdflib import RDF, Graph, Namespace
from rdflib.compare import isomorphic
from starlette.testclient import TestClient

from jixiao.site.app import create_app
from jixiao.site.engine import Service

FOLDER = REAL / "w3c"
SD = Namespace("http://www.w3.org/ns/sparql-service-description#")
MF = Namespace("http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#")
HT = Namespace("http://www.w3.org/2011/http#")
CNT = Namespace("http://www.w3.org/2011/content#")
UT = Namespace("http://www.w3.org/2009/sparql/tests/test-update#")
STATUSES = {"Created": "201", "OK": "200", "NoContent": "204", "NotFound": "404"}
TOKEN = "for-tests"  # noqa: S105 - of a dataset that vanishes
FORMATS = {"boolean": "sparql-results", "tabular": "sparql-results", "RDF": ""}


def manifest(name):
    path = FOLDER / name
    return Graph().parse(path, format="turtle", publicID=path.resolve().as_uri()) if path.is_file() else Graph()


def cases_of(*names):
    """Each test of the manifests as a case with its name; one that says what is missing where there are none."""
    graphs = [manifest(name) for name in names]
    found = [
        pytest.param(graph, test, id=str(test).partition("#")[2])
        for graph in graphs
        for entries in graph.objects(None, MF.entries)
        for test in graph.items(entries)
    ]
    return found or [pytest.param(None, None, marks=pytest.mark.skip(reason=ABSENT))]


def requests_of(graph, test):
    """The requests of a test in their order, and what is expected of each."""
    for request in graph.items(graph.value(graph.value(test, MF.action), HT.requests)):
        body, response = graph.value(request, HT.body), graph.value(request, HT.resp)
        text = str(graph.value(body, CNT.chars)) if body else ""
        encoding = str(graph.value(body, CNT.characterEncoding)) if body else "utf-8"
        yield SimpleNamespace(
            method=str(graph.value(request, HT.methodName)),
            path=str(graph.value(request, HT.absolutePath)),
            headers=headers_of(graph, request),
            body=text.encode(codecs.lookup(encoding).name) if body else None,
            response=response,
            statuses=[str(status).rpartition("#")[2] for status in graph.objects(response, MF.expectedStatus)],
        )


def headers_of(graph, message):
    listed = graph.value(message, HT.headers)
    pairs = graph.items(listed) if listed else []
    return {str(graph.value(each, HT.fieldName)): str(graph.value(each, HT.fieldValue)) for each in pairs}


def status_fits(expected, status):
    """Whether a status is one of those expected: a status by name, or a class of them."""
    known = [STATUSES.get(each, each.removeprefix("StatusCode")) for each in expected]
    return any(str(status) == each or each == f"{str(status)[0]}xx" for each in known)


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """The site of a snapshot that holds the graphs which the tests of the protocol name."""
    folder = tmp_path_factory.mktemp("w3c")
    graph = manifest("protocol/manifest.ttl")
    label = Namespace("http://www.w3.org/2000/01/rdf-schema#").label
    held = {
        str(graph.value(data, label)): Path(unquote(str(graph.value(data, UT.graph)).removeprefix("file://")))
        for data in graph.objects(None, UT.graphData)
    }
    store = ox.Store(folder / "store")
    for name, path in held.items():
        store.load(path=path, format=ox.RdfFormat.N_TRIPLES, to_graph=ox.NamedNode(name))
    store.flush()
    del store
    app = create_app(folder, Service(token=TOKEN, workers=1))
    snapshot = SimpleNamespace(id="w3c", path=folder)
    app.state.engine._desk = SimpleNamespace(snapshot=snapshot)
    with TestClient(app, base_url="http://www.example") as client:
        yield client


@pytest.fixture
def scratch(site):
    """What asks the scratch dataset, which is empty."""
    site.headers["authorization"] = f"Bearer {TOKEN}"
    assert site.post("/scratch/sparql", data={"update": "DROP ALL"}).status_code == 204
    yield site
    del site.headers["authorization"]


@pytest.mark.parametrize(("graph", "test"), cases_of("protocol/manifest.ttl"))
def test_protocol(scratch, graph, test):
    asked = list(requests_of(graph, test))
    updating = "update" in str(test)
    for request in asked:
        path = request.path.replace("/sparql/", "/scratch/sparql" if updating else "/sparql", 1)
        answer = scratch.request(request.method, path, content=request.body, headers=request.headers)
        assert status_fits(request.statuses, answer.status_code), answer.text
        expected = graph.value(request.response, MF.expectedBoolean)
        if expected is not None:
            assert answer.json()["boolean"] is expected.toPython()
        form = graph.value(request.response, MF.expectedFormat)
        if form is not None:
            media = answer.headers["content-type"]
            assert ("sparql-results" in media) == (str(form) != "RDF"), media


@pytest.mark.parametrize(
    ("graph", "test"),
    cases_of("graph-store-protocol/manifest-direct.ttl", "graph-store-protocol/manifest-indirect.ttl"),
)
def test_graph_store(scratch, graph, test):
    location = ""
    for request in requests_of(graph, test):
        path = request.path.replace("/gsp", "/scratch/rdf-graph-store", 1).replace("$LOCATION$", location)
        answer = scratch.request(request.method, path, content=request.body, headers=request.headers)
        assert status_fits(request.statuses, answer.status_code), (request.method, path, answer.text)
        if graph.value(request.response, MF.expectedLocation):
            location = answer.headers["location"]
        body = graph.value(request.response, HT.body)
        wanted = headers_of(graph, request.response).get("content-type")
        assert wanted is None or answer.headers["content-type"] == wanted
        if body:
            expected = Graph().parse(data=str(graph.value(body, CNT.chars)), format="turtle")
            assert isomorphic(Graph().parse(data=answer.text, format="turtle"), expected)


RANGES = {
    SD.defaultEntailmentRegime: (SD.Service, None),
    SD.defaultDataset: (SD.Service, SD.Dataset),
    SD.defaultGraph: (SD.Dataset, SD.Graph),
    SD.endpoint: (SD.Service, None),
    SD.feature: (SD.Service, None),
    SD.graph: (SD.NamedGraph, SD.Graph),
    SD.inputFormat: (SD.Service, None),
    SD.name: (SD.NamedGraph, None),
    SD.namedGraph: (SD.Dataset, SD.NamedGraph),
    SD.resultFormat: (SD.Service, None),
    SD.supportedLanguage: (SD.Service, None),
}
"""What the properties of the vocabulary belong to and lead to (SPARQL 1.1 Service Description, 3)."""


def returns_rdf(answer, _):
    assert answer.headers["content-type"].split(";")[0] == "text/turtle"
    assert len(Graph().parse(data=answer.text, format="turtle")) > 0


def has_endpoint_triple(answer, address):
    described = Graph().parse(data=answer.text, format="turtle")
    assert [str(each) for each in described.objects(None, SD.endpoint)] == [address]


def conforms_to_schema(answer, _):
    described = Graph().parse(data=answer.text, format="turtle")
    used = {p for p in described.predicates() if p.startswith(str(SD))}
    assert {SD.endpoint, SD.supportedLanguage, SD.defaultDataset, SD.defaultGraph, SD.resultFormat} <= used
    for subject, predicate, value in described:
        if predicate in used:
            domain, range_ = RANGES[predicate]
            assert (subject, RDF.type, domain) in described
            assert range_ is None or (value, RDF.type, range_) in described
    for service in described.subjects(RDF.type, SD.Service):
        assert len(list(described.objects(service, SD.endpoint))) == 1


DESCRIPTION = {
    "returns-rdf": returns_rdf,
    "has-endpoint-triple": has_endpoint_triple,
    "conforms-to-schema": conforms_to_schema,
}
"""What each test of service descriptions asks for; the manifest has their names alone."""


@pytest.mark.parametrize("path", ["/sparql", "/scratch/sparql"])
@pytest.mark.parametrize(("graph", "test"), cases_of("service-description/manifest.ttl"))
def test_service_description(scratch, path, graph, test):
    assert (test, RDF.type, MF.ServiceDescriptionTest) in graph
    answer = scratch.get(path, headers={"accept": "text/turtle"})
    DESCRIPTION[str(test).partition("#")[2]](answer, f"http://www.example{path}")
