"""Samples of every kind of file hold what the page model says, and the page model is what the picture says."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter

import docx
import pypdfium2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import Store
from python_calamine import CalamineWorkbook
from selectolax.lexbor import LexborHTMLParser

from graph.mapping import triples
from graph.store import derive, vocabulary_quads
from graph.store import fill as load
from jixiao import samples
from jixiao.samples.compare import differences
from jixiao.samples.paper import Figure, Paper, Style, Table
from jixiao.samples.pictures import Group, draw, fields_of, parse
from queries import judge, library
from queries.derivations import derived

FORMS = sorted(samples.FORMS)
KINDS = sorted(samples.KINDS)
SEEDS = st.integers(min_value=0, max_value=9_999)
STYLES = st.builds(
    Style,
    levels=st.sampled_from(("merged", "repeated", "blank")),
    breaks=st.integers(min_value=0, max_value=99),
    **{name: st.booleans() for name in ("yuan", "thousands", "landscape", "rotated", "repeat_header")},
    **{name: st.booleans() for name in ("open_cuts", "cut_rows", "running")},
)
LEVELS = [{"l1": "产出", "l2": "数量", "name": name} for name in ("甲", "乙")] + [
    {"l1": "产出", "l2": "质量", "name": "丙"}
]
PICTURE = """
= 一级  | 二级   | 三级
* {l1^} | {l2^}  | {name}
"""


def _texts(table: Table) -> list[list[str | None]]:
    """A table's texts; ``None`` where another cell covers the place."""
    return [[_begun(table, row, column) for column in range(table.columns)] for row in range(table.rows)]


def _begun(table: Table, row: int, column: int) -> str | None:
    cell = table.owners[row, column]
    return cell.text if (cell.row, cell.column) == (row, column) else None


@pytest.mark.parametrize(
    ("levels", "rows"),
    [
        ("merged", [["产出", "数量", "甲"], [None, None, "乙"], [None, "质量", "丙"]]),
        ("repeated", [["产出", "数量", "甲"], ["产出", "数量", "乙"], ["产出", "质量", "丙"]]),
        ("blank", [["产出", "数量", "甲"], ["", "", "乙"], ["", "质量", "丙"]]),
    ],
)
def test_levels_are_printed_in_three_ways(levels, rows) -> None:
    table = draw(PICTURE, {}, [Group({}, LEVELS)], levels)
    assert _texts(table) == [["一级", "二级", "三级"], *rows]
    assert table.header == (0,)


def test_what_holds_for_a_group_is_one_cell_and_the_next_group_has_its_own() -> None:
    groups = [Group({"project": name}, LEVELS[:2]) for name in ("A", "A")]
    table = draw("* {project} | {name}", {}, groups, "merged")
    assert _texts(table) == [["A", "甲"], [None, "乙"], ["A", "甲"], [None, "乙"]]


def test_a_level_on_a_row_of_its_own_stands_once_before_its_rows() -> None:
    table = draw("@l1 {l1} | <\n@l2 {l2} | <\n* {name} |", {}, [Group({}, LEVELS)], "merged")
    assert [row[0] for row in _texts(table)] == ["产出", "数量", "甲", "乙", "质量", "丙"]


def test_arrows_make_cells_wider_and_taller() -> None:
    table = draw("= 甲 | <  | 乙\n= ^ | < | 丙", {}, [], "merged")
    assert [(cell.text, cell.rows, cell.columns) for cell in table.cells] == [("甲", 2, 2), ("乙", 1, 1), ("丙", 1, 1)]


def test_rows_after_the_records_stand_below_all_of_them() -> None:
    table = draw("* {name}\n合计{sum}", {"sum": Figure(1, "1")}, [Group({}, LEVELS)], "merged")
    assert _texts(table)[-1] == ["合计1"]


def test_a_picture_whose_rows_differ_in_length_is_refused() -> None:
    with pytest.raises(ValueError, match="different length"):
        parse("= 甲 | 乙\n* {name}")


def test_a_field_without_a_value_is_refused() -> None:
    with pytest.raises(KeyError):
        draw("{unheard} |", {}, [], "merged")


def test_every_field_of_the_drawings_can_be_read_back_or_is_no_record() -> None:
    fields = frozenset().union(*(layout.form.fields for layout in samples.FORMS.values()))
    assert {"l1", "l2", "indicator", "value", "weight", "comparator", "content", "measure", "told"} <= fields
    assert fields_of("{a^} | {b}") == {"a", "b"}


@pytest.mark.parametrize("kind", KINDS)
@given(seed=SEEDS, layout=st.sampled_from(FORMS), style=STYLES)
@settings(max_examples=4, deadline=None)
def test_the_same_arguments_give_the_same_bytes(kind: str, seed: int, layout: str, style: Style) -> None:
    assert samples.make(seed, layout, kind, style) == samples.make(seed, layout, kind, style)


@pytest.mark.parametrize("kind", KINDS)
@given(seed=SEEDS, layout=st.sampled_from(FORMS), style=STYLES)
@settings(max_examples=6, deadline=None)
def test_nothing_is_lost_in_print(kind: str, seed: int, layout: str, style: Style) -> None:
    paper = samples.FORMS[layout].paper(samples.said(seed), style)
    printed = PRINTED[kind](samples.KINDS[kind].write(paper, style).data)
    assert Counter(_said(paper)) - Counter(re.sub(r"\s|\\", "", printed)) == Counter()


def _said(paper: Paper) -> str:
    blocks = [block for section in paper.sections for block in section.blocks]
    texts = (cell.text for block in blocks if isinstance(block, Table) for cell in block.cells)
    return re.sub(r"\s", "", "".join([*texts, *(block.text for block in blocks if not isinstance(block, Table))]))


def _pdf(data: bytes) -> str:
    """What stands on the pages, not what falls off their edge."""
    with pypdfium2.PdfDocument(data) as document:
        return "".join(page.get_textpage().get_text_bounded(0, 0, *page.get_mediabox()[2:]) for page in document)


def _xlsx(data: bytes) -> str:
    """The text of a workbook; figures as anybody prints them, with any number of zeros."""
    book = CalamineWorkbook.from_filelike(io.BytesIO(data))
    cells = [cell for name in book.sheet_names for row in book.get_sheet_by_name(name).to_python() for cell in row]
    return "".join(cell if isinstance(cell, str) else f"{cell}{cell * 100:.4f}{cell:,.2f}{cell:.2f}%" for cell in cells)


def _docx(data: bytes) -> str:
    document = docx.Document(io.BytesIO(data))
    cells = (cell.text for table in document.tables for row in table.rows for cell in row.cells)
    return "".join([*cells, *(paragraph.text for paragraph in document.paragraphs)])


PRINTED = {
    "pdf": _pdf,
    "xlsx": _xlsx,
    "docx": _docx,
    "html": lambda data: LexborHTMLParser(data).body.text(),
    "markdown": lambda data: data.decode(),
    "csv": lambda data: "".join(cell for row in csv.reader(io.StringIO(data.decode("utf-8-sig"))) for cell in row),
}


@pytest.mark.parametrize("layout", ["ruled", "weighted", "flat", "stepped"])
@given(seed=SEEDS, style=STYLES)
@settings(max_examples=3, deadline=None)
def test_a_form_stands_on_the_page_that_the_truth_names(layout: str, seed: int, style: Style) -> None:
    sample = samples.make(seed, layout, "pdf", style)
    with pypdfium2.PdfDocument(sample.data) as document:
        pages = ["".join(page.get_textpage().get_text_range().split()) for page in document]
    for form in sample.truth.targets:
        assert form.name in pages[form.page - 1]
        assert all(form.page <= row.page <= len(pages) for row in form.indicators)


@pytest.mark.parametrize(
    ("landscape", "rotated", "rotation"), [(False, False, 0), (True, False, 0), (True, True, 90), (False, True, 0)]
)
def test_a_rotated_page_is_a_portrait_sheet_that_shows_all_of_a_landscape_page(landscape, rotated, rotation) -> None:
    data = samples.make(4, "weighted", "pdf", Style(landscape=landscape, rotated=rotated)).data
    with pypdfium2.PdfDocument(data) as document:
        for page in document:
            (width, height), (*_, right, top) = page.get_size(), page.get_mediabox()
            assert (width > height, page.get_rotation()) == (landscape, rotation)
            text = page.get_textpage()
            shown, all_of_it = text.get_text_bounded(0, 0, right, top), text.get_text_range()
            assert "".join(shown.split()) == "".join(all_of_it.split())


def test_sheets_are_counted_as_pages() -> None:
    sample = samples.make(3, "ruled", "xlsx", Style(running=False))
    book = CalamineWorkbook.from_filelike(io.BytesIO(sample.data))
    for form in sample.truth.targets:
        sheet = book.get_sheet_by_index(form.page - 1).to_python()
        assert any(form.name in row for row in sheet)


def test_a_percentage_is_a_number_to_a_spreadsheet() -> None:
    sample = samples.make(1, "evaluation", "xlsx")
    actual = {row.actual for form in sample.truth.targets for row in form.indicators}
    book = CalamineWorkbook.from_filelike(io.BytesIO(sample.data))
    cells = [cell for name in book.sheet_names for row in book.get_sheet_by_name(name).to_python() for cell in row]
    assert "95%" in actual
    assert 0.95 in cells
    assert "95%" not in cells


def test_word_merges_cells_for_real() -> None:
    data = samples.make(1, "ruled", "docx", Style()).data
    xml = docx.Document(io.BytesIO(data)).element.xml
    assert "w:gridSpan" in xml
    assert "w:vMerge" in xml


def test_layouts_and_kinds_take_turns(tmp_path) -> None:
    paths = samples.write(tmp_path, seed=2, count=3, kinds=("html", "csv"), layouts=("ruled", "flat", "parts"))
    expected = [samples.make(2, "parts", "html"), samples.make(3, "ruled", "csv"), samples.make(4, "flat", "html")]
    assert [(path.name, path.read_bytes()) for path in paths] == [(each.name, each.data) for each in expected]


def test_an_unknown_kind_is_refused() -> None:
    with pytest.raises(KeyError):
        samples.make(0, "ruled", "papyrus")


@pytest.mark.parametrize("layout", FORMS)
def test_the_rules_find_exactly_what_was_planted(layout: str) -> None:
    sample = samples.make(5, layout, "csv")
    store = Store()
    load(store, vocabulary_quads())
    load(store, triples(sample.truth))
    derive(store, derived)
    every = judge.findings(judge.run(library.rules(), store))
    found = [each for each in every if each.certainty == "certain"]
    assert sorted((each.rule, each.project, each.indicator or "") for each in found) == sorted(
        (each.rule, each.project, each.indicator or "") for each in sample.planted if each.certain
    )


def test_an_evaluation_says_what_was_achieved_and_the_points_for_it() -> None:
    rows = [row for form in samples.make(2, "evaluation", "csv").truth.targets for row in form.indicators]
    assert all(row.actual and row.score is not None and row.score <= row.weight for row in rows)
    assert any(row.score < row.weight for row in rows)


def test_placeholders_are_no_indicators() -> None:
    sample = samples.make(2, "placeholders", "csv")
    names = [row.name for form in sample.truth.targets for row in form.indicators]
    assert "……" in sample.text
    assert not any(name.startswith(("指标", "…")) for name in names)


def test_the_truth_differs_from_itself_in_nothing_and_from_another_in_much() -> None:
    one, other = (samples.make(seed, "weighted", "html").truth for seed in (1, 2))
    assert differences(one, one) == []
    assert len(differences(one, other)) > 10
