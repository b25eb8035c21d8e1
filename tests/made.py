"""Documents and snapshots for tests, made without reading a file: whole, small, and quickly published."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from hashlib import sha256

from graph.findings import complete
from graph.folder import KnowledgeGraph
from graph.reviews import corrected
from ingest.records import Document, Facts, Indicator, ProjectBudget, Target
from ontology.terms import BASE

RULES = {"vague-target": "1", "no-target": "1"}


def indicator(name, value, level="数量指标"):
    """An indicator with its target taken apart as a reader does it."""
    return corrected(Indicator(l1="产出指标", l2=level, name=name), "value", value)


def document(content="预算", rows=(("活动次数", "≥30次"),), *, money="15.5", source="一.txt", **facts):
    """A document with one project, its money, and a form with these indicators (names and targets, or whole)."""
    known = {"publisher": "某市科协", "fiscal_year": 2025} | facts
    others = {name: known.pop(name) for name in ("extractor", "supersedes", "kind", "name") if name in known}
    project = others.pop("name", "科普经费")
    whole = tuple(row if isinstance(row, Indicator) else indicator(*row) for row in rows)
    return replace(
        Document(
            source=source,
            sha256=sha256(content.encode()).hexdigest(),
            extractor="text 1",
            encoding="utf-8",
            document=Facts(**known),
            project_budgets=(ProjectBudget(name=project, total_wan=Decimal(money)),) if money else (),
            targets=(Target(scope="project", name=project, indicators=whole),),
        ),
        **others,
    )


def add(graph: KnowledgeGraph, content="预算", *arguments, **named):
    """Keep a document as if it had been read from a file with this content; the hash of that file."""
    made = document(content, *arguments, **named)
    path = graph.path.parent / "file"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content, encoding="utf-8")
    graph.add(path, made)
    return made.sha256


def address(*names, document="某市科协/2025/预算"):
    """The address of a thing in a document."""
    return "/".join((f"{BASE}id/{document}", *names))


def row_address(name, level="数量指标", **document):
    """The address of an indicator."""
    return address("目标", "科普经费", "指标", "产出指标", level, name, **document)


def finding(focus, rule="vague-target", found="较好", *, certainty="certain", document="某市科协/2025/预算"):
    """A finding as a rule gives it."""
    return {
        "rule": rule,
        "version": "1",
        "severity": "error",
        "certainty": certainty,
        "focus": focus,
        "document": f"{BASE}id/{document}",
        "found": found,
        "expected": "数",
        "places": [],
        "project": "科普经费",
        "indicator": focus.rpartition("/")[2],
    }


def publish(graph: KnowledgeGraph, *findings, rules=RULES, failed=None, **named):
    """Publish what is held, with these findings."""
    return graph.publish(lambda _: findings, rules, failed=failed, **named)


def identity(found):
    """The id that a finding gets."""
    return complete(found, BASE)["id"]
