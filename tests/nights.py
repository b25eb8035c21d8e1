"""Nightly runs for tests: in this process, on few small documents, with what costs seconds left out."""

from __future__ import annotations

import json
import os
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import ingest
from graph.folder import KnowledgeGraph
from jixiao import samples
from jixiao.nightly import reading, reporting
from jixiao.nightly import run as runs
from queries.library import rules

DAY = "2026-03-05"
LONG_AGO = 1_700_000_000
known_rules = cache(rules)


class Readers:
    """What reads files, here: and which it was asked to."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def __enter__(self):
        return self

    def __exit__(self, *_):
        pass

    def read(self, path):
        self.asked.append(path.name)
        return ingest.read(path)


class Nights:
    """An inbox, a graph and a folder of reports, and what runs do with them.

    Nobody approves of snapshots; where reports are ``plain`` they say only what they are made of.
    """

    def __init__(self, folder: Path, patch, *, plain: bool = True) -> None:
        self.inbox, self.kg, self.out = folder / "inbox", folder / "kg", folder / "out"
        self.inbox.mkdir(parents=True, exist_ok=True)
        self.graph = KnowledgeGraph(self.kg)
        self.said: list[str] = []
        self._readers = Readers()
        patch.setattr(reading, "Workers", lambda: self._readers)
        patch.setattr(runs, "approval", lambda *_: lambda *_: None)
        patch.setattr("queries.library.rules", known_rules)
        patch.setattr(os, "fsync", lambda _: None)  # a test needs nothing to outlast the machine
        if plain:
            patch.setattr(reporting, "report", plain_report)
            patch.setattr(reporting, "write", write_plainly)
            patch.setattr(reporting.Shelf, "refresh", lambda *_: None)

    def run(self, **order):
        """One run; ``said`` and ``read`` are of it alone."""
        self.said.clear()
        self._readers.asked.clear()
        usual = {"inbox": self.inbox, "kg": self.kg, "out": self.out, "date": DAY}
        return runs.run(runs.Order(**(usual | order)), self.said.append, self._progress)

    @contextmanager
    def _progress(self, _label, _total):
        yield self.said.append

    @property
    def read(self) -> list[str]:
        """What the readers were asked for."""
        return sorted(self._readers.asked)

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


def plain_report(_graph, snapshot, *, since, choice, **made):
    """Of what a report is made."""
    return made | {"snapshot": snapshot.id, "since": since and since.id, "choice": reporting._plain(choice)}


def write_plainly(made, folder, forms, templates=None):
    """A report that says of what it is made."""
    told = json.dumps(made | {"forms": list(forms), "templates": str(templates)})
    for ending in (*forms, "json"):
        (folder / f"report.{ending}").write_text(told, encoding="utf-8")


def small(seed: int) -> bytes:
    """A small document in which something is wrong: the budget of a department, and the form of its first project."""
    return samples.make(seed, "markdown").text.partition("\n## 2、")[0].encode()
