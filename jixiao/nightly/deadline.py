"""An end for requests: a time limit of :mod:`httpx` begins anew with each byte, so it may never be over."""

from __future__ import annotations

import socket
from contextlib import suppress
from threading import Lock, Timer
from typing import TYPE_CHECKING, Any, Self

import httpx

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from types import TracebackType

ONE_EACH = httpx.Limits(max_keepalive_connections=0)
"""A connection for each request: that is how a deadline gets to know it."""
_CONNECTED = ("connect_tcp.complete", "start_tls.complete")


class Deadline:
    """A block that ends its request when its time is up; what the block raises then is what was agreed."""

    def __init__(self, seconds: float, late: Exception) -> None:
        """Give a request so many seconds from now on, and name what is raised when they are over."""
        self._late = late
        self._socket: socket.socket | None = None
        self._over = False
        self._lock = Lock()
        self._timer = self._started(seconds)

    @property
    def extensions(self) -> Mapping[str, Any]:
        """What the request, sent by a client with :data:`ONE_EACH`, has to be given."""
        return {"trace": self._watch}

    def put_off(self, seconds: float, late: Exception) -> None:
        """Give it so many seconds from now on instead."""
        self._timer.cancel()
        self._check()
        self._late = late
        self._timer = self._started(seconds)

    def pieces(self, answer: httpx.Response) -> Iterator[bytes]:
        """The content of an answer; one that was ended is never taken for whole."""
        for piece in answer.iter_bytes():
            yield piece
            self._check()
        self._check()

    def _check(self) -> None:
        if self._over:
            raise self._late

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        self._timer.cancel()
        if self._over and isinstance(error, httpx.HTTPError | OSError):
            raise self._late from error

    def _started(self, seconds: float) -> Timer:
        timer = Timer(seconds, self._end)
        timer.daemon = True
        timer.start()
        return timer

    def _watch(self, event: str, told: Mapping[str, Any]) -> None:
        """Get to know the connection, the last one where the request is led on."""
        if event.endswith(_CONNECTED):
            with self._lock:
                self._socket = told["return_value"].get_extra_info("socket")
            if self._over:
                self._end()

    def _end(self) -> None:
        """Whoever waits for the connection is told that it has ended."""
        with self._lock:
            self._over = True
            if self._socket is not None:
                with suppress(OSError):  # it has ended by itself
                    socket.socket.shutdown(self._socket, socket.SHUT_RDWR)  # past TLS, whose farewell may wait too
