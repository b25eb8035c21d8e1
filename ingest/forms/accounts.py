"""The budget tables of a disclosure as typed records: what each is about, its rows with codes, names and money.

What a table is about is told by its title, else by its labels; one of money that neither tells is kept as ``other``.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING

from ingest.forms.labels import label_key
from ingest.forms.money import amount_in_wan, unit_in
from ingest.forms.sheets import is_title, is_total, said, sheets_of, titled, words
from ingest.forms.sums import owners
from ingest.layout.folding import fold
from ingest.records import BudgetRow, BudgetTable

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from ingest.forms.sheets import Row, Sheet
    from ingest.layout.passage import Passage
    from ingest.readers.source import Source
    from ingest.records import MoneyUnit, Span, TableKind

CODED = re.compile(r"(?P<code>\d{3,12})[-_—]?(?P<name>[\u4e00-\u9fff].*)")
"""A code and a name in one cell."""
NEAR = Decimal("0.02")
"""Rounding makes a sum differ from its parts by less than this for each part."""


@dataclass(frozen=True)
class Column:
    """One column of a table: its number, its label's path, and what it holds."""

    number: int
    label: str
    """The labels over it, divided by slashes; made different from the others of the table."""
    role: str
    """``ordinal``, ``code``, ``name``, ``text``, ``money`` or ``empty``."""
    part: int = 0
    """Of a code that is divided over several columns: which part, from 1."""
    unit: str | None = None
    """The unit of money that its own label names."""


@dataclass(frozen=True)
class Side:
    """The columns that make up one record of a printed row: where income stands beside expenditure there are two."""

    codes: tuple[Column, ...]
    name: Column | None
    texts: tuple[Column, ...]
    money: tuple[Column, ...]


def read_accounts(source: Source, covered: Sequence[tuple[int, int]] = ()) -> list[BudgetTable]:
    """The budget tables of a source in printed order.

    Args:
        source: the source; tables are read where their cells are known (grids, or lines divided by tabs).
        covered: stretches of the text (from, to) that forms of targets take up.
    """
    return tables_of(account_sheets(source, covered), source.text)


def account_sheets(source: Source, covered: Sequence[tuple[int, int]] = ()) -> list[Sheet]:
    """The tables of a source that hold money, as sheets; see :func:`read_accounts`.

    One that names no unit of money has the unit that most of the others name.
    """
    found = [sheet for sheet in sheets_of(source) if is_account(sheet)]
    kept = [sheet for sheet in found if kind_of(sheet) != "other" or not is_inside(sheet, covered)]
    usual = Counter(sheet.unit for sheet in kept if sheet.unit).most_common(1)
    return [replace(sheet, money=sheet.unit or (usual[0][0] if usual else None) or sheet.money) for sheet in kept]


def tables_of(sheets: Sequence[Sheet], text: str) -> list[BudgetTable]:
    """The records of some sheets."""
    return [table_of(sheet, text) for sheet in sheets]


def is_inside(sheet: Sheet, covered: Sequence[tuple[int, int]]) -> bool:
    """Whether a table stands in one of some stretches of the text."""
    return any(start <= begin < end for begin, _ in sheet.spread for start, end in covered)


def is_account(sheet: Sheet) -> bool:
    """Whether a table holds money: its title says what it is about, or it prints a unit of money and amounts."""
    title = titled(sheet.title) if sheet.title else ""
    if said("not_accounts").search(title) or said("not_account_labels").search(" ".join(sheet.labels)):
        return False
    amounts = any(is_amount(cell.bare) for row in sheet.rows for cell in row.values())
    if sheet.unit is None and not amounts:
        return False
    if kind_of(sheet) != "other":
        return True
    return amounts and (
        sheet.unit is not None or any(is_total(cell.bare) for row in sheet.rows for cell in row.values())
    )


def is_amount(text: str) -> bool:
    """Whether a cell prints an amount with decimals."""
    return "." in text and amount_in_wan(text) is not None


def kind_of(sheet: Sheet) -> TableKind:
    """What a table is about: by its title, else by the lines over it, else by its labels."""
    lines = [titled(sheet.title)] if sheet.title else [fold(line.bare) for line in reversed(sheet.captions)]
    for line in lines:
        for kind, patterns in words()["kinds"].items():
            if any(re.search(pattern, line) for pattern in patterns) and (sheet.title or is_title(line)):
                return kind  # type: ignore[no-any-return]
    printed = {label_key(part) for label in sheet.labels for part in label.split("/")}
    printed |= {label_key(cell.bare) for row in sheet.rows for cell in row.values()}
    for kind, groups in words()["labels"].items():
        if any(set(group) <= printed for group in groups):
            return kind  # type: ignore[no-any-return]
    return "other"


def table_of(sheet: Sheet, text: str) -> BudgetTable:
    """The record of a table."""
    columns = columns_of(sheet)
    reader = Reader(sides_of(columns), sheet.money, text)
    places: dict[str, tuple[Span, ...]] = {}
    if sheet.title:
        places["title"] = sheet.title.spans(text)
    if sheet.unit_at:
        found = re.search("(亿|万|千)?元", sheet.unit_at.bare[(sheet.unit_at.bare.rfind("单位")) :])
        start = sheet.unit_at.bare.rfind("单位") + (found.start() if found else 0)
        places["unit"] = sheet.unit_at.part(start, start + len(found[0]) if found else None).spans(text)
    unit: MoneyUnit | None = sheet.unit  # type: ignore[assignment]
    return BudgetTable(
        kind=kind_of(sheet),
        title=sheet.title.text if sheet.title else None,
        unit=unit,
        columns=tuple(column.label for column in columns),
        rows=tuple(reader.rows(sheet.rows)),
        line=sheet.line,
        page=sheet.page,
        places=places,
    )


# ---- columns


@lru_cache(maxsize=8)
def keys(name: str) -> frozenset[str]:
    """The labels of one sort of column."""
    return frozenset(label_key(label) for label in words()[name])


def columns_of(sheet: Sheet) -> list[Column]:
    """What each column of a table holds."""
    width = max([len(sheet.paths), *(max(row, default=0) + 1 for row in sheet.rows)], default=0)
    labels = [sheet.labels[number] if number < len(sheet.labels) else "" for number in range(width)]
    seen: Counter[str] = Counter()
    columns: list[Column] = []
    for number, label in enumerate(labels):
        cells = [fold(row[number].bare) for row in sheet.rows if number in row]
        name = label or f"第{number + 1}列"
        seen[name] += 1
        unique = name if seen[name] == 1 else f"{name}~{seen[name]}"
        role, part = role_of(label, cells)
        columns.append(Column(number, unique, role, part, unit_in(label.rsplit("/", 1)[-1])))
    return columns


def role_of(label: str, cells: Sequence[str]) -> tuple[str, int]:
    """What a column holds, by its label and its cells, and which part of a divided code it is."""
    lowest = label_key(re.sub(r"(?<=\D)\d{1,2}$", "", label.rsplit("/", 1)[-1]))
    if lowest in keys("part") and all(re.fullmatch(r"\d{1,4}", cell) or not cell.isdigit() for cell in cells):
        return "code", 1 + [label_key(part) for part in words()["part"]].index(lowest)
    known = next((role for role in ("ordinal", "code", "name") if lowest in keys(role)), None)
    if known or lowest.endswith(("编码", "代码")):
        return known or "code", 0
    money = [cell for cell in cells if amount_in_wan(cell) is not None]
    if cells and len(money) * 2 >= len(cells) and not said("not_money").search(lowest):
        return "money", 0
    if not cells:
        return ("money" if lowest in keys("money") else "empty"), 0
    return ("name" if label_key(label.split("/", 1)[0]) in keys("name") else "text"), 0


def sides_of(columns: Sequence[Column]) -> list[Side]:
    """The columns divided into sides: a new one begins with a name, or the code before it, behind columns of money."""
    sides: list[list[Column]] = [[]]
    for index, column in enumerate(columns):
        rest = columns[index:]
        begins = column.role == "name" or (column.role == "code" and any(c.role == "name" for c in rest[1:4]))
        if begins and any(c.role == "money" for c in sides[-1]) and any(c.role == "money" for c in rest):
            sides.append([])
        sides[-1].append(column)
    return [side_of(part) for part in sides]


def side_of(columns: Sequence[Column]) -> Side:
    """One side's columns by what they hold: its first name names its rows, a project's before its owner's."""
    names = [c for c in columns if c.role == "name"] or [c for c in columns if c.role == "text"]
    own = [c for c in names if label_key(c.label.rsplit("/", 1)[-1]) not in keys("owners")]
    name = next(iter(own or names), None)
    codes = run_of([c for c in columns if c.role == "code"])
    rest = [c for c in columns if c.role in ("code", "name", "text") and c is not name and c not in codes]
    return Side(tuple(codes), name, tuple(rest), tuple(c for c in columns if c.role == "money"))


def run_of(codes: Sequence[Column]) -> list[Column]:
    """The first code of a side: one column, or the columns side by side over which it is divided."""
    found: list[Column] = []
    for column in codes:
        if found and not (column.number == found[-1].number + 1 and column.part > found[-1].part > 0):
            break
        found.append(column)
    return found


# ---- rows


@dataclass
class Reader:
    """Reads the rows of one table."""

    sides: Sequence[Side]
    unit: str
    text: str

    def rows(self, rows: Sequence[Row]) -> Iterator[BudgetRow]:
        """The records of printed rows; what a divided code leaves out stands in the rows above."""
        above: dict[int, Passage] = {}
        for row in rows:
            found: list[BudgetRow] = []
            for side in self.sides:
                record = self.row(row, side, above)
                if record is not None and found and goes_on(found[-1], record):
                    last = found.pop()
                    record = replace(last, amounts=record.amounts, places={**last.places, **record.places})
                found += [record] if record is not None else []
            yield from found

    def row(self, row: Row, side: Side, above: dict[int, Passage]) -> BudgetRow | None:
        """The record of one side of a row, or ``None`` where it is empty."""
        code, name = self.named(row, side, above)
        texts = {c.label: row[c.number] for c in side.texts if c.number in row and row[c.number] is not name}
        amounts: dict[str, Decimal] = {}
        money: dict[str, Passage] = {}
        for column in side.money:
            cell = row.get(column.number)
            amount = amount_in_wan(cell.bare, column.unit or self.unit) if cell else None
            if cell and amount is not None:
                amounts[column.label], money[column.label] = amount, cell
            elif cell and re.search(r"\w", cell.bare):
                texts[column.label] = cell
        if name is None and len(texts) == 1 and is_total(next(iter(texts.values())).bare):
            _, name = texts.popitem()
        if not (name or code or texts or amounts):
            return None
        parts: dict[str, tuple[Passage, ...]] = {"code": code, "name": (name,) if name else ()}
        parts |= {f"texts.{label}": (cell,) for label, cell in texts.items()}
        parts |= {f"amounts.{label}": (cell,) for label, cell in money.items()}
        places = {key: tuple(span for each in part for span in each.spans(self.text)) for key, part in parts.items()}
        return BudgetRow(
            code="".join(part.text for part in code) or None,
            name=name.text if name else None,
            texts={label: cell.text for label, cell in texts.items()},
            amounts=amounts,
            is_total=name is not None and is_total(name.bare),
            places={key: spans for key, spans in places.items() if spans},
        )

    def named(self, row: Row, side: Side, above: dict[int, Passage]) -> tuple[tuple[Passage, ...], Passage | None]:
        """A row's code and name; where one cell prints both, they are divided."""
        name = row.get(side.name.number) if side.name else None
        code = self.code(row, side.codes, above)
        if code and not re.search(r"[\dA-Za-z]", code[0].bare):  # words in the place of a code: the name of a total
            return (), name or code[0]
        coded = CODED.fullmatch(name.bare) if name and not code else None
        if name and coded:
            return (name.part(0, coded.end("code")),), name.part(coded.start("name"))
        return code, name

    @staticmethod
    def code(row: Row, columns: Sequence[Column], above: dict[int, Passage]) -> tuple[Passage, ...]:
        """The parts of a row's code: its own, and before the first of them those of the rows above."""
        own = [column for column in columns if column.number in row]
        if not own:
            return ()
        for column in columns:
            if column.number > own[0].number:
                above.pop(column.number, None)
        for column in own:
            above[column.number] = row[column.number]
        return tuple(above[c.number] for c in columns if c.number <= own[-1].number and c.number in above)


def goes_on(last: BudgetRow, record: BudgetRow) -> bool:
    """Whether one side of a row holds the money of the total that the side before it names."""
    return last.is_total and not last.amounts and not (record.code or record.name or record.texts)


# ---- sums


def sums(table: BudgetTable) -> Mapping[str, tuple[Decimal, Decimal]]:
    """For each column of money its printed total and the sum of the rows that no other row sums up.

    A row is summed up by another whose code its own begins with; where that does not give the total, by what the first
    column's money tells. Columns of tables that print no total, or several, are left out.
    """
    totals = [row for row in table.rows if row.is_total]
    if len(totals) != 1 or not totals[0].amounts:
        return {}
    rows = [row for row in table.rows if not row.is_total]
    codes = {row.code for row in rows if row.code}
    coded = [row for row in rows if not is_summed(row, codes)]
    first = next(iter(totals[0].amounts))
    told = abs(added(coded, first) - totals[0].amounts[first]) <= NEAR * max(1, len(rows))
    leaves = coded if told else leaves_of(rows, totals[0])
    return {label: (printed, added(leaves, label)) for label, printed in totals[0].amounts.items()}


def added(rows: Sequence[BudgetRow], label: str) -> Decimal:
    """What some rows print in one column, added up."""
    return sum((row.amounts.get(label, Decimal(0)) for row in rows), Decimal(0))


def leaves_of(rows: Sequence[BudgetRow], total: BudgetRow) -> list[BudgetRow]:
    """The rows that sum up no others, as the money of the first column tells; all where it does not."""
    label = next(iter(total.amounts))
    above = owners([row.amounts.get(label, Decimal(0)) for row in rows], total.amounts[label]) or []
    return [row for number, row in enumerate(rows) if number not in above]


def is_summed(row: BudgetRow, codes: set[str]) -> bool:
    """Whether other rows divide a row's money, as their longer codes say."""
    return bool(row.code) and any(code != row.code and code.startswith(row.code or "") for code in codes)


def balanced(table: BudgetTable) -> bool:
    """Whether every printed total is the sum of its rows beyond rounding."""
    bound = NEAR * max(1, len(table.rows))
    return all(abs(printed - found) <= bound for printed, found in sums(table).values())
