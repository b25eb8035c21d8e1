"""What the benches share: the files to measure on, a stopwatch, a table."""

from __future__ import annotations

import os
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table

from jixiao import samples

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).parent.parent
REAL = ROOT / (os.environ.get("JIXIAO_REAL") or "../shared") / "seeds"


def sources() -> list[Path]:
    """The real founding documents where they are here, else as many samples."""
    real = sorted(REAL.glob("*.txt"))
    return real or samples.write(Path(tempfile.mkdtemp(prefix="jixiao-bench-")), count=5)


def best(work: Callable[[], object], rounds: int = 3) -> float:
    """Seconds of the fastest of some rounds: the one that other work on the machine disturbed least."""
    seconds = []
    for _ in range(rounds):
        start = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - start)
    return min(seconds)


def show(title: str, columns: tuple[str, ...], rows: list[tuple[str, ...]]) -> None:
    """Print a table; figures stand to the right."""
    table = Table(title=title)
    for number, column in enumerate(columns):
        table.add_column(column, justify="right" if number else "left")
    for row in rows:
        table.add_row(*row)
    Console().print(table)
