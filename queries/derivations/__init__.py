"""What rules need to know and SPARQL cannot see, or only slowly: computed once, before the rules run.

Each derivation reads the graph and gives things of its own: a quantity that a goal states, an amount with the sum of
its parts, a price beside those of its peers, a project beside the same one a year before. They stand in a named graph
apart from what documents say, and each says which method, in which version, it was made by.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pyoxigraph import Literal, NamedNode, Quad

from ontology.namespaces import JX, OWL, PROV, RDF, RDFS, SCHEMA
from queries.derivations import costs, goals, sums, years

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from pyoxigraph import Store

    from queries.derivations.facts import Fact

GRAPH = "https://w3id.org/jixiao/graph/derived"
"""The named graph of everything that is derived."""
_METHOD = "https://w3id.org/jixiao/derivation/"


@dataclass(frozen=True, slots=True)
class Derivation:
    """One method: what it computes, in which version, and how."""

    id: str
    version: str
    title: str
    """What it computes, in Chinese."""
    derive: Callable[[Store], Iterator[Fact]]

    @property
    def address(self) -> NamedNode:
        """The activity that derived things name as their origin."""
        return NamedNode(f"{_METHOD}{self.id}/{self.version}")


DERIVATIONS = (
    Derivation("row-sums", "1", "按科目编码的上下级，计算预算表各上级行的分项合计。", sums.derive),
    Derivation("goal-quantities", "2", "识别总体目标写明的数量，并查找承接它的指标。", goals.derive),
    Derivation("unit-costs", "1", "计算每一单位产出的金额，并与同名、同计量单位的比较。", costs.derive),
    Derivation("successions", "1", "按去掉年份的名称，对应同一部门相邻年度的同一项目。", years.derive),
)


def derived(store: Store, derivations: Iterable[Derivation] = DERIVATIONS) -> Iterator[Quad]:
    """Everything that the derivations compute from a store, in the named graph :data:`GRAPH`; the store stays as it is.

    The same store gives the same quads. A derivation that finds nothing leaves nothing behind.
    """
    for each in derivations:
        facts = list(each.derive(store))
        if facts:
            yield from _activity(each)
        for fact in facts:
            yield _quad(fact.thing, f"{RDF}type", NamedNode(JX + fact.kind))
            yield _quad(fact.thing, f"{PROV}wasGeneratedBy", each.address)
            for name, value in fact.said:
                yield _quad(fact.thing, name, value)


def _activity(method: Derivation) -> Iterator[Quad]:
    yield _quad(method.address, f"{RDF}type", NamedNode(f"{PROV}Activity"))
    yield _quad(method.address, f"{RDFS}label", Literal(method.title, language="zh"))
    yield _quad(method.address, f"{SCHEMA}identifier", Literal(method.id))
    yield _quad(method.address, f"{OWL}versionInfo", Literal(method.version))


def _quad(thing: NamedNode, name: str, value: NamedNode | Literal) -> Quad:
    return Quad(thing, NamedNode(name), value, NamedNode(GRAPH))
