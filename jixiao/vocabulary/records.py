"""The record format as tables, from its JSON Schema."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ingest.interchange import json_schema
from jixiao.rendering import field_label

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Field:
    """One key of a record."""

    key: str
    called: str
    """Its Chinese name on the site, where it has one."""
    type: str
    """What it holds, in the words of JSON; another table's name where it holds such objects."""
    table: str | None
    """The table that describes what it holds."""
    required: bool


@dataclass(frozen=True, slots=True)
class Table:
    """One sort of object."""

    name: str
    description: str
    fields: tuple[Field, ...]


def tables() -> list[Table]:
    """The document first, then every other object in the order of its name."""
    schema = json_schema()
    return [_table(schema.get("title", "Document"), schema), *(_table(*each) for each in sorted(schema["$defs"].items()))]


def _table(name: str, schema: Mapping[str, Any]) -> Table:
    required = schema.get("required", ())
    fields = (_field(key, value, key in required) for key, value in schema["properties"].items())
    return Table(name, schema.get("description", "").split("\n\n")[0], tuple(fields))


def _field(key: str, schema: Mapping[str, Any], required: bool) -> Field:  # noqa: FBT001 - what the table says
    called = field_label(key)
    return Field(key, "" if called == key else called, _type(schema), _reference(schema), required)


def _type(schema: Mapping[str, Any]) -> str:
    """A type in few words: ``string | null``, ``list of Indicator``."""
    if "anyOf" in schema:
        return " | ".join(map(_type, schema["anyOf"]))
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    if "enum" in schema:
        return " | ".join(f"“{value}”" for value in schema["enum"])
    if schema.get("type") == "array":
        return f"[ {_type(schema.get('items', {}))} ]"
    if schema.get("type") == "object":
        held = schema.get("additionalProperties")
        return f"{{ … : {_type(held)} }}" if isinstance(held, dict) else "object"
    return str(schema.get("type", "any"))


def _reference(schema: Any) -> str | None:
    """The first table that a type speaks of."""
    if isinstance(schema, dict):
        if "$ref" in schema:
            return str(schema["$ref"]).rpartition("/")[2]
        return next(filter(None, map(_reference, schema.values())), None)
    if isinstance(schema, list):
        return next(filter(None, map(_reference, schema)), None)
    return None
