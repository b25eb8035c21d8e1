"""A list of web addresses as an inbox, against a server on this machine: what is asked for, how, and what stays."""

from __future__ import annotations

import gzip
import json
import threading
import time
import zipfile
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socketserver import StreamRequestHandler, ThreadingTCPServer

import httpx
import pytest
from nights import Nights
from starlette.testclient import TestClient

import ingest
from graph.folder import KnowledgeGraph
from ingest.records import Document, Facts
from jixiao import intake, samples
from jixiao.errors import BadInputError
from jixiao.nightly import addresses, manners, web
from jixiao.nightly.inbox import Item, Trouble
from jixiao.nightly.manners import Clock
from jixiao.nightly.naming import name_of
from jixiao.site.app import create_app

PDF = b"%PDF-1.4\n" + b"targets of the year\n" * 40
LATER = b"%PDF-1.4\n" + b"targets as they were corrected\n" * 60
PAGE = "<!doctype html><title>登录</title><p>请先登录。".encode()
BEGIN = datetime(2031, 2, 14, 18, 0, 5, tzinfo=UTC)


@dataclass
class Answer:
    """What a path of the server answers."""

    body: bytes = b""
    status: int = 200
    headers: dict = field(default_factory=dict)
    etag: str | None = None
    modified: str | None = None
    ranges: bool = False
    breaks: int | None = None
    """The connection ends after so many bytes, once."""
    before: list = field(default_factory=list)
    """What is answered first, each once."""


class Served:
    """A server of a test; it notes what it was asked."""

    def __init__(self):
        self.answers = {}
        self.asked = []

    def paths(self, path=None):
        return [each for each, _ in self.asked if each != "/robots.txt" and path in {None, each}]

    def headers(self, path):
        return [headers for each, headers in self.asked if each == path]


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def do_GET(self):
        served = self.server.served
        served.asked.append((self.path, dict(self.headers)))
        answer = served.answers.get(self.path, Answer(status=404))
        self.give(answer.before.pop(0) if answer.before else answer)

    def give(self, answer):
        if answer.status == 200 and (
            (answer.etag and self.headers.get("If-None-Match") == answer.etag)
            or (answer.modified and self.headers.get("If-Modified-Since") == answer.modified)
        ):
            answer = Answer(status=304, headers=answer.headers)
        start, status, body = 0, answer.status, answer.body
        same = self.headers.get("If-Range") in {answer.etag, answer.modified} - {None}
        if answer.ranges and same and (said := self.headers.get("Range")):
            start, status = int(said.removeprefix("bytes=").removesuffix("-")), 206
        self.send_response(status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        if answer.etag:
            self.send_header("ETag", answer.etag)
        if answer.modified:
            self.send_header("Last-Modified", answer.modified)
        if status == 206:
            self.send_header("Content-Range", f"bytes {start}-{len(body) - 1}/{len(body)}")
        self.send_header("Content-Length", str(len(body) - start))
        self.end_headers()
        whole = answer.breaks is None
        self.wfile.write(body[start:] if whole else body[start : answer.breaks])
        if not whole:
            answer.breaks = None
            self.close_connection = True


@pytest.fixture
def served(monkeypatch):
    for name in ("http_proxy", "all_proxy", "HTTP_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.served = served = Served()
    served.base = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    yield served
    server.shutdown()
    server.server_close()


class Watch:
    """A clock that stands still until somebody sleeps."""

    def __init__(self):
        self.seconds = 0.0
        self.slept = []

    def sleep(self, seconds):
        self.slept.append(seconds)
        self.seconds += seconds

    @property
    def clock(self):
        return Clock(lambda: BEGIN + timedelta(seconds=self.seconds), lambda: self.seconds, self.sleep)


@pytest.fixture
def watch():
    return Watch()


@dataclass
class Inbox:
    """A list, where it is fetched to, and what the user was told."""

    folder: object
    served: Served
    watch: Watch
    said: list = field(default_factory=list)

    def write(self, *paths):
        self.folder.mkdir(exist_ok=True)
        rows = [path if "," in path or "://" in path else f"{self.served.base}{path}" for path in paths]
        (self.folder / "list.csv").write_text("网址\n" + "\n".join(rows), encoding="utf-8")

    def look(self, *paths, **options):
        if paths:
            self.write(*paths)
        listing, kept = self.folder / "list.csv", self.folder / "fetched"
        found = list(web.look(listing, kept, self.said.append, clock=self.watch.clock, **options))
        web.finish(kept)
        return found

    def tomorrow(self):
        self.watch.seconds += 24 * 3600


@pytest.fixture
def inbox(tmp_path, served, watch):
    return Inbox(tmp_path / "inbox", served, watch)


def contents(found):
    return [each.path.read_bytes() for each in found if isinstance(each, Item)]


def causes(found):
    return [each.cause for each in found if isinstance(each, Trouble)]


# The list


def lines(tmp_path, content):
    path = tmp_path / "list.csv"
    path.write_bytes(content)
    return addresses.read(path)


LIST = "序号,部门,网址,年度\n1,云山市档案局, http://a.example/1.pdf ,2031\n\n2,,https://b.example/预算.pdf#2,2031年\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_a_list_is_read_in_the_encodings_of_spreadsheets(tmp_path, encoding):
    assert lines(tmp_path, LIST.encode(encoding)) == [
        (2, "http://a.example/1.pdf", "云山市档案局", 2031),
        (4, "https://b.example/%E9%A2%84%E7%AE%97.pdf", None, 2031),
    ]


def test_columns_have_english_names_too_and_may_be_divided_otherwise(tmp_path):
    found = lines(tmp_path, b"Year;URL;Department\r\n2031;http://a.example/1.pdf;Archive\r\n")
    assert found == [(2, "http://a.example/1.pdf", "Archive", 2031)]


def test_bad_lines_are_told_with_their_numbers_and_the_others_go_on(tmp_path):
    listing = (
        "网址,年度\nhttp://a.example/1,2031\nftp://a.example/2,\n,2031\nhttp://a.example/1,\nhttp://a.example/3,明年\n"
    )
    listing += "http://me:secret@a.example/4,\nhttp://a.example/5,\n"
    good, *bad, last = lines(tmp_path, listing.encode())
    assert (good.line, last.line) == (2, 8)
    assert ["".join(filter(str.isdigit, each.name)) for each in bad] == ["3", "4", "5", "6", "7"]
    assert "第 2 行" in bad[2].cause


@pytest.mark.parametrize("content", [b"", "部门,年度\n甲,2031\n".encode(), b"\xff\xfe\x00\x81\x20", PDF])
def test_a_file_that_is_no_list_is_refused_with_its_name(tmp_path, content):
    with pytest.raises(BadInputError, match=r"list\.csv"):
        lines(tmp_path, content)


def test_a_list_and_a_document_that_differ_are_told_and_those_that_agree_are_not(tmp_path, document):
    said = (
        "网址,部门,年度\nhttp://a.example/1.pdf,档案局,2031\nhttp://a.example/2.zip,教育局,2030\nhttp://a.example/3,,\n"
    )
    known = addresses.Expectations(lines(tmp_path, said.encode()))
    assert known.difference("http://a.example/1.pdf", document) is None
    assert known.difference("http://a.example/3", document) is None
    assert known.difference("http://elsewhere.example/", document) is None
    told = known.difference("http://a.example/2.zip/预算.pdf", document)
    for each in ("第 3 行", "教育局", "云山市档案局", "2030", "2031"):
        assert each in told


@pytest.fixture
def document():
    facts = Facts(publisher="云山市档案局", fiscal_year=2031)
    return Document(source="一.pdf", sha256="0" * 64, extractor="x", encoding=None, document=facts)


# What files are called


@pytest.mark.parametrize(
    ("header", "url", "kind", "name"),
    [
        ("inline; filename=a.pdf; filename*=UTF-8''%E9%A2%84%E7%AE%97.pdf", "http://a.example/x", "pdf", "预算.pdf"),
        ("attachment; filename*=GB18030''%D4%A4%CB%E3.pdf", "http://a.example/x", "pdf", "预算.pdf"),
        ("attachment; filename=%E9%A2%84%E7%AE%97.pdf", "http://a.example/x", "pdf", "预算.pdf"),
        ('attachment; filename="甲;乙.csv"', "http://a.example/x", "text", "甲;乙.csv"),
        ('attachment; filename="../../etc/passwd"', "http://a.example/x", "text", "passwd.txt"),
        ('attachment; filename="C:\\\\temp\\\\con.pdf"', "http://a.example/x", "pdf", "_con.pdf"),
        ('attachment; filename=".. "', "http://a.example/x", "pdf", "文件.pdf"),
        ("inline", "http://a.example/d/%E9%A2%84%E7%AE%97.xls?id=1", "xlsx", "预算.xls"),
        ("", "http://a.example/download.jsp?id=1", "pdf", "download.jsp.pdf"),
        ("", "http://a.example/", "html", "文件.html"),
        ("", "http://a.example/" + "a" * 300 + ".pdf", "pdf", "a" * 116 + ".pdf"),
    ],
)  # fmt: skip
def test_a_file_is_called_as_the_server_or_its_address_says_and_leads_nowhere(header, url, kind, name):
    assert name_of(header.encode(), url, kind) == name


def test_a_name_in_the_encoding_of_chinese_servers_is_read():
    assert (
        name_of('attachment; filename="云山市预算.pdf"'.encode("gb18030"), "http://a.example/", "pdf")
        == "云山市预算.pdf"
    )


# What is fetched


def test_a_document_is_fetched_with_its_address_and_the_time(inbox, served):
    served.answers["/2031.pdf"] = Answer(PDF)
    (item,) = inbox.look("/2031.pdf")
    assert item.path.read_bytes() == PDF
    assert item.sha256 == sha256(PDF).hexdigest()
    assert (item.name, item.url) == (f"{served.base}/2031.pdf",) * 2
    assert (item.path.name, item.retrieved) == ("2031.pdf", "2031-02-14T18:00:06Z")
    assert served.headers("/2031.pdf")[0]["User-Agent"].startswith("jixiao/")
    assert any("2031.pdf" in each for each in inbox.said)


@pytest.mark.parametrize("validators", [{"etag": '"1"'}, {"modified": "Fri, 14 Feb 2031 10:00:00 GMT"}])
def test_what_has_not_changed_is_not_sent_again_and_keeps_its_time(inbox, served, validators):
    served.answers["/a.pdf"] = Answer(PDF, **validators)
    first = inbox.look("/a.pdf")
    inbox.tomorrow()
    assert inbox.look() == first
    asked = served.headers("/a.pdf")
    assert len(asked) == 2
    assert {"If-None-Match", "If-Modified-Since"} & asked[1].keys()


def test_equal_content_is_unchanged_where_the_server_does_not_say_so(inbox, served):
    served.answers["/a.pdf"] = Answer(PDF)
    first = inbox.look("/a.pdf")
    inbox.tomorrow()
    assert inbox.look() == first


def test_new_content_replaces_the_old_with_a_time_of_its_own(inbox, served):
    served.answers["/a.pdf"] = Answer(PDF, etag='"1"')
    (old,) = inbox.look("/a.pdf")
    inbox.tomorrow()
    served.answers["/a.pdf"] = Answer(LATER, etag='"2"')
    (new,) = inbox.look()
    assert contents([new]) == [LATER]
    assert new.retrieved > old.retrieved
    assert not old.path.exists()


def test_what_a_run_fetched_that_was_killed_is_not_asked_for_again(inbox, served, watch):
    for name in ("a", "b", "c"):
        served.answers[f"/{name}.pdf"] = Answer(PDF + name.encode())
    inbox.write("/a.pdf", "/b.pdf", "/c.pdf")
    run = web.look(inbox.folder / "list.csv", inbox.folder / "fetched", print, clock=watch.clock)
    next(run)
    while len(served.paths()) < 2:
        pass
    run.close()
    before = len(served.paths("/a.pdf"))
    assert len(inbox.look()) == 3
    assert len(served.paths("/a.pdf")) == before == 1
    inbox.tomorrow()
    inbox.look()
    assert len(served.paths("/a.pdf")) == 2


def test_what_a_run_fetched_that_was_stopped_before_its_end_is_not_asked_for_again(inbox, served, watch):
    served.answers["/a.pdf"] = Answer(PDF)
    inbox.write("/a.pdf")
    assert len(list(web.look(inbox.folder / "list.csv", inbox.folder / "fetched", print, clock=watch.clock))) == 1
    watch.seconds += 3600
    assert contents(inbox.look()) == [PDF]
    assert len(served.paths()) == 1
    inbox.look()
    assert len(served.paths()) == 2


def test_a_run_that_was_killed_long_ago_is_not_gone_on_with(inbox, served, watch):
    served.answers["/a.pdf"] = Answer(PDF)
    inbox.write("/a.pdf")
    run = web.look(inbox.folder / "list.csv", inbox.folder / "fetched", print, clock=watch.clock)
    next(run)
    run.close()
    watch.seconds += web.FRESH.total_seconds()
    inbox.look()
    assert len(served.paths("/a.pdf")) == 2


def test_a_kept_file_that_was_damaged_is_fetched_anew(inbox, served):
    served.answers["/a.pdf"] = Answer(PDF, etag='"1"')
    (item,) = inbox.look("/a.pdf")
    item.path.write_bytes(b"%PDF damaged")
    assert contents(inbox.look()) == [PDF]


# Downloads that break off


def test_a_download_that_breaks_off_is_gone_on_with(inbox, served):
    served.answers["/a.pdf"] = Answer(PDF, etag='"1"', ranges=True, breaks=300)
    assert contents(inbox.look("/a.pdf")) == [PDF]
    asked = served.headers("/a.pdf")
    assert (asked[1]["Range"], asked[1]["If-Range"]) == ("bytes=300-", '"1"')


def test_a_download_is_gone_on_with_by_the_next_run(inbox, served, monkeypatch):
    monkeypatch.setattr(web, "TRIES", 1)
    served.answers["/a.pdf"] = Answer(PDF, modified="Fri, 14 Feb 2031 10:00:00 GMT", ranges=True, breaks=300)
    assert contents(inbox.look("/a.pdf")) == []
    assert contents(inbox.look()) == [PDF]
    assert served.headers("/a.pdf")[1]["Range"] == "bytes=300-"


def test_a_document_that_changed_meanwhile_is_begun_again(inbox, served):
    changed = Answer(LATER, etag='"2"', ranges=True, before=[Answer(PDF, etag='"1"', ranges=True, breaks=300)])
    served.answers["/a.pdf"] = changed
    assert contents(inbox.look("/a.pdf")) == [LATER]


@pytest.mark.parametrize("validators", [{}, {"etag": 'W/"1"'}])
def test_a_download_is_begun_again_where_nothing_tells_that_the_rest_fits(inbox, served, validators):
    served.answers["/a.pdf"] = Answer(PDF, **validators, ranges=True, breaks=300)
    assert contents(inbox.look("/a.pdf")) == [PDF]
    assert "Range" not in served.headers("/a.pdf")[1]


def test_another_stretch_than_was_asked_for_is_not_taken(inbox, served):
    wrong = Answer(PDF[100:], status=206, headers={"Content-Range": f"bytes 100-{len(PDF) - 1}/{len(PDF)}"})
    served.answers["/a.pdf"] = Answer(PDF, etag='"1"', before=[Answer(PDF, etag='"1"', breaks=300), wrong])
    assert contents(inbox.look("/a.pdf")) == [PDF]
    assert "Range" not in served.headers("/a.pdf")[2]


def test_what_a_server_packs_without_being_asked_is_unpacked(inbox, served):
    packed = gzip.compress(PDF)
    served.answers["/a.pdf"] = Answer(packed, headers={"Content-Encoding": "gzip"}, etag='"1"', ranges=True, breaks=30)
    assert contents(inbox.look("/a.pdf")) == [PDF]
    assert "Range" not in served.headers("/a.pdf")[1]


def test_what_is_too_large_is_told_and_leaves_nothing(inbox, served):
    served.answers["/a.pdf"] = Answer(PDF)
    (trouble,) = inbox.look("/a.pdf", largest=len(PDF) - 1)
    assert "MB" in trouble.cause
    assert [each.name for each in (inbox.folder / "fetched").rglob("*") if each.is_file()] == []


class Dripping:
    """A server that says the same few bytes again and again, after what it says first, as long as somebody listens."""

    def __init__(self, monkeypatch):
        self.said = {}
        self.drips = {}
        self.asked = []
        for name in ("http_proxy", "all_proxy", "HTTP_PROXY", "ALL_PROXY"):
            monkeypatch.delenv(name, raising=False)

    @contextmanager
    def running(self):
        dripping = self

        class Handle(StreamRequestHandler):
            def handle(self):
                path = self.rfile.readline().split()[1].decode()
                while self.rfile.readline().strip():
                    pass
                dripping.asked.append(path)
                with suppress(OSError):
                    self.wfile.write(dripping.said.get(path, b"HTTP/1.1 404 Not Found\r\n\r\n"))
                    while path in dripping.drips:
                        self.wfile.write(dripping.drips[path])
                        time.sleep(0.02)

        with ThreadingTCPServer(("127.0.0.1", 0), Handle) as server:
            server.daemon_threads = True
            threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
            yield f"http://127.0.0.1:{server.server_address[1]}"
            self.drips.clear()
            server.shutdown()


@pytest.fixture
def dripping(monkeypatch):
    return Dripping(monkeypatch)


def test_a_download_that_takes_too_long_is_left_to_the_next_run(inbox, dripping, monkeypatch):
    monkeypatch.setattr(web, "LONGEST", 0.3)
    dripping.said["/a.pdf"] = b"HTTP/1.1 200 OK\r\n\r\n%PDF-1.4"  # its end is the end of the connection
    dripping.drips["/a.pdf"] = b"x"
    with dripping.running() as base:
        (cause,) = causes(inbox.look(f"{base}/a.pdf"))
    assert "分钟" in cause
    assert dripping.asked.count("/a.pdf") == 1


def test_a_chunk_that_is_announced_byte_by_byte_has_an_end_too(inbox, dripping, monkeypatch):
    monkeypatch.setattr(web, "LONGEST", 0.3)
    dripping.said["/a.pdf"] = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5;"
    dripping.drips["/a.pdf"] = b"x"
    with dripping.running() as base:
        (cause,) = causes(inbox.look(f"{base}/a.pdf"))
    assert "分钟" in cause


def test_an_answer_that_drips_its_headers_has_an_end_and_its_host_is_left_alone(inbox, dripping, monkeypatch):
    monkeypatch.setattr(web, "ANSWER", 0.2)
    dripping.said["/a.pdf"] = b"HTTP/1.1 200 OK\r\n"
    dripping.drips["/a.pdf"] = b"X-A: b\r\n"
    with dripping.running() as base:
        found = causes(inbox.look(f"{base}/a.pdf", f"{base}/b.pdf"))
    assert len(found) == 2
    assert all("太久没有回音" in each for each in found)
    assert dripping.asked.count("/a.pdf") == web.TRIES
    assert "/b.pdf" not in dripping.asked


def test_a_robots_file_that_drips_has_an_end(inbox, dripping, monkeypatch):
    monkeypatch.setattr(manners, "LONGEST_ROBOTS", 0.2)
    dripping.said["/robots.txt"] = b"HTTP/1.1 200 OK\r\n\r\n"
    dripping.drips["/robots.txt"] = b"#"
    with dripping.running() as base:
        (cause,) = causes(inbox.look(f"{base}/a.pdf"))
    assert "robots.txt" in cause
    assert "/a.pdf" not in dripping.asked


@pytest.mark.parametrize("name", ["etag", "modified"])
def test_a_validator_that_cannot_be_sent_back_is_not(inbox, served, name):
    served.answers["/a.pdf"] = Answer(PDF, ranges=True, breaks=30, **{name: b"\xff\xfe".decode("latin-1")})
    assert contents(inbox.look("/a.pdf")) == [PDF]
    inbox.tomorrow()
    assert contents(inbox.look()) == [PDF]
    asked = served.headers("/a.pdf")
    assert len(asked) == 3
    assert not any({"If-None-Match", "If-Modified-Since", "Range", "If-Range"} & set(headers) for headers in asked)


def test_a_mistake_of_the_program_with_one_address_does_not_cost_the_others(inbox, served, monkeypatch):
    kind = web.kind_of
    monkeypatch.setattr(web, "kind_of", lambda data: kind(data) if data == PDF else {}["nothing"])
    served.answers |= {"/a.pdf": Answer(LATER), "/b.pdf": Answer(PDF)}
    found = inbox.look("/a.pdf", "/b.pdf")
    assert contents(found) == [PDF]
    assert "程序自身有错（KeyError：'nothing'）" in causes(found)[0]


def test_a_server_that_falls_silent_is_told(inbox, served, monkeypatch):
    monkeypatch.setattr(web, "TIMEOUT", httpx.Timeout(0.05))
    monkeypatch.setattr(web, "TRIES", 1)
    release = threading.Event()

    class Slow(Answer):
        @property
        def body(self):
            release.wait(5)
            return PDF

        @body.setter
        def body(self, _):
            pass

    served.answers["/robots.txt"] = Answer(status=404)
    served.answers["/a.pdf"] = Slow()
    try:
        (cause,) = causes(inbox.look("/a.pdf"))
    finally:
        release.set()
    assert "没有回音" in cause


# What is no document


@pytest.mark.parametrize("headers", [{"Content-Type": "text/html"}, {"Content-Type": "application/pdf"}])
def test_a_page_where_a_document_was_is_told_and_the_document_stays(inbox, served, headers):
    served.answers["/2031"] = Answer(PDF, headers={"Content-Type": "application/pdf"})
    (before,) = inbox.look("/2031")
    inbox.tomorrow()
    served.answers["/2031"] = Answer(PAGE, headers=headers, etag='"9"')
    found = inbox.look()
    assert found[0] == before
    assert "网页" in causes(found)[0]
    inbox.tomorrow()
    served.answers["/2031"] = Answer(LATER)
    assert contents(inbox.look()) == [LATER]


def test_a_page_is_no_document_where_the_address_names_one_and_is_one_where_it_does_not(inbox, served):
    served.answers |= {"/a.pdf": Answer(PAGE), "/a.html": Answer(PAGE)}
    file, page = inbox.look("/a.pdf", "/a.html")
    assert isinstance(file, Trouble)
    assert page.path.name == "a.html"


def test_a_document_that_is_called_a_page_by_its_server_is_taken(inbox, served):
    served.answers["/a.pdf"] = Answer(PDF, headers={"Content-Type": "text/html"})
    assert contents(inbox.look("/a.pdf")) == [PDF]


def test_an_empty_answer_is_told_and_the_document_stays(inbox, served):
    served.answers["/a.pdf"] = Answer(PDF)
    inbox.look("/a.pdf")
    inbox.tomorrow()
    served.answers["/a.pdf"] = Answer(b"")
    found = inbox.look()
    assert contents(found) == [PDF]
    assert len(causes(found)) == 1


@pytest.mark.parametrize("status", [404, 410, 403, 401])
def test_a_document_that_is_gone_is_told_and_held_until_the_list_gives_it_up(inbox, served, status):
    served.answers |= {"/a.pdf": Answer(PDF), "/b.pdf": Answer(LATER)}
    inbox.look("/a.pdf", "/b.pdf")
    inbox.tomorrow()
    served.answers["/a.pdf"] = Answer(status=status)
    found = inbox.look()
    assert contents(found) == [PDF, LATER]
    (cause,) = causes(found)
    assert str(status) in cause
    assert "2031-02-14" in cause
    assert len(served.paths("/a.pdf")) == 2, "it is asked for once"
    assert contents(inbox.look("/b.pdf")) == [LATER]


def test_the_documents_of_an_archive_have_the_address_of_the_archive(inbox, served, tmp_path):
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("一.txt", "甲")
        archive.writestr("二.txt", "乙")
    served.answers["/a.zip"] = Answer((tmp_path / "a.zip").read_bytes())
    found = inbox.look("/a.zip")
    assert [each.name for each in found] == [f"{served.base}/a.zip/一.txt", f"{served.base}/a.zip/二.txt"]
    assert {each.url for each in found} == {f"{served.base}/a.zip"}
    assert [each.decode() for each in contents(found)] == ["甲", "乙"]


# Where addresses lead


def test_redirects_are_followed_and_the_last_address_is_kept(inbox, served):
    served.answers["/old"] = Answer(status=302, headers={"Location": "/new/%E9%A2%84%E7%AE%97.pdf#page=2"})
    served.answers["/new/%E9%A2%84%E7%AE%97.pdf"] = Answer(PDF, etag='"1"')
    (item,) = inbox.look("/old")
    assert item.name == f"{served.base}/old"
    assert item.url == f"{served.base}/new/%E9%A2%84%E7%AE%97.pdf"
    assert item.path.name == "预算.pdf"
    inbox.tomorrow()
    assert inbox.look() == [item]
    assert served.headers("/new/%E9%A2%84%E7%AE%97.pdf")[1]["If-None-Match"] == '"1"'


@pytest.mark.parametrize("target", ["/round", "ftp://127.0.0.1/a.pdf", "file:///etc/passwd"])
def test_an_address_that_leads_nowhere_is_told(inbox, served, target):
    served.answers["/round"] = Answer(status=301, headers={"Location": target})
    (trouble,) = inbox.look("/round")
    assert "网址转" in trouble.cause
    assert len(served.paths()) <= web.REDIRECTS + 1


# Manners


def test_between_two_requests_to_a_host_there_is_a_pause(inbox, served, watch):
    served.answers |= {f"/{number}.pdf": Answer(PDF + b"%d" % number) for number in range(4)}
    inbox.look(*(f"/{number}.pdf" for number in range(4)), pause=2.5)
    assert watch.slept == [2.5] * 4, "after robots.txt and after each but the last"


def test_robots_txt_is_obeyed_and_asked_for_once(inbox, served, watch):
    rules = b"User-agent: *\nDisallow: /inner/\nCrawl-delay: 7\n\nUser-agent: other\nDisallow: /\n"
    served.answers |= {"/robots.txt": Answer(rules), "/a.pdf": Answer(PDF), "/inner/b.pdf": Answer(LATER)}
    found = inbox.look("/inner/b.pdf", "/a.pdf")
    assert contents(found) == [PDF]
    assert "robots.txt" in causes(found)[0]
    assert served.paths() == ["/a.pdf"]
    assert len(served.headers("/robots.txt")) == 1
    assert max(watch.slept) == 7


def test_a_redirect_into_what_is_forbidden_is_not_followed(inbox, served):
    served.answers["/robots.txt"] = Answer(b"User-agent: jixiao\nDisallow: /inner/\n")
    served.answers |= {"/a": Answer(status=302, headers={"Location": "/inner/a.pdf"}), "/inner/a.pdf": Answer(PDF)}
    assert "robots.txt" in causes(inbox.look("/a"))[0]
    assert served.paths() == ["/a"]


def test_a_site_whose_robots_txt_fails_is_left_alone(inbox, served):
    served.answers |= {"/robots.txt": Answer(status=500), "/a.pdf": Answer(PDF), "/b.pdf": Answer(PDF)}
    assert len(causes(inbox.look("/a.pdf", "/b.pdf"))) == 2
    assert served.paths() == []
    assert len(served.asked) == web.TRIES, "the host is given up for the other addresses too"


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize("said", ["40", format_datetime(BEGIN + timedelta(seconds=42), usegmt=True)])
def test_a_host_that_asks_to_wait_is_left_alone_so_long(inbox, served, watch, status, said):
    busy = Answer(status=status, headers={"Retry-After": said})
    served.answers["/a.pdf"] = Answer(PDF, before=[busy])
    assert contents(inbox.look("/a.pdf")) == [PDF]
    assert 39 <= max(watch.slept) <= 42


def test_a_host_that_asks_to_wait_too_long_is_left_to_the_next_run(inbox, served, watch):
    served.answers["/a.pdf"] = Answer(status=503, headers={"Retry-After": "7200"})
    served.answers["/b.pdf"] = Answer(PDF)
    found = inbox.look("/a.pdf", "/b.pdf")
    assert ["分钟" in each for each in causes(found)] == [True, True]
    assert served.paths() == ["/a.pdf"]
    assert max(watch.slept) <= manners.LONGEST_WAIT


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_a_server_that_fails_is_asked_again_a_few_times_ever_more_slowly(inbox, served, watch, status):
    served.answers["/a.pdf"] = Answer(status=status)
    assert str(status) in causes(inbox.look("/a.pdf"))[0]
    assert len(served.paths()) == web.TRIES
    assert watch.slept[1:] == [5.0, 10.0]


def test_a_host_that_cannot_be_reached_is_given_up_once_for_all_addresses(inbox, watch):
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as gone:
        port = gone.server_port
    found = inbox.look(*(f"http://127.0.0.1:{port}/{number}.pdf" for number in range(20)))
    assert len(causes(found)) == 20
    assert watch.slept == [5.0, 10.0]


@contextmanager
def noting_turns(monkeypatch):
    """Which hosts are being asked at the same time."""
    at_once, lock, seen = [], threading.Lock(), []
    original = manners.Manners.turn

    @contextmanager
    def turn(self, url):
        with original(self, url):
            host = httpx.URL(url).host
            with lock:
                at_once.append(host)
                seen.append(sorted(at_once))
            try:
                yield
            finally:
                with lock:
                    at_once.remove(host)

    monkeypatch.setattr(manners.Manners, "turn", turn)
    yield seen


def test_a_host_is_asked_one_thing_at_a_time_while_others_are_asked(inbox, served, monkeypatch):
    served.answers |= {f"/{number}.pdf": Answer(PDF + b"%d" % number) for number in range(3)}
    port = served.base.rpartition(":")[2]
    hosts = [f"http://{host}:{port}/{number}.pdf" for number in range(3) for host in ("127.0.0.1", "localhost")]
    with noting_turns(monkeypatch) as seen:
        assert len(contents(inbox.look(*hosts))) == 6
    assert all(len(each) == len(set(each)) for each in seen)


# The whole way


def test_what_is_known_of_a_document_stands_beside_it(inbox, served):
    served.answers["/a.pdf"] = Answer(PDF, etag='"1"')
    (item,) = inbox.look("/a.pdf")
    told = json.loads((item.path.parent.parent / "meta.json").read_bytes())
    assert (told["address"], told["sha256"], told["etag"]) == (item.url, item.sha256, '"1"')
    assert sorted(each.name for each in item.path.parent.parent.iterdir()) == [item.sha256[:16], "meta.json"]


def test_a_run_over_a_list_holds_what_its_addresses_have_until_they_leave_it(served, tmp_path, monkeypatch):
    nights = Nights(tmp_path, monkeypatch)
    for file in samples.write(tmp_path / "samples", seed=7, count=2):
        path = f"/{len(served.answers)}.txt"
        served.answers[path] = Answer(file.read_bytes(), etag=f'"{path}"')

    def run(*paths):
        rows = [f"{served.base}{path},教育局" for path in paths]
        listing = nights.inbox / "list.csv"
        listing.write_text("\n".join(["网址,部门", *rows]), encoding="utf-8")
        return nights.run(inbox=listing, pause=0.0)

    def urls():
        return sorted(each.url.removeprefix(served.base) for each in nights.graph.live().documents())

    first = run("/0.txt", "/1.txt")
    assert (first.code, urls()) == (0, ["/0.txt", "/1.txt"])
    assert len(json.loads((nights.kg / "runs" / "000001.json").read_bytes())["differing"]) == 2
    assert sum("教育局" in each for each in nights.said) == 2
    again = run("/0.txt", "/1.txt")
    assert (again.code, again.built, nights.read) == (0, False, [])
    assert not any("教育局" in each for each in nights.said), "it is told once"
    served.answers["/0.txt"] = Answer(status=410)
    gone = run("/0.txt", "/1.txt")
    assert (gone.code, gone.built, urls()) == (2, False, ["/0.txt", "/1.txt"])
    assert run("/1.txt").built
    assert urls() == ["/1.txt"]


def test_a_page_says_where_its_document_was_fetched_from(tmp_path):
    (file,) = samples.write(tmp_path / "samples", seed=3, count=1)
    graph = KnowledgeGraph(tmp_path / "kg")
    url, moment = "https://example.org/2031/%E9%A2%84%E7%AE%97.txt", "2031-02-14T18:00:05Z"
    graph.add(file, replace(ingest.read(file), url=url, retrieved=moment))
    (document,) = intake.publish(graph).documents()
    assert (document.url, document.retrieved) == (url, moment)
    with TestClient(create_app(graph.path)) as site:
        (row,) = site.get("/documents?format=json").json()["rows"]
        page = site.get(row["address"].removeprefix("https://w3id.org/jixiao")).text
    assert (row["url"], row["retrieved"]) == (url, moment)
    assert f'href="{url}"' in page
    assert "2031-02-14 18:00" in page
