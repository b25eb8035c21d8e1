"""JSON Lines: the records as they were read, or the rows of a sheet."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, BinaryIO

from ingest.interchange import to_json
from jixiao.tables import as_json

if TYPE_CHECKING:
    from collections.abc import Iterable

    from graph.snapshot import Snapshot
    from jixiao.exports.columns import Sheet
    from jixiao.exports.rows import Row


def write_interchange(snapshot: Snapshot, stream: BinaryIO) -> None:
    """The records from which the snapshot was made, one document a line (``docs/records.md``)."""
    stream.writelines(f"{to_json(document)}\n".encode() for document in snapshot.documents())


def write_rows(sheet: Sheet, every: Iterable[Row], stream: BinaryIO) -> None:
    """One row a line; what is empty is left out, lists are lists."""
    for row in every:
        told = {name: value for name, value in zip(sheet.names, row, strict=True) if value is not None}
        stream.write(f"{json.dumps(told, ensure_ascii=False, default=as_json)}\n".encode())
