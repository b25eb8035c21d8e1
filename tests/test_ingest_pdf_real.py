"""The real PDF files: nothing is lost, nothing invented, and every place is the place of what stands there."""

from __future__ import annotations

from collections import Counter
from ctypes import c_float
from itertools import pairwise

import pypdfium2
import pypdfium2.raw as pdfium_c
import pytest

from ingest.errors import ScanError
from ingest.readers.pdf import read_pdf
from ingest.readers.source import WRAP

ROUND = 1.0
"""Points by which a box may stand out of its page or table."""


@pytest.fixture(scope="module")
def files(real):
    return sorted((real / "documents").glob("*.pdf"))


@pytest.fixture(scope="module")
def sources(files):
    found = {}
    for path in files:
        try:
            found[path.name] = read_pdf(path, path.read_bytes())
        except ScanError:
            continue
    assert found
    return found


@pytest.fixture(scope="module")
def given(files, sources):
    """Of each page the characters that pdfium gives within its edges, and whether some of its text is cut off."""
    found = {}
    for path in files:
        if path.name in sources:
            document = pypdfium2.PdfDocument(path)
            found[path.name] = [_given(page) for page in document]
            document.close()
    return found


def _given(page):
    text = page.get_textpage()
    left, bottom, right, top = page.get_bbox()
    chars = Counter()
    cut = False
    for index in range(text.count_chars()):
        char = chr(pdfium_c.FPDFText_GetUnicode(text, index))
        box = text.get_charbox(index)
        if char.isspace() or pdfium_c.FPDFText_IsGenerated(text, index):
            continue
        if box[2] < left or box[0] > right or box[3] < bottom or box[1] > top:
            cut = True
            continue
        chars["-" if char in "\x02\ufffe" else char] += 1
        cut = cut or _cut_off(text, index, box)
    text.close()
    page.close()
    return chars, cut


def _cut_off(text, index, box):
    """Whether the middle of a character is outside of what its object shows."""
    clip = pdfium_c.FPDFPageObj_GetClipPath(pdfium_c.FPDFText_GetTextObject(text, index))
    x, y = c_float(), c_float()
    for part in range(pdfium_c.FPDFClipPath_CountPaths(clip)):
        points = []
        for number in range(pdfium_c.FPDFClipPath_CountPathSegments(clip, part)):
            pdfium_c.FPDFPathSegment_GetPoint(pdfium_c.FPDFClipPath_GetPathSegment(clip, part, number), x, y)
            points.append((x.value, y.value))
        middle = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
        for axis in (0, 1):
            if not min(p[axis] for p in points) - ROUND <= middle[axis] <= max(p[axis] for p in points) + ROUND:
                return True
    return False


def _pages(sources):
    for name, source in sources.items():
        for page in source.pages:
            yield name, page, Counter("".join(source.text[page.start : page.end].split()))


def test_nothing_is_invented(sources, given):
    assert {
        (name, page.number): invented
        for name, page, printed in _pages(sources)
        if (invented := printed - given[name][page.number - 1][0])
    } == {}


def test_nothing_is_lost_but_what_is_cut_off_or_printed_twice(sources, given):
    lost = {}
    for name, page, printed in _pages(sources):
        chars, cut = given[name][page.number - 1]
        missing = {char: count for char, count in (chars - printed).items() if count > printed[char]}
        if missing and not cut:
            lost[name, page.number] = missing
    assert lost == {}


def test_what_is_cut_off_on_a_page_is_printed_on_a_page_beside_it(sources, given):
    near = {}
    for name, source in sources.items():
        texts = ["".join(source.text[page.start : page.end].split()) for page in source.pages]
        for number, (chars, _) in enumerate(given[name]):
            beside = set("".join(texts[max(0, number - 1) : number + 2]))
            if gone := set(chars) - beside:
                near[name, number + 1] = gone
    assert near == {}


def test_the_text_of_lines_and_cells_stands_at_its_place(sources):
    for source in sources.values():
        texts = source.text.split("\n")
        for line in source.lines:
            assert source.text[line.start : line.start + len(line.text)] == line.text
            assert texts[line.number - 1].lstrip("\f") == line.text
        for grid in source.grids:
            for cell in grid.cells:
                row = texts[cell.line - 1].lstrip("\f").split("\t")
                assert row[cell.column] == source.text[cell.start : cell.end]
                assert "\t" not in row[cell.column]
                assert not row[cell.column].startswith(WRAP)


def test_the_cells_of_a_grid_do_not_overlap(sources):
    for source in sources.values():
        for grid in source.grids:
            places = [
                (row, column)
                for cell in grid.cells
                for row in range(cell.row, cell.row + cell.rows)
                for column in range(cell.column, cell.column + cell.columns)
            ]
            assert len(places) == len(set(places))
            assert all(row < grid.rows and column < grid.columns for row, column in places)
            assert len(grid.edges) == grid.columns + 1
            assert all(one < two for one, two in pairwise(grid.edges))


def test_boxes_lie_on_their_page(sources):
    for source in sources.values():
        boxes = [(line.page, line.box) for line in source.lines] + [
            (grid.page, cell.box) for grid in source.grids for cell in grid.cells
        ]
        for number, (left, top, right, bottom) in boxes:
            page = source.pages[number - 1]
            assert left <= right
            assert top <= bottom
            assert left >= -ROUND
            assert right <= page.width + ROUND
            middle = (top + bottom) / 2
            assert 0 <= middle <= page.height


def test_pages_count_on_and_lines_are_in_order(sources):
    for source in sources.values():
        assert [page.number for page in source.pages] == list(range(1, len(source.pages) + 1))
        starts = [line.start for line in source.lines]
        assert starts == sorted(starts)
        assert [line for line in source.lines if line.page_break and line.row is None and not line.text.strip()] == []


def test_reading_twice_gives_the_same(real):
    path = min((real / "documents").glob("*.pdf"), key=lambda path: path.stat().st_size)
    assert read_pdf(path, path.read_bytes()) == read_pdf(path, path.read_bytes())
