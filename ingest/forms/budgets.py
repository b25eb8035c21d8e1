"""Tables of projects and their money (项目支出表) → budget rows.

Such a table also prints totals: of the document, of a unit, of a category, of a level-1 project. Only its leaf rows are
projects. Where the cells are known, the sums tell which rows are totals, and names where the sums do not.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

from ingest.forms.accounts import kind_of
from ingest.forms.fit import organisation_suffix
from ingest.forms.labels import label_key, labels, pattern, vocabulary
from ingest.forms.loose import loose_tables
from ingest.forms.money import amount_in_wan, unit_in
from ingest.forms.projects import Line, budget_of, is_sum, name_of
from ingest.forms.sums import owners
from ingest.layout.folding import fold
from ingest.records import Leftover

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ingest.forms.sheets import Row, Sheet
    from ingest.layout.fragments import Fragment
    from ingest.layout.passage import Passage
    from ingest.records import ProjectBudget

NEAR = Decimal("0.02")
"""Sums of rounded figures may differ by this much."""


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
    tables += loose_tables(fragments, text, taken)
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
    unit = unit_in(sheet.labels[columns["total"]]) or sheet.money
    lines = [line for row in sheet.rows if (line := celled_line(row, columns, source_columns(sheet), unit))]
    return lines, celled_leaves(carried_down(lines), text)


def carried_down(lines: Sequence[Line]) -> list[Line]:
    """The rows with the category and the unit that the rows above print once for all below them."""
    found: list[Line] = []
    above: dict[str, Passage] = {}
    for line in lines:
        name = line.cells.get("name")
        if name is None or is_sum(name.bare) or is_head(line):
            above = {}
        own = {key: part for key in ("category", "unit") if (part := line.cells.get(key) or above.get(key))}
        if "category" in line.cells and "unit" not in line.cells:
            own.pop("unit", None)
        above = own if name is not None else {}
        found.append(replace(line, cells={**line.cells, **own}) if name is not None else line)
    return found


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
    """A row as a line of a table of projects; one without money only heads the rows below it."""
    cells = {key: row[number] for key, number in columns.items() if number in row}
    total = amount_in_wan(cells["total"].bare, unit) if "total" in cells else None
    if total is None:
        cells.pop("total", None)
        if not cells.keys() & {"name", "unit", "category"}:
            return None
    if "name" not in cells:  # a total's name may stand in any column
        named = [part for _, part in sorted(row.items()) if is_sum(part.bare)]
        cells |= {"name": named[0]} if named else {}
    found = {
        key: (row[number], amount)
        for number, key in sources.items()
        if number in row and (amount := amount_in_wan(row[number].bare, unit))
    }
    return Line(cells, total or Decimal(0), found)


def celled_leaves(lines: Sequence[Line], text: str) -> list[ProjectBudget]:
    """The projects among the rows of a table with cells.

    Where the table's sums explain its rows, they tell which are projects; else rows named like units and categories
    are none. A row without money heads the rows below it.
    """
    rows = [line for line in lines if not ((name := name_of(line)) and is_sum(name.bare))]
    printed = [line.total for line in lines if (name := name_of(line)) and is_sum(name.bare)]
    heads = owners_by_name(rows)
    told = owners([line.total for line in rows], max(printed) if printed else None)
    parents = heads if told is None else [heads[n] if parent is None else parent for n, parent in enumerate(told)]
    if told is not None:  # a row with money of its own heads others only where the sums say so
        parents = [
            p if p is None or told[n] == p or "total" not in rows[p].cells else None for n, p in enumerate(parents)
        ]
    parts = parts_of(rows, parents)
    above = {parent for number, parent in enumerate(parents) if parent is not None and number not in parts}
    found = []
    for number, line in enumerate(rows):
        name = line.cells.get("name")
        head = number in above or number in parts or (told is None and is_head(line) is not None)
        if name is not None and "total" in line.cells and not head:
            own = [rows[part] for part, whole in parts.items() if whole == number]
            told_below = {key: own[0].cells[key] for key in ("category", "unit") if own and key in own[0].cells}
            cells = {**line.cells, **told_below}
            found.append(
                budget_of(Line(cells, line.total, line.sources), name, context_of(rows, parents, number), text)
            )
    return found


def parts_of(rows: Sequence[Line], parents: Sequence[int | None]) -> dict[int, int]:
    """The rows that only divide a project's money (by economic class, say): all rows below one have its name."""
    named = [fold(name.bare) if (name := line.cells.get("name")) else None for line in rows]
    below: dict[int, list[int]] = {}
    for number, parent in enumerate(parents):
        if parent is not None:
            below.setdefault(parent, []).append(number)
    return {
        number: parent
        for parent, numbers in below.items()
        if named[parent] and all(named[number] == named[parent] and number not in below for number in numbers)
        for number in numbers
    }


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
