"""Sheets as Apache Parquet: typed columns that tell in their metadata what they mean."""

from __future__ import annotations

import json
from decimal import ROUND_HALF_EVEN, Context, Decimal
from itertools import islice
from typing import TYPE_CHECKING, BinaryIO

import pyarrow as pa  # type: ignore[import-untyped]
from pyarrow import parquet as pq

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from jixiao.exports.columns import Column, Sheet
    from jixiao.exports.rows import Row, Value

DIGITS, PLACES = 38, 10
"""Of decimals: the same in every file, so that files of several snapshots can be read as one table."""
ROWS_AT_ONCE = 20_000
_STEP = Decimal(1).scaleb(-PLACES)
_TOO_GREAT = Decimal(10) ** (DIGITS - PLACES)
_CONTEXT = Context(prec=DIGITS + PLACES, rounding=ROUND_HALF_EVEN)

TYPES: Mapping[str, pa.DataType] = {
    "string": pa.string(),
    "integer": pa.int64(),
    "decimal": pa.decimal128(DIGITS, PLACES),
    "boolean": pa.bool_(),
    "iri": pa.string(),
    "code": pa.string(),
}


def schema(sheet: Sheet) -> pa.Schema:
    """The columns with their types and, as JSON, their titles, descriptions and property."""
    about = {"sheet": sheet.name, "title": json.dumps(sheet.title, ensure_ascii=False)}
    return pa.schema([_field(column) for column in sheet.columns], metadata=about)


def _field(column: Column) -> pa.Field:
    about = {
        "title": json.dumps(column.title, ensure_ascii=False),
        "description": json.dumps(column.description, ensure_ascii=False),
    }
    if column.predicate:
        about["property"] = column.predicate
    kind = TYPES[column.type]
    return pa.field(column.name, pa.list_(kind) if column.many else kind, column.name != "id", metadata=about)


def write_parquet(sheet: Sheet, every: Iterable[Row], stream: BinaryIO) -> None:
    """The rows in groups of the same size; nothing but the rows and the library's version decides the bytes."""
    typed = schema(sheet)
    left = iter(every)
    with pq.ParquetWriter(stream, typed, compression="zstd") as writer:
        while group := list(islice(left, ROWS_AT_ONCE)):
            arrays = [
                pa.array([_fitting(row[place]) for row in group], field.type) for place, field in enumerate(typed)
            ]
            writer.write_table(pa.table(arrays, schema=typed))


def _fitting(value: Value) -> Value:
    """A value as the column's type holds it: decimals rounded to its places, absent where they are too great."""
    match value:
        case Decimal():
            return value.quantize(_STEP, context=_CONTEXT) if abs(value) < _TOO_GREAT else None
        case tuple():
            return tuple(_fitting(each) for each in value)  # type: ignore[misc]
        case _:
            return value
