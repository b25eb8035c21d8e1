"""Strangers' queries and updates: what is refused before it runs, and that reading them costs little."""

import time
from contextlib import suppress
from itertools import product

import pyoxigraph as ox
import pytest

from queries.errors import MalformedQueryError, RefusedQueryError
from queries.guard import DEEPEST, check, read, read_update, with_dataset


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("SELECT * { ?s ?p ?o }", "SELECT"),
        ("PREFIX from: <https://example.org/SERVICE/> ask { ?service from:service 'SERVICE' }", "ASK"),
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
        "PREFIX : <http://127.0.0.1/> SELECT * { SERVICE:x { } }",
        "SELECT * { ?s ?p true OPTIONAL{?s ?p trueSERVICE<http://127.0.0.1/>{ } } }",
        "SELECT * { ?s ?p 1e5SERVICE<http://127.0.0.1/>{ } }",
        "SELECT * { ?s ?p ?o FILTER EXISTS { SERVICESILENT<http://127.0.0.1/>{ } } }",
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


GLUE = [
    "",
    " ",
    ".",
    ". ",
    "#\n",
    "true",
    "1e5",
    "1.",
    "'x'",
    "'x'@en",
    "a",
    ":",
    "x:",
    ":x",
    "_:b",
    "FILTER(1<2)",
    "{}",
    "[]",
    "-",
    "\\",
]
KEYWORDS = ["SERVICE", "service", "SERVICE ", "\\u0053ERVICE", "x:SERVICE"]
TARGETS = ["<http://127.0.0.1:9/>", ":x", "SERVICE:x", "#\n:x", "?o", "(:x)"]


def test_no_text_that_may_run_reaches_for_another_server():
    store = ox.Store()
    start = "PREFIX : <http://127.0.0.1:9/> PREFIX x: <http://127.0.0.1:9/> "
    store.update(start + "INSERT DATA { <a:s> <a:p> true, 1e5, 1.0, 'x', 'x'@en, :x . <a:s> <a:p> : }")
    reached, ran = [], 0
    for before, after, keyword, target in product(GLUE, GLUE, KEYWORDS, TARGETS):
        text = f"{start} SELECT * {{ {{}} UNION {{ <a:s> <a:p> {before}{after}{keyword}{target}{{}} }} }}"
        with suppress(RefusedQueryError, SyntaxError):
            read(text)
            try:
                list(store.query(text))
                ran += 1
            except (OSError, RuntimeError):  # the store has tried to connect, or has no address to connect to
                reached.append(text)
    assert reached == []
    assert ran > 0


ENDINGS = [
    "'''\\",
    "'\\",
    "1",
    "a-",
    "<)",
    "a",
    '"',
    "<a",
    "?a<?b)",
    "_:",
    "a:",
    " ",
    "''",
    "'''a''",
    "1e5",
    "#",
    "a.",
    "\\",
]


@pytest.mark.parametrize("ending", ENDINGS)
def test_reading_takes_time_in_proportion_to_the_text(ending):
    def seconds(size):
        start = time.perf_counter()
        read("SELECT " + ending * (size // len(ending)))
        return time.perf_counter() - start

    seconds(1000)
    assert seconds(80_000) < 1.0  # what grows with the square takes minutes


def test_brackets_in_brackets_have_an_end():
    read("SELECT * { FILTER" + "(" * (DEEPEST - 1) + "1" + ")" * (DEEPEST - 1) + "}")
    with pytest.raises(RefusedQueryError, match="嵌套"):
        read("SELECT * " + "{" * (DEEPEST + 1) + "}" * (DEEPEST + 1))


@pytest.mark.parametrize(
    ("text", "dataset", "limited"),
    [
        ("SELECT * FROM <a:a> { ?s ?p ?o }", True, False),
        ("SELECT * FROM NAMED <a:a> { ?s ?p ?o } LIMIT 1", True, True),
        ("SELECT * { { SELECT * { ?s ?p 'FROM' } LIMIT 1 OFFSET 2 } }", False, False),
        ("SELECT * { } OFFSET 2", False, True),
        ("SELECT ?limit { ?limit ?from <from> } # LIMIT 1 FROM <a>", False, False),
    ],
)
def test_a_query_says_whether_it_names_graphs_and_has_limits(text, dataset, limited):
    query = read(text)
    assert (query.dataset, query.limited) == (dataset, limited)


@pytest.mark.parametrize(
    "text", ["SELECT * { ?x ?y ?z } # end", "SELECT * { } ORDER BY ?x VALUES ?x { 1 2 }", "SELECT * {}"]
)
def test_a_limit_has_its_place_in_a_query(text):
    end = read(text).end
    ox.Store().query(f"{text[:end]}\nLIMIT 1 OFFSET 2\n{text[end:]}")


@pytest.mark.parametrize(
    "text",
    [
        "LOAD <http://127.0.0.1/>",
        "CLEAR ALL;\nload SILENT <http://127.0.0.1/> INTO GRAPH <a:a>",
        "LOADSILENT<http://127.0.0.1/>",
        "PREFIX : <http://127.0.0.1/> LOAD:x",
        "LOAD <file:///etc/passwd>",
        "INSERT { ?s ?p ?o } WHERE { SERVICE <http://127.0.0.1/> { ?s ?p ?o } }",
    ],
)
def test_an_update_reaches_for_nothing_outside(text):
    with pytest.raises(RefusedQueryError):
        read_update(text)


@pytest.mark.parametrize(
    ("text", "dataset", "grows"),
    [
        ("CLEAR ALL ; DROP GRAPH <a:a>", False, False),
        ("DELETE WHERE { ?insert ?p 'INSERT' }", False, False),
        ("WITH <a:a> DELETE { ?s ?p ?o } WHERE { ?s ?p ?o }", True, False),
        ("INSERT { ?s ?p ?o } USING <a:a> WHERE { ?s ?p ?o }", True, True),
        ("COPY DEFAULT TO <a:a>", False, True),
    ],
)
def test_an_update_says_whether_it_names_graphs_and_may_add(text, dataset, grows):
    assert read_update(text) == (dataset, grows)


def test_a_dataset_reaches_every_pattern_of_an_update_and_nothing_else():
    store = ox.Store()
    graph, other = "<https://example.org/g>", "<https://example.org/other>"
    store.update(f"INSERT DATA {{ GRAPH {graph} {{ <a:a> <a:p> 'WHERE' }} GRAPH {other} {{ <a:b> <a:p> 1 }} }}")
    text = """
        INSERT { GRAPH <a:new> { ?s ?p ?o } } WHERE { { SELECT * WHERE { ?s ?p ?o } } } ;
        INSERT DATA { GRAPH <a:new> { <a:c> <a:p> 'DELETE WHERE { }' } } ;
        DELETE /* WHERE */ WHERE { GRAPH <a:new> { ?s ?p 'WHERE' } }""".replace("/* WHERE */", "# WHERE {\n")
    store.update(with_dataset(text, f"USING {graph}"))
    new = {str(quad.subject) for quad in store.quads_for_pattern(None, None, None, ox.NamedNode("a:new"))}
    assert new == {"<a:a>", "<a:c>"}  # the last pattern sees none of the new graph, as no named graph was given
