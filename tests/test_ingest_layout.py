"""Lines, fragments, passages, and the cells of tables in the shapes that converters leave them in."""

from __future__ import annotations

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ingest.layout.align import align
from ingest.layout.columns import Column
from ingest.layout.folding import fold
from ingest.layout.fragments import Gap, fragments_of
from ingest.layout.passage import passage
from ingest.readers.text import lines_of

LEVELS = ("数量指标", "质量指标")
CELLS = (0, 1, 2, 3, 4)


def _fragments(text):
    return fragments_of(lines_of(text))


def _gaps(text):
    return [(fragment.text, fragment.gap) for fragment in _fragments(text)]


def _rows(text, cells=(None,) * 5):
    found = align(_fragments(text), _columns(*cells))
    return [{key: passage(cell).text for key, cell in row.items()} for row in found]


def _columns(level, name, desc, value, weight):
    """Five columns of an archive's targets, whose cells can be told by what stands in them."""
    return [
        Column("level", lambda text: 6.0 if text in LEVELS else -12.0, _begins_level, level, opens=0.0, heads=True),
        Column("name", _words, cell=name, opens=1.5),
        Column("desc", _told, cell=desc, echoes="name", usual=0.8, follows=_repeats),
        Column("value", lambda text: 5.0 if re.fullmatch(r"≥?\d+(卷|%)", text) else -1.0, cell=value),
        Column("weight", lambda text: 4.0 if re.fullmatch(r"\d\d", text) else -12.0, _begins_number, weight, usual=1.0),
    ]


def _begins_level(text):
    return any(level.startswith(text) for level in LEVELS)


def _begins_number(text):
    return text[:1].isdigit()


def _words(text):
    return -8.0 if re.match(r"[≥\d]", text) or text in LEVELS else -1.0 - 4.0 * ("的" in text)


def _told(text):
    return -8.0 if re.match(r"[≥\d]", text) or text in LEVELS else 2.5 * text.endswith(("的卷数", "的比例")) - 1.0


def _repeats(row, text):
    return 3.0 * (row.get("name") == text)


def _row(*cells):
    return dict(zip(("level", "name", "desc", "value", "weight"), cells, strict=True))


def test_lines_keep_their_numbers_and_places_and_leave_out_empty_ones() -> None:
    text = "甲 乙\n\n\n丙\r\n丁"
    assert [(line.text, line.number, line.gap) for line in lines_of(text)] == [
        ("甲 乙", 1, 0),
        ("丙", 4, 2),
        ("丁", 5, 0),
    ]
    assert all(text[line.start :].startswith(line.text) for line in lines_of(text))


@given(st.text(alphabet="甲乙1 -\n\f\r\t\v\u2028\x85第页"))
def test_every_line_and_fragment_stands_where_it_says(text) -> None:
    lines = lines_of(text)
    assert all(text.startswith(line.text, line.start) for line in lines)
    assert all(
        text.startswith(each.text, each.start) and each.text.split() == [each.text] for each in fragments_of(lines)
    )
    assert [each.start for each in fragments_of(lines)] == sorted({each.start for each in fragments_of(lines)})


@pytest.mark.parametrize("number", ["- 20 -", "-20-", "—20—", "第 20 页", "第20页 共 35页", "– 3 –"])
def test_a_page_number_is_no_line_and_ends_the_page(number) -> None:
    lines = lines_of(f"甲\n{number}\n乙\n")
    assert [(line.text, line.page_break) for line in lines] == [("甲", False), ("乙", True)]


def test_a_bare_number_is_a_page_number_only_where_it_stands_apart() -> None:
    assert [line.text for line in lines_of("甲\n\n\n20\n乙\n")] == ["甲", "乙"]
    assert [line.text for line in lines_of("甲\n20\n乙\n")] == ["甲", "20", "乙"]
    assert [line.text for line in lines_of("甲\n\n20\n\n乙\n")] == ["甲", "20", "乙"]


@pytest.mark.parametrize("text", ["甲\f乙", "甲\n\f乙", "甲\n\f\n乙", "甲\n 乙", "甲\n- 3 -\n\f乙"])
def test_a_form_feed_or_one_leading_space_begins_a_page(text) -> None:
    assert [line.page_break for line in lines_of(text)] == [False, True]


@pytest.mark.parametrize("text", ["甲\n\n 乙", "甲\n  乙", "甲\n乙", " 甲\n乙", "\f甲\n乙"])
def test_other_space_and_the_first_line_begin_no_page(text) -> None:
    assert [line.page_break for line in lines_of(text)] == [False, False]


def test_each_fragment_remembers_what_stands_before_it() -> None:
    assert _gaps("甲 乙\n丙\n\n丁\n戊\t己\n庚\t辛 壬\n癸\n 子") == [
        ("甲", Gap.LINE),
        ("乙", Gap.SPACE),
        ("丙", Gap.LINE),
        ("丁", Gap.BLANK),
        ("戊", Gap.ROW),
        ("己", Gap.TAB),
        ("庚", Gap.ROW),
        ("辛", Gap.TAB),
        ("壬", Gap.SPACE),
        ("癸", Gap.ROW),
        ("子", Gap.PAGE),
    ]


def test_cells_are_counted_by_tabs_empty_ones_as_well() -> None:
    cells = [(each.text, each.cell) for each in _fragments("\t甲\t\t乙 丙\t \t丁\n戊")]
    assert cells == [("甲", 1), ("乙", 3), ("丙", 3), ("丁", 5), ("戊", None)]


def test_the_marks_of_a_markdown_heading_are_no_fragment() -> None:
    assert [each.text for each in _fragments("## 一、甲 乙\n#丙\n丁 # 戊\n")] == [
        "一、甲",
        "乙",
        "#丙",
        "丁",
        "#",
        "戊",
    ]


def test_a_passage_joins_what_was_wrapped_and_keeps_spaces_between_latin_words_only() -> None:
    assert passage(_fragments("档案\n整理 卷数")).text == "档案整理卷数"
    assert passage(_fragments("Open Data 平台 12 个")).text == "Open Data平台12个"
    assert passage(_fragments("Open\nData")).text == "OpenData"
    assert passage(_fragments("Open Data")).bare == "OpenData"
    assert passage([]).text == ""
    assert passage([]).line is None


def test_a_part_of_a_passage_is_counted_without_spaces_and_parts_of_parts_as_well() -> None:
    whole = passage(_fragments("档案 整理\n卷数"))
    assert whole.part(2, 5).text == "整理卷"
    assert whole.part(2).text == "整理卷数"
    assert whole.part(1, 5).part(1, 3).text == "整理"
    assert whole.part(4).line == 2
    assert whole.part(2, 99).text == "整理卷数"


def test_spans_are_one_a_line_and_quote_what_is_printed() -> None:
    text = "一\n档案 整理\n\n卷　数\n"
    spans = passage(_fragments(text)[1:]).spans(text)
    assert [(span.quote, span.line, span.column) for span in spans] == [("档案 整理", 2, None), ("卷　数", 4, None)]
    assert all(text[span.start : span.end] == span.quote for span in spans)


def test_spans_of_cells_say_their_column_and_leave_out_what_stands_between() -> None:
    text = "甲\t乙\t丙\n"
    first, _, last = _fragments(text)
    spans = passage([first, last]).spans(text)
    assert [(span.quote, span.column) for span in spans] == [("甲", 1), ("丙", 3)]


@given(st.text(alphabet="甲乙Ab12 \n\t"), st.integers(0, 30), st.integers(0, 30))
def test_the_spans_of_any_part_give_its_text(text, start, length) -> None:
    part = passage(_fragments(text)).part(start, start + length)
    spans = part.spans(text)
    assert re.sub(r"\s", "", "".join(span.quote for span in spans)) == part.bare
    assert all(text[span.start : span.end] == span.quote and span.quote.splitlines() == [span.quote] for span in spans)


@pytest.mark.parametrize(
    ("printed", "folded"),
    [
        ("≥90％", ">=90%"),
        ("＞＝90 %", ">=90%"),
        ("≧90%", ">=90%"),
        ("=>90%", ">=90%"),
        ("≤５", "<=5"),
        ("（“甲”）", '("甲")'),
    ],
)
def test_one_thing_printed_in_many_ways_is_folded_into_one(printed, folded) -> None:
    assert fold(printed) == folded


def test_cells_printed_as_blocks_of_short_lines() -> None:
    text = (
        "数量\n指标\n\n整理\n档案\n卷数\n\n全年\n整理\n卷数\n\n≥500\n卷\n\n20\n\n"
        "质量\n指标\n\n著录\n合格率\n\n著录\n合格\n比例\n\n≥98%\n\n10\n\n"
        "移交\n准确率\n\n移交\n准确\n比例\n\n≥99%\n\n15\n"
    )
    assert _rows(text) == [
        _row("数量指标", "整理档案卷数", "全年整理卷数", "≥500卷", "20"),
        _row("质量指标", "著录合格率", "著录合格比例", "≥98%", "10"),
        {"name": "移交准确率", "desc": "移交准确比例", "value": "≥99%", "weight": "15"},
    ]


def test_a_value_and_a_weight_on_one_line_are_two_cells() -> None:
    text = "数量\n指标\n\n整理\n卷数\n\n全年\n卷数\n\n≥500卷 20\n\n质量\n指标\n\n合格率\n\n合格\n比例\n\n≥98% 10\n"
    assert [(row["value"], row["weight"]) for row in _rows(text)] == [("≥500卷", "20"), ("≥98%", "10")]


def test_one_row_a_line_with_wrapped_cells_on_lines_of_their_own() -> None:
    text = (
        "数量指标 整理档案卷数 全年整理的卷数 ≥500卷 20\n\n"
        "数量指标 移交档案卷数 全年移交的卷数 ≥300卷 20\n\n"
        "质量指标 著录合格率 \n著录合格的档案占全部著\n\n录档案的比例 \n≥98% 10\n\n"
        "质量指标 移交准确率 移交准确的比例 ≥99% 15\n\n"
        "质量指标 装订合格率 装订合格的比例 ≥99% 15\n"
    )
    assert _rows(text) == [
        _row("数量指标", "整理档案卷数", "全年整理的卷数", "≥500卷", "20"),
        _row("数量指标", "移交档案卷数", "全年移交的卷数", "≥300卷", "20"),
        _row("质量指标", "著录合格率", "著录合格的档案占全部著录档案的比例", "≥98%", "10"),
        _row("质量指标", "移交准确率", "移交准确的比例", "≥99%", "15"),
        _row("质量指标", "装订合格率", "装订合格的比例", "≥99%", "15"),
    ]


def test_rows_of_tabs_with_a_lost_cell_are_shifted_back() -> None:
    text = (
        "数量指标\t整理档案卷数\t整理档案卷数\t≥500卷\t20\n"
        "质量指标\t著录合格率\t≥98%\t10\n"
        "\t移交准确率\t移交准确率\t≥99%\n"
    )
    assert _rows(text, CELLS) == [
        _row("数量指标", "整理档案卷数", "整理档案卷数", "≥500卷", "20"),
        {"level": "质量指标", "name": "著录合格率", "value": "≥98%", "weight": "10"},
        {"name": "移交准确率", "desc": "移交准确率", "value": "≥99%"},
    ]


@pytest.mark.parametrize(
    ("text", "cells"),
    [
        ("数量指标\t整理档案\t整理档案\t≥500卷\t20\n- 3 -\n\f卷数\t卷数\n", CELLS),
        ("数量指标\t整理档案\t整理档案\t≥500卷\t20\n- 3 -\n\f\t卷数\t卷数\t\t\n", CELLS),
        ("数量\n指标\n\n整理\n档案\n\n整理\n档案\n\n≥500卷\n\n20\n\f卷数\n\n卷数\n", (None,) * 5),
        ("数量\n指标\n\n整理\n档案\n\n整理\n档案\n\n≥500卷\n\n20\n 卷数\n\n卷数\n", (None,) * 5),
    ],
    ids=["cells at the left", "cells in their columns", "blocks and a form feed", "blocks and a leading space"],
)
def test_two_cells_that_a_page_cuts_go_on_after_it(text, cells) -> None:
    cut = _row("数量指标", "整理档案卷数", "整理档案卷数", "≥500卷", "20")
    next_row = "质量指标\t著录合格率\t著录合格率\t≥98%\t10\n" if cells == CELLS else (
        "\n质量\n指标\n\n著录\n合格率\n\n著录\n合格率\n\n≥98%\n\n10\n"
    )  # fmt: skip
    assert _rows(text + next_row, cells) == [cut, _row("质量指标", "著录合格率", "著录合格率", "≥98%", "10")]


def test_nothing_has_no_rows() -> None:
    assert _rows("") == []


TOKENS = st.sampled_from(("数量指标", "质量", "指标", "整理档案", "著录的比例", "≥500卷", "98%", "20", "x", "。"))
GAPS = st.sampled_from((" ", "\t", "\n", "\n\n", "\f", "\n "))


@given(st.lists(st.tuples(TOKENS, GAPS), max_size=40), st.sampled_from((CELLS, (None,) * 5)))
@example([("数量指标", "\t"), *[("20", "\t")] * 7, ("20", "\n")], CELLS)  # more cells than columns
def test_a_fragment_is_in_one_cell_at_most_and_cells_are_in_printed_order(stream, cells) -> None:
    fragments = _fragments("".join(token + gap for token, gap in stream))
    found = [cell for row in align(fragments, _columns(*cells)) for cell in row.values()]
    assert all(cell and [each.start for each in cell] == sorted(each.start for each in cell) for cell in found)
    starts = [each.start for cell in found for each in cell]
    assert len(starts) == len(set(starts))
    assert set(starts) <= {each.start for each in fragments}


def test_a_cell_too_many_does_not_cost_the_rows_around_it() -> None:
    text = (
        "数量指标\t整理档案卷数\t整理档案卷数\t≥500卷\t20\n"
        "质量指标\t著录合格率\t著录合格率\t≥98%\t10\t见附件\n"
        "\t移交准确率\t移交准确率\t≥99%\t15\n"
    )
    found = [(row.get("name"), row.get("value"), row.get("weight")) for row in _rows(text, CELLS)]
    assert found == [("整理档案卷数", "≥500卷", "20"), ("著录合格率", "≥98%", "10"), ("移交准确率", "≥99%", "15")]
