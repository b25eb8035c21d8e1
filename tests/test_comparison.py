"""Comparable indicators: which are put together, what is said of them, which wordings are offered."""

from __future__ import annotations

import json
import random
from dataclasses import replace
from decimal import Decimal
from hashlib import sha256
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient
from typer.testing import CliRunner

from graph.folder import KnowledgeGraph
from ingest.records import Document, Facts, Indicator, Span, Target
from jixiao.cli import app
from jixiao.comparison import amount
from jixiao.errors import BadInputError
from jixiao.rendering import page_path
from jixiao.site.app import create_app
from jixiao.site.strip import strip
from queries.comparison import Index, compare, drafted, normalised, places, sides, slot, wordings
from queries.comparison.entries import Entry, Unit
from queries.comparison.index import SIMILAR, _nodes, communities
from queries.comparison.names import features


def entry(number, name, value=None, **fields):
    """An invented indicator of a document of its own."""
    plain = {
        "iri": f"urn:{number}",
        "form": f"urn:form:{number}",
        "document": f"urn:document:{number}",
        "project": "河湖巡护",
        "source": f"{number}.txt",
        "sha256": f"{number:064}",
        "publisher": f"甲{number}局",
        "kind": "quantity",
        "type": "quantity",
        "comparator": "ge",
        "unit": "次",
        "code": Unit("次"),
        "polarity": "more",
    }
    if value is not None:
        plain |= {"number": Decimal(value), "printed": f"≥{value}{fields.get('unit', '次')}"}
    return Entry(name=name, **(plain | fields))


PERCENT = {"unit": "%", "code": Unit("%")}


def together(index):
    """Which indicators are in one group, by their addresses."""
    return {frozenset(each.iri for each in group.entries) for group in index.groups}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("巡护次数", "2025年度巡护频次"),
        ("水泵检修及时率", "水泵检修按时率"),
        ("渔民满意度", "（3）渔民满意率"),
        ("苗木总面积", "苗木面积"),
    ],
)
def test_years_numbers_and_spellings_do_not_keep_names_apart(one, other):
    assert normalised(one) == normalised(other)


def test_the_name_of_a_department_and_its_place_do_not_count():
    assert normalised("青柳县渔政站巡护次数", "青柳县渔政站", "青柳县") == normalised("青柳巡护次数", None, "青柳县")
    assert normalised("青柳县", None, "青柳县") == "青柳县"


def test_the_same_thing_under_similar_names_is_one_group():
    index = Index([entry(1, "芦苇收割面积", 5), entry(2, "2024年芦苇收割总面积", 7), entry(3, "渔船检验数量", 9)])
    assert together(index) == {frozenset({"urn:1", "urn:2"}), frozenset({"urn:3"})}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("水泵检修记录完整率", "水泵检修记录及时率"),
        ("水泵检修记录完整率", "水泵检修记录满意度"),
        ("水泵检修记录份数", "每月水泵检修记录份数"),
        ("截至2025年6月底水泵检修记录份数", "截至2025年底水泵检修记录份数"),
    ],
)
def test_other_shares_degrees_and_stretches_of_time_are_not_one_group(one, other):
    assert len(Index([entry(1, one, 90, **PERCENT), entry(2, other, 90, **PERCENT)]).groups) == 2


@pytest.mark.parametrize(
    "other",
    [
        {"unit": "人", "code": Unit("人")},
        {"per_unit": True},
        {"polarity": "less"},
        {"kind": "time"},
    ],
)
def test_what_is_counted_otherwise_is_never_in_one_group(other):
    index = Index([entry(1, "渔船检验", 3), entry(2, "渔船检验", 4, **other)])
    assert together(index) == {frozenset({"urn:1"}), frozenset({"urn:2"})}


def test_months_as_dates_and_as_durations_are_kept_apart():
    month = {"kind": "time", "code": Unit("月"), "polarity": "keep"}
    index = Index([entry(1, "完工时间", 12, unit="月", **month), entry(2, "完工时间", 12, unit="个月", **month)])
    assert len(index.groups) == 2


def test_a_target_without_a_unit_or_with_two_numbers_is_compared_with_nothing():
    given_ = [entry(1, "巡护", 3, code=None), entry(2, "巡护", 3, number2=Decimal(5)), entry(3, "巡护")]
    assert Index(given_).groups == ()


def test_amounts_are_compared_in_one_unit():
    small = entry(1, "补助金额", 30000, unit="元", code=Unit("元"))
    large = entry(2, "补助金额", 5, unit="万元", code=Unit("元", Decimal(10000)))
    (figures,) = sides(Index([small, large]).groups[0])
    assert (figures.unit, figures.minimum, figures.maximum) == ("元", 30000, 50000)


def test_at_least_and_at_most_are_counted_apart():
    both = [entry(1, "巡护", 3), entry(2, "巡护", 9, comparator="le"), entry(3, "巡护", 5, comparator="eq")]
    floor, ceiling = sides(Index(both).groups[0])
    assert (floor.is_ceiling, floor.count, floor.maximum) == (False, 2, 5)
    assert (ceiling.is_ceiling, ceiling.count, ceiling.maximum) == (True, 1, 9)


def test_figures_are_those_of_the_others_with_their_documents_and_departments():
    same = {"document": "urn:document:9", "publisher": "乙局"}
    index = Index(
        [entry(0, "巡护", 100), *(entry(each, "巡护", each, **same) for each in (1, 2, 3)), entry(4, "巡护", 4)]
    )
    figures = compare(index, "urn:0").figures
    assert (figures.count, figures.documents, figures.departments, figures.maximum) == (4, 2, 2, 4)
    assert (figures.lower, figures.median, figures.upper) == (None, Decimal("2.5"), None)


@pytest.mark.parametrize(
    ("value", "standing"),
    [(5, "lowest"), (15, "below"), (20, "middle"), (40, "middle"), (45, "above"), (51, "highest")],
)
def test_a_target_stands_where_the_quartiles_of_the_others_put_it(value, standing):
    others = [entry(each, "巡护", each * 10) for each in range(1, 6)]
    assert compare(Index([entry(9, "巡护", value), *others]), "urn:9").standing == standing


def test_among_few_others_no_standing_is_told():
    index = Index([entry(9, "巡护", 1), *(entry(each, "巡护", each * 10) for each in range(1, 5))])
    assert compare(index, "urn:9").standing == "few"


def test_one_that_is_as_all_others_is_told_to_be_so():
    assert compare(Index(entry(each, "巡护", 8) for each in range(7)), "urn:0").standing == "equal"


def vague(number, name, **fields):
    """An invented target that nobody can check."""
    return entry(number, name, **{"kind": "vague", "printed": "大幅改观", "unit": None, "code": None} | fields)


def test_a_vague_target_gets_what_others_print_and_nothing_else():
    real = [entry(1, "渔民培训人数", 60, unit="人", code=Unit("人")), entry(2, "桥梁油漆面积", 5)]
    found = wordings(Index([vague(9, "提升渔民培训效果"), *real]), vague(9, "提升渔民培训效果"))
    assert [(each.entry.iri, each.entry.printed, each.slot) for each in found] == [("urn:1", "≥60人", "≥___人")]


def test_where_nothing_is_comparable_nothing_is_offered():
    index = Index([vague(9, "优化天文观测环境", project="天文台运行"), entry(1, "渔船检验数量", 60)])
    assert compare(index, "urn:9").wordings == ()


def test_where_no_name_is_near_the_same_share_or_degree_is_offered_and_said_to_be_that():
    share, count = entry(1, "水泵检修覆盖率", 60, **PERCENT), entry(2, "望远镜覆盖率", 5, project="天文台运行")
    found = wordings(Index([share, count]), vague(9, "提高牧草良种覆盖率", project="草场改良"))
    assert [(each.entry.iri, each.by) for each in found] == [("urn:1", "measure")]


@pytest.mark.parametrize(
    ("project", "type_", "offered"),
    [
        ("渔港航道疏浚", "social-benefit", ["project"]),
        ("渔港航道疏浚", "quantity", []),
        ("天文台运行", "social-benefit", []),
    ],
)
def test_where_nothing_else_is_near_the_same_type_of_a_project_of_the_same_sort_is_offered(project, type_, offered):
    model = entry(1, "进出船只", 60, project=project, type=type_)
    asked = vague(9, "海岸繁荣", project="2026年渔港航道疏浚", type="social-benefit")
    assert [each.by for each in wordings(Index([model]), asked)] == offered


def test_what_is_comparable_by_its_name_is_offered_alone():
    models = [entry(1, "渔民培训人数", 60, unit="人", code=Unit("人")), entry(2, "桥梁油漆面积", 5)]
    found = wordings(Index(models), vague(9, "提升渔民培训效果"))
    assert [each.by for each in found] == ["name"]


def test_a_clear_target_gets_no_wording():
    index = Index([entry(1, "渔船检验数量", 60), entry(2, "渔船检验数量", 70)])
    assert not compare(index, "urn:1").needs_wording
    assert compare(index, "urn:1").wordings == ()


@pytest.mark.parametrize(
    "fields",
    [
        {"objected": True},
        {"kind": "vague"},
        {"code": None},
        {"type": "cost"},
        {"polarity": "less"},
        {"form": "urn:form:9"},
        {"kind": "state", "printed": "良"},
        {"kind": "time", "type": "social-benefit"},
    ],
)
def test_what_is_no_model_is_not_offered(fields):
    model = entry(1, "渔民培训覆盖率", 60, **PERCENT)
    assert wordings(Index([model]), vague(9, "渔民培训覆盖面", type="social-benefit"))
    other = replace(model, **fields)
    assert wordings(Index([other]), vague(9, "渔民培训覆盖面", type="social-benefit")) == []


@pytest.mark.parametrize("fields", [{"printed": "B级及以上"}, {"printed": "良", "scoring": "按评判等级赋分"}])
def test_grades_that_are_stated_may_be_offered_and_have_no_slot(fields):
    graded = entry(1, "渔民培训评定", kind="state", unit=None, code=None, **fields)
    assert [each.slot for each in wordings(Index([graded]), vague(9, "渔民培训水平"))] == [None]


def test_other_documents_come_first_and_those_that_say_the_same_only_once():
    here = entry(1, "渔民培训人数", 60, document="urn:document:9", unit="人", code=Unit("人"))
    there = [entry(each, "渔民培训期数", each, unit="期", code=Unit("期")) for each in (2, 3)]
    found = wordings(Index([here, *there]), vague(9, "渔民培训效果"))
    assert [each.entry.iri for each in found] == ["urn:2", "urn:1"]


def test_never_more_than_three_are_offered():
    units = "人期场册篇"
    real = [entry(at, "渔民培训", 5, unit=unit, code=Unit(unit)) for at, unit in enumerate(units)]
    assert len(wordings(Index(real), drafted("渔民培训效果"))) == 3


@pytest.mark.parametrize(
    ("printed", "open_"),
    [("≥90%", "≥___%"), ("1,200.5万元", "___万元"), ("3日内办结2件", "___日内办结___件"), ("合格", None)],
)
def test_every_number_of_a_wording_is_left_open_and_nothing_else_is_changed(printed, open_):
    assert slot(printed) == open_


NAMES = ("渔船检验数量", "渔船检验总数", "渔民培训人数", "渔民培训人次", "苗木成活率", "苗木补植成活率", "芦苇收割面积")
UNITS = st.sampled_from([Unit("次"), Unit("%"), Unit("元"), Unit("元", Decimal(10000))])
ENTRIES = st.lists(
    st.tuples(st.sampled_from(NAMES), st.integers(1, 99), UNITS, st.sampled_from(["ge", "le", "eq"])), max_size=30
)


@settings(max_examples=40, deadline=None)
@given(ENTRIES, st.randoms(use_true_random=False))
def test_the_order_of_documents_is_of_no_matter(drawn, chance):
    every = [
        entry(at, name, number, code=code, unit=code.what, comparator=comparator)
        for at, (name, number, code, comparator) in enumerate(drawn)
    ]
    every.append(vague(999, "渔民培训效果"))
    shuffled = chance.sample(every, len(every))
    assert said(Index(every)) == said(Index(shuffled))


def said(index):
    """Everything that an index says, as text."""
    return "\n".join(repr(compare(index, each.iri)) for each in index.entries)


@settings(max_examples=40, deadline=None)
@given(ENTRIES)
def test_no_group_mixes_units_and_each_target_is_in_one(drawn):
    every = [entry(at, name, number, code=code) for at, (name, number, code, _) in enumerate(drawn)]
    index = Index(every)
    members = [each.iri for group in index.groups for each in group.entries]
    assert sorted(members) == sorted(each.iri for each in every)
    assert all(len({each.code.what for each in group.entries}) == 1 for group in index.groups)


def test_pairs_found_by_prefixes_are_all_that_comparing_each_with_each_finds():
    chance = random.Random(5)  # noqa: S311 - repeatable
    names = ["".join(chance.choices("渔船检验培训苗木芦苇", k=chance.randint(3, 6))) for _ in range(150)]
    index = Index(entry(at, name, 5) for at, name in enumerate(sorted(set(names))))
    nodes = sorted({each.plain_name for each in index.entries})
    ordered = _nodes(index.entries[0].key, index.entries)
    found = {(one, other) for one, other, _ in index._edges(ordered)}
    alike = {
        (one, other)
        for one, other in combinations(range(len(ordered)), 2)
        if index.weights.similarity(features(ordered[one].name), features(ordered[other].name)) >= SIMILAR
    }
    assert len(nodes) == len(ordered)
    assert found == alike
    assert alike


def test_a_chain_of_names_that_drift_apart_is_cut():
    near = [(a, b, 1.0) for block in (range(4), range(4, 8)) for a, b in combinations(block, 2)]
    assert sorted(communities(8, [*near, (3, 4, 0.5)])) == [[0, 1, 2, 3], [4, 5, 6, 7]]


def test_a_name_finds_the_groups_that_are_called_like_it():
    index = Index([entry(1, "渔船检验数量", 60), entry(2, "渔船检验", 3, type="quality"), entry(3, "苗木补植", 4)])
    assert [group.entries[0].iri for group in index.groups_like(normalised("检验渔船数量"), "quantity")] == ["urn:1"]
    assert index.groups_like(normalised("天文观测")) == []


@pytest.mark.parametrize(
    ("value", "unit", "told"),
    [
        ("5", "次", "5次"),
        ("1.755", "次", "1.76次"),
        ("9999", "元", "9999元"),
        ("26500", "元", "2.65万元"),
        ("3e8", "元", "3亿元"),
    ],
)
def test_amounts_are_told_with_their_unit(value, unit, told):
    assert amount(Decimal(value), unit) == told


@pytest.mark.parametrize(
    ("value", "unit", "told"),
    [("1500000000", "元", "¥1.5bn"), ("170000", "元", "¥170k"), ("12", "元", "¥12"), ("95", "{}%", "95{}%")],
)
def test_amounts_are_told_in_english_units(value, unit, told):
    assert amount(Decimal(value), unit, "en") == told


def test_points_of_a_plot_stand_in_order_and_what_is_not_drawn_is_counted():
    others = [*(entry(each, "巡护", 10) for each in range(1, 10)), entry(10, "巡护", 30)]
    drawing = strip(compare(Index([entry(0, "巡护", 20), *others]), "urn:0"))
    assert drawing.median < drawing.own < max(x for x, _, _ in drawing.points)
    assert [count for _, _, count in drawing.counts] == [9]
    assert not drawing.logarithmic


def test_a_plot_of_amounts_far_apart_is_logarithmic_and_one_of_equal_amounts_is_none():
    far = [entry(1, "巡护", 1), entry(2, "巡护", 10), entry(3, "巡护", 100)]
    drawing = strip(compare(Index(far), "urn:2"))
    assert drawing.logarithmic
    assert drawing.own == drawing.width / 2
    assert strip(compare(Index([entry(1, "巡护", 8), entry(2, "巡护", 8)]), "urn:1")) is None


# The whole way, from records


def row(name, value, line, **fields):
    """An invented indicator of a form."""
    places = {"value": (Span(0, len(value), value, line, page=2),)}
    return Indicator(l1="产出指标", l2="数量指标", name=name, value=value, places=places, **fields)


def counted(name, number, line, word="人", comparator="ge"):
    """An invented indicator with a number."""
    printed = f"{'≥' if comparator == 'ge' else '≤'}{number}{word}"
    return row(name, printed, line, kind="quantity", op=comparator, number=Decimal(number), unit=word)


def document(at, *indicators):
    """An invented disclosure with one form."""
    form = Target(scope="project", name="渔政巡护", indicators=indicators)
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
    document(1, row("提升渔民技能", "大幅改观", 7, kind="vague")),
    document(2, counted("渔民技能培训人数", 60, 8), counted("巡护人数", 2, 9, "万人")),
    document(3, counted("渔民技能培训人数", 80, 5), counted("巡护人数", 500, 6)),
)


@pytest.fixture(scope="session")
def compared(tmp_path_factory):
    """A knowledge graph of three invented disclosures."""
    folder = tmp_path_factory.mktemp("compared")
    graph = KnowledgeGraph(folder / "kg")
    for each in DOCUMENTS:
        source = folder / each.source
        source.write_text(each.source, encoding="utf-8")
        graph.add(source, replace(each, sha256=sha256(source.read_bytes()).hexdigest()))
    graph.publish()
    return graph


def test_a_store_gives_indicators_with_units_in_one_measure_and_their_places(compared):
    snapshot = compared.live()
    index = Index.of(snapshot.store)
    (group,) = index.groups_like(normalised("巡护人数"))[:1]
    assert sorted(each.amount for each in group.entries) == [500, 20000]
    assert {each.publisher for each in group.entries} == {"青柳2县渔政站", "青柳3县渔政站"}
    assert set(places(snapshot.store, *index.by_iri).values()) == {(2, line) for line in range(5, 10)}


def test_the_order_in_which_documents_are_published_is_of_no_matter(compared, tmp_path):
    other = KnowledgeGraph(tmp_path / "kg")
    for each in reversed(list(compared.live().documents())):
        source = tmp_path / each.source
        source.write_text(each.source, encoding="utf-8")
        other.add(source, each)
    other.publish()
    assert said(Index.of(other.live().store)) == said(Index.of(compared.live().store))


def asked(compared, *arguments):
    """What the command prints."""
    result = CliRunner().invoke(app, ["compare", *arguments, "--kg", str(compared.path)])
    assert result.exit_code == 0, result.output
    return result


def address(compared, name, publisher):
    """The address of an indicator."""
    every = Index.of(compared.live().store).entries
    return next(each.iri for each in every if each.name == name and each.publisher == publisher)


@pytest.mark.parametrize("form", ["csv", "json", "jsonl", "table"])
def test_the_command_writes_the_same_bytes_each_time(compared, form):
    first, second = (asked(compared, "渔民技能培训人数", "--format", form).stdout for _ in range(2))
    assert first == second
    assert "≥60人" in first


def test_the_command_says_of_an_address_what_others_set_and_where(compared):
    iri = address(compared, "渔民技能培训人数", "青柳2县渔政站")
    target, figures, peer = json.loads(asked(compared, iri, "--format", "json").stdout)
    assert (target["part"], target["printed"], target["standing"]) == ("target", "≥60人", "few")
    assert (figures["count"], figures["median"], figures["side"]) == (1, 80, "ge")
    assert (peer["printed"], peer["source"], peer["page"], peer["line"]) == ("≥80人", "3.txt", 2, 5)
    assert json.loads(asked(compared, page_path(iri), "--format", "json").stdout)[0] == target


def test_the_command_offers_wordings_for_a_vague_target_with_their_sources(compared):
    iri = address(compared, "提升渔民技能", "青柳1县渔政站")
    rows = [json.loads(line) for line in asked(compared, iri, "--format", "jsonl").stdout.splitlines()]
    assert [(each["part"], each["slot"], each["publisher"], each["line"]) for each in rows[1:]] == [
        ("wording", "≥___人", "青柳2县渔政站", 8)
    ]


def test_the_command_says_plainly_that_there_is_nothing(compared):
    result = asked(compared, "天文观测")
    assert result.stdout == ""
    assert "没有找到可比的指标" in result.stderr
    assert "没有可参考的写法" in result.stderr


def test_a_type_narrows_what_the_command_finds_and_an_unknown_one_is_refused(compared):
    assert "渔民" in asked(compared, "渔民技能培训人数", "--type", "数量指标").stdout
    assert "同类指标的目标值" not in asked(compared, "渔民技能培训人数", "--type", "满意度指标").stdout
    result = CliRunner().invoke(app, ["compare", "渔民", "--type", "天文指标", "--kg", str(compared.path)])
    assert isinstance(result.exception, BadInputError)


@pytest.fixture(scope="session")
def pages(compared):
    """The site of the invented disclosures."""
    with TestClient(create_app(compared.path), headers={"accept": "text/html"}) as client:
        yield client


def test_the_page_of_an_indicator_shows_comparable_ones(compared, pages):
    page = pages.get(page_path(address(compared, "渔民技能培训人数", "青柳2县渔政站"))).text
    assert "同类指标" in page
    assert 'class="strip"' in page
    assert "3.txt 第 2 页 第 5 行" in page
    assert "可参考的写法" not in page
    assert "style=" not in page


def test_the_page_of_a_vague_target_shows_wordings_with_their_sources(compared, pages):
    page = pages.get(page_path(address(compared, "提升渔民技能", "青柳1县渔政站"))).text
    assert "可参考的写法" in page
    assert "≥___人" in page
    assert "2.txt 第 2 页 第 8 行" in page
