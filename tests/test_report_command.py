"""``jixiao report``: forms by their endings, parts, what is watched, templates of a reader's own, the same again."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from jixiao.cli import app
from jixiao.errors import BadInputError, PartialError, TemplateError
from jixiao.report import pages
from jixiao.view import View


def run(graph, *arguments, code=0):
    """What the command says; what it raises where it is to fail."""
    done = CliRunner().invoke(app, ["report", *map(str, arguments), "--kg", str(graph.path)])
    if code == 0:
        assert done.exception is None, done.exception
        return done.stderr
    return done.exception


def written(folder):
    return {each.name: each.read_bytes() for each in sorted(folder.iterdir()) if each.is_file()}


def test_a_report_is_made_again_byte_for_byte(published, tmp_path):
    some = next(iter(View(published.live()).documents.values()))
    run(
        published,
        "--out",
        tmp_path / "one",
        "--date",
        "2031-05-06",
        "--year",
        some.year,
        "--site",
        "http://example.org",
    )
    told = json.loads((tmp_path / "one" / "report.json").read_bytes())
    assert (told["snapshot"], told["date"], told["choice"]["years"]) == (published.live().id, "2031-05-06", [some.year])
    run(published, "--again", tmp_path / "one" / "report.json", "--out", tmp_path / "two")
    assert written(tmp_path / "one") == written(tmp_path / "two")


def test_the_command_that_a_report_prints_makes_the_same_page(published, tmp_path):
    run(published, "--out", tmp_path / "one", "--department", "水务局", "--rules", "vague-target")
    page = (tmp_path / "one" / "report.html").read_text(encoding="utf-8")
    command = next(line for line in page.split("\n") if line.startswith("jixiao report --snapshot"))
    words = command.removesuffix("</code></pre>").replace("&#34;", "").split()[2:]
    run(published, *words[: words.index("--out")], "-o", tmp_path / "two.html")
    assert (tmp_path / "two.html").read_text(encoding="utf-8") == page


def test_forms_are_told_by_endings(published, tmp_path):
    run(published, "-o", tmp_path / "a.md", "-o", tmp_path / "deep" / "b.jsonl")
    assert (tmp_path / "a.md").read_text(encoding="utf-8").startswith("# 预算绩效目标报告\n")
    assert json.loads((tmp_path / "deep" / "b.jsonl").read_text(encoding="utf-8").split("\n")[0])
    refused = run(published, "-o", tmp_path / "a.doc", code=2)
    assert isinstance(refused, BadInputError)
    assert "没有报告格式“doc”；可以用 html、md、xlsx、jsonl、pdf" in str(refused)


def test_each_that_is_watched_has_a_report_and_one_that_has_none_does_not_cost_the_others(published, tmp_path):
    watch = tmp_path / "watch.toml"
    watch.write_text(
        '[[watch]]\nname = "水务"\ndepartment = ["水务局"]\n[[watch]]\nname = "别处"\ndepartment = ["税务总局"]\n',
        encoding="utf-8",
    )
    done = CliRunner().invoke(
        app, ["report", "--watch", str(watch), "--out", str(tmp_path / "out"), "--kg", str(published.path)]
    )
    assert isinstance(done.exception, PartialError)
    assert "没有写成“别处”的报告：没有部门“税务总局”" in done.stderr
    assert "水务" in (tmp_path / "out" / "水务" / "report.html").read_text(encoding="utf-8")
    assert not (tmp_path / "out" / "别处").exists()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--watch", "w.toml"), "--watch"),
        (("--again", "r.json", "--year", "2025"), "--again"),
        (("--again", "nowhere.json"), "nowhere.json"),
        (("--templates", "nowhere"), "nowhere"),
        (("--snapshot", "ffff"), "ffff"),
        (("--since", "ffff"), "ffff"),
    ],
)
def test_what_cannot_be_done_is_said(published, tmp_path, monkeypatch, arguments, words):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "w.toml").write_text('[[watch]]\nname = "甲"\nyear = [2025]\n', encoding="utf-8")
    refused = run(published, *arguments, code=2)
    assert isinstance(refused, BadInputError)
    assert words in str(refused)
    assert not (tmp_path / "report.html").exists()


def test_a_template_of_ones_own_takes_the_place_of_a_block_or_of_the_whole(published, tmp_path):
    (tmp_path / "report.html").write_text(
        '{% extends "jixiao/report.html" %}'
        '{% block ranking %}<section id="ranking">本所的话：{{ s.documents }}</section>{% endblock %}',
        encoding="utf-8",
    )
    (tmp_path / "report.md").write_text("共 {{ n(s.findings) }} 处\n", encoding="utf-8")
    run(published, "--templates", tmp_path, "--out", tmp_path / "out")
    page = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    assert "本所的话：2" in page
    assert "怎样引用" in page
    found = published.live().manifest["counts"]["findings"]
    assert (tmp_path / "out" / "report.md").read_text(encoding="utf-8") == f"共 {found} 处\n"
    run(published, "--again", tmp_path / "out" / "report.json", "--out", tmp_path / "two")
    assert written(tmp_path / "out") == written(tmp_path / "two")


@pytest.mark.parametrize(
    ("content", "cause"),
    [
        ("<p>\n{% if %}", "Expected an expression"),
        ("<p>\n{{ r.nothing }}", "nothing"),
        ("<p>\n{{ 1 / 0 }}", "ZeroDivisionError"),
        ("<p>\n{{ r.__class__.__mro__ }}", "unsafe"),
        ("<p>\n{{ command.format_map.__globals__ }}", "unsafe"),
        ("<p>\n{% include 'elsewhere.html' %}", "elsewhere.html"),
    ],
)
def test_a_template_with_a_mistake_is_named_with_its_line_and_nothing_is_written(published, tmp_path, content, cause):
    (tmp_path / "report.html").write_text(content, encoding="utf-8")
    refused = run(published, "--templates", tmp_path, "-o", tmp_path / "out.html", code=2)
    assert isinstance(refused, TemplateError)
    assert (refused.path, refused.line) == (str(tmp_path / "report.html"), 2)
    assert cause in str(refused)
    assert not (tmp_path / "out.html").exists()


@pytest.mark.parametrize(
    ("content", "cause"),
    [
        ("{% extends 'report.html' %}", '写 {% extends "jixiao/report.html" %}'),
        ("{{ 'x' * 10**10 }}", "内存"),
        ("{{ 'x'|center(10**10) }}", "内存"),
        ("{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}", "循环"),
    ],
)
def test_a_template_without_end_is_ended_and_named(published, tmp_path, monkeypatch, content, cause):
    if cause == "循环":
        monkeypatch.setattr(pages, "SECONDS", 3.0)
    (tmp_path / "report.html").write_text(content, encoding="utf-8")
    refused = run(published, "--templates", tmp_path, "-o", tmp_path / "out.html", code=2)
    assert isinstance(refused, TemplateError)
    assert refused.path == str(tmp_path / "report.html")
    assert cause in str(refused)
    assert not (tmp_path / "out.html").exists()


def test_a_template_that_is_no_text_is_refused(published, tmp_path):
    (tmp_path / "report.html").write_bytes(b"\xff\xfe\x00")
    assert isinstance(run(published, "--templates", tmp_path, "-o", tmp_path / "out.html", code=2), TemplateError)
