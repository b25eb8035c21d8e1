"""Which field of a record is which property of the graph.

These tables are the whole mapping of fields that hold one value; both ways of it are made from them
(:mod:`graph.mapping`, :mod:`graph.reading`). What a record holds many of has a thing of its own for each.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from graph.codecs import CHINESE, DECIMAL, FLAG, INTEGER, MOMENT, TEXT, WEB, YUAN, code
from ontology.terms import DCT, JX, OA, OBEU_MEASURE, PAV, SCHEMA

if TYPE_CHECKING:
    from collections.abc import Mapping

    from graph.codecs import Codec


class Binding(NamedTuple):
    """The property that a field becomes, and how its value is written."""

    name: str
    codec: Codec


AMOUNT = Binding(f"{OBEU_MEASURE}amount", YUAN)
NAME = Binding(f"{SCHEMA}name", TEXT)


def _ours(codec: Codec, **fields: str) -> dict[str, Binding]:
    """Fields that become properties of our own."""
    return {field: Binding(f"{JX}{name}", codec) for field, name in fields.items()}


DOCUMENT: Mapping[str, Binding] = {
    **_ours(TEXT, source="sourceFile", sha256="sha256", extractor="extractor", encoding="encoding", format="format",
            supersedes="supersedes"),
    **_ours(code("document-kind"), kind="documentKind"),
    "url": Binding(f"{PAV}retrievedFrom", WEB),
    "retrieved": Binding(f"{PAV}retrievedOn", MOMENT),
}  # fmt: skip

FACTS: Mapping[str, Binding] = {
    **_ours(TEXT, publisher="publisherName", publisher_code="publisherCode", region="region",
            region_code="regionCode"),
    **_ours(code("government-level"), level="governmentLevel"),
    **_ours(INTEGER, fiscal_year="fiscalYear"),
    **_ours(YUAN, total_expenditure_wan="totalExpenditure", basic_wan="basicExpenditure",
            project_wan="projectExpenditure"),
}  # fmt: skip

COVERAGE: Mapping[str, Binding] = _ours(INTEGER, characters="characters", read="charactersRead")

UNIT: Mapping[str, Binding] = _ours(TEXT, name="unitName", code="unitCode")

BUDGET_LINE: Mapping[str, Binding] = {
    "name": NAME,
    **_ours(TEXT, parent="parentName", category="categoryName", unit="unitName"),
    "total_wan": AMOUNT,
}

FORM: Mapping[str, Binding] = {
    **_ours(code("scope"), scope="scope"),
    "name": NAME,
    **_ours(TEXT, code="projectCode", unit="unitName", unit_code="unitCode", purpose="purpose"),
    "amount_wan": AMOUNT,
    **_ours(FLAG, prose="prose"),
    **_ours(INTEGER, line="line", page="page"),
}

INDICATOR: Mapping[str, Binding] = {
    "name": NAME,
    "desc": Binding(f"{SCHEMA}description", TEXT),
    **_ours(TEXT, l1="level1Name", l2="level2Name", basis="basisText", prior="priorText", actual="actualText",
            scoring="scoringText", evidence="evidenceText", note="note", polarity_word="polarityWord"),
    **_ours(DECIMAL, weight="weight", score="score"),
    **_ours(code("polarity"), polarity="polarity"),
    **_ours(FLAG, per_unit="perUnit"),
    **_ours(INTEGER, line="line", page="page"),
}  # fmt: skip

TARGET: Mapping[str, Binding] = {
    **_ours(TEXT, value="printed"),
    **_ours(code("target-kind"), kind="kind"),
    **_ours(code("comparator"), op="comparator"),
    **_ours(DECIMAL, number="number", number2="number2"),
    "unit": Binding(f"{SCHEMA}unitText", TEXT),
}
"""The fields of an indicator that its target value says."""

TABLE: Mapping[str, Binding] = {
    **_ours(code("table-kind"), kind="tableKind"),
    "title": Binding(f"{DCT}title", CHINESE),
    **_ours(code("unit"), unit="moneyUnit"),
    **_ours(INTEGER, line="line", page="page"),
}

ROW: Mapping[str, Binding] = {"name": NAME, **_ours(TEXT, code="rowCode"), **_ours(FLAG, is_total="isTotal")}

GRANT: Mapping[str, Binding] = _ours(TEXT, number="grantNumber", project="projectName")

STATEMENT: Mapping[str, Binding] = {
    **_ours(code("statement-subject"), subject="statementSubject"),
    **_ours(TEXT, what="counted"),
    **_ours(DECIMAL, number="number"),
    "unit": Binding(f"{SCHEMA}unitText", TEXT),
}

LEFTOVER: Mapping[str, Binding] = _ours(TEXT, reason="reason")

SPAN: Mapping[str, Binding] = _ours(INTEGER, line="line", page="page", row="row", column="column")
"""The fields of a printed stretch that its place says."""

SELECTOR: Mapping[str, Binding] = {
    "start": Binding(f"{OA}start", INTEGER),
    "end": Binding(f"{OA}end", INTEGER),
    "quote": Binding(f"{OA}exact", TEXT),
}
"""Those that say how it is found."""

FIELD = Binding(f"{JX}field", TEXT)
ORDER = Binding(f"{JX}order", INTEGER)
SOURCE = Binding(f"{JX}sourceName", TEXT)
PERCENT = Binding(f"{JX}percent", DECIMAL)
GOAL = Binding(f"{SCHEMA}text", TEXT)
PRINTED = Binding(f"{JX}printed", TEXT)
