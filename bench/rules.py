"""How long it takes to judge a graph, what each derivation, score and rule has of it, and how that grows.

Graphs of 1,000 indicators and ten times more up to LARGEST are generated in two ways: many documents, which are
samples that were printed and read back, so that they hold places, tables and statements as real ones do and every
publisher has two years (100,000 indicators are 18 million triples); and one document that holds the projects of all
samples, in which whatever compares all with all would show. The slope between two sizes says by which power of the size
the time grows: 1 is linear. The first line, a name looked up for every indicator, is what the store itself needs: its
look-ups grow a little dearer once a graph outgrows its cache, and no rule can grow slower than they do.

Seconds are of the processor, as the machine may be busy with others; those under a hundredth say nothing and have no
slope. Each step is told to the error stream when it is over. Each graph is measured in a process of its own, so that
its peak of memory is its own. Loading stands apart.

    python bench/rules.py [LARGEST] [--kg KG] [--keep FOLDER]

    LARGEST        indicators of the largest graph (10000)
    --kg KG        first the steps of publishing the live snapshot of a knowledge graph once more
    --keep FOLDER  where generated graphs stay, so that the next run need not load them again
"""

from __future__ import annotations

import argparse
import math
import resource
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from itertools import count, pairwise
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING

from common import show
from pyoxigraph import Store

from graph import store as stores
from graph.folder import KnowledgeGraph
from graph.mapping import triples
from ingest import read
from jixiao import samples
from queries import judge, scores
from queries.derivations import DERIVATIONS, derived
from queries.library import rules

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ingest.records import Document

SMALLEST, LARGEST = 1_000, 10_000
SHORTEST = 0.01
"""Seconds under which a time is noise."""
PRINTED = 56
"""So many samples are printed and read; further documents are these again, of other publishers."""
LOOKUP = """
PREFIX jx: <https://w3id.org/jixiao/ontology#>
PREFIX schema: <https://schema.org/>
SELECT (SUM(STRLEN(?name)) AS ?characters) WHERE { ?each a jx:Indicator ; schema:name ?name }
"""
LOADING = ("load", "compact", "dump")
"""Steps that are no judgement and have no share of it."""


@dataclass(slots=True)
class Measured:
    """What was measured on one graph."""

    triples: int = 0
    seconds: dict[str, float] = field(default_factory=dict)
    """Of the processor, by step."""
    elapsed: float = 0.0
    """Seconds that the judgement took by the clock."""
    memory: float = 0.0
    """The peak, in GB."""

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Measure one step."""
        processor, clock = time.process_time(), time.perf_counter()
        yield
        self.seconds[name] = time.process_time() - processor
        self.elapsed += 0 if name in LOADING else time.perf_counter() - clock
        print(f"{name} {self.seconds[name]:.2f}", file=sys.stderr, flush=True)

    @property
    def judgement(self) -> float:
        """Seconds of the processor for everything but loading."""
        return sum(each for name, each in self.seconds.items() if name not in LOADING)


def many(indicators: int) -> Iterator[Document]:
    """Documents as they are read from files, two years of each publisher, until so many indicators are reached."""
    layouts = [name for name in samples.FORMS if name not in ("prose", "evaluation")]
    with tempfile.TemporaryDirectory(prefix="jixiao-bench-") as folder:
        every = [read(file) for file in samples.write(Path(folder), 0, PRINTED, ["markdown"], layouts)]
    for number in count():
        each = every[number // 2 % PRINTED]
        publisher = f"{each.document.publisher}{number // 2}"
        facts = replace(each.document, publisher=publisher, fiscal_year=2024 + number % 2)
        yield replace(each, source=f"{number}.md", sha256=f"{number:064x}", document=facts)
        indicators -= _indicators(each)
        if indicators <= 0:
            return


def one(indicators: int) -> Iterator[Document]:
    """One document that holds the projects of many samples, each under a name of its own."""
    parts = []
    for seed in count():
        parts.append(samples.make(seed, "markdown").truth)
        indicators -= _indicators(parts[-1])
        if indicators <= 0:
            break
    numbered = list(enumerate(parts))
    budgets = (replace(row, name=f"{row.name}{n}") for n, part in numbered for row in part.project_budgets)
    forms = (replace(form, name=f"{form.name}{n}") for n, part in numbered for form in part.targets)
    yield replace(parts[0], project_budgets=tuple(budgets), targets=tuple(forms))


def _indicators(document: Document) -> int:
    return sum(len(form.indicators) for form in document.targets)


WAYS = {"many documents": many, "one document": one}


def generated(way: str, indicators: int, folder: Path) -> Measured:
    """What it takes to judge a generated graph, which stays in the folder."""
    measured = Measured()
    known = folder.exists()
    store = Store(str(folder))
    if not known:
        _load(measured, store, WAYS[way](indicators))
    _judge(measured, store)
    return _done(measured, store)


def published(kg: Path, folder: Path) -> Measured:
    """What the steps of publishing take, on the documents of a live snapshot."""
    measured = Measured()
    snapshot = KnowledgeGraph(kg).live()
    store = Store(str(folder))
    _load(measured, store, snapshot.documents())
    _judge(measured, store)
    with measured.step("dump"):
        stores.dump(store)
    return _done(measured, store)


def _load(measured: Measured, store: Store, documents: Iterable[Document]) -> None:
    with measured.step("load"):
        stores.fill(store, (quad for document in documents for quad in triples(document)))
    with measured.step("compact"):
        store.flush()
        store.optimize()


def _judge(measured: Measured, store: Store) -> None:
    with measured.step("names looked up"):
        list(stores.query(store, LOOKUP))  # type: ignore[arg-type]
    for each in DERIVATIONS:
        with measured.step(f"derive {each.id}"):
            store.bulk_extend(list(derived(store, (each,))))
    with measured.step("scores"):
        store.bulk_extend(list(scores.scores(store)))
    for name, rule in rules().items():
        with measured.step(name):
            (outcome,) = judge.run({name: rule}, store)
        if outcome.status == "failed":
            measured.seconds[name] = math.inf


def _done(measured: Measured, store: Store) -> Measured:
    measured.triples = len(store)
    measured.memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    return measured


def _table(title: str, columns: list[str], runs: list[Measured]) -> None:
    """Every step's seconds in every run, the slopes from run to run, and the share of the last."""
    slopes = [f"slope to {column}" for column in columns[1:]]
    rows = [(name, *_figures(name, runs), _share(name, runs[-1])) for name in runs[-1].seconds]
    blank = ("",) * (len(slopes) + 1)
    rows.append(("judgement", *(f"{run.judgement:.2f}" for run in runs), *_slopes([r.judgement for r in runs]), ""))
    rows.append(("by the clock", *(f"{run.elapsed:.2f}" for run in runs), *blank))
    rows.append(("million triples", *(f"{run.triples / 1e6:.2f}" for run in runs), *blank))
    rows.append(("peak of memory, GB", *(f"{run.memory:.2f}" for run in runs), *blank))
    show(title, ("seconds of the processor", *columns, *slopes, "share"), rows)


def _figures(name: str, runs: list[Measured]) -> list[str]:
    seconds = [run.seconds.get(name, math.nan) for run in runs]
    return [*(f"{each:.2f}" for each in seconds), *_slopes(seconds)]


def _slopes(seconds: list[float]) -> list[str]:
    """By which power the time grows from each size to the next, ten times as large."""
    return [
        f"{math.log10(last / before):.2f}" if before > SHORTEST < last else "" for before, last in pairwise(seconds)
    ]


def _share(name: str, run: Measured) -> str:
    return "" if name in LOADING else f"{run.seconds[name] / run.judgement:.1%}"


def main() -> None:
    """Print a table for a snapshot, if one is named, and one for each way of growing."""
    parser = argparse.ArgumentParser(description="How long it takes to judge a graph, and how that grows.")
    parser.add_argument("largest", nargs="?", type=int, default=LARGEST)
    parser.add_argument("--kg", type=Path)
    parser.add_argument("--keep", type=Path)
    asked = parser.parse_args()
    sizes = [SMALLEST * 10**power for power in range(1 + round(math.log10(asked.largest / SMALLEST)))]
    with tempfile.TemporaryDirectory(prefix="jixiao-bench-") as passing:
        folder = asked.keep or Path(passing)
        alone = ProcessPoolExecutor(1, mp_context=get_context("spawn"), max_tasks_per_child=1)
        if asked.kg:
            run = alone.submit(published, asked.kg, Path(passing) / "published").result()
            _table("publishing once more", ["all documents"], [run])
        for way in WAYS:
            places = [folder / f"{way.replace(' ', '-')}-{size}" for size in sizes]
            runs = [alone.submit(generated, way, size, at).result() for size, at in zip(sizes, places, strict=True)]
            _table(way, [f"{size:,}" for size in sizes], runs)


if __name__ == "__main__":
    main()
