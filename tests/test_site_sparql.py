"""The SPARQL endpoint of the published graph over HTTP: ways to ask, formats, datasets, pages, caches, refusals."""

from __future__ import annotations

import gzip
import io
import socket
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import httpx
import pytest
from rdflib import Dataset, Graph
from starlette.testclient import TestClient

from jixiao.site import listening, protocol
from jixiao.site.app import create_app
from jixiao.site.engine import Service
from jixiao.site.kept import ALL, LARGEST, OVERHEAD, Kept
from jixiao.site.listening import server_of
from queries.jobs import Outcome
from queries.worker import Answer, Limits

ASK = "ASK { ?s ?p ?o }"
ROWS = "SELECT ?s { ?s a <https://w3id.org/jixiao/ontology#Indicator> } ORDER BY ?s"
TRIPLES = "CONSTRUCT { ?s a ?type } WHERE { ?s a ?type } LIMIT 20"
COUNT = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"
ENDLESS = "SELECT (COUNT(*) AS ?n) { " + " . ".join(f"?a{i} ?b{i} ?c{i}" for i in range(6)) + " }"
JSON = {"accept": "application/sparql-results+json"}
DIRECT = {"content-type": "application/sparql-query"}


@pytest.fixture(scope="module")
def site(published):
    with TestClient(create_app(published.path, Service(limits=Limits(answer=8)))) as client:
        yield client


def ask(site, query, headers=None, **params):
    return site.get("/sparql", params={"query": query, **params}, headers=headers or {})


def counted(answer):
    return int(answer.json()["results"]["bindings"][0]["n"]["value"])


def test_the_three_ways_to_ask_give_the_same_answer(site):
    answers = [
        ask(site, ASK, JSON),
        site.post("/sparql", data={"query": ASK}, headers=JSON),
        site.post("/sparql", content=ASK, headers=JSON | DIRECT),
    ]
    assert [answer.json()["boolean"] for answer in answers] == [True, True, True]


@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        ("application/sparql-results+json", "application/sparql-results+json"),
        ("application/sparql-results+xml", "application/sparql-results+xml"),
        ("application/json", "application/sparql-results+json"),
        ("text/csv", "text/csv; charset=utf-8"),
        ("text/tab-separated-values", "text/tab-separated-values; charset=utf-8"),
        ("*/*", "application/sparql-results+json"),
        ("text/csv;q=0.5, application/sparql-results+xml", "application/sparql-results+xml"),
        ("image/png", None),
        ("text/turtle", None),
    ],
)
def test_rows_come_in_the_form_that_is_accepted(site, accept, expected):
    answer = ask(site, "SELECT * { ?s ?p ?o } LIMIT 1", {"accept": accept})
    assert answer.status_code == (200 if expected else 406)
    assert expected is None or answer.headers["content-type"] == expected
    assert expected or "text/csv" in answer.text  # a refusal lists what there is


@pytest.mark.parametrize(
    ("accept", "form"),
    [
        ("text/turtle", "turtle"),
        ("application/n-triples", "nt"),
        ("application/n-quads", "nquads"),
        ("application/trig", "trig"),
        ("application/ld+json", "json-ld"),
        ("application/rdf+xml", "xml"),
    ],
)
def test_triples_come_in_the_form_that_is_accepted_and_another_library_reads_them(site, accept, form):
    answer = ask(site, TRIPLES, {"accept": accept})
    assert answer.headers["content-type"].startswith(accept)
    quads = form in {"nquads", "trig"}
    read = (Dataset() if quads else Graph()).parse(data=answer.text, format=form)
    assert len(read) == 20


@pytest.mark.parametrize(
    ("name", "query", "media", "ending"),
    [
        ("csv", ROWS, "text/csv", "csv"),
        ("text/csv", ROWS, "text/csv", "csv"),
        ("xml", ROWS, "application/sparql-results+xml", "xml"),
        ("jsonld", TRIPLES, "application/ld+json", "jsonld"),
        ("application/rdf+xml", TRIPLES, "application/rdf+xml", "rdf"),
    ],
)
def test_a_link_names_its_format_and_is_kept_as_a_file(site, name, query, media, ending):
    answer = ask(site, query, format=name)
    assert answer.headers["content-type"].startswith(media)
    assert answer.headers["content-disposition"] == f'attachment; filename="jixiao-query.{ending}"'


def test_only_the_file_for_spreadsheets_guards_its_cells(site):
    query = "SELECT ('=1+1' AS ?x) { }"
    assert ask(site, query, format="csv").content.decode("utf-8-sig") == "x\r\n'=1+1\r\n"
    assert ask(site, query, {"accept": "text/csv"}).text == ask(site, query, format="text/csv").text == "x\r\n=1+1\r\n"


def test_media_types_have_no_case(site):
    media = {"content-type": "Application/SPARQL-Query; Charset=UTF-8", "accept": "Application/JSON"}
    assert site.post("/sparql", content=ASK, headers=media).json()["boolean"] is True
    page = ask(site, ASK, {"accept": "Text/HTML"})
    assert page.headers["content-type"].startswith("text/html")


def test_a_dataset_is_named_by_the_request_before_the_query(site, published):
    sizes = {graph.value: 0 for graph in published.live().store.named_graphs()}
    for quad in published.live().store:
        sizes[quad.graph_name.value] += 1
    one, other = sorted(sizes)[:2]
    assert counted(ask(site, COUNT)) == sum(sizes.values())
    assert counted(ask(site, COUNT, **{"default-graph-uri": one})) == sizes[one]
    assert counted(ask(site, COUNT, **{"default-graph-uri": [one, other]})) == sizes[one] + sizes[other]
    assert counted(ask(site, COUNT, **{"named-graph-uri": one})) == 0
    of_query = COUNT.replace("{", f"FROM <{other}> {{", 1)
    assert counted(ask(site, of_query)) == sizes[other]
    assert counted(ask(site, of_query, **{"default-graph-uri": one})) == sizes[one]
    named = "SELECT (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } }"
    assert counted(ask(site, named, **{"named-graph-uri": [one, other]})) == sizes[one] + sizes[other]
    assert counted(ask(site, COUNT, **{"default-graph-uri": "https://example.org/absent"})) == 0


def test_relative_addresses_start_from_the_endpoint(site):
    answer = ask(site, "SELECT (<test> AS ?x) { }", JSON)
    assert answer.json()["results"]["bindings"][0]["x"]["value"] == "http://testserver/test"


def test_pages_lead_to_each_other(site):
    whole = ask(site, ROWS, {"accept": "text/csv"}).text.split("\r\n")[1:-1]
    address, read, pages = httpx.URL("/sparql", params={"query": ROWS, "pageSize": 7}), [], 0
    while address:
        answer = site.get(address, headers={"accept": "text/csv"})
        assert answer.links["first"]["url"].endswith("page=1")
        assert ("prev" in answer.links) == (pages > 0)
        read += answer.text.split("\r\n")[1:-1]
        pages += 1
        address = answer.links.get("next", {}).get("url")
    assert read == whole
    assert pages == -(-len(whole) // 7) > 1


def test_whoever_has_an_answer_of_this_snapshot_is_told_so(site):
    first = ask(site, ROWS)
    tag = first.headers["etag"]
    assert first.headers["vary"].lower() == "accept, accept-encoding"
    again = ask(site, ROWS, {"if-none-match": f'"other", {tag}'})
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
    others = [ask(site, ROWS + " "), ask(site, ROWS, format="xml"), ask(site, ROWS, page="1")]
    assert tag not in {answer.headers["etag"] for answer in others}
    fickle = ask(site, "SELECT (RAND() AS ?x) { }")
    assert ("etag" in fickle.headers, fickle.headers["cache-control"]) == (False, "no-store")


def test_the_same_question_is_answered_from_memory(site, monkeypatch):
    first = ask(site, ROWS + " LIMIT 3", JSON)
    monkeypatch.setattr(site.app.state.engine._pool, "run", lambda *_: pytest.fail("asked again"))
    assert ask(site, ROWS + " LIMIT 3", JSON).content == first.content


def test_answers_in_memory_are_few_and_small():
    kept = Kept()
    for number in range(2 * ALL // LARGEST):
        kept.keep(str(number), Answer(io.BytesIO(bytes(LARGEST)), LARGEST, Outcome()))
    kept.keep("large", Answer(io.BytesIO(bytes(LARGEST + 1)), LARGEST + 1, Outcome()))
    assert kept.find("0") is None
    assert kept.find("large") is None
    assert kept.find(str(2 * ALL // LARGEST - 1)) is not None
    assert sum(len(body) for body, _ in kept._answers.values()) <= ALL


def test_empty_answers_in_memory_are_few_too():
    kept = Kept()
    for number in range(ALL // OVERHEAD + 1):
        kept.keep(str(number), Answer(io.BytesIO(), 0, Outcome()))
    assert kept.find("0") is None
    assert kept.find("1") is not None


def test_large_answers_are_packed_for_who_can_unpack_them(site):
    plain, packed = (ask(site, ROWS, {"accept-encoding": encoding}) for encoding in ("identity", "br;q=1, gzip"))
    assert "content-encoding" not in plain.headers
    assert int(plain.headers["content-length"]) == len(plain.content)
    assert packed.headers["content-encoding"] == "gzip"
    assert packed.content == plain.content
    with site.stream("GET", "/sparql", params={"query": ROWS}, headers={"accept-encoding": "gzip"}) as raw:
        assert gzip.decompress(b"".join(raw.iter_raw())) == plain.content


def test_head_says_what_get_would_without_the_answer(site):
    get, head = (site.request(method, "/sparql", params={"query": ASK}) for method in ("GET", "HEAD"))
    assert head.content == b""
    same = ("content-type", "content-length", "etag")
    assert [head.headers[name] for name in same] == [get.headers[name] for name in same]


def test_pages_of_other_sites_may_ask(site):
    asked = {"origin": "https://example.org", "access-control-request-method": "POST"}
    before = site.options("/sparql", headers=asked)
    assert before.status_code == 204
    assert "POST" in before.headers["access-control-allow-methods"]
    assert before.headers["access-control-allow-origin"] == "*"
    assert ask(site, ASK).headers["access-control-allow-origin"] == "*"
    assert ask(site, "nonsense").headers["access-control-allow-origin"] == "*"


def post(**request):
    return lambda site: site.post("/sparql", **request)


def get(**params):
    return lambda site: site.get("/sparql", params=params, headers={"accept": "*/*"})


REFUSED = {
    "a body that is neither a form nor a query": (post(content=ASK, headers={"content-type": "text/plain"}), 415),
    "a body in another encoding": (
        post(content=ASK.encode("utf-16"), headers={"content-type": "application/sparql-query; charset=utf-16"}),
        415,
    ),
    "a body that is not UTF-8": (post(content=b"\xff", headers=DIRECT), 400),
    "a form that is not UTF-8": (
        post(content=b"query=%FF", headers={"content-type": "application/x-www-form-urlencoded"}),
        400,
    ),
    "a form without a query": (post(data={}, headers={"content-type": "application/x-www-form-urlencoded"}), 400),
    "a form with very many fields": (post(data={f"a{i}": "b" for i in range(2000)}), 400),
    "two queries": (get(query=["ASK {}", "SELECT * {}"]), 400),
    "a query in the address and another in the body": (
        lambda site: site.post("/sparql?query=ASK%20%7B%7D", content=ASK, headers=DIRECT),
        400,
    ),
    "a query and an update": (post(data={"query": ASK, "update": "CLEAR ALL"}), 400),
    "a malformed query": (get(query="SELECT"), 400),
    "an update as a query": (get(query="CLEAR NAMED"), 400),
    "an update": (post(data={"update": "CLEAR ALL"}), 403),
    "an update directly": (post(content="CLEAR ALL", headers={"content-type": "application/sparql-update"}), 403),
    "an update by its address": (get(update="CLEAR ALL"), 400),
    "the dataset of an update": (get(query=ASK, **{"using-graph-uri": "https://example.org/"}), 400),
    "a graph that is no address": (get(query=ASK, **{"default-graph-uri": "somewhere"}), 400),
    "a graph with a line break": (get(query=ASK, **{"named-graph-uri": "https://a/\r\nX-Evil: 1"}), 400),
    "another server": (get(query="ASK { SERVICE <http://example.org/> { } }"), 400),
    "a file": (get(query="ASK { SERVICE <file:///etc/passwd> { } }"), 400),
    "brackets in brackets without end": (get(query="ASK " + "{" * 5000 + "}" * 5000), 400),
    "a page that is none": (get(query=ROWS, page="0"), 400),
    "a page that is too large": (get(query=ROWS, pageSize="10001"), 400),
    "a page of a query with limits": (get(query=f"{ROWS} LIMIT 5", page="1"), 400),
    "a format that there is not": (get(query=ASK, format="docx"), 406),
    "a host that is none": (
        lambda site: site.get("/sparql", params={"query": ASK}, headers={"host": "a b<>"}),
        400,
    ),
    "too long a query": (post(content="#" * (2 << 20), headers=DIRECT), 413),
    "an answer without end": (get(query="SELECT * { ?a ?b ?c . ?d ?e ?f }"), 503),
    "another method": (lambda site: site.put("/sparql", content=ASK), 405),
}


@pytest.mark.parametrize("request_", REFUSED)
def test_the_endpoint_refuses_in_plain_chinese_and_a_line_of_english(site, request_):
    send, status = REFUSED[request_]
    answer = send(site)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    assert "x-evil" not in answer.headers
    chinese, english = answer.text.strip().split("\n")[0], answer.text.strip().split("\n")[-1]
    assert any("\u4e00" <= letter <= "\u9fff" for letter in chinese)
    assert english.startswith(str(status))
    assert english.isascii()


def test_a_malformed_query_is_told_with_line_and_column(site):
    answer = ask(site, "SELECT *\n{ ?s ?p }")
    assert "第 2 行" in answer.text
    assert "第 10 列" in answer.text
    assert "at line 2, column 10" in answer.text


def test_a_parameter_that_there_is_not_is_named(site):
    answer = ask(site, ASK, timeout="5")
    assert answer.status_code == 400
    assert "timeout" in answer.text
    assert "pageSize" in answer.text


def test_a_method_that_there_is_not_is_told_with_those_that_there_are(site):
    assert site.delete("/sparql").headers["allow"] == "GET, HEAD, POST, OPTIONS"


def test_without_a_snapshot_programs_are_told_in_plain_text(tmp_path):
    with TestClient(create_app(tmp_path)) as client:
        answer = ask(client, ASK)
    assert (answer.status_code, answer.headers["content-type"]) == (503, "text/plain; charset=utf-8")
    assert "jixiao ingest" in answer.text


@contextmanager
def served(app):
    """An application under a real server; its address."""
    server = server_of(app)
    listening = socket.create_server(("127.0.0.1", 0))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    try:
        yield listening.getsockname()
    finally:
        server.should_exit = True
        thread.join(timeout=20)
        listening.close()


@pytest.fixture(scope="module")
def server(published):
    app = create_app(published.path, Service(workers=3, limits=Limits(seconds=3)))
    app.state.engine.warm()
    with served(app) as address:
        yield app, f"http://{address[0]}:{address[1]}"


def test_an_endless_query_is_ended_at_its_limit_while_eight_others_are_answered(server):
    _, address = server
    with httpx.Client(base_url=address, timeout=30) as client, ThreadPoolExecutor(9) as many:
        ask(client, ASK)
        endless = many.submit(ask, client, ENDLESS)
        others = [many.submit(ask, client, COUNT) for _ in range(8)]
        assert [each.result().status_code for each in others] == [200] * 8
        assert not endless.done()
        answer = endless.result()
        assert (answer.status_code, "超过 3 秒" in answer.text) == (504, True)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux has a second address for itself")
def test_one_client_never_takes_the_last_process(server, monkeypatch):
    monkeypatch.setattr("jixiao.site.engine.PATIENCE", 1.0)
    _, address = server
    other = httpx.HTTPTransport(local_address="127.0.0.2")
    with (
        httpx.Client(base_url=address, timeout=30) as greedy,
        httpx.Client(base_url=address, timeout=30, transport=other) as modest,
        ThreadPoolExecutor(3) as many,
    ):
        answers = [many.submit(ask, greedy, f"{ENDLESS} # {number}") for number in range(3)]
        time.sleep(0.5)
        assert ask(modest, f"{COUNT} # modest").status_code == 200
        assert not any(answer.done() for answer in answers)
        statuses = sorted(answer.result().status_code for answer in answers)
        assert statuses == [503, 504, 504]


def test_whoever_goes_away_leaves_no_query_running(server, monkeypatch):
    app, address = server
    pool = app.state.engine._pool
    ended = threading.Event()
    real = pool._instead_of
    monkeypatch.setattr(pool, "_instead_of", lambda worker: (real(worker), ended.set())[0])
    started = time.monotonic()
    with pytest.raises(httpx.ReadTimeout):
        httpx.get(f"{address}/sparql", params={"query": ENDLESS}, timeout=0.5)
    assert ended.wait(timeout=10)
    assert time.monotonic() - started < 3  # before the limit


def test_a_body_that_comes_too_slowly_is_cut(server, monkeypatch):
    monkeypatch.setattr(protocol.body_of, "__defaults__", (0.5,))
    _, address = server
    host, port = address.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=20) as slow:
        head = (
            "POST /sparql HTTP/1.1\r\nHost: a\r\nContent-Type: application/sparql-query\r\nContent-Length: 100\r\n\r\n"
        )
        slow.sendall(head.encode() + b"ASK")
        assert slow.recv(1000).startswith(b"HTTP/1.1 408")


@pytest.mark.parametrize("begun", [b"", b"GET /sparql HT", b"GET /sparql HTTP/1.1\r\nHost: a\r\nX: "])
def test_a_request_whose_head_comes_too_slowly_is_cut(server, monkeypatch, begun):
    monkeypatch.setattr(listening, "SLOWEST_HEAD", 0.3)
    _, address = server
    host, port = address.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=10) as slow:
        slow.sendall(begun)
        assert slow.recv(100) == b""


def test_who_keeps_a_connection_and_asks_in_time_is_not_cut(server, monkeypatch):
    monkeypatch.setattr(listening, "SLOWEST_HEAD", 0.5)
    _, address = server
    with httpx.Client(base_url=address, timeout=30) as client:
        for _ in range(3):
            assert ask(client, ASK).status_code == 200
            time.sleep(0.3)


def test_answers_do_not_wait_for_acknowledgements(server):
    def seconds(client):
        started = time.perf_counter()
        ask(client, ASK)
        return time.perf_counter() - started

    with httpx.Client(base_url=server[1], timeout=30) as client:
        assert min(seconds(client) for _ in range(10)) < 0.035  # a delayed acknowledgement comes after 40 ms
