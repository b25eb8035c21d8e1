"""A file becomes lines with their places."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ingest.readers.source import Box, Cell, Grid, Line, Page, Source
from ingest.readers.text import read_text

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["Box", "Cell", "Grid", "Line", "Page", "Source", "read_source"]


def read_source(path: Path) -> Source:
    """Read a file of any supported kind (so far: text and Markdown).

    Raises:
        ingest.errors.IngestError: one of its subclasses says what is wrong with the file.
    """
    return read_text(path)
