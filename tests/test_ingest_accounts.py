"""Budget tables of many shapes, as provinces print them, drawn as tables of cells.

A row is a line, its cells divided by ``|``; ``<`` goes on with the cell to the left, ``^`` with the one above.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from drawn import source
from once import read as read_file

from ingest.forms.accounts import balanced, read_accounts, sums

if TYPE_CHECKING:
    from ingest.records import BudgetRow, BudgetTable


def read(*pieces: str) -> list[BudgetTable]:
    """The budget tables in some pieces."""
    return read_accounts(source(*pieces))


def said(row: BudgetRow) -> tuple[str | None, str | None, dict[str, Decimal]]:
    """A row's code, name and money."""
    return row.code, row.name, dict(row.amounts)


INCOME = """
    收入 | < | 支出 | <
    项目 | 预算数 | 项目 | 预算数
    一、一般公共预算拨款收入 | 90.00 | 一、一般公共服务支出 | 60.00
    二、政府性基金预算拨款收入 | | 二、教育支出 | 40.00
    本年收入合计 | 90.00 | 本年支出合计 | 100.00
    上年结转 | 10.00 | 结转下年 |
    收入总计 | 100.00 | 支出总计 | 100.00
    """

EXPENDITURE = """
    科目编码 | < | < | 科目名称 | 合计 | 基本支出 | 项目支出
    类 | 款 | 项 | ^ | ^ | ^ | ^
    | | | 合计 | 100.00 | 70.00 | 30.00
    201 | | | 一般公共服务支出 | 100.00 | 70.00 | 30.00
    | 26 | | 档案事务 | 100.00 | 70.00 | 30.00
    | | 01 | 行政运行 | 70.00 | 70.00 |
    | | 04 | 档案馆 | 30.00 | | 30.00
    """


def test_income_and_expenditure_side_by_side_are_rows_of_their_own() -> None:
    (found,) = read("收支总表", "单位：万元", INCOME)
    assert (found.kind, found.title, found.unit) == ("income-expenditure", "收支总表", "万元")
    assert said(found.rows[0]) == (None, "一、一般公共预算拨款收入", {"收入/预算数": 90})
    assert said(found.rows[1]) == (None, "一、一般公共服务支出", {"支出/预算数": 60})
    assert [row.name for row in found.rows if row.is_total] == ["本年收入合计", "本年支出合计", "收入总计", "支出总计"]


def test_a_code_over_three_columns_is_whole() -> None:
    (found,) = read("支出总表", "单位：万元", EXPENDITURE)
    assert found.kind == "expenditure"
    assert [row.code for row in found.rows] == [None, "201", "20126", "2012601", "2012604"]
    assert found.rows[4].amounts == {"合计": 30, "项目支出": 30}


def test_money_in_yuan_is_in_ten_thousands() -> None:
    (found,) = read("收支总表", "单位：元", INCOME.replace("90.00", "900,000.00"))
    assert found.unit == "元"
    assert found.rows[0].amounts == {"收入/预算数": 90}


def test_every_printed_total_is_the_sum_of_the_rows_of_the_longest_codes() -> None:
    (found,) = read("支出总表", "单位：万元", EXPENDITURE)
    assert sums(found) == {"合计": (100, 100), "基本支出": (70, 70), "项目支出": (30, 30)}
    assert balanced(found)


def test_a_lost_row_unbalances_its_table() -> None:
    (found,) = read("支出总表", "单位：万元", EXPENDITURE.replace("| | 04 | 档案馆 | 30.00 | | 30.00", ""))
    assert not balanced(found)


def test_a_table_that_goes_on_with_its_title_and_labels_is_one() -> None:
    labels = "科目编码 | 科目名称 | 合计 | 基本支出 | 项目支出\n"
    found = read(
        "支出总表", "单位：万元",
        labels + "| 合计 | 100.00 | 70.00 | 30.00\n201 | 一般公共服务支出 | 60.00 | 30.00 | 30.00",
        "支出总表（续表）", "单位：万元", labels + "205 | 教育支出 | 40.00 | 40.00 |",
    )  # fmt: skip
    assert [len(each.rows) for each in found] == [3]
    assert balanced(found[0])


def test_a_table_printed_again_for_a_unit_is_another() -> None:
    assert [
        each.kind for each in read("支出总表", "单位：万元", EXPENDITURE, "支出总表", "单位：万元", EXPENDITURE)
    ] == [
        "expenditure",
        "expenditure",
    ]


def test_tables_with_the_same_labels_and_other_titles_are_others() -> None:
    empty = "科目编码 | 科目名称 | 合计 | 基本支出 | 项目支出\n | 合计 | | |"
    found = read("政府性基金预算支出表", "单位：万元", empty, "国有资本经营预算支出表", "单位：万元", empty)
    assert [each.kind for each in found] == ["fund", "state-capital"]
    assert [[row.name for row in each.rows] for each in found] == [["合计"], ["合计"]]


def test_a_page_s_frame_around_two_tables_does_not_make_them_one() -> None:
    found = read(
        """
        预算07表 政府性基金预算支出表 | < | <
        | | 金额单位：万元
        科目编码 | 科目名称 | 合计
        2120803 | 城市建设支出 | 5.00
        | 合计 | 5.00
        预算09表 财政拨款“三公”经费支出表 | < | <
        | | 金额单位：万元
        合计 | 因公出国（境）费用 | 公务接待费
        3.00 | 1.00 | 2.00
        """
    )
    assert [(each.kind, len(each.rows)) for each in found] == [("fund", 2), ("three-public", 1)]
    assert found[1].rows[0].amounts == {"合计": 3, "因公出国（境）费用": 1, "公务接待费": 2}


def test_final_accounts_with_numbers_of_lines_and_columns() -> None:
    (found,) = read(
        "收入支出决算总表",
        "公开01表",
        "金额单位：万元",
        """
        收入 | < | < | 支出 | < | <
        项目 | 行次 | 决算数 | 项目 | 行次 | 决算数
        栏次 | | 1 | 栏次 | | 2
        一、一般公共预算财政拨款收入 | 1 | 120.50 | 一、一般公共服务支出 | 31 | 80.50
        二、政府性基金预算财政拨款收入 | 2 | | 八、社会保障和就业支出 | 38 | 40.00
        本年收入合计 | 27 | 120.50 | 本年支出合计 | 57 | 120.50
        总计 | 30 | 120.50 | 总计 | 60 | 120.50
        """,
    )
    assert (found.kind, found.unit) == ("income-expenditure", "万元")
    assert said(found.rows[0]) == (None, "一、一般公共预算财政拨款收入", {"收入/决算数": Decimal("120.5")})
    assert said(found.rows[1]) == (None, "一、一般公共服务支出", {"支出/决算数": Decimal("80.5")})


def test_final_accounts_of_expenditure_whose_code_is_one_cell_over_three_columns() -> None:
    (found,) = read(
        "支出决算表",
        "公开03表",
        "金额单位：元",
        """
        项目 | < | < | < | 本年支出合计 | 基本支出 | 项目支出 | 上缴上级支出
        功能分类科目编码 | < | < | 科目名称 | ^ | ^ | ^ | ^
        ^ | ^ | ^ | ^ | ^ | ^ | ^ | ^
        类 | 款 | 项 | 栏次 | 1 | 2 | 3 | 4
        ^ | ^ | ^ | 合计 | 1,000,000.00 | 600,000.00 | 400,000.00 |
        201 | < | < | 一般公共服务支出 | 1,000,000.00 | 600,000.00 | 400,000.00 |
        20126 | < | < | 档案事务 | 1,000,000.00 | 600,000.00 | 400,000.00 |
        2012601 | < | < | 行政运行 | 600,000.00 | 600,000.00 | |
        2012604 | < | < | 档案馆 | 400,000.00 | | 400,000.00 |
        """,
    )
    assert (found.kind, [row.code for row in found.rows]) == (
        "expenditure",
        [None, "201", "20126", "2012601", "2012604"],
    )
    assert found.rows[0].amounts["本年支出合计"] == 100
    assert balanced(found)


def test_basic_expenditure_of_final_accounts_in_three_blocks() -> None:
    (found,) = read(
        "一般公共预算财政拨款基本支出决算明细表",
        "金额单位：万元",
        """
        人员经费 | < | < | 公用经费 | < | < | < | < | <
        科目编码 | 科目名称 | 决算数 | 科目编码 | 科目名称 | 决算数 | 科目编码 | 科目名称 | 决算数
        301 | 工资福利支出 | 90.10 | 302 | 商品和服务支出 | 20.20 | 310 | 资本性支出 | 3.30
        30101 | 基本工资 | 90.10 | 30201 | 办公费 | 20.20 | 31002 | 办公设备购置 | 3.30
        人员经费合计 | < | 90.10 | 公用经费合计 | < | < | < | < | 23.50
        """,
    )
    assert found.kind == "basic"
    assert [(row.code, row.name) for row in found.rows[:3]] == [
        ("301", "工资福利支出"),
        ("302", "商品和服务支出"),
        ("310", "资本性支出"),
    ]
    totals = [(row.name, *row.amounts.values()) for row in found.rows if row.is_total]
    assert totals == [("人员经费合计", Decimal("90.1")), ("公用经费合计", Decimal("23.5"))]


def test_two_classifications_beside_each_other_name_a_row_by_the_first() -> None:
    (found,) = read(
        "一般公共预算基本支出表",
        "单位：万元",
        """
        部门预算支出经济分类科目 | < | 政府预算支出经济分类科目 | < | 基本支出 | < | <
        科目编码 | 科目名称 | 科目编码 | 科目名称 | 合计 | 人员经费 | 公用经费
        | 合计 | | | 30.00 | 20.00 | 10.00
        30101 | 基本工资 | 50101 | 工资奖金津补贴 | 20.00 | 20.00 |
        30201 | 办公费 | 50201 | 办公经费 | 10.00 | | 10.00
        """,
    )
    assert said(found.rows[1]) == ("30101", "基本工资", {"基本支出/合计": 20, "基本支出/人员经费": 20})
    assert list(found.rows[1].texts.values()) == ["50101", "工资奖金津补贴"]


def test_a_code_and_a_name_in_one_cell_are_divided() -> None:
    (found,) = read(
        "预算03表 支出总表",
        "单位：万元",
        """
        支出功能分类科目 | 部门支出经济分类科目 | 合计 | 基本支出 | 项目支出
        2012601-行政运行 | 30101-基本工资 | 20.000000 | 20.000000 |
        合计 | | 20.000000 | 20.000000 |
        """,
    )
    assert said(found.rows[0]) == ("2012601", "行政运行", {"合计": 20, "基本支出": 20})
    assert found.rows[0].texts == {"部门支出经济分类科目": "30101-基本工资"}


def test_counts_of_things_are_no_money() -> None:
    (found,) = read(
        "政府采购预算表",
        "单位：万元",
        """
        采购项目 | 采购品目 | 数量 | 金额
        合计 | | 3 | 12.50
        复印机 | A02020100复印机 | 3 | 12.50
        """,
    )
    assert found.kind == "procurement"
    assert said(found.rows[1]) == (None, "复印机", {"金额": Decimal("12.5")})
    assert found.rows[1].texts == {"采购品目": "A02020100复印机", "数量": "3"}


def test_whole_numbers_are_money_too() -> None:
    (found,) = read(
        "项目支出预算表", "单位：万元", "项目名称 | 合计 | 一般公共预算\n合计 | 120 | 120\n档案数字化 | 120 | 120"
    )
    assert [row.amounts for row in found.rows] == [{"合计": 120, "一般公共预算": 120}] * 2


def test_an_unknown_table_of_money_is_kept() -> None:
    (found,) = read("培训费明细表", "单位：万元", "序号 | 培训名称 | 人数 | 金额\n1 | 档案员培训 | 40 | 7.28")
    assert (found.kind, found.title) == ("other", "培训费明细表")
    assert (found.rows[0].name, found.rows[0].amounts) == ("档案员培训", {"金额": Decimal("7.28")})


@pytest.mark.parametrize(
    "drawn",
    [
        "单位名称 | 单位性质 | 编制数\n云山市档案馆 | 事业 | 12",
        "报表 | 报表名称 | 是否空表\n表1 | 收支总表 | 否",
        "一级指标 | 二级指标 | 三级指标 | 指标值\n产出指标 | 数量指标 | 扫描页数 | ≥500.5页",
    ],
    ids=["units", "contents", "targets"],
)
def test_tables_without_money_are_none(drawn: str) -> None:
    assert read("单位：万元" if "指标" in drawn else "说明", drawn) == []


TITLES = """
income-expenditure: 部门收支总表 2031年部门收支总体情况表 收支预算总表 部门综合预算收支总表 收入支出决算总表 收支平衡表
income: 收入总表 部门收入总体情况表 2031年收入预算总表 收入决算表 部门预算收入总表
expenditure: 支出总表 部门支出总体情况表 支出预算总表 支出决算表 部门支出预算表
appropriation: 财政拨款收支总表 财政拨款收支预算总表 财政拨款收入支出决算总表 财政拨款收支总体情况表
general-budget: 一般公共预算支出表 一般公共预算支出情况表 一般公共预算财政拨款支出决算表 一般公共预算拨款支出预算表
general-budget: 一般公共预算当年拨款情况表 一般公共预算支出明细表（按支出功能分类科目）
basic: 一般公共预算基本支出表 一般公共预算财政拨款基本支出决算明细表 一般公共预算基本支出情况表（按经济分类）
basic: 部门基本支出预算表（人员类、运转类公用经费项目） 财政拨款基本支出表（经济科目）
projects: 项目支出表 部门项目支出预算表（其他运转类、特定目标类项目） 一般公共预算项目支出预算表 部门预算项目支出明细表
projects: 项目支出预算汇总表 部门综合预算专项业务经费支出表 2031年项目支出情况表 部门预算项目明细表
fund: 政府性基金预算支出表 政府性基金预算财政拨款收入支出决算表 政府性基金支出预算表
state-capital: 国有资本经营预算支出表 国有资本经营预算财政拨款支出决算表
three-public: 一般公共预算“三公”经费支出表 财政拨款“三公”经费支出决算表 部门“三公”经费财政拨款预算表
three-public: 政府性基金预算“三公”经费支出预算表 一般公共预算“三公”经费、会议费、培训费支出表
procurement: 政府采购预算表 部门政府采购预算表 政府采购（资产配置、购买服务）预算表 政府采购情况表
purchased-services: 政府购买服务预算表 部门政府购买服务预算表 财政拨款政府购买服务明细表
transfers: 对下转移支付预算表 省对下转移支付资金表 转移支付支出预算表
assets: 新增资产配置表 国有资产占有使用情况表 部门固定资产占用情况表
operating: 机关运行经费预算表 一般公共预算机关运行经费支出预算表
carry-over: 财政拨款上年结转资金支出表 上年结转结余资金情况表
entrusted: 委托业务费明细表 委托事项预算表
"""
KINDS = [(kind, title) for line in TITLES.strip().splitlines() for kind, titles in [line.split(": ")]
         for title in titles.split()]  # fmt: skip


@pytest.mark.parametrize(("kind", "title"), KINDS)
def test_the_title_tells_what_a_table_is_about(kind: str, title: str) -> None:
    for printed in (title, f"表3 {title}", f"公开03表 {title}", f"附件1-2：{title}", f"三、{title}"):
        (found,) = read(printed, "单位：万元", "科目名称 | 合计\n合计 | 10.00\n档案事务 | 10.00")
        assert (found.kind, printed) == (kind, printed)


def test_without_a_title_the_labels_tell() -> None:
    (found,) = read("单位：万元", "因公出国（境）费 | 公务用车运行费 | 公务接待费\n1.00 | 2.00 | 3.00")
    assert found.kind == "three-public"


# ---- real documents

BALANCED = ("xian-xinfang-2026.pdf", "fuzhou-gulou-2026.pdf", "suzhou-shenji-2026.pdf", "chongqing-kj-2026.pdf",
            "yantai-dashuju-2026.pdf", "beijing-xinfang-2026.pdf")  # fmt: skip


@pytest.fixture(scope="module")
def documents(real):
    return {name: read_file(real / "documents" / name) for name in BALANCED}


@pytest.mark.parametrize("name", BALANCED)
def test_every_table_of_a_real_budget_adds_up(documents, name):
    tables = documents[name].tables
    summed = [each for each in tables if sums(each)]
    assert len(summed) >= 5
    assert [each.title for each in summed if not balanced(each)] == []


@pytest.mark.parametrize("name", BALANCED)
def test_a_real_budget_has_the_tables_that_every_budget_has(documents, name):
    kinds = {each.kind for each in documents[name].tables}
    assert {"income-expenditure", "income", "expenditure", "general-budget", "basic", "fund", "three-public"} <= kinds
    assert "other" not in {each.kind for each in documents[name].tables if each.title and "明细" not in each.title}


@pytest.mark.parametrize("name", BALANCED)
def test_every_amount_of_a_real_table_stands_at_its_place(documents, name):
    for each in documents[name].tables:
        for row in each.rows:
            for label, amount in row.amounts.items():
                printed = "".join(span.quote for span in row.places[f"amounts.{label}"]).replace(",", "")
                assert Decimal(printed) in {amount, amount * 10000}, (each.title, row.name, label)


def test_income_and_expenditure_of_a_real_budget_are_equal(documents):
    for document in documents.values():
        (first, *_) = (each for each in document.tables if each.kind == "income-expenditure")
        ends = [row for row in first.rows if row.is_total]
        amounts = {amount for row in ends[-2:] for amount in row.amounts.values()}
        assert len(amounts) == 1
