"""What became of a target: tighter, looser, clearer, vaguer, or only other words; and nothing is guessed."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.language.sense import polarity
from ingest.language.values import parse_value
from jixiao.direction import direction
from jixiao.told import Indicator


def _target(printed: str | None, name: str = "培训人数") -> Indicator:
    value = parse_value(printed, name)
    return Indicator(
        iri="i",
        form="f",
        order=1,
        name=name,
        kind=value.kind,
        printed=printed,
        comparator=value.op,
        number=value.number,
        number2=value.number2,
        unit=value.unit,
        polarity=polarity(name, value.unit),
    )


def _told(name: str, before: str | None, after: str | None, years: int = 0) -> str:
    return direction(_target(before, name), _target(after, name), years)


@pytest.mark.parametrize(
    ("name", "before", "after"),
    [
        ("验收合格率", "≥90%", "≥95%"),
        ("验收合格率", "≥90%", ">90%"),
        ("验收合格率", "90%", "≥95%"),  # more is better: a bare number is a floor
        ("项目成本", "≤50万元", "≤480000元"),
        ("项目成本", "50万元", "不超过40万元"),
        ("受益人数", "≥1.5万人", "≥16000人"),
        ("开放天数", "≥250天", "≥260天"),  # no word tells the better direction, the comparator does
        ("温度区间", "18-26度", "20-24度"),
        ("完成时限", "2025年12月底前", "2025年10月31日前"),
        ("参加三会一课人数", "不少于三十人", "不少于五十人"),
        ("培训情况", "培训骨干不少于50人", "培训骨干不少于60人"),
    ],
)
def test_fewer_results_fulfil_a_tightened_target_and_more_a_loosened_one(name, before, after):
    assert _told(name, before, after) == "tightened"
    assert _told(name, after, before) == "loosened"


@pytest.mark.parametrize(
    ("name", "before", "after"),
    [
        ("公民素质", "进一步提升", "≥15%"),
        ("公民素质", "进一步提升", "较上年提升"),
        ("公民素质", "较上年提升", "≥15%"),
        ("公民素质", None, "达标"),
        ("公民素质", "公民素质", "≥15%"),
    ],
)
def test_a_target_that_can_be_checked_now_is_clearer_and_the_other_way_round_vaguer(name, before, after):
    assert _told(name, before, after) == "clearer"
    assert _told(name, after, before) == "vaguer"


@pytest.mark.parametrize(
    ("before", "after"),
    [("≥90%", "＞=90%。"), ("≥90%", "≥ 90%"), (None, None), ("进一步提升", "进一步提升")],
)
def test_what_is_printed_the_same_is_the_same(before, after):
    assert _told("合格率", before, after) == "same"


def test_a_year_may_stay_or_move_on_with_the_budget_and_any_other_is_told():
    assert _told("完成时限", "2024年12月底前", "2025年12月底前", years=1) == "same"
    assert _told("完成时限", "2024年12月底前", "2024年12月底前", years=1) == "same"
    assert _told("完成时限", "2024年12月底前", "2026年12月底前", years=1) == "loosened"
    assert _told("完成时限", "2024年12月底前", "2025年12月底前") == "loosened"


@pytest.mark.parametrize(
    ("name", "before", "after"),
    [
        ("受益人数", "≥5000人", "≥0.5万人"),
        ("受益人数", "不少于50人", "≥50人"),
        ("受益人数", "50人", "≥50人"),
        ("验收结论", "达标", "符合规范"),
        ("公民素质", "进一步提升", "持续改善"),
    ],
)
def test_other_words_for_no_other_figure_are_a_rewording(name, before, after):
    assert _told(name, before, after) == _told(name, after, before) == "reworded"


@pytest.mark.parametrize(
    ("name", "before", "after"),
    [
        ("设备购置", "5台", "8台"),  # no word tells the better direction
        ("在职人员", "=50人", "=60人"),
        ("受益人数", "≥50人", "≥60人次"),  # another unit
        ("受益人数", "≥50", "≥60人"),
        ("设备购置", "≥5台", "≤8台"),
        ("满意度", "≤90%", "≤80%"),  # a ceiling over what should be high
        ("温度区间", "18-26度", "20-28度"),
        ("服务月份", "1-12月", "2-11月"),
        ("受益人数", "比上年增加50人", "≥60人"),
        ("培训次数", "每月3次", "每年6次"),
        ("培训情况", "举办3期，每期不少于50人", "举办3期，每期不少于60人"),
        ("完成时限", "12月底前", "2025年10月底前"),
        ("验收结论", "达标", "≥90%"),
        ("采购数量", "涉密", "≥3台"),
    ],
)
def test_what_is_not_known_is_not_guessed(name, before, after):
    assert _told(name, before, after) == _told(name, after, before) == "other"


NAMES = st.sampled_from(["培训人数", "项目成本", "验收合格率", "设备购置", "完成时限", "在职人员"])
COMPARATORS = ("≥", "≤", ">", "<", "=", "不少于", "不超过", "")
FIGURES = st.builds(
    "{}{}{}".format,
    st.sampled_from(COMPARATORS),
    st.decimals(min_value=1, max_value=999, places=1),
    st.sampled_from(["人", "万人", "%", "元", "万元", "天", "月", "", "箱"]),
)
DATES = st.builds(
    "{}年{}月{}前".format, st.integers(2023, 2026), st.integers(1, 12), st.sampled_from(["底", "15日", ""])
)
WORDS = st.sampled_from([None, "无", "进一步提升", "较上年提升", "达标", "优", "涉密", "培训人数", "18-26度"])
PRINTED = FIGURES | DATES | WORDS
OPPOSITE = {"tightened": "loosened", "clearer": "vaguer"}
OPPOSITE |= {after: before for before, after in OPPOSITE.items()}


@given(NAMES, PRINTED, PRINTED, st.integers(-2, 2))
def test_there_and_back_are_opposites(name, before, after, years):
    told = _told(name, before, after, years)
    assert _told(name, after, before, -years) == OPPOSITE.get(told, told)


@given(NAMES, PRINTED, st.integers(-2, 2))
def test_every_target_is_the_same_as_itself(name, printed, years):
    assert _told(name, printed, printed, years) == "same"


@given(NAMES, st.lists(st.integers(1, 999), min_size=3, max_size=3), st.sampled_from(COMPARATORS))
def test_what_is_tightened_twice_is_tightened_over_both(name, numbers, comparator):
    first, second, third = (f"{comparator}{number}%" for number in numbers)
    steps = {_told(name, first, second), _told(name, second, third)}
    if steps in ({"tightened"}, {"loosened"}):
        assert {_told(name, first, third)} == steps


def test_a_floor_is_tightened_by_raising_and_a_ceiling_by_lowering_it():
    for (low, high), unit in product([(1, 2), (9, 90), (100, 1000)], ["%", "人", "万元", "箱"]):
        assert _told("事项", f"≥{low}{unit}", f"≥{high}{unit}") == "tightened"
        assert _told("事项", f"≤{low}{unit}", f"≤{high}{unit}") == "loosened"
