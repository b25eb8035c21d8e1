"""Markdown with tables whose cells are marked, by pipes or as HTML; everything else stays as it is printed.

A line of the file is a line of the text, so that places count the file's lines (except after tables in HTML).
"""

from __future__ import annotations

import html
import re
from itertools import pairwise
from typing import TYPE_CHECKING

from ingest.readers.assemble import Assembler, Table, TableCell
from ingest.readers.html import blocks_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from ingest.readers.source import Source

RULE = re.compile(r"\s*\|?\s*:?-+:?\s*(?:\|\s*:?-+:?\s*)*\|?\s*")
"""The line below a table's head."""
PIPED = re.compile(r"\s*\|.*\|\s*")
DIVIDER = re.compile(r"(?<!\\)\|")
BREAK = re.compile(r"<br\s*/?>", re.IGNORECASE)
EMPHASIS = re.compile(r"(\*\*|__)(?=\S)(.+?)(?<=\S)\1")
ESCAPED = re.compile(r"\\([!-/:-@\[-`{-~])")
HTML_TABLE = re.compile(r"<(/?)table\b[^>]*>", re.IGNORECASE)


def has_tables(text: str) -> bool:
    """Whether there is a table whose cells are marked."""
    if re.search(r"<table\b", text, re.IGNORECASE) and re.search(r"</t[dr]\s*>", text, re.IGNORECASE):
        return True
    lines = text.splitlines()
    return any(_begins(one, two) for one, two in pairwise(lines))


def read_markdown(path: Path, sha256: str, text: str, encoding: str) -> Source:
    """The source of a text in Markdown."""
    pieces = Assembler()
    for part, is_html in _parts(text):
        if is_html:
            pieces.add(blocks_of(part))
        else:
            _add(pieces, part.splitlines())
    return pieces.source(path.name, sha256, "markdown", encoding)


def _parts(text: str) -> Iterator[tuple[str, bool]]:
    """The text in pieces: tables in HTML, with those in them, and what stands between."""
    depth = done = begun = 0
    for tag in HTML_TABLE.finditer(text):
        if not tag[1]:
            begun = tag.start() if depth == 0 else begun
            depth += 1
        elif depth:
            depth -= 1
            if depth == 0:
                yield text[done:begun], False
                yield text[begun : tag.end()], True
                done = tag.end()
    yield text[done:], False


def _add(pieces: Assembler, lines: Sequence[str]) -> None:
    """Add lines, those of a table together."""
    number = 0
    while number < len(lines):
        following = lines[number + 1] if number + 1 < len(lines) else ""
        if not _begins(lines[number], following):
            pieces.line(lines[number])
            number += 1
            continue
        end = number + 2
        while end < len(lines) and _goes_on(lines[end]):
            end += 1
        pieces.table(_table(lines[number:end]))
        number = end


def _begins(line: str, following: str) -> bool:
    """Whether a table begins: with a rule below its head, or with two lines between pipes."""
    if RULE.fullmatch(following) and "|" in following:
        return "|" in line
    return bool(PIPED.fullmatch(line) and PIPED.fullmatch(following)) and line.count("|") > 2  # noqa: PLR2004


def _goes_on(line: str) -> bool:
    return bool(line.strip()) and "|" in line


def _table(lines: Sequence[str]) -> Table:
    """A table; its rule is no row, but a line of the file that is empty in the text."""
    cells: list[TableCell] = []
    ruled: set[int] = set()
    row = 0
    for line in lines:
        if RULE.fullmatch(line) and row == 1 and not ruled:
            ruled.add(0)
            continue
        cells += (TableCell(row, column, _shown(text)) for column, text in enumerate(_divided(line)))
        row += 1
    return Table(cells, empty_after=frozenset(ruled))


def _divided(line: str) -> list[str]:
    """The cells of a row."""
    inside = line.strip().removeprefix("|")
    if inside.endswith("|") and not inside.endswith("\\|"):
        inside = inside[:-1]
    return DIVIDER.split(inside)


def _shown(cell: str) -> str:
    """A cell as it is printed: without marks of emphasis, on several lines where it says so."""
    text = EMPHASIS.sub(r"\2", BREAK.sub("\n", cell.strip()))
    return html.unescape(ESCAPED.sub(r"\1", text))
