"""What a run does where something is wrong: what is live and the reports stay, and the message says what to do."""

from __future__ import annotations

import errno
import shutil
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest
from nights import DAY, Nights, small

from graph.lock import exclusive
from jixiao.errors import BadInputError, JixiaoError
from jixiao.nightly import guards, reporting
from jixiao.nightly import inbox as inboxes
from jixiao.nightly.approval import HeldBackError
from jixiao.nightly.guards import StoppedError
from jixiao.report import making, write

ONE, TWO = small(1), small(2)


@pytest.fixture
def nights(tmp_path, monkeypatch):
    nights = Nights(tmp_path, monkeypatch)
    nights.put("甲.md", ONE)
    return nights


@contextmanager
def nothing_changes(nights, said):
    """The live snapshot answers as before and the reports are what they were; the error says what to do."""
    live, reports, history = nights.graph.live().id, nights.reports(), nights.graph.history()
    with pytest.raises(JixiaoError, match=said) as caught:
        yield caught
    assert nights.graph.live().id == live
    assert next(iter(nights.graph.live().query("SELECT (COUNT(*) AS ?n) {?s ?p ?o}")))
    assert nights.reports() == reports
    assert nights.graph.history() == history
    assert nights.log()["exit"] == 2
    assert nights.log()["message"]


def test_an_inbox_that_is_not_there_stops_the_run(nights):
    nights.run()
    (nights.inbox / "甲.md").unlink()
    nights.inbox.rmdir()
    with nothing_changes(nights, "没有这个文件夹.*网络盘"):
        nights.run()


def test_an_inbox_that_is_empty_all_at_once_stops_the_run_unless_that_is_accepted(nights):
    nights.run()
    (nights.inbox / "甲.md").unlink()
    with nothing_changes(nights, "--accept-drop"):
        nights.run()
    outcome = nights.run(accept_drop=True)
    assert outcome.files.removed == ["甲.md"]
    assert nights.sources() == set()


def test_a_folder_that_cannot_be_looked_into_takes_no_document_away(nights, monkeypatch):
    nights.put("某局/乙.md", TWO)
    nights.run()
    live = nights.sources()
    walk = inboxes.os.walk

    def closed(top, onerror=None, **_):
        for folder, folders, names in walk(top):
            if onerror and "某局" in folders:
                folders.remove("某局")
                onerror(PermissionError(errno.EACCES, "Permission denied", f"{top}/某局"))
            yield folder, folders, names

    monkeypatch.setattr(inboxes.os, "walk", closed)
    outcome = nights.run()
    assert (outcome.code, outcome.files.removed) == (2, [])
    assert nights.sources() == live


def test_a_file_that_grows_is_left_for_the_next_run(nights, monkeypatch):
    monkeypatch.setattr(inboxes, "SETTLED", 0.2)
    growing = nights.inbox / "乙.md"
    ended = threading.Event()

    def grow():
        with growing.open("wb") as file:
            for byte in TWO:
                file.write(bytes([byte]))
                file.flush()
                if ended.wait(0.02):
                    break

    writer = threading.Thread(target=grow)
    writer.start()
    try:
        while not growing.exists():
            time.sleep(0.01)
        outcome = nights.run()
    finally:
        ended.set()
        writer.join()
    assert outcome.code == 2
    assert [each.name for each in outcome.files.troubles] == ["乙.md"]
    assert nights.log()["files"]["growing"] == ["乙.md"]
    assert len(nights.sources()) == 1
    nights.put("乙.md", TWO)
    assert nights.run().code == 0
    assert len(nights.sources()) == 2


def test_a_file_that_changes_between_looking_and_reading_is_left_for_the_next_run(nights, monkeypatch):
    path = nights.put("乙.md", TWO[: len(TWO) // 2])
    look = inboxes.look

    def and_then_it_grows(*asked):
        found = list(look(*asked))
        path.write_bytes(TWO)
        return found

    monkeypatch.setattr(inboxes, "look", and_then_it_grows)
    outcome = nights.run()
    assert [(each.name, each.growing) for each in outcome.files.troubles] == [("乙.md", True)]
    assert len(nights.sources()) == 1


def test_a_file_that_was_just_written_and_is_whole_is_read(nights, monkeypatch):
    monkeypatch.setattr(inboxes, "SETTLED", 0.1)
    (nights.inbox / "乙.md").write_bytes(TWO)
    assert nights.run().code == 0


def test_one_broken_file_does_not_keep_the_others_out(nights):
    nights.put("坏.pdf", b"%PDF-1.7 cut off")
    outcome = nights.run()
    assert outcome.code == 2
    assert len(nights.sources()) == 1
    assert nights.log()["files"]["refused"][0]["name"] == "坏.pdf"
    assert nights.log()["files"]["refused"][0]["cause"]


def test_a_second_run_at_the_same_time_says_who_is_at_work(nights):
    nights.run()
    with guards.alone(nights.kg), pytest.raises(BadInputError, match=rf"进程号 {nights.log()['pid']}"):
        nights.run()
    assert nights.run().code == 0


def test_a_graph_that_somebody_else_publishes_stops_the_run(nights):
    nights.run()
    nights.put("乙.md", TWO)
    with nothing_changes(nights, "另一个程序"), exclusive(nights.kg):
        nights.run()
    assert nights.run().code == 0


@pytest.mark.parametrize("where", ["", DAY])
def test_a_folder_that_takes_no_reports_is_found_before_anything_is_done(nights, where):
    nights.run()
    nights.put("乙.md", TWO)
    out = nights.kg.parent / "elsewhere"
    out.write_bytes(b"a file in the way")
    with nothing_changes(nights, "--out"):
        nights.run(out=out / where)
    assert nights.read == []


def test_a_clock_that_went_back_stops_the_run(nights, monkeypatch):
    nights.run()
    nights.put("乙.md", TWO)
    monkeypatch.setattr(guards, "now", lambda: datetime.now(UTC) - timedelta(hours=1))
    with nothing_changes(nights, "时钟"):
        nights.run()
    monkeypatch.setattr(guards, "now", lambda: datetime.now(UTC) - timedelta(minutes=5))
    assert nights.run().code == 0


@pytest.mark.parametrize("where", ["graph.folder.write_whole", "graph.store.fill", "graph.history.write_whole"])
def test_a_disk_that_is_full_while_records_or_snapshots_are_written_stops_the_run(nights, monkeypatch, where):
    nights.run()
    nights.put("乙.md", TWO)

    def full(*_, **__):
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(where, full)
        with nothing_changes(nights, "磁盘满了"):
            nights.run()
    assert nights.run().code == 0
    assert len(nights.sources()) == 2


def test_the_page_of_all_reports_says_that_the_last_run_stopped_until_the_next_one_has_not(tmp_path, monkeypatch):
    nights = Nights(tmp_path, monkeypatch, plain=False)
    nights.put("甲.md", ONE)
    nights.run(forms=("md",))
    nights.put("甲.md", TWO).rename(tmp_path / "away.md")
    with pytest.raises(StoppedError):
        nights.run(forms=("md",))
    index = (nights.out / "index.html").read_text(encoding="utf-8")
    assert "网络盘" in index
    assert DAY in index
    (tmp_path / "away.md").rename(nights.inbox / "甲.md")
    nights.run(forms=("md",))
    assert "网络盘" not in (nights.out / "index.html").read_text(encoding="utf-8")


def test_a_damaged_ledger_is_named(nights):
    nights.run()
    for file in (nights.kg / "inbox").glob("*.json"):
        file.write_text("{", encoding="utf-8")
    with nothing_changes(nights, "台账"):
        nights.run()


def test_a_mistake_of_the_program_is_logged_as_one(nights, monkeypatch):
    def mistaken(*_, **__):
        raise ZeroDivisionError

    monkeypatch.setattr("jixiao.nightly.run.publish", mistaken)
    with pytest.raises(ZeroDivisionError):
        nights.run()
    assert nights.log()["exit"] == 3


ROOM = 48 * 2**20


def mounted(place) -> bool:
    """Whether a small file system could be made there."""
    place.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", f"size={ROOM}", "tmpfs", str(place)]
    return sys.platform == "linux" and not subprocess.run(command, check=False, capture_output=True).returncode


@pytest.mark.parametrize("left", [0, 50_000, 1_000_000, 4_000_000])
def test_a_small_disk_that_is_full_stops_the_run_and_after_there_is_room_it_goes_on(tmp_path, monkeypatch, left):
    place = tmp_path / "disk"
    if not mounted(place):  # not allowed here; the test above plays a full disk
        return
    try:
        nights = Nights(place, monkeypatch)
        nights.put("甲.md", ONE)
        live = nights.run().live.id
        nights.put("乙.md", TWO)
        reports = nights.reports()
        filler = place / "filler"
        filler.write_bytes(bytes(shutil.disk_usage(place).free - left))
        with pytest.raises(StoppedError, match="磁盘满了"):
            nights.run()
        assert nights.graph.live().id == live
        assert next(iter(nights.graph.live().query("SELECT (COUNT(*) AS ?n) {?s ?p ?o}")))
        assert nights.reports() == reports
        filler.unlink()
        assert nights.run().code == 0
        assert len(nights.sources()) == 2
    finally:
        subprocess.run(["umount", "--lazy", str(place)], check=True)


def test_a_snapshot_that_is_not_approved_stays_beside_the_live_one(nights, monkeypatch):
    nights.run()
    nights.put("乙.md", TWO)

    def refuse(new, _):
        raise HeldBackError(new.path.parent.parent, new.id, ["少了一半"])

    with monkeypatch.context() as patched:
        patched.setattr("jixiao.nightly.run.approval", lambda *_: refuse)
        with nothing_changes(nights, "少了一半"):
            nights.run()
    assert len(nights.graph.available()) == 2
    outcome = nights.run()
    assert (nights.read, len(nights.sources()), outcome.code) == ([], 2, 0)


@pytest.mark.parametrize(("template", "said"), [("{% if %}", "report.md"), ("{{ nobody.knows }}", "nobody")])
def test_a_wrong_template_leaves_the_reports_and_the_next_run_writes_the_one_that_is_due(
    nights, tmp_path, monkeypatch, template, said
):
    nights.run()
    nights.put("乙.md", TWO)
    folder = tmp_path / "templates"
    folder.mkdir()
    (folder / "report.md").write_text(template, encoding="utf-8")
    live, reports = nights.graph.live().id, nights.reports()
    with monkeypatch.context() as real:
        real.setattr(reporting, "report", making.report)
        real.setattr(reporting, "write", write)
        with pytest.raises(StoppedError, match=said):
            nights.run(templates=folder, forms=("md",))
    assert nights.log()["exit"] == 2
    assert nights.reports() == reports
    assert not list(nights.out.glob(".writing-*"))
    assert nights.graph.live().id != live  # what is live is what was read, whatever the report says of it
    outcome = nights.run()
    assert (outcome.built, outcome.written, outcome.report.made.since) == (False, True, live)
