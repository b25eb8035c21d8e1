"""The folder of reports: whole reports only, in the order of publications, and pages that say which there are."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from datetime import datetime
from html import unescape
from urllib.parse import unquote

import pytest
from defusedxml.ElementTree import fromstring

from graph.files import WRITING
from jixiao.report.shelf import Shelf, ShelfError, folder_name, part_of

ATOM = "{http://www.w3.org/2005/Atom}"
FIGURES = {
    "documents": 3,
    "indicators": 41,
    "unclear": 7,
    "judged": 40,
    "findings": 12,
    "certain": 9,
    "money": "1000000",
    "money_without_form": "250000",
    "new": 2,
    "fixed": 1,
}
PAGES = ["feed.xml", "index.html", "latest.html"]


def told(number, date, **more):
    """What a report says of itself."""
    choice = {"name": None, "departments": [], "divisions": [], "years": [], "rules": []}
    made = {"snapshot": f"s{number}", "number": number, "since": None, "date": date, "language": "zh", "site": ""}
    at = f"2031-06-{number:02}T02:00:00+00:00"
    return {**made, "at": at, "choice": choice, "forms": ["html", "md"], "figures": FIGURES, **more}


def maker(number, date, parts=(), **more):
    """Writes a report as small as one can be."""

    def make(folder):
        said = told(number, date, **more)
        for form in said["forms"]:
            (folder / f"report.{form}").write_text(f"# report {number} & <b>all</b>", encoding="utf-8")
        (folder / "report.json").write_text(json.dumps(said), encoding="utf-8")
        for name in parts:
            maker(number, date, choice=said["choice"] | {"name": name})(part_of(folder, name))

    return make


@pytest.fixture
def shelf(tmp_path):
    return Shelf(tmp_path / "out")


@pytest.fixture
def full(shelf):
    """Three reports, the last one with two parts."""
    shelf.put(maker(1, "2031-06-01", figures={**FIGURES, "new": None, "fixed": None}))
    shelf.put(maker(2, "2031-06-02", figures=FIGURES | {"unclear": 5}))
    shelf.put(maker(3, "2031-06-02", parts=["水务", '<i>"甲"</i>/乙']))
    return shelf


def names(shelf):
    return sorted(each.name for each in shelf.out.iterdir() if not each.name.startswith(".lock"))


def test_an_empty_shelf_has_no_reports_and_can_be_read(shelf):
    assert (shelf.kept(), shelf.last(), shelf.strange()) == ([], None, [])
    shelf.refresh("zh")
    assert "还没有报告。" in (shelf.out / "index.html").read_text(encoding="utf-8")
    assert 'url=index.html"' in (shelf.out / "latest.html").read_text(encoding="utf-8")
    assert fromstring((shelf.out / "feed.xml").read_bytes()).findall(f"{ATOM}entry") == []


def test_a_report_is_put_under_its_day_and_the_next_one_of_that_day_beside_it(full):
    assert names(full) == ["2031-06-01", "2031-06-02", "2031-06-02-2"]
    last = full.last()
    assert last.folder.name == "2031-06-02-2"
    assert last.made.figures.clarity.percent == pytest.approx(17.5)
    assert last.file("html").read_text(encoding="utf-8").startswith("# report 3")


def test_parts_belong_to_the_report_that_they_were_made_with(full):
    last, *others = full.kept()
    assert {each.name for each in last.parts} == {"水务", '<i>"甲"</i>/乙'}
    assert [list(each.parts) for each in others] == [[], []]


def test_reports_are_in_the_order_of_publications_whatever_their_days_say(shelf):
    for number, date in ((1, "2031-06-03"), (2, "2031-06-01"), (3, "2031-06-02")):
        shelf.put(maker(number, date))
    assert [each.made.number for each in shelf.kept()] == [3, 2, 1]


def test_of_many_reports_on_one_publication_the_last_is_the_last(shelf):
    for _ in range(11):
        shelf.put(maker(1, "2031-06-01"))
    assert shelf.last().folder.name == "2031-06-01-11"


def test_a_report_that_was_not_written_leaves_nothing(full):
    before = names(full)

    def failing(folder):
        maker(4, "2031-06-04")(folder)
        raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match="No space left"):
        full.put(failing)
    assert names(full) == before


def test_what_says_nothing_of_itself_is_not_put_on_the_shelf(full):
    before = names(full)
    with pytest.raises(ShelfError, match=re.escape("report.json")):
        full.put(lambda folder: (folder / "report.html").write_text("x", encoding="utf-8"))
    assert names(full) == before


def test_a_report_whose_forms_were_not_written_is_not_put_on_the_shelf(shelf):
    def lacking(folder):
        maker(1, "2031-06-01")(folder)
        (folder / "report.md").unlink()

    with pytest.raises(ShelfError, match=re.escape("report.md")):
        shelf.put(lacking)


KILLED = """
import sys, time
from pathlib import Path
sys.path.insert(0, {tests!r})
from test_report_shelf import maker
from jixiao.report.shelf import Shelf
shelf = Shelf(Path({out!r}))
def slowly(folder):
    maker(2, "2031-06-02", parts=["水务"])(folder)
    for number in range(40):
        (folder / f"more-{{number}}").write_bytes(b"x" * 100_000)
print("ready", flush=True)
while True:
    shelf.put(slowly)
    shelf.refresh("zh")
"""


@pytest.mark.skipif(sys.platform == "win32", reason="another way to kill")
def test_a_writer_that_is_killed_at_any_moment_leaves_whole_reports_only(shelf, root):
    shelf.put(maker(1, "2031-06-01"))
    code = KILLED.format(tests=str(root / "tests"), out=str(shelf.out))
    for wait in (0.0, 0.013, 0.029, 0.051, 0.083):
        with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, cwd=root) as writer:
            writer.stdout.readline()
            time.sleep(wait)
            os.kill(writer.pid, signal.SIGKILL)
        assert shelf.strange() == []
        assert all(len(list(each.folder.glob("more-*"))) == 40 for each in shelf.kept() if each.made.number == 2)
        for page in set(PAGES) & set(names(shelf)):
            assert (shelf.out / page).read_text(encoding="utf-8").rstrip().endswith(">")
    before = len(shelf.kept())
    shelf.put(maker(3, "2031-06-03"))
    assert [name for name in names(shelf) if name.startswith(WRITING)] == []
    assert len(shelf.kept()) == before + 1


def test_folders_that_are_no_reports_are_left_alone_and_named(full):
    (full.out / "old pictures").mkdir()
    (full.out / "notes.txt").write_text("mine", encoding="utf-8")
    damaged = full.out / "2031-06-01"
    (damaged / "report.json").write_text('{"snapshot": ', encoding="utf-8")
    (full.out / "2031-06-02" / "report.md").unlink()
    full.refresh("zh")
    page = (full.out / "index.html").read_text(encoding="utf-8")
    assert [each.folder.name for each in full.strange()] == ["2031-06-01", "2031-06-02", "old pictures"]
    for each in full.strange():
        assert f"{each.folder.name}：" in page
    assert [each.made.number for each in full.kept()] == [3]
    assert (damaged / "report.html").exists()
    full.put(maker(4, "2031-06-01"))
    assert full.last().folder.name == "2031-06-01-2"


def test_a_report_of_which_less_is_known_is_listed_all_the_same(shelf):
    shelf.put(_bare)
    shelf.refresh("zh")
    entry = fromstring((shelf.out / "feed.xml").read_bytes()).find(f"{ATOM}entry")
    assert shelf.last().folder.name == "abc"
    assert entry.findtext(f"{ATOM}summary") == "快照 abc"
    assert entry.findtext(f"{ATOM}updated") == "1970-01-01T00:00:00Z"


def _bare(folder):
    said = {"snapshot": "abc", "choice": {}, "forms": ["jsonl"], "from_a_later_version": 1}
    (folder / "report.json").write_text(json.dumps(said), encoding="utf-8")
    (folder / "report.jsonl").write_text("{}\n", encoding="utf-8")


def links(page):
    return [unquote(unescape(each)) for each in re.findall(r'href="([^"#]+)"', page)]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_page_leads_to_every_form_of_every_report_the_latest_first(full, language):
    full.refresh(language)
    page = (full.out / "index.html").read_text(encoding="utf-8")
    every = [each for kept in full.kept() for each in (kept, *kept.parts)]
    for each in every:
        for form in each.made.forms:
            assert each.file(form).relative_to(full.out).as_posix() in links(page)
    assert all((full.out / link).is_file() for link in links(page))
    assert page.index("2031-06-02-2/report.html") < page.index('"2031-06-02/report.html') < page.index("2031-06-01/")
    assert "17.5%" in page
    assert "7 / 40" in page
    assert '<i>"甲"' not in page
    assert not re.search(r"<script|<link rel=\"stylesheet|@import|url\(|src=", page)


def test_the_page_says_what_the_last_run_did_and_shows_the_course(full):
    full.refresh("zh", note="没有变化 <昨晚>。")
    page = (full.out / "index.html").read_text(encoding="utf-8")
    assert "没有变化 &lt;昨晚&gt;。" in page
    assert page.count("<svg") == 1
    assert "5 / 40" in page


def test_pages_have_the_same_bytes_twice(full):
    full.refresh("zh")
    before = [(full.out / name).read_bytes() for name in PAGES]
    full.refresh("zh")
    assert [(full.out / name).read_bytes() for name in PAGES] == before


def test_the_feed_has_what_atom_asks_for(full):
    full.refresh("zh")
    feed = fromstring((full.out / "feed.xml").read_bytes())
    entries = feed.findall(f"{ATOM}entry")
    assert feed.tag == f"{ATOM}feed"
    assert feed.find(f"{ATOM}author/{ATOM}name").text
    assert feed.find(f"{ATOM}link[@rel='self']").get("href") == "feed.xml"
    ids = []
    for each in (feed, *entries):
        for name in ("id", "title", "updated"):
            (found,) = each.findall(f"{ATOM}{name}")
            assert found.text
        assert datetime.fromisoformat(each.findtext(f"{ATOM}updated")).utcoffset().total_seconds() == 0
        ids.append(each.findtext(f"{ATOM}id"))
        alternate = each.find(f"{ATOM}link[@rel='alternate']").get("href")
        assert (full.out / alternate).is_file()
    assert len(set(ids)) == 4
    assert all(re.fullmatch(r"tag:w3id\.org,\d{4}:\S+", each) for each in ids)
    assert [each.findtext(f"{ATOM}updated") for each in entries] == [f"2031-06-0{day}T02:00:00Z" for day in (3, 2, 1)]
    assert feed.findtext(f"{ATOM}updated") == "2031-06-03T02:00:00Z"


def test_entries_hold_the_markdown_as_html_and_its_tags_as_text(full):
    full.refresh("zh")
    feed = fromstring((full.out / "feed.xml").read_bytes())
    content = feed.find(f"{ATOM}entry/{ATOM}content")
    assert content.get("type") == "html"
    assert content.text == "<h1>report 3 &amp; &lt;b&gt;all&lt;/b&gt;</h1>\n"


def test_ids_of_the_feed_stay_when_reports_come(full):
    def ids():
        full.refresh("zh")
        return [each.text for each in fromstring((full.out / "feed.xml").read_bytes()).iter(f"{ATOM}id")]

    feed, *entries = ids()
    full.put(maker(4, "2031-06-04"))
    now, _, *others = ids()
    assert (now, others) == (feed, entries)


def test_the_latest_page_leads_to_the_last_report_for_browsers(full):
    full.put(maker(4, "2031-06-04", forms=["md"]))
    full.refresh("zh")
    page = (full.out / "latest.html").read_text(encoding="utf-8")
    assert 'content="0; url=2031-06-02-2/report.html"' in page


@pytest.mark.parametrize("name", ["../x", "CON", "con.txt", "", " . ", "a/b\\c:d*?", "甲" * 200, "\x00\n", "水务 2025"])
def test_a_part_gets_a_folder_of_its_own_whatever_it_is_called(tmp_path, name):
    first, second = part_of(tmp_path, name), part_of(tmp_path, name)
    assert {each.parent for each in (first, second)} == {tmp_path}
    assert first != second
    assert not re.search(r'[<>:"/\\|?*\x00-\x1f]|[ .]$', first.name)
    assert folder_name(folder_name(name)) == folder_name(name)
    assert first.name.upper() not in {"CON", "CON.TXT"}
