"""Faults of nightly runs, each of which was seen once; what is right stands in the name."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from pathlib import Path

import pytest
from nights import Nights, small

from graph import history
from graph.verifying import Verifier
from jixiao.errors import BadInputError
from jixiao.nightly import ledger, reading
from jixiao.nightly import run as runs
from jixiao.nightly.approval import approval
from jixiao.nightly.guards import StoppedError

ONE, TWO, THREE = small(1), small(2), small(3)


def sha(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


@pytest.fixture
def nights(tmp_path, monkeypatch):
    return Nights(tmp_path, monkeypatch)


def test_what_left_the_inbox_stays_away_after_a_snapshot_that_was_held_back_is_made_live(nights, monkeypatch):
    for name, content in (("甲.md", ONE), ("乙.md", TWO), ("丙.md", THREE)):
        nights.put(name, content)
    nights.run()
    (nights.inbox / "甲.md").unlink()
    (nights.inbox / "乙.md").unlink()
    monkeypatch.setattr(runs, "approval", approval)
    with pytest.raises(StoppedError, match="少了"):
        nights.run()
    nights.graph.switch(nights.graph.available()[-1])
    for _ in range(2):
        nights.run()
        assert nights.sources() == {sha(THREE)}
        assert set(nights.graph.held()) == {sha(THREE)}


def test_a_report_on_another_snapshot_of_the_same_number_is_not_the_report(nights):
    nights.put("甲.md", ONE)
    nights.run()
    shutil.rmtree(nights.kg)
    nights.put("乙.md", TWO)
    outcome = nights.run()
    assert outcome.written
    assert outcome.report.made.snapshot == outcome.live.id


def test_a_publication_that_never_went_live_is_not_what_is_reported(nights):
    nights.put("甲.md", ONE)
    live = nights.run().live
    history.note(nights.kg, "0" * 16, live.manifest)
    outcome = nights.run()
    assert (outcome.publication.number, outcome.publication.snapshot) == (3, live.id)


@pytest.mark.parametrize("place", ["in/报告", "kg", "kg/报告"])
def test_reports_and_graph_do_not_lie_in_one_another_or_in_the_inbox(nights, tmp_path, place):
    nights.put("甲.md", ONE)
    out = nights.inbox / "报告" if place.startswith("in") else tmp_path / place
    with pytest.raises(BadInputError, match="三个分开的文件夹"):
        nights.run(out=out)


def test_what_was_taken_in_by_hand_too_stays_when_it_leaves_the_inbox(nights):
    path = nights.put("甲.md", ONE)
    nights.put("乙.md", TWO)
    nights.run()
    ledger.disown(nights.kg, {sha(ONE)})
    path.unlink()
    nights.run()
    assert nights.sources() == {sha(ONE), sha(TWO)}


def test_an_earlier_snapshot_that_is_damaged_costs_the_comparison_and_not_the_report(nights):
    nights.put("甲.md", ONE)
    first = nights.run()
    (first.live.path / "findings.jsonl").unlink()
    nights.put("乙.md", TWO)
    outcome = nights.run()
    assert (outcome.code, outcome.written, outcome.report.made.since) == (0, True, None)


@pytest.mark.parametrize("lost", ["store", "record", "source"])
def test_what_is_damaged_of_the_live_snapshot_is_made_anew(nights, lost):
    nights.put("甲.md", ONE)
    live = nights.run().live
    live.close()
    record = nights.kg / "records" / nights.graph.held()[sha(ONE)]
    if lost == "store":
        shutil.rmtree(live.path / "store")
    elif lost == "record":
        record.write_bytes(record.read_bytes()[:100])
    else:
        (nights.kg / "sources" / sha(ONE)).unlink()
    assert nights.run().live.id == live.id
    assert not Verifier(nights.graph).snapshot(live.id)


@pytest.mark.parametrize("damage", [b'{"names": []}', b'{"inbox": "x", "brought": 5}', b"x"])
def test_a_ledger_that_is_no_ledger_says_so(nights, damage):
    nights.put("甲.md", ONE)
    nights.run()
    ledger.place(nights.kg, nights.inbox).write_bytes(damage)
    with pytest.raises(StoppedError, match="台账读不出来"):
        nights.run()


@pytest.mark.parametrize("damage", ['{"at": "gestern"}', '{"at": "2026-01-01T00:00:00"}', '{"counts": 5}', "[]"])
def test_a_damaged_publication_is_named(nights, damage):
    nights.put("甲.md", ONE)
    nights.run()
    file = nights.kg / "publications" / "000001.json"
    told = json.loads(damage)
    file.write_text(json.dumps(json.loads(file.read_bytes()) | told if isinstance(told, dict) else told))
    with pytest.raises(StoppedError, match=r"000001\.json"):
        nights.run()


def test_files_that_systems_leave_among_the_holdings_are_none(nights):
    nights.put("甲.md", ONE)
    nights.run()
    (nights.kg / "holdings" / ".DS_Store").write_bytes(b"\x00\xff")
    nights.put("乙.md", TWO)
    assert nights.run().code == 0


def test_what_is_held_is_named_where_it_is_damaged_and_read_again_once_it_is_gone(nights):
    nights.put("甲.md", ONE)
    nights.run()
    file = nights.kg / "holdings" / sha(ONE)
    file.write_bytes(b"\xff")
    with pytest.raises(StoppedError, match="登记损坏了"):
        nights.run()
    file.unlink()
    assert nights.run().code == 0
    assert nights.sources() == {sha(ONE)}


def test_a_damaged_current_does_not_switch_the_limit_off(nights, monkeypatch):
    for name, content in (("甲.md", ONE), ("乙.md", TWO), ("丙.md", THREE)):
        nights.put(name, content)
    nights.run()
    (nights.kg / "current").write_text("x")
    (nights.inbox / "甲.md").unlink()
    (nights.inbox / "乙.md").unlink()
    monkeypatch.setattr(runs, "approval", approval)
    with pytest.raises(StoppedError, match="少了"):
        nights.run()


def test_a_name_that_is_not_utf_8_is_told_and_the_others_go_on(nights):
    nights.put("甲.md", ONE)
    Path(os.fsdecode(os.fsencode(nights.inbox) + b"/" + "云.md".encode("gb18030"))).write_bytes(TWO)
    outcome = nights.run()
    assert nights.sources() == {sha(ONE)}
    assert [(each["name"], "UTF-8" in each["cause"]) for each in outcome.files.refused] == [("云.md", True)]


def test_folders_that_links_lead_to_are_looked_into_and_loops_end(nights, tmp_path):
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "甲.md").write_bytes(ONE)
    (nights.inbox / "链接").symlink_to(tmp_path / "elsewhere")
    (tmp_path / "elsewhere" / "回来").symlink_to(nights.inbox)
    assert nights.run().files.new == ["链接/甲.md"]


def test_a_file_that_goes_between_the_look_and_the_reading_is_left_for_the_next_run(nights, monkeypatch):
    path = nights.put("甲.md", ONE)
    read = reading.read

    def late(*given):
        path.unlink()
        return read(*given)

    monkeypatch.setattr(runs, "read", late)
    outcome = nights.run()
    assert [each.growing for each in outcome.files.troubles] == [True]


def test_an_inbox_that_is_gone_after_a_killed_run_is_noticed(nights, monkeypatch):
    path = nights.put("甲.md", ONE)
    monkeypatch.setattr(runs, "publish", lambda *_, **__: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        nights.run()
    path.unlink()
    with pytest.raises(StoppedError, match="一份文件也没有"):
        nights.run()
