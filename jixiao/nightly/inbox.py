"""What is in an inbox: every document in and under a folder, and in archives there, by its content."""

from __future__ import annotations

import errno
import os
import time
from collections import Counter
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from stat import S_ISREG
from typing import TYPE_CHECKING

from ingest.errors import IngestError
from ingest.readers.archive import is_document
from ingest.readers.text import content_of
from jixiao.errors import BadInputError, JixiaoError
from jixiao.intake import sources
from jixiao.messages import text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

SETTLED = 2.0
"""A file that was modified within so many seconds is looked at again after as many: it may still be growing."""
UNFINISHED = (".part", ".partial", ".crdownload", ".download", ".tmp")
"""How programs name a file until they have all of it."""


@dataclass(frozen=True, slots=True)
class Item:
    """One document that is there."""

    name: str
    """Where in the inbox, with ``/`` between its parts; a file of an archive stands under the archive's name."""
    path: Path
    """Where its content is now."""
    sha256: str
    url: str | None = None
    """Where it came from, where it was fetched."""
    retrieved: str | None = None
    """When it was fetched."""


@dataclass(frozen=True, slots=True)
class Trouble:
    """One that is there, or should be, and cannot be used."""

    name: str
    """As an item's; what stands under it cannot be used either."""
    cause: str
    """Why, for the user."""
    sha256: str | None = None
    """Its content, where that is known."""
    growing: bool = False
    """Whether it is only not finished yet."""


def look(inbox: Path, unpacked: Path) -> Iterator[Item | Trouble]:
    """Everything in a folder, by name; hidden files, and what programs leave beside documents, are none.

    Args:
        inbox: the folder.
        unpacked: where archives are unpacked to; needed until their files are read.

    Raises:
        BadInputError: there is no such folder, or it cannot be looked into.
    """
    files, closed = _walk(inbox)
    yield from closed
    growing = _growing(files)
    for file in files:
        name = file.relative_to(inbox).as_posix()
        if file in growing:
            yield Trouble(name, text("nightly.growing"), growing=True)
        else:
            yield from items(file, name, unpacked)


def cause_of(error: Exception) -> str:
    """Why a file could not be used, without its name: that of an archive's file says where it was unpacked to."""
    if isinstance(error, IngestError):
        return "：".join(part for part in (error.place, error.cause) if part)
    if isinstance(error, JixiaoError):
        return str(error)
    if isinstance(error, OSError):
        return why(error)
    return text("nightly.mistake", kind=type(error).__name__, detail=error)


def why(error: OSError) -> str:
    """What a system says of a file or folder, in the user's language as far as it is usual."""
    match error.errno:
        case errno.ENOENT:
            return text("nightly.missing")
        case errno.ENOTDIR | errno.EEXIST:
            return text("nightly.no_folder")
        case errno.EACCES | errno.EPERM:
            return text("nightly.not_allowed")
        case errno.EROFS:
            return text("nightly.read_only")
    return error.strerror or str(error)


def _walk(inbox: Path) -> tuple[list[Path], list[Trouble]]:
    """The documents of a folder and what cannot be looked into; folders that links lead to are looked into once."""
    refused: list[OSError] = []
    found: list[Path] = []
    seen: set[str] = set()
    for folder, folders, names in os.walk(inbox, onerror=refused.append, followlinks=True):
        real = os.path.realpath(folder)
        if real in seen:
            folders.clear()
            continue
        seen.add(real)
        folders[:] = sorted(name for name in folders if is_document(name))
        found += [Path(folder, name) for name in names if _is_whole(name) and _may_be_file(Path(folder, name))]
    if root := next((error for error in refused if Path(error.filename) == inbox), None):
        raise BadInputError(text("nightly.no_inbox", path=inbox, cause=cause_of(root)))
    closed = [Trouble(_shown(Path(error.filename).relative_to(inbox)), cause_of(error)) for error in refused]
    unnamed = [Trouble(_shown(file.relative_to(inbox)), text("nightly.name")) for file in found if not _is_named(file)]
    return sorted(filter(_is_named, found)), closed + unnamed


def _is_named(file: Path) -> bool:
    """Whether a name is text: old archives leave names in the encoding of the machine that made them."""
    return not any("\ud800" <= char <= "\udfff" for char in str(file))


def _shown(file: Path) -> str:
    """A name as people may read it; one that is no UTF-8 as it was probably meant."""
    return file.as_posix() if _is_named(file) else os.fsencode(file).decode("gb18030", "replace")


def _is_whole(name: str) -> bool:
    return is_document(name) and not name.lower().endswith(UNFINISHED)


def _may_be_file(path: Path) -> bool:
    """Pipes and devices are no documents; of what cannot be told, opening says why."""
    try:
        return S_ISREG(path.stat().st_mode)
    except OSError:
        return True


def _growing(files: Sequence[Path]) -> set[Path]:
    """Those that somebody is still writing."""
    now = time.time()
    before = {file: state for file in files if (state := _state(file)) and now - state[0] / 1e9 < SETTLED}
    if before:
        time.sleep(SETTLED)
    return {file for file, state in before.items() if _state(file) != state}


def _state(file: Path) -> tuple[int, int] | None:
    try:
        told = file.stat()
    except OSError:  # opening it says why
        return None
    return told.st_mtime_ns, told.st_size


def items(file: Path, name: str, unpacked: Path) -> Iterator[Item | Trouble]:
    """A file as what it is: a document, or the documents of an archive."""
    try:
        found = sources([file], unpacked)
    except IngestError as error:
        yield Trouble(name, cause_of(error))
        return
    seen: Counter[str] = Counter()
    for each in found:
        path = each if isinstance(each, Path) else each.path
        seen[path.name] += 1
        again = f" ({seen[path.name]})" if seen[path.name] > 1 else ""
        inner = name if path == file else f"{name}/{path.name}{again}"
        failed = None if isinstance(each, Path) else each.error
        yield _item(path, inner) if failed is None else Trouble(inner, cause_of(failed))


def _item(path: Path, name: str) -> Item | Trouble:
    try:
        return Item(name, path, sha256(content_of(path)).hexdigest())
    except IngestError as error:
        return Trouble(name, cause_of(error))
