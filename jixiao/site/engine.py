"""The processes that answer queries, as the site uses them: one pool for the published graph, one for the scratch."""

from __future__ import annotations

import os
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Event
from typing import TYPE_CHECKING
from weakref import WeakValueDictionary

import anyio
from anyio import to_thread

from graph.snapshot import STORE
from jixiao.site.kept import Kept
from queries.errors import BusyError, QueryError
from queries.worker import Limits, Pool

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from starlette.requests import Request

    from jixiao.site.desk import Desk
    from queries.jobs import Job
    from queries.worker import Answer

FEWEST = 4
"""So many processes there are at least: a long query leaves room for others, however few cores there are."""
WAITING = 32
PATIENCE = 10.0
"""How many seconds a client waits for its own queries to end."""


def workers() -> int:
    """How many queries run at the same time, where nobody says."""
    return max(FEWEST, os.cpu_count() or 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """How queries are served.

    Attributes:
        token: what opens the scratch dataset; without it there is none.
        upload: what opens uploads and reviews from the site; without it there are none.
        snapshot: the id of the one snapshot that is shown; without it the live one, whichever that is.
    """

    limits: Limits = field(default_factory=Limits)
    workers: int = field(default_factory=workers)
    token: str | None = None
    upload: str | None = None
    snapshot: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A store to ask, and who answers."""

    pool: Pool
    store: Path
    union: bool
    """The default graph is all graphs together."""
    version: str | None
    """What the content is called; nothing where it may change at any time."""
    writable: bool = False

    turns: Turns

    async def run(self, request: Request, job: Job) -> Answer:
        """What a job has to say; it is ended when the one who asked goes away.

        Raises:
            QueryError: as :meth:`queries.worker.Pool.run`.
        """
        unwanted = Event()
        result: Answer | QueryError | None = None
        async with self.turns.taken(request, job), anyio.create_task_group() as group:
            group.start_soon(_watch, request, unwanted)
            try:
                result = await to_thread.run_sync(self._run, job, unwanted, limiter=_THREADS)
            finally:
                group.cancel_scope.cancel()
        if isinstance(result, QueryError):
            raise result
        assert result is not None
        return result

    def _run(self, job: Job, unwanted: Event) -> Answer | QueryError:
        try:
            return self.pool.run(job, self.store, unwanted)
        except QueryError as error:
            return error


class Turns:
    """Whose turn it is: nobody takes the last process, so that one who asks for too much stands in nobody's way."""

    def __init__(self, processes: int) -> None:
        self._each = max(processes - 1, 1)
        self._clients: WeakValueDictionary[str, _Turn] = WeakValueDictionary()

    @asynccontextmanager
    async def taken(self, request: Request, job: Job) -> AsyncIterator[None]:
        """As long as a client has a turn.

        Raises:
            BusyError: the client waits for too many answers already.
        """
        address = request.client.host if request.client else ""
        turn = self._clients.setdefault(address, _Turn(self._each))
        try:
            with anyio.fail_after(PATIENCE):
                await turn.free.acquire()
        except TimeoutError:
            raise BusyError(job.name, "您的查询太多，请等前面的查询结束") from None
        try:
            yield
        finally:
            turn.free.release()


class _Turn:
    """So many queries of one client may run."""

    def __init__(self, count: int) -> None:
        self.free = anyio.Semaphore(count)


_THREADS = anyio.CapacityLimiter(2 * (WAITING + 64))
"""Who waits for an answer waits in threads of its own, so that pages have theirs; the pool says how many may wait."""


async def _watch(request: Request, unwanted: Event) -> None:
    """Tells when the one who asked has gone away."""
    while (await request.receive())["type"] != "http.disconnect":
        pass
    unwanted.set()


class Engine:
    """What answers queries; ``close`` ends its processes and takes the scratch dataset away."""

    def __init__(self, desk: Desk, service: Service | None = None) -> None:
        self.service = service or Service()
        self.kept = Kept()
        self._desk = desk
        self._pool = Pool(self.service.workers, self.service.limits, waiting=WAITING)
        self._turns = Turns(self.service.workers)
        self._scratch: Place | None = None
        self._folder: TemporaryDirectory[str] | None = None
        if self.service.token:
            self._folder = TemporaryDirectory(prefix="jixiao-scratch-", ignore_cleanup_errors=True)
            own = Path(self._folder.name)
            pool = Pool(1, self.service.limits, waiting=WAITING, own=own)
            self._scratch = Place(pool=pool, store=own, union=False, version=None, writable=True, turns=Turns(1))

    @property
    def published(self) -> Place:
        """The live snapshot.

        Raises:
            GraphError: there is none, or it is damaged.
        """
        snapshot = self._desk.snapshot
        store = snapshot.path / STORE
        return Place(pool=self._pool, store=store, union=True, version=snapshot.id, turns=self._turns)

    @property
    def scratch(self) -> Place | None:
        """The graphs that researchers write themselves, where there are any."""
        return self._scratch

    def warm(self) -> None:
        """Start all processes now."""
        self._pool.warm()

    def close(self) -> None:
        """End all processes; what was written is gone."""
        self._pool.close()
        if self._scratch:
            self._scratch.pool.close()
        if self._folder:
            self._folder.cleanup()


def engine_of(request: Request) -> Engine:
    """The engine that the application was made with."""
    engine: Engine = request.app.state.engine
    return engine
