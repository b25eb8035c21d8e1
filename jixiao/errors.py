"""What can go wrong between a user and the rooms below. Messages are in the user's language."""

from __future__ import annotations


class JixiaoError(Exception):
    """The base of what this package raises; its text is for the user."""


class BadInputError(JixiaoError):
    """What the user gave cannot be used; the message names it and says why."""


class PartialError(JixiaoError):
    """Some of what the user gave was done and some could not be.

    Attributes:
        good: how many were done.
        bad: how many were not.
    """

    def __init__(self, message: str, *, good: int, bad: int) -> None:
        self.good = good
        self.bad = bad
        super().__init__(message)


class TemplateError(JixiaoError):
    """A template of a report cannot be used.

    Attributes:
        path: which.
        line: where, counted from 1; ``None`` where that is not known.
    """

    def __init__(self, message: str, *, path: str, line: int | None) -> None:
        self.path = path
        self.line = line
        super().__init__(message)
