"""The snapshots of a folder as people name and list them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from graph.errors import CurrentError, SnapshotError
from graph.snapshot import Snapshot
from jixiao.days import day
from jixiao.errors import BadInputError
from jixiao.messages import text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from graph.folder import KnowledgeGraph
    from graph.history import Publication

LIVE = "live"
SHORTEST = 4
"""So many digits at least stand for the beginning of an id."""
COUNTED = ("documents", "forms", "indicators", "findings", "quads")
COLUMNS = ("number", "day", "snapshot", *COUNTED, "refused", "state")
"""What is told of a publication; its state is live, kept, removed, or held: never live, kept beside."""


def identity(graph: KnowledgeGraph, asked: str) -> str:
    """The snapshot that is meant by its id, an unambiguous beginning of it, or the number of a publication.

    ``live`` is the one that is live. A few digits that are no publication's are nobody's beginning: they were meant
    as a number.

    Raises:
        BadInputError: there is none, there are several, or it was removed.
        GraphError: the live one is asked for, and there is none.
    """
    if asked == LIVE:
        return graph.live().id
    there, numbers = graph.available(), {str(each.number): each.snapshot for each in graph.history()}
    wanted = numbers.get(asked.lstrip("0"), asked.lower())
    found = [each for each in there if wanted and each.startswith(wanted)]
    if wanted.isdecimal() and len(wanted) < SHORTEST:
        found = []
    if len(found) == 1:
        return found[0]
    if not found and wanted in numbers.values():
        raise BadInputError(text("snapshots.was_removed", asked=asked, snapshot=wanted))
    named = "、".join(found or there)
    raise BadInputError(text("snapshots.several" if found else "snapshots.none", asked=asked, there=named))


def opened(graph: KnowledgeGraph, name: str) -> Snapshot:
    """A snapshot by its id.

    Raises:
        SnapshotError: it is damaged.
    """
    return Snapshot(graph.snapshots / name, graph.records)


def live(graph: KnowledgeGraph) -> str | None:
    """The id of the live snapshot; ``None`` where nobody can tell or it is damaged, so that one can still go back.

    Raises:
        NothingPublishedError: nothing was published in this folder yet.
    """
    try:
        return graph.live().id
    except (CurrentError, SnapshotError):
        return None


def of(graph: KnowledgeGraph, name: str) -> list[Publication]:
    """The publications of a snapshot, the first one first."""
    return [each for each in graph.history() if each.snapshot == name]


def listing(graph: KnowledgeGraph) -> Iterator[dict[str, Any]]:
    """Every publication, then the snapshots that never went live, as rows."""
    there, published = graph.available(), graph.history()
    last = {each.snapshot: each.number for each in published}
    current = live(graph)
    for each in published:
        is_live = each.snapshot == current and each.number == last[current]
        state = "live" if is_live else "kept" if each.snapshot in there else "removed"
        yield _row(each.snapshot, each.counts, state) | {
            "number": each.number,
            "day": day(each.at),
            "refused": len(each.refused),
        }
    for name in there:
        if name not in last:
            yield _row(name, _counts(graph, name), "live" if name == current else "held")


def _row(name: str, counts: Mapping[str, int], state: str) -> dict[str, Any]:
    return {"snapshot": name, "state": state, **{each: counts.get(each) for each in COUNTED}}


def _counts(graph: KnowledgeGraph, name: str) -> Mapping[str, int]:
    """What a snapshot that the history does not know counts; nothing where it is damaged, which verifying tells."""
    try:
        counts: Mapping[str, int] = opened(graph, name).manifest["counts"]
    except SnapshotError:
        return {}
    return counts
