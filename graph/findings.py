"""Findings as they are kept: one JSON line and one validation result each.

A finding comes as plain data (``docs/architecture.md``, "Findings"); what judges is not known here.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from pyoxigraph import Literal, NamedNode, Quad

from graph.addresses import join
from graph.files import sha256
from ontology.terms import FINDINGS_GRAPH, JX, RDF, SH, code_iri, concepts

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    Finding = Mapping[str, Any]

REQUIRED = ("rule", "severity", "certainty", "focus")
_HASH_LENGTH = 16
_TEXTS = {
    "rule": "rule",
    "version": "ruleVersion",
    "found": "found",
    "expected": "expected",
    "project": "projectName",
    "indicator": "indicatorName",
}
_THINGS = {"evidence": "evidence", "document": "document"}


def missing_key(finding: Finding) -> str | None:
    """The first thing that every finding must say and this one does not."""
    return next((key for key in REQUIRED if not finding.get(key)), None)


def complete(finding: Finding, base: str) -> dict[str, Any]:
    """The finding with its ``id`` and its permanent ``address``."""
    identity = finding.get("id") or _identity(finding)
    return {**finding, "id": identity, "address": join(f"{base}id/finding", str(finding["rule"]), str(identity))}


def _identity(finding: Finding) -> str:
    """What makes it this finding and no other: the rule, the thing judged, and both figures."""
    parts = (str(finding.get(key) or "") for key in ("rule", "focus", "found", "expected"))
    return sha256("\n".join(parts).encode())[:_HASH_LENGTH]


def to_jsonl(findings: Iterable[Finding]) -> bytes:
    """One JSON object a line."""
    return "".join(json.dumps(finding, ensure_ascii=False) + "\n" for finding in findings).encode()


def triples(finding: Finding) -> Iterator[Quad]:
    """A complete finding as a validation result (https://www.w3.org/TR/shacl/#results-validation-result)."""
    address, graph = NamedNode(finding["address"]), NamedNode(FINDINGS_GRAPH)
    for name, value in _facts(finding):
        yield Quad(address, NamedNode(name), value, graph)


def _facts(finding: Finding) -> Iterator[tuple[str, NamedNode | Literal]]:
    severity = concepts("severity")[finding["severity"]]
    yield f"{RDF}type", NamedNode(f"{SH}ValidationResult")
    yield f"{SH}focusNode", NamedNode(finding["focus"])
    yield f"{SH}resultSeverity", NamedNode(severity.matches or f"{SH}Violation")
    yield f"{SH}sourceConstraintComponent", NamedNode(f"{SH}SPARQLConstraintComponent")
    yield f"{JX}judgedBy", NamedNode(code_iri("rule", finding["rule"]))
    yield f"{JX}severity", NamedNode(severity.iri)
    yield f"{JX}certainty", NamedNode(code_iri("certainty", finding["certainty"]))
    for key, name in _TEXTS.items():
        if finding.get(key) is not None:
            yield f"{JX}{name}", Literal(str(finding[key]))
    for key, name in _THINGS.items():
        if finding.get(key):
            yield f"{JX}{name}", NamedNode(finding[key])
