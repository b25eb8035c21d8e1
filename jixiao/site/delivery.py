"""How a whole answer reaches the one who asked: in pieces, packed where wished, and never kept in memory."""

from __future__ import annotations

import zlib
from typing import IO, TYPE_CHECKING

import anyio
from starlette.concurrency import iterate_in_threadpool
from starlette.datastructures import Headers

from jixiao.site.negotiate import preferred

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from starlette.types import Receive, Scope, Send

    from queries.worker import Answer

PIECE = 1 << 18
SMALLEST_ZIP = 500
SLOWEST_PIECE = 60.0
"""In how many seconds a piece has to be taken; who reads slower is cut off."""
LEVEL = 5


class Delivery:
    """An answer on its way; nothing of it is left afterwards, however that ends."""

    def __init__(self, answer: Answer, headers: Mapping[str, str]) -> None:
        self._answer = answer
        self._headers = headers

    async def __call__(self, scope: Scope, _: Receive, send: Send) -> None:
        """Sends the answer, or to HEAD only what it is like."""
        encodings = Headers(scope=scope).get("accept-encoding", "")
        packed = self._answer.size >= SMALLEST_ZIP and encodings and preferred(encodings, {"gzip": "gzip"}) is not None
        said = {**self._headers, "Content-Encoding": "gzip"} if packed else dict(self._headers)
        if not packed:
            said["Content-Length"] = str(self._answer.size)
        raw = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in said.items()]
        with self._answer:
            await send({"type": "http.response.start", "status": 200, "headers": raw})
            if scope["method"] == "HEAD":
                await send({"type": "http.response.body"})
                return
            pieces = _packed(self._answer.file) if packed else _pieces(self._answer.file)
            if self._answer.size <= PIECE:  # packing so little, or reading it from memory, needs no thread
                await send({"type": "http.response.body", "body": b"".join(pieces)})
                return
            async for piece in iterate_in_threadpool(pieces):
                with anyio.fail_after(SLOWEST_PIECE):
                    await send({"type": "http.response.body", "body": piece, "more_body": True})
            await send({"type": "http.response.body"})


def _pieces(file: IO[bytes]) -> Iterator[bytes]:
    while piece := file.read(PIECE):
        yield piece


def _packed(file: IO[bytes]) -> Iterator[bytes]:
    packer = zlib.compressobj(LEVEL, wbits=zlib.MAX_WBITS | 16)  # 16 makes it gzip
    for piece in _pieces(file):
        if packed := packer.compress(piece):
            yield packed
    yield packer.flush()
