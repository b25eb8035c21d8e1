"""What every page needs: the live snapshot arranged for people, the rules, the questions."""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import suppress
from functools import cached_property
from threading import Lock, RLock
from typing import TYPE_CHECKING

from graph.errors import GraphError
from graph.folder import KnowledgeGraph
from jixiao.comparison import index_of
from jixiao.days import today
from jixiao.explorer.overview import data_of
from jixiao.site.index import Index
from jixiao.site.opinions import opinions
from jixiao.site.registers import REGISTERS
from jixiao.view import View
from queries.library import questions, rules

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from graph.snapshot import Snapshot
    from jixiao.site.opinions import Opinions, Stamp
    from jixiao.site.registers import Register
    from queries.library import Question, Rule

PATIENCE = 2.0
"""How many seconds readers wait for a new snapshot; one that takes longer is prepared while they read the old."""


class Edition:
    """One snapshot as the site shows it: arranged, and its lists indexed."""

    def __init__(self, snapshot: Snapshot, known: Mapping[str, Rule], folder: Path) -> None:
        self.snapshot = snapshot
        self.folder = folder
        self.rules = known
        self.view = View(snapshot)
        self._lock = RLock()
        self._indexes: dict[str, tuple[Stamp | None, Index]] = {}
        self._closed = False

    @property
    def opinions(self) -> Opinions:
        """What researchers say now."""
        return opinions(self.folder)

    def index(self, register: Register) -> Index:
        """The rows of a list, made when they are first asked for, and again when reviewers said more."""
        stamp = self.opinions.stamp if register.reviewed else None
        with self._lock:
            made = self._indexes.get(register.name)
            if made is None or made[0] != stamp:
                facets = {name: facet.key or name for name, facet in register.facets.items()}
                made = stamp, Index(list(register.rows(self)), list(register.columns), facets)
                self._indexes[register.name] = made
            return made[1]

    def close(self) -> None:
        """Take the files of its indexes away; what is being prepared is given up."""
        self._closed = True
        with self._lock:
            for _, index in self._indexes.values():
                index.close()
            self._indexes.clear()

    def prepared(self) -> Edition:
        """This, with everything made that readers would have to wait for."""
        for register in REGISTERS.values():
            with self._lock:
                if self._closed:
                    return self
                self.index(register)
        _ = self.view.by_path
        data_of(self.snapshot, lambda: self.view)
        index_of(self.snapshot)
        return self


class Desk:
    """One knowledge-graph folder as the site sees it; follows the folder when another snapshot goes live.

    Attributes:
        named: the id of the snapshot that is shown whatever is live, where there is one.
    """

    def __init__(self, folder: Path, named: str | None = None) -> None:
        self.graph = KnowledgeGraph(folder)
        self.named = named
        self._lock = Lock()
        self._edition: Edition | None = None
        self._seen: tuple[int, int] | None = None
        self._next: Future[Edition] | None = None

    @cached_property
    def rules(self) -> dict[str, Rule]:
        """The rules by id."""
        return rules()

    @cached_property
    def questions(self) -> dict[str, Question]:
        """The questions of the catalogue by id."""
        return questions()

    @property
    def edition(self) -> Edition:
        """The live snapshot as it is shown; for a while the one before, where a new one takes long to prepare.

        Raises:
            GraphError: the folder has no live snapshot, or it is damaged.
        """
        with self._lock:
            stamp = self._stamp()
            if stamp is None or stamp != self._seen:
                snapshot = self.graph.snapshot(self.named) if self.named else self.graph.live()
                self._seen = stamp
                self._turn_to(snapshot)
            if self._next is not None and self._next.done():
                ready, self._next = self._next, None
                self._edition = ready.result()  # where that failed, one reader is told, and the old stays
            assert self._edition is not None
            return self._edition

    def close(self) -> None:
        """Leave nothing behind; what is asked for afterwards is made anew."""
        with self._lock:
            if self._edition:
                self._edition.close()

    def prepare(self) -> None:
        """Make what readers would otherwise wait for; where there is no snapshot yet, nothing."""
        with suppress(GraphError):
            self.edition.prepared()

    def _stamp(self) -> tuple[int, int] | None:
        """By what one tells that another snapshot went live: the file that names it is always a new one."""
        try:
            told = (self.graph.path / "current").stat()
        except OSError:
            return None
        return told.st_ino, told.st_mtime_ns

    def _turn_to(self, snapshot: Snapshot) -> None:
        if self._edition is None:
            self._edition = Edition(snapshot, self.rules, self.graph.path)
        elif snapshot.id != self._edition.snapshot.id:
            worker = ThreadPoolExecutor(1, thread_name_prefix="edition")
            self._next = worker.submit(Edition(snapshot, self.rules, self.graph.path).prepared)
            worker.shutdown(wait=False)
            wait([self._next], PATIENCE)
        else:
            self._next = None  # what is shown is live again

    @property
    def opinions(self) -> Opinions:
        """What researchers say now."""
        return opinions(self.graph.path)

    @property
    def stamp(self) -> str:
        """Changes when anything that pages show does, the day among it.

        Raises:
            GraphError: the folder has no live snapshot, or it is damaged.
        """
        return f"{self.snapshot.id} {self.opinions.stamp} {today()}"

    @property
    def snapshot(self) -> Snapshot:
        """The snapshot that is shown.

        Raises:
            GraphError: the folder has no live snapshot, or it is damaged.
        """
        return self.edition.snapshot

    @property
    def view(self) -> View:
        """The snapshot that is shown, arranged for people.

        Raises:
            GraphError: the folder has no live snapshot, or it is damaged.
        """
        return self.edition.view
