"""Files that are there whole or not at all."""

from __future__ import annotations

import hashlib
import os
from secrets import token_hex
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

WRITING = ".writing-"
"""How files are named until they are whole."""


def sha256(content: bytes) -> str:
    """The SHA-256 of some bytes in hexadecimal digits."""
    return hashlib.sha256(content).hexdigest()


def sha256_of(pieces: Iterable[bytes]) -> str:
    """The same of bytes that come in pieces."""
    digest = hashlib.sha256()
    for piece in pieces:
        digest.update(piece)
    return digest.hexdigest()


def write_whole(path: Path, content: bytes) -> None:
    """Put a file in place in one step; whoever reads it meanwhile sees the old one or the new one."""
    writing = unused(path.parent, WRITING)
    try:
        with writing.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(writing, path)  # noqa: PTH105 - the step on which everything rests is written out
    except BaseException:
        writing.unlink(missing_ok=True)
        raise


def unused(folder: Path, prefix: str) -> Path:
    """A name that nothing in a folder has. What is made there may be read by whom the folder's owner lets read.

    The names of :mod:`tempfile` are for one user's eyes; a site is often served by another one.
    """
    return folder / f"{prefix}{token_hex(8)}"
