"""What can go wrong with a file of the ontology; each error carries its data, its message is for the user."""

from __future__ import annotations


class OntologyError(Exception):
    """Something is wrong with a file of the ontology.

    Attributes:
        path: the file.
        line: the 1-based line at fault, where one is known.
        cause: what is wrong, in Chinese.
    """

    def __init__(self, path: str, cause: str, line: int | None = None) -> None:
        self.path = path
        self.line = line
        self.cause = cause
        place = path if line is None else f"{path} 第 {line} 行"
        super().__init__(f"{place}：{cause}")

    def __reduce__(self) -> tuple[object, ...]:
        """An error passes whole from a worker process to the one that asked."""
        return type(self), (self.path, self.cause, self.line)


class MalformedFileError(OntologyError):
    """The file is not Turtle."""


class CodeListError(OntologyError):
    """The file is Turtle, but not a sound code list: a code lacks something, stands alone, or is not told apart."""


class UnknownCodeListError(OntologyError, KeyError):
    """There is no code list of this name."""

    __str__ = Exception.__str__
