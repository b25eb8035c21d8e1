"""The record format as tables, from its JSON Schema, with the property of the graph that each key becomes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from graph import bindings
from ingest.interchange import json_schema
from ontology.terms import JX

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_ONE_VALUE: Mapping[str, tuple[Mapping[str, bindings.Binding], ...]] = {
    "Document": (bindings.DOCUMENT,),
    "Facts": (bindings.FACTS,),
    "Coverage": (bindings.COVERAGE,),
    "Unit": (bindings.UNIT,),
    "ProjectBudget": (bindings.BUDGET_LINE,),
    "Target": (bindings.FORM,),
    "Indicator": (bindings.INDICATOR, bindings.TARGET),
    "BudgetTable": (bindings.TABLE,),
    "BudgetRow": (bindings.ROW,),
    "Grant": (bindings.GRANT,),
    "Statement": (bindings.STATEMENT,),
    "Leftover": (bindings.LEFTOVER,),
    "Span": (bindings.SPAN, bindings.SELECTOR),
}
"""What holds the bindings of each object's keys that have one value."""
_MANY: Mapping[str, str] = {
    "Document.units": "unit",
    "Document.project_budgets": "BudgetLine",
    "Document.targets": "TargetForm",
    "Document.tables": "table",
    "Document.granted": "grant",
    "Document.statements": "statement",
    "Document.leftovers": "leftover",
    "Document.coverage": "coverage",
    "ProjectBudget.sources": "funding",
    "Target.funds": "funding",
    "Target.goals": "goal",
    "Target.plan": "planStep",
    "Target.indicators": "indicator",
    "BudgetTable.columns": "tableColumn",
    "BudgetTable.rows": "tableRow",
    "BudgetRow.texts": "rowText",
    "BudgetRow.amounts": "BudgetCell",
    "Leftover.span": "place",
}
"""The property that leads to the things of a key that holds many, or their class where only they lead back."""


@dataclass(frozen=True, slots=True)
class Field:
    """One key of a record."""

    key: str
    term: str | None
    """The property or class that it becomes in the graph; ``None`` where it only holds others together."""
    type: str
    """What it holds, in the words of JSON; another table's name where it holds such objects."""
    table: str | None
    """The table that describes what it holds."""


@dataclass(frozen=True, slots=True)
class Table:
    """One sort of object."""

    name: str
    description: str
    fields: tuple[Field, ...]


def tables() -> list[Table]:
    """The document first, then every other object, each after the first that holds it."""
    schema = json_schema()
    named = {schema["title"]: schema} | schema["$defs"]
    return [_table(name, named[name]) for name in dict.fromkeys(_in_order(schema["title"], named))]


def _in_order(name: str, named: Mapping[str, Any]) -> Iterator[str]:
    yield name
    for value in named[name]["properties"].values():
        held = _reference(value)
        if held:
            yield from _in_order(held, named)


def _table(name: str, schema: Mapping[str, Any]) -> Table:
    fields = (
        Field(key, _term(name, key), _type(value), _reference(value)) for key, value in schema["properties"].items()
    )
    return Table(name, schema.get("description", "").split("\n\n")[0], tuple(fields))


def _term(table: str, key: str) -> str | None:
    if key == "places":
        return f"{JX}place"
    many = _MANY.get(f"{table}.{key}")
    bound = (each[key].name for each in _ONE_VALUE[table] if key in each)
    return f"{JX}{many}" if many else next(bound, None)


def _type(schema: Mapping[str, Any]) -> str:
    """A type in few words: ``string | null``, ``[ Indicator ]``."""
    if "anyOf" in schema:
        return " | ".join(map(_type, schema["anyOf"]))
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    if "enum" in schema:
        return " | ".join(f'"{value}"' for value in schema["enum"])
    if schema["type"] == "array":
        return f"[ {_type(schema['items'])} ]"
    if schema["type"] == "object":
        return f"{{ … : {_type(schema['additionalProperties'])} }}"
    return str(schema["type"])


def _reference(schema: Any) -> str | None:
    """The first table that a type speaks of."""
    if isinstance(schema, dict) and "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    inside = schema.values() if isinstance(schema, dict) else schema if isinstance(schema, list) else ()
    return next(filter(None, map(_reference, inside)), None)
