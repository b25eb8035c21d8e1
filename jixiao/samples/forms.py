"""The layouts of ``forms.yaml`` filled with what a department says: a disclosure becomes pages."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cache
from importlib import resources
from itertools import groupby
from typing import TYPE_CHECKING, Any

import yaml

from . import filling
from .carried import carried
from .content import achieve
from .paper import Paper, Paragraph, Section, Style, Table
from .pictures import Group, draw, fields_of, fill

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from ingest.records import Indicator, Target

    from .content import Disclosure
    from .pictures import Fields

FORM = {
    "code": "target.code",
    "unit": "target.unit",
    "unit_code": "target.unit_code",
    "publisher_code": "facts.publisher_code",
    "amount": "target.amount_wan",
    "treasury": "target.funds",
    "purpose": "target.purpose",
    "weight": "indicator.weight",
    "desc": "indicator.desc",
    "prior": "indicator.prior",
    "plan1": "target.plan",
    "l1": "indicator.l1",
    "l2": "indicator.l2",
}
"""Field of a form's picture → what can be read from it."""
BUDGET = {
    "category": "budget.category",
    "parent": "budget.parent",
    "unit": "budget.unit",
    "current": "budget.sources",
    "total_wan": "facts.total_expenditure_wan",
    "basic_wan": "facts.basic_wan",
    "project_wan": "facts.project_wan",
    "of_project": "table.codes",
    "budget_count": "text.projects",
}
"""Field of what stands around the forms → what can be read from it."""
TITLES = {"title": "heading", "below": "heading", "text": "text", "right": "right"}
"""Paragraphs above a form → their style, in order."""


@cache
def drawings() -> dict[str, Any]:
    """``forms.yaml``."""
    return dict(yaml.safe_load(resources.files(__package__).joinpath("forms.yaml").read_text(encoding="utf-8")))


@dataclass(frozen=True, slots=True)
class Form:
    """One of the forms: how it is drawn, and how it says what it says."""

    drawing: Mapping[str, Any]

    @property
    def fields(self) -> frozenset[str]:
        """The names of all fields that it prints."""
        told = fields_of(self.drawing["told"]) if "told" in self.drawing else frozenset()
        return fields_of(self.drawing["picture"]) | told

    @property
    def carries(self) -> frozenset[str]:
        """What can be read from it, as ``record.field``."""
        return frozenset(name for field, name in FORM.items() if field in self.fields)

    @property
    def for_all(self) -> bool:
        """One table holds the forms of all projects."""
        return bool(self.drawing["each"] == "document")

    def say(self, form: Target) -> Target:
        """A form in this drawing's own terms: its sources of money; comparator, number and unit joined."""
        funds = {"财政拨款": form.amount_wan or Decimal(0)}
        if "other" in self.fields:
            funds |= {"其他资金": Decimal(0)}
        rows = form.indicators
        if "comparator" in self.fields:
            rows = tuple(replace(row, value=filling.joined(row)) for row in rows)
        return replace(form, funds=funds, indicators=rows)

    def tables(self, common: Fields, groups: Sequence[Group], style: Style) -> list[tuple[Paragraph | Table, ...]]:
        """The form of each group with its title, or one for all of them."""
        if self.for_all:
            return [self._table(common, groups, style)]
        return [self._table({**common, **group.fields}, [Group({}, group.records)], style) for group in groups]

    def group(self, number: int, form: Target, forms: Sequence[Target], style: Style) -> Group:
        """What one form says, as fields."""
        fields = filling.of_form(number, form, forms, style)
        records = list(self._records(str(number), form))
        if "told" in self.drawing:
            told = "".join(fill(self.drawing["told"], record) for record in records)
            return Group({**fields, "told": told}, ())
        return Group(fields, records)

    def _records(self, mark: str, form: Target) -> Iterator[Fields]:
        """The rows, and those where placeholders wait for indicators."""
        rows = enumerate(form.indicators)
        for (l1, l2), level in groupby(rows, key=lambda each: (each[1].l1, each[1].l2)):
            members = list(level)
            for number, (position, row) in enumerate(members, 1):
                yield self._record(f"{mark}.{position}", number if self._numbered else position + 1, row)
            yield from self._unused(l1 or "", l2 or "", len(members))
            for empty in self._without(l1 or "", l2 or "", form):
                yield from self._unused(l1 or "", empty, 0)

    @property
    def _numbered(self) -> str | None:
        return self.drawing.get("numbered")

    def _record(self, mark: str, number: int, row: Indicator) -> Fields:
        fields = filling.of_indicator(mark, number, row, drawings()["levels"])
        return {**fields, "indicator": fill(self._numbered, fields)} if self._numbered else fields

    def _unused(self, l1: str, l2: str, used: int) -> Iterator[Fields]:
        blank = dict.fromkeys(self.fields, "")
        for template in self.drawing.get("unused", ()):
            yield {**blank, "l1": l1, "l2": l2, "indicator": fill(template, {"n": str(used + 1)})}

    def _without(self, l1: str, l2: str, form: Target) -> Sequence[str]:
        """The empty levels that are printed after the last one of a first level."""
        last = [row.l2 for row in form.indicators if row.l1 == l1][-1]
        levels: Sequence[str] = self.drawing.get("without", {}).get(l1, ()) if l2 == last else ()
        return levels

    def _table(self, fields: Fields, groups: Sequence[Group], style: Style) -> tuple[Paragraph | Table, ...]:
        table = draw(self.drawing["picture"], fields, groups, style.levels)
        titles = ((name, self.drawing[name]) for name in TITLES if name in self.drawing)
        return (*(Paragraph(fill(text, fields), TITLES[name]) for name, text in titles), table)


@dataclass(frozen=True, slots=True)
class FormLayout:
    """Forms with what stands around them; any kind of file can be written of it."""

    name: str
    form: Form
    department: Form | None
    around: Sequence[Mapping[str, Any]]
    evaluated: bool

    def paper(self, disclosure: Disclosure, style: Style) -> Paper:
        """The disclosure as pages. Marks are the number of a form, and ``form.row`` for each of its indicators."""
        said = self._adapted(disclosure)
        common = filling.of_document(said, style)
        around = (_section(part, said, common, style) for part in self.around)
        title = f"{said.facts.publisher}{said.facts.fiscal_year}年部门预算公开"
        return Paper(title, (*around, *self._sections(said, common, style)))

    def printed(self, disclosure: Disclosure) -> Disclosure:
        """The disclosure without what these forms have no room for: all that a reader can know."""
        said = self._adapted(disclosure)
        around, tables = self._around_fields(), {block.get("each") for part in self.around for block in part["blocks"]}
        names = {name for field, name in BUDGET.items() if field in around}
        if "budgets" in tables:
            names |= {"budget"}
        else:
            said = replace(said, budgets=())
        if not (tables & {"units"} or around & {"unit_names"}):
            said = replace(said, units=())
        names |= {"unit.code"} if "unit_names" not in around else set()
        overall = self.department.carries | {"target.unit"} if self.department else frozenset()
        return carried(said, self.form.carries | names, overall)

    def _around_fields(self) -> frozenset[str]:
        texts = [text for part in self.around for block in part["blocks"] for text in block.values()]
        return frozenset().union(*map(fields_of, texts))

    def _adapted(self, disclosure: Disclosure) -> Disclosure:
        targets = map(achieve, disclosure.targets) if self.evaluated else disclosure.targets
        said = tuple(map(self.form.say, targets))
        if "unit_total" in self.form.fields:
            said = tuple(sorted(said, key=lambda form: form.unit_code or ""))
        if self.department:
            said = (self.department.say(disclosure.overall), *said)
        return replace(disclosure, targets=said)

    def _sections(self, said: Disclosure, common: Fields, style: Style) -> Iterator[Section]:
        for scope, form in (("department", self.department), ("project", self.form)):
            numbered = [(n, each) for n, each in enumerate(said.targets) if each.scope == scope]
            if form and numbered:
                groups = [form.group(n, each, said.targets, style) for n, each in numbered]
                tables = form.tables(common, groups, style)
                for together in [tables] if style.running else [[table] for table in tables]:
                    yield Section("绩效目标表", tuple(block for table in together for block in table))


def _section(part: Mapping[str, Any], said: Disclosure, common: Fields, style: Style) -> Section:
    return Section(part["name"], tuple(_block(block, said, common, style) for block in part["blocks"]))


def _block(block: Mapping[str, Any], said: Disclosure, common: Fields, style: Style) -> Paragraph | Table:
    if "picture" in block:
        return draw(block["picture"], common, [Group({}, _rows(block["each"], said, style))], style.levels)
    ((name, text),) = block.items()
    return Paragraph(fill(text, common), name)


def _rows(name: str, said: Disclosure, style: Style) -> Sequence[Fields]:
    """The rows of a table that is no form."""
    if name == "units":
        return [filling.of_unit(number, unit) for number, unit in enumerate(said.units, 1)]
    if name == "spending":
        return [filling.of_spending(row, style) for row in said.spending]
    return [filling.of_budget(row, said.budgets, style) for row in said.budgets]


def _layout(drawn: Mapping[str, Any]) -> FormLayout:
    forms = drawings()["forms"]
    department = Form(forms[drawn["department"]]) if "department" in drawn else None
    around = drawings()["around"][drawn["around"]]
    return FormLayout(drawn["name"], Form(forms[drawn["form"]]), department, around, drawn.get("evaluated", False))


FORMS: dict[str, FormLayout] = {drawn["name"]: _layout(drawn) for drawn in drawings()["layouts"]}
"""Name of a layout → the layout."""
