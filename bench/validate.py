"""How long it takes to judge a graph by the shapes and by the integrity constraints, and how much memory.

The peer is rdflib, parsing the same triples as N-Quads in the same run: pyshacl works on a graph of rdflib, so this
is what any of its users pays first. Each step has a process of its own, for its peak memory; a ratio holds anywhere.

    python bench/validate.py [KG]    judges the live snapshot of a knowledge graph, else the founding documents
"""

from __future__ import annotations

import resource
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING

from common import show, sources
from rdflib import Dataset

from graph import integrity, validate
from graph.folder import KnowledgeGraph
from jixiao import intake

if TYPE_CHECKING:
    from collections.abc import Callable

    from graph.snapshot import Snapshot

MEBI = 1024


def peer(snapshot: Snapshot) -> int:
    """Parses everything with rdflib; gives how many triples that is."""
    text = snapshot.dump().decode()
    return len(Dataset().parse(data=text, format="nquads"))


def shapes(snapshot: Snapshot) -> int:
    """Judges by the shapes; gives how many violations there are."""
    return _violations(validate.validate(snapshot.store))


def constraints(snapshot: Snapshot) -> int:
    """Judges by the integrity constraints; gives how many violations there are."""
    return _violations(integrity.check(snapshot.store))


def _violations(found: list[validate.Violation]) -> int:
    return sum(each.severity == "violation" for each in found)


def measured(step: Callable[[Snapshot], int], folder: Path) -> tuple[int, float, int]:
    """What a step gives, its seconds, and the peak memory of its process in MiB."""
    snapshot = KnowledgeGraph(folder).live()
    start = time.perf_counter()
    result = step(snapshot)
    return result, time.perf_counter() - start, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // MEBI


def published() -> Path:
    """A knowledge graph of the founding documents."""
    folder = Path(tempfile.mkdtemp(prefix="jixiao-bench-"))
    graph = KnowledgeGraph(folder)
    read = intake.keeping(graph)
    for path in sources():
        read(path)
    intake.publish(graph)
    return folder


def main() -> None:
    """Print a row for each step."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else published()
    triples = KnowledgeGraph(folder).live().manifest["counts"]["quads"]
    rows: list[tuple[str, ...]] = []
    base = 0.0
    for name, step in (("parse, rdflib", peer), ("shapes, pyshacl", shapes), ("integrity constraints", constraints)):
        with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as own:
            result, seconds, memory = own.submit(measured, step, folder).result()
        base = base or seconds
        told = "" if step is peer else str(result)
        rows.append((name, f"{seconds:.1f}", f"{triples / seconds:,.0f}", f"{seconds / base:.2f}", str(memory), told))
    show(f"{triples:,} triples", ("step", "s", "triples/s", "ratio", "peak MiB", "violations"), rows)


if __name__ == "__main__":
    main()
