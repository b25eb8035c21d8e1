"""Whether what is kept is still what was published: every hash is computed anew."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path  # noqa: TC003 - a field of a dataclass
from typing import TYPE_CHECKING, Literal

from pyoxigraph import NamedNode

from graph import findings as kept
from graph import store as stores
from graph.errors import GraphError, RecordChangedError, SnapshotError
from graph.files import sha256
from graph.snapshot import FINDINGS, MANIFEST, STORE, Snapshot, read_record, record_path
from ontology.terms import FINDINGS_GRAPH, data_files

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from graph.folder import KnowledgeGraph

Cause = Literal["missing", "unreadable", "changed", "count", "finding"]
"""What is wrong with a file: it is not there; it cannot be read; it is not what the manifest, or its name, says; the
manifest counts otherwise; or it has findings that the store does not have, or lacks some."""
Part = Literal["store", "findings", "records", "sources"]


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that is not as it was published."""

    path: Path
    cause: Cause
    detail: str = ""
    """What was found, or what the system says of it."""


def verify(graph: KnowledgeGraph, identity: str) -> list[Problem]:
    """What is wrong with a snapshot and with what it was made of; nothing where it is whole."""
    return Verifier(graph).snapshot(identity)


class Verifier:
    """Looks at snapshots of one folder; a file that several of them were made of is read once."""

    def __init__(self, graph: KnowledgeGraph, say: Callable[[Part], None] = lambda _: None) -> None:
        """Name the folder, and who is told which part is looked at next."""
        self.graph = graph
        self._say = say
        self._hash = cache(_hash)

    def snapshot(self, identity: str) -> list[Problem]:
        """What is wrong with a snapshot and with what it was made of; nothing where it is whole."""
        return list(self._problems(self.graph.snapshots / identity))

    def folder(self) -> list[Problem]:
        """What is wrong with the folder itself: which snapshot is live, the history, and what is held for the next."""
        found = []
        for ask in (self.graph.current, self.graph.history):
            try:
                ask()
            except GraphError as error:
                found.append(Problem(error.path, "unreadable", error.cause))
        for source, record in self.graph.held().items():
            found += [*self._file(self.graph.sources / source, source), *self._record(record)]
        return found

    def _record(self, name: str) -> Iterator[Problem]:
        path = self.graph.records / name
        try:
            read_record(path)
        except RecordChangedError as error:
            yield Problem(path, "missing" if not path.exists() else "unreadable", error.cause)

    def _problems(self, place: Path) -> Iterator[Problem]:
        try:
            snapshot = Snapshot(place, self.graph.records)
        except SnapshotError as error:
            yield Problem(place / MANIFEST, "unreadable", error.cause)
            return
        yield from self._published(snapshot)
        documents = snapshot.manifest["documents"]
        self._say("records")
        for each in documents:
            path = record_path(self.graph.records, each["sha256"], each["extractor"], each["record"])
            yield from self._file(path, each["record"])
        self._say("sources")
        for each in documents:
            yield from self._file(self.graph.sources / each["sha256"], each["sha256"])

    def _published(self, snapshot: Snapshot) -> Iterator[Problem]:
        """What is wrong with the store and the findings."""
        try:
            self._say("store")
            yield from _store(snapshot)
            self._say("findings")
            yield from _findings(snapshot)
        except SnapshotError as error:
            yield Problem(snapshot.path / STORE, "unreadable", error.cause)
        except (OSError, RuntimeError, SyntaxError, ValueError) as error:  # what a damaged store says of itself
            yield Problem(snapshot.path / STORE, "unreadable", str(error))
        finally:
            snapshot.close()

    def _file(self, path: Path, expected: str) -> Iterator[Problem]:
        try:
            found = self._hash(path)
        except FileNotFoundError:
            yield Problem(path, "missing")
        except OSError as error:
            yield Problem(path, "unreadable", error.strerror or "")
        else:
            if found != expected:
                yield Problem(path, "changed", found)


def other_vocabulary(snapshot: Snapshot) -> list[str]:
    """The files of the vocabulary that are now others than those that the snapshot was made with.

    That is no damage: what they said then is in the snapshot.
    """
    now = {file.name: sha256(file.read_bytes()) for file in data_files()}
    then: Mapping[str, str] = snapshot.manifest["vocabulary"]
    return sorted(name for name in now.keys() | then.keys() if now.get(name) != then.get(name))


def _hash(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _store(snapshot: Snapshot) -> Iterator[Problem]:
    """The store against the hash in the manifest, and that against the snapshot's name."""
    digest, count = hashlib.sha256(), 0
    for line in stores.lines(snapshot.store):
        digest.update(line)
        count += 1
    content = digest.hexdigest()
    if content != snapshot.manifest["content"] or not content.startswith(snapshot.id):
        yield Problem(snapshot.path / STORE, "changed", content)
    if count != snapshot.manifest["counts"]["quads"]:
        yield Problem(snapshot.path / MANIFEST, "count", str(count))


def _findings(snapshot: Snapshot) -> Iterator[Problem]:
    """The file of findings against its hash in the manifest (older ones have none), and against the store."""
    path, manifest = snapshot.path / FINDINGS, snapshot.manifest
    findings, graph = snapshot.findings(), NamedNode(FINDINGS_GRAPH)
    found = _hash(path)
    if manifest.get("findings", found) != found:
        yield Problem(path, "changed", found)
    said = {quad for each in findings for quad in kept.triples(each)}
    apart = said.symmetric_difference(snapshot.store.quads_for_pattern(None, None, None, graph))
    if apart:
        yield Problem(path, "finding", str(len({quad.subject for quad in apart})))
    if len(findings) != manifest["counts"]["findings"]:
        yield Problem(path, "count", str(len(findings)))
