"""The source beside the value: pages as pictures with the cell marked, tables, lines, and the file itself."""

from __future__ import annotations

import re
import threading
from dataclasses import replace
from hashlib import sha256
from html import unescape
from io import BytesIO
from pathlib import Path
from urllib.parse import unquote

import pytest
import test_browser
import uvicorn
from PIL import Image
from reportlab.pdfgen.canvas import Canvas
from starlette.testclient import TestClient
from test_browser import DESKTOP, PHONE, wide
from work import crash, dawdle
from xlsxwriter import Workbook

from graph.folder import KnowledgeGraph
from ingest.errors import LimitError
from ingest.readers import read_source
from ingest.readers.source import WRAP, Source
from ingest.worker import Limits, Workers
from jixiao import intake, samples
from jixiao.cli.showing import listen
from jixiao.rendering import at, cited, letters, page_path
from jixiao.site.app import create_app
from jixiao.site.marks import WINDOW, Asked, Mark, Reading, Spot, found, spots, window, within
from jixiao.site.originals import OVERLAP, STRETCH, Leaf, Original, read_original
from jixiao.site.paper import EDGE, MOST_DOTS, TINT, cut_out, draw
from jixiao.site.reading import Memory
from jixiao.site.sight import Sight
from jixiao.site.strokes import strokes
from jixiao.told import Place

browser = test_browser.browser
BROWSER = {"accept": "text/html"}
YELLOW = (255, 233, 138)


@pytest.fixture(scope="module")
def graph(tmp_path_factory):
    """A knowledge graph of a sample of each kind, and of a text of which nothing is known any more."""
    folder = tmp_path_factory.mktemp("source")
    made = KnowledgeGraph(folder / "kg")
    read = intake.keeping(made)
    paths = samples.write(folder / "tables", seed=3, count=3, kinds=("pdf", "xlsx", "docx"), layouts=("ruled",))
    for path in (*paths, *samples.write(folder / "text", seed=9, count=1)):
        document = read(path)
    gone = folder / "gone"
    gone.write_bytes(b"%PDF-1.4 nothing more")
    made.add(gone, replace(document, source='\u202eслed\n"；名.pdf', sha256=sha256(gone.read_bytes()).hexdigest()))
    made.publish()
    return made


@pytest.fixture(scope="module")
def site(graph):
    with TestClient(create_app(graph.path), headers=BROWSER) as client:
        yield client


@pytest.fixture(scope="module")
def documents(site):
    """The documents by format."""
    return {each.format: each for each in site.app.state.desk.view.documents.values() if "名" not in each.source}


def value_of(site, document):
    """An indicator of a document, and where its value is printed."""
    view = site.app.state.desk.view
    indicators = [each for subject in view.of_document(document.iri) for each in subject.indicators]
    indicator = max(indicators, key=lambda each: len(each.printed or ""))
    return indicator, view.places(indicator.iri)[indicator.iri]["value"]


def marked(page):
    """The boxes that a page draws over its picture: left, top, width, height."""
    numbers = re.findall(r'<rect class="mark"[^>]* x="(.*?)" y="(.*?)" width="(.*?)" height="(.*?)"', page)
    return [tuple(map(float, each)) for each in numbers]


def opened(answer):
    return Image.open(BytesIO(answer.content)).convert("RGB")


def near(colour, other):
    return all(abs(one - two) < 25 for one, two in zip(colour, other, strict=True))


def test_a_value_of_a_pdf_is_marked_over_its_printed_cell(site, documents):
    document = documents["pdf"]
    _, places = value_of(site, document)
    page = site.get(f"/source/{document.sha256}?at={at(places)}").text
    source = read_source(site.app.state.desk.graph.sources / document.sha256)
    boxes = [
        cell.box
        for place in places
        for grid in source.grids
        for cell in grid.cells
        if (cell.line, cell.column + 1) == (place.line, place.column)
    ]
    assert len(boxes) == len(places)
    assert [(x + 1.5, y + 1.5) for x, y, _, _ in marked(page)] == [
        (pytest.approx(box[0], abs=0.01), pytest.approx(box[1], abs=0.01)) for box in boxes
    ]
    assert all(place.quote.split("\u2028")[0] in page for place in places)
    assert f"/source/{document.sha256}/page/{places[0].page}.webp" in page


def test_a_cell_has_an_address_by_its_page_row_and_column_too(site, documents):
    document = documents["pdf"]
    _, (place, *_) = value_of(site, document)
    by_line = site.get(f"/source/{document.sha256}?line={place.line}&column={place.column}").text
    by_row = site.get(f"/source/{document.sha256}?page={place.page}&row={place.row}&column={place.column}").text
    assert len(marked(by_line)) == 1
    assert marked(by_line)[0] in marked(by_row)


def test_what_is_marked_says_what_was_read_from_it(site, documents):
    indicator, places = value_of(site, documents["pdf"])
    page = site.get(f"/source/{documents['pdf'].sha256}?at={at(places)}").text
    assert f'href="{page_path(indicator.iri)}"' in unescape(page)
    assert "目标值" in page


@pytest.mark.parametrize("kind", ["xlsx", "docx"])
def test_a_value_of_a_table_is_marked_in_the_table(site, documents, kind):
    _, places = value_of(site, documents[kind])
    page = site.get(f"/source/{documents[kind].sha256}?at={at(places)}").text
    cells = re.findall(r'<td class="marked"[^>]*><mark>(.*?)</mark>', page, re.DOTALL)
    assert [unescape(each) for each in cells] == [place.quote.replace("\u2028", "\n") for place in places]


def test_a_sheet_has_the_letters_and_numbers_of_a_workbook(site, documents):
    _, (place, *_) = value_of(site, documents["xlsx"])
    page = site.get(f"/source/{documents['xlsx'].sha256}?at={at([place])}").text
    row = re.search(rf'<tr id="L{place.line}"><th scope="row">(\d+)</th>(.*?)</tr>', page, re.DOTALL)
    heads = re.findall(r'<th scope="col">(.*?)</th>', page[: row.start()])
    assert int(row[1]) == place.row
    assert letters(place.column) in heads
    assert [letters(number) for number in (1, 26, 27, 702, 703)] == ["A", "Z", "AA", "ZZ", "AAA"]


def test_in_a_line_of_text_the_quote_alone_is_marked(site, documents):
    _, places = value_of(site, documents["text"])
    page = site.get(f"/source/{documents['text'].sha256}?at={at(places)}").text
    line = re.search(rf'<div id="L{places[0].line}" class="hit">(.*?)</div>', page)
    assert f"<mark>{places[0].quote}</mark>" in unescape(line[1])


def test_what_is_not_there_any_more_is_said_and_the_page_shown(site, documents):
    document = documents["pdf"]
    _, (place, *_) = value_of(site, document)
    answer = site.get(f"/source/{document.sha256}?at={place.line}.999")
    assert answer.status_code == 200
    assert "找不到了" in answer.text
    assert f"/page/{place.page}.webp" in answer.text
    assert "找不到了" not in site.get(f"/source/{document.sha256}?at={at([place])}").text


def test_what_goes_on_on_another_page_has_a_link_to_it(site, documents):
    document = documents["pdf"]
    _, (place, *_) = value_of(site, document)
    page = site.get(f"/source/{document.sha256}?at=1,{at([place])}").text
    assert f'<a href="?at={at([place])}">还有一部分在第 {place.page} 页</a>' in page
    assert "还有一部分" not in site.get(f"/source/{document.sha256}?at={at([place])}").text


def test_a_cell_that_holds_another_text_than_was_read_is_not_marked(graph, documents):
    document = documents["docx"]
    sources = graph.sources
    changed = next(graph.live().documents())
    assert changed is not None
    with TestClient(create_app(graph.path), headers=BROWSER) as client:
        room = client.app.state.room
        other = read_original(sources / document.sha256)
        _, places = value_of(client, document)
        here = other.of_line(places[0].line)
        leaf = other.leaf(here)
        text = leaf.source.text
        start = found(leaf, spots({"at": at(places)})[0])[0].start
        wrong = replace(leaf, source=replace(leaf.source, text=text[:start] + "〇" * (len(text) - start)))
        room._read.get(document.sha256, lambda: FakeOriginal(other, here, wrong))
        page = client.get(f"/source/{document.sha256}?at={at(places)}").text
    assert "找不到了" in page
    assert 'class="marked"' not in page.partition("<table>")[2]


class FakeOriginal:
    """A source of which one leaf is another."""

    def __init__(self, original, index, leaf):
        self._original, self._index, self._leaf = original, index, leaf

    def __getattr__(self, name):
        return getattr(self._original, name)

    def leaf(self, index):
        return self._leaf if index == self._index else self._original.leaf(index)


def test_the_picture_of_a_page_is_kept_by_browsers_and_made_once(site, documents):
    address = f"/source/{documents['pdf'].sha256}/page/1.webp"
    first = site.get(address)
    assert (first.status_code, first.headers["content-type"]) == (200, "image/webp")
    assert "immutable" in first.headers["cache-control"]
    again = site.get(address, headers={"if-none-match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    width, height = opened(first).size
    assert min(width, height) > 1000
    assert width * height <= MOST_DOTS


def test_who_asks_for_a_picture_first_keeps_nobody_waiting(graph, documents, monkeypatch):
    app = create_app(graph.path)
    seen = []
    monkeypatch.setattr("jixiao.site.source.desk_of", lambda _: seen.append(threading.get_ident()) or desk)
    desk = app.state.desk

    async def loops(scope, receive, send):
        if scope["type"] == "http":
            seen.append(threading.get_ident())
        await app(scope, receive, send)

    with TestClient(loops) as client:
        client.get(f"/source/{documents['pdf'].sha256}/page/1.webp")
    loop, *others = seen
    assert others
    assert loop not in others


def test_the_part_beside_a_value_shows_its_mark(site, documents):
    document = documents["pdf"]
    _, places = value_of(site, document)
    part = opened(site.get(f"/source/{document.sha256}/part.webp?at={at(places)}"))
    assert part.size == (2 * WINDOW[0], 2 * WINDOW[1])
    tinted = sum(count for count, colour in part.getcolors(1 << 24) if near(colour, YELLOW))
    assert tinted > 1000


def test_the_tints_of_pictures_and_of_pages_are_the_same(root):
    sheet = (root / "jixiao/static/source.css").read_text(encoding="utf-8")
    assert f"--marker: {TINT};" in sheet
    assert f"--marker-edge: {EDGE};" in sheet


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("page/0.webp", 404),
        ("page/9999.webp", 404),
        ("page/-1.webp", 200),
        (f"page/{'9' * 5000}.webp", 200),
        ("part.webp", 404),
        ("part.webp?at=1.99", 404),
        ("part.webp?at=x", 404),
    ],
)
def test_what_is_no_page_is_refused_and_what_is_no_number_is_the_first(site, documents, path, status):
    answer = site.get(f"/source/{documents['pdf'].sha256}/{path}")
    assert answer.status_code == status


@pytest.mark.parametrize("kind", ["pdf", "xlsx", "text"])
def test_beside_the_facts_of_an_indicator_stands_its_source(site, documents, kind):
    indicator, places = value_of(site, documents[kind])
    page = site.get(page_path(indicator.iri)).text
    beside = page[page.index('<aside class="beside"') : page.index("</aside>")]
    assert f"/source/{documents[kind].sha256}?at={places[0].line}" in beside
    assert ("part.webp" in beside) == (kind == "pdf")
    assert kind == "pdf" or "<mark>" in beside
    assert "style=" not in beside


def test_the_original_is_given_away_under_its_name(site, documents):
    document = documents["xlsx"]
    answer = site.get(f"/source/{document.sha256}/original")
    assert sha256(answer.content).hexdigest() == document.sha256
    given = answer.headers["content-disposition"]
    assert given.startswith("attachment; ")
    assert unquote(given.partition("filename*=UTF-8''")[2]) == document.source
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_a_name_can_neither_hide_its_ending_nor_end_the_header(site):
    document = next(each for each in site.app.state.desk.view.documents.values() if "名" in each.source)
    given = site.get(f"/source/{document.sha256}/original").headers["content-disposition"]
    assert unquote(given.partition("filename*=UTF-8''")[2]) == "слed；名.pdf"
    assert given.isascii()


def test_a_source_that_cannot_be_read_any_more_says_why_and_can_be_downloaded(site):
    document = next(each for each in site.app.state.desk.view.documents.values() if "名" in each.source)
    page = site.get(f"/source/{document.sha256}").text
    assert "原文无法显示" in page
    assert f"/source/{document.sha256}/original" in page


WIDE, HIGH = 400, 300


def turned_pdf(folder, quarters, *, stated):
    """A page with four ruled cells whose sheet lies turned by some quarters; whether it says so or not."""
    path = folder / "turned.pdf"
    sheet = (HIGH, WIDE) if quarters % 2 else (WIDE, HIGH)
    canvas = Canvas(str(path), pagesize=(WIDE, HIGH) if stated else sheet)
    if stated:
        canvas.setPageRotation(90 * quarters)  # reportlab turns the sheet too
    canvas.translate(*{0: (0, 0), 1: (sheet[0], 0), 2: sheet, 3: (0, sheet[1])}[quarters])
    canvas.rotate(90 * quarters)
    for x in (50, 150, 250):
        canvas.line(x, 50, x, 150)
    for y in (50, 100, 150):
        canvas.line(50, y, 250, y)
    for row, y in enumerate((120, 70)):
        for column, x in enumerate((60, 160)):
            canvas.drawString(x, y, f"cell {row}{column}")
    canvas.showPage()
    canvas.save()
    return path


@pytest.mark.parametrize("stated", [True, False])
@pytest.mark.parametrize("quarters", [0, 1, 2, 3])
def test_the_picture_of_a_page_is_turned_as_its_cells_are(tmp_path, quarters, stated):
    path = turned_pdf(tmp_path, quarters, stated=stated)
    leaf = read_original(path).leaf(0)
    assert (leaf.page.width, leaf.page.height) == (pytest.approx(WIDE), pytest.approx(HIGH))
    picture = Image.open(BytesIO(draw(path, 1))).convert("L")
    assert picture.size == (2 * WIDE, 2 * HIGH)
    cells = [cell for grid in leaf.source.grids for cell in grid.cells]
    assert len(cells) == 4
    for cell in cells:
        left, top, right, bottom = (round(2 * side) for side in cell.box)
        words = picture.crop((left + 6, top + 6, right - 6, bottom - 6)).point(lambda grey: grey < 128, "1").getbbox()
        assert words is not None
        assert words[0] < 30  # the text begins ten points from the left border, where it stands upright
        border = picture.crop((left - 2, top + 6, left + 3, bottom - 6))
        assert border.getextrema()[0] < 160


def prose_pdf(folder):
    """A page with one ruled row: a short cell, and one with three lines in which a word comes twice."""
    path = folder / "prose.pdf"
    canvas = Canvas(str(path), pagesize=(WIDE, HIGH))
    for x in (50, 150, 350):
        canvas.line(x, 50, x, 150)
    for y in (50, 150):
        canvas.line(50, y, 350, y)
    canvas.drawString(60, 100, "short")
    for y, line in ((130, "first the goal"), (110, "of ten, second"), (90, "goal of ten")):
        canvas.drawString(160, y, line)
    canvas.showPage()
    canvas.save()
    return path


def test_of_a_cell_with_prose_the_characters_that_are_meant_are_found_line_by_line(tmp_path):
    path = prose_pdf(tmp_path)
    leaf = read_original(path).leaf(0)
    cell = next(cell for grid in leaf.source.grids for cell in grid.cells if cell.column)
    text = leaf.source.text[cell.start : cell.end]
    assert text.split(WRAP) == ["first the goal", "of ten, second", "goal of ten"]
    wrapped = text.index("goal"), text.index(",")
    first, second = strokes(path, 1, cell.box, text, [wrapped])
    assert first[0] > 160 + 40  # behind “first the”
    assert second[0] == pytest.approx(160, abs=2)
    assert second[1] > first[1]
    ((_, top, _, _),) = strokes(path, 1, cell.box, text, [(text.rindex("goal"), len(text))])
    assert top > second[1]
    assert strokes(path, 1, cell.box, "another text", [(0, 3)]) == ()


def test_what_is_quoted_of_a_cell_is_tinted_and_the_cell_framed(tmp_path):
    path = prose_pdf(tmp_path)
    cell, stroke = (150, 150, 350, 250), (200, 160, 230, 172)
    picture = Image.open(BytesIO(cut_out(path, 1, (0, 0, WIDE, HIGH), [cell], [stroke]))).convert("RGB")
    assert near(picture.getpixel((2 * 229, 2 * 161)), YELLOW)
    assert near(picture.getpixel((2 * 330, 2 * 240)), (255, 255, 255))
    assert near(picture.getpixel((2 * 349 + 4, 2 * 200)), (179, 84, 30))


def test_of_what_is_printed_twice_in_a_cell_what_was_read_is_meant():
    mark = Mark(Spot(3, 2), "每月10次，每年10次", 100, 111, 3)
    leaf = read_nothing()
    readings = [Reading("", "value", 3, 2, 508, 511, "10次"), Reading("", "value", 3, 9, 503, 506, "10次")]
    assert within(mark, replace(leaf, begin=400), readings) == [(8, 11)]
    assert within(mark, replace(leaf, begin=401), readings) == []  # another text stands there now


def test_lines_that_are_read_one_by_one_are_all_of_a_cell():
    mark = Mark(Spot(3, 2), f"一行{WRAP}两行", 0, 5, 3)
    readings = [Reading("", "goal", 3, 2, 0, 2, "一行"), Reading("", "goal", 3, 2, 3, 5, "两行")]
    seen = Sight(
        Original("pdf", (), (), (), 0),
        0,
        read_nothing(),
        [mark],
        lost=False,
        asked=Asked([]),
        readings=readings,
        quoted=True,
    )
    assert seen.within(mark) == [(0, 5)]
    assert replace(seen, readings=readings[1:]).within(mark) == [(3, 5)]


def read_nothing():
    """A leaf without a word."""
    return Leaf(Source("", "", None, "", ()), 0, 1, ())


def test_addresses_hold_short_quotes_of_cells_alone():
    cell = {"of": "", "field": "", "line": 64, "column": 7}
    places = [Place(quote="≥5 名", **cell), Place(quote="长" * 100, **cell), Place(of="", field="", line=9, quote="行")]
    assert cited(places) == "at=64.7,9&q=%E2%89%A55+%E5%90%8D"


def test_where_a_quote_cannot_be_found_in_its_cell_the_cell_is_marked(graph, documents, monkeypatch):
    document = documents["pdf"]
    with TestClient(create_app(graph.path), headers=BROWSER) as client:
        _, places = value_of(client, document)
        monkeypatch.setattr("jixiao.site.sight.within", lambda *_: [(0, 1)])
        monkeypatch.setattr(client.app.state.room, "strokes", lambda *_: failing(document))
        page = client.get(f"/source/{document.sha256}?{cited(places)}").text
    assert len(marked(page)) == len(places)
    assert 'class="stroke"' not in page


def failing(document):
    raise LimitError(Path(document.source), "too long")


def test_a_huge_sheet_is_drawn_smaller(tmp_path):
    path = tmp_path / "huge.pdf"
    canvas = Canvas(str(path), pagesize=(14000, 9000))
    canvas.drawString(100, 100, "one word on a sheet as large as a wall")
    canvas.showPage()
    canvas.save()
    width, height = Image.open(BytesIO(draw(path, 1))).size
    assert width * height <= 1.01 * MOST_DOTS
    part = Image.open(BytesIO(cut_out(path, 1, (0, 0, 1400, 900), [(10, 10, 20, 20)])))
    assert part.size[0] < width / 9


def test_work_that_takes_too_long_or_crashes_is_ended_and_others_go_on(tmp_path):
    with Workers(1, Limits(seconds=4)) as workers:
        with pytest.raises(LimitError):
            workers.run(dawdle, tmp_path, seconds=60)
        with pytest.raises(LimitError):
            workers.run(crash, tmp_path)
        assert workers.run(dawdle, tmp_path, 0) is None


def test_what_several_ask_for_at_once_is_made_once_and_the_latest_are_kept():
    memory, made, go = Memory(most=10, weigh=len), [], threading.Event()

    def make():
        made.append(1)
        go.wait(5)
        return "12345"

    threads = [threading.Thread(target=memory.get, args=("a", make)) for _ in range(5)]
    for thread in threads:
        thread.start()
    go.set()
    for thread in threads:
        thread.join()
    assert len(made) == 1
    for key in "bc":
        memory.get(key, lambda: "12345")
    memory.get("a", make)
    assert len(made) == 2


def test_what_failed_is_not_tried_again_at_once():
    memory, tried = Memory(most=10_000, weigh=len), []

    def fail():
        tried.append(1)
        raise ValueError

    for _ in range(3):
        with pytest.raises(ValueError):
            memory.get("a", fail)
    assert len(tried) == 1


def test_a_kept_table_of_text_is_told_by_the_name_that_it_had(tmp_path):
    kept = tmp_path / ("ab" * 32)
    kept.write_text("部门预算公开\n项目,金额\n科普经费,12\n", encoding="utf-8")
    assert [read_original(kept, name).format for name in ("预算.CSV", "预算.txt")] == ["csv", "text"]


def test_a_long_text_is_cut_into_leaves_that_share_lines(tmp_path):
    path = tmp_path / "long.txt"
    path.write_text("".join(f"第{number}行\n" for number in range(1, 1001)), encoding="utf-8")
    original = read_original(path)
    assert original.firsts == tuple(range(1, 1001, STRETCH))
    for number in (1, STRETCH, STRETCH + 1, 1000, 99999):
        leaf = original.leaf(original.of_line(number))
        meant = min(number, 1000)
        assert f"第{meant}行" in [line.text for line in leaf.lines]
    second = original.leaf(1)
    assert (second.lines[0].number, second.lines[-1].number) == (STRETCH + 1 - OVERLAP, 2 * STRETCH + OVERLAP)


def test_a_table_far_to_the_right_has_the_letters_of_its_sheet(tmp_path):
    book = Workbook(tmp_path / "wide.xlsx")
    sheet = book.add_worksheet()
    for column, text in ((0, "左"), (1, "左二"), (80, "右"), (81, "右二")):
        sheet.write(0, column, text)
        sheet.write(1, column, text)
    book.close()
    leaf = read_original(tmp_path / "wide.xlsx").leaf(0)
    assert [letters(grid.first_column) for grid in leaf.source.grids] == ["A", "CC"]


def test_a_line_that_carries_no_value_can_be_asked_for_too(tmp_path):
    path = tmp_path / "pages.txt"
    path.write_text("第一行\n\n第三行\n- 1 -\n", encoding="utf-8")
    leaf = read_original(path).leaf(0)
    assert [mark.text for line in range(1, 6) for mark in found(leaf, Spot(line))] == ["第一行", "", "第三行", "- 1 -"]


def test_a_table_is_cut_where_a_merged_cell_runs_on(tmp_path):
    rows = "".join(f"<tr>{'<td rowspan=700>合并</td>' if not row else ''}<td>值{row}</td></tr>" for row in range(700))
    path = tmp_path / "long.html"
    path.write_text(f"<html><body><table>{rows}</table></body></html>", encoding="utf-8")
    original = read_original(path)
    leaf = original.leaf(original.of_line(650))
    (grid,) = leaf.source.grids
    texts = {(cell.row, cell.column): leaf.source.text[cell.start : cell.end] for cell in grid.cells}
    assert texts[0, 0] == "合并"
    assert texts[0, 1] == f"值{grid.first_row - 1}"
    assert found(leaf, Spot(650, 2))[0].text == "值649"


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"at": "64.7,64.8"}, [Spot(64, 7), Spot(64, 8)]),
        ({"at": "9-11"}, [Spot(9), Spot(10), Spot(11)]),
        ({"line": "64", "column": "7"}, [Spot(64, 7)]),
        ({"page": "3", "row": "2", "column": "1"}, [Spot(None, 1, 3, 2)]),
        ({"page": "3"}, []),
        ({"at": "x,-1,<b>,5."}, []),
        ({}, []),
    ],
)
def test_addresses_say_what_to_mark(query, expected):
    assert spots(query) == expected


def test_an_address_cannot_ask_for_more_than_fits():
    assert len(spots({"at": "1-9999999"})) == len(spots({"at": ",".join(["5"] * 5000)})) == 60


def test_places_and_addresses_say_the_same():
    places = [Place(of="", field="", quote="", line=64, column=7), Place(of="", field="", quote="", line=9)]
    assert spots({"at": at(places)}) == [Spot(64, 7), Spot(9)]


@pytest.mark.parametrize(
    ("boxes", "expected"),
    [
        ([(10, 10, 60, 30)], (0, 0, 380, 200)),
        ([(500, 400, 560, 420)], (340, 310, 720, 510)),
        ([(700, 400, 780, 420), (100, 400, 400, 420)], (412, 310, 792, 510)),
        ([(100, 400, 160, 420), (700, 400, 780, 420)], (88, 310, 468, 510)),
        ([(0, 0, 800, 600)], (0, 0, 380, 200)),
    ],
)
def test_the_part_shown_holds_the_first_mark_and_leans_to_the_others(boxes, expected):
    assert window(boxes, 842, 595) == pytest.approx(expected)


IN_VIEW = """
const mark = document.querySelector(".paper .mark, .grid td.marked, .source .hit").getBoundingClientRect();
const clipped = mark.left < -1 || mark.top < 0 || mark.left > innerWidth - 10 || mark.top > innerHeight - 10;
return [!clipped, document.documentElement.scrollWidth <= innerWidth];
"""


@pytest.mark.browser
@pytest.mark.parametrize("width", [DESKTOP, PHONE])
def test_what_is_marked_is_in_view_and_no_page_is_wider_than_the_screen(browser, served, documents, width):
    address, site = served
    wide(browser, width)
    browser.get_log("browser")
    for kind in ("pdf", "xlsx", "text"):
        _, places = value_of(site, documents[kind])
        browser.get(f"{address}/source/{documents[kind].sha256}?{cited(places)}#L{places[0].line}")
        assert browser.execute_script(IN_VIEW) == [True, True], kind
    assert [entry["message"] for entry in browser.get_log("browser")] == []


@pytest.fixture(scope="module")
def served(site):
    """The address of the running site, and the site."""
    waiting = listen("127.0.0.1", 0)
    server = uvicorn.Server(uvicorn.Config(site.app, log_level="warning", lifespan="off"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [waiting]}, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{waiting.getsockname()[1]}", site
    server.should_exit = True
    thread.join()


def test_a_source_is_read_when_somebody_looks_at_its_document(graph, documents, monkeypatch):
    with TestClient(create_app(graph.path), headers=BROWSER) as client:
        asked = []
        monkeypatch.setattr(client.app.state.room, "original", asked.append)
        client.get(page_path(documents["pdf"].iri))
        client.app.state.room.threads.shutdown()
    assert asked == [documents["pdf"]]
