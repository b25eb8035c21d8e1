"""Two years of one department: what the later one changed is put in on purpose, everything else is copied."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from random import Random

from ingest.records import Indicator, Target

from .content import CENT, Disclosure, weigh, words
from .defects import funded, paid, refigured, richer, year_before

Rows = tuple[Indicator | None, Indicator | None]
"""An indicator in the earlier and in the later year."""
Plan = Callable[[Random, Indicator], Rows]
"""What makes of an indicator one that changed."""
COST, PERCENT = "成本指标", "%"
PROJECT, MONEY, NAMED = "project", "money", "named"
"""What else may change: a project comes and another goes, one gets other money, one is named after its year."""


@dataclass(frozen=True, slots=True)
class Changed:
    """A change that was put in on purpose; without an indicator it is the project that was added or dropped."""

    kind: str
    project: str
    """As the later year calls it, or the earlier where only that one has it."""
    indicator: str | None = None


@dataclass(frozen=True, slots=True)
class Years:
    """What a department says in two years; what is not ``changed`` is copied."""

    earlier: Disclosure
    later: Disclosure
    changed: tuple[Changed, ...]


def two_years(rng: Random, later: Disclosure, kinds: Sequence[str]) -> Years:
    """A sound disclosure with the one of the year before, from which it differs in these ways, each of them once.

    ``kinds`` are of ``PLANS``, ``project``, ``money`` and ``named``. One project at least is copied whole.

    Raises:
        KeyError: there is no such kind.
    """
    years = Years(year_before(later), later, ())
    if PROJECT in kinds:
        years = _come_and_gone(rng, years)
    if NAMED in kinds:
        years = _named_after_years(rng, years)
    if MONEY in kinds:
        years = _other_money(rng, years)
    for kind in kinds:
        if kind not in (PROJECT, MONEY, NAMED):
            years = _changed(rng, years, kind)
    return years


# Targets


def _raised(rng: Random, row: Indicator, step: int = 1) -> Rows:
    """A target that asks for more: a higher floor, or a lower ceiling."""
    more = (row.number or Decimal(0)) + (step if row.op == "ge" else -step)
    return row, refigured(rng, row, number=more)


def _lowered(rng: Random, row: Indicator) -> Rows:
    return _raised(rng, row, -1)


def _reworded(rng: Random, row: Indicator) -> Rows:
    """Another state that can be checked as well."""
    others = next(each["texts"] for each in words()["indicators"] if each["l2"] == row.l2)
    return row, replace(row, value=rng.choice([each for each in others if each != row.value]))


def _recounted(rng: Random, row: Indicator) -> Rows:
    """Another number of something else: nobody can tell whether it is more."""
    return row, refigured(rng, row, number=(row.number or Decimal(0)) + 1, unit="批")


def _worded(rng: Random, row: Indicator) -> Indicator:
    said = words()["defects"]["vague-target"]
    return replace(row, value=rng.choice(said["texts"]), kind="vague", op=None, number=None, unit=None, prior=None)


PLANS: dict[str, Plan] = {
    "other": _recounted,
    "reworded": _reworded,
    "tightened": _raised,
    "loosened": _lowered,
    "added": lambda _, row: (None, row),
    "dropped": lambda _, row: (row, None),
    "clearer": lambda rng, row: (_worded(rng, row), row),
    "vaguer": lambda rng, row: (row, _worded(rng, row)),
}
"""Kind of change → what plants it; those that fit the fewest indicators come first."""


def _fits(kind: str, row: Indicator) -> bool:
    """Whether an indicator can change like this and still be sound."""
    if kind == "reworded":
        return row.l2 == "可持续影响指标"
    if kind == "other":
        return row.l2 == "数量指标"
    if row.l1 == COST or row.number is None:
        return False
    if kind in ("tightened", "loosened"):
        most = 100 if row.unit == PERCENT else row.number + 1
        return row.op in ("ge", "le") and 1 < row.number < most
    return row.op == "ge"


def _changed(rng: Random, years: Years, kind: str) -> Years:
    """Change one indicator that did not change yet, of a project that both years have; never of the first of them."""
    plan, done = PLANS[kind], {(each.project, each.indicator) for each in years.changed}
    both = [(form, _position(years, form)) for form in years.later.targets]
    open_ = [
        (number, position, row)
        for number, (form, position) in enumerate(both)
        if position is not None and form.name != _untouched(years)
        for row in form.indicators
        if _fits(kind, row) and (form.name, row.name) not in done
    ]
    number, position, row = rng.choice(open_)
    before, after = plan(rng, row)
    form = years.later.targets[number]
    old = next(each for each in years.earlier.targets[position].indicators if each.name == row.name)
    return Years(
        _with(years.earlier, position, old, before),
        _with(years.later, number, row, after),
        (*years.changed, Changed(kind, form.name, row.name)),
    )


def _untouched(years: Years) -> str:
    """The project that stays as it is."""
    changed = {each.project for each in years.changed if each.indicator}
    return next(
        form.name for form in years.later.targets if _position(years, form) is not None and form.name not in changed
    )


def _position(years: Years, form: Target) -> int | None:
    """Where the earlier year has a form; the year in its name is not the same."""
    former = form.name.replace(*_dates(years))
    return next((n for n, each in enumerate(years.earlier.targets) if each.name == former), None)


def _dates(years: Years) -> tuple[str, str]:
    return str(years.later.facts.fiscal_year), str(years.earlier.facts.fiscal_year)


def _with(disclosure: Disclosure, position: int, row: Indicator, other: Indicator | None) -> Disclosure:
    """A disclosure with another indicator in the place of one, or without it; their weights still add up."""
    form = disclosure.targets[position]
    rows = tuple(other if each is row else each for each in form.indicators)
    left = weigh(tuple(each for each in rows if each))
    return _reformed(disclosure, position, replace(form, indicators=left))


def _reformed(disclosure: Disclosure, position: int, form: Target) -> Disclosure:
    return replace(disclosure, targets=(*disclosure.targets[:position], form, *disclosure.targets[position + 1 :]))


# Projects


def _come_and_gone(rng: Random, years: Years) -> Years:
    """One project has no form and no money in the earlier year, another in the later."""
    new, old = (form.name for form in rng.sample(years.later.targets, 2))
    changed = (*years.changed, Changed("added", new), Changed("dropped", old))
    return Years(_without(years.earlier, new), _without(years.later, old), changed)


def _without(disclosure: Disclosure, name: str) -> Disclosure:
    amount = sum((row.total_wan for row in disclosure.budgets if row.name == name), Decimal(0))
    left = tuple(row for row in disclosure.budgets if row.name != name)
    forms = tuple(form for form in disclosure.targets if form.name != name)
    return replace(richer(disclosure, -amount), budgets=left, targets=forms, project_count=len(left))


def _named_after_years(rng: Random, years: Years) -> Years:
    """A project of both years is called after each year's own number."""
    form = rng.choice([form for form in years.later.targets if _position(years, form) is not None])
    earlier, later = (
        _renamed(each, form.name, f"{each.facts.fiscal_year}年{form.name}") for each in (years.earlier, years.later)
    )
    return replace(years, earlier=earlier, later=later)


def _renamed(disclosure: Disclosure, name: str, other: str) -> Disclosure:
    budgets = tuple(replace(row, name=other) if row.name == name else row for row in disclosure.budgets)
    forms = tuple(replace(form, name=other) if form.name == name else form for form in disclosure.targets)
    return replace(disclosure, budgets=budgets, targets=forms)


def _other_money(rng: Random, years: Years) -> Years:
    """A project of both years gets more or less money, and its cost follows."""
    both = [number for number, form in enumerate(years.later.targets) if _position(years, form) is not None]
    number = rng.choice(both[1:])
    form = years.later.targets[number]
    former = form.amount_wan or Decimal(0)
    amount = (former * Decimal(rng.choice(("0.8", "1.1")))).quantize(CENT)
    rows = tuple(refigured(rng, row, number=amount) if row.l1 == COST else row for row in form.indicators)
    richer_by = amount - former
    budgets = tuple(funded(row, richer_by) if row.name == form.name else row for row in years.later.budgets)
    later = replace(richer(years.later, richer_by), budgets=budgets)
    cost = next(row.name for row in rows if row.l1 == COST)
    kind = "loosened" if richer_by > 0 else "tightened"
    return Years(
        years.earlier,
        _reformed(later, number, replace(paid(form, amount), indicators=rows)),
        (*years.changed, Changed(kind, form.name, cost)),
    )
