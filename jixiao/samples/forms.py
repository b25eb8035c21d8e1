"""The forms of ``forms.yaml`` filled with what a department says: a disclosure becomes pages."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any

import yaml

from .carried import carried
from .content import decimal_text
from .paper import Figure, Paper, Paragraph, Section, Style, Table
from .pictures import MARK, Fields, Group, draw, fields_of, fill
from .printing import share

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from ingest.records import Indicator, ProjectBudget, Target, Unit

    from .content import Disclosure, Spending

SIGNS = {"ge": "≥", "le": "≤", "gt": ">", "lt": "<", "eq": "="}
QUALITATIVE = "定性"
CARRIED = {
    "code": ("target.code",),
    "unit": ("target.unit",),
    "publisher_code": ("facts.publisher_code",),
    "amount": ("target.amount_wan",),
    "treasury": ("target.funds",),
    "purpose": ("target.purpose",),
    "weight": ("indicator.weight",),
    "basis": ("indicator.basis",),
    "desc": ("indicator.desc",),
    "l1": ("indicator.l1",),
    "l2": ("indicator.l2",),
}
"""Field of a form's picture → what can be read from it."""
AROUND = frozenset({"unit.code", "budget.category", "budget.unit", "budget.sources"})
"""What the tables around the forms say."""


@cache
def drawings() -> dict[str, Any]:
    """``forms.yaml``."""
    return dict(yaml.safe_load(resources.files(__package__).joinpath("forms.yaml").read_text(encoding="utf-8")))


@dataclass(frozen=True, slots=True)
class FormLayout:
    """A form with what stands around it; any kind of file can be written of it."""

    name: str
    form: Mapping[str, Any]

    def paper(self, disclosure: Disclosure, style: Style) -> Paper:
        """The disclosure as pages. Marks are the number of a form, and ``form.row`` for each of its indicators."""
        said = self._adapted(disclosure)
        common = _common(said, style)
        around = (_section(part, said, common, style) for part in drawings()["around"])
        title = f"{said.facts.publisher}{said.facts.fiscal_year}年部门预算公开"
        return Paper(title, (*around, *self._forms(said, common, style)))

    def printed(self, disclosure: Disclosure) -> Disclosure:
        """The disclosure without what these forms have no room for: all that a reader can know."""
        fields = self._fields()
        names = frozenset(name for field, names in CARRIED.items() if field in fields for name in names)
        return carried(self._adapted(disclosure), names | AROUND)

    def _fields(self) -> frozenset[str]:
        return fields_of(self.form["picture"])

    def _adapted(self, disclosure: Disclosure) -> Disclosure:
        return replace(disclosure, targets=tuple(map(self._form, disclosure.targets)))

    def _form(self, form: Target) -> Target:
        """A form in this layout's own terms: its sources of money; comparator, number and unit joined."""
        funds = {"财政拨款": form.amount_wan or Decimal(0)}
        if "other" in self._fields():
            funds |= {"其他资金": Decimal(0)}
        rows = form.indicators
        if "comparator" in self._fields():
            rows = tuple(replace(row, value=_joined(row)) for row in rows)
        return replace(form, funds=funds, indicators=rows)

    def _forms(self, said: Disclosure, common: Fields, style: Style) -> Iterator[Section]:
        groups = [_group(str(number), form, style) for number, form in enumerate(said.targets)]
        if self.form["each"] == "document":
            tables = [self._table(common, groups, style)]
        else:
            tables = [self._table({**common, **group.fields}, [Group({}, group.records)], style) for group in groups]
        for together in [tables] if style.running else [[table] for table in tables]:
            yield Section("绩效目标表", tuple(block for table in together for block in table))

    def _table(self, fields: Fields, groups: Sequence[Group], style: Style) -> tuple[Paragraph | Table, ...]:
        return (*_titles(self.form, fields), draw(self.form["picture"], fields, groups, style.levels))


def _titles(form: Mapping[str, Any], fields: Fields) -> Iterator[Paragraph]:
    for key, style in (("title", "heading"), ("below", "heading"), ("right", "right")):
        if key in form:
            yield Paragraph(fill(form[key], fields), style)


def _joined(row: Indicator) -> str | None:
    """A target value as it is put together from its three columns."""
    if row.number is None:
        return row.value
    return f"{SIGNS[row.op or 'eq']}{decimal_text(row.number)}{row.unit or ''}"


def _section(part: Mapping[str, Any], said: Disclosure, common: Fields, style: Style) -> Section:
    return Section(part["name"], tuple(_block(block, said, common, style) for block in part["blocks"]))


def _block(block: Mapping[str, Any], said: Disclosure, common: Fields, style: Style) -> Paragraph | Table:
    if "picture" in block:
        records = _records(block["each"], said, style)
        return draw(block["picture"], common, [Group({}, records)], style.levels)
    ((name, text),) = block.items()
    return Paragraph(fill(text, common), name)


def _records(name: str, said: Disclosure, style: Style) -> Sequence[Fields]:
    """The rows of a table that is no form."""
    if name == "units":
        return [_unit(number, unit) for number, unit in enumerate(said.units, 1)]
    if name == "spending":
        return [_spending(row, style) for row in said.spending]
    return [_budget(row, style) for row in said.budgets]


def _unit(number: int, unit: Unit) -> Fields:
    return {"n": str(number), "code": unit.code or "", "name": unit.name}


def _spending(row: Spending, style: Style) -> Fields:
    return {
        "code": row.code,
        "name": row.name,
        "sum": _money(row.total, style),
        "of_basic": _money(row.basic, style),
        "of_project": _money(row.project, style),
    }


def _budget(row: ProjectBudget, style: Style) -> Fields:
    return {
        "category": row.category or "",
        "parent": row.parent or "",
        "name": row.name,
        "unit": row.unit or "",
        "sum": _money(row.total_wan, style),
        "current": _money(row.sources.get("一般公共预算"), style),
        "carried": _money(row.sources.get("上年结转"), style),
    }


def _common(said: Disclosure, style: Style) -> Fields:
    """What holds for the whole document."""
    facts = said.facts
    total, basic, project = (
        amount or Decimal(0) for amount in (facts.total_expenditure_wan, facts.basic_wan, facts.project_wan)
    )
    cars, guests = (Decimal(amount) for amount in ("3.50", "0.80"))
    return {
        "province": said.province,
        "publisher": facts.publisher or "",
        "publisher_code": facts.publisher_code or "",
        "year": str(facts.fiscal_year),
        "money": "元" if style.yuan else "万元",
        "unit_count": str(len(said.units)),
        "budget_count": str(len(said.budgets)),
        "form_count": str(len(said.targets)),
        "total": _money(total, style),
        "basic": _money(basic, style),
        "project": _money(project, style),
        "total_wan": f"{total:.2f}",
        "basic_wan": f"{basic:.2f}",
        "project_wan": f"{project:.2f}",
        "basic_share": share(basic, total),
        "project_share": share(project, total),
        "cars": _money(cars, style),
        "guests": _money(guests, style),
        "cars_and_guests": _money(cars + guests, style),
        "nothing": _zero(style),
    }


def _of_form(mark: str, form: Target, style: Style) -> Fields:
    return {
        MARK: mark,
        "name": form.name,
        "code": form.code or "",
        "unit": form.unit or "",
        "unit_code": form.unit_code or "",
        "amount": _money(form.amount_wan, style),
        "treasury": _money(form.amount_wan, style),
        "other": _zero(style),
        "purpose": form.purpose or "",
        "goals": _goals(form.goals),
    }


def _goals(goals: Sequence[str]) -> str:
    if len(goals) == 1:
        return goals[0]
    return "\n".join(f"{number}.{goal}" for number, goal in enumerate(goals, 1))


def _group(mark: str, form: Target, style: Style) -> Group:
    rows = [_row(f"{mark}.{number}", row) for number, row in enumerate(form.indicators)]
    return Group(_of_form(mark, form, style), rows)


def _row(mark: str, row: Indicator) -> Fields:
    figure = None if row.number is None else row.number
    return {
        MARK: mark,
        "l1": row.l1 or "",
        "l2": row.l2 or "",
        "indicator": row.name,
        "desc": row.desc or "",
        "basis": row.basis or "",
        "value": _value(row),
        "comparator": QUALITATIVE if figure is None else SIGNS[row.op or "eq"],
        "content": (row.value or "") if figure is None else Figure(figure, decimal_text(figure)),
        "measure": row.unit or "",
        "weight": "" if row.weight is None else Figure(row.weight, decimal_text(row.weight)),
        "core": "是" if row.l1 == "产出指标" else "否",
    }


def _value(row: Indicator) -> str | Figure:
    """A target value; a percentage without a comparator is a number to a spreadsheet."""
    value = row.value or ""
    if row.number is not None and value == f"{decimal_text(row.number)}%":
        return Figure(row.number / 100, value, "0%" if row.number == row.number.to_integral() else "0.0#%")
    return value


def _money(amount: Decimal | None, style: Style) -> str | Figure:
    """An amount of 万元 as tables print it; a cell for nothing stays empty."""
    return _figure(amount * 10_000 if style.yuan else amount, style) if amount else ""


def _zero(style: Style) -> Figure:
    return _figure(Decimal(0), style)


def _figure(amount: Decimal, style: Style) -> Figure:
    return Figure(amount, f"{amount:,.2f}", "#,##0.00") if style.thousands else Figure(amount, f"{amount:.2f}", "0.00")


FORMS: dict[str, FormLayout] = {
    each["name"]: FormLayout(each["name"], drawings()["forms"][each["form"]]) for each in drawings()["layouts"]
}
"""Name of a layout → the layout."""
