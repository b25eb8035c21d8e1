"""Tables of projects and their money (项目支出表) → budget rows.

Such a table also prints totals: of the document, of a unit, of a level-1 project, of a functional class. Only its leaf
rows are projects. A row is a total where it is labelled as one, names an organisation, or lacks what every project's
row has.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING

from ingest.forms.accounts import kind_of
from ingest.forms.fit import NEVER, name_fit, numeric, organisation_suffix
from ingest.forms.labels import label_key, labels, pattern, vocabulary
from ingest.forms.money import amount_in_wan, unit_in
from ingest.forms.sums import owners
from ingest.forms.tables import SECTION, line_end, starts_line
from ingest.layout.align import align
from ingest.layout.columns import Column
from ingest.layout.folding import fold
from ingest.layout.passage import Passage, passage
from ingest.records import Leftover, ProjectBudget

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from ingest.forms.sheets import Row, Sheet
    from ingest.layout.fragments import Fragment

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
    """A header of a table of projects.

    Its labels' meanings in printed order, and where each number column's source stands.
    """

    keys: tuple[str, ...]
    cells: Mapping[str, int]
    sources: Mapping[int, str]
    order: tuple[str, ...]
    """The funding sources in printed order.

    Where the header's cells have no borders and its labels stand on one line.
    """
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Line:
    """One row of a table of projects, total or leaf."""

    cells: Mapping[str, Passage]
    total: Decimal
    sources: Mapping[str, tuple[Passage, Decimal]] = field(default_factory=dict)


def read_budgets(
    fragments: Sequence[Fragment], text: str, covered: Sequence[tuple[int, int]], sheets: Sequence[Sheet] = ()
) -> tuple[list[ProjectBudget], list[Leftover]]:
    """The projects of all project-expenditure tables, and totals that they do not add up to.

    A table printed again (for a unit) counts once; rows of equal name and money in one table are as many projects.

    Args:
        fragments: the document's stream; tables without cells are found in it by their labels.
        text: the source's text.
        covered: the fragments that forms of targets take up.
        sheets: the budget tables whose cells are known.
    """
    taken = {index for start, end in covered for index in range(start, end)}
    tables = [celled_table(sheet, text) for sheet in sheets if is_projects(sheet)]
    for header in headers(fragments, taken):
        body = fragments[header.last : body_end(fragments, header, taken)]
        lines = list(loose_lines(body, header, unit_above(fragments, header, text)))
        tables.append((lines, leaves(lines, header, text)))
    rows: dict[tuple[str, str, Decimal], list[ProjectBudget]] = {}
    leftovers: list[Leftover] = []
    for lines, found in tables:
        leftovers += unsummed(lines, found, text)
        own: dict[tuple[str, str, Decimal], list[ProjectBudget]] = {}
        for row in found:
            own.setdefault((fold(row.name), fold(row.unit or ""), row.total_wan), []).append(row)
        for key, equal in own.items():
            if len(equal) > len(rows.get(key, ())):
                rows[key] = equal
    return [row for equal in rows.values() for row in equal], leftovers


def unsummed(lines: Sequence[Line], rows: Sequence[ProjectBudget], text: str) -> list[Leftover]:
    """The printed total of a table whose rows do not add up to it: a row may not have been read."""
    totals = [line for line in lines if (name := name_of(line)) and label_key(name.bare) in labels()["total_row"]]
    if not totals or not rows:
        return []
    printed = max(totals, key=lambda line: line.total)
    added = sum((row.total_wan for row in rows), Decimal(0))
    if abs(added - printed.total) <= NEAR * max(1, len(rows)):
        return []
    reason = f"项目之和 {added:f} 万元与合计 {printed.total:f} 万元不符，可能有行没有读懂"
    return [Leftover(reason=reason, span=span) for span in printed.cells["total"].spans(text)[:1]]


def name_of(line: Line) -> Passage | None:
    """What a row names."""
    return line.cells.get("name") or line.cells.get("project")


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
        if key and key in known.starts and index not in taken and starts_line(fragment):
            header = header_at(fragments, index)
        if header and not header.cells:
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
    keys, cells = header_labels(fragments, index, end)
    if not {"name", "total"} <= set(keys):
        return None
    return Header(
        tuple(keys), cells, source_cells(part) if cells else {}, () if cells else source_order(part), index, end
    )


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


def header_labels(fragments: Sequence[Fragment], index: int, end: int) -> tuple[list[str], dict[str, int]]:
    """The meanings of a header's labels in printed order, each once, and (where there are cells) their cells."""
    known = vocabulary("budget_columns")
    keys: list[str] = []
    cells: dict[str, int] = {}
    position = index
    while position < end:
        match = known.match(fragments, position)
        if match is None or match.last > end:
            position += 1
            continue
        cell = fragments[position].cell
        if match.key not in keys:
            keys.append(match.key)
            if cell is not None:
                cells[match.key] = cell
        position = match.last
    return keys, cells


def source_cells(part: Sequence[Fragment]) -> dict[int, str]:
    """Which funding source each cell of the lowest labels stands for."""
    printed: dict[int, dict[int, str]] = {}
    for fragment in part:
        if fragment.cell is not None:
            line = printed.setdefault(fragment.cell, {})
            line[fragment.line] = line.get(fragment.line, "") + fragment.text
    funds = vocabulary("funds")
    found = {cell: [funds.of(text) for _, text in sorted(lines.items())] for cell, lines in printed.items()}
    return {
        cell: keys[-1] for cell, names in found.items() if (keys := [key for key in names if key and key != "合计"])
    }


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
    """Where a table ends: at a section, another table's title or unit of money, or where the cells stop."""
    index = header.last
    while index < len(fragments) and index not in taken:
        if starts_line(fragments[index]) and index > header.last:
            line = fold("".join(f.text for f in fragments[index : line_end(fragments, index)]))
            stops = SECTION.match(line) or line.startswith("注:") or (unit_in(line) and len(line) < TALLEST)
            if stops or (header.cells and fragments[index].cell is None):
                return index
        index += 1
    return index


def is_projects(sheet: Sheet) -> bool:
    """Whether a table with cells lists projects and what each costs."""
    columns = columns_by_key(sheet)
    printed = label_key("".join(sheet.labels))
    if any(label_key(word) in printed for word in labels()["not_project_budgets"]):
        return False
    return kind_of(sheet) == "projects" and {"name", "total"} <= set(columns)


def columns_by_key(sheet: Sheet) -> dict[str, int]:
    """Which column of a table of projects holds what: the first column whose lowest label says so."""
    known = vocabulary("budget_columns")
    lowest = [fold(path[-1].bare) if path else "" for path in sheet.paths]
    mixed = [number for number, label in enumerate(lowest) if pattern("budget_mixed").search(label)]
    found = {"name": mixed[0]} if mixed else {}
    for deep in (False, True):  # a label of its own before one of a group
        for number, label in enumerate(lowest):
            key = known.of(label)
            if key and (len(sheet.paths[number]) > 1) is deep and number not in found.values():
                found.setdefault(key, number)
    for key, name in (("total", "budget_total"), ("name", "budget_name")):
        free = [number for number in range(len(lowest)) if number not in found.values()]
        likely = next((number for number in free if pattern(name).search(lowest[number])), None)
        if key not in found and likely is not None:
            found[key] = likely
    return found


def celled_table(sheet: Sheet, text: str) -> tuple[list[Line], list[ProjectBudget]]:
    """The rows of a table with cells, and the projects among them."""
    columns = columns_by_key(sheet)
    unit = sheet.unit or "万元"
    lines = [line for row in sheet.rows if (line := celled_line(row, columns, source_columns(sheet), unit))]
    return lines, celled_leaves(lines, text)


def source_columns(sheet: Sheet) -> dict[int, str]:
    """Which column stands for which funding source; what was carried over is told apart."""
    found: dict[int, str] = {}
    for number, path in enumerate(sheet.paths):
        key = vocabulary("funds").of(path[-1].bare) if path else None
        if key is None or key == "合计":
            continue
        carried = any("结转" in label.bare for label in path[:-1])
        name = f"上年结转/{key}" if carried else key
        if name not in found.values():
            found[number] = name
    return found


def celled_line(row: Row, columns: Mapping[str, int], sources: Mapping[int, str], unit: str) -> Line | None:
    """A row as a line of a table of projects, if it prints a total."""
    cells = {key: row[number] for key, number in columns.items() if number in row}
    total = amount_in_wan(cells["total"].bare, unit) if "total" in cells else None
    if total is None:
        return None
    if "name" not in cells:  # a total's name may stand in any column
        named = [part for part in cells.values() if is_sum(part.bare)]
        cells |= {"name": named[0]} if named else {}
    found = {
        key: (row[number], amount)
        for number, key in sources.items()
        if number in row and (amount := amount_in_wan(row[number].bare, unit))
    }
    return Line(cells, total, found)


def is_sum(printed: str) -> bool:
    """Whether a row is named as a sum."""
    return label_key(printed).endswith(tuple(labels()["total_row"]))


def celled_leaves(lines: Sequence[Line], text: str) -> list[ProjectBudget]:
    """The projects among the rows of a table with cells.

    Rows that the table's sums explain are told by these; others are units and categories by what they are called.
    """
    rows = [line for line in lines if not ((name := name_of(line)) and is_sum(name.bare))]
    printed = [line.total for line in lines if (name := name_of(line)) and is_sum(name.bare)]
    parents = owners([line.total for line in rows], max(printed) if printed else None)
    if parents is None or all(parent is None for parent in parents):
        parents = owners_by_name(rows)
    above = {parent for parent in parents if parent is not None}
    found = []
    for number, line in enumerate(rows):
        name = line.cells.get("name")
        if number not in above and name is not None and not is_head(line):
            found.append(budget_of(line, name, context_of(rows, parents, number), text))
    return found


def owners_by_name(rows: Sequence[Line]) -> list[int | None]:
    """For each row the unit's or category's row above it, as far as rows are named like units and categories."""
    found: list[int | None] = []
    unit: int | None = None
    category: int | None = None
    for number, line in enumerate(rows):
        head = is_head(line)
        if head == "unit":
            unit, category = number, None
            found.append(None)
        elif head == "category":
            category = number
            found.append(unit)
        else:
            found.append(category if category is not None else unit)
    return found


def is_head(line: Line) -> str | None:
    """Whether a row is named like a unit or a category of projects, not like a project."""
    cells = line.cells
    name = cells.get("name")
    if name is None:
        return "category" if "category" in cells else "unit" if "unit" in cells else None
    if pattern("category_pattern").match(fold(name.bare)):
        return "category"
    return "unit" if organisation_suffix().match(fold(name.bare)) and not {"unit", "category"} & cells.keys() else None


def context_of(rows: Sequence[Line], parents: Sequence[int | None], number: int) -> dict[str, Passage]:
    """The unit, the category and the level-1 project of a project, from the rows that sum it up."""
    context: dict[str, Passage] = {}
    between: list[Passage] = []
    at = parents[number]
    while at is not None:
        line = rows[at]
        part = line.cells.get("name") or line.cells.get("unit") or line.cells.get("category")
        head = is_head(line)
        if part is not None and head:
            context.setdefault(head, part)
        elif part is not None:
            between.append(part)
        at = parents[at]
    if between:
        context.setdefault("parent", between[0])
    if len(between) > 1:
        context.setdefault("category", between[-1])
    return context


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
    """What a row is: a ``leaf``, a ``total``, or the head of a ``category``.

    Of a level-1 project (``parent``) or of a ``unit``.
    """
    cells = line.cells
    name = name_of(line)
    printed = fold(name.bare) if name else ""
    if "category" in cells and name is None:
        return "category"
    if name is None or label_key(printed).endswith(tuple(labels()["total_row"])):
        return "unit" if name is None and "unit" in cells else "total"
    if organisation_suffix().match(printed) and "unit" not in cells and "code" not in cells:
        return "unit"
    if "code" in header.keys and "function" in header.keys and not header.cells and "code" not in cells:
        return "total"
    return "parent" if "unit" in header.keys and "unit" not in cells and not header.cells else "leaf"


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


def budget_of(line: Line, name: Passage, context: Mapping[str, Passage], text: str) -> ProjectBudget:
    """The record of a leaf row."""
    parts = {"name": name, "unit": line.cells.get("unit") or context.get("unit"), "parent": context.get("parent"),
             "category": line.cells.get("category") or context.get("category")}  # fmt: skip
    total = line.cells["total"]
    places = {key: part.spans(text) for key, part in parts.items() if part} | {"total_wan": total.spans(text)}
    places |= {f"sources.{key}": part.spans(text) for key, (part, _) in line.sources.items()}
    return ProjectBudget(
        name=name.text,
        parent=parts["parent"].text if parts["parent"] else None,
        category=parts["category"].text if parts["category"] else None,
        unit=parts["unit"].text if parts["unit"] else None,
        total_wan=line.total,
        sources={key: amount for key, (_, amount) in line.sources.items()},
        places=places,
    )
