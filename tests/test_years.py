"""Two years of a department: what was planted between them is found, and nothing else."""

from __future__ import annotations

import csv
import io
import json
import re
from collections import Counter
from dataclasses import replace
from decimal import Decimal
from hashlib import sha256
from itertools import count

import pytest
from starlette.testclient import TestClient
from typer.testing import CliRunner

import ingest
from graph.folder import KnowledgeGraph
from ingest.language.sense import polarity
from ingest.language.values import parse_value
from ingest.records import Document, Facts, Indicator, Target
from jixiao import samples
from jixiao.cli import app
from jixiao.errors import BadInputError
from jixiao.rendering import page_path
from jixiao.samples import Style
from jixiao.site.app import create_app
from jixiao.view import View
from jixiao.years import CHANGES, COLUMNS, OVERVIEW, compared, line_record, overview, pairs, records
from queries.derivations import derived

PRINTS = (
    *(("narrow", None), ("markdown", None), ("line", None), ("halves", None)),
    *(("ruled", "pdf"), ("continuous", "xlsx"), ("department", "html"), ("prose", "docx")),
)
"""Layouts and kinds of files, each for another department."""
SEEDS = (0, 17, 2, 3, 5, 6, 8, 10)
"""Each of these is another department."""


@pytest.fixture(scope="module")
def printed(tmp_path_factory):
    """A graph of departments in two years each, printed, and read back; what changed, by department."""
    folder = tmp_path_factory.mktemp("years")
    graph, planted = KnowledgeGraph(folder / "kg"), {}
    for seed, (layout, kind) in zip(SEEDS, PRINTS, strict=True):
        *both, changed = samples.years(seed, layout, kind, Style())
        for each in both:
            path = folder / each.name
            path.write_bytes(each.data)
            graph.add(path, ingest.read(path))
        planted[both[1].truth.document.publisher] = (*(each.truth for each in both), changed)
    graph.publish(derive=derived)
    return graph, planted


@pytest.fixture(scope="module")
def view(printed):
    return View(printed[0].live())


def _found(view, name):
    """What is found of a department in its two years."""
    (pair,) = (pair for pair in pairs(view) if pair.name == name)
    return compared(view, pair.organisation, pair.earlier, pair.later)


@pytest.mark.parametrize("number", range(len(SEEDS)))
def test_what_was_planted_is_found_and_everything_else_is_copied(printed, view, number):
    name, (earlier, later, changed) = list(printed[1].items())[number]
    found = _found(view, name)
    targets = [(each, project.after.name) for project in found.projects for each in project.targets]
    told = [(each.kind, project, each.indicator.name) for each, project in targets if each.kind != "copied"]
    told += [("added", each.name, None) for each in found.added] + [
        ("dropped", each.name, None) for each in found.dropped
    ]
    assert Counter(told) == Counter((each.kind, each.project, each.indicator) for each in changed)
    assert (found.earlier.year, found.later.year) == (earlier.document.fiscal_year, later.document.fiscal_year)
    spoilt = {each.project for each in changed if each.indicator}
    assert {each.after.name for each in found.projects if each.is_copied} == {
        each.after.name for each in found.projects if each.targets
    } - spoilt


def test_every_kind_of_change_is_planted_somewhere(printed):
    assert {each.kind for *_, changed in printed[1].values() for each in changed} == {*CHANGES} - {"copied"}


def test_counts_add_up_and_shares_have_both_numbers(view):
    for line in overview(view):
        found = compared(view, line.pair.organisation, line.pair.earlier, line.pair.later)
        of_both = {kind: found.share(kind) for kind in CHANGES if kind not in ("added", "dropped")}
        assert sum(share.part for share in of_both.values()) == line.targets
        assert {share.whole for share in of_both.values()} == {line.targets}
        later = sum(len(project.after.indicators) for project in found.projects)
        assert found.share("added").whole == later
        assert line.counts == {kind: found.counts[kind] for kind in CHANGES}


def test_a_comparison_shows_both_printed_texts_with_their_places(printed, view):
    found = _found(view, next(iter(printed[1])))
    rows = [row for row in records(view, found) if row["part"] == "target"]
    assert len(rows) == found.counts.total()
    for row in rows:
        for side in ("before", "after"):
            assert (row.get(f"line_{side}") is None) == (row[f"address_{side}"] is None)
            assert row[side] == (row[f"address_{side}"] and view.indicators[row[f"address_{side}"]].printed)


def test_money_of_both_years_stands_beside_the_targets(printed, view):
    other = [each for name in printed[1] for each in _found(view, name).projects if each.more_money]
    assert {each.more_money for each in other} <= {Decimal("-20.0"), Decimal("10.0")}
    for project in other:
        (cost,) = (each for each in project.targets if each.indicator.name == "项目总成本")
        assert cost.kind == ("loosened" if project.more_money > 0 else "tightened")


# Budgets made by hand


def _row(name, value, level2="数量指标"):
    parsed = parse_value(value, name)
    return Indicator(
        l1="产出指标",
        l2=level2,
        name=name,
        value=value,
        kind=parsed.kind,
        op=parsed.op,
        number=parsed.number,
        unit=parsed.unit,
        polarity=polarity(name, parsed.unit),
    )


def _project(name, *rows, unit=None):
    return Target(scope="project", name=name, unit=unit, indicators=rows)


def _budget(year, *projects, **differing):
    facts = Facts(publisher="青禾市科技馆", region="青禾市", fiscal_year=year)
    return replace(
        Document(
            source=f"{year}.txt", sha256="", extractor="x", encoding=None, kind="预算", document=facts, targets=projects
        ),
        **differing,
    )


@pytest.fixture
def viewed(tmp_path):
    def view(*documents):
        graph, number = KnowledgeGraph(tmp_path / "kg"), count()
        for document in documents:
            path = tmp_path / "source.txt"
            path.write_text(f"{next(number)}", encoding="utf-8")
            graph.add(path, replace(document, sha256=sha256(path.read_bytes()).hexdigest()))
        return View(graph.publish(derive=derived))

    return view


def _names(found):
    return [(each.before.name, each.after.name) for each in found.projects]


def _kinds(found):
    return {each.indicator.name: each.kind for project in found.projects for each in project.targets}


def test_a_year_is_compared_with_the_next_that_was_disclosed(viewed):
    view = viewed(*(_budget(year, _project("科普活动")) for year in (2021, 2024, 2025)))
    assert [(pair.earlier, pair.later) for pair in pairs(view)] == [(2021, 2024), (2024, 2025)]


def test_only_budgets_are_compared(viewed):
    view = viewed(_budget(2024, _project("科普活动")), _budget(2025, _project("科普活动"), kind="决算"))
    assert pairs(view) == []
    with pytest.raises(KeyError):
        compared(view, next(iter(view.by_publisher)), 2024, 2025)


def test_of_two_budgets_of_a_year_the_correction_is_taken_and_the_other_named(viewed):
    longer = _project("科普活动", _row("活动次数", "≥3次"), _row("参与人数", "≥9人"))
    corrected = _budget(2025, _project("科普活动", _row("活动次数", "≥4次")), source="b.txt", supersedes="更正")
    view = viewed(_budget(2024, longer), _budget(2025, longer, source="a.txt"), corrected)
    found = _found(view, "青禾市科技馆")
    assert (found.later.source, [each.source for each in found.left_out]) == ("b.txt", ["a.txt"])
    assert _kinds(found) == {"活动次数": "tightened", "参与人数": "dropped"}


def test_of_two_budgets_of_a_year_the_one_with_more_indicators_is_taken(viewed):
    short, longer = (
        _project("科普活动", *(_row(f"{n}类活动次数", "≥3次") for n in "甲乙丙"[:much])) for much in (1, 3)
    )
    view = viewed(_budget(2024, longer), _budget(2025, short, source="z.txt"), _budget(2025, longer, source="a.txt"))
    assert _found(view, "青禾市科技馆").later.source == "a.txt"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (["2024年科普经费"], ["2025年科普经费"]),
        (["2024科普经费"], ["科普经费（2025年度）"]),
        (["24年科普经费"], ["25年科普经费"]),
        (["二〇二四年科普经费"], ["二〇二五年科普经费"]),
        (["2023年科普经费", "2024年科普经费"], ["2024年科普经费", "2025年科普经费"]),  # last year's with last year's
        (["2023年科普经费", "2024年科普经费", "展览"], ["2023年科普经费", "2024年科普经费", "展览"]),  # the very names
        (["2023-2026年运维", "2024年运维"], ["2023-2026年运维", "2025年运维"]),
    ],
)
def test_a_project_is_the_same_where_its_name_differs_in_the_year_alone(viewed, before, after):
    view = viewed(_budget(2024, *map(_project, before)), _budget(2025, *map(_project, after)))
    found = _found(view, "青禾市科技馆")
    assert sorted(_names(found)) == sorted(zip(before, after, strict=True))


def test_projects_of_one_name_are_told_apart_by_unit_and_never_by_chance(viewed):
    units = ("青禾市科技馆本级", "青禾市少年宫")
    one, two = (tuple(_project("运转经费", unit=unit) for unit in order) for order in (units, units[::-1]))
    found = _found(viewed(_budget(2024, *one), _budget(2025, *two)), "青禾市科技馆")
    assert {(each.before.unit, each.after.unit) for each in found.projects} == {(unit, unit) for unit in units}
    assert len(found.projects) == 2


def test_other_names_are_other_projects(viewed):
    found = _found(viewed(_budget(2024, _project("科普活动")), _budget(2025, _project("展品更新"))), "青禾市科技馆")
    assert ([each.name for each in found.added], [each.name for each in found.dropped]) == (["展品更新"], ["科普活动"])
    assert found.projects == ()


def test_an_indicator_is_the_same_by_its_name_in_another_level_too_and_by_another_spelling(viewed):
    before = [_row("2024年活动次数", "≥3次"), _row("设备验收合格率", "≥90%", "质量指标"), _row("群众满意度", "≥90%")]
    after = [_row("2025年活动次数", "≥5次"), _row("设备验收合格率", "≥95%"), _row("公众满意度", "≥80%")]
    found = _found(
        viewed(_budget(2024, _project("科普", *before)), _budget(2025, _project("科普", *after))), "青禾市科技馆"
    )
    assert _kinds(found) == {"2025年活动次数": "tightened", "设备验收合格率": "tightened", "公众满意度": "loosened"}


def test_indicators_of_one_name_are_paired_by_their_targets_and_else_left_apart(viewed):
    before = [_row("活动次数", "≥3次"), _row("活动次数", "≥8次"), _row("活动次数", "≥20次")]
    after = [_row("活动次数", "≥9次"), _row("活动次数", "≥3次"), _row("活动次数", "≥21次")]
    found = _found(
        viewed(_budget(2024, _project("科普", *before)), _budget(2025, _project("科普", *after))), "青禾市科技馆"
    )
    assert found.counts == {"copied": 1, "added": 2, "dropped": 2}


def test_the_same_document_a_year_later_is_copied_whole(viewed):
    layout = samples.make(4, "markdown", rules=()).truth
    first = replace(layout, kind="预算")
    facts = replace(first.document, fiscal_year=first.document.fiscal_year + 1)
    found = _found(viewed(first, replace(first, document=facts)), first.document.publisher)
    assert set(found.counts) == {"copied"}
    assert found.copied.part == found.copied.whole == len(found.projects) == len(first.project_budgets)
    assert (found.added, found.dropped) == ((), ())


# What people touch


def _run(*arguments):
    return CliRunner().invoke(app, [str(each) for each in arguments])


def test_the_command_lists_all_pairs(printed, view):
    run = _run("years", "--kg", printed[0].path, "--format", "json")
    rows = json.loads(run.stdout)
    assert [tuple(row) for row in rows] == [OVERVIEW] * len(SEEDS)
    assert [row["copied"] for row in rows] == [line_record(line)["copied"] for line in overview(view)]
    year = rows[0]["year_after"]
    narrowed = _run("years", "--kg", printed[0].path, "--to", year, "--format", "jsonl").stdout.splitlines()
    assert len(narrowed) == sum(row["year_after"] == year for row in rows)


def test_the_command_compares_a_department_by_a_part_of_its_name(printed, view):
    run = _run("years", "望川市水务", "--kg", printed[0].path, "--format", "csv")
    rows = list(csv.DictReader(io.StringIO(run.stdout)))
    assert tuple(rows[0]) == COLUMNS
    assert Counter(row["change"] for row in rows if row["part"] == "target") == _found(view, "望川市水务局").counts
    shown = _run("years", "望川市水务", "--kg", printed[0].path).stdout
    assert [word for word in ("收紧", "放松", "更模糊", "新增", "取消") if word not in shown] == []


@pytest.mark.parametrize(
    ("arguments", "told"),
    [(["水务局"], "鹿鸣市水务局"), (["财政"], "财政"), (["望川市水务局", "--from", "1999"], "2023、2024")],
)
def test_the_command_says_which_department_and_which_years_there_are(printed, arguments, told):
    run = _run("years", *arguments, "--kg", printed[0].path)
    assert isinstance(run.exception, BadInputError)
    assert told in str(run.exception)


@pytest.mark.parametrize("arguments", [[], ["望川市水务局"]])
def test_the_page_that_the_command_writes_stands_alone(printed, tmp_path, arguments):
    _run("years", *arguments, "--kg", printed[0].path, "--format", "html", "-o", tmp_path / "years.html")
    page = (tmp_path / "years.html").read_text(encoding="utf-8")
    assert "望川市水务局" in page
    assert re.findall(r"<(?:script|link|img)|(?:href|src)=|url\(", page) == []


@pytest.fixture(scope="module")
def site(printed):
    with TestClient(create_app(printed[0].path), headers={"accept": "text/html"}) as client:
        yield client


def test_the_page_of_a_department_leads_to_what_changed_between_its_years(site, view):
    found = _found(view, "望川市水务局")
    path = f"{page_path(found.organisation).removeprefix('/id/')}/2023-2024"
    assert f'href="/departments/{path}"' in site.get(page_path(found.organisation)).text
    page = site.get(f"/departments/{path}").text
    assert all(page_path(each.after.iri) in page for each in found.projects)
    assert all(page_path(each.iri) in page for each in (*found.added, *found.dropped))
    changed = [each for project in found.projects for each in project.targets if each.kind != "copied"]
    assert all(page_path(side.iri) in page for each in changed for side in (each.before, each.after) if side)
    assert "loosened" in site.get(f"/departments/{path}?lang=en").text
    rows = site.get(f"/departments/{path}?format=json").json()
    assert [row["change"] for row in rows] == [row["change"] for row in records(view, found)]
    assert site.get(f"/departments/{path}?format=csv").text.startswith("\ufeffpart,change")


@pytest.mark.parametrize("years", ["2022-2024", "2024-2023", "2024-2024"])
def test_there_is_no_page_for_years_without_a_budget(site, years):
    assert site.get(f"/departments/org/望川市水务局/{years}").status_code == 404
    assert site.get(f"/departments/org/没有这个局/{years}").status_code == 404
