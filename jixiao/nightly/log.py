"""The log of runs: one file a run in the folder ``runs`` of the graph, written at its start, its steps and its end.

A run whose file says no end was killed, or is running.
"""

from __future__ import annotations

import json
import os
import re
import time
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import ingest
from graph.files import write_whole

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

FOLDER = "runs"
_NAME = re.compile(r"\d{6,}\.json")


class Run:
    """The log of one run; there is a file when it has begun."""

    def __init__(self, kg: Path) -> None:
        self._folder = kg / FOLDER
        self.number = 0
        self.told: dict[str, Any] = {}

    def begin(self, settings: Mapping[str, Any]) -> None:
        """Write the beginning down; the fact ``died`` is the run before, where that one has no end."""
        self._folder.mkdir(parents=True, exist_ok=True)
        before, newest = last(self._folder.parent), _newest(self._folder)
        self.number = _number(newest) + 1 if newest else 1
        self.note(number=self.number, pid=os.getpid(), version=ingest.EXTRACTOR, started=moment(), settings=settings)
        if before and "ended" not in before:
            self.note(died={name: before.get(name) for name in ("number", "pid", "started", "steps")})

    def note(self, **facts: Any) -> None:
        """Write facts down."""
        self.told |= facts
        file = self._folder / f"{self.number:06}.json"
        write_whole(file, json.dumps(self.told, ensure_ascii=False, indent=1).encode())

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """One step: its name is written when it starts, its seconds with the next thing that is noted."""
        entry: dict[str, Any] = {"name": name}
        self.note(steps=[*self.told.get("steps", []), entry])
        start = time.perf_counter()
        try:
            yield
        finally:
            entry["seconds"] = round(time.perf_counter() - start, 3)

    def end(self, code: int, message: str) -> None:
        """Write the end down of a run that began."""
        if self.number:
            self.note(ended=moment(), exit=code, message=message)


def last(kg: Path) -> Mapping[str, Any] | None:
    """What the newest log says; ``None`` where there is none that can be read."""
    newest = _newest(kg / FOLDER)
    try:
        told = json.loads(newest.read_bytes()) if newest else None
    except (OSError, ValueError):
        return None
    return told if isinstance(told, dict) else None


def moment() -> str:
    """Now, in UTC, to the second."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def _newest(folder: Path) -> Path | None:
    return max((file for file in folder.glob("*.json") if _NAME.fullmatch(file.name)), key=_number, default=None)


def _number(file: Path) -> int:
    return int(file.stem)
