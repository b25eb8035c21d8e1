"""The picture of how a page was read: every cell once, coloured by what the record took it for."""

from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from ingest import read
from ingest.readers import read_source
from ingest.records import Leftover, Span
from jixiao import samples
from jixiao.__main__ import BAD_INPUT, DONE, run
from jixiao.inspect import KINDS, Picture, picture_of, render

SVG = "{http://www.w3.org/2000/svg}"


class Cells(HTMLParser):
    """The cells of a page's tables: class, title and how much they span."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[dict[str, str | None]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "td":
            self.found.append(dict(attrs))


@pytest.fixture(scope="module")
def files(tmp_path_factory) -> dict[str, Path]:
    """One sample of each kind."""
    folder = tmp_path_factory.mktemp("inspect")
    paths = samples.write(folder, seed=5, kinds=("pdf", "xlsx", "docx"), layouts=("ruled",))
    return {path.suffix[1:]: path for path in paths}


def pictures(path: Path) -> list[Picture]:
    source, document = read_source(path), read(path)
    return [picture_of(source, document, page.number) for page in source.pages] or [picture_of(source, document, 1)]


def kinds(path: Path) -> set[str]:
    return {cell.kind for picture in pictures(path) for cell in picture.cells}


@pytest.mark.parametrize("kind", ["pdf", "xlsx", "docx"])
def test_cells_are_coloured_by_the_field_they_were_taken_for(files, kind):
    assert {"name", "level", "value", "goal", "amount", "budget", "unread"} <= kinds(files[kind])


@pytest.mark.parametrize("kind", ["pdf", "xlsx", "docx"])
def test_every_value_of_an_indicator_is_shown_as_a_value(files, kind):
    shown = "".join(cell.title for picture in pictures(files[kind]) for cell in picture.cells if cell.kind == "value")
    wanted = {row.name for target in read(files[kind]).targets for row in target.indicators if row.value}
    assert {name for name in wanted if f"指标“{name}”：目标值" not in shown} == set()


def test_a_pdf_page_is_drawn_with_every_cell_and_line_at_its_box(files):
    for picture in pictures(files["pdf"]):
        root = ET.fromstring(render(picture, "inspect.svg"))  # noqa: S314 - our own drawing
        groups = root.findall(f"{SVG}g")
        assert len(groups) == len(picture.cells) + len(picture.outside)
        assert {group.get("class").split()[-1] for group in groups} <= {*KINDS, "line", "cell"}


def test_a_sheet_is_shown_as_a_table_with_its_merged_cells(files):
    picture = pictures(files["xlsx"])[-1]
    found = Cells(render(picture, "inspect.html")).found
    assert len(found) == len(picture.cells)
    merged = [cell.cell for cell in picture.cells if cell.cell.columns > 1]
    assert [int(each["colspan"]) for each in found if "colspan" in each] == [cell.columns for cell in merged]


def test_what_was_left_over_is_red_and_says_why(files):
    path = files["xlsx"]
    source, document = read_source(path), read(path)
    cell = next(cell for cell in source.grids[0].cells if cell.start < cell.end)
    quote = source.text[cell.start : cell.end]
    left = Leftover(reason="看不懂<这里>", span=Span(cell.start, cell.end, quote, cell.line))
    picture = picture_of(source, replace(document, leftovers=(left,)), source.grids[0].page or 1)
    red = next(each for each in picture.cells if each.cell is cell)
    assert (red.kind, red.title.splitlines()[0]) == ("leftover", "没有读懂：看不懂<这里>")
    assert "看不懂&lt;这里&gt;" in render(picture, "inspect.html")


def test_values_in_plain_text_are_marked_where_they_stand(tmp_path):
    path = samples.write(tmp_path, seed=1, count=1)[0]
    (picture,) = pictures(path)
    html = render(picture, "inspect.html")
    assert 'class="value"' in html
    printed = "".join(piece.text for piece in picture.outside)
    assert {line.text for line in picture.source.lines if "\t" not in line.text and line.text not in printed} == set()


def test_the_command_prints_where_the_picture_is(files, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert run(["inspect", str(files["pdf"]), "--page", "2"]) == DONE
    name = f"{files['pdf'].name}.p2.html"
    assert capsys.readouterr().out == f"{name}\n"
    assert "没有读懂" in (tmp_path / name).read_text(encoding="utf-8")


def test_an_svg_is_written_for_a_pdf_and_refused_for_a_sheet(files, tmp_path, capsys):
    output = tmp_path / "new" / "page.svg"
    assert run(["inspect", str(files["pdf"]), "-o", str(output)]) == DONE
    assert ET.parse(output).getroot().tag == f"{SVG}svg"  # noqa: S314 - our own drawing
    assert run(["inspect", str(files["xlsx"]), "-o", str(output)]) == BAD_INPUT
    assert "不能画成 SVG" in capsys.readouterr().err


@pytest.mark.parametrize("page", ["0", "99", "-1"])
def test_a_page_that_does_not_exist_is_bad_input(files, page, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert run(["inspect", str(files["pdf"]), "--page", page]) == BAD_INPUT
    assert re.search(rf"没有第 {page} 页，最后一页是第 \d+ 页", capsys.readouterr().err)
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_is_not_there_is_bad_input(tmp_path, capsys):
    assert run(["inspect", str(tmp_path / "nowhere.pdf")]) == BAD_INPUT
    assert "nowhere.pdf" in capsys.readouterr().err


def test_a_page_of_a_real_form_shows_levels_names_and_values(real):
    path = real / "documents" / "fuzhou-gulou-2026.pdf"
    picture = picture_of(read_source(path), read(path), 23)
    assert {"name", "level", "value", "goal", "amount"} <= {cell.kind for cell in picture.cells}
    assert ET.fromstring(render(picture, "inspect.svg")).tag == f"{SVG}svg"  # noqa: S314 - our own drawing
