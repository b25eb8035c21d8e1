"""Rows of budget tables that are sums of rows below them, and what these add up to.

Only codes tell safely which rows are parts of which: 20601 and 20602 are parts of 206. Nothing may be added twice, so a
table is left alone where a row that is no total has no code, where a code stands twice (it lists the same classes for
several units), or where there is more than one total.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING

from pyoxigraph import NamedNode

from graph.addresses import join
from queries.derivations.facts import Fact, ours, select

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from pyoxigraph import QuerySolution, Store

CELLS = """
SELECT ?table ?row ?code ?total ?column ?cell ?amount ?document WHERE {
  ?table a jx:BudgetTable ; jx:document ?document ; jx:tableRow ?row .
  ?row jx:isTotal ?total .
  OPTIONAL { ?row jx:rowCode ?code }
  OPTIONAL { ?cell jx:inRow ?row ; jx:inColumn ?column ; obeu-measure:amount ?amount }
}
"""


@dataclass(slots=True)
class Row:
    """A row of a budget table: its code, and its cells with their money in 元 by column."""

    code: str
    is_total: bool
    document: NamedNode
    cells: dict[str, tuple[NamedNode, Decimal]] = field(default_factory=dict)


def derive(store: Store) -> Iterator[Fact]:
    """A ``RowSum`` for each printed amount that codes show to be the sum of others."""
    for rows in _tables(select(store, CELLS)):
        for whole, parts in families(rows):
            yield from _sums(whole, parts)


def _tables(cells: Iterable[QuerySolution]) -> Iterator[list[Row]]:
    """The rows of each table, in no order: sorting them all would take longer than everything else here."""
    tables: dict[str, dict[str, Row]] = defaultdict(dict)
    for each in cells:
        rows, name = tables[each["table"].value], each["row"].value
        if name not in rows:
            code = each["code"].value if each["code"] else ""
            rows[name] = Row(code, each["total"].value == "true", each["document"])
        if each["cell"]:
            rows[name].cells[each["column"].value] = each["cell"], Decimal(each["amount"].value)
    return (list(rows.values()) for rows in tables.values())


def families(rows: Sequence[Row]) -> Iterator[tuple[Row, list[Row]]]:
    """Each row that is a sum, with the rows that it is the sum of; nothing where the codes leave that open."""
    totals = [row for row in rows if row.is_total]
    coded = [row for row in rows if not row.is_total]
    codes = Counter(row.code for row in coded)
    if any(not code.isdigit() or count > 1 for code, count in codes.items()):
        return
    parts = defaultdict(list)
    for row in coded:
        parts[_above(row.code, codes)].append(row)
    if len(totals) == 1 and parts[""]:
        yield totals[0], parts[""]
    for row in coded:
        if parts[row.code]:
            yield row, parts[row.code]


def _above(code: str, codes: Counter[str]) -> str:
    """The longest code of the table that this one continues; none for a row of the highest level."""
    return next((code[:end] for end in range(len(code) - 1, 0, -1) if code[:end] in codes), "")


def _sums(whole: Row, parts: Sequence[Row]) -> Iterator[Fact]:
    """The sum under each printed amount, where any part prints one; an empty cell is nothing."""
    for column, (cell, _) in whole.cells.items():
        printed = [row.cells[column] for row in parts if column in row.cells]
        if printed:
            yield Fact(
                NamedNode(join(cell.value, "分项合计")),
                "RowSum",
                (
                    ours("sumOf", cell),
                    ours("document", whole.document),
                    ours("partsSum", sum((amount for _, amount in printed), Decimal(0))),
                    ours("parts", len(printed)),
                    *(ours("addend", part) for part, _ in printed),
                ),
            )
