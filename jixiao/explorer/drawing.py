"""What a reader has opened, as the address of the page says it, and the things and lines that this shows."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from jixiao.explorer.kinds import around, kinds
from jixiao.explorer.reading import key

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from jixiao.explorer.reading import Explorer, Line, Thing

BATCH = 40
"""How many neighbours one step shows; the same step again shows as many more."""
LARGEST = 2000
"""How many things are drawn at most."""
LONGEST = 400
"""How many steps are taken at most, and how many things started from."""
WAYS = 8
"""How many ways are looked for at most: each may take a second."""
SEPARATOR = "~"
WAY = "*"


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """What a reader has asked to see, compact enough for an address.

    Attributes:
        at: the things to start from, as :meth:`Explorer.short` writes them.
        steps: what was opened, in order: ``KEY.kind``, ``KEY`` for what is shown with a thing at the start, ``KEY*KEY``
            for a way between two; ``None`` where the reader has done nothing yet: every start is opened.
        hidden: the keys of the things that were taken away.
        off: the kinds that are not shown.
    """

    at: Sequence[str] = ()
    steps: Sequence[str] | None = None
    hidden: frozenset[str] = frozenset()
    off: frozenset[str] = frozenset()


def state_of(given: Mapping[str, Sequence[str]]) -> State:
    """The state that the fields of an address describe; what is none is passed over."""

    def listed(name: str) -> list[str]:
        return [each for each in next(iter(given.get(name, ())), "").split(SEPARATOR) if each]

    return State(
        at=tuple(dict.fromkeys(each for each in given.get("at", ()) if each))[:LONGEST],
        steps=tuple(listed("open")[:LONGEST]) if "open" in given else None,
        hidden=frozenset(listed("hide")),
        off=frozenset(listed("off")),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawing:
    """What is shown.

    Attributes:
        starts: the things that the reader started from.
        steps: what was opened, with what was opened at the start.
        kinds: how many things of each kind there are, with those that are not shown.
        ways: for each step that asked for a way, the keys of the things on it; none where there is no way.
        missed: addresses that the snapshot has nothing for.
        full: there was more than is drawn at most.
    """

    starts: Sequence[Thing]
    steps: Sequence[str]
    things: Sequence[Thing]
    lines: Sequence[Line]
    kinds: Mapping[str, int]
    ways: Mapping[str, Sequence[str]]
    missed: Sequence[str] = ()
    full: bool = False


class _Table:
    """The things that are laid out so far, by key, and which was opened from which."""

    def __init__(self, explorer: Explorer) -> None:
        self.explorer = explorer
        self.iris: dict[str, str] = {}
        self.kind: dict[str, str] = {}
        self.opened: list[tuple[str, str]] = []
        self.times: dict[str, int] = {}
        self.ways: dict[str, list[str]] = {}
        self.full = False

    def put(self, iri: str, kind: str) -> None:
        """Lay out a thing where there is room."""
        name = key(iri)
        if name not in self.iris and len(self.iris) >= LARGEST:
            self.full = True
            return
        self.iris[name], self.kind[name] = iri, kind

    def take(self, step: str) -> None:
        """Do one step; what an older snapshot had and this one has not is passed over."""
        one, way, other = step.partition(WAY)
        name, dot, kind = step.partition(".")
        if way and len(self.ways) < WAYS:
            self._join(step, one, other)
        elif not dot and name in self.iris:
            for first in dict.fromkeys(self._first(name)):
                self.take(first)
        elif name in self.iris and kind in around(self.kind[name]):
            self._open(step, name, kind)

    def _first(self, name: str) -> Iterator[str]:
        """The steps that show a thing where a reader starts from it."""
        for chain in kinds()[self.kind[name]].opens:
            near, _, far = chain.partition("/")
            yield f"{name}.{near}"
            others = self.explorer.neighbours(self.iris[name], self.kind[name], near) if far else ()
            yield from (f"{key(iri)}.{far}" for iri in others[:BATCH])

    def _open(self, step: str, name: str, kind: str) -> None:
        first = BATCH * self.times.get(step, 0)
        self.times[step] = self.times.get(step, 0) + 1
        for iri in self.explorer.neighbours(self.iris[name], self.kind[name], kind)[first : first + BATCH]:
            self.put(iri, kind)
            self.opened.append((self.iris[name], iri))

    def _join(self, step: str, one: str, other: str) -> None:
        ends = [self.iris[name] for name in (one, other) if name in self.iris]
        way = self.explorer.way(*ends) if len(ends) == len((one, other)) else []
        kind = self.explorer.kinds_of(way)
        for iri in way:
            self.put(iri, kind[iri])
        self.opened += pairwise(way)
        self.ways[step] = [key(iri) for iri in way]


def draw(explorer: Explorer, state: State) -> Drawing:
    """What a state shows of a snapshot, in one stable order."""
    table = _Table(explorer)
    found = {short: explorer.resolve(short) for short in state.at}
    starts = explorer.things(iri for iri in found.values() if iri)
    for thing in starts.values():
        table.put(thing.iri, thing.kind)
    steps = [thing.key for thing in starts.values()] if state.steps is None else state.steps
    for step in steps:
        table.take(step)
    every = explorer.things(iri for name, iri in table.iris.items() if name not in state.hidden)
    shown = [thing for thing in every.values() if thing.kind not in state.off]
    here = {thing.iri for thing in shown}
    lines = explorer.between(shown, shortcuts=(pair for pair in table.opened if here.issuperset(pair)))
    return Drawing(
        starts=list(starts.values()),
        steps=steps,
        things=shown,
        lines=lines,
        kinds=_counted(every.values()),
        ways=table.ways,
        missed=[short for short, iri in found.items() if iri is None],
        full=table.full,
    )


def _counted(things: Iterable[Thing]) -> dict[str, int]:
    counts = dict.fromkeys(kinds(), 0)
    for thing in things:
        counts[thing.kind] += 1
    return {kind: count for kind, count in counts.items() if count}
