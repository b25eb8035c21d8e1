"""What keeps a run from harm and from doing harm: one at a time, a clock that goes on, a folder that takes reports."""

from __future__ import annotations

import errno
import os
import shutil
import tempfile
from contextlib import ExitStack, contextmanager, suppress
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from graph.errors import FolderBusyError, GraphError
from graph.files import WRITING
from graph.lock import exclusive
from jixiao.errors import BadInputError, JixiaoError
from jixiao.messages import text
from jixiao.nightly import ledger, log
from jixiao.nightly.inbox import why
from jixiao.refusals import refusal

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from graph.folder import KnowledgeGraph

DONE, UNFINISHED, MISTAKE, INTERRUPTED = 0, 2, 3, 130
"""Exit codes, as of every command."""
LOCK = ".nightly-lock"
UNPACKED = ".unpacked-"
"""How the folder's name starts that archives are unpacked to."""
CLOCK = timedelta(minutes=10)
"""So much earlier than the last publication it may be: clocks are set."""
FULL = (errno.ENOSPC, errno.EDQUOT)


class StoppedError(JixiaoError):
    """A run stopped: the live snapshot and the reports are as they were; the message says why and what to do."""


@contextmanager
def alone(kg: Path) -> Iterator[None]:
    """Be the only run on this graph; the lock is given back when the process dies, however it does.

    Raises:
        BadInputError: another one is at work; the message says which and since when.
    """
    with ExitStack() as stack:
        try:
            stack.enter_context(exclusive(kg, LOCK))
        except FolderBusyError as error:
            told = log.last(kg) or {}
            raise BadInputError(
                text("nightly.running", pid=told.get("pid", "?"), since=told.get("started", "?"))
            ) from error
        yield


def can_take_files(folder: Path) -> None:
    """See that reports can be put into a folder, which is made where it is missing.

    Raises:
        BadInputError: they cannot.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder) as probe:
            probe.write(b"\n")
    except OSError as error:
        if is_full(error):
            raise
        raise BadInputError(text("nightly.out", path=folder, cause=why(error))) from error


def apart(inbox: Path, kg: Path, out: Path) -> None:
    """See that none of the three lies where another one is read or written.

    Raises:
        BadInputError: one does; our own files would be taken for disclosures, or stand in each other's way.
    """
    pairs = [(out, inbox), (kg, inbox), (out, kg), (kg, out)]
    for inner, outer in ((each.resolve(), other.resolve()) for each, other in pairs):
        if inner == outer or outer in inner.parents:
            raise BadInputError(text("nightly.nested", inner=inner, outer=outer))


def check_clock(graph: KnowledgeGraph) -> None:
    """See that it is not earlier than when something was published last.

    Raises:
        BadInputError: it is.
    """
    publications = graph.history()
    if publications and (at := datetime.fromisoformat(publications[-1].at)) - now() > CLOCK:
        raise BadInputError(text("nightly.clock", now=f"{now():%F %T}", at=f"{at:%F %T}"))


def now() -> datetime:
    """What the clock says."""
    return datetime.now(UTC)


def clear(kg: Path) -> None:
    """Remove what a run left that was killed; nobody else is at work."""
    for folder in (kg / ledger.FOLDER, kg / log.FOLDER):
        for left in (*folder.glob(f"{WRITING}*"), *folder.glob(f"{UNPACKED}*")):
            shutil.rmtree(left, ignore_errors=True) if left.is_dir() else left.unlink(missing_ok=True)


@contextmanager
def told(run: log.Run, graph: KnowledgeGraph) -> Iterator[None]:
    """Write down how a run ended that did not come to its end, and say so.

    Raises:
        StoppedError: something is wrong that somebody can set right.
    """
    try:
        yield
    except KeyboardInterrupt:
        _end(run, INTERRUPTED, text("error.interrupted"))
        raise
    except Exception as error:
        cause = cause_of(error)
        _end(run, MISTAKE if cause is None else UNFINISHED, cause or repr(error))
        if cause is None:
            raise
        raise StoppedError(text("nightly.stopped", cause=cause, stays=_stays(graph))) from error


def cause_of(error: Exception) -> str | None:
    """What to tell about an error that is no mistake of the program."""
    if isinstance(error, JixiaoError):
        return str(error)
    if is_full(error):
        return text("nightly.full")
    return refusal(error)


def is_full(error: BaseException | None) -> bool:
    """Whether there is no room left; the store says so only in words."""
    return isinstance(error, OSError) and (
        error.errno in FULL or any(os.strerror(number) in str(error) for number in FULL)
    )


def _end(run: log.Run, code: int, message: str) -> None:
    with suppress(OSError):  # on a full disk the next run tells that this one has no end
        run.end(code, message)


def _stays(graph: KnowledgeGraph) -> str:
    try:
        live = graph.current()
    except GraphError:
        return ""
    return text("nightly.stays", snapshot=live.id) if live else text("nightly.nothing_stays")
