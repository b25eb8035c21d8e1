"""Which errors of the rooms below are about what the user gave, and what to tell about them."""

from __future__ import annotations

import errno

from graph.errors import GraphError
from ingest.errors import IngestError
from jixiao.messages import catalogue, language, text
from queries.errors import QueryError

REFUSALS = (IngestError, GraphError, QueryError)


def refusal(error: Exception) -> str | None:
    """What to tell the user where the input is to blame; ``None`` where the program is."""
    if isinstance(error, REFUSALS):
        return str(error)
    if isinstance(error, OSError) and error.filename is not None:
        return text("error.unusable", path=error.filename, cause=reason(error))
    return None


def reason(error: OSError) -> str:
    """Why a file cannot be used, in the user's language, where that is known."""
    name = errno.errorcode.get(error.errno or 0, "")
    return text(f"os.{name}") if name in catalogue(language())["os"] else error.strerror or str(error)
