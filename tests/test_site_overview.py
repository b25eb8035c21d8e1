"""The pages that people meet first: what nobody can check, where, what matters most; a project beside others."""

from __future__ import annotations

import dataclasses
import re
from decimal import Decimal
from hashlib import sha256
from html import escape
from statistics import median

import pytest
from starlette.testclient import TestClient

from graph.folder import KnowledgeGraph
from jixiao import intake, summary
from jixiao.comparison import amount, index_of
from jixiao.rendering import page_path
from jixiao.site import overview as first_page
from jixiao.site import peers as told
from jixiao.site.app import create_app
from jixiao.site.years import targets, versions
from jixiao.summary import by_rule
from jixiao.told import Clarity, clarity
from jixiao.view import View, rows
from queries.comparison import compare

BROWSER = {"accept": "text/html"}


def page(graph, path="/"):
    with TestClient(create_app(graph.path), headers=BROWSER) as client:
        return client.get(path).text


@pytest.fixture(scope="module")
def view(published):
    return View(published.live())


@pytest.fixture(scope="module")
def shown(view):
    return first_page.overview(view)


@pytest.fixture(scope="module")
def two_years(published, tmp_path_factory):
    """A department in two years, with a vague target more in the second, and another department in the first alone."""
    one, alone = sorted(published.live().documents(), key=lambda each: -len(each.targets))[:2]
    form = next(form for form in one.targets if form.indicators)
    vaguer = dataclasses.replace(form.indicators[0], value="有所提升", kind="vague", op=None, number=None, unit=None)
    forms = tuple(
        dataclasses.replace(each, indicators=(vaguer, *each.indicators)) if each is form else each
        for each in one.targets
    )
    facts = dataclasses.replace(one.document, fiscal_year=one.document.fiscal_year + 1)
    later = dataclasses.replace(
        one, source="later.txt", document=facts, targets=forms, sha256=sha256(b"later").hexdigest()
    )
    folder = tmp_path_factory.mktemp("two-years")
    graph = KnowledgeGraph(folder / "kg")
    for document, content in ((one, None), (alone, None), (later, b"later")):
        source = folder / document.source
        source.write_bytes(content or (published.sources / document.sha256).read_bytes())
        graph.add(source, document)
    intake.publish(graph)
    return graph


def test_the_parts_make_up_the_whole(view, shown):
    assert shown.clarity == clarity(view.indicators.values())
    for parts in (shown.provinces, shown.years):
        assert sum(each.clarity.judged for each in parts) == shown.clarity.judged
        assert sum(each.clarity.unclear for each in parts) == shown.clarity.unclear
    assert sum(count for _, count in shown.kinds) == len(view.indicators)


def test_the_least_clear_stand_first_and_none_with_few_targets(view, shown):
    shares = [each.clarity.percent for each in shown.departments]
    assert shares == sorted(shares, reverse=True)
    judged = {
        iri: sum(s.clarity.judged for s in view.subjects.values() if s.document.organisation == iri)
        for iri in view.by_publisher
    }
    assert {each.address: each.clarity.judged for each in shown.departments}.items() <= judged.items()
    assert min(each.clarity.judged for each in shown.departments) >= summary.ENOUGH


def test_the_gravest_findings_are_one_a_project_with_their_quotes(published, view, shown):
    text = page(published)
    severities = [summary.SEVERITIES.index(finding.severity) for finding, _ in shown.findings]
    assert severities == sorted(severities)
    assert len({subject.iri for _, subject in shown.findings}) == len(shown.findings) > 1
    for finding, _ in shown.findings:
        assert page_path(finding.address) in text
        assert all(escape(proof.quote)[:20] in text for proof in finding.proofs[:1])
    worst = min(map(summary.SEVERITIES.index, {finding.severity for finding in view.findings}))
    assert severities[0] == worst


def test_money_without_targets_is_that_of_rows_without_a_form(view, shown):
    bare = [each for each in view.subjects.values() if each.budget and not each.forms]
    assert shown.money.among + shown.money.alone == sum((each.budget for each in bare), Decimal(0))
    assert all(each in bare for each in shown.money.projects)


def test_where_no_department_has_two_years_no_trend_is_drawn(published, shown):
    assert (shown.changes, shown.histories) == ([], [])
    assert 'class="history"' not in page(published)


def test_a_trend_compares_the_same_departments_alone(two_years):
    shown = first_page.overview(View(two_years.live()))
    (change,) = shown.changes
    ((part, points),) = shown.histories
    assert change.departments == 1
    assert (change.before, change.after) == (points[0][1], points[1][1])
    assert change.after == Clarity(change.before.unclear + 1, change.before.judged + 1)
    text = page(two_years)
    drawn = [float(each) for each in re.findall(r'<circle cx="[^"]+" cy="([^"]+)"', text)]
    assert len(drawn) == len(points)
    assert all(4 <= each <= 56 for each in drawn)
    assert min(drawn) < 36 or shown.top == first_page.AXES[0]
    assert page_path(part.address) in text


def test_a_median_leaves_the_indicator_itself_out():
    for amounts in ([1, 2], [1, 2, 4], [1, 1, 5, 7], [3, 3, 3], [1, 2, 3, 4, 9]):
        for at, one in enumerate(amounts):
            others = amounts[:at] + amounts[at + 1 :]
            assert told.median_without([Decimal(each) for each in amounts], Decimal(one)) == median(others)


def test_a_project_tells_of_its_indicators_what_their_own_pages_tell(published, view):
    snapshot = published.live()
    found = told.peers(snapshot, view.indicators)
    index = index_of(snapshot)
    figures = {iri: compare(index, iri).figures for iri in view.indicators}
    assert found
    assert {iri: (each.count, each.median, each.is_ceiling) for iri, each in found.items()} == {
        iri: (each.count, each.median, each.is_ceiling) for iri, each in figures.items() if each
    }
    iri, one = next(iter(found.items()))
    shown = page(published, page_path(view.subject_of[iri].iri))
    assert f"同类 {one.count} 条，中位 {amount(one.median, one.unit)}" in shown


def test_a_project_stands_beside_itself_in_other_years(two_years):
    view = View(two_years.live())
    every = [versions(view, each) for each in view.subjects.values() if not each.is_department]
    several = next(each for each in every if len(each) > 1)
    assert [each.document.year for each in several] == sorted({each.document.year for each in several})
    assert versions(view, several[0]) == versions(view, several[1])
    shown = page(two_years, page_path(several[1].iri))
    assert page_path(several[0].iri) in shown
    told_targets = targets(several)
    assert all(page_path(each.iri) in shown for _, row in told_targets for cell in row for each in cell)
    assert len(told_targets[0][1]) == 2


def test_a_project_of_one_year_tells_of_no_others(published, view):
    subject = next(iter(view.subjects.values()))
    assert versions(view, subject) == [subject]
    assert 'id="years"' not in page(published, page_path(subject.iri))


def test_an_indicator_tells_by_which_word_its_direction_was_known(published, view):
    known = {row["of"]: row["word"] for row in rows(view.graph, "direction", *view.indicators) if "word" in row}
    iri, word = next(iter(known.items()))
    assert f"（名称里的“{word}”）" in page(published, page_path(iri))


def test_the_report_is_a_page_without_a_style_of_its_own_and_a_file_that_stands_alone(published):
    with TestClient(create_app(published.path), headers=BROWSER) as client:
        live = published.live().id
        read, kept = client.get(f"/reports/{live}"), client.get(f"/reports/{live}?download")
        assert client.get("/reports/0123456789abcdef").status_code == 404
    assert ("<style" in read.text, '<link rel="stylesheet" href="/static/jixiao.css">' in read.text) == (False, True)
    assert ("<style" in kept.text, "/static/" in kept.text) == (True, False)
    assert kept.headers["content-disposition"] == f'attachment; filename="jixiao-{live}.html"'
    assert all(answer.headers["content-security-policy"].startswith("default-src 'none'") for answer in (read, kept))


def test_snapshots_from_before_are_listed_with_what_they_count(two_years):
    before = two_years.live()
    findings = before.manifest["counts"]["findings"]
    try:
        two_years.publish()
        shown = page(two_years, "/reports")
    finally:
        two_years.switch(before.id)
    assert shown.count("现在的</span>") == 1
    assert set(two_years.available()) == {each for each in two_years.available() if each in shown}
    assert f'data-label="发现">{findings}<' in shown


def test_rules_count_what_is_certain_and_what_is_possible_apart(published, view):
    shown = page(published, "/rules")
    for rule, counts in by_rule(view):
        for certainty, number in counts.items():
            assert f'href="/findings?rule={rule}&amp;certainty={certainty}">{number}</a>' in shown
