"""How long readers wait for the pages, one of them, 8 and 32 at once.

    python bench/site.py [--kg FOLDER] [--indicators 30000] [--requests 64]

The site runs as readers have it (`jixiao serve`), the readers in another process on the same machine. Pages are asked
for at addresses chosen by seed: first visits, for which a page has to be made, apart from later ones, for which it is
kept. What could not be answered (a question of the catalogue beyond the limits of the endpoint) is counted apart.
Without a folder a graph of samples with so many indicators is made, each two of one publisher.
"""

from __future__ import annotations

import argparse
import asyncio
import math
import random
import sys
import tempfile
import time
from dataclasses import replace
from hashlib import sha256
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

import httpx
from common import show
from endpoint import port, running

from graph.folder import KnowledgeGraph
from jixiao import intake, samples
from jixiao.rendering import page_path
from jixiao.view import View
from queries.library import questions

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

READERS = (1, 8, 32)
CHOSEN = 400
"""Addresses of one sort of page; no more are asked for."""
Waits = list[float]


def generated(indicators: int) -> Path:
    """A knowledge graph of samples."""
    folder = Path(tempfile.mkdtemp(prefix="jixiao-bench-"))
    graph = KnowledgeGraph(folder / "kg")
    left = indicators
    for seed in count():
        document = samples.make(seed, "markdown").truth
        publisher = f"{document.document.publisher}{seed // 2}"
        facts = replace(document.document, publisher=publisher, fiscal_year=2024 + seed % 2)
        path = folder / f"{seed}.md"
        path.write_text(str(seed), encoding="utf-8")
        digest = sha256(path.read_bytes()).hexdigest()
        graph.add(path, replace(document, document=facts, source=path.name, sha256=digest))
        left -= sum(len(form.indicators) for form in document.targets)
        if left <= 0:
            break
    intake.publish(graph)
    return folder / "kg"


def addresses(folder: Path) -> dict[str, list[str]]:
    """Addresses of each sort of page."""
    view = View(KnowledgeGraph(folder).live())
    chosen = random.Random(0)  # noqa: S311 - the same each time

    def some(things: Sequence[str]) -> list[str]:
        return [page_path(each) for each in chosen.sample(list(things), min(CHOSEN, len(things)))]

    names = [indicator.name for indicator in view.indicators.values()] + [each.name for each in view.subjects.values()]

    def searched(path: str, *more: str) -> list[str]:
        """Two characters of names, with and without what else is asked."""
        words = [
            name[at : at + 2 + at % 2] for name in chosen.sample(names, CHOSEN // 4) for at in [chosen.randrange(3)]
        ]
        asked = [f"q={word}" for word in words] + [f"{each}&q={word}" for each, word in zip(more, words, strict=False)]
        return [f"{path}?{quote(each, safe='=&')}" for each in dict.fromkeys([*more, *asked])]

    return {
        "overview": ["/"],
        "search": searched("/search"),
        "documents": searched("/documents", "sort=-findings"),
        "departments": searched("/departments", "sort=-unclear_percent"),
        "projects": searched("/projects", "sort=-budget_yuan", "has=no-form", "least-budget_yuan=100"),
        "indicators": searched("/indicators", "kind=unclear", "sort=-number", "page=99", "kind=vague&level1=效益指标"),
        "findings": searched("/findings", "certainty=certain", "rule=vague-target", "severity=error&sort=-money_yuan"),
        "a document": some(list(view.documents)),
        "a department": some(list(view.by_publisher)),
        "a project": some(list(view.subjects)),
        "an indicator": some(list(view.indicators)),
        "a finding": some([finding.address for finding in view.findings]),
        "rules": ["/rules"],
        "catalogue": [f"/sparql?query={quote(each.body)}" for each in questions().values()],
    }


async def visit(base: str, paths: Sequence[str], readers: int) -> Waits:
    """Seconds that each visit took, each reader going on when the page is there."""
    waits: Waits = []
    left: Iterator[str] = iter(paths)
    async with httpx.AsyncClient(base_url=base, timeout=300, headers={"accept": "text/html"}) as client:

        async def read() -> None:
            for path in left:
                start = time.perf_counter()
                answer = await client.get(path)
                waits.append(time.perf_counter() - start if answer.is_success else math.inf)

        await asyncio.gather(*(read() for _ in range(readers)))
    return waits


def told(waits: Waits) -> str:
    """The median and the wait that 95 of 100 visits do not exceed, in milliseconds."""
    ordered = sorted(wait for wait in waits if wait < math.inf)
    if not ordered:
        return ""
    failed = f" ({len(waits) - len(ordered)} not)" if len(ordered) < len(waits) else ""
    return f"{1000 * ordered[len(ordered) // 2]:.0f} / {1000 * ordered[int(len(ordered) * 0.95)]:.0f}{failed}"


def main() -> None:
    """Print a row a sort of page."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--kg", type=Path)
    parser.add_argument("--indicators", type=int, default=30_000)
    parser.add_argument("--requests", type=int, default=64)
    given = parser.parse_args()
    folder = given.kg or generated(given.indicators)
    every, at, rows = addresses(folder), port(), []
    base = f"http://127.0.0.1:{at}"
    with running([sys.executable, "-m", "jixiao", "serve", "--kg", str(folder), "--port", str(at)], at):
        start = time.perf_counter()
        for path in ("/", "/search?q=a", *(each[0] for each in every.values())):
            asyncio.run(visit(base, [path], 1))
        print(f"ready after {time.perf_counter() - start:.1f} s", file=sys.stderr)
        for name, paths in every.items():
            fresh, row = iter(paths[1:]), [name]
            for readers in READERS:
                first = [path for _, path in zip(range(given.requests // len(READERS)), fresh, strict=False)]
                again = [paths[number % len(paths)] for number in range(given.requests)]
                row += [told(asyncio.run(visit(base, asked, readers))) for asked in (first, again)]
            rows.append(tuple(row))
            print(*row, sep="\t", file=sys.stderr)
    columns = tuple(f"{readers} {word}" for readers in READERS for word in ("first", "later"))
    show("p50 / p95 in ms by readers at once", ("page", *columns), rows)


if __name__ == "__main__":
    main()
