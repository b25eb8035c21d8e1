"""The knowledge-graph folder: sources, records, and snapshots of which one is live.

Nothing in it is edited in place. A snapshot is built beside the live one and becomes live when the file ``current`` is
replaced, in one step; a build that is killed leaves only a folder ``.building-…``, which the next build clears away.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import tempfile
from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pyoxigraph import Store

from graph import findings as kept
from graph import store as stores
from graph.addresses import document_address, told_apart
from graph.errors import (
    CurrentError,
    FindingError,
    NothingPublishedError,
    RecordChangedError,
    SnapshotError,
    SourceError,
)
from graph.files import WRITING, sha256, sha256_of, write_whole
from graph.lock import exclusive
from graph.mapping import triples
from graph.snapshot import FINDINGS, MANIFEST, STORE, Snapshot, read_record, record_path
from ingest.interchange import to_json
from ontology.terms import BASE, data_files

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from pyoxigraph import Quad, Triple

    from ingest.records import Document

    Check = Callable[[Store], Iterable[Mapping[str, Any]]]
    Derive = Callable[[Store], Iterable[Quad]]

BUILDING = ".building-"
_ID_LENGTH = 16
_ID = re.compile(rf"[0-9a-f]{{{_ID_LENGTH}}}")
_COUNTED = {
    "documents": "Disclosure",
    "budgets": "BudgetLine",
    "forms": "TargetForm",
    "indicators": "Indicator",
    "provisional": "ProvisionalConcept",
}


@dataclass(frozen=True, slots=True)
class _Input:
    """A record that goes into a snapshot."""

    document: Document
    record: str
    """SHA-256 of the record's bytes."""
    address: str

    def entry(self) -> dict[str, str]:
        """The record's line in the manifest."""
        document = self.document
        return {
            "source": document.source,
            "sha256": document.sha256,
            "extractor": document.extractor,
            "record": self.record,
            "address": self.address,
        }


class KnowledgeGraph:
    """A folder that holds a knowledge graph. Opening one changes nothing on disk; the first ``add`` lays it out."""

    def __init__(self, path: Path, base: str = BASE) -> None:
        """Name the folder, and what addresses of things start with."""
        self.path = path
        self.base = base

    @property
    def sources(self) -> Path:
        """Where the source files are kept, each named by its SHA-256."""
        return self.path / "sources"

    @property
    def records(self) -> Path:
        """Where the records are kept, each named by its source and its extractor."""
        return self.path / "records"

    @property
    def snapshots(self) -> Path:
        """Where the snapshots are kept, each named by its content."""
        return self.path / "snapshots"

    def add(self, path: Path, document: Document) -> None:
        """Keep a source file and what was read from it; the next ``publish`` takes it in.

        Raises:
            SourceError: The file is gone, or is not the one that the record was read from.
        """
        try:
            content = path.read_bytes()
        except OSError as error:
            raise SourceError(path, f"源文件读不出来（{error.strerror}）") from error
        if sha256(content) != document.sha256:
            raise SourceError(path, "源文件在读取之后变了，请重新读入")
        self._lay_out()
        _keep(self.sources / document.sha256, content)
        _keep(record_path(self.records, document.sha256, document.extractor), to_json(document).encode())

    def record(self, source_hash: str, extractor: str) -> Document | None:
        """What this extractor read from this source before; ``None`` where nothing is kept or what is kept is damaged.

        Reading the source again gives the same.
        """
        try:
            return read_record(record_path(self.records, source_hash, extractor))[0]
        except RecordChangedError:
            return None

    def publish(
        self,
        check: Check | None = None,
        rules: Mapping[str, str] | None = None,
        concepts: Iterable[Triple] = (),
        derive: Derive | None = None,
        failed: Mapping[str, str] | None = None,
    ) -> Snapshot:
        """Build a snapshot of everything that was added and make it live.

        Args:
            check: Judges the new store; its findings become part of the snapshot.
            rules: What judged: ids and versions for the manifest, which is written after the check.
            concepts: Further code lists, for the graph of the code lists.
            derive: What follows from everything that documents say; it is in the store before the check sees it.
            failed: What could not judge, each with the reason; for the manifest, like ``rules``.

        Raises:
            FolderBusyError: Another process is publishing.
            RecordChangedError: A record cannot be read.
            FindingError: A finding lacks its rule, severity, certainty or focus.
        """
        self._lay_out()
        with exclusive(self.path):
            self._clear_leftovers()
            building = Path(tempfile.mkdtemp(prefix=BUILDING, dir=self.snapshots))
            try:
                manifest = self._build(building, check, concepts, derive)
                judged = {"rules": rules or {}, "failed": failed or {}}
                manifest |= {name: dict(sorted(each.items())) for name, each in judged.items()}
                write_whole(building / MANIFEST, json.dumps(manifest, ensure_ascii=False, indent=1).encode())
                identity = str(manifest["id"])
                self._put_in_place(building, identity)
            except BaseException:
                shutil.rmtree(building, ignore_errors=True)
                raise
            self._make_current(identity)
        return self._snapshot(identity)

    def current(self) -> Snapshot | None:
        """The live snapshot, or ``None`` where nothing was published yet.

        Raises:
            CurrentError: The file ``current`` is damaged or names a snapshot that is not there.
            SnapshotError: The snapshot is damaged.
        """
        try:
            identity = (self.path / "current").read_text(encoding="ascii").strip()
        except FileNotFoundError:
            return None
        except (OSError, UnicodeDecodeError) as error:
            raise self._damaged("current 文件读不出来") from error
        if not _ID.fullmatch(identity):
            raise self._damaged("current 文件已损坏，里面不是快照编号")
        if not (self.snapshots / identity).is_dir():
            raise self._damaged(f"current 指向的快照 {identity} 不存在")
        return self._snapshot(identity)

    def live(self) -> Snapshot:
        """The live snapshot.

        Raises:
            NothingPublishedError: Nothing was published in this folder yet.
            CurrentError: The file ``current`` is damaged or names a snapshot that is not there.
            SnapshotError: The snapshot is damaged.
        """
        snapshot = self.current()
        if snapshot is None:
            raise NothingPublishedError(self.path)
        return snapshot

    def available(self) -> tuple[str, ...]:
        """The ids of all snapshots, the oldest first."""
        if not self.snapshots.is_dir():
            return ()
        whole = [folder for folder in self.snapshots.iterdir() if _ID.fullmatch(folder.name)]
        return tuple(folder.name for folder in sorted(whole, key=lambda each: (each.stat().st_mtime_ns, each.name)))

    def switch(self, identity: str) -> Snapshot:
        """Make another snapshot live: going back is switching back.

        Raises:
            CurrentError: There is no such snapshot.
            SnapshotError: The snapshot is damaged.
        """
        if identity not in self.available():
            raise self._damaged(f"快照 {identity} 不存在")
        snapshot = self._snapshot(identity)
        self._make_current(identity)
        return snapshot

    def _lay_out(self) -> None:
        for folder in (self.sources, self.records, self.snapshots):
            folder.mkdir(parents=True, exist_ok=True)

    def _snapshot(self, identity: str) -> Snapshot:
        return Snapshot(self.snapshots / identity, self.records)

    def _damaged(self, cause: str) -> CurrentError:
        return CurrentError(self.path / "current", cause, self.available())

    def _make_current(self, identity: str) -> None:
        write_whole(self.path / "current", f"{identity}\n".encode())

    def _clear_leftovers(self) -> None:
        """Remove what builds left that died: while the lock is held, no other build is alive."""
        for folder in self.snapshots.glob(f"{BUILDING}*"):
            shutil.rmtree(folder, ignore_errors=True)
        for file in self.path.glob(f"{WRITING}*"):
            file.unlink(missing_ok=True)

    def _put_in_place(self, building: Path, identity: str) -> None:
        """Name the new snapshot by its content; where the same content is there already, the new manifest counts.

        A rule that failed and one that found nothing leave the same content.
        """
        place = self.snapshots / identity
        if _is_whole(place):
            (building / MANIFEST).replace(place / MANIFEST)
            shutil.rmtree(building)
            return
        shutil.rmtree(place, ignore_errors=True)
        building.rename(place)

    def _build(
        self,
        building: Path,
        check: Check | None,
        concepts: Iterable[Triple],
        derive: Derive | None,
    ) -> dict[str, Any]:
        """Write a snapshot into a folder and return its manifest, but for what judged it."""
        inputs = self._inputs()
        store = Store(str(building / STORE))
        said = (quad for each in inputs for quad in triples(each.document, self.base, each.address))
        stores.fill(store, said, concepts)
        if derive:
            stores.derive(store, derive)
        findings = self._judge(store, check)
        (building / FINDINGS).write_bytes(kept.to_jsonl(findings))
        store.flush()
        store.optimize()
        content = sha256_of(stores.lines(store))
        return {
            "id": content[:_ID_LENGTH],
            "content": content,
            "base": self.base,
            "documents": [each.entry() for each in inputs],
            "vocabulary": {file.name: sha256(file.read_bytes()) for file in data_files()},
            "counts": _counts(store, len(findings)),
        }

    def _judge(self, store: Store, check: Check | None) -> list[dict[str, Any]]:
        """What the check finds, each with its address, in the store and as plain data."""
        findings = []
        for finding in check(store) if check else ():
            if missing := kept.missing_key(finding):
                raise FindingError(self.path, missing)
            findings.append(kept.complete(finding, self.base))
        store.bulk_extend(quad for finding in findings for quad in kept.triples(finding))
        return findings

    def _inputs(self) -> list[_Input]:
        """The newest record of every source, ordered by source, each document with an address of its own."""
        newest: dict[str, Path] = {}
        for path in sorted(self.records.glob("*.json"), key=lambda each: (each.stat().st_mtime_ns, each.name)):
            newest[path.name.partition(".")[0]] = path
        read = [read_record(newest[source]) for source in sorted(newest)]
        inputs = [_Input(document, record, document_address(document, self.base)) for document, record in read]
        held = self._held()
        shared = Counter(each.address for each in inputs)
        return [
            replace(each, address=told_apart(each.address, each.document))
            if shared[each.address] > 1 and held.get(each.document.sha256) != each.address
            else each
            for each in inputs
        ]

    def _held(self) -> dict[str, str]:
        """The addresses of the live snapshot's documents, by source: who has an address keeps it when others come."""
        try:
            live = self.current()
        except (CurrentError, SnapshotError):
            return {}
        return {} if live is None else {entry["sha256"]: entry["address"] for entry in live.manifest["documents"]}


def _is_whole(place: Path) -> bool:
    """Whether a snapshot is there of which every part can be opened."""
    try:
        snapshot = Snapshot(place, place)
        snapshot.findings()
        _ = snapshot.store
        snapshot.close()
    except SnapshotError:
        return False
    return True


def _keep(path: Path, content: bytes) -> None:
    """Write what is not there yet, or mark it as the newest."""
    if path.is_file() and path.read_bytes() == content:
        os.utime(path)
    else:
        write_whole(path, content)


def _counts(store: Store, findings: int) -> dict[str, int]:
    counts = {name: stores.count(store, class_name) for name, class_name in _COUNTED.items()}
    return {**counts, "findings": findings, "quads": len(store)}
