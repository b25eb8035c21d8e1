"""How long each rule takes, and how that grows with the number of indicators.

Graphs are generated, each ten times as large as the one before, in two ways: as many documents of usual size, and as
one document that holds everything, in which a rule that compares all with all would show. The slope says by which power
of the size the time grows: 1 is linear. Times are of the process, as the machine may be busy with others; those under a
hundredth of a second say nothing and have no slope.

    python bench/rules.py [LARGEST]        1,000 and ten times more up to LARGEST indicators (10000)
    python bench/rules.py --kg KG          the live snapshot of a knowledge graph
"""

from __future__ import annotations

import math
import sys
import tempfile
import time
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

from common import show
from pyoxigraph import Store

from graph import store as stores
from graph.folder import KnowledgeGraph
from graph.mapping import triples
from jixiao import samples
from queries import judge
from queries.derivations import DERIVATIONS, derived
from queries.library import rules

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ingest.records import Document

SMALLEST, LARGEST = 1_000, 10_000
SHORTEST = 0.01
"""Seconds under which a time is noise."""
Times = dict[str, float]


def documents(indicators: int) -> Iterator[Document]:
    """Samples, each of a publisher of its own, until so many indicators are reached."""
    left = indicators
    for seed in count():
        document = samples.make(seed, "markdown").truth
        facts = replace(document.document, publisher=f"{document.document.publisher}{seed}")
        yield replace(document, document=facts)
        left -= sum(len(form.indicators) for form in document.targets)
        if left <= 0:
            return


def together(parts: Iterator[Document]) -> Document:
    """One document that holds the projects of all, each under a name of its own."""
    every = list(parts)
    numbered = [(number, part) for number, part in enumerate(every)]
    budgets = (replace(row, name=f"{row.name}{n}") for n, part in numbered for row in part.project_budgets)
    forms = (replace(form, name=f"{form.name}{n}") for n, part in numbered for form in part.targets)
    return replace(every[0], project_budgets=tuple(budgets), targets=tuple(forms))


def stored(every: Iterator[Document], folder: str) -> Store:
    """A store of documents on disk, as a snapshot's is."""
    store = Store(folder)
    stores.fill(store, (quad for document in every for quad in triples(document)))
    store.optimize()
    return store


def timed(store: Store) -> Times:
    """Seconds of work of each derivation and each rule."""
    seconds = {}
    for each in DERIVATIONS:
        start = time.process_time()
        quads = list(derived(store, (each,)))
        seconds[f"({each.id})"] = time.process_time() - start
        store.bulk_extend(quads)
    return seconds | judged(store)


def judged(store: Store) -> Times:
    """Seconds of work of each rule; what else the machine does meanwhile does not count."""
    seconds = {}
    for name, rule in rules().items():
        start = time.process_time()
        (outcome,) = judge.run({name: rule}, store)
        seconds[name] = math.inf if outcome.status == "failed" else time.process_time() - start
    return seconds


def grown(sizes: list[int], *, whole: bool) -> None:
    """Print the times on graphs of growing size."""
    times = []
    for size in sizes:
        with tempfile.TemporaryDirectory(prefix="jixiao-bench-") as folder:
            every = documents(size)
            store = stored(iter([together(every)]) if whole else every, folder)
            times.append(timed(store))
            del store
    rows = [(name, *(f"{each[name]:.2f}" for each in times), *_told(name, times)) for name in times[0]]
    total = [sum(each.values()) for each in times]
    rows.append(("all", *(f"{each:.2f}" for each in total), "", ""))
    title = "one document" if whole else "many documents"
    show(title, ("rule", *(f"{size:,} s" for size in sizes), "slope", "share"), rows)


def _told(name: str, times: list[Times]) -> tuple[str, str]:
    """The slope between the last two sizes, and the share of the largest."""
    before, last = times[-2][name], times[-1][name]
    slope = f"{math.log10(last / before):.2f}" if before > SHORTEST else ""
    return slope, f"{last / sum(times[-1].values()):.0%}"


def main() -> None:
    """Print a table for a snapshot, or one for each way of growing."""
    if sys.argv[1:2] == ["--kg"]:
        store = KnowledgeGraph(Path(sys.argv[2])).live().store
        seconds = judged(store)  # type: ignore[arg-type]
        whole = sum(seconds.values())
        rows = [(name, f"{each:.2f}", f"{each / whole:.0%}") for name, each in seconds.items()]
        show(f"{len(store):,} triples", ("rule", "s", "share"), [*rows, ("all", f"{whole:.2f}", "")])
        return
    largest = int(sys.argv[1]) if len(sys.argv) > 1 else LARGEST
    sizes = [SMALLEST * 10**power for power in range(1 + round(math.log10(largest / SMALLEST)))]
    for whole in (False, True):
        grown(sizes, whole=whole)


if __name__ == "__main__":
    main()
