"""The sources that are kept, as their reader sees them: line by line, with the page on which each stands.

A kept source has no name that says what it is; the reader tells by its content.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate
from typing import TYPE_CHECKING

from ingest.readers import read_source
from ingest.readers.source import WRAP

if TYPE_CHECKING:
    from pathlib import Path

    from ingest.readers import Page, Source

LAST = 4
"""How many sources stay in memory: reading a long PDF again for every page that is looked at would take seconds."""
_ENDS = {"pdf": re.compile(r"(?<=\n)")}
_OTHERWISE = re.compile(r"(?<=[\n\f])")
"""Where lines end: in a PDF a page's end stands between two lines, elsewhere it ends one."""
WRAPPED = "↵"
"""Shown where a cell is printed on several lines."""


@dataclass(frozen=True, slots=True)
class PrintedLine:
    """A line of a source's text."""

    text: str
    page: str | None
    """What its page is called, where the source has pages or sheets."""
    begun: tuple[str, ...]
    """The pages that begin with it: its own, and before it those without a word."""


@lru_cache(maxsize=LAST)
def printed_lines(path: Path) -> tuple[PrintedLine, ...]:
    """Every line of a source, the first being line 1 of places; empty lines and page numbers are lines too.

    Args:
        path: a kept source, named by its SHA-256, so that what was read once stays right.

    Raises:
        ingest.errors.IngestError: it cannot be read.
    """
    source = read_source(path)
    texts = _divided(source)
    starts = [0, *accumulate(len(text) for text in texts)]
    begins, called = [page.start for page in source.pages], list(map(_called, source.pages))
    numbers = [bisect_right(begins, start + _fed(text)) for text, start in zip(texts, starts, strict=False)]
    return tuple(
        PrintedLine(_shown(text), called[number - 1] if number else None, tuple(called[before:number]))
        for text, before, number in zip(texts, [0, *numbers], numbers, strict=False)
    )


def _divided(source: Source) -> list[str]:
    """The text line by line as readers number lines: of a text file as text is divided, else at line and page ends."""
    if source.format == "text":
        return source.text.splitlines(keepends=True)
    return [text for text in _ENDS.get(source.format, _OTHERWISE).split(source.text) if text]


def _fed(text: str) -> int:
    """How many ends of pages stand before a line."""
    return len(text) - len(text.lstrip("\f"))


def _called(page: Page) -> str:
    words = (f"第 {page.number} 页", page.name, page.unread)
    return " ".join(word for word in words if word)


def _shown(text: str) -> str:
    return text.strip("\f").rstrip("\r\n\f\v\x85\u2028\u2029").replace(WRAP, WRAPPED)
