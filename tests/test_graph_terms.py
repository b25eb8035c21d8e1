"""Every word that a snapshot uses is defined, and every code belongs to a code list."""

from __future__ import annotations

import pytest

from ontology.terms import CODE, JX, RDF, RDFS

DEFINED = """
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
SELECT DISTINCT ?term WHERE { ?term rdfs:label ?label ; skos:definition ?definition ; rdfs:isDefinedBy ?vocabulary }"""
USED = """
SELECT DISTINCT ?term WHERE { { ?thing ?term ?value } UNION { ?thing a ?term } }"""
PREFIXES = """
PREFIX jx: <https://w3id.org/jixiao/ontology#>
PREFIX qb: <http://purl.org/linked-data/cube#>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
"""
UNPLACED = """SELECT ?code WHERE {
  { ?code a skos:Concept } UNION { ?code a jx:ProvisionalConcept } UNION { ?code a jx:ComposedUnit }
  FILTER NOT EXISTS { ?code skos:inScheme/skos:prefLabel ?list }
}"""
UNREACHED = """SELECT ?code WHERE {
  ?code a skos:Concept ; skos:inScheme ?list .
  FILTER NOT EXISTS { ?code a jx:ProvisionalConcept } FILTER NOT EXISTS { ?code a jx:ComposedUnit }
  FILTER NOT EXISTS { ?code skos:broader*/(skos:topConceptOf|^skos:hasTopConcept) ?list }
}"""
UNUSED = """SELECT ?code WHERE {
  { ?code a jx:ProvisionalConcept } UNION { ?code a jx:ComposedUnit }
  FILTER NOT EXISTS { ?thing ?property ?code }
}"""
LANGUAGE = {f"{RDF}{name}" for name in ("type", "Property", "first", "rest")} | {
    f"{RDFS}{name}" for name in ("label", "comment", "subClassOf", "subPropertyOf", "domain", "range", "isDefinedBy",
                                 "seeAlso", "Class")
}  # fmt: skip
"""Words of RDF itself; those of OWL are its own too."""
OWL = "http://www.w3.org/2002/07/owl#"


@pytest.fixture(scope="module")
def snapshot(published):
    return published.live()


def column(snapshot, query):
    return {row[0].value for row in snapshot.query(PREFIXES + query)}


def test_every_class_and_property_of_a_snapshot_is_defined(snapshot):
    used = {term for term in column(snapshot, USED) if not term.startswith(OWL)}
    assert used - column(snapshot, DEFINED) - LANGUAGE == set()


@pytest.mark.parametrize("query", [UNPLACED, UNREACHED, UNUSED], ids=["unplaced", "unreached", "unused"])
def test_no_code_of_a_snapshot_is_an_orphan(snapshot, query):
    assert column(snapshot, query) == set()


def test_every_code_that_is_pointed_at_is_there(snapshot):
    pointed = column(
        snapshot, f'SELECT DISTINCT ?code WHERE {{ ?thing ?property ?code FILTER(STRSTARTS(STR(?code), "{CODE}")) }}'
    )
    assert (
        pointed
        - column(snapshot, "SELECT ?code WHERE { { ?code a skos:Concept } UNION { ?code a skos:ConceptScheme } }")
        == set()
    )


def test_the_vocabulary_of_a_snapshot_is_the_one_that_is_declared(snapshot):
    assert f"{JX}Indicator" in column(snapshot, DEFINED)
