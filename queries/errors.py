"""What can go wrong with a query, a rule or a question; each error carries its data, its message is for the user."""

from __future__ import annotations

import re


class QueryError(Exception):
    """Something is wrong with a query.

    Attributes:
        file: the file's name, or what the query is called where it came from no file.
        line: the 1-based line at fault, where one is known.
        cause: what is wrong, in Chinese.
    """

    def __init__(self, file: str, cause: str, line: int | None = None) -> None:
        self.file = file
        self.line = line
        self.cause = cause
        place = file if line is None else f"{file} 第 {line} 行"
        super().__init__(f"{place}：{cause}")

    def __reduce__(self) -> tuple[object, ...]:
        """An error passes whole from a worker process to the one that asked."""
        return type(self), (self.file, self.cause, self.line)


class HeaderError(QueryError):
    """The ``#+`` header of a query file is missing, unreadable or incomplete."""


class MalformedQueryError(QueryError):
    """The text is not a SPARQL query."""


class RefusedQueryError(QueryError):
    """The query is well formed but asks for what is not allowed here."""


class QueryTooLongError(QueryError):
    """The query was stopped because it passed its time limit."""


class QueryFailedError(QueryError):
    """The query's process ended without an answer, as it does when it passes its memory limit."""


class ParameterError(QueryError):
    """A parameter is unknown, or its value is not of the declared type."""


class UnknownQueryError(QueryError):
    """No question or rule has this name."""


class ProfileError(QueryError):
    """A profile switches off a rule that does not exist, or gives no reason."""


def malformed(error: SyntaxError, file: str) -> MalformedQueryError:
    """The store's complaint as an error that names the line."""
    place = re.search(r"at (\d+):(\d+)", str(error))
    if place is None:
        return MalformedQueryError(file, f"不是有效的 SPARQL：{error}")
    return MalformedQueryError(file, f"不是有效的 SPARQL，第 {place[2]} 列附近无法理解", int(place[1]))
