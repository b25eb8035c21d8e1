"""Performance-target forms in tables whose cells are known.

A table is read row by row. Rows of labels and values above a header are the head of a form, a header says what the
columns below it mean, and the rows below are indicators, until another head begins. Where the header has a column for
the project, each project is a form of its own.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ingest.forms.columns import HeaderBlock, header_at, is_prose_label, levels_header, rank
from ingest.forms.fit import is_level
from ingest.forms.heads import fields_of_cells, inline_fields, label_of
from ingest.forms.labels import pattern
from ingest.forms.money import announced_unit
from ingest.forms.rows import Reader, read_row, report_header
from ingest.forms.targets import (
    LEADING_NUMBER,
    Draft,
    money_unit,
    take_field,
    take_plan,
    take_title,
)
from ingest.layout.folding import fold
from ingest.layout.fragments import fragments_of
from ingest.layout.passage import Passage, passage

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ingest.layout.lattice import Lattice, Printed
    from ingest.readers.source import Line

NEAR = 8
"""How many lines above a table may belong to its form."""
SHORT_LINE = 80
"""A longer line above a table is running text."""


def read_lattice(lattice: Lattice, reader: Reader) -> bool:
    """Read the forms of one table; whether it holds any."""
    headers = header_rows(lattice)
    carried = reader.header
    if not headers and not carried and is_form(lattice) and (told := levels_header(lattice)):
        headers = {told.first: told}
    if not headers and not (carried and continues(lattice, carried, reader)):
        reader.header = reader.draft = None
        return False
    reader.unit = announced_unit(above_text(lattice)) or unit_in_rows(lattice, headers) or "万元"
    head: list[int] = []
    row = 0
    if headers:
        reader.header = None
    while row < lattice.rows:
        found = headers.pop(row, None)
        if found:
            open_form(lattice, reader, head, found)
            head, row = [], found.last
        elif reader.header is None or ends_rows(lattice, row, reader.header):
            reader.header = None
            head.append(row)
            row += 1
        else:
            read_row(lattice, row, reader)
            row += 1
    return True


def is_form(lattice: Lattice) -> bool:
    """Whether a table says that it is a form: by a title above it, or by a field that names a project or department."""
    return any(is_title(line.text) for line in lattice.above[-NEAR:]) or names_form(lattice, range(lattice.rows))


def header_rows(lattice: Lattice) -> dict[int, HeaderBlock]:
    """The headers of a table by their first row."""
    found: dict[int, HeaderBlock] = {}
    row = 0
    while row < lattice.rows:
        header = header_at(lattice, row)
        if header and header.last > row:
            found[header.first] = header
            row = header.last
        else:
            row += 1
    return found


def continues(lattice: Lattice, header: HeaderBlock, reader: Reader) -> bool:
    """Whether a table without a header goes on with the one before: as many columns, and no text of its own above."""
    last = max(column.last for column in header.columns)
    return reader.draft is not None and lattice.measured and lattice.columns == last and not lattice.above


def above_text(lattice: Lattice) -> str:
    """The text above a table."""
    return "\n".join(line.text for line in lattice.above[-NEAR:])


def unit_in_rows(lattice: Lattice, headers: dict[int, HeaderBlock]) -> str | None:
    """The unit of money that a row above a table's header announces."""
    first = min(headers, default=0)
    return announced_unit("\n".join(cell.text for row in lattice.by_row[:first] for cell in row))


def open_form(lattice: Lattice, reader: Reader, head: Sequence[int], header: HeaderBlock) -> None:
    """Begin what a header opens: a table of projects, a form with its head, or another section of the form."""
    same = reader.keys == header.keys
    reader.header, reader.skips, reader.keys = header, False, header.keys
    if header.continuous:
        if not same or head_says(lattice, head):
            reader.draft = None
            reader.owner = owner_above(lattice)
    elif (
        reader.draft is None
        or begins_form(lattice, head, header)
        or (head_says(lattice, head) and header.first > 0 and not same)
    ):
        reader.begin(read_head(lattice, head, header, reader.unit))
    elif not same or header.side or head_says(lattice, head):  # else it is only printed again
        open_section(lattice, reader, head, header)


def begins_form(lattice: Lattice, head: Sequence[int], header: HeaderBlock) -> bool:
    """Whether a form begins with some rows: they name it, or are a title, or one stands in the lines above them."""
    at_top = (not head and header.first == 0) or 0 in head
    return names_form(lattice, head) or (at_top and any(is_title(line.text) for line in lattice.above[-NEAR:]))


def open_section(lattice: Lattice, reader: Reader, head: Sequence[int], header: HeaderBlock) -> None:
    """Go on with a form below a header that is repeated.

    Where the two parts are for different times (长期绩效目标, 年度绩效目标), the year's own is kept.
    """
    assert reader.draft is not None
    draft = reader.draft
    time = rank([header.side, *(cell.text for row in head for cell in lattice.by_row[row] if label_of(cell.text))])
    if time < draft.time:
        reader.skips = True
        return
    if time > draft.time:
        draft.indicators.clear()
    for item in fields_of_cells(lattice, head):
        if item.values and item.key == "goal" and (draft.goal is None or time > draft.time):
            take_field(draft, item, reader.unit)
    if time != draft.time or head_says(lattice, head):
        reader.levels, reader.last = {}, None
    draft.time = time


def head_says(lattice: Lattice, head: Sequence[int]) -> bool:
    """Whether rows above a header print anything."""
    return any(cell.text for row in head for cell in lattice.by_row[row])


def names_form(lattice: Lattice, head: Sequence[int]) -> bool:
    """Whether some rows name a project or a department, or carry a form's title."""
    cells = [cell for row in head for cell in lattice.by_row[row] if cell.text]
    return any((label := label_of(cell.text)) and label[1] in ("name", "department", "code") for cell in cells) or any(
        is_title(cell.text) and rank([cell.text]) == 0 for cell in cells
    )


def read_head(lattice: Lattice, head: Sequence[int], header: HeaderBlock, unit: str) -> Draft:
    """The form whose fields stand above a header: in rows of the table, and in the lines above it."""
    draft = Draft()
    near = [line for line in lattice.above[-NEAR:] if len(line.text) < SHORT_LINE]
    begin = max((i for i, line in enumerate(near) if is_title(line.text)), default=0)
    first_rows = head and head[0] == 0
    lines = near[begin:] if first_rows or header.first == 0 else []
    for line in lines:
        take_title(draft, passage(fragments_of([line])))
    rows = list(head)
    while rows and (title := title_row(lattice, rows[0])):
        take_title(draft, title.part)
        rows.pop(0)
    fields = fields_of_cells(lattice, rows)
    fields += [item for line in lines for item in inline_fields(passage(fragments_of([line])))]
    for item in fields:  # 其中：财政拨款 is in the unit that 资金总额（元） above it announces
        if item.group == "fund" or item.key == "amount":
            unit = money_unit(item, unit)
    for item in sorted(fields, key=lambda item: item.key in ("department", "owner")):
        take_field(draft, item, money_unit(item, unit))
    take_plan(draft, fields)
    draft.time = rank([header.side, *(item.printed for item in fields if item.key in ("goal", "goal_long"))])
    place_first(draft, lattice, head, header, lines)
    report_header(draft, header)
    return draft


def place_first(
    draft: Draft, lattice: Lattice, head: Sequence[int], header: HeaderBlock, lines: Sequence[Line]
) -> None:
    """Where a form begins: at its title, or at its first cell."""
    titles = [line for line in lines if is_title(line.text)]
    if titles:
        draft.first = fragments_of([titles[0]])[0]
        return
    for row in [*head, *range(header.first, header.last)]:
        for cell in lattice.by_row[row]:
            if cell.text:
                draft.first = cell.part.fragments[0]
                return


def title_lines(lattice: Lattice) -> list[int]:
    """The numbers of the lines above a table that are its form's title."""
    return [line.number for line in lattice.above[-NEAR:] if is_title(line.text)]


def title_row(lattice: Lattice, row: int) -> Printed | None:
    """The cell of a row that is a form's title: it fills the row, or is alone in it."""
    cells = [cell for cell in lattice.by_row[row] if cell.text]
    if len(cells) == 1 and is_title(cells[0].text):
        return cells[0]
    return None


def is_title(text: str) -> bool:
    """Whether a line or cell is a form's title."""
    return bool(pattern("form_title").match(LEADING_NUMBER.sub("", fold(text))))


def ends_rows(lattice: Lattice, row: int, header: HeaderBlock) -> bool:
    """Whether the indicators end before a row: a title, a form's field or a remark begins."""
    cells = [cell for cell in lattice.by_row[row] if cell.text]
    if not cells or title_row(lattice, row):
        return bool(cells)
    first, column = cells[0], header.column_of(cells[0])
    if column is None or (first.column > 0 and first.column >= lattice.columns // 2):
        return False
    label = label_of(first.text)
    if label is None or (column.key in ("level1", "level2") and is_level(first.text)):
        return bool(INLINE_FOOT.match(fold(first.text))) and first.columns > lattice.columns // 2
    if header.continuous:
        return label[0] == "field" and label[1] in ("ignored", "name") and len(cells) <= 2  # noqa: PLR2004 - label and value
    told = label[1] != "heading" or not names_indicator(lattice, row, header)
    return label[0] == "field" and told and not is_prose_label(first.text)


INLINE_FOOT = re.compile(r"^(注|备注|说明|填表人|审核人|联系人|单位负责人|制表|填报)\d*[:：]")


def names_indicator(lattice: Lattice, row: int, header: HeaderBlock) -> bool:
    """Whether a row has cells in the columns of names or values, so that it is an indicator's."""
    keys = {column.key for cell in lattice.by_row[row] if cell.text and (column := header.column_of(cell))}
    return bool(keys & {"name", "value"})


def owner_above(lattice: Lattice) -> Passage | None:
    """The unit that a line above a table of projects names."""
    for line in reversed(lattice.above[-NEAR:]):
        for item in inline_fields(passage(fragments_of([line]))):
            if item.key in ("department", "unit", "owner") and item.values:
                return item.passage
    return None
