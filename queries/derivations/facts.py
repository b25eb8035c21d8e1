"""How derivations read a store and say what they computed."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any, cast

from pyoxigraph import Literal, NamedNode

from ontology.namespaces import JX, XSD

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pyoxigraph import QuerySolution, QuerySolutions, Store

PREFIXES = """\
PREFIX jx: <https://w3id.org/jixiao/ontology#>
PREFIX obeu-measure: <http://data.openbudgets.eu/ontology/dsd/measure/>
PREFIX schema: <https://schema.org/>
PREFIX dct: <http://purl.org/dc/terms/>
PREFIX scope: <https://w3id.org/jixiao/code/scope/>
PREFIX type: <https://w3id.org/jixiao/code/indicator-type/>
"""


@dataclass(frozen=True, slots=True)
class Fact:
    """A derived thing: its address, its class, and what is said of it."""

    thing: NamedNode
    kind: str
    """A class of the vocabulary."""
    said: tuple[tuple[str, NamedNode | Literal], ...]


def ours(name: str, value: Any) -> tuple[str, NamedNode | Literal]:
    """A property of the vocabulary with its value: a thing, a number or a text."""
    return JX + name, value if isinstance(value, NamedNode | Literal) else literal(value)


def literal(value: Decimal | int | str) -> Literal:
    """A value as RDF: decimals without an exponent, so that equal numbers are equal texts."""
    if isinstance(value, Decimal):
        return Literal(format(value.normalize(), "f"), datatype=NamedNode(f"{XSD}decimal"))
    return Literal(value)


def select(store: Store, sparql: str) -> Iterator[QuerySolution]:
    """The rows of a query over the union of all named graphs."""
    return iter(cast("QuerySolutions", store.query(PREFIXES + sparql, use_default_graph_as_union=True)))


def number(term: Any) -> Decimal | None:
    """The number that a literal says; ``None`` where nothing is bound."""
    return None if term is None else Decimal(term.value)
