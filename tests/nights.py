"""Nightly runs for tests: in this process, on few small documents, with what costs seconds left out."""

from __future__ import annotations

import json
import os
from contextlib import contextmanager
from pathlib import Path

import ingest
from graph.folder import KnowledgeGraph
from jixiao import samples
from jixiao.nightly import reading
from jixiao.nightly import run as runs

DAY = "2026-03-05"
LONG_AGO = 1_700_000_000


class Readers:
    """What reads files, here: and which it was asked to."""

    asked: list[str]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        pass

    def read(self, path):
        self.asked.append(path.name)
        return ingest.read(path)


class Nights:
    """An inbox, a graph and a folder of reports, and what runs do with them."""

    def __init__(self, folder: Path, patch) -> None:
        self.inbox, self.kg, self.out = folder / "inbox", folder / "kg", folder / "out"
        self.inbox.mkdir(parents=True, exist_ok=True)
        self.graph = KnowledgeGraph(self.kg)
        self.said: list[str] = []
        self.readers = Readers()
        self.readers.asked = []
        patch.setattr(reading, "Workers", lambda: self.readers)
        patch.setattr(runs, "approval", lambda *_: lambda *_: None)

    def run(self, **order):
        """One run; ``said`` and what the readers were asked are those of it alone."""
        self.said.clear()
        self.readers.asked.clear()
        order = {"inbox": self.inbox, "kg": self.kg, "out": self.out, "date": DAY} | order
        return runs.run(runs.Order(**order), self.said.append, self._progress)

    @contextmanager
    def _progress(self, _label, _total):
        yield self.said.append

    @property
    def read(self) -> list[str]:
        return list(self.readers.asked)

    def put(self, name: str, content: bytes) -> Path:
        """A file in the inbox that nobody touches any more."""
        path = self.inbox / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        os.utime(path, (LONG_AGO, LONG_AGO))
        return path

    def log(self):
        """What the last run wrote down of itself."""
        return json.loads(max((self.kg / "runs").glob("*.json")).read_bytes())

    def sources(self) -> set[str]:
        """The contents that are live."""
        return {entry["sha256"] for entry in self.graph.live().manifest["documents"]}

    def reports(self) -> dict[str, bytes]:
        """Every report and what is written in it."""
        return {path.relative_to(self.out).as_posix(): path.read_bytes() for path in self.out.rglob("report.*")}


def small(seed: int) -> bytes:
    """A small document in which something is wrong: budgets and forms of one department, as text."""
    return samples.make(seed, "markdown").data
