"""Files read in processes of their own: one that hangs, crashes or swells costs itself alone.

A library that reads foreign files can be made to loop, to ask for more memory than there is, or to end its process. So
each file is read by a process that is killed when the file takes too long; processes that did well read the next file.
"""

from __future__ import annotations

import multiprocessing
import os
import pickle
import queue
import signal
import sys
import threading
import traceback
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Concatenate, NamedTuple, ParamSpec, Self, TypeVar

import ingest
from ingest.errors import LimitError

if TYPE_CHECKING:
    from collections.abc import Callable
    from multiprocessing.connection import Connection
    from pathlib import Path

    from ingest.records import Document

    Read = Callable[[Path], Document]

P = ParamSpec("P")
T = TypeVar("T")

AT_ONCE = 2
"""So many files are read at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How long one file may be read, and how much memory its process may take (where the platform can tell)."""

    seconds: float = 120.0
    megabytes: int = 1536


class Workers:
    """Processes that read files, started when they are needed; end them with ``close`` or a ``with`` block."""

    def __init__(self, count: int = AT_ONCE, limits: Limits | None = None, read: Read | None = None) -> None:
        """At most ``count`` processes; ``read`` is what they do with a file (by default :func:`ingest.read`)."""
        self._limits = limits or Limits()
        self._read = read or ingest.read
        self._idle: queue.LifoQueue[_Worker | None] = queue.LifoQueue()
        self._all: set[_Worker] = set()
        self._lock = threading.Lock()
        self._closed = False
        for _ in range(count):
            self._idle.put(None)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End all processes, those too that are reading; nothing is read any more."""
        with self._lock:
            self._closed = True
            for worker in self._all:
                worker.end()
            self._all.clear()

    def read(self, path: Path) -> Document:
        """What :func:`ingest.read` says of a file, within the limits. Threads may ask at the same time.

        Raises:
            LimitError: reading took too long or too much memory, or ended its process.
            ingest.errors.IngestError: one of its subclasses says what is wrong with the file.
        """
        return self.run(self._read, path)

    def run(self, work: Callable[Concatenate[Path, P], T], path: Path, *args: P.args, **kwargs: P.kwargs) -> T:
        """What other work on a file gives, within the same limits.

        Args:
            work: a function of a module, as pickle finds it; what it is given and gives must be such as pickle takes.
            path: the file, its first argument.
            args: its others.
            kwargs: its others by name.

        Raises:
            LimitError: it took too long or too much memory, or ended its process.
            Exception: whatever the work raises.
        """
        worker = self._idle.get()
        try:
            worker = worker or self._started()
            answer = worker.run(work, path, args, kwargs)
        except BaseException:
            self._ended(worker)
            self._idle.put(None)
            raise
        if answer.spent:
            self._ended(worker)
        self._idle.put(None if answer.spent else worker)
        if answer.error is not None:
            raise answer.error
        result: T = answer.result
        return result

    def _started(self) -> _Worker:
        with self._lock:
            if self._closed:
                raise RuntimeError("the workers were ended")
            worker = _Worker(self._limits)
            self._all.add(worker)
        return worker

    def _ended(self, worker: _Worker | None) -> None:
        """End a process; another takes its turn when there is a file for it."""
        with self._lock:
            here = worker in self._all
            self._all.discard(worker)
        if worker and here:  # else somebody is ending all of them
            worker.end()


class _Answer(NamedTuple):
    """What became of one file."""

    result: Any
    error: Exception | None = None
    """Why there is no result."""
    spent: bool = False
    """The process has taken so much memory that another should read the next file."""


class _Worker:
    """One process and the way to talk to it."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        context = multiprocessing.get_context("spawn")
        self._pipe, other = context.Pipe()
        self._process = context.Process(target=_work, args=(other, limits.megabytes), daemon=True)
        self._process.start()
        other.close()

    def run(self, work: Callable[..., Any], path: Path, args: tuple[Any, ...], kwargs: dict[str, Any]) -> _Answer:
        """What became of the work on a file."""
        seconds, megabytes = self._limits.seconds, self._limits.megabytes
        try:
            self._pipe.send((work, path, args, kwargs))
            if not self._pipe.poll(seconds):
                return _Answer(None, LimitError(path, f"读取超过 {seconds:g} 秒，已终止"), spent=True)
            answer: _Answer = self._pipe.recv()
        except (EOFError, OSError):
            cause = f"读取这个文件的进程意外结束，文件可能已损坏，或内容超过内存上限（{megabytes} MB）"
            return _Answer(None, LimitError(path, cause), spent=True)
        return answer

    def end(self) -> None:
        """Kill the process."""
        self._process.kill()
        self._process.join()
        self._pipe.close()


def _work(pipe: Connection, megabytes: int) -> None:
    """What the process does: work on one file after the other, and answer each."""
    _silence()
    _limit_memory(megabytes)
    while True:
        try:
            work, path, args, kwargs = pipe.recv()
        except (EOFError, OSError):  # nobody asks any more
            return
        answer = _answer(partial(work, path, *args, **kwargs), path, megabytes)
        pipe.send(answer._replace(spent=_memory_used() > megabytes / 2))


def _answer(ask: Callable[[], Any], path: Path, megabytes: int) -> _Answer:
    try:
        return _Answer(ask())
    except MemoryError:
        return _Answer(None, LimitError(path, f"内容超过内存上限（{megabytes} MB）"))
    except Exception as error:  # noqa: BLE001 - whatever it is, who asked is told
        error.add_note(traceback.format_exc())
        return _Answer(None, _sendable(error))


def _sendable(error: Exception) -> Exception:
    """The error, or one that says as much, where it cannot leave the process."""
    try:
        pickle.loads(pickle.dumps(error))  # noqa: S301 - our own
    except Exception:  # noqa: BLE001 - an error of a library may be made of anything
        return RuntimeError(f"{type(error).__name__}: {error}")
    return error


def _silence() -> None:
    """What libraries print belongs into no record; an interruption is the business of who asked."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if not os.environ.get("JIXIAO_DEBUG"):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, 1)
        os.dup2(nowhere, 2)


def _limit_memory(megabytes: int) -> None:
    """Windows has no such limit; there the time limit alone holds."""
    if sys.platform != "win32":
        import resource  # noqa: PLC0415 - there is none on Windows

        _, most = resource.getrlimit(resource.RLIMIT_AS)
        size = megabytes * 2**20
        resource.setrlimit(resource.RLIMIT_AS, (size if most == resource.RLIM_INFINITY else min(size, most), most))


def _memory_used() -> float:
    """The most memory that this process has taken, in MB; nothing where the platform does not say."""
    if sys.platform == "win32":
        return 0.0
    import resource  # noqa: PLC0415 - there is none on Windows

    unit = 2**20 if sys.platform == "darwin" else 2**10
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit
