"""The links to other vocabularies start from what is ours, lead to what was looked up, and are all on the page."""

from __future__ import annotations

import re
from collections import defaultdict
from pathlib import Path

import pytest
from pyoxigraph import NamedNode, RdfFormat, parse

import ontology
from ontology.namespaces import CODE, JX, RDFS, SKOS
from ontology.terms import data_files

ROOT = Path(__file__).parent.parent
PAGE = (ROOT / "docs" / "alignments.md").read_text(encoding="utf-8")
MATCHES = {f"{SKOS}{kind}Match" for kind in ("exact", "close", "broad", "narrow", "related")} | {f"{RDFS}seeAlso"}
"""The last is said of code lists, which SKOS matches are not for."""
BELOW = {f"{RDFS}subClassOf", f"{RDFS}subPropertyOf"}
OURS = {"jx": JX, "type": f"{CODE}indicator-type/", "code": CODE}
THEIRS = dict(re.findall(r"^\| `([\w-]+)` \| `([^`]+)` \|", PAGE, re.MULTILINE))
VOCABULARIES = {
    "OpenBudgets.eu": ("obeu-dimension", "obeu-measure"),
    "CIDS": ("cids",),
    "IATI": ("iati",),
    "StratML": ("stratml", "report"),
    "ISO 21972": ("i72",),
}
Link = tuple[str, str, str]


def triples(*files) -> list[Link]:
    return [
        (quad.subject.value, quad.predicate.value, quad.object.value)
        for file in files
        for quad in parse(file.read_bytes(), RdfFormat.TURTLE)
        if isinstance(quad.subject, NamedNode) and isinstance(quad.object, NamedNode)
    ]


LINKS = [link for link in triples(ontology.path("alignments.ttl")) if link[1] in MATCHES]
STATED = [
    link
    for link in triples(ontology.path("jixiao.ttl"))
    if link[1] in BELOW and link[2].startswith(tuple(THEIRS.values()))
]


def listed() -> list[Link]:
    """The links that the page lists."""
    found = re.findall(r"^\| `([\w-]+):([^`]+)` \| `(\w+)` \| `([\w-]+):([^`]+)` \| \S.* \|$", PAGE, re.MULTILINE)
    return [
        (OURS[ours] + term, (RDFS if kind.startswith(("sub", "see")) else SKOS) + kind, THEIRS[theirs] + other)
        for ours, term, kind, theirs, other in found
    ]


def test_a_link_starts_from_a_term_or_a_code_of_ours():
    declared = {subject for subject, _, _ in triples(*data_files()) if subject.startswith((JX, CODE))}
    assert {subject for subject, _, _ in LINKS} - declared == set()


def test_a_link_leads_into_a_vocabulary_that_the_page_names():
    assert [link for link in LINKS if not link[2].startswith(tuple(THEIRS.values()))] == []


@pytest.mark.parametrize("prefixes", VOCABULARIES.values(), ids=VOCABULARIES)
def test_every_vocabulary_has_links(prefixes):
    assert sum(link[2].startswith(tuple(THEIRS[prefix] for prefix in prefixes)) for link in LINKS) >= 5


def test_a_term_is_linked_to_another_in_one_way():
    pairs = [(ours, theirs) for ours, _, theirs in LINKS + STATED]
    assert len(pairs) == len(set(pairs))


def test_the_page_lists_every_link_once_with_what_differs():
    assert sorted(listed()) == sorted(LINKS + STATED)


def test_the_file_says_nothing_but_links_and_what_it_is():
    subjects = {link[0] for link in triples(ontology.path("alignments.ttl")) if link[1] not in MATCHES}
    assert subjects == {"https://w3id.org/jixiao/ontology/alignments"}


def test_no_term_of_theirs_is_the_same_as_two_of_ours():
    same = defaultdict(set)
    for ours, kind, theirs in triples(*data_files()):
        if kind == f"{SKOS}exactMatch":
            same[theirs].add(ours)
    assert {theirs: terms for theirs, terms in same.items() if len(terms) > 1} == {}
