"""Findings as researchers meet them: with better wordings, what reviewers said, and what could not be judged."""

from __future__ import annotations

import csv
import io
import json
import shutil
from dataclasses import replace
from decimal import Decimal
from hashlib import sha256
from html import unescape

import pytest
from python_calamine import CalamineWorkbook
from starlette.testclient import TestClient
from typer.testing import CliRunner

from graph.folder import KnowledgeGraph
from graph.reviews import FILE, Review, append
from ingest.records import Document, Facts, Indicator, Span, Target
from jixiao import intake, samples
from jixiao.cli import app
from jixiao.comparison import offered
from jixiao.errors import PartialError
from jixiao.rendering import page_path
from jixiao.report import write_report
from jixiao.site.app import create_app
from queries.errors import ProfileError
from queries.library import rules

NOTHING = "没有：别处没有找到既可比、又可衡量的指标"


def indicator(name, value, line, **fields):
    """An invented indicator of a form."""
    places = {"value": (Span(0, len(value), value, line, page=2),)}
    return Indicator(l1="产出指标", l2="数量指标", name=name, value=value, places=places, **fields)


def document(at, project, *indicators):
    """An invented disclosure with one form."""
    form = Target(scope="project", name=project, indicators=indicators)
    facts = Facts(publisher=f"青柳{at}县渔政站", region=f"青柳{at}县", fiscal_year=2025)
    return Document(
        source=f"{at}.txt",
        sha256=f"{at:064}",
        extractor="test",
        encoding="utf-8",
        kind="预算",
        document=facts,
        targets=(form,),
    )


DOCUMENTS = (
    document(1, "渔政巡护", indicator("提升渔民技能", "显著提升", 7, kind="vague")),
    document(
        2,
        "渔业培训",
        indicator("渔民技能培训人数", "≥60人", 9, kind="quantity", op="ge", number=Decimal(60), unit="人"),
    ),
    document(
        3,
        "天文台运行",
        indicator("优化天文观测", "显著提升", 8, kind="vague"),
        indicator("拍摄星图", "30", 9, kind="quantity", number=Decimal(30)),
    ),
)


@pytest.fixture(scope="module")
def graph(tmp_path_factory):
    """A judged graph of three invented disclosures; not to be changed."""
    folder = tmp_path_factory.mktemp("findings")
    made = KnowledgeGraph(folder / "kg")
    for each in DOCUMENTS:
        source = folder / each.source
        source.write_text(each.source, encoding="utf-8")
        made.add(source, replace(each, sha256=sha256(source.read_bytes()).hexdigest()))
    intake.publish(made)
    return made


@pytest.fixture
def own(graph, tmp_path):
    """A copy of it that may be changed."""
    return KnowledgeGraph(shutil.copytree(graph.path, tmp_path / "kg"))


@pytest.fixture
def broken(own, monkeypatch):
    """The same, published with a rule that fails."""
    known = rules()
    faulty = replace(known["vague-target"], text="SELECT nothing")
    monkeypatch.setattr("queries.library.rules", lambda: known | {"vague-target": faulty})
    intake.publish(own)
    return own


def check(graph, *arguments):
    """What the command check gives, its arguments put behind it."""
    result = CliRunner().invoke(app, ["check", *arguments, "--kg", str(graph.path)])
    assert result.exit_code == 0, result.output
    return result


def vague(graph, name):
    """The finding on an invented vague target."""
    return next(each for each in graph.live().findings() if (each["rule"], each["indicator"]) == ("vague-target", name))


def seen(graph, path):
    """What a reader sees at an address of the site."""
    return unescape(TestClient(create_app(graph.path)).get(path).text)


def test_a_vague_target_comes_with_what_others_write_and_where(graph):
    lines = map(json.loads, check(graph, "--wordings", "--format", "jsonl").stdout.splitlines())
    wordings = {each["indicator"]: each["wordings"] for each in lines if each["rule"] == "vague-target"}
    (wording,) = wordings["提升渔民技能"]
    assert (wording["name"], wording["printed"], wording["slot"], wording["by"]) == (
        *("渔民技能培训人数", "≥60人", "≥___人", "name"),
    )
    assert (wording["source"], wording["page"], wording["line"], wording["publisher"]) == (
        *("2.txt", 2, 9, "青柳2县渔政站"),
    )
    assert wording["address"].endswith("/渔民技能培训人数")
    assert wordings["优化天文观测"] == []


def test_other_rules_and_those_who_do_not_ask_get_no_wordings(graph):
    every = [json.loads(line) for line in check(graph, "--wordings", "--format", "jsonl").stdout.splitlines()]
    assert {"wordings" in each for each in every if each["rule"] == "missing-unit"} == {False}
    assert "wordings" not in check(graph, "--format", "jsonl").stdout
    assert offered(graph.live(), "missing-unit", vague(graph, "提升渔民技能")["focus"]) is None


@pytest.mark.parametrize("form", ["csv", "json", "jsonl", "xlsx"])
def test_the_same_graph_gives_the_same_bytes(graph, form, tmp_path):
    files = [tmp_path / f"{at}.{form}" for at in range(2)]
    for file in files:
        check(graph, "--wordings", "--format", form, "-o", str(file))
    assert files[0].read_bytes() == files[1].read_bytes()


def test_a_line_is_what_is_published_of_a_finding_with_the_verdict(own):
    found = vague(own, "提升渔民技能")
    append(own.path, Review(about=found["id"], verdict="reject", who="张三", when="2026-01-31", why="有评判等级"))
    lines = [json.loads(line) for line in check(own, "--format", "jsonl").stdout.splitlines()]
    told = {"verdict": "reject", "who": "张三", "when": "2026-01-31", "why": "有评判等级"}
    untold = dict.fromkeys(told)
    published = [each | (told if each["id"] == found["id"] else untold) for each in own.live().findings()]
    assert lines == published
    assert json.loads(check(own, "--format", "json").stdout) == lines


def test_a_spreadsheet_has_chinese_headers_words_for_codes_and_sources(graph, tmp_path):
    check(graph, "--wordings", "--format", "csv", "-o", str(tmp_path / "发现.csv"))
    content = (tmp_path / "发现.csv").read_bytes()
    assert content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))
    row = next(each for each in rows if each["指标"] == "提升渔民技能")
    assert (row["规则"], row["规则名称"], row["把握"], row["严重程度"]) == (
        *("vague-target", "指标值模糊", "确定", "警告"),
    )
    assert (row["页"], row["行"], row["原文"]) == ("2", "7", "目标值：显著提升")
    assert row["可参考的写法"].startswith(
        "渔民技能培训人数 ≥60人 ≥___人 [名称相近] 渔业培训 · 青柳2县渔政站 2025，2.txt 第 2 页 第 9 行 https://"
    )
    assert NOTHING in next(each for each in rows if each["指标"] == "优化天文观测")["可参考的写法"]
    check(graph, "--wordings", "--format", "xlsx", "-o", str(tmp_path / "发现.xlsx"))
    (sheet,) = CalamineWorkbook.from_path(str(tmp_path / "发现.xlsx")).sheet_names
    assert sheet == "发现"
    head, *body = CalamineWorkbook.from_path(str(tmp_path / "发现.xlsx")).get_sheet_by_name(sheet).to_python()
    assert head == list(rows[0])
    assert [line[head.index("编号")] for line in body] == [each["编号"] for each in rows]


def test_a_profile_leaves_rules_out_with_its_reason_and_no_other_way(graph, tmp_path):
    profile = tmp_path / "profile.yaml"
    profile.write_text("disabled:\n  vague-target: 本次只核金额\n", encoding="utf-8")
    run = check(graph, "--format", "jsonl", "--profile", str(profile))
    assert "vague-target：不适用（可判断 0）已停用：本次只核金额" in run.stderr
    assert '"rule": "vague-target"' not in run.stdout
    profile.write_text("disabled:\n  vague-target:\n", encoding="utf-8")
    refused = CliRunner().invoke(app, ["check", "--profile", str(profile), "--kg", str(graph.path)])
    assert isinstance(refused.exception, ProfileError)
    assert "须写明理由" in str(refused.exception)


def test_the_report_shows_wordings_with_their_sources_or_says_that_there_are_none(graph, tmp_path):
    report = unescape(write_report(graph.live(), tmp_path / "report.html").read_text(encoding="utf-8"))
    assert "渔民技能培训人数 <b>≥60人</b>" in report
    assert "渔业培训 · 青柳2县渔政站 2025，2.txt 第 2 页 第 9 行" in report
    assert report.count("没有找到名称相近又可衡量的") == 1


def test_pages_of_findings_and_their_list_lead_to_wordings(graph):
    page = seen(graph, page_path(vague(graph, "提升渔民技能")["address"]))
    assert "可参考的写法" in page
    assert "≥___人" in page
    assert NOTHING in seen(graph, page_path(vague(graph, "优化天文观测")["address"]))
    assert f"{page_path(vague(graph, '提升渔民技能')['address'])}#wordings" in seen(
        graph, "/findings?rule=vague-target"
    )


def test_what_reviewers_say_is_seen_at_once_wherever_the_finding_is(own):
    found = vague(own, "提升渔民技能")
    site = TestClient(create_app(own.path))
    assert site.get("/findings?verdict=reject&format=json").json()["rows"] == []
    for verdict, why in (("comment", "待核对"), ("reject", "有评判等级")):
        append(own.path, Review(about=found["id"], verdict=verdict, who="张三", when="2026-01-31", why=why))
    page = site.get(page_path(found["address"])).text
    assert page.index("待核对") < page.index("有评判等级")
    for path in (found["focus"], found["document"]):
        assert ("已否定" in site.get(page_path(path)).text) == (path == found["focus"])
    rows = site.get("/findings?verdict=reject&format=json").json()["rows"]
    assert [(each["id"], each["who"], each["why"]) for each in rows] == [(found["id"], "张三", "有评判等级")]
    assert "复核 1 处，认可 0 处，" in site.get("/rules").text


def test_a_correction_stands_on_the_page_of_its_indicator(own):
    focus = vague(own, "提升渔民技能")["focus"]
    append(own.path, Review(about=focus, verdict="correct", field="value", value="≥9次", who="李四", when="2026-02-01"))
    assert "李四（2026-02-01）更正目标值：≥9次" in seen(own, page_path(focus))


@pytest.mark.parametrize("content", ["不是表\n", "about,field,verdict,value,who,when,why\n坏行\n"])
def test_reviews_that_cannot_be_used_are_told_and_cost_no_page(own, content):
    (own.path / FILE).write_text(content, encoding="utf-8")
    page = seen(own, "/rules")
    assert FILE in page
    assert "第 1 行缺少列名" in page or "第 2 行没有采用" in page


def test_a_rule_that_failed_is_named_with_its_reason_wherever_findings_are_listed(broken):
    snapshot = broken.live()
    assert set(snapshot.failed) == {"vague-target"}
    assert "vague-target" not in snapshot.manifest["rules"]
    reason = snapshot.failed["vague-target"]
    form = next(each["document"] for each in snapshot.findings())
    for path in ("/", "/findings", page_path(form)):
        assert "有 1 条规则没有完成" in seen(broken, path)
    assert reason in seen(broken, "/rules")
    report = unescape(write_report(snapshot, broken.path / "r.html").read_text(encoding="utf-8"))
    assert "有 1 条规则没有完成" in report
    assert reason in report
    for command in (["export", "--what", "findings"], ["report", "-o", str(broken.path / "r.html")]):
        told = CliRunner().invoke(app, [*command, "--kg", str(broken.path)]).stderr
        assert f"规则 vague-target（指标值模糊）没有完成，结果不含它的发现：{reason}" in told


def test_a_rule_that_is_well_again_has_no_longer_failed(broken, monkeypatch):
    monkeypatch.undo()
    assert intake.publish(broken).failed == {}


def test_the_newest_judgement_counts_where_the_content_is_the_same(own):
    before = own.live()
    failed = own.publish(lambda _: before.findings(), before.manifest["rules"], failed={"table-sum": "超时"})
    again = own.publish(lambda _: before.findings(), before.manifest["rules"])
    assert failed.id == again.id
    assert (failed.failed, again.failed, own.live().failed) == ({"table-sum": "超时"}, {}, {})


def test_ingest_names_bad_lines_of_reviews_and_rules_that_failed_and_is_not_done(broken, tmp_path):
    (broken.path / FILE).write_text("about,field,verdict,value,who,when,why\n坏行\n", encoding="utf-8")
    (source,) = samples.write(tmp_path / "samples", seed=4, count=1, layouts=["markdown"])
    run = CliRunner().invoke(app, ["ingest", str(source), "--kg", str(broken.path)])
    assert isinstance(run.exception, PartialError)
    assert f"{FILE} 第 2 行没有采用" in run.stderr
    assert "规则 vague-target（指标值模糊）没有完成" in run.stderr
    assert "1 条规则没有完成" in str(run.exception)
