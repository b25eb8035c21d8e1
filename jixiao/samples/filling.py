"""What a department says as the fields of pictures: figures, texts, and the ways in which forms put them together."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING

from .content import decimal_text, words
from .paper import Figure
from .pictures import MARK
from .printing import share, step

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from ingest.records import Indicator, ProjectBudget, Target, Unit

    from .content import Disclosure, Spending
    from .paper import Style
    from .pictures import Fields

SIGNS = {"ge": "≥", "le": "≤", "gt": ">", "lt": "<", "eq": "="}
PERCENTAGE = re.compile(r"(\d+(?:\.\d{1,2})?)%")
QUALITATIVE = "定性"
"""Stands where a comparator would, beside a value without a number."""


def of_document(said: Disclosure, style: Style) -> Fields:
    """What holds for the whole document."""
    facts = said.facts
    total, basic, project = (
        amount or Decimal(0) for amount in (facts.total_expenditure_wan, facts.basic_wan, facts.project_wan)
    )
    cars, guests = Decimal("3.50"), Decimal("0.80")
    return {
        "province": said.province,
        "publisher": facts.publisher or "",
        "publisher_code": facts.publisher_code or "",
        "year": str(facts.fiscal_year),
        "money": "元" if style.yuan else "万元",
        "unit_count": str(len(said.units)),
        "unit_names": "、".join(unit.name for unit in said.units),
        "budget_count": str(said.project_count),
        "form_count": str(len([form for form in said.targets if form.scope == "project"])),
        "total": money(total, style),
        "basic": money(basic, style),
        "project": money(project, style),
        "total_wan": f"{total:.2f}",
        "basic_wan": f"{basic:.2f}",
        "project_wan": f"{project:.2f}",
        "basic_share": share(basic, total),
        "project_share": share(project, total),
        "forms_total": money(_sum(form.amount_wan for form in said.targets), style),
        "cars": money(cars, style),
        "guests": money(guests, style),
        "cars_and_guests": money(cars + guests, style),
        "nothing": zero(style),
    }


def of_unit(number: int, unit: Unit) -> Fields:
    """A row of the list of units."""
    return {"n": str(number), "code": unit.code or "", "name": unit.name}


def of_spending(row: Spending, style: Style) -> Fields:
    """A row of the table of expenditure by function."""
    return {
        "code": row.code,
        "name": row.name,
        "sum": money(row.total, style),
        "of_basic": money(row.basic, style),
        "of_project": money(row.project, style),
    }


def of_budget(row: ProjectBudget, rows: Sequence[ProjectBudget], style: Style) -> Fields:
    """A row of the table of projects; ``rows`` are all, of which its category and programme are the sums."""
    category = [each for each in rows if each.category == row.category]
    programme = [each for each in category if each.parent == row.parent]
    return {
        "category": row.category or "",
        "category_sum": money(_sum(each.total_wan for each in category), style),
        "parent": row.parent or "",
        "parent_sum": money(_sum(each.total_wan for each in programme), style),
        "name": row.name,
        "unit": row.unit or "",
        "sum": money(row.total_wan, style),
        "current": money(row.sources.get("一般公共预算"), style),
        "carried": money(row.sources.get("上年结转"), style),
    }


def of_form(number: int, form: Target, forms: Sequence[Target], style: Style) -> Fields:
    """What a form says apart from its indicators; ``forms`` are all, for the sums of units."""
    total = form.amount_wan or Decimal(0)
    of_unit = (each.amount_wan for each in forms if each.unit == form.unit)
    return {
        MARK: str(number),
        "n": str(number + 1),
        "name": form.name,
        "code": form.code or "",
        "unit": form.unit or "",
        "unit_code": form.unit_code or "",
        "unit_total": money(_sum(of_unit), style),
        "amount": money(total, style),
        "amount_long": money(total * 3, style),
        "treasury": money(total, style),
        "other": zero(style),
        "purpose": form.purpose or "",
        **{f"plan{number}": step(percent) for number, percent in enumerate(form.plan or (), 1)},
        "goals": _goals(form.goals),
        "points": decimal_text(_sum(row.score for row in form.indicators) + 10),
    }


def of_indicator(mark: str, number: int, row: Indicator, levels: Mapping[str, str]) -> Fields:
    """A row of a form; ``levels`` are the numbers of levels, for prose."""
    qualitative = row.number is None
    return {
        MARK: mark,
        "n": str(number),
        "l1": row.l1 or "",
        "l2": row.l2 or "",
        "n1": levels.get(row.l1 or "", ""),
        "n2": levels.get(row.l2 or "", ""),
        "indicator": row.name,
        "desc": row.desc or "",
        "prior": _percentage(row.prior),
        "value": _percentage(row.value),
        "long": _over(row, Decimal(3)),
        "half": _over(row, Decimal("0.5")),
        "said": f"{row.name}：{row.value}" if qualitative else f"{row.name}{row.value}",
        "comparator": QUALITATIVE if qualitative else SIGNS[row.op or "eq"],
        "content": row.value or "" if row.number is None else Figure(row.number, decimal_text(row.number)),
        "measure": row.unit or "",
        "weight": _points(row.weight),
        "core": "是" if row.l1 == "产出指标" else "否",
        "actual": _percentage(row.actual),
        "score": _points(row.score),
        "reason": _reason(row),
    }


def joined(row: Indicator) -> str | None:
    """A target value as it is put together from columns for comparator, number and unit."""
    if row.number is None:
        return row.value
    return f"{SIGNS[row.op or 'eq']}{decimal_text(row.number)}{row.unit or ''}"


def money(amount: Decimal | None, style: Style) -> str | Figure:
    """An amount of 万元 as tables print it; a cell for nothing stays empty."""
    return _figure(amount * 10_000 if style.yuan else amount, style) if amount else ""


def zero(style: Style) -> Figure:
    """No money, where that is printed."""
    return _figure(Decimal(0), style)


def _figure(amount: Decimal, style: Style) -> Figure:
    return Figure(amount, f"{amount:,.2f}", "#,##0.00") if style.thousands else Figure(amount, f"{amount:.2f}", "0.00")


def _sum(amounts: Iterable[Decimal | None]) -> Decimal:
    return sum((amount or Decimal(0) for amount in amounts), Decimal(0))


def _goals(goals: Sequence[str]) -> str:
    if len(goals) == 1:
        return goals[0]
    return "\n".join(f"{number}.{goal}" for number, goal in enumerate(goals, 1))


def _percentage(value: str | None) -> str | Figure:
    """A value as it is printed; a percentage without a comparator is a number to a spreadsheet."""
    found = PERCENTAGE.fullmatch(value or "")
    if not found:
        return value or ""
    return Figure(Decimal(found[1]) / 100, found[0], "0.0#%" if "." in found[1] else "0%")


def _over(row: Indicator, factor: Decimal) -> str:
    """The target for another stretch of time: quantities grow with it, shares and words stay."""
    value = row.value or ""
    if row.number is None or row.unit == "%" or row.l2 != "数量指标":
        return value
    number = (row.number * factor).to_integral()
    return value.replace(decimal_text(row.number), decimal_text(number), 1)


def _points(points: Decimal | None) -> str | Figure:
    return "" if points is None else Figure(points, decimal_text(points))


def _reason(row: Indicator) -> str:
    reasons: list[str] = words()["reasons"]
    return "" if row.score == row.weight else reasons[len(row.name) % len(reasons)]
