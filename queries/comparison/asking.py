"""Everything there is to say of one indicator beside others: figures, standing, peers, better wordings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from queries.comparison.entries import rows
from queries.comparison.figures import figures, peers
from queries.comparison.wording import needs_wording, wordings

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pyoxigraph import Store

    from queries.comparison.entries import Entry
    from queries.comparison.figures import Figures, Standing
    from queries.comparison.index import Group, Index
    from queries.comparison.wording import Wording

Place = tuple[int | None, int | None]
"""Page and line."""


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """One indicator beside others."""

    entry: Entry
    group: Group | None
    """The indicators that may be compared with it, itself among them; ``None`` where it has no number in a unit."""
    figures: Figures | None
    """What the others set on the same side: at least, or at most."""
    standing: Standing | None
    peers: tuple[Entry, ...]
    """The others, those of other documents first."""
    needs_wording: bool
    wordings: tuple[Wording, ...]


def compare(index: Index, iri: str) -> Comparison:
    """An indicator beside those that are comparable.

    Raises:
        KeyError: there is no such indicator.
    """
    entry = index.by_iri[iri]
    group, unclear = index.group(iri), needs_wording(entry)
    others = tuple(peers(group, entry)) if group else ()
    found = figures(others)
    return Comparison(
        entry=entry,
        group=group,
        figures=found,
        standing=found.standing(entry.amount) if found else None,
        peers=others,
        needs_wording=unclear,
        wordings=tuple(wordings(index, entry)) if unclear else (),
    )


def places(store: Store, *iris: str) -> Mapping[str, Place]:
    """Where the targets of these indicators are printed first; those without a place are left out."""
    found: dict[str, Place] = {}
    for row in rows(store, "places", *iris) if iris else ():
        found.setdefault(row["of"], (row.get("page"), row.get("line")))
    return found
