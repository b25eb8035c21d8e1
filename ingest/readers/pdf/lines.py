"""Characters become words, words become lines."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from ingest.readers.pdf.glyphs import SLANTED

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
STEP = 1.6
"""Characters of turned text follow each other where their middles are nearer than this many of their heights."""


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

    @property
    def quarters(self) -> int:
        """How far it is turned against the page's text, as its characters are."""
        return self.glyphs[0].quarters

    @property
    def text(self) -> str:
        """Its characters."""
        return "".join([glyph.char for glyph in self.glyphs])


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
        _, left, top, right, bottom, spaced, quarters, _ = glyph
        if word is not None and not spaced:
            last = word.glyphs[-1]
            if follows(word, last, glyph) if not quarters and not last.quarters else turned_on(last, glyph):
                word.glyphs.append(glyph)
                word.left = min(word.left, left)
                word.right = max(word.right, right)
                word.top = min(word.top, top)
                word.bottom = max(word.bottom, bottom)
                continue
        word = Word([glyph], left, top, right, bottom)
        words.append(word)
    return words


def follows(word: Word, last: Glyph, glyph: Glyph) -> bool:
    """Whether a character stands right behind a word, on its line."""
    top, bottom = glyph.top, glyph.bottom
    height = bottom - top
    if top != last.top or bottom != last.bottom:
        height = min(height, word.bottom - word.top)
        if min(bottom, word.bottom) - max(top, word.top) < SAME_LINE * height:
            return False
    left = glyph.left
    return left - word.right <= SPACE * height and left - last.left > DOUBLE * (last.right - last.left)


def turned_on(last: Glyph, glyph: Glyph) -> bool:
    """Whether a character follows another that is turned like it."""
    if last.quarters != glyph.quarters:
        return False
    size = max(last.right - last.left, last.bottom - last.top)
    across = abs(glyph.left + glyph.right - last.left - last.right) / 2
    down = abs(glyph.top + glyph.bottom - last.top - last.bottom) / 2
    if glyph.quarters == SLANTED:
        return max(across, down) <= STEP * size
    along, beside = (across, down) if glyph.quarters % 2 == 0 else (down, across)
    return beside <= SAME_LINE * size and along <= STEP * size


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
    """The lines that words make, from top to bottom. Each turned word is a line."""
    rows: list[list[Word]] = []
    aside: list[Word] = []
    top = bottom = 0.0
    for word in sorted(words, key=lambda word: (word.top + word.bottom, word.left)):
        if word.quarters:
            aside.append(word)
            continue
        if rows:
            overlap = min(bottom, word.bottom) - max(top, word.top)
            if overlap >= SAME_LINE * min(bottom - top, word.bottom - word.top):
                rows[-1].append(word)
                continue
        rows.append([word])
        top, bottom = word.top, word.bottom
    lines = [line_of(row) for row in rows]
    if aside:
        lines += [TextLine(word.text, (word,), around([word])) for word in sorted(aside, key=turned_order)]
        if rows:
            lines.sort(key=lambda line: line.box[1])
    return lines


def turned_order(word: Word) -> tuple[float, float]:
    """By what turned lines follow each other: those that read downward from right to left, the others from the left."""
    return (-word.right if word.quarters == 1 else word.left), word.top


def line_of(words: list[Word]) -> TextLine:
    """One line of words that stand beside each other."""
    if len(words) == 1:
        word = words[0]
        return TextLine(word.text, (word,), (word.left, word.top, word.right, word.bottom))
    words = apart(sorted(words, key=lambda word: word.left))
    parts = [words[0].text]
    for before, word in pairwise(words):
        if word.glyphs[0].spaced or word.left - before.right > SPACE * min(word.height, before.height):
            parts.append(" ")
        parts.append(word.text)
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
