"""What every reader gives: the text of a source and its lines."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Line:
    """One printed line: ``text`` stands at ``start`` (code points) of the source's text; ``number`` is 1-based."""

    text: str
    start: int
    number: int
    page_break: bool
    """A new page begins with this line."""
    gap: int
    """How many empty lines stand before it."""

    @property
    def tabbed(self) -> bool:
        """Whether the line is a row of cells divided by tabs."""
        return "\t" in self.text


@dataclass(frozen=True, slots=True)
class Source:
    """The decoded text of a file, with what identifies the file."""

    name: str
    sha256: str
    encoding: str
    text: str
    lines: tuple[Line, ...]
    """The lines that are not empty and no page furniture."""
