"""Performance-target forms (绩效目标表): the fields before a table of indicators, and the table."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ingest.forms.fields import Field, read_fields
from ingest.forms.indicators import LEVEL_KEYS, PROJECT_KEYS, UNKNOWN, indicator_of, is_doubtful, read_rows
from ingest.forms.labels import label_key, labels, pattern
from ingest.forms.money import amount_in_wan, announced_unit, unit_in
from ingest.forms.tables import Table, indicator_tables, line_end, starts_line
from ingest.language.numbering import split_goals
from ingest.layout.columns import SPILL
from ingest.layout.folding import fold
from ingest.layout.fragments import Gap
from ingest.layout.passage import Passage, passage
from ingest.records import Indicator, Leftover, Span, Target
from ontology import lexicon

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from decimal import Decimal

    from ingest.forms.indicators import TableRow
    from ingest.layout.fragments import Fragment

CODED = re.compile(r"^(?P<code>[0-9A-Za-z]{3,})[-－—_]\s*(?P<name>.*[\u4e00-\u9fff].*)$")
LEADING_NUMBER = re.compile(r"^(\d{1,3}|[一二三四五六七八九十]+)[、.．](?!\d(?!\d{3}年))\s*")
"""The number of a form before its title; a year may follow it, another figure makes it part of the name."""


@dataclass(slots=True)
class Draft:
    """A form while it is read."""

    name: Passage | None = None
    printed_name: Passage | None = None
    """The cell that names the project, with a code that stands in it."""
    is_department: bool = False
    keys_told: bool = False
    """The unknown labels of its table were told with this form."""
    time: int = 0
    """1 where its indicators are said to be the year's, -1 where they are for another time."""
    code: Passage | None = None
    unit: Passage | None = None
    unit_code: Passage | None = None
    amount: tuple[Passage, Decimal] | None = None
    funds: dict[str, tuple[Passage, Decimal]] = field(default_factory=dict)
    purpose: Passage | None = None
    goal: Passage | None = None
    plan: list[tuple[Passage | None, Decimal | None]] | None = None
    prose: Passage | None = None
    """The cell that holds all of its indicators."""
    indicators: list[Indicator] = field(default_factory=list)
    first: Fragment | None = None
    unread: list[tuple[str, Passage]] = field(default_factory=list)
    """What the form prints and the reader did not understand, with the reason (in Chinese)."""


def read_targets(
    fragments: Sequence[Fragment], text: str
) -> tuple[list[Target], list[Leftover], list[tuple[int, int]]]:
    """All forms of a stream, what was not understood inside them, and which fragments they cover."""
    targets: list[Target] = []
    leftovers: list[Leftover] = []
    covered: list[tuple[int, int]] = []
    done = 0
    for table in indicator_tables(fragments):
        start = table.start if "project" in table.header.keys else form_start(fragments, done, table.start)
        head = fragments[start : table.start]
        above = fragments[done - 1].end if done else 0
        unit = announced_unit(text[above : fragments[table.start].start])
        for draft in drafts(head, table, unit or "万元", text):
            targets.append(target_of(draft, text))
            leftovers.extend(leftover for reason, part in draft.unread for leftover in left_over(reason, part, text))
        covered.append((start, table.end))
        done = table.end
    return unrepeated(targets), leftovers, covered


def untold_forms(fragments: Sequence[Fragment], text: str, covered: Sequence[tuple[int, int]]) -> list[Leftover]:
    """The titles of forms in which no table of indicators was recognised."""
    taken = {index for start, end in covered for index in range(start, end)}
    found: list[Leftover] = []
    for index in range(len(fragments)):
        if index in taken or not starts_line(fragments[index]) or fragments[index].cell is not None:
            continue
        if pattern("form_title").match(LEADING_NUMBER.sub("", line_text(fragments, index))):
            title = passage(fragments[index : line_end(fragments, index)])
            found += left_over("这张绩效目标表没有读懂", title, text)
    return found


def left_over(reason: str, part: Passage, text: str) -> list[Leftover]:
    """A passage that was not understood, one entry a printed span."""
    return [Leftover(reason=reason, span=span) for span in part.spans(text)]


def unrepeated(targets: Sequence[Target]) -> list[Target]:
    """The forms, each once: a form printed again with equal content (for a department and for its unit) is one."""
    seen: set[tuple[object, ...]] = set()
    result = []
    for target in targets:
        rows = tuple((i.l1, i.l2, i.name, i.value) for i in target.indicators)
        key = (
            target.scope,
            fold(target.name),
            target.code,
            head_office(target.unit),
            target.amount_wan,
            target.goals,
            rows,
        )
        if key not in seen:
            seen.add(key)
            result.append(target)
    return result


def head_office(unit: str | None) -> str:
    """A unit's name without what marks it as its department's head office."""
    name = fold(unit or "")
    for mark in map(fold, lexicon("organisations")["head_marks"]):
        name = name.removesuffix(mark)
    return name


def form_start(fragments: Sequence[Fragment], done: int, header: int) -> int:
    """Where the form above a header begins: at its title, or else at its first field, or else at the header."""
    title = first_field = None
    for index in range(done, header):
        if not starts_line(fragments[index]):
            continue
        line = line_text(fragments, index)
        if pattern("form_title").match(LEADING_NUMBER.sub("", line)):
            title, first_field = index, None
    if title is not None:
        return title
    return field_start(fragments, done, header) if first_field is None else first_field


def field_start(fragments: Sequence[Fragment], done: int, header: int) -> int:
    """The first fragment of the fields above a header: the last label of a name, or the nearest label of a goal."""
    from ingest.forms.labels import vocabulary  # noqa: PLC0415

    known = vocabulary("form_fields")
    best = header
    for index in range(header - 1, done - 1, -1):
        match = (
            known.match(fragments, index) if starts_line(fragments[index]) or fragments[index].gap is Gap.TAB else None
        )
        if match and match.key in ("name", "department"):
            return index
        if match and match.key == "goal" and best == header:
            best = index
    return best


def line_text(fragments: Sequence[Fragment], index: int) -> str:
    """The folded text of the line that begins with a fragment."""
    return fold("".join(f.text for f in fragments[index : line_end(fragments, index)]))


def drafts(head: Sequence[Fragment], table: Table, unit: str, text: str) -> Iterator[Draft]:
    """The forms of one table: one where its fields stand above it, one a project where projects stand in its rows."""
    draft = read_head(head, unit)
    draft.unread += [("表头中有不认识的列名", part) for part in table.unknown]
    draft.unread += [("表格中间的一行没有单元格，内容没有归入指标", part) for part in table.strays]
    owner: Passage | None = None
    for row in filter(lambda row: row.cells, read_rows(table)):
        owner = row.cells.get("owner", owner)
        if "project" in row.cells:
            if draft.indicators:
                yield draft
            draft = project_draft(row, owner, unit)
        elif draft.first is None and not head:
            draft.first = row.first
        take_row(draft, row, text)
    if draft.indicators or draft.name:
        yield draft


def project_draft(row: TableRow, owner: Passage | None, unit: str) -> Draft:
    """The form of a project that is printed in a row of a continuous table."""
    draft = Draft(name=row.cells["project"], goal=row.cells.get("goal"), first=row.first)
    set_unit(draft, owner)
    if "amount" in row.cells:
        amount = amount_in_wan(row.cells["amount"].text, unit)
        draft.amount = (row.cells["amount"], amount) if amount is not None else None
    return draft


def take_row(draft: Draft, row: TableRow, text: str) -> None:
    """Add a row's indicator to a form. A row of levels alone plans nothing.

    Other cells without a name are not understood.
    """
    if is_sum(row):
        return
    indicator = indicator_of(row, text)
    if indicator is not None:
        draft.indicators.append(indicator)
        if is_doubtful(indicator):
            draft.unread.append(("这一行可能没有按列分开，请核对原文", row.cells["name"]))
    for key, part in row.cells.items():
        if key.startswith(UNKNOWN):
            reason = "这一行的文字没有对应的列" if key == SPILL else "这一列的列名不认识"
            draft.unread.append((f"{reason}，内容没有归入指标", part))
        elif indicator is None and key not in (*LEVEL_KEYS, *PROJECT_KEYS):
            draft.unread.append(("这一行没有指标名称，内容没有归入指标", part))


def is_sum(row: TableRow) -> bool:
    """Whether a row only adds up the weights of those above it."""
    name = row.cells.get("name") or row.levels.get("level1")
    named = name is not None and label_key(name.bare) in labels()["total_row"]
    return named and not {"value", "desc"} & set(row.cells)


def read_head(head: Sequence[Fragment], unit: str) -> Draft:
    """The fields above a table of indicators."""
    draft = Draft(first=head[0] if head else None)
    read_title(draft, head)
    fields = read_fields(head)
    for item in fields:
        take_field(draft, item, money_unit(item, unit))
    take_plan(draft, fields)
    return draft


def money_unit(item: Field, unit: str) -> str:
    """The unit of the amounts of a field: its own label's, its row's label's, or the form's."""
    label: Field | None = item
    while label is not None:
        announced = unit_in(label.printed)
        if announced:
            return announced
        label = label.lead
    return unit


def read_title(draft: Draft, head: Sequence[Fragment]) -> None:
    """What the first line of a form says, where it is its title."""
    if head:
        take_title(draft, passage(head[: line_end(head, 0)]))


def take_title(draft: Draft, line: Passage) -> None:
    """What a form's title says: whose it is, and the project's name where the title carries one."""
    number = LEADING_NUMBER.match(line.bare)
    title = line.part(number.end()) if number else line
    found = pattern("form_title").match(fold(title.bare))
    if not found:
        return
    draft.is_department = bool(re.search(pattern("department_title"), fold(title.bare)))
    if not draft.is_department and not pattern("generic_title").match(found["name"]):
        draft.name = title.part(0, len(found["name"]))


def take_field(draft: Draft, item: Field, unit: str) -> None:
    """Put what one field says where it belongs."""
    if not item.values:
        return
    if item.group == "fund":
        take_fund(draft, item, unit)
    elif item.group == "field":
        TAKERS.get(item.key, ignore)(draft, item, unit)


def take_fund(draft: Draft, item: Field, unit: str) -> None:
    """An amount by its source; the total is the form's amount where the form has no other."""
    part = passage(item.cells()[0]) if item.values[0].cell is not None else item.passage
    amount = amount_in_wan(part.bare, unit)
    if amount is None:
        draft.unread.append((f"“{item.printed}”后面不是金额", part))
    elif item.key == "合计":
        draft.amount = draft.amount or (part, amount)
    else:
        draft.funds[item.key] = (part, amount)


def take_name(draft: Draft, item: Field, unit: str) -> None:  # noqa: ARG001
    """The project's name; a code before it is the project's code."""
    part = first_cell(item)
    coded = CODED.match(part.bare)
    if coded and any(char.isdigit() for char in coded["code"]) and len(coded["code"]) > 6:  # noqa: PLR2004 - years are no codes
        draft.code = draft.code or part.part(0, coded.end("code"))
        part = part.part(coded.start("name"))
    draft.name = part


def take_department(draft: Draft, item: Field, unit: str) -> None:  # noqa: ARG001
    """The department whose form this is."""
    part = first_cell(item)
    if draft.is_department or draft.name is None:
        draft.is_department = True
        set_unit(draft, part)
        draft.name = draft.unit


def take_unit(draft: Draft, item: Field, unit: str) -> None:  # noqa: ARG001
    """The unit that spends the money."""
    set_unit(draft, first_cell(item))


def take_owner(draft: Draft, item: Field, unit: str) -> None:  # noqa: ARG001
    """The department above the unit: its code is the form's, its name only where the form names no unit."""
    part = first_cell(item)
    coded = CODED.match(part.bare)
    if coded and draft.unit_code is None:
        draft.unit_code = part.part(0, coded.end("code"))
    if draft.unit is None:
        draft.unit = part.part(coded.start("name")) if coded else part


def set_unit(draft: Draft, part: Passage | None) -> None:
    """A unit's name and the code before it."""
    if part is None:
        return
    coded = CODED.match(part.bare) or re.match(r"^(?P<code>\d{3,})(?P<name>\D.*)$", part.bare)
    if coded and coded["code"].isdigit():
        draft.unit_code, draft.unit = part.part(0, coded.end("code")), part.part(coded.start("name"))
    else:
        draft.unit = part


def take_code(draft: Draft, item: Field, unit: str) -> None:  # noqa: ARG001
    """The project's code."""
    draft.code = first_cell(item)


def take_amount(draft: Draft, item: Field, unit: str) -> None:
    """The form's amount."""
    part = first_cell(item)
    amount = amount_in_wan(part.bare, unit)
    if amount is not None:
        draft.amount = (part, amount)
    else:
        draft.unread.append((f"“{item.printed}”后面不是金额", part))


def take_amount_all_years(draft: Draft, item: Field, unit: str) -> None:
    """The amount for all years is the form's only where the form prints none for the year."""
    if draft.amount is None:
        take_amount(draft, item, unit)


def take_purpose(draft: Draft, item: Field, unit: str) -> None:  # noqa: ARG001
    """What the money is spent on."""
    draft.purpose = item.passage if draft.purpose is None else draft.purpose


def take_goal(draft: Draft, item: Field, unit: str) -> None:  # noqa: ARG001
    """The goal; of two halves side by side the annual one, which is the right one."""
    cells = item.cells()
    rows = {fragment.line for fragment in item.values}
    draft.goal = passage(cells[-1]) if len(cells) == 2 and len(rows) == 1 else item.passage  # noqa: PLR2004 - two halves


def ignore(draft: Draft, item: Field, unit: str) -> None:
    """A field that is no part of the record."""


TAKERS = {
    "name": take_name,
    "department": take_department,
    "unit": take_unit,
    "owner": take_owner,
    "code": take_code,
    "amount": take_amount,
    "amount_all_years": take_amount_all_years,
    "purpose": take_purpose,
    "goal": take_goal,
}
"""What takes each field of a form; fields that are no part of the record have none."""


def first_cell(item: Field) -> Passage:
    """The first cell after a label, or all of it where there are no cells."""
    return passage(item.cells()[0]) if item.values[0].cell is not None else item.passage


def take_plan(draft: Draft, fields: Sequence[Field]) -> None:
    """The spending plan: a row of moments, and below it the share that is to be spent by each."""
    from ingest.language.values import decimal_of  # noqa: PLC0415

    plans = [item for item in fields if item.group == "field" and item.key == "plan"]
    steps = [item for item in fields if item.group == "step"]
    if not plans or not steps:
        return
    printed = [fragment for item in (*plans, *steps) for fragment in shares_in(item)]
    if all(step.label[0].cell is not None for step in steps):
        own = [next(iter(shares_in(step)), None) for step in steps]
        by_cell = {fragment.cell: fragment for fragment in printed}
        row = own if any(own) else [by_cell.get(step.label[0].cell) for step in steps]
    elif len(printed) == len(steps):
        row = [*printed]
    else:
        draft.unread += [("支出计划的比例无法与时间对应", passage([fragment])) for fragment in printed]
        return
    draft.plan = [(passage([f]), decimal_of(f.text.rstrip("%％"))) if f else (None, None) for f in row]


def shares_in(item: Field) -> list[Fragment]:
    """The numbers that are printed after a label."""
    return [fragment for fragment in item.values if re.fullmatch(r"\d+(\.\d+)?[%％]?", fragment.text)]


def target_of(draft: Draft, text: str) -> Target:
    """The finished record of a form."""
    places: dict[str, tuple[Span, ...]] = {}

    def put(key: str, part: Passage | None) -> str | None:
        if part is None or not part.bare:
            return None
        places[key] = part.spans(text)
        return part.text

    goals = [draft.goal.part(start, end) for start, end in split_goals(draft.goal.bare)] if draft.goal else []
    return Target(
        scope="department" if draft.is_department else "project",
        name=put("name", draft.name) or "",
        code=put("code", draft.code),
        unit=put("unit", draft.unit),
        unit_code=put("unit_code", draft.unit_code),
        amount_wan=draft.amount[1] if draft.amount and put("amount_wan", draft.amount[0]) else None,
        funds={key: amount for key, (part, amount) in draft.funds.items() if put(f"funds.{key}", part)},
        purpose=put("purpose", draft.purpose),
        goals=tuple(put(f"goals.{n}", goal) or "" for n, goal in enumerate(goals)),
        plan=tuple(share for n, (part, share) in enumerate(draft.plan) if put(f"plan.{n}", part) or True)
        if draft.plan
        else None,
        indicators=tuple(draft.indicators),
        line=draft.first.line if draft.first else None,
        page=draft.first.page if draft.first else None,
        places=places,
    )
