"""The rows of a sheet, read from a snapshot: one document after the other, so that none but the current one is held."""

from __future__ import annotations

import pickle
import tempfile
from contextlib import contextmanager
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from pyoxigraph import Literal, NamedNode

from ontology.terms import JX, RDF

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from graph.snapshot import Snapshot
    from jixiao.exports.columns import Column, Sheet, Step

    Value = str | int | bool | Decimal | tuple[str | int | bool | Decimal, ...] | None
    Row = list[Value]
    Term = NamedNode | Literal

_TYPE = NamedNode(f"{RDF}type")
_ORDER = f"{JX}order"
_FIELD = NamedNode(f"{JX}field")
MOST_KNOWN = 5_000
"""Things that are remembered; those of one form and what they share are far fewer."""
_LAST = 10**9
"""Where things stand that have no order: after those that have one."""


def rows(snapshot: Snapshot, sheet: Sheet) -> Iterator[Row]:
    """Every row of a sheet; the same snapshot gives the same rows in the same order."""
    if sheet.class_ is None:
        yield from _findings(snapshot, sheet)
        return
    for address in documents(snapshot):
        yield from document_rows(snapshot, sheet, address)


def records(snapshot: Snapshot, sheet: Sheet) -> Iterator[dict[str, Value]]:
    """Every row of a sheet by the names of its columns."""
    return (dict(zip(sheet.names, row, strict=True)) for row in rows(snapshot, sheet))


@contextmanager
def kept(every: Iterable[Row]) -> Iterator[Callable[[], Iterator[Row]]]:
    """Rows that are read once and wait on disk; gives a function that goes through them again."""
    with tempfile.TemporaryFile() as file:
        count = 0
        for row in every:
            pickle.dump(row, file)
            count += 1

        def again() -> Iterator[Row]:
            file.seek(0)
            return (pickle.load(file) for _ in range(count))  # noqa: S301 - written above

        yield again


def documents(snapshot: Snapshot) -> list[str]:
    """The addresses of the documents, by the names of their files."""
    entries = sorted(snapshot.manifest["documents"], key=lambda entry: (entry["source"], entry["address"]))
    return [entry["address"] for entry in entries]


def document_rows(snapshot: Snapshot, sheet: Sheet, address: str) -> list[Row]:
    """The rows of a sheet that one document gives, in printed order."""
    facts = Facts(snapshot.store)
    graph, class_ = NamedNode(address), NamedNode(sheet.class_ or "")
    found_there: Iterator[Any] = snapshot.store.quads_for_pattern(None, _TYPE, class_, graph)
    things = sorted(quad.subject.value for quad in found_there)
    found = [facts.row(thing, sheet.columns) for thing in things]
    places = [sheet.names.index(name) for name in sheet.sort]
    return sorted(found, key=lambda row: [_LAST if row[place] is None else row[place] for place in places])


class Facts:
    """What a store says of things, each thing looked up once in a while."""

    def __init__(self, store: Any) -> None:
        self._store = store
        self._known: dict[str, dict[str, list[Term]]] = {}
        self._reached: dict[tuple[str, tuple[Step, ...]], list[Term]] = {}

    def of(self, thing: str) -> Mapping[str, list[Term]]:
        """The values of its properties."""
        if thing not in self._known:
            said: dict[str, list[Term]] = {}
            for quad in self._store.quads_for_pattern(NamedNode(thing), None, None):
                said.setdefault(quad.predicate.value, []).append(quad.object)
            self._known[thing] = said
        return self._known[thing]

    def row(self, thing: str, columns: Sequence[Column]) -> Row:
        """What the columns say of a thing; what was looked up is forgotten before it is too much to hold."""
        if len(self._known) > MOST_KNOWN:
            self._known.clear()
            self._reached.clear()
        return [self.cell(thing, column) for column in columns]

    def cell(self, thing: str, column: Column) -> Value:
        """What a column says of a thing."""
        if not column.path:
            return thing
        found = self.reached(thing, column.path)
        match column.take:
            case "count":
                return len(found)
            case "sum":
                return sum((Decimal(term.value) for term in found), Decimal(0)) if found else None
            case "text":
                return "".join(term.value for term in found) or None
            case "all":
                return tuple(_value(term, column) for term in found) or None
            case "first":
                return _value(found[0], column) if found else None

    def reached(self, thing: str, path: tuple[Step, ...]) -> list[Term]:
        """The values at the end of a path, in order; ways that columns share are gone once."""
        if not path:
            return [NamedNode(thing)]
        key = (thing, path)
        if key not in self._reached:
            start = self.reached(thing, path[:-1])
            self._reached[key] = [end for each in start for end in self._step(each, path[-1])]
        return self._reached[key]

    def _step(self, start: Term, step: Step) -> Sequence[Term]:
        if step.inverse:
            pointing = self._store.quads_for_pattern(None, NamedNode(step.predicate), start)
            found = [quad.subject for quad in pointing]
        else:
            found = list(self.of(start.value).get(step.predicate, ()))
        if step.only is not None:
            found = [each for each in found if self._is_meant(each.value, step)]
        return sorted(found, key=self._rank) if len(found) > 1 else found

    def _is_meant(self, thing: str, step: Step) -> bool:
        """Whether a thing is of the class, or a place the field's; one look, since things have many places."""
        only = step.only or ""
        name, value = (_TYPE, NamedNode(only)) if step.of_class else (_FIELD, Literal(only))
        return next(self._store.quads_for_pattern(NamedNode(thing), name, value), None) is not None

    def _rank(self, term: Term) -> tuple[int, str]:
        order = self.of(term.value).get(_ORDER) if isinstance(term, NamedNode) else None
        return (int(order[0].value) if order else _LAST, term.value)


def _value(term: Term, column: Column) -> Any:
    match column.type:
        case "integer":
            return int(term.value)
        case "decimal":
            return Decimal(term.value)
        case "boolean":
            return term.value == "true"
        case "code":
            return term.value.removeprefix(column.code_prefix)
        case _:
            return term.value


def _findings(snapshot: Snapshot, sheet: Sheet) -> Iterator[Row]:
    """The findings as published, each with the first of its places."""
    for finding in snapshot.findings():
        said = {**finding, **next(iter(finding.get("places") or ()), {})}
        yield [said.get(column.key or "") for column in sheet.columns]
