"""Defects put into a sound disclosure on purpose, so that everybody knows what the rules have to find in it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from random import Random

from ingest.records import Indicator, Target

from .content import Disclosure, Planted, figure, words

Change = Callable[[Random, Indicator, Target, int], Indicator]
"""A row of a form of a budget year → the row as it must not be."""


def plant(rng: Random, disclosure: Disclosure) -> Disclosure:
    """The disclosure with one project that has no form and the other defects dealt out over its forms."""
    disclosure = _without_form(rng, disclosure)
    disclosure = _unfinished(rng, disclosure)
    forms = rng.sample(range(len(disclosure.targets)), len(disclosure.targets))
    for number, rule in enumerate(CHANGES):
        disclosure = _spoil(rng, disclosure, rule, forms[number % len(forms)])
    for position in forms[3:]:  # the first three carry the other defects of the row that becomes vague here
        disclosure = _spoil(rng, disclosure, "vague-target", position)
    return _unmeasured(rng, _unbalanced(rng, disclosure))


def _without_form(rng: Random, disclosure: Disclosure) -> Disclosure:
    dropped = rng.choice(disclosure.targets)
    left = tuple(form for form in disclosure.targets if form is not dropped)
    return replace(disclosure, targets=left, planted=(Planted("no-target", dropped.name),))


def _unfinished(rng: Random, disclosure: Disclosure) -> Disclosure:
    """A spending plan that ends before all of the money is spent."""
    position = rng.randrange(len(disclosure.targets))
    form = replace(disclosure.targets[position], plan=tuple(Decimal(step) for step in (20, 40, 60, 80)))
    return _put(disclosure, position, form, Planted("plan-invalid", form.name))


def _unbalanced(rng: Random, disclosure: Disclosure) -> Disclosure:
    """A form whose weights add up to more than those of the others."""
    position = rng.randrange(len(disclosure.targets))
    first, *others = disclosure.targets[position].indicators
    heavier = replace(first, weight=(first.weight or Decimal(0)) + words()["heavier"])
    form = replace(disclosure.targets[position], indicators=(heavier, *others))
    return _put(disclosure, position, form, Planted("weights-off", form.name))


def _unmeasured(rng: Random, disclosure: Disclosure) -> Disclosure:
    """A goal with a quantity of which no indicator speaks."""
    position = rng.randrange(len(disclosure.targets))
    form = disclosure.targets[position]
    form = replace(form, goals=(*form.goals, words()["unmeasured"]))
    return _put(disclosure, position, form, Planted("goal-not-measured", form.name, certain=False))


def _spoil(rng: Random, disclosure: Disclosure, rule: str, position: int) -> Disclosure:
    """Change the first row of the level that this defect strikes."""
    form, level = disclosure.targets[position], words()["spoiled"][rule]
    rows = list(form.indicators)
    struck = next(number for number, row in enumerate(rows) if level in (row.l1, row.l2))
    rows[struck] = CHANGES[rule](rng, rows[struck], form, disclosure.facts.fiscal_year or 0)
    planted = Planted(rule, form.name, rows[struck].name)
    return _put(disclosure, position, replace(form, indicators=tuple(rows)), planted)


def _put(disclosure: Disclosure, position: int, form: Target, planted: Planted) -> Disclosure:
    forms = (*disclosure.targets[:position], form, *disclosure.targets[position + 1 :])
    return replace(disclosure, targets=forms, planted=(*disclosure.planted, planted))


def _vague(rng: Random, row: Indicator, _form: Target, _year: int) -> Indicator:
    return replace(row, value=rng.choice(words()["vague"]), kind="vague")


def _restated(_rng: Random, row: Indicator, _form: Target, _year: int) -> Indicator:
    return replace(row, value=row.name, kind="restated")


def _missing(_rng: Random, row: Indicator, _form: Target, _year: int) -> Indicator:
    return replace(row, value=words()["nothing"], kind="missing")


def _costly(rng: Random, row: Indicator, form: Target, _year: int) -> Indicator:
    ceiling = ((form.amount_wan or Decimal(0)) * Decimal("1.4")).quantize(Decimal("0.1"))
    return figure(rng, replace(row, number=ceiling))


def _contented(rng: Random, row: Indicator, _form: Target, _year: int) -> Indicator:
    """Satisfaction with an upper limit; in words it could be taken for a limit that is meant."""
    return figure(rng, replace(row, op="le"), symbol=True)


def _stale(_rng: Random, row: Indicator, _form: Target, year: int) -> Indicator:
    return replace(row, value=words()["deadline"].format(year=year - 1))


def _unitless(_rng: Random, row: Indicator, _form: Target, _year: int) -> Indicator:
    return replace(row, value=(row.value or "").replace(row.unit or "", ""), unit=None)


CHANGES: dict[str, Change] = {
    "vague-target": _vague,
    "restated-target": _restated,
    "missing-target": _missing,
    "cost-exceeds-budget": _costly,
    "wrong-direction": _contented,
    "stale-period": _stale,
    "missing-unit": _unitless,
}
"""Rule id → what makes a row break it."""
