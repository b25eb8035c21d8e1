"""Jobs in processes of their own: what they answer, and what ends them."""

import json
import multiprocessing
import os
import platform
import socket
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import pyoxigraph as ox
import pytest

from queries.confinement import SOCKET_CALL, close_network
from queries.errors import (
    AnswerTooLargeError,
    BusyError,
    FormatError,
    FullError,
    MalformedGraphError,
    MalformedQueryError,
    NoGraphError,
    QueryFailedError,
    QueryTooLongError,
    RefusedQueryError,
)
from queries.jobs import Ask, Change, Content, Dataset, Drop, Give, Page, Put
from queries.worker import IN_MEMORY, Limits, Pool, _size, answer

ENDLESS = "SELECT (COUNT(*) AS ?n) { " + " . ".join(f"?a{i} ?b{i} ?c{i}" for i in range(6)) + " }"
LIMITED = pytest.mark.skipif(
    sys.platform == "win32", reason="Windows has no limit of memory, and no signals to ask with"
)
CONFINED = pytest.mark.skipif(
    not sys.platform.startswith("linux") or platform.machine() not in SOCKET_CALL, reason="only Linux can promise that"
)
GRAPH, OTHER = "https://example.org/d", "https://example.org/e"
ALL = "SELECT ?s { ?s ?p ?o } ORDER BY ?s"


@pytest.fixture(scope="module")
def store(tmp_path_factory) -> Path:
    """A store of a few hundred triples in two named graphs."""
    folder = tmp_path_factory.mktemp("snapshot")
    store = ox.Store(folder)
    same = ox.NamedNode("https://example.org/p")
    nodes = [ox.NamedNode(f"https://example.org/{i:03}") for i in range(300)]
    store.bulk_extend(ox.Quad(node, same, ox.Literal("满意"), ox.NamedNode(GRAPH)) for node in nodes)
    store.add(ox.Quad(nodes[0], same, ox.Literal("=1+1"), ox.NamedNode(OTHER)))
    del store
    return folder


@pytest.fixture(scope="module")
def pool():
    with Pool(2, Limits(seconds=20)) as pool:
        yield pool


@pytest.fixture(scope="module")
def kept(tmp_path_factory):
    """A store that may change, and what runs jobs on it."""
    folder = tmp_path_factory.mktemp("own")
    with Pool(1, Limits(seconds=3, store=4), own=folder) as pool:
        yield lambda job: text_of(pool.run(job, folder))


@pytest.fixture
def own(kept):
    """The same, empty."""
    kept(Change(text="DROP ALL"))
    return kept


def text_of(answer):
    with answer as whole:
        return whole.file.read().decode()


def ask(text, form="csv", **more):
    return Ask(text=text, results=form, graphs=form, **more)


def count(pool, store, **more):
    text = text_of(pool.run(ask("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }", **more), store))
    return int(text.split()[1])


def test_an_answer_covers_the_union_of_the_named_graphs(store):
    result = json.loads(answer(store, "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }", "json"))
    assert result["results"]["bindings"][0]["n"]["value"] == "301"


def test_a_dataset_is_what_the_request_names_before_what_the_query_names(store, pool):
    assert count(pool, store) == 301
    assert count(pool, store, dataset=Dataset(default=(OTHER,))) == 1
    assert count(pool, store, dataset=Dataset(named=(OTHER,))) == 0
    named_in_text = f"SELECT (COUNT(*) AS ?n) FROM <{OTHER}> {{ ?s ?p ?o }}"  # noqa: S608 - no SQL
    assert text_of(pool.run(ask(named_in_text), store)).split() == ["n", "1"]
    both = ask(named_in_text, dataset=Dataset(default=(GRAPH,)))
    assert text_of(pool.run(both, store)).split() == ["n", "300"]
    hidden = ask("ASK { GRAPH ?g { ?s ?p ?o } }", dataset=Dataset(default=(GRAPH,)))
    assert text_of(pool.run(hidden, store)) == "false"


@pytest.mark.parametrize(
    ("text", "form", "start"),
    [
        ("SELECT ?o { ?s ?p ?o FILTER(?o = '满意') } LIMIT 1", "csv", "o\r\n满意"),
        ("SELECT ?o { ?s ?p ?o } LIMIT 1", "tsv", "?o\n"),
        ("ASK { ?s ?p '满意' }", "json", '{"head":{},"boolean":true}'),
        ("ASK { ?s ?p '满意' }", "xml", "<?xml"),
        ("ASK { ?s ?p '满意' }", "sheet", "\ufefftrue"),
        ("CONSTRUCT { <a:b> ?p '满意' } WHERE { ?s ?p ?o } LIMIT 1", "nt", '<a:b> <https://example.org/p> "满意" .'),
        ("CONSTRUCT { <a:b> ?p '满意' } WHERE { ?s ?p ?o } LIMIT 1", "nq", '<a:b> <https://example.org/p> "满意" .'),
        ("CONSTRUCT { <a:b> a <a:c> } WHERE { }", "rdf", "<?xml"),
        ("CONSTRUCT { <a:b> a <a:c> } WHERE { }", "jsonld", "["),
        ("CONSTRUCT { <a:b> a <https://w3id.org/jixiao/ontology#Goal> } WHERE { }", "ttl", "@prefix"),
        ("CONSTRUCT { <a:b> a <https://w3id.org/jixiao/ontology#Goal> } WHERE { }", "trig", "@prefix"),
        ("DESCRIBE <https://example.org/001>", "nt", '<https://example.org/001> <https://example.org/p> "满意" .'),
    ],
)
def test_each_form_comes_in_its_formats(store, pool, text, form, start):
    assert text_of(pool.run(ask(text, form), store)).startswith(start)


def test_no_cell_of_a_sheet_runs_and_numbers_stay_numbers(store, pool):
    values = '"=1+1" "+1" "@x" "\\tx" "-2+3" "-5%" "--" -7 <a:b> "普通"'
    query = f"SELECT ?v {{ VALUES ?v {{ {values} UNDEF }} }}"
    sheet = text_of(pool.run(ask(query, "sheet"), store)).removeprefix("\ufeff").split("\r\n")
    assert sheet == ["v", "'=1+1", "'+1", "'@x", "'\tx", "'-2+3", "-5%", "--", "-7", "a:b", "普通", '""', ""]
    assert "=1+1" in text_of(pool.run(ask(query, "csv"), store)).split("\r\n")


def test_pages_hold_all_rows_once_and_say_when_they_end(store, pool):
    rows, number, more = [], 0, True
    while more:
        number += 1
        with pool.run(ask(ALL, page=Page(number, 120)), store) as page:
            rows += page.file.read().decode().split()[1:]
            more = page.outcome.more
    assert (number, len(rows)) == (3, 301)
    assert rows == text_of(pool.run(ask(ALL), store)).split()[1:]


def test_a_page_keeps_what_rows_say(store, pool):
    query = "SELECT * { VALUES (?a ?b) { ('x'@zh 1.50) (<a:b> UNDEF) ('y\\n' 2) } }"
    whole = json.loads(text_of(pool.run(ask(query, "json"), store)))
    page = json.loads(text_of(pool.run(ask(query, "json", page=Page(1, 2)), store)))
    assert page["head"] == whole["head"]
    assert page["results"]["bindings"] == whole["results"]["bindings"][:2]


@pytest.mark.parametrize("text", ["SELECT * { ?s ?p ?o } LIMIT 5", "ASK { }", "DESCRIBE <a:a>"])
def test_pages_are_for_rows_without_limits(store, pool, text):
    with pytest.raises(RefusedQueryError, match="分页"):
        pool.run(Ask(text=text, results="csv", graphs="nt", page=Page(1, 5)), store)


def test_a_format_that_does_not_fit_the_form_is_refused(store):
    with pytest.raises(FormatError, match="CONSTRUCT"):
        answer(store, "CONSTRUCT WHERE { ?s ?p ?o }", "csv")


def test_a_malformed_query_is_refused_with_line_and_column(store, pool):
    with pytest.raises(MalformedQueryError, match=r"第 2 行.*第 10 列") as caught:
        pool.run(ask("SELECT *\n{ ?s ?p }"), store)
    assert (caught.value.line, caught.value.column) == (2, 10)


def test_a_store_that_is_not_there_is_a_typed_error(tmp_path, pool):
    with pytest.raises(QueryFailedError, match="没有完成"):
        pool.run(ask("ASK { }"), tmp_path / "nothing")


def test_a_query_cannot_write_even_past_the_guard(store):
    read_only = ox.Store.read_only(str(store))
    with pytest.raises(SyntaxError):
        read_only.query("INSERT DATA { <a:a> <a:b> <a:c> }")
    with pytest.raises(RuntimeError):
        read_only.update("INSERT DATA { <a:a> <a:b> <a:c> }")


def test_an_endless_query_is_killed_while_others_answer_and_leaves_no_process(store):
    before = {process.pid for process in multiprocessing.active_children()}
    with Pool(2, Limits(seconds=2)) as pool, ThreadPoolExecutor(9) as many:
        pool.warm()
        endless = many.submit(pool.run, ask(ENDLESS), store)
        others = [many.submit(count, pool, store) for _ in range(8)]
        assert [each.result(timeout=30) for each in others] == [301] * 8
        assert not endless.done()
        with pytest.raises(QueryTooLongError, match="超过 2 秒"):
            endless.result(timeout=30)
        assert len({process.pid for process in multiprocessing.active_children()} - before) == 2  # replaced at once
        assert count(pool, store) == 301
    assert {process.pid for process in multiprocessing.active_children()} <= before


@LIMITED
def test_a_query_that_takes_too_much_memory_ends_alone(store):
    with Pool(1, Limits(seconds=30, megabytes=900)) as pool:
        hungry = "SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i } ORDER BY ?a ?d ?g"
        with pytest.raises(QueryFailedError, match="900 MB"):
            pool.run(ask(hungry), store)
        assert count(pool, store) == 301


def test_an_answer_that_is_too_large_is_given_up(store):
    with Pool(1, Limits(answer=1)) as pool, pytest.raises(AnswerTooLargeError, match="超过 1 MB"):
        pool.run(ask("SELECT * { ?a ?b ?c . ?d ?e ?f }"), store)


def test_only_so_many_large_answers_are_kept_at_once(store, monkeypatch):
    monkeypatch.setattr("queries.worker.LARGE_ANSWERS", 1)
    large = ask("SELECT * { ?a ?b ?c . ?d ?e ?f } LIMIT 20000")
    with Pool(1) as pool:
        with pool.run(large, store), pytest.raises(BusyError, match="大结果太多"):
            pool.run(large, store)
        with pool.run(large, store) as again:
            assert again.size > IN_MEMORY


def tries_to_connect(pipe):
    closed = close_network()
    try:
        socket.socket().close()
    except PermissionError:
        pipe.send((closed, "refused"))
    else:
        pipe.send((closed, "made"))


@CONFINED
def test_a_process_that_reads_queries_makes_no_connection():
    context = multiprocessing.get_context("spawn")
    receiver, sender = context.Pipe()
    process = context.Process(target=tries_to_connect, args=(sender,))
    process.start()
    assert receiver.recv() == (True, "refused")
    process.join()


def test_who_comes_when_too_many_wait_is_turned_away(store):
    with Pool(1, Limits(seconds=1.2), waiting=1, patience=0.3) as pool, ThreadPoolExecutor(2) as many:
        pool.warm()
        endless = many.submit(pool.run, ask(ENDLESS), store)
        time.sleep(0.2)
        waiting = many.submit(pool.run, ask(ENDLESS), store)
        time.sleep(0.1)
        with pytest.raises(BusyError, match="太多"):
            pool.run(ask("ASK { }"), store)
        with pytest.raises(BusyError, match="仍未轮到"):
            waiting.result(timeout=30)
        with suppress(QueryTooLongError):
            endless.result(timeout=30)


def test_a_job_that_nobody_wants_any_more_is_ended(store):
    unwanted = threading.Event()
    with Pool(1, Limits(seconds=60)) as pool, ThreadPoolExecutor(1) as many:
        pool.warm()
        endless = many.submit(pool.run, ask(ENDLESS), store, unwanted)
        unwanted.set()
        with pytest.raises(BusyError):
            endless.result(timeout=30)


def test_a_pool_moves_to_another_store_with_the_next_job(store, tmp_path):
    newer = ox.Store(tmp_path / "newer")
    newer.add(ox.Quad(ox.NamedNode("a:a"), ox.NamedNode("a:b"), ox.Literal("x"), ox.NamedNode("a:g")))
    del newer
    with Pool(1) as pool:
        assert [count(pool, store), count(pool, tmp_path / "newer"), count(pool, store)] == [301, 1, 301]


ORPHANS = """
import sys, threading
from pathlib import Path
from queries.jobs import Ask
from queries.worker import Pool
if __name__ == "__main__":
    pool = Pool(1)
    pool.warm()
    print([each._process.pid for each in pool._all][0], flush=True)
    pool.run(Ask(text=sys.argv[2], results="csv"), Path(sys.argv[1]))
"""


def gone(process, within):
    until = time.monotonic() + within
    while time.monotonic() < until:
        try:
            os.kill(process, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.1)
    return False


@LIMITED
def test_no_process_outlives_a_server_that_is_killed(store, tmp_path, root):
    script = tmp_path / "server.py"
    script.write_text(ORPHANS, encoding="utf-8")
    command = [sys.executable, str(script), str(store), ENDLESS]
    with subprocess.Popen(command, stdout=subprocess.PIPE, env={**os.environ, "PYTHONPATH": str(root)}) as server:
        worker = int(server.stdout.readline())
        time.sleep(1)
        os.kill(worker, 0)  # it is there, and works
        server.kill()
    assert gone(worker, within=10)


def turtle(text, form="ttl"):
    return [Content(text.encode(), form)]


def test_a_store_of_ones_own_changes_and_says_what_it_holds(own):
    own(Change(text="INSERT DATA { <a:a> <a:b> 1 . GRAPH <a:g> { <a:c> <a:d> 2 } }"))
    assert own(ask("SELECT ?s { ?s ?p ?o }", union=False)).split() == ["s", "a:a"]
    assert "<a:c> <a:d>" in own(Give(graph="a:g", form="nt"))
    own(Drop(graph="a:g"))
    with pytest.raises(NoGraphError):
        own(Give(graph="a:g", form="nt"))


def test_content_replaces_a_graph_or_joins_it(own):
    own(Put(graph="a:g", content=turtle("<a:a> <a:b> 1 ."), replace=True))
    own(Put(graph="a:g", content=turtle("<a:a> <a:b> 2 ."), replace=False))
    assert len(own(Give(graph="a:g", form="nt")).splitlines()) == 2
    own(Put(graph="a:g", content=turtle("<a:a> <a:b> 3 ."), replace=True))
    assert len(own(Give(graph="a:g", form="nt")).splitlines()) == 1
    own(Put(graph=None, content=turtle("<a:a> <a:b> 4 ."), replace=True))
    assert own(ask("SELECT ?g { GRAPH ?g { } }")).split() == ["g", "a:g"]


def test_content_that_is_malformed_changes_nothing_and_is_told_with_its_line(own):
    own(Put(graph="a:g", content=turtle("<a:a> <a:b> 1 ."), replace=True))
    with pytest.raises(MalformedGraphError) as caught:
        own(Put(graph="a:g", content=turtle("<a:a> <a:b> 2 .\n<a:a> <a:b> ;"), replace=True))
    assert caught.value.line == 2
    assert '"1"' in own(Give(graph="a:g", form="nt"))
    assert own(ask("SELECT ?g { GRAPH ?g { } }")).split() == ["g", "a:g"]


@pytest.mark.parametrize(
    ("body", "form"),
    [
        ('{"@id": "a:h", "@graph": [{"@id": "a:a", "a:b": "c"}]}', "jsonld"),
        ('{"@context": "http://127.0.0.1/", "a": "b"}', "jsonld"),
        ("<a:h> { <a:a> <a:b> 1 }", "trig"),
    ],
)
def test_content_stays_in_its_graph_and_is_fetched_from_nowhere(own, body, form):
    with pytest.raises(MalformedGraphError):
        own(Put(graph="a:g", content=turtle(body, form), replace=True))
    assert own(ask("SELECT ?g { GRAPH ?g { } }")).split() == ["g"]


def test_a_killed_update_leaves_what_was_there(own):
    own(Change(text="INSERT DATA { " + " ".join(f"<a:{i}> <a:b> {i} ." for i in range(200)) + " }"))
    endless = f"INSERT DATA {{ <a:new> <a:b> 1 }} ; INSERT {{ <a:x> <a:y> ?n }} WHERE {{ {ENDLESS} }}"
    with pytest.raises(QueryTooLongError):
        own(Change(text=endless))
    assert own(ask("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }", union=False)).split() == ["n", "200"]


def test_a_full_store_takes_nothing_more_but_lets_go(own):
    text = "满意" * 100_000
    for i in range(9):
        try:
            own(Change(text=f"INSERT DATA {{ <a:{i}> <a:b> '{text}' }}"))
        except FullError as error:
            assert "4 MB" in str(error)  # noqa: PT017 - where it stops is for the store's files to say
            break
    else:
        pytest.fail("the store grew without end")
    own(Change(text="CLEAR ALL"))
    own(Change(text="INSERT DATA { <a:a> <a:b> 1 }"))


def test_a_dataset_is_named_once(own):
    using = Dataset(named=("a:g",))
    with pytest.raises(RefusedQueryError, match="USING"):
        own(Change(text="WITH <a:h> DELETE { ?s ?p ?o } WHERE { ?s ?p ?o }", dataset=using))


def test_a_file_that_the_store_takes_away_meanwhile_has_no_size(tmp_path, monkeypatch):
    monkeypatch.setattr("pathlib.Path.is_file", lambda _: True)  # there a moment ago
    assert _size(tmp_path / "000020.sst") == 0
