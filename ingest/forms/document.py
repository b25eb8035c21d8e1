"""A source as one record: forms, budget rows, facts, units and what was left over."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ingest.errors import NotADisclosureError
from ingest.forms.targets import read_targets
from ingest.layout.fragments import fragments_of
from ingest.records import Document, Facts

if TYPE_CHECKING:
    from pathlib import Path

    from ingest.readers import Source


def read_document(path: Path, source: Source, extractor: str) -> Document:
    """The record of a source.

    Raises:
        NotADisclosureError: nothing in the source is a budget or a performance target.
    """
    fragments = fragments_of(source.lines)
    targets, leftovers, covered = read_targets(fragments, source.text)
    if not targets:
        raise NotADisclosureError(path, "没有找到预算表或绩效目标表，这似乎不是预算公开文件")
    return Document(
        source=source.name,
        sha256=source.sha256,
        extractor=extractor,
        encoding=source.encoding,
        document=Facts(),
        targets=tuple(targets),
        leftovers=tuple(leftovers),
    )
