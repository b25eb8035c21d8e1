"""A file becomes records: read, laid out, recognised by its labels, every value with its place."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from ingest.records import Document

__all__ = ["EXTRACTOR", "read"]

EXTRACTOR = "jixiao-0.5.2"
"""Name and version of what reads files; a new one makes every file be read again."""


def read(path: Path) -> Document:
    """Read one file and say what it holds.

    Raises:
        ingest.errors.IngestError: one of its subclasses says what is wrong with the file.
    """
    from ingest.forms.document import read_document  # noqa: PLC0415 - keeps the command line's start short
    from ingest.readers import read_source  # noqa: PLC0415

    return read_document(path, read_source(path), EXTRACTOR)
