"""Which errors of the rooms below are about what the user gave, and what to tell about them."""

from __future__ import annotations

from graph.errors import GraphError
from ingest.errors import IngestError
from jixiao.messages import text
from queries.errors import QueryError

REFUSALS = (IngestError, GraphError, QueryError)


def refusal(error: Exception) -> str | None:
    """What to tell the user where the input is to blame; ``None`` where the program is."""
    if isinstance(error, REFUSALS):
        return str(error)
    if isinstance(error, OSError) and error.filename is not None:
        return text("error.unusable", path=error.filename, cause=error.strerror)
    return None
