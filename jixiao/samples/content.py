"""What a sample department says: names, money, projects, targets. How it is printed is the layouts' matter."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cache
from importlib import resources
from random import Random
from typing import Any

import yaml

from ingest.records import Facts, Indicator, ProjectBudget, Target, Unit

CENT = Decimal("0.01")
LEVELS = ("class", "group", "item")
"""Of the functional classification: 类, 款, 项."""


@dataclass(frozen=True, slots=True)
class Spending:
    """One row of the expenditure table (支出总表), by functional classification; money in 万元."""

    code: str
    name: str
    basic: Decimal
    project: Decimal
    total: Decimal
    """Basic and project expenditure together, as it is printed."""


@dataclass(frozen=True, slots=True)
class Planted:
    """A defect that was put in on purpose: what a rule of this id has to find."""

    rule: str
    project: str
    indicator: str | None = None
    certain: bool = True
    """Whether the rule can be certain of it."""
    needs: frozenset[str] = frozenset()
    """What a layout has to print for it to be seen: fields as ``record.field``, or one of ``carried.PARTS``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Disclosure:
    """All that one department says in one year's budget."""

    province: str
    facts: Facts
    spending: tuple[Spending, ...]
    units: tuple[Unit, ...]
    budgets: tuple[ProjectBudget, ...]
    targets: tuple[Target, ...]
    overall: Target
    """The form of the department as a whole; few layouts print it."""
    project_count: int
    """The number of projects that the text states."""
    planted: tuple[Planted, ...] = ()
    beside: tuple[Disclosure, ...] = ()
    """Other disclosures without which a defect cannot be seen, like that of the year before."""


@cache
def words() -> dict[str, Any]:
    """The word lists that disclosures are made of."""
    text = resources.files(__package__).joinpath("words.yaml").read_text(encoding="utf-8")
    return dict(yaml.safe_load(text))


def disclose(rng: Random) -> Disclosure:
    """A department's disclosure without a defect, drawn from the word lists."""
    place, department = rng.choice(words()["places"]), rng.choice(words()["departments"])
    year = rng.choice(words()["years"])
    publisher = f"{place['city']}{department['name']}"
    units = _units(place["city"], publisher, department)
    drawn = rng.sample(department["projects"], rng.randint(5, 7))
    budgets = tuple(sorted((_budget(rng, units, each) for each in drawn), key=_table_order))
    subjects = {each["name"]: each for each in drawn}
    targets = tuple(_form(rng, budget, subjects[budget.name], units, year) for budget in budgets)
    basic = Decimal(rng.randrange(20_000, 90_000)) * CENT
    project = sum((budget.total_wan for budget in budgets), Decimal(0))
    facts = Facts(
        publisher=publisher,
        publisher_code=department["code"],
        region=place["city"],
        fiscal_year=year,
        total_expenditure_wan=basic + project,
        basic_wan=basic,
        project_wan=project,
    )
    return Disclosure(
        province=place["province"],
        facts=facts,
        spending=_spending(department, basic, project),
        units=units,
        budgets=budgets,
        targets=tuple(replace(form, code=_code(department, year, number)) for number, form in enumerate(targets, 1)),
        overall=_overall(facts),
        project_count=len(budgets),
    )


def achieve(form: Target) -> Target:
    """The form a year later: what was achieved of each target, and the points for it."""
    rng = Random(f"achieved {form.code} {form.name}")
    return replace(form, indicators=tuple(_achieved(rng, row) for row in form.indicators))


def _achieved(rng: Random, row: Indicator) -> Indicator:
    """One row; a target in five is missed and loses a part of its points."""
    points = row.weight or Decimal(0)
    missed = row.number is not None and rng.random() < 1 / 5
    score = (points * Decimal("0.8")).quantize(Decimal("0.1")) if missed else points
    if row.number is None:
        return replace(row, actual=rng.choice(words()["done"]), score=score)
    worse = "1.1" if row.op == "le" else "0.9"
    number = (row.number * Decimal(worse if missed else "1")).quantize(CENT)
    return replace(row, actual=f"{decimal_text(number)}{row.unit or ''}", score=score)


def _overall(facts: Facts) -> Target:
    """The department's own form; drawn apart, so that the projects of a seed do not depend on it."""
    rng = Random(f"overall {facts.publisher} {facts.total_expenditure_wan}")
    total = facts.total_expenditure_wan or Decimal(0)
    said = {
        "publisher": facts.publisher or "",
        "year": str(facts.fiscal_year),
        "amount": decimal_text(total),
        "count": str(rng.randint(5, 30)),
    }
    return Target(
        scope="department",
        name=facts.publisher or "",
        unit=facts.publisher,
        amount_wan=total,
        goals=tuple(goal.format_map(said) for goal in words()["overall"]["goals"]),
        indicators=weigh(tuple(indicator(rng, row, said) for row in words()["overall"]["indicators"])),
    )


def decimal_text(number: Decimal) -> str:
    """A number as a form prints it: no exponent, no trailing zeros."""
    return format(number.normalize(), "f")


def _units(city: str, publisher: str, department: dict[str, Any]) -> tuple[Unit, ...]:
    names = [f"{publisher}（本级）", *(city + name for name in department["units"])]
    return tuple(Unit(name=name, code=f"{department['code']}{number:03}") for number, name in enumerate(names, 1))


def _code(department: dict[str, Any], year: int, number: int) -> str:
    return f"9{department['code']}0{year % 100}P{number:05}1{number * 7919 % 10000:04}X"


def _budget(rng: Random, units: tuple[Unit, ...], subject: dict[str, Any]) -> ProjectBudget:
    """One row of the project table; one in five is paid for in part by what was left over last year."""
    amount = Decimal(rng.randrange(300, 9_000)) * CENT
    carried = (amount / 5).quantize(CENT) if rng.random() < 1 / 5 else Decimal(0)
    sources = {"一般公共预算": amount - carried, "上年结转": carried}
    number = rng.randrange(len(words()["categories"]))
    return ProjectBudget(
        name=subject["name"],
        parent=words()["programmes"][rng.randrange(2) if number == 0 else 2],
        category=words()["categories"][number],
        unit=rng.choice(units).name,
        total_wan=amount,
        sources={source: money for source, money in sources.items() if money},
    )


def _table_order(budget: ProjectBudget) -> tuple[int, int, str, str]:
    categories, programmes = words()["categories"], words()["programmes"]
    return (categories.index(budget.category), programmes.index(budget.parent), budget.unit or "", budget.name)


def _spending(department: dict[str, Any], basic: Decimal, project: Decimal) -> tuple[Spending, ...]:
    """The rows class, group, item of each function; the department's own function carries what is left."""
    rows: list[Spending] = []
    left = basic
    for function in words()["basic"]:
        share = (basic * Decimal(function["share"])).quantize(CENT)
        left -= share
        rows += _levels(function, share, Decimal(0))
    return (*_levels(department, left, project), *rows)


def _levels(function: dict[str, Any], basic: Decimal, project: Decimal) -> list[Spending]:
    total = basic + project
    return [Spending(**function[level], basic=basic, project=project, total=total) for level in LEVELS]


def _form(rng: Random, budget: ProjectBudget, subject: dict[str, Any], units: tuple[Unit, ...], year: int) -> Target:
    amount = decimal_text(budget.total_wan)
    facts = {**subject, "year": str(year), "amount": amount, "count": str(rng.randint(3, 60))}
    rows = [row for row in words()["indicators"] if not row.get("optional") or rng.random() < 1 / 2]
    indicators = tuple(indicator(rng, row, facts) for row in rows)
    plan = rng.choice(words()["plans"])
    return Target(
        scope="project",
        name=budget.name,
        unit=budget.unit,
        unit_code=next(unit.code for unit in units if unit.name == budget.unit),
        amount_wan=budget.total_wan,
        funds={"财政资金": budget.total_wan},
        purpose=words()["purpose"].format_map(facts),
        goals=tuple(goal.format_map(facts) for goal in words()["goals"][: rng.randint(1, 3)]),
        plan=tuple(None if step is None else Decimal(step) for step in plan),
        indicators=weigh(_remembered(budget, indicators)),
    )


def _remembered(budget: ProjectBudget, rows: tuple[Indicator, ...]) -> tuple[Indicator, ...]:
    """The rows with what was reached last year; drawn apart, as few layouts print it."""
    rng = Random(f"last year {budget.name} {budget.total_wan}")
    return tuple(replace(row, prior=_prior(rng, row)) for row in rows)


def _prior(rng: Random, row: Indicator) -> str | None:
    """Last year's figure: the same, or one step worse where figures are whole."""
    if row.number is None or row.l1 == "成本指标":
        return None
    whole = row.number == row.number.to_integral() and row.number > 1 and row.op != "eq"
    step = rng.choice((0, 1)) if whole else 0
    return f"{decimal_text(row.number + (step if row.op == 'le' else -step))}{row.unit or ''}"


def indicator(rng: Random, row: dict[str, Any], facts: dict[str, str]) -> Indicator:
    """One indicator after a pattern of the word lists; the target value is spelled as some department would."""
    plain = Indicator(
        l1=row["l1"],
        l2=row["l2"],
        name=row["name"].format_map(facts),
        desc=row["desc"].format_map(facts),
        basis=rng.choice(words()["bases"]),
        polarity=row.get("better"),
        per_unit=row.get("each", False),
    )
    if "texts" in row:
        return replace(plain, value=rng.choice(row["texts"]).format_map(facts), kind=row["kind"])
    kind = row.get("kind", "quantity")
    number, unit = _pick(rng, row, facts), row["unit"].format_map(facts)
    return figure(rng, replace(plain, op=row["op"], number=number, unit=unit, kind=kind))


def figure(rng: Random, plain: Indicator, *, symbol: bool = False) -> Indicator:
    """The indicator with a value that prints its comparator (where wanted, by a symbol), its number and unit."""
    spellings = words()["comparators"][plain.op]
    before, after = rng.choice([each for each in spellings if not (symbol and _is_word(each))])
    value = f"{before}{decimal_text(plain.number or Decimal(0))}{plain.unit or ''}{after}"
    return replace(plain, value=value)


def _is_word(spelling: list[str]) -> bool:
    return "".join(spelling).isalpha()


def _pick(rng: Random, row: dict[str, Any], facts: dict[str, str]) -> Decimal:
    choice = row["pick"]
    return Decimal(facts[choice]) if isinstance(choice, str) else Decimal(rng.choice(choice))


def weigh(indicators: tuple[Indicator, ...]) -> tuple[Indicator, ...]:
    """Share out the weight of each first level among its rows, the first one taking the rest."""
    weighed = []
    for index, each in enumerate(indicators):
        peers = [number for number, other in enumerate(indicators) if other.l1 == each.l1]
        share, rest = divmod(words()["weights"][each.l1], len(peers))
        weighed.append(replace(each, weight=Decimal(share + (rest if index == peers[0] else 0))))
    return tuple(weighed)
