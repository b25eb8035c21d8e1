"""Budget tables as data cubes (https://www.w3.org/TR/vocab-data-cube/) in the terms of OpenBudgets.eu.

Every table is a data set, every printed amount an observation, told apart by its row and its column. What holds for the
whole table (whose money, of which year) is said of the data set, as ``ontology/cube.ttl`` lays down.
"""

from __future__ import annotations

import re
from itertools import chain
from typing import TYPE_CHECKING

from graph import bindings
from graph.addresses import KIND, Ordinals, join, squeeze
from graph.codecs import CHINESE, FLAG
from graph.facts import fields, is_a, links, ordered, places, says
from ontology import lexicon, vocabulary
from ontology.terms import JX, OBEU_ATTRIBUTE, OBEU_DIMENSION, ORG, QB, RDFS, SKOS, code_iri, concepts, fold

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from graph.concepts import Concepts
    from graph.facts import Fact
    from ingest.records import BudgetRow, BudgetTable, Document, Places

CUBE = "https://w3id.org/jixiao/cube/"
YUAN = "http://publications.europa.eu/resource/authority/currency/CNY"
EXPENDITURE = "http://data.openbudgets.eu/resource/codelist/operation-character/expenditure"
FUNCTIONAL = re.compile(r"2\d\d(\d\d){0,2}")
ECONOMIC = re.compile(r"[35]\d\d(\d\d)?")


class Cube:
    """The budget data of one document."""

    def __init__(self, document: Document, address: str, publisher: str | None, concepts: Concepts) -> None:
        """Name the document, who published it, and where codes are named."""
        self._document = document
        self._address = address
        self._publisher = publisher
        self._concepts = concepts
        self._ordinals = Ordinals()
        self.of_lines = f"{address}/项目支出"
        """The data set of the rows of project-expenditure tables."""

    def facts(self) -> Iterator[Fact]:
        """The data sets, and the observations of all but project-expenditure rows."""
        document = self._document
        if document.project_budgets:
            yield from is_a(self.of_lines, f"{QB}DataSet")
            yield from self._data_set(self.of_lines, "project-budget", EXPENDITURE)
        for order, table in enumerate(document.tables, 1):
            yield from self._table(table, order)
        if document.project_budgets or document.tables:
            yield from self._unstated()

    def _data_set(self, address: str, structure: str, character: str | None) -> Iterator[Fact]:
        """What holds for all observations of a data set."""
        yield from links(address, f"{QB}structure", f"{CUBE}{structure}")
        yield from links(address, f"{OBEU_DIMENSION}organization", self._publisher or self._unnamed)
        yield from links(address, f"{OBEU_DIMENSION}fiscalYear", self._year())
        yield from links(address, f"{OBEU_DIMENSION}budgetPhase", _phase(self._document.kind or KIND))
        yield from links(address, f"{OBEU_DIMENSION}operationCharacter", character)
        yield from links(address, f"{OBEU_ATTRIBUTE}currency", YUAN)

    @property
    def _unnamed(self) -> str:
        return f"{self._address}/发布部门"

    def _year(self) -> str:
        year = self._document.document.fiscal_year
        return f"{self._address}/年度" if year is None else self._concepts.year(year)

    def _unstated(self) -> Iterator[Fact]:
        """What stands for the publisher and the year where the document does not state them: a cube must have both."""
        if self._publisher is None:
            yield from is_a(self._unnamed, f"{ORG}FormalOrganization")
            yield from says(self._unnamed, f"{SKOS}prefLabel", CHINESE, "（文件未写明的发布部门）")
        if self._document.document.fiscal_year is None:
            yield from is_a(self._year(), "http://reference.data.gov.uk/def/intervals/Year")
            yield from says(self._year(), f"{RDFS}label", CHINESE, "（文件未写明的年度）")

    def _table(self, table: BudgetTable, order: int) -> Iterator[Fact]:
        """One printed table with its columns, rows and amounts."""
        address = self._ordinals.unique(join(f"{self._address}/表", table.title or table.kind))
        character = vocabulary.linked(code_iri("table-kind", table.kind), f"{JX}operationCharacter")
        yield from links(self._address, f"{JX}table", address)
        yield from is_a(address, f"{JX}BudgetTable")
        yield from ordered(address, order)
        yield from links(address, f"{JX}document", self._address)
        yield from self._data_set(address, "budget-table" if character else "two-sided-table", character)
        yield from fields(table, bindings.TABLE, address)
        yield from places(address, address, self._address, table.places)
        columns = _columns(table, address)
        for position, (label, column) in enumerate(columns.items(), 1):
            yield from links(address, f"{JX}tableColumn", column)
            yield from is_a(column, f"{JX}BudgetColumn")
            yield from ordered(column, position)
            yield from says(column, *bindings.NAME, label)
            yield from says(column, f"{JX}isTotal", FLAG, is_total(label))
        ordinals = Ordinals()
        for position, row in enumerate(table.rows, 1):
            thing = ordinals.unique(join(f"{address}/行", row.code, row.name))
            yield from links(address, f"{JX}tableRow", thing)
            yield from ordered(thing, position)
            yield from self._row(row, thing, address, columns)

    def _row(self, row: BudgetRow, address: str, table: str, columns: Mapping[str, str]) -> Iterator[Fact]:
        """One row: what it is called, its words and its amounts."""
        yield from is_a(address, f"{JX}BudgetRow")
        yield from fields(row, bindings.ROW, address)
        own = {field: spans for field, spans in row.places.items() if "." not in field}
        yield from places(address, address, self._address, own)
        for label, text in row.texts.items():
            cell = f"{address}/文字/{_last(columns[label])}"
            yield from links(address, f"{JX}rowText", cell)
            yield from is_a(cell, f"{JX}RowText")
            yield from links(cell, f"{JX}inColumn", columns[label])
            yield from says(cell, *bindings.PRINTED, text)
            yield from places(cell, cell, self._address, _of(row.places, f"texts.{label}"))
        classes = tuple(self._classes(row))
        for label, amount in row.amounts.items():
            cell = f"{address}/金额/{_last(columns[label])}"
            yield from is_a(cell, f"{JX}BudgetCell")
            yield from links(cell, f"{QB}dataSet", table)
            yield from links(cell, f"{JX}inRow", address)
            yield from links(cell, f"{JX}inColumn", columns[label])
            yield from says(cell, *bindings.AMOUNT, amount)
            yield from chain.from_iterable(links(cell, name, code) for name, code in classes)
            yield from places(cell, cell, self._address, _of(row.places, f"amounts.{label}"))

    def _classes(self, row: BudgetRow) -> Iterator[tuple[str, str]]:
        """The class of expenditure that a row's code tells."""
        code = squeeze(row.code or "")
        for pattern, name, scheme in ((FUNCTIONAL, "functionalClass", "functional-class"),
                                      (ECONOMIC, "economicClass", "economic-class")):  # fmt: skip
            if pattern.fullmatch(code) and (address := self._class(scheme, code, row.name)):
                yield f"{JX}{name}", address

    def _class(self, scheme: str, code: str, name: str | None) -> str | None:
        """The class with a code, where the row is called like it; a provisional one below a known class.

        Codes of units look like codes of classes; only their names tell them apart.
        """
        known = concepts(scheme)
        if code in known:
            alike = name is None or _alike(name, known[code].printed)
            return code_iri(scheme, code) if alike else None
        above = next((code[:size] for size in range(len(code) - 2, 2, -2) if code[:size] in known), None)
        return None if above is None or name is None else self._concepts.provisional(scheme, code, above, name)


def is_total(label: str) -> bool:
    """Whether a column's label, or the one above it, says that it holds sums of others."""
    return any(re.search(lexicon("accounts")["total"], fold(part)) for part in label.split("/")[-2:])


def _columns(table: BudgetTable, address: str) -> dict[str, str]:
    """The address of each column by its label, those of the header first."""
    ordinals = Ordinals()
    labels = dict.fromkeys(chain(table.columns, *((*row.texts, *row.amounts) for row in table.rows)))
    return {label: ordinals.unique(join(f"{address}/列", label)) for label in labels}


def _of(places: Places, field: str) -> Places:
    return {field: places[field]} if field in places else {}


def _phase(kind: str) -> str | None:
    """The phase of OpenBudgets.eu that documents of a kind show."""
    phase = vocabulary.linked(code_iri("document-kind", kind), f"{JX}budgetPhase")
    return phase and vocabulary.linked(phase, f"{SKOS}exactMatch")


def _last(address: str) -> str:
    """What an address ends in."""
    return address.rpartition("/")[2]


COMMON = re.compile("支出|事务|其他|费用|经费")
"""Words that names of all classes share."""


def _alike(name: str, labels: frozenset[str]) -> bool:
    """Whether the name is a label, or shares two characters in a row with one, common words apart."""
    if squeeze(name) in labels:
        return True
    printed = COMMON.sub(" ", squeeze(name))
    return any(printed[start : start + 2] in label for label in labels for start in range(len(printed) - 1))
