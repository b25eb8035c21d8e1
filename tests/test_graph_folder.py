"""A knowledge-graph folder: what is published is whole, and what is not published changes nothing."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import pytest
from pyoxigraph import NamedNode

from graph.errors import (
    CurrentError,
    FindingError,
    FolderBusyError,
    GraphError,
    NothingPublishedError,
    RecordChangedError,
    SnapshotError,
    SourceError,
)
from graph.folder import BUILDING, KnowledgeGraph
from graph.lock import exclusive
from graph.snapshot import record_path
from ingest.records import Document, Facts, Indicator, Target
from ontology.terms import CODES_GRAPH, DCT, FINDINGS_GRAPH, JX, SH, SKOS

COUNT = "SELECT (COUNT(*) AS ?n) WHERE { ?indicator a <https://w3id.org/jixiao/ontology#Indicator> }"
FOCUS = "https://example.org/focus"
FINDING = {
    "rule": "no-target",
    "version": "1",
    "severity": "error",
    "certainty": "certain",
    "focus": FOCUS,
    "found": "9",
}


def document(source: Path, year=2025, number=30, extractor="text 1"):
    """A document with one indicator, as if it were read from the file."""
    indicator = Indicator(
        l1="产出指标", l2="数量指标", name="次数", value=f"{number}次", number=Decimal(number), unit="次"
    )
    return Document(
        source=source.name,
        sha256=hashlib.sha256(source.read_bytes()).hexdigest(),
        extractor=extractor,
        encoding="utf-8",
        document=Facts(publisher="某市科协", fiscal_year=year),
        targets=(Target(scope="project", name="科普经费", indicators=(indicator,)),),
    )


@pytest.fixture
def source(tmp_path):
    path = tmp_path / "一.txt"
    path.write_text("预算", encoding="utf-8")
    return path


@pytest.fixture
def other(tmp_path):
    path = tmp_path / "二.txt"
    path.write_text("又一份预算", encoding="utf-8")
    return path


@pytest.fixture
def folder(tmp_path):
    return KnowledgeGraph(tmp_path / "kg")


@pytest.fixture
def published(folder, source):
    folder.add(source, document(source))
    folder.publish()
    return folder


def answer(snapshot):
    return [int(row["n"].value) for row in snapshot.query(COUNT)]


def tree(path):
    return {str(file.relative_to(path)): file.read_bytes() for file in sorted(path.rglob("*")) if file.is_file()}


def test_what_was_added_is_published_and_can_be_queried(folder, source):
    folder.add(source, document(source))
    snapshot = folder.publish()
    assert answer(snapshot) == [1]
    assert [*snapshot.documents()] == [document(source)]
    assert snapshot.findings() == []
    assert folder.live().id == snapshot.id == (folder.path / "current").read_text().strip()
    assert (folder.sources / document(source).sha256).read_bytes() == source.read_bytes()


def test_the_manifest_says_what_the_snapshot_was_made_from(folder, source):
    folder.add(source, document(source))
    manifest = folder.publish(check=lambda _: [FINDING], rules={"no-target": "1"}).manifest
    (entry,) = manifest["documents"]
    record = record_path(folder.records, entry["sha256"], entry["extractor"], entry["record"])
    assert entry["record"] == hashlib.sha256(record.read_bytes()).hexdigest()
    assert entry["address"] == f"{manifest['base']}id/某市科协/2025/预算"
    assert manifest["rules"] == {"no-target": "1"}
    assert {name: manifest["counts"][name] for name in ("documents", "forms", "indicators", "findings")} == {
        "documents": 1,
        "forms": 1,
        "indicators": 1,
        "findings": 1,
    }
    assert set(manifest["vocabulary"]) > {"jixiao.ttl", "citation.ttl"}


def test_labels_of_codes_can_be_queried(published):
    query = f"SELECT ?l WHERE {{ GRAPH <{CODES_GRAPH}> {{ ?c <http://www.w3.org/2004/02/skos/core#prefLabel> ?l }} }}"
    assert "数量指标" in {row["l"].value for row in published.live().query(query)}


def test_the_default_graph_of_a_query_is_the_union_of_all_graphs(published):
    query = f"""SELECT ?label WHERE {{ ?indicator <{JX}indicatorType> ?type .
        ?type <http://www.w3.org/2004/02/skos/core#prefLabel> ?label }}"""
    assert {row["label"].value for row in published.live().query(query)} == {"数量指标", "quantity"}


def test_the_same_inputs_give_the_same_snapshot(tmp_path, source, other):
    made = []
    for name, order in (("a", (source, other)), ("b", (other, source))):
        folder = KnowledgeGraph(tmp_path / name)
        for path in order:
            folder.add(path, document(path, year=2024 if path is other else 2025))
        made.append(folder.publish(check=lambda _: [FINDING], rules={"no-target": "1"}))
    one, two = made
    assert one.id == two.id
    assert one.dump() == two.dump()
    assert dict(one.manifest) == dict(two.manifest)
    assert one.findings() == two.findings()
    assert tree(tmp_path / "a" / "records") == tree(tmp_path / "b" / "records")


def test_the_dump_is_sorted_and_its_hash_names_the_snapshot(published):
    snapshot = published.live()
    lines = snapshot.dump().splitlines()
    assert lines == sorted(lines)
    assert len(lines) == snapshot.manifest["counts"]["quads"]
    assert hashlib.sha256(snapshot.dump()).hexdigest().startswith(snapshot.id)


def test_publishing_the_same_again_changes_nothing(published):
    before = tree(published.path)
    assert published.publish().id == published.live().id
    assert tree(published.path) == before


def test_reading_a_source_again_is_a_cache_hit(published, source):
    made = document(source)
    assert published.record(made.sha256, made.extractor) == made
    assert published.record(made.sha256, "text 2") is None
    assert published.record("0" * 64, made.extractor) is None


def test_a_newer_reading_of_a_source_replaces_the_older_one(published, source):
    published.add(source, document(source, number=40, extractor="text 2"))
    (read,) = published.publish().documents()
    assert read.extractor == "text 2"
    published.add(source, document(source))
    (read,) = published.publish().documents()
    assert read.extractor == "text 1"


def test_documents_of_one_publisher_and_year_keep_their_own_graphs(published, other):
    published.add(other, document(other))
    before = {entry["address"] for entry in published.live().manifest["documents"]}
    snapshot = published.publish()
    addresses = {entry["address"] for entry in snapshot.manifest["documents"]}
    assert len(addresses) == 2
    assert before < addresses  # who came first keeps the address
    assert answer(snapshot) == [2]
    assert published.publish().id == snapshot.id


def test_documents_of_one_publisher_and_year_that_come_together_are_told_apart_by_their_sources(folder, source, other):
    folder.add(source, document(source))
    folder.add(other, document(other))
    addresses = {entry["address"] for entry in folder.publish().manifest["documents"]}
    assert len(addresses) == 2
    assert all(address.partition("~")[2] for address in addresses)


def test_findings_are_kept_as_lines_and_as_validation_results(folder, source):
    folder.add(source, document(source))
    seen = []

    def check(store):
        seen.append(len(store))
        return [FINDING | {"evidence": FOCUS, "expected": "有绩效目标", "project": "科普经费", "places": []}]

    snapshot = folder.publish(check=check)
    (finding,) = snapshot.findings()
    assert seen[0] > 0
    assert finding["address"] == f"https://w3id.org/jixiao/id/finding/no-target/{finding['id']}"
    query = f"""SELECT * WHERE {{ GRAPH <{FINDINGS_GRAPH}> {{ ?finding a <{SH}ValidationResult> ;
        <{SH}focusNode> ?focus ; <{JX}expected> ?expected ; <{SH}resultSeverity> ?severity }} }}"""
    (row,) = snapshot.query(query)
    assert row["finding"] == NamedNode(finding["address"])
    assert row["severity"] == NamedNode(f"{SH}Violation")
    assert (row["focus"].value, row["expected"].value) == (FOCUS, "有绩效目标")


def test_the_address_of_a_finding_depends_on_rule_thing_and_figures_alone(folder, source):
    folder.add(source, document(source))
    kept = [FINDING, FINDING | {"version": "2"}, FINDING | {"found": "10"}]
    one, same, different = (each["address"] for each in folder.publish(check=lambda _: kept).findings())
    assert one == same != different


def test_a_finding_that_lacks_its_focus_is_refused(published):
    live = published.live().id
    with pytest.raises(FindingError, match="focus") as caught:
        published.publish(check=lambda _: [FINDING | {"focus": None}])
    assert caught.value.key == "focus"
    assert published.live().id == live


def test_a_check_that_fails_leaves_the_live_snapshot_and_no_leftovers(published):
    before = tree(published.path)
    with pytest.raises(ZeroDivisionError):
        published.publish(check=lambda _: 1 / 0)
    assert tree(published.path) == before


KILLED = """
import os
from pathlib import Path
from graph.folder import KnowledgeGraph
import graph.folder, graph.files
folder = KnowledgeGraph(Path({folder!r}))
{hook}
folder.publish(check=check)
"""
HOOKS = {
    "while the findings are made": "def check(store): os._exit(9)",
    "before the snapshot gets its name": "check = None\nPath.rename = lambda *_: os._exit(9)",
    "before the switch": "check = None\nKnowledgeGraph._make_current = lambda *_: os._exit(9)",
    "in the switch": (
        "check = None\nswitch = os.replace\n"
        "os.replace = lambda old, new: os._exit(9) if Path(new).name == 'current' else switch(old, new)"
    ),
}


@pytest.mark.parametrize("hook", HOOKS)
def test_a_build_killed_at_any_moment_leaves_the_live_snapshot(published, other, hook, root):
    live, dump = published.live().id, published.live().dump()
    published.add(other, document(other, year=2024))
    script = KILLED.format(folder=str(published.path), hook=HOOKS[hook])
    killed = subprocess.run([sys.executable, "-c", script], cwd=root, check=False)
    assert killed.returncode == 9
    assert published.live().id == live
    assert published.live().dump() == dump
    after = published.publish()
    assert published.live().id == after.id != live
    assert answer(after) == [2]
    assert [*published.snapshots.glob(f"{BUILDING}*")] == []
    assert {file.name for file in published.path.iterdir()} == {
        *("sources", "records", "holdings", "snapshots", "publications", "current", ".lock"),
    }
    assert [each.snapshot for each in published.history()] == [live, after.id]


def test_a_switch_that_fails_leaves_the_live_snapshot(published, other, monkeypatch):
    live = published.live().id
    published.add(other, document(other, year=2024))

    def refuse(_old, new):
        raise OSError(28, "disk full", str(new))

    monkeypatch.setattr(os, "replace", refuse)
    with pytest.raises(OSError, match="disk full"):
        published.publish()
    monkeypatch.undo()
    assert published.live().id == live


def test_only_one_build_runs_at_a_time(published):
    with exclusive(published.path), pytest.raises(FolderBusyError, match="另一个程序"):
        published.publish()
    assert published.publish().id == published.live().id


def test_a_build_does_not_clear_away_another_one_that_is_alive(published):
    building = published.snapshots / f"{BUILDING}alive"
    building.mkdir()
    with exclusive(published.path), pytest.raises(FolderBusyError):
        published.publish()
    assert building.is_dir()


def test_readers_keep_what_they_opened_while_another_snapshot_goes_live(published, other):
    reader = published.live()
    assert answer(reader) == [1]
    published.add(other, document(other, year=2024))
    published.publish()
    assert answer(reader) == [1]
    assert answer(published.live()) == [2]


def test_a_snapshot_cannot_be_written_to(published):
    with pytest.raises(RuntimeError, match="read-write"):
        published.live().store.update("INSERT DATA { <urn:a> <urn:b> <urn:c> }")


def test_going_back_is_switching_back(published, other):
    first = published.live().id
    published.add(other, document(other, year=2024))
    second = published.publish().id
    assert published.available() == (first, second)
    assert answer(published.switch(first)) == [1]
    assert published.live().id == first
    with pytest.raises(CurrentError, match="不存在"):
        published.switch("0" * 16)
    assert published.live().id == first


def test_a_new_folder_has_nothing_live_and_opening_it_writes_nothing(folder):
    assert folder.current() is None
    with pytest.raises(NothingPublishedError, match="还没有发布过"):
        folder.live()
    assert not folder.path.exists()
    assert folder.available() == ()


def test_an_empty_folder_can_be_published(folder):
    assert answer(folder.publish()) == [0]


def test_a_damaged_record_counts_as_none(published, source):
    read = document(source)
    (published.records / published.held()[read.sha256]).write_bytes(b"{")
    assert published.record(read.sha256, read.extractor) is None
    published.add(source, read)
    assert published.record(read.sha256, read.extractor) == read


@pytest.mark.parametrize("lost", ["store", "findings.jsonl", "manifest.json"])
def test_publishing_again_mends_a_snapshot_that_lost_a_part(published, lost):
    part = published.live().path / lost
    if part.is_dir():
        shutil.rmtree(part)
    else:
        part.unlink()
    assert answer(published.publish()) == [1]
    assert published.live().findings() == []


def test_a_source_that_changed_after_reading_is_refused(folder, source):
    read = document(source)
    source.write_text("改过的预算", encoding="utf-8")
    with pytest.raises(SourceError, match="变了"):
        folder.add(source, read)
    source.unlink()
    with pytest.raises(SourceError, match="读不出来"):
        folder.add(source, read)
    assert not folder.path.exists()


@pytest.mark.parametrize("content", [b"", b"nonsense\n", b"\xff\xfe", b"../../etc\n", b"0123456789abcdef\n"])
def test_a_damaged_current_is_a_clear_error_that_names_what_is_there(published, content):
    live = published.live().id
    (published.path / "current").write_bytes(content)
    with pytest.raises(CurrentError, match="current") as caught:
        published.live()
    assert caught.value.available == (live,)
    assert isinstance(caught.value, GraphError)
    assert published.switch(live).id == published.live().id


def damage_manifest(snapshot):
    (snapshot / "manifest.json").write_text("{", encoding="utf-8")


def remove_manifest(snapshot):
    (snapshot / "manifest.json").unlink()


def swap_manifest(snapshot):
    (snapshot / "manifest.json").write_text(json.dumps({"id": "0" * 16}), encoding="utf-8")


@pytest.mark.parametrize("damage", [damage_manifest, remove_manifest, swap_manifest])
def test_a_snapshot_without_its_manifest_is_refused(published, damage):
    damage(published.live().path)
    with pytest.raises(SnapshotError, match=r"manifest\.json"):
        published.live()


def test_a_snapshot_with_a_damaged_store_is_refused(published):
    snapshot = published.live()
    (snapshot.path / "store" / "CURRENT").write_text("nonsense")
    with pytest.raises(SnapshotError, match="图数据库打不开"):
        snapshot.query(COUNT)


def test_a_snapshot_with_damaged_findings_is_refused(published):
    snapshot = published.live()
    (snapshot.path / "findings.jsonl").write_text("{", encoding="utf-8")
    with pytest.raises(SnapshotError, match=r"findings\.jsonl"):
        snapshot.findings()


def test_a_record_that_is_not_the_one_published_is_refused(published, source):
    read = document(source)
    path = published.records / published.held()[read.sha256]
    path.write_bytes(path.read_bytes() + b" ")
    with pytest.raises(RecordChangedError, match="变了"):
        [*published.live().documents()]
    path.write_text("nonsense", encoding="utf-8")
    with pytest.raises(RecordChangedError, match="读不懂"):
        published.publish()
    path.unlink()
    with pytest.raises(RecordChangedError, match="不见了"):
        [*published.live().documents()]


def test_two_years_of_one_department_count_each_indicator_once(folder, source, other):
    folder.add(source, document(source, 2024))
    folder.add(other, document(other, 2025))
    query = f"""SELECT (COUNT(*) AS ?n) WHERE {{
        ?indicator a <{JX}Indicator> ; <{JX}document>/<{DCT}publisher>/<{SKOS}prefLabel> ?name }}"""
    (row,) = folder.publish().query(query)
    assert row["n"].value == "2"


def test_the_dump_is_the_same_whether_it_is_sorted_at_once_or_in_runs(published, monkeypatch):
    whole = published.live().dump()
    monkeypatch.setattr("graph.store.RUN", 100)
    assert published.live().dump() == whole == b"".join(sorted(whole.splitlines(keepends=True)))


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has other rights")
def test_what_is_published_may_be_read_by_others_where_files_usually_may(folder, source):
    before = os.umask(0o022)
    try:
        folder.add(source, document(source))
        folder.publish()
    finally:
        os.umask(before)
    snapshot = folder.live().path
    for path in (folder.path / "current", folder.holdings, snapshot, snapshot / "manifest.json"):
        assert path.stat().st_mode & 0o044 == 0o044, path
