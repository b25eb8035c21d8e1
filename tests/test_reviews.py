"""What researchers say of findings and values is kept, counted and shown, and changes no record of a source."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from hashlib import sha256
from threading import Thread

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import NamedNode
from test_cli import jixiao, said

from graph import reviews
from graph.errors import FolderBusyError
from graph.folder import KnowledgeGraph
from graph.lock import exclusive
from graph.reviews import FILE, REVIEWS_GRAPH, Problem, Review, ReviewError, append, corrected, counted, read, verdicts
from graph.validate import judge, shape_files
from ingest.records import Indicator
from jixiao import intake, samples
from ontology.terms import JX, OA, PROV, RDF, RDFS, triples

TEXTS = st.text(alphabet="甲乙=+@'\",;\n ≥90%", max_size=20)
HEAD = "about,field,verdict,value,who,when,why\n"


def review(about="0123456789abcdef", verdict="confirm", **more):
    return Review(about=about, verdict=verdict, **{"who": "张三", "when": "2026-01-31", **more})


@pytest.fixture
def graph(tmp_path):
    """A knowledge graph of one sample, not published yet."""
    made = KnowledgeGraph(tmp_path / "kg")
    reading = intake.keeping(made)
    for path in samples.write(tmp_path / "samples", seed=4, count=1, layouts=["markdown"]):
        reading(path)
    return made


def test_a_folder_without_reviews_has_none(tmp_path):
    assert read(tmp_path) == ([], [])


def test_reviews_come_back_in_the_order_in_which_they_were_written(tmp_path):
    written = [review(), review(verdict="comment", why="看不清，待查"), review(verdict="reject", why="原件“如此”")]
    for each in written:
        append(tmp_path, each)
    assert read(tmp_path) == (written, [])


@given(value=TEXTS, why=TEXTS)
def test_any_text_is_kept_but_for_its_white_space_and_no_spreadsheet_runs_it(value, why, tmp_path_factory):
    folder = tmp_path_factory.mktemp("reviews")
    append(folder, review("https://example.org/a", "correct", field="value", value=value, why=why))
    (kept,), problems = read(folder)
    assert problems == []
    assert (kept.value, kept.why) == tuple(reviews.bare(" ".join(each.split())) for each in (value, why))
    cells = [cell for row in csv.reader(io.StringIO((folder / FILE).read_text("utf-8-sig"))) for cell in row]
    assert not any(cell.startswith(("=", "+", "@")) for cell in cells)


BAD = (
    ("a,,maybe,,张三,2026-01-31,", "verdict 须是"),
    (",,confirm,,张三,2026-01-31,", "缺少 about"),
    ("a,,confirm,,,2026-01-31,", "缺少 who"),
    ("a,,confirm,,张三,去年,", "when 须写成"),
    ("a,,comment,,张三,2026-01-31,", "comment 须在 why"),
    ("https://example.org/a,name,correct,甲,张三,2026-01-31,", "field 须是"),
    ("https://example.org/a,weight,correct,十,张三,2026-01-31,", "weight 须是数"),
    ("a,value,correct,≥3场,张三,2026-01-31,", "须是指标的地址"),
    ("a", "verdict 须是"),
)


@pytest.mark.parametrize(("line", "told"), BAD)
def test_a_bad_line_is_named_and_the_others_count(line, told, tmp_path):
    good = "b,,reject,,李四,2026-02-01T08:00:00,不成立\n"
    (tmp_path / FILE).write_text(f"{HEAD}{good}{line}\n\n{good}", encoding="utf-8")
    kept, (problem,) = read(tmp_path)
    assert [each.about for each in kept] == ["b", "b"]
    assert problem.line == 3
    assert told in problem.cause


def test_a_file_that_a_chinese_spreadsheet_saved_is_read_and_taken_further(tmp_path):
    (tmp_path / FILE).write_bytes(f"{HEAD}b,,reject,,李四,2026-02-01,不成立".encode("gb18030"))
    append(tmp_path, review())
    assert [each.who for each in read(tmp_path)[0]] == ["李四", "张三"]


def test_a_bad_line_survives_what_is_written_after_it(tmp_path):
    (tmp_path / FILE).write_text(HEAD + "半行", encoding="utf-8")
    append(tmp_path, review())
    kept, problems = read(tmp_path)
    assert (len(kept), problems) == (1, [Problem(2, "verdict 须是 confirm、reject、comment、correct 之一，而不是“”")])


@pytest.mark.parametrize("content", [b"\xff\xff\xff", "编号,结论\n".encode(), b""])
def test_a_file_that_is_no_table_of_reviews_is_refused_by_name(content, tmp_path):
    (tmp_path / FILE).write_bytes(content)
    with pytest.raises(ReviewError, match="reviews"):
        read(tmp_path)


def test_a_review_that_says_too_little_is_not_written(tmp_path):
    with pytest.raises(ReviewError, match="缺少 who"):
        append(tmp_path, review(who=" "))
    assert not (tmp_path / FILE).exists()


def test_two_writers_never_lose_a_line(tmp_path):
    def write(name):
        for number in range(10):
            while True:
                try:
                    append(tmp_path, review(who=f"{name}{number}"))
                    break
                except FolderBusyError:
                    continue

    threads = [Thread(target=write, args=(name,)) for name in "甲乙"]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert sorted(each.who for each in read(tmp_path)[0]) == sorted(f"{name}{n}" for name in "甲乙" for n in range(10))


def test_nothing_is_written_while_somebody_builds(tmp_path):
    with exclusive(tmp_path), pytest.raises(FolderBusyError):
        append(tmp_path, review())


def test_the_last_verdict_counts_and_comments_are_none():
    said = [review("a"), review("https://example.org/id/finding/r/a", "reject"), review("a", "comment", why="?")]
    assert {name: each.verdict for name, each in verdicts(said).items()} == {"a": "reject"}
    findings = [{"rule": "r", "id": "a"}, {"rule": "r", "id": "b"}, {"rule": "s", "id": "c"}]
    assert counted(findings, [*said, review("b")]) == {"r": (1, 2)}


def test_a_corrected_value_is_taken_apart_anew():
    row = Indicator(l1="产出指标", l2="数量指标", name="巡展场次", value="≥8场", op="ge", kind="quantity", unit="场")
    changed = corrected(row, "value", "不少于3次")
    assert (changed.value, changed.op, changed.number, changed.unit) == ("不少于3次", "ge", 3, "次")
    assert corrected(row, "value", "").kind == "missing"
    assert corrected(row, "weight", "12.5").weight == corrected(row, "weight", "12.50").weight
    assert corrected(replace(row, value="有效", kind="vague"), "desc", "有效指全年无投诉").kind == "state"


def graph_of(store, name):
    return store.quads_for_pattern(None, None, None, NamedNode(name))


def test_a_correction_changes_the_graph_with_its_own_provenance_and_no_record(graph):
    before = intake.publish(graph)
    records = {path.name: sha256(path.read_bytes()).digest() for path in graph.records.iterdir()}
    finding = next(each for each in before.findings() if each["rule"] == "missing-unit")
    told = review(finding["focus"], "correct", field="value", value="≥95%", when="2026-03-01T09:30:00+08:00")
    append(graph.path, told)
    after = intake.publish(graph)
    assert finding["id"] not in {each["id"] for each in after.findings()}
    assert {path.name: sha256(path.read_bytes()).digest() for path in graph.records.iterdir()} == records
    target = next(after.store.quads_for_pattern(NamedNode(finding["focus"]), NamedNode(JX + "target"), None)).object
    printed = [quad.object.value for quad in after.store.quads_for_pattern(target, NamedNode(JX + "printed"), None)]
    assert printed == ["≥95%"]
    about = NamedNode(finding["focus"])
    (annotation,) = after.store.quads_for_pattern(None, NamedNode(OA + "hasTarget"), about, NamedNode(REVIEWS_GRAPH))
    facts = {
        quad.predicate.value: quad.object.value
        for quad in after.store.quads_for_pattern(annotation.subject, None, None, NamedNode(REVIEWS_GRAPH))
    }
    assert facts[f"{PROV}generatedAtTime"] == "2026-03-01T09:30:00+08:00"
    assert facts[f"{PROV}wasAttributedTo"].endswith("/id/reviewer/张三")
    said = (*graph_of(after.store, finding["document"]), *graph_of(after.store, REVIEWS_GRAPH))
    assert [each for each in judge(said, shape_files().values(), [after.store]) if each.severity == "violation"] == []
    assert intake.publish(graph).id == after.id


def test_a_correction_of_what_is_not_there_is_kept_and_changes_nothing_else(graph):
    before = intake.publish(graph)
    append(graph.path, review("https://example.org/gone", "correct", field="value", value="1"))
    after = intake.publish(graph)
    assert after.findings() == before.findings()
    assert read(graph.path)[0]


def test_a_review_is_written_shown_and_counted(graph):
    found = intake.publish(graph).findings()
    wrong, right = found[0], next(each for each in found if each["rule"] == "vague-target")
    assert (
        jixiao("review", wrong["id"], "--reject", "--why", "印错", "--who", "张三", "--kg", graph.path).returncode == 0
    )
    assert jixiao("review", right["address"], "--confirm", "--kg", graph.path, JIXIAO_WHO="李四").returncode == 0
    with (graph.path / FILE).open("a", encoding="utf-8") as stream:
        stream.write("坏行\n")
    run = jixiao("check", "--kg", graph.path, "--format", "json")
    assert f"{FILE} 第 4 行没有采用" in said(run)
    shown = {each["id"]: each["verdict"] for each in json.loads(run.stdout) if each["verdict"]}
    assert shown == {wrong["id"]: "reject", right["id"]: "confirm"}
    figures = json.loads(jixiao("evaluate", "--kg", graph.path, "--format", "json").stdout)["scores"]
    whole = next(each for each in figures if each["name"] == "reviewed")
    assert (whole["findings"], whole["hit"], whole["precision"], whole["recall"]) == (2, 1, 0.5, None)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["0" * 16, "--confirm", "--who", "张三"], "没有发现"),
        (["不是地址", "--value", "3", "--who", "张三"], "没有指标"),
        (["0" * 16, "--confirm", "--reject", "--who", "张三"], "只能写一个"),
        (["0" * 16, "--who", "张三"], "只能写一个"),
        (["0" * 16, "--confirm"], "复核人"),
    ],
)
def test_a_review_of_nothing_or_by_nobody_is_bad_input(arguments, told, published):
    run = jixiao("review", *arguments, "--kg", published.path, JIXIAO_WHO="")
    assert run.returncode == 2
    assert told in said(run)
    assert not (published.path / FILE).exists()


def test_every_term_that_reviews_use_is_declared():
    declared = {quad.subject.value for quad in triples() if isinstance(quad.subject, NamedNode)}
    written = [review(), review("https://example.org/a", "correct", field="value", value="1", why="印的是 1")]
    quads = [quad for each in written for quad in reviews.said(each, "https://example.org/")]
    used = {quad.predicate.value for quad in quads} | {
        quad.object.value for quad in quads if quad.predicate.value == f"{RDF}type"
    }
    assert {term for term in used if not term.startswith((RDF, RDFS))} <= declared
