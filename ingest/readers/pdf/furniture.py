"""Page furniture: page numbers and running heads. They are told by where they stand and that they come again."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ingest.readers.pdf.lines import TextLine

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from ingest.readers.pdf.layout import Layout

PAGE_NUMBER = re.compile(
    r"[-~·|/\s]*(?:第?\s*(?P<number>\d{1,4})\s*页?"
    r"|第?\s*(?P<of>\d{1,4})\s*页?[\s,/、(共of]+\d{1,4}\s*页?\)?"
    r"|共\s*\d{1,4}\s*页[\s,/、]*第\s*(?P<last>\d{1,4})\s*页"
    r"|page\s*(?P<page>\d{1,4})(?:\s*of\s*\d{1,4})?)[-~·|/.\s]*",
    re.IGNORECASE,
)
DASHES = str.maketrans(dict.fromkeys("‐‑‒–—―−－─━﹣一", "-"))
EDGE = 0.12
"""Furniture stands in this share of the page's height at its head or foot."""
REACH = 3
"""So many of a page's first and last blocks may be furniture."""
USUAL = 0.6
"""Furniture stands on this share of the pages, in the same place."""
FEWEST = 3
"""Below so many pages nothing is told from coming again."""
SAME = 4.0
"""Points by which the place of furniture may differ from page to page."""
APART = (1.5, 0.8)
"""A running head, a running foot stands so many of its heights from the rest; a table's unit stands nearer."""
LARGE = 1.15
"""A head this many times as high as the page's usual text is a title."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A line at the head or foot of a page."""

    page: int
    block: int
    line: TextLine
    foot: bool
    number: int | None
    """The page's number, if that is what it says."""


def without_furniture(layouts: Sequence[Layout]) -> list[Layout]:
    """The pages with their numbers and running heads moved out of their blocks."""
    candidates = [each for page, layout in enumerate(layouts) for each in at_edges(page, layout)]
    drop = {(each.page, each.block) for each in (*page_numbers(candidates, len(layouts)), *heads(candidates, layouts))}
    result = []
    for page, layout in enumerate(layouts):
        gone = tuple(
            block for i, block in enumerate(layout.blocks) if (page, i) in drop and isinstance(block, TextLine)
        )
        kept = tuple(block for i, block in enumerate(layout.blocks) if (page, i) not in drop)
        result.append(replace(layout, blocks=kept, furniture=layout.furniture + gone) if gone else layout)
    return result


def at_edges(page: int, layout: Layout) -> Iterator[Candidate]:
    """The lines at the head and foot of a page."""
    last = len(layout.blocks)
    for i, block in enumerate(layout.blocks):
        if not isinstance(block, TextLine) or REACH <= i < last - REACH:
            continue
        head, foot = block.box[3] <= EDGE * layout.height, block.box[1] >= (1 - EDGE) * layout.height
        if (head and i < REACH) or (foot and i >= last - REACH):
            yield Candidate(page, i, block, foot, number_of(block.text))


def number_of(text: str) -> int | None:
    """The page's number, where a line says nothing else."""
    found = PAGE_NUMBER.fullmatch(unicodedata.normalize("NFKC", text).translate(DASHES).strip())
    return int(next(group for group in found.groups() if group)) if found else None


def page_numbers(candidates: Iterable[Candidate], pages: int) -> Iterator[Candidate]:
    """Lines that count the pages. A bare number has to keep step with the pages, or stand below everything else."""
    numbered = [(each, each.number) for each in candidates if each.number is not None]
    steps = Counter((number - each.page, each.foot) for each, number in numbered)
    for each, number in numbered:
        bare = each.line.text.strip().isdigit()
        if not bare or steps[number - each.page, each.foot] > 1 or (pages < FEWEST and each.foot):
            yield each


def heads(candidates: Iterable[Candidate], layouts: Sequence[Layout]) -> Iterator[Candidate]:
    """Lines that come again in the same place on most pages, and stand apart from what is below or above."""
    if len(layouts) < FEWEST:
        return
    same: dict[tuple[str, bool], list[Candidate]] = {}
    for each in candidates:
        if each.number is None and stands_apart(each, layouts[each.page]):
            same.setdefault((each.line.text, each.foot), []).append(each)
    filled = sum(bool(layout.blocks) for layout in layouts)
    for group in same.values():
        middle = sorted(each.line.box[1] for each in group)[len(group) // 2]
        there = [each for each in group if abs(each.line.box[1] - middle) <= SAME]
        if len({each.page for each in there}) >= max(FEWEST, USUAL * filled):
            yield from there


def stands_apart(each: Candidate, layout: Layout) -> bool:
    """Whether there is room between a line and the rest of the page, and it is no title."""
    top, bottom = each.line.box[1], each.line.box[3]
    room = APART[each.foot] * (bottom - top)
    boxes = [block.box for i, block in enumerate(layout.blocks) if i != each.block]
    if each.foot:
        return all(box[3] <= top - room or box[1] > top for box in boxes)
    return bottom - top <= LARGE * layout.size and all(box[1] >= bottom + room or box[3] < bottom for box in boxes)
