"""Whole graphs over HTTP, and the scratch dataset: what may be read and written, by whom, and what is refused."""

from __future__ import annotations

import socket
import subprocess
import sys
from urllib.parse import quote

import httpx
import pytest
from rdflib import Graph
from starlette.testclient import TestClient

from jixiao.site import graphstore
from jixiao.site.app import create_app
from jixiao.site.engine import Service
from queries.worker import Limits

TOKEN = "for-tests"  # noqa: S105 - of a dataset that vanishes
STORE = "/scratch/rdf-graph-store"
NAME = "https://example.org/g"
TURTLE = {"content-type": "text/turtle"}
ENDLESS = "SELECT (COUNT(*) AS ?n) { " + " . ".join(f"?a{i} ?b{i} ?c{i}" for i in range(6)) + " }"


@pytest.fixture(scope="module")
def site(published):
    service = Service(workers=1, limits=Limits(seconds=3), token=TOKEN)
    with TestClient(create_app(published.path, service), headers={"authorization": f"Bearer {TOKEN}"}) as client:
        yield client


@pytest.fixture
def scratch(site):
    """The site with an empty scratch dataset."""
    assert site.post("/scratch/sparql", data={"update": "DROP ALL"}).status_code == 204
    return site


def rows(site, query, **params):
    answer = site.get("/scratch/sparql", params={"query": query, **params}, headers={"accept": "text/csv"})
    return answer.text.split()[1:]


def put(site, body, name=NAME, headers=TURTLE):
    return site.put(STORE, params={"graph": name}, content=body, headers=headers)


def test_a_graph_of_the_snapshot_comes_whole(site, published):
    store = published.live().store
    name = min(graph.value for graph in store.named_graphs())
    expected = sum(quad.graph_name.value == name for quad in store)
    answer = site.get("/rdf-graph-store", params={"graph": name}, headers={"accept": "application/rdf+xml"})
    assert answer.headers["content-type"] == "application/rdf+xml"
    assert len(Graph().parse(data=answer.text, format="xml")) == expected
    named = site.get("/rdf-graph-store", params={"graph": name, "format": "nt"})
    assert len(named.text.splitlines()) == expected
    again = site.get(
        "/rdf-graph-store", params={"graph": name, "format": "nt"}, headers={"if-none-match": named.headers["etag"]}
    )
    assert again.status_code == 304


def test_the_default_graph_of_the_snapshot_is_all_of_it(site, published):
    answer = site.get("/rdf-graph-store?default", headers={"accept": "application/n-triples"})
    assert len(answer.text.splitlines()) == len(published.live().store)


@pytest.mark.parametrize(
    ("method", "query", "status"),
    [
        ("GET", "", 400),
        ("GET", "?graph=https%3A%2F%2Fexample.org%2Fabsent", 404),
        ("HEAD", "?graph=https%3A%2F%2Fexample.org%2Fabsent", 404),
        ("GET", "?graph=relative", 400),
        ("GET", "?graph=https%3A%2F%2Fa%2F%0D%0AX-Evil%3A%201", 400),
        ("GET", "?graph=a%3Aa&default", 400),
        ("GET", "?graph=a%3Aa&graph=a%3Ab", 400),
        ("GET", "?grapf=a%3Aa", 400),
        ("GET", "?default&format=csv", 406),
        ("PUT", "?graph=a%3Aa", 405),
        ("POST", "?default", 405),
        ("DELETE", "?default", 405),
    ],
)
def test_the_graphs_of_the_snapshot_are_for_reading_by_name(site, method, query, status):
    answer = site.request(method, f"/rdf-graph-store{query}")
    assert answer.status_code == status
    assert "x-evil" not in answer.headers


def test_without_a_switch_there_is_no_scratch_dataset(published):
    with TestClient(create_app(published.path)) as client:
        answers = [client.get(path) for path in ("/scratch/sparql", STORE, f"{STORE}/x")]
    assert [answer.status_code for answer in answers] == [404] * 3
    assert "--scratch" in answers[0].text


@pytest.mark.parametrize("given", ["", "Bearer", "Bearer wrong", f"Basic {TOKEN}", f"Bearer {TOKEN}x", "Bearer 令牌"])
@pytest.mark.parametrize("path", ["/scratch/sparql?query=ASK%20%7B%7D", f"{STORE}?default", f"{STORE}/x"])
def test_without_the_token_nothing_is_told(site, given, path):
    answer = site.get(path, headers={"authorization": given.encode()})
    assert (answer.status_code, answer.headers["www-authenticate"]) == (401, 'Bearer realm="scratch"')


def test_pages_of_other_sites_may_bring_the_token(site):
    before = site.options("/scratch/sparql", headers={"authorization": ""})
    assert "Authorization" in before.headers["access-control-allow-headers"]


def test_what_is_written_is_read_again_and_the_published_graph_is_apart(scratch):
    update = f"INSERT DATA {{ <a:a> <a:b> '草稿' . GRAPH <{NAME}> {{ <a:c> <a:d> 1 }} }}"
    sent = {"content-type": "application/sparql-update"}
    assert scratch.post("/scratch/sparql", content=update, headers=sent).status_code == 204
    assert rows(scratch, "SELECT ?s { ?s ?p ?o }") == ["a:a"]
    assert rows(scratch, "SELECT ?s { GRAPH ?g { ?s ?p ?o } }") == ["a:c"]
    assert rows(scratch, "SELECT ?s { ?s ?p ?o }", **{"default-graph-uri": NAME}) == ["a:c"]
    published = scratch.get("/sparql", params={"query": "ASK { <a:a> ?p ?o }"})
    assert published.json()["boolean"] is False


def test_answers_of_the_scratch_dataset_are_not_kept(scratch):
    answer = scratch.get("/scratch/sparql", params={"query": "ASK {}"})
    assert ("etag" in answer.headers, answer.headers["cache-control"]) == (False, "no-store")


@pytest.mark.parametrize(
    ("update", "status"),
    [
        ("LOAD <http://127.0.0.1/>", 400),
        ("LOAD <file:///etc/passwd>", 400),
        ("INSERT { ?s ?p ?o } WHERE { SERVICE <http://127.0.0.1/> { ?s ?p ?o } }", 400),
        ("CLEAR XYZ", 400),
        ("ASK {}", 400),
        (f"INSERT DATA {{ <a:new> <a:b> 1 }} ; INSERT {{ <a:x> <a:y> ?n }} WHERE {{ {{ {ENDLESS} }} }}", 504),
    ],
)
def test_an_update_that_is_refused_or_killed_changes_nothing(scratch, update, status):
    assert put(scratch, " ".join(f"<a:{i}> <a:b> {i} ." for i in range(150))).status_code == 201
    scratch.post("/scratch/sparql", data={"update": f"ADD <{NAME}> TO DEFAULT"})
    assert scratch.post("/scratch/sparql", data={"update": update}).status_code == status
    assert rows(scratch, "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }") == ["150"]
    assert rows(scratch, "SELECT ?g { GRAPH ?g { } }") == [NAME]


@pytest.mark.parametrize(
    ("body", "headers", "status"),
    [
        ("<a:a> <a:b> 2 .\n<a:a> <a:b> ;", TURTLE, 400),
        ("<a:a> <a:b> 2 .", {"content-type": "text/plain"}, 415),
        ('{"@context": "http://127.0.0.1/", "a": "b"}', {"content-type": "application/ld+json"}, 400),
        ("--x\r\nContent-Type: image/png\r\n\r\nx\r\n--x--", {"content-type": "multipart/form-data; boundary=x"}, 415),
        (
            "<!DOCTYPE a [<!ENTITY b SYSTEM 'file:///etc/passwd'>]><a>&b;</a>",
            {"content-type": "application/rdf+xml"},
            400,
        ),
    ],
)
def test_a_graph_that_cannot_be_read_changes_nothing(scratch, body, headers, status):
    put(scratch, "<a:a> <a:b> 1 .")
    answer = put(scratch, body, headers=headers)
    assert answer.status_code == status
    assert "passwd" not in answer.text
    assert "root:" not in answer.text
    assert rows(scratch, f"SELECT ?o {{ GRAPH <{NAME}> {{ ?s ?p ?o }} }}") == ["1"]


def test_a_malformed_graph_is_told_with_its_line(scratch):
    assert "第 2 行" in put(scratch, "<a:a> <a:b> 2 .\n<a:a> <a:b> ;").text


def test_a_graph_that_is_too_large_is_cut(scratch, monkeypatch):
    monkeypatch.setattr(graphstore, "LONGEST", 100)
    assert put(scratch, "#" * 101).status_code == 413


def test_an_empty_graph_is_a_graph(scratch):
    assert put(scratch, "").status_code == 201
    assert scratch.get(STORE, params={"graph": NAME}).status_code == 200
    assert scratch.delete(STORE, params={"graph": NAME}).status_code == 204
    assert scratch.get(STORE, params={"graph": NAME}).status_code == 404


@pytest.mark.parametrize("path", ["%2e%2e/%2e%2e/etc/passwd", "a%2Fb", quote("图"), "a//b", "a;b", "%00"])
def test_the_address_of_a_graph_is_a_name_and_no_path(scratch, path):
    direct = f"{STORE}/{path}"
    answer = scratch.put(direct, content="<a:a> <a:b> 1 .", headers=TURTLE)
    assert answer.status_code == 201
    assert scratch.get(direct).status_code == 200
    names = rows(scratch, "SELECT ?g { GRAPH ?g { } }")
    assert len(names) == 1
    assert names[0].startswith(f"http://testserver{STORE}/")


def test_a_graph_without_a_name_gets_one(scratch):
    answer = scratch.post(STORE, content="<a:a> <a:b> <> .", headers=TURTLE)
    assert answer.status_code == 201
    name = answer.headers["location"]
    assert name in scratch.get(name, headers={"accept": "application/n-triples"}).text


def test_the_switch_of_the_command_line_prints_a_token_that_opens_the_dataset(published):
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "jixiao", "serve", "--scratch", "--port", str(port), "--kg", str(published.path)]
    with subprocess.Popen(command, stderr=subprocess.PIPE) as served:
        try:
            printed = [served.stderr.readline().decode() for _ in range(2)]
            token = printed[1].strip().rpartition("：")[2].rpartition(": ")[2]
            answer = httpx.get(
                f"http://127.0.0.1:{port}/scratch/sparql",
                params={"query": "ASK {}"},
                headers={"authorization": f"Bearer {token}"},
                timeout=30,
            )
            assert (len(token), answer.status_code) == (32, 200)
        finally:
            served.terminate()
