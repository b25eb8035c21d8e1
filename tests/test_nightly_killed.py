"""A run that is killed at any moment leaves what was live, and the next run ends as if nothing had happened."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from random import Random

import pytest
import stopped
from nights import DAY, Nights, small

from graph.files import WRITING
from graph.folder import KnowledgeGraph
from jixiao.cli.options import SITE
from jixiao.nightly import ledger

MOMENTS = 20
AT_ONCE = 2
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(Path(__file__).parent)}
PATIENCE = 120.0
"""Seconds after which something hangs."""
STOPPED = "import stopped; stopped.clock(); from jixiao.__main__ import main; main()"
"""The program, under a clock that stands still for whoever publishes."""
COUNT = "SELECT (COUNT(*) AS ?n) {?s ?p ?o}"


def started(folder: Path) -> subprocess.Popen[bytes]:
    """A run in a process group of its own, so that what reads for it dies with it."""
    places = ("--inbox", folder / "inbox", "--kg", folder / "kg", "--out", folder / "out")
    command = [sys.executable, "-c", STOPPED, "nightly", *map(str, places), "--date", DAY]
    return subprocess.Popen(
        command,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        cwd=folder,
        env=ENVIRONMENT,
    )


def until_it_works(run: subprocess.Popen[bytes], folder: Path) -> float:
    """Wait until a run writes its log, which it does first; gives that moment."""
    limit = time.monotonic() + PATIENCE
    while not (folder / "kg" / "runs" / "000002.json").exists():
        assert run.poll() is None
        assert time.monotonic() < limit
        time.sleep(0.005)
    return time.monotonic()


def copied(before: Path, name: str) -> Path:
    """Another place where everything begins."""
    folder = before.parent / name
    shutil.copytree(before, folder)
    ledger.place(folder / "kg", before / "inbox").rename(ledger.place(folder / "kg", folder / "inbox"))
    return folder


@dataclass(frozen=True)
class State:
    """What a run left."""

    records: dict[str, bytes]
    held: dict[str, str]
    live: str
    dump: bytes
    findings: list[dict]
    publications: list[str]
    reports: dict[str, bytes]


def state(folder: Path) -> State:
    graph = KnowledgeGraph(folder / "kg")
    live = graph.live()
    records = {path.name: path.read_bytes() for path in graph.records.iterdir() if not path.name.startswith(WRITING)}
    reports = {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.glob("out/*/**/report.*")}
    return State(
        records=records,
        held=dict(graph.held()),
        live=live.id,
        dump=live.dump(),
        findings=live.findings(),
        publications=[each.snapshot for each in graph.history()],
        reports=reports,
    )


@pytest.fixture(scope="module")
def before(tmp_path_factory):
    """Where everything begins: one document is live and reported; one more, a changed and a broken one are new."""
    folder = tmp_path_factory.mktemp("killed") / "before"
    with pytest.MonkeyPatch.context() as patch:
        stopped.clock(patch.setattr)
        nights = Nights(folder, patch, plain=False)
        nights.put("甲.md", small(1))
        nights.put("乙.md", small(2))
        nights.run()
    nights.put("甲.md", small(3))
    nights.put("丙.md", small(4))
    nights.put("坏.pdf", b"%PDF-1.7 cut off")
    return folder


@pytest.fixture(scope="module")
def undisturbed(before):
    """What a run that nobody kills leaves, and how many seconds it works, two at a time as the killed ones."""
    with ThreadPoolExecutor(AT_ONCE) as threads:
        seconds = list(threads.map(lambda number: _whole(before, number), range(AT_ONCE)))
    return state(before.parent / "whole0"), sum(seconds) / AT_ONCE


def _whole(before: Path, number: int) -> float:
    folder = copied(before, f"whole{number}")
    run = started(folder)
    begun = until_it_works(run, folder)
    run.wait(PATIENCE)
    assert run.returncode == 2  # one of the files is broken
    return time.monotonic() - begun


def killed(before: Path, number: int, seconds: float) -> Path:
    folder = copied(before, f"killed{number}")
    run = started(folder)
    begun = until_it_works(run, folder)
    time.sleep(max(0.0, begun + seconds - time.monotonic()))
    os.killpg(run.pid, signal.SIGKILL)
    run.wait()
    return folder


@pytest.mark.skipif(sys.platform == "win32", reason="process groups are killed otherwise there")
def test_a_run_killed_at_any_moment_leaves_the_live_snapshot_and_the_next_run_ends_the_same(
    before, undisturbed, monkeypatch
):
    expected, length = undisturbed
    stopped.clock(monkeypatch.setattr)
    random = Random(20)  # noqa: S311 - the same moments every time
    moments = [length * (number + random.random()) / MOMENTS for number in range(MOMENTS)]
    old = state(before).live
    ends = set()
    with ThreadPoolExecutor(AT_ONCE) as threads:
        for folder in threads.map(lambda number: killed(before, number, moments[number]), range(MOMENTS)):
            live = KnowledgeGraph(folder / "kg").live()
            assert live.id in {old, expected.live}
            assert next(iter(live.query(COUNT)))
            ends.add((live.id, len(list(folder.glob("out/*")))))
            Nights(folder, monkeypatch, plain=False).run(site=SITE)
            assert state(folder) == expected
            shutil.rmtree(folder)
    assert len(ends) > 1  # some were killed before the switch and some after it
