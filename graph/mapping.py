"""Records become triples: every field of every record, each value with its place.

The shape of the graph is described in ``docs/architecture.md``; which field is which property, :mod:`graph.bindings`.
Beside what a record says stands what follows from it and people ask for: codes, bounds, figures that can be compared.
"""

from __future__ import annotations

import re
from decimal import ROUND_DOWN, Decimal
from typing import TYPE_CHECKING

from pyoxigraph import NamedNode, Quad

from graph import bindings
from graph.addresses import KIND, Ordinals, document_address, join, name_key, organisation_address, squeeze
from graph.codecs import CHINESE, DECIMAL, TEXT, node
from graph.concepts import Concepts
from graph.cube import Cube
from graph.facts import fields, is_a, links, ordered, places, says
from graph.projects import find_projects
from ontology import lexicon, vocabulary
from ontology.terms import (
    BASE,
    CONCEPTS_GRAPH,
    DCT,
    JX,
    ORG,
    ORGANISATIONS_GRAPH,
    QB,
    RDF,
    SCHEMA,
    SKOS,
    code_iri,
    code_of,
    codes_in,
    concepts,
    fold,
    unit_in_yuan,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from graph.facts import Fact
    from graph.projects import Project
    from ingest.records import (
        Coverage,
        Document,
        Grant,
        Indicator,
        Leftover,
        ProjectBudget,
        Statement,
        Target,
        Unit,
    )

_SHARE = Decimal("0.0001")
_CALLED = {"预算": "部门预算", "决算": "部门决算", "自评": "绩效自评"}
_PRIOR = re.compile(r"[<>=≥≤]*(-?\d+(?:,\d{3})*(?:\.\d+)?)(.*)")
_BOUND = {"ge": "minValue", "gt": "minValue", "le": "maxValue", "lt": "maxValue", "eq": "value"}


def triples(document: Document, base: str = BASE, address: str | None = None) -> Iterator[Quad]:
    """Everything that a document says, in a named graph of its own; organisations and codes it brings, in theirs.

    Args:
        document: The record of the document.
        base: What addresses of things start with.
        address: The document's address where another document would have the same one.
    """
    address = address or document_address(document, base)
    mapping = Mapper(document, address, base)
    yield from _quads(mapping.facts(), address)
    yield from _quads(mapping.organisations(), ORGANISATIONS_GRAPH)
    yield from _quads(mapping.concepts.facts(), CONCEPTS_GRAPH)


def _quads(facts: Iterable[Fact], graph: str) -> Iterator[Quad]:
    """Facts in a graph; what a term of ours is a kind of in another vocabulary is said beside it."""
    kinds, home, a = vocabulary.borrowed_kinds(), NamedNode(graph), f"{RDF}type"
    for thing, name, value in facts:
        subject = NamedNode(thing)
        yield Quad(subject, node(name), value, home)
        for kind in kinds.get(value.value, ()) if name == a else ():
            yield Quad(subject, node(a), node(kind), home)
        for kind in kinds.get(name, ()):
            yield Quad(subject, node(kind), value, home)


class Mapper:
    """One document on its way to triples."""

    def __init__(self, document: Document, address: str, base: str) -> None:
        """Name the document and what is addressed under it."""
        self.document = document
        self.address = address
        self.concepts = Concepts()
        self._ordinals = Ordinals()
        self._publisher = organisation_address(document, address, base)
        self._units = tuple(self._unit_addresses())
        self._cube = Cube(document, address, self._publisher, self.concepts)

    def _unit_addresses(self) -> Iterator[str]:
        """The address of each budget unit as an organisation, which outlives the document."""
        ordinals = Ordinals()
        for unit in self.document.units:
            yield ordinals.unique(join(self._publisher or f"{self.address}/单位", unit.name))

    def organisations(self) -> Iterator[Fact]:
        """The publisher and its units."""
        if self._publisher is not None:
            facts = self.document.document
            yield from is_a(self._publisher, f"{ORG}FormalOrganization")
            yield from says(self._publisher, f"{SKOS}prefLabel", CHINESE, facts.publisher)
            yield from says(self._publisher, f"{ORG}identifier", TEXT, facts.publisher_code)
        for unit, address in zip(self.document.units, self._units, strict=True):
            yield from is_a(address, f"{ORG}OrganizationalUnit")
            yield from links(address, f"{ORG}unitOf", self._publisher)
            yield from says(address, f"{SKOS}prefLabel", CHINESE, unit.name)
            yield from says(address, f"{ORG}identifier", TEXT, unit.code)

    def facts(self) -> Iterator[Fact]:
        """What is said of the document, and of everything in it."""
        document, doc = self.document, self.address
        yield from is_a(doc, f"{JX}Disclosure")
        yield from says(doc, f"{DCT}title", CHINESE, _title(document))
        yield from fields(document, bindings.DOCUMENT, doc)
        yield from fields(document.document, bindings.FACTS, doc)
        yield from links(doc, f"{DCT}publisher", self._publisher)
        yield from links(doc, f"{JX}division", self.concepts.division(document.document.region_code))
        yield from places(doc, doc, doc, {**document.places, **document.document.places})
        yield from _coverage(document.coverage, doc)
        for order, (unit, organisation) in enumerate(zip(document.units, self._units, strict=True), 1):
            yield from self._unit(unit, organisation, order)
        yield from self._projects()
        yield from self._cube.facts()
        for order, grant in enumerate(document.granted, 1):
            yield from self._grant(grant, order)
        for order, statement in enumerate(document.statements, 1):
            yield from self._statement(statement, order)
        for order, leftover in enumerate(document.leftovers, 1):
            yield from self._leftover(leftover, order)

    def _part(self, name: str, kind: str, order: int, *called: str | None) -> tuple[str, Iterator[Fact]]:
        """A part of the document: its address, and what is said of every part of its kind."""
        address = self._ordinals.unique(join(f"{self.address}/{name}", *called))
        said = (*is_a(address, f"{JX}{kind}"), *ordered(address, order))
        return address, iter(said)

    def _unit(self, unit: Unit, organisation: str, order: int) -> Iterator[Fact]:
        """A budget unit as the document lists it."""
        address, said = self._part("单位", "ListedUnit", order, unit.name)
        yield from said
        yield from links(self.address, f"{JX}unit", address)
        yield from links(address, f"{JX}organization", organisation)
        yield from fields(unit, bindings.UNIT, address)
        yield from places(address, address, self.address, unit.places)

    def _projects(self) -> Iterator[Fact]:
        """The projects with the rows that pay for them and the forms that say what they are for."""
        document, found = self.document, find_projects(self.document)
        names = (join(f"{self.address}/项目", name_key(project.name)) for project in found.projects)
        projects = [self._ordinals.unique(name) for name in names]
        for project, address in zip(found.projects, projects, strict=True):
            yield from self._project(project, address)
        for order, (row, index) in enumerate(zip(document.project_budgets, found.of_row, strict=True), 1):
            yield from self._budget_line(row, projects[index], order)
        for order, (form, of_project) in enumerate(zip(document.targets, found.of_form, strict=True), 1):
            yield from self._form(form, None if of_project is None else projects[of_project], order)

    def _project(self, project: Project, address: str) -> Iterator[Fact]:
        yield from is_a(address, f"{SCHEMA}Project")
        yield from says(address, f"{SCHEMA}name", TEXT, project.name)
        yield from says(address, f"{SCHEMA}identifier", TEXT, project.code)
        yield from says(address, f"{JX}nameKey", TEXT, name_key(project.name))
        yield from links(address, f"{JX}document", self.address)

    def _budget_line(self, row: ProjectBudget, project: str, order: int) -> Iterator[Fact]:
        """One leaf row of a project-expenditure table."""
        address, said = self._part("预算", "BudgetLine", order, row.name)
        yield from said
        yield from links(address, f"{JX}document", self.address)
        yield from links(address, f"{JX}project", project)
        yield from links(address, f"{QB}dataSet", self._cube.of_lines)
        yield from fields(row, bindings.BUDGET_LINE, address)
        yield from links(address, f"{JX}category", self.concepts.code("project-category", row.category))
        yield from self._funding(row.sources, address)
        yield from places(address, address, self.address, row.places)

    def _funding(self, sources: Mapping[str, Decimal], owner: str) -> Iterator[Fact]:
        """Which part of an amount comes from which source."""
        ordinals = Ordinals()
        for order, (name, amount) in enumerate(sources.items(), 1):
            address = ordinals.unique(join(f"{owner}/资金", name))
            yield from links(owner, f"{JX}funding", address)
            yield from is_a(address, f"{JX}Funding")
            yield from ordered(address, order)
            yield from says(address, *bindings.SOURCE, name)
            yield from links(address, f"{JX}fundingSource", self.concepts.code("funding-source", name))
            yield from says(address, *bindings.AMOUNT, amount)

    def _form(self, form: Target, project: str | None, order: int) -> Iterator[Fact]:
        """One performance-target form with its goals, its plan and its indicators."""
        address, said = self._part("目标", "TargetForm", order, form.name)
        yield from said
        yield from links(address, f"{JX}document", self.address)
        yield from links(address, f"{JX}project", project)
        yield from fields(form, bindings.FORM, address)
        yield from self._funding(form.funds, address)
        yield from _goals(form, address)
        yield from _plan(form, address)
        yield from places(address, address, self.address, form.places)
        ordinals = Ordinals()
        for position, indicator in enumerate(form.indicators, 1):
            thing = ordinals.unique(join(f"{address}/指标", indicator.l1, indicator.l2, indicator.name))
            yield from links(address, f"{JX}indicator", thing)
            yield from links(thing, f"{JX}form", address)
            yield from ordered(thing, position)
            yield from self._indicator(indicator, thing)

    def _indicator(self, indicator: Indicator, address: str) -> Iterator[Fact]:
        """One row of a form; its target value is a thing of its own."""
        target = f"{address}/目标值"
        yield from is_a(address, f"{JX}Indicator")
        yield from links(address, f"{JX}document", self.address)
        yield from fields(indicator, bindings.INDICATOR, address)
        yield from links(address, f"{JX}indicatorType", self.concepts.indicator_type(indicator.l1, indicator.l2))
        yield from _codes(address, "basis", "basis", indicator.basis)
        yield from _codes(address, "scoring", "scoring", indicator.scoring)
        yield from _codes(address, "evidenceKind", "evidence", indicator.evidence)
        yield from says(address, f"{JX}priorNumber", DECIMAL, _prior_number(indicator))
        yield from links(address, f"{JX}target", target)
        yield from self._target(indicator, target)
        yield from places(address, address, self.address, indicator.places)

    def _target(self, indicator: Indicator, address: str) -> Iterator[Fact]:
        """The target value, as printed and as understood."""
        yield from is_a(address, f"{JX}Target")
        yield from fields(indicator, bindings.TARGET, address)
        yield from links(address, f"{SCHEMA}unitCode", self.concepts.unit(indicator.unit))
        if indicator.kind == "vague":
            yield from _codes(address, "vagueTerm", "vague-term", indicator.value)
        for name, number in _bounds(indicator):
            yield from says(address, f"{SCHEMA}{name}", DECIMAL, number)
        yield from says(address, f"{JX}amountInYuan", DECIMAL, _amount_in_yuan(indicator))

    def _grant(self, grant: Grant, order: int) -> Iterator[Fact]:
        """A document that granted money."""
        address, said = self._part("下达", "Grant", order, grant.number)
        yield from said
        yield from links(self.address, f"{JX}grant", address)
        yield from fields(grant, bindings.GRANT, address)
        yield from places(address, address, self.address, grant.places)

    def _statement(self, statement: Statement, order: int) -> Iterator[Fact]:
        """A figure that running text states."""
        address, said = self._part("正文数字", "Statement", order, statement.what)
        yield from said
        yield from links(self.address, f"{JX}statement", address)
        yield from fields(statement, bindings.STATEMENT, address)
        yield from places(address, address, self.address, statement.places)

    def _leftover(self, leftover: Leftover, order: int) -> Iterator[Fact]:
        """Something that was not understood."""
        address, said = self._part("未识别", "Leftover", order, str(order))
        yield from said
        yield from links(self.address, f"{JX}leftover", address)
        yield from fields(leftover, bindings.LEFTOVER, address)
        yield from places(address, address, self.address, {"span": (leftover.span,)})


def _title(document: Document) -> str:
    """What the document is called: publisher and year, or the name of its file."""
    facts = document.document
    if facts.publisher is None or facts.fiscal_year is None:
        return document.source
    return f"{facts.publisher} {facts.fiscal_year} 年{_CALLED[document.kind or KIND]}"


def _coverage(coverage: Coverage | None, doc: str) -> Iterator[Fact]:
    """How much was read; the share is rounded down, so that 1 means everything."""
    if coverage is not None:
        exact = Decimal(coverage.read) / coverage.characters if coverage.characters else Decimal(1)
        yield from fields(coverage, bindings.COVERAGE, doc)
        yield from says(doc, f"{JX}coverage", DECIMAL, exact.quantize(_SHARE, ROUND_DOWN))


def _goals(form: Target, address: str) -> Iterator[Fact]:
    for order, goal in enumerate(form.goals, 1):
        thing = f"{address}/总目标/{order}"
        yield from links(address, f"{JX}goal", thing)
        yield from is_a(thing, f"{JX}Goal")
        yield from ordered(thing, order)
        yield from says(thing, *bindings.GOAL, goal)


def _plan(form: Target, address: str) -> Iterator[Fact]:
    for order, percent in enumerate(form.plan or (), 1):
        thing = f"{address}/计划/{order}"
        yield from links(address, f"{JX}planStep", thing)
        yield from is_a(thing, f"{JX}PlanStep")
        yield from ordered(thing, order)
        yield from says(thing, *bindings.PERCENT, percent)


def _codes(address: str, name: str, scheme: str, printed: str | None) -> Iterator[Fact]:
    """The codes whose labels stand in a printed text."""
    found = codes_in(scheme, printed) if printed else ()
    yield from links(address, f"{JX}{name}", *(code_iri(scheme, notation) for notation in found))


def _prior_number(indicator: Indicator) -> Decimal | None:
    """Last year's result as a number, where it can be compared with the target: same unit, or none printed."""
    match = _PRIOR.fullmatch(squeeze(indicator.prior or ""))
    if match is None or match[2] not in ("", squeeze(indicator.unit or "")):
        return None
    return Decimal(match[1].replace(",", ""))


def _bounds(indicator: Indicator) -> Iterator[tuple[str, Decimal | None]]:
    """Between which figures the value is to lie (https://schema.org/QuantitativeValue)."""
    if indicator.number2 is not None:
        yield "minValue", indicator.number
        yield "maxValue", indicator.number2
    elif indicator.op is not None:
        yield _BOUND[indicator.op], indicator.number


def _amount_in_yuan(indicator: Indicator) -> Decimal | None:
    """The value in 元 where its unit is an amount of money, or a price for one of many (``元/册``)."""
    money, *of_many = re.split(r"[/每]", squeeze(indicator.unit or ""))
    unit = code_of("unit", money)
    plain = unit is not None and concepts("unit")[unit].in_yuan is not None
    factor = unit_in_yuan(money) if plain or (not of_many and _is_about_money(indicator)) else None
    return None if factor is None or indicator.number is None else indicator.number * factor


def _is_about_money(indicator: Indicator) -> bool:
    """Whether an indicator counts money, so that a mere number word (``200万``) stands for it."""
    printed = fold("".join(filter(None, (indicator.l1, indicator.l2, indicator.name))))
    return any(word in printed for word in lexicon("values")["money_names"])
