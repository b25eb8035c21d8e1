"""The reading room: kept sources read and their pages drawn, each once, by processes that cannot hang the site."""

from __future__ import annotations

import time
from collections import OrderedDict
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Lock
from typing import TYPE_CHECKING, Generic, TypeVar

from ingest.worker import Limits, Workers
from jixiao.site.originals import read_original
from jixiao.site.paper import cut_out, draw
from jixiao.site.strokes import strokes

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable
    from pathlib import Path

    from ingest.readers import Box
    from jixiao.site.originals import Original
    from jixiao.told import Disclosure

    Boxes = tuple[Box, ...]

T = TypeVar("T")

DRAWING = Limits(seconds=15, megabytes=1024)
"""A page takes a tenth of a second; one that takes longer than this is made to."""
AT_ONCE = 16
"""So many may wait for a source or a picture at once; the others wait for their turn."""
MOST_READ, MOST_DRAWN = 96 * 2**20, 64 * 2**20
"""How many bytes of sources that were read, and of pictures, stay in memory: some hundred of each."""
AGAIN = 300.0
"""After so many seconds what failed is tried again: the machine may have been busy."""
MOST_STROKED = 10_000
"""So many boxes of quotes."""
FAILURE = 1024
"""What the memory of a failure weighs, in bytes."""


class Memory(Generic[T]):
    """Remembers what was made, the latest as far as they fit, and errors too.

    What several ask for at the same time is made once.
    """

    def __init__(self, most: int, weigh: Callable[[T], int]) -> None:
        """At most so much, by a weight."""
        self._most = most
        self._weigh = weigh
        self._lock = Lock()
        self._made: OrderedDict[Hashable, tuple[Future[T], float]] = OrderedDict()

    def get(self, key: Hashable, make: Callable[[], T]) -> T:
        """What was made for a key, or is made now.

        Raises:
            Exception: whatever making it raises, or raised a short time ago.
        """
        with self._lock:
            known = self._made.get(key)
            mine = known is None or _stale(*known)
            future: Future[T] = Future() if known is None or mine else known[0]
            if mine:
                self._made[key] = future, time.monotonic()
            self._made.move_to_end(key)
        if mine:
            self._fulfil(future, make)
        return future.result()

    def has(self, key: Hashable) -> bool:
        """Whether it is made already, or is being made."""
        with self._lock:
            return key in self._made

    def _fulfil(self, future: Future[T], make: Callable[[], T]) -> None:
        try:
            future.set_result(make())
        except BaseException as error:  # noqa: BLE001 - raised to all who ask
            future.set_exception(error)
        with self._lock:
            weights = {key: self._weight(each) for key, (each, _) in self._made.items() if each.done()}
            excess = sum(weights.values()) - self._most
            for key, weight in weights.items():
                if excess <= 0:
                    return
                del self._made[key]
                excess -= weight

    def _weight(self, future: Future[T]) -> int:
        return FAILURE if future.exception() else self._weigh(future.result())


def _stale(future: Future[T], since: float) -> bool:
    return future.done() and future.exception() is not None and time.monotonic() - since > AGAIN


class ReadingRoom:
    """The kept sources of one folder. Many threads may ask at the same time; end its processes with ``close``."""

    def __init__(self, sources: Path) -> None:
        self._sources = sources
        self._readers = Workers()
        self._drawers = Workers(limits=DRAWING)
        self._read: Memory[Original] = Memory(MOST_READ, lambda original: original.size)
        self.threads = ThreadPoolExecutor(AT_ONCE, "reading")
        """Those that wait for the processes."""
        self._stroked: Memory[Boxes] = Memory(MOST_STROKED, len)
        self._drawn: Memory[bytes] = Memory(MOST_DRAWN, len)

    def close(self) -> None:
        """End all its processes."""
        self.threads.shutdown(wait=False, cancel_futures=True)
        self._readers.close()
        self._drawers.close()

    def original(self, document: Disclosure) -> Original:
        """A kept source, read.

        Raises:
            ingest.errors.IngestError: it cannot be read any more.
        """
        path = self.path(document.sha256)
        return self._read.get(document.sha256, lambda: self._readers.run(read_original, path, document.source))

    def expect(self, document: Disclosure) -> None:
        """Begin to read a source that somebody will soon ask for: there are links to it on what is looked at."""
        if not self._read.has(document.sha256):
            self.threads.submit(self.original, document)

    def page(self, sha256: str, number: int) -> bytes:
        """The picture of a page of a PDF.

        Raises:
            ingest.errors.IngestError: it cannot be drawn, or not in time.
        """
        return self._drawn.get((sha256, number), lambda: self._drawers.run(draw, self.path(sha256), number))

    def strokes(self, sha256: str, number: int, cell: Box, text: str, parts: tuple[tuple[int, int], ...]) -> Boxes:
        """Where in a cell of a page parts of its text are printed.

        Raises:
            ingest.errors.IngestError: the page cannot be opened, or not in time.
        """
        key = (sha256, number, cell, parts)
        return self._stroked.get(
            key, lambda: self._drawers.run(strokes, self.path(sha256), number, cell=cell, text=text, parts=parts)
        )

    def part(self, sha256: str, number: int, window: Box, marks: Boxes, strokes: Boxes) -> bytes:
        """The picture of a part of a page with what is marked on it.

        Raises:
            ingest.errors.IngestError: it cannot be drawn, or not in time.
        """
        key = (sha256, number, window, marks, strokes)
        return self._drawn.get(
            key,
            lambda: self._drawers.run(cut_out, self.path(sha256), number, window=window, marks=marks, strokes=strokes),
        )

    def path(self, sha256: str) -> Path:
        """The file itself."""
        return self._sources / sha256
