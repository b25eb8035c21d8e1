"""Printed text with the place of each of its characters."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from ingest.layout.folding import radicals
from ingest.layout.fragments import Gap
from ingest.readers.source import WRAP
from ingest.records import Span

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ingest.layout.fragments import Fragment


@dataclass(frozen=True)
class Passage:
    """A run of characters of the source, without the white space between them."""

    fragments: tuple[Fragment, ...]
    first: int = 0
    """How many characters of the first fragments are left out."""
    last: int | None = None
    """Where the passage ends, counted in characters like ``first``."""

    @cached_property
    def characters(self) -> list[tuple[str, int, Fragment]]:
        """Each character with its position in the source and its fragment; of a radical the character that is meant."""
        meant = radicals()
        every = [(char, f.start + i, f) for f in self.fragments for i, char in enumerate(f.text.translate(meant))]
        return every[self.first : self.last]

    @cached_property
    def text(self) -> str:
        """The text as a record holds it: a space is kept only between two Latin words on one line."""
        if len(self.fragments) == 1:
            return self.bare
        parts: list[str] = []
        previous: tuple[str, int, Fragment] | None = None
        for char, start, fragment in self.characters:
            if (
                previous
                and start == fragment.start
                and fragment.gap is Gap.SPACE
                and latin(previous[0])
                and latin(char)
            ):
                parts.append(" ")
            parts.append(char)
            previous = (char, start, fragment)
        return "".join(parts)

    @cached_property
    def bare(self) -> str:
        """The text without any space: its positions are those that :meth:`part` takes."""
        return "".join(fragment.text for fragment in self.fragments).translate(radicals())[self.first : self.last]

    def part(self, start: int, end: int | None = None) -> Passage:
        """The passage from one position of ``bare`` to another."""
        length = len(self.bare)
        end = length if end is None else min(end, length)
        return Passage(self.fragments, self.first + start, self.first + end)

    def spans(self, source: str) -> tuple[Span, ...]:
        """The printed stretches that make up the passage: characters that only white space divides are one span."""
        spans: list[Span] = []
        begin = end = -1
        fragment: Fragment | None = None
        for _, start, owner in self.characters:
            if fragment and (owner.line != fragment.line or divided(source[end:start])):
                spans.append(self.span(source, begin, end, fragment))
                begin = -1
            if begin < 0:
                begin, fragment = start, owner
            end = start + 1
        if fragment and begin >= 0:
            spans.append(self.span(source, begin, end, fragment))
        return tuple(spans)

    @staticmethod
    def span(source: str, start: int, end: int, fragment: Fragment) -> Span:
        """One stretch on one line."""
        column = None if fragment.cell is None else fragment.cell + 1
        return Span(start, end, source[start:end], fragment.line, fragment.page, fragment.row, column)

    @property
    def line(self) -> int | None:
        """The line on which the passage begins."""
        return self.characters[0][2].line if self.characters else None


def passage(fragments: Sequence[Fragment]) -> Passage:
    """The text of some fragments."""
    return Passage(tuple(fragments))


def divided(between: str) -> bool:
    """Whether what stands between two characters is more than spaces: other text, or the end of a cell's line."""
    return bool(between.strip()) or WRAP in between


def latin(char: str) -> bool:
    """Whether a character is a Latin letter."""
    return char.isascii() and char.isalpha()
