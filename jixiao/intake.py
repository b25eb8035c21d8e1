"""Many files at once: a bad one says why and the others go on."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import TYPE_CHECKING

import ingest
from ingest.errors import UnreadableFileError
from jixiao.errors import BadInputError, JixiaoError
from jixiao.messages import text
from jixiao.tables import percent

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path

    from graph.folder import KnowledgeGraph
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


def sources(paths: Iterable[Path]) -> list[Path]:
    """The files that are meant: those named, and every visible file in or under the folders named, in order.

    What does not exist, and a folder without files, stand for themselves: :func:`attempts` says what is wrong there.
    """
    return [file for path in paths for file in _files(path)]


def _files(path: Path) -> list[Path]:
    if not path.is_dir():
        return [path]
    below = (file.relative_to(path) for file in path.rglob("*") if file.is_file())
    found = sorted(path / file for file in below if not any(part.startswith(".") for part in file.parts))
    return found or [path]


def attempts(files: Sequence[Path], read: Read) -> Iterator[Attempt]:
    """Every file's record or refusal, in order, each as soon as it is known."""
    for file in files:
        try:
            document = read(_there(file))
        except Exception as error:  # even our own mistake with one file must not cost the others
            if os.environ.get("JIXIAO_DEBUG"):
                raise
            yield Attempt(file, error=error)
        else:
            yield Attempt(file, document=document)


def _there(path: Path) -> Path:
    if path.is_dir():
        raise BadInputError(text("error.no_files", path=path))
    if not path.exists():
        raise BadInputError(text("error.no_such_path", path=path))
    return path


def keeping(graph: KnowledgeGraph) -> Read:
    """A way to read that keeps each file and its record in the graph's folder, and reads no file twice."""

    def read(path: Path) -> Document:
        try:
            content = path.read_bytes()
        except OSError as error:
            raise UnreadableFileError(path, text("error.unusable", path=path, cause=error.strerror)) from error
        known = graph.record(sha256(content).hexdigest(), ingest.EXTRACTOR)
        document = ingest.read(path) if known is None else replace(known, source=path.name)
        graph.add(path, document)
        return document

    return read


def publish(graph: KnowledgeGraph) -> Snapshot:
    """A new live snapshot of everything that is kept, judged by all rules."""
    from queries import judge  # noqa: PLC0415 - extraction alone needs no store
    from queries.library import rules  # noqa: PLC0415

    every = rules()
    versions = {name: rule.version for name, rule in every.items()}
    return graph.publish(lambda store: (each.to_dict() for each in judge.findings(judge.run(every, store))), versions)
