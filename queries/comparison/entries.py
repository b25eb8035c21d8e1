"""The indicators of a store as plain data, each with what decides whether others may be compared with it."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal
from functools import cache, cached_property
from importlib.resources import files
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import unquote

from pyoxigraph import Literal, NamedNode

from graph import store as stores
from ontology.terms import CODE, XSD, concepts
from queries.comparison.names import normalised

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pyoxigraph import Store

UNCLEAR = frozenset({"vague", "restated", "missing", "relative"})
"""Kinds of targets for which a better wording is looked for."""
CEILINGS = frozenset({"le", "lt"})
FLOORS = frozenset({"ge", "gt"})
CODED = ("kind", "comparator", "type", "polarity")
"""What a row says by the address of a code."""


class Unit(NamedTuple):
    """What a number counts, and how many of it one printed unit is."""

    what: str
    factor: Decimal = Decimal(1)


class Key(NamedTuple):
    """What two indicators must share to be compared at all."""

    unit: str
    kind: str
    per_unit: bool
    less: bool
    """Less of it is better."""


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One indicator with its target, its project and its document."""

    iri: str
    name: str
    kind: str
    form: str
    project: str
    document: str
    source: str
    sha256: str
    printed: str | None = None
    comparator: str | None = None
    number: Decimal | None = None
    number2: Decimal | None = None
    unit: str | None = None
    code: Unit | None = None
    type: str | None = None
    polarity: str | None = None
    per_unit: bool = False
    scoring: str | None = None
    publisher: str | None = None
    region: str | None = None
    year: int | None = None
    objected: bool = False
    """There is a certain finding on it."""

    @cached_property
    def plain_name(self) -> str:
        """The name without time and place."""
        return normalised(self.name, self.publisher, self.region)

    @cached_property
    def plain_project(self) -> str:
        """The project's name without time and place."""
        return normalised(self.project, self.publisher, self.region)

    @cached_property
    def family(self) -> str | None:
        """The first level of its type; the cost of older forms, which stood under output, is cost."""
        return _family(self.type) if self.type else None

    @property
    def key(self) -> Key | None:
        """What it can be compared by; ``None`` where it has no single number or no unit."""
        if self.number is None or self.number2 is not None or self.code is None:
            return None
        # A month may be a point of time or a duration, which only the printed word tells: 12月, 12个月.
        unit = self.unit or "" if self.kind == "time" else self.code.what
        return Key(unit, self.kind, self.per_unit, self.polarity == "less")

    @property
    def amount(self) -> Decimal:
        """The number in the unit of its key."""
        assert self.number is not None
        assert self.code is not None
        return self.number if self.kind == "time" else self.number * self.code.factor

    @property
    def is_ceiling(self) -> bool:
        """The target is a most; one without ≥ and ≤ is a most where less is better."""
        return self.comparator in CEILINGS or (self.comparator not in FLOORS and self.polarity == "less")


@cache
def _family(notation: str) -> str:
    types = concepts("indicator-type")
    if notation == "output-cost":
        return "cost"
    return types[notation].broader or notation if notation in types else notation


def entries(store: Store) -> list[Entry]:
    """The indicators of a store, ordered by their addresses."""
    documents = {row.pop("iri"): row for row in rows(store, "documents")}
    projects = {row["iri"]: row["project"] for row in rows(store, "forms")}
    objected = {row["iri"] for row in rows(store, "objected")}
    unit = _Units(store)
    found = (
        Entry(
            **_coded(row, unit),
            project=projects[row["form"]],
            objected=row["iri"] in objected,
            **documents[row["document"]],
        )
        for row in rows(store, "indicators")
    )
    return sorted(found, key=lambda entry: entry.iri)


def _coded(row: Mapping[str, Any], unit: Mapping[str, Unit]) -> dict[str, Any]:
    """A row with notations for the addresses of codes."""
    codes: dict[str, Any] = {name: _notation(row[name]) for name in CODED if name in row}
    others = {"code": unit[row["code"]] if "code" in row else None, "per_unit": row.get("perUnit", False)}
    return {name: value for name, value in row.items() if name != "perUnit"} | codes | others


class _Units(dict[str, Unit]):
    """Units by the address of their code; money in 元, number words taken apart."""

    def __init__(self, store: Store) -> None:
        parts: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
        for row in rows(store, "units"):
            parts[row["iri"]].append(row)
        super().__init__((code, self._composed(of)) for code, of in sorted(parts.items()))

    def __missing__(self, code: str) -> Unit:
        notation = _notation(code)
        known = concepts("unit").get(notation)
        self[code] = unit = Unit("元", known.in_yuan) if known and known.in_yuan else Unit(notation)
        return unit

    def _composed(self, parts: list[Mapping[str, Any]]) -> Unit:
        above = sorted({self[row["numerator"]] for row in parts})
        below = sorted({self[row["denominator"]] for row in parts if "denominator" in row})
        what = "/".join("·".join(each.what for each in side) for side in (above, below) if side)
        return Unit(what, above[0].factor * Decimal(parts[0].get("multiplier", 1)))


def rows(store: Store, name: str, *things: str) -> Iterator[dict[str, Any]]:
    """The rows of one of the queries beside this file, about these things where it is about some."""
    text = files("queries.comparison").joinpath(f"{name}.rq").read_text(encoding="utf-8")
    if things:
        text = text.replace("UNDEF", " ".join(str(NamedNode(thing)) for thing in things))
    solutions: Any = stores.query(store, text)
    names = [variable.value for variable in solutions.variables]
    for solution in solutions:
        yield {name: _value(solution[name]) for name in names if solution[name] is not None}


def _value(term: Any) -> Any:
    """A term as the Python value that it means."""
    match term.datatype.value.removeprefix(XSD) if isinstance(term, Literal) else None:
        case "integer":
            return int(term.value)
        case "decimal":
            return Decimal(term.value)
        case "boolean":
            return term.value == "true"
        case _:
            return term.value


def _notation(code: str) -> str:
    """What stands after the code list in the address of a code."""
    return unquote(code.removeprefix(CODE).partition("/")[2])
