"""Rows of an indicator table → indicators."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING

from ingest.forms.fit import FREE, indicator_column, is_level, national_levels, unknown_column
from ingest.language.sense import is_per_unit, told_direction
from ingest.language.values import parse_value, words
from ingest.layout.align import align
from ingest.layout.folding import fold
from ingest.layout.passage import passage
from ingest.records import Indicator

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ingest.forms.tables import Table
    from ingest.layout.align import Row
    from ingest.layout.columns import Column
    from ingest.layout.fragments import Fragment
    from ingest.layout.passage import Passage
    from ingest.records import Span

PROJECT_KEYS = ("owner", "project", "amount", "goal")
UNKNOWN = "?"
"""What the keys of columns without a known label begin with."""
VALUE_KEYS = ("comparator", "value", "value_unit")
LEVEL_KEYS = ("level1", "level2")
TEXT_KEYS = ("desc", "basis", "prior", "scoring", "evidence", "actual")
PLACEHOLDER = re.compile(r"(指标\d*:?)?(\.{2,}|…+|[Xx×*]{2,}|—+|-+|/+)?")
"""A name's cell that was never filled in: ``指标1：``, ``……``, ``XX``."""
NUMBERED_NAME = re.compile(r"(三级)?指标\d{1,2}[:：、.]")


@dataclass(frozen=True, slots=True)
class TableRow:
    """One row of an indicator table by column; levels are filled from the rows above."""

    cells: dict[str, Passage]
    levels: dict[str, Passage]

    @property
    def first(self) -> Fragment:
        """The first printed fragment of the row."""
        return min((part.fragments[0] for part in self.cells.values()), key=lambda fragment: fragment.start)


def columns_of(table: Table) -> list[Column]:
    """The columns of a table in printed order; a label printed twice gives a second half, marked by an apostrophe."""
    columns: list[Column] = []
    seen: set[str] = set()
    keys = table.header.keys
    for number, label in enumerate(table.header.labels):
        key = label.key
        if key == "goal" and "value" not in keys:  # some forms call the target value 绩效目标
            key = "value"
        if key is None and not label.strange:
            continue
        if key is None or (key in PROJECT_KEYS and "project" not in keys):
            columns.append(unknown_column(f"{UNKNOWN}{number}", label.cell))
            continue
        column = indicator_column(key, label.cell, first=not columns)
        if key in seen:
            column = replace(column, key=key + "'", opens=None, echoes=None)
        seen.add(key)
        columns.append(column)
    return columns


def read_rows(table: Table) -> list[TableRow]:
    """The rows of a table."""
    columns = columns_of(table)
    rows = align(table.body, columns)
    halves = any(column.key == "name'" for column in columns)
    chosen = [annual_half(row) if halves else row for row in rows]
    return fill_levels(chosen) if chosen else []


def annual_half(row: Row) -> Row:
    """The annual half of a row whose two halves stand side by side: the right one. Level 1 is printed once for both."""
    right = {key.removesuffix("'"): cell for key, cell in row.items() if key.endswith("'")}
    shared = {key: cell for key, cell in row.items() if key == "level1"}
    return shared | right


def fill_levels(rows: Sequence[Row]) -> list[TableRow]:
    """Rows with the levels of merged cells repeated.

    A merged cell's label is printed in its first row, or, by converters that anchor it at the bottom, in its last:
    then the rows before the first label have none, and labels are taken from below.
    """
    cells = [{key: passage(cell) for key, cell in row.items()} for row in rows]
    levels: list[dict[str, Passage]] = []
    current: dict[str, Passage] = {}
    for row in cells:
        if "project" in row or "level1" in row:
            current = {}
        current = {**current, **{key: row[key] for key in LEVEL_KEYS if key in row}}
        levels.append(current)
    if "level2" not in levels[0] and "project" not in cells[0]:
        take_from_below(cells, levels)
    return [TableRow(row, own) for row, own in zip(cells, levels, strict=True)]


def take_from_below(cells: Sequence[Mapping[str, Passage]], levels: list[dict[str, Passage]]) -> None:
    """Give each row the second level of the nearest row below that prints one; first levels are left as printed."""
    below: Passage | None = None
    for index in range(len(cells) - 1, -1, -1):
        below = cells[index].get("level2", below)
        first = {key: part for key, part in cells[index].items() if key == "level1"}
        levels[index] = first | ({"level2": below} if below else {})


def indicator_of(row: TableRow, text: str) -> Indicator | None:
    """The indicator of one row; ``None`` where the row names none."""
    cells = row.cells
    if "name" not in cells:
        return None
    cells = {**cells, "name": unnumbered(cells["name"])}
    row = TableRow(cells, row.levels)
    printed = value_text(row)
    label = cells["name"].text
    texts = {key: cells[key].text for key in TEXT_KEYS if key in cells}
    desc = texts.get("desc")
    parsed = parse_value(printed, label, desc)
    told = told_direction(label, parsed.unit)
    return Indicator(
        l1=row.levels["level1"].text if "level1" in row.levels else None,
        l2=row.levels["level2"].text if "level2" in row.levels else None,
        name=label,
        value=printed,
        weight=weight_of(cells["weight"].text) if "weight" in cells else None,
        op=parsed.op,
        number=parsed.number,
        number2=parsed.number2,
        unit=parsed.unit or (cells["value_unit"].text if "value_unit" in cells else None),
        kind=parsed.kind,
        note=parsed.note or (cells["remark"].text if "remark" in cells else None),
        line=min(part.fragments[0].line for key, part in cells.items() if key not in PROJECT_KEYS),
        page=cells["name"].fragments[0].page,
        polarity=told and told.direction,
        polarity_word=told and told.word,
        per_unit=is_per_unit(label, desc, parsed.unit),
        places=places_of(row, text),
        desc=desc,
        basis=texts.get("basis"),
        prior=texts.get("prior"),
        scoring=texts.get("scoring"),
        evidence=texts.get("evidence"),
        actual=texts.get("actual"),
        score=weight_of(cells["score"].text) if "score" in cells else None,
    )


def unnumbered(name: Passage) -> Passage:
    """A name without the label before it: ``指标1：培训次数``."""
    label = NUMBERED_NAME.match(name.bare)
    return name.part(label.end()) if label and label.end() < len(name.bare) else name


def is_nothing(row: TableRow) -> bool:
    """Whether a row plans nothing: its name was never filled in, or says that there is none and so does its value."""
    name = fold(row.cells["name"].bare)
    value = fold(value_text(row) or "")
    if PLACEHOLDER.fullmatch(name):
        return True
    return name in words().missing and (not value or value in words().missing)


def is_doubtful(indicator: Indicator) -> bool:
    """Whether cells of several columns seem to have run together in an indicator: its reading is to be checked.

    So it is where a name or value holds the name of a level, a name a comparator, a value two of them, or words
    without a quantity a figure.
    """
    name, value = fold(indicator.name), fold(indicator.value or "")
    levels = [fold(level) for level in (indicator.l1, indicator.l2) if level and not is_level(level)]
    glued = any(word in text for text in (name, value, *levels) for word in glued_words())
    torn = indicator.kind == "vague" and any(char.isdigit() for char in value)
    return glued or torn or bool(re.search("[<>]", name)) or len(re.findall("[<>]=?", value)) > 1


@lru_cache(maxsize=1)
def glued_words() -> tuple[str, ...]:
    """Names of levels that nothing but a level's cell prints."""
    return tuple(word for word in national_levels() if word.endswith("指标"))


def value_text(row: TableRow) -> str | None:
    """The printed target value."""
    return "".join(part.text for part in value_parts(row)) or None


def value_parts(row: TableRow) -> list[Passage]:
    """The printed parts of a target value; in separate columns these are comparator, number and unit, in this order.

    What a comparator's column says of the sort of the value (定性) is no part of it, nor is the unit beside a value
    that is not a number, nor anything that the value's own cell prints too.
    """
    value = row.cells.get("value")
    if value is None:
        return []
    comparator, unit = row.cells.get("comparator"), row.cells.get("value_unit")
    text = fold(value.bare)
    before = [comparator] if comparator and is_comparator(comparator.bare) and text[:1] not in "<>=" else []
    after = [unit] if unit and text[-1:].isdigit() and fold(unit.bare) not in words().missing else []
    return [*before, value, *after]


def is_comparator(text: str) -> bool:
    """Whether a text is a printed comparator and nothing else."""
    return fold(text) in words().before


def weight_of(printed: str) -> Decimal | None:
    """A printed weight in points, or ``None`` where it is no number."""
    text = fold(printed).removesuffix("%").removesuffix("分").replace(",", "")
    return Decimal(text) if re.fullmatch(r"\d+(\.\d+)?", text) else None


PLAIN = ("actual", "score")
FIELDS = {"level1": "l1", "level2": "l2", "remark": "note"}


def places_of(row: TableRow, text: str) -> dict[str, tuple[Span, ...]]:
    """The printed spans of every field of a row."""
    passages = {**row.levels, **{key: part for key, part in row.cells.items() if key in FREE or key in PLAIN}}
    places = {FIELDS.get(key, key): part.spans(text) for key, part in passages.items() if key not in VALUE_KEYS}
    value = tuple(span for part in value_parts(row) for span in part.spans(text))
    return places | ({"value": value} if value else {})
