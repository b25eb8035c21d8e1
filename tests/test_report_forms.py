"""The forms of a report: pictures, workbook, lines and paper say what the report says, the same way every time."""

from __future__ import annotations

import importlib
import json
import re
import subprocess
import sys
import warnings
import zipfile
from dataclasses import replace
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pdfplumber
import pypdfium2
import pytest
from defusedxml.ElementTree import fromstring
from python_calamine import CalamineWorkbook

from graph.folder import KnowledgeGraph
from graph.snapshot import Snapshot
from jixiao import intake, samples
from jixiao.report import lines, paper, pictures, workbook
from jixiao.report.differences import WHAT, differences
from jixiao.report.drawing import COLOURS, folded
from jixiao.report.making import report
from jixiao.report.sheets import SHEETS
from jixiao.report.words import said, words
from jixiao.told import Clarity

SITE = "https://example.org"
SVG = "{http://www.w3.org/2000/svg}"
DRAWN = ("ranking", "trend", "areas", "rules", "money")
HOSTILE = '=<script>alert("$x_1$")</script>&甲\x07'
LONG = "新疆维吾尔自治区某自治州某自治县某某某某街道办事处综合便民服务中心和某某委员会联合办公室"


@pytest.fixture(scope="module")
def graph(tmp_path_factory):
    """A graph that was published twice: of three samples first the first two, then the last two."""
    folder = tmp_path_factory.mktemp("forms")
    made = KnowledgeGraph(folder / "kg")
    paths = samples.write(folder / "samples", seed=1, count=3)
    read = intake.keeping(made)
    refused = [{"name": HOSTILE, "cause": "打不开"}]
    gone, _ = (read(path).sha256 for path in paths[:2])
    intake.publish(made)
    read(paths[2])
    intake.publish(made, without=[gone], refused=refused)
    return made


@pytest.fixture(scope="module")
def told(graph):
    """The report on the second publication."""
    first = graph.history()[0].snapshot
    before = Snapshot(graph.snapshots / first, graph.records)
    return report(graph, graph.live(), since=before, date="2031-05-06", site=SITE)


@pytest.fixture(scope="module")
def hostile(told):
    """The same with names that mean something to whatever shows them."""
    (first, *others), rules = told.departments, told.judged
    document = replace(first.document, publisher=HOSTILE)
    finding = replace(told.findings[0].finding, project=HOSTILE, found="=1+1", expected="@SUM(A1)")
    return replace(
        told,
        departments=[replace(first, document=document), *others],
        areas=[replace(each, name=HOSTILE) for each in told.areas],
        judged=[replace(each, rule=None, id=HOSTILE) for each in rules[:1]] + list(rules[1:]),
        findings=[replace(told.findings[0], finding=finding, subject=None), *told.findings[1:]],
    )


@pytest.fixture(scope="module")
def nothing(told):
    """A report of which nothing is left."""
    total = replace(told.summary, money=Decimal(0), clarity=Clarity(0, 0))
    return replace(told, summary=total, departments=[], areas=[], judged=[], trend=told.trend[:1])


def texts(svg):
    """What a picture writes, line by line."""
    return [each.text for each in fromstring(svg).iter(f"{SVG}text")]


# Pictures


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("name", DRAWN)
def test_a_picture_is_drawn_without_a_warning_and_has_the_same_bytes_twice(told, name, language):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        drawn = [getattr(pictures, name)(told, language) for _ in range(2)]
    assert drawn[0] == drawn[1] != ""
    assert drawn[0] != getattr(pictures, name)(told, "en" if language == "zh" else "zh")


def test_pictures_tell_those_who_do_not_see_them_and_share_no_id(told):
    roots = [fromstring(getattr(pictures, name)(told, "zh")) for name in DRAWN]
    ids = [each.get("id") for root in roots for each in root.iter() if each.get("id")]
    assert len(ids) == len(set(ids))
    for root in roots:
        known = {each.get("id"): each for each in root.iter()}
        title, desc = (known[name] for name in root.get("aria-labelledby").split())
        assert root.get("role") == "img"
        assert title.text
        assert desc.text
        assert {each.get("href")[1:] for each in root.iter() if each.get("href")} <= set(known)


def test_pictures_bring_no_styles_or_scripts_to_the_page(told):
    for name in DRAWN:
        assert not re.search(r"<style|<script|<\?xml|<!DOCTYPE|url\(|http(?!://www\.w3\.org/2000/svg)",
                             getattr(pictures, name)(told, "zh"))  # fmt: skip


def test_colours_are_those_of_the_style_sheet(told, root):
    sheet = (root / "jixiao" / "static" / "jixiao.css").read_text(encoding="utf-8").partition("@media")[0]
    drawn = "".join(getattr(pictures, name)(told, "zh") for name in DRAWN)
    assert not re.search(r"#[0-9a-f]{6}", re.sub(r"var\(--[\w-]+, #[0-9a-f]{6}\)", "", drawn))
    assert {(name, code) for name, code in COLOURS.items() if f"--{name}: {code};" not in sheet} == set()


def test_a_share_stands_with_both_of_its_numbers(told):
    written = texts(pictures.ranking(told, "zh"))
    for each in told.departments:
        assert f"{each.clarity.percent}%" in written
        assert f"{each.clarity.unclear} / {each.clarity.judged}" in written


def test_bars_are_as_long_as_their_numbers(told):
    some = [replace(told.departments[0], clarity=Clarity(unclear, 40), few=False) for unclear in (40, 20, 10)]
    root = fromstring(pictures.ranking(replace(told, departments=some), "zh"))
    bars = [each for each in root.iter(f"{SVG}path") if "--share-" in each.get("style")]
    across = [list(map(float, re.findall(r"[ML] ([\d.]+)", each.get("d")))) for each in bars]
    whole, half, quarter = (max(each) - min(each) for each in across)
    assert (half / whole, quarter / whole) == pytest.approx((0.5, 0.25))


def test_scales_of_the_course_begin_at_nothing_and_gaps_stay_gaps(told):
    points = [
        replace(told.trend[0], clarity=clarity, findings=findings, number=number)
        for number, (clarity, findings) in enumerate(
            [(Clarity(9, 10), 900), (Clarity(0, 0), 901), (Clarity(8, 10), 902), (Clarity(8, 10), 903)]
        )
    ]
    drawn = pictures.course(points, "zh")
    assert {"0%", "0"} <= set(texts(drawn))
    lines_drawn = [each.get("d") for each in fromstring(drawn).iter(f"{SVG}path") if each.get("d").count("M") > 1]
    assert len(lines_drawn) == 1


def test_a_course_of_a_year_has_few_days_and_no_dots(told):
    points = [replace(told.trend[0], number=number) for number in range(365)]
    drawn = pictures.course(points, "zh")
    assert texts(drawn).count(points[0].day) < 20
    assert "<use" not in drawn
    assert "<use" in pictures.course(points[:5], "zh")


@pytest.mark.parametrize("name", ["ranking", "areas", "rules"])
def test_hostile_names_are_words_in_a_picture(hostile, name):
    drawn = getattr(pictures, name)(hostile, "zh")
    assert "<script" not in drawn
    assert '=<script>alert("$x_1$")' in "".join(fromstring(drawn).itertext())


def test_a_long_name_is_cut_and_can_be_read_in_full(told):
    document = replace(told.departments[0].document, publisher=LONG)
    few = [replace(told.departments[0], document=document)]
    drawn = pictures.ranking(replace(told, departments=few), "zh")
    assert any(text.endswith("…") for text in texts(drawn))
    assert any((each.text or "").startswith(LONG) for each in fromstring(drawn).iter(f"{SVG}title"))


@pytest.mark.parametrize("text", ["", "甲", LONG, "Department of a very long English name of 2026", "甲" * 99])
def test_folded_lines_say_what_the_text_says(text):
    put = folded(text, 120, 12, 2)
    assert len(put) <= 2
    assert "".join(text.split()).startswith("".join("".join(put).removesuffix("…").split()))
    assert put[-1].endswith("…") or "".join("".join(put).split()) == "".join(text.split())


def test_a_picture_shows_so_many_rows_and_says_of_how_many(told):
    many = [replace(told.departments[0], rank=rank, few=False) for rank in range(1, 51)]
    written = texts(pictures.ranking(replace(told, departments=many), "zh"))
    assert said("pictures.more", "zh", shown=pictures.MOST_ROWS, of=50) in written


@pytest.mark.parametrize("name", DRAWN)
def test_there_is_no_picture_of_nothing(nothing, name):
    assert getattr(pictures, name)(nothing, "zh") == ""


def test_matplotlib_is_loaded_for_pictures_only():
    code = "import sys, jixiao.cli.app, jixiao.report.pictures, jixiao.report.shelf; print('matplotlib' in sys.modules)"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "False"


def test_our_words_are_said_in_both_languages_with_the_same_fields(root):
    code = "\n".join(path.read_text(encoding="utf-8") for path in (root / "jixiao").rglob("*.py"))
    for section, entries in words().items():
        for name, entry in entries.items():
            assert set(entry) == {"zh", "en"}, name
            assert set(re.findall(r"{\w+}", entry["zh"])) == set(re.findall(r"{\w+}", entry["en"])), name
            asked = re.sub(r"_(count|\d)$", "", name)
            assert re.search(rf"\b{asked}\b", code), f"{section}.{name} is never said"


# Workbook


@pytest.fixture(scope="module")
def book(told, tmp_path_factory):
    return workbook.write(told, tmp_path_factory.mktemp("book") / "report.xlsx", "zh")


def rows_of(path, sheet, language="zh"):
    """The rows of a sheet by the names of its columns."""
    header, *rows = CalamineWorkbook.from_path(path).get_sheet_by_name(said(f"sheets.{sheet}", language)).to_python()
    return [dict(zip(header, row, strict=True)) for row in rows]


def test_the_workbook_has_the_same_bytes_twice(told, book, tmp_path):
    assert workbook.write(told, tmp_path / "again.xlsx", "zh").read_bytes() == book.read_bytes()


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_list_stands_in_the_workbook_in_full(told, tmp_path, language):
    path = workbook.write(told, tmp_path / "report.xlsx", language)
    expected = {
        "changes": len(list(differences(told.changes))),
        "departments": len(told.departments),
        "findings": len(told.findings),
        "unclear": len(told.unclear),
        "unaimed": len(told.unaimed),
        "areas": len(told.areas),
        "trend": len(told.trend),
        "coverage": len(told.read) + sum(len(each.leftovers) for each in told.read) + len(told.refused),
        "rules": len(told.judged),
    }
    assert {name: len(rows_of(path, name, language)) for name in expected} == expected
    assert expected["changes"]
    assert expected["unclear"]
    assert CalamineWorkbook.from_path(path).sheet_names == [said(f"sheets.{each.name}", language) for each in SHEETS]


def test_numbers_of_the_workbook_are_those_of_the_report(told, book):
    for row, each in zip(rows_of(book, "departments"), told.departments, strict=True):
        assert (row["无从核对"], row["未涉密指标"], row["发现"]) == (
            each.clarity.unclear,
            each.clarity.judged,
            each.findings,
        )
        assert row["无从核对占比"] == pytest.approx(each.clarity.unclear / each.clarity.judged)
        assert row["没有目标（元）"] == float(each.money_without_form)
    figures = {row["项"]: row["数"] for row in rows_of(book, "summary")}
    total = told.summary
    assert figures["文件数"] == total.documents
    assert figures["发现"] == total.findings == figures["确定"] + figures["可能"]
    assert figures["项目支出（元）"] == float(total.money)
    assert [row["发现"] for row in rows_of(book, "rules")] == [each.findings for each in told.judged]
    assert [row["项目支出（元）"] for row in rows_of(book, "unaimed")] == [float(each.budget) for each in told.unaimed]


def test_findings_of_the_workbook_say_whether_they_are_new(told, book):
    new = {each.finding.address for each in told.changes.new}
    assert {row["永久地址"] for row in rows_of(book, "findings") if row["与上一份比"] == "新"} == new != set()


def test_changes_of_the_workbook_name_what_was_and_what_is(told, book):
    changed = rows_of(book, "changes")
    gone = [row for row in changed if row["变化"] == said("what.document-removed", "zh")]
    assert [row["文件名"] for row in gone] == [each.source for each in told.changes.documents_removed] != []
    assert {row["缘故"] for row in changed} - {""} <= {said(f"because.{name}", "zh") for name in words()["because"]}


def members(path, pattern):
    with zipfile.ZipFile(path) as archive:
        return [archive.read(name).decode() for name in sorted(archive.namelist()) if re.search(pattern, name)]


def test_charts_refer_to_the_cells_that_they_show(told, book):
    charts = members(book, r"xl/charts/chart\d+\.xml$")
    assert len(charts) == 6
    opened = CalamineWorkbook.from_path(book)
    for chart in charts:
        for sheet, first, line, last, until in re.findall(
            r"<c:f>'?([^'!]+)'?!\$(\w)\$(\d+):\$(\w)\$(\d+)</c:f>", chart
        ):
            cells = opened.get_sheet_by_name(sheet).to_python()
            values = [row[ord(first) - 65] for row in cells[int(line) - 1 : int(until)]]
            assert first == last
            assert len(values) == int(until) - int(line) + 1
            assert all(value != "" for value in values)
    assert any(f"<c:v>{told.departments[0].clarity.unclear / told.departments[0].clarity.judged:.10g}"[:12] in each
               for each in charts)  # fmt: skip


def test_the_chart_of_money_shows_the_three_sums(told, book):
    chart = members(book, r"xl/charts/chart1\.xml$")[0]
    line, until = map(int, re.search(r"<c:cat>.*?\$A\$(\d+):\$A\$(\d+)</c:f>", chart, re.DOTALL).groups())
    cells = CalamineWorkbook.from_path(book).get_sheet_by_name("摘要").to_python()[line - 1 : until]
    total = told.summary
    sums = (total.money_with_form, total.money_without_form, total.money_undisclosed)
    assert [row[:2] for row in cells] == [
        [said(f"columns.{name}", "zh"), float(value)]
        for name, value in zip(("with", "without", "undisclosed"), sums, strict=True)
    ]


def test_headers_stay_in_sight_and_rows_can_be_chosen(book):
    sheets = members(book, r"xl/worksheets/sheet\d+\.xml$")
    assert all("<pane " in sheet for sheet in sheets)
    assert sum("<autoFilter " in sheet for sheet in sheets) == len(SHEETS) - 2


def test_text_that_looks_like_a_formula_stays_text(hostile, tmp_path):
    path = workbook.write(hostile, tmp_path / "report.xlsx", "zh")
    assert not any("<f>" in sheet for sheet in members(path, r"xl/worksheets/sheet\d+\.xml$"))
    first = rows_of(path, "findings")[0]
    assert (first["写的是"], first["对照"]) == ("=1+1", "@SUM(A1)")
    assert rows_of(path, "departments")[0]["部门"].startswith("=<script>")


def test_numbers_lead_to_the_site_where_there_is_one(told, book, tmp_path):
    led = "".join(members(book, r"worksheets/_rels"))
    assert f"{SITE}/findings?certainty=certain" in led
    assert f"{SITE}/id/finding/" in led
    alone = workbook.write(replace(told, site=""), tmp_path / "alone.xlsx", "zh")
    assert members(alone, r"worksheets/_rels/sheet[2-9]") == []


def test_what_excel_cannot_follow_is_text(told, tmp_path, monkeypatch):
    monkeypatch.setattr(workbook, "MOST_LINKS", 3)
    far = replace(told, site="https://example.org/" + "x" * 2100)
    few = workbook.write(told, tmp_path / "few.xlsx", "zh")
    none = workbook.write(far, tmp_path / "none.xlsx", "zh")
    assert "".join(members(few, r"worksheets/_rels/sheet4")).count('hyperlink"') == 3
    assert members(none, r"worksheets/_rels/sheet[2-9]") == []
    assert len(rows_of(few, "findings")) == len(rows_of(none, "findings")) == len(told.findings)


# Lines


@pytest.fixture(scope="module")
def facts(told):
    return [json.loads(line) for line in lines.lines(told)]


def test_the_first_line_says_what_the_report_is(told, facts):
    first, *others = facts
    counted = {name: sum(fact["type"] == name for fact in others) for name in first["counts"]}
    assert (first["type"], first["snapshot"], first["number"], first["since"]) == (
        "report",
        told.snapshot,
        2,
        told.since,
    )
    assert first["counts"] == counted
    assert sum(counted.values()) == len(others)


def test_each_type_of_line_has_the_keys_that_the_documentation_names(facts, root):
    documented = {
        name: keys.split()
        for name, keys in re.findall(
            r"^\| `(\w+)` \|[^|]*\| `([^`|]+)` \|$",
            (root / "docs" / "report.md").read_text(encoding="utf-8"),
            re.MULTILINE,
        )
    }
    for fact in facts:
        assert list(fact) == ["type", *documented[fact["type"]]]
    assert {fact["type"] for fact in facts} == set(documented)


def test_lines_say_what_the_report_says(told, facts):
    by_type = {}
    for fact in facts:
        by_type.setdefault(fact["type"], []).append(fact)
    assert [each["id"] for each in by_type["finding"]] == [each.finding.id for each in told.findings]
    assert sum(each["gravest"] for each in by_type["finding"]) == len(told.gravest)
    assert [Decimal(str(each["money"])) for each in by_type["unaimed"]] == [each.budget for each in told.unaimed]
    assert [len(each["wordings"]) for each in by_type["unclear"]] == [len(each.wordings) for each in told.unclear]
    assert {each["what"] for each in by_type["change"]} <= set(WHAT)
    assert by_type["refused"][0]["name"] == HOSTILE


def test_what_can_change_has_words(told):
    for what in WHAT:
        assert said(f"what.{what}", "zh") != said(f"what.{what}", "en")
    for each in differences(told.changes):
        assert each.what in WHAT
        assert each.because is None or said(f"because.{each.because}", "zh")


# Paper

PAGE = """<!DOCTYPE html><html lang="zh-CN"><head><title>报告 甲</title><meta name="author" content="绩效">
<style>@page {{ @bottom-center {{ content: counter(page) " / " counter(pages) }} }}</style></head>
<body><h1>报告</h1><h2>第一节</h2><p style="break-after: page">文字</p><h2>第二节</h2>{}</body></html>"""


def test_a_pdf_has_a_title_bookmarks_and_numbered_pages_and_the_same_bytes_twice(told, tmp_path):
    page = PAGE.format(pictures.ranking(told, "zh"))
    written = [paper.write(page, tmp_path / f"{name}.pdf").read_bytes() for name in "ab"]
    assert written[0] == written[1]
    opened = pypdfium2.PdfDocument(written[0])
    assert opened.get_metadata_dict()["Title"] == "报告 甲"
    assert opened.get_metadata_dict()["Author"] == "绩效"
    assert pdfplumber.open(tmp_path / "a.pdf").doc.catalog["Lang"] == b"zh-CN"
    assert [each.get_title() for each in opened.get_toc()] == ["报告", "第一节", "第二节"]
    second = opened[1].get_textpage().get_text_bounded()
    assert "2 / 2" in second
    assert f"{told.departments[0].clarity.percent}%" in second


def test_pictures_keep_their_colours_on_paper(told, tmp_path):
    page = PAGE.format(pictures.rules(told, "zh"))
    opened = pypdfium2.PdfDocument(paper.write(page, tmp_path / "a.pdf"))
    shown = opened[1].render(scale=1).to_pil().convert("RGB")
    assert (0xA2, 0x3B, 0x2A) in {colour for _, colour in shown.getcolors(maxcolors=1 << 20)}


def test_a_pdf_is_made_without_a_network_and_without_other_files(tmp_path):
    asked = []

    class Noting(BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append(self.path)
            self.send_error(404)

    server = HTTPServer(("127.0.0.1", 0), Noting)
    Thread(target=server.serve_forever, daemon=True).start()
    (tmp_path / "secret.txt").write_text("secret")
    page = PAGE.format(
        f'<img src="http://127.0.0.1:{server.server_port}/a.png">'
        f'<link rel="stylesheet" href="http://127.0.0.1:{server.server_port}/a.css">'
        f'<link rel="attachment" href="{(tmp_path / "secret.txt").as_uri()}">'
    )
    written = paper.write(page, tmp_path / "a.pdf").read_bytes()
    server.shutdown()
    server.server_close()
    assert asked == []
    assert b"EmbeddedFile" not in written


@pytest.mark.parametrize(
    ("failure", "platform", "told_so"),
    [
        (ImportError("No module named 'weasyprint'"), "linux", 'pip install "jixiao[pdf]"'),
        (OSError("cannot load library 'libpango-1.0-0'\nmore"), "linux", "apt install libpango-1.0-0"),
        (OSError("cannot load library 'libgobject-2.0-0'"), "win32", "WEASYPRINT_DLL_DIRECTORIES"),
    ],
)
def test_what_is_missing_for_a_pdf_is_said_with_what_to_install(tmp_path, monkeypatch, failure, platform, told_so):
    usual = importlib.import_module

    def failing(name, *others):
        if name == "weasyprint":
            raise failure
        return usual(name, *others)

    monkeypatch.setattr(importlib, "import_module", failing)
    monkeypatch.setattr(sys, "platform", platform)
    with pytest.raises(paper.PaperError, match=re.escape(told_so)):
        paper.write(PAGE, tmp_path / "a.pdf")
    assert list(tmp_path.iterdir()) == []
