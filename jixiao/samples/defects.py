"""Defects put into a sound disclosure on purpose, so that everybody knows what the rules have to find in it.

For each rule there is one: a few words in ``words.yaml`` and a small function here.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from decimal import Decimal
from functools import partial
from itertools import combinations
from random import Random
from typing import Any

from ingest.records import Indicator, ProjectBudget, Target

from .content import (
    CENT,
    LEVELS,
    Disclosure,
    Planted,
    Spending,
    decimal_text,
    disclose,
    figure,
    indicator,
    weigh,
    words,
)

Plant = Callable[[Random, Disclosure], Disclosure]
"""A sound disclosure → the same with one defect."""
Change = Callable[[Random, Indicator, Target, int], Indicator]
"""A row of a form of a budget year → the row as it must not be."""
Rework = Callable[[Random, Target], Target]
"""A form → the form as it must not be."""
MIXED = (
    "vague-target",
    "restated-target",
    "missing-target",
    "cost-exceeds-budget",
    "wrong-direction",
    "stale-period",
    "missing-unit",
)
"""What a mixture spoils rows with, one form after the other."""
NOTHING = Decimal(0)
TREASURY = "一般公共预算"


def plant(rng: Random, disclosure: Disclosure, rules: Sequence[str] | None = None) -> Disclosure:
    """The disclosure with the defects that these rules find, or with a mixture of many.

    The defect of a rule is found by this rule alone, once; what else follows from it stands in ``planted`` as well.
    Without any rule the disclosure stays sound. Several rules may strike the same place, and the later one wins there.

    Raises:
        KeyError: There is no such rule.
    """
    if rules is None:
        return _mixture(rng, disclosure)
    for rule in rules:
        disclosure = DEFECTS[rule](rng, disclosure)
    return disclosure


def _mixture(rng: Random, disclosure: Disclosure) -> Disclosure:
    """Many defects that do not touch each other, dealt out over the forms; one project has no form."""
    disclosure = plant(rng, disclosure, ("no-target", "plan-invalid", "weights-off", "goal-not-measured"))
    forms = rng.sample(range(len(disclosure.targets)), len(disclosure.targets))
    for number, rule in enumerate(MIXED):
        disclosure = _spoil(rng, disclosure, rule, forms[number % len(forms)])
    same = [rule for rule in MIXED if _of(rule)["level"] == _of("vague-target")["level"]]
    for position in forms[len(same) :]:
        disclosure = _spoil(rng, disclosure, "vague-target", position)
    return disclosure


def _of(rule: str) -> dict[str, Any]:
    """What the word lists say of a rule's defect."""
    return dict(words()["defects"].get(rule) or {})


def _planted(rule: str, project: str | None, row: str | None = None, **differing: Any) -> Planted:
    said = {**_of(rule), **differing}
    return Planted(rule, project or "", row, said.get("certain", True), frozenset(said.get("needs", ())))


def _put(disclosure: Disclosure, position: int, form: Target, planted: Planted) -> Disclosure:
    forms = (*disclosure.targets[:position], form, *disclosure.targets[position + 1 :])
    return replace(disclosure, targets=forms, planted=(*disclosure.planted, planted))


# Rows


def _spoil(rng: Random, disclosure: Disclosure, rule: str, position: int | None = None) -> Disclosure:
    """Change the first row of the level that this defect strikes, in one form or any."""
    position = rng.randrange(len(disclosure.targets)) if position is None else position
    form = disclosure.targets[position]
    rows, struck = list(form.indicators), _struck(form, _of(rule)["level"])
    rows[struck] = CHANGES[rule](rng, rows[struck], form, disclosure.facts.fiscal_year or 0)
    planted = _planted(rule, form.name, rows[struck].name)
    return _put(disclosure, position, replace(form, indicators=tuple(rows)), planted)


def _struck(form: Target, level: str) -> int:
    """The first row of a level, or of a name."""
    return next(n for n, row in enumerate(form.indicators) if level in (row.l1, row.l2, row.name))


def _worded(rule: str, rng: Random, row: Indicator, _form: Target, year: int) -> Indicator:
    """One of the values that the word lists have for this defect, all of one kind."""
    value = rng.choice(_of(rule)["texts"]).format(year=year - 1, name=row.name)
    return replace(row, value=value, kind=_of(rule)["kind"], op=None, number=None, unit=None, prior=None)


def _measured(rule: str, rng: Random, row: Indicator, _form: Target, _year: int) -> Indicator:
    """The same figure in another unit."""
    return refigured(rng, row, unit=_of(rule)["unit"])


def _unitless(_rng: Random, row: Indicator, _form: Target, _year: int) -> Indicator:
    return replace(row, value=(row.value or "").replace(row.unit or "", ""), unit=None)


def _costly(rule: str, rng: Random, row: Indicator, form: Target, _year: int) -> Indicator:
    """A cost that is so many times the money."""
    return refigured(rng, row, number=_times(form.amount_wan, _of(rule)["times"], "0.1"))


def _contented(rng: Random, row: Indicator, _form: Target, _year: int) -> Indicator:
    """Satisfaction with an upper limit; in words it could be taken for a limit that is meant."""
    return figure(rng, replace(row, op="le", prior=None), symbol=True)


def _impossible(rng: Random, row: Indicator, _form: Target, _year: int) -> Indicator:
    return refigured(rng, row, number=Decimal(rng.randint(101, 150)))


def _lowered(_rng: Random, row: Indicator, _form: Target, _year: int) -> Indicator:
    """Last year's result was better than what is aimed at."""
    return replace(row, prior=f"{decimal_text((row.number or NOTHING) + 3)}{row.unit}")


def _misplaced(_rng: Random, row: Indicator, _form: Target, _year: int) -> Indicator:
    return replace(row, **_of("misclassified")["moved"])


def _overpriced(rng: Random, row: Indicator, _form: Target, _year: int) -> Indicator:
    return refigured(rng, row, number=(row.number or NOTHING) * _of("unit-cost-outlier")["times"])


def refigured(rng: Random, row: Indicator, **changes: Any) -> Indicator:
    """A row with another figure, which has no history."""
    return figure(rng, replace(row, prior=None, **changes))


CHANGES: dict[str, Change] = {
    **{
        rule: partial(_worded, rule)
        for rule in ("vague-target", "restated-target", "missing-target", "relative-without-baseline")
    },
    "cost-exceeds-budget": partial(_costly, "cost-exceeds-budget"),
    "wrong-direction": _contented,
    "stale-period": partial(_worded, "stale-period"),
    "missing-unit": _unitless,
    "cost-below-budget": partial(_costly, "cost-below-budget"),
    "impossible-ratio": _impossible,
    "misclassified": _misplaced,
    "nonstandard-unit": partial(_measured, "nonstandard-unit"),
    "secret": partial(_worded, "secret"),
    "target-below-last-year": _lowered,
    "ungraded-grade": partial(_worded, "ungraded-grade"),
    "unit-mismatch": partial(_measured, "unit-mismatch"),
}
"""Rule id → what makes a row break it."""


# Forms


def _rework(rule: str, change: Rework, rng: Random, disclosure: Disclosure) -> Disclosure:
    """Change any form."""
    position = rng.randrange(len(disclosure.targets))
    form = change(rng, disclosure.targets[position])
    return _put(disclosure, position, form, _planted(rule, form.name))


def _unfinished(_rng: Random, form: Target) -> Target:
    """A spending plan that ends before all of the money is spent."""
    return replace(form, plan=tuple(Decimal(step) for step in _of("plan-invalid")["plan"]))


def _unbalanced(_rng: Random, form: Target) -> Target:
    """Weights that add up to more than those of other forms."""
    return _weighing(form, form.indicators, Decimal(_of("weights-off")["heavier"]))


def _unmeasured(_rng: Random, form: Target) -> Target:
    """A goal with a quantity of which no indicator speaks."""
    return replace(form, goals=(*form.goals, _of("goal-not-measured")["goal"]))


def _one_sided(_rng: Random, form: Target) -> Target:
    """A form that says nothing of what its money is good for."""
    left = tuple(row for row in form.indicators if row.l1 != _of("missing-dimension")["dropped"])
    return _weighing(form, left, _sum(form.indicators) - _sum(left))


def _unquantified(rng: Random, form: Target) -> Target:
    """A form without a figure, in its goals as in its indicators."""
    said = _of("vague-goal")
    rows = tuple(indicator(rng, row, {}) for row in said["rows"])
    return replace(form, goals=tuple(said["goals"]), indicators=weigh(rows))


def _renamed(_rng: Random, form: Target) -> Target:
    return replace(form, name=form.name.replace(*_of("name-mismatch")["spelled"]))


def _enlarged(_rng: Random, form: Target) -> Target:
    """A form with more money than its project has; its cost is no figure, so that it agrees with both."""
    rows, struck = list(form.indicators), _struck(form, "成本指标")
    rows[struck] = replace(rows[struck], **_of("amount-mismatch")["cost"], op=None, number=None, unit=None)
    amount = _times(form.amount_wan, _of("amount-mismatch")["times"])
    return replace(paid(form, amount), indicators=tuple(rows))


def _weighing(form: Target, rows: Sequence[Indicator], more: Decimal) -> Target:
    """A form with these rows, the first of which weighs more."""
    first, *others = rows
    return replace(form, indicators=(replace(first, weight=(first.weight or NOTHING) + more), *others))


def _sum(rows: Sequence[Indicator]) -> Decimal:
    return sum((row.weight or NOTHING for row in rows), NOTHING)


def paid(form: Target, amount: Decimal) -> Target:
    """A form with another amount of money."""
    said = (decimal_text(form.amount_wan or NOTHING), decimal_text(amount))
    funds = dict.fromkeys(form.funds, amount)
    return replace(form, amount_wan=amount, funds=funds, purpose=(form.purpose or "").replace(*said))


def _times(amount: Decimal | None, factor: str, step: str = "0.01") -> Decimal:
    return ((amount or NOTHING) * Decimal(factor)).quantize(Decimal(step))


# Rows that stand twice, and goals that contradict rows


def _twice(rule: str, rng: Random, disclosure: Disclosure) -> Disclosure:
    """A row stands twice, the second time with another figure, and with another unit where the word lists have one."""
    position = rng.randrange(len(disclosure.targets))
    form = disclosure.targets[position]
    struck = _struck(form, _of(rule)["level"])
    row = form.indicators[struck]
    other = {"number": (row.number or NOTHING) - 1} | ({"unit": _of(rule)["unit"]} if "unit" in _of(rule) else {})
    form = _with_row(form, struck, refigured(rng, row, **other))
    return _put(disclosure, position, form, _planted(rule, form.name, row.name))


def _with_row(form: Target, above: int, row: Indicator) -> Target:
    """A form with another row, which takes a part of the weight of the one above it."""
    rows = list(form.indicators)
    rows[above] = replace(rows[above], weight=(rows[above].weight or NOTHING) - 1)
    return replace(form, indicators=(*rows[: above + 1], replace(row, weight=Decimal(1)), *rows[above + 1 :]))


def _miscounted(rng: Random, disclosure: Disclosure) -> Disclosure:
    """A goal has more of what an indicator counts than the indicator."""
    position = rng.randrange(len(disclosure.targets))
    form, said = disclosure.targets[position], _of("goal-number-mismatch")
    row = form.indicators[_struck(form, said["level"])]
    counted = row.name.removesuffix(said["counted"])
    count = decimal_text((row.number or NOTHING) + rng.randint(5, 20))
    goal = said["goal"].format(thing=counted, count=count, unit=row.unit)
    form = replace(form, goals=(goal, *form.goals[1:]))
    return _put(disclosure, position, form, _planted("goal-number-mismatch", form.name, row.name))


# Forms beside budgets and other forms


def _without_form(rng: Random, disclosure: Disclosure) -> Disclosure:
    """A project of the budget has no form, and the text counts it all the same."""
    dropped = rng.choice(disclosure.targets)
    publisher = disclosure.facts.publisher
    follows = (_planted("prose-table-mismatch", publisher, needs=needed) for needed in _of("no-target")["follows"])
    planted = (*disclosure.planted, _planted("no-target", dropped.name), *follows)
    left = tuple(form for form in disclosure.targets if form is not dropped)
    return replace(disclosure, targets=left, planted=planted)


def _without_budget(rng: Random, disclosure: Disclosure) -> Disclosure:
    """A form is for a project of which no table knows."""
    form = rng.choice(disclosure.targets)
    left = tuple(row for row in disclosure.budgets if row.name != form.name)
    planted = (*disclosure.planted, _planted("no-budget", form.name))
    poorer = richer(disclosure, -(form.amount_wan or NOTHING))
    return replace(poorer, budgets=left, planted=planted, project_count=len(left))


def _foreign(rng: Random, disclosure: Disclosure) -> Disclosure:
    """The form of a unit of another department."""
    position = rng.randrange(len(disclosure.targets))
    own = disclosure.facts.publisher_code
    other = rng.choice([each for each in words()["departments"] if each["code"] != own])
    city = rng.choice([each["city"] for each in words()["places"] if each["city"] != disclosure.facts.region])
    form = replace(disclosure.targets[position], unit=city + other["units"][0], unit_code=f"{other['code']}002")
    return _put(disclosure, position, form, _planted("foreign-unit", form.name))


def _copied(rng: Random, disclosure: Disclosure) -> Disclosure:
    """A form says what another form of its unit says, but for its name and money."""
    pairs = combinations(range(len(disclosure.targets)), 2)
    one, other = rng.choice([(a, b) for a, b in pairs if disclosure.targets[a].unit == disclosure.targets[b].unit])
    model, copy = disclosure.targets[one], disclosure.targets[other]
    own = copy.indicators[_struck(copy, "成本指标")]
    rows = tuple(replace(own, weight=row.weight) if row.name == own.name else row for row in model.indicators)
    form = replace(copy, goals=model.goals, indicators=rows)
    return _put(disclosure, other, form, _planted("copied-set", form.name))


# What stands around forms


def _misadded(rng: Random, disclosure: Disclosure) -> Disclosure:
    """An item of the table of expenditure is not what the group above it, which has no other item, says."""
    rows = list(disclosure.spending)
    struck = rng.randrange(LEVELS.index("item"), len(rows), len(LEVELS))
    rows[struck] = replace(rows[struck], total=rows[struck].total + Decimal(rng.randrange(100, 900)) * CENT)
    planted = (*disclosure.planted, _planted("table-sum", disclosure.facts.publisher))
    return replace(disclosure, spending=tuple(rows), planted=planted)


def _overcounted(rng: Random, disclosure: Disclosure) -> Disclosure:
    """The text has more projects than there are."""
    planted = (*disclosure.planted, _planted("prose-table-mismatch", disclosure.facts.publisher))
    return replace(disclosure, project_count=disclosure.project_count + rng.randint(1, 3), planted=planted)


# Several documents


def _diverging(rng: Random, disclosure: Disclosure) -> Disclosure:
    """A project has more money than in the year before, and no higher target."""
    position = rng.randrange(len(disclosure.targets))
    form = disclosure.targets[position]
    amount = _times(form.amount_wan, _of("money-and-target-diverge")["times"])
    more = amount - (form.amount_wan or NOTHING)
    rows, struck = list(form.indicators), _struck(form, "成本指标")
    rows[struck] = refigured(rng, rows[struck], number=amount)
    budgets = tuple(funded(row, more) if row.name == form.name else row for row in disclosure.budgets)
    more_money = replace(richer(disclosure, more), budgets=budgets, beside=(year_before(disclosure),))
    form = replace(paid(form, amount), indicators=tuple(rows))
    return _put(more_money, position, form, _planted("money-and-target-diverge", form.name))


def year_before(disclosure: Disclosure) -> Disclosure:
    """What the department said a year before, when it planned the same."""
    year = disclosure.facts.fiscal_year or 0
    facts = replace(disclosure.facts, fiscal_year=year - 1)
    targets = tuple(_redated(form, year) for form in disclosure.targets)
    return replace(disclosure, facts=facts, targets=targets, overall=_redated(disclosure.overall, year), planted=())


def _redated(form: Target, year: int) -> Target:
    dates = (str(year), str(year - 1))
    return replace(
        form, indicators=tuple(replace(row, value=(row.value or "").replace(*dates)) for row in form.indicators)
    )


def _outlying(rng: Random, disclosure: Disclosure) -> Disclosure:
    """One project pays many times what all others do, here and in another department."""
    others = (disclose(rng) for _ in iter(int, 1))
    other = next(each for each in others if each.facts.publisher != disclosure.facts.publisher)
    priced = replace(_priced(rng, disclosure), beside=(_priced(rng, other),))
    position = rng.randrange(len(priced.targets))
    form = priced.targets[position]
    struck = _struck(form, _of("unit-cost-outlier")["row"]["name"])
    rows = list(form.indicators)
    rows[struck] = _overpriced(rng, rows[struck], form, 0)
    planted = _planted("unit-cost-outlier", form.name, rows[struck].name)
    return _put(priced, position, replace(form, indicators=tuple(rows)), planted)


def _priced(rng: Random, disclosure: Disclosure) -> Disclosure:
    """Every project states what one of something may cost."""
    forms = (
        _with_row(form, _struck(form, "成本指标"), indicator(rng, _of("unit-cost-outlier")["row"], {}))
        for form in disclosure.targets
    )
    return replace(disclosure, targets=tuple(forms))


# Money


def richer(disclosure: Disclosure, more: Decimal) -> Disclosure:
    """The disclosure with more or less money for projects, in its facts and in the table of expenditure."""
    facts = disclosure.facts
    total, project = (amount or NOTHING for amount in (facts.total_expenditure_wan, facts.project_wan))
    facts = replace(facts, total_expenditure_wan=total + more, project_wan=project + more)
    spending = tuple(_spent(row, more) if row.project else row for row in disclosure.spending)
    return replace(disclosure, facts=facts, spending=spending)


def _spent(row: Spending, more: Decimal) -> Spending:
    return replace(row, project=row.project + more, total=row.total + more)


def funded(row: ProjectBudget, more: Decimal) -> ProjectBudget:
    """A row of the project table with more or less money from the treasury."""
    sources = {**row.sources, TREASURY: row.sources[TREASURY] + more}
    return replace(row, total_wan=row.total_wan + more, sources=sources)


REWORKED: dict[str, Rework] = {
    "plan-invalid": _unfinished,
    "weights-off": _unbalanced,
    "goal-not-measured": _unmeasured,
    "missing-dimension": _one_sided,
    "vague-goal": _unquantified,
    "name-mismatch": _renamed,
    "amount-mismatch": _enlarged,
}
"""Rule id → what makes a form break it."""
DEFECTS: dict[str, Plant] = {
    **{rule: partial(_spoil, rule=rule) for rule in CHANGES},
    **{rule: partial(_rework, rule, change) for rule, change in REWORKED.items()},
    **{rule: partial(_twice, rule) for rule in ("contradicting-targets", "duplicate-indicator")},
    "goal-number-mismatch": _miscounted,
    "no-target": _without_form,
    "no-budget": _without_budget,
    "foreign-unit": _foreign,
    "copied-set": _copied,
    "table-sum": _misadded,
    "prose-table-mismatch": _overcounted,
    "money-and-target-diverge": _diverging,
    "unit-cost-outlier": _outlying,
}
"""Rule id → what plants its defect."""
