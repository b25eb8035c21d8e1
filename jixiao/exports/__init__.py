"""A snapshot in the forms that others expect: what there is; ``writing`` writes it.

Everything that is written depends on the snapshot alone: no time of day, no machine.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


class What(StrEnum):
    """What can be had of a snapshot."""

    everything = "everything"
    documents = "documents"
    projects = "projects"
    budgets = "budgets"
    forms = "forms"
    indicators = "indicators"
    tables = "tables"
    findings = "findings"
    description = "description"


class Form(StrEnum):
    """The forms in which it can be had."""

    nq = "nq"
    ttl = "ttl"
    jsonld = "jsonld"
    jsonl = "jsonl"
    csv = "csv"
    csvw = "csvw"
    parquet = "parquet"
    xlsx = "xlsx"
    graphml = "graphml"
    iati = "iati"


_SHEET = (Form.csv, Form.csvw, Form.jsonl, Form.parquet, Form.xlsx)
FITTING: Mapping[What, Sequence[Form]] = {
    What.everything: (Form.nq, Form.ttl, Form.jsonld, Form.jsonl, Form.xlsx, Form.graphml, Form.iati),
    **{what: _SHEET for what in What if what not in (What.everything, What.description)},
    What.description: (Form.ttl, Form.jsonld),
}
"""In which forms each thing can be had, the usual one first."""

BINARY = frozenset({Form.parquet, Form.xlsx})
"""Forms that no terminal can show."""

IN_WORKBOOK = (What.documents, What.projects, What.budgets, What.forms, What.indicators, What.findings)
"""The sheets of the workbook of everything; cells of budget tables are too many to be read there."""
