"""Many files at once: a bad one says why and the others go on."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from hashlib import sha256
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

import ingest
from ingest.readers.archive import is_archive, is_document, unpack
from ingest.readers.text import content_of
from jixiao.errors import BadInputError, JixiaoError
from jixiao.messages import language, text
from jixiao.tables import percent

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
    from typing import Any

    from pyoxigraph import Quad, Store

    from graph.folder import Approve, KnowledgeGraph
    from graph.snapshot import Snapshot
    from ingest.records import Document

    Read = Callable[[Path], Document]


@dataclass(frozen=True, slots=True)
class Attempt:
    """What became of one file: its record, or why there is none."""

    path: Path
    document: Document | None = None
    error: Exception | None = None

    def sentence(self, index: int, total: int) -> str:
        """What to tell the user about it."""
        if self.document is None:
            return text("ingest.failed", index=index, total=total, message=self._cause())
        return text(
            "ingest.read",
            index=index,
            total=total,
            name=self.path.name,
            targets=len(self.document.targets),
            indicators=sum(len(target.indicators) for target in self.document.targets),
            budgets=len(self.document.project_budgets),
            leftovers=len(self.document.leftovers),
            coverage=self._coverage(),
        )

    def _coverage(self) -> str:
        """How much was read, where that is known."""
        measured = self.document and self.document.coverage
        return text("ingest.coverage", share=percent(measured.share)) if measured else ""

    def _cause(self) -> str:
        if self.error is None or isinstance(self.error, JixiaoError):
            return str(self.error or "")
        from jixiao.refusals import refusal  # noqa: PLC0415 - loads the rooms

        kind, detail = type(self.error).__name__, str(self.error)
        return refusal(self.error) or text("ingest.internal", path=self.path, kind=kind, detail=detail)


def sources(paths: Iterable[Path], folder: Path) -> list[Path | Attempt]:
    """The files that are meant: those named, every document in or under the folders named, and those in archives.

    What does not exist, and a folder without files, stand for themselves: :func:`attempts` says what is wrong there.
    What an archive does not give is an attempt that failed.

    Args:
        paths: files, folders and archives.
        folder: where archives are unpacked to; their files are needed until they are read.
    """
    return [file for path in paths for each in _files(path) for file in _unpacked(each, folder)]


def _files(path: Path) -> list[Path]:
    if not _is_folder(path):
        return [path]
    below = sorted(file.relative_to(path) for file in path.rglob("*") if _is_file(file))
    return [path / file for file in below if is_document(file.as_posix())] or [path]


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except OSError:  # its folder may not be looked into, or the name is none: reading says so
        return False


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:
        return False


def _unpacked(path: Path, folder: Path) -> Iterator[Path | Attempt]:
    """The files of an archive; any other file is itself."""
    if not is_archive(path):
        yield path
        return
    found = False
    for each in unpack(path, folder):
        found = True
        yield each if isinstance(each, Path) else Attempt(each.path, error=each)
    if not found:
        yield Attempt(path, error=BadInputError(text("error.no_files_in_archive", path=path)))


def attempts(files: Sequence[Path | Attempt], read: Read, at_once: int = 1) -> Iterator[Attempt]:
    """Every file's record or refusal, in order, each as soon as it is known; ``at_once`` threads call ``read``."""
    threads = ThreadPoolExecutor(at_once)
    try:
        yield from threads.map(lambda file: _attempt(file, read), files)
    finally:  # an interruption waits for nothing
        threads.shutdown(wait=False, cancel_futures=True)


def _attempt(file: Path | Attempt, read: Read) -> Attempt:
    if isinstance(file, Attempt):
        return file
    try:
        return Attempt(file, document=read(_there(file)))
    except Exception as error:  # even our own mistake with one file must not cost the others
        if os.environ.get("JIXIAO_DEBUG"):
            raise
        return Attempt(file, error=error)


def _there(path: Path) -> Path:
    if path.is_dir():
        raise BadInputError(text("error.no_files", path=path))
    if not path.exists():
        raise BadInputError(text("error.no_such_path", path=path))
    return path


def keeping(graph: KnowledgeGraph, read: Read = ingest.read) -> Read:
    """A way to read that keeps each file and its record in the graph's folder, and reads no file twice.

    Args:
        graph: where they are kept.
        read: what reads a file that was not read before.
    """

    def reading(path: Path) -> Document:
        known = graph.record(sha256(content_of(path)).hexdigest(), ingest.EXTRACTOR)
        document = read(path) if known is None else replace(known, source=path.name)
        graph.add(path, document)
        return document

    return reading


def publish(
    graph: KnowledgeGraph,
    *,
    without: Collection[str] = (),
    refused: Sequence[Mapping[str, str]] = (),
    approve: Approve | None = None,
) -> Snapshot:
    """A new live snapshot of everything that is held, judged by all rules.

    Its manifest names those that judged it, and those that failed with the reason. What ``without``, ``refused`` and
    ``approve`` do, :meth:`graph.folder.KnowledgeGraph.publish` says.
    """
    from graph import reviews  # noqa: PLC0415 - extraction alone needs no store
    from jixiao.figures import figures  # noqa: PLC0415
    from queries import concepts, judge  # noqa: PLC0415
    from queries.derivations import derived  # noqa: PLC0415
    from queries.library import rules  # noqa: PLC0415
    from queries.scores import scores  # noqa: PLC0415

    every = rules()
    judged: dict[str, str] = {}
    failed: dict[str, str] = {}

    def check(store: Store) -> list[dict[str, Any]]:
        outcomes = judge.run(every, store)
        judged.update((each.rule.id, each.rule.version) for each in outcomes if each.status != "failed")
        failed.update((each.rule.id, each.reason or "") for each in outcomes if each.status == "failed")
        return [each.to_dict() for each in judge.findings(outcomes)]

    def follow(store: Store) -> Iterable[Quad]:
        reviewed = reviews.apply(graph.path, store, graph.base)
        return chain(derived(reviewed), scores(reviewed, graph.base))

    return graph.publish(
        check,
        judged,
        concepts.triples(every.values()),
        follow,
        failed,
        measure=figures,
        without=without,
        refused=refused,
        approve=approve,
    )


def unjudged(snapshot: Snapshot) -> list[str]:
    """Which rules could not judge a snapshot and why, as sentences."""
    from queries.library import rules  # noqa: PLC0415

    known = rules() if snapshot.failed else {}
    titles = {name: known[name].title[language()] if name in known else "" for name in snapshot.failed}
    return [
        text("check.unjudged", rule=name, title=titles[name], reason=reason) for name, reason in snapshot.failed.items()
    ]


def is_published(graph: KnowledgeGraph, without: Collection[str] = ()) -> bool:
    """Whether the live snapshot is what :func:`publish` would make: the same records, rules, vocabulary and reviews.

    Raises:
        GraphError: the live snapshot is damaged.
    """
    from graph import reviews  # noqa: PLC0415
    from graph.snapshot import record_path  # noqa: PLC0415
    from ontology.terms import data_files  # noqa: PLC0415
    from queries.library import rules  # noqa: PLC0415

    live = graph.current()
    if live is None:
        return False
    told, said = live.manifest, graph.path / reviews.FILE
    names = {
        each["sha256"]: record_path(graph.records, each["sha256"], each["extractor"], each["record"]).name
        for each in told["documents"]
    }
    return (
        names == {source: name for source, name in graph.held().items() if source not in without}
        and told["rules"] == {each.id: each.version for each in rules().values()}
        and told["vocabulary"] == {file.name: sha256(file.read_bytes()).hexdigest() for file in data_files()}
        and told.get("reviews") == (sha256(said.read_bytes()).hexdigest() if said.is_file() else None)
    )
