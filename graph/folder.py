"""The knowledge-graph folder: sources, records, what of them is held, and snapshots of which one is live.

Nothing in it is edited in place. A snapshot is built beside the live one and becomes live when the file ``current`` is
replaced, in one step; a build that is killed leaves only a folder ``.building-…``, which the next build clears away.
"""

from __future__ import annotations

import json
import re
import shutil
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from pyoxigraph import Store

from graph import findings as kept
from graph import history, pruning, reviews
from graph import store as stores
from graph.addresses import document_address, told_apart
from graph.errors import (
    CurrentError,
    FindingError,
    HoldingError,
    NothingPublishedError,
    RecordChangedError,
    SnapshotError,
    SourceError,
)
from graph.files import WRITING, sha256, sha256_of, unused, write_whole
from graph.lock import exclusive
from graph.mapping import triples
from graph.snapshot import FINDINGS, MANIFEST, STORE, Snapshot, read_record, record_name, record_path
from graph.validate import shape_sources
from ingest.interchange import to_json
from ontology.terms import BASE, data_files

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
    from pathlib import Path

    from pyoxigraph import Quad, Triple

    from graph.history import Publication
    from graph.pruning import Pruned
    from ingest.records import Document

    Check = Callable[[Store], Iterable[Mapping[str, Any]]]
    Derive = Callable[[Store], Iterable[Quad]]
    Measure = Callable[[Store, Sequence[Mapping[str, Any]]], Mapping[str, Any]]
    Approve = Callable[[Snapshot, Snapshot | None], None]

BUILDING = ".building-"
ABANDONED = 24 * 3600
"""After so many seconds nobody is still writing a file."""
_ID_LENGTH = 16
_ID = re.compile(rf"[0-9a-f]{{{_ID_LENGTH}}}")
_SOURCE = re.compile(r"[0-9a-f]{64}")
_RECORD = re.compile(r"[0-9a-f]{64}\.[A-Za-z0-9._-]+\.json")
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
        """Where the records are kept, each named by its source, its extractor and its content."""
        return self.path / "records"

    @property
    def holdings(self) -> Path:
        """What the next snapshot is made of: a file a source, which names the record of it that counts."""
        return self.path / "holdings"

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
        record = to_json(document).encode()
        place = record_path(self.records, document.sha256, document.extractor, sha256(record))
        _keep(self.sources / document.sha256, content)
        _keep(place, record)
        self._hold(place)

    def record(self, source_hash: str, extractor: str) -> Document | None:
        """What this extractor read from this source before; ``None`` where nothing is kept or what is kept is damaged.

        Reading the source again gives the same.
        """
        name = record_name(source_hash, extractor)
        held = self._held_record(source_hash)
        kept = [self.records / held] if held and held.startswith(name) else []
        for path in [*kept, *sorted(self.records.glob(f"{name}*.json"))]:
            with suppress(RecordChangedError):
                return read_record(path)[0]
        return None

    def release(self, sources: Iterable[str]) -> None:
        """Hold these no longer. What was made of them stays, and adding them again holds them again."""
        for source in sources:
            (self.holdings / source).unlink(missing_ok=True)

    def _held_record(self, source_hash: str) -> str | None:
        try:
            return (self.holdings / source_hash).read_text(encoding="ascii")
        except FileNotFoundError:
            return None

    def held(self) -> Mapping[str, str]:
        """The sources that the next snapshot is made of, each with the name of its record's file.

        Raises:
            HoldingError: What says so of one is damaged.
        """
        if self.holdings.is_dir():
            return {file.name: _held(file) for file in sorted(self.holdings.iterdir()) if _SOURCE.fullmatch(file.name)}
        # A folder from before there were holdings: the newest record of every source.
        every = sorted(self.records.glob("*.json"), key=lambda each: (each.stat().st_mtime_ns, each.name))
        return {path.name.partition(".")[0]: path.name for path in every}

    def publish(  # noqa: PLR0913 - each is something else that a snapshot is made with
        self,
        check: Check | None = None,
        rules: Mapping[str, str] | None = None,
        concepts: Iterable[Triple] = (),
        derive: Derive | None = None,
        failed: Mapping[str, str] | None = None,
        *,
        measure: Measure | None = None,
        without: Collection[str] = (),
        refused: Sequence[Mapping[str, str]] = (),
        approve: Approve | None = None,
    ) -> Snapshot:
        """Build a snapshot of everything that is held and make it live.

        Args:
            check: Judges the new store; its findings become part of the snapshot.
            rules: What judged: ids and versions for the manifest, which is written after the check.
            concepts: Further code lists, for the graph of the code lists.
            derive: What follows from everything that documents say; it is in the store before the check sees it.
            failed: What could not judge, each with the reason; for the manifest, like ``rules``.
            measure: Figures on the store and its findings, for the manifest and the history.
            without: Hashes of sources that are held no longer, once the new snapshot is live. Their files stay, for
                the snapshots that were made of them.
            refused: What could not be read; for the history.
            approve: Is shown the new snapshot and the live one before the switch. What it raises stops the switch; the
                new snapshot stays beside the live one, to be looked at, and :meth:`switch` can make it live.

        Raises:
            FolderBusyError: Another process is publishing.
            RecordChangedError: A record cannot be read.
            FindingError: A finding lacks its rule, severity, certainty or focus.
        """
        self._lay_out()
        with exclusive(self.path):
            self._clear_leftovers()
            building = unused(self.snapshots, BUILDING)
            building.mkdir()
            try:
                manifest = self._build(building, self._inputs(without), check, concepts, derive, measure)
                judged = {"rules": rules or {}, "failed": failed or {}}
                manifest |= {name: dict(sorted(each.items())) for name, each in judged.items()}
                write_whole(building / MANIFEST, json.dumps(manifest, ensure_ascii=False, indent=1).encode())
                identity = str(manifest["id"])
                self._put_in_place(building, identity)
            except BaseException:
                shutil.rmtree(building, ignore_errors=True)
                raise
            snapshot = self._snapshot(identity)
            if approve:
                approve(snapshot, self._before())
            history.note(self.path, identity, snapshot.manifest, refused, checked=approve is not None)
            self.release(without)
            self._make_current(identity)
        return snapshot

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
        """The ids of all snapshots, the one that went live first before the others; last those that never did."""
        if not self.snapshots.is_dir():
            return ()
        numbers = {each.snapshot: each.number for each in self.history()}
        never = max(numbers.values(), default=0) + 1
        whole = [folder for folder in self.snapshots.iterdir() if _ID.fullmatch(folder.name)]
        whole.sort(key=lambda each: (numbers.get(each.name, never), each.stat().st_mtime_ns, each.name))
        return tuple(folder.name for folder in whole)

    def is_whole(self, identity: str) -> bool:
        """Whether a snapshot is there of which every part can be opened; :mod:`graph.verifying` looks closer."""
        return _is_whole(self.snapshots / identity)

    def history(self) -> list[Publication]:
        """Every time that a snapshot went live, the first one first.

        Raises:
            HistoryError: What was written down of one is damaged.
        """
        return history.read(self.path)

    def snapshot(self, identity: str) -> Snapshot:
        """One of the snapshots that are there, live or not.

        Raises:
            CurrentError: There is no such snapshot.
            SnapshotError: The snapshot is damaged.
        """
        if identity not in self.available():
            raise self._damaged(f"快照 {identity} 不存在")
        return self._snapshot(identity)

    def switch(self, identity: str) -> Snapshot:
        """Make another snapshot live: going back is switching back.

        Raises:
            CurrentError: There is no such snapshot.
            SnapshotError: The snapshot is damaged.
        """
        snapshot = self.snapshot(identity)
        with exclusive(self.path):
            last = next((each for each in reversed(self.history()) if each.snapshot == identity), None)
            history.note(self.path, identity, snapshot.manifest, last.refused if last else ())
            self._make_current(identity)
        return snapshot

    def prune(self, keep: int, needed: Collection[str] = (), *, files: bool = False) -> Pruned:
        """Remove all but the ``keep`` newest snapshots up to the live one; the history still tells of them.

        Never removed are the live one, those that came after it, those that are ``needed``, and the one that was live
        before a kept one, with which its report compares it. Of the others that never went live, so many stay, too.
        With ``files`` also the records and sources go that neither a snapshot nor the holdings need any longer.

        Raises:
            ValueError: Fewer than one is to be kept.
            FolderBusyError: Another process is publishing.
            GraphError: The live snapshot, the history, or (with ``files``) a snapshot that stays is damaged.
        """
        return pruning.prune(self, keep, needed, files=files)

    def _lay_out(self) -> None:
        for folder in (self.sources, self.records, self.snapshots):
            folder.mkdir(parents=True, exist_ok=True)
        if not self.holdings.is_dir():
            self._begin_holdings()

    def _begin_holdings(self) -> None:
        """Lay out the holdings, in one step: of a folder that had none, what it took in until now."""
        beginning = unused(self.path, WRITING)
        beginning.mkdir()
        for source, name in self.held().items():
            (beginning / source).write_text(name, encoding="ascii")
        try:
            beginning.rename(self.holdings)
        except OSError:  # somebody else was faster
            shutil.rmtree(beginning, ignore_errors=True)

    def _hold(self, record: Path) -> None:
        place = self.holdings / record.name.partition(".")[0]
        if not place.is_file() or place.read_bytes() != record.name.encode("ascii"):
            write_whole(place, record.name.encode("ascii"))

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
        for file in (*self.path.glob(f"{WRITING}*"), *self.path.glob(f"{history.FOLDER}/{WRITING}*")):
            shutil.rmtree(file, ignore_errors=True) if file.is_dir() else file.unlink(missing_ok=True)
        for folder in (self.sources, self.records, self.holdings):
            for file in folder.glob(f"{WRITING}*"):
                self._clear_old(file)

    def _clear_old(self, file: Path) -> None:
        """Files are added without the lock, so what is still being written is told by its age."""
        with suppress(OSError):
            if time.time() - file.stat().st_mtime > ABANDONED:
                file.unlink()

    def _put_in_place(self, building: Path, identity: str) -> None:
        """Name the new snapshot by its content; where the same content is there already, the new manifest counts.

        A rule that failed and one that found nothing leave the same content.
        """
        place = self.snapshots / identity
        if _is_whole(place):
            for part in (FINDINGS, MANIFEST):
                (building / part).replace(place / part)
            shutil.rmtree(building)
            return
        shutil.rmtree(place, ignore_errors=True)
        building.rename(place)

    def _build(  # noqa: PLR0913, PLR0917 - each step of the build is one
        self,
        building: Path,
        inputs: Sequence[_Input],
        check: Check | None,
        concepts: Iterable[Triple],
        derive: Derive | None,
        measure: Measure | None,
    ) -> dict[str, Any]:
        """Write a snapshot into a folder and return its manifest, but for what judged it."""
        reviewed = self.path / reviews.FILE
        said_by_reviewers = sha256(reviewed.read_bytes()) if reviewed.is_file() else None
        store = Store(str(building / STORE))
        said = (quad for each in inputs for quad in triples(each.document, self.base, each.address))
        stores.fill(store, said, concepts)
        if derive:
            stores.derive(store, derive)
        findings = self._judge(store, check)
        told = kept.to_jsonl(findings)
        (building / FINDINGS).write_bytes(told)
        store.flush()
        store.optimize()
        content = sha256_of(stores.lines(store))
        return {
            "id": content[:_ID_LENGTH],
            "content": content,
            "findings": sha256(told),
            "base": self.base,
            "documents": [each.entry() for each in inputs],
            "vocabulary": {file.name: sha256(file.read_bytes()) for file in data_files()},
            "shapes": {file.name: sha256(file.read_bytes()) for file in shape_sources()},
            "reviews": said_by_reviewers,
            "counts": _counts(store, len(findings)),
            "figures": measure(store, findings) if measure else {},
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

    def _inputs(self, without: Collection[str]) -> list[_Input]:
        """The record that counts of every source, ordered by source, each document with an address of its own."""
        held = {source: name for source, name in self.held().items() if source not in without}
        read = [read_record(self.records / held[source]) for source in sorted(held)]
        inputs = [_Input(document, record, document_address(document, self.base)) for document, record in read]
        addressed = self._addressed()
        shared = Counter(each.address for each in inputs)
        return [
            replace(each, address=told_apart(each.address, each.document))
            if shared[each.address] > 1 and addressed.get(each.document.sha256) != each.address
            else each
            for each in inputs
        ]

    def _addressed(self) -> dict[str, str]:
        """The addresses of the live snapshot's documents, by source: who has an address keeps it when others come."""
        live = self._before()
        return {} if live is None else {entry["sha256"]: entry["address"] for entry in live.manifest["documents"]}

    def _before(self) -> Snapshot | None:
        """The live snapshot, where it can be read; a new one may be built where it cannot."""
        try:
            return self.current()
        except (CurrentError, SnapshotError):
            return None


def _held(file: Path) -> str:
    name = file.read_bytes().decode("ascii", "replace")
    if not _RECORD.fullmatch(name):
        raise HoldingError(file, "登记损坏了，看不出用哪一份记录；请删去这个文件，再重新读入源文件")
    return name


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
    """Write what is not there yet."""
    if not (path.is_file() and path.read_bytes() == content):
        write_whole(path, content)


def _counts(store: Store, findings: int) -> dict[str, int]:
    counts = {name: stores.count(store, class_name) for name, class_name in _COUNTED.items()}
    return {**counts, "findings": findings, "quads": len(store)}
