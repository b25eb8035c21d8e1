"""A tray: files that a guest brought, read by processes with limits, and the graph of just these."""

from __future__ import annotations

import shutil
import time
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from tempfile import mkdtemp
from threading import Lock
from typing import TYPE_CHECKING, Literal

from graph.errors import GraphError
from graph.folder import KnowledgeGraph
from ingest.errors import IngestError, LimitError
from ingest.readers.archive import safe_name
from jixiao.site.papers import Facts, Told, explained, kept, publish, unpacked

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import IO

    from starlette.applications import Starlette

    from jixiao.site.trays import Trays
    from jixiao.view import View

State = Literal["waiting", "reading", "read", "refused"]

MOST_BYTES = 64 * 2**20
"""How large one file may be."""
MOST_TOGETHER = 256 * 2**20
"""How large the files of one tray may be together, as they come."""
MOST_PAPERS = 200
"""How many files a tray may have, those of its archives counted."""

TOO_MUCH = "这一批内容太多，核查没有做完。可以分几批上传，也可以直接加入图谱"


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
        self._closed = False
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
            return explained(error)
        paper.path = place / paper.path
        try:
            with paper.path.open("xb") as file:
                shutil.copyfileobj(content, file)
        except OSError as error:
            shutil.rmtree(place, ignore_errors=True)
            return explained(error)
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
            paper.facts = self._read(paper)
            paper.state = "read"
        except Exception as error:  # noqa: BLE001 - one file must not cost the others
            paper.state, paper.cause = "refused", explained(error)
            shutil.rmtree(paper.path.parent, ignore_errors=True)
        with self._lock:
            self._unread -= 1
            last = not self._unread and bool(self.read)
            self._judging += last
        if self._closed:
            self.close()
        elif last:
            self._judge()

    def _read(self, paper: Paper) -> Facts | None:
        """What was read from a file, of which the graph keeps a copy; nothing where others have taken its place."""
        found = self._trays.workers.run(unpacked, paper.path, paper.path.parent)
        if found is None:
            facts = self._trays.workers.run(kept, paper.path, self.graph.path)
            shutil.rmtree(paper.path.parent, ignore_errors=True)
            return facts
        self._open(paper, found)
        paper.path.unlink()
        return None

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
                self.cause = self._trays.judges.run(publish, self.graph.path).cause
            except LimitError:
                self.cause = TOO_MUCH
            except Exception as error:  # noqa: BLE001 - a preview that fails must not leave the page waiting
                self.cause = explained(error)
        with self._lock:
            self._judging -= 1

    def close(self) -> None:
        """End its processes and take its files away, those too that are being read."""
        self._closed = True
        if "site" in self.__dict__:
            self.site.state.room.close()
            self.site.state.desk.close()
        shutil.rmtree(self._folder, ignore_errors=True)


def _from(archive: Paper, found: Path | IngestError) -> Paper:
    if isinstance(found, IngestError):
        inside = archive.name if found.path.name != archive.name else ""
        return Paper(found.path, 0, inside, cause=found.cause)
    return Paper(found, found.stat().st_size, archive.name)
