"""The quantities that goals state, and the indicators that carry them.

A quantity is a number with a unit of counting or a share; money, dates, lengths of time and numbers inside names are
none. An indicator carries it when it states the same number, or speaks of the same thing in the same unit: better to
overlook a quantity than to miss the target that is there under another name.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING

from pyoxigraph import NamedNode

from graph.addresses import join
from ingest.language.states import alternatives
from ingest.layout.folding import fold
from ontology.concepts import concepts
from ontology.namespaces import SCHEMA
from ontology.words import number_words
from queries.derivations.facts import Fact, literal, ours, select

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pyoxigraph import QuerySolution, Store

GOALS = """
SELECT ?form ?document ?goal ?text WHERE {
  ?form a jx:TargetForm ; jx:document ?document ; jx:goal ?goal .
  ?goal schema:text ?text .
}
"""
INDICATORS = """
SELECT ?form ?indicator ?name ?description ?printed WHERE {
  ?form a jx:TargetForm ; jx:indicator ?indicator .
  ?indicator schema:name ?name ; jx:target ?target .
  OPTIONAL { ?indicator schema:description ?description }
  OPTIONAL { ?target jx:printed ?printed }
}
"""
COUNTING = ("people", "things", "places", "occasions", "ratio")
"""The dimensions of units in which outputs and effects are counted."""
TIMES = {"十": 10, "百": 100, "千": 1_000, "万": 10_000, "亿": 100_000_000}
NAMES = re.compile(r"《[^》]*》|“[^”]*”|\"[^\"]*\"|[〔[(（【]\d{4}[〕\])）】]\d*号?")
"""Numbers in titles, slogans and numbers of documents are part of a name."""
ORDINAL = re.compile(r"(第|每|各|前|每个|每人|任何|任一|其中|人均|户均|平均)$")
"""What stands before a number that is an order, a rate or a part."""
CLAUSE = re.compile(r"[,;。:，；、]")
BARE = re.compile(r"\d$")
"""How the text of an indicator ends whose target states no unit: it may be any."""
AROUND = 14
"""So many characters of its clause before and behind a number say what is counted."""


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number that a text states, in ones; its unit; and both with the words around them."""

    number: Decimal
    unit: str
    printed: str


@dataclass(frozen=True, slots=True)
class Carrier:
    """An indicator as far as it can carry a quantity: its words, and every number that it states."""

    indicator: NamedNode
    name: str
    text: str
    numbers: frozenset[Decimal]


def derive(store: Store) -> Iterator[Fact]:
    """A ``GoalQuantity`` for each number of each goal of a form that has indicators."""
    carriers = _carriers(select(store, INDICATORS))
    for row in select(store, GOALS):
        if row["form"].value in carriers:
            for order, quantity in enumerate(quantities(row["text"].value), 1):
                yield _fact(row, order, quantity, carriers[row["form"].value])


def _fact(row: QuerySolution, order: int, quantity: Quantity, carriers: Iterable[Carrier]) -> Fact:
    measured = [ours("measuredBy", each.indicator) for each in carriers if carries(each, quantity)]
    return Fact(
        NamedNode(join(row["goal"].value, "数量", str(order))),
        "GoalQuantity",
        (
            ours("inGoal", row["goal"]),
            ours("document", row["document"]),
            ours("printed", quantity.printed),
            ours("number", quantity.number),
            (SCHEMA + "unitText", literal(quantity.unit)),
            *measured,
        ),
    )


def _carriers(rows: Iterable[QuerySolution]) -> dict[str, list[Carrier]]:
    found = defaultdict(list)
    for row in rows:
        words = (row["name"], row["description"], row["printed"])
        name, description, printed = (fold(each.value) if each else "" for each in words)
        text = f"{name}。{description}。{printed}"
        numbers = frozenset(_number(each["number"], each["big"]) for each in _figures().finditer(text))
        found[row["form"].value].append(Carrier(row["indicator"], name, text, numbers))
    return found


def quantities(text: str) -> Iterator[Quantity]:
    """The quantities of a goal, in printed order."""
    plain = NAMES.sub(lambda name: "《" + "·" * (len(name[0]) - 2) + "》", fold(text))
    for found in _counted().finditer(plain):
        before = plain[max(0, found.start() - AROUND) : found.start()]
        if not ORDINAL.search(before):
            printed = CLAUSE.split(before)[-1] + found[0] + CLAUSE.split(plain[found.end() :])[0][:AROUND]
            yield Quantity(_number(found["number"], found["big"]), found["unit"], printed)


def carries(indicator: Carrier, quantity: Quantity) -> bool:
    """Whether an indicator states this number, or may well speak of the same thing in the same unit."""
    if quantity.number in indicator.numbers:
        return True
    fits = quantity.unit in indicator.text or bool(BARE.search(indicator.text))
    return fits and bool(_pairs(quantity.printed) & _pairs(indicator.name))


def _pairs(text: str) -> set[str]:
    return {first + second for first, second in pairwise(text) if (first + second).isalpha()}


def _number(digits: str, big: str | None) -> Decimal:
    number = Decimal(digits.replace(",", ""))
    for word in big or "":
        number *= TIMES[word]
    return number


@cache
def _figures() -> re.Pattern[str]:
    big = "".join(number_words())
    return re.compile(rf"(?P<number>\d+(?:,\d{{3}})*(?:\.\d+)?)余?(?P<big>[{big}]*)")


@cache
def _counted() -> re.Pattern[str]:
    """A number with a unit of counting that no other word swallows: 3个月 and 5年 count nothing."""
    units = (unit for unit in concepts("unit").values() if unit.dimension in COUNTING)
    unit = alternatives({fold(each) for unit in units for each in unit.spellings})
    return re.compile(
        rf"(?<![\d.\-/:A-Za-z年月])(?P<number>\d+(?:,\d{{3}})*(?:\.\d+)?)余?(?P<big>[{''.join(number_words())}]*)"
        rf"(?P<unit>{unit})(?!月|工作日|小时|季度|世纪|百分点|时辰|度|批|一级)"
    )
