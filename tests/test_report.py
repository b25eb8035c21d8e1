"""The report: its facts are those of the store, its sentences are right for none, one and many, its bytes the same."""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal
from html import unescape

import pytest
from made import add, document, publish
from starlette.testclient import TestClient

from graph.folder import KnowledgeGraph
from graph.reviews import Review, append
from jixiao import intake, samples
from jixiao.report import pages, write
from jixiao.report.choice import Choice
from jixiao.report.lines import facts
from jixiao.report.making import before
from jixiao.report.making import report as made
from jixiao.site.app import create_app
from jixiao.snapshots import opened
from jixiao.summary import departments
from jixiao.told import Clarity
from jixiao.translation import CHINESE, english
from jixiao.view import View, value_of

SITE = "http://testserver"
PREFIXES = """
PREFIX jx: <https://w3id.org/jixiao/ontology#>
PREFIX dct: <http://purl.org/dc/terms/>
PREFIX schema: <https://schema.org/>
PREFIX sh: <http://www.w3.org/ns/shacl#>
PREFIX obeu-measure: <http://data.openbudgets.eu/ontology/dsd/measure/>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
"""


@pytest.fixture(scope="module")
def graph(tmp_path_factory):
    """Two publications: two documents; then one of them, two others, a file that was refused, and two reviews."""
    folder = tmp_path_factory.mktemp("reported")
    graph = KnowledgeGraph(folder / "kg")
    read = intake.keeping(graph)
    paths = samples.write(folder / "samples", seed=1, count=4)
    first = [read(path) for path in paths[:2]]
    intake.publish(graph)
    for path in paths[2:]:
        read(path)
    found = [each for each in graph.live().findings() if each["source"] == first[0].source]
    vague = [each["id"] for each in found if each["rule"] == "vague-target"]
    for about, verdict in zip(vague, ("confirm", "reject"), strict=False):
        append(graph.path, Review(about=about, verdict=verdict, who="张三", when="2026-01-02"))
    intake.publish(graph, without=[first[1].sha256], refused=[{"name": "坏的.pdf", "cause": "文件损坏"}])
    return graph


@pytest.fixture(scope="module")
def snapshot(graph):
    return graph.live()


@pytest.fixture(scope="module")
def told(graph, snapshot):
    return made(graph, snapshot, since=before(graph, snapshot), site=SITE)


@pytest.fixture(scope="module")
def page(told):
    return pages.html(told)


@pytest.fixture(scope="module")
def words(page):
    return squeezed(spoken(page))


def spoken(page):
    """What a reader sees, without tags."""
    return unescape(re.sub(r"<[^>]+>", "", page.partition("</style>")[2]))


def squeezed(text):
    return "".join(str(text).split())


def said(told):
    """The page of some facts as words."""
    return squeezed(spoken(pages.html(told)))


def section(page, name):
    """One section of a page."""
    return page.partition(f'<section id="{name}"')[2].partition("</section>")[0]


def count(snapshot, pattern, what="(COUNT(DISTINCT ?x) AS ?n)"):
    """What the store counts."""
    return value_of(next(snapshot.query(f"{PREFIXES} SELECT {what} WHERE {{ {pattern} }}"))["n"])


def test_every_number_of_the_summary_is_what_the_store_counts(snapshot, told):
    kind = "?x a jx:Indicator ; jx:target/jx:kind/skos:notation ?kind"
    summary = told.summary
    findings = snapshot.findings()
    lacking = {each["focus"] for each in findings if each["rule"] == "no-target"}
    assert summary.documents == count(snapshot, "?x a jx:Disclosure")
    assert summary.departments == count(snapshot, "?d a jx:Disclosure ; dct:publisher ?x")
    assert summary.projects == count(snapshot, "?x a schema:Project")
    assert summary.forms == count(snapshot, "?x a jx:TargetForm")
    assert summary.indicators == count(snapshot, "?x a jx:Indicator")
    assert summary.findings == count(snapshot, "?x a sh:ValidationResult") == len(findings)
    assert summary.certain == count(snapshot, "?x a sh:ValidationResult ; jx:certainty/skos:notation 'certain'")
    for severity, number in summary.severities.items():
        assert number == count(snapshot, f"?x a sh:ValidationResult ; jx:severity/skos:notation '{severity}'")
    for name, number in summary.kinds.items():
        assert number == count(snapshot, f"{kind} FILTER(?kind = '{name}')")
    money = "(SUM(?amount) AS ?n)"
    assert summary.money == count(snapshot, "?line a jx:BudgetLine ; obeu-measure:amount ?amount", money)
    values = " ".join(f"<{each}>" for each in lacking)
    line = f"VALUES ?line {{ {values} }} ?line a jx:BudgetLine ; obeu-measure:amount ?amount"
    assert summary.money_without_form == count(snapshot, line, money)


def test_the_numbers_stand_in_the_summary(told, words):
    summary = told.summary
    for sentence in (
        f"这里有{summary.documents}份文件，来自{summary.departments}个部门，写了{summary.projects}个项目",
        f"{summary.clarity.judged}条未涉密的指标里，{summary.clarity.unclear}条的目标值无从核对",
        f"规则提出{summary.findings}处发现：{summary.certain}处确定，{summary.findings - summary.certain}处可能",
        f"新的发现{len(told.changes.new)}处",
        "1个文件没有读成",
    ):
        assert sentence in words


def test_every_number_that_is_a_link_is_how_many_rows_the_site_lists_there(graph, snapshot):
    site = TestClient(create_app(graph.path))
    some = next(each for each in View(snapshot).documents.values() if each.region)
    choices = [
        Choice(),
        Choice(years=(some.year,)),
        Choice(divisions=(some.region,)),
        Choice(departments=(some.publisher,), rules=("vague-target", "no-target")),
        Choice(departments=("市",)),
    ]
    links = set()
    for choice in choices:
        page = pages.html(made(graph, snapshot, choice=choice, site=SITE))
        found = re.findall(r'<a class="count" href="([^"]+)">([\d,]+)</a>', page)
        assert len(found) > 5
        links |= {(unescape(link), int(number.replace(",", ""))) for link, number in found}
    told = dict(links)
    assert {link: rows(site, link) for link in told} == told


def rows(site, link):
    """How many rows a list of the site has at an address; none where it does not understand the address."""
    answer = site.get(link.removeprefix(SITE), params={"format": "json"} if "?" not in link else None)
    if "?" in link:
        assert "没有用到地址里的" not in answer.text
        answer = site.get(f"{link.removeprefix(SITE)}&format=json")
    return len(answer.json()["rows"] if isinstance(answer.json(), dict) else answer.json())


def test_other_links_lead_to_pages_that_there_are(graph, page):
    site = TestClient(create_app(graph.path))
    links = {unescape(each) for each in re.findall(rf'href="({SITE}/id/[^"]+)"', page)}
    assert len(links) > 20
    assert {link for link in sorted(links)[:40] if site.get(link.removeprefix(SITE)).status_code != 200} == set()


def test_the_file_needs_nothing_else_where_it_knows_no_site(graph, snapshot):
    page = pages.html(made(graph, snapshot))
    assert not re.search(r"<script|<link|<img|<iframe|@import|url\((?!#)|src=", page)
    assert {each for each in re.findall(r'href="([^"]*)"', page) if not each.startswith("#")} == set()


def test_every_place_that_the_report_points_to_is_in_it(page):
    for anchor in re.findall(r'href="#([^"]+)"', page):
        assert f'id="{anchor}"' in page


def test_the_same_facts_give_the_same_bytes(graph, snapshot, tmp_path):
    for name in ("one", "two"):
        write(made(graph, snapshot, since=before(graph, snapshot), date="2031-05-06"), tmp_path / name)
    files = sorted(each.name for each in (tmp_path / "one").iterdir())
    assert files == ["report.html", "report.json", "report.jsonl", "report.md", "report.xlsx"]
    one, two = ([(tmp_path / name / each).read_bytes() for each in files] for name in ("one", "two"))
    assert one == two


def test_a_date_is_printed_only_when_it_is_given(told, words):
    assert "2031-05-06" in pages.markdown(replace(told, date="2031-05-06"))
    assert "2031" not in words


def test_shares_come_with_the_counts_behind_them(snapshot, words):
    for each in departments(View(snapshot)):
        assert f"{each.clarity.unclear}{each.clarity.judged}{each.clarity.percent}%" in words


def test_every_rule_that_judged_stands_with_its_version(snapshot, words):
    for rule, version in snapshot.manifest["rules"].items():
        assert f"{rule}{version}" in words


def test_every_source_stands_with_its_hash(snapshot, words):
    for entry in snapshot.manifest["documents"]:
        assert squeezed(entry["source"]) + entry["sha256"] in words


def test_precision_is_that_of_the_verdicts_and_where_there_are_none_it_says_so(graph, told, words):
    reviewed = {each.id: each.reviewed for each in told.judged if each.reviewed}
    score = reviewed.pop("vague-target")
    assert (score.hit, score.found, reviewed) == (1, 2, {})
    assert "1/250.0%（9.4%–90.5%）" in words
    assert f"{len(told.judged)}条规则里，1条的发现有人复核过" in words
    assert "还没有人复核过这些发现" in said(made(graph, opened(graph, graph.history()[0].snapshot)))


def test_the_first_report_says_that_it_is_the_first(graph):
    first = opened(graph, graph.history()[0].snapshot)
    told = made(graph, first)
    assert (told.is_first, told.changes, before(graph, first)) == (True, None, None)
    assert "这是第一份报告" in pages.markdown(told)


def test_a_later_report_without_an_earlier_snapshot_says_so(graph, snapshot):
    assert "没有对照更早的快照" in pages.markdown(made(graph, snapshot))


def test_what_has_not_changed_is_said_in_one_sentence(graph, snapshot):
    words = pages.markdown(made(graph, snapshot, since=snapshot))
    assert "相比，没有变化。" in words
    assert "写得更" not in words


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"documents": 0, "findings": 0}, "没有文件可以报告。"),
        ({"departments": 0}, "没有写明部门"),
        ({"clarity": Clarity(0, 0)}, "没有读到可以判断的指标。"),
        ({"clarity": Clarity(0, 1)}, "1条未涉密的指标，目标值都能核对。"),
        ({"clarity": Clarity(1, 1), "kinds": {"vague": 1}}, "1条的目标值无从核对（100.0%）：1条只有含糊的话。"),
        ({"findings": 0, "certain": 0}, "规则没有提出任何发现。"),
        (
            {"findings": 1, "certain": 1, "severities": {"error": 0}},
            "1处发现：1处确定，0处可能（要人来判断）；没有最严重的一级",
        ),
        ({"money": Decimal(0)}, "没有读到项目支出表"),
        (
            {"money": Decimal(10**6), "money_with_form": Decimal(10**6), "money_without_form": Decimal(0)},
            "项目支出共100万元，每一笔都有绩效目标表。",
        ),
        (
            {"money": Decimal(10**6), "money_with_form": Decimal(250_000), "money_without_form": Decimal(0)},
            "25万元有绩效目标表（25.0%）；其余75万元在没有公开任何绩效目标表的文件里（75.0%）。",
        ),
    ],
)
def test_sentences_are_right_for_none_and_one(told, changed, sentence):
    assert sentence in squeezed(pages.markdown(replace(told, summary=replace(told.summary, **changed))))


def test_english_tells_one_from_many(told):
    one = replace(told, language="en", summary=replace(told.summary, documents=1, departments=1, projects=2))
    assert "There is 1 document of 1 department, with 2 projects," in " ".join(pages.markdown(one).split())
    many = replace(told, language="en", summary=replace(told.summary, documents=2, departments=2, projects=1))
    assert "There are 2 documents of 2 departments, with 1 project," in " ".join(pages.markdown(many).split())


def test_english_has_no_chinese_but_what_documents_print(told):
    mine = replace(told, language="en")
    for written in (unescape(pages.html(mine)), pages.markdown(mine)):
        assert [each for each in english() if len(each) > 5 and CHINESE.search(each) and each in written] == []
    assert '<html lang="en">' in pages.html(mine)


def test_long_lists_are_cut_and_say_so(told):
    one = replace(told.unaimed[0], name="只此一名")
    many = replace(told, unaimed=[one] * 60)
    assert "列出前50个，共60个，全部在report.xlsx里。" in said(many)
    assert section(pages.html(many), "money").count("只此一名") == pages.SHOWN


def test_hostile_text_is_shown_as_text(told):
    name = "<script>alert(1)</script>|[x](http://evil.example)`*_"
    bad = replace(told.read[0].document, publisher=name, source=name)
    hostile = replace(
        told,
        read=[replace(told.read[0], document=bad)],
        departments=[replace(told.departments[0], document=bad)],
        refused=[{"name": name, "cause": name}],
        choice=Choice(name=name, departments=(name,)),
    )
    page = pages.html(hostile)
    assert "<script" not in page
    assert "&lt;script&gt;alert(1)" in page
    mail = pages.markdown(hostile)
    assert "[x](http" not in mail
    assert r"\<script>alert(1)\</script>\|\[x\](http://evil.example)\`\*\_" in mail


@pytest.fixture(scope="module")
def shifted(tmp_path_factory):
    """Documents came and went, of which some have no table of money and one has no form; nobody changed a target."""
    graph = KnowledgeGraph(tmp_path_factory.mktemp("shifted") / "kg")
    add(graph, "留下的", (("活动次数", "≥30次"), ("活动效果", "显著")))
    gone = add(graph, "走了的", (("活动效果", "显著"),), publisher="某市水务局", money="3")
    publish(graph)
    add(graph, "来了的", publisher="某市教育局", fiscal_year=2024, money=None)
    bare = document("没有表的", publisher="某市审计局", fiscal_year=2024, money=None)
    file = graph.path.parent / "bare"
    file.write_text("没有表的", encoding="utf-8")
    graph.add(file, replace(bare, targets=()))
    refused = [
        {"name": "新版.pdf", "cause": "文件损坏", "stays": "yes"},
        {"name": "坏的.pdf", "cause": "文件损坏"},
    ]
    publish(graph, without=[gone], refused=refused)
    return made(graph, graph.live(), since=before(graph, graph.live()))


def test_documents_that_come_and_go_make_no_target_clearer(shifted):
    words = said(shifted)
    assert "两次都有的1份文件里，无从核对的指标仍是50.0%（1/2），没有变。" in words
    assert "全部文件合计，无从核对的从66.7%（2/3）到33.3%（1/3），只是因为文件有增减。" in words
    assert "更清楚了" not in words


def test_money_says_of_how_many_documents_it_is(shifted):
    words = said(shifted)
    assert "只在1份文件里读到项目支出表，共15.5万元" in words
    assert "其余2份文件里没有读到这张表，不在内。" in words


def test_money_that_nobody_knows_is_no_zero(shifted):
    bare = next(each for each in shifted.areas if each.year == 2024)
    assert bare.summary.tables == 0
    (fact,) = [each for each in facts(shifted) if each["type"] == "area" and each["year"] == 2024]
    assert {fact[name] for name in ("money", "money_with_form", "money_without_form")} == {None}
    known = {each.document.publisher: (each.money, each.money_without_form) for each in shifted.departments}
    assert known == {"某市科协": (Decimal(155000), Decimal(0)), "某市教育局": (None, None)}


def test_who_has_no_target_form_is_named(shifted):
    assert [each.publisher for each in shifted.formless] == ["某市审计局"]
    assert "1份文件里没有任何绩效目标表：某市审计局2024。" in squeezed(pages.markdown(shifted))


def test_projects_of_documents_that_came_or_went_are_counted_and_not_listed(shifted):
    words = said(shifted)
    assert "多了1个项目，都在新增的文件里；少了1个项目，都在移走的文件里。" in words
    assert "了的项目" not in words


def test_a_file_whose_older_content_still_counts_is_told_apart(shifted):
    words = said(shifted)
    assert "2个文件没有读成：1个仍按以前读到的内容计算，其余不在这些数字里。" in words
    assert "新版.pdf文件损坏仍按以前读到的内容" in words


def test_the_head_says_when_the_snapshot_was_published(shifted):
    at = replace(shifted, at="2031-05-06T22:23:24+00:00", since_at="2031-05-05T16:00:00+00:00")
    for words in (said(at), squeezed(pages.markdown(at))):
        assert "（第2次发布，2031-05-0706:23）" in words
        assert "与第1次发布（2031-05-0600:00）相比" in words


def test_findings_that_went_with_their_document_take_one_line(told):
    went = [each for each in told.changes.gone if each.because == "document"]
    assert len(went) > 1
    page = section(pages.html(replace(told, changes=replace(told.changes, gone=went))), "changes")
    assert f'data-label="发现">{len(went)}<' in page
    assert "因为别的原因不再出现" not in page


def test_our_own_words_are_no_quotation(told):
    for words in (said(told), squeezed(pages.markdown(told))):
        assert "写的是“" not in words
        assert "写的是：" in words


def test_english_says_money_as_english_does(told):
    assert "× 10,000 yuan" not in pages.markdown(replace(told, language="en"))
