"""Old snapshots are removed, and, where that is asked for, the files that only they were made of.

What was published when stays in the history. What can still be looked at is removed last: the live snapshot, those
after it, and the one that a kept one is compared with are never removed.
"""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from graph.lock import exclusive
from graph.snapshot import MANIFEST, Snapshot, record_path

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from graph.folder import KnowledgeGraph
    from graph.history import Publication


@dataclass(frozen=True, slots=True)
class Pruned:
    """What was removed."""

    removed: Sequence[str]
    """Snapshots, the oldest first."""
    stuck: Sequence[str]
    """Snapshots that could not be removed since somebody has them open (Windows)."""
    lost: Sequence[Publication]
    """Publications whose report cannot be made again: their snapshot was removed now, or the one before it."""
    records: int
    sources: int
    freed: int
    """Bytes."""


def old(graph: KnowledgeGraph, keep: int, needed: Collection[str] = ()) -> list[str]:
    """The snapshots that :func:`prune` would remove, the oldest first.

    Raises:
        ValueError: Fewer than one is to be kept.
        GraphError: The live snapshot or the history is damaged, or nothing was published yet.
    """
    if keep < 1:
        raise ValueError(keep)
    live, published, there = graph.live().id, graph.history(), graph.available()
    first = {each.snapshot: each.number for each in reversed(published)}
    last = {each.snapshot: each.number for each in published}
    until = [each for each in there if each in last and first[each] <= first.get(live, 0)]
    kept = {live, *until[-keep:]}
    kept |= {*needed, *(before.snapshot for before, after in _steps(published) if after.snapshot in kept)}
    never = [each for each in there if each not in last and _made(graph, each) < _made(graph, live)]
    return [each for each in [*until, *never[:-keep]] if each not in kept]


def _steps(published: Sequence[Publication]) -> Iterable[tuple[Publication, Publication]]:
    """Every publication with the last one before it that was of another snapshot."""
    before: Publication | None = None
    latest: Publication | None = None
    for each in published:
        if latest and latest.snapshot != each.snapshot:
            before = latest
        if before:
            yield before, each
        latest = each


def _made(graph: KnowledgeGraph, identity: str) -> int:
    """When a snapshot was built; only those that never went live have nothing better to be ordered by."""
    return (graph.snapshots / identity / MANIFEST).stat().st_mtime_ns


def prune(graph: KnowledgeGraph, keep: int, needed: Collection[str] = (), *, files: bool = False) -> Pruned:
    """Remove all but the newest snapshots; :meth:`graph.folder.KnowledgeGraph.prune` says what is kept.

    Raises:
        ValueError: Fewer than one is to be kept.
        FolderBusyError: Another process is publishing.
        GraphError: The live snapshot, the history, or (with ``files``) a snapshot that stays is damaged.
    """
    graph.live()
    with exclusive(graph.path):
        meant = old(graph, keep, needed)
        unneeded = _unneeded(graph, set(meant)) if files else []
        removed, freed = [], 0
        for identity in meant:
            size = _size(graph.snapshots / identity)
            if _remove(graph.snapshots / identity):
                removed.append(identity)
                freed += size
        stuck = [each for each in meant if each not in removed]
        unneeded = [] if stuck else unneeded
        freed += sum(file.stat().st_size for file in unneeded)
        for file in unneeded:
            file.unlink()
    records = sum(file.parent == graph.records for file in unneeded)
    lost = _lost(graph.history(), set(removed))
    return Pruned(removed, stuck, lost, records, len(unneeded) - records, freed)


def _remove(place: Path) -> bool:
    """Remove a snapshot's folder, whole: half of one never stands under its name; what is left a build clears away."""
    from graph.folder import BUILDING  # noqa: PLC0415 - the folder knows this module

    aside = Path(tempfile.mkdtemp(prefix=BUILDING, dir=place.parent))
    try:
        place.rename(aside / place.name)
    except PermissionError:  # Windows, where somebody has it open
        return False
    finally:
        shutil.rmtree(aside, ignore_errors=True)
    return True


def _size(folder: Path) -> int:
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())


def _unneeded(graph: KnowledgeGraph, removed: Collection[str]) -> list[Path]:
    """The records and sources that no snapshot that stays was made of, and that are not held either."""
    records, sources = set(graph.held().values()), set(graph.held())
    for identity in graph.available():
        if identity not in removed:
            for entry in Snapshot(graph.snapshots / identity, graph.records).manifest["documents"]:
                path = record_path(graph.records, entry["sha256"], entry["extractor"], entry["record"])
                records.add(path.name)
                sources.add(entry["sha256"])
    kept = ((graph.records, records), (graph.sources, sources))
    return [file for folder, names in kept for file in sorted(folder.iterdir()) if file.name not in names]


def _lost(published: Sequence[Publication], removed: Collection[str]) -> list[Publication]:
    """The publications that needed a removed snapshot, their own or the one before."""
    gone = {each.number for each in published if each.snapshot in removed}
    gone |= {after.number for before, after in _steps(published) if before.snapshot in removed}
    return [each for each in published if each.number in gone]
