"""Characters become words, words become lines."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ingest.readers.pdf.glyphs import Glyph
    from ingest.readers.source import Box

SPACE = 0.35
"""A gap of this share of the characters' height is a space."""
SAME_LINE = 0.5
"""Two stretches are on one line where this share of the smaller one's height overlaps."""
DOUBLE = 0.35
"""The same character again within this share of its width is printed twice to look bold."""


@dataclass(slots=True)
class Word:
    """Characters that follow each other on one line without a gap."""

    glyphs: list[Glyph]
    left: float
    top: float
    right: float
    bottom: float

    @property
    def height(self) -> float:
        """From top to bottom."""
        return self.bottom - self.top


@dataclass(frozen=True, slots=True)
class TextLine:
    """A printed line: its words from left to right, and its text with a space between them."""

    text: str
    words: tuple[Word, ...]
    box: Box


def words_of(glyphs: Iterable[Glyph]) -> list[Word]:
    """The words in the order in which they are printed."""
    words: list[Word] = []
    word: Word | None = None
    for glyph in glyphs:
        _, left, top, right, bottom, spaced, _, _ = glyph
        if word is not None and not spaced:
            height = min(bottom - top, word.bottom - word.top)
            gap = left - word.right
            overlap = min(bottom, word.bottom) - max(top, word.top)
            last = word.glyphs[-1]
            step = left - last.left
            if gap <= SPACE * height and step > DOUBLE * (last.right - last.left) and overlap >= SAME_LINE * height:
                word.glyphs.append(glyph)
                word.right = max(right, word.right)
                word.top = min(top, word.top)
                word.bottom = max(bottom, word.bottom)
                continue
        word = Word([glyph], left, top, right, bottom)
        words.append(word)
    return words


def word_of(glyphs: list[Glyph]) -> Word:
    """The word that some characters make."""
    return Word(
        glyphs,
        min(glyph.left for glyph in glyphs),
        min(glyph.top for glyph in glyphs),
        max(glyph.right for glyph in glyphs),
        max(glyph.bottom for glyph in glyphs),
    )


def text_lines(words: Iterable[Word]) -> list[TextLine]:
    """The lines that words make, from top to bottom."""
    rows: list[list[Word]] = []
    top = bottom = 0.0
    for word in sorted(words, key=lambda word: (word.top + word.bottom, word.left)):
        if rows:
            overlap = min(bottom, word.bottom) - max(top, word.top)
            if overlap >= SAME_LINE * min(bottom - top, word.height):
                rows[-1].append(word)
                continue
        rows.append([word])
        top, bottom = word.top, word.bottom
    return [line_of(row) for row in rows]


def line_of(words: list[Word]) -> TextLine:
    """One line of words that stand beside each other."""
    words = apart(sorted(words, key=lambda word: word.left))
    parts = ["".join(glyph.char for glyph in words[0].glyphs)]
    for before, word in pairwise(words):
        gap = word.left - before.right
        if word.glyphs[0].spaced or gap > SPACE * min(word.height, before.height):
            parts.append(" ")
        parts.append("".join(glyph.char for glyph in word.glyphs))
    return TextLine("".join(parts), tuple(words), around(words))


def apart(words: list[Word]) -> list[Word]:
    """Words that are printed over each other as one, each character once."""
    result: list[Word] = []
    for word in words:
        if result and word.left < result[-1].right - DOUBLE * min(word.height, result[-1].height):
            result[-1] = word_of(single(result[-1].glyphs + word.glyphs))
        else:
            result.append(word)
    return result


def single(glyphs: Sequence[Glyph]) -> list[Glyph]:
    """Characters from left to right without those that are printed twice."""
    result: list[Glyph] = []
    for glyph in sorted(glyphs, key=lambda glyph: glyph.left):
        near = (each for each in result[-3:] if each.char == glyph.char)
        if not any(glyph.left - each.left <= DOUBLE * (each.right - each.left) for each in near):
            result.append(glyph)
    return result


def around(words: Sequence[Word]) -> Box:
    """The box around words."""
    return (
        min(word.left for word in words),
        min(word.top for word in words),
        max(word.right for word in words),
        max(word.bottom for word in words),
    )
