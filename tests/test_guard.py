"""Strangers' queries: what is refused before it runs, and what ends it when it does not end by itself."""

import json
import multiprocessing
from pathlib import Path

import pyoxigraph as ox
import pytest

from queries.errors import MalformedQueryError, QueryFailedError, QueryTooLongError, RefusedQueryError
from queries.guard import check
from queries.worker import Limits, answer

ENDLESS = "SELECT (COUNT(*) AS ?n) { " + " . ".join(f"?a{i} ?b{i} ?c{i}" for i in range(6)) + " }"


@pytest.fixture(scope="module")
def store(tmp_path_factory) -> Path:
    """A store of a few hundred triples in a named graph."""
    folder = tmp_path_factory.mktemp("snapshot")
    store = ox.Store(folder)
    same = ox.NamedNode("https://example.org/p")
    graph = ox.NamedNode("https://example.org/d")
    nodes = [ox.NamedNode(f"https://example.org/{i}") for i in range(300)]
    store.bulk_extend(ox.Quad(node, same, ox.Literal("满意"), graph) for node in nodes)
    del store
    return folder


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("SELECT * { ?s ?p ?o }", "SELECT"),
        ("PREFIX service: <https://example.org/SERVICE/> ask { ?service service:from 'SERVICE' }", "ASK"),
        ('SELECT ("""FROM " SERVICE""" AS ?x) { } # SERVICE <x> { }', "SELECT"),
        ("CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o . FILTER(?o<?s && ?s>?o) }", "CONSTRUCT"),
        ("DESCRIBE <https://example.org/from/service>", "DESCRIBE"),
        ("SELECT ?insert { ?insert ?delete 'DROP' }", "SELECT"),
    ],
)
def test_words_in_strings_names_addresses_and_comments_are_no_keywords(text, form):
    assert check(text) == form
    ox.Store().query(text)


@pytest.mark.parametrize(
    "text",
    [
        "SELECT * { SERVICE <http://127.0.0.1/> { ?s ?p ?o } }",
        "SELECT * {\n  service SILENT ?where { ?s ?p ?o } }",
        'SELECT * { BIND("\\" # " AS ?x) SERVICE <http://127.0.0.1/> { } }',
        "SELECT * { BIND('a' AS ?x) # '\n SERVICE <http://127.0.0.1/> { } # '\n }",
        "SELECT * { \\u0053ERVICE <http://127.0.0.1/> { } }",
        'SELECT * { BIND("\\u0022" AS ?x) SERVICE <http://127.0.0.1/> { } # "\n }',
        "SELECT * { BIND(1 AS ?a) FILTER(?a<?a)SERVICE#>\n<http://127.0.0.1/> { } }",
        "ASK { FILTER(1<2)SERVICE#>\n?where { } }",
        "SELECT * { ?s ?p ?o.SERVICE<http://127.0.0.1/>{} }",
    ],
)
def test_service_is_refused_however_it_is_dressed(text):
    with pytest.raises(RefusedQueryError, match="SERVICE"):
        check(text)


def test_from_is_refused_with_its_line_and_a_way_out():
    with pytest.raises(RefusedQueryError, match="GRAPH") as caught:
        check("SELECT *\nFROM <https://example.org/d>\n{ ?s ?p ?o }")
    assert caught.value.line == 2


@pytest.mark.parametrize(
    "text",
    ["INSERT DATA { <a> <b> <c> }", "DELETE WHERE { ?s ?p ?o }", "CLEAR ALL", "LOAD <http://127.0.0.1/>", "DROP ALL"],
)
def test_an_update_is_refused(text):
    with pytest.raises(RefusedQueryError, match="不能修改"):
        check(text)


def test_the_line_of_a_hidden_service_counts_the_lines_before_it():
    with pytest.raises(RefusedQueryError) as caught:
        check("ASK {\n\n\\u0053ERVICE <x> { }\n}")
    assert caught.value.line == 3


@pytest.mark.parametrize("text", ["", "这不是查询", "PREFIX a: <b>", "# SELECT"])
def test_what_is_no_query_is_refused(text):
    with pytest.raises(MalformedQueryError):
        check(text)


def test_an_answer_covers_the_union_of_the_named_graphs(store):
    result = json.loads(answer(store, "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }", "json"))
    assert result["results"]["bindings"][0]["n"]["value"] == "300"


@pytest.mark.parametrize(
    ("text", "form", "start"),
    [
        ("SELECT ?o { ?s ?p ?o } LIMIT 1", "csv", "o\r\n满意"),
        ("SELECT ?o { ?s ?p ?o } LIMIT 1", "tsv", "?o\n"),
        ("ASK { ?s ?p '满意' }", "json", '{"head":{},"boolean":true}'),
        ("ASK { ?s ?p '满意' }", "xml", "<?xml"),
        ("CONSTRUCT { <a:b> ?p ?o } WHERE { ?s ?p ?o } LIMIT 1", "nt", '<a:b> <https://example.org/p> "满意" .'),
        ("DESCRIBE <https://example.org/1>", "ttl", '<https://example.org/1> <https://example.org/p> "满意" .'),
    ],
)
def test_each_form_comes_in_its_formats(store, text, form, start):
    assert answer(store, text, form).decode().startswith(start)


def test_a_format_that_does_not_fit_the_form_is_refused(store):
    with pytest.raises(RefusedQueryError, match="ttl"):
        answer(store, "CONSTRUCT WHERE { ?s ?p ?o }", "csv")


def test_a_malformed_query_is_refused_with_its_line(store):
    with pytest.raises(MalformedQueryError, match="查询 第 2 行") as caught:
        answer(store, "SELECT *\n{ ?s ?p }", "json")
    assert caught.value.line == 2


def test_an_endless_query_is_killed_and_leaves_no_process(store):
    with pytest.raises(QueryTooLongError, match="超过 1 秒"):
        answer(store, ENDLESS, "json", Limits(seconds=1))
    assert multiprocessing.active_children() == []


def test_a_store_that_is_not_there_is_a_typed_error(tmp_path):
    with pytest.raises(QueryFailedError, match="没有完成"):
        answer(tmp_path / "nothing", "ASK { }", "json")


def test_a_query_cannot_write_even_past_the_guard(store, monkeypatch):
    monkeypatch.setattr("queries.worker.check", lambda _text, _name: "SELECT")
    with pytest.raises(MalformedQueryError):
        answer(store, "INSERT DATA { <a:a> <a:b> <a:c> }", "json")
