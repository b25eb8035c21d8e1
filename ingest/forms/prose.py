"""Indicators that stand in prose: all of a project's in one cell, or in the running text of a notice.

Such a text names levels (``1-产出指标；11-数量指标``, ``产出指标：``), indicators and their values, divided by
semicolons, full stops and numbers. A part is what its words make it: a level, a labelled value
(``年度指标值：≥3次``), an indicator with its value (``培训次数≥3次``), or the name of one whose value follows.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ingest.forms.fit import is_level, level_key, level_pairs, level_words
from ingest.forms.indicators import TableRow
from ingest.forms.labels import label_key, vocabulary
from ingest.language.numbering import item_marks
from ingest.language.values import words
from ingest.layout.folding import fold, fold_with_places

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ingest.layout.passage import Passage

PART = re.compile(r"[^;；。\n]+")
CODE = re.compile(r"^\d{1,3}[-－—_](?=\D)")
COLON = re.compile(r"[:：]")


@dataclass(slots=True)
class Item:
    """An indicator while its parts are read."""

    levels: dict[str, Passage]
    name: list[Passage] = field(default_factory=list)
    cells: dict[str, Passage] = field(default_factory=dict)


def read_prose(text: Passage) -> tuple[list[TableRow], list[Passage]]:
    """The indicators that a passage tells, and the parts that were not understood."""
    rows: list[TableRow] = []
    unread: list[Passage] = []
    levels: dict[str, Passage] = {}
    for item in numbered_items(text):
        read_item(item, levels, rows, unread)
    return rows, unread


def numbered_items(text: Passage) -> list[Passage]:
    """The numbered items of a passage, without their numbers; a text without numbers is one item."""
    return [text.part(start, end) for start, end in item_marks(text.bare)]


def read_item(item: Passage, levels: dict[str, Passage], rows: list[TableRow], unread: list[Passage]) -> None:
    """Read the parts of one item."""
    current = Item({})
    begun = without_code(item)
    length = leading_level(begun.bare)
    if length and level_key(begun.bare[:length]) in level_words("level1")[0] and len(list(parts_of(item))) > 1:
        levels.clear()
    labelled = any(labelled_value(part) for part in parts_of(item))
    for part in parts_of(item):
        rest = take_levels(part, levels)
        if rest is None:
            finish(current, rows, unread)
            current = Item({})
            continue
        told = labelled_value(rest)
        if told:
            key, value = told
            if value.bare:
                current.cells[key] = value
            continue
        whole = None if labelled else name_and_value(rest)
        if whole:
            finish(current, rows, unread)
            current = Item(dict(levels), [whole[0]], {"value": whole[1]})
        else:
            if current.cells:
                finish(current, rows, unread)
                current = Item({})
            current.levels = current.levels or dict(levels)
            current.name.append(rest)
    finish(current, rows, unread)


def finish(item: Item, rows: list[TableRow], unread: list[Passage]) -> None:
    """Add a read item: with a value it is an indicator, else its words were not understood."""
    if item.name and item.cells.get("value"):
        first, last = item.name[0], item.name[-1]
        name = first if len(item.name) == 1 else between(first, last)
        rows.append(TableRow({"name": name, **item.cells}, item.levels))
    else:
        unread += [*item.name, *item.cells.values()]


def between(first: Passage, last: Passage) -> Passage:
    """The passage from the beginning of one part to the end of another of the same text."""
    end = last.first + len(last.characters)
    return type(first)(first.fragments, first.first, end)


def parts_of(item: Passage) -> Iterator[Passage]:
    """The parts of an item between semicolons and full stops; commas divide where both sides hold a quantity."""
    bare = item.bare
    for part in PART.finditer(bare):
        start = part.start()
        for cut in cuts(part[0]):
            yield item.part(start, part.start() + cut)
            start = part.start() + cut + 1
        yield item.part(start, part.end())


def cuts(text: str) -> list[int]:
    """Where commas divide a part into several quantities of their own."""
    found: list[int] = []
    begin = 0
    for comma in re.finditer("[,，、](?!\\d)", text):
        left, right = text[begin : comma.start()], text[comma.end() :]
        if has_quantity(left) and has_quantity(right):
            found.append(comma.start())
            begin = comma.end()
    return found


def has_quantity(text: str) -> bool:
    """Whether a text holds a number with a comparator or a unit."""
    return any(match["before"] or match["unit"] for match in words().quantity.finditer(fold(text)))


def take_levels(part: Passage, levels: dict[str, Passage]) -> Passage | None:
    """Take the levels that a part begins with; what is left of it, or ``None`` where it is levels alone."""
    printed: list[Passage] = []
    rest: Passage | None = part
    while rest is not None:
        rest = without_code(rest)
        length = leading_level(rest.bare)
        if not length:
            break
        printed.append(rest.part(0, length))
        after = rest.bare[length:]
        skip = length + len(after) - len(after.lstrip(":：-—、,， "))
        rest = rest.part(skip) if rest.bare[skip:] else None
    for index, level in enumerate(printed):
        below = printed[index + 1].bare if index + 1 < len(printed) else None
        set_level(levels, level, which_level(level.bare, levels, below))
    return rest


def set_level(levels: dict[str, Passage], name: Passage, level: str) -> None:
    """Remember a level; a first one ends the second one before it."""
    if level == "level1":
        levels.pop("level2", None)
    levels[level] = name


def without_code(part: Passage) -> Passage:
    """A part without the code before its words: ``11-数量指标``."""
    code = CODE.match(part.bare)
    return part.part(code.end()) if code else part


def leading_level(text: str) -> int:
    """The length of the level's name that a text is, or begins with before a colon; 0 where it begins with none."""
    colon = COLON.search(text)
    head = text[: colon.start()] if colon else text
    if is_level(head):
        return len(head)
    names = sorted(level_words("level1")[0] | level_words("level2")[0], key=len, reverse=True)
    return next((len(name) for name in names if name.endswith("指标") and text.startswith(name)), 0)


def which_level(name: str, levels: Mapping[str, Passage], below: str | None = None) -> str:
    """Whether a name is meant as a first or a second level.

    Some are names of both. Such a one is a first level where the level below it is one of its second levels, and else a
    second one where it is one of those of the first level above it.
    """
    name = level_key(name)
    first, second = level_words("level1")[0], level_words("level2")[0]
    if name not in first or name not in second:
        return "level1" if name in first else "level2"
    if below is not None and level_key(below) in level_pairs().get(name, ()) and level_key(below) != name:
        return "level1"
    above = level_key(levels["level1"].bare) if "level1" in levels else ""
    return "level2" if name != above and name in level_pairs().get(above, ()) else "level1"


def labelled_value(part: Passage) -> tuple[str, Passage] | None:
    """What a part with a known label and a colon says: the annual value wins over one for several years."""
    colon = COLON.search(part.bare)
    if not colon:
        return None
    label = part.bare[: colon.start()]
    key = vocabulary("indicator_columns").of(label)
    if key is None and label_key(label).endswith(("指标值", "目标值")):
        key = "value_all_years"
    return (
        (key, part.part(colon.end()))
        if key in ("value", "weight", "value_all_years", "basis", "prior", "scoring")
        else None
    )


def name_and_value(part: Passage) -> tuple[Passage, Passage] | None:
    """An indicator and its value in one part, divided by a colon or at the comparator or number of the value."""
    bare = part.bare
    colons = list(COLON.finditer(bare))
    if colons and 1 < colons[-1].start() < len(bare) - 1:
        return part.part(0, colons[-1].start()), part.part(colons[-1].end())
    folded, places = fold_with_places(bare)
    for match in words().quantity.finditer(folded):
        ends = match.end() >= len(folded) - 1
        if (match["before"] or ((match["unit"] or match["after"]) and ends)) and match.start() > 1:
            return part.part(0, places[match.start()]), part.part(places[match.start()])
    return None
