"""Samples are true to their seed, lose nothing in print, and can be read back."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyoxigraph import Store

from graph.mapping import triples
from graph.store import derive, fill, vocabulary_quads
from ingest import read
from ingest.records import Document, Indicator, Target
from jixiao import samples
from jixiao.samples.cells import Block, Row, paginate, wrap
from queries import judge, library
from queries.derivations import derived

SEEDS = st.integers(min_value=0, max_value=9_999)
LAYOUTS = sorted(samples.LAYOUTS)
MIXED = st.text(alphabet="绩效目标（）0123456789.%a", max_size=30)


@given(SEEDS, st.sampled_from(LAYOUTS))
@settings(max_examples=20)
def test_a_seed_always_makes_the_same_sample(seed: int, layout: str) -> None:
    assert samples.make(seed, layout) == samples.make(seed, layout)


def test_two_seeds_make_different_samples() -> None:
    assert samples.make(1, "line").text != samples.make(2, "line").text


def test_an_unknown_layout_is_refused() -> None:
    with pytest.raises(KeyError):
        samples.make(0, "papyrus")


def test_writing_leaves_the_samples_and_nothing_else(tmp_path) -> None:
    paths = samples.write(tmp_path / "new" / "folder", seed=7, count=5)
    assert sorted(paths) == sorted((tmp_path / "new" / "folder").iterdir())
    assert [path.read_bytes() for path in paths] == [
        samples.make(7 + number, list(samples.LAYOUTS)[(7 + number) % 4]).data for number in range(5)
    ]


@given(SEEDS, st.sampled_from(LAYOUTS))
@settings(max_examples=30)
def test_money_adds_up(seed: int, layout: str) -> None:
    truth = samples.make(seed, layout).truth
    facts = truth.document
    assert facts.total_expenditure_wan == facts.basic_wan + facts.project_wan
    assert facts.project_wan == sum(budget.total_wan for budget in truth.project_budgets)
    if "budget.sources" in samples.LAYOUTS[layout].carries:
        assert all(sum(budget.sources.values()) == budget.total_wan for budget in truth.project_budgets)


@given(SEEDS)
@settings(max_examples=30)
def test_weights_add_up_to_a_plan(seed: int) -> None:
    sample = samples.make(seed, "narrow")
    heavy = {each.project for each in sample.planted if each.rule == "weights-off"}
    sums = {form.name: sum(row.weight for row in form.indicators) for form in sample.truth.targets}
    assert sums == {name: Decimal(95 if name in heavy else 90) for name in sums}


@given(SEEDS, st.sampled_from(LAYOUTS))
@settings(max_examples=30)
def test_every_planted_defect_stands_where_it_is_said_to_stand(seed: int, layout: str) -> None:
    sample = samples.make(seed, layout)
    rows = {(form.name, row.name) for form in sample.truth.targets for row in form.indicators}
    without_form = {budget.name for budget in sample.truth.project_budgets} - {
        form.name for form in sample.truth.targets
    }
    assert {each.project for each in sample.planted if each.rule == "no-target"} == without_form
    assert {(each.project, each.indicator) for each in sample.planted if each.indicator} <= rows


def test_every_defect_is_planted_in_a_layout_that_prints_all_of_them() -> None:
    assert {each.rule for each in samples.make(3, "markdown").planted} == {
        "cost-exceeds-budget",
        "goal-not-measured",
        "missing-target",
        "missing-unit",
        "no-target",
        "plan-invalid",
        "prose-table-mismatch",
        "restated-target",
        "stale-period",
        "vague-target",
        "wrong-direction",
    }


def judged(truth: Document) -> list[judge.Finding]:
    """What the rules find in a document that is read without an error."""
    store = Store()
    fill(store, vocabulary_quads())
    fill(store, triples(truth))
    derive(store, derived)
    return judge.findings(judge.run(library.rules(), store))


@pytest.mark.parametrize("layout", LAYOUTS)
def test_the_rules_find_exactly_what_was_planted(layout: str) -> None:
    sample = samples.make(5, layout)
    every = judged(sample.truth)
    found = [each for each in every if each.certainty == "certain"]
    assert sorted((each.rule, each.project, each.indicator or "") for each in found) == sorted(
        (each.rule, each.project, each.indicator or "") for each in sample.planted if each.certain
    )
    read = [each for each in sample.planted if not any(part.startswith("text.") for part in each.needs)]
    possible = {each.rule: each.project for each in read if not each.certain}
    assert {each.rule: each.project for each in every if each.rule in possible} == possible


@given(MIXED, st.integers(min_value=2, max_value=20))
def test_wrapping_keeps_every_character_and_the_width(text: str, width: int) -> None:
    lines = wrap(text, width)
    assert "".join(lines) == text
    assert all(sum(1 if character.isascii() else 2 for character in line) <= width for line in lines)


@given(st.lists(st.tuples(MIXED, st.lists(st.tuples(MIXED, MIXED), max_size=6)), max_size=6))
def test_pages_keep_every_line_in_its_cell(blocks: list[tuple[str, list[tuple[str, str]]]]) -> None:
    laid = [
        Block(Row((wrap(head, 4),)), tuple(Row((wrap(one, 4), wrap(two, 6))) for one, two in rows))
        for head, rows in blocks
    ]
    pages = paginate(laid, 20)
    assert all(sum(block.height for block in page) <= 20 for page in pages)
    for column in range(2):
        printed = [_column(block, column) for page in pages for block in page]
        assert "".join(printed) == "".join(_column(block, column) for block in laid)


def _column(block: Block, column: int) -> str:
    return "".join("".join(row.cells[column]) for row in block.rows)


def test_a_row_taller_than_a_page_is_refused() -> None:
    tall = Row((("字",) * 21,))
    with pytest.raises(ValueError, match="taller than 20"):
        paginate([Block(Row(()), (tall,))], 20)


@pytest.mark.parametrize("layout", LAYOUTS)
@given(seed=SEEDS)
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_was_written_is_read_back(layout: str, seed: int, tmp_path) -> None:
    sample = samples.make(seed, layout)
    path = tmp_path / sample.name
    path.write_bytes(sample.data)
    assert _said(read(path), layout) == _said(sample.truth, layout)


def _said(document: Document, layout: str) -> dict[str, object]:
    """What a document says, without places and without what only words tell; unprinted fields are left out."""
    facts = document.document
    carries = samples.LAYOUTS[layout].carries
    return {
        "source": document.source,
        "sha256": document.sha256,
        "encoding": document.encoding,
        "facts": (facts.publisher, facts.region, facts.fiscal_year),
        "money": (facts.total_expenditure_wan, facts.basic_wan, facts.project_wan),
        "code": facts.publisher_code if "facts.publisher_code" in carries else None,
        "units": {unit.name for unit in document.units},
        "budgets": {
            (row.name, row.total_wan): _printed(row, "budget", carries, ("category", "parent", "unit", "sources"))
            for row in document.project_budgets
        },
        "forms": {form.name: _form(form, carries) for form in document.targets},
    }


def _printed(record: object, kind: str, carries: frozenset[str], names: tuple[str, ...]) -> dict[str, object]:
    return {name: getattr(record, name) for name in names if f"{kind}.{name}" in carries}


def _form(form: Target, carries: frozenset[str]) -> dict[str, object]:
    return {
        "scope": form.scope,
        "goals": [re.sub(r"^(目标)?\d+[.：、]", "", goal) for goal in form.goals],
        "indicators": [_row(row, carries) for row in form.indicators],
        **_printed(form, "target", carries, ("code", "unit", "unit_code", "amount_wan", "purpose", "plan", "funds")),
    }


def _row(row: Indicator, carries: frozenset[str]) -> dict[str, object]:
    said = _printed(row, "indicator", carries, ("desc", "basis", "weight"))
    return said | {name: getattr(row, name) for name in ("l1", "l2", "name", "value", "op", "number", "unit", "kind")}
