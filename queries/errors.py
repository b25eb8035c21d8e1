"""What can go wrong with a query, a rule or a question; each error carries its data, its message is for the user."""

from __future__ import annotations

import re


class QueryError(Exception):
    """Something is wrong with a query.

    Attributes:
        file: the file's name, or what the query is called where it came from no file.
        line: the 1-based line at fault, where one is known.
        column: the 1-based column at fault, where one is known.
        cause: what is wrong, in Chinese.
        english: the same for programmers, in a few words.
    """

    english = "something is wrong with the query"

    def __init__(self, file: str, cause: str, line: int | None = None, column: int | None = None) -> None:
        self.file = file
        self.line = line
        self.column = column
        self.cause = cause
        place = file if line is None else f"{file} 第 {line} 行"
        super().__init__(f"{place}：{cause}")

    def __reduce__(self) -> tuple[object, ...]:
        """An error passes whole from a worker process to the one that asked."""
        return type(self), (self.file, self.cause, self.line, self.column)


class HeaderError(QueryError):
    """The ``#+`` header of a query file is missing, unreadable or incomplete."""


class MalformedQueryError(QueryError):
    """The text is not a SPARQL query."""

    english = "not valid SPARQL"


class MalformedGraphError(QueryError):
    """The text is not a graph in the format that it claims."""

    english = "not valid RDF in this format"


class RefusedQueryError(QueryError):
    """The query is well formed but asks for what is not allowed here."""

    english = "not allowed here"


class FormatError(QueryError):
    """What was asked for does not come in any of the accepted formats."""

    english = "not available in an accepted format"


class NoGraphError(QueryError):
    """The store has no graph of this name."""

    english = "no such graph"


class QueryTooLongError(QueryError):
    """The query was stopped because it passed its time limit."""

    english = "stopped at the time limit"


class QueryFailedError(QueryError):
    """The query's process ended without an answer, as it does when it passes its memory limit."""

    english = "failed, possibly at the memory limit"


class AnswerTooLargeError(QueryError):
    """The answer was given up because it passed its size limit."""

    english = "the answer passed the size limit; nothing was sent"


class BusyError(QueryError):
    """So many queries wait already that this one was turned away."""

    english = "busy, try again later"


class FullError(QueryError):
    """The store has reached its size limit and takes nothing more."""

    english = "the store is full"


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
    line, column = int(place[1]), int(place[2])
    return MalformedQueryError(file, f"不是有效的 SPARQL，第 {column} 列附近无法理解", line, column)
