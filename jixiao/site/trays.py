"""Trays: files that somebody brought to the site, read by processes with limits and judged as a graph of their own.

Nothing of a tray is in the knowledge graph until its owner says so. A tray that nobody looks at any more vanishes after
a time, and all vanish when the site stops.
"""

from __future__ import annotations

import shutil
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryDirectory, mkdtemp
from threading import Event, Lock, Thread
from typing import TYPE_CHECKING, Literal

from graph.errors import GraphError
from graph.folder import KnowledgeGraph
from ingest.errors import IngestError
from ingest.readers.archive import safe_name
from ingest.worker import AT_ONCE, Limits, Workers
from jixiao.site.papers import Facts, Told, kept, publish, told, unpacked

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import IO

    from starlette.applications import Starlette

    from jixiao.view import View

    Make = Callable[[Path, str], Starlette]

State = Literal["waiting", "reading", "read", "refused"]

MOST_BYTES = 64 * 2**20
"""How large one file may be."""
MOST_TOGETHER = 256 * 2**20
"""How large the files of one tray may be together, as they come."""
MOST_PAPERS = 200
"""How many files a tray may have, those of its archives counted."""
MOST_TRAYS = 20
RESERVE = 256 * 2**20
"""So much of the disk stays free, for the knowledge graph's sake."""
KEPT = 2 * 3600.0
"""After so many seconds without anybody looking a tray vanishes."""
SWEEP = 60.0
BUILDING = Limits(seconds=12 * 3600.0, megabytes=1 << 24)
"""The knowledge graph's own build: as long as it takes, with whatever memory there is."""


@dataclass(slots=True, eq=False)
class Paper:
    """One file of a tray and what became of it.

    Attributes:
        archive: the name of the archive that it came in.
        cause: why it could not be read, with the place in it where that is known.
    """

    path: Path
    size: int
    archive: str = ""
    state: State = "waiting"
    cause: str = ""
    facts: Facts | None = None

    @property
    def name(self) -> str:
        """What the file is called."""
        return self.path.name


@dataclass(slots=True)
class Addition:
    """The way of a tray into the knowledge graph."""

    since: float = field(default_factory=time.monotonic)
    building: bool = False
    told: Told | None = None

    @property
    def seconds(self) -> int:
        """How long it has been under way."""
        return int(time.monotonic() - self.since)


class Tray:
    """Some files of one guest and the graph of just these.

    Attributes:
        cause: why there is no preview, where that is not for want of files.
    """

    def __init__(self, folder: Path, owner: str, trays: Trays) -> None:
        self.id = folder.name
        self.owner = owner
        self.graph = KnowledgeGraph(folder / "kg")
        self.papers: list[Paper] = []
        self.addition: Addition | None = None
        self.cause = ""
        self.touched = time.monotonic()
        self._folder = folder
        self._trays = trays
        self._unread = 0
        self._judging = 0
        self._size = 0
        self._lock, self._one_at_a_time = Lock(), Lock()

    @property
    def address(self) -> str:
        """Where the site shows it."""
        return f"/upload/{self.id}"

    @property
    def busy(self) -> bool:
        """Whether something is being done with it, so that looking again is worth while."""
        return bool(self._unread or self._judging or self.adding)

    @property
    def judging(self) -> bool:
        """Whether all is read and the preview is being made."""
        return bool(self._judging) and not self._unread

    @property
    def adding(self) -> bool:
        """Whether it is on its way into the knowledge graph."""
        return self.addition is not None and self.addition.told is None

    @property
    def read(self) -> Sequence[Paper]:
        """The files that could be read."""
        return [paper for paper in self.papers if paper.facts is not None]

    @property
    def done(self) -> int:
        """How many files were read or refused."""
        return sum(paper.state in ("read", "refused") for paper in self.papers)

    @cached_property
    def site(self) -> Starlette:
        """The pages of the site, of just these files."""
        return self._trays.make(self.graph.path, self.address)

    @property
    def view(self) -> View | None:
        """What was read, arranged for people; nothing before something was."""
        try:
            view: View = self.site.state.desk.view
        except GraphError:
            return None
        return view

    def receive(self, name: str, size: int, content: IO[bytes]) -> Paper:
        """Take a file in, and have it read; one that is too large or finds no room is refused, and the others go on."""
        paper = Paper(Path(safe_name(name)), size)
        paper.cause = self._objection(size) or self._write(paper, content)
        self._put(paper)
        return paper

    def _objection(self, size: int) -> str:
        if size > MOST_BYTES:
            return f"文件有 {size / 2**20:.0f} MB，超过 {MOST_BYTES >> 20} MB，没有接收"
        if self._size + size > MOST_TOGETHER:
            return f"这一批超过 {MOST_TOGETHER >> 20} MB，这个文件没有接收；请另开一批"
        if len(self.papers) >= MOST_PAPERS:
            return f"这一批超过 {MOST_PAPERS} 个文件，这个文件没有接收；请另开一批"
        return ""

    def _write(self, paper: Paper, content: IO[bytes]) -> str:
        """Copies a file piece by piece; says why not."""
        try:
            place = Path(mkdtemp(dir=self._folder))
        except OSError as error:
            return told(error)
        paper.path = place / paper.path
        try:
            with paper.path.open("xb") as file:
                shutil.copyfileobj(content, file)
        except OSError as error:
            shutil.rmtree(place, ignore_errors=True)
            return told(error)
        return ""

    def _put(self, paper: Paper, place: int | None = None) -> None:
        """On the tray; what has no cause against it is read."""
        with self._lock:
            self.papers.insert(len(self.papers) if place is None else place, paper)
            if paper.cause:
                paper.state = "refused"
                return
            self._unread += 1
            self._size += paper.size
        self._trays.readers.submit(self._take_in, paper)

    def _take_in(self, paper: Paper) -> None:
        """Reads a file, or puts the files of an archive in its place; the last one is followed by the judgement."""
        paper.state = "reading"
        try:
            found = self._trays.workers.run(unpacked, paper.path, self._folder)
            if found is None:
                paper.facts = self._trays.workers.run(kept, paper.path, self.graph.path)
            else:
                self._open(paper, found)
            paper.state = "read"
        except Exception as error:  # noqa: BLE001 - one file must not cost the others
            paper.state, paper.cause = "refused", told(error)
        shutil.rmtree(paper.path.parent, ignore_errors=True)  # the graph keeps a copy
        with self._lock:
            self._unread -= 1
            last = not self._unread and bool(self.read)
            self._judging += last
        if last:
            self._judge()

    def _open(self, archive: Paper, found: Sequence[Path | IngestError]) -> None:
        """An archive gives way to what was in it."""
        inside = [_from(archive, each) for each in found]
        if not inside:
            raise IngestError(archive.path, "压缩包里没有可以读的文件")
        with self._lock:
            place = self.papers.index(archive)
            del self.papers[place]
        for number, paper in enumerate(inside):
            if len(self.papers) >= MOST_PAPERS:
                paper.cause = f"这一批超过 {MOST_PAPERS} 个文件，其余没有读取"
                self._put(paper, place + number)
                return
            self._put(paper, place + number)

    def _judge(self) -> None:
        with self._one_at_a_time:
            try:
                self.cause = self._trays.workers.run(publish, self.graph.path).cause
            except Exception as error:  # noqa: BLE001 - a preview that fails must not leave the page waiting
                self.cause = told(error)
        with self._lock:
            self._judging -= 1

    def close(self) -> None:
        """Ends its processes and takes its files away."""
        if "site" in self.__dict__:
            self.site.state.room.close()
        shutil.rmtree(self._folder, ignore_errors=True)


def _from(archive: Paper, found: Path | IngestError) -> Paper:
    if isinstance(found, IngestError):
        return Paper(found.path, 0, archive.name, cause=found.cause)
    return Paper(found, found.stat().st_size, archive.name)


class Trays:
    """All trays of a site. Many threads may ask at the same time; ``close`` ends its processes and takes all away."""

    def __init__(self, graph: KnowledgeGraph, make: Make) -> None:
        """``make`` gives the pages of a folder, which is shown at an address."""
        self.make = make
        self.workers = Workers()
        self.readers = ThreadPoolExecutor(AT_ONCE, "tray")
        self._graph = graph
        self._builder = ThreadPoolExecutor(1, "addition")
        self._building: Workers | None = None
        self._trays: dict[str, Tray] = {}
        self._lock = Lock()
        self._closed = Event()

    @cached_property
    def _folder(self) -> TemporaryDirectory[str]:
        Thread(target=self._sweep, daemon=True, name="sweeper").start()
        return TemporaryDirectory(prefix="jixiao-upload-", ignore_cleanup_errors=True)

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
        self._builder.submit(self._add, tray, tray.addition)

    def _add(self, tray: Tray, addition: Addition) -> None:
        addition.building = True
        sources = [paper.facts.sha256 for paper in tray.read if paper.facts]
        try:
            with Workers(1, BUILDING) as self._building:
                addition.told = self._building.run(publish, self._graph.path, tray.graph.path, sources)
        except Exception as error:  # noqa: BLE001 - whatever it is, the page says it
            addition.told = Told(cause=told(error))
        tray.touched = time.monotonic()

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
        if self._building:
            self._building.close()
        for tray in list(self._trays.values()):
            self.discard(tray)
        if "_folder" in self.__dict__:
            self._folder.cleanup()
