"""Records become triples and the triples become the same records: nothing is lost on the way."""

from __future__ import annotations

import typing
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import UTC, datetime
from decimal import Decimal
from types import UnionType
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from once import read

from graph import bindings, reading
from graph.addresses import document_address
from graph.mapping import triples
from ingest import records
from ingest.records import BudgetRow, BudgetTable, Document, Facts, Moment, Number, Places, Span, Target, WebAddress
from ontology.terms import BASE

NAMES = st.text(st.characters(exclude_categories=["Cs", "Cc", "Cn"]), min_size=1, max_size=5)
NUMBERS = st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**4), max_value=10**9, places=6)
MOMENTS = st.integers(0, 2**32).map(lambda second: f"{datetime.fromtimestamp(second, UTC):%Y-%m-%dT%H:%M:%SZ}")
ADDRESSES = st.text(st.characters(exclude_categories=["Cs"]), max_size=5).map(
    lambda path: f"https://example.org/{quote(path)}"
)
PLAIN = {
    str: NAMES,
    int: st.integers(1, 10**6),
    bool: st.booleans(),
    Decimal: NUMBERS,
    Number: NUMBERS,
    WebAddress: ADDRESSES,
    Moment: MOMENTS,
}
"""What values of each type are made of."""


def of_type(kind: object) -> st.SearchStrategy[object]:
    """Values of a type that a field of a record has."""
    origin, parts = typing.get_origin(kind), typing.get_args(kind)
    if kind in PLAIN:
        return PLAIN[kind]
    if origin in (typing.Union, UnionType):
        return st.one_of(of_type(part) if part is not type(None) else st.none() for part in parts)
    if origin is typing.Literal:
        return st.sampled_from(parts)
    if origin is tuple:
        return st.lists(of_type(parts[0]), max_size=2).map(tuple)
    if origin is Mapping:
        return st.dictionaries(of_type(parts[0]), of_type(parts[1]), max_size=2)
    assert is_dataclass(kind), kind
    return of_record(kind)


def places_of(names: typing.Sequence[str]) -> st.SearchStrategy[Places]:
    spans = st.lists(of_record(Span), min_size=1, max_size=2).map(tuple)
    return st.dictionaries(st.sampled_from(names), spans, max_size=2) if names else st.just({})


@st.composite
def of_record(draw: st.DrawFn, kind: type) -> object:
    """Records of a class with every field that it has, whatever fields may be added."""
    hints = typing.get_type_hints(kind, records.__dict__, include_extras=True)
    values = {each.name: draw(of_type(hints[each.name])) for each in fields(kind) if each.name != "places"}
    if kind is Target and values["plan"] == ():
        values["plan"] = None
    if kind is Document:
        values["sha256"] = draw(st.text("0123456789abcdef", min_size=64, max_size=64))
    if kind is BudgetTable:
        labels = (label for row in values["rows"] for label in (*row.texts, *row.amounts))
        values["columns"] = tuple(dict.fromkeys((*values["columns"], *labels)))
    if "places" in hints:
        values["places"] = draw(places_of(printed(kind, values)))
    return kind(**values)


def printed(kind: type, values: Mapping[str, object]) -> list[str]:
    """The fields that a record of a class can have places of."""
    if kind is Document:
        return ["kind", "supersedes"]
    if kind is Facts:
        return list(bindings.FACTS)
    if kind is BudgetRow:
        return ["name", *(f"{name}.{label}" for name in ("texts", "amounts") for label in values[name])]
    return [name for name in values if name != "places"]


DOCUMENTS = of_record(Document)
SLOW = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)


def read_back(document: Document) -> Document:
    """What is read from the triples of a document, in any order."""
    address = document_address(document, BASE)
    quads = [quad for quad in triples(document) if quad.graph_name.value == address]
    return reading.document(reversed(quads))


@SLOW
@given(DOCUMENTS)
def test_whatever_a_document_says_is_read_back_from_its_triples(document):
    assert read_back(document) == document


@SLOW
@given(DOCUMENTS)
def test_the_same_document_gives_the_same_triples_and_each_once(document):
    quads = [*triples(document)]
    assert quads == [*triples(document)]
    assert len(quads) == len(set(quads))


def test_the_records_of_all_real_documents_are_read_back_from_their_triples(real):
    found = []
    for path in sorted((real / "seeds").glob("*.txt")):
        document = read(path)
        assert read_back(document) == document, path.name
        found.append(path.name)
    assert found


def test_a_graph_without_a_disclosure_is_no_document():
    with pytest.raises(ValueError, match="one disclosure"):
        reading.document([])
