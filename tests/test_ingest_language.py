"""What printed words mean: target values, their kinds, the numbering of goals, the better direction."""

from __future__ import annotations

import re
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ingest.language.numbering import split_goals
from ingest.language.sense import Told, is_per_unit, polarity, told_direction
from ingest.language.states import is_checkable
from ingest.language.values import Value, parse_value
from ingest.layout.folding import fold

BEFORE = {
    "ge": ("≥", ">=", "＞=", "＞＝", "≧", "=>", "不少于", "不低于", "至少", "大于等于"),
    "le": ("≤", "<=", "＜=", "＜＝", "≦", "=<", "不超过", "不多于", "不高于", "小于等于", "控制在"),
    "gt": (">", "＞", "﹥", "大于"),
    "lt": ("<", "＜", "﹤", "小于"),
    "eq": ("", "=", "＝", "等于"),
}
AFTER = {"ge": ("以上", "及以上"), "le": ("以内", "以下", "及以下")}
UNITS = ("%", "次", "场", "人", "人次", "万人次", "篇", "个", "元", "万元", "元/人", "次/年", "百分比", "百分之百")
YEARS = re.compile(r"(19|20)\d\d")
WIDE = str.maketrans({chr(code): chr(code + 0xFEE0) for code in range(0x21, 0x7F)})
SIGNS = st.text(alphabet="0123456789.．,，、：:；;。（）() 一二三四十目标绩效是①②③年月日甲乙≥%－-１２", max_size=60)


def _spellings(groups):
    return st.sampled_from([(op, printed) for op, group in groups.items() for printed in group])


@st.composite
def _numbers(draw):
    """A number, and the ways in which it is printed."""
    places = draw(st.integers(min_value=0, max_value=2))
    number = Decimal(draw(st.integers(min_value=0, max_value=999_999_999))).scaleb(-places)
    return number, draw(st.sampled_from((f"{number:f}", f"{number:,f}")))


def _said(value):
    return value.kind, value.op, value.number, value.number2, value.unit


@given(_spellings(BEFORE), _numbers(), st.sampled_from(UNITS))
@example(("le", "≤"), (Decimal("2035.60"), "2035.60"), "万元")  # an amount that looks like a year and a month
def test_comparator_number_and_unit_are_told_apart(comparator, number, unit) -> None:
    op, printed = comparator
    assert _said(parse_value(f"{printed}{number[1]}{unit}")) == ("quantity", op, number[0], None, unit)


@given(_spellings(AFTER), _numbers(), st.sampled_from(UNITS))
def test_a_comparator_may_stand_after_the_unit(comparator, number, unit) -> None:
    op, printed = comparator
    assert _said(parse_value(f"{number[1]}{unit}{printed}")) == ("quantity", op, number[0], None, unit)


@given(_spellings(BEFORE), st.integers(min_value=0, max_value=1800))
def test_a_number_may_stand_without_a_unit(comparator, number) -> None:
    op, printed = comparator
    assert _said(parse_value(f"{printed}{number}")) == ("quantity", op, Decimal(number), None, None)


@given(st.text(), st.text(), st.none() | st.text())
def test_any_text_has_a_kind(text, name, desc) -> None:
    value = parse_value(text, name, desc)
    assert isinstance(value, Value)
    assert (value.op is None) == (value.number is None)
    assert value.number is not None or (value.number2 is None and value.unit is None)


@given(SIGNS)
def test_width_does_not_matter(text) -> None:
    assert _said(parse_value(text.translate(WIDE))) == _said(parse_value(text))


@given(_spellings(BEFORE), _numbers(), st.sampled_from(UNITS), st.sampled_from((" ", "\n", "\u3000", "\t")))
def test_white_space_does_not_matter(comparator, number, unit, space) -> None:
    parts = (comparator[1], number[1], unit)
    assert _said(parse_value(space.join(parts))) == _said(parse_value("".join(parts)))


KINDS = {
    "quantity": ("≥85%", "不少于4场", "1.2万人次", "100", "3,600.00元", "400册以上", "较上年增加8人", "全年6期",
                 "≥300天", "为不多于20户家庭发放补助", "每月1次"),
    "time": ("2031年6月30日前", "6月底前", "11月5日", "年内", "年底前完成", "3-9月", "≤5个工作日", "30分钟内",
             "2031.6", "春耕前", "按月发放", "年度内完成", "合同期内", "规定时限内完成"),
    "relative": ("较上年度提升", "与去年持平", "高于上年", "同比下降", "翻一番"),
    "state": ("达标", "优", "良好", "符合国家标准", "中级及以上", "通过专家验收", "无安全事故", "数据真实", "是",
        "零增长", "实现负增长",
              "完成", "3∶1"),
    "vague": ("进一步提升", "逐步完善", "不断加强", "及时", "按时办结", "全省前列", "有效", "健全", "长期", "逐年提高",
              "为群众提供更好的服务", "国内先进水平", "实施改造，提高工作效率", "近期内"),
    "missing": ("", "无", "暂无", "/", "—", " \n", "暂未设置", "待补充", "无此项指标"),
    "secret": ("涉密", "保密", "警务秘密", "因涉密不公开"),
}  # fmt: skip


@pytest.mark.parametrize(("kind", "text"), [(kind, text) for kind, texts in KINDS.items() for text in texts])
def test_the_kind_of_a_value(kind, text) -> None:
    assert parse_value(text, "指标").kind == kind


STATES = {
    "denied": ("改造期间不停课", "枪支无遗失", "确保不发生较大及以上事故", "无有效投诉", "村民不断水"),
    "done": ("建成投用", "取得办学许可", "通过竣工验收", "接口打通", "顺利完成", "完成能力提升工程", "印发实施"),
    "whole": ("如数发还", "一人一档", "村村通", "应修尽修", "台账齐全", "账实相符", "无死角覆盖"),
    "bound": ("达国标", "按图施工", "不低于生态流量", "采购价≤市场价", "符合《办法》要求", "满足设计规范要求"),
    "graded": ("省级", "三级甲等", "优秀等次", "金奖", "稳定达标", "设备运行正常"),
}
OPEN = (
    "较好完成", "按时完成", "逐步实现全覆盖", "无明显下降", "全程优质服务", "达到预期标准", "符合群众期待", "完成及时",
    "通过加强审核提高质量", "保障机关正常运转", "确保工作顺利开展", "解决群众不便问题", "不断完善", "力争通过验收",
    "取得明显成效", "建立健全长效机制", "有教无类", "零距离服务", "无缝衔接",
)  # fmt: skip


@pytest.mark.parametrize(("form", "text"), [(form, text) for form, texts in STATES.items() for text in texts])
def test_a_state_is_told_by_its_form(form, text) -> None:
    assert is_checkable(fold(text)), form


@pytest.mark.parametrize("text", OPEN)
def test_what_is_left_open_is_no_state(text) -> None:
    assert not is_checkable(fold(text))


def test_one_clause_that_can_be_checked_is_enough() -> None:
    assert is_checkable("整洁美观,无垃圾")
    assert not is_checkable("整洁美观,深受欢迎")


@pytest.mark.parametrize(
    ("text", "name", "desc"),
    [
        ("群众满意程度", "群众满意程度", None),
        ("群众满意程度。", "满意程度", "群众满意程度"),
        ("档案利用率", "档案利用情况", None),
        ("发放及时率", "及时发放", "及时发放补助"),
        ("为社区居民提供借阅服务", "服务", "全年为社区居民提供借阅服务的情况"),
    ],
)
def test_a_value_that_only_names_what_is_measured_is_restated(text, name, desc) -> None:
    assert parse_value(text, name, desc).kind == "restated"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (None, ("missing", None, None, None, None)),
        ("3至5次", ("quantity", "eq", 3, 5, "次")),
        ("2-4场", ("quantity", "eq", 2, 4, "场")),
        ("3-9月", ("time", "eq", 3, 9, "月")),
        ("12月", ("time", "eq", 12, None, "月")),
        ("2031年", ("time", None, None, None, None)),
        ("7月底前", ("time", None, None, None, None)),
        ("≤24小时", ("time", "le", 24, None, "小时")),
        ("≥24小时", ("quantity", "ge", 24, None, "小时")),
        (">=8700元/年", ("quantity", "ge", 8700, None, "元/年")),
        ("每季度2期", ("quantity", "eq", 2, None, "期")),
        ("≥12批", ("quantity", "ge", 12, None, "批")),
        ("≥12窟", ("quantity", "ge", 12, None, "窟")),
        ("（≥90%）", ("quantity", "ge", 90, None, "%")),
        ("≥90%。", ("quantity", "ge", 90, None, "%")),
        ("≥-5度", ("quantity", "ge", -5, None, "度")),
    ],
)
def test_what_a_value_says(text, said) -> None:
    assert _said(parse_value(text, "指标")) == said


def test_the_first_of_several_figures_counts_and_is_noted() -> None:
    value = parse_value("举办展览不少于3场，接待观众2000人次")
    assert _said(value) == ("quantity", "ge", 3, None, "场")
    assert value.note


@pytest.mark.parametrize(("text", "note"), [("较上年增加8人", "relative"), ("约46项", "约数"), ("46项", None)])
def test_what_is_odd_about_a_figure_is_noted(text, note) -> None:
    assert parse_value(text).note == note


STYLES = (
    ("1.", "2.", "3."),
    ("1、", "2、", "3、"),
    ("1．", "2．", "3．"),
    ("（1）", "（2）", "（3）"),
    ("(1)", "(2)", "(3)"),
    ("１．", "２．", "３．"),
    ("（１）", "（２）", "（３）"),
    ("①", "②", "③"),
    ("（一）", "（二）", "（三）"),
    ("一、", "二、", "三、"),
    ("一是", "二是", "三是"),
    ("目标1：", "目标2：", "目标3："),
    ("目标一：", "目标二：", "目标三："),
)
GOALS = st.text(alphabet="整理保存移交数据卷册馆舍安排人员培训，", min_size=2, max_size=30).map(
    lambda text: text + "。"
)


@pytest.mark.parametrize("marks", STYLES, ids=lambda marks: marks[0])
@given(goals=st.lists(GOALS, min_size=2, max_size=3))
def test_numbered_goals_are_divided(marks, goals) -> None:
    text = "".join(mark + goal for mark, goal in zip(marks, goals, strict=False))
    assert [text[start:end] for start, end in split_goals(text)] == goals


@pytest.mark.parametrize(
    ("text", "goals"),
    [
        ("", []),
        ("整理档案，并移交入馆。", ["整理档案，并移交入馆。"]),
        ("全年工作：1.整理；2.移交。", ["全年工作：", "整理；", "移交。"]),
        ("1.整理1.5万卷。2.移交2025年档案。", ["整理1.5万卷。", "移交2025年档案。"]),
        ("1.2025年整理档案。2.移交。", ["2025年整理档案。", "移交。"]),
        ("整理3.5万卷", ["整理3.5万卷"]),
        ("1.整理。1.移交。", ["整理。", "移交。"]),
        ("1.整理；2.", ["整理；"]),
        ("1.甲：①一卷②二卷。2.乙。", ["甲：①一卷②二卷。", "乙。"]),
        ("一、甲。二、乙。三、丙。四、丁。五、戊。六、己。七、庚。八、辛。九、壬。十、癸。十一、子。",
         ["甲。", "乙。", "丙。", "丁。", "戊。", "己。", "庚。", "辛。", "壬。", "癸。", "子。"]),
    ],
)  # fmt: skip
def test_where_goals_begin_and_end(text, goals) -> None:
    assert [text[start:end] for start, end in split_goals(text)] == goals


@given(SIGNS)
@example("一一、甲")
@example("目标十十：甲")
def test_parts_cover_a_text_but_for_its_numbering(text) -> None:
    parts = split_goals(text)
    assert all(0 <= start < end <= len(text) for start, end in parts)
    assert all(one[1] <= two[0] for one, two in pairwise(parts))
    covered = {index for start, end in parts for index in range(start, end)}
    left = "".join(char for index, char in enumerate(text) if index not in covered)
    assert re.sub(r"[\d.．,，、：:；;。（）()\s一二三四十目标绩效是①②③]", "", left) == ""


@pytest.mark.parametrize(
    ("name", "direction"),
    [
        ("观众满意度", "more"),
        ("举办展览场次", "more"),
        ("培训成本", "less"),
        ("群众投诉次数", "less"),
        ("安全事故发生率", "less"),
        ("库房温度", "keep"),
        ("完成时间", "keep"),
        ("观 众 满 意 度", "more"),
        ("档案", None),
        ("", None),
    ],
)
def test_the_words_of_a_name_tell_the_better_direction(name, direction) -> None:
    assert polarity(name) == direction


@pytest.mark.parametrize(
    ("name", "unit", "told"),
    [
        ("群众投诉次数", "次", Told("less", "投诉")),
        ("观 众 满 意 度", "%", Told("more", "满意度")),
        ("走访次数", "次", Told("more", "次数")),
        ("数字化率", "%", Told("more", "率")),
        ("档案", None, None),
    ],
)
def test_a_direction_names_the_word_that_tells_it(name, unit, told) -> None:
    assert told_direction(name, unit) == told


def test_a_rate_in_percent_is_better_when_higher() -> None:
    assert polarity("数字化率", "%") == "more"
    assert polarity("数字化率", "人") is None


@given(st.text(), st.none() | st.text())
def test_a_direction_is_one_of_three_by_a_word_of_the_name_or_none(name, unit) -> None:
    told = told_direction(name, unit)
    assert told is None or (told.direction in {"more", "less", "keep"} and told.word in fold(name))


@pytest.mark.parametrize(
    ("name", "desc", "unit", "each"),
    [
        ("培训成本", None, "元/人", True),
        ("每人补助", None, "元", True),
        ("人均成本", None, "元", True),
        ("补助", "每个社区补助", "万元", True),
        ("每册印刷费", None, "元", True),
        ("每套设备看护费", None, "元", True),
        ("每年运行费", None, "万元", False),
        ("每月通讯费", None, "元", False),
        ("总成本", None, "万元", False),
        ("总成本", "项目总成本", None, False),
    ],
)
def test_a_price_for_one_is_told_from_a_total(name, desc, unit, each) -> None:
    assert is_per_unit(name, desc, unit) is each


@pytest.mark.parametrize(
    ("printed", "number", "unit"),
    [
        ("≥10个（套）", 10, "个(套)"),
        ("=12座（处）", 12, "座(处)"),
        ("20（万元）", 20, "万元"),
        ("（≥10个）", 10, "个"),
        ("≥10个）", 10, "个"),
    ],
)
def test_brackets_that_belong_to_a_unit_are_kept_and_others_are_not(printed, number, unit):
    value = parse_value(printed)
    assert (value.number, value.unit) == (number, unit)
