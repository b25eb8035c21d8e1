"""The report: one file that needs nothing else, says what the snapshot says, and is always the same for it."""

from __future__ import annotations

import re
from html import unescape

import pytest

from jixiao.report import render_report, write_report
from jixiao.summary import by_rule, departments
from jixiao.view import View


@pytest.fixture(scope="session")
def snapshot(published):
    return published.live()


@pytest.fixture(scope="session")
def report(snapshot):
    return render_report(snapshot)


@pytest.fixture(scope="session")
def words(report):
    """What a reader sees, without tags and white space."""
    body = report.partition("</style>")[2]
    return "".join(unescape(re.sub(r"<[^>]+>", "", body)).split())


def squeezed(text):
    return "".join(str(text).split())


def test_the_file_needs_nothing_else(report):
    assert not re.search(r"<script|<link|<img|<iframe|@import|url\(|src=", report)
    assert {each for each in re.findall(r'href="([^"]*)"', report) if not each.startswith("#")} == set()


def test_every_place_that_the_report_points_to_is_in_it(report):
    for anchor in re.findall(r'href="#([^"]+)"', report):
        assert f'id="{anchor}"' in report


def test_the_same_snapshot_gives_the_same_bytes(snapshot, report, tmp_path):
    written = write_report(snapshot, tmp_path / "deep" / "report.html")
    assert written.read_bytes() == report.encode()


def test_a_date_is_printed_only_when_it_is_given(snapshot, report):
    assert "2031-05-06" in render_report(snapshot, date="2031-05-06")
    assert not re.search(r"\b20\d\d-\d\d-\d\d\b", report)


def test_it_can_be_had_in_english_and_keeps_what_is_printed(snapshot):
    written = unescape(render_report(snapshot, language="en"))
    assert '<html lang="en">' in written
    assert "How clear the targets are" in written
    assert all(document.label in written for document in View(snapshot).documents.values())
    assert "目标清不清楚" not in written


def test_every_finding_stands_with_both_figures_and_its_quotes(snapshot, words):
    for finding in View(snapshot).findings:
        for said in (finding.project, finding.indicator, finding.found, finding.expected):
            assert squeezed(said or "") in words
        for proof in finding.proofs:
            assert squeezed(proof.quote)[:60] in words


def test_shares_come_with_the_counts_behind_them(snapshot, words):
    for each in departments(View(snapshot)):
        expected = f"{each.name}{each.clarity.percent}%（{each.clarity.unclear}/{each.clarity.judged}）"
        assert squeezed(expected) in words


def test_rules_are_counted_by_certainty_and_never_mixed(snapshot, words):
    for _, counts in by_rule(View(snapshot)):
        told = "，".join(
            f"{word}{counts[name]}" for name, word in (("certain", "确定"), ("possible", "可能")) if counts[name]
        )
        assert told in words


def test_every_rule_that_judged_stands_with_its_version(snapshot, report):
    for rule, version in snapshot.manifest["rules"].items():
        assert re.search(
            rf'<span class="quiet">{rule}</span></td><td data-label="版本">{re.escape(version)}</td>', report
        )


def test_every_source_stands_with_its_hash(snapshot, words):
    for entry in snapshot.manifest["documents"]:
        assert squeezed(entry["source"]) + entry["sha256"] in words
