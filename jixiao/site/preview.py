"""The pages of the site for the files of one tray, at addresses of the tray's own."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import MutableHeaders
from starlette.requests import Request

from jixiao.site.door import guest_of
from jixiao.site.guarded import private, refused

if TYPE_CHECKING:
    from starlette.types import Message, Receive, Scope, Send

    from jixiao.site.tray import Tray

GONE = "这一批文件已经清掉了：加入图谱或丢弃之后，或者两小时没有人看。请重新上传。"
LED = ("documents", "departments", "projects", "indicators", "findings", "rules", "id", "source", "search", "compare")
"""What the addresses of the pages begin with that a tray has of its own."""
_LEADING = re.compile(rf'(\s(?:href|src|action|data-picture)=")(/(?:{"|".join(LED)})?(?=[/?#"]))'.encode())
"""An address in a page; no text looks like this, for quotes in texts are escaped."""


class Preview:
    """The pages of the site, of the files of one tray."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers like the site; every address leads to the same tray."""
        request = Request(scope, receive)
        tray = await run_in_threadpool(self._tray, request)
        if tray is None or request.method not in ("GET", "HEAD"):
            await private(refused(request, 404, GONE))(scope, receive, send)
        else:
            await tray.site(scope, receive, Led(send, f"{tray.address}/pages".encode()))

    def _tray(self, request: Request) -> Tray | None:
        """The tray, where it is the guest's and has something to show."""
        tray: Tray | None = None
        if guest := guest_of(request).id:
            tray = request.app.state.trays.find(request.path_params["tray"], guest)
        return tray if tray and tray.view else None


class Led:
    """Passes an answer on, its links within a prefix; nobody keeps it."""

    def __init__(self, send: Send, prefix: bytes) -> None:
        self._send = send
        self._prefix = prefix
        self._start: Message | None = None
        self._page = bytearray()

    async def __call__(self, message: Message) -> None:
        """Takes one message of an answer; a page is passed on when it is whole."""
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            headers["Cache-Control"] = "no-store"
            if headers.get("location", "").startswith("/"):
                headers["Location"] = self._prefix.decode() + headers["Location"]
            if headers.get("content-type", "").startswith("text/html"):
                self._start = message
                return
        if self._start is None:
            await self._send(message)
            return
        self._page += message.get("body", b"")
        if not message.get("more_body", False):
            page = _LEADING.sub(rb"\1" + self._prefix + rb"\2", bytes(self._page))
            MutableHeaders(scope=self._start)["Content-Length"] = str(len(page))
            await self._send(self._start)
            await self._send({"type": "http.response.body", "body": page})
