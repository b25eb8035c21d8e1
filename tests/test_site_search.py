"""The search over everything, and the page that says what the data are."""

from __future__ import annotations

from html import escape

import pytest
from starlette.testclient import TestClient

from jixiao.rendering import page_path
from jixiao.site.app import create_app


@pytest.fixture(scope="module")
def site(published):
    with TestClient(create_app(published.path), headers={"accept": "text/html"}) as client:
        yield client


@pytest.fixture(scope="module")
def view(site):
    return site.app.state.desk.view


def test_a_word_is_found_in_every_list_that_has_it(site, view):
    subject = next(each for each in view.subjects.values() if each.indicators and not each.is_department)
    page = site.get("/search", params={"q": subject.name}).text
    assert page_path(subject.iri) in page
    assert any(page_path(each.iri) in page for each in subject.indicators)


def test_a_wrong_character_leads_to_the_name(site, view):
    name = max((each.name for each in view.subjects.values()), key=len)
    wrong = f"{name[:3]}某{name[4:]}"
    page = site.get("/search", params={"q": wrong}).text
    assert "您是不是要找" in page
    assert escape(name) in page


def test_words_are_shown_as_text(site):
    assert "<script>alert" not in site.get("/search", params={"q": "<script>alert(1)</script>"}).text


def test_without_words_nothing_is_searched(site):
    assert "<h2>" not in site.get("/search").text


def test_who_cites_finds_the_snapshot_the_day_and_the_licence(site, view):
    page = site.get("/about").text
    assert f"快照 {view.id}" in page
    assert "Apache-2.0" in page
    assert str(len(view.indicators)) in page
