"""Facts: what is said of a thing, before it is known in which graph it stands."""

from __future__ import annotations

from typing import TYPE_CHECKING

from graph.bindings import FIELD, ORDER, SELECTOR, SPAN
from graph.codecs import INTEGER, TEXT, node
from ontology.addresses import segment
from ontology.terms import JX, OA, RDF

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pyoxigraph import Literal, NamedNode

    from graph.bindings import Binding
    from graph.codecs import Codec
    from ingest.records import Places, Span

    Fact = tuple[str, str, Literal | NamedNode]
    """Subject, property, value."""


def is_a(thing: str, *classes: str) -> Iterator[Fact]:
    """What kinds of thing it is."""
    for each in classes:
        yield thing, f"{RDF}type", node(each)


def says(thing: str, name: str, codec: Codec, value: object) -> Iterator[Fact]:
    """One value of a thing, where there is one."""
    if value is not None:
        yield thing, name, codec.write(value)


def links(thing: str, name: str, *others: str | None) -> Iterator[Fact]:
    """Which things it is related to, where there are any."""
    for other in others:
        if other is not None:
            yield thing, name, node(other)


def fields(record: object, bindings: Mapping[str, Binding], thing: str) -> Iterator[Fact]:
    """Those fields of a record that tables bind to properties."""
    for field, (name, codec) in bindings.items():
        yield from says(thing, name, codec, getattr(record, field))


def ordered(thing: str, order: int) -> Iterator[Fact]:
    """The position of a thing among its like, from 1."""
    yield from says(thing, ORDER.name, INTEGER, order)


def places(thing: str, home: str, document: str, printed: Places) -> Iterator[Fact]:
    """Where each field of a thing is printed: one thing a printed stretch, addressed under ``home``."""
    for field, spans in printed.items():
        for order, span in enumerate(spans, 1):
            address = f"{home}/出处/{segment(field)}/{order}"
            yield from links(thing, f"{JX}place", address)
            yield from says(address, FIELD.name, TEXT, field)
            yield from ordered(address, order)
            yield from links(address, f"{OA}hasSource", document)
            yield from _span(span, address)


def _span(span: Span, address: str) -> Iterator[Fact]:
    """One printed stretch, found by its position and by its text (https://www.w3.org/TR/annotation-model/#selectors)."""
    selector = f"{address}/位置"
    yield from is_a(address, f"{OA}SpecificResource")
    yield from fields(span, SPAN, address)
    yield from links(address, f"{OA}hasSelector", selector)
    yield from is_a(selector, f"{OA}TextPositionSelector", f"{OA}TextQuoteSelector")
    yield from fields(span, SELECTOR, selector)
