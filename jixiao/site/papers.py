"""What processes do with files that are brought to the site: unpack, read, keep, publish; and what is told of it."""

from __future__ import annotations

import time
from errno import EDQUOT, ENOSPC
from typing import TYPE_CHECKING, NamedTuple

import ingest
from graph.errors import FolderBusyError
from graph.folder import KnowledgeGraph
from ingest.errors import IngestError
from ingest.readers.archive import is_archive, unpack
from jixiao import intake
from jixiao.refusals import refusal

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from graph.snapshot import Snapshot
    from ingest.records import Document

PATIENCE = 900
"""How many seconds a publication waits for another program that builds in the same folder."""
NO_ROOM = "磁盘空间不足，这个文件没有存下来；已有的都还在"


class Facts(NamedTuple):
    """What was read from a file, in figures."""

    sha256: str
    forms: int
    indicators: int
    budgets: int
    leftovers: int
    coverage: float | None


class Told(NamedTuple):
    """How a publication went: the new snapshot, with the address of each document by its hash, or why there is none."""

    snapshot: str = ""
    addresses: Mapping[str, str] = {}
    cause: str = ""


def explained(error: Exception) -> str:
    """Why something went wrong, for whom brought the file."""
    if isinstance(error, IngestError):
        return "：".join(part for part in (error.place, error.cause) if part)
    if isinstance(error, OSError) and error.errno in (ENOSPC, EDQUOT):
        return NO_ROOM
    return refusal(error) or f"程序出错了（{type(error).__name__}：{error}），请告诉我们"


def unpacked(path: Path, folder: Path) -> list[Path | IngestError] | None:
    """The files of an archive, each in a folder of its own or the error that says why not; ``None`` of other files."""
    return list(unpack(path, folder)) if is_archive(path) else None


def kept(path: Path, folder: Path) -> Facts:
    """Reads a file and keeps it with its record in a knowledge-graph folder.

    Raises:
        IngestError: one of its subclasses says what is wrong with the file.
    """
    return _facts(intake.keeping(KnowledgeGraph(folder))(path))


def _facts(document: Document) -> Facts:
    return Facts(
        sha256=document.sha256,
        forms=len(document.targets),
        indicators=sum(len(target.indicators) for target in document.targets),
        budgets=len(document.project_budgets),
        leftovers=len(document.leftovers),
        coverage=document.coverage.share if document.coverage else None,
    )


def publish(folder: Path, brought: Path | None = None, sources: Sequence[str] = ()) -> Told:
    """Publishes a knowledge-graph folder anew, with some sources of another one brought along.

    Errors are told and not raised: this is done by another process, and most of them could not come back from there.
    """
    graph = KnowledgeGraph(folder)
    try:
        if brought is not None:
            _bring(KnowledgeGraph(brought), sources, graph)
        snapshot = _when_free(graph)
    except Exception as error:  # noqa: BLE001 - see above
        return Told(cause=explained(error))
    addresses = {entry["sha256"]: entry["address"] for entry in snapshot.manifest["documents"]}
    return Told(snapshot.id, {each: addresses[each] for each in sources})


def _bring(source: KnowledgeGraph, hashes: Sequence[str], graph: KnowledgeGraph) -> None:
    for each in hashes:
        document = source.record(each, ingest.EXTRACTOR)
        assert document is not None, "a tray keeps a record of whatever was read"
        graph.add(source.sources / each, document)


def _when_free(graph: KnowledgeGraph) -> Snapshot:
    """Publishes as soon as nobody else does.

    Raises:
        GraphError: somebody else does so for very long, or the graph cannot be published.
    """
    for _ in range(PATIENCE):
        try:
            return intake.publish(graph)
        except FolderBusyError:
            time.sleep(1)
    return intake.publish(graph)
