"""A new snapshot goes live by itself only when it is well formed and nothing is gone unexplained."""

from __future__ import annotations

import re
import shutil
from decimal import Decimal

import pytest
from pyoxigraph import Literal, NamedNode, Quad, Store

from graph.folder import KnowledgeGraph
from graph.validate import graph_names, validate
from jixiao import intake, samples
from jixiao.nightly import approval as approving
from jixiao.nightly.approval import HeldBackError, approval
from ontology.terms import FINDINGS_GRAPH, JX, RDF, SH


@pytest.fixture
def folder(published, tmp_path):
    shutil.copytree(published.path, tmp_path / "kg")
    return KnowledgeGraph(tmp_path / "kg")


@pytest.fixture
def more(tmp_path):
    """A third document."""
    return samples.write(tmp_path / "more", seed=9, count=1)[0]


SPOILT = [
    Quad(
        NamedNode(f"https://example.org/indicator/{number}"),
        NamedNode(f"{RDF}type"),
        NamedNode(f"{JX}Indicator"),
        NamedNode("https://example.org/graph"),
    )
    for number in range(3)
]
"""Indicators that say nothing of themselves: no shape allows that."""


def test_what_is_well_formed_and_loses_nothing_goes_live(folder, more):
    before = folder.live().id
    intake.keeping(folder)(more)
    after = intake.publish(folder, approve=approval())
    assert folder.live().id == after.id != before
    assert [each.checked for each in folder.history()] == [False, True]


def test_a_snapshot_with_fewer_documents_stays_beside_the_live_one_and_says_how_to_go_on(folder):
    before, gone = folder.live().id, next(iter(folder.held()))
    with pytest.raises(HeldBackError) as caught:
        intake.publish(folder, without=[gone], approve=approval())
    assert folder.live().id == before
    assert "文件从 2 份减到 1 份，少了 50.0%，超过允许的 20%" in str(caught.value)
    assert gone in folder.held()
    held_back = caught.value.snapshot
    assert f"jixiao snapshots rollback {held_back}" in str(caught.value)
    assert folder.available()[-1] == held_back
    assert folder.switch(held_back).id == folder.live().id == held_back


@pytest.mark.parametrize("allowed", [Decimal(70), None])
def test_a_fall_that_is_allowed_is_no_reason(folder, allowed):
    after = intake.publish(folder, without=[next(iter(folder.held()))], approve=approval(allowed))
    assert folder.live().id == after.id
    assert after.manifest["counts"]["documents"] == 1
    assert len(folder.held()) == 1


def test_what_no_shape_allows_does_not_go_live(folder, more):
    before = folder.live().id
    intake.keeping(folder)(more)
    with pytest.raises(HeldBackError) as caught:
        folder.publish(derive=lambda _: SPOILT, approve=approval())
    assert folder.live().id == before
    assert len(caught.value.reasons) == approving.SHOWN + 1
    assert re.search(r"还有 \d+ 处不合格式约束", caught.value.reasons[-1])


def test_only_what_is_new_is_judged_by_shapes_once_the_rest_has_passed(folder, more, monkeypatch):
    judged: list[list[str]] = []

    def seen(store, begin=None, passed=()):
        judged.append([name for name in graph_names(store) if name not in passed])
        return validate(store, begin, passed)

    monkeypatch.setattr(approving, "validate", seen)
    documents = {entry["address"] for entry in folder.live().manifest["documents"]}
    reading = intake.keeping(folder)
    reading(more)
    intake.publish(folder, approve=approval())
    assert documents < set(judged[0]), "nobody has judged what was published without being asked"
    reading(samples.write(more.parent / "last", seed=10, count=1)[0])
    after = intake.publish(folder, approve=approval())
    new = {entry["address"] for entry in after.manifest["documents"]} & set(judged[1])
    assert len(new) == 1
    assert not new & documents


def test_what_shared_graphs_say_of_documents_that_passed_is_not_judged_again(folder):
    store = Store()
    store.bulk_extend(folder.live().store)
    one, other = (entry["address"] for entry in folder.live().manifest["documents"])
    for document in (one, other):
        thing = NamedNode(f"https://example.org/finding/{document[-30:]}")
        for name, value in (("focusNode", NamedNode(f"{document}/目标/甲")), ("severity", Literal("none"))):
            store.add(Quad(thing, NamedNode(f"{SH}{name}"), value, NamedNode(FINDINGS_GRAPH)))
        store.add(Quad(thing, NamedNode(f"{RDF}type"), NamedNode(f"{SH}ValidationResult"), NamedNode(FINDINGS_GRAPH)))
    every = {each.focus for each in validate(store) if each.graph == FINDINGS_GRAPH}
    new = {each.focus for each in validate(store, passed={one}) if each.graph == FINDINGS_GRAPH}
    assert (len(every), len(new)) == (2, 1)
    assert other[-30:] in next(iter(new))
