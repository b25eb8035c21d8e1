"""The whole graph as one map: departments with their projects, and the indicators that several projects share.

What lies within what is laid out as circles within circles (:mod:`jixiao.explorer.packing`): projects in their
department, departments in their province, shared indicators in their family. A project is the larger the more money it
has, an indicator the more often it is set. The same snapshot gives the same bytes.
"""

from __future__ import annotations

import gzip
import json
from collections import Counter, defaultdict
from contextlib import suppress
from dataclasses import dataclass, field
from decimal import Decimal
from math import sqrt
from typing import TYPE_CHECKING

from graph.files import write_whole
from jixiao.comparison import index_of
from jixiao.explorer.packing import Circle, pack
from jixiao.explorer.reading import SHARED, Explorer
from jixiao.told import UNDISCLOSED, VAGUE_KINDS
from ontology.terms import concepts, label

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from graph.snapshot import Snapshot
    from jixiao.told import Subject
    from jixiao.view import View
    from queries.comparison import Entry, Index

VERSION = 1
"""Of the layout: what an older one kept beside the snapshot is not read."""
SIDE = 20_000
"""How long the map is on each side, in whole steps."""
LEAST = Decimal("0.02")
"""The share of the middle project's money that the smallest is drawn with."""
SOFTENED = 0.65
"""Ten times the money is 4.5 times the area: else the largest projects would leave no room for others."""
INDICATORS = 0.35
"""The area of all shared indicators, as a share of that of all projects."""
KINDS = "rdpfi"
"""Regions, departments, projects, families of indicators, indicators: one letter a node."""
STEPS = (0, 10, 25, 50)
"""Where the colours change: none, up to a tenth, up to a quarter, up to half, more; in percent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """One node of the map.

    Attributes:
        at: its address in the explorer; empty where there is none.
        size: money in 元, or how many indicators there are; ``None`` where it is not known.
        unclear: how many of the ``judged`` targets nobody can check.
    """

    kind: str
    label: str
    at: str = ""
    size: Decimal | None = None
    unclear: int = 0
    judged: int = 0
    within: Sequence[Node] = ()
    members: frozenset[str] = field(default_factory=frozenset)
    """The addresses of the indicators that it holds."""


def data_of(snapshot: Snapshot, view: Callable[[], View]) -> bytes:
    """The map of a snapshot as gzipped JSON, made when it is first asked for and kept beside the snapshot.

    Args:
        snapshot: what is drawn.
        view: gives the same snapshot arranged for people; asked only where the map is not there yet.
    """
    kept = snapshot.path / f"map.{VERSION}.json.gz"
    if kept.is_file():
        return kept.read_bytes()
    made = gzip.compress(json.dumps(columns(whole(snapshot, view())), ensure_ascii=False).encode(), 6, mtime=0)
    with suppress(OSError):  # a snapshot may lie where nothing can be written
        write_whole(kept, made)
    return made


@dataclass(frozen=True, slots=True, kw_only=True)
class Department:
    """A department as the table beside the map has it; the figures are those of its projects."""

    label: str
    at: str
    size: Decimal
    unclear: int
    judged: int
    projects: int
    step: int | None


def table_of(data: bytes) -> tuple[list[Department], Counter[int | None]]:
    """The departments of a map, the least clear first, and how many projects have which colour."""
    map_ = json.loads(gzip.decompress(data), parse_float=Decimal)
    steps = [step_of(*each) for each in zip(map_["unclear"], map_["judged"], strict=True)]
    projects = [number for number, kind in enumerate(map_["kind"]) if kind == "p"]
    within = Counter(map_["parent"][number] for number in projects)
    found = [
        Department(
            **{name: map_[name][number] for name in ("label", "at", "unclear", "judged")},
            size=Decimal(map_["size"][number]),
            projects=within[number],
            step=steps[number],
        )
        for number, kind in enumerate(map_["kind"])
        if kind == "d"
    ]
    found.sort(key=lambda each: (-each.unclear / max(each.judged, 1), each.label))
    return found, Counter(steps[number] for number in projects)


def step_of(unclear: int, judged: int) -> int | None:
    """The number of the colour of a share; ``None`` where there is nothing to judge."""
    return sum(100 * unclear > each * judged for each in STEPS) if judged else None


def whole(snapshot: Snapshot, view: View) -> Node:
    """Everything that is on the map, each within what it belongs to."""
    explorer = Explorer(snapshot)
    regions = _regions(explorer, view)
    families = _families(index_of(snapshot), explorer)
    return Node(kind="", label="", within=[*regions, *families])


def _regions(explorer: Explorer, view: View) -> list[Node]:
    """Departments by province; documents of nobody are their own department."""
    home = {iri: thing.home or iri for iri, thing in explorer.things(view.documents).items()}
    province = {home[iri]: _province(code) for iri, code in explorer.links("document", "division", list(home))}
    projects: dict[str, list[Node]] = defaultdict(list)
    for subject in view.subjects.values():
        projects[home[subject.document.iri]].append(_project(explorer, subject))
    things = explorer.things(projects)
    by_province: dict[str, list[Node]] = defaultdict(list)
    for iri in sorted(projects):
        department = _around("d", things[iri].label, projects[iri], explorer.short(iri))
        by_province[province.get(iri, "")].append(department)
    return [_around("r", name, within) for name, within in sorted(by_province.items())]


def _province(division: str) -> str:
    notation = f"{division.rpartition('/')[2][:2]}0000"
    return label("division", notation) if notation in concepts("division") else ""


def _project(explorer: Explorer, subject: Subject) -> Node:
    return Node(
        kind="p",
        label=subject.name,
        at=explorer.short(subject.iri),
        size=None if subject.is_department else subject.money,
        unclear=subject.clarity.unclear,
        judged=subject.clarity.judged,
        members=frozenset(indicator.iri for indicator in subject.indicators),
    )


def _around(kind: str, name: str, within: Sequence[Node], at: str = "") -> Node:
    """What lies around others: its figures are their sums."""
    return Node(
        kind=kind,
        label=name,
        at=at,
        size=sum((each.size or Decimal(0) for each in within), Decimal(0)),
        unclear=sum(each.unclear for each in within),
        judged=sum(each.judged for each in within),
        within=within,
    )


def _families(index: Index, explorer: Explorer) -> list[Node]:
    """Indicators that several projects set, by the first level of their types."""
    by_family: dict[str, list[Node]] = defaultdict(list)
    for first, entries in sorted(shared(index).items()):
        families = Counter(entry.family or "" for entry in entries)
        family = min(families.items(), key=lambda each: (-each[1], each[0]))[0]
        by_family[family].append(_indicator(explorer, first, entries, grouped=index.group(first) is not None))
    called = {family: label("indicator-type", family) if family else "" for family in by_family}
    return [_around("f", called[family], within) for family, within in sorted(by_family.items())]


def shared(index: Index) -> dict[str, list[Entry]]:
    """Comparable indicators by the address of the first, where they stand in several forms.

    A target without a number can be compared with none; it is counted where others of its name are, else with those
    that are called like it.
    """
    groups: dict[str, list[Entry]] = defaultdict(list)
    home: dict[str, str] = {}
    for group in sorted(index.groups, key=lambda each: -len(each.entries)):
        for entry in group.entries:
            groups[group.entries[0].iri].append(entry)
            home.setdefault(entry.plain_name, group.entries[0].iri)
    for entry in index.entries:
        if index.group(entry.iri) is None:
            groups[home.setdefault(entry.plain_name, entry.iri)].append(entry)
    return {first: of for first, of in groups.items() if len({entry.form for entry in of}) > 1}


def _indicator(explorer: Explorer, first: str, entries: Sequence[Entry], *, grouped: bool) -> Node:
    names = Counter(entry.name for entry in entries)
    judged = [entry for entry in entries if entry.kind != UNDISCLOSED]
    return Node(
        kind="i",
        label=min(names.items(), key=lambda each: (-each[1], each[0]))[0],
        at=explorer.short(first + (SHARED if grouped else "")),
        size=Decimal(len(entries)),
        unclear=sum(entry.kind in VAGUE_KINDS for entry in judged),
        judged=len(judged),
        members=frozenset(entry.iri for entry in entries),
    )


# Layout


def columns(root: Node) -> Mapping[str, object]:
    """The map as columns, outer nodes before what lies within them; ``pairs`` are projects and their indicators."""
    drawn = laid_out(root)
    nodes: list[Node] = [circle.name for circle in drawn]  # type: ignore[misc]
    number = {id(node): count for count, node in enumerate(nodes)}
    parent = {id(each): number[id(node)] for node in nodes for each in node.within}
    return {
        "version": VERSION,
        "kind": "".join(node.kind for node in nodes),
        "label": [node.label for node in nodes],
        "at": [node.at for node in nodes],
        "x": [round(circle.x) for circle in drawn],
        "y": [round(circle.y) for circle in drawn],
        "r": [round(circle.r, 1) for circle in drawn],
        "size": [None if node.size is None else _short(node.size) for node in nodes],
        "unclear": [node.unclear for node in nodes],
        "judged": [node.judged for node in nodes],
        "parent": [parent.get(id(node), -1) for node in nodes],
        "pairs": _pairs(nodes),
    }


def _short(size: Decimal) -> int | float:
    return int(size) if size == size.to_integral_value() else float(size)


def _pairs(nodes: Sequence[Node]) -> list[int]:
    """The numbers of each project and each shared indicator that it sets, one after the other."""
    owner = {member: number for number, node in enumerate(nodes) if node.kind == "p" for member in node.members}
    found = {
        (owner[member], number)
        for number, node in enumerate(nodes)
        if node.kind == "i"
        for member in node.members
        if member in owner
    }
    return [number for pair in sorted(found) for number in pair]


def laid_out(root: Node) -> list[Circle]:
    """The circles of everything within, outer ones first, from 0 to :data:`SIDE`."""
    areas = _areas(root)
    packed = _circle(root, areas, max(map(sqrt, areas.values()), default=1.0))
    pack(packed)
    scale = SIDE / 2 / (packed.r or 1.0)
    drawn = list(packed.all())[1:]
    for circle in drawn:
        circle.x, circle.y, circle.r = circle.x * scale + SIDE / 2, circle.y * scale + SIDE / 2, circle.r * scale
    return drawn


def _areas(root: Node) -> dict[int, float]:
    """The area of each node that nothing lies in: the money of projects, how often indicators are set."""
    projects = [node for node in _leaves(root) if node.kind == "p"]
    indicators = [node for node in _leaves(root) if node.kind == "i"]
    sizes = sorted(node.size for node in projects if node.size)
    least = sizes[len(sizes) // 2] * LEAST if sizes else Decimal(1)
    areas = {id(node): float(max(node.size or least, least)) ** SOFTENED for node in projects}
    times = sum(float(node.size or 0) for node in indicators)
    each = INDICATORS * sum(areas.values()) / times if areas and times else 1.0
    return areas | {id(node): each * float(node.size or 0) for node in indicators}


def _leaves(node: Node) -> Iterator[Node]:
    if not node.within:
        yield node
    for each in node.within:
        yield from _leaves(each)


MARGINS: Mapping[str, float] = {"": 0.0, "r": 0.05, "f": 0.04, "d": 0.04}
"""The room between a circle's edge and what lies within, as a share of the largest that nothing lies in."""


def _circle(node: Node, areas: Mapping[int, float], largest: float) -> Circle:
    within = [_circle(each, areas, largest) for each in node.within]
    margin = MARGINS.get(node.kind, 0.0) * largest
    return Circle(r=sqrt(areas.get(id(node), 0.0)), within=within, margin=margin, name=node)
