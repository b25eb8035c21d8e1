"""Forms and tables of money written by hand: what their labels say becomes records, what nobody knows is left over."""

from __future__ import annotations

from dataclasses import fields
from decimal import Decimal

import pytest

from ingest import read

HEAD = "云山市档案局2031年部门预算\n\n单位：万元\n\n"
COLUMNS = ("一级指标", "二级指标", "三级指标", "指标值")
PAGES = ("产出指标", "数量指标", "扫描页数", "≥500页")
SHARE = ("", "质量指标", "扫描合格率", "≥98%")


@pytest.fixture
def said(tmp_path):
    """What is read from a document of this text."""

    def reads(*lines):
        path = tmp_path / "预算.txt"
        path.write_text(HEAD + "\n".join(lines) + "\n", encoding="utf-8")
        return read(path)

    return reads


def _cells(*cells):
    return "\t".join(cells)


def _form(*lines, name="档案数字化"):
    return "\n".join((f"一、{name}绩效目标表", *lines))


def _table(*rows, columns=COLUMNS):
    return "\n".join(map("\t".join, (columns, *rows)))


def _budget(*rows, unit="万元"):
    return "\n".join(("项目支出预算表", f"单位：{unit}", *map("\t".join, rows)))


def _values(form):
    return [(row.l1, row.l2, row.name, row.value) for row in form.indicators]


BOTH = [("产出指标", "数量指标", "扫描页数", "≥500页"), ("产出指标", "质量指标", "扫描合格率", "≥98%")]


def test_a_small_form_is_read_with_merged_levels_filled(said) -> None:
    (form,) = said(_form(_table(PAGES, SHARE))).targets
    assert (form.scope, form.name) == ("project", "档案数字化")
    assert _values(form) == BOTH


def test_what_the_document_does_not_state_is_none(said) -> None:
    document = said(_form(_table(PAGES)))
    (form,) = document.targets
    assert (form.code, form.unit, form.amount_wan, form.purpose, form.plan) == (None,) * 5
    assert (form.goals, dict(form.funds), document.project_budgets) == ((), {}, ())
    assert document.document.total_expenditure_wan is None


def test_the_fields_above_the_indicators_are_read(said) -> None:
    head = (
        _cells("项目编码", "P00001234", "项目名称", "档案数字化"),
        _cells("预算数", "20.00", "其中：财政资金", "15.00", "其他资金", "5.00"),
        _cells("资金用途", "扫描馆藏档案"),
        _cells("绩效目标", "1.扫描500页。2.著录500条。"),
    )
    (form,) = said(_form(*head, _table(PAGES, SHARE))).targets
    assert (form.code, form.name, form.amount_wan, form.purpose) == ("P00001234", "档案数字化", 20, "扫描馆藏档案")
    assert form.funds == {"财政资金": 15, "其他资金": 5}
    assert form.goals == ("扫描500页。", "著录500条。")
    assert _values(form) == BOTH


def test_a_code_before_a_name_is_told_from_it(said) -> None:
    head = (_cells("项目名称", "130725P00001234-档案数字化"), _cells("预算单位", "307001-云山市档案局本级"))
    (form,) = said("项目支出绩效目标表", *head, _table(PAGES)).targets
    assert (form.code, form.name) == ("130725P00001234", "档案数字化")
    assert (form.unit_code, form.unit) == ("307001", "云山市档案局本级")


def test_officials_and_their_telephones_are_not_read(said) -> None:
    head = (_cells("项目名称", "档案数字化", "项目负责人", "王小明"), _cells("联系人", "李晓", "联系电话", "0990123"))
    document = said("项目支出绩效目标表", *head, _table(PAGES))
    assert [word for word in ("王小明", "李晓", "0990123") if word in repr(document)] == []


def test_an_unknown_column_is_left_over_and_the_rest_of_the_row_is_read(said) -> None:
    columns = ("一级指标", "二级指标", "三级指标", "审核意见", "指标值")
    document = said(_form(_table((*PAGES[:3], "同意", PAGES[3]), (*SHARE[:3], "补正", SHARE[3]), columns=columns)))
    assert _values(document.targets[0]) == BOTH
    assert [each.span.quote for each in document.leftovers] == ["审核意见", "同意", "补正"]
    assert all("列名" in each.reason for each in document.leftovers)


def test_an_amount_that_is_none_is_left_over_with_its_label(said) -> None:
    document = said(_form(_cells("预算数", "二十万元", "其中：财政资金", "见附件"), _table(PAGES)))
    assert document.targets[0].amount_wan is None
    assert [(each.span.quote, "不是金额" in each.reason) for each in document.leftovers] == [
        ("二十万元", True),
        ("见附件", True),
    ]


def test_a_cell_without_a_column_is_left_over_and_the_rows_are_read(said) -> None:
    document = said(_form(_table((*PAGES, "见附件"), SHARE)))
    assert _values(document.targets[0]) == BOTH
    assert [each.span.quote for each in document.leftovers] == ["见附件"]


def test_a_column_whose_label_was_lost_in_every_form_is_left_over(said) -> None:
    document = said(_form(_table((*PAGES, "20"), (*SHARE, "10"))))
    assert _values(document.targets[0]) == BOTH
    assert [each.span.quote for each in document.leftovers] == ["20", "10"]


def test_a_lost_last_label_is_borrowed_from_another_form(said) -> None:
    whole = _form(_table((*PAGES, "60"), (*SHARE, "30"), columns=(*COLUMNS, "权重")))
    torn = _form(_table((*PAGES, "50"), (*SHARE, "40")), name="库房改造")
    first, second = said(whole, "", torn).targets
    assert [row.weight for row in first.indicators] == [60, 30]
    assert [row.weight for row in second.indicators] == [50, 40]


@pytest.mark.parametrize("between", ["- 7 -\n\f", "\f", "", "\n\n\n7\n"], ids=["number", "form feed", "none", "bare"])
def test_a_header_repeated_after_a_page_break_is_no_row_and_no_form(said, between) -> None:
    (form,) = said(_form(_table(PAGES), between + _table(SHARE))).targets
    assert _values(form) == BOTH


def test_cells_that_a_page_cuts_are_joined(said) -> None:
    columns = ("一级指标", "二级指标", "三级指标", "绩效指标描述", "指标值")
    before = _table(("产出指标", "数量指标", "馆藏档案扫描", "馆藏档案扫描", "≥500页"), columns=columns)
    after = _table(("", "", "页数", "页数", ""), ("", "质量指标", "合格率", "合格的比例", "≥98%"), columns=columns)
    (form,) = said(_form(before, "- 3 -\n\f" + after)).targets
    assert [(row.name, row.desc) for row in form.indicators] == [
        ("馆藏档案扫描页数", "馆藏档案扫描页数"),
        ("合格率", "合格的比例"),
    ]


def test_of_two_halves_side_by_side_the_annual_one_is_read(said) -> None:
    head = (
        _cells("项目资金（元）", "实施期资金总额：", "600000", "年度资金总额：", "200000"),
        _cells("", "其中：财政资金", "600000", "其中：财政资金", "200000"),
        _cells("总体目标", "三年扫描1500页", "", "本年扫描500页"),
    )
    columns = (*COLUMNS, *COLUMNS[1:])
    rows = (
        ("产出指标", "数量指标", "扫描页数", "≥1500页", "数量指标", "扫描页数", "≥500页"),
        ("", "质量指标", "扫描合格率", "≥99%", "质量指标", "扫描合格率", "≥98%"),
    )
    (form,) = said(_form(*head, _table(*rows, columns=columns))).targets
    assert _values(form) == BOTH
    assert form.amount_wan == 20
    assert form.funds == {"财政资金": 20}
    assert form.goals == ("本年扫描500页",)


def test_a_table_of_two_halves_whose_annual_half_is_empty_has_no_indicators(said) -> None:
    halves = _table(("", "数量指标", "扫描页数", "≥1500页"), columns=(*COLUMNS, *COLUMNS[1:]))
    document = said(halves, _form(_table(PAGES)))
    assert [_values(form) for form in document.targets] == [BOTH[:1]]


@pytest.mark.parametrize(
    ("label", "printed", "amount"),
    [
        ("预算数", "20.00", "20"),
        ("预算数（元）", "200,000.00", "20"),
        ("预算数（万元）", "20.00", "20"),
        ("预算数", "200000元", "20"),
        ("预算数（元）", "12,345.67", "1.234567"),
        ("预算数（千元）", "200", "20"),
        ("预算数（亿元）", "0.5", "5000"),
    ],
)
def test_amounts_are_read_in_the_unit_that_is_printed(said, label, printed, amount) -> None:
    (form,) = said(_form(_cells(label, printed), _table(PAGES))).targets
    assert form.amount_wan == Decimal(amount)


def test_a_spending_plan_keeps_its_empty_cells_and_what_is_printed(said) -> None:
    plan = (_cells("资金支出计划（%）", "3月底", "6月底", "10月底", "12月底"), _cells("", "25%", "6000%", "", "100"))
    (form,) = said(_form(*plan, _table(PAGES))).targets
    assert form.plan == (25, 6000, None, 100)


def test_a_spending_plan_whose_figures_have_no_moments_is_left_over(said) -> None:
    document = said(
        _form("资金支出计划（%） 3月底 6月底 10月底 12月底\n25% 50% 100%", _table(PAGES).replace("\t", " "))
    )
    assert document.targets[0].plan is None
    assert [each.span.quote for each in document.leftovers] == ["25%", "50%", "100%"]


def test_a_form_printed_twice_is_one(said) -> None:
    form = _form(_cells("预算数", "20.00"), _table(PAGES, SHARE))
    assert len(said(form, "", form).targets) == 1


def test_forms_that_differ_in_money_are_two(said) -> None:
    forms = [_form(_cells("预算数", amount), _table(PAGES)) for amount in ("20.00", "21.00")]
    assert [form.amount_wan for form in said(forms[0], "", forms[1]).targets] == [20, 21]


def test_a_department_has_a_form_of_its_own_scope(said) -> None:
    (form,) = said("部门整体绩效目标表", _cells("部门名称", "云山市档案局"), _table(PAGES)).targets
    assert (form.scope, form.name) == ("department", "云山市档案局")


def test_one_table_of_all_projects_gives_a_form_for_each(said) -> None:
    columns = ("单位名称", "项目名称", "年度资金总额", "年度绩效目标", *COLUMNS)
    rows = (
        ("307001云山市档案局本级", "档案数字化", "20.00", "扫描馆藏", *PAGES),
        ("", "", "", "", *SHARE),
        ("", "宣传展览", "5.50", "办好展览", "产出指标", "数量指标", "展览场次", "≥3场"),
    )
    first, second = said("项目支出绩效目标表", _table(*rows, columns=columns)).targets
    assert (first.name, first.unit, first.unit_code, first.amount_wan) == (
        "档案数字化",
        "云山市档案局本级",
        "307001",
        20,
    )
    assert (second.name, second.unit, second.goals) == ("宣传展览", "云山市档案局本级", ("办好展览",))
    assert _values(first) == BOTH


APART = (*COLUMNS[:3], "指标方向", "指标值", "计量单位", "备注")


def test_comparator_number_and_unit_in_columns_of_their_own_are_one_value(said) -> None:
    rows = (
        ("产出指标", "数量指标", "扫描页数", "≥", "500", "页", "按卷计"),
        ("", "质量指标", "质量", "定性", "优", "", ""),
    )
    first, second = said(_form(_table(*rows, columns=APART))).targets[0].indicators
    assert (first.value, first.op, first.number, first.unit, first.note) == ("≥500页", "ge", 500, "页", "按卷计")
    assert (second.value, second.op, second.kind) == ("优", None, "state")


def test_the_place_of_a_value_in_several_columns_is_all_of_them(said) -> None:
    row = ("产出指标", "数量指标", "扫描页数", "≥", "500", "页", "按卷计")
    (indicator,) = said(_form(_table(row, columns=APART))).targets[0].indicators
    assert "".join(span.quote for span in indicator.places["value"]) == "≥500页"
    assert [span.column for span in indicator.places["value"]] == [4, 5, 6]


def test_places_are_kept_by_the_names_of_fields(said) -> None:
    row = ("产出指标", "数量指标", "扫描页数", "≥", "500", "页", "按卷计")
    (indicator,) = said(_form(_table(row, columns=APART))).targets[0].indicators
    assert indicator.places.keys() <= {field.name for field in fields(indicator)}


def test_a_row_that_adds_up_the_weights_is_no_indicator(said) -> None:
    (form,) = said(_form(_table((*PAGES, "90"), ("合计", "", "", "", "90"), columns=(*COLUMNS, "权重")))).targets
    assert [row.name for row in form.indicators] == ["扫描页数"]


def test_a_foreign_unit_is_kept_out_of_the_units(said) -> None:
    own = _form(_cells("主管部门及代码", "307-云山市档案局", "实施单位", "云山市档案馆"), _table(PAGES))
    foreign = _form(
        _cells("主管部门及代码", "415-云山市公路局", "实施单位", "云山市公路局"), _table(SHARE), name="养路"
    )
    document = said(_form(_cells("部门名称", "云山市档案局"), _table(PAGES)), "", own, "", foreign)
    assert document.document.publisher == "云山市档案局"
    assert "云山市公路局" in {form.unit for form in document.targets}
    assert "云山市公路局" not in {unit.name for unit in document.units}


def test_rows_of_projects_are_read_and_totals_are_not(said) -> None:
    document = said(
        _budget(
            ("单位名称", "项目名称", "合计", "一般公共预算", "上年结转"),
            ("", "合计", "45.00", "40.00", "5.00"),
            ("云山市档案局本级", "小计", "20.00", "20.00", ""),
            ("云山市档案局本级", "档案数字化", "20.00", "20.00", ""),
            ("云山市档案馆", "宣传展览", "25.00", "20.00", "5.00"),
        )
    )
    assert [(row.unit, row.name, row.total_wan, dict(row.sources)) for row in document.project_budgets] == [
        ("云山市档案局本级", "档案数字化", 20, {"一般公共预算": 20}),
        ("云山市档案馆", "宣传展览", 25, {"一般公共预算": 20, "上年结转": 5}),
    ]
    assert {unit.name for unit in document.units} == {"云山市档案局本级", "云山市档案馆"}


def test_money_printed_in_yuan_is_in_ten_thousands(said) -> None:
    table = _budget(("项目名称", "合计", "一般公共预算"), ("档案数字化", "200,000.00", "200,000.00"), unit="元")
    (row,) = said(table).project_budgets
    assert (row.total_wan, dict(row.sources)) == (20, {"一般公共预算": 20})


SUMMED = (
    ("项目名称", "合计", "一般公共预算"),
    ("合计", "100.00", "100.00"),
    ("档案事业发展", "60.00", "60.00"),
    ("档案数字化", "40.00", "40.00"),
    ("库房改造", "20.00", "20.00"),
    ("宣传展览", "40.00", "40.00"),
)


def test_a_row_that_is_the_sum_of_the_rows_below_is_their_parent(said) -> None:
    rows = said(_budget(*SUMMED)).project_budgets
    assert [row.name for row in rows] == ["档案数字化", "库房改造", "宣传展览"]
    assert [row.parent for row in rows[:2]] == ["档案事业发展"] * 2


def test_a_parent_ends_where_its_sum_is_reached(said) -> None:
    assert said(_budget(*SUMMED)).project_budgets[2].parent is None


def test_a_merged_cell_of_a_category_holds_for_every_row(said) -> None:
    rows = said(
        _budget(
            ("类型", "项目名称", "单位名称", "合计"),
            ("特定目标类", "档案数字化", "云山市档案局本级", "40.00"),
            ("", "宣传展览", "云山市档案馆", "20.00"),
        )
    ).project_budgets
    assert [(row.name, row.category) for row in rows] == [("档案数字化", "特定目标类"), ("宣传展览", "特定目标类")]


def test_a_table_printed_again_for_a_unit_counts_once(said) -> None:
    table = _budget(("项目名称", "合计", "一般公共预算"), ("档案数字化", "20.00", "20.00"))
    assert len(said(table, "", "二、" + table).project_budgets) == 1


def test_rows_without_cells_are_read_by_their_order(said) -> None:
    table = _budget(("项目名称 合计 一般公共预算 上年结转\n",), ("档案数字化 60.00 50.00 10.00\n",), ("合计 60.00\n",))
    (row,) = said(table).project_budgets
    assert (row.name, row.total_wan, dict(row.sources)) == ("档案数字化", 60, {"一般公共预算": 50, "上年结转": 10})


def test_a_table_of_purchases_is_no_table_of_projects(said) -> None:
    purchases = _budget(("采购项目", "项目名称", "合计"), ("扫描仪", "档案数字化", "8.00"))
    assert said(purchases, _form(_table(PAGES))).project_budgets == ()


def test_publisher_year_region_and_totals_are_read(said) -> None:
    prose = "2031年支出预算100.00万元，其中：基本支出60.00万元；项目支出40.00万元。\n"
    facts = said(prose, _form(_table(PAGES))).document
    assert (facts.publisher, facts.fiscal_year, facts.region) == ("云山市档案局", 2031, "云山市")
    assert (facts.total_expenditure_wan, facts.basic_wan, facts.project_wan) == (100, 60, 40)


def test_units_that_a_sentence_counts_up_are_the_department_s(said) -> None:
    prose = "下设2家预算单位，分别为云山市档案局本级、云山市档案馆。\n"
    assert [unit.name for unit in said(prose, _form(_table(PAGES))).units] == ["云山市档案局本级", "云山市档案馆"]


def test_a_row_whose_cells_ran_together_is_told_with_its_place(said) -> None:
    glued = ("产出指标", "数量指标", "扫描页数质量指标扫描合格率", "≥500页")
    document = said(_form(_table(PAGES, glued)))
    assert [(each.span.quote, "按列分开" in each.reason) for each in document.leftovers] == [(glued[2], True)]
