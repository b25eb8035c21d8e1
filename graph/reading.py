"""Triples become records again: the way back of :mod:`graph.mapping`, by the same tables.

What a graph says beyond its records (codes, bounds, comparable figures) follows from them and is not read.
"""

from __future__ import annotations

from collections import defaultdict
from itertools import chain
from typing import TYPE_CHECKING, Any

from pyoxigraph import Literal, NamedNode

from graph import bindings
from ingest.records import (
    BudgetRow,
    BudgetTable,
    Coverage,
    Document,
    Facts,
    Grant,
    Indicator,
    Leftover,
    ProjectBudget,
    Span,
    Statement,
    Target,
    Unit,
)
from ontology.terms import JX, OA, RDF

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from decimal import Decimal

    from pyoxigraph import Quad

    from graph.bindings import Binding
    from ingest.records import Places

_FACTS_PLACES = frozenset(bindings.FACTS)


def document(quads: Iterable[Quad]) -> Document:
    """The record that a document's named graph was made from.

    Raises:
        ValueError: The graph holds no disclosure, or several.
    """
    return _Reader(quads).document()


class _Reader:
    """What the triples of one graph say, by subject and property."""

    def __init__(self, quads: Iterable[Quad]) -> None:
        self._said: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
        self._pointing: dict[tuple[str, str], list[str]] = defaultdict(list)
        for quad in quads:
            if isinstance(quad.subject, NamedNode) and isinstance(quad.object, NamedNode | Literal):
                self._said[quad.subject.value][quad.predicate.value].append(quad.object.value)
                self._pointing[quad.predicate.value, quad.object.value].append(quad.subject.value)

    def document(self) -> Document:
        found = self._pointing[f"{RDF}type", f"{JX}Disclosure"]
        if len(found) != 1:
            raise ValueError("a graph of a document holds one disclosure")
        doc = found[0]
        places = self._places(doc)
        facts = {field: spans for field, spans in places.items() if field in _FACTS_PLACES}
        coverage = self._fields(bindings.COVERAGE, doc)
        return Document(
            **self._fields(bindings.DOCUMENT, doc),
            document=Facts(**self._fields(bindings.FACTS, doc), places=facts),
            units=tuple(Unit(**self._record(bindings.UNIT, each)) for each in self._ordered(doc, "unit")),
            project_budgets=tuple(map(self._budget_line, self._of_kind("BudgetLine"))),
            targets=tuple(map(self._form, self._of_kind("TargetForm"))),
            tables=tuple(map(self._table, self._ordered(doc, "table"))),
            granted=tuple(Grant(**self._record(bindings.GRANT, each)) for each in self._ordered(doc, "grant")),
            statements=tuple(
                Statement(**self._record(bindings.STATEMENT, each)) for each in self._ordered(doc, "statement")
            ),
            leftovers=tuple(map(self._leftover, self._ordered(doc, "leftover"))),
            coverage=None if coverage["characters"] is None else Coverage(**coverage),
            places={field: spans for field, spans in places.items() if field not in _FACTS_PLACES},
        )

    def _value(self, thing: str, binding: Binding) -> Any:
        values = self._said[thing][binding.name]
        return binding.codec.read(values[0]) if values else None

    def _fields(self, bound: Mapping[str, Binding], thing: str) -> dict[str, Any]:
        return {field: self._value(thing, binding) for field, binding in bound.items()}

    def _record(self, bound: Mapping[str, Binding], thing: str) -> dict[str, Any]:
        """The fields of a thing that has places."""
        return {**self._fields(bound, thing), "places": self._places(thing)}

    def _in_order(self, things: Iterable[str]) -> list[str]:
        return sorted(things, key=lambda thing: self._value(thing, bindings.ORDER))

    def _ordered(self, thing: str, name: str) -> list[str]:
        """What a thing has several of, in their order."""
        return self._in_order(self._said[thing][f"{JX}{name}"])

    def _of_kind(self, kind: str) -> list[str]:
        return self._in_order(self._pointing[f"{RDF}type", f"{JX}{kind}"])

    def _one(self, thing: str, name: str) -> str:
        (other,) = self._said[thing][name]
        return other

    def _places(self, *things: str) -> Places:
        places: dict[str, list[Span]] = defaultdict(list)
        for thing in things:
            for place in self._ordered(thing, "place"):
                places[self._value(place, bindings.FIELD)].append(self._span(place))
        return {field: tuple(spans) for field, spans in places.items()}

    def _span(self, place: str) -> Span:
        selector = self._one(place, f"{OA}hasSelector")
        return Span(**self._fields(bindings.SPAN, place), **self._fields(bindings.SELECTOR, selector))

    def _funding(self, owner: str) -> dict[str, Decimal]:
        parts = self._ordered(owner, "funding")
        return {self._value(part, bindings.SOURCE): self._value(part, bindings.AMOUNT) for part in parts}

    def _budget_line(self, line: str) -> ProjectBudget:
        return ProjectBudget(**self._record(bindings.BUDGET_LINE, line), sources=self._funding(line))

    def _form(self, form: str) -> Target:
        plan = tuple(self._value(step, bindings.PERCENT) for step in self._ordered(form, "planStep"))
        return Target(
            **self._record(bindings.FORM, form),
            funds=self._funding(form),
            goals=tuple(self._value(goal, bindings.GOAL) for goal in self._ordered(form, "goal")),
            plan=plan or None,
            indicators=tuple(map(self._indicator, self._ordered(form, "indicator"))),
        )

    def _indicator(self, indicator: str) -> Indicator:
        target = self._one(indicator, f"{JX}target")
        return Indicator(**self._record(bindings.INDICATOR, indicator), **self._fields(bindings.TARGET, target))

    def _table(self, table: str) -> BudgetTable:
        columns = self._ordered(table, "tableColumn")
        return BudgetTable(
            **self._record(bindings.TABLE, table),
            columns=tuple(self._value(column, bindings.NAME) for column in columns),
            rows=tuple(map(self._row, self._ordered(table, "tableRow"))),
        )

    def _row(self, row: str) -> BudgetRow:
        texts = self._by_column(self._said[row][f"{JX}rowText"])
        amounts = self._by_column(self._pointing[f"{JX}inRow", row])
        return BudgetRow(
            **self._fields(bindings.ROW, row),
            texts={label: self._value(cell, bindings.PRINTED) for label, cell in texts.items()},
            amounts={label: self._value(cell, bindings.AMOUNT) for label, cell in amounts.items()},
            places=self._places(row, *chain(texts.values(), amounts.values())),
        )

    def _by_column(self, cells: Iterable[str]) -> dict[str, str]:
        """Cells of a row by the labels of their columns, in the columns' order."""
        columns = {cell: self._one(cell, f"{JX}inColumn") for cell in cells}
        ordered = sorted(columns, key=lambda cell: self._value(columns[cell], bindings.ORDER))
        return {self._value(columns[cell], bindings.NAME): cell for cell in ordered}

    def _leftover(self, leftover: str) -> Leftover:
        fields = self._record(bindings.LEFTOVER, leftover)
        return Leftover(reason=fields["reason"], span=fields["places"]["span"][0])
