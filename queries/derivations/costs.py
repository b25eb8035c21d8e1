"""What one unit of output costs, and what it costs the others.

A price is either stated (an indicator with a value for one of many, in money) or follows from a form that counts a
single output. Others are comparable that count the same under the same name in the same unit, whoever they are; the one
in question is not among its own peers.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from pyoxigraph import NamedNode

from graph.addresses import join, name_key
from ontology.namespaces import SCHEMA
from queries.derivations.facts import Fact, literal, ours, select

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pyoxigraph import Store

STATED = """
SELECT ?indicator ?document ?name ?price ?unit WHERE {
  ?indicator a jx:Indicator ; jx:perUnit true ; jx:document ?document ; schema:name ?name ; jx:target ?target .
  ?target jx:amountInYuan ?price ; schema:unitText ?unit .
}
"""
COUNTED = """
SELECT ?indicator ?document ?name ?money ?count ?unit WHERE {
  { SELECT ?form (SAMPLE(?each) AS ?indicator) WHERE {
      ?form a jx:TargetForm ; jx:scope scope:project ; jx:indicator ?each .
      ?each jx:indicatorType type:quantity .
    } GROUP BY ?form HAVING (COUNT(?each) = 1) }
  ?form jx:document ?document ; obeu-measure:amount ?money ; jx:indicator ?indicator .
  ?indicator schema:name ?name ; jx:target ?target .
  ?target jx:number ?count ; schema:unitText ?unit .
  FILTER(?count > 0 && ?money > 0)
}
"""
COUNTER = re.compile(r"(数量|次数|人数|人次|个数|场次|总数|数)$")
MONEY = re.compile(r"^(千|万|百万|亿)?元|^万$|^亿$")


@dataclass(frozen=True, slots=True)
class Price:
    """What one costs, in 元; ``group`` is what it can be compared within."""

    indicator: NamedNode
    document: NamedNode
    amount: Decimal
    unit: str
    group: tuple[str, str, str]


def derive(store: Store) -> Iterator[Fact]:
    """A ``UnitCost`` for each price that has a peer."""
    groups = defaultdict(list)
    for price in prices(store):
        groups[price.group].append(price)
    for group in groups.values():
        amounts = sorted(price.amount for price in group)
        for price in group if len(group) > 1 else ():
            yield _fact(price, len(group) - 1, median_without(amounts, bisect_left(amounts, price.amount)))


def prices(store: Store) -> Iterator[Price]:
    """Every price that the graph states or that follows from a single output."""
    for row in select(store, STATED):
        unit = MONEY.sub("元", row["unit"].value)
        group = ("stated", unit, _thing(row["name"].value))
        yield Price(row["indicator"], row["document"], Decimal(row["price"].value), unit, group)
    for row in select(store, COUNTED):
        unit = row["unit"].value
        if unit != "%" and not MONEY.match(unit):
            amount = (Decimal(row["money"].value) / Decimal(row["count"].value)).quantize(Decimal("0.01"))
            group = ("counted", unit, _thing(row["name"].value))
            yield Price(row["indicator"], row["document"], amount, f"元/{unit}", group)


def _thing(name: str) -> str:
    """A name without its year and the word for counting, by which outputs are comparable."""
    return COUNTER.sub("", re.sub(r"\d{4}年?度?", "", name_key(name)))


def median_without(amounts: Sequence[Decimal], at: int) -> Decimal:
    """The median of sorted numbers, of which there are two or more, without the one at a position."""
    low, high = (middle + (middle >= at) for middle in ((len(amounts) - 2) // 2, (len(amounts) - 1) // 2))
    return (amounts[low] + amounts[high]) / 2


def _fact(price: Price, peers: int, median: Decimal) -> Fact:
    return Fact(
        NamedNode(join(price.indicator.value, "单位成本")),
        "UnitCost",
        (
            ours("priceOf", price.indicator),
            ours("document", price.document),
            ours("unitCost", price.amount),
            (SCHEMA + "unitText", literal(price.unit)),
            ours("peers", peers),
            ours("peerMedian", median),
        ),
    )
