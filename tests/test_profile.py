"""The vocabulary by the rules of OWL 2 (DL and RL), and what its domains and ranges make of a published graph."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from pyoxigraph import DefaultGraph, Quad, RdfFormat, Store, parse

import ontology

CHECK = Path(__file__).parent / "profile" / "check.py"
JARS = Path("/usr/share/java/owlapi-api.jar")
FILES = ("borrowed.ttl", "jixiao.ttl", "alignments.ttl")
TEXTS = {name: ontology.path(name).read_text(encoding="utf-8") for name in FILES}
PREFIXES = """
PREFIX jx: <https://w3id.org/jixiao/ontology#>
PREFIX owl: <http://www.w3.org/2002/07/owl#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
PREFIX dct: <http://purl.org/dc/terms/>
PREFIX xsd: <http://www.w3.org/2001/XMLSchema#>
"""


def violations(*files: Path) -> dict[str, list[str]]:
    """What the OWL API objects to in the last of the files, by profile."""
    if not (shutil.which("java") and JARS.exists()):
        pytest.skip("no Java runtime or no OWL API (Debian: default-jre-headless libowlapi-java)")
    done = subprocess.run([sys.executable, CHECK, *files], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def vocabulary(folder: Path, **replaced: str) -> list[Path]:
    """The vocabulary's files in a folder, imported before importing, some with another text."""
    paths = [folder / name for name in FILES]
    for path in paths:
        path.write_text(replaced.get(path.stem, TEXTS[path.name]), encoding="utf-8")
    return paths


def test_the_vocabulary_is_in_owl_2_dl_and_rl(tmp_path):
    assert violations(*vocabulary(tmp_path)) == {"OWL2_DL": [], "OWL2_RL": []}


def test_the_checker_objects_to_what_the_profiles_forbid(tmp_path):
    forbidden = """
    jx:undeclaredHere rdfs:domain jx:Nowhere .
    jx:Target rdfs:subClassOf [ a owl:Restriction ; owl:onProperty jx:place ; owl:someValuesFrom oa:SpecificResource ] .
    """
    found = violations(*vocabulary(tmp_path, jixiao=TEXTS["jixiao.ttl"] + forbidden))
    assert any("Nowhere" in each for each in found["OWL2_DL"])
    assert any("ObjectSomeValuesFrom" in each for each in set(found["OWL2_RL"]) - set(found["OWL2_DL"]))


@pytest.mark.parametrize("name", sorted(path.name for path in ontology.path().iterdir() if path.name.endswith(".ttl")))
def test_every_prefix_of_a_file_is_used_in_it(name):
    text = ontology.path(name).read_text(encoding="utf-8")
    declared = re.findall(r"^@prefix ([\w-]*): ", text, re.MULTILINE)
    body = re.sub(r'"(?:[^"\\]|\\.)*"|<[^>]*>|#.*', "", re.sub(r"^@prefix.*", "", text, flags=re.MULTILINE))
    assert [prefix for prefix in declared if not re.search(rf"(?<![\w-]){prefix}:", body)] == []


def store_of(*names: str) -> Store:
    store = Store()
    for name in names:
        store.bulk_load(ontology.path(name).read_bytes(), RdfFormat.TURTLE)
    return store


def rows(store: Store, query: str) -> list[tuple[str, ...]]:
    found = store.query(PREFIXES + query, use_default_graph_as_union=True)
    return sorted(tuple(str(value) for value in row) for row in found)


@pytest.mark.parametrize("name", ["borrowed.ttl", "jixiao.ttl"])
def test_every_term_has_labels_a_definition_a_source_an_example_and_a_home(name):
    lacking = """
    SELECT ?term ?what WHERE {
      ?term a ?kind FILTER (?kind IN (owl:Class, owl:ObjectProperty, owl:DatatypeProperty, owl:AnnotationProperty))
      VALUES ?what { rdfs:label skos:definition dct:source skos:example rdfs:isDefinedBy }
      FILTER NOT EXISTS { ?term ?what ?value FILTER (isIRI(?value) || STRLEN(STR(?value)) > 0) }
    }"""
    assert rows(store_of(name), lacking) == []


@pytest.mark.parametrize("name", ["borrowed.ttl", "jixiao.ttl"])
def test_every_term_speaks_chinese_and_english_once_each(name):
    wrong = """
    SELECT ?term ?what ?language (COUNT(?value) AS ?count) WHERE {
      ?term rdfs:isDefinedBy ?home
      VALUES ?what { rdfs:label skos:definition }
      VALUES ?language { "zh" "en" }
      OPTIONAL { ?term ?what ?value FILTER (LANG(?value) = ?language) }
    } GROUP BY ?term ?what ?language HAVING (COUNT(?value) != 1)"""
    assert rows(store_of(name), wrong) == []


def test_no_term_is_declared_in_both_files():
    declared = [
        {
            quad.subject.value
            for quad in parse(ontology.path(name).read_bytes(), RdfFormat.TURTLE)
            if quad.predicate.value.endswith("#isDefinedBy")
        }
        for name in ("borrowed.ttl", "jixiao.ttl")
    ]
    assert declared[0] & declared[1] == set()


@pytest.fixture(scope="module")
def graph(published) -> Store:
    """The published graph and the vocabulary together, to be asked as one."""
    store = store_of("borrowed.ttl", "jixiao.ttl")
    store.extend(Quad(*quad.triple, DefaultGraph()) for quad in published.live().store)
    return store


def inferred_alone(store: Store) -> list[tuple[str, ...]]:
    """Where domains, ranges and superclasses make a thing a member of a class of ours that is not stated of it."""
    return rows(
        store,
        """
    SELECT DISTINCT ?by ?class ?stated WHERE {
      { ?thing ?by ?other . ?by rdfs:subPropertyOf*/rdfs:domain/rdfs:subClassOf* ?class }
      UNION { ?other ?by ?thing . ?by rdfs:subPropertyOf*/rdfs:range/rdfs:subClassOf* ?class }
      UNION { ?thing a ?by . ?by rdfs:subClassOf+ ?class }
      FILTER (STRSTARTS(STR(?class), STR(jx:)) && !isLiteral(?thing))
      FILTER NOT EXISTS { ?thing a ?class }
      OPTIONAL { ?thing a ?stated }
    }""",
    )


def test_domains_and_ranges_say_no_more_of_things_than_the_data_does(graph):
    assert inferred_alone(graph) == []


def test_a_domain_that_is_too_narrow_is_found():
    store = store_of("borrowed.ttl", "jixiao.ttl")
    store.update(f"{PREFIXES} INSERT DATA {{ <urn:x:target> a jx:Target ; jx:weight 10 }}")
    assert [row[1] for row in inferred_alone(store)] == ["<https://w3id.org/jixiao/ontology#Indicator>"]


def test_values_have_the_datatype_that_the_range_of_their_property_names(graph):
    other = """
    SELECT DISTINCT ?property ?range ?type WHERE {
      ?property a owl:DatatypeProperty ; rdfs:range ?range . ?thing ?property ?value
      BIND (DATATYPE(?value) AS ?type)
      FILTER (?type != ?range && !(?range = xsd:decimal && ?type = xsd:integer))
    }"""
    assert rows(graph, other) == []


def test_object_properties_lead_to_things_and_datatype_properties_to_values(graph):
    confused = """
    SELECT DISTINCT ?property ?kind WHERE {
      ?property a ?kind . ?thing ?property ?value
      FILTER ((?kind = owl:ObjectProperty && isLiteral(?value)) || (?kind = owl:DatatypeProperty && !isLiteral(?value)))
    }"""
    assert rows(graph, confused) == []
