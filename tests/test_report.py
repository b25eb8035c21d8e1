"""The report: its facts are those of the store, its sentences are right for none, one and many, its bytes the same."""

from __future__ import annotations

import re
from html import unescape

import pytest

from jixiao.report import pages, write
from jixiao.report.making import report as made
from jixiao.summary import departments
from jixiao.view import View


@pytest.fixture(scope="session")
def snapshot(published):
    return published.live()


@pytest.fixture(scope="session")
def told(published, snapshot):
    return made(published, snapshot)


@pytest.fixture(scope="session")
def page(told):
    return pages.html(told)


@pytest.fixture(scope="session")
def words(page):
    return squeezed(spoken(page))


def spoken(page):
    """What a reader sees, without tags."""
    return unescape(re.sub(r"<[^>]+>", "", page.partition("</style>")[2]))


def squeezed(text):
    return "".join(str(text).split())


def test_the_file_needs_nothing_else(page):
    assert not re.search(r"<script|<link|<img|<iframe|@import|url\((?!#)|src=", page)
    assert {each for each in re.findall(r'href="([^"]*)"', page) if not each.startswith("#")} == set()


def test_every_place_that_the_report_points_to_is_in_it(page):
    for anchor in re.findall(r'href="#([^"]+)"', page):
        assert f'id="{anchor}"' in page


def test_the_same_facts_give_the_same_bytes(published, snapshot, tmp_path):
    for name in ("one", "two"):
        write(made(published, snapshot, date="2031-05-06"), tmp_path / name)
    files = sorted(each.name for each in (tmp_path / "one").iterdir())
    assert files == ["report.html", "report.json", "report.jsonl", "report.md", "report.xlsx"]
    one, two = ([(tmp_path / name / each).read_bytes() for each in files] for name in ("one", "two"))
    assert one == two


def test_shares_come_with_the_counts_behind_them(snapshot, words):
    for each in departments(View(snapshot)):
        assert f"{each.clarity.unclear}{each.clarity.judged}{each.clarity.percent}%" in words


def test_every_rule_that_judged_stands_with_its_version(snapshot, words):
    for rule, version in snapshot.manifest["rules"].items():
        assert f"{rule}{version}" in words


def test_every_source_stands_with_its_hash(snapshot, words):
    for entry in snapshot.manifest["documents"]:
        assert squeezed(entry["source"]) + entry["sha256"] in words
