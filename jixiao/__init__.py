"""jixiao (绩效): read performance targets of Chinese budget disclosures, ask questions of them, judge them.

    import jixiao

    document = jixiao.read("部门预算.txt")        # one file -> its record
    snapshot = jixiao.open("kg").live()           # the live snapshot of a knowledge-graph folder
    for solution in snapshot.query("SELECT ..."):
        ...

The rooms below are imported when they are first used, so that importing this costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from graph.errors import GraphError
    from graph.folder import KnowledgeGraph
    from ingest.errors import IngestError
    from ingest.interchange import from_json, to_json
    from ingest.records import Document
    from jixiao.report import write_report
    from queries.errors import QueryError

_HOMES = {
    "Document": "ingest.records",
    "GraphError": "graph.errors",
    "IngestError": "ingest.errors",
    "KnowledgeGraph": "graph.folder",
    "QueryError": "queries.errors",
    "from_json": "ingest.interchange",
    "to_json": "ingest.interchange",
    "write_report": "jixiao.report",
}

__all__ = [
    "Document",
    "GraphError",
    "IngestError",
    "KnowledgeGraph",
    "QueryError",
    "from_json",
    "open",
    "read",
    "to_json",
    "write_report",
]


def read(path: str | Path) -> Document:
    """Reads one file and gives its record.

    Raises:
        IngestError: the file cannot be read, or is no disclosure; the message is Chinese and says why.
    """
    import ingest  # noqa: PLC0415 - see above

    return ingest.read(Path(path))


def open(folder: str | Path) -> KnowledgeGraph:  # noqa: A001 - reads as jixiao.open("kg")
    """The knowledge graph in a folder; opening one changes nothing on disk."""
    from graph.folder import KnowledgeGraph  # noqa: PLC0415 - see above

    return KnowledgeGraph(Path(folder))


def __getattr__(name: str) -> Any:
    """Imports a public name from its room when it is first asked for."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)
