"""Lists held for quick asking: what is found, in which order, and how often each choice would be found."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jixiao.site.index import Asked, Index
from ontology.terms import fold

ROWS = [
    {
        "name": "培训人次",
        "text": "全年举办培训",
        "money": Decimal(30),
        "year": 2025,
        "rule": ("vague-target", "no-budget"),
    },
    {"name": "公民科学素质", "text": "比上年提高 2 个百分点", "money": None, "year": 2024, "rule": ()},
    {"name": "培训合格率", "text": "≥95%", "money": Decimal(5), "year": 2025, "rule": ("vague-target",)},
    {"name": "设备", "text": "维修", "money": Decimal(100), "year": None, "rule": None},
]
INDEX = Index(ROWS, ["name", "text", "money", "year"], {"year": "year", "rule": "rule"})


def names(asked: Asked) -> list[str]:
    return [ROWS[number]["name"] for number in INDEX.ask(asked).ids]


def test_a_row_has_to_have_all_the_words_in_whatever_column():
    assert names(Asked(words="培训 全年")) == ["培训人次"]


def test_a_single_character_is_found_also_at_the_end_of_a_text():
    assert names(Asked(words="率")) == ["培训合格率"]
    assert names(Asked(words="备")) == ["设备"]


def test_what_stands_in_the_name_comes_before_what_stands_elsewhere():
    index = Index([{"name": "甲", "text": "节水器具"}, {"name": "节水", "text": "乙"}], ["name", "text"])
    assert index.ask(Asked(words="节水")).ids == [1, 0]


def test_symbols_and_digits_are_searched_like_characters():
    assert names(Asked(words="≥95%")) == ["培训合格率"]


@pytest.mark.parametrize("words", ['"', "'", '" OR name:*', "a'b", "NEAR(备)", "*", "-", "\\"])
def test_no_words_are_taken_for_a_query_language(words):
    assert names(Asked(words=words)) == []


def test_choices_of_one_facet_add_up_and_of_two_narrow():
    assert names(Asked(chosen={"year": ["2024", "2025"]})) == ["培训人次", "公民科学素质", "培训合格率"]
    assert names(Asked(chosen={"year": ["2025"], "rule": ["no-budget"]})) == ["培训人次"]


def test_counts_say_what_each_choice_would_leave_beside_the_other_choices():
    counts = INDEX.ask(Asked(chosen={"year": ["2025"]})).counts
    assert counts == {"year": {"2025": 2, "2024": 1}, "rule": {"vague-target": 2, "no-budget": 1}}


def test_bounds_leave_out_rows_without_the_number():
    assert names(Asked(least={"money": Decimal(5)}, most={"money": Decimal(30)})) == ["培训人次", "培训合格率"]


def test_rows_without_a_value_come_last_either_way():
    assert names(Asked(sort="money")) == ["培训合格率", "培训人次", "设备", "公民科学素质"]
    assert names(Asked(sort="-money")) == ["设备", "培训人次", "培训合格率", "公民科学素质"]


def test_an_unknown_column_sorts_nothing_and_an_unknown_facet_narrows_nothing():
    assert len(names(Asked(sort="name; DROP TABLE sorted", chosen={"x": ["1"]}, least={"y": Decimal(1)}))) == len(ROWS)


def test_a_wrong_character_leads_to_the_name_that_was_meant():
    found = INDEX.ask(Asked(words="公民科雪素质"))
    assert found.nearly
    assert "公民科学素质" in found.suggestions


def test_words_that_stand_together_in_no_row_bring_the_rows_that_have_some_of_them():
    found = INDEX.ask(Asked(words="培训的合格情况"))
    assert found.nearly
    assert ROWS[found.ids[0]]["name"] == "培训合格率"


texts = st.text(alphabet="绩效目标率人次ab1≥%. 　", max_size=12)


@settings(deadline=None, max_examples=50)
@given(st.lists(texts, min_size=1, max_size=8), texts)
def test_what_is_found_is_what_contains_the_words(rows, words):
    index = Index([{"name": text} for text in rows], ["name"])
    found = index.ask(Asked(words=words))
    parts = [fold(word) for word in words.split()]
    plain = [fold(text) for text in rows]
    fits = {number for number, text in enumerate(plain) if all(part in text for part in parts)}
    assert (set() if found.nearly else set(found.ids)) == fits
