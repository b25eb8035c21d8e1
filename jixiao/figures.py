"""The few figures by which one snapshot is compared with the next, counted in the store when it is built.

They stay in the history of publications when the snapshot is removed; :mod:`jixiao.summary` counts the same.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from graph import store as stores
from jixiao.told import UNDISCLOSED, VAGUE_KINDS
from jixiao.view import notation, value_of, view_text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pyoxigraph import Store


def figures(store: Store, findings: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Figures of a snapshot.

    ``judged`` targets of which ``unclear`` cannot be checked; ``money`` in the rows of project-expenditure tables and
    ``money_without_form``, both in 元 as text; how many findings are of each ``certainty``, ``severity`` and ``rule``;
    how many ``publishers`` there are.
    """
    kinds = {notation(str(row["kind"])): row["count"] for row in _rows(store, "count_kinds")}
    judged = {kind: count for kind, count in kinds.items() if kind != UNDISCLOSED}
    lacking = {str(each["focus"]) for each in findings if each["rule"] == NO_TARGET}
    lines = list(_rows(store, "lines"))
    unaimed = {line["project"] for line in lines if line["iri"] in lacking or line["project"] in lacking}
    return {
        "judged": sum(judged.values()),
        "unclear": sum(judged.get(kind, 0) for kind in VAGUE_KINDS),
        "money": str(sum(line["amount"] for line in lines)),
        "money_without_form": str(sum(line["amount"] for line in lines if line["project"] in unaimed)),
        "publishers": next(iter(_rows(store, "count_publishers")))["count"],
        **{name: dict(sorted(Counter(each[name] for each in findings).items())) for name in COUNTED},
    }


NO_TARGET = "no-target"
COUNTED = ("certainty", "severity", "rule")


def _rows(store: Store, name: str) -> list[dict[str, Any]]:
    solutions: Any = stores.query(store, view_text(name))
    names = [variable.value for variable in solutions.variables]
    return [{name: value_of(row[name]) for name in names} for row in solutions]
