"""Snapshots as people handle them: listed, shown, compared, verified, switched, removed."""

from __future__ import annotations

import csv
import io
import json
import re
import shutil
from html import unescape
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made import add, finding, publish, row_address
from pyoxigraph import BlankNode, Literal, NamedNode, Quad, RdfFormat, Store, parse

from graph.errors import FolderBusyError, NothingPublishedError
from graph.folder import KnowledgeGraph
from graph.lock import exclusive
from graph.patch import differences, patch
from graph.store import lines
from graph.verifying import Verifier, other_vocabulary, verify
from jixiao.__main__ import BAD_INPUT, DONE, FOUND, run
from jixiao.snapshots import opened


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Five snapshots, of which four were published and one was held back; the fourth publication is live."""
    graph = KnowledgeGraph(tmp_path_factory.mktemp("snapshots") / "kg")
    first = add(graph, "一", (("活动次数", "≥30次"),))
    publish(graph, finding(row_address("活动次数")), refused=[{"name": "坏.pdf", "cause": "打不开"}])
    second = add(graph, "二", (("活动次数", "≥20次"),))
    publish(graph, finding(row_address("活动次数"), found="别的"), without=[first])
    for year in (2024, 2023):
        add(graph, str(year), fiscal_year=year)
        publish(graph, without=[second] if year == 2023 else [])
    add(graph, "五", fiscal_year=2022)
    with pytest.raises(ZeroDivisionError):
        publish(graph, approve=lambda *_: 1 / 0)
    return graph


@pytest.fixture(scope="module")
def ids(made):
    return made.available()


@pytest.fixture
def kg(made, tmp_path):
    """A copy that a test may change."""
    return KnowledgeGraph(Path(shutil.copytree(made.path, tmp_path / "kg")))


@pytest.fixture
def jixiao(capsys):
    """Runs a command on snapshots; gives its exit code, what it wrote and what it said."""

    def command(graph, *arguments):
        capsys.readouterr()
        code = run(["snapshots", *map(str, arguments), "--kg", str(graph.path)])
        written = capsys.readouterr()
        return code, written.out, written.err

    return command


# Patches

TERMS = st.sampled_from(
    [NamedNode(f"https://example.org/{name}") for name in "abc"] + [Literal("甲\n乙"), Literal("1", language="zh")]
)
NAMES = st.sampled_from([NamedNode(f"https://example.org/{name}") for name in "abc"])
QUADS = st.sets(st.builds(Quad, NAMES, NAMES, TERMS, NAMES), max_size=12)


def stored(quads):
    """A store of these quads."""
    store = Store()
    store.extend(quads)
    return store


def applied(dump, steps):
    """A dump with the steps of a patch taken, by a store that knows nothing of dumps and patches."""
    store = stored(parse(dump, format=RdfFormat.N_QUADS))
    for line in steps:
        (quad,) = parse(line[2:], format=RdfFormat.N_QUADS)
        assert (quad in store) == line.startswith(b"D ")
        (store.remove if line.startswith(b"D ") else store.add)(quad)
    return b"".join(lines(store))


@given(before=QUADS, after=QUADS)
@settings(max_examples=60)
def test_the_patch_of_two_dumps_makes_one_of_the_other(before, after):
    old, new = ([*lines(stored(quads))] for quads in (before, after))
    steps = [step + b" " + line for step, line in differences(old, new)]
    assert applied(b"".join(old), steps) == b"".join(new)
    assert len(steps) == len(before ^ after)


def test_the_patch_of_two_snapshots_makes_one_of_the_other(made, ids):
    before, after = opened(made, ids[0]), opened(made, ids[3])
    said = [*patch(before, after)]
    assert said[:3] == [
        b"H id <nih:sha-256;%s> .\n" % after.manifest["content"].encode(),
        b"H prev <nih:sha-256;%s> .\n" % before.manifest["content"].encode(),
        b"TX .\n",
    ]
    assert said[-1] == b"TC .\n"
    steps = said[3:-1]
    assert [line[:1] for line in steps] == sorted((line[:1] for line in steps), reverse=True)
    assert applied(before.dump(), steps) == after.dump()


def test_the_patch_of_a_snapshot_with_itself_does_nothing(made, ids):
    same = opened(made, ids[3])
    assert [line[:2] for line in patch(same, same)] == [b"H ", b"H ", b"TX", b"TC"]


# Verifying


def corrupt(path):
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def test_what_was_published_is_whole(made, ids):
    verifier = Verifier(made)
    assert [verifier.snapshot(each) for each in ids] == [[]] * 5
    assert verifier.folder() == []


@pytest.mark.parametrize("part", ["sources", "records"])
def test_a_changed_file_is_found_by_the_snapshots_that_were_made_of_it(kg, ids, part):
    told = opened(kg, ids[0]).manifest["documents"][0]
    (path,) = (kg.path / part).glob(f"{told['sha256']}*")
    corrupt(path)
    assert [(each.path, each.cause) for each in verify(kg, ids[0])] == [(path, "changed")]
    assert verify(kg, ids[3]) == []
    path.unlink()
    assert [(each.path, each.cause) for each in verify(kg, ids[0])] == [(path, "missing")]


def test_a_store_that_says_something_else_is_found(kg, ids):
    place = kg.snapshots / ids[0]
    store = Store(str(place / "store"))
    store.add(Quad(NamedNode("urn:a"), NamedNode("urn:b"), BlankNode("c"), NamedNode("urn:d")))
    store.flush()
    del store
    assert {(each.path, each.cause) for each in verify(kg, ids[0])} == {
        (place / "store", "changed"),
        (place / "manifest.json", "count"),
    }


def test_a_damaged_store_is_told_and_not_raised(kg, ids):
    for file in (kg.snapshots / ids[0] / "store").glob("*.sst"):
        corrupt(file)
    found = verify(kg, ids[0])
    assert {each.path.name for each in found} == {"store"}
    assert {each.cause for each in found} <= {"unreadable", "changed"}


def test_findings_that_are_not_those_of_the_graph_are_found(kg, ids):
    path = kg.snapshots / ids[0] / "findings.jsonl"
    path.write_text(path.read_text(encoding="utf-8").replace("较好", "很好"), encoding="utf-8")
    assert [each.cause for each in verify(kg, ids[0])] == ["changed", "finding"]
    path.write_text("", encoding="utf-8")
    assert [each.cause for each in verify(kg, ids[0])] == ["changed", "finding", "count"]


def test_a_quote_in_the_findings_that_was_changed_is_found(kg, ids):
    path = kg.snapshots / ids[0] / "findings.jsonl"
    path.write_text(path.read_text(encoding="utf-8").replace('"places": []', '"places": [{}]'), encoding="utf-8")
    assert [each.cause for each in verify(kg, ids[0])] == ["changed"]


def test_a_manifest_that_cannot_be_read_is_one_problem(kg, ids):
    (kg.snapshots / ids[0] / "manifest.json").write_text("{", encoding="utf-8")
    assert [each.cause for each in verify(kg, ids[0])] == ["unreadable"]


def test_what_the_next_snapshot_is_made_of_is_verified_with_the_folder(kg):
    (source, record) = next(iter(kg.held().items()))
    (kg.sources / source).unlink()
    (kg.records / record).write_text("{", encoding="utf-8")
    (kg.path / "current").write_text("nonsense", encoding="utf-8")
    assert [(each.path.name, each.cause) for each in Verifier(kg).folder()] == [
        ("current", "unreadable"),
        (source, "missing"),
        (record, "unreadable"),
    ]


def test_another_vocabulary_is_told_and_no_damage(kg, ids):
    path = kg.snapshots / ids[0] / "manifest.json"
    manifest = json.loads(path.read_bytes())
    manifest["vocabulary"]["unit.ttl"] = "0" * 64
    path.write_text(json.dumps(manifest), encoding="utf-8")
    assert other_vocabulary(opened(kg, ids[0])) == ["unit.ttl"]
    assert verify(kg, ids[0]) == []


# Removing


def test_the_newest_stay_and_the_one_that_the_oldest_of_them_is_compared_with(kg, ids):
    pruned = kg.prune(2)
    assert pruned.removed == [ids[0]]
    assert kg.available() == ids[1:]
    assert [each.number for each in pruned.lost] == [1, 2]
    assert kg.prune(1).removed == [ids[1]]
    assert kg.available() == ids[2:]
    assert (kg.prune(1).removed, kg.live().id) == ([], ids[3])


def test_a_removed_snapshot_stays_in_the_history(kg, ids):
    kg.prune(1)
    assert [each.snapshot for each in kg.history()] == list(ids[:4])
    assert all(each.counts["quads"] for each in kg.history())


def test_neither_the_live_one_nor_those_after_it_are_removed(kg, ids):
    kg.switch(ids[1])
    assert kg.prune(1).removed == []
    assert kg.available()[-1] == ids[4]
    assert set(kg.available()) == set(ids)


def test_what_is_needed_stays(kg, ids):
    assert kg.prune(1, needed=[ids[0]]).removed == [ids[1]]


def test_of_those_that_never_went_live_the_newest_stay(kg, ids):
    for content in ("六", "七"):
        add(kg, content, fiscal_year=2021)
        with pytest.raises(ZeroDivisionError):
            publish(kg, approve=lambda *_: 1 / 0)
    held_back = [each for each in kg.available() if each not in ids]
    assert kg.prune(2).removed == [ids[0]]
    add(kg, "八", fiscal_year=2020)
    live = publish(kg)
    assert kg.prune(2).removed == [ids[1], ids[4]]
    assert set(kg.available()) == {*ids[2:4], *held_back, live.id}


def test_files_go_that_nothing_needs_and_what_stays_is_whole(kg, ids):
    gone = opened(kg, ids[0]).manifest["documents"][0]["sha256"]
    before = {each.name for each in kg.sources.iterdir()}
    unpruned = kg.prune(3, files=True)
    assert (unpruned.records, unpruned.sources) == (0, 0)
    pruned = kg.prune(1, files=True)
    assert (pruned.records, pruned.sources) == (1, 1)
    assert pruned.freed > 0
    assert before - {each.name for each in kg.sources.iterdir()} == {gone}
    assert [problem for each in kg.available() for problem in verify(kg, each)] == []
    assert Verifier(kg).folder() == []


def test_a_snapshot_that_is_open_elsewhere_is_told_and_the_others_go(kg, ids, monkeypatch):
    rename = Path.rename

    def refuse(path, target):
        if path.name == ids[0]:
            raise PermissionError(13, "in use", str(path))
        return rename(path, target)

    monkeypatch.setattr(Path, "rename", refuse)
    pruned = kg.prune(1, files=True)
    assert (pruned.removed, pruned.stuck, pruned.sources) == ([ids[1]], [ids[0]], 0)
    assert verify(kg, ids[0]) == []


def test_nothing_is_removed_while_somebody_publishes_or_where_nothing_was_published(kg, tmp_path):
    with exclusive(kg.path), pytest.raises(FolderBusyError):
        kg.prune(1)
    with pytest.raises(NothingPublishedError):
        KnowledgeGraph(tmp_path / "new").prune(1)
    with pytest.raises(ValueError):
        kg.prune(0)


# The commands


def test_publications_are_listed_with_their_state(made, ids, jixiao):
    code, out, _ = jixiao(made, "list")
    assert code == DONE
    assert [line.split()[-1] for line in out.splitlines()] == ["状态", "保留", "保留", "保留", "当前", "没有启用记录"]
    assert ids[4] in out.splitlines()[-1]


def test_publications_can_be_had_as_data(kg, ids, jixiao):
    kg.prune(1)
    rows = list(csv.DictReader(io.StringIO(jixiao(kg, "list", "--format", "csv")[1])))
    assert [row["state"] for row in rows] == ["removed", "removed", "kept", "live", "held"]
    assert (rows[0]["number"], rows[0]["snapshot"], rows[0]["refused"]) == ("1", ids[0], "1")
    assert rows[0]["indicators"] == "1"
    told = json.loads(jixiao(kg, "list", "--format", "json")[1])
    assert [each["number"] for each in told] == [1, 2, 3, 4, None]
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", told[0]["day"])


@pytest.mark.parametrize("asked", ["1", "001", "whole", "beginning", "upper"])
def test_a_snapshot_is_named_by_number_or_beginning(made, ids, jixiao, asked):
    name = {"whole": ids[0], "beginning": ids[0][:12], "upper": ids[0].upper()}.get(asked, asked)
    code, out, _ = jixiao(made, "show", name, "--format", "json")
    assert code == DONE
    assert json.loads(out)["id"] == ids[0]


def test_what_names_no_snapshot_is_refused_with_those_that_there_are(kg, ids, jixiao):
    for asked in ("99", "xyz", ""):
        code, _, said = jixiao(kg, "show", asked)
        assert (code, ids[4] in said) == (BAD_INPUT, True)
    kg.prune(1)
    code, _, said = jixiao(kg, "show", "1")
    assert (code, "已经删去" in said, ids[0] in said) == (BAD_INPUT, True, True)


def test_an_ambiguous_beginning_is_refused(made, jixiao, monkeypatch):
    monkeypatch.setattr(KnowledgeGraph, "available", lambda _: ("abc1", "abc2"))
    code, _, said = jixiao(made, "show", "abc")
    assert (code, "abc1、abc2" in said) == (BAD_INPUT, True)


def test_a_snapshot_says_what_it_was_made_of(made, jixiao):
    _, out, _ = jixiao(made, "show", "1")
    assert "第 1 次发布" in out
    assert "一.txt" in out
    assert "vague-target（" in out
    assert "坏.pdf：打不开" in out


def test_differences_are_told_in_sections_with_counts(made, jixiao):
    code, out, _ = jixiao(made, "diff", "1", "4")
    assert code == DONE
    assert "指标          1 → 2（+1）" in out
    assert "新增文件 2" in out
    assert "移走文件 1" in out
    assert "文件是新增或移走的" in out


def test_a_changed_target_is_told_with_both_texts(made, jixiao):
    _, out, _ = jixiao(made, "diff", "1", "2")
    assert "目标放松 1（文件换了内容）\n  活动次数 · 科普经费 · 某市科协 · 2025：≥30次 → ≥20次\n" in out
    assert "发现的数变了 1\n" in out


def test_the_later_snapshot_is_the_live_one_where_it_is_not_named(made, jixiao):
    assert jixiao(made, "diff", "1")[1] == jixiao(made, "diff", "1", "4")[1]


def test_long_lists_are_cut_unless_all_is_asked_for(kg, jixiao):
    old = add(kg, "长", [(f"第{number}项次数", f"≥{number}次") for number in range(1, 16)], fiscal_year=2019)
    publish(kg)
    add(kg, "更长", [(f"第{number}项次数", f"≥{number + 1}次") for number in range(1, 16)], fiscal_year=2019)
    publish(kg, without=[old])
    cut = jixiao(kg, "diff", "5", "6")[1]
    assert "目标收紧 15" in cut
    assert "还有 5 条" in cut
    assert "第15项次数" not in cut
    assert "第15项次数" in jixiao(kg, "diff", "5", "6", "--all")[1]


def test_a_snapshot_does_not_differ_from_itself(made, jixiao):
    assert "两份快照没有差别" in jixiao(made, "diff", "4", "4")[1]


def test_the_page_of_differences_stands_alone_and_is_always_the_same(made, jixiao, tmp_path):
    file = tmp_path / "deep" / "diff.html"
    assert jixiao(made, "diff", "1", "2", "--format", "html", "-o", file)[0] == DONE
    page = file.read_text(encoding="utf-8")
    assert not re.search(r"<script|<link|<img|<iframe|@import|url\(|src=", page)
    targets = re.findall(r'href="([^"]*)"', page)
    assert targets
    assert all(each.startswith("#") and f'id="{each[1:]}"' in page for each in targets)
    assert jixiao(made, "diff", "1", "2", "--format", "html")[1] == page


def test_names_on_the_page_lead_to_the_site(made, jixiao):
    page = unescape(jixiao(made, "diff", "1", "2", "--format", "html", "--site", "http://127.0.0.1:8000/")[1])
    assert 'href="http://127.0.0.1:8000/id/%E6%9F%90%E5%B8%82' in page


def test_the_page_of_differences_is_english_where_that_is_spoken(made, jixiao, monkeypatch):
    monkeypatch.setenv("JIXIAO_LANG", "en")
    page = jixiao(made, "diff", "1", "2", "--format", "html")[1]
    assert "Target loosened" in page
    assert "≥30次" in page
    assert "and 5 more" not in page


def test_differences_can_be_had_as_facts(made, jixiao):
    told = json.loads(jixiao(made, "diff", "1", "2", "--format", "json")[1])
    assert told["before"]["documents"] == told["after"]["documents"] == 1
    (target,) = [each for each in told["differences"] if each["what"] == "target-loosened"]
    assert (target["before"], target["after"]) == ("≥30次", "≥20次")
    assert target["address"] == row_address("活动次数")


def test_a_patch_is_written_as_it_is_found(made, ids, jixiao, tmp_path):
    file = tmp_path / "deep" / "diff.rdfp"
    assert jixiao(made, "diff", "1", "2", "--format", "patch", "-o", file)[0] == DONE
    assert file.read_bytes() == b"".join(patch(opened(made, ids[0]), opened(made, ids[1])))


def test_verifying_says_what_is_wrong_and_exits_with_one(kg, ids, jixiao):
    code, _, said = jixiao(kg, "verify", "--all")
    assert (code, said.count("完好")) == (DONE, 5)
    corrupt(kg.snapshots / ids[1] / "findings.jsonl")
    assert jixiao(kg, "verify")[0] == DONE
    code, _, said = jixiao(kg, "verify", ids[1])
    assert (code, f"{ids[1]} 有" in said, "findings.jsonl" in said) == (FOUND, True, True)
    code, _, said = jixiao(kg, "verify", "--all")
    assert (code, said.count("完好")) == (FOUND, 4)


def test_going_back_says_that_the_next_night_publishes_anew(kg, ids, jixiao):
    code, _, said = jixiao(kg, "rollback", "2")
    assert (code, kg.live().id) == (DONE, ids[1])
    assert "下一次夜间运行" in said
    assert kg.history()[-1].snapshot == ids[1]
    assert "没有改动" in jixiao(kg, "rollback", "2")[2]
    assert len(kg.history()) == 5


def test_where_nobody_can_tell_what_is_live_one_can_still_look_and_go_back(kg, ids, jixiao):
    (kg.path / "current").write_text("nonsense", encoding="utf-8")
    code, out, _ = jixiao(kg, "list")
    assert (code, "当前" in out) == (DONE, False)
    assert jixiao(kg, "rollback", "4")[0] == DONE
    assert kg.live().id == ids[3]


def test_pruning_says_what_was_removed_and_what_is_lost(kg, ids, jixiao):
    code, _, said = jixiao(kg, "prune", "--keep", "1", "--sources")
    assert code == DONE
    assert all(each in said for each in ids[:2])
    assert "第 1、2、3 次" in said
    assert "没有可以删去" in jixiao(kg, "prune", "--keep", "1")[2]


def test_a_folder_without_a_graph_is_bad_input(tmp_path, jixiao):
    for command in (["list"], ["verify"], ["diff", "1"], ["prune", "--keep", "1"], ["rollback", "1"]):
        code, out, said = jixiao(KnowledgeGraph(tmp_path / "nowhere"), *command)
        assert (code, out, bool(said)) == (BAD_INPUT, "", True)
    assert not (tmp_path / "nowhere").exists()


@pytest.mark.parametrize("command", ["list", "show", "diff", "verify", "rollback", "prune"])
def test_help_pages_are_in_the_users_language(command, capsys):
    assert run(["snapshots", command, "--help"]) == DONE
    page = capsys.readouterr().out
    assert "用法：" in page
    assert not re.search(r"Usage|Options|Arguments|Show this", page)
