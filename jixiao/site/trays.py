"""Trays: files that somebody brought to the site, read by processes with limits and judged as a graph of their own.

Nothing of a tray is in the knowledge graph until its owner says so. A tray that nobody looks at any more vanishes after
a time, and all vanish when the site stops.
"""

from __future__ import annotations

import shutil
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory, mkdtemp
from threading import Event, Lock, Thread
from typing import TYPE_CHECKING

from ingest.worker import AT_ONCE, Limits, Workers
from jixiao.site.papers import Told, explained, publish
from jixiao.site.tray import Addition, Tray

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from starlette.applications import Starlette

    from jixiao.site.desk import Desk

    Make = Callable[[Path, str], Starlette]

MOST_TRAYS = 20
RESERVE = 256 * 2**20
"""So much of the disk stays free, for the knowledge graph's sake."""
KEPT = 2 * 3600.0
"""After so many seconds without anybody looking a tray vanishes."""
SWEEP = 60.0
JUDGING = Limits(seconds=900.0, megabytes=6144)
"""The graph of one tray; four thousand indicators take 1.5 GB."""
BUILDING = Limits(seconds=12 * 3600.0, megabytes=1 << 24)
"""The knowledge graph's own build: as long as it takes, with whatever memory there is."""
PREPARING, LOOK = 300.0, 0.2
"""So many seconds pages may take to be ready for a new snapshot, and after so many one looks again."""


class Trays:
    """All trays of a site. Many threads may ask at the same time; ``close`` ends its processes and takes all away."""

    def __init__(self, desk: Desk, make: Make) -> None:
        """For the knowledge graph of this desk; ``make`` gives the pages of a folder, which is shown at an address."""
        self.make = make
        self.workers = Workers()
        self.judges = Workers(limits=JUDGING)
        self.readers = ThreadPoolExecutor(AT_ONCE, "tray")
        self.publication: Addition | None = None
        self._desk = desk
        self._builder = ThreadPoolExecutor(1, "addition")
        self._building: Workers | None = None
        self._trays: dict[str, Tray] = {}
        self._lock = Lock()
        self._closed = Event()
        self._folder = TemporaryDirectory(prefix="jixiao-upload-", ignore_cleanup_errors=True)
        Thread(target=self._sweep, daemon=True, name="sweeper").start()

    def new(self, owner: str) -> Tray | None:
        """An empty tray; ``None`` where there are too many already."""
        with self._lock:
            if len(self._trays) >= MOST_TRAYS:
                return None
            tray = Tray(Path(mkdtemp(prefix="", dir=self._folder.name)), owner, self)
            self._trays[tray.id] = tray
        return tray

    def find(self, identity: str, owner: str) -> Tray | None:
        """A tray of this owner; looking at it keeps it."""
        tray = self._trays.get(identity)
        if tray is None or tray.owner != owner:
            return None
        tray.touched = time.monotonic()
        return tray

    def of(self, owner: str) -> Sequence[Tray]:
        """The trays of this owner."""
        return [tray for tray in list(self._trays.values()) if tray.owner == owner]

    def room_for(self, size: int) -> bool:
        """Whether the disk takes so much more."""
        return shutil.disk_usage(self._folder.name).free - size > RESERVE

    def discard(self, tray: Tray) -> None:
        """Take a tray away."""
        with self._lock:
            self._trays.pop(tray.id, None)
        tray.close()

    def add(self, tray: Tray) -> None:
        """Bring what was read into the knowledge graph, after whatever else is on the way there."""
        with self._lock:
            if tray.adding or not tray.read:
                return
            tray.addition = Addition()
        sources = [paper.facts.sha256 for paper in tray.read if paper.facts]
        self._builder.submit(self._publish, tray.addition, tray.graph.path, sources)

    def publish(self) -> None:
        """Publish the knowledge graph anew, so that corrections count; once, however often it is asked for."""
        with self._lock:
            if self.publication and self.publication.told is None:
                return
            self.publication = Addition()
        self._builder.submit(self._publish, self.publication)

    def _publish(self, addition: Addition, brought: Path | None = None, sources: Sequence[str] = ()) -> None:
        addition.building = True
        try:
            with Workers(1, BUILDING) as self._building:
                told = self._building.run(publish, self._desk.graph.path, brought, sources)
            self._wait_for_pages()
        except Exception as error:  # noqa: BLE001 - whatever it is, the page says it
            told = Told(cause=explained(error))
        addition.told = told

    def _wait_for_pages(self) -> None:
        """Until the site shows what is live, so that links to what was added lead there."""
        until = time.monotonic() + PREPARING
        while self._desk.snapshot.id != self._desk.graph.live().id and time.monotonic() < until:
            time.sleep(LOOK)

    def _sweep(self) -> None:
        while not self._closed.wait(SWEEP):
            self.sweep()

    def sweep(self, now: float | None = None) -> None:
        """Take the trays away that nobody looked at for long."""
        before = (time.monotonic() if now is None else now) - KEPT
        for tray in list(self._trays.values()):
            if tray.touched < before and not tray.busy:
                self.discard(tray)

    def close(self) -> None:
        """End all processes, whatever they are doing, and take all trays away; a build that is cut changes nothing."""
        self._closed.set()
        self.readers.shutdown(wait=False, cancel_futures=True)
        self._builder.shutdown(wait=False, cancel_futures=True)
        self.workers.close()
        self.judges.close()
        if self._building:
            self._building.close()
        for tray in list(self._trays.values()):
            self.discard(tray)
        self._folder.cleanup()
