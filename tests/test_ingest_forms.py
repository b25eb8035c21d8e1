# ruff: noqa: E501 - drawn tables are as wide as they are
"""Forms of many shapes, as provinces print them, drawn as tables of cells.

A row is a line, its cells divided by ``|``; ``<`` goes on with the cell to the left, ``^`` with the one above.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from drawn import source

from ingest.forms.document import read_forms
from ingest.layout.fragments import fragments_of

if TYPE_CHECKING:
    from ingest.records import Leftover, Target


def read(*pieces: str) -> tuple[list[Target], list[Leftover]]:
    """The forms in some pieces and what was left over."""
    made = source(*pieces)
    targets, leftovers, _ = read_forms(made, fragments_of(made.lines))
    return targets, leftovers


def rows(target: Target) -> list[tuple[str | None, str | None, str, str | None]]:
    """The indicators of a form as levels, name and value."""
    return [(i.l1, i.l2, i.name, i.value) for i in target.indicators]


def test_one_form_a_project_with_merged_levels() -> None:
    (form,), leftovers = read(
        "部门预算项目绩效目标表",
        """
        项目名称 | 培训经费 | < | 实施单位 | 市图书馆
        主管部门 | 市文化局 | < | 项目编码 | 370600210001
        项目资金（万元） | 年度资金总额 | 50.00 | < | <
        ^ | 其中：财政拨款 | 50.00 | < | <
        ^ | 其他资金 | 0.00 | < | <
        年度目标 | 举办培训，提高素质。 | < | < | <
        绩效指标 | 一级指标 | 二级指标 | 三级指标 | 指标值
        ^ | 产出指标 | 数量指标 | 培训次数 | ≥3次
        ^ | ^ | ^ | 培训人数 | ≥100人
        ^ | ^ | 质量指标 | 合格率 | ≥95%
        ^ | 满意度指标 | 服务对象满意度指标 | 学员满意度 | ≥90%
        """,
    )
    assert (form.name, form.code, form.unit, form.amount_wan) == ("培训经费", "370600210001", "市图书馆", 50)
    assert dict(form.funds) == {"财政拨款": 50, "其他资金": 0}
    assert form.goals == ("举办培训，提高素质。",)
    assert rows(form) == [
        ("产出指标", "数量指标", "培训次数", "≥3次"),
        ("产出指标", "数量指标", "培训人数", "≥100人"),
        ("产出指标", "质量指标", "合格率", "≥95%"),
        ("满意度指标", "服务对象满意度指标", "学员满意度", "≥90%"),
    ]
    assert leftovers == []


def test_value_divided_into_comparator_content_and_unit_below_one_label() -> None:
    (form,), leftovers = read(
        """
        项目名称 | 水质监测 | < | < | < | <
        绩效目标 | 保障水质安全 | < | < | < | <
        一级指标 | 二级指标 | 三级指标 | 指标值 | < | <
        ^ | ^ | ^ | 运算符号 | 内容 | 度量单位
        产出指标 | 数量指标 | 监测断面数量 | >= | 12 | 个
        ^ | 质量指标 | 数据准确率 | = | 100 | %
        效益指标 | 社会效益指标 | 水质改善 |  | 显著改善 |
        """,
    )
    assert [i.value for i in form.indicators] == [">=12个", "=100%", "显著改善"]
    assert leftovers == []


def test_comparator_in_the_last_column_is_put_before_its_number() -> None:
    (form,), _ = read(
        """
        项目名称 | 水质监测 | < | < | < | <
        一级指标 | 二级指标 | 三级指标 | 指标值 | 计量单位 | 指标方向
        产出指标 | 数量指标 | 监测断面数量 | 12 | 个 | ≥
        """,
    )
    assert [i.value for i in form.indicators] == ["≥12个"]


def test_all_projects_in_one_table_with_names_merged_over_their_rows() -> None:
    forms, _ = read(
        "单位：万元",
        """
        单位名称 | 项目名称 | 年度资金总额 | 年度绩效目标 | 一级指标 | 二级指标 | 三级指标 | 指标性质 | 指标值 | 度量单位 | 权重 | 指标方向性
        市水务局 | 甲项目 | 10.5 | 完成甲 | 产出指标 | 数量指标 | 管护长度 | ≥ | 20 | 公里 | 30 | 正向指标
        ^ | ^ | ^ | ^ | 产出指标 | 时效指标 | 完成时间 | 定性 | 年底前 |  | 20 | 正向指标
        ^ | 乙项目 | 3 | 完成乙 | 成本指标 | 经济成本指标 | 总成本 | ≤ | 3 | 万元 | 20 | 反向指标
        """,
    )
    assert [(f.name, f.unit, f.amount_wan, f.goals, [i.value for i in f.indicators]) for f in forms] == [
        ("甲项目", "市水务局", Decimal("10.5"), ("完成甲",), ["≥20公里", "年底前"]),
        ("乙项目", "市水务局", 3, ("完成乙",), ["≤3万元"]),
    ]
    assert [i.weight for f in forms for i in f.indicators] == [30, 20, 20]


def test_all_projects_in_one_table_with_names_repeated_in_every_row() -> None:
    forms, _ = read(
        """
        项目名称 | 预算金额（元） | 绩效目标 | 一级指标 | 二级指标 | 三级指标 | 指标值
        甲项目 | 105000 | 完成甲 | 产出指标 | 数量指标 | 管护长度 | ≥20公里
        甲项目 | 105000 | 完成甲 | 效益指标 | 社会效益指标 | 受益人数 | ≥1万人
        乙项目 | 30000 | 完成乙 | 产出指标 | 数量指标 | 巡查次数 | ≥12次
        """,
    )
    assert [(f.name, len(f.indicators)) for f in forms] == [("甲项目", 2), ("乙项目", 1)]
    assert [f.amount_wan for f in forms] == [Decimal("10.5"), 3]


def test_levels_in_rows_of_their_own() -> None:
    (form,), _ = read(
        """
        项目名称 | 项目年度绩效目标 | 一级指标 | 二级指标 | 三级指标 | 指标性质 | 指标值 | 度量单位 | 指标属性 | 指标内容
        甲项目 | 完成甲 |  |  |  |  |  |  |  |
         |  | 产出指标 |  |  |  |  |  |  |
         |  |  | 数量指标 |  |  |  |  |  |
         |  |  |  | 管护长度 | >= | 20 | 公里 | 定量指标 | 反映管护情况
         |  | 效益指标 |  |  |  |  |  |  |
         |  |  | 社会效益 |  |  |  |  |  |
         |  |  |  | 受益人数 | >= | 1 | 万人 | 定量指标 | 反映受益情况
        """,
    )
    assert rows(form) == [
        ("产出指标", "数量指标", "管护长度", ">=20公里"),
        ("效益指标", "社会效益", "受益人数", ">=1万人"),
    ]
    assert form.goals == ("完成甲",)


def test_of_cycle_and_annual_values_the_annual_one_is_read() -> None:
    (form,), _ = read(
        """
        项目名称 | 甲项目 | < | < | <
        总体目标 | 实施期目标 | < | 年度目标 | <
        ^ | 三年完成 | < | 今年完成 | <
        一级指标 | 二级指标 | 三级指标 | 实施周期指标值 | 年度指标值
        产出指标 | 数量指标 | 管护长度 | ≥60公里 | ≥20公里
        """,
    )
    assert form.goals == ("今年完成",)
    assert rows(form) == [("产出指标", "数量指标", "管护长度", "≥20公里")]


def test_of_half_year_and_full_year_values_the_full_year_is_read() -> None:
    (form,), _ = read(
        """
        项目名称 | 甲项目 | < | < | <
        绩效指标 | 一级指标 | 二级指标 | 三级指标 | 绩效指标值 | <
        ^ | ^ | ^ | ^ | 半年值 | 全年值
        ^ | 产出 | 数量 | 管护长度 | ≥10公里 | ≥20公里
        """.replace("项目名称 | 甲项目 | < | < | <", "项目名称 | 甲项目 | < | < | < | <"),
    )
    assert rows(form) == [("产出", "数量", "管护长度", "≥20公里")]


def test_two_halves_side_by_side_give_the_annual_half() -> None:
    (form,), _ = read(
        """
        项目名称 | 甲项目 | < | < | < | < | <
        绩效目标 | 实施期目标 | < | < | 年度目标 | < | <
        ^ | 三年完成 | < | < | 今年完成 | < | <
        一级指标 | 二级指标 | 三级指标 | 指标值 | 二级指标 | 三级指标 | 指标值
        产出指标 | 数量指标 | 管护长度 | ≥60公里 | 数量指标 | 年管护长度 | ≥20公里
        ^ | 质量指标 | 合格率 | ≥95% | 质量指标 | 合格率 | ≥96%
        """,
    )
    assert rows(form) == [
        ("产出指标", "数量指标", "年管护长度", "≥20公里"),
        ("产出指标", "质量指标", "合格率", "≥96%"),
    ]


def test_long_term_table_gives_way_to_the_annual_table_of_the_same_form() -> None:
    (form,), _ = read(
        "项目支出绩效目标表",
        """
        项目名称 | 甲项目 | < | < | <
        长期绩效目标 | 三年完成 | < | < | <
        长期绩效目标表 | < | < | < | <
        目标名称 | 一级指标 | 二级指标 | 三级指标 | 指标值
        长期目标1 | 产出指标 | 数量指标 | 管护长度 | 60公里
        年度绩效目标 | 今年完成 | < | < | <
        目标名称 | 一级指标 | 二级指标 | 三级指标 | 指标值
        年度目标1 | 产出指标 | 数量指标 | 管护长度 | 20公里
        """,
    )
    assert form.goals == ("今年完成",)
    assert rows(form) == [("产出指标", "数量指标", "管护长度", "20公里")]


def test_prior_years_beside_the_expected_value() -> None:
    (form,), _ = read(
        """
        项目名称 | 甲项目 | < | < | < | < | <
        目标名称 | 一级指标 | 二级指标 | 三级指标 | 指标值 | < | <
        ^ | ^ | ^ | ^ | 前年 | 上年 | 预计当年实现
        年度目标1 | 产出指标 | 数量指标 | 管护长度 | 18公里 | 19公里 | 20公里
        """,
    )
    assert [(i.value, i.prior) for i in form.indicators] == [("20公里", "19公里")]


def test_self_evaluation_keeps_the_achieved_value_and_the_score() -> None:
    (form,), _ = read(
        "项目支出绩效自评表",
        """
        项目名称 | 甲项目 | < | < | < | < | < | <
        绩效指标 | 一级指标 | 二级指标 | 三级指标 | 年度指标值 | 实际完成值 | 分值 | 得分
        ^ | 产出指标 | 数量指标 | 管护长度 | ≥20公里 | 21公里 | 20 | 19.5
        ^ | 满意度指标 | 服务对象满意度指标 | 群众满意度 | ≥90% | 92% | 10 | 10
        总分 | < | < | < | < | < | 100 | 99.5
        """,
    )
    assert [(i.name, i.value, i.actual, i.weight, i.score) for i in form.indicators] == [
        ("管护长度", "≥20公里", "21公里", 20, Decimal("19.5")),
        ("群众满意度", "≥90%", "92%", 10, 10),
    ]


def test_a_plan_in_a_grid_keeps_its_empty_steps() -> None:
    (form,), _ = read(
        "项目绩效目标表",
        """
        项目名称 | 甲项目 | < | < | <
        资金支出计划（%） | 3月底 | 6月底 | 10月底 | 12月底
        ^ | 30 | | 100 |
        绩效指标 | 一级指标 | 二级指标 | 三级指标 | 指标值
        ^ | 产出指标 | 数量指标 | 管护长度 | ≥20公里
        """,
    )
    assert form.plan == (30, None, 100, None)


def test_no_levels_at_all() -> None:
    (form,), leftovers = read(
        "2025年部门整体绩效目标表",
        "单位名称：市水务局    单位：万元",
        """
        当年整体绩效目标 | < | < | < | < | <
        保障供水安全。 | < | < | < | < | <
        绩效指标 | 指标名称 | 指标性质 | 指标值 | 计量单位 | 指标权重（%）
        ^ | 供水量 | ≥ | 3.5 | 亿立方米 | 40
        ^ | 投诉办结率 | = | 100 | % | 60
        """,
    )
    assert (form.scope, form.name, form.goals) == ("department", "市水务局", ("保障供水安全。",))
    assert rows(form) == [(None, None, "供水量", "≥3.5亿立方米"), (None, None, "投诉办结率", "=100%")]
    assert leftovers == []


def test_all_indicators_of_a_project_in_one_cell_with_numbers() -> None:
    (form,), leftovers = read(
        """
        项目名称 | 总计 | 绩效目标 | 绩效指标
        甲项目 | 12.5 | 完成甲 | 1、1-产出指标；11-数量指标；培训次数；实施周期指标值:≥6次；年度指标值:≥3次。2、3-满意度指标；31-服务对象满意度；学员满意度（%）；实施周期指标值:≥95%；年度指标值:≥90%。
        """,
    )
    assert rows(form) == [
        ("产出指标", "数量指标", "培训次数", "≥3次"),
        ("满意度指标", "服务对象满意度", "学员满意度（%）", "≥90%"),
    ]
    assert leftovers == []


def test_all_indicators_of_a_project_in_one_cell_as_sentences() -> None:
    (form,), _ = read(
        """
        项目名称 | 预算数 | 绩效目标 | 绩效指标
        甲项目 | 12.5 | 完成甲 | 产出指标：数量指标：培训次数≥3次，参训人数≥100人；质量指标：合格率≥95%；效益指标：社会效益指标：知晓率：≥80%。
        """,
    )
    assert rows(form) == [
        ("产出指标", "数量指标", "培训次数", "≥3次"),
        ("产出指标", "数量指标", "参训人数", "≥100人"),
        ("产出指标", "质量指标", "合格率", "≥95%"),
        ("效益指标", "社会效益指标", "知晓率", "≥80%"),
    ]


def test_placeholders_are_no_indicators() -> None:
    (form,), leftovers = read(
        """
        项目名称 | 甲项目 | < | <
        一级指标 | 二级指标 | 三级指标 | 指标值
        产出指标 | 数量指标 | 指标1：培训次数 | ≥3次
        ^ | ^ | 指标2： |
        ^ | ^ | …… |
        ^ | 质量指标 | 无 | 无
        效益指标 | 经济效益指标 |  |
        """,
    )
    assert rows(form) == [("产出指标", "数量指标", "培训次数", "≥3次")]
    assert leftovers == []


def test_several_forms_in_one_grid() -> None:
    forms, _ = read(
        """
        项目绩效目标表 | < | < | <
        项目名称 | 甲项目 | 资金总额 | 5
        绩效目标 | 完成甲 | < | <
        一级指标 | 二级指标 | 三级指标 | 指标值
        产出指标 | 数量指标 | 培训次数 | ≥3次
        项目绩效目标表 | < | < | <
        项目名称 | 乙项目 | 资金总额 | 6
        绩效目标 | 完成乙 | < | <
        一级指标 | 二级指标 | 三级指标 | 指标值
        产出指标 | 数量指标 | 巡查次数 | ≥4次
        """,
    )
    assert [(f.name, f.amount_wan, f.goals, rows(f)) for f in forms] == [
        ("甲项目", 5, ("完成甲",), [("产出指标", "数量指标", "培训次数", "≥3次")]),
        ("乙项目", 6, ("完成乙",), [("产出指标", "数量指标", "巡查次数", "≥4次")]),
    ]


def test_unknown_label_is_told_and_the_rest_of_the_row_is_read() -> None:
    (form,), leftovers = read(
        """
        项目名称 | 甲项目 | < | < | <
        一级指标 | 二级指标 | 三级指标 | 指标值 | 牵头科室
        产出指标 | 数量指标 | 培训次数 | ≥3次 | 人事科
        """,
    )
    assert rows(form) == [("产出指标", "数量指标", "培训次数", "≥3次")]
    assert [left.span.quote for left in leftovers] == ["牵头科室", "人事科"]


def test_unknown_label_over_values_is_told_from_what_stands_below() -> None:
    (form,), _ = read(
        """
        项目名称 | 甲项目 | < | <
        一级指标 | 二级指标 | 考核要点 | 绩效标杆
        产出指标 | 数量指标 | 培训次数 | ≥3次
        ^ | 质量指标 | 合格率 | ≥95%
        """,
    )
    assert rows(form) == [
        ("产出指标", "数量指标", "培训次数", "≥3次"),
        ("产出指标", "质量指标", "合格率", "≥95%"),
    ]


def test_department_form_with_tasks_takes_the_sum_of_their_money() -> None:
    (form,), _ = read(
        "部门整体支出绩效目标表",
        """
        部门（单位）名称 | 市水务局 | < | < | < | <
        年度主要任务 | 任务名称 | 主要内容 | 预算金额（万元） | < | <
        ^ | ^ | ^ | 总额 | 财政拨款 | 其他资金
        ^ | 保运转 | 保障基本支出 | 100.5 | 90.5 | 10
        ^ | 供水 | 保障供水 | 200 | 200 |
        ^ | 金额合计 | < | 300.5 | 290.5 | 10
        年度总体目标 | 保障供水安全。 | < | < | < | <
        年度绩效指标 | 一级指标 | 二级指标 | 三级指标 | 指标值 | 分值权重（90分）
        ^ | 产出指标 | 数量指标 | 供水量 | ≥3亿立方米 | 10
        """,
    )
    assert (form.scope, form.name, form.amount_wan) == ("department", "市水务局", Decimal("300.5"))
    assert dict(form.funds) == {"财政拨款": Decimal("290.5"), "其他资金": 10}


def test_department_form_with_two_row_labels_over_its_money() -> None:
    (form,), _ = read(
        "部门整体支出绩效目标表",
        """
        部门名称 | < | 市水务局 | < | < | < | <
        总体资金情况（元） | < | 预算支出总额 | 财政拨款 | < | 其他资金 | <
        ^ | < | ^ | 合计 | 项目支出 | 合计 | 项目支出
        ^ | < | 3005000 | 2905000 | 1000000 | 100000 | 100000
        整体绩效目标 | 整体绩效目标 | 保障供水安全。 | < | < | < | <
        ^ | 活动 | < | 绩效指标 | 指标性质 | 指标值 | 度量单位
        ^ | 供水 | < | 产出指标质量指标水质合格率 | ＝ | 100 | %
        """,
    )
    assert form.amount_wan == Decimal("300.5")
    assert dict(form.funds) == {"财政拨款": Decimal("290.5"), "其他资金": 10}
    assert rows(form) == [("产出指标", "质量指标", "水质合格率", "＝100%")]


def test_table_without_a_header_is_read_by_its_levels() -> None:
    (form,), _ = read(
        "项目支出绩效目标表",
        """
        项目名称 | 甲项目 | < | <
        绩效目标 | 完成甲 | < | <
        产出指标 | 数量指标 | 培训次数 | ≥3次
        ^ | 质量指标 | 合格率 | ≥95%
        效益指标 | 社会效益指标 | 知晓率 | ≥80%
        """,
    )
    assert rows(form) == [
        ("产出指标", "数量指标", "培训次数", "≥3次"),
        ("产出指标", "质量指标", "合格率", "≥95%"),
        ("效益指标", "社会效益指标", "知晓率", "≥80%"),
    ]


def test_budget_table_gives_no_form() -> None:
    forms, _ = read(
        "支出预算总表",
        """
        科目编码 | 科目名称 | 合计 | 基本支出 | 项目支出
        206 | 科学技术支出 | 100.5 | 60.5 | 40
        20607 | 科学技术普及 | 100.5 | 60.5 | 40
        """,
    )
    assert forms == []


def test_empty_template_gives_no_form() -> None:
    forms, leftovers = read(
        "专项资金总体绩效目标表",
        """
        项目名称 |  | < | <
        一级指标 | 二级指标 | 三级指标 | 指标值
        产出指标 | 数量指标 |  |
        ^ | 质量指标 |  |
        """,
    )
    assert (forms, leftovers) == ([], [])


def test_fields_with_colons_in_one_cell() -> None:
    (form,), _ = read(
        """
        项目名称：甲项目    项目编码：3706001 | < | < | <
        主管部门：市水务局    实施单位：市供水中心 | < | < | <
        资金总额（万元）：5.5 | < | < | <
        一级指标 | 二级指标 | 三级指标 | 指标值
        产出指标 | 数量指标 | 培训次数 | ≥3次
        """,
    )
    assert (form.name, form.code, form.unit, form.amount_wan) == ("甲项目", "3706001", "市供水中心", Decimal("5.5"))


def test_value_merged_over_rows_stands_for_each() -> None:
    (form,), _ = read(
        """
        项目名称 | 甲项目 | < | <
        一级指标 | 二级指标 | 三级指标 | 指标值
        产出指标 | 质量指标 | 合格率 | ≥95%
        ^ | ^ | 准确率 | ^
        """,
    )
    assert [(i.name, i.value) for i in form.indicators] == [("合格率", "≥95%"), ("准确率", "≥95%")]


def test_sum_rows_and_units_in_a_table_of_projects_are_no_forms() -> None:
    forms, _ = read(
        """
        项目名称（资金使用单位） | 总计 | 财政拨款 | 绩效目标 | 绩效指标
        合计 | 30 | 30 |  |
        市供水中心 | 30 | 30 |  |
        甲项目 | 30 | 30 | 完成甲 | 产出指标：数量指标：培训次数≥3次。
        """,
    )
    assert [(f.name, f.unit, f.amount_wan, dict(f.funds)) for f in forms] == [
        ("甲项目", "市供水中心", 30, {"财政拨款": 30})
    ]


def test_long_term_and_annual_tables_under_side_labels() -> None:
    (form,), _ = read(
        "项目绩效目标表（2021年度）",
        """
        项目名称 | 甲项目 | < | < | < | <
        项目绩效目标 | 长期目标 | < | 年度目标 | < | <
        ^ | 三年完成 | < | 今年完成 | < | <
        长期绩效指标 | 一级指标 | 二级指标 | 指标内容 | 指标值 | 备注
        ^ | 产出指标 | 数量指标 | 管护长度 | 60公里 |
        年度绩效指标 | 一级指标 | 二级指标 | 指标内容 | 指标值 | 备注
        ^ | 产出指标 | 数量指标 | 管护长度 | 20公里 |
        ^ | 服务对象满意度指标 | 具体指标 | 群众满意度 | 90% |
        """,
    )
    assert form.goals == ("今年完成",)
    assert rows(form) == [
        ("产出指标", "数量指标", "管护长度", "20公里"),
        ("服务对象满意度指标", "具体指标", "群众满意度", "90%"),
    ]


def test_halves_whose_labels_say_the_time_in_parentheses() -> None:
    (form,), _ = read(
        """
        项目名称 | 甲项目 | < | < | < | < | <
        一级指标 | 二级指标（长期） | 三级指标（长期） | 指标值（长期） | 二级指标（年度） | 三级指标（年度） | 指标值（年度）
        产出指标 | 数量指标 |  |  | 数量指标 | 工程数量 | 2
        产出指标 | 质量指标 |  |  | 质量指标 | 合格率 | 100%
        """,
    )
    assert rows(form) == [("产出指标", "数量指标", "工程数量", "2"), ("产出指标", "质量指标", "合格率", "100%")]


def test_first_level_label_over_second_levels_and_names_under_the_second() -> None:
    (form,), _ = read(
        """
        项目名称 | 甲项目 | < | <
        一级指标 | 二级指标 | 绩效标准 | 当年预期实现值
        数量指标 | 维修次数 | 反映维修情况 | 2280次
        ^ | 巡察次数 | 反映巡察情况 | 200次
        质量指标 | 验收合格率 | 反映质量情况 | ≥92%
        """,
    )
    assert rows(form) == [
        (None, "数量指标", "维修次数", "2280次"),
        (None, "数量指标", "巡察次数", "200次"),
        (None, "质量指标", "验收合格率", "≥92%"),
    ]


def test_levels_with_points_are_levels() -> None:
    (form,), _ = read(
        "项目支出绩效自评表（2022年度）",
        """
        项目名称 | 委托业务项目 | < | < | < | < | < | <
        主管部门 | 219-市水务局 | < | < | 实施单位 | 219001-市水务局 | < | <
        项目资金（万元） | < | 年初预算数 | 全年预算数 | 全年执行数 | 分值 | 执行率 | 得分
        ^ | 年度资金总额： | 95 | 90 | 89.974 | 10 | 99.97% | 10
        ^ | 其中：本年财政拨款 | 95 | 90 | 89.974 | - | - | -
        年度总体目标 | 预期目标 | < | < | 实际完成情况 | < | < | <
        ^ | 完成甲 | < | < | 全部完成 | < | < | <
        绩效指标 | 一级指标 | 二级指标 | 三级指标 | 年度指标值 | 实际完成值 | 分值 | 得分
        ^ | 产出指标（50分） | 数量指标 | 业务数量 | ≥50个 | 50 | 8 | 8
        ^ | ^ | 质量指标 | 报告合格率 | ≥100% | 100 | 8 | 8
        总分 | < | < | < | < | < | 100 | 98
        """,
    )
    assert (form.name, form.unit, form.unit_code, form.amount_wan) == ("委托业务项目", "市水务局", "219001", 95)
    assert form.goals == ("完成甲",)
    assert rows(form) == [
        ("产出指标（50分）", "数量指标", "业务数量", "≥50个"),
        ("产出指标（50分）", "质量指标", "报告合格率", "≥100%"),
    ]
    assert [i.actual for i in form.indicators] == ["50", "100"]


def test_a_number_before_a_title_is_no_part_of_the_project_s_name_whatever_follows_it() -> None:
    for number in ("3、", "3.", "三、"):
        (form,), _ = read(
            f"{number}2024年老年合唱团辅导经费绩效目标表",
            """
            一级指标 | 二级指标 | 三级指标 | 指标值
            产出指标 | 数量指标 | 培训次数 | ≥3次
            ^ | ^ | 培训人数 | ≥100人
            """,
        )
        assert form.name == "2024年老年合唱团辅导经费"
