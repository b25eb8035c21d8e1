"""Reports on a part: departments, divisions, years and rules by the names that people give them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from jixiao.errors import BadInputError
from jixiao.report.choice import Choice, Chosen
from jixiao.report.making import report
from jixiao.told import Disclosure
from jixiao.view import View


def disclosure(publisher, division=None, region=None, year=2025):
    return Disclosure(
        iri=f"http://example.org/id/{publisher}/{year}",
        source=f"{publisher}.pdf",
        sha256=publisher,
        publisher=publisher,
        year=year,
        division=division,
        region=region,
    )


class Few:
    """Some documents, which is all that a choice looks at."""

    def __init__(self, *documents):
        self.documents = {each.iri: each for each in documents}


SOME = Few(
    disclosure("石家庄市水务局", "130100", "石家庄市"),
    disclosure("河北省水利厅", "130000", "河北省", 2024),
    disclosure("朝阳区水务局", "110105", "朝阳区"),
    disclosure("龙城区水务局", "211303", "龙城区"),
    disclosure("青柳市水务局", None, "青柳市"),
)


def chosen(**choice):
    among = Choice(**choice).among(SOME)
    return [each.publisher for each in SOME.documents.values() if among.has(each)]


@pytest.mark.parametrize(
    ("choice", "publishers"),
    [
        ({}, 5),
        ({"divisions": ("河北省",)}, ["石家庄市水务局", "河北省水利厅"]),
        ({"divisions": ("130000",)}, ["石家庄市水务局", "河北省水利厅"]),
        ({"divisions": ("石家庄",)}, ["石家庄市水务局"]),
        ({"divisions": ("青柳市",)}, ["青柳市水务局"]),
        ({"divisions": ("河北省", "北京市")}, ["石家庄市水务局", "河北省水利厅", "朝阳区水务局"]),
        ({"divisions": ("河北省",), "years": (2024,)}, ["河北省水利厅"]),
        ({"departments": ("水利厅",)}, ["河北省水利厅"]),
        ({"departments": ("区水务局",)}, ["朝阳区水务局", "龙城区水务局"]),
        ({"departments": ("区水务局", "石家庄市水务局")}, ["石家庄市水务局", "朝阳区水务局", "龙城区水务局"]),
        ({"departments": ("石家庄市水务局",), "years": (2024,)}, []),
    ],
)
def test_a_province_has_its_cities_and_what_is_said_together_holds_together(choice, publishers):
    found = chosen(**choice)
    assert (len(found) if isinstance(publishers, int) else found) == publishers


@pytest.mark.parametrize(
    ("choice", "words"),
    [
        ({"departments": ("某某",)}, "没有部门“某某”。这里有的部门：朝阳区水务局、"),
        ({"departments": ("河北省水利局",)}, "没有部门“河北省水利局”。相近的有：河北省水利厅"),
        ({"divisions": ("朝阳",)}, "可能指几个地区：朝阳区（110105）、朝阳市（211300）"),
        ({"divisions": ("999999",)}, "没有地区“999999”"),
        ({"years": (1999,)}, "没有年度“1999”。这里有的年度：2024、2025。"),
        ({"rules": ("vague",)}, "没有规则“vague”。相近的有：.*指标值模糊（vague-target）"),
        ({"departments": ("",)}, "没有部门“”"),
    ],
)
def test_a_name_that_is_unknown_or_means_several_is_refused_with_what_is_near(choice, words):
    with pytest.raises(BadInputError, match=words):
        chosen(**choice)


def test_what_was_removed_since_can_still_be_chosen():
    gone = Few(disclosure("旧部门"))
    assert Choice(departments=("旧部门",)).among(SOME, gone).publishers == {"旧部门"}


@pytest.fixture(scope="module")
def snapshot(published):
    return published.live()


def test_rules_choose_findings_and_leave_money_and_targets_as_they_are(published, snapshot):
    whole = report(published, snapshot)
    part = report(published, snapshot, choice=Choice(rules=("vague-target",)))
    assert 0 < part.summary.findings < whole.summary.findings
    assert set(part.summary.rules) == {each.id for each in part.judged} == {"vague-target"}
    kept = ("documents", "money", "money_without_form", "clarity", "indicators")
    assert [getattr(part.summary, name) for name in kept] == [getattr(whole.summary, name) for name in kept]
    assert {each.finding.rule for each in part.gravest} == {"vague-target"}


def test_a_title_of_a_rule_will_do(published, snapshot):
    by_title = report(published, snapshot, choice=Choice(rules=("指标值模糊",)))
    assert {each.id for each in by_title.judged} == {"vague-target"}


def test_the_parts_of_a_report_add_up_to_the_whole(published, snapshot):
    view = View(snapshot)
    whole = report(published, snapshot)
    publishers = {each.publisher for each in view.documents.values()}
    parts = [report(published, snapshot, choice=Choice(departments=(each,))) for each in publishers]
    for name in ("documents", "projects", "forms", "indicators", "findings", "certain", "money", "money_without_form"):
        assert sum(getattr(each.summary, name) for each in parts) == getattr(whole.summary, name)
    assert {each.trend for each in parts} == {()}


def test_a_part_is_filtered_on_the_site_only_where_its_lists_show_the_same(published, snapshot):
    view = View(snapshot)
    one = next(iter(view.documents.values()))
    told = report(published, snapshot, choice=Choice(departments=(one.publisher,)))
    assert told.filters == {"publisher": (one.publisher,)}


def test_nothing_chosen_is_the_snapshot_itself(snapshot):
    view = View(snapshot)
    assert Choice().among(view).of(view) is view
    assert replace(Chosen(frozenset(), frozenset(), frozenset(), frozenset({"x"}))).of(view).findings == []
