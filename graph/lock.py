"""A lock that the operating system gives back when its holder dies."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import IO, TYPE_CHECKING

from graph.errors import FolderBusyError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

if sys.platform == "win32":
    import msvcrt

    def _acquire(handle: IO[bytes]) -> None:
        msvcrt.locking(handle.fileno(), msvcrt.LK_NBLCK, 1)

    def _release(handle: IO[bytes]) -> None:
        handle.seek(0)
        msvcrt.locking(handle.fileno(), msvcrt.LK_UNLCK, 1)

else:
    import fcntl

    def _acquire(handle: IO[bytes]) -> None:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)

    def _release(handle: IO[bytes]) -> None:
        fcntl.flock(handle, fcntl.LOCK_UN)


@contextmanager
def exclusive(folder: Path, name: str = ".lock") -> Iterator[None]:
    """Keep every other process and thread from building in the folder meanwhile.

    Args:
        folder: What is locked.
        name: The file that stands for the lock; another one is another lock.

    Raises:
        FolderBusyError: Somebody else is building.
    """
    with (folder / name).open("wb") as handle:
        try:
            _acquire(handle)
        except OSError as error:
            raise FolderBusyError(folder) from error
        try:
            yield
        finally:
            _release(handle)
