"""Reading each real document once for all tests: reading is what takes their time."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import ingest

if TYPE_CHECKING:
    from pathlib import Path

    from ingest.records import Document


@cache
def read(path: Path) -> Document:
    """The record of a file."""
    return ingest.read(path)
