"""Strangers' queries in processes of their own, with limits of time, memory and size that hold.

The store cannot cancel a running query, so its process is killed and another takes its place. An answer is kept until
it is whole, in memory while it is small and else in a file without a name, which goes when nobody holds it: who asks
gets all of it or an error.
"""

from __future__ import annotations

import multiprocessing
import os
import queue
import shutil
import signal
import threading
import time
from dataclasses import dataclass
from tempfile import SpooledTemporaryFile
from typing import IO, TYPE_CHECKING, Any, NamedTuple, Self, cast

import pyoxigraph as ox

from queries.confinement import MEGABYTE, close_network, limit_memory, memory_used
from queries.errors import (
    AnswerTooLargeError,
    BusyError,
    FullError,
    QueryError,
    QueryFailedError,
    QueryTooLongError,
)
from queries.jobs import GRAPHS, RESULTS, Ask, Job, Outcome, clear_stage

if TYPE_CHECKING:
    from multiprocessing.connection import Connection
    from pathlib import Path

IN_MEMORY = MEGABYTE
"""How many bytes of an answer are kept in memory."""
PIECE = MEGABYTE // 4
"""How many bytes pass from process to process at once."""
GLANCE = 0.2
"""After so many seconds who waits looks whether anybody still wants the answer."""
LARGE_ANSWERS = 32
"""So many answers are kept in files at once, however slowly those who asked for them read."""
START = 60.0
"""How many seconds a process may take to start."""
LEAVING = 10.0
"""How many seconds a process may take to tidy up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What one job may take: time, memory of its process (where the platform can tell), size of the answer.

    Attributes:
        store: how many megabytes a store that changes may hold before it takes nothing more.
    """

    seconds: float = 30.0
    megabytes: int = 2048
    answer: int = 256
    store: int = 256


class Answer(NamedTuple):
    """All of an answer, and what became of the job; ``with`` lets go of it."""

    file: IO[bytes]
    size: int
    outcome: Outcome

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.file.close()


class Pool:
    """Processes that do jobs on stores, started when they are needed; end them with ``close`` or a ``with`` block.

    A process keeps its store open. Another store (as when a snapshot is published) is opened with the first job for it;
    jobs under way end on the one that they began with.
    """

    def __init__(
        self,
        count: int = 1,
        limits: Limits | None = None,
        *,
        waiting: int = 32,
        patience: float = 10.0,
        own: Path | None = None,
    ) -> None:
        """At most ``count`` processes; ``waiting`` jobs wait for one, each for at most ``patience`` seconds.

        ``own`` is a folder for a store that only this pool uses and may change, with one process; it goes when
        whoever made the pool is killed. All other stores are opened read-only.
        """
        self.limits = limits or Limits()
        self.count = count
        self._own = own
        self._waiting = threading.BoundedSemaphore(waiting + count)
        self._patience = patience
        self._files = threading.BoundedSemaphore(LARGE_ANSWERS)
        self._idle: queue.LifoQueue[_Worker | None] = queue.LifoQueue()
        self._all: set[_Worker] = set()
        self._lock = threading.Lock()
        self._closed = False
        self._eager = False
        for _ in range(count):
            self._idle.put(None)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End all processes, those too that are working; nothing is done any more."""
        with self._lock:
            self._closed = True
            for worker in self._all:
                worker.end()
            self._all.clear()

    def warm(self) -> None:
        """Start all processes now, and another at once wherever one had to be ended."""
        self._eager = True
        idle = [self._idle.get() for _ in range(self.count)]
        for worker in idle:
            self._idle.put(worker or self._started())

    def run(self, job: Job, store: Path, unwanted: threading.Event | None = None) -> Answer:
        """What a job has to say. Threads may ask at the same time.

        Args:
            job: what to do.
            store: the folder of an Oxigraph store.
            unwanted: set when nobody waits for the answer any more; the job is then ended.

        Raises:
            BusyError: too many jobs wait, or this one waited too long, or nobody wants it any more.
            QueryTooLongError: it ran into the time limit and was killed.
            QueryFailedError: its process died, as it does at the memory limit.
            AnswerTooLargeError: the answer passed its limit.
            FullError: the store has grown to its limit, and the job would add to it.
            QueryError: another of its subclasses says what is wrong with the job.
        """
        unwanted = unwanted or threading.Event()
        if not self._waiting.acquire(blocking=False):
            raise BusyError(job.name, "同时查询的人太多，请过几秒再试")
        try:
            worker = self._free(job, unwanted)
            try:
                worker = worker or self._started()
                answer, spent = worker.run(job, store, unwanted)
            except BaseException:
                self._idle.put(self._instead_of(worker))
                raise
            self._idle.put(self._instead_of(worker) if spent else worker)
        finally:
            self._waiting.release()
        if isinstance(answer, QueryError):
            raise answer
        return answer

    def _free(self, job: Job, unwanted: threading.Event) -> _Worker | None:
        """A process that has nothing to do, or the right to start one."""
        until = time.monotonic() + self._patience
        while time.monotonic() < until and not unwanted.is_set():
            try:
                return self._idle.get(timeout=GLANCE)
            except queue.Empty:
                continue
        raise BusyError(job.name, f"等待超过 {self._patience:g} 秒仍未轮到，请过几秒再试")

    def _started(self) -> _Worker:
        with self._lock:
            if self._closed:
                raise BusyError("查询", "网站正在停止")
            worker = _Worker(self.limits, self._own, self._files)
            self._all.add(worker)
        return worker

    def _instead_of(self, worker: _Worker | None) -> _Worker | None:
        """Ends a process; what takes its place."""
        if worker:
            worker.end()
            with self._lock:
                self._all.discard(worker)
        return self._started() if self._eager and not self._closed else None


def answer(store: Path, text: str, form: str, limits: Limits | None = None, name: str = "查询") -> bytes:
    """The answer of a stranger's query over all graphs together, by a process of its own.

    Args:
        store: the folder of an Oxigraph store; it is opened read-only.
        text: the query.
        form: one of :data:`~queries.jobs.RESULTS` for SELECT and ASK, of :data:`~queries.jobs.GRAPHS` for the others.
        limits: when to give up.
        name: what messages call the query.

    Raises:
        QueryError: as :meth:`Pool.run` and :meth:`queries.jobs.Ask.run`.
    """
    results, graphs = (form if form in RESULTS else None), (form if form in GRAPHS else None)
    with (
        Pool(limits=limits) as pool,
        pool.run(Ask(text=text, results=results, graphs=graphs, name=name), store) as whole,
    ):
        return whole.file.read()


class _Said(NamedTuple):
    """The last that a process says of a job."""

    result: Outcome | QueryError
    spent: bool
    """It has taken so much memory that another should do the next job."""


class _Spool(SpooledTemporaryFile[bytes]):
    """What came of an answer; once it is large, a file, of which there are only so many."""

    def __init__(self, files: threading.BoundedSemaphore, name: str) -> None:
        super().__init__(IN_MEMORY)
        self._files = files
        self._name = name
        self._taken = False

    def rollover(self) -> None:
        """Goes from memory into a file."""
        if not self._taken and not self._files.acquire(blocking=False):
            raise BusyError(self._name, "正在下载的大结果太多，请过几秒再试")
        self._taken = True
        super().rollover()

    def close(self) -> None:
        """Lets go of what is kept."""
        super().close()
        if self._taken:
            self._taken = False
            self._files.release()


class _Worker:
    """One process and the way to talk to it."""

    def __init__(self, limits: Limits, own: Path | None, files: threading.BoundedSemaphore) -> None:
        self._limits = limits
        self._files = files
        self._ready = False
        context = multiprocessing.get_context("spawn")
        self._pipe, other = context.Pipe()
        self._process = context.Process(target=_work, args=(other, limits, own), daemon=True)
        self._process.start()
        other.close()

    def run(self, job: Job, store: Path, unwanted: threading.Event) -> tuple[Answer | QueryError, bool]:
        """What a job has to say, and whether the process should be ended."""
        spool: IO[bytes] = _Spool(self._files, job.name)
        try:
            self._pipe.send((job, str(store)))
            size, said = self._receive(job, spool, unwanted)
        except BaseException as error:
            spool.close()
            if isinstance(error, QueryError):
                return error, True
            if isinstance(error, EOFError | OSError):
                cause = f"查询进程意外结束，可能超过内存上限（{self._limits.megabytes} MB），请缩小范围"
                return QueryFailedError(job.name, cause), True
            raise
        if isinstance(said.result, QueryError):
            spool.close()
            return said.result, said.spent
        spool.seek(0)
        return Answer(spool, size, said.result), said.spent

    def _receive(self, job: Job, spool: IO[bytes], unwanted: threading.Event) -> tuple[int, _Said]:
        """Keeps what comes until the process has said all; the size of it and the last word."""
        if not self._ready:
            self._next(job, time.monotonic() + START, unwanted)
            self._ready = True
        until, size = time.monotonic() + self._limits.seconds, 0
        while not isinstance(message := self._next(job, until, unwanted), _Said):
            size += len(message)
            if size > self._limits.answer * MEGABYTE:
                raise AnswerTooLargeError(job.name, f"结果超过 {self._limits.answer} MB，请缩小范围、加 LIMIT 或分页")
            spool.write(message)
        return size, message

    def _next(self, job: Job, until: float, unwanted: threading.Event) -> Any:
        while (left := until - time.monotonic()) > 0:
            if self._pipe.poll(min(GLANCE, left)):
                return self._pipe.recv()
            if unwanted.is_set():
                raise BusyError(job.name, "提问的人已经离开")
        raise QueryTooLongError(job.name, f"超过 {self._limits.seconds:g} 秒，已终止；请缩小范围或加 LIMIT")

    def end(self) -> None:
        """Kill the process."""
        self._process.kill()
        self._process.join()
        self._pipe.close()


class _Pieces:
    """What a job writes, sent on in large pieces."""

    def __init__(self, pipe: Connection) -> None:
        self._pipe = pipe
        self._held = bytearray()

    def write(self, some: Any) -> int:
        """Takes some bytes."""
        self._held += some
        if len(self._held) >= PIECE:
            self.send()
        return len(some)

    def flush(self) -> None:
        """Nothing: pieces stay large."""

    def send(self) -> None:
        """Sends what is held."""
        if self._held:
            self._pipe.send(bytes(self._held))
            self._held.clear()


def _work(pipe: Connection, limits: Limits, own: Path | None) -> None:
    """What a process does: one job after the other, each with a last word."""
    _silence()
    close_network()
    follower = _follow_parent(own)
    limit_memory(limits.megabytes)
    desk = _Desk(limits, own)
    pipe.send(b"")
    while True:
        try:
            job, store = pipe.recv()
        except (EOFError, OSError):  # nobody asks any more
            follower.join(LEAVING)
            return
        pieces = _Pieces(pipe)
        result = desk.result(job, store, cast("IO[bytes]", pieces))
        pieces.send()
        pipe.send(_Said(result, memory_used() > limits.megabytes / 2))


class _Desk:
    """A process's open store."""

    def __init__(self, limits: Limits, own: Path | None) -> None:
        self._limits = limits
        self._own = own
        self._path = ""
        self._store: ox.Store | None = None

    def result(self, job: Job, path: str, out: IO[bytes]) -> Outcome | QueryError:
        """What became of a job, good or bad."""
        try:
            if self._own and job.grows and self._full(self._own):
                self._rebuild(self._own)
                if self._full(self._own):
                    raise FullError(
                        job.name, f"暂存区已满（{self._limits.store} MB），请先用 DELETE、CLEAR 或 DROP 腾出空间"
                    )
            return job.run(self._opened(path), out)
        except QueryError as error:
            return error
        except (OSError, RuntimeError, ValueError, MemoryError) as error:
            return QueryFailedError(job.name, f"没有完成：{error}")

    def _opened(self, path: str) -> ox.Store:
        if self._store is None or path != self._path:
            self._store = None  # lets go of its files before others are opened
            self._store = _changeable(self._own) if self._own else ox.Store.read_only(path)
            self._path = path
        return self._store

    def _full(self, own: Path) -> bool:
        return sum(map(_size, own.rglob("*"))) > self._limits.store * MEGABYTE

    def _rebuild(self, own: Path) -> None:
        """Gives back the room of what was removed: a store never forgets a text that it has seen."""
        building, newer = own / "building", own / str(_generation(own) + 1)
        shutil.rmtree(building, ignore_errors=True)
        store = ox.Store(building)
        store.bulk_extend(self._opened(str(own)))
        for graph in self._opened(str(own)).named_graphs():
            store.add_graph(graph)
        store.flush()
        self._store = None
        del store
        building.rename(newer)


def _size(path: Path) -> int:
    """The bytes of a file; none of one that the store has taken away meanwhile, as it does when it tidies up."""
    try:
        return path.stat().st_size if path.is_file() else 0
    except FileNotFoundError:
        return 0


def _changeable(own: Path) -> ox.Store:
    """The newest whole store in a folder of stores; older ones go."""
    newest = _generation(own)
    for older in range(newest):
        shutil.rmtree(own / str(older), ignore_errors=True)
    store = ox.Store(own / str(newest))
    clear_stage(store)
    return store


def _generation(own: Path) -> int:
    return max((int(path.name) for path in own.glob("[0-9]*")), default=0)


def _follow_parent(own: Path | None) -> threading.Thread:
    """Ends this process, whatever it does, when the one that started it is gone, and takes its store away."""
    parent = multiprocessing.parent_process()

    def follow() -> None:
        if parent:
            parent.join()
            if own:
                shutil.rmtree(own, ignore_errors=True)
            os._exit(1)

    follower = threading.Thread(target=follow, daemon=True)
    follower.start()
    return follower


def _silence() -> None:
    """What a dying library prints belongs into no log; an interruption is the business of who asked."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if not os.environ.get("JIXIAO_DEBUG"):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, 1)
        os.dup2(nowhere, 2)
