"""What every test may use, and the promise that CI skips nothing that can be tested."""

from __future__ import annotations

import os
from dataclasses import replace
from decimal import Decimal
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import settings

from graph.folder import KnowledgeGraph
from ingest.records import Grant
from jixiao import intake, samples

ROOT = Path(__file__).parent.parent
REAL = ROOT / (os.environ.get("JIXIAO_REAL") or "../shared")
settings.register_profile("jixiao", deadline=None)  # a busy machine is no failure
settings.load_profile("jixiao")
ABSENT = "the real documents are not here (JIXIAO_REAL names their folder)"


@pytest.fixture(scope="session")
def root() -> Path:
    """The repository."""
    return ROOT


@pytest.fixture(scope="session")
def real() -> Path:
    """The folder of real documents, with ``seeds/``, ``documents/`` and ``gold/``."""
    if not (REAL / "seeds").is_dir():
        pytest.skip(ABSENT)
    return REAL.resolve()


@pytest.fixture(scope="session")
def published(tmp_path_factory: pytest.TempPathFactory) -> KnowledgeGraph:
    """A knowledge graph of two samples, read, judged and published; not to be changed."""
    folder = tmp_path_factory.mktemp("published")
    graph = KnowledgeGraph(folder / "kg")
    read = intake.keeping(graph)
    for path in samples.write(folder / "samples", seed=1, count=2):
        read(path)
    intake.publish(graph)
    return graph


@pytest.fixture(scope="session")
def evaluated(published: KnowledgeGraph, tmp_path_factory: pytest.TempPathFactory) -> KnowledgeGraph:
    """A knowledge graph of a self-evaluation: results, points, a grant, and a unit that no code list knows."""
    folder = tmp_path_factory.mktemp("evaluated")
    source = folder / "evaluation.txt"
    source.write_text("a self-evaluation", encoding="utf-8")
    plain = max(published.live().documents(), key=lambda each: len(each.targets))
    done = {
        "actual": "31次",
        "score": Decimal(9),
        "weight": Decimal(10),
        "prior": "28次",
        "unit": "咕噜",
        "number": Decimal(30),
    }
    rows = [replace(row, **done, op="ge") for row in plain.targets[0].indicators]
    evaluation = replace(
        plain,
        sha256=sha256(source.read_bytes()).hexdigest(),
        source=source.name,
        kind="自评",
        targets=(replace(plain.targets[0], indicators=tuple(rows)),),
        granted=(Grant(number="某财教〔2024〕105号", project=plain.targets[0].name),),
    )
    graph = KnowledgeGraph(folder / "kg")
    graph.add(source, evaluation)
    intake.publish(graph)
    return graph


def _refuse_skip(report: pytest.TestReport | pytest.CollectReport) -> None:
    """In CI a skipped test is a failed one, except where the real documents are absent."""
    reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
    if os.environ.get("CI") == "true" and report.skipped and not hasattr(report, "wasxfail") and ABSENT not in reason:
        report.outcome = "failed"
        report.longrepr = f"CI has to run this test: {reason}"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport():
    report = yield
    _refuse_skip(report)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report():
    report = yield
    _refuse_skip(report)
    return report
