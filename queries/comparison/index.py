"""Which indicators are comparable: groups of those that count the same thing in the same unit under similar names.

Indicators are first sorted into blocks by what they must share (:class:`~queries.comparison.entries.Key`). Within a
block names are joined whose similarity reaches ``SIMILAR``; chains of names that drift apart are cut by the
communities of the network. Pairs are found by prefixes: two names can only be that similar if they share one of their
rarest features, so only names that do are compared, never all with all.
"""

from __future__ import annotations

from collections import Counter, defaultdict, deque
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from math import fsum, log
from typing import TYPE_CHECKING

import networkx as nx  # type: ignore[import-untyped]
from networkx.utils import UnionFind  # type: ignore[import-untyped]

from queries.comparison.entries import entries
from queries.comparison.names import features, measure, period, subject

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from pyoxigraph import Store

    from queries.comparison.entries import Entry, Key

SIMILAR = 0.48
"""From this share of common weight on two names of one type are names of one thing."""
OTHER_TYPE = 0.8
"""What the similarity of two names is worth whose types differ."""
LIKE = 0.5
"""From this similarity on a group is found by a name."""
NEIGHBOURS = 48
"""With so many names at most, the nearest before it, a name is compared for one feature."""
CANDIDATES = 3000
"""So many names at most are looked at for one question."""


@dataclass(frozen=True)
class Node:
    """One name in one block: all indicators that are called so."""

    key: Key
    name: str
    family: str | None
    entries: tuple[Entry, ...]

    @cached_property
    def bag(self) -> frozenset[str]:
        """What the name is made of."""
        return features(self.name)

    @cached_property
    def measure(self) -> str | None:
        """Which share or degree it is, where it is one."""
        return measure(self.name)

    @cached_property
    def period(self) -> str | None:
        """For which stretch of time it counts, where it says so."""
        return period(self.name)


@dataclass(frozen=True)
class Group:
    """Indicators that may be compared with one another, ordered by their addresses."""

    key: Key
    entries: tuple[Entry, ...]

    @cached_property
    def name(self) -> str:
        """What most of them are called."""
        return min(Counter(entry.name for entry in self.entries).items(), key=lambda each: (-each[1], each[0]))[0]


class Weights:
    """What a feature is worth: the more, the fewer names have it."""

    def __init__(self, bags: Iterable[frozenset[str]]) -> None:
        every = list(bags)
        self._count = Counter(chain.from_iterable(every))
        self._rarest = log(1 + len(every))
        self._weight = {feature: log(1 + len(every) / count) for feature, count in self._count.items()}
        self._totals: dict[frozenset[str], float] = {}

    def of(self, feature: str) -> float:
        """The weight of one feature."""
        return self._weight.get(feature, self._rarest)

    def total(self, bag: frozenset[str]) -> float:
        """The weight of several, remembered."""
        if bag not in self._totals:
            self._totals[bag] = fsum(map(self.of, bag))
        return self._totals[bag]

    def similarity(self, one: frozenset[str], other: frozenset[str]) -> float:
        """The weight of what both have, as a share of what either has; 0 for nothing."""
        shared = fsum(map(self.of, one & other))
        return shared / (self.total(one) + self.total(other) - shared) if shared else 0.0

    def rarest_first(self, bag: Iterable[str]) -> list[str]:
        """The features in the order in which they tell most."""
        return sorted(bag, key=lambda feature: (self._count[feature], feature))

    def prefix(self, bag: frozenset[str]) -> list[str]:
        """The rarest features, as far as a name that has none of them cannot be similar."""
        ordered, left = self.rarest_first(bag), self.total(bag)
        allowed = left * SIMILAR
        for length, feature in enumerate(ordered, 1):
            left -= self.of(feature)
            if left < allowed:
                return ordered[:length]
        return ordered


class Index:
    """The comparable indicators of one snapshot, whatever the order in which they are given."""

    def __init__(self, given: Iterable[Entry]) -> None:
        self.entries = tuple(sorted(given, key=lambda entry: entry.iri))
        self.by_iri: Mapping[str, Entry] = {entry.iri: entry for entry in self.entries}
        names = {entry.plain_name for entry in self.entries}
        self.weights = Weights(map(features, sorted(names)))
        self.groups = tuple(sorted(self._grouped(), key=lambda group: group.entries[0].iri))
        self._group_of = {entry.iri: group for group in self.groups for entry in group.entries}

    @classmethod
    def of(cls, store: Store) -> Index:
        """The index of everything in a store."""
        return cls(entries(store))

    def group(self, iri: str) -> Group | None:
        """The group of an indicator; ``None`` where it has no number in a unit."""
        return self._group_of.get(iri)

    def groups_like(self, name: str, type_: str | None = None) -> list[Group]:
        """The groups called most like a normalised name, the most similar first; perhaps only of one type."""
        own = features(name)
        best: dict[str, tuple[float, Group]] = {}
        for other in self.by_name.near(own):
            likeness = self.weights.similarity(own, features(other))
            for entry in self.by_name.values[other] if likeness >= LIKE else ():
                group = self._group_of.get(entry.iri)
                if group is not None and type_ in (None, entry.type, entry.family):
                    first = group.entries[0].iri
                    best[first] = max(best.get(first, (0.0, group)), (likeness, group), key=lambda each: each[0])
        ranked = sorted(best.values(), key=lambda each: (-each[0], -len(each[1].entries), each[1].entries[0].iri))
        return [group for _, group in ranked]

    @cached_property
    def by_name(self) -> Shelf:
        """The indicators by normalised names, to be found by the features of a name."""
        return Shelf(self._named("plain_name"), features, self.weights)

    @cached_property
    def by_subject(self) -> Shelf:
        """The indicators by normalised names, to be found by what a name is about."""
        return Shelf(self._named("plain_name"), subject, self.weights)

    @cached_property
    def by_project(self) -> Shelf:
        """The indicators by normalised names of their projects, to be found by what a project is about."""
        return Shelf(self._named("plain_project"), subject, self.weights)

    @cached_property
    def by_measure(self) -> Mapping[str, Sequence[str]]:
        """The normalised names that tell a share or degree by the end that tells it, not more than are looked at."""
        names: dict[str, list[str]] = defaultdict(list)
        for name in sorted(self.by_name.values):
            if (told := measure(name)) and len(names[told]) < CANDIDATES:
                names[told].append(name)
        return names

    def _named(self, attribute: str) -> Mapping[str, list[Entry]]:
        called: dict[str, list[Entry]] = defaultdict(list)
        for entry in self.entries:
            called[getattr(entry, attribute)].append(entry)
        return called

    def _grouped(self) -> Iterator[Group]:
        blocks: dict[Key, list[Entry]] = defaultdict(list)
        for entry in self.entries:
            if entry.key is not None:
                blocks[entry.key].append(entry)
        for key, block in blocks.items():
            nodes = _nodes(key, block)
            for community in communities(len(nodes), self._edges(nodes)):
                members = (entry for number in community for entry in nodes[number].entries)
                yield Group(key, tuple(sorted(members, key=lambda entry: entry.iri)))

    def _edges(self, nodes: Sequence[Node]) -> Iterator[tuple[int, int, float]]:
        """The pairs of similar names: each is compared with those before it that share one of its rarest features."""
        holders: dict[str, deque[int]] = defaultdict(lambda: deque(maxlen=NEIGHBOURS))
        for number, node in enumerate(nodes):
            shared = [holders[feature] for feature in self.weights.prefix(node.bag)]
            for other in sorted({each for numbers in shared for each in numbers}):
                likeness = self._likeness(nodes[other], node)
                if likeness >= SIMILAR:
                    yield other, number, likeness
            for numbers in shared:
                numbers.append(number)

    def _likeness(self, one: Node, other: Node) -> float:
        if one.period != other.period or (one.measure and other.measure and one.measure != other.measure):
            return 0.0
        first, second = self.weights.total(one.bag), self.weights.total(other.bag)
        if min(first, second) < SIMILAR * max(first, second):
            return 0.0  # what both have cannot be enough
        likeness = self.weights.similarity(one.bag, other.bag)
        return likeness if one.family == other.family else likeness * OTHER_TYPE


class Shelf:
    """Indicators by names, found by features of these."""

    def __init__(
        self, values: Mapping[str, Sequence[Entry]], bag: Callable[[str], frozenset[str]], weights: Weights
    ) -> None:
        self.values = values
        self._weights = weights
        self._holders: dict[str, list[str]] = defaultdict(list)
        for name in sorted(self.values):
            for feature in bag(name):
                self._holders[feature].append(name)

    def near(self, wanted: frozenset[str]) -> list[str]:
        """Names that share a feature, those with the rarest first; not more than are quickly looked at."""
        found: dict[str, None] = {}
        for feature in self._weights.rarest_first(wanted):
            found.update(dict.fromkeys(self._holders.get(feature, ())[: CANDIDATES - len(found)]))
        return list(found)


def _nodes(key: Key, block: Iterable[Entry]) -> list[Node]:
    called: dict[tuple[str, str], list[Entry]] = defaultdict(list)
    for entry in block:
        called[entry.plain_name, entry.family or ""].append(entry)
    return [Node(key, name, family or None, tuple(of)) for (name, family), of in sorted(called.items())]


def communities(count: int, edges: Iterable[tuple[int, int, float]]) -> Iterator[list[int]]:
    """The numbers below ``count`` in groups: connected by edges, and within what is connected close to one another."""
    every = list(edges)
    connected = UnionFind(range(count))
    for one, other, _ in every:
        connected.union(one, other)
    members: dict[int, list[int]] = defaultdict(list)
    for number in range(count):
        members[connected[number]].append(number)
    of: dict[int, list[tuple[int, int, float]]] = defaultdict(list)
    for edge in every:
        of[connected[edge[0]]].append(edge)
    for root, numbers in members.items():
        if len(numbers) * (len(numbers) - 1) // 2 == len(of[root]):
            yield numbers  # each is joined with each: nothing to cut
            continue
        network = nx.Graph()
        network.add_nodes_from(numbers)
        network.add_weighted_edges_from(of[root])
        yield from map(sorted, nx.community.louvain_communities(network, seed=0))
