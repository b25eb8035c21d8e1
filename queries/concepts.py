"""The rules as a code list, so that a finding says by which rule it was made and what that rule rests on.

The headers of the rules are the one place where this is written; the code list is made from them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyoxigraph import Literal, NamedNode, Triple

from ontology.terms import CODE, DCT, JX, RDF, SKOS, code_iri

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from typing import Any

    from queries.library import Rule

SCHEME = "rule"
_OWL = "http://www.w3.org/2002/07/owl#"
_LICENCE = "https://www.apache.org/licenses/LICENSE-2.0"
_TITLES = {"zh": "规则", "en": "Rules"}
_DEFINITIONS = {
    "zh": "对绩效目标作出判断的规则，由规则文件的文件头生成。",
    "en": "The rules that judge performance targets, made from the headers of their files.",
}


def triples(rules: Iterable[Rule]) -> Iterator[Triple]:
    """The rules as concepts: what each is called and objects to, its version, its severity and what it rests on."""
    scheme = f"{CODE}{SCHEME}"
    yield _link(scheme, f"{RDF}type", f"{SKOS}ConceptScheme")
    yield from _texts(scheme, f"{SKOS}prefLabel", _TITLES)
    yield from _texts(scheme, f"{SKOS}definition", _DEFINITIONS)
    yield _link(scheme, f"{DCT}license", _LICENCE)
    yield _link(scheme, f"{DCT}source", code_iri("citation", "caiyu-2015-88"))
    yield Triple(NamedNode(scheme), NamedNode(f"{_OWL}versionInfo"), Literal("1"))
    for rule in rules:
        yield from _rule(rule, scheme)


def _rule(rule: Rule, scheme: str) -> Iterator[Triple]:
    address = code_iri(SCHEME, rule.id)
    yield _link(address, f"{RDF}type", f"{SKOS}Concept")
    yield _link(address, f"{SKOS}inScheme", scheme)
    yield _link(address, f"{SKOS}topConceptOf", scheme)
    yield Triple(NamedNode(address), NamedNode(f"{SKOS}notation"), Literal(rule.id))
    yield from _texts(address, f"{SKOS}prefLabel", rule.title)
    yield from _texts(address, f"{SKOS}definition", rule.problem)
    yield Triple(NamedNode(address), NamedNode(f"{JX}ruleVersion"), Literal(rule.version))
    yield _link(address, f"{JX}severity", code_iri("severity", rule.severity))
    for citation in rule.basis:
        yield _link(address, f"{DCT}source", code_iri("citation", citation))


def _link(subject: str, name: str, other: str) -> Triple:
    return Triple(NamedNode(subject), NamedNode(name), NamedNode(other))


def _texts(subject: str, name: str, texts: Mapping[Any, str]) -> Iterator[Triple]:
    for language, text in texts.items():
        yield Triple(NamedNode(subject), NamedNode(name), Literal(text, language=language))
