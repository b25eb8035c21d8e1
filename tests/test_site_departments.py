"""Departments over their years, and two of them, or two years, side by side."""

from __future__ import annotations

import dataclasses
import re
from hashlib import sha256

import pytest
from starlette.testclient import TestClient

from graph.folder import KnowledgeGraph
from jixiao import intake
from jixiao.rendering import page_path
from jixiao.site.app import create_app
from jixiao.view import readable

BROWSER = {"accept": "text/html"}


@pytest.fixture(scope="module")
def site(published, tmp_path_factory):
    """A site with two years of one department: the second has more money and one project less."""
    document = next(each for each in published.live().documents() if len(each.project_budgets) > 2)
    rows = [dataclasses.replace(row, total_wan=row.total_wan * 2) for row in document.project_budgets[:-1]]
    facts = dataclasses.replace(document.document, fiscal_year=document.document.fiscal_year + 1)
    later = dataclasses.replace(
        document,
        source="later.txt",
        document=facts,
        project_budgets=tuple(rows),
        targets=document.targets[:-1],
    )
    folder = tmp_path_factory.mktemp("years")
    graph = KnowledgeGraph(folder / "kg")
    for each in (document, later):
        path = folder / "source.txt"
        content = each.source.encode()
        path.write_bytes(content)
        graph.add(path, dataclasses.replace(each, sha256=sha256(content).hexdigest()))
    intake.publish(graph)
    with TestClient(create_app(graph.path), headers=BROWSER) as client:
        yield client


@pytest.fixture
def view(site):
    return site.app.state.desk.view


def test_a_department_shows_each_year_and_their_sum(site, view):
    (organisation, documents), *_ = view.by_publisher.items()
    page = site.get(page_path(organisation)).text
    assert [each.year for each in documents] == sorted(each.year for each in documents)
    assert all(page_path(each.iri) in page for each in documents)
    indicators = sum(len(subject.indicators) for subject in view.subjects.values())
    assert f"<b>{indicators}<small>条</small></b>" in page


def test_two_years_are_compared_by_money_and_by_the_projects_that_both_have(site, view):
    one, other = next(iter(view.by_publisher.values()))
    page = site.get("/compare", params={"one": readable(one.iri), "other": readable(other.iri)}).text
    assert page.count("selected") == 2
    shared = re.findall(r'<td class="name"><a href="(/id/[^"]+)">', page)
    assert len(shared) == len([each for each in view.of_document(other.iri) if not each.is_department])


def test_what_cannot_be_compared_is_named(site):
    page = site.get("/compare", params={"one": "<b>nobody"})
    assert (page.status_code, "没有“&lt;b&gt;nobody”可比" in page.text) == (200, True)


def test_without_a_choice_there_is_a_form_only(site):
    page = site.get("/compare").text
    assert "<h2>都有的项目</h2>" not in page
    assert page.count("<select") == 2
