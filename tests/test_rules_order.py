"""What rules print stands in printed order, whatever order a graph is read in, and none of it is lost."""

from dataclasses import replace
from random import Random

import pyoxigraph as ox
import pytest

import ingest
from graph.mapping import triples
from ingest.records import Document, Indicator, Target
from jixiao import samples
from queries import judge
from queries.derivations import DERIVATIONS, derived
from queries.library import rules

LETTERS = "丙甲丁乙戊"
"""In the order of no alphabet and no code."""


def store_of(*documents: Document, shuffled: int = 0) -> ox.Store:
    quads = [quad for document in documents for quad in triples(document)]
    Random(shuffled).shuffle(quads)  # noqa: S311 - any order will do
    store = ox.Store()
    store.bulk_extend(quads)
    return store


def document(*forms: Target) -> Document:
    return replace(samples.make(1, "markdown").truth, targets=forms, project_budgets=())


def form(name: str, *indicators: Indicator, **further: object) -> Target:
    return Target(scope="project", name=name, indicators=indicators, **further)


def indicator(name: str, value: str, level: str = "数量指标") -> Indicator:
    return Indicator(l1="产出指标", l2=level, name=name, value=value, kind="state", desc="见方案")


def found(rule: str, store: ox.Store) -> list[str | None]:
    (outcome,) = judge.run({rule: rules()[rule]}, store)
    return [each.found for each in outcome.findings]


def test_contradicting_values_are_told_in_printed_order():
    forms = [form(f"巡查{n}", *(indicator("台账", f"{each}类") for each in LETTERS)) for n in range(3)]
    told = found("contradicting-targets", store_of(document(*forms)))
    assert told == ["；".join(f"{each}类" for each in LETTERS)] * 3


def test_levels_that_a_form_has_are_told_in_printed_order():
    each = form("巡查", *(indicator(f"台账{level}", "建成", f"{level}指标") for level in ("质量", "数量", "时效")))
    assert set(found("missing-dimension", store_of(document(each)))) == {"只有质量指标、数量指标、时效指标"}


def test_a_plan_is_told_in_printed_order():
    each = form("巡查", indicator("台账", "建成"), plan=(50, 20, 80, 100))
    assert found("plan-invalid", store_of(document(each))) == ["50%，20%，80%，100%"]


def test_a_copy_is_found_in_another_order_and_not_where_one_name_differs():
    names = [f"{each}类台账" for each in LETTERS]
    first, copy, other = (
        form(project, *(indicator(name, "建成") for name in order))
        for project, order in (
            ("巡查", names),
            ("养护", names[::-1]),
            ("清淤", [*names[:-1], "另一类台账"]),
        )
    )
    assert found("copied-set", store_of(document(first, copy, other))) == ["与“巡查”的 5 个指标名称完全相同"]


def test_a_secret_indicator_is_no_part_of_a_copied_set():
    names = [f"{each}类台账" for each in LETTERS]
    secret = replace(indicator("其他", "涉密"), kind="secret")
    first, copy = (
        form("巡查", *(indicator(name, "建成") for name in names)),
        form("养护", secret, *(indicator(name, "建成") for name in names)),
    )
    assert len(found("copied-set", store_of(document(first, copy)))) == 1


@pytest.fixture(scope="module")
def two_years(tmp_path_factory):
    """The same department in two years, with tables, goals and projects."""
    (file,) = samples.write(tmp_path_factory.mktemp("printed"), 0, 1, ["markdown"], ["ruled"])
    read = ingest.read(file)
    return [replace(read, document=replace(read.document, fiscal_year=year)) for year in (2024, 2025)]


@pytest.mark.parametrize("each", DERIVATIONS, ids=lambda each: each.id)
def test_what_is_derived_does_not_depend_on_the_order_that_a_graph_was_filled_in(each, two_years):
    first, second = (set(derived(store_of(*two_years, shuffled=n), (each,))) for n in (1, 2))
    assert first == second
    assert first
