"""What is different between two snapshots: what a department changed is told apart from what was read otherwise."""

from __future__ import annotations

import time
from decimal import Decimal
from typing import get_args

import pytest
from made import add, address, finding, publish, row_address

from graph.folder import KnowledgeGraph
from jixiao.changes import WAYS, changes
from jixiao.direction import Direction
from jixiao.snapshots import opened
from jixiao.view import View

BEFORE = (
    ("活动次数", "≥30次"),
    ("讲座次数", "≥20场"),
    ("展览次数", "20场"),
    ("群众满意度", "≥90%"),
    ("活动效果", "进一步提升"),
    ("宣传效果", "显著"),
    ("培训人数", "≥100人"),
    ("取消的次数", "≥5次"),
)
AFTER = (
    ("活动次数", "≥20次"),
    ("讲座次数", "≥25场"),
    ("展览次数", "20 场"),
    ("群众满意度", "较高"),
    ("活动效果", "≥95%"),
    ("宣传效果", "明显"),
    ("培训人数", "≤100人"),
    ("新加的次数", "≥6次"),
)


def compared(before, after):
    return changes(View(before), View(after))


@pytest.fixture(scope="module")
def graph(tmp_path_factory):
    """Two publications: one document was changed, one removed, one added, one is the same."""
    graph = KnowledgeGraph(tmp_path_factory.mktemp("changes") / "kg")
    old = add(graph, "原来的预算", BEFORE, money="15.5")
    gone = add(graph, "去年的预算", fiscal_year=2024, money="3")
    add(graph, "别的预算", publisher="某市教育局")
    education, last = {"document": "某市教育局/2025/预算"}, {"document": "某市科协/2024/预算"}
    publish(
        graph,
        finding(row_address("活动效果")),
        finding(row_address("宣传效果"), found="显著"),
        finding(row_address("取消的次数")),
        finding(row_address("活动次数", **last), **last),
        finding(row_address("活动次数", **education), **education),
        finding(row_address("活动次数", **education), "failing", **education),
        finding(row_address("活动次数", **education), "dropped", **education),
        finding(row_address("活动次数", **education), "renewed", **education),
        finding(row_address("活动次数", **education), "elsewhere", **education),
        rules={"vague-target": "1", "failing": "1", "dropped": "1", "renewed": "1", "elsewhere": "1"},
    )
    add(graph, "改过的预算", AFTER, money="20")
    add(graph, "明年的预算", fiscal_year=2026, money="4", name="展览经费")
    coming = {"document": "某市科协/2026/预算"}
    publish(
        graph,
        finding(row_address("群众满意度"), found="较高"),
        finding(row_address("宣传效果"), found="明显"),
        finding(row_address("活动次数", **education), **education),
        finding(row_address("活动次数", **education), "added", **education),
        finding(address("项目", "展览经费", **coming), "elsewhere", **coming),
        rules={"vague-target": "1", "renewed": "2", "elsewhere": "1", "added": "1"},
        failed={"failing": "超时"},
        without=[old, gone],
    )
    return graph


@pytest.fixture(scope="module")
def found(graph):
    return compared(*(opened(graph, each) for each in graph.available()))


def names(items):
    return [each.name for each in items]


def test_documents_are_added_removed_and_changed(found):
    assert [each.year for each in found.documents_added] == [2026]
    assert [each.year for each in found.documents_removed] == [2024]
    (changed,) = found.documents_changed
    assert (changed.before.iri, changed.before.sha256) != (changed.after.iri, changed.after.sha256)
    assert changed.before.iri == changed.after.iri
    assert not changed.stays
    assert found.documents_reread == []


def test_totals_are_those_of_the_snapshots(found):
    before, after = found.before, found.after
    assert (before.documents, after.documents) == (3, 3)
    assert (before.indicators, after.indicators) == (10, 10)
    assert (before.money, after.money) == (Decimal(340000), Decimal(395000))
    assert (before.clarity.unclear, before.clarity.judged) == (2, 10)
    assert (before.findings, after.findings) == (9, 5)


def test_projects_are_told_with_their_money(found):
    assert [(each.name, each.money) for each in found.projects_added] == [("展览经费", Decimal(40000))]
    assert [(each.name, each.document.year) for each in found.projects_removed] == [("科普经费", 2024)]
    (change,) = found.money_changed
    assert (change.before.money, change.after.money) == (Decimal(155000), Decimal(200000))


def test_changed_targets_are_told_by_what_became_of_them(found):
    assert {way: [each.after.name for each in targets] for way, targets in found.targets.items()} == {
        "loosened": ["活动次数"],
        "tightened": ["讲座次数"],
        "vaguer": ["群众满意度"],
        "clearer": ["活动效果"],
        "other": ["培训人数"],
        "reworded": ["宣传效果"],
    }
    (loosened,) = found.targets["loosened"]
    assert (loosened.before.printed, loosened.after.printed) == ("≥30次", "≥20次")
    assert loosened.subject.name == "科普经费"
    assert loosened.because == "content"


def test_every_way_of_changing_is_counted():
    assert set(WAYS) == set(get_args(Direction)) - {"same"}


def test_indicators_come_and_go_only_within_documents_that_stay(found):
    assert [each.indicator.name for each in found.indicators_added] == ["新加的次数"]
    assert [each.indicator.name for each in found.indicators_removed] == ["取消的次数"]


def test_a_finding_is_fixed_where_the_changed_document_was_judged_by_the_same_rule(found):
    (fixed,) = found.fixed
    assert fixed.finding.indicator == "活动效果"
    assert fixed.now.name == "科普经费"


def test_what_is_gone_for_another_reason_says_which(found):
    assert sorted((each.finding.rule, each.because) for each in found.gone) == [
        ("dropped", "off"),
        ("elsewhere", "elsewhere"),
        ("failing", "failed"),
        ("renewed", "version"),
        ("vague-target", "document"),
        ("vague-target", "thing"),
    ]


def test_new_findings_say_why_they_are_new(found):
    told = [(each.finding.rule, each.because, each.document.year) for each in found.new]
    assert told == [("vague-target", "content", 2025), ("added", "rule", 2025), ("elsewhere", "document", 2026)]


def test_a_finding_on_the_same_thing_with_another_figure_is_open(found):
    assert [(each.before.found, each.after.found, each.has_changed) for each in found.open] == [
        ("显著", "明显", True),
        ("较好", "较好", False),
    ]


def test_rules_are_told_with_their_versions(found):
    assert found.rules_added == {"renewed": "2", "added": "1"}
    assert found.rules_removed == {"failing": "1", "dropped": "1", "renewed": "1"}


def test_all_findings_are_counted_once(found):
    gone = len(found.fixed) + len(found.gone)
    assert found.before.findings - gone + len(found.new) == found.after.findings
    assert found.before.findings == gone + len(found.open)


def test_a_snapshot_does_not_differ_from_itself(graph):
    live = graph.live()
    same = compared(live, live)
    assert same.is_empty
    assert len(same.open) == 5


def test_the_other_way_round_what_was_added_was_removed(graph, found):
    back = compared(*(opened(graph, each) for each in graph.available()[::-1]))
    assert [each.sha256 for each in back.documents_added] == [each.sha256 for each in found.documents_removed]
    assert [each.after.name for each in back.targets["tightened"]] == ["活动次数"]
    assert [each.finding.indicator for each in back.fixed] == ["群众满意度"]


@pytest.fixture
def kg(tmp_path):
    return KnowledgeGraph(tmp_path / "kg")


def test_what_another_version_of_the_reader_reads_in_the_same_file_is_no_change_of_the_department(kg):
    add(kg, "预算", (("活动次数", "≥30次"), ("活动效果", "进一步提升")))
    before = publish(kg, finding(row_address("活动效果")), finding(row_address("活动次数")))
    add(kg, "预算", (("活动效果", "≥90%"),), extractor="text 2")
    after = publish(kg)
    found = compared(before, after)
    assert [each.after.iri for each in found.documents_reread] == [address()]
    assert found.documents_changed == []
    assert [each.because for each in found.targets["clearer"]] == ["reading"]
    assert [each.because for each in found.indicators_removed] == ["reading"]
    assert found.fixed == []
    assert [each.because for each in found.gone] == ["reading", "reading"]


def test_a_file_that_only_has_another_name_is_no_change(kg):
    add(kg, source="一.txt")
    before = publish(kg)
    add(kg, source="二.txt")
    found = compared(before, publish(kg))
    assert [each.source for each in View(kg.live()).documents.values()] == ["二.txt"]
    assert found.is_empty


def test_a_correction_beside_the_earlier_version_is_compared_with_it_and_counts_as_added(kg):
    add(kg, "预算", (("活动次数", "≥30次"),))
    before = publish(kg, finding(row_address("活动次数")))
    add(kg, "更正", (("活动次数", "≥10次"),), supersedes="更正后的预算")
    found = compared(before, publish(kg, finding(row_address("活动次数"))))
    (changed,) = found.documents_changed
    assert changed.stays
    assert changed.supersedes == "更正后的预算"
    assert [each.iri for each in found.documents_added] == [changed.after.iri]
    assert [each.after.printed for each in found.targets["loosened"]] == ["≥10次"]
    assert (found.indicators_added, found.fixed, found.gone) == ([], [], [])


def test_a_document_that_takes_over_an_address_is_not_the_one_that_had_it(kg):
    """Two documents of one publisher and year: when the first is withdrawn, the second gets its plain address."""
    first = add(kg, "预算", (("活动次数", "≥30次"),))
    publish(kg)
    add(kg, "又一份", (("讲座次数", "≥20次"),))
    published = View(publish(kg))
    second = next(each for each in published.documents.values() if each.sha256 != first).iri
    before = publish(
        kg,
        finding(row_address("活动次数")),
        finding(row_address("讲座次数", document=second.partition("/id/")[2]), document=second.partition("/id/")[2]),
    )
    after = publish(kg, finding(row_address("讲座次数")), without=[first])
    found = compared(before, after)
    assert [each.sha256 for each in found.documents_removed] == [first]
    assert [each.document.sha256 for each in found.projects_removed] == [first]
    assert (found.documents_added, found.indicators_added, found.indicators_removed) == ([], [], [])
    assert [each.after.indicator for each in found.open] == ["讲座次数"]
    assert [each.because for each in found.gone] == ["document"]


def test_an_indicator_that_moved_to_another_level_is_the_same(kg):
    old = add(kg, "预算", (("活动次数", "≥30次"),))
    before = publish(kg)
    add(kg, "改过", (("活动次数", "≥40次", "质量指标"),))
    found = compared(before, publish(kg, without=[old]))
    assert [each.after.level2 for each in found.targets["tightened"]] == ["质量指标"]
    assert (found.indicators_added, found.indicators_removed) == ([], [])


@pytest.fixture(scope="module")
def moved(tmp_path_factory):
    """A vague document left, a clear one came, one got more money, and one was read by another version."""
    graph = KnowledgeGraph(tmp_path_factory.mktemp("moved") / "kg")
    gone = add(graph, "走了的", (("活动效果", "显著"),), publisher="某市水务局", money="3")
    add(graph, "重读的", (("活动效果", "显著"),), publisher="某市教育局")
    costs = [("项目总成本", "≤9.75万元", "经济成本指标"), ("另一项成本", "≤2万元"), ("活动效果", "显著")]
    old = add(graph, "原来的", costs, money="9.75")
    before = publish(graph)
    add(graph, "重读的", (("活动效果", "≥3次"),), publisher="某市教育局", extractor="text 2")
    add(graph, "来了的", publisher="某市体育局", money="1")
    add(
        graph,
        "改过的",
        [("项目总成本", "≤10.72万元", "经济成本指标"), ("另一项成本", "≤3万元"), costs[2]],
        money="10.72",
    )
    return compared(before, publish(graph, without=[gone, old]))


def test_better_or_worse_is_judged_by_documents_of_both_snapshots_that_were_read_alike(moved):
    shared = moved.shared
    assert (moved.before.clarity.unclear, moved.after.clarity.unclear) == (3, 1)
    assert (shared.documents, shared.before.unclear, shared.after.unclear) == (1, 1, 1)
    assert shared.before == shared.after


def test_projects_that_come_and_go_with_their_documents_are_no_decision_of_a_department(moved, found):
    assert (len(moved.projects_added), len(moved.projects_removed)) == (1, 1)
    assert (moved.projects_begun, moved.projects_dropped) == ([], [])
    assert (found.projects_begun, found.projects_dropped) == ([], [])


def test_a_project_of_a_document_that_stays_was_begun_by_its_department(kg):
    old = add(kg, "预算")
    before = publish(kg)
    add(kg, "改过", name="展览经费")
    found = compared(before, publish(kg, without=[old]))
    assert (names(found.projects_begun), names(found.projects_dropped)) == (["展览经费"], ["科普经费"])


def test_a_limit_of_costs_that_moves_with_the_money_is_told_apart(moved):
    loosened = {each.after.name: each.with_budget for each in moved.targets["loosened"]}
    assert loosened == {"项目总成本": True, "另一项成本": False}


def test_many_indicators_are_compared_in_a_moment(kg):
    many = [(f"第{number}项次数", f"≥{number}次") for number in range(1, 601)]
    old = add(kg, "预算", many)
    before = View(publish(kg))
    add(kg, "改过", [(name, value.replace("≥", "≥1")) for name, value in many])
    after = View(publish(kg, without=[old]))
    _ = before.subject_of, after.subject_of
    started = time.perf_counter()
    assert len(changes(before, after).targets["tightened"]) == 600
    assert time.perf_counter() - started < 1
