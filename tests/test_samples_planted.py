"""Each rule finds the defect that is planted for it, once and nothing else, and nothing in a sound document."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from jixiao import samples
from jixiao.cli.evaluating import Bench, read_back
from jixiao.samples import Style
from queries import library

RULES = sorted(library.rules())
UNREAD = {"table-sum", "prose-table-mismatch"}
"""Rules that judge tables and running text, which the truth of a sample does not hold."""


@pytest.fixture(scope="module")
def bench() -> Bench:
    return Bench()


@pytest.fixture(scope="module")
def sound(bench: Bench) -> list[dict[str, Any]]:
    """What is found in a sound document in the layout that prints most."""
    return bench.judged(read_back([samples.make(0, "full", "csv", Style(), rules=())]))


def summary(findings: list[dict[str, Any]]) -> Counter[tuple[Any, ...]]:
    keys = ("source", "rule", "project", "indicator")
    return Counter(tuple(each[key] for key in keys) for each in findings)


def expected(sample: samples.Sample) -> Counter[tuple[Any, ...]]:
    """What has to be found in a sample, and in nothing beside it."""
    return Counter((sample.name, each.rule, each.project, each.indicator) for each in sample.planted)


def test_there_is_a_defect_for_every_rule_and_for_nothing_else() -> None:
    assert sorted(samples.DEFECTS) == RULES


@pytest.mark.parametrize("rule", RULES)
def test_nothing_is_found_in_a_sound_document(rule: str, sound: list[dict[str, Any]]) -> None:
    assert [each for each in sound if each["rule"] == rule] == []


@pytest.mark.parametrize("layout", ["narrow", "markdown", "line", "halves", "prose", "evaluation", "told"])
def test_a_sound_document_has_no_certain_finding_and_no_error_in_any_layout(layout: str, bench: Bench) -> None:
    kind = "csv" if layout in samples.FORMS else None
    findings = bench.judged(read_back([samples.make(2, layout, kind, Style(), rules=())]))
    assert [each for each in findings if each["certainty"] == "certain" or each["severity"] == "error"] == []


@pytest.mark.parametrize("rule", RULES)
def test_a_planted_defect_is_found_once_and_nothing_else(rule: str, bench: Bench) -> None:
    sample = samples.make(3, "full", "csv", Style(), rules=(rule,))
    assert [each.rule for each in sample.planted].count(rule) == 1
    findings = bench.judged(read_back((sample, *sample.beside)))
    assert summary(findings) == expected(sample)


@pytest.mark.parametrize("rule", [rule for rule in RULES if rule not in UNREAD])
def test_a_planted_defect_is_found_in_what_is_read_without_error(rule: str, bench: Bench) -> None:
    sample = samples.make(11, "full", "csv", Style(), rules=(rule,))
    truth = [sample.truth, *(each.truth for each in sample.beside)]
    wanted = {key: count for key, count in expected(sample).items() if key[1] not in UNREAD}
    assert summary(bench.judged(truth)) == wanted


def test_a_layout_that_does_not_print_what_shows_a_defect_has_nothing_planted() -> None:
    assert samples.make(1, "markdown", rules=("weights-off",)).planted == ()
    assert len(samples.make(1, "narrow", rules=("weights-off",)).planted) == 1


def test_a_form_left_out_is_missed_by_the_text_that_counts_it_too() -> None:
    planted = samples.make(1, "narrow", rules=("no-target",)).planted
    assert [each.rule for each in planted] == ["no-target", "prose-table-mismatch", "prose-table-mismatch"]
    assert [each.rule for each in samples.make(1, "halves", rules=("no-target",)).planted] == ["no-target"]


def test_layouts_that_show_a_defect_take_turns() -> None:
    names = [samples.planted(seed, "weights-off").name for seed in range(6)]
    assert len({name.rsplit("-", 1)[1] for name in names}) > 2
    assert names == [samples.planted(seed, "weights-off").name for seed in range(6)]


def test_two_defects_may_be_planted_in_one_document(bench: Bench) -> None:
    sample = samples.make(4, "full", "csv", Style(), rules=("secret", "impossible-ratio"))
    assert {each.rule for each in sample.planted} == {"secret", "impossible-ratio"}
    assert summary(bench.judged(read_back([sample]))) == expected(sample)


def test_what_is_planted_stands_in_the_name_of_the_file() -> None:
    assert "-004-table-sum-" in samples.make(4, "halves", rules=("table-sum",)).name
    assert "-004-clean-" in samples.make(4, "halves", rules=()).name


def test_a_defect_of_no_rule_is_refused() -> None:
    with pytest.raises(KeyError):
        samples.make(0, "full", "csv", rules=("untidy",))
