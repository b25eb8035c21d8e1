"""The code lists: nothing stands alone, readers know the same words, and a broken file is told by its line."""

from __future__ import annotations

import pickle
import re
import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import DefaultGraph, NamedNode, Quad

import ontology
from ingest import records
from ingest.language.values import parse_value, words
from ingest.layout.folding import fold
from ontology import checks, divisions, terms
from ontology.errors import CodeListError, MalformedFileError, OntologyError, UnknownCodeListError
from ontology.turtle import read

SCHEMES = sorted(file.name.removesuffix(".ttl") for file in ontology.path("codes").iterdir())


def said(scheme: str, notation: str, name: str) -> list:
    address = terms.code_iri(scheme, notation)
    quads = read(ontology.path("codes", f"{scheme}.ttl"))
    return [quad.object for quad in quads if (quad.subject.value, quad.predicate.value) == (address, name)]


def test_nothing_is_wrong_with_any_turtle_file():
    assert [str(fault) for fault in checks.all_faults()] == []


@pytest.mark.parametrize("scheme", sorted({*SCHEMES} - {"unit", "functional-class", "economic-class", "division"}))
def test_every_code_is_defined_in_both_languages(scheme):
    quads = read(ontology.path("codes", f"{scheme}.ttl"))
    for concept in terms.concepts(scheme).values():
        given_in = [
            quad.object.language
            for quad in quads
            if quad.subject.value == concept.iri and quad.predicate.value == f"{terms.SKOS}definition"
        ]
        assert sorted(given_in) == ["en", "zh"], concept.notation


@pytest.mark.parametrize("scheme", SCHEMES)
def test_a_code_has_each_label_once(scheme):
    for concept in terms.concepts(scheme).values():
        assert len(set(concept.spellings)) == len(concept.spellings), concept.notation


@pytest.mark.parametrize(
    ("scheme", "values"),
    [
        ("table-kind", records.TableKind),
        ("target-kind", records.Kind),
        ("comparator", records.Comparator),
        ("document-kind", records.DocumentKind),
        ("government-level", records.Level),
        ("statement-subject", records.StatementSubject),
        ("polarity", records.Direction),
        ("scope", records.Scope),
    ],
)
def test_the_codes_of_a_record_are_those_of_its_list(scheme, values):
    assert set(terms.concepts(scheme)) == set(get_args(values))


def test_every_unit_of_money_that_tables_have_is_known_in_yuan():
    assert [int(terms.unit_in_yuan(unit)) for unit in get_args(records.MoneyUnit)] == [1, 1000, 10000, 100000000]


def test_a_kind_of_document_shows_a_known_phase():
    phases = {kind.notation: kind.budget_phase for kind in terms.concepts("document-kind").values()}
    assert phases == {"预算": "approved", "决算": "executed", "自评": "executed"}
    assert set(phases.values()) <= set(terms.concepts("budget-phase"))


def test_a_table_with_one_side_says_which():
    operations = {kind.operation for kind in terms.concepts("table-kind").values()}
    base = "http://data.openbudgets.eu/resource/codelist/operation-character/"
    assert operations == {None, f"{base}revenue", f"{base}expenditure"}
    assert terms.concepts("table-kind")["income-expenditure"].operation is None


# Classes of expenditure


def test_the_classes_of_expenditure_are_complete():
    functional = {code for code, concept in terms.concepts("functional-class").items() if concept.top}
    assert functional == {str(code) for code in range(201, 235)} - {"218", "225", "226", "228"}
    economic = terms.concepts("economic-class")
    assert {code for code, concept in economic.items() if concept.broader == "department"} == {
        *("301", "302", "303", "307", "309", "310", "311", "312", "313", "399")
    }
    assert {code for code, concept in economic.items() if concept.broader == "government"} == {
        *(str(code) for code in range(501, 515)),
        "599",
    }


@pytest.mark.parametrize("scheme", ["functional-class", "economic-class"])
def test_a_class_stands_below_the_one_that_its_code_begins_with(scheme):
    below = [concept for code, concept in terms.concepts(scheme).items() if len(code) > 3 and code.isdigit()]
    assert below
    assert all(concept.broader == concept.notation[:-2] for concept in below)


# Words


def test_every_printed_unit_is_read_as_that_unit():
    for unit in terms.concepts("unit").values():
        for spelling in unit.spellings if unit.dimension not in (None, "number") else ():
            value = parse_value(f"≥3{spelling}以上")
            assert (value.number, value.unit) == (3, fold(spelling))
            assert terms.code_of("unit", value.unit, under=unit.broader) == unit.notation


def test_every_unit_measures_one_thing_and_money_is_money():
    units = terms.concepts("unit")
    for unit in units.values():
        assert unit.top or (unit.dimension == unit.broader and units[unit.dimension].top)
        assert (unit.in_yuan is not None) == (unit.dimension == "money")
        assert unit.matches is None or re.fullmatch(r"http://qudt\.org/vocab/unit/[A-Za-z0-9_-]+", unit.matches)


@pytest.mark.parametrize(
    ("printed", "under", "code"),
    [
        ("百分之百", None, "%"),
        ("㎡", None, "平方米"),
        ("万", None, "万"),
        ("万", "money", "万元"),
        ("某某", None, None),
    ],
)
def test_a_spelling_of_a_unit_names_its_code(printed, under, code):
    assert terms.code_of("unit", printed, under) == code


@pytest.mark.parametrize(("printed", "yuan"), [("万", 10000), ("百万元", 1000000), ("人", None), (None, None)])
def test_only_money_is_worth_something(printed, yuan):
    assert terms.unit_in_yuan(printed) == yuan


VAGUE = [term for term in terms.concepts("vague-term").values() if not term.top]


@pytest.mark.parametrize("term", VAGUE, ids=lambda term: term.notation)
def test_a_vague_word_has_an_example_and_a_counter_example(term):
    (example,) = said("vague-term", term.notation, f"{terms.SKOS}example")
    assert term.notation in terms.codes_in("vague-term", example.value)
    notes = {note.language: note.value for note in said("vague-term", term.notation, f"{terms.SKOS}scopeNote")}
    assert set(notes) == {"zh", "en"}
    counter = re.match("反例：“(.+?)”", notes["zh"])[1]
    assert counter in notes["en"]
    assert parse_value(counter).kind in {"quantity", "time"}


def test_every_group_of_vague_words_has_an_example_and_a_counter_example():
    groups = [term.notation for term in terms.concepts("vague-term").values() if term.top]
    assert len(groups) >= 5
    for notation in groups:
        assert len(said("vague-term", notation, f"{terms.SKOS}example")) == 1
        assert len(said("vague-term", notation, f"{terms.SKOS}scopeNote")) == 2


def test_readers_match_every_vague_word():
    assert all(words().vague.fullmatch(fold(spelling)) for term in VAGUE for spelling in term.spellings)


def test_codes_in_a_text_are_the_longest_each_once_in_order():
    assert terms.codes_in("vague-term", "进一步提升，走在全国前列，提升") == ("进一步", "提升", "前列")
    assert terms.codes_in("vague-term", "覆盖12个村") == ()
    assert terms.codes_in("scoring", "按照完成比例赋分") == ("proportional",)
    assert terms.codes_in("basis", "历史标准、行业标准") == ("history", "industry")
    assert terms.codes_in("evidence", None) == ()


def test_a_group_is_not_looked_for_in_a_text():
    assert terms.codes_in("vague-term", "位次") == ()


@given(st.lists(st.sampled_from(sorted(terms.concepts("basis"))), max_size=5))
def test_all_printed_names_of_codes_are_found(notations):
    text = "；".join(terms.label("basis", notation) for notation in notations)
    assert terms.codes_in("basis", text) == tuple(dict.fromkeys(notations))


@pytest.mark.parametrize(
    ("printed", "code"),
    [("31部门特定目标类项目", "target"), ("22其他运转类", "other-operation"), ("通用项目", "general"), ("新类", None)],
)
def test_a_local_spelling_of_a_category_names_its_code(printed, code):
    assert terms.code_of("project-category", printed) == code


# Addresses


@given(st.text())
def test_every_notation_has_an_address(notation):
    for address in (terms.code_iri("unit", notation), terms.provisional_iri("unit", notation)):
        NamedNode(address)
        assert "/" not in address.rpartition("unit/")[2].removeprefix("provisional/")


def test_what_an_address_cannot_hold_is_encoded():
    assert terms.code_iri("unit", "%") == "https://w3id.org/jixiao/code/unit/%25"
    assert terms.code_iri("unit", "元/人") == "https://w3id.org/jixiao/code/unit/元%2F人"
    assert terms.provisional_iri("unit", "张 榜") == "https://w3id.org/jixiao/code/unit/provisional/张榜"


# Divisions


def test_the_provinces_of_the_file_are_those_of_the_table():
    table = {code: each.name for code, each in divisions.divisions().items() if each.level == "province"}
    assert {code: concept.labels["zh"] for code, concept in terms.concepts("division").items()} == table


def test_the_whole_list_of_divisions_is_sound():
    file = ontology.path("codes", "division.ttl")
    quads = [*read(file), *(Quad(*triple, DefaultGraph()) for triple in divisions.triples())]
    codes = {quad.subject for quad in quads if quad.predicate.value == f"{terms.SKOS}notation"}
    assert len(codes) == len(divisions.divisions()) > 3000
    assert [str(fault) for fault in checks.faults(file, quads)] == []


def test_the_divisions_above_a_county_are_its_city_and_its_province():
    assert divisions.ancestors("130702") == ("130700", "130000")
    assert divisions.ancestors("110101") == ("110000",)
    assert divisions.ancestors("130000") == ()


def test_some_divisions_are_described_with_those_above_them():
    described = {triple.subject.value.rpartition("/")[2] for triple in divisions.triples(["130702", "999999"])}
    assert described == {"130702", "130700"}, "provinces stand in the file, and what the table has not is passed over"


@given(st.sampled_from(sorted(divisions.divisions())))
def test_a_division_is_held_by_those_above_it(code):
    table = divisions.divisions()
    assert all(table[above].holds(table[code]) for above in divisions.ancestors(code))
    assert bool(divisions.ancestors(code)) == (table[code].level != "province")


# Broken files

SOUND = """@prefix x: <https://w3id.org/jixiao/code/x/> .
@prefix dct: <http://purl.org/dc/terms/> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
<https://w3id.org/jixiao/code/x> a skos:ConceptScheme ; skos:prefLabel "表"@zh, "list"@en ;
    skos:definition "表。"@zh, "A list."@en ; dct:source "书"@zh ; owl:versionInfo "1" ; dct:license <http://l/> .
x:a a skos:Concept ; skos:inScheme <https://w3id.org/jixiao/code/x> ; skos:notation "a" ;
    skos:prefLabel "甲"@zh, "A"@en ; skos:topConceptOf <https://w3id.org/jixiao/code/x> .
x:b a skos:Concept ; skos:inScheme <https://w3id.org/jixiao/code/x> ; skos:notation "b" ;
    skos:prefLabel "乙"@zh, "B"@en ; skos:broader x:a .
<https://w3id.org/jixiao/code/x/%25> a skos:Concept ; skos:inScheme <https://w3id.org/jixiao/code/x> ;
    skos:notation "%" ; skos:prefLabel "丙"@zh, "C"@en ; skos:broader x:b .
"""
BROKEN = [
    ('skos:notation "b" ;', 'skos:notation "b" .', MalformedFileError, 10, "Turtle"),
    ('; skos:notation "b"', "", CodeListError, 9, "须有一个代码值"),
    ('skos:notation "b"', 'skos:notation "c"', CodeListError, 9, "不符"),
    ('"乙"@zh, ', "", CodeListError, 9, "中英文名称"),
    (
        "x:b a skos:Concept ; skos:inScheme <https://w3id.org/jixiao/code/x>",
        "x:b a skos:Concept",
        CodeListError,
        9,
        "不属于",
    ),
    ("x:b a skos:Concept", "x:b a skos:Thing", CodeListError, 9, "没有声明为代码"),
    (" ; skos:broader x:b .", " .", CodeListError, 11, "二者取一"),
    ("skos:broader x:b", "skos:broader x:z", CodeListError, 11, "不存在"),
    ("skos:broader x:b", "skos:broader x:a, x:b", CodeListError, 11, "几个上级"),
    ("skos:broader x:a .", "skos:broader <https://w3id.org/jixiao/code/x/%25> .", CodeListError, 9, "绕回"),
    ('"丙"@zh, "C"@en ; skos:broader x:b', '"乙 "@zh, "C"@en ; skos:broader x:a', CodeListError, 11, "都叫"),
    ('owl:versionInfo "1" ;', "", CodeListError, 5, "缺少版本"),
    ('"表。"@zh, ', "", CodeListError, 5, "缺少定义"),
    (
        "<https://w3id.org/jixiao/code/x> a skos:ConceptScheme",
        "<http://y/> a skos:ConceptScheme",
        CodeListError,
        None,
        "没有写明",
    ),
]


def folder_with(tmp_path: Path, text: str) -> Path:
    for name in ("codes", "shapes"):
        (tmp_path / "ontology" / name).mkdir(parents=True)
    (tmp_path / "ontology" / "codes" / "x.ttl").write_text(text, encoding="utf-8")
    return tmp_path / "ontology"


def test_a_sound_list_has_no_faults(tmp_path):
    assert [*checks.all_faults(folder_with(tmp_path, SOUND))] == []


@pytest.mark.parametrize(("part", "instead", "expected"), [(*row[:2], row[2:]) for row in BROKEN])
def test_a_broken_list_is_told_by_file_and_line(tmp_path, part, instead, expected):
    assert part in SOUND
    error, line, cause = expected
    folder = folder_with(tmp_path, SOUND.replace(part, instead, 1))
    fault = next(iter(checks.all_faults(folder)))
    assert isinstance(fault, error)
    assert (fault.path, fault.line) == (str(folder / "codes" / "x.ttl"), line)
    assert cause in fault.cause
    assert str(fault) == f"{fault.path}{'' if line is None else f' 第 {line} 行'}：{fault.cause}"


def test_loading_a_broken_list_fails_with_its_line(tmp_path, monkeypatch):
    folder = folder_with(tmp_path, SOUND.replace("skos:broader x:a", "skos:broader x:z"))
    monkeypatch.setattr("ontology.concepts.path", folder.joinpath)
    with pytest.raises(CodeListError, match="第 9 行"):
        terms.concepts("x")


def test_a_broken_shapes_file_is_a_fault_too(tmp_path):
    folder = folder_with(tmp_path, SOUND)
    (folder / "shapes" / "s.ttl").write_text("\n\n<a> <b> .\n", encoding="utf-8")
    assert [(Path(fault.path).name, fault.line) for fault in checks.all_faults(folder)] == [("s.ttl", 3)]


def test_a_broken_list_fails_the_build(tmp_path, monkeypatch):
    folder = folder_with(tmp_path, SOUND.replace("skos:broader x:a", "skos:broader x:z"))
    spec = spec_from_file_location("hatch_build", Path(__file__).parents[1] / "hatch_build.py")
    hook = module_from_spec(spec)
    spec.loader.exec_module(hook)
    monkeypatch.setattr(sys, "path", [*sys.path])
    with pytest.raises(ValueError, match=r"x\.ttl 第 9 行"):
        hook.check_ontology(folder.parent)


def test_an_unknown_list_is_an_error_of_the_ontology():
    with pytest.raises(UnknownCodeListError) as raised:
        terms.concepts("nonsense")
    assert isinstance(raised.value, OntologyError)
    assert str(raised.value).endswith("nonsense.ttl：没有这个代码表")


def test_an_error_passes_whole_between_processes():
    again = pickle.loads(pickle.dumps(CodeListError("x.ttl", "坏", 3)))  # noqa: S301 - made here
    assert (again.path, again.cause, again.line, str(again)) == ("x.ttl", "坏", 3, "x.ttl 第 3 行：坏")
