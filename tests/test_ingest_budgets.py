"""Tables of projects and their money, as provinces print them, drawn as tables of cells.

A row is a line, its cells divided by ``|``; ``<`` goes on with the cell to the left, ``^`` with the one above.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from drawn import source

from ingest.forms.accounts import account_sheets
from ingest.forms.budgets import read_budgets
from ingest.forms.sums import owners
from ingest.layout.fragments import fragments_of

if TYPE_CHECKING:
    from ingest.records import Leftover, ProjectBudget


def read(*pieces: str) -> tuple[list[ProjectBudget], list[Leftover]]:
    """The projects in some pieces, and totals that they do not add up to."""
    made = source(*pieces)
    return read_budgets(fragments_of(made.lines), made.text, [], account_sheets(made))


def names(*pieces: str) -> list[tuple[str, Decimal]]:
    """The projects in some pieces by name and money; nothing is left over."""
    found, leftovers = read(*pieces)
    assert leftovers == []
    return [(row.name, row.total_wan) for row in found]


def test_the_table_of_the_integrated_budget_system() -> None:
    found, leftovers = read(
        "项目支出表",
        "部门/单位：云山市档案局　单位：万元",
        """
        类型 | 项目名称 | 项目单位 | 合计 | 本年拨款 | < | 财政拨款结转结余 | < | 单位资金
        ^ | ^ | ^ | ^ | 一般公共预算 | 政府性基金预算 | 一般公共预算 | 政府性基金预算 | ^
        合计 | | | 60.00 | 45.00 | | 10.00 | | 5.00
        特定目标类 | 档案数字化 | 云山市档案局本级 | 40.00 | 40.00 | | | |
        ^ | 宣传展览 | 云山市档案馆 | 15.00 | 5.00 | | 10.00 | |
        其他运转类 | 库房租金 | 云山市档案馆 | 5.00 | | | | | 5.00
        """,
    )
    assert [(row.category, row.name, row.unit, row.total_wan, dict(row.sources)) for row in found] == [
        ("特定目标类", "档案数字化", "云山市档案局本级", 40, {"一般公共预算": 40}),
        ("特定目标类", "宣传展览", "云山市档案馆", 15, {"一般公共预算": 5, "上年结转/一般公共预算": 10}),
        ("其他运转类", "库房租金", "云山市档案馆", 5, {"单位资金": 5}),
    ]
    assert leftovers == []


def test_units_categories_and_projects_in_one_column_are_told_by_their_sums() -> None:
    found, leftovers = read(
        "专项业务经费支出表",
        "单位：元",
        """
        单位编码 | 单位（项目）名称 | 项目金额 | 项目简介
        合计 | | 900,000.00 |
        121 | 云山市档案局 | 900,000.00 |
        121001 | 云山市档案局 | 900,000.00 |
        | 通用项目 | 200,000.00 |
        | 物业管理项目 | 200,000.00 |
        | 保洁服务 | 120,000.00 |
        | 安保服务 | 80,000.00 |
        | 专用项目 | 700,000.00 |
        | 档案事业发展 | 700,000.00 |
        | 档案数字化 | 700,000.00 | 扫描档案
        """,
    )
    assert leftovers == []
    assert [(row.category, row.parent, row.name, row.unit, row.total_wan) for row in found] == [
        ("通用项目", "物业管理项目", "保洁服务", "云山市档案局", 12),
        ("通用项目", "物业管理项目", "安保服务", "云山市档案局", 8),
        ("专用项目", "档案事业发展", "档案数字化", "云山市档案局", 70),
    ]


def test_functional_classes_over_projects_in_one_column() -> None:
    found = names(
        "表3-2",
        "一般公共预算项目支出预算表",
        "单位：万元",
        """
        科目编码 | < | < | 单位代码 | 单位名称（科目、项目） | 金额
        类 | 款 | 项 | ^ | ^ | ^
        | | | | 合计 | 30.00
        | | | | 云山市档案局 | 30.00
        201 | 26 | 04 | 302301 | 档案馆 | 20.00
        | | | 302301 | 档案数字化 | 15.00
        | | | 302301 | 宣传展览 | 5.00
        201 | 26 | 99 | 302301 | 其他档案事务支出 | 10.00
        | | | 302301 | 库房改造 | 10.00
        """,
    )
    assert found == [("档案数字化", 15), ("宣传展览", 5), ("库房改造", 10)]


def test_a_project_s_lines_by_economic_class_are_its_parts() -> None:
    found, leftovers = read(
        "部门项目支出预算表（其他运转类、特定目标类项目）",
        "单位：万元",
        """
        项目分类 | 项目代码 | 项目名称 | 项目单位 | 功能科目编码 | 功能科目名称 | 经济科目名称 | 合计 | 本年拨款 | <
        ^ | ^ | ^ | ^ | ^ | ^ | ^ | ^ | 小计 | 一般公共预算
        | | 档案数字化 | | | | | 30.00 | 30.00 | 30.00
        专项业务类 | 5300002 | 档案数字化 | 云山市档案局 | 2012604 | 档案馆 | 办公费 | 10.00 | 10.00 | 10.00
        专项业务类 | 5300002 | 档案数字化 | 云山市档案局 | 2012604 | 档案馆 | 委托业务费 | 20.00 | 20.00 | 20.00
        | | 宣传展览 | | | | | 5.00 | 5.00 | 5.00
        事业发展类 | 5300003 | 宣传展览 | 云山市档案局 | 2012604 | 档案馆 | 办公费 | 5.00 | 5.00 | 5.00
        合计 | | | | | | | 35.00 | 35.00 | 35.00
        """,
    )
    assert leftovers == []
    assert [(row.category, row.name, row.unit, row.total_wan) for row in found] == [
        ("专项业务类", "档案数字化", "云山市档案局", 30),
        ("事业发展类", "宣传展览", "云山市档案局", 5),
    ]


def test_projects_under_their_units_in_one_column() -> None:
    found, _ = read(
        "项目支出预算表",
        "单位：万元",
        """
        支出项目类别（资金使用单位） | 总计 | 财政拨款 | < | 其他资金
        ^ | ^ | 小计 | 一般公共预算 | ^
        合计 | 45.00 | 45.00 | 45.00 |
        云山市档案局 | 40.00 | 40.00 | 40.00 |
        档案数字化 | 25.00 | 25.00 | 25.00 |
        宣传展览 | 15.00 | 15.00 | 15.00 |
        云山市档案馆 | 5.00 | 5.00 | 5.00 |
        库房租金 | 5.00 | 5.00 | 5.00 |
        """,
    )
    assert [(row.name, row.unit) for row in found] == [
        ("档案数字化", "云山市档案局"),
        ("宣传展览", "云山市档案局"),
        ("库房租金", "云山市档案馆"),
    ]


def test_equal_projects_of_one_table_are_as_many_as_are_printed() -> None:
    found = names(
        "项目支出情况表",
        "单位：万元",
        "项目名称 | 项目类别 | 合计\n合计 | | 7.00\n"
        "公车统管 | 其他运转类 | 2.00\n公车统管 | 其他运转类 | 2.00\n公车统管 | 其他运转类 | 3.00",
    )
    assert found == [("公车统管", 2), ("公车统管", 2), ("公车统管", 3)]


def test_a_table_printed_again_for_a_unit_counts_once() -> None:
    printed = ("项目支出表", "单位：万元", "项目名称 | 合计\n合计 | 20.00\n档案数字化 | 20.00")
    assert names(*printed, "第二部分 单位预算", *printed) == [("档案数字化", 20)]


def test_whole_numbers_are_money() -> None:
    assert names(
        "项目支出表", "单位：万元", "序号 | 项目名称 | 合计\n | 合计 | 120\n1 | 档案数字化 | 100\n2 | 宣传展览 | 20"
    ) == [
        ("档案数字化", 100),
        ("宣传展览", 20),
    ]


def test_a_project_may_be_named_like_an_organisation() -> None:
    found = names(
        "项目支出表",
        "单位：万元",
        "单位名称 | 项目名称 | 合计\n合计 | | 30.00\n云山市档案局 | 驻外办事处 | 10.00\n云山市档案局 | 科技馆 | 20.00",
    )
    assert found == [("驻外办事处", 10), ("科技馆", 20)]


def test_totals_of_units_stand_before_or_behind_their_projects() -> None:
    found, leftovers = read(
        "项目支出表",
        "单位：万元",
        """
        单位名称 | 项目名称 | 金额
        云山市档案局 | 档案数字化 | 20.00
        云山市档案局 | 小计 | 20.00
        云山市档案馆 | 宣传展览 | 25.00
        云山市档案馆 | 小计 | 25.00
        合计 | | 45.00
        """,
    )
    assert [(row.unit, row.name) for row in found] == [("云山市档案局", "档案数字化"), ("云山市档案馆", "宣传展览")]
    assert leftovers == []


def test_a_wrapped_name_that_a_page_s_end_cuts_is_whole() -> None:
    made = source("项目支出表", "单位：万元", "项目名称 | 合计\n合计 | 30.00\n档案数/n字化 | 30.00")
    found, _ = read_budgets((), "", [], account_sheets(made))
    assert [row.name for row in found] == ["档案数字化"]


def test_rows_that_do_not_add_up_are_told() -> None:
    _, leftovers = read(
        "项目支出表", "单位：万元", "项目名称 | 合计\n合计 | 50.00\n档案数字化 | 20.00\n宣传展览 | 10.00"
    )
    assert ["30" in each.reason and "50" in each.reason for each in leftovers] == [True]
    assert leftovers[0].span.quote == "50.00"


@pytest.mark.parametrize(
    ("title", "drawn"),
    [
        ("支出总表", "科目编码 | 科目名称 | 合计 | 项目支出\n | 合计 | 9.00 | 5.00\n201 | 公共服务支出 | 9.00 | 5.00"),
        ("政府采购预算表", "项目名称 | 采购品目 | 金额\n合计 | | 12.50\n档案数字化 | A0202复印机 | 12.50"),
        ("一般公共预算“三公”经费支出表", "项目 | 合计\n合计 | 3.00\n公务接待费 | 3.00"),
        ("基本支出预算表（人员类、运转类公用经费项目）", "项目名称 | 合计\n合计 | 30.00\n行政人员工资支出 | 30.00"),
        ("项目支出绩效目标表", "项目名称 | 合计 | 绩效指标\n合计 | 30.00 |\n档案数字化 | 30.00 | 页数≥5页"),
        ("上年结转资金支出表", "项目名称 | 金额\n合计 | 30.00\n档案数字化 | 30.00"),
    ],
    ids=["expenditure", "procurement", "three-public", "basic", "targets", "carry-over"],
)  # fmt: skip
def test_other_tables_list_no_projects(title: str, drawn: str) -> None:
    assert read(title, "单位：万元", drawn) == ([], [])


def test_the_project_table_of_functional_classes_lists_no_project() -> None:
    found, _ = read(
        "项目支出预算表",
        "单位：万元",
        "科目编码 | 科目名称 | 合计\n | 合计 | 30.00\n201 | 一般公共服务支出 | 30.00\n2012604 | 档案馆 | 30.00",
    )
    assert found == []


def test_a_heading_without_money_names_the_category_of_the_rows_below() -> None:
    found, leftovers = read(
        "项目支出表",
        "单位：万元",
        "项目名称 | 金额\n合计 | 30.00\n特定目标类 | \n档案数字化 | 20.00\n其他运转类 | \n库房租金 | 10.00",
    )
    assert [(row.category, row.name) for row in found] == [("特定目标类", "档案数字化"), ("其他运转类", "库房租金")]
    assert leftovers == []


def test_a_project_in_one_column_may_be_named_like_an_organisation_where_the_sums_say_so() -> None:
    drawn = "项目名称 | 金额\n合计 | 30.00\n青少年活动中心 | 20.00\n库房租金 | 10.00"
    assert names("项目支出表", "单位：万元", drawn) == [("青少年活动中心", 20), ("库房租金", 10)]


def test_a_table_that_names_no_unit_of_money_has_that_of_the_others() -> None:
    found = names(
        "支出总表",
        "单位：元",
        "科目名称 | 合计\n合计 | 200,000.00\n档案馆 | 200,000.00",
        "项目支出表",
        "项目名称 | 金额\n合计 | 200,000.00\n档案数字化 | 200,000.00",
    )
    assert found == [("档案数字化", 20)]


def test_a_unit_of_money_in_a_label_is_that_of_its_column() -> None:
    drawn = "项目名称 | 金额（元）\n合计 | 200,000.00\n档案数字化 | 200,000.00"
    assert names("项目支出表", drawn) == [("档案数字化", 20)]


# ---- sums


def decimals(*amounts: float) -> list[Decimal]:
    return [Decimal(str(amount)) for amount in amounts]


@pytest.mark.parametrize(
    ("amounts", "total", "expected"),
    [
        ((60, 40, 20, 40), 100, [None, 0, 0, None]),
        ((10, 5, 5), 20, [None, None, None]),
        ((30, 20, 10), None, [None, 0, 0]),
        ((50, 50), 50, [None, 0]),
        ((7, 7, 3, 4), 7, [None, 0, 1, 1]),
    ],
    ids=["two levels beside one", "one level", "the first row is the total", "one child", "a chain"],
)
def test_sums_tell_which_rows_sum_up_which(amounts, total, expected) -> None:
    assert owners(decimals(*amounts), None if total is None else Decimal(total)) == expected


@pytest.mark.parametrize(("amounts", "total"), [((20, 10), 50), ((20, 10), None), ((), 5)])
def test_sums_that_explain_nothing_tell_nothing(amounts, total) -> None:
    assert owners(decimals(*amounts), None if total is None else Decimal(total)) is None


def test_many_rows_are_explained_in_no_time() -> None:
    amounts = [Decimal(number % 97 + 1) for number in range(1500)]
    assert owners(amounts, sum(amounts)) == [None] * 1500
    assert owners(amounts, sum(amounts) + 1) is None
