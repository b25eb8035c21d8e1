"""Comparisons of indicators as people see them: the same figures and words on the command line and on the site."""

from __future__ import annotations

from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING

from jixiao.tables import plain
from queries.comparison import Index, places, wordings

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from graph.snapshot import Snapshot
    from jixiao.messages import Language
    from jixiao.tables import Cell
    from jixiao.told import Finding
    from queries.comparison import Comparison, Entry, Figures, Wording
    from queries.comparison.asking import Place

YUAN = "元"
LARGER: Mapping[Language, Sequence[tuple[str, Decimal]]] = {
    "zh": (("{}亿元", Decimal(10**8)), ("{}万元", Decimal(10**4)), ("{}元", Decimal(0))),
    "en": (("¥{}bn", Decimal(10**9)), ("¥{}m", Decimal(10**6)), ("¥{}k", Decimal(10**3)), ("¥{}", Decimal(0))),
}
"""How money is told in units, the largest first, and how many 元 they are; 0 for 元 itself."""
_CENT = Decimal("0.01")

CLEARER = frozenset({"vague-target", "restated-target", "missing-target", "relative-without-baseline"})
"""The rules that object to a target because nobody can check it: what others write is of help there."""

COLUMNS = (
    *("part", "name", "printed", "slot", "by", "side", "unit", "count", "documents", "departments"),
    *("minimum", "lower", "median", "upper", "maximum", "standing"),
    *("project", "publisher", "year", "source", "page", "line", "address"),
)
"""The columns of a comparison as rows."""
WORDING = ("name", "printed", "slot", "by", "project", "publisher", "year", "source", "page", "line", "address")
"""What is told of a wording."""


@lru_cache(maxsize=1)
def index_of(snapshot: Snapshot) -> Index:
    """The index of a snapshot, made when it is first asked for."""
    return Index.of(snapshot.store)


def amount(value: Decimal, unit: str = YUAN, language: Language = "zh") -> str:
    """An amount with its unit, at most two decimals; much money in larger units."""
    if unit != YUAN:
        return f"{_short(value)}{unit}"
    written, many = next(each for each in LARGER[language] if abs(value) >= each[1])
    return written.format(_short(value / (many or 1)))


def _short(value: Decimal) -> str:
    return plain(value.quantize(_CENT) if value % 1 else value)


def records(comparison: Comparison, at: Mapping[str, Place]) -> Iterator[dict[str, Cell]]:
    """A comparison as rows: the target itself, the figures of the others, each of them, the better wordings."""
    yield {"part": "target", "standing": comparison.standing, **of_entry(comparison.entry, at)}
    if comparison.figures:
        yield {"part": "figures", **of_figures(comparison.figures)}
    for peer in comparison.peers:
        yield {"part": "peer", **of_entry(peer, at)}
    for wording in comparison.wordings:
        yield of_wording(wording, at)


def of_wording(wording: Wording, at: Mapping[str, Place]) -> dict[str, Cell]:
    """A wording as a row."""
    return {"part": "wording", "slot": wording.slot, "by": wording.by, **of_entry(wording.entry, at)}


def offered(snapshot: Snapshot, rule: str, focus: str) -> Sequence[Wording] | None:
    """At most three wordings for the target that a finding objects to; ``None`` where its rule asks for none."""
    if rule not in CLEARER:
        return None
    index = index_of(snapshot)
    return wordings(index, index.by_iri[focus]) if focus in index.by_iri else None


def wording_records(snapshot: Snapshot, found: Sequence[Wording]) -> list[dict[str, Cell]]:
    """Wordings with their sources as plain data."""
    return _records(found, places(snapshot.store, *(each.entry.iri for each in found)))


def offers(snapshot: Snapshot, findings: Iterable[Finding]) -> Mapping[str, list[dict[str, Cell]]]:
    """The wordings for the targets that many findings object to, by finding: places are looked up once for all."""
    found = {each.id: offered(snapshot, each.rule, each.focus) or () for each in findings if each.rule in CLEARER}
    shown = dict.fromkeys(wording.entry.iri for several in found.values() for wording in several)
    at = places(snapshot.store, *shown)
    return {id_: _records(several, at) for id_, several in found.items()}


def _records(found: Sequence[Wording], at: Mapping[str, Place]) -> list[dict[str, Cell]]:
    rows = (of_wording(each, at) for each in found)
    return [{name: row[name] for name in WORDING} for row in rows]


def of_figures(figures: Figures) -> dict[str, Cell]:
    """Figures as a row."""
    names = ("unit", "count", "documents", "departments", "minimum", "lower", "median", "upper", "maximum")
    return {name: getattr(figures, name) for name in names} | {"side": "le" if figures.is_ceiling else "ge"}


def of_entry(entry: Entry, at: Mapping[str, Place]) -> dict[str, Cell]:
    """An indicator with its source as a row."""
    page, line = at.get(entry.iri, (None, None))
    names = ("name", "printed", "unit", "project", "publisher", "year", "source")
    return {name: getattr(entry, name) for name in names} | {"page": page, "line": line, "address": entry.iri}


def places_of(snapshot: Snapshot, comparison: Comparison) -> Mapping[str, Place]:
    """Where everything that a comparison shows is printed."""
    shown = (comparison.entry, *comparison.peers, *(each.entry for each in comparison.wordings))
    return places(snapshot.store, *(each.iri for each in shown))
