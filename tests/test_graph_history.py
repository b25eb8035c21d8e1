"""What a folder holds, and what was published when: nothing is lost, and no clock decides what came first."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from datetime import datetime
from decimal import Decimal

import pytest
from made import add, document, finding, publish, row_address

from graph import history
from graph.errors import HistoryError
from graph.folder import KnowledgeGraph
from graph.verifying import verify
from jixiao import intake, summary
from jixiao.figures import figures
from jixiao.told import clarity
from jixiao.view import View


@pytest.fixture
def kg(tmp_path):
    return KnowledgeGraph(tmp_path / "kg")


def sources(snapshot):
    return [each["sha256"] for each in snapshot.manifest["documents"]]


def test_a_withdrawn_source_leaves_the_next_snapshot_and_comes_back_when_it_is_added_again(kg):
    stays = add(kg, "一")
    goes = add(kg, "二", fiscal_year=2024)
    first = publish(kg)
    assert sources(publish(kg, without=[goes])) == [stays]
    assert set(kg.held()) == {stays}
    assert sources(publish(kg)) == [stays]
    assert verify(kg, first.id) == []
    add(kg, "二", fiscal_year=2024)
    assert publish(kg).id == first.id


def test_a_build_that_fails_withdraws_nothing(kg):
    goes = add(kg, "一")
    publish(kg)
    with pytest.raises(ZeroDivisionError):
        kg.publish(lambda _: 1 / 0, without=[goes])
    assert set(kg.held()) == {goes}


KILLED = """
import os
from pathlib import Path
from graph.folder import KnowledgeGraph
KnowledgeGraph._make_current = lambda *_: os._exit(9)
KnowledgeGraph(Path({folder!r})).publish(without={without!r}, refused=[{{"name": "a", "cause": "b"}}])
"""


def test_a_kill_between_the_note_and_the_switch_leaves_one_publication(kg, root):
    stays, goes = add(kg, "一"), add(kg, "二", fiscal_year=2024)
    before = kg.publish()
    script = KILLED.format(folder=str(kg.path), without=[goes])
    assert subprocess.run([sys.executable, "-c", script], cwd=root, check=False).returncode == 9
    assert kg.live().id == before.id
    after = kg.publish(without=[goes], refused=[{"name": "a", "cause": "b"}])
    assert sources(after) == [stays]
    assert [each.snapshot for each in kg.history()] == [before.id, after.id]


def test_a_clock_that_goes_back_does_not_change_the_order(kg, monkeypatch):
    ids = []
    for number, moment in enumerate(("2031-01-01T00:00:00+00:00", "2030-01-01T00:00:00+00:00")):
        add(kg, str(number), fiscal_year=2020 + number)
        monkeypatch.setattr(history, "datetime", Clock(moment))
        ids.append(publish(kg).id)
    os.utime(kg.snapshots / ids[1], (1, 1))
    assert [(each.number, each.snapshot, each.at[:4]) for each in kg.history()] == [
        (1, ids[0], "2031"),
        (2, ids[1], "2030"),
    ]
    assert kg.available() == tuple(ids)


class Clock:
    """A clock that always says the same."""

    fromisoformat = staticmethod(datetime.fromisoformat)

    def __init__(self, moment):
        self.moment = moment

    def now(self, _zone):
        return self

    def isoformat(self, **_):
        return self.moment


def test_publications_are_ordered_as_numbers_also_when_they_get_longer(kg):
    snapshot = publish(kg)
    (file,) = (kg.path / history.FOLDER).iterdir()
    shutil.copy(file, file.with_name("1000000.json"))
    shutil.copy(file, file.with_name("999999.json"))
    assert [each.number for each in kg.history()] == [1, 999_999, 1_000_000]
    kg.publish()
    add(kg)
    assert kg.publish().id != snapshot.id
    assert kg.history()[-1].number == 1_000_001


def test_a_damaged_publication_is_named(kg):
    publish(kg)
    (file,) = (kg.path / history.FOLDER).iterdir()
    file.write_text("{", encoding="utf-8")
    with pytest.raises(HistoryError, match=r"000001\.json"):
        kg.history()


def make_older(kg):
    """Make of a folder what it was before there were holdings and a history, and hashes in names of records."""
    shutil.rmtree(kg.holdings)
    shutil.rmtree(kg.path / history.FOLDER)
    for record in kg.records.iterdir():
        source, extractor = record.name.split(".")[:2]
        record.rename(kg.records / f"{source}.{extractor}.json")
    manifest = kg.live().path / "manifest.json"
    told = json.loads(manifest.read_bytes())
    told.pop("figures")
    told.pop("findings")
    manifest.write_text(json.dumps(told), encoding="utf-8")


def test_an_older_folder_is_taken_over_with_nothing_lost(kg):
    known = {add(kg, "一"), add(kg, "二", fiscal_year=2024)}
    before = publish(kg)
    make_older(kg)
    assert (set(kg.held()), kg.history(), kg.available()) == (known, [], (before.id,))
    assert verify(kg, before.id) == []
    assert publish(kg).id == before.id
    come = add(kg, "三", fiscal_year=2023)
    assert set(sources(publish(kg))) == {*known, come}
    assert set(kg.held()) == {*known, come}
    assert verify(kg, before.id) == []
    assert kg.record(min(known), "text 1").sha256 == min(known)


def test_older_snapshots_verify_after_their_source_was_read_again_under_another_name(kg):
    add(kg, source="一.txt")
    before = publish(kg)
    add(kg, source="二.txt")
    after = publish(kg)
    assert before.id != after.id
    assert [each.source for each in before.documents()] == ["一.txt"]
    assert [each.source for each in after.documents()] == ["二.txt"]
    assert (verify(kg, before.id), verify(kg, after.id)) == ([], [])


def test_an_approval_that_raises_leaves_the_live_one_and_keeps_the_new_one_beside(kg):
    before, seen = publish(kg), []
    goes = add(kg)

    def refuse(new, live):
        seen.append((new.manifest["counts"]["documents"], live.id))
        raise ValueError("too few")

    with pytest.raises(ValueError, match="too few"):
        kg.publish(approve=refuse, without=[])
    assert seen == [(1, before.id)]
    assert kg.live().id == before.id
    assert [each.snapshot for each in kg.history()] == [before.id]
    held_back = kg.available()[-1]
    assert held_back != before.id
    assert set(kg.held()) == {goes}
    kg.switch(held_back)
    assert [each.snapshot for each in kg.history()] == [before.id, held_back]


def test_a_switch_is_noted_and_counts_as_the_last_publication(kg):
    first = publish(kg)
    add(kg)
    second = publish(kg)
    kg.switch(first.id)
    assert [(each.number, each.snapshot) for each in kg.history()] == [(1, first.id), (2, second.id), (3, first.id)]
    assert kg.history()[-1].counts == first.manifest["counts"]


def test_what_could_not_be_read_is_told_in_the_history(kg):
    publish(kg, refused=[{"name": "坏.pdf", "cause": "打不开"}])
    (publication,) = kg.history()
    assert publication.refused == [{"name": "坏.pdf", "cause": "打不开"}]


def test_the_figures_are_those_that_the_report_counts(published):
    live = published.live()
    view, told = View(live), live.manifest["figures"]
    counted = clarity(view.indicators.values())
    assert (told["unclear"], told["judged"]) == (counted.unclear, counted.judged)
    assert Decimal(told["money"]) == summary.project_money(view) > 0
    without = sum(each.budget or 0 for each in view.subjects.values() if each.lacks_form)
    assert Decimal(told["money_without_form"]) == without
    assert told["rule"] == {rule: counts.total() for rule, counts in sorted(summary.by_rule(view))}
    assert sum(told["certainty"].values()) == sum(told["severity"].values()) == len(view.findings)
    assert told["publishers"] == len(view.by_publisher)
    assert published.history()[-1].figures == told


def test_money_without_targets_is_counted_once_a_project(kg):
    add(kg, "预算", (("活动次数", "≥30次"),), money="15.5")
    project = row_address("x").partition("/目标/")[0] + "/项目/科普经费"
    twice = [finding(project, "no-target", found) for found in ("甲", "乙")]
    told = publish(kg, *twice, measure=figures).manifest["figures"]
    assert (told["money"], told["money_without_form"]) == ("155000", "155000")


def test_what_is_published_already_is_known_until_something_changes(kg):
    assert not intake.is_published(kg)
    goes = add(kg)
    intake.publish(kg)
    assert intake.is_published(kg)
    assert not intake.is_published(kg, without=[goes])
    add(kg, rows=(("活动次数", "≥40次"),))
    assert not intake.is_published(kg)
    assert kg.record(document().sha256, "text 1").targets[0].indicators[0].value == "≥40次"
