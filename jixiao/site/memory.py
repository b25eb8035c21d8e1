"""Pages that were made once are not made again while nothing that they show has changed."""

from __future__ import annotations

from collections import OrderedDict
from hashlib import sha256
from threading import Lock
from typing import TYPE_CHECKING

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers, MutableHeaders

from graph.errors import GraphError

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

VARYING = ("Accept", "Accept-Encoding", "Accept-Language", "Cookie")
"""What of a request a page may depend on beside its address."""
LARGEST, ALL = 2**20, 2**26
"""How many bytes one page may have to be kept, and all that are kept."""
Page = list["Message"]


class Memory:
    """Keeps whole HTML pages, the least recently asked for given up first, and knows them by a tag (RFC 9110, 8.8.3).

    Args:
        app: what makes the pages.
        stamp: tells what pages are made from; while it says the same, a page at an address stays the same.
    """

    def __init__(self, app: ASGIApp, stamp: Callable[[], str]) -> None:
        self.app = app
        self._stamp = stamp
        self._pages: OrderedDict[str, Page] = OrderedDict()
        self._size = 0
        self._lock = Lock()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers from memory, with "not modified" to those who have the page, or lets the page be made."""
        key = await self._key(scope)
        if key is None:
            await self.app(scope, receive, send)
            return
        page = self._found(key)
        if page is None:
            await self.app(scope, receive, Recorder(send, key, self._keep))
        else:
            await self._answer(scope, key, page, send)

    async def _key(self, scope: Scope) -> str | None:
        if scope["type"] != "http" or scope["method"] != "GET":
            return None
        try:
            stamp = await run_in_threadpool(self._stamp)
        except GraphError:
            return None
        headers = Headers(scope=scope)
        site = scope.get("scheme"), headers.getlist("host")
        asked = (stamp, site, scope["raw_path"], scope["query_string"], *map(headers.getlist, VARYING))
        return sha256(repr(asked).encode()).hexdigest()[:32]

    async def _answer(self, scope: Scope, key: str, page: Page, send: Send) -> None:
        if Headers(scope=scope).get("if-none-match") == _tag(key):
            headers = [(name, value) for name, value in page[0]["headers"] if not name.startswith(b"content-")]
            await send({"type": "http.response.start", "status": 304, "headers": headers})
            await send({"type": "http.response.body", "body": b""})
            return
        for message in page:
            await send(message)

    def _found(self, key: str) -> Page | None:
        with self._lock:
            page = self._pages.get(key)
            if page is not None:
                self._pages.move_to_end(key)
            return page

    def _keep(self, key: str, page: Page) -> None:
        with self._lock:
            if key not in self._pages:
                self._pages[key] = page
                self._size += _length(page)
            while self._size > ALL:
                self._size -= _length(self._pages.popitem(last=False)[1])


class Recorder:
    """Passes an answer on and keeps it where it is a whole page."""

    def __init__(self, send: Send, key: str, keep: Callable[[str, Page], None]) -> None:
        self._send = send
        self._key = key
        self._keep = keep
        self._page: Page | None = None

    async def __call__(self, message: Message) -> None:
        """Takes one message of an answer."""
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            if message["status"] == 200 and _is_page(headers):  # noqa: PLR2004
                headers["ETag"] = _tag(self._key)
                headers.setdefault("Cache-Control", "no-cache")
                headers["Vary"] = ", ".join(VARYING)
                self._page = []
        if self._page is not None:
            self._page.append(message)
            if _length(self._page) > LARGEST:
                self._page = None
            elif message["type"] == "http.response.body" and not message.get("more_body", False):
                self._keep(self._key, self._page)
        await self._send(message)


def _is_page(headers: MutableHeaders) -> bool:
    """Whether this is a page that may be kept."""
    private = "no-store" in headers.get("cache-control", "")
    return headers.get("content-type", "").startswith("text/html") and not private


def _tag(key: str) -> str:
    return f'"{key}"'


def _length(page: Page) -> int:
    return sum(len(message.get("body", b"")) for message in page)
