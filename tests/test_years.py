"""Two years of a department: what was planted between them is found, and nothing else."""

from __future__ import annotations

from collections import Counter
from itertools import cycle

import pytest

import ingest
from graph.folder import KnowledgeGraph
from jixiao import samples
from jixiao.samples import Style
from jixiao.view import View
from jixiao.years import compared, overview, pairs
from queries.derivations import derived

PRINTS = [
    *(("narrow", None), ("markdown", None), ("line", None), ("halves", None), ("ruled", "pdf"), ("flat", "xlsx")),
    *(
        ("continuous", "docx"),
        ("department", "html"),
        ("full", "csv"),
        ("stepped", "xlsx"),
        ("prose", "docx"),
        ("sides", "pdf"),
    ),
]
"""Layouts and kinds of files, each for another department."""
SEEDS = (0, 1, 2, 3, 5, 6, 8, 10, 14, 16, 17, 25)
"""Each of these is another department."""


@pytest.fixture(scope="module")
def printed(tmp_path_factory):
    """A graph of departments in two years each, printed, and read back; what changed, by the department."""
    folder = tmp_path_factory.mktemp("years")
    graph, planted = KnowledgeGraph(folder / "kg"), {}
    for seed, (layout, kind) in zip(SEEDS, PRINTS, strict=True):
        earlier, later, changed = samples.years(seed, layout, kind, Style())
        for each in (earlier, later):
            path = folder / each.name
            path.write_bytes(each.data)
            graph.add(path, ingest.read(path))
        planted[later.truth.document.publisher] = (layout, earlier.truth, later.truth, changed)
    return View(graph.publish(derive=derived)), planted


@pytest.fixture(scope="module")
def view(printed):
    return printed[0]


@pytest.mark.parametrize("number", range(len(SEEDS)))
def test_what_was_planted_is_found_and_everything_else_is_copied(printed, number):
    view, planted = printed
    name, (layout, earlier, later, changed) = list(planted.items())[number]
    (pair,) = (pair for pair in pairs(view) if pair.name == name)
    found = compared(view, *(getattr(pair, each) for each in ("organisation", "earlier", "later")))
    told = [
        (each.kind, project.after.name, each.indicator.name) for project in found.projects for each in project.targets
    ]
    projects = [("added", each.name, None) for each in found.added] + [
        ("dropped", each.name, None) for each in found.dropped
    ]
    assert Counter(each for each in told if each[0] != "copied") + Counter(projects) == Counter(
        (each.kind, each.project, each.indicator) for each in changed
    )
