"""The pages in English: what a message is, that all have a translation, and that none is left over."""

from __future__ import annotations

import re
from importlib.resources import files

import pytest
import yaml
from jinja2 import Environment
from starlette.testclient import TestClient

from jixiao.rendering import environment, field_label, page_path
from jixiao.site.app import SAID, create_app
from jixiao.site.departments import TOGETHER
from jixiao.site.given import TAKEN
from jixiao.site.lists import LIMITS
from jixiao.site.pages import FACTS, RANGE
from jixiao.site.registers import CONDITIONS, REGISTERS, REVIEWED
from jixiao.translation import CHINESE, InEnglish, english, messages, put, told
from queries.library import rules

FIELDS = files("jixiao").joinpath("fields.yaml")
TEMPLATES = [
    each for each in files("jixiao").joinpath("templates").iterdir() if each.name.endswith((".html", ".svg", ".md"))
]


def said():
    """Every message of the pages: those of the templates, and the words that the site and the records bring along."""
    found = {message for each in TEMPLATES for message in messages(each.read_text(encoding="utf-8"), each.name)}
    for register in REGISTERS.values():
        found |= {register.title, register.sentence, register.hint, *register.bounds.values()}
        found |= {*register.columns.values(), *(facet.title for facet in register.facets.values())}
    found |= {*CONDITIONS.values(), *REVIEWED.values(), *LIMITS.values(), TOGETHER, RANGE, *TAKEN}
    found |= {word for _, word, _ in FACTS}
    return found | {field_label(name) for name in yaml.safe_load(FIELDS.read_text(encoding="utf-8"))}


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("<p>共 {{ total }} 条</p>", ["共 {1} 条"]),
        ("<p>\n  两行\n  一句\n</p>", ["两行 一句"]),
        ('<a title="去掉" href="/x">甲</a>乙', ["去掉", "甲", "乙"]),
        ('{{ "是" if yes else "no" }}', ["是"]),
        ("{% if kind == '模糊' %}x{% endif %}", ["模糊"]),
        ('<svg aria-label="第 {{ n }} 页{% if marked %}，标出{% endif %}"/>', ["第 {1} 页", "，标出"]),
        ("{# 说明 #}<!-- 说明 --><p>text</p>", []),
        ('<input placeholder="{{ hint }}" value="a">', []),
        ('<a href="{{ listing.link(q="") }}"{% if a > b %} title="大"{% endif %}>x</a>', ["大"]),
    ],
)
def test_a_message_is_what_stands_between_two_tags_its_expressions_numbered(source, found):
    assert messages(source) == found


def test_a_translation_may_put_expressions_in_another_order():
    translated = put("<p>{{ a }} 的 {{ b }}</p>", {"{1} 的 {2}": "{2} of {1}"}.__getitem__)
    assert translated == "<p>{{ b }} of {{ a }}</p>"


@pytest.mark.parametrize(("count", "shown"), [(1, "1 row"), (2, "2 rows"), (0, "0 rows")])
def test_a_word_of_a_translation_follows_its_number(count, shown):
    translated = put("{{ rows | length }} 行", {"{1} 行": "{1} {1?row|rows}"}.__getitem__)
    assert Environment(autoescape=True).from_string(translated).render(rows=range(count)) == shown


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda each: each.name)
def test_what_is_not_translated_stays_as_it_is_written(template):
    source = template.read_text(encoding="utf-8")
    kept = put(source, lambda message: message, template.name)
    assert "".join(kept.split()) == "".join(source.split())


def test_every_message_has_a_translation_and_every_translation_a_message():
    assert {message for message in said() if CHINESE.search(message)} - english().keys() == set()
    assert english().keys() - said() == set()


def test_translations_keep_their_expressions_and_break_no_tag():
    for message, translation in english().items():
        assert {each[0] for each in message.split("{")[1:]} == {each[0] for each in translation.split("{")[1:]}, message
        assert not set('"<>') & set(translation), message


def test_what_rules_always_compare_with_is_told_in_english():
    constants = {
        each for rule in rules().values() for each in re.findall(r'BIND\("([^"]+)" AS \?expected\)', rule.body)
    }
    constants |= {word for words in SAID.values() for word in words}
    assert len(constants) > len(SAID)
    assert constants - english("phrases").keys() == set()


@pytest.mark.parametrize(
    ("phrase", "said"),
    [
        ("不超过 100%", "at most 100%"),
        ("不超过 3.5万元", "at most 3.5 × 10,000 yuan"),
        ("第 3 页 第 4–5 行", "page 3 line 4–5"),
        ("提高", "提高"),
    ],
)
def test_phrases_of_programs_are_told_with_what_they_name_and_printed_words_stay(phrase, said):
    assert (told(phrase, "en"), told(phrase, "zh")) == (said, phrase)


def test_every_template_is_sound_in_both_languages():
    for language in ("zh", "en"):
        for each in TEMPLATES:
            environment(language).get_template(each.name)


def test_english_pages_are_made_of_the_same_templates():
    made = Environment(extensions=[InEnglish], autoescape=True)
    assert made.from_string("<p>部门 {{ n }}</p>").render(n="部门") == "<p>部门 部门</p>"
    assert made.from_string("<p>部门</p>").render() == "<p>Departments</p>"


@pytest.fixture(scope="module")
def site(published):
    return TestClient(create_app(published.path))


LISTS = [each.path for each in REGISTERS.values()]
PAGES = ["/", *LISTS, "/rules", "/reports", "/about", "/explore", "/map", "/sparql", "/queries", "/nowhere"]


@pytest.mark.parametrize("path", PAGES)
def test_an_english_page_says_nothing_in_chinese_but_what_is_printed(site, path):
    assert chinese(site, path) == []


def test_english_pages_of_things_say_nothing_in_chinese_but_what_is_printed(site):
    view = site.app.state.desk.view
    document, subject = next(iter(view.documents.values())), next(iter(view.subjects.values()))
    things = {document.iri, document.organisation, subject.iri, *(each.iri for each in subject.indicators[:1])}
    things |= {each.address for each in {finding.rule: finding for finding in view.findings}.values()}
    assert {iri: said for iri in things if (said := chinese(site, page_path(iri)))} == {}


def chinese(site, path):
    """The messages that a page says in Chinese although it is asked for in English."""
    shown = site.get(f"{path}?lang=en", headers={"accept": "text/html"}).text
    assert '<html lang="en">' in shown
    return [each for each in english() if len(each) >= SENTENCE and CHINESE.search(each) and each in shown]


SENTENCE = 6
"""So many characters have no name of the samples in common with a message."""


def test_what_is_taken_away_has_columns_in_the_language_of_the_page(site):
    columns = site.get("/projects?format=csv&lang=en").text.splitlines()[0]
    assert "Budget table (yuan)" in columns
    assert not CHINESE.search(columns)
