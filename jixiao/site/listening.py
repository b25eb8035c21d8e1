"""The server under the site: who sends a request too slowly is cut, so that nobody holds connections for nothing."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING

import h11
import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

if TYPE_CHECKING:
    from asyncio import TimerHandle, Transport
    from typing import Any

    from starlette.applications import Starlette

SLOWEST_HEAD = 10.0
"""In how many seconds the head of a request has to be here; bodies have limits of their own."""
CONNECTIONS = 500
GOODBYE = 3
"""How many seconds answers under way have when the site is stopped."""


class Impatient(H11Protocol):
    """HTTP/1.1 that waits only so long for the head of a request."""

    _cut: TimerHandle | None = None

    def connection_made(self, transport: Transport) -> None:  # type: ignore[override]
        """Somebody has come and may begin."""
        super().connection_made(transport)
        # asyncio forgets this for sockets made without naming TCP; then the end of an answer waits for 40 ms.
        transport.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._watch()

    def data_received(self, data: bytes) -> None:
        """Something has come; between two requests the server's own limit holds."""
        super().data_received(data)
        self._watch()

    def connection_lost(self, exc: Exception | None) -> None:
        """Nobody is there any more."""
        self._forget()
        super().connection_lost(exc)

    def _watch(self) -> None:
        if self.conn.their_state is not h11.IDLE:
            self._forget()
        elif self._cut is None:
            self._cut = self.loop.call_later(SLOWEST_HEAD, self.transport.close)

    def _forget(self) -> None:
        if self._cut:
            self._cut.cancel()
            self._cut = None


def server_of(app: Starlette, **options: Any) -> uvicorn.Server:
    """A server for an application."""
    config = uvicorn.Config(
        app,
        http=Impatient,
        log_level="warning",
        limit_concurrency=CONNECTIONS,
        timeout_graceful_shutdown=GOODBYE,
        **options,
    )
    return uvicorn.Server(config)
