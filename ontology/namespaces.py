"""The namespaces of the vocabulary and of those it borrows from, and the graphs of what all documents share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

JX: Final = "https://w3id.org/jixiao/ontology#"
CODE: Final = "https://w3id.org/jixiao/code/"
BASE: Final = "https://w3id.org/jixiao/"
"""What addresses of things start with, unless a setting says otherwise."""

DCT: Final = "http://purl.org/dc/terms/"
DQV: Final = "http://www.w3.org/ns/dqv#"
OA: Final = "http://www.w3.org/ns/oa#"
OBEU: Final = "http://data.openbudgets.eu/ontology/"
OBEU_ATTRIBUTE: Final = "http://data.openbudgets.eu/ontology/dsd/attribute/"
OBEU_DIMENSION: Final = "http://data.openbudgets.eu/ontology/dsd/dimension/"
OBEU_MEASURE: Final = "http://data.openbudgets.eu/ontology/dsd/measure/"
ORG: Final = "http://www.w3.org/ns/org#"
OWL: Final = "http://www.w3.org/2002/07/owl#"
PAV: Final = "http://purl.org/pav/"
PROV: Final = "http://www.w3.org/ns/prov#"
QB: Final = "http://purl.org/linked-data/cube#"
RDF: Final = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
RDFS: Final = "http://www.w3.org/2000/01/rdf-schema#"
SCHEMA: Final = "https://schema.org/"
SH: Final = "http://www.w3.org/ns/shacl#"
SKOS: Final = "http://www.w3.org/2004/02/skos/core#"
XSD: Final = "http://www.w3.org/2001/XMLSchema#"

PREFIXES: Final[Mapping[str, str]] = {
    "jx": JX,
    "code": CODE,
    "dct": DCT,
    "dqv": DQV,
    "oa": OA,
    "obeu": OBEU,
    "obeu-attribute": OBEU_ATTRIBUTE,
    "obeu-dimension": OBEU_DIMENSION,
    "obeu-measure": OBEU_MEASURE,
    "org": ORG,
    "owl": OWL,
    "pav": PAV,
    "prov": PROV,
    "qb": QB,
    "rdf": RDF,
    "rdfs": RDFS,
    "schema": SCHEMA,
    "sh": SH,
    "skos": SKOS,
    "xsd": XSD,
}
"""The prefixes that queries may use and dumps are written with."""

CODES_GRAPH: Final = "https://w3id.org/jixiao/graph/codes"
"""The named graph that holds the vocabulary and the code lists of a snapshot."""
CONCEPTS_GRAPH: Final = "https://w3id.org/jixiao/graph/concepts"
"""The named graph of the concepts that documents need beside the code lists: provisional ones, divisions, years."""
ORGANISATIONS_GRAPH: Final = "https://w3id.org/jixiao/graph/organisations"
"""The named graph that says what departments and units are called.

Documents of several years say it alike, and a triple that two graphs state comes twice in their union in Oxigraph.
"""
FINDINGS_GRAPH: Final = "https://w3id.org/jixiao/graph/findings"
"""The named graph that holds the findings of a snapshot."""
