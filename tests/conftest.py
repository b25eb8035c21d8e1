"""What every test may use, and the promise that CI skips nothing that can be tested."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from graph.folder import KnowledgeGraph
from jixiao import intake, samples

ROOT = Path(__file__).parent.parent
REAL = ROOT / (os.environ.get("JIXIAO_REAL") or "../shared")
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
