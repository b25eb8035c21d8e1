"""Integrity constraints: a small sound cube passes all, and for each there is one that breaks it alone."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import Literal, NamedNode, Quad, RdfFormat, Store

from graph import integrity
from graph.errors import ConstraintFileError
from graph.integrity import check, constraints
from graph.store import vocabulary_quads
from ontology import terms

VOCABULARIES = {
    **terms.PREFIXES,
    "owl": terms.OWL,
    "attribute": terms.OBEU_ATTRIBUTE,
    "dimension": terms.OBEU_DIMENSION,
    "measure": terms.OBEU_MEASURE,
}
PREFIXES = "".join(f"@prefix {name}: <{iri}> . " for name, iri in VOCABULARIES.items())
BASE = "https://example.org/"
NAMES = [each.name for each in constraints()]

CODES = """
<colours> a skos:ConceptScheme . <red> a skos:Concept ; skos:inScheme <colours> .
<blue> a skos:Concept ; skos:inScheme <colours> .
<tree> a qb:HierarchicalCodeList ; qb:hierarchyRoot <root> ; qb:parentChildProperty <holds> . <root> <holds> <middle> .
<middle> <holds> <leaf> .
<shrub> a qb:HierarchicalCodeList ; qb:hierarchyRoot <root> ; qb:parentChildProperty [ owl:inverseOf <within> ] .
<leaf> <within> <middle> . <middle> <within> <root> .
<pair> a skos:Collection ; skos:member <inner> . <inner> skos:member <red> .
"""
MANDATORY = """
    qb:component [ qb:attribute attribute:currency ; qb:componentRequired true ; qb:componentAttachment qb:DataSet ],
        [ qb:dimension dimension:fiscalPeriod ; qb:componentAttachment qb:DataSet ],
        [ qb:dimension dimension:operationCharacter ; qb:componentAttachment qb:DataSet ],
        [ qb:dimension dimension:organization ; qb:componentAttachment qb:DataSet ] ;
"""
ATTACHED = """attribute:currency <yuan> ; dimension:fiscalPeriod <y2025> ; dimension:organization <org> ;
    dimension:operationCharacter <http://data.openbudgets.eu/resource/codelist/operation-character/revenue> ."""
PROPERTIES = """
dimension:fiscalPeriod rdfs:range rdfs:Resource . dimension:operationCharacter rdfs:range rdfs:Resource .
dimension:organization rdfs:range rdfs:Resource .
<colour> a qb:DimensionProperty ; rdfs:range skos:Concept ; qb:codeList <colours> .
<size> a qb:DimensionProperty ; rdfs:range <Size> . <part> a qb:DimensionProperty ; rdfs:range skos:Concept ;
    qb:codeList <tree> . <bough> a qb:DimensionProperty ; rdfs:range skos:Concept ; qb:codeList <shrub> .
<one> a qb:DimensionProperty ; rdfs:range skos:Concept ; qb:codeList <pair> .
<note> a qb:AttributeProperty . <fee> rdfs:subPropertyOf measure:amount . <weight> a qb:MeasureProperty .
qb:measureType a qb:DimensionProperty ; rdfs:range qb:MeasureProperty .
"""
STRUCTURE = f"""
<structure> a qb:DataStructureDefinition ; {MANDATORY}
    qb:component [ qb:dimension <colour> ], [ qb:dimension <size> ], [ qb:dimension <part> ], [ qb:dimension <bough> ],
        [ qb:dimension <one> ], [ qb:attribute <note> ; qb:componentRequired false ], [ qb:measure measure:amount ] ;
    qb:sliceKey <key> .
<key> a qb:SliceKey ; qb:componentProperty <size> .
<set> a qb:DataSet ; qb:structure <structure> ; qb:slice <slice> ; {ATTACHED}
<slice> a qb:Slice ; qb:sliceStructure <key> ; <size> 1 ; qb:observation <a> .
"""
OBSERVATIONS = """
<a> a qb:Observation ; qb:dataSet <set> ; <colour> <red> ; <part> <leaf> ; <bough> <leaf> ; <one> <red> ;
    measure:amount 1.0 .
<b> a qb:Observation ; qb:dataSet <set> ; <colour> <red> ; <size> 2 ; <part> <root> ; <bough> <root> ; <one> <red> ;
    measure:amount 1.0 .
"""
MEASURED = f"""
<measured> a qb:DataStructureDefinition ; {MANDATORY}
    qb:component [ qb:dimension <size> ], [ qb:dimension qb:measureType ], [ qb:measure measure:amount ],
        [ qb:measure <weight> ] .
<many> a qb:DataSet ; qb:structure <measured> ; {ATTACHED}
<m1> a qb:Observation ; qb:dataSet <many> ; <size> 1 ; qb:measureType measure:amount ; measure:amount 1.0 .
<m2> a qb:Observation ; qb:dataSet <many> ; <size> 1 ; qb:measureType <weight> ; <weight> 1.0 .
"""
SOUND = CODES + PROPERTIES + STRUCTURE + OBSERVATIONS + MEASURED

ANOTHER = """<b2> a qb:Observation ; qb:dataSet <set> ; <colour> <red> ; <size> 3 ; <part> <root> ; <bough> <root> ;
    <one> <red> ; measure:amount 1.0 ."""
FURTHER = "<m3> a qb:Observation ; qb:dataSet <many> ; <size> 2 ; qb:measureType <weight> ; <weight> 1.0 ."
BROKEN: dict[str, tuple[str, str, str]] = {
    # constraint: what is replaced in the sound cube, by what, and who offends
    "ic-01-unique-data-set": ("", "<lone> a qb:Observation .", "lone"),
    "ic-02-unique-structure": ("", "<bare> a qb:DataSet .", "bare"),
    "ic-03-structure-has-measure": ("[ qb:measure measure:amount ] ;", "[ qb:attribute <fee> ] ;", "structure"),
    "ic-04-dimensions-have-range": ("<size> a qb:DimensionProperty ; rdfs:range <Size> .", "", "size"),
    "ic-05-coded-dimensions-have-lists": ("rdfs:range <Size>", "rdfs:range skos:Concept", "size"),
    "ic-06-only-attributes-are-optional": (
        "[ qb:dimension <size> ], [ qb:dimension <part> ]",
        "[ qb:dimension <size> ; qb:componentRequired false ], [ qb:dimension <part> ]",
        "structure",
    ),
    "ic-07-slice-keys-are-declared": ("", "<loose> a qb:SliceKey .", "loose"),
    "ic-08-slice-keys-are-consistent": ("", "<key> qb:componentProperty <weight> . <slice> <weight> 1 .", "key"),
    "ic-09-unique-slice-structure": ("", "<shapeless> a qb:Slice .", "shapeless"),
    "ic-10-slice-dimensions-are-complete": (
        "<size> 1 ; qb:observation <a> .\n\n<a>",
        "qb:observation <a> .\n\n<a> <size> 1 ; qb:order 1 .\n<a>",
        "slice",
    ),
    "ic-11-all-dimensions-are-present": ("<colour> <red> ; <size> 2 ; <part>", "<size> 2 ; <part>", "b"),
    "ic-12-no-duplicate-observations": ("", ANOTHER + ANOTHER.replace("<b2>", "<b3>"), "b3"),
    "ic-13-required-attributes-are-present": ("attribute:currency <yuan> ;", "", "a"),
    "ic-14-all-measures-are-present": ("<one> <red> ;\n    measure:amount 1.0 .\n<b>", "<one> <red> .\n<b>", "a"),
    "ic-15-named-measure-is-present": (
        "qb:measureType measure:amount ; measure:amount 1.0",
        "qb:measureType measure:amount",
        "m1",
    ),
    "ic-16-only-the-named-measure": ("", "<m1> <weight> 1.0 .", "m1"),
    "ic-17-each-point-has-every-measure": ("", FURTHER, "m3"),
    "ic-18-slices-agree-with-data-sets": ("", "<slice> qb:observation <m1> .", "m1"),
    "ic-19-codes-are-of-the-list": ("<colour> <red> ; <size> 2", "<colour> <green> ; <size> 2", "b"),
    "ic-20-codes-are-of-the-hierarchy": ("<part> <root>", "<part> <stone>", "b"),
    "ic-21-codes-are-of-the-inverse-hierarchy": ("<bough> <root>", "<bough> <stone>", "b"),
    "obeu-1-mandatory-components": ("[ qb:measure measure:amount ] ;", "[ qb:measure <weight> ] ;", "structure"),
    "obeu-2-no-abstract-components": (
        "[ qb:attribute <note> ;",
        "[ qb:attribute dimension:programmeClassification ], [ qb:attribute <note> ;",
        "structure",
    ),
}


def store_of(turtle: str) -> Store:
    store = Store()
    store.load((PREFIXES + turtle).encode(), RdfFormat.TURTLE, base_iri=BASE)
    return store


def test_there_are_all_constraints_of_the_vocabulary_and_two_of_openbudgets():
    assert [name[:5] for name in NAMES[:21]] == [f"ic-{number:02}" for number in range(1, 22)]
    assert sorted(BROKEN) == NAMES


@pytest.mark.parametrize("each", constraints(), ids=NAMES)
def test_every_constraint_has_a_title_and_a_message_in_both_languages(each):
    assert [language for language, _ in each.title] == [language for language, _ in each.messages] == ["zh", "en"]
    assert each.severity in {"violation", "warning"}


def test_a_sound_cube_passes():
    assert check(store_of(SOUND)) == []


@pytest.mark.parametrize("name", NAMES)
def test_a_cube_that_breaks_one_constraint_is_objected_to_by_that_one_alone(name):
    whole, part, offender = BROKEN[name]
    assert whole in SOUND
    broken = SOUND.replace(whole, part) if whole else SOUND + part
    if name.startswith("obeu-1"):
        broken = broken.replace("measure:amount 1.0", "<weight> 1.0 ; measure:amount 1.0")
        broken = broken.replace("qb:measureType measure:amount ; <weight> 1.0 ;", "qb:measureType measure:amount ;")
    found = check(store_of(broken))
    assert {each.shape for each in found} == {name}
    assert BASE + offender in {each.focus for each in found}
    assert all(each.message("zh") != each.message("en") for each in found)


def test_the_cube_is_judged_in_a_copy():
    store = store_of(SOUND)
    before = len(store)
    check(store)
    assert len(store) == before


def test_constraints_that_nothing_here_is_subject_to_pass():
    assert check(Store()) == []
    assert check(store_of("<goal> a jx:Goal .")) == []


def test_the_structures_of_the_vocabulary_pass_but_for_the_one_that_no_single_character_fits():
    store = Store()
    store.bulk_extend(vocabulary_quads())
    assert [(each.shape, each.focus.rpartition("/")[2], each.severity) for each in check(store)] == [
        ("obeu-1-mandatory-components", "two-sided-table", "warning")
    ]


def test_an_offender_is_found_in_its_graph_and_at_its_place():
    store = Store()
    turtle = """<a> a qb:Observation ; jx:place <here> . <here> jx:line 7 ; oa:hasSource <doc> ; oa:hasSelector <span> .
        <doc> jx:sourceFile '甲.pdf' . <span> oa:exact '12' ."""
    store.load((PREFIXES + turtle).encode(), RdfFormat.TURTLE, base_iri=BASE, to_graph=NamedNode(f"{BASE}doc"))
    (only,) = check(store)
    assert (only.shape, only.graph, only.value) == ("ic-01-unique-data-set", f"{BASE}doc", None)
    assert [(place.source, place.line, place.quote) for place in only.places] == [("甲.pdf", 7, "12")]


VALUES = [Literal("1"), Literal(1), Literal("1", language="zh"), NamedNode(f"{BASE}1"), Literal("1 2/=")]
POINTS = st.lists(st.tuples(st.sampled_from("xy"), *(st.sampled_from(VALUES),) * 2), max_size=12)


def cube_of(points: list[tuple[str, Literal | NamedNode, Literal | NamedNode]]) -> Store:
    """Observations of two data sets at some points of a cube of two dimensions."""
    store = store_of("""<s> a qb:DataStructureDefinition ; qb:component [ qb:dimension <p> ], [ qb:dimension <q> ] .
        <x> qb:structure <s> . <y> qb:structure <s> .""")
    for number, (data_set, *coordinates) in enumerate(points):
        thing = NamedNode(f"{BASE}o{number}")
        store.add(Quad(thing, NamedNode(f"{terms.QB}dataSet"), NamedNode(BASE + data_set)))
        for name, value in zip("pq", coordinates, strict=True):
            store.add(Quad(thing, NamedNode(BASE + name), value))
    return store


@settings(max_examples=40)
@given(POINTS)
def test_observations_are_duplicates_exactly_where_data_set_and_all_dimensions_are_alike(points):
    found = [each for each in check(cube_of(points)) if each.shape == "ic-12-no-duplicate-observations"]
    shared = [point for point, count in Counter(points).items() if count > 1]
    assert len(found) == len(shared)
    at = {f"{BASE}o{number}": point for number, point in enumerate(points)}
    assert {at[each.focus] for each in found} == set(shared)
    assert all(at[each.value] == at[each.focus] and each.value != each.focus for each in found)


@settings(max_examples=40)
@given(st.sets(st.tuples(st.integers(0, 3), st.sampled_from(["amount", "weight"]))))
def test_every_point_of_a_cube_of_several_measures_has_each(points):
    turtle = """<s> qb:component [ qb:dimension <p> ], [ qb:dimension qb:measureType ], [ qb:measure <amount> ],
        [ qb:measure <weight> ] . <x> qb:structure <s> ."""
    for place, measure in points:
        turtle += f"<{measure}{place}> qb:dataSet <x> ; <p> {place} ; qb:measureType <{measure}> ; <{measure}> 1 ."
    found = [each for each in check(store_of(turtle)) if each.shape == "ic-17-each-point-has-every-measure"]
    lacking = {place for place, _ in points if not {(place, "amount"), (place, "weight")} <= points}
    assert {int(each.focus[-1]) for each in found} == lacking


@pytest.mark.parametrize(
    ("name", "content", "cause"),
    [
        ("broken.rq", "SELECT ?focus WHERE { }", "文件头"),
        ("broken.rq", "#+ title: [", "YAML"),
        ("broken.rq", "#+ title: {zh: 一, en: one}\nSELECT ?focus WHERE { }", "message"),
        (
            "broken.rq",
            "#+ title: {zh: 一, en: one}\n#+ message: {zh: 一, en: one}\nSELECT ?focus WHERE {{{ }",
            "第 3 行",
        ),
        ("broken.ru", "INSERT { ?a ?b }", "第 1 行"),
    ],
)
def test_a_broken_file_is_named_with_what_is_wrong(tmp_path, monkeypatch, name, content, cause):
    (tmp_path / name).write_text(content, encoding="utf-8")
    monkeypatch.setattr(integrity, "ontology_path", lambda *parts: tmp_path.joinpath(*parts[1:]))
    monkeypatch.setattr(integrity, "constraints", constraints.__wrapped__)
    with pytest.raises(ConstraintFileError, match=cause) as caught:
        check(store_of("<a> a qb:Observation ."))
    assert caught.value.path == tmp_path / name
