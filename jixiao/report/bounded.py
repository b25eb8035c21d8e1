"""A function in a process of its own, with an end: what readers write in templates may go on for ever."""

from __future__ import annotations

from contextlib import suppress
from multiprocessing import get_context
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable
    from multiprocessing.connection import Connection

T = TypeVar("T")

MEMORY = 2 * 2**30
"""Bytes that such a process may have, where the system keeps it to that; Windows does not."""


def bounded(seconds: float, function: Callable[..., T], *given: Any, **more: Any) -> T:
    """What a function gives; it, what it is given, and what it gives can be pickled.

    Raises:
        TimeoutError: it took longer.
        EOFError: its process ended before.
    """
    context = get_context("spawn")  # a copy of this one would hold its locks
    near, far = context.Pipe(duplex=False)
    process = context.Process(target=_run, args=(far, int(seconds), function, given, more), daemon=True)
    process.start()
    far.close()
    try:
        if not near.poll(seconds):
            raise TimeoutError
        answer: T = near.recv()
        return answer
    finally:
        process.kill()
        process.join()
        near.close()


def _run(far: Connection, seconds: int, function: Callable[..., Any], given: Any, more: Any) -> None:
    with suppress(ImportError):
        import resource  # noqa: PLC0415 - not on Windows

        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        limit = 2 * seconds + 1
        resource.setrlimit(resource.RLIMIT_CPU, (limit, limit))  # where nobody is left to end it
    far.send(function(*given, **more))
