"""What a print shows of a disclosure: all that a reader can know, which is the truth of a sample."""

from __future__ import annotations

from dataclasses import MISSING, fields, replace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ingest.records import Target

    from .content import Disclosure

OPTIONAL = {
    "facts": ("publisher_code", "total_expenditure_wan", "basic_wan", "project_wan"),
    "unit": ("code",),
    "budget": ("parent", "category", "unit", "sources"),
    "target": ("code", "unit", "unit_code", "amount_wan", "funds", "purpose", "plan"),
    "indicator": ("l1", "l2", "desc", "basis", "weight", "prior"),
}
"""What a layout may leave out, record by record."""
USUAL = frozenset(
    {"facts.total_expenditure_wan", "facts.basic_wan", "facts.project_wan", "indicator.l1", "indicator.l2"}
)
"""What nearly every document prints."""
PARTS = frozenset({"budget", "table.codes", "text.projects", "text.project-money"})
"""What else a layout may print: the table of projects, a table of expenditure with codes, and in its text the number of
projects and, right behind it, their money."""


def carried(disclosure: Disclosure, carries: frozenset[str], overall: frozenset[str] | None = None) -> Disclosure:
    """The disclosure without the optional fields that ``carries`` does not name (as ``record.field``, or of ``PARTS``).

    ``overall`` names those of the department's own form, where it is another form than those of projects.
    """
    named = {"project": carries, "department": carries if overall is None else overall}
    return replace(
        disclosure,
        facts=_keep("facts", disclosure.facts, carries),
        units=tuple(_keep("unit", unit, carries) for unit in disclosure.units),
        budgets=tuple(_keep("budget", budget, carries) for budget in disclosure.budgets),
        targets=tuple(_form(form, named[form.scope]) for form in disclosure.targets),
        planted=tuple(each for each in disclosure.planted if each.needs <= carries),
    )


def _form(form: Target, carries: frozenset[str]) -> Target:
    rows = tuple(_keep("indicator", row, carries) for row in form.indicators)
    kept: Target = _keep("target", form, carries)
    return replace(kept, indicators=rows)


def _keep(kind: str, record: Any, carries: frozenset[str]) -> Any:
    left_out = {name for name in OPTIONAL[kind] if f"{kind}.{name}" not in carries}
    empty = {field.name: _default(field) for field in fields(record) if field.name in left_out}
    return replace(record, **empty)


def _default(field: Any) -> Any:
    if field.default_factory is not MISSING:
        return field.default_factory()
    return None if field.default is MISSING else field.default
