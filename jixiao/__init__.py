"""jixiao (绩效): read performance targets of Chinese budget disclosures, ask questions of them, judge them.

    import jixiao

    document = jixiao.read("部门预算.txt")        # one file -> its record
    graph = jixiao.open("kg")                     # a knowledge-graph folder
    for solution in graph.current().query("SELECT ..."):
        ...

Everything is imported when it is first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from graph.folder import KnowledgeGraph
    from graph.folder import KnowledgeGraph as open  # noqa: A004, N813 - reads as jixiao.open("kg")
    from ingest import read
    from ingest.errors import IngestError
    from ingest.interchange import from_json, to_json
    from ingest.records import Document
    from jixiao.report import write_report

_HOMES = {
    "Document": ("ingest.records", "Document"),
    "IngestError": ("ingest.errors", "IngestError"),
    "KnowledgeGraph": ("graph.folder", "KnowledgeGraph"),
    "from_json": ("ingest.interchange", "from_json"),
    "open": ("graph.folder", "KnowledgeGraph"),
    "read": ("ingest", "read"),
    "to_json": ("ingest.interchange", "to_json"),
    "write_report": ("jixiao.report", "write_report"),
}

__all__ = ["Document", "IngestError", "KnowledgeGraph", "from_json", "open", "read", "to_json", "write_report"]


def __getattr__(name: str) -> Any:
    """Imports a public name from its room when it is first asked for."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    module, attribute = _HOMES[name]
    return getattr(import_module(module), attribute)
