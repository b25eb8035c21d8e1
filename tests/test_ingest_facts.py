"""What a document says of itself: whose it is, of which year and kind, its totals, grants, figures, and coverage."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from drawn import source

import ingest
from ingest.forms.accounts import account_sheets
from ingest.forms.coverage import coverage, unread_cells
from ingest.forms.document import read_document
from ingest.language.divisions import division_of
from ingest.layout.fragments import fragments_of

FORM = (
    "档案数字化项目绩效目标表",
    """
    项目名称 | 档案数字化 | < | <
    年度目标 | 扫描档案五百页。 | < | <
    一级指标 | 二级指标 | 三级指标 | 指标值
    产出指标 | 数量指标 | 扫描页数 | ≥500页
    ^ | 质量指标 | 扫描合格率 | ≥98%
    """,
)
EXPENDITURE = """
    科目编码 | 科目名称 | 合计 | 基本支出 | 项目支出
    | 合计 | 100.00 | 70.00 | 30.00
    2012601 | 行政运行 | 70.00 | 70.00 |
    2012604 | 档案馆 | 30.00 | | 30.00
    """


def read(*pieces):
    """The record of paragraphs and drawn tables (pieces with bars)."""
    return read_document(Path("drawn"), source(*pieces), "test")


def facts(*pieces):
    """What a document of these pieces and a form says of itself."""
    return read(*pieces, *FORM).document


# ---- publisher, year, division


@pytest.mark.parametrize(
    "pieces",
    [
        ("云山市档案局2031年部门预算",),
        ("2031年云山市档案局部门预算",),
        ("2031年度", "云山市档案局", "部门预算"),
        ("2031年云山市档案局", "部门预算公开"),
        ("2031年部门预算", "部门名称：云山市档案局"),
        ("收支总表", "部门：云山市档案局 单位：万元", "2031年度预算"),
        ("2031年预算", "部门名称 | 云山市/n档案局\n单位性质 | 行政"),
    ],
    ids=["name first", "year first", "three lines", "two lines", "label", "head of a table", "cell"],
)
def test_publisher_and_year(pieces):
    found = facts(*pieces)
    assert (found.publisher, found.fiscal_year) == ("云山市档案局", 2031)


def test_a_name_with_head_office_behind_it_is_the_department_s():
    found = facts("2031年部门预算", "部门名称：云山市档案局（本级）", "单位名称：云山市档案局（本级）")
    assert found.publisher == "云山市档案局"


def test_a_class_of_expenditure_or_a_count_before_a_word_names_no_department():
    rows = """
    功能分类科目 | 计量单位 | 数量
    2100201-综合医院 | 11 | 个（台）
    2012604-档案馆 | 12 | 台
    """
    assert facts("采购明细表", rows).publisher is None


def test_the_year_of_final_accounts():
    assert facts("云山市档案局2030年度部门决算").fiscal_year == 2030


def test_a_year_that_only_running_text_names_is_the_last_resort():
    assert facts("云山市档案局项目", "本局完成2031年度档案整理。").fiscal_year == 2031


@pytest.mark.parametrize(
    ("name", "code", "region", "level"),
    [
        ("西安市信访局", "610100", "西安市", "city"),
        ("重庆市科学技术局", "500000", "重庆市", "province"),
        ("北京市东城区教育委员会", "110101", "北京市东城区", "county"),
        ("福州市鼓楼生态环境局", "350102", "福州市鼓楼区", "county"),
        ("昆山市财政局", "320583", "昆山市", "county"),
        ("湖北省恩施州民政局", "422800", "湖北省恩施州", "city"),
        ("湘西自治州财政局", "433100", "湘西自治州", "city"),
        ("广西壮族自治区民政厅", "450000", "广西壮族自治区", "province"),
        ("大厂回族自治县财政局", "131028", "大厂回族自治县", "county"),
        ("鼓楼区教育局", None, "鼓楼区", "county"),
    ],
)
def test_the_division_that_a_name_begins_with(name, code, region, level):
    found = division_of(name)
    assert found is not None
    assert (found.code, found.name, found.level) == (code, region, level)


@pytest.mark.parametrize("name", ["云山市档案局", "国家档案局", "广州海珠湖公园管理处"])
def test_a_name_without_a_known_division_has_none(name):
    assert division_of(name) is None


def test_a_park_is_no_branch_of_a_county():
    found = division_of("广州市海珠湖公园")
    assert found is not None
    assert found.name == "广州市"


def test_the_text_tells_which_of_several_counties_is_meant():
    found = division_of("鼓楼区教育局", "开封市鼓楼区教育局是开封市鼓楼区人民政府的工作部门")
    assert found is not None
    assert found.code == "410204"


def test_a_central_department_has_no_division():
    found = facts("国家档案局2031年部门预算")
    assert (found.publisher, found.level, found.region_code) == ("国家档案局", "central", None)


# ---- totals


def test_totals_are_those_of_the_table_of_expenditure():
    found = facts("支出总表", "单位：万元", EXPENDITURE)
    assert (found.total_expenditure_wan, found.basic_wan, found.project_wan) == (100, 70, 30)
    assert found.places["basic_wan"][0].quote == "70.00"


def test_totals_in_yuan_keep_their_figures():
    drawn = (
        EXPENDITURE.replace("100.00", "1,234,567.89").replace("70.00", "234,567.89").replace("30.00", "1,000,000.00")
    )
    found = facts("支出总表", "单位：元", drawn)
    amounts = (found.total_expenditure_wan, found.basic_wan, found.project_wan)
    assert amounts == (Decimal("123.456789"), Decimal("23.456789"), 100)


def test_other_columns_may_add_to_the_total():
    drawn = """
        科目编码 | 科目名称 | 合计 | 基本支出 | 项目支出 | 事业单位经营支出
        | 合计 | 110.00 | 70.00 | 30.00 | 10.00
        2012601 | 行政运行 | 110.00 | 70.00 | 30.00 | 10.00
        """
    found = facts("支出总表", "单位：万元", drawn)
    assert (found.total_expenditure_wan, found.basic_wan, found.project_wan) == (110, 70, 30)


def test_totals_from_tables_that_print_one_each():
    found = facts(
        "支出总表", "单位：万元", "单位编码 | 单位名称 | 合计\n | 合计 | 100.00\n121 | 云山市档案局 | 100.00",
        "一般公共预算基本支出表", "单位：万元", "科目名称 | 合计\n合计 | 70.00\n工资 | 70.00",
        "项目支出表", "单位：万元", "项目名称 | 金额\n合计 | 30.00\n档案数字化 | 30.00",
    )  # fmt: skip
    assert (found.total_expenditure_wan, found.basic_wan, found.project_wan) == (100, 70, 30)


def test_a_row_of_income_is_no_row_of_the_three_totals():
    drawn = (
        "单位名称 | 合计 | 一般公共预算 | 政府性基金\n合计 | 100.00 | 100.00 | 0.00\n云山市档案局 | 100.00 | 100.00 |"
    )
    found = facts("收入总表", "单位：万元", drawn, "支出总表", "单位：万元", EXPENDITURE)
    assert (found.basic_wan, found.project_wan) == (70, 30)


def test_running_text_says_the_totals_where_no_table_does():
    found = facts("2031年支出预算100.00万元，其中：基本支出70.00万元；项目支出30.00万元。")
    assert (found.total_expenditure_wan, found.basic_wan, found.project_wan) == (100, 70, 30)


# ---- kind, corrections


@pytest.mark.parametrize(
    ("pieces", "kind"),
    [
        (("云山市档案局2031年部门预算", "收支总表"), "预算"),
        (("云山市档案局2030年度部门决算", "收入支出决算总表", "支出决算表"), "决算"),
        (("2030年度项目支出绩效自评表",), "自评"),
        (("云山市档案局2030年度部门决算", "收入支出决算总表", "2030年度项目支出绩效自评表"), "决算"),
    ],
    ids=["budget", "accounts", "evaluation", "accounts with an evaluation"],
)
def test_the_kind_of_a_document(pieces, kind):
    found = read(*pieces, *FORM)
    assert found.kind == kind
    assert found.places["kind"]


@pytest.mark.parametrize(
    "printed",
    [
        "云山市档案局2031年部门预算（更正）",
        "更正说明：因系统原因，对2月1日公开的部门预算予以更正",
        "原2031年2月1日公开的部门预算作废，以本次公开为准",
    ],
)
def test_a_correction_is_told_as_it_is_printed(printed):
    found = read(printed, *FORM)
    assert found.supersedes is not None
    assert found.supersedes in printed.replace(" ", "")
    assert "".join(span.quote for span in found.places["supersedes"]) == found.supersedes


def test_renewed_equipment_is_no_correction():
    assert read("云山市档案局2031年部门预算", "设备更新改造项目用于更新扫描设备。", *FORM).supersedes is None


# ---- grants, statements


def test_a_grant_in_a_project_s_name_is_the_project_s():
    form = (FORM[0], FORM[1].replace("| 档案数字化 |", "| 冀财教〔2030〕105号提前下达2031年档案资金 |"))
    (grant,) = read("2031年部门预算", *form).granted
    assert (grant.number, grant.project) == ("冀财教〔2030〕105号", "冀财教〔2030〕105号提前下达2031年档案资金")
    assert [span.quote for span in grant.places["number"]] == ["冀财教〔2030〕105号"]


def test_a_grant_in_running_text_and_no_other_document():
    found = read(
        "增加项目分别为冀财教〔2030〕130号提前下达资金10万元。", "依据财预〔2020〕10号开展评价。", *FORM
    ).granted
    assert [(grant.number, grant.project) for grant in found] == [("冀财教〔2030〕130号", None)]


def test_figures_of_running_text_with_what_they_count():
    text = "2031年本部门纳入绩效目标管理的二级项目37个，涉及资金4,475.25万元。政府采购预算12.5万元。下设3家预算单位。"
    found = {(each.subject, each.what, each.number, each.unit) for each in read(text, *FORM).statements}
    assert found == {
        ("projects", "二级项目", 37, "个"),
        ("project-money", "涉及资金", Decimal("4475.25"), "万元"),
        ("procurement", "政府采购预算", Decimal("12.5"), "万元"),
        ("units", "预算单位", 3, "家"),
    }


def test_figures_of_tables_are_no_statements():
    assert read("支出总表", "单位：万元", EXPENDITURE, *FORM).statements == ()


def test_running_text_in_a_cell_that_fills_its_row_is_a_statement():
    (told,) = read("本年共安排预算项目12个。 | < | <\n事项 | 数量 | 备注", *FORM).statements
    assert (told.what, told.number) == ("预算项目", 12)


def test_the_row_of_a_form_is_no_statement(tmp_path):
    path = tmp_path / "form.txt"
    path.write_text(ROWS_OF_LINES, encoding="utf-8")
    document = ingest.read(path)
    assert [each.name for each in document.targets[0].indicators] == ["建设数量", "验收合格率"]
    assert document.statements == ()


ROWS_OF_LINES = """绩效目标表
项目名称 线路改造
绩效目标
1.完成线路改造。
一级指标 二级指标 三级指标 绩效指标描述 指标值 指标值确定依据

产出指标 数量指标 建设数量 本年建成的站点数 不少于11个 项目实施方案
产出指标 质量指标 验收合格率 一次通过的比例 ≥95% 项目实施方案
"""


# ---- units of forms


def test_a_unit_belongs_to_the_department_that_its_form_puts_in_charge():
    title, form = FORM_OF_A_UNIT
    assert [unit.name for unit in read("云山市水务局2031年部门预算", title, form).units] == ["临江堤防管理所"]
    other = form.replace("云山市水务局", "云山市农业局")
    assert [unit.name for unit in read("云山市水务局2031年部门预算", title, other).units] == ["云山市水务局"]


FORM_OF_A_UNIT = (
    "项目支出绩效目标表",
    """
    项目名称 | 水库巡查 | < | <
    主管部门 | 云山市水务局 | 实施单位 | 临江堤防管理所
    一级指标 | 二级指标 | 三级指标 | 指标值
    产出指标 | 数量指标 | 巡查次数 | ≥12次
    """,
)


# ---- coverage


def test_everything_in_forms_and_tables_that_is_read_counts():
    found = read("支出总表", "单位：万元", EXPENDITURE, *FORM)
    assert found.coverage is not None
    assert found.coverage.characters > 0
    assert found.coverage.share == 1


def test_a_lost_row_lowers_the_coverage():
    made = source("支出总表", "单位：万元", EXPENDITURE, *FORM)
    whole = read_document(Path("drawn"), made, "test")
    fragments, sheets = fragments_of(made.lines), account_sheets(made)
    form = whole.targets[0]
    at = form.places["name"][0].start
    covered = [(next(i for i, f in enumerate(fragments) if f.start >= at), len(fragments))]
    torn = replace(whole, targets=(replace(form, indicators=form.indicators[:-1]),))
    less = replace(
        whole, tables=(replace(whole.tables[0], rows=whole.tables[0].rows[:-1]),), document=replace(whole.document)
    )
    full = coverage(whole, fragments, covered, sheets)
    assert coverage(torn, fragments, covered, sheets).read < full.read
    assert coverage(less, fragments, covered, sheets).read < full.read
    assert coverage(torn, fragments, covered, sheets).characters == full.characters
    lost = [each.span.quote for each in unread_cells(torn, fragments, covered, made.text)]
    assert lost == ["扫描合格率", "≥98%"]


def test_a_cell_of_a_form_that_is_no_field_is_left_over_with_its_place():
    document = read(
        "整体支出绩效目标表",
        """
        部门名称 | 某市档案馆 | < | <
        年度目标 | 扫描档案五百页。 | < | <
        主要任务 | 修缮库房 | 80.55 | <
        一级指标 | 二级指标 | 三级指标 | 指标值
        产出指标 | 数量指标 | 扫描页数 | ≥500页
        效益指标 | 社会效益指标 | |
        """,
    )
    left = {(each.span.quote, each.span.row) for each in document.leftovers}
    assert {("修缮库房", 3), ("80.55", 3)} <= left
    assert not left & {("社会效益指标", 6), ("扫描页数", 5)}
