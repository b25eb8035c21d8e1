"""Comparable indicators of a snapshot: what others set, how one target stands, and how a vague one could be put.

``Index.of(store)`` is made once for a snapshot; ``compare(index, address)`` and ``index.groups_like(name)`` ask it.
"""

from queries.comparison.asking import Comparison, compare, places
from queries.comparison.entries import Entry, entries
from queries.comparison.figures import Figures, Standing, figures, sides
from queries.comparison.index import Group, Index
from queries.comparison.names import normalised
from queries.comparison.wording import Wording, drafted, needs_wording, slot, wordings

__all__ = [
    "Comparison",
    "Entry",
    "Figures",
    "Group",
    "Index",
    "Standing",
    "Wording",
    "compare",
    "drafted",
    "entries",
    "figures",
    "needs_wording",
    "normalised",
    "places",
    "sides",
    "slot",
    "wordings",
]
