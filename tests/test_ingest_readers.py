"""Files of every kind become text, lines and cells: the same content gives the same cells, each at its place."""

from __future__ import annotations

import csv
import html
import io
import json
import zipfile
from pathlib import Path

import docx
import pytest
import xlsxwriter
import xlwt
from docx.enum.text import WD_BREAK
from docx.oxml import parse_xml
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from ingest.errors import (
    DamagedFileError,
    EmptyFileError,
    EncodingError,
    IngestError,
    LimitError,
    ProtectedFileError,
    UnreadableFileError,
    UnsupportedFormatError,
)
from ingest.readers import read_source
from ingest.readers.display import displayed
from ingest.readers.numbering import numeral
from ingest.readers.sniff import kind_of
from ingest.readers.source import FORM_FEED, WRAP
from ingest.readers.text import lines_of

W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
SHEET = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
MANY = settings(deadline=None, max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture
def source(tmp_path):
    """What is read from a file of these bytes (or this text in UTF-8) and this name."""

    def made(data, name="预算"):
        path = tmp_path / name
        path.write_bytes(data if isinstance(data, bytes) else data.encode())
        return read_source(path)

    return made


def _texts(grid, text):
    """The texts of a grid's cells by row and column, empty ones left out."""
    found = {(cell.row, cell.column): text[cell.start : cell.end] for cell in grid.cells}
    return {place: shown for place, shown in found.items() if shown}


def _spans(grid):
    return {(cell.row, cell.column): (cell.rows, cell.columns) for cell in grid.cells if cell.rows * cell.columns > 1}


def _only(source):
    (grid,) = source.grids
    return _texts(grid, source.text)


def _workbook(cells, *, sheet="表", merges=()):
    """An XLSX file: values (with a number format perhaps) by place, and merged ranges."""
    file = io.BytesIO()
    book = xlsxwriter.Workbook(file)
    page = book.add_worksheet(sheet)
    for area, text in merges:
        page.merge_range(*area, text)
    for (row, column), value in cells.items():
        number, code = value if isinstance(value, tuple) else (value, None)
        page.write(row, column, number, book.add_format({"num_format": code} if code else {}))
    book.close()
    return file.getvalue()


def _with_part(data, name, content):
    """A ZIP file in which one part is another."""
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as new:
        for each in old.namelist():
            new.writestr(each, content if each == name else old.read(each))
    return file.getvalue()


def _sheet(rows, after=""):
    """An XLSX file whose only sheet is this XML."""
    data = _workbook({(0, 0): "x"})
    return _with_part(
        data,
        "xl/worksheets/sheet1.xml",
        f'<worksheet xmlns="{SHEET}"><sheetData>{rows}</sheetData>{after}</worksheet>',
    )


def _document(build):
    document = docx.Document()
    build(document)
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


def _body(xml):
    """A DOCX file with this body."""
    data = _document(lambda _: None)
    return _with_part(data, "word/document.xml", f"<w:document {W}><w:body>{xml}</w:body></w:document>")


# What a file is


def _zip(*names):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name in names:
            archive.writestr(name, "x")
    return file.getvalue()


OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504)
KINDS = {
    "PDF": (b"%PDF-1.7\n", "pdf"),
    "PDF after some bytes": (b"\xef\xbb\xbf\r\n%PDF-1.4\n", "pdf"),
    "XLSX": (_zip("[Content_Types].xml", "xl/workbook.xml"), "xlsx"),
    "DOCX": (_zip("[Content_Types].xml", "word/document.xml"), "docx"),
    "DOCX with another main part": (_zip("[Content_Types].xml", "word/document2.xml"), "docx"),
    "presentation": (_zip("[Content_Types].xml", "ppt/presentation.xml"), "pptx"),
    "OFD": (_zip("OFD.xml", "Doc_0/Document.xml"), "ofd"),
    "archive": (_zip("预算.xlsx", "说明/决算.docx"), "zip"),
    "archive that begins with a PDF": (_zip("%PDF-1.7.pdf"), "zip"),
    "archive of nothing": (_zip(), "zip"),
    "XLSX cut off": (_zip("[Content_Types].xml", "xl/workbook.xml")[:-40], "xlsx"),
    "DOC": (OLE + "WordDocument".encode("utf-16-le"), "doc"),
    "XLS": (OLE + "Workbook".encode("utf-16-le"), "xls"),
    "encrypted": (OLE + "EncryptedPackage".encode("utf-16-le"), "encrypted"),
    "RTF": (rb"{\rtf1\ansi", "rtf"),
    "RAR": (b"Rar!\x1a\x07\x00", "rar"),
    "JPEG": (b"\xff\xd8\xff\xe0\x00\x10JFIF", "image"),
    "WebP": (b"RIFF\x00\x00\x00\x00WEBPVP8 ", "image"),
    "page": (b"<!DOCTYPE html><html>", "html"),
    "XHTML": (b'<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE html PUBLIC>', "html"),
    "page after a comment": (b"<!-- saved -->\n<HTML>", "html"),
    "piece of a page": ("<div class='main'>正文</div>".encode(), "html"),
    "table of a page": ("\n <TABLE border=1><tr><td>甲".encode(), "html"),
    "page in UTF-16": ("\ufeff<html>".encode("utf-16-le"), "html"),
    "web archive": (b"MIME-Version: 1.0\r\nContent-Type: multipart/related;\r\n\tboundary=x", "mhtml"),
    "XML of Excel": (
        b'<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet">',
        "xls-xml",
    ),
    "text": ("一般公共预算".encode(), "text"),
    "text in pointed brackets": ("<关于预算的说明>".encode(), "text"),
    "BM and text": (b"BM2024", "text"),
    "nothing": (b"", "text"),
}


@pytest.mark.parametrize(("data", "kind"), KINDS.values(), ids=KINDS)
def test_a_file_is_what_it_holds(data, kind) -> None:
    assert kind_of(data) == kind


@pytest.mark.parametrize("name", ["a.html", "a.pdf", "a", "a.doc"])
def test_the_name_of_a_file_promises_nothing(source, name) -> None:
    assert source(_workbook({(0, 0): "甲", (0, 1): "乙"}), name).format == "xlsx"
    assert source("<table><tr><td>甲<td>乙</table>", name).format == "html"


REFUSED = {
    "picture": (b"\x89PNG\r\n\x1a\n", UnsupportedFormatError, "图片"),
    "RAR": (b"Rar!\x1a\x07\x00", UnsupportedFormatError, "解压"),
    "OFD": (_zip("OFD.xml"), UnsupportedFormatError, "PDF"),
    "presentation": (_zip("[Content_Types].xml", "ppt/presentation.xml"), UnsupportedFormatError, "演示文稿"),
    "locked": (OLE + "EncryptedPackage".encode("utf-16-le"), ProtectedFileError, "密码"),
    "OLE of no document": (OLE, UnsupportedFormatError, "旧版 Office"),
    "XLS of nothing": (OLE + "Workbook".encode("utf-16-le"), DamagedFileError, "损坏"),
    "XLSX of nothing": (_zip("[Content_Types].xml", "xl/workbook.xml"), DamagedFileError, "损坏"),
    "DOCX of nothing": (_zip("[Content_Types].xml", "word/document.xml"), DamagedFileError, "损坏"),
    "0 bytes": (b"", EmptyFileError, "空"),
    "workbook of empty cells": (_workbook({}), EmptyFileError, "空"),
    "document without a word": (_document(lambda _: None), EmptyFileError, "空"),
    "page without a word": (b"<html><body><script>x</script></body></html>", EmptyFileError, "空"),
    "bytes": (bytes(range(256)), EncodingError, "编码"),
}


@pytest.mark.parametrize(("data", "kind", "cause"), REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_read_is_refused_with_its_cause(source, data, kind, cause) -> None:
    with pytest.raises(kind, match=cause):
        source(data)


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 0.99])
@pytest.mark.parametrize("kind", ["xlsx", "docx"])
def test_a_file_that_was_cut_off_is_told_so(source, kind, share) -> None:
    whole = _workbook({(0, 0): "甲"}) if kind == "xlsx" else _document(lambda each: each.add_paragraph("甲"))
    with pytest.raises(DamagedFileError):
        source(whole[: int(len(whole) * share)])


def test_the_kind_of_each_sample_is_told(tmp_path) -> None:
    for name, data, kind in (
        ("a.xlsx", _workbook({(0, 0): "甲"}), "xlsx"),
        ("a.docx", _document(lambda each: each.add_paragraph("甲")), "docx"),
        ("a.html", b"<p>a</p>", "html"),
        ("a.md", b"| a | b |\n|---|---|\n| 1 | 2 |\n", "markdown"),
        ("a.csv", b"a,b\n1,2\n", "csv"),
        ("a.txt", b"a b\n", "text"),
    ):
        (tmp_path / name).write_bytes(data)
        assert read_source(tmp_path / name).format == kind


# The same content in every kind of file

WORD = st.text(alphabet="甲乙丙丁≥≤0123456789.%（）、ab&<|\"',;*", min_size=1, max_size=6)
TEXT = st.one_of(st.just(""), WORD, st.tuples(WORD, WORD).map("\n".join))


@st.composite
def _tables(draw):
    """A table: its size, and cells that do not overlap, each with what it covers and its text.

    Every outer row and column holds a text, as a workbook knows no empty ones, and there are at least two cells, as
    one alone is running text in a frame.
    """
    rows, columns = draw(st.integers(2, 5)), draw(st.integers(2, 5))
    taken, cells = set(), []
    for row in range(rows):
        for column in range(columns):
            if (row, column) in taken:
                continue
            down, right = draw(st.integers(1, 2)), draw(st.integers(1, 3))
            area = {(r, c) for r in range(row, row + down) for c in range(column, column + right)}
            if area & taken or row + down > rows or column + right > columns or draw(st.booleans()):
                area, down, right = {(row, column)}, 1, 1
            taken |= area
            outer = row in {0, rows - 1} or column in {0, columns - 1} or down > 1 or right > 1
            cells.append((row, column, down, right, draw(WORD if outer else TEXT)))
    assume(len(cells) > 1)
    return rows, columns, cells


def _as_xlsx(_rows, _columns, cells):
    file = io.BytesIO()
    book = xlsxwriter.Workbook(file, {"strings_to_numbers": False, "strings_to_formulas": False})
    page = book.add_worksheet()
    for row, column, down, right, text in cells:
        if down * right > 1:
            page.merge_range(row, column, row + down - 1, column + right - 1, "")
        page.write_string(row, column, text)
    book.close()
    return file.getvalue()


def _as_docx(rows, columns, cells):
    def build(document):
        table = document.add_table(rows, columns)
        for row, column, down, right, text in cells:
            first = table.cell(row, column)
            first.merge(table.cell(row + down - 1, column + right - 1)).text = text

    return _document(build)


def _as_html(rows, _columns, cells):
    lines = []
    for number in range(rows):
        inner = "".join(
            f"<td rowspan={down} colspan={right}>{html.escape(text).replace(chr(10), '<br>')}</td>"
            for row, _, down, right, text in cells
            if row == number
        )
        lines.append(f"<tr>{inner}</tr>")
    return ("<meta charset=utf-8><table>" + "".join(lines) + "</table>").encode()


def _as_rows(rows, columns, cells):
    texts = {(row, column): text for row, column, _, _, text in cells}
    return [[texts.get((row, column), "") for column in range(columns)] for row in range(rows)]


def _as_csv(rows, columns, cells):
    file = io.StringIO(newline="")
    csv.writer(file).writerows(_as_rows(rows, columns, cells))
    return file.getvalue().encode("gb18030")


def _as_markdown(rows, columns, cells):
    escapes = str.maketrans({each: f"\\{each}" for each in "|*&<"} | {"\n": "<br>"})
    lines = [
        "| " + " | ".join(text.translate(escapes) for text in row) + " |" for row in _as_rows(rows, columns, cells)
    ]
    lines.insert(1, "|" + "---|" * columns)
    return ("\n".join(lines) + "\n").encode()


@given(table=_tables())
@MANY
def test_the_same_table_has_the_same_cells_in_every_kind_of_file(source, table) -> None:
    _, _, cells = table
    texts = {(row, column): text.replace("\n", WRAP) for row, column, _, _, text in cells if text}
    spans = {(row, column): (down, right) for row, column, down, right, _ in cells if down * right > 1}
    for write, name in ((_as_xlsx, "a.xlsx"), (_as_docx, "a.docx"), (_as_html, "a.html"), (_as_csv, "a.csv"),
                        (_as_markdown, "a.md")):  # fmt: skip
        read = source(write(*table), name)
        assert _only(read) == texts, name
        if name not in {"a.csv", "a.md"}:  # these know no merged cells
            assert _spans(read.grids[0]) == spans, name
        _check_places(read)


def _check_places(source):
    """What every source promises: lines, cells and pages stand where they say, and cells do not overlap."""
    numbered = {line.number: line for line in source.lines}
    assert list(numbered) == sorted(numbered)
    for line in source.lines:
        assert source.text[line.start : line.start + len(line.text)] == line.text
        assert line.text.strip()
        assert "\n" not in line.text
        assert source.text.count("\n", 0, line.start) + source.text.count(FORM_FEED, 0, line.start) == line.number - 1
    for grid in source.grids:
        covered = [(cell.row + down, cell.column + right) for cell in grid.cells
                   for down in range(cell.rows) for right in range(cell.columns)]  # fmt: skip
        assert sorted(covered) == [(row, column) for row in range(grid.rows) for column in range(grid.columns)]
        for cell in grid.cells:
            shown = source.text[cell.start : cell.end]
            assert shown == shown.strip()
            assert not {"\t", "\n"} & set(shown)
            if shown:
                line = numbered[cell.line]
                assert line.row == grid.first_row + cell.row
                assert line.text.count("\t", 0, cell.start - line.start) == cell.column
    ends = [0, *(page.end + 1 for page in source.pages)]
    assert [page.start for page in source.pages] == ends[: len(source.pages)]


# Workbooks

DISPLAYED = {
    ("0%", 0.95): "95%",
    ("0.00%", 0.95): "95.00%",
    ("General", 1.0): "1",
    ("General", 82800.920000000013): "82800.92",
    ("General", 72204.570000000007): "72204.57",
    ("General", 0.1 + 0.2): "0.3",
    ("General", 1234567890.25): "1234567890.25",
    ("General", -0.5): "-0.5",
    ("General", 13070000000123.0): "13070000000123",
    ("", 5.5): "5.5",
    ("@", 12.0): "12",
    ("0.00_ ", 72204.570000000007): "72204.57",
    ("0.00", 1.005): "1.01",
    ("0.0", 2.25): "2.3",
    ("#,##0.00", 1234567.891): "1,234,567.89",
    ("#,##0", 999.5): "1,000",
    ("#,##0", 0.0): "0",
    ("#.##", 0.5): ".5",
    ("0.##", 5.0): "5",
    ("000000", 213.0): "000213",
    ("0_);(0)", -5.0): "(5)",
    ("[Red]-0.0", 5.0): "-5.0",
    ('_ * #,##0.00_ ;_ * \\-#,##0.00_ ;_ * "-"??_ ;_ @_ ', 12.5): "12.50",
    ('_ * #,##0.00_ ;_ * \\-#,##0.00_ ;_ * "-"??_ ;_ @_ ', -12.5): "-12.50",
    ('_ * #,##0.00_ ;_ * \\-#,##0.00_ ;_ * "-"??_ ;_ @_ ', 0.0): "-",
    ('0.00"元"', 3.0): "3.00元",
    ('"≥"0"%"', 95.0): "≥95%",
    ("≥0%", 0.95): "≥95%",
    ('General"人"', 3.0): "3人",
    ("0!.0,", 12345.0): "1.2",
    ("0,", 12345.0): "12",
    ("0.00E+00", 123456.0): "1.23E+05",
    ("# ?/?", 0.5): "0.5",
    (";;;", 5.0): "",
    ('yyyy"年"m"月"d"日";@', 45000.0): "2023年3月15日",
    ('[$-804]yyyy"年"m"月";@', 45000.0): "2023年3月",
    ("yyyy-mm-dd", 45000.5): "2023-03-15",
    ("yyyy/m/d h:mm", 45000.5): "2023/3/15 12:00",
    ("h:mm:ss", 0.5): "12:00:00",
    ("[h]:mm", 1.5): "36:00",
    ("[$-F800]dddd\\, mmmm dd\\, yyyy", 45000.0): "2023年3月15日",
    ("aaaa", 45000.0): "星期三",
    ("yyyy/m/d", 1.0): "1900/1/1",
    ("yyyy/m/d", -1.0): "-1",
    ("0", float("inf")): "inf",
}


@pytest.mark.parametrize(("code", "value"), DISPLAYED, ids=map(repr, DISPLAYED))
def test_a_number_is_what_its_format_displays(code, value) -> None:
    assert displayed(value, code) == DISPLAYED[code, value]


@given(code=st.text(alphabet='0#?.,;%@"\\_*[]$-ymdhs年E+/ !AMP元', max_size=20), value=st.floats())
@settings(deadline=None)
def test_any_format_displays_any_number(code, value) -> None:
    assert isinstance(displayed(value, code), str)


def test_a_workbook_shows_values_as_they_are_displayed(source) -> None:
    cells = {(0, 0): ("率", None), (0, 1): (0.95, "0%"), (1, 0): (45000, "yyyy年m月d日"), (1, 1): (1.0, None)}
    assert _only(source(_workbook(cells))) == {(0, 0): "率", (0, 1): "95%", (1, 0): "2023年3月15日", (1, 1): "1"}


def test_dates_may_be_counted_from_1904(source) -> None:
    file = io.BytesIO()
    book = xlsxwriter.Workbook(file, {"date_1904": True})
    book.add_worksheet().write_row(0, 0, ["甲", 43538], book.add_format({"num_format": "yyyy-mm-dd"}))
    book.close()
    assert _only(source(file.getvalue()))[0, 1] == "2023-03-15"


def test_rows_have_the_numbers_of_the_sheet(source) -> None:
    read = source(_workbook({(6, 2): "甲", (8, 3): "乙"}))
    (grid,) = read.grids
    assert (grid.first_row, grid.rows, grid.columns) == (7, 3, 4)
    assert [line.row for line in read.lines] == [7, 9]
    assert [cell.column for cell in grid.cells if cell.end > cell.start] == [2, 3]
    _check_places(read)


def test_each_sheet_is_a_page_and_a_hidden_one_says_so(source) -> None:
    file = io.BytesIO()
    book = xlsxwriter.Workbook(file)
    for name in ("一", "藏", "空", "二"):
        page = book.add_worksheet(name)
        page.write_row(0, 0, [name, "x"] if name != "空" else [])
        if name == "藏":
            page.hide()
    book.close()
    read = source(file.getvalue())
    assert [(page.number, page.name, page.unread is not None) for page in read.pages] == [
        (1, "一", False),
        (2, "藏", True),
        (3, "空", False),
        (4, "二", False),
    ]
    assert [(grid.page, _texts(grid, read.text)[0, 0]) for grid in read.grids] == [(1, "一"), (4, "二")]
    assert [(line.page, line.page_break) for line in read.lines] == [(1, False), (4, True)]
    _check_places(read)


def test_a_million_empty_rows_cost_nothing(source) -> None:
    rows = '<row r="1"><c r="A1"><v>1</v></c><c r="B1"><v>2</v></c></row>'
    rows += "".join(f'<row r="{number}"/>' for number in range(2, 1_048_577))
    assert _only(source(_sheet(rows))) == {(0, 0): "1", (0, 1): "2"}


def test_a_stray_cell_in_the_last_corner_makes_no_large_table(source) -> None:
    read = source(
        _sheet(
            '<row r="1"><c r="A1"><v>1</v></c><c r="B1"><v>2</v></c></row>'
            '<row r="1048576"><c r="XFD1048576"><v>3</v></c></row>',
            '<mergeCells count="1"><mergeCell ref="A1:XFD1048576"/></mergeCells>',
        )
    )
    assert [line.text for line in read.lines] == ["1\t2", "3"]
    _check_places(read)


def test_an_empty_row_does_not_end_a_table(source) -> None:
    assert len(source(_workbook({(0, 0): "甲", (0, 1): "乙", (5, 0): "丙"})).grids) == 1


def test_merged_ranges_that_overlap_lose_no_cell(source) -> None:
    rows = "".join(
        f'<row r="{row}">' + "".join(f'<c r="{column}{row}"><v>{row}{at}</v></c>' for at, column in enumerate("ABC"))
        + "</row>"
        for row in (1, 2, 3)
    )  # fmt: skip
    merges = "".join(f'<mergeCell ref="{ref}"/>' for ref in ("A1:B2", "B2:C3", "A3", "C1:A1", "?", "B:C"))
    read = source(_sheet(rows, f"<mergeCells>{merges}</mergeCells>"))
    assert len(_only(read)) == 9
    _check_places(read)


def test_cells_without_places_follow_each_other(source) -> None:
    read = source(_sheet("<row><c><v>1</v></c><c><v>2</v></c></row><row><c><v>3</v></c></row>"))
    assert _only(read) == {(0, 0): "1", (0, 1): "2", (1, 0): "3"}


def test_strings_of_every_kind_are_read(source) -> None:
    cells = (
        '<c t="inlineStr"><is><r><t>富</t></r><r><t>文本</t></r><rPh><t>fu</t></rPh></is></c>'
        '<c t="str"><f>A1</f><v>算出</v></c><c t="b"><v>1</v></c><c t="e"><v>#REF!</v></c>'
        '<c t="s"><v>99</v></c><c t="n"><v>x</v></c><c t="inlineStr"><is><t>a_x000D_\nb</t></is></c>'
    )
    assert list(_only(source(_sheet(f"<row>{cells}</row>"))).values()) == [
        "富文本",
        "算出",
        "TRUE",
        "#REF!",
        "x",
        f"a{WRAP}b",
    ]


def test_xml_entities_are_not_unfolded(source) -> None:
    bomb = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;">]>'
    data = _with_part(_document(lambda _: None), "word/document.xml", f"{bomb}<w:document {W}>&b;</w:document>")
    with pytest.raises(DamagedFileError, match="XML"):
        source(data)


def test_a_workbook_that_unpacks_to_too_much_is_refused(source) -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "x")
        with archive.open("xl/workbook.xml", "w") as part:
            for _ in range(520):
                part.write(bytes(2**20))
    with pytest.raises(LimitError, match="512 MB"):
        source(file.getvalue())


def test_cells_beyond_counting_are_refused(source) -> None:
    rows = "".join(f'<row r="{row}"><c r="A{row}"><v>1</v></c><c r="AX{row}"><v>1</v></c></row>'
                   for row in range(1, 1_100_000, 50))  # fmt: skip
    with pytest.raises(LimitError, match="单元格"):
        source(_sheet(rows))


def test_the_values_of_a_real_workbook_are_those_that_it_displays(real) -> None:
    (path,) = (real / "documents").glob("*.xlsx")
    read = read_source(path)
    texts = set(_only(read).values())
    (form,) = json.loads((real / "gold" / f"{path.stem}.json").read_text(encoding="utf-8"))["targets"]
    assert {row["value"] for row in form["indicators"]} - texts == set()
    assert {f"{value:g}" if value < 1000 else str(value) for value in form["funds"].values()} - texts == set()
    _check_places(read)


def _old_workbook():
    book = xlwt.Workbook(encoding="utf-8")
    page = book.add_sheet("表一")
    page.write_merge(2, 3, 0, 1, "合并")
    page.write(2, 2, 0.95, xlwt.easyxf(num_format_str="0%"))
    page.write(3, 2, 45000, xlwt.easyxf(num_format_str='yyyy"年"m"月"d"日"'))
    page.write(4, 0, 82800.920000000013)
    page.write(5, 1, "换\n行")
    hidden = book.add_sheet("藏")
    hidden.visibility = 1
    hidden.write(0, 0, "x")
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def test_an_old_workbook_is_read_as_a_new_one(source) -> None:
    read = source(_old_workbook())
    assert read.format == "xls"
    assert _only(read) == {
        (0, 0): "合并",
        (0, 2): "95%",
        (1, 2): "2023年3月15日",
        (2, 0): "82800.92",
        (3, 1): f"换{WRAP}行",
    }
    assert _spans(read.grids[0]) == {(0, 0): (2, 2)}
    assert read.grids[0].first_row == 3
    assert [(page.name, page.unread is not None) for page in read.pages] == [("表一", False), ("藏", True)]
    _check_places(read)


@pytest.mark.parametrize("share", [0.2, 0.5, 0.8, 0.95])
def test_an_old_workbook_that_was_cut_off_is_read_or_refused(source, share) -> None:
    data = _old_workbook()
    with pytest.raises(IngestError, match=r"损坏|不完整"):
        source(data[: int(len(data) * share)])


XML_OF_EXCEL = """<?xml version="1.0"{encoding}?>
<?mso-application progid="Excel.Sheet"?>
<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet" xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet">
 <Styles><Style ss:ID="p"><NumberFormat ss:Format="0%"/></Style>
  <Style ss:ID="d"><NumberFormat ss:Format="Short Date"/></Style></Styles>
 <Worksheet ss:Name="表"><Table>
  <Row><Cell ss:MergeAcross="1" ss:MergeDown="1"><Data ss:Type="String">甲&#10;乙</Data></Cell>
   <Cell ss:StyleID="p"><Data ss:Type="Number">0.95</Data></Cell></Row>
  <Row><Cell ss:Index="3" ss:StyleID="d"><Data ss:Type="DateTime">2023-03-15T00:00:00.000</Data></Cell></Row>
  <Row ss:Index="5"><Cell><Data ss:Type="Number">1</Data></Cell></Row>
 </Table></Worksheet>
</Workbook>"""


@pytest.mark.parametrize("encoding", ["utf-8", "gb2312", "utf-16"])
def test_a_workbook_in_xml_is_read(source, encoding) -> None:
    data = XML_OF_EXCEL.format(encoding=f' encoding="{encoding}"').encode(encoding)
    read = source(data, "a.xls")
    assert _only(read) == {(0, 0): f"甲{WRAP}乙", (0, 2): "95%", (1, 2): "2023/3/15", (4, 0): "1"}
    assert _spans(read.grids[0]) == {(0, 0): (2, 2)}
    _check_places(read)


def test_a_workbook_that_is_text_is_read(source) -> None:
    read = source("项目\t金额\n甲\t1.5\n".encode("gb18030"), "导出.xls")
    assert read.format == "csv"
    assert _only(read) == {(0, 0): "项目", (0, 1): "金额", (1, 0): "甲", (1, 1): "1.5"}


# Word files


def test_paragraphs_and_tables_stand_in_the_order_of_the_document(source) -> None:
    def build(document):
        document.add_paragraph("前")
        table = document.add_table(1, 2)
        table.cell(0, 0).text, table.cell(0, 1).text = "左", "右"
        document.add_paragraph("")
        document.add_paragraph("后")

    read = source(_document(build))
    assert [(line.text, line.gap, line.row) for line in read.lines] == [
        ("前", 0, None),
        ("左\t右", 0, 1),
        ("后", 1, None),
    ]
    assert read.pages == ()
    _check_places(read)


def test_what_word_does_not_print_is_not_read(source) -> None:
    read = source(
        _body(
            "<w:p><w:r><w:t>甲</w:t></w:r><w:del><w:r><w:delText>删</w:delText></w:r></w:del>"
            "<w:ins><w:r><w:t>乙</w:t></w:r></w:ins><w:r><w:rPr><w:vanish/></w:rPr><w:t>藏</w:t></w:r>"
            "<w:r><w:instrText>PAGE</w:instrText></w:r><w:hyperlink><w:r><w:t>丙</w:t></w:r></w:hyperlink>"
            '<w:r><w:sym w:font="Symbol" w:char="F0B3"/><w:t>90</w:t><w:tab/><w:t>%</w:t></w:r></w:p>'
            "<w:sdt><w:sdtContent><w:p><w:r><w:t>控件</w:t><w:br/><w:t>下行</w:t></w:r></w:p></w:sdtContent></w:sdt>"
        )
    )
    assert [line.text for line in read.lines] == ["甲乙丙≥90 %", "控件", "下行"]


def test_a_text_box_stands_after_its_paragraph_once(source) -> None:
    box = "<w:txbxContent><w:p><w:r><w:t>框</w:t></w:r></w:p></w:txbxContent>"
    read = source(
        _body(
            '<w:p xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"><w:r><mc:AlternateContent>'
            f"<mc:Choice><w:drawing>{box}</w:drawing></mc:Choice><mc:Fallback><w:pict>{box}</w:pict></mc:Fallback>"
            "</mc:AlternateContent></w:r><w:r><w:t>段</w:t></w:r></w:p>"
        )
    )
    assert [line.text for line in read.lines] == ["段", "框"]


def test_merged_cells_that_go_on_from_nothing_are_cells(source) -> None:
    def cell(text, properties=""):
        return f"<w:tc><w:tcPr>{properties}</w:tcPr><w:p><w:r><w:t>{text}</w:t></w:r></w:p></w:tc>"

    on = "<w:vMerge/>"
    first = f"<w:tr>{cell('甲')}{cell('乙')}</w:tr>"
    wide = '<w:gridSpan w:val="x"/>'
    second = f"<w:tr>{cell('丙', on)}{cell('丁', wide)}</w:tr>"
    read = source(_body(f"<w:tbl>{first}{second}</w:tbl>"))
    assert _only(read) == {(0, 0): "甲", (0, 1): "乙", (1, 0): "丙", (1, 1): "丁"}
    _check_places(read)


def test_a_row_that_begins_further_right_keeps_its_columns(source) -> None:
    def row(*texts, before=""):
        cells = "".join(f"<w:tc><w:p><w:r><w:t>{text}</w:t></w:r></w:p></w:tc>" for text in texts)
        return f"<w:tr><w:trPr>{before}</w:trPr>{cells}</w:tr>"

    deleted = "<w:tr><w:trPr><w:del/></w:trPr><w:tc><w:p><w:r><w:t>删</w:t></w:r></w:p></w:tc></w:tr>"
    before = '<w:gridBefore w:val="1"/>'
    read = source(_body(f"<w:tbl>{row('甲', '乙')}{deleted}{row('丙', before=before)}</w:tbl>"))
    assert _only(read) == {(0, 0): "甲", (0, 1): "乙", (1, 1): "丙"}


def test_a_table_in_a_table_is_a_table_of_its_own(source) -> None:
    def build(document):
        outer = document.add_table(3, 2)
        for number in (0, 2):
            outer.cell(number, 0).text, outer.cell(number, 1).text = "外", str(number)
        outer.cell(1, 0).text = "中"
        inner = outer.cell(1, 1).add_table(2, 2)
        for place in ((0, 0), (0, 1), (1, 0), (1, 1)):
            inner.cell(*place).text = f"{place}"

    read = source(_document(build))
    assert [len(_texts(grid, read.text)) for grid in read.grids] == [2, 4, 2]
    assert [grid.first_row for grid in read.grids] == [1, 1, 3]
    assert [line.text for line in read.lines if line.row is None] == ["中"]
    _check_places(read)


def test_pages_are_counted_where_word_noted_them(source) -> None:
    def build(document):
        document.add_paragraph("一")
        document.add_paragraph().add_run().add_break(WD_BREAK.PAGE)
        document.add_paragraph("二")

    authored = source(_document(build))
    assert [(line.text, line.page, line.page_break) for line in authored.lines] == [("一", 1, False), ("二", 2, True)]
    mark = "<w:lastRenderedPageBreak/>"
    rows = "".join(
        f"<w:tr><w:tc><w:p><w:r>{each}<w:t>{number}</w:t></w:r></w:p></w:tc>"
        f"<w:tc><w:p><w:r>{each}<w:t>x</w:t></w:r></w:p></w:tc></w:tr>"
        for number, each in enumerate(("", mark, "", mark))
    )
    printed = source(
        _body(
            f'<w:p><w:r><w:t>始</w:t><w:br w:type="page"/></w:r></w:p><w:p><w:r>{mark}<w:t>次</w:t></w:r></w:p>'
            f"<w:tbl>{rows}</w:tbl><w:p><w:r><w:t>跨</w:t>{mark}<w:t>页</w:t></w:r></w:p><w:p><w:r><w:t>末</w:t></w:r></w:p>"
        )
    )
    assert [(line.text, line.page) for line in printed.lines] == [
        ("始", 1),
        ("次", 2),
        ("0\tx", 2),
        ("1\tx", 3),
        ("2\tx", 3),
        ("3\tx", 4),
        ("跨页", 4),
        ("末", 5),
    ]
    assert len(printed.grids) == 1
    _check_places(printed)


def test_the_numbers_of_lists_are_printed(source) -> None:
    def build(document):
        for text in ("甲", "乙"):
            document.add_paragraph(text, style="List Number")
        document.add_paragraph("点", style="List Bullet")
        document.add_paragraph("丙", style="List Number")

    assert [line.text for line in source(_document(build)).lines] == ["1. 甲", "2. 乙", "点", "3. 丙"]


@pytest.mark.parametrize(
    ("form", "number", "printed"),
    [
        ("chineseCounting", 12, "十二"),
        ("chineseCountingThousand", 105, "一百零五"),
        ("chineseCounting", 20, "二十"),
        ("chineseLegalSimplified", 3, "叁"),
        ("ideographTraditional", 2, "乙"),
        ("decimalEnclosedCircle", 4, "④"),
        ("decimalEnclosedCircle", 21, "21"),
        ("upperRoman", 14, "XIV"),
        ("lowerLetter", 28, "bb"),
        ("decimalZero", 7, "07"),
        ("unheard-of", 7, "7"),
        ("chineseCounting", 0, "0"),
    ],
)
def test_numbers_of_lists_have_the_forms_of_word(form, number, printed) -> None:
    assert numeral(number, form) == printed


def test_a_formula_is_read(source) -> None:
    def build(document):
        math = 'xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math"'
        paragraph = document.add_paragraph("率")
        paragraph._p.append(parse_xml(f"<m:oMath {math}><m:r><m:t>≥95%</m:t></m:r></m:oMath>"))

    assert [line.text for line in source(_document(build)).lines] == ["率≥95%"]


def _office(folder, script):
    """A program that stands in for LibreOffice."""
    program = folder / "soffice"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)


DOC = OLE + "WordDocument".encode("utf-16-le")
CONVERT = 'while [ "$1" != --outdir ]; do shift; done; cp "$(dirname "$0")/ready.docx" "$2/document.docx"'


def test_an_old_word_file_is_converted(source, tmp_path, monkeypatch) -> None:
    programs = tmp_path / "bin"
    programs.mkdir()
    monkeypatch.setenv("PATH", str(programs), prepend=":")
    (programs / "ready.docx").write_bytes(_document(lambda each: each.add_paragraph("旧")))
    _office(programs, CONVERT)
    read = source(DOC, "a.doc")
    assert (read.format, [line.text for line in read.lines]) == ("doc", ["旧"])


def test_an_old_word_file_that_cannot_be_converted_is_damaged(source, tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    _office(tmp_path, "exit 1")
    with pytest.raises(DamagedFileError, match="LibreOffice"):
        source(DOC, "a.doc")


def test_a_conversion_that_hangs_is_ended(source, tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    monkeypatch.setattr("ingest.readers.office.SECONDS", 0.3)
    _office(tmp_path, "sleep 60")
    with pytest.raises(LimitError, match="终止"):
        source(DOC, "a.doc")


@pytest.mark.parametrize("data", [DOC, rb"{\rtf1 x}"], ids=["DOC", "RTF"])
def test_without_libreoffice_it_is_told_what_to_do(source, data, monkeypatch) -> None:
    monkeypatch.setattr("ingest.readers.office.office", lambda: None)
    with pytest.raises(UnsupportedFormatError, match=r"安装 LibreOffice.*另存为 \.docx"):
        source(data)


# Web pages


def test_a_page_is_read_as_a_browser_shows_it(source) -> None:
    read = source(
        "<html><head><title>题</title><style>p{}</style></head><body><!-- 注 --><script>var a='码'</script>"
        "<div>首 <b>粗</b>\n体</div><p style='DISPLAY: none'>藏</p><p hidden>藏</p><h1>标题&nbsp;&ge;90%</h1>"
        "一<br>二<ul><li>甲<li>乙</ul>"
    )
    assert [line.text for line in read.lines] == ["首 粗 体", "标题\xa0≥90%", "一", "二", "甲", "乙"]
    assert (read.pages, read.encoding) == ((), "utf-8")


def test_a_table_that_holds_a_table_serves_the_layout(source) -> None:
    read = source(
        "<table><tr><td>菜单<td><p>正文<table><caption>表名</caption><tr><th>甲<th>乙<tr><td>1<td>2<br>3</table>后</table>"
    )
    assert [line.text for line in read.lines] == ["菜单", "正文", "表名", "甲\t乙", f"1\t2{WRAP}3", "后"]
    assert _only(read) == {(0, 0): "甲", (0, 1): "乙", (1, 0): "1", (1, 1): f"2{WRAP}3"}


def test_a_table_of_one_cell_is_its_paragraphs(source) -> None:
    read = source("<table><tr><td><p>甲</p><p>乙</p></td></tr></table>")
    assert ([line.text for line in read.lines], read.grids) == (["甲", "乙"], ())


def test_broken_spans_are_mended(source) -> None:
    read = source(
        "<table><tr><td rowspan=99>甲<td colspan='0'>乙<td colspan=x>丙<tr><td rowspan=0 colspan=-2>丁<td>戊"
        "<tr><td>己<tr></table>"
    )
    assert [read.text[cell.start : cell.end] for cell in read.grids[0].cells if cell.end > cell.start] == list(
        "甲乙丙丁戊己"
    )
    assert _spans(read.grids[0])[0, 0] == (4, 1)
    _check_places(read)


def test_the_head_of_a_table_is_printed_first_and_the_foot_last(source) -> None:
    read = source("<table><tfoot><tr><td>计<td>3</tfoot><tbody><tr><td>甲<td>3</tbody><thead><tr><td>项<td>额</thead>")
    assert [line.text for line in read.lines] == ["项\t额", "甲\t3", "计\t3"]


@pytest.mark.parametrize(
    ("data", "encoding"),
    [
        ("<p>预算</p>".encode(), "utf-8"),
        ("<p>预算</p>".encode("utf-8-sig"), "utf-8"),
        ("<p>预算</p>".encode("gb18030"), "gb18030"),
        ('<meta charset="gb2312"><p>预算</p>'.encode("gbk"), "gb18030"),
        ('<meta charset="utf-8"><p>预算</p>'.encode("gbk"), "gb18030"),
        ('<meta http-equiv="Content-Type" content="text/html; charset=big5"><p>預算</p>'.encode("big5"), "big5"),
        ("\ufeff<p>预算</p>".encode("utf-16-le"), "utf-16"),
        ('<meta charset="nonsense"><p>预算</p>'.encode("gbk"), "gb18030"),
        ('<meta charset="utf-8"><p>预算'.encode() + b"\xff\xff</p>", "utf-8"),
    ],
    ids=["UTF-8", "mark", "silent", "said", "said wrongly", "traditional", "UTF-16", "nonsense", "torn"],
)
def test_a_page_is_decoded_by_what_it_is(source, data, encoding) -> None:
    read = source(data)
    assert read.encoding == encoding
    assert read.lines[0].text[:2] in {"预算", "預算"}


def test_tags_that_are_never_closed_may_nest_deep(source) -> None:
    read = source("<html>" + "<div><font>" * 3000 + "深")
    assert [line.text for line in read.lines] == ["深"]


@pytest.mark.parametrize(
    "data",
    ["<table><tr><td>" * 20_000 + "x", "<table>" + "<tr><td colspan=1000 rowspan=65534>a" * 3000],
    ids=["tables in tables", "spans"],
)
def test_a_page_made_to_exhaust_memory_is_refused(source, data) -> None:
    with pytest.raises(LimitError):
        source(data)


def test_a_web_archive_is_read(source) -> None:
    page = "<html><table><tr><td>甲<td>乙</table>"
    data = (
        "MIME-Version: 1.0\r\nContent-Type: multipart/related; boundary=xx\r\n\r\n--xx\r\n"
        "Content-Type: text/html; charset=gb2312\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"
        f"{page}\r\n--xx\r\nContent-Type: image/png\r\n\r\nx\r\n--xx--\r\n"
    ).encode("gb18030")
    assert _only(source(data, "a.doc")) == {(0, 0): "甲", (0, 1): "乙"}
    with pytest.raises(DamagedFileError):
        source(data[:90] + b"\r\n\r\n--xx\r\n")


# Markdown, CSV, text


def test_markdown_tables_are_grids_and_lines_keep_their_numbers(source) -> None:
    text = "# 标题\n\n说明\t带制表符\n\n| **项** | 额 |\n|:--|--:|\n| 甲\\|乙 | 1<br>2 |\n| 少 |\n\n末行\n"
    read = source(text)
    assert _only(read) == {(0, 0): "项", (0, 1): "额", (1, 0): "甲|乙", (1, 1): f"1{WRAP}2", (2, 0): "少"}
    assert [(line.number, line.text) for line in read.lines if line.row is None] == [
        (1, "# 标题"),
        (3, "说明\t带制表符"),
        (10, "末行"),
    ]
    assert [line.number for line in read.lines if line.row] == [5, 7, 8]
    _check_places(read)


def test_tables_without_outer_pipes_or_without_a_rule_are_tables(source) -> None:
    read = source("项 | 额\n--- | ---\n甲 | 1\n\n文字\n\n|乙|2|\n|丙|3|\n")
    assert [_texts(grid, read.text) for grid in read.grids] == [
        {(0, 0): "项", (0, 1): "额", (1, 0): "甲", (1, 1): "1"},
        {(0, 0): "乙", (0, 1): "2", (1, 0): "丙", (1, 1): "3"},
    ]


def test_html_tables_in_markdown_are_tables(source) -> None:
    read = source("# 标题\n\n<table><tr><td rowspan=2>甲</td><td>乙</td></tr><tr><td>丙</td></tr></table>\n\n末行\n")
    assert read.format == "markdown"
    assert _only(read) == {(0, 0): "甲", (0, 1): "乙", (1, 1): "丙"}
    assert [line.text for line in read.lines if line.row is None] == ["# 标题", "末行"]


@pytest.mark.parametrize("text", ["a | b\n", "甲|乙|丙\n文字\n", "---\n文字\n---\n", "标题\n---\n"])
def test_pipes_and_rules_alone_are_no_table(source, text) -> None:
    assert source(text).format == "text"


def test_csv_keeps_paragraphs_apart_from_tables(source) -> None:
    data = '标题\n\n项,额\n"甲,\n乙",1\n,\n丙,2\n注：无\n'.encode("utf-8-sig")
    read = source(data, "a.csv")
    assert [line.text for line in read.lines] == ["标题", "项\t额", f"甲,{WRAP}乙\t1", "丙\t2", "注：无"]
    assert read.grids[0].first_row == 3
    _check_places(read)


def test_equal_columns_make_a_table_of_any_name(source) -> None:
    assert source("a;b;c\n1;2;3\n4;5;6\n", "a.txt").format == "csv"
    assert source("a\tb\n1\t2\n3\t4\n", "a.txt").format == "csv"
    assert source("a\tb\n说明\n3\t4\n", "a.txt").format == "text"
    assert source("金额1,234.50元\n合计2,000元\n共计3,000元，其中1,000元\n", "a.txt").format == "text"


def test_text_stays_what_it_was(source) -> None:
    text = "云山市档案局2031年部门预算\n\n绩效目标表\n一级指标\t二级指标\n产出\t数量\n- 3 -\n\f 下页\n"
    read = source(text, "a.txt")
    assert (read.text, read.lines, read.grids, read.pages) == (text, lines_of(text), (), ())


def test_founding_documents_are_read_by_their_lines(real) -> None:
    for path in sorted((real / "seeds").iterdir()):
        text = path.read_bytes().decode("utf-8-sig")
        read = read_source(path)
        assert (read.format, read.text, read.lines, read.grids) == ("text", text, lines_of(text), ())


# Names and rights


@pytest.mark.parametrize(
    "name", ["预 算.txt", "预算🏛.txt", "预\n算.txt", "长" * 80 + ".txt", "-o.txt", "预算", "\udcff\udcfe.txt"]
)
def test_a_file_may_have_any_name(tmp_path, name) -> None:
    path = tmp_path / name
    path.write_text("预算", encoding="utf-8")
    assert read_source(path).name == name


def test_a_file_that_may_not_be_opened_is_told_so(tmp_path, monkeypatch) -> None:
    path = tmp_path / "a.txt"
    path.write_text("x")

    def refuse(_):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "read_bytes", refuse)
    with pytest.raises(UnreadableFileError, match="没有权限"):
        read_source(path)


def test_a_device_is_no_file() -> None:
    with pytest.raises(UnreadableFileError, match="普通文件"):
        read_source(Path("/dev/zero"))


def test_a_file_larger_than_memory_is_refused_unopened(tmp_path, monkeypatch) -> None:
    path = tmp_path / "a.txt"
    path.write_text("预算")
    monkeypatch.setattr("ingest.readers.text.MOST_BYTES", 3)
    with pytest.raises(LimitError, match="没有读取"):
        read_source(path)


@given(
    data=st.binary(max_size=300), head=st.sampled_from([b"", b"PK\x03\x04", OLE[:8], b"<table>", b"{\\rtf", b"a,b\n"])
)
@settings(MANY, max_examples=60)
def test_any_bytes_are_a_source_or_refused(source, data, head) -> None:
    try:
        _check_places(source(head + data, "a.csv"))
    except IngestError as error:
        assert error.cause  # noqa: PT017 - either is fine
