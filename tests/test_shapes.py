"""Shapes: each constraint is fired by an example that says so; every class and property of the vocabulary has some."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from pyoxigraph import Literal, NamedNode, Quad, RdfFormat, Store, parse

import ontology
from graph import validate as shapes
from graph.errors import ConstraintFileError, InvalidRdfError, UnknownFormatError
from graph.interop import as_graph
from graph.store import vocabulary_quads
from graph.validate import SHAPES, judge, read_file, shape_files, validate
from ontology import terms

EXAMPLES = Path(__file__).parent / "examples"
NAMES = sorted(shape_files())
FIRES = re.compile(r"^#\+ fires: (\S+) (\S+)$", re.MULTILINE)
SCHEMES = re.compile(rf"^{terms.CODE}[a-z-]+$")
VOCABULARY = [*vocabulary_quads()]
OURS = [*parse(ontology.path("jixiao.ttl").read_bytes(), RdfFormat.TURTLE)]
CLASS, DOMAIN, RANGE = f"{terms.OWL}Class", f"{terms.RDFS}domain", f"{terms.RDFS}range"


def quads(name: str, example: str) -> list[Quad]:
    file = EXAMPLES / name.removesuffix(".ttl") / example
    return [*parse(file.read_bytes(), RdfFormat.TURTLE, rename_blank_nodes=False)]


def objections(name: str, example: str):
    return judge(quads(name, example), [shape_files()[name]])


def expected(name: str) -> set[tuple[str, str]]:
    return set(FIRES.findall((EXAMPLES / name.removesuffix(".ttl") / "bad.ttl").read_text(encoding="utf-8")))


def said(of: list[Quad], name: str) -> dict[str, str]:
    """By subject, the last value of a property."""
    return {quad.subject.value: quad.object.value for quad in of if quad.predicate.value == name}


def store_of(*files: tuple[str, str]) -> Store:
    """A store with a named graph for each Turtle text."""
    store = Store()
    for graph, turtle in files:
        prefixes = "".join(f"@prefix {name}: <{iri}> . " for name, iri in terms.PREFIXES.items())
        text = f"@base <https://example.org/> . {prefixes} {turtle}"
        store.load(text.encode(), RdfFormat.TURTLE, to_graph=NamedNode(f"https://example.org/{graph}"))
    return store


# What the files of shapes are


def test_every_file_of_shapes_has_its_examples_and_every_example_its_shapes():
    assert sorted(f"{folder.name}.ttl" for folder in EXAMPLES.iterdir()) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_the_conforming_example_conforms(name):
    assert objections(name, "ok.ttl") == []


@pytest.mark.parametrize("name", NAMES)
def test_the_violating_example_is_objected_to_as_it_says_and_not_otherwise(name):
    assert {(each.focus.rpartition("/")[2], each.shape) for each in objections(name, "bad.ttl")} == expected(name)


@pytest.mark.parametrize("name", NAMES)
def test_every_constraint_is_fired_by_the_violating_example(name):
    constraints = said([*shape_files()[name].quads], f"{terms.SH}message")
    assert {each.removeprefix(SHAPES) for each in constraints} == {shape for _, shape in expected(name)}
    assert shape_files()[name].constraints == len(constraints)


@pytest.mark.parametrize("name", NAMES)
def test_every_constraint_says_in_chinese_and_in_sound_english_what_it_asks(name):
    messages: dict[str, dict[str, str]] = {}
    for quad in shape_files()[name].quads:
        if quad.predicate.value == f"{terms.SH}message":
            messages.setdefault(quad.subject.value, {})[quad.object.language] = quad.object.value
    for texts in messages.values():
        assert set(texts) == {"zh", "en"}
        assert texts["zh"].endswith("。")
        assert re.search(r"\b[Aa] [aeioAEIO]|\b[Aa]n [^aeiouAEIOU]|\b[Aa]n one\b|  ", texts["en"]) is None


def test_every_class_of_the_vocabulary_has_shapes():
    classes = {quad.subject.value for quad in OURS if quad.predicate.value == f"{terms.RDF}type"
               and quad.object.value == CLASS}  # fmt: skip
    judged = {target for file in shape_files().values() for target in file.targets}
    borrowed = {
        f"{terms.ORG}FormalOrganization", f"{terms.ORG}OrganizationalUnit", f"{terms.SCHEMA}Project",
        f"{terms.QB}DataSet", f"{terms.SKOS}Concept", f"{terms.SKOS}ConceptScheme",
        f"{terms.OA}TextPositionSelector", f"{terms.SH}ValidationResult",
        "http://reference.data.gov.uk/def/intervals/Year",
    }  # fmt: skip
    assert classes | borrowed <= judged
    assert len(classes) > 15


def test_every_property_is_constrained_in_the_shapes_of_the_class_that_it_is_said_of():
    ranges, domains = said(OURS, RANGE), said(OURS, DOMAIN)
    mentioned: dict[str, set[str]] = {}
    for file in shape_files().values():
        for target in file.targets:
            targets = {target, ranges.get(target, "")}
            names = {quad.object.value for quad in file.quads if isinstance(quad.object, NamedNode)}
            for each in targets:
                mentioned.setdefault(each, set()).update(names)
    assert {name for name, domain in domains.items() if name not in mentioned.get(domain, set())} == set()
    assert len(domains) > 60


def test_every_property_of_the_vocabulary_is_asked_for_somewhere():
    named = {
        quad.object.value
        for file in shape_files().values()
        for quad in file.quads
        if isinstance(quad.object, NamedNode)
    }
    kinds = {f"{terms.OWL}ObjectProperty", f"{terms.OWL}DatatypeProperty"}
    properties = {quad.subject.value for quad in OURS if quad.object.value in kinds}
    assert properties - named == set()


def test_shapes_use_declared_terms_and_code_lists_only():
    declared = {quad.subject.value for quad in VOCABULARY} | {f"{terms.CODE}rule"}
    own = (
        terms.SH,
        SHAPES,
        terms.RDF,
        terms.RDFS,
        terms.OWL,
        terms.XSD,
        "http://publications.europa.eu/resource/authority/",
    )
    used = {
        term.value
        for file in shape_files().values()
        for quad in file.quads
        for term in (quad.predicate, quad.object)
        if isinstance(term, NamedNode) and not term.value.startswith(own)
    }
    assert used - declared == set()
    assert sum(SCHEMES.match(each) is not None for each in used) > 15


# How graphs are judged


def test_the_vocabulary_and_its_code_lists_are_well_formed():
    store = Store()
    store.bulk_extend(VOCABULARY)
    assert validate(store) == []


GOAL = "<goal> a jx:Goal ; schema:text '一'; jx:order 1 ."
FORM = """<form> a jx:TargetForm ; schema:name '甲' ; jx:document <doc> ; jx:order 1 ; jx:prose false ; jx:goal <goal> ;
    jx:scope <https://w3id.org/jixiao/code/scope/department> ."""
DOCUMENT = f"""<doc> a jx:Disclosure ; dct:title '甲'@zh ; jx:sourceFile '甲.txt' ; jx:extractor '一' ; ;
    jx:format 'text' ; jx:publisherName '甲' ; jx:fiscalYear 2025 ; jx:sha256 '{"0" * 64}' ; dct:publisher <org> ."""
ORGANISATION = "<org> a org:FormalOrganization ; skos:prefLabel '甲'@zh ."
PLACES = """<form> jx:place <here> . <here> a oa:SpecificResource ; jx:field 'name' ; jx:order 1 ; oa:hasSource <doc> ;
    jx:page 3 ; jx:line 12 ; oa:hasSelector <span> .
    <span> a oa:TextPositionSelector, oa:TextQuoteSelector ; oa:start 7 ; oa:end 8 ; oa:exact '甲' ."""


def test_what_other_graphs_say_of_things_is_known():
    assert validate(store_of(("doc", DOCUMENT + FORM + GOAL), ("organisations", ORGANISATION))) == []


def test_a_reference_to_what_no_graph_describes_is_a_violation():
    (only,) = validate(store_of(("doc", DOCUMENT + FORM + GOAL)))
    assert (only.shape, only.focus, only.graph) == (
        "Disclosure-publisher", "https://example.org/doc", "https://example.org/doc"
    )  # fmt: skip
    assert (only.severity, only.value) == ("violation", "https://example.org/org")


def test_a_reference_to_a_thing_of_another_class_is_a_violation():
    found = validate(store_of(("doc", DOCUMENT + FORM + GOAL), ("organisations", "<org> a jx:Goal .")))
    assert ("Disclosure-publisher", "https://example.org/doc") in {(each.shape, each.focus) for each in found}


def test_each_thing_is_judged_in_the_graph_that_describes_it():
    unnamed = store_of(("doc", DOCUMENT), ("organisations", "<org> a org:FormalOrganization ."))
    (only,) = validate(unnamed)
    assert (only.shape, only.graph) == ("Organization-prefLabel-stated", "https://example.org/organisations")
    assert only.severity == "warning"


def test_a_violation_names_the_page_line_field_and_quote_of_the_thing_or_of_what_it_is_part_of():
    broken = store_of(("doc", DOCUMENT + FORM + "<goal> a jx:Goal ; jx:order 1 ." + PLACES), ("o", ORGANISATION))
    (only,) = validate(broken)
    assert only.shape == "Goal-text"
    (place,) = only.places
    assert (place.source, place.page, place.line, place.field, place.quote) == ("甲.txt", 3, 12, "name", "甲")


def test_a_broken_selector_is_found_at_its_own_place():
    broken = store_of(("doc", DOCUMENT + FORM + GOAL + PLACES.replace("oa:end 8", "oa:end 6")), ("o", ORGANISATION))
    (only,) = validate(broken)
    assert (only.shape, only.places[0].line) == ("Selector-start", 12)


def test_each_graph_is_announced_before_it_is_judged():
    told = []
    validate(store_of(("b", GOAL), ("a", ORGANISATION)), lambda *told_of: told.append(told_of))
    assert told == [("https://example.org/a", 1, 2), ("https://example.org/b", 2, 2)]


def test_what_stands_in_no_named_graph_is_judged_too():
    store = Store()
    thing, a = NamedNode("https://example.org/goal"), NamedNode(f"{terms.RDF}type")
    store.add(Quad(thing, a, NamedNode(f"{terms.JX}Goal")))
    assert {each.shape for each in validate(store)} == {"Goal-text", "Goal-order", "Goal-form"}
    assert {each.graph for each in validate(store)} == {""}


# Files


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.ttl", "<https://example.org/a> a <{goal}> ."),
        ("a.nt", "<https://example.org/a> <{a}> <{goal}> ."),
        ("a.NQ", "<https://example.org/a> <{a}> <{goal}> <https://example.org/g> ."),
        ("a.jsonld", '{{"@id": "https://example.org/a", "@type": "{goal}"}}'),
    ],
)
def test_a_file_is_read_as_its_extension_says(tmp_path, name, content):
    file = tmp_path / name
    file.write_text(content.format(a=f"{terms.RDF}type", goal=f"{terms.JX}Goal"), encoding="utf-8")
    assert {each.focus for each in validate(read_file(file))} == {"https://example.org/a"}


def test_bad_syntax_names_file_and_line(tmp_path):
    file = tmp_path / "a.ttl"
    file.write_text("<a> <b> <c> .\n<a> <b> ; .\n", encoding="utf-8")
    with pytest.raises(InvalidRdfError) as caught:
        read_file(file)
    assert (caught.value.path, caught.value.line) == (file, 2)


def test_an_unknown_extension_names_those_that_are_known(tmp_path):
    with pytest.raises(UnknownFormatError, match=r"a\.txt.*\.ttl"):
        read_file(tmp_path / "a.txt")


def test_a_broken_file_of_shapes_is_named_with_its_line(tmp_path, monkeypatch):
    (tmp_path / "broken.ttl").write_text("@prefix sh: <http://www.w3.org/ns/shacl#> .\n\nsh:a sh:b\n", encoding="utf-8")
    monkeypatch.setattr(shapes, "ontology_path", lambda _: tmp_path)
    with pytest.raises(ConstraintFileError) as caught:
        shape_files.__wrapped__()
    assert (caught.value.path, caught.value.line) == (tmp_path / "broken.ttl", 4)


def test_every_mention_of_a_term_is_the_same_object():
    a, b = NamedNode("https://example.org/a"), NamedNode("https://example.org/b")
    graph = as_graph([Quad(a, b, Literal("c", language="zh")), Quad(b, b, Literal("c", language="zh"))])
    assert len({id(value) for value in graph.objects()}) == 1
