"""A document's three totals: expenditure, and of it basic and project expenditure.

They are printed several times, in tables and in running text, some of them for a part of the budget only. The table of
expenditure is asked first, then tables that each print one of them, then running text; those are taken that agree:
expenditure in total is basic plus project expenditure, and what other columns of the same row add.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from itertools import chain, islice, product
from typing import TYPE_CHECKING

from ingest.forms.accounts import keys
from ingest.forms.labels import label_key
from ingest.forms.money import amount_in_wan, unit_in
from ingest.forms.sheets import words
from ingest.layout.passage import passage
from ontology import lexicon

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from ingest.layout.passage import Passage
    from ingest.records import BudgetRow, BudgetTable, Span, TableKind

NEAR = Decimal("0.02")
ABOVE = 400
"""How many characters above a row may announce its unit of money."""
MOST = 30
"""How many statements of one total are looked at; documents print fewer."""
FACTS = {"total": "total_expenditure_wan", "basic": "basic_wan", "project": "project_wan"}
"""What the parts of the budget are called in the record."""


@dataclass(frozen=True, slots=True)
class Figure:
    """An amount in 万元 and where it is printed."""

    amount: Decimal
    spans: tuple[Span, ...]


Figures = dict[str, Figure]
"""Figures by what they are: ``total``, ``basic``, ``project``."""


def totals(lines: Sequence[Passage], text: str, tables: Sequence[BudgetTable] = ()) -> dict[str, Figure]:
    """The three totals by the names of the record's fields, as far as they are printed and agree."""
    found = by_tables(tables)
    if len(found) < len(FACTS):
        told = by_text(lines, text, found.get("total"))
        found = told if len(told) > len(found) or not found else found
    return {name: found[key] for key, name in FACTS.items() if key in found}


# ---- tables


def by_tables(tables: Sequence[BudgetTable]) -> Figures:
    """What the budget tables say: one row with all three, else one of each from tables that agree."""
    total = greatest([*sums(tables, "expenditure"), *sums(tables, "income-expenditure")])
    rows = [
        figures for kind in ("expenditure", "general-budget") for figures in rows_of(tables, kind) if agree(figures)
    ]
    whole = [figures for figures in rows if total is None or abs(figures["total"].amount - total.amount) <= NEAR]
    for figures in (whole or [f for f in rows_of(tables, "expenditure") if agree(f)])[:1]:
        return figures
    if total is None:
        return {}
    for basic, project in product(sums(tables, "basic"), sums(tables, "projects")):
        if abs(basic.amount + project.amount - total.amount) <= NEAR:
            return {"total": total, "basic": basic, "project": project}
    return {"total": total}


def greatest(figures: Sequence[Figure]) -> Figure | None:
    """The greatest of some figures: a department's total among those of its units."""
    return max(figures, key=lambda figure: figure.amount, default=None)


def rows_of(tables: Sequence[BudgetTable], kind: TableKind) -> list[Figures]:
    """What the totals' rows of some tables print under total, basic and project expenditure, the greatest first."""
    found = [row_figures(row) for table in tables if table.kind == kind for row in table.rows if row.is_total]
    return sorted((each for each in found if "total" in each), key=lambda each: -each["total"].amount)


def row_figures(row: BudgetRow) -> Figures:
    """The figures of one row by what the labels of their columns say."""
    found: Figures = {}
    for label, amount in row.amounts.items():
        part = part_of(label)
        if part:
            found.setdefault(part, Figure(amount, row.places[f"amounts.{label}"]))
        elif "/" not in label:  # what is neither basic nor project expenditure: of a business, to others
            found.setdefault(f"other {label}", Figure(amount, row.places[f"amounts.{label}"]))
    return found


def part_of(label: str) -> str | None:
    """Which of the totals the column with some labels holds, or ``None``."""
    path = [label_key(part) for part in label.split("/")]
    kinds: Mapping[str, Sequence[str]] = words()["totals"]
    names = {key: {label_key(word) for word in kinds[f"{key}_columns"]} for key in FACTS}
    for key in ("basic", "project"):
        if path[-1] in names[key] or (path[-1] in names["total"] and names[key] & set(path)):
            return key
    return "total" if path[-1] in names["total"] and not (names["basic"] | names["project"]) & set(path) else None


def agree(figures: Figures) -> bool:
    """Whether total, basic and project expenditure are there and add up, with or without what else the row prints."""
    if not FACTS.keys() <= figures.keys():
        return False
    rest = figures["total"].amount - figures["basic"].amount - figures["project"].amount
    others = sum((figure.amount for key, figure in figures.items() if key not in FACTS), Decimal(0))
    return abs(rest) <= NEAR or abs(rest - others) <= NEAR


def sums(tables: Sequence[BudgetTable], kind: TableKind) -> list[Figure]:
    """The totals of some tables; of one that prints income, too, that of expenditure."""
    found = []
    for table in tables:
        if table.kind == kind:
            named = [row for row in table.rows if row.is_total and is_expenditure(row, kind)]
            figures = [figure for row in named if (figure := row_sum(row))]
            best = greatest(figures)
            found += [best] if best else []
    return found


def is_expenditure(row: BudgetRow, kind: TableKind) -> bool:
    """Whether a total is one of expenditure, where a table prints both sides."""
    return kind != "income-expenditure" or label_key(row.name or "") in keys("total_rows")


def row_sum(row: BudgetRow) -> Figure | None:
    """The figure of a total's row: under a label that says total, else the first."""
    labels = [label for label in row.amounts if part_of(label) == "total"] or list(row.amounts)
    return Figure(row.amounts[labels[0]], row.places[f"amounts.{labels[0]}"]) if labels else None


# ---- running text and tables without cells


def by_text(lines: Sequence[Passage], text: str, total: Figure | None) -> Figures:
    """What running text and rows without cells say."""
    whole = passage([fragment for line in lines for fragment in line.fragments])
    said = statements(whole, text)
    rows = [row for line in lines for row in row_totals(line, text)]
    figures = [*said["total"], *(figure for figure, _, _ in rows), *([total] if total else [])]
    most = max((figure.amount for figure in figures), default=Decimal(0))
    for found, basic, project in chain(rows, product(said["total"], said["basic"], said["project"])):
        if abs(found.amount - basic.amount - project.amount) <= NEAR and found.amount >= most - NEAR:
            return {"total": found, "basic": basic, "project": project}
    return {"total": said["total"][0]} if said["total"] else {}


def row_totals(line: Passage, text: str) -> Iterator[tuple[Figure, Figure, Figure]]:
    """A row 合计 | total | basic | project, in which the first is the sum of the two others.

    Rows whose cells are known are left to the tables.
    """
    if not line.fragments or line.fragments[0].cell is not None:
        return
    if label_key(re.sub(r"^\d+", "", line.bare)[:2]) not in ("合计", "总计"):
        return
    unit = unit_in(text[max(0, line.fragments[0].start - ABOVE) : line.fragments[0].start]) or "万元"
    parts = [passage([fragment]) for fragment in line.fragments if "." in fragment.text]
    numbers = [
        Figure(amount, part.spans(text)) for part in parts if (amount := amount_in_wan(part.bare, unit)) is not None
    ]
    if len(numbers) >= len(FACTS) and abs(numbers[0].amount - numbers[1].amount - numbers[2].amount) <= NEAR:
        yield numbers[0], numbers[1], numbers[2]


def statements(whole: Passage, text: str) -> dict[str, list[Figure]]:
    """What running text says of the totals."""
    bare = whole.bare
    found: dict[str, list[Figure]] = {}
    for key, patterns in (("total", "total_expenditure"), ("basic", "basic"), ("project", "project")):
        found[key] = []
        for pattern in lexicon("organisations")["statements"][patterns]:
            for match in islice(re.finditer(pattern, bare), MOST):
                amount = amount_in_wan(match["amount"] + match["unit"])
                if amount is not None:
                    part = whole.part(match.start("amount"), match.end("amount"))
                    found[key].append(Figure(amount, part.spans(text)))
    return found
