"""Pages that nothing has changed are not made again; those who have one are told that it is still good."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from graph.errors import GraphError
from jixiao.site import memory
from jixiao.site.memory import Memory


class Press:
    """An application that counts the pages that it makes."""

    def __init__(self, media="text/html; charset=utf-8", status=200, body=b"page"):
        self.made, self.media, self.status, self.body = 0, media, status, body

    async def __call__(self, _scope, _receive, send):
        self.made += 1
        headers = [(b"content-type", self.media.encode()), (b"x-safe", b"yes")]
        await send({"type": "http.response.start", "status": self.status, "headers": headers})
        await send({"type": "http.response.body", "body": self.body, "more_body": True})
        await send({"type": "http.response.body", "body": b"!"})


def ask(app, path="/", method="GET", **headers):
    told = []

    async def send(message):
        told.append(message)

    raw = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    scope = {"type": "http", "method": method, "raw_path": path.encode(), "query_string": b"", "headers": raw}
    asyncio.run(app(scope, None, send))
    body = b"".join(message.get("body", b"") for message in told)
    return told[0]["status"], dict(told[0]["headers"]), body


def test_a_page_is_made_once_and_answered_alike_ever_after():
    press = Press()
    app = Memory(press, lambda: "1")
    first = ask(app)
    assert first == ask(app)
    assert first[2] == b"page!"
    assert press.made == 1


@pytest.mark.parametrize(
    "other",
    [
        {"path": "/b"},
        {"cookie": "lang=en"},
        {"accept": "text/turtle"},
        {"accept_encoding": "gzip"},
        {"host": "b.example"},
    ],
)
def test_another_site_address_language_or_format_is_another_page(other):
    press = Press()
    app = Memory(press, lambda: "1")
    assert ask(app)[1][b"etag"] != ask(app, **other)[1][b"etag"]
    assert press.made == 2


def test_a_header_that_comes_in_two_parts_counts_with_both():
    app = Memory(Press(), lambda: "1")
    parts = [(b"cookie", b"lang=zh"), (b"cookie", b"visitor=other")]
    tags = []
    for headers in (parts, parts[:1]):
        told = []

        async def send(message, told=told):
            told.append(message)

        scope = {"type": "http", "method": "GET", "raw_path": b"/", "query_string": b"", "headers": headers}
        asyncio.run(app(scope, None, send))
        tags.append(dict(told[0]["headers"])[b"etag"])
    assert len(set(tags)) == 2


def test_what_changed_is_made_again():
    press, stamp = Press(), ["1"]
    app = Memory(press, lambda: stamp[0])
    tag = ask(app)[1][b"etag"].decode()
    stamp[0] = "2"
    assert ask(app, if_none_match=tag)[0] == 200
    assert press.made == 2


def test_who_has_the_page_is_told_so_without_it():
    press = Press()
    app = Memory(press, lambda: "1")
    tag = ask(app)[1][b"etag"].decode()
    status, headers, body = ask(app, if_none_match=tag)
    assert (status, body, headers[b"x-safe"]) == (304, b"", b"yes")
    assert b"content-type" not in headers


@pytest.mark.parametrize("press", [Press(media="text/csv"), Press(status=404), Press(body=b"x" * (memory.LARGEST + 1))])
def test_files_errors_and_huge_pages_are_not_kept(press):
    app = Memory(press, lambda: "1")
    assert ask(app) == ask(app)
    assert press.made == 2


def test_other_methods_pass_through():
    press = Press()
    app = Memory(press, lambda: "1")
    ask(app, method="POST")
    assert b"etag" not in ask(app, method="POST")[1]
    assert press.made == 2


def test_where_there_is_no_snapshot_nothing_is_kept():
    def stamp():
        raise GraphError(Path("kg"), "空的")

    press = Press()
    app = Memory(press, stamp)
    ask(app)
    ask(app)
    assert press.made == 2


def test_the_page_that_nobody_asked_for_longest_is_given_up_first(monkeypatch):
    monkeypatch.setattr(memory, "ALL", 12)  # two pages of five bytes
    press = Press()
    app = Memory(press, lambda: "1")
    for path in ("/a", "/b", "/a", "/c", "/a"):
        ask(app, path)
    assert press.made == 3
    ask(app, "/b")
    assert press.made == 4
