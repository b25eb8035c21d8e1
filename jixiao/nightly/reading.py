"""Reading what is new in an inbox: each record is kept as soon as there is one, so that nothing is read twice."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from graph.errors import SourceError
from ingest.errors import IngestError, LimitError, UnreadableFileError
from ingest.worker import AT_ONCE, Workers
from jixiao.errors import JixiaoError
from jixiao.intake import attempts, keeping
from jixiao.messages import text
from jixiao.nightly.guards import is_full
from jixiao.nightly.inbox import Trouble, cause_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from contextlib import AbstractContextManager
    from pathlib import Path

    from graph.folder import KnowledgeGraph
    from ingest.records import Document
    from jixiao.intake import Attempt, Read
    from jixiao.nightly.inbox import Item
    from jixiao.nightly.ledger import Comparison

    Progress = Callable[[str, int], AbstractContextManager[Callable[[str], None]]]
    """A label and a number of files → what is told each file."""

PASSING = (UnreadableFileError, LimitError)
"""What may be otherwise the next time: a file that was closed to us, a machine that had too much to do."""


class ChangedError(JixiaoError):
    """A file is not any more what it was when the inbox was looked at."""


def read(files: Comparison, graph: KnowledgeGraph, progress: Progress) -> Mapping[str, str]:
    """Read what this version of the program did not read before; what cannot be read is refused in ``files``.

    Returns:
        by content what is not to be tried again, and why.

    Raises:
        OSError: there is no room left.
    """
    unread = files.unread()
    known = {item.sha256: cause for item in unread if (cause := files.before.known_refusal(item.sha256))}
    lasting = dict(known)
    for content, cause in known.items():
        _refuse(files, content, cause)
    asked = [item for item in unread if item.sha256 not in known]
    for item, attempt in zip(asked, _attempts(asked, graph, progress), strict=True):
        error = attempt.error
        if error is None:
            continue
        if is_full(error):
            raise error
        growing = isinstance(error, ChangedError | SourceError) or not item.path.exists()
        cause = text("nightly.changing") if growing else cause_of(error)
        _refuse(files, item.sha256, cause, growing=growing)
        if isinstance(error, IngestError) and not isinstance(error, PASSING):
            lasting[item.sha256] = cause
    return lasting


def _refuse(files: Comparison, content: str, cause: str, *, growing: bool = False) -> None:
    """Refuse a content under all of its names."""
    for item in files.by_content[content]:
        files.troubles.append(Trouble(item.name, cause, content, growing=growing))


def _attempts(items: Sequence[Item], graph: KnowledgeGraph, progress: Progress) -> Iterator[Attempt]:
    if not items:
        return
    with Workers() as workers, progress(text("ingest.reading"), len(items)) as step:
        read = keeping(graph, _as_found(items, workers.read))
        for index, attempt in enumerate(attempts([item.path for item in items], read, AT_ONCE), 1):
            step(attempt.sentence(index, len(items)))
            yield attempt


def _as_found(items: Sequence[Item], read: Read) -> Read:
    """Reading that takes only what the inbox had when it was looked at, and adds where that came from."""
    of = {item.path: item for item in items}

    def reading(path: Path) -> Document:
        item, document = of[path], read(path)
        if document.sha256 != item.sha256:
            raise ChangedError
        return replace(document, url=item.url, retrieved=item.retrieved)

    return reading
