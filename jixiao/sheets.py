"""Records as a sheet: one row an indicator, with everything needed to find it again."""

from __future__ import annotations

from operator import attrgetter
from typing import TYPE_CHECKING

from jixiao.tables import Cell, Table

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from ingest.records import Document

COLUMNS: Mapping[str, str] = {
    "source": "document.source",
    "sha256": "document.sha256",
    "publisher": "document.document.publisher",
    "fiscal_year": "document.document.fiscal_year",
    "scope": "target.scope",
    "project": "target.name",
    "code": "target.code",
    "project_unit": "target.unit",
    "amount_wan": "target.amount_wan",
    "l1": "indicator.l1",
    "l2": "indicator.l2",
    "name": "indicator.name",
    "desc": "indicator.desc",
    "value": "indicator.value",
    "kind": "indicator.kind",
    "op": "indicator.op",
    "number": "indicator.number",
    "number2": "indicator.number2",
    "unit": "indicator.unit",
    "weight": "indicator.weight",
    "basis": "indicator.basis",
    "prior": "indicator.prior",
    "scoring": "indicator.scoring",
    "evidence": "indicator.evidence",
    "page": "indicator.page",
    "line": "indicator.line",
}
"""Each column and where in the record it comes from; money is in 万元 as in the record."""


def indicator_sheet(documents: Iterable[Document]) -> Table:
    """Every indicator of these documents, in reading order."""
    return Table(tuple(COLUMNS), list(_rows(documents)))


def _rows(documents: Iterable[Document]) -> Iterator[list[Cell]]:
    for document in documents:
        for target in document.targets:
            for indicator in target.indicators:
                records = {"document": document, "target": target, "indicator": indicator}
                yield [_cell(records, path) for path in COLUMNS.values()]


def _cell(records: Mapping[str, object], path: str) -> Cell:
    name, _, rest = path.partition(".")
    value: Cell = attrgetter(rest)(records[name])
    return value
