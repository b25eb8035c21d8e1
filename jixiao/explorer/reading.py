"""What a snapshot says to people who walk it: things, their neighbours, what is told of them, ways between two."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from hashlib import sha256
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from jixiao.comparison import amount, index_of
from jixiao.explorer.asking import Asking, full
from jixiao.explorer.kinds import around, edges, kind_of_code, kinds
from jixiao.rendering import wan
from jixiao.told import Place
from jixiao.view import rows
from ontology.addresses import segment
from ontology.concepts import fold
from ontology.terms import CODE

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from graph.snapshot import Snapshot
    from jixiao.explorer.kinds import Edge, Kind
    from jixiao.tables import Cell
    from queries.comparison import Group, Index

    Pairs = list[tuple[str, str]]

MOST = 2000
"""How many neighbours are looked at; a count that reaches it stands for as many or more."""
EVERY = 1_000_000
"""How many neighbours there may be of many things together."""
SEARCHED = 400
"""Among how many things those with the most findings are looked for."""
WALKED = 20_000
"""How many things a search for a way looks at before it gives up."""
KEPT = 50_000
"""How many things are remembered."""
HUBS = frozenset({"source", "division", "rule", "word"})
"""Kinds that join everything with everything: a way through one of them says little."""
FOUND = 20
"""How many things a search shows."""
UNSEARCHED = frozenset({"finding", "goal", "line", "form"})
"""Kinds that are called like others, or by whole sentences."""
KEY_LENGTH = 7
SHARED = "#comparable"
"""What the address of a group ends in, after that of its first indicator."""


def key(iri: str) -> str:
    """A short name of a thing for addresses of pages, the same in every snapshot."""
    return sha256(iri.encode()).hexdigest()[:KEY_LENGTH]


@dataclass(frozen=True, slots=True, kw_only=True)
class Thing:
    """One thing as it is drawn and listed.

    Attributes:
        detail: what is told beside the name: an amount, a target, a count.
        home: the address of the department that it belongs to.
        certain: how many findings there are on it or its parts; likewise ``possible``.
    """

    iri: str
    kind: str
    label: str
    detail: str = ""
    home: str | None = None
    certain: int = 0
    possible: int = 0

    @property
    def key(self) -> str:
        """Its short name."""
        return key(self.iri)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One thing told of a thing, and where it is printed."""

    name: str
    value: Cell
    places: Sequence[Place] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """What joins two things: the property's name, and what is told on it."""

    source: str
    target: str
    label: str
    note: str = ""


class Explorer:
    """One snapshot as people walk it; every answer is in one stable order."""

    def __init__(self, snapshot: Snapshot, language: str = "zh") -> None:
        self.snapshot = snapshot
        self.language = language
        self.asking = Asking(snapshot, language)
        self.base = f"{snapshot.manifest['base']}id/"
        self._things: dict[str, Thing] = {}
        self._near: dict[tuple[str, str], list[str]] = {}

    # Addresses

    def short(self, iri: str) -> str:
        """An address as it stands in the address of a page."""
        return iri.removeprefix(self.base) if iri.startswith(self.base) else f"code/{iri.removeprefix(CODE)}"

    def resolve(self, short: str) -> str | None:
        """The thing that :meth:`short` stands for; ``None`` where the snapshot has none that can be walked."""
        code = short.startswith("code/")
        iri = CODE + short.removeprefix("code/") if code else self.base + short
        try:
            return iri if self.kinds_of([iri]) else None
        except ValueError:  # what is typed into a browser need be no address
            return None

    def kinds_of(self, iris: Iterable[str]) -> dict[str, str]:
        """The kind of each of these things that is of one."""
        every = list(dict.fromkeys(iris))
        things = [iri for iri in every if "#" not in iri]
        codes = [iri for iri in things if kind_of_code(iri)]
        typed = {full(kind.type): name for name, kind in kinds().items() if kind.type}
        found = {
            row["of"]: typed[row["type"]]
            for row in self.asking.rows("?of a ?type", "of type", things)
            if row["type"] in typed
        }
        found |= {
            row["of"]: kind_of_code(row["of"]) or ""
            for row in self.asking.rows("?of skos:prefLabel ?label", "of", codes)
        }
        groups = {iri for iri in every if iri.endswith(SHARED) and self._group_at(iri)}
        levels = {level for _, level in self._levels([iri.partition("#")[0] for iri in every if "#" in iri])}
        return found | dict.fromkeys(groups, "group") | dict.fromkeys(levels.intersection(every), "level")

    # Things

    def things(self, iris: Iterable[str]) -> dict[str, Thing]:
        """These things, in their order; what is none is left out."""
        wanted = list(dict.fromkeys(iris))
        found = {iri: thing for iri in wanted if (thing := self._things.get(iri))}
        of: dict[str, list[str]] = defaultdict(list)
        for iri, kind in self.kinds_of(iri for iri in wanted if iri not in found).items():
            of[kind].append(iri)
        new = {thing.iri: thing for kind, each in of.items() for thing in self._described(kind, each)}
        _remember(self._things, new)
        return {iri: thing for iri in wanted if (thing := found.get(iri) or new.get(iri))}

    def _described(self, name: str, iris: Sequence[str]) -> Iterator[Thing]:
        if name == "group":
            yield from (self._group(iri) for iri in iris)
            return
        if name == "level":
            yield from self._levels_described(iris)
            return
        kind = kinds()[name]
        labels, details = self.asking.texts(kind.label, iris), self._details(name, iris)
        homes = self.asking.firsts(kind.home, iris)
        judged = self._judged(kind.judged, iris)
        for iri in iris:
            called = labels.get(iri) or unquote(iri.rpartition("/")[2])
            yield Thing(
                iri=iri, kind=name, label=called, detail=details.get(iri, ""), home=homes.get(iri), **judged[iri]
            )

    def _group(self, iri: str) -> Thing:
        group = self._group_at(iri)
        assert group is not None
        return Thing(iri=iri, kind="group", label=group.name, detail=f"× {len(group.entries)}")

    def _levels_described(self, levels: Sequence[str]) -> Iterator[Thing]:
        """Levels have no triples of their own: what is said of one is said of its indicators."""
        indicators = self.links("level", "indicator", levels)
        judged = self._judged(kinds()["indicator"].judged, [indicator for _, indicator in indicators])
        forms = {level: level.partition("#")[0] for level in levels}
        homes = self.asking.firsts(kinds()["form"].home, list(forms.values()))
        parts: dict[str, list[str]] = defaultdict(list)
        for level, indicator in indicators:
            parts[level].append(indicator)
        for level in levels:
            found: Counter[str] = sum((Counter(judged[each]) for each in parts[level]), Counter())
            yield Thing(
                iri=level,
                kind="level",
                label=unquote(level.partition("#")[2]),
                detail=f"× {len(parts[level])}",
                home=homes.get(forms[level]),
                certain=found["certain"],
                possible=found["possible"],
            )

    def _details(self, name: str, iris: Sequence[str]) -> dict[str, str]:
        if name == "project":
            return {iri: _money(yuan, self.language) for iri, yuan in self._budgets(iris).items()}
        if name in {"line", "form"}:
            found = self.asking.rows("?of obeu-measure:amount ?yuan", "of yuan", iris)
            return {row["of"]: _money(row["yuan"], self.language) for row in found}
        details = self.asking.texts(kinds()[name].detail, iris)
        if name == "finding":
            named = self.asking.texts("jx:indicatorName", iris)
            return {iri: "：".join(filter(None, (named.get(iri), details.get(iri)))) for iri in iris}
        return details

    def _budgets(self, iris: Sequence[str]) -> dict[str, Decimal]:
        """What projects cost: the sum of their budget rows, else what the first form says."""
        paid: dict[str, Decimal] = defaultdict(Decimal)
        stated: dict[str, Decimal] = {}
        for row in self.asking.rows(
            "?part jx:project ?of ; obeu-measure:amount ?yuan ; a ?type", "of part type yuan", iris
        ):
            if row["type"] == full("jx:BudgetLine"):
                paid[row["of"]] += row["yuan"]
            elif row["type"] == full("jx:TargetForm"):
                stated.setdefault(row["of"], row["yuan"])
        return stated | paid

    def _judged(self, pattern: str | None, iris: Sequence[str]) -> dict[str, dict[str, int]]:
        """How many findings of which certainty there are on each of these things."""
        found: dict[str, dict[str, int]] = defaultdict(dict)
        counted = f"{pattern} . ?finding jx:certainty/skos:notation ?certainty"
        for row in self.asking.rows(counted, "of finding certainty", iris) if pattern else ():
            own = found[row["of"]]
            own[row["certainty"]] = own.get(row["certainty"], 0) + 1
        return found

    def facts(self, thing: Thing) -> list[Fact]:
        """What is told of a thing, each with where it is printed."""
        places: dict[str, list[Place]] = defaultdict(list)
        if "#" not in thing.iri:
            for row in rows(self.snapshot, "places", thing.iri):
                places[row["field"]].append(Place(**row))
        told = []
        for path, field in kinds()[thing.kind].facts:
            spoken = f'?of {path} ?value FILTER(isIRI(?value) || LANG(?value) IN ("", "{self.language}"))'
            values = self.asking.rows(spoken, "of value", [thing.iri])
            told += [Fact(name=self.label_of(path), value=row["value"], places=places[field or ""]) for row in values]
        return told

    def source_of(self, thing: Thing) -> Mapping[str, str] | None:
        """The ``sha256``, the name and the ``format`` of the file in which a thing is printed."""
        pattern = "?of jx:document? ?in . ?in jx:sha256 ?sha256 ; jx:sourceFile ?source ; jx:format ?format"
        return next(self.asking.rows(pattern, "sha256 source format", [thing.iri.partition("#")[0]]), None)

    def label_of(self, path: str) -> str:
        """What the property at the end of a path is called."""
        return self.asking.labels.get(full(path.rpartition("/")[2].removesuffix("/skos:prefLabel")), path)

    # Neighbours

    def neighbours(self, iri: str, kind: str, other: str) -> list[str]:
        """The neighbours of another kind that a thing of a kind has, :data:`MOST` at most."""
        near = self._near.get((iri, other))
        if near is None:
            near = [there for _, there in self.links(kind, other, [iri], MOST)]
            _remember(self._near, {(iri, other): near})
        return near

    def around(self, iri: str, kind: str) -> dict[str, list[str]]:
        """All neighbours of a thing, by kind; kinds of which it has none are left out."""
        found = {other: self.neighbours(iri, kind, other) for other in around(kind)}
        return {other: there for other, there in found.items() if there}

    def between(self, things: Iterable[Thing], *, shortcuts: Iterable[tuple[str, str]] = ()) -> list[Line]:
        """The lines among these things; shortcuts only where they are asked for and nothing longer is drawn."""
        by_kind: dict[str, list[str]] = defaultdict(list)
        for thing in things:
            by_kind[thing.kind].append(thing.iri)
        drawn = [line for edge in edges() if not edge.shortcut for line in self._drawn(edge, by_kind)]
        joined = _joined(drawn)
        asked = {frozenset(pair) for pair in shortcuts}
        wanted = (line for edge in edges() if asked and edge.shortcut for line in self._drawn(edge, by_kind))
        drawn += [line for line in wanted if {*_ends(line)} in asked and not _leads(joined, *_ends(line))]
        return drawn

    def _drawn(self, edge: Edge, by_kind: Mapping[str, Sequence[str]]) -> Iterator[Line]:
        """The lines of one edge among these things."""
        starts, ends = by_kind.get(edge.source, ()), frozenset(by_kind.get(edge.target, ()))
        if not starts or not ends:
            return
        pairs = [pair for pair in self.links(edge.source, edge.target, starts) if pair[1] in ends]
        notes = self._shares(edge, starts) if edge.target == "source" else {}
        label = self.label_of(edge.named) if edge.named else kinds()["group"].words[self.language]
        yield from (
            Line(source=one, target=other, label=label, note=notes.get((one, other), "")) for one, other in pairs
        )

    def _shares(self, edge: Edge, starts: Sequence[str]) -> dict[tuple[str, str], str]:
        """How much comes from each source."""
        found: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
        for row in self.asking.rows(edge.where, "from to share yuan", starts, "from"):
            found[row["from"], row["to"]] += row["yuan"]
        return {pair: _money(yuan, self.language) for pair, yuan in found.items()}

    def links(self, kind: str, other: str, iris: Sequence[str], most: int = EVERY) -> Pairs:
        """Pairs of these things of one kind and their neighbours of another, so many at most a query."""
        edge = around(kind)[other]
        if "group" in {kind, other}:
            return self._of_groups(kind, iris)[:most]
        if "level" in {kind, other}:
            return self._of_levels(kind, other, iris)[:most]
        here, there = ("from", "to") if edge.source == kind else ("to", "from")
        pattern = f"{edge.where} . {kinds()[other].being(there)}"
        return [(row[here], row[there]) for row in self.asking.rows(pattern, f"{here} {there}", iris, here, most)]

    def _of_groups(self, kind: str, iris: Sequence[str]) -> Pairs:
        if kind == "group":
            groups = ((iri, self._group_at(iri)) for iri in iris)
            return [(iri, entry.iri) for iri, group in groups if group for entry in group.entries]
        found = ((iri, self._index.group(iri)) for iri in iris)
        return [(iri, group.entries[0].iri + SHARED) for iri, group in found if group and len(group.entries) > 1]

    def _of_levels(self, kind: str, other: str, iris: Sequence[str]) -> Pairs:
        if kind == "form":
            return self._levels(iris)
        if (kind, other) == ("level", "form"):
            return [(level, level.partition("#")[0]) for level in iris]
        edge = around("level")["indicator"]
        if kind == "level":
            wanted = set(iris)
            forms = list(dict.fromkeys(level.partition("#")[0] for level in iris))
            found = self.asking.rows(edge.where, "from order to level", forms, "from")
            pairs = ((_level(row["from"], row["level"]), row["to"]) for row in found)
            return [pair for pair in pairs if pair[0] in wanted]
        return [
            (row["to"], _level(row["from"], row["level"]))
            for row in self.asking.rows(edge.where, "to from level", iris, "to")
        ]

    def _levels(self, forms: Iterable[str]) -> Pairs:
        """The forms among these with the levels of their indicators, in the order of the form."""
        where = around("form")["level"].where
        found = self.asking.rows(where, "from order to", list(dict.fromkeys(forms)), "from")
        return list(dict.fromkeys((row["from"], _level(row["from"], row["to"])) for row in found))

    def _group_at(self, iri: str) -> Group | None:
        first = iri.removesuffix(SHARED)
        group = self._index.group(first)
        return group if group and group.entries[0].iri == first else None

    # Search, and ways between two

    def some(self, name: str, count: int) -> list[Thing]:
        """A few things of a kind, those with the most findings among the first that there are."""
        number = list(kinds()).index(name)
        first = [iri for _, each, iri in self._called if each == number][:SEARCHED]
        found = sorted(self.things(first).values(), key=lambda each: (-each.certain - each.possible, each.label))
        return found[:count]

    def search(self, words: str, count: int = FOUND) -> list[str]:
        """Things that are called so: the same, then such that begin so, then the shortest; each kind in its order."""
        wanted = [fold(word) for word in words.split()]
        if not wanted:
            return []
        hits = [entry for entry in self._called if all(word in entry[0] for word in wanted)]
        whole = fold(words)
        hits.sort(key=lambda entry: (entry[0] != whole, not entry[0].startswith(wanted[0]), entry[1], len(entry[0])))
        return list(dict.fromkeys(iri for _, _, iri in hits))[:count]

    @cached_property
    def _called(self) -> list[tuple[str, int, str]]:
        """What everything that a reader may look for is called, folded, with the number of its kind."""
        found: set[tuple[str, int, str]] = set()
        for number, kind in enumerate(kinds().values()):
            if kind.label and kind.name not in UNSEARCHED:
                of_kind = self.asking.of_class(kind.type or "skos:Concept")
                for name in kind.label.split("|"):
                    named = self.asking.named(name).items()
                    found |= {(fold(text), number, iri) for iri, text in named if iri in of_kind and _fits(kind, iri)}
        return sorted(found)

    def way(self, one: str, other: str) -> list[str]:
        """A shortest way between two things, ends included; empty where none is found within the limit.

        A way through what joins everything (:data:`HUBS`) is only given where there is no other.
        """
        if one == other:
            return [one]
        return self._way(one, other, HUBS) or self._way(one, other, frozenset())

    def _way(self, one: str, other: str, avoided: frozenset[str]) -> list[str]:
        """Breadth first from both ends, the smaller side first."""
        ends = self.kinds_of((one, other))
        sides = ({one: ""}, {other: ""})
        borders: list[Mapping[str, str]] = [{iri: ends[iri]} for iri in (one, other)]
        while all(borders) and sum(map(len, sides)) < WALKED:
            side = 0 if len(borders[0]) <= len(borders[1]) else 1
            reached = self._step(sides[side], borders[side])
            borders[side] = {iri: kind for iri, kind in reached.items() if kind not in avoided or iri in ends}
            met = min(borders[side].keys() & sides[1 - side].keys(), default=None)
            if met:
                return [*reversed(_back(sides[0], met)), *_back(sides[1], met)[1:]]
        return []

    def _step(self, seen: dict[str, str], border: Mapping[str, str]) -> dict[str, str]:
        """One step further from the border of what was seen: the new things with their kinds."""
        by_kind: dict[str, list[str]] = defaultdict(list)
        for iri, kind in border.items():
            by_kind[kind].append(iri)
        new: dict[str, str] = {}
        for kind, iris in by_kind.items():
            for other, edge in around(kind).items():
                for here, there in () if edge.shortcut else self.links(kind, other, iris, WALKED):
                    if there not in seen:
                        seen[there], new[there] = here, other
        return new

    # Asking

    @property
    def _index(self) -> Index:
        return index_of(self.snapshot)


def _fits(kind: Kind, iri: str) -> bool:
    """Whether a code is of the list that makes a kind."""
    return kind.scheme is None or kind_of_code(iri) == kind.name


def _remember(kept: dict[Any, Any], new: Mapping[Any, Any]) -> None:
    """Keep what was read of a snapshot, which never changes; everything is let go when it grows large."""
    if len(kept) > KEPT:
        kept.clear()
    kept.update(new)


def _level(form: str, name: str) -> str:
    """The address of a level of a form's indicators."""
    return f"{form}#{segment(name) if name else '-'}"


def _money(yuan: Decimal, language: str) -> str:
    return amount(yuan, language="en") if language == "en" else f"{wan(yuan)} 万元"


def _joined(lines: Iterable[Line]) -> dict[str, set[str]]:
    """What is joined with what."""
    joined: dict[str, set[str]] = defaultdict(set)
    for line in lines:
        joined[line.source].add(line.target)
        joined[line.target].add(line.source)
    return joined


def _ends(line: Line) -> tuple[str, str]:
    return line.source, line.target


def _leads(joined: Mapping[str, set[str]], one: str, other: str, steps: int = 3) -> bool:
    """Whether drawn lines lead from one thing to another in a few steps."""
    reached = {one}
    for _ in range(steps):
        reached |= {near for each in reached for near in joined.get(each, ())}
    return other in reached


def _back(seen: Mapping[str, str], last: str) -> list[str]:
    """The way from a thing back to where the search began."""
    way = [last]
    while seen[way[-1]]:
        way.append(seen[way[-1]])
    return way
