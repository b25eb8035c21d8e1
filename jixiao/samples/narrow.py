"""One cell a paragraph, two to four characters a line; a single table of all projects; cells cut by page breaks."""

from __future__ import annotations

from decimal import Decimal
from itertools import groupby
from typing import TYPE_CHECKING

from .cells import Block, Lines, Row, paginate, paragraphs, wrap
from .content import words
from .printing import money

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ingest.records import Indicator, ProjectBudget, Target

PAGE = 90
"""Lines on a page."""


def budget_table(budgets: Iterable[ProjectBudget]) -> str:
    """The project table, its categories and programmes above their projects."""
    return _print(_budget_blocks(budgets), first=11)


def form_table(forms: Iterable[Target]) -> str:
    """The single table of all projects and their indicators, ordered by unit."""
    return _print(_form_blocks(forms), first=21)


def _print(blocks: Iterable[Block], first: int) -> str:
    """The pages of a table; every other one prints its number, the others only start with a blank."""
    text = ""
    for number, page in enumerate(paginate(blocks, PAGE), first):
        body = "\n\n".join("\n".join(cell) for block in page for cell in paragraphs(block))
        text += f"{body}\n\n\n\n- {number} -\n\n" if number % 2 else f"{body}\n "
    return text.rstrip()


def _budget_blocks(budgets: Iterable[ProjectBudget]) -> Iterable[Block]:
    """The rows of the project table under the rows of their category and programme, which print their sums."""
    for category, in_category in groupby(budgets, key=lambda budget: budget.category):
        rows = list(in_category)
        yield _sum_block(category or "", rows)
        for programme, in_programme in groupby(rows, key=lambda budget: budget.parent):
            members = list(in_programme)
            yield _sum_block(programme or "", members)
            yield from map(_budget_block, members)


def _sum_block(name: str, budgets: list[ProjectBudget]) -> Block:
    return Block(Row((_glue(wrap(name, 6), _sums(budgets)),)), ())


def _budget_block(budget: ProjectBudget) -> Block:
    return Block(Row((wrap(budget.name, 6), _glue(wrap(budget.unit or "", 10), _sums([budget])))), ())


def _sums(budgets: list[ProjectBudget]) -> str:
    """The total, this year's money and what is left of last year's, empty cells being lost."""
    total = sum((budget.total_wan for budget in budgets), Decimal(0))
    carried = sum((list(budget.sources.values())[1] for budget in budgets if len(budget.sources) > 1), Decimal(0))
    return " ".join(filter(None, map(money, (total, total - carried, carried))))


def _glue(cell: Lines, figures: str) -> Lines:
    """Figures that stand level with a cell's last line, as converters print cells that are centred."""
    return (*cell[:-1], f"{cell[-1]} {figures}")


def _form_blocks(forms: Iterable[Target]) -> Iterable[Block]:
    by_unit = sorted(forms, key=lambda form: form.unit_code or "")
    for _, of_unit in groupby(by_unit, key=lambda form: form.unit_code):
        for position, form in enumerate(of_unit):
            unit = wrap(f"{form.unit_code} {form.unit}", 18) if position == 0 else ()
            yield Block(_merged(form, unit), tuple(map(_indicator_row, form.indicators)))


def _merged(form: Target, unit: Lines) -> Row:
    goals = (words()["numbered"].format(number=number, goal=goal) for number, goal in enumerate(form.goals, 1))
    lines = tuple(line for goal in goals for line in wrap(goal, 12))
    return Row((unit, wrap(form.name, 4), (f"{form.amount_wan:.2f}",), lines))


def _indicator_row(row: Indicator) -> Row:
    cells = [wrap(text or "", 4) for text in (row.l1, row.l2, row.name, row.desc)]
    value, weight = wrap(row.value or "", 5), f"{row.weight}"
    if len(value) % 2:
        return Row((*cells, _glue(value, weight)))
    return Row((*cells, value, (weight,)))
