"""The vocabulary and the code lists, read as everybody else would read them."""

from __future__ import annotations

import pytest
from pyoxigraph import Literal, NamedNode, RdfFormat, parse

import ontology
from ontology import terms

TERMS = [*parse(ontology.path("jixiao.ttl").read_bytes(), RdfFormat.TURTLE)]
DECLARED = sorted({quad.subject.value for quad in TERMS if quad.subject.value.startswith(terms.JX)})
SCHEMES = sorted(file.name.removesuffix(".ttl") for file in ontology.path("codes").iterdir())


def said(subject: str, name: str) -> list[Literal]:
    return [quad.object for quad in TERMS if quad.subject.value == subject and quad.predicate.value == name]


@pytest.mark.parametrize("term", DECLARED)
def test_every_term_is_labelled_and_defined_in_both_languages(term):
    for name in (f"{terms.RDFS}label", f"{terms.SKOS}definition"):
        assert sorted(each.language for each in said(term, name)) == ["en", "zh"]
    assert all(each.value.strip() for each in said(term, f"{terms.SKOS}definition"))


def test_the_ontology_names_its_version_and_its_licence():
    header = {quad.predicate.value for quad in TERMS if quad.subject.value == "https://w3id.org/jixiao/ontology"}
    assert {"http://www.w3.org/2002/07/owl#versionIRI", f"{terms.DCT}license", f"{terms.DCT}title"} <= header


def test_every_term_that_code_lists_use_is_declared():
    used = {
        term.value
        for file in terms.data_files()
        for quad in parse(file.read_bytes(), RdfFormat.TURTLE)
        for term in (quad.predicate, quad.object)
        if isinstance(term, NamedNode) and term.value.startswith(terms.JX)
    }
    assert used - set(DECLARED) == set()


def test_there_are_code_lists():
    assert {"indicator-type", "comparator", "target-kind", "funding-source", "scope", "polarity"} < set(SCHEMES)
    assert {"severity", "certainty", "citation"} < set(SCHEMES)


@pytest.mark.parametrize("scheme", SCHEMES)
def test_every_code_is_addressed_by_its_list_and_notation(scheme):
    codes = terms.concepts(scheme)
    assert codes
    for notation, concept in codes.items():
        assert concept.iri == terms.code_iri(scheme, notation)
        assert set(concept.labels) == {"zh", "en"}
        assert concept.broader is None or concept.broader in codes


@pytest.mark.parametrize("scheme", SCHEMES)
def test_a_printed_label_names_one_code_at_each_level(scheme):
    by_label: dict[tuple[str, str | None], str] = {}
    for concept in terms.concepts(scheme).values():
        for label in concept.printed:
            assert by_label.setdefault((label, concept.broader), concept.notation) == concept.notation


@pytest.mark.parametrize(
    ("printed", "code"),
    [
        ("数量指标", "quantity"),
        (" 数 量 ", "quantity"),
        ("服务对象满意度", "service-satisfaction"),
        ("成本指标", "cost"),
    ],
)
def test_a_printed_level_is_known_by_its_synonyms(printed, code):
    assert terms.code_of("indicator-type", printed) == code


def test_an_unknown_or_absent_label_names_no_code():
    assert terms.code_of("indicator-type", "某某指标") is None
    assert terms.code_of("indicator-type", None) is None
    assert terms.code_of("funding-source", "合计") is None


def test_an_unknown_code_list_is_an_error():
    with pytest.raises(KeyError):
        terms.code_of("nonsense", "数量")


@pytest.mark.parametrize(
    ("level1", "level2", "code"),
    [
        ("产出指标", "数量指标", "quantity"),
        ("产出指标", "成本指标", "output-cost"),
        ("成本指标", "成本指标", "cost"),
        ("成本指标", "经济成本指标", "economic-cost"),
        ("满意度指标", "满意度指标", "service-satisfaction"),
        ("效益指标", None, "benefit"),
        (None, "时效指标", "timeliness"),
        ("满意度指标", "社会效益指标", "social-benefit"),
        ("效益指标", "某某指标", "benefit"),
        (None, None, None),
    ],
)
def test_both_printed_levels_together_tell_the_type(level1, level2, code):
    assert terms.indicator_type(level1, level2) == code


def test_every_source_of_money_that_forms_name_has_a_code():
    funds = set(ontology.lexicon("labels")["funds"]) - {"合计"}
    assert {name for name in funds if terms.code_of("funding-source", name) is None} == set()


def test_a_citation_says_whether_it_was_checked():
    citations = terms.concepts("citation").values()
    assert {each.status for each in citations} == {"verified", "unverified"}
    assert terms.code_of("citation", "财预〔2021〕101号") == "caiyu-2021-101"


def test_an_unknown_lexicon_is_an_error():
    with pytest.raises(FileNotFoundError):
        ontology.lexicon("nonsense")
