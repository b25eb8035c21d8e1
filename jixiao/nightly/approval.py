"""Whether a new snapshot may go live by itself: it is well formed, and nothing that was there is gone unexplained."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING

from graph import history, integrity
from graph.validate import validate
from jixiao.errors import JixiaoError
from jixiao.messages import language, text
from ontology.terms import CODES_GRAPH

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    from graph.snapshot import Snapshot
    from graph.validate import Violation

MAX_DROP = Decimal(20)
"""By so many percent a count may fall from one snapshot to the next."""
COUNTED = ("documents", "budgets", "forms", "indicators")
"""The counts that may not fall: each stands for something that documents say."""
SAME = ("vocabulary", "shapes", "reviews", "base")
"""What must be the same for a document to be well formed because it was."""
SHOWN = 5
"""So many violations are named."""


class HeldBackError(JixiaoError):
    """A new snapshot stays beside the live one.

    Attributes:
        snapshot: the id of the new one.
        reasons: why, as sentences.
    """

    def __init__(self, kg: Path, snapshot: str, reasons: Sequence[str]) -> None:
        self.snapshot = snapshot
        self.reasons = tuple(reasons)
        told = "\n".join(f"· {reason}" for reason in reasons)
        super().__init__(text("approval.held_back", snapshot=snapshot, reasons=told, kg=kg))


def approval(
    max_drop: Decimal | None = MAX_DROP, say: Callable[[str], None] = lambda _: None
) -> Callable[[Snapshot, Snapshot | None], None]:
    """What :meth:`graph.folder.KnowledgeGraph.publish` asks before the switch.

    Args:
        max_drop: by how many percent a count may fall; ``None`` allows any fall.
        say: is told what is looked at.

    Returns:
        a function that raises :class:`HeldBackError` where the new snapshot may not go live.
    """

    def approve(new: Snapshot, live: Snapshot | None) -> None:
        say(text("approval.judging"))
        before = live.manifest["counts"] if live else _last(new)
        reasons = [*_malformed(new, live), *(_falls(new, before, max_drop) if before and max_drop is not None else ())]
        if reasons:
            raise HeldBackError(new.path.parent.parent, new.id, reasons)

    return approve


def _malformed(new: Snapshot, live: Snapshot | None) -> Iterator[str]:
    """What shapes and integrity constraints object to, the first few by name."""
    passed = _passed(new, live)
    every = [*validate(new.store, passed=passed), *integrity.check(new.store, passed - {CODES_GRAPH})]
    broken = [each for each in every if each.severity == "violation"]
    yield from map(_told, broken[:SHOWN])
    if len(broken) > SHOWN:
        yield text("approval.more", count=len(broken) - SHOWN)


def _passed(new: Snapshot, live: Snapshot | None) -> set[str]:
    """The graphs of the live snapshot that are in the new one as they were, and passed by the same shapes.

    These are documents, and the code lists where the rules, which are one of them, are the same.
    """
    if live is None or any(new.manifest.get(name) != live.manifest.get(name) for name in SAME):
        return set()
    publications = history.read(new.path.parent.parent)
    if not any(each.checked for each in publications if each.snapshot == live.id):
        return set()
    before = {tuple(entry.items()) for entry in live.manifest["documents"]}
    same = {entry["address"] for entry in new.manifest["documents"] if tuple(entry.items()) in before}
    return same | {CODES_GRAPH} if new.manifest["rules"] == live.manifest["rules"] else same


def _told(violation: Violation) -> str:
    place = violation.places[0] if violation.places else None
    where = f"{place.source} {place.quote}" if place else violation.graph
    return text("approval.violation", shape=violation.shape, message=violation.message(language()), where=where)


def _last(new: Snapshot) -> Mapping[str, int] | None:
    """What was published last, where the live snapshot cannot be read; ``None`` where nothing ever was."""
    publications = history.read(new.path.parent.parent)
    return publications[-1].counts if publications else None


def _falls(new: Snapshot, counts: Mapping[str, int], most: Decimal) -> Iterator[str]:
    """The counts that fell by more than is allowed."""
    for name in COUNTED:
        before, after = counts[name], new.manifest["counts"][name]
        fall = Decimal(100 * (before - after)) / before if before else Decimal(0)
        if fall > most:
            share = fall.quantize(Decimal("0.1"), ROUND_HALF_UP)
            yield text(f"approval.fall_{name}", before=before, after=after, share=share, most=most)
