"""Sheets as comma-separated values: for a spreadsheet, or exact and with a description (CSV on the Web)."""

from __future__ import annotations

import csv
import io
import json
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, BinaryIO, TextIO

from jixiao.tables import harmless, plain
from ontology.terms import RDF

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from jixiao.exports.columns import Column, Sheet
    from jixiao.exports.rows import Row, Value

DATATYPES: Mapping[str, str] = {
    "string": "string",
    "integer": "integer",
    "decimal": "decimal",
    "boolean": "boolean",
    "iri": "string",
    "code": "string",
}
"""What CSV on the Web calls our types.

That a cell is an address is said by its ``valueUrl``; ``anyURI`` is taken apart by some before that.
"""


@contextmanager
def as_text(stream: BinaryIO) -> Iterator[TextIO]:
    """A stream of bytes to write UTF-8 text to, line ends as they are given."""
    text = io.TextIOWrapper(stream, encoding="utf-8", newline="")
    try:
        yield text
    finally:
        text.detach()


def printed(value: Value, column: Column) -> str:
    """A cell as text; a list with the separator of its column."""
    return column.separator.join(map(plain, value)) if isinstance(value, tuple) else plain(value)


def write_csv(sheet: Sheet, every: Iterable[Row], stream: BinaryIO) -> None:
    """For a spreadsheet: no cell is run as a formula, line ends are plain (see :func:`jixiao.tables.write_csv`)."""
    with as_text(stream) as text:
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(sheet.names)
        writer.writerows(map(harmless, row) for row in _printed(sheet, every))


def write_exact_csv(sheet: Sheet, every: Iterable[Row], stream: BinaryIO) -> None:
    """For programs: every cell as the graph has it, in the dialect that CSV on the Web takes for granted."""
    with as_text(stream) as text:
        writer = csv.writer(text, lineterminator="\r\n")
        writer.writerow(sheet.names)
        writer.writerows(_printed(sheet, every))


def _printed(sheet: Sheet, every: Iterable[Row]) -> Iterator[Iterable[str]]:
    for row in every:
        yield [printed(value, column) for value, column in zip(row, sheet.columns, strict=True)]


def metadata(sheet: Sheet, url: str) -> str:
    """What the columns of an exact CSV mean (https://www.w3.org/TR/tabular-metadata/).

    Args:
        sheet: What is in the file.
        url: The file's address, or its name where the description stands beside it.
    """
    described = {
        "@context": ["http://www.w3.org/ns/csvw", {"@language": "zh"}],
        "url": url,
        "dc:title": [{"@value": title, "@language": language} for language, title in sheet.title.items()],
        "tableSchema": {
            "aboutUrl": "{+id}",
            "primaryKey": "id",
            "columns": [_described(column) for column in sheet.columns] + _virtual(sheet),
        },
    }
    return json.dumps(described, ensure_ascii=False, indent=1) + "\n"


def _described(column: Column) -> dict[str, Any]:
    """One column; where no property of the graph says its values, it is no part of the triples."""
    described: dict[str, Any] = {
        "name": column.name,
        "titles": {"und": column.name, **column.title},
        "dc:description": [{"@value": text, "@language": name} for name, text in column.description.items()],
        "datatype": DATATYPES[column.type],
    }
    if column.language:
        described["lang"] = column.language
    if column.many:
        described["separator"] = column.separator
    if column.name == "id":
        described["required"] = True
    if column.predicate is None:
        return {**described, "suppressOutput": True}
    return {**described, **_said(column)}


def _said(column: Column) -> dict[str, str]:
    """Which triple a cell stands for."""
    said = {"aboutUrl": f"{{+{column.subject}}}", "propertyUrl": column.predicate or ""}
    if column.type == "iri":
        said["valueUrl"] = f"{{+{column.name}}}"
    if column.type == "code":
        said["valueUrl"] = f"{column.code_prefix}{{+{column.name}}}"
    return said


def _virtual(sheet: Sheet) -> list[dict[str, Any]]:
    """What every row is."""
    if sheet.class_ is None:
        return []
    return [{"name": "rdf_type", "virtual": True, "propertyUrl": f"{RDF}type", "valueUrl": sheet.class_}]
