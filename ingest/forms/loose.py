"""Tables of projects and their money in text without cells: words and amounts in printed order.

Such a table also prints totals: of the document, of a unit, of a level-1 project, of a functional class. Only its leaf
rows are projects. A row is a total where it is labelled as one, names an organisation, or lacks what every project's
row has.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from ingest.forms.fit import NEVER, name_fit, numeric, organisation_suffix
from ingest.forms.labels import label_key, labels, pattern, vocabulary
from ingest.forms.money import amount_in_wan, unit_in
from ingest.forms.projects import Line, budget_of, is_sum, name_of
from ingest.forms.tables import SECTION, line_end, starts_line
from ingest.layout.align import align
from ingest.layout.columns import Column
from ingest.layout.folding import fold
from ingest.layout.passage import Passage, passage

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ingest.layout.fragments import Fragment
    from ingest.records import ProjectBudget

TALLEST = 300
"""The most fragments of a header that is printed one character a line."""
DECIMAL = re.compile(r"-?(?:\d{1,3}(?:,\d{3})+|\d+)\.\d+")
LONG_NUMBER = 4
"""A row's number has fewer digits."""
AMOUNTS = re.compile(r"[-\d,.]+")
CODE = re.compile(r"\d{3}(\d{2}){0,2}")
ABOVE = 400
"""How many characters above a table may announce its unit of money."""
NEAR = Decimal("0.02")
"""Sums of rounded figures may differ by this much."""


@dataclass(frozen=True, slots=True)
class Header:
    """A header of a table of projects: its labels' meanings in printed order, the fragments that it takes up."""

    keys: tuple[str, ...]
    order: tuple[str, ...]
    """The funding sources in printed order, where the labels stand on one line."""
    first: int
    last: int


def loose_tables(
    fragments: Sequence[Fragment], text: str, taken: set[int]
) -> Iterator[tuple[list[Line], list[ProjectBudget]]]:
    """The rows of each table of projects without cells, and the projects among them.

    Args:
        fragments: the document's stream.
        text: the source's text.
        taken: the fragments that forms of targets take up.
    """
    for header in headers(fragments, taken):
        body = fragments[header.last : body_end(fragments, header, taken)]
        lines = list(loose_lines(body, header, unit_above(fragments, header, text)))
        yield lines, leaves(lines, header, text)


def headers(fragments: Sequence[Fragment], taken: set[int]) -> Iterator[Header]:
    """The headers of project-expenditure tables.

    They name projects and a total, and nothing that other tables are about.
    """
    known = vocabulary("budget_columns")
    index = 0
    while index < len(fragments):
        fragment = fragments[index]
        key = label_key(fragment.text)
        header = None
        if fragment.cell is None and key in known.starts and index not in taken and starts_line(fragment):
            header = header_at(fragments, index)
        if header:
            yield header
        index = header.last if header else index + 1


def header_at(fragments: Sequence[Fragment], index: int) -> Header | None:
    """The header that begins with a fragment, if it is that of a project-expenditure table."""
    first = vocabulary("budget_columns").match(fragments, index)
    end = header_end(fragments, index)
    if first is None or first.key == "total":
        return None
    part = fragments[index:end]
    printed = label_key("".join(f.text for f in part))
    if any(label_key(word) in printed for word in labels()["not_project_budgets"]):
        return None
    keys = header_labels(fragments, index, end)
    return Header(keys, source_order(part), index, end) if {"name", "total"} <= set(keys) else None


def header_end(fragments: Sequence[Fragment], index: int) -> int:
    """Where a header ends: before the first line that prints money or begins like a row.

    Columns' numbers belong to it.
    """
    position = index
    while position < min(index + TALLEST, len(fragments)):
        end = line_end(fragments, position)
        line = [fold(fragment.text) for fragment in fragments[position:end]]
        if unit_in("".join(line)) and not any(DECIMAL.fullmatch(text) for text in line):
            return position
        numbered = all(re.fullmatch(r"\d{1,2}|栏次|※", text) for text in line)
        if (
            position > index
            and not numbered
            and (any(DECIMAL.fullmatch(text) for text in line) or row_begins(fragments, position))
        ):
            return position
        if position > index and (fragments[index].cell is None) != (fragments[position].cell is None) and not numbered:
            return position
        position = end
    return position


def row_begins(fragments: Sequence[Fragment], index: int) -> bool:
    """Whether a row begins here: a category of projects, a total's label, or a code with a name after it."""
    text = fold("".join(fragment.text for fragment in fragments[index : index + 6]))
    summed = label_key(fragments[index].text) in labels()["total_row"] and any(
        DECIMAL.search(f.text) for f in fragments[index : index + 3]
    )
    return bool(pattern("category_start").match(text)) or summed


def header_labels(fragments: Sequence[Fragment], index: int, end: int) -> tuple[str, ...]:
    """The meanings of a header's labels in printed order, each once."""
    known = vocabulary("budget_columns")
    keys: dict[str, None] = {}
    position = index
    while position < end:
        match = known.match(fragments, position)
        if match is None or match.last > end:
            position += 1
            continue
        keys[match.key] = None
        position = match.last
    return tuple(keys)


def source_order(part: Sequence[Fragment]) -> tuple[str, ...]:
    """The funding sources of a header whose labels all stand on one line."""
    line = [fragment for fragment in part if fragment.line == part[0].line]
    found = tuple(key for fragment in line if (key := vocabulary("funds").of(fragment.text)) and key != "合计")
    return found if len(line) == len(part) else ()


def unit_above(fragments: Sequence[Fragment], header: Header, text: str) -> str:
    """The unit of money that is announced above a table."""
    start = fragments[header.first].start
    return unit_in(text[max(0, start - ABOVE) : start]) or "万元"


def body_end(fragments: Sequence[Fragment], header: Header, taken: set[int]) -> int:
    """Where a table ends: at a section, another table's title or unit of money."""
    index = header.last
    while index < len(fragments) and index not in taken:
        if starts_line(fragments[index]) and index > header.last:
            line = fold("".join(f.text for f in fragments[index : line_end(fragments, index)]))
            if SECTION.match(line) or line.startswith("注:") or (unit_in(line) and len(line) < TALLEST):
                return index
        index += 1
    return index


def loose_lines(body: Sequence[Fragment], header: Header, unit: str) -> Iterator[Line]:
    """The rows of a table without cells.

    Empty cells leave nothing behind in such a text: which of the numbers after the total is which source can only be
    told where there are as many as the header has sources.
    """
    for row in align(body, loose_columns(header)):
        parts = {key: passage(cell) for key, cell in row.items()}
        total = amount_in_wan(parts["total"].bare, unit) if "total" in parts else None
        rest = [passage([fragment]) for fragment in row.get("rest", [])]
        amounts = [(part, amount_in_wan(part.bare, unit)) for part in rest]
        if total is not None:
            whole = len(rest) == len(header.order) and all(amount is not None for _, amount in amounts)
            told = zip(header.order, amounts, strict=False) if whole else []
            yield Line(parts, total, {key: (part, amount) for key, (part, amount) in told if amount})


def loose_columns(header: Header) -> list[Column]:
    """The columns of a table without cells in printed order: words first, then the total and the other numbers."""
    words = {
        "number": Column(
            "number",
            lambda text: 2.0 if text.isdigit() and len(text) < LONG_NUMBER else NEVER,
            numeric,
            opens=0.0,
            limit=1,
        ),
        "code": Column(
            "code", lambda text: 4.0 if CODE.fullmatch(text) else NEVER, numeric, opens=0.0, needs="function", limit=3
        ),
        "function": Column("function", function_fit, needs="code", limit=20),
        "category": Column(
            "category", lambda text: 6.0 if pattern("category_pattern").match(fold(text)) else NEVER, opens=0.0
        ),
        "name": Column("project", project_fit, opens=0.5, usual=1.8, limit=40),
        "unit": Column(
            "unit", lambda text: 2.5 if organisation_suffix().match(fold(text)) else NEVER, opens=1.0, limit=20
        ),
    }
    columns = [
        words[key] for key in dict.fromkeys("name" if key == "parent" else key for key in header.keys) if key in words
    ]
    total = Column("total", lambda text: 4.0 if DECIMAL.fullmatch(fold(text)) else NEVER, numeric, usual=8.0, limit=3)
    rest = Column("rest", lambda text: 1.0 if AMOUNTS.fullmatch(fold(text)) else NEVER, numeric, limit=12)
    return [*columns, total, rest]


def project_fit(text: str) -> float:
    """Names of projects hold no amounts with decimals."""
    return name_fit(text) - 4.0 * bool(DECIMAL.search(fold(text)))


def function_fit(text: str) -> float:
    """Names of functional classes are words without figures."""
    return name_fit(text) - 4.0 * any(char.isdigit() for char in text)


def leaves(lines: Sequence[Line], header: Header, text: str) -> list[ProjectBudget]:
    """The projects among a table's rows, with the category, level-1 project and unit of the rows above them."""
    found: list[ProjectBudget] = []
    context: dict[str, Passage] = {}
    parents = {} if "unit" in header.keys else parent_rows(lines)
    last_child = -1
    for number, line in enumerate(lines):
        role = role_of(line, header)
        name = name_of(line)
        if role == "leaf" and number in parents:
            role, last_child = "parent", parents[number]
        elif last_child >= 0 and number > last_child:
            context = {key: part for key, part in context.items() if key != "parent"}
            last_child = -1
        if role == "leaf" and "category" in line.cells:
            context = {**context, "category": line.cells["category"]}
        if role != "leaf":
            if role != "total" and (own := line.cells.get(role) or name):
                context = {**({} if role == "category" else context), role: own}
            continue
        if name is not None:
            found.append(budget_of(line, name, context, text))
    return found


def role_of(line: Line, header: Header) -> str:
    """What a row is: ``leaf``, ``total``, or the head of a ``category``, a level-1 project (``parent``), a ``unit``."""
    cells = line.cells
    name = name_of(line)
    printed = fold(name.bare) if name else ""
    if "category" in cells and name is None:
        return "category"
    if name is None or is_sum(printed):
        return "unit" if name is None and "unit" in cells else "total"
    if organisation_suffix().match(printed) and "unit" not in cells and "code" not in cells:
        return "unit"
    if "code" in header.keys and "function" in header.keys and "code" not in cells:
        return "total"
    return "parent" if "unit" in header.keys and "unit" not in cells else "leaf"


def parent_rows(lines: Sequence[Line]) -> dict[int, int]:
    """Rows whose money is that of the two or more rows after them, each with the last of these.

    They are looked for only where the leaves would else not add up to the table's total.
    """
    printed = [label_key((name_of(line) or passage([])).bare) for line in lines]
    totals = [line.total for line, name in zip(lines, printed, strict=True) if name in labels()["total_row"]]
    rows = [i for i, name in enumerate(printed) if name and name not in labels()["total_row"]]
    if not totals or abs(sum((lines[i].total for i in rows), Decimal(0)) - max(totals)) <= NEAR:
        return {}
    found: dict[int, int] = {}
    for place, index in enumerate(rows):
        below = Decimal(0)
        for count, other in enumerate(rows[place + 1 :], 1):
            below += lines[other].total
            if count > 1 and abs(below - lines[index].total) <= NEAR:
                found[index] = other
                break
    return found
