"""PDF files that the tests print themselves: characters, ruled and unruled tables, pages, furniture, broken files."""

from __future__ import annotations

import io
import re
from collections import Counter
from pathlib import Path

import pypdfium2
import pytest
from PIL import Image
from reportlab.lib import colors, pdfencrypt
from reportlab.lib.pagesizes import A4
from reportlab.lib.utils import ImageReader
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import SimpleDocTemplate, Table, TableStyle

from ingest.errors import DamagedFileError, ProtectedFileError, ScanError
from ingest.layout.folding import fold, radicals
from ingest.readers.pdf import read_pdf
from ingest.readers.pdf.ocr import SCALE, spread
from ingest.readers.pdf.rulings import Ruling, Rulings
from ingest.readers.pdf.view import view_of
from ingest.readers.source import FORM_FEED, WRAP

SONG = "STSong-Light"
WIDTH, HEIGHT = A4
pdfmetrics.registerFont(UnicodeCIDFont(SONG))


def _canvas(**settings):
    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=A4, **settings)
    canvas.setFont(SONG, 10)
    return buffer, canvas


def _read(buffer, name="a.pdf"):
    return read_pdf(Path(name), buffer.getvalue())


def _printed(draw, pages=1, **settings):
    """The source of pages drawn by a function of canvas and page number."""
    buffer, canvas = _canvas(**settings)
    for page in range(1, pages + 1):
        canvas.setFont(SONG, 10)
        draw(canvas, page)
        canvas.showPage()
    canvas.save()
    return _read(buffer)


def _write(canvas, x, top, text, size=10):
    canvas.setFont(SONG, size)
    canvas.drawString(x, HEIGHT - top, text)


def _level(canvas, y, x0=50, x1=350):
    canvas.line(x0, HEIGHT - y, x1, HEIGHT - y)


def _upright(canvas, x, y0, y1):
    canvas.line(x, HEIGHT - y0, x, HEIGHT - y1)


def _box(canvas, xs, ys):
    for y in ys:
        _level(canvas, y, xs[0], xs[-1])
    for x in xs:
        _upright(canvas, x, ys[0], ys[-1])


def _fill_in(canvas, xs, ys, rows):
    for top, row in zip(ys, rows, strict=False):
        for left, text in zip(xs, row, strict=False):
            _write(canvas, left + 4, top + 14, text)


def _platypus(rows, style, **settings):
    buffer = io.BytesIO()
    table = Table(rows, style=TableStyle([("FONT", (0, 0), (-1, -1), SONG, 10), *style]), **settings)
    SimpleDocTemplate(buffer, pagesize=A4).build([table])
    return _read(buffer)


def _rows(source):
    return [line.text.split("\t") for line in source.lines if line.row is not None]


def _cells(source, grid=0):
    return {
        (cell.row, cell.column): source.text[cell.start : cell.end].replace(WRAP, "")
        for cell in source.grids[grid].cells
        if cell.end > cell.start
    }


XS, YS = [50, 150, 250, 350], [100, 120, 140, 160]
ROWS = [["一级指标", "三级指标", "指标值"], ["产出指标", "培训人数", "≥350"], ["效益指标", "满意度", "≥90%"]]


def _table(canvas, _=1):
    _box(canvas, XS, YS)
    _fill_in(canvas, XS, YS, ROWS)


# Ruled tables


def test_a_ruled_table_is_a_grid_with_a_text_line_a_row():
    source = _printed(_table)
    assert _rows(source) == ROWS
    (grid,) = source.grids
    assert (grid.rows, grid.columns, grid.page) == (3, 3, 1)
    assert grid.edges == pytest.approx(XS, abs=0.5)
    assert grid.box == pytest.approx((50, 100, 350, 160), abs=0.5)


def test_each_cell_says_where_its_text_and_its_box_are():
    source = _printed(_table)
    cell = next(cell for cell in source.grids[0].cells if (cell.row, cell.column) == (1, 2))
    assert source.text[cell.start : cell.end] == "≥350"
    assert cell.box == pytest.approx((250, 120, 350, 140), abs=0.5)
    assert source.text.split("\n")[cell.line - 1] == "产出指标\t培训人数\t≥350"


def test_a_missing_border_merges_cells():
    def draw(canvas, _):
        for y in (100, 140):
            _level(canvas, y, 50, 350)
        _level(canvas, 120, 150, 350)
        for x in (50, 150, 350):
            _upright(canvas, x, 100, 140)
        _upright(canvas, 250, 120, 140)
        _write(canvas, 60, 124, "产出指标")
        _write(canvas, 160, 114, "数量指标")
        _write(canvas, 160, 134, "培训人数")
        _write(canvas, 260, 134, "20")

    source = _printed(draw)
    spans = {(cell.row, cell.column): (cell.rows, cell.columns) for cell in source.grids[0].cells}
    assert spans == {(0, 0): (2, 1), (0, 1): (1, 2), (1, 1): (1, 1), (1, 2): (1, 1)}
    assert _rows(source) == [["产出指标", "数量指标", ""], ["", "培训人数", "20"]]


@pytest.mark.parametrize(
    "style",
    [
        [("GRID", (0, 0), (-1, -1), 0.5, colors.black)],
        [("GRID", (0, 0), (-1, -1), 3, colors.black)],
        [("GRID", (0, 0), (-1, -1), 0.5, colors.lightgrey)],
        [("GRID", (0, 0), (-1, -1), 0.5, colors.black, None, (2, 2))],
        [("GRID", (0, 0), (-1, -1), 0.5, colors.black, None, None, None, 2, 1)],
        [("BACKGROUND", (0, 0), (-1, 0), colors.lightgrey), ("GRID", (0, 0), (-1, -1), 0.5, colors.black)],
        [("INNERGRID", (0, 0), (-1, -1), 0.5, colors.black)],
        [("LINEABOVE", (0, 0), (-1, -1), 0.5, colors.black), ("LINEBELOW", (0, -1), (-1, -1), 0.5, colors.black)],
        [("LINEABOVE", (0, 0), (-1, 0), 1, colors.black), ("LINEBELOW", (0, 0), (-1, 0), 0.5, colors.black),
         ("LINEBELOW", (0, -1), (-1, -1), 1, colors.black)],
        [("ROWBACKGROUNDS", (0, 0), (-1, -1), (colors.whitesmoke, colors.lightgrey))],
    ],
    ids=["lines", "thick", "grey", "dashed", "double", "head", "open", "level", "three", "zebra"],
)  # fmt: skip
def test_a_table_is_read_however_it_is_drawn(style):
    rows = [["指标", "目标", "权重"], ["培训人数", "≥350", "20"], ["会议场次", "≥3", "10"], ["检查次数", "≥12", "10"]]
    assert _rows(_platypus(rows, style, colWidths=100)) == rows


def test_borders_drawn_as_thin_filled_rectangles_are_lines():
    def draw(canvas, _):
        for y in YS:
            canvas.rect(50, HEIGHT - y, 300, 0.5, stroke=0, fill=1)
        for x in XS:
            canvas.rect(x, HEIGHT - 160, 0.5, 60, stroke=0, fill=1)
        _fill_in(canvas, XS, YS, ROWS)

    assert _rows(_printed(draw)) == ROWS


def test_cells_drawn_as_coloured_areas_are_cells():
    def draw(canvas, _):
        for top in YS[:-1]:
            for left in XS[:-1]:
                canvas.setFillColorRGB(0.8, 0.85, 0.95)
                canvas.rect(left + 1, HEIGHT - top - 19, 98, 18, stroke=0, fill=1)
        canvas.setFillColorRGB(0, 0, 0)
        _fill_in(canvas, XS, YS, ROWS)

    assert _rows(_printed(draw)) == ROWS


def test_lines_inside_a_moved_form_are_where_they_are_seen():
    def draw(canvas, page):
        canvas.beginForm(f"table{page}")
        canvas.translate(0, 0)
        _box(canvas, [0, 50, 100, 150], [HEIGHT - y for y in (0, 10, 20, 30)])
        canvas.endForm()
        canvas.saveState()
        canvas.translate(50, HEIGHT - 160)
        canvas.scale(2, 2)
        canvas.doForm(f"table{page}")
        canvas.restoreState()
        _fill_in(canvas, XS, YS, ROWS)

    assert _rows(_printed(draw)) == ROWS


def test_lines_that_cannot_be_seen_divide_nothing():
    def draw(canvas, _):
        _table(canvas)
        canvas.setStrokeColorRGB(1, 1, 1)
        _upright(canvas, 180, 100, 160)
        canvas.setStrokeColorRGB(0, 0, 0)
        path = canvas.beginPath()
        path.rect(400, 400, 10, 10)
        canvas.saveState()
        canvas.clipPath(path, stroke=0, fill=0)
        _upright(canvas, 230, 100, 160)
        canvas.restoreState()

    assert _rows(_printed(draw)) == ROWS


def test_a_frame_around_the_page_is_no_table():
    def draw(canvas, _):
        canvas.rect(30, 30, WIDTH - 60, HEIGHT - 60)
        _write(canvas, 60, 80, "项目支出绩效目标表")
        _table(canvas)

    source = _printed(draw)
    assert len(source.grids) == 1
    assert source.lines[0].text == "项目支出绩效目标表"


def test_a_table_within_a_cell_has_its_own_grid():
    def draw(canvas, _):
        _box(canvas, [30, 40, 400], [60, 90, 200])
        _write(canvas, 60, 80, "绩效目标")
        _write(canvas, 31, 150, "一", 8)
        _table(canvas)

    source = _printed(draw)
    assert sorted((grid.rows, grid.columns) for grid in source.grids) == [(2, 2), (3, 3)]
    assert [row for row in _rows(source) if len(row) == 3] == ROWS


def test_a_label_printed_downward_in_a_narrow_cell_is_in_order():
    def draw(canvas, _):
        _box(canvas, [50, 66, 200], [100, 180])
        for i, char in enumerate("年度目标"):
            _write(canvas, 53, 114 + 15 * i, char)
        _write(canvas, 70, 140, "完成培训")

    assert _rows(_printed(draw)) == [[WRAP.join("年度目标"), "完成培训"]]


def test_a_label_turned_sideways_is_read_in_its_direction():
    def draw(canvas, _):
        _box(canvas, [50, 70, 200], [100, 180])
        _write(canvas, 75, 140, "完成全部培训任务")
        canvas.saveState()
        canvas.translate(63, HEIGHT - 170)
        canvas.rotate(90)
        canvas.drawString(0, 0, "年度目标")
        canvas.restoreState()

    assert _rows(_printed(draw)) == [["年度目标", "完成全部培训任务"]]


def test_text_wider_than_its_cell_stays_in_it():
    def draw(canvas, _):
        _box(canvas, XS, YS[:2])
        _write(canvas, 54, 114, "保障信息系统稳定安全运行的次数")
        _write(canvas, 300, 114, "≥20")

    source = _printed(draw)
    assert _rows(source) == [["保障信息系统稳定安全运行的次数", "", "≥20"]]


def test_what_is_cut_off_at_the_cells_edge_belongs_to_the_cell():
    def draw(canvas, _):
        _table(canvas)
        path = canvas.beginPath()
        path.rect(150, HEIGHT - 140, 100, 20)
        canvas.saveState()
        canvas.clipPath(path, stroke=0, fill=0)
        _write(canvas, 154, 150, "（人次）")
        canvas.restoreState()

    assert _cells(_printed(draw))[1, 1] == "培训人数（人次）"


def test_what_is_cut_off_at_the_pages_edge_is_not_printed():
    def draw(canvas, _):
        _table(canvas)
        path = canvas.beginPath()
        path.rect(40, HEIGHT - 160, 320, 60)
        canvas.saveState()
        canvas.clipPath(path, stroke=0, fill=0)
        _write(canvas, 154, 190, "下一页的文字")
        canvas.restoreState()

    assert "下一页" not in _printed(draw).text


# Pages


def test_a_cell_cut_by_the_pages_end_is_open_above_on_the_next_page():
    def draw(canvas, page):
        if page == 1:
            _level(canvas, 100, 50, 350)
            for x in XS:
                _upright(canvas, x, 100, 800)
            _fill_in(canvas, XS, [100], ROWS[:1])
            _write(canvas, 154, 790, "保障系统")
            _level(canvas, 700, 50, 350)
        else:
            for x in XS:
                _upright(canvas, x, 40, 120)
            for y in (80, 120):
                _level(canvas, y, 50, 350)
            _write(canvas, 154, 60, "安全运行")
            _fill_in(canvas, XS, [90], ROWS[1:2])

    source = _printed(draw, pages=2)
    assert [grid.page for grid in source.grids] == [1, 2]
    assert {cell.row for cell in source.grids[1].cells if cell.open_above} == {0}
    assert not any(cell.open_above for cell in source.grids[1].cells if cell.row)
    assert _cells(source, 1)[0, 1] == "安全运行"


def test_a_merged_cell_cut_at_both_ends_of_the_page_keeps_its_outer_side():
    def draw(canvas, _):
        for y in (100, 120, 140):
            _level(canvas, y, 150, 350)
        for x in (50, 150, 250, 350):
            _upright(canvas, x, 100, 140)
        _write(canvas, 60, 124, "项目名称")
        _fill_in(canvas, [150, 250], [100, 120], [["数量", "1"], ["质量", "2"]])

    (grid,) = (source := _printed(draw)).grids
    assert (grid.rows, grid.columns) == (2, 3)
    assert _rows(source) == [["项目名称", "数量", "1"], ["", "质量", "2"]]


def test_each_page_ends_with_a_form_feed_and_begins_with_a_page_break():
    source = _printed(lambda canvas, page: _write(canvas, 60, 100, f"第{page}部分说明"), pages=3)
    assert source.text == f"第1部分说明\n{FORM_FEED}第2部分说明\n{FORM_FEED}第3部分说明\n{FORM_FEED}"
    assert [line.page_break for line in source.lines] == [False, True, True]
    assert [line.page for line in source.lines] == [1, 2, 3]
    assert [source.text[page.start : page.end] for page in source.pages] == [f"第{n}部分说明\n" for n in (1, 2, 3)]


def test_lines_know_their_numbers_places_and_boxes():
    def draw(canvas, _):
        _write(canvas, 60, 60, "标题")
        _table(canvas)
        _write(canvas, 60, 200, "备注")

    source = _printed(draw)
    assert [line.text for line in source.lines] == ["标题", *map("\t".join, ROWS), "备注"]
    assert [line.number for line in source.lines] == [1, 2, 3, 4, 5]
    assert [line.row for line in source.lines] == [None, 1, 2, 3, None]
    assert all(source.text[line.start : line.start + len(line.text)] == line.text for line in source.lines)
    assert source.lines[-1].box == pytest.approx((60, 191, 80, 202), abs=2)


def test_room_between_lines_is_counted_in_empty_lines():
    def draw(canvas, _):
        for top in (100, 116, 132, 180):
            _write(canvas, 60, top, "按照预算管理的要求编制本部门预算")

    assert [line.gap for line in _printed(draw).lines] == [0, 0, 0, 2]


def _turned(canvas, width, height, quarters):
    """Turn what is drawn to the left, on a sheet of this size, so that its corner is a corner of the sheet."""
    canvas.translate(*{0: (0, 0), 1: (width, 0), 2: (width, height), 3: (0, height)}[quarters])
    canvas.rotate(90 * quarters)


@pytest.mark.parametrize("quarters", [0, 1, 2, 3])
def test_a_turned_page_is_read_upright(quarters):
    buffer, canvas = _canvas()
    canvas.setPageRotation(90 * quarters)  # reportlab turns the sheet too: a reader sees it upright
    _turned(canvas, *((HEIGHT, WIDTH) if quarters % 2 else (WIDTH, HEIGHT)), quarters)
    _table(canvas)
    canvas.save()
    source = _read(buffer)
    assert _rows(source) == ROWS
    assert (source.pages[0].width, source.pages[0].height) == pytest.approx((WIDTH, HEIGHT), abs=1)
    assert source.grids[0].box == pytest.approx((50, 100, 350, 160), abs=1)


@pytest.mark.parametrize("quarters", [1, 2, 3])
def test_text_that_runs_sideways_on_an_unturned_page_is_read_upright(quarters):
    buffer, canvas = _canvas()
    _turned(canvas, WIDTH, HEIGHT, quarters)
    if quarters % 2:
        canvas.translate(0, WIDTH - HEIGHT)
    _table(canvas)
    canvas.save()
    source = _read(buffer)
    assert _rows(source) == ROWS
    assert source.grids[0].box == pytest.approx((50, 100, 350, 160), abs=1)


# Characters


def test_bold_that_is_printed_twice_is_read_once():
    def draw(canvas, _):
        for offset in (0, 0.3):
            _write(canvas, 60 + offset, 100, "绩效目标1122表")
        for i, char in enumerate("预算总表"):
            for offset in (0, 0.3):
                _write(canvas, 60 + 10 * i + offset, 130, char)

    assert [line.text for line in _printed(draw).lines] == ["绩效目标1122表", "预算总表"]


def test_a_gap_is_one_space_and_no_gap_is_none():
    def draw(canvas, _):
        _write(canvas, 60, 100, "部门名称：")
        _write(canvas, 110, 100, "水务局")
        _write(canvas, 400, 100, "单位：  万元")

    assert [line.text for line in _printed(draw).lines] == ["部门名称：水务局 单位： 万元"]


def test_what_lies_outside_the_page_is_not_read():
    source = _printed(lambda canvas, _: (_write(canvas, 60, 100, "印出"), _write(canvas, 60, -50, "不印")))
    assert source.text.strip() == "印出"


def test_a_watermark_is_no_line():
    def draw(canvas, _):
        _table(canvas)
        canvas.saveState()
        canvas.translate(100, HEIGHT - 170)
        canvas.rotate(35)
        canvas.setFont(SONG, 30)
        canvas.drawString(0, 0, "内部资料")
        canvas.restoreState()

    source = _printed(draw)
    assert _rows(source) == ROWS
    assert [line.text for line in source.lines if line.row is None] == []
    assert "内部资料" in source.text


def test_text_under_a_white_area_is_no_line():
    def draw(canvas, _):
        _write(canvas, 60, 100, "旧的标题")
        canvas.setFillColorRGB(1, 1, 1)
        canvas.rect(50, HEIGHT - 110, 200, 30, stroke=0, fill=1)
        canvas.setFillColorRGB(0, 0, 0)
        _write(canvas, 65, 102, "新的标题")

    assert [line.text for line in _printed(draw).lines] == ["新的标题"]


@pytest.mark.parametrize(("colour", "lines"), [((255, 255, 255, 255), []), ((255, 0, 0, 90), ["盖章单位"])])
def test_text_under_a_picture_is_a_line_where_it_shines_through(colour, lines):
    def draw(canvas, _):
        _write(canvas, 60, 100, "盖章单位")
        canvas.drawImage(ImageReader(Image.new("RGBA", (90, 90), colour)), 40, HEIGHT - 140, 90, 90, mask="auto")
        _write(canvas, 60, 200, "下一行")

    assert [line.text for line in _printed(draw).lines] == [*lines, "下一行"]


def test_a_page_cut_to_a_part_is_measured_from_that_parts_corner():
    def draw(canvas, _):
        canvas.setCropBox((40, 60, 500, HEIGHT - 80))
        _table(canvas)

    source = _printed(draw)
    assert _rows(source) == ROWS
    assert source.grids[0].box == pytest.approx((10, 20, 310, 80), abs=1)
    assert source.pages[0].width == pytest.approx(460, abs=1)


def test_radicals_stay_in_the_text_and_are_folded_where_text_is_compared():
    printed = "⼈⺠⽣活⻓期⻅效"
    assert fold(printed) == "人民生活长期见效"
    assert printed.translate(radicals()) == "人民生活长期见效"
    assert all(len(meant) == 1 for meant in radicals().values())


# Tables without rulings


def test_words_that_stand_in_columns_are_a_table():
    rows = [
        ["科目名称", "预算数", "比上年"],
        ["工资福利支出", "786.14", "12.10"],
        ["商品和服务支出", "352.73", "-3.40"],
        ["资本性支出", "51.90", "0.00"],
    ]

    def draw(canvas, _):
        for i, row in enumerate(rows):
            for x, text in zip((60, 250, 380), row, strict=True):
                _write(canvas, x, 100 + 18 * i, text)

    source = _printed(draw)
    assert _rows(source) == rows
    assert (source.grids[0].rows, source.grids[0].columns) == (4, 3)


def test_running_prose_is_no_table():
    prose = "按照预算管理的要求，本部门收入和支出全部纳入预算管理，其中一般公共预算拨款1269.68万元。"

    def draw(canvas, _):
        for i in range(12):
            _write(canvas, 60 if i % 4 else 80, 100 + 18 * i, prose[: 45 if i % 4 else 43])
        _write(canvas, 60, 340, "填报人：张某")
        _write(canvas, 300, 340, "2026年1月")

    source = _printed(draw)
    assert source.grids == ()


# Page furniture


@pytest.mark.parametrize(
    "form", ["{}", "- {} -", "— {} —", "第 {} 页", "第{}页 共9页", "{}/9", "第 {} 页，共 9 页", "共9页 第{}页"]
)
def test_page_numbers_are_no_lines_but_stay_in_the_text(form):
    def draw(canvas, page):
        _write(canvas, 60, 100, f"说明文字之{'一二三四'[page]}")
        _write(canvas, 290, 810, form.format(page))

    source = _printed(draw, pages=3)
    assert [line.text for line in source.lines] == [f"说明文字之{each}" for each in "二三四"]
    assert re.sub(r"\s", "", form.format(2)) in re.sub(r"\s", "", source.text)


def test_a_running_head_is_no_line_but_a_title_and_a_unit_are():
    def draw(canvas, _):
        _write(canvas, 60, 30, "某局2026年部门预算", 9)
        _write(canvas, 200, 75, "项目支出绩效目标表", 16)
        _write(canvas, 300, 96, "单位：万元")
        _table(canvas)

    source = _printed(draw, pages=4)
    outside = Counter(line.text for line in source.lines if line.row is None)
    assert outside == {"项目支出绩效目标表": 4, "单位：万元": 4}


def test_a_figure_at_the_foot_that_does_not_count_pages_stays():
    def draw(canvas, page):
        _write(canvas, 60, 100, "合计")
        _write(canvas, 290, 810, str((37, 12, 80)[page - 1]))

    assert [line.text for line in _printed(draw, pages=3).lines][1::2] == ["37", "12", "80"]


# Files that cannot be read


def _picture(canvas, _=1):
    canvas.drawImage(ImageReader(Image.new("RGB", (60, 80), "gray")), 0, 0, WIDTH, HEIGHT)


@pytest.fixture
def blind(monkeypatch):
    """Text recognition is not installed."""
    monkeypatch.setattr("ingest.readers.pdf.layout.engine", lambda: None)


@pytest.mark.usefixtures("blind")
def test_a_scan_says_so_and_what_would_read_it():
    with pytest.raises(ScanError, match=r"2 页.*扫描.*jixiao\[ocr\]"):
        _printed(_picture, pages=2)


@pytest.mark.usefixtures("blind")
def test_a_page_that_is_a_picture_is_told_among_others():
    def draw(canvas, page):
        if page == 2:
            _picture(canvas)
        else:
            _write(canvas, 60, 100, "部门预算")

    source = _printed(draw, pages=3)
    assert [bool(page.unread) for page in source.pages] == [False, True, False]
    assert "扫描" in source.pages[1].unread


def test_a_scan_is_read_by_what_is_recognised_in_it(monkeypatch):
    def recognised(page, _):
        xs, ys = [50.0, 150.0, 250.0, 350.0], [100.0, 120.0, 140.0, 160.0]
        glyphs = [
            glyph
            for top, row in zip(ys, ROWS, strict=False)
            for left, text in zip(xs, row, strict=False)
            for glyph in spread(
                [[SCALE * x, SCALE * y] for x in (left + 4, left + 60) for y in (top + 4, top + 16)], text
            )
        ]
        rulings = Rulings([Ruling(y, 50, 350) for y in ys], [Ruling(x, 100, 160) for x in xs], [])
        return view_of(page, 0), glyphs, rulings

    monkeypatch.setattr("ingest.readers.pdf.layout.engine", lambda: "engine")
    monkeypatch.setattr("ingest.readers.pdf.layout.recognised", recognised)
    source = _printed(_picture)
    assert _rows(source) == ROWS
    assert source.pages[0].unread is None


def test_recognised_characters_share_their_lines_box_by_width():
    corners = [[0, 0], [5 * SCALE * 10, 0], [5 * SCALE * 10, SCALE * 10], [0, SCALE * 10]]
    glyphs = list(spread(corners, "预算12 表"))
    assert "".join(glyph.char for glyph in glyphs) == "预算12表"
    assert [glyph.spaced for glyph in glyphs] == [False, False, False, False, True]
    assert [round(glyph.left, 1) for glyph in glyphs] == [0.0, 11.1, 22.2, 27.8, 38.9]
    assert glyphs[-1].right == pytest.approx(50)


def test_a_locked_file_says_so():
    with pytest.raises(ProtectedFileError, match="密码"):
        _printed(_table, encrypt=pdfencrypt.StandardEncryption("secret", canPrint=0))


def test_a_file_that_only_its_owner_may_change_is_read():
    assert _rows(_printed(_table, encrypt=pdfencrypt.StandardEncryption("", ownerPassword="own"))) == ROWS


def test_a_file_without_its_end_is_damaged():
    buffer, canvas = _canvas()
    _table(canvas)
    canvas.save()
    with pytest.raises(DamagedFileError, match="不完整"):
        read_pdf(Path("a.pdf"), buffer.getvalue()[: len(buffer.getvalue()) * 2 // 3])


@pytest.mark.parametrize("data", [b"%PDF-1.4\n" + b"garbage " * 50 + b"%%EOF", b"%PDF-1.7 %%EOF"])
def test_garbage_is_damaged(data):
    with pytest.raises(DamagedFileError, match="损坏"):
        read_pdf(Path("a.pdf"), data)


def test_nothing_that_is_printed_is_lost():
    def draw(canvas, _):
        _write(canvas, 60, 60, "标题（2026年度）—— 测试，全部文字；保留“原样”")
        _table(canvas)
        _write(canvas, 60, 200, "备注：a-b_c/d 1,234.50元")

    buffer, canvas = _canvas()
    draw(canvas, 1)
    canvas.save()
    source = _read(buffer)
    document = pypdfium2.PdfDocument(buffer.getvalue())
    given = document[0].get_textpage().get_text_range()
    assert Counter(source.text) - Counter(" \n\t\f" * 99) == Counter(given) - Counter(" \r\n" * 99)
