"""Runs over an inbox: what is new, changed, renamed, removed, twice there; and nothing where nothing is new."""

from __future__ import annotations

import hashlib
import io
import json
import shutil
import signal
import subprocess
import sys
import time
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest
from nights import DAY, Nights, plain_report, small

from graph.lock import exclusive
from jixiao.errors import BadInputError
from jixiao.intake import keeping, publish
from jixiao.nightly import ledger, reporting
from jixiao.nightly import run as runs
from jixiao.nightly.approval import MAX_DROP
from jixiao.nightly.settings import Hook, Settings
from jixiao.report.choice import Choice
from queries.library import rules

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
    for code in (2, 0):  # the second night it is no news
        outcome = nights.run()
        assert outcome.code == code
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
    assert (again.code, nights.read, again.files.new) == (0, [], [])
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


def test_a_run_with_nothing_new_does_not_wait_for_who_is_publishing(nights):
    nights.put("甲.md", ONE)
    nights.run()
    with exclusive(nights.kg):
        assert nights.run().code == 0


def test_a_graph_from_before_there_was_a_history_has_one_after_a_run(nights):
    nights.put("甲.md", ONE)
    first = nights.run()
    shutil.rmtree(nights.kg / "publications")
    shutil.rmtree(nights.out)
    outcome = nights.run()
    assert (outcome.built, outcome.written) == (False, True)
    assert [each.snapshot for each in nights.graph.history()] == [first.live.id]


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


def test_a_report_is_compared_with_what_the_report_before_was_about(nights):
    nights.put("甲.md", ONE)
    first = nights.run()
    nights.put("乙.md", TWO)
    second = nights.run(date="2026-03-06")
    assert (first.report.made.since, second.report.made.since) == (None, first.live.id)
    assert [each.made.number for each in reporting.Shelf(nights.out).kept()] == [2, 1]


def test_other_settings_make_another_report_of_the_same_publication_compared_with_the_same(nights):
    nights.put("甲.md", ONE)
    first = nights.run()
    nights.put("乙.md", TWO)
    nights.run()
    other = nights.run(site="http://127.0.0.1:8000")
    assert (other.built, other.written) == (False, True)
    assert other.report.folder.name == f"{DAY}-3"
    assert other.report.made.since == first.live.id
    assert not nights.run(site="http://127.0.0.1:8000").written


def test_each_watched_choice_has_a_report_of_its_own(nights):
    nights.put("甲.md", ONE)
    watch = (Choice("水务", departments=("水务局",)), Choice("今年", years=(2026,)))
    outcome = nights.run(watch=watch)
    assert [part.made.choice for part in outcome.report.parts] == sorted(watch, key=lambda each: each.name)
    assert not nights.run(watch=watch).written
    assert nights.run(watch=watch[:1]).written


def test_a_watched_name_that_nothing_is_disclosed_of_is_told_every_night_and_keeps_no_report_back(nights, monkeypatch):
    def unknown(*asked, choice, **made):
        if choice.name:
            raise BadInputError("没有这个部门")
        return plain_report(*asked, choice=choice, **made)

    monkeypatch.setattr(reporting, "report", unknown)
    nights.put("甲.md", ONE)
    watch = (Choice("某处", departments=("某处",)),)
    for written in (True, False):
        outcome = nights.run(watch=watch)
        assert (outcome.code, outcome.written) == (2, written)
        assert "没有这个部门" in outcome.problems[0]
    assert f"{DAY}/report.md" in nights.reports()


def test_hooks_are_told_of_each_report_once_and_again_where_they_were_not_reached(nights, tmp_path):
    nights.put("甲.md", ONE)
    said = tmp_path / "said"
    write = f"import sys; open({str(said)!r}, 'a').write(sys.stdin.read() + '\\n')"
    good = Hook(command=(sys.executable, "-c", write))
    bad = Hook(command=(sys.executable, "-c", "raise SystemExit(7)"))
    outcome = nights.run(hooks=(bad, good))
    assert (outcome.code, len(outcome.problems)) == (2, 1)
    assert nights.run(hooks=(bad, good)).code == 2
    told = [json.loads(line) for line in said.read_text(encoding="utf-8").splitlines()]
    assert [each["snapshot"] for each in told] == [outcome.live.id]
    assert told[0]["folder"] == str(nights.out / DAY)
    assert [each["cause"] is None for each in nights.log()["hooks"]] == [False]
    nights.put("乙.md", TWO)
    nights.run(hooks=(good,))
    assert len(said.read_text(encoding="utf-8").splitlines()) == 2


def test_old_snapshots_are_removed_but_not_what_the_report_is_compared_with(nights):
    for number, content in enumerate((ONE, TWO, THREE, small(4))):
        nights.put(f"{number}.md", content)
        nights.run(keep=1)
    first, *_, before, live = (each.snapshot for each in nights.graph.history())
    assert first not in nights.graph.available()
    assert {before, live} <= set(nights.graph.available())
    assert nights.log()["pruned"]
    assert len(nights.graph.history()) == 4


def test_settings_and_what_is_asked_make_an_order():
    told = Settings.model_validate_json(
        '{"site": "http://127.0.0.1/", "keep": 5, "watch": [{"name": "水务", "year": [2026]}]}'
    )
    order = runs.Order.of(told, inbox=Path("in"), kg=Path("kg"), out=Path("out"))
    assert (order.site, order.keep, order.max_drop) == ("http://127.0.0.1", 5, MAX_DROP)
    assert order.watch == (Choice("水务", years=(2026,)),)
    json.dumps(order.told())


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        nights = Nights(tmp_path_factory.mktemp("program"), patch)
    nights.put("甲.md", ONE)
    return nights


class TestAsAProgram:
    """The command, in a process of its own, with everything that costs seconds."""

    def command(self, place, *more):
        places = ("--inbox", place.inbox, "--kg", place.kg, "--out", place.out, "--date", DAY)
        return [sys.executable, "-m", "jixiao", "nightly", *map(str, (*places, *more))]

    def test_one_that_is_asked_to_end_ends_tidily_and_the_next_one_goes_on(self, place):
        running = subprocess.Popen(self.command(place), stderr=subprocess.PIPE)
        limit = time.monotonic() + 60
        while not list((place.kg / "snapshots").glob(".building-*")):
            assert running.poll() is None
            assert time.monotonic() < limit
            time.sleep(0.01)
        running.send_signal(signal.SIGTERM)
        _, said = running.communicate(timeout=60)
        assert running.returncode == 130, said.decode()
        assert place.log()["exit"] == 130
        assert not list((place.kg / "snapshots").iterdir())
        done = subprocess.run(self.command(place), check=True, capture_output=True, encoding="utf-8")
        assert "收件夹里有 1 份文件：新增 1 份" in done.stderr
        assert "甲.md" not in done.stderr  # it was read before
        assert place.graph.live().id in done.stderr
        assert str(place.out / DAY / "report.html") in done.stderr
        assert not done.stdout

    def test_the_second_time_there_is_nothing_to_do(self, place):
        before = place.reports()
        done = subprocess.run(self.command(place), check=True, capture_output=True, encoding="utf-8")
        assert "没有变化" in done.stderr
        assert "没有变化，最新的报告仍是上一份" in (place.out / "index.html").read_text(encoding="utf-8")
        assert place.reports() == before

    def test_what_could_not_be_read_is_said_with_its_cause(self, place):
        place.put("坏.pdf", b"%PDF-1.7 cut off")
        done = subprocess.run(self.command(place), check=False, capture_output=True, encoding="utf-8")
        assert done.returncode == 2
        assert "有 1 个文件没有读成" in done.stderr
        assert "· 坏.pdf：" in done.stderr

    @pytest.mark.parametrize("system", ["systemd", "cron", "windows"])
    def test_timers_are_printed_and_nothing_is_run(self, place, system):
        runs_before = len(list((place.kg / "runs").iterdir()))
        command = self.command(place, "--keep", "9", "--print-timer", system, "--at", "03:30")
        done = subprocess.run(command, check=True, capture_output=True, encoding="utf-8")
        assert "nightly" in done.stdout
        assert "--keep" in done.stdout
        assert DAY not in done.stdout
        assert len(list((place.kg / "runs").iterdir())) == runs_before


def test_a_rule_that_could_not_judge_is_told_and_judges_again_the_next_night(nights, monkeypatch):
    nights.put("甲.md", ONE)
    known = rules()
    broken = {**known, "secret": replace(known["secret"], text="SELECT nothing")}
    monkeypatch.setattr("queries.library.rules", lambda: broken)
    first = nights.run()
    assert first.code == 2
    assert "规则 secret" in first.problems[0]
    monkeypatch.setattr("queries.library.rules", lambda: known)
    second = nights.run()
    assert (second.code, second.built, dict(second.live.failed)) == (0, True, {})
