"""How long a nightly run takes: the first one, one with nothing new, one with one changed document among many.

    python bench/nightly.py [COUNT]

First the real documents (samples, where those are not here): the same inbox twice. The second run may take 10 % of the
first one's time. Then COUNT generated documents (1,000 without one), of which one changes: that run may take 5 % of the
first one's time and the building of the store. Each part is shown; times are those of a clock, whole processes with
all that they import.
"""

from __future__ import annotations

import functools
import json
import shutil
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from common import REAL, show

from graph import folder, store
from graph.folder import KnowledgeGraph
from jixiao import figures, samples
from jixiao.nightly import run as runs
from queries import judge

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

COUNT = 1_000
NOTHING_NEW, ONE_CHANGED = 10, 5
"""Limits in percent."""
PARTS = (
    (KnowledgeGraph, "_build", "build"),
    (KnowledgeGraph, "_inputs", "records"),
    (store, "fill", "fill"),
    (store, "derive", "derive"),
    (judge, "run", "rules"),
    (figures, "figures", "figures"),
    (folder, "sha256_of", "hash"),
)


def main(count: int) -> None:
    """Both measurements."""
    place = Path(tempfile.mkdtemp(prefix="jixiao-bench-"))
    try:
        twice(place / "real")
        changed(place / "generated", count)
    finally:
        shutil.rmtree(place)


def twice(place: Path) -> None:
    """The same inbox twice."""
    documents = [*REAL.glob("*.txt"), *(REAL.parent / "documents").glob("*")]
    if documents:
        (place / "inbox").mkdir(parents=True)
        for each in documents:
            shutil.copy2(each, place / "inbox")
    else:
        samples.write(place / "inbox", count=8)
    first, second = measured(place), measured(place)
    share = 100 * second["whole"] / first["whole"]
    table(f"The same inbox twice: {share:.1f} % (limit {NOTHING_NEW} %)", {"first run": first, "second run": second})


def changed(place: Path, count: int) -> None:
    """One changed document among many, each with the budget of a department and the form of one project."""
    (place / "inbox").mkdir(parents=True)
    for seed in range(count):
        (place / "inbox" / f"{seed:06}.md").write_text(small(seed), encoding="utf-8")
    first = measured(place)
    (place / "inbox" / f"{count // 2:06}.md").write_text(small(count), encoding="utf-8")
    second = measured(place)
    rest = second["whole"] - second["build"]
    share = 100 * rest / first["whole"]
    title = f"One of {count} documents changed: {share:.1f} % besides the store (limit {ONE_CHANGED} %)"
    table(title, {"first run": first, "one changed": second})


def small(seed: int) -> str:
    """A sample up to its second form."""
    return samples.make(seed, "markdown").text.partition("\n## 2、")[0]


def table(title: str, columns: dict[str, dict[str, float]]) -> None:
    """The seconds of every part of some runs."""
    parts = sorted({name for each in columns.values() for name in each}, key=list(next(iter(columns.values()))).index)
    rows = [(part, *(f"{each.get(part, 0):.2f}" for each in columns.values())) for part in parts]
    show(title, ("seconds", *columns), rows)


def measured(place: Path) -> dict[str, float]:
    """The seconds of a run in a process of its own, and of its parts."""
    start = time.perf_counter()
    command = [sys.executable, __file__, "--run", str(place)]
    said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    whole = time.perf_counter() - start
    return {"whole": whole, **json.loads(said.splitlines()[-1])}


def one(place: Path) -> None:
    """One run, here; prints the seconds of its parts."""
    parts: dict[str, float] = {}
    for holder, name, part in PARTS:
        setattr(holder, name, timed(getattr(holder, name), parts, part))
    order = runs.Order(inbox=place / "inbox", kg=place / "kg", out=place / "out")
    runs.run(order, lambda _: None, silent)
    told = json.loads(max((place / "kg" / "runs").glob("*.json")).read_bytes())
    print(json.dumps({each["name"]: each["seconds"] for each in told["steps"]} | parts))


def timed(work: Callable[..., Any], parts: dict[str, float], part: str) -> Callable[..., Any]:
    """The same work, whose seconds are added up."""

    @functools.wraps(work)
    def working(*args: Any, **kwargs: Any) -> Any:
        start = time.perf_counter()
        try:
            return work(*args, **kwargs)
        finally:
            parts[part] = parts.get(part, 0) + time.perf_counter() - start

    return working


@contextmanager
def silent(_label: str, _total: int) -> Iterator[Callable[[str], None]]:
    """Tells nobody."""
    yield lambda _: None


if __name__ == "__main__":
    if sys.argv[1:2] == ["--run"]:
        one(Path(sys.argv[2]))
    else:
        main(int(sys.argv[1]) if sys.argv[1:] else COUNT)
