"""Runs over an inbox: what is new, changed, renamed, removed, twice there; and nothing where nothing is new."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile

import pytest
from nights import DAY, Nights, small

from jixiao.intake import keeping, publish
from jixiao.nightly import ledger

ONE, TWO, THREE = small(1), small(2), small(3)


def sha(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


@pytest.fixture
def nights(tmp_path, monkeypatch):
    return Nights(tmp_path, monkeypatch)


def test_a_run_reads_what_is_in_the_inbox_publishes_it_and_reports(nights):
    nights.put("某局/甲.md", ONE)
    nights.put("乙.md", TWO)
    outcome = nights.run()
    assert outcome.code == 0
    assert nights.sources() == {sha(ONE), sha(TWO)}
    assert outcome.files.new == ["乙.md", "某局/甲.md"]
    assert nights.graph.history()[-1].number == 1
    assert f"{DAY}/report.html" in nights.reports()


def test_a_second_run_with_nothing_new_reads_builds_and_writes_nothing(nights):
    nights.put("甲.md", ONE)
    first = nights.run()
    reports, findings = nights.reports(), first.live.findings()
    second = nights.run(date="2026-03-06")
    assert (nights.read, second.built, second.written) == ([], False, False)
    assert second.live.id == first.live.id
    assert second.live.findings() == findings
    assert len(nights.graph.history()) == 1
    assert nights.reports() == reports


def test_only_what_is_new_is_read(nights):
    nights.put("甲.md", ONE)
    nights.run()
    nights.put("乙.md", TWO)
    assert nights.run().files.new == ["乙.md"]
    assert nights.read == ["乙.md"]
    assert nights.sources() == {sha(ONE), sha(TWO)}


def test_a_changed_file_takes_the_place_of_what_it_was(nights):
    nights.put("甲.md", ONE)
    nights.put("乙.md", TWO)
    nights.run()
    nights.put("甲.md", THREE)
    outcome = nights.run()
    assert (outcome.files.changed, outcome.files.new, outcome.files.removed) == (["甲.md"], [], [])
    assert nights.sources() == {sha(THREE), sha(TWO)}


def test_a_changed_file_that_cannot_be_read_leaves_what_it_was_and_says_so(nights):
    nights.put("甲.md", ONE)
    first = nights.run()
    nights.put("甲.md", b"PK\x03\x04 broken")
    for _ in range(2):
        outcome = nights.run()
        assert outcome.code == 2
        assert outcome.files.not_updated == ["甲.md"]
        assert nights.sources() == {sha(ONE)}
        assert outcome.live.id == first.live.id
    nights.put("甲.md", TWO)
    assert nights.run().code == 0
    assert nights.sources() == {sha(TWO)}


def test_a_removed_file_leaves_the_next_snapshot_and_old_snapshots_keep_it(nights):
    nights.put("甲.md", ONE)
    gone = nights.put("乙.md", TWO)
    first = nights.run()
    gone.unlink()
    outcome = nights.run()
    assert outcome.files.removed == ["乙.md"]
    assert nights.sources() == {sha(ONE)}
    assert {document.sha256 for document in first.live.documents()} == {sha(ONE), sha(TWO)}


def test_what_was_removed_and_comes_back_is_not_read_again(nights):
    nights.put("甲.md", ONE)
    nights.put("乙.md", TWO)
    first = nights.run()
    (nights.inbox / "乙.md").unlink()
    nights.run()
    nights.put("乙.md", TWO)
    back = nights.run()
    assert nights.read == []
    assert back.live.id == first.live.id
    assert [each.snapshot for each in nights.graph.history()].count(first.live.id) == 2


def test_a_renamed_file_is_not_read_again_and_nothing_is_published(nights):
    path = nights.put("甲.md", ONE)
    first = nights.run()
    path.rename(nights.inbox / "丙.md")
    outcome = nights.run()
    assert outcome.files.renamed == [("甲.md", "丙.md")]
    assert (outcome.files.new, outcome.files.removed, nights.read, outcome.built) == ([], [], [], False)
    assert outcome.live.id == first.live.id


def test_the_same_content_under_two_names_is_one_document_until_both_are_gone(nights):
    nights.put("甲.md", ONE)
    nights.put("乙.md", ONE)
    nights.put("丙.md", TWO)
    outcome = nights.run()
    assert outcome.files.duplicates == [("甲.md", "乙.md")]
    assert nights.log()["files"]["duplicates"] == [["甲.md", "乙.md"]]
    assert nights.sources() == {sha(ONE), sha(TWO)}
    (nights.inbox / "乙.md").unlink()
    assert nights.run().files.removed == []
    assert nights.sources() == {sha(ONE), sha(TWO)}
    (nights.inbox / "甲.md").unlink()
    nights.run()
    assert nights.sources() == {sha(TWO)}


def test_documents_of_archives_are_documents_of_the_inbox(nights):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("a/表.md", ONE)
        archive.writestr("b/表.md", TWO)
    nights.put("全部.zip", packed.getvalue())
    assert nights.run().files.new == ["全部.zip/表.md", "全部.zip/表.md (2)"]
    assert nights.sources() == {sha(ONE), sha(TWO)}
    assert nights.run().files.new == []
    assert nights.read == []
    assert not list(nights.kg.rglob(".unpacked-*"))


@pytest.mark.parametrize("name", [".甲.md", "~$甲.docx", "甲.md.part", "甲.md.crdownload", "甲.TMP", "Thumbs.db"])
def test_what_programs_leave_in_a_folder_is_no_document(nights, name):
    nights.put("乙.md", TWO)
    nights.put(name, ONE)
    outcome = nights.run()
    assert (outcome.code, list(outcome.files.names)) == (0, ["乙.md"])


def test_what_was_ingested_by_hand_stays_whatever_the_inbox_has(nights, tmp_path):
    by_hand = tmp_path / "手.md"
    by_hand.write_bytes(THREE)
    keeping(nights.graph)(by_hand)
    publish(nights.graph)
    nights.put("甲.md", ONE)
    path = nights.put("也在收件夹.md", THREE)
    nights.run()
    path.unlink()
    nights.run()
    assert nights.sources() == {sha(ONE), sha(THREE)}


def test_two_inboxes_of_one_graph_keep_what_either_has(nights, tmp_path):
    other = tmp_path / "other"
    other.mkdir()
    shared = nights.put("甲.md", ONE)
    nights.put("乙.md", TWO)
    nights.run()
    (other / "同.md").write_bytes(ONE)
    nights.run(inbox=other)
    shared.unlink()
    nights.run()
    assert nights.sources() == {sha(ONE), sha(TWO)}
    nights.put("丙.md", THREE)
    nights.run()
    (other / "同.md").unlink()
    nights.run(inbox=other, accept_drop=True)
    assert nights.sources() == {sha(TWO), sha(THREE)}


def test_a_newer_program_reads_everything_again(nights, monkeypatch):
    nights.put("甲.md", ONE)
    nights.run()
    monkeypatch.setattr("ingest.EXTRACTOR", "jixiao-99")
    nights.run()
    assert nights.read == ["甲.md"]


def test_what_cannot_be_read_is_not_tried_again_until_the_program_is_another(nights, monkeypatch):
    nights.put("甲.md", ONE)
    nights.put("坏.pdf", b"%PDF-1.7 cut off")
    assert nights.run().code == 2
    assert nights.read == ["坏.pdf", "甲.md"]
    told = nights.log()["files"]["refused"]
    again = nights.run()
    assert (again.code, nights.read) == (2, [])
    assert nights.log()["files"]["refused"] == told
    assert [each.refused for each in nights.graph.history()] == [told]
    monkeypatch.setattr(ledger.ingest, "EXTRACTOR", "jixiao-99")
    nights.run()
    assert nights.read == ["坏.pdf", "甲.md"]


def test_a_file_that_becomes_unreadable_to_nobody_s_surprise_is_told_once_in_the_history(nights):
    nights.put("甲.md", ONE)
    nights.run()
    nights.put("坏.pdf", b"%PDF-1.7 cut off")
    nights.run()
    nights.run()
    history = nights.graph.history()
    assert [[each["name"] for each in told.refused] for told in history] == [[], ["坏.pdf"]]
    assert history[0].snapshot == history[1].snapshot


def killed(*_, **__):
    raise KeyboardInterrupt


def test_what_was_read_before_a_run_was_ended_is_not_read_again(nights, monkeypatch):
    nights.put("甲.md", ONE)
    nights.put("乙.md", TWO)
    with monkeypatch.context() as patched:
        patched.setattr("jixiao.nightly.run.publish", killed)
        with pytest.raises(KeyboardInterrupt):
            nights.run()
    assert nights.log()["exit"] == 130
    nights.run()
    assert nights.read == []
    assert nights.sources() == {sha(ONE), sha(TWO)}


def test_what_a_killed_run_had_read_and_is_gone_since_is_not_published(nights, monkeypatch):
    nights.put("甲.md", ONE)
    gone = nights.put("乙.md", TWO)
    with monkeypatch.context() as patched:
        patched.setattr("jixiao.nightly.run.publish", killed)
        with pytest.raises(KeyboardInterrupt):
            nights.run()
    gone.unlink()
    nights.run()
    assert nights.sources() == {sha(ONE)}


def test_the_log_says_what_was_done_and_how_long_each_step_took(nights):
    nights.put("甲.md", ONE)
    nights.run()
    told = nights.log()
    assert told["files"]["new"] == ["甲.md"]
    assert {"look", "read", "publish"} <= {step["name"] for step in told["steps"]}
    assert all(step["seconds"] >= 0 for step in told["steps"])
    assert (told["before"], told["after"]) == (None, nights.graph.live().id)
    assert (told["publication"], told["exit"]) == (1, 0)
    assert told["started"] <= told["ended"]


def test_a_run_that_died_is_told_by_the_next_one(nights):
    nights.put("甲.md", ONE)
    nights.run()
    file = nights.kg / "runs" / "000001.json"
    told = json.loads(file.read_bytes())
    del told["ended"]
    file.write_text(json.dumps(told), encoding="utf-8")
    nights.run()
    assert nights.log()["died"]["number"] == 1
    assert any("没有走完" in line for line in nights.said)


def test_an_empty_inbox_at_the_beginning_is_nothing_to_do(nights):
    outcome = nights.run()
    assert (outcome.code, outcome.live, outcome.report) == (0, None, None)
