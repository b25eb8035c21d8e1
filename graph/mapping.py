"""Records become triples: every field of every record, each value with its place.

The shape of the graph is described in ``docs/architecture.md``. A fact is (subject, property, value); facts without a
value are left out, so the functions below read like the records they describe.
"""

from __future__ import annotations

import re
from decimal import ROUND_DOWN, Decimal
from functools import cache
from typing import TYPE_CHECKING

from pyoxigraph import Literal, NamedNode, Quad

from graph.addresses import Ordinals, document_address, join, name_key, segment, squeeze
from graph.projects import find_projects
from ontology import lexicon
from ontology.terms import (
    BASE,
    DCT,
    JX,
    OA,
    ORG,
    ORGANISATIONS_GRAPH,
    RDF,
    SCHEMA,
    SKOS,
    XSD,
    code_iri,
    code_of,
    fold,
    indicator_type,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from graph.projects import Project
    from ingest.records import Coverage, Document, Facts, Indicator, Leftover, Places, ProjectBudget, Span, Target, Unit

    Fact = tuple[str, str, Literal | NamedNode | None]

YUAN_IN_WAN = 10000
_SHARE = Decimal("0.0001")
_CALLED = {"预算": "部门预算", "决算": "部门决算", "自评": "绩效自评"}
_PRIOR = re.compile(r"[<>=≥≤]*(-?\d+(?:,\d{3})*(?:\.\d+)?)(.*)")
_OF_ORGANISATIONS = frozenset({f"{RDF}type", f"{SKOS}prefLabel", f"{ORG}identifier", f"{ORG}unitOf"})
_BOUND = {
    "ge": "minValue",
    "gt": "minValue",
    "le": "maxValue",
    "lt": "maxValue",
    "eq": "value",
}


def triples(document: Document, base: str = BASE, address: str | None = None) -> Iterator[Quad]:
    """Everything that a document says, in the named graph of the document; what organisations are called, in theirs.

    Args:
        document: The record of the document.
        base: What addresses of things start with.
        address: The document's address where another document would have the same one.
    """
    address = address or document_address(document, base)
    own, shared = NamedNode(address), NamedNode(ORGANISATIONS_GRAPH)
    for subject, name, value in _document(document, address, base):
        if value is not None:
            graph = shared if name in _OF_ORGANISATIONS and subject.startswith(f"{base}id/org/") else own
            yield Quad(NamedNode(subject), _property(name), value, graph)


_property = cache(NamedNode)


def _iri(address: str | None) -> NamedNode | None:
    return None if address is None else NamedNode(address)


def _text(value: str | None) -> Literal | None:
    return None if value is None else Literal(value)


def _chinese(value: str | None) -> Literal | None:
    return None if value is None else Literal(value, language="zh")


def _integer(value: int | None) -> Literal | None:
    return None if value is None else Literal(str(value), datatype=_property(f"{XSD}integer"))


def _decimal(value: Decimal | None) -> Literal | None:
    """The canonical form of a decimal, as the store writes it too."""
    if value is None:
        return None
    digits = f"{value:f}"
    digits = digits.rstrip("0").rstrip(".") if "." in digits else digits
    return Literal("0" if digits in ("", "-0") else digits, datatype=_property(f"{XSD}decimal"))


def _yuan(wan: Decimal | None) -> Literal | None:
    return None if wan is None else _decimal(wan * YUAN_IN_WAN)


def _flag(value: bool) -> Literal:  # noqa: FBT001 - a flag is what it writes
    return Literal("true" if value else "false", datatype=_property(f"{XSD}boolean"))


def _code(scheme: str, notation: str | None) -> NamedNode | None:
    return None if notation is None else _property(code_iri(scheme, notation))


def _document(document: Document, doc: str, base: str) -> Iterator[Fact]:
    """What is said of the document, and of everything in it."""
    yield doc, f"{RDF}type", _property(f"{JX}Disclosure")
    yield doc, f"{DCT}title", _chinese(_title(document))
    yield doc, f"{JX}sourceFile", _text(document.source)
    yield doc, f"{JX}sha256", _text(document.sha256)
    yield doc, f"{JX}extractor", _text(document.extractor)
    yield doc, f"{JX}encoding", _text(document.encoding)
    yield doc, f"{JX}format", _text(document.format)
    yield doc, f"{JX}documentKind", _text(document.kind)
    yield doc, f"{JX}supersedes", _text(document.supersedes)
    yield doc, f"{JX}coverage", _decimal(_share(document.coverage))
    publisher = _publisher_address(document.document, base)
    yield from _facts(document.document, doc, publisher)
    ordinals = Ordinals()
    for unit in document.units:
        yield from _unit(unit, doc, publisher, ordinals)
    yield from _projects(document, doc, ordinals)
    for order, leftover in enumerate(document.leftovers, 1):
        yield from _leftover(leftover, doc, order)


def _title(document: Document) -> str:
    """What the document is called: publisher and year, or the name of its file."""
    facts = document.document
    if facts.publisher is None or facts.fiscal_year is None:
        return document.source
    return f"{facts.publisher} {facts.fiscal_year} 年{_CALLED[document.kind or '预算']}"


def _share(coverage: Coverage | None) -> Decimal | None:
    """How much was read, from 0 to 1; rounded down, so that 1 means everything."""
    if coverage is None:
        return None
    exact = Decimal(coverage.read) / coverage.characters if coverage.characters else Decimal(1)
    return exact.quantize(_SHARE, ROUND_DOWN)


def _publisher_address(facts: Facts, base: str) -> str | None:
    name = facts.publisher or facts.publisher_code
    return None if name is None else join(f"{base}id/org", name)


def _facts(facts: Facts, doc: str, publisher: str | None) -> Iterator[Fact]:
    """What the document says of itself as a whole, and who published it."""
    yield doc, f"{DCT}publisher", _iri(publisher)
    yield doc, f"{JX}region", _text(facts.region)
    yield doc, f"{JX}fiscalYear", _integer(facts.fiscal_year)
    yield doc, f"{JX}totalExpenditure", _yuan(facts.total_expenditure_wan)
    yield doc, f"{JX}basicExpenditure", _yuan(facts.basic_wan)
    yield doc, f"{JX}projectExpenditure", _yuan(facts.project_wan)
    yield from _places(doc, doc, doc, facts.places)
    if publisher is not None:
        yield publisher, f"{RDF}type", _property(f"{ORG}FormalOrganization")
        yield publisher, f"{SKOS}prefLabel", _chinese(facts.publisher)
        yield publisher, f"{ORG}identifier", _text(facts.publisher_code)


def _unit(unit: Unit, doc: str, publisher: str | None, ordinals: Ordinals) -> Iterator[Fact]:
    """A budget unit; it outlives the document, so its places stand under the document."""
    address = ordinals.unique(join(publisher or f"{doc}/单位", unit.name))
    yield doc, f"{JX}unit", _iri(address)
    yield address, f"{RDF}type", _property(f"{ORG}OrganizationalUnit")
    yield address, f"{ORG}unitOf", _iri(publisher)
    yield address, f"{SKOS}prefLabel", _chinese(unit.name)
    yield address, f"{ORG}identifier", _text(unit.code)
    yield from _places(address, ordinals.unique(join(f"{doc}/单位出处", unit.name)), doc, unit.places)


def _projects(document: Document, doc: str, ordinals: Ordinals) -> Iterator[Fact]:
    """The projects with the rows that pay for them and the forms that say what they are for."""
    found = find_projects(document)
    addresses = [ordinals.unique(join(f"{doc}/项目", name_key(project.name))) for project in found.projects]
    for project, address in zip(found.projects, addresses, strict=True):
        yield from _project(project, address, doc)
    for order, (row, index) in enumerate(zip(document.project_budgets, found.of_row, strict=True), 1):
        address = ordinals.unique(join(f"{doc}/预算", row.name))
        yield address, f"{JX}order", _integer(order)
        yield address, f"{JX}project", _iri(addresses[index])
        yield from _budget_line(row, address, doc)
    for order, (form, of_project) in enumerate(zip(document.targets, found.of_form, strict=True), 1):
        address = ordinals.unique(join(f"{doc}/目标", form.name))
        yield address, f"{JX}order", _integer(order)
        yield address, f"{JX}project", _iri(None if of_project is None else addresses[of_project])
        yield from _form(form, address, doc)


def _project(project: Project, address: str, doc: str) -> Iterator[Fact]:
    yield address, f"{RDF}type", _property(f"{SCHEMA}Project")
    yield address, f"{SCHEMA}name", _text(project.name)
    yield address, f"{SCHEMA}identifier", _text(project.code)
    yield address, f"{JX}nameKey", _text(name_key(project.name))
    yield address, f"{JX}document", _iri(doc)


def _budget_line(row: ProjectBudget, address: str, doc: str) -> Iterator[Fact]:
    """One leaf row of a project-expenditure table."""
    yield address, f"{RDF}type", _property(f"{JX}BudgetLine")
    yield address, f"{JX}document", _iri(doc)
    yield address, f"{SCHEMA}name", _text(row.name)
    yield address, f"{JX}parentName", _text(row.parent)
    yield address, f"{JX}categoryName", _text(row.category)
    yield address, f"{JX}unitName", _text(row.unit)
    yield address, f"{JX}amount", _yuan(row.total_wan)
    yield from _funding(row.sources, address)
    yield from _places(address, address, doc, row.places)


def _funding(sources: Mapping[str, Decimal], owner: str) -> Iterator[Fact]:
    """Which part of an amount comes from which source."""
    ordinals = Ordinals()
    for name, amount in sources.items():
        address = ordinals.unique(join(f"{owner}/资金", name))
        yield owner, f"{JX}funding", _iri(address)
        yield address, f"{RDF}type", _property(f"{JX}Funding")
        yield address, f"{JX}sourceName", _text(name)
        yield address, f"{JX}fundingSource", _code("funding-source", code_of("funding-source", name))
        yield address, f"{JX}amount", _yuan(amount)


def _form(form: Target, address: str, doc: str) -> Iterator[Fact]:
    """One performance-target form with its goals, its plan and its indicators."""
    yield address, f"{RDF}type", _property(f"{JX}TargetForm")
    yield address, f"{JX}document", _iri(doc)
    yield address, f"{SCHEMA}name", _text(form.name)
    yield address, f"{JX}scope", _code("scope", form.scope)
    yield address, f"{JX}projectCode", _text(form.code)
    yield address, f"{JX}unitName", _text(form.unit)
    yield address, f"{JX}unitCode", _text(form.unit_code)
    yield address, f"{JX}amount", _yuan(form.amount_wan)
    yield address, f"{JX}purpose", _text(form.purpose)
    yield address, f"{JX}prose", _flag(form.prose)
    yield address, f"{JX}line", _integer(form.line)
    yield address, f"{JX}page", _integer(form.page)
    yield from _funding(form.funds, address)
    yield from _goals(form, address)
    yield from _plan(form, address)
    yield from _places(address, address, doc, form.places)
    ordinals = Ordinals()
    for order, indicator in enumerate(form.indicators, 1):
        node = ordinals.unique(join(f"{address}/指标", indicator.l1, indicator.l2, indicator.name))
        yield address, f"{JX}indicator", _iri(node)
        yield node, f"{JX}form", _iri(address)
        yield node, f"{JX}order", _integer(order)
        yield from _indicator(indicator, node, doc)


def _goals(form: Target, address: str) -> Iterator[Fact]:
    for order, goal in enumerate(form.goals, 1):
        node = f"{address}/总目标/{order}"
        yield address, f"{JX}goal", _iri(node)
        yield node, f"{RDF}type", _property(f"{JX}Goal")
        yield node, f"{JX}order", _integer(order)
        yield node, f"{SCHEMA}text", _text(goal)


def _plan(form: Target, address: str) -> Iterator[Fact]:
    for order, percent in enumerate(form.plan or (), 1):
        node = f"{address}/计划/{order}"
        yield address, f"{JX}planStep", _iri(node)
        yield node, f"{RDF}type", _property(f"{JX}PlanStep")
        yield node, f"{JX}order", _integer(order)
        yield node, f"{JX}percent", _decimal(percent)


def _indicator(indicator: Indicator, address: str, doc: str) -> Iterator[Fact]:
    """One row of a form; its target value is a thing of its own."""
    target = f"{address}/目标值"
    yield address, f"{RDF}type", _property(f"{JX}Indicator")
    yield address, f"{JX}document", _iri(doc)
    yield address, f"{SCHEMA}name", _text(indicator.name)
    yield address, f"{SCHEMA}description", _text(indicator.desc)
    yield address, f"{JX}level1Name", _text(indicator.l1)
    yield address, f"{JX}level2Name", _text(indicator.l2)
    yield address, f"{JX}indicatorType", _code("indicator-type", indicator_type(indicator.l1, indicator.l2))
    yield address, f"{JX}weight", _decimal(indicator.weight)
    yield address, f"{JX}basisText", _text(indicator.basis)
    yield address, f"{JX}priorText", _text(indicator.prior)
    yield address, f"{JX}priorNumber", _decimal(_prior_number(indicator))
    yield address, f"{JX}actualText", _text(indicator.actual)
    yield address, f"{JX}score", _decimal(indicator.score)
    yield address, f"{JX}scoringText", _text(indicator.scoring)
    yield address, f"{JX}evidenceText", _text(indicator.evidence)
    yield address, f"{JX}polarity", _code("polarity", indicator.polarity)
    yield address, f"{JX}perUnit", _flag(indicator.per_unit)
    yield address, f"{JX}note", _text(indicator.note)
    yield address, f"{JX}line", _integer(indicator.line)
    yield address, f"{JX}page", _integer(indicator.page)
    yield address, f"{JX}target", _iri(target)
    yield from _target(indicator, target)
    yield from _places(address, address, doc, indicator.places)


def _prior_number(indicator: Indicator) -> Decimal | None:
    """Last year's result as a number, where it can be compared with the target: same unit, or none printed."""
    match = _PRIOR.fullmatch(squeeze(indicator.prior or ""))
    if match is None or match[2] not in ("", squeeze(indicator.unit or "")):
        return None
    return Decimal(match[1].replace(",", ""))


def _target(indicator: Indicator, address: str) -> Iterator[Fact]:
    """The target value, as printed and as understood."""
    yield address, f"{RDF}type", _property(f"{JX}Target")
    yield address, f"{RDF}type", _property(f"{SCHEMA}QuantitativeValue")
    yield address, f"{JX}printed", _text(indicator.value)
    yield address, f"{JX}kind", _code("target-kind", indicator.kind)
    yield address, f"{JX}comparator", _code("comparator", indicator.op)
    yield address, f"{JX}number", _decimal(indicator.number)
    yield address, f"{JX}number2", _decimal(indicator.number2)
    yield address, f"{SCHEMA}unitText", _text(indicator.unit)
    yield from _bounds(indicator, address)
    yield address, f"{JX}amountInYuan", _decimal(_amount_in_yuan(indicator))


def _bounds(indicator: Indicator, address: str) -> Iterator[Fact]:
    """Between which figures the value is to lie (https://schema.org/QuantitativeValue)."""
    if indicator.number2 is not None:
        yield address, f"{SCHEMA}minValue", _decimal(indicator.number)
        yield address, f"{SCHEMA}maxValue", _decimal(indicator.number2)
    elif indicator.op is not None:
        yield address, f"{SCHEMA}{_BOUND[indicator.op]}", _decimal(indicator.number)


def _amount_in_yuan(indicator: Indicator) -> Decimal | None:
    """The value in 元 where its unit is an amount of money."""
    factor = lexicon("values")["money"].get(fold(indicator.unit or ""))
    return None if factor is None or indicator.number is None else indicator.number * factor


def _leftover(leftover: Leftover, doc: str, order: int) -> Iterator[Fact]:
    address = f"{doc}/未识别/{order}"
    yield doc, f"{JX}leftover", _iri(address)
    yield address, f"{RDF}type", _property(f"{JX}Leftover")
    yield address, f"{JX}order", _integer(order)
    yield address, f"{JX}reason", _text(leftover.reason)
    yield from _places(address, address, doc, {"span": (leftover.span,)})


def _places(thing: str, home: str, doc: str, places: Places) -> Iterator[Fact]:
    """Where each field of a thing is printed: one node a printed stretch, addressed under ``home``."""
    for field, spans in places.items():
        for order, span in enumerate(spans, 1):
            address = f"{home}/出处/{segment(field)}/{order}"
            yield thing, f"{JX}place", _iri(address)
            yield address, f"{JX}field", _text(field)
            yield address, f"{JX}order", _integer(order)
            yield address, f"{OA}hasSource", _iri(doc)
            yield from _span(span, address)


def _span(span: Span, address: str) -> Iterator[Fact]:
    """One printed stretch (https://www.w3.org/TR/annotation-model/#text-position-selector)."""
    selector = f"{address}/位置"
    yield address, f"{RDF}type", _property(f"{OA}SpecificResource")
    yield address, f"{JX}line", _integer(span.line)
    yield address, f"{JX}page", _integer(span.page)
    yield address, f"{JX}row", _integer(span.row)
    yield address, f"{JX}column", _integer(span.column)
    yield address, f"{OA}exact", _text(span.quote)
    yield address, f"{OA}hasSelector", _iri(selector)
    yield selector, f"{RDF}type", _property(f"{OA}TextPositionSelector")
    yield selector, f"{OA}start", _integer(span.start)
    yield selector, f"{OA}end", _integer(span.end)
