"""Records as JSON, one document a line, and back. The JSON Schema is made from the records' own types."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from pydantic import TypeAdapter, ValidationError

from ingest.errors import MalformedRecordError
from ingest.records import Document

_ONLY_KNOWN = ("url", "retrieved")
"""What is no part of a line where it is not known: a file that was not fetched has the record that it always had."""


@lru_cache(maxsize=1)
def adapter() -> TypeAdapter[Document]:
    """What turns documents into JSON and checks JSON against the records' types."""
    return TypeAdapter(Document)


def to_json(document: Document) -> str:
    """A document as one line of JSON; the same document gives the same text."""
    unknown = {name for name in _ONLY_KNOWN if getattr(document, name) is None}
    return adapter().dump_json(document, exclude=unknown).decode()


def from_json(line: str) -> Document:
    """The document that a line of JSON holds.

    Raises:
        ingest.errors.MalformedRecordError: the line is no JSON, or not in the record format; it says which field is
        wrong.
    """
    try:
        return adapter().validate_json(line)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise MalformedRecordError(where or None, first["msg"]) from error


def json_schema() -> dict[str, Any]:
    """The JSON Schema of a line."""
    return adapter().json_schema(mode="serialization")
