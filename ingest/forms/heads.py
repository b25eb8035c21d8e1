"""The fields of a form whose cells are known: every value cell belongs to a label beside it or above it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING

from ingest.forms.fields import Field, Group
from ingest.forms.labels import label_key, labels, pattern, vocabulary
from ingest.forms.money import IN_WAN, amount_in_wan
from ingest.layout.folding import fold
from ingest.layout.passage import Passage, passage

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from ingest.layout.fragments import Fragment
    from ingest.layout.lattice import Lattice, Printed

Label = tuple[Group, str]
LONGEST_LABEL = 24
"""A longer text is no label."""
SUMS = ("合计", "总额", "小计", "总计")
"""Labels of an amount that say only that it is a sum: what is summed stands above them."""


@lru_cache(maxsize=8192)
def label_of(text: str) -> Label | None:
    """What a whole cell means as a label of a form's field, or ``None``."""
    if not text or len(text) > LONGEST_LABEL:
        return None
    key = label_key(text)
    if pattern("plan_step").match(key):
        return "step", key
    groups: tuple[tuple[Group, str], ...] = (("field", "form_fields"), ("fund", "funds"))
    for group, name in groups:
        meaning = vocabulary(name).of(text)
        if meaning:
            return group, meaning
    return ("field", "heading") if key in SUMS else None


@dataclass
class Head:
    """The cells of a form above its indicators, with what they mean as labels."""

    cells: Sequence[Printed]
    at: Mapping[tuple[int, int], Printed]
    meanings: dict[int, Label] = field(default_factory=dict)
    """By the cell's identity."""
    plain: bool = False
    """The source knows no merged cells."""
    width: int = 0
    """How many columns the table has."""

    def label(self, cell: Printed) -> Label | None:
        """What a cell means, if it is a label."""
        return self.meanings.get(id(cell))


def fields_of_cells(lattice: Lattice, rows: Iterable[int]) -> list[Field]:
    """The labelled fields in some rows of a lattice, in the order of their labels."""
    wanted = set(rows)
    cells = [cell for cell in lattice.cells if cell.row in wanted]
    meanings = {id(cell): label for cell in cells if (label := label_of(cell.text)) and cell.part.fragments}
    plain = all(cell.rows == cell.columns == 1 for cell in lattice.cells)
    head = Head(cells, lattice.cover, meanings, plain, lattice.columns)
    fields = {id(cell): Field(*meanings[id(cell)], cell.part.fragments) for cell in cells if id(cell) in meanings}
    inline = give_values(head, fields, wanted)
    for cell in cells:
        if id(cell) in fields:
            own = fields[id(cell)]
            own.lead = lead_of(head, cell, fields)
            summed = first_label(head, cell, above_of(head, cell, wanted))
            if own.key in ("合计", "heading") and label_key(cell.text) in SUMS and summed and id(summed) in fields:
                own.group, own.key = fields[id(summed)].group, fields[id(summed)].key
    return [each for each in (*fields.values(), *inline) if each.values or each.group != "fund"]


def give_values(head: Head, fields: dict[int, Field], wanted: set[int]) -> list[Field]:
    """Give each label the cells that belong to it; the fields that cells without a label print with colons."""
    inline: list[Field] = []
    lists: dict[int, list[Printed]] = {}
    for cell in head.cells:
        if head.label(cell) or not cell.text:
            continue
        owner, from_above = owner_of(head, cell, wanted)
        if owner is None:
            inline += inline_fields(cell.part)
        elif from_above:
            lists.setdefault(id(owner), []).append(cell)
        else:
            fields[id(owner)].values += cell.part.fragments
    for cell in head.cells:
        if id(cell) in lists:
            take_from_list(head, lists[id(cell)], fields[id(cell)])
    return inline


def owner_of(head: Head, cell: Printed, wanted: set[int]) -> tuple[Printed | None, bool]:
    """The label that a value belongs to, and whether it stands above the value.

    The label to the left, unless it stands for several rows and the value's column has a label of its own.
    """
    left = first_label(head, cell, left_of(head, cell))
    above = first_label(head, cell, above_of(head, cell, wanted))
    if above is not None and not speaks_down(head, above):
        above = None
    if left is not None and (above is None or (left.rows <= cell.rows and not is_sum(left.text))):
        return left, False
    return above, above is not None


def speaks_down(head: Head, label: Printed) -> bool:
    """Whether a label is one of a row of labels, so that its value stands below it and not beside it."""
    beside = head.at.get((label.row, label.right))
    if head.plain:  # what is merged elsewhere is an empty cell here
        rest = (head.at.get((label.row, column)) for column in range(label.right, head.width))
        beside = next((cell for cell in rest if cell is not None and cell.text), None)
    return beside is None or head.label(beside) is not None or beside.row < label.row


def left_of(head: Head, cell: Printed) -> Iterator[Printed]:
    """The cells to the left of one, the nearest first."""
    column = cell.column
    while column > 0:
        found = head.at.get((cell.row, column - 1))
        if found is None:
            column -= 1
            continue
        yield found
        column = min(found.column, column - 1)


def above_of(head: Head, cell: Printed, wanted: set[int]) -> Iterator[Printed]:
    """The cells above one, the nearest first."""
    row = cell.row
    while row > 0 and row - 1 in wanted:
        found = head.at.get((row - 1, cell.column))
        if found is None:
            row -= 1
            continue
        yield found
        row = min(found.row, row - 1)


def first_label(head: Head, cell: Printed, cells: Iterator[Printed]) -> Printed | None:
    """The first label among some cells; a label that only says that it is a sum gives way to the one above it."""
    return next((other for other in cells if head.label(other) and other is not cell), None)


def take_from_list(head: Head, values: Sequence[Printed], own: Field) -> None:
    """Give a label what stands below it: a single value, or, of a list with a sum, the sum.

    Other lists say something of many things (the tasks of a department), not of the form.
    """
    if own.key in ("goal", "goal_long", "purpose", "name", "department") or own.group == "step" or len(values) == 1:
        for value in values if own.key in ("goal", "goal_long") or len(values) == 1 else values[:1]:
            own.values += value.part.fragments
        return
    sums = [value for value in values if is_sum_row(head, value)]
    if sums:
        own.values += sums[-1].part.fragments


def is_sum_row(head: Head, cell: Printed) -> bool:
    """Whether a cell stands in a row that is labelled as a sum."""
    return any(is_sum(other.text) for other in left_of(head, cell))


def is_sum(text: str) -> bool:
    """Whether a label says that its row adds up the rows above it."""
    key = label_key(text)
    return key in labels()["total_row"] or key.endswith("合计")


def lead_of(head: Head, cell: Printed, fields: Mapping[int, Field]) -> Field | None:
    """The label that a label stands beside or under: it may announce the unit of money, or say what is summed."""
    for other in [*left_of(head, cell), *above_of(head, cell, {cell.row - n for n in range(1, 4)})]:
        if (
            id(other) in fields
            and head.label(other)
            and other is not cell
            and fields[id(other)].lead is not fields[id(cell)]
        ):
            return fields[id(other)]
    return None


INLINE = re.compile(r"(?P<label>[^:：\s]{2,16})[:：]")


def inline_fields(part: Passage) -> list[Field]:
    """The fields that one cell or line prints with colons: ``项目名称：甲  单位：万元``."""
    text = part.bare
    marks: list[tuple[int, int, Label]] = []
    for colon in re.finditer("[:：]", text):
        found = label_before(text, colon.start())
        if found:
            marks.append((found[0], colon.end(), found[1]))
    ends = [*(start for start, _, _ in marks[1:]), len(text)][: len(marks)]
    result = []
    for (start, begin, (group, key)), end in zip(marks, ends, strict=True):
        value = part.part(begin, end)
        if value.bare and fold(value.bare) not in IN_WAN:
            result.append(Field(group, key, pieces(part.part(start, begin)), list(pieces(value))))
    return result


def label_before(text: str, colon: int) -> tuple[int, Label] | None:
    """The longest known label that ends before a colon and begins the text or a new word, with where it begins."""
    for start in range(max(0, colon - LONGEST_LABEL), colon - 1):
        label = label_of(text[start:colon])
        if label and label[1] != "heading":
            return start, label
    return None


def pieces(part: Passage) -> tuple[Fragment, ...]:
    """A passage as fragments of its own, cut where it begins and ends within one."""
    runs: list[list[tuple[str, int, Fragment]]] = []
    for each in part.characters:
        if not runs or runs[-1][-1][2] is not each[2]:
            runs.append([])
        runs[-1].append(each)
    return tuple(
        type(owner)(
            "".join(char for char, _, _ in run), run[0][1], owner.line, owner.gap, owner.cell, owner.page, owner.row
        )
        for run in runs
        for owner in (run[0][2],)
    )


def whole(fields: Iterable[Field]) -> Passage:
    """Everything that some fields say."""
    return passage([fragment for each in fields for fragment in each.values])


def is_amount(cell: Printed) -> bool:
    """Whether a cell prints an amount of money or another bare number."""
    return amount_in_wan(cell.text) is not None
