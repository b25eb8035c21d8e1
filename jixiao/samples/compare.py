"""What a reading says otherwise than the truth, in words for whoever mends the reader."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ingest.records import Document, Indicator, ProjectBudget, Target

OPEN = ("page", "unit")
"""Fields that a reading may fill where the truth does not: a unit may be named above all forms."""
NUMBERING = re.compile(r"(?:^|(?<=[。；]))(?:目标)?\d+[.：:、]")


def differences(truth: Document, read: Document) -> list[str]:
    """One line a difference; empty where the reading is right.

    Places are not compared, except the pages that the truth knows; nor what the truth leaves open about the document
    as a whole (a form without a budget around it), nor whether the department itself counts among its units.
    """
    return [
        *_facts(truth, read),
        *_pairs("budget", *({row.name: _budget(row) for row in each.project_budgets} for each in (truth, read))),
        *_pairs("form", *({form.name: _form(form) for form in each.targets} for each in (truth, read))),
        *_rows(truth, read),
    ]


def _facts(truth: Document, read: Document) -> Iterator[str]:
    for name in ("publisher", "fiscal_year", "total_expenditure_wan", "basic_wan", "project_wan"):
        want, got = getattr(truth.document, name), getattr(read.document, name)
        if want is not None and want != got:
            yield f"document.{name}: {got!r}, not {want!r}"
    units = {unit.name for unit in truth.units} ^ {unit.name for unit in read.units}
    if truth.units and units - {truth.document.publisher}:
        yield f"units: {sorted(units)}"


def _rows(truth: Document, read: Document) -> Iterator[str]:
    """The indicators of the forms that both have, row by row."""
    forms = {form.name: form for form in read.targets}
    for form in truth.targets:
        if form.name in forms:
            keyed = (
                {_key(row, n, each): _row(row) for n, row in enumerate(each.indicators)}
                for each in (form, forms[form.name])
            )
            yield from _pairs(f"{form.name}", *keyed)


def _key(row: Indicator, number: int, form: Target) -> str:
    """A row's name, told from rows of the same name above it."""
    return row.name + "'" * [each.name for each in form.indicators[:number]].count(row.name)


def _pairs(what: str, want: Mapping[str, Mapping[str, Any]], got: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    for name in want.keys() - got.keys():
        yield f"{what}: {name!r} is missing"
    for name in got.keys() - want.keys():
        yield f"{what}: {name!r} is invented"
    if want.keys() == got.keys() and [*want] != [*got]:
        yield f"{what}: in another order"
    for name in want:
        for field, value in want[name].items() if name in got else ():
            if got[name][field] != value and not (field in OPEN and value is None):
                yield f"{what}: {name!r}: {field}: {got[name][field]!r}, not {value!r}"


def _budget(row: ProjectBudget) -> dict[str, Any]:
    return {name: getattr(row, name) for name in ("parent", "category", "unit", "total_wan", "sources")}


def _form(form: Target) -> dict[str, Any]:
    same = {name: getattr(form, name) for name in ("scope", "code", "unit", "amount_wan", "purpose", "plan", "page")}
    goals = fold("".join(NUMBERING.sub("", goal) for goal in form.goals))
    return same | {"funds": sorted(amount for amount in form.funds.values() if amount), "goals": goals}


def _row(row: Indicator) -> dict[str, Any]:
    names = ("l1", "l2", "desc", "basis", "weight", "op", "number", "unit", "kind", "actual", "score", "page")
    return {name: getattr(row, name) for name in names} | {"value": fold(row.value or "")}


def fold(text: str) -> str:
    """A text without the differences that carry no meaning: widths of characters, spellings of comparators."""
    folded = unicodedata.normalize("NFKC", text)
    return folded.replace("≥", ">=").replace("≤", "<=").rstrip("。；;")
