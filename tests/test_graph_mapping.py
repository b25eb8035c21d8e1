"""Records become triples and nothing gets lost on the way."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import Literal, NamedNode, RdfFormat, Store, parse

import ontology
from graph import findings
from graph.addresses import join, name_key, segment
from graph.mapping import triples
from graph.projects import find_projects
from graph.validate import validate
from ingest.records import Coverage, Document, Facts, Indicator, Leftover, ProjectBudget, Span, Target, Unit
from ontology.terms import BASE, DCT, JX, OA, ORG, ORGANISATIONS_GRAPH, RDF, SCHEMA, SKOS, data_files

SPAN = Span(start=100, end=104, quote="≥30次", line=30, page=2, row=4, column=5)
INDICATOR = Indicator(
    l1="产出指标",
    l2="数量指标",
    name="活动次数",
    desc="开展活动的次数",
    value="≥30次",
    basis="计划标准",
    weight=Decimal("12.5"),
    prior="28次",
    actual="31次",
    score=Decimal("12.5"),
    scoring="按照完成比例赋分",
    evidence="活动记录",
    op="ge",
    number=Decimal(30),
    unit="次",
    kind="quantity",
    note="手工记录",
    line=30,
    page=2,
    polarity="more",
    places={"value": (SPAN, Span(start=110, end=111, quote="次", line=31)), "name": (SPAN,)},
)
COST = Indicator(
    l1="成本指标",
    l2="经济成本指标",
    name="总成本",
    value="≤17.5万元",
    op="le",
    number=Decimal("17.5"),
    unit="万元",
    kind="quantity",
    per_unit=True,
)
MONTHS = Indicator(
    l1="产出指标",
    l2="时效指标",
    name="开展时间",
    value="1-12月",
    op="eq",
    number=Decimal(1),
    number2=Decimal(12),
    unit="月",
    kind="time",
)
DOCUMENT = Document(
    source="一.txt",
    sha256="ab" * 32,
    extractor="text 1",
    encoding="utf-8",
    format="markdown",
    kind="预算",
    supersedes="以此版为准",
    document=Facts(
        publisher="某市科协",
        publisher_code="731",
        region="某市",
        fiscal_year=2025,
        total_expenditure_wan=Decimal("1454.54"),
        basic_wan=Decimal("944.91"),
        project_wan=Decimal("509.63"),
        places={"publisher": (SPAN,)},
    ),
    units=(Unit(name="某市科技馆", code="731002", places={"name": (SPAN,)}), Unit(name="某市科协本级")),
    project_budgets=(
        ProjectBudget(
            name="科普经费",
            parent="专项",
            category="特定目标类",
            unit="某市科技馆",
            total_wan=Decimal("15.5"),
            sources={"一般公共预算": Decimal(15), "上年结转": Decimal("0.5")},
            places={"name": (SPAN,)},
        ),
    ),
    targets=(
        Target(
            scope="project",
            name="科普 经费",
            code="1307",
            unit="某市科技馆",
            unit_code="307",
            amount_wan=Decimal("49.86"),
            funds={"财政资金": Decimal("49.86")},
            purpose="开展科普活动",
            goals=("开展科普活动30次", "提高科学素质"),
            plan=(Decimal(25), None, Decimal(100)),
            indicators=(INDICATOR, COST, MONTHS),
            line=20,
            page=2,
            places={"goals.0": (SPAN,)},
        ),
        Target(scope="department", name="某市科协", prose=True),
    ),
    leftovers=(Leftover(reason="没有表头", span=SPAN),),
    coverage=Coverage(characters=10000, read=9853),
)


class Graph:
    """What the triples of one document say, by subject and property."""

    def __init__(self, quads):
        self.said = defaultdict(lambda: defaultdict(list))
        self.graphs = {quad.graph_name.value for quad in quads}
        for quad in quads:
            self.said[quad.subject.value][quad.predicate.value].append(quad.object)

    def all(self, subject, name):
        return self.said[subject][name]

    def text(self, subject, name):
        (value,) = self.all(subject, name) or [None]
        return None if value is None else value.value

    def number(self, subject, name):
        value = self.text(subject, name)
        return None if value is None else Decimal(value)

    def wan(self, subject, name):
        value = self.number(subject, name)
        return None if value is None else value / 10000

    def integer(self, subject, name):
        value = self.text(subject, name)
        return None if value is None else int(value)

    def code(self, subject, name):
        value = self.text(subject, name)
        return value and value.rpartition("/")[2]

    def ordered(self, subject, name):
        return sorted(
            (each.value for each in self.all(subject, name)), key=lambda each: self.integer(each, f"{JX}order")
        )

    def of(self, class_name):
        kind = NamedNode(f"{JX}{class_name}")
        found = [each for each, said in self.said.items() if kind in said[f"{RDF}type"]]
        return sorted(found, key=lambda each: self.integer(each, f"{JX}order") or 0)


def read_span(graph, place):
    selector = graph.text(place, f"{OA}hasSelector")
    return Span(
        start=graph.integer(selector, f"{OA}start"),
        end=graph.integer(selector, f"{OA}end"),
        quote=graph.text(place, f"{OA}exact"),
        **{name: graph.integer(place, f"{JX}{name}") for name in ("line", "page", "row", "column")},
    )


def read_places(graph, thing):
    places = defaultdict(list)
    for place in graph.ordered(thing, f"{JX}place"):
        places[graph.text(place, f"{JX}field")].append(read_span(graph, place))
    return {field: tuple(spans) for field, spans in places.items()}


def read_funds(graph, owner):
    nodes = [each.value for each in graph.all(owner, f"{JX}funding")]
    return {graph.text(each, f"{JX}sourceName"): graph.wan(each, f"{JX}amount") for each in nodes}


def read_indicator(graph, node):
    target = graph.text(node, f"{JX}target")
    texts = {
        "l1": "level1Name",
        "l2": "level2Name",
        "basis": "basisText",
        "prior": "priorText",
        "actual": "actualText",
        "scoring": "scoringText",
        "evidence": "evidenceText",
        "note": "note",
    }
    return Indicator(
        name=graph.text(node, f"{SCHEMA}name"),
        desc=graph.text(node, f"{SCHEMA}description"),
        **{field: graph.text(node, f"{JX}{name}") for field, name in texts.items()},
        weight=graph.number(node, f"{JX}weight"),
        score=graph.number(node, f"{JX}score"),
        polarity=graph.code(node, f"{JX}polarity"),
        per_unit=graph.text(node, f"{JX}perUnit") == "true",
        line=graph.integer(node, f"{JX}line"),
        page=graph.integer(node, f"{JX}page"),
        value=graph.text(target, f"{JX}printed"),
        op=graph.code(target, f"{JX}comparator"),
        kind=graph.code(target, f"{JX}kind"),
        number=graph.number(target, f"{JX}number"),
        number2=graph.number(target, f"{JX}number2"),
        unit=graph.text(target, f"{SCHEMA}unitText"),
        places=read_places(graph, node),
    )


def read_form(graph, node):
    plan = tuple(graph.number(step, f"{JX}percent") for step in graph.ordered(node, f"{JX}planStep"))
    return Target(
        scope=graph.code(node, f"{JX}scope"),
        name=graph.text(node, f"{SCHEMA}name"),
        code=graph.text(node, f"{JX}projectCode"),
        unit=graph.text(node, f"{JX}unitName"),
        unit_code=graph.text(node, f"{JX}unitCode"),
        amount_wan=graph.wan(node, f"{JX}amount"),
        funds=read_funds(graph, node),
        purpose=graph.text(node, f"{JX}purpose"),
        goals=tuple(graph.text(goal, f"{SCHEMA}text") for goal in graph.ordered(node, f"{JX}goal")),
        plan=plan or None,
        indicators=tuple(read_indicator(graph, each) for each in graph.ordered(node, f"{JX}indicator")),
        line=graph.integer(node, f"{JX}line"),
        page=graph.integer(node, f"{JX}page"),
        prose=graph.text(node, f"{JX}prose") == "true",
        places=read_places(graph, node),
    )


def read_row(graph, node):
    return ProjectBudget(
        name=graph.text(node, f"{SCHEMA}name"),
        parent=graph.text(node, f"{JX}parentName"),
        category=graph.text(node, f"{JX}categoryName"),
        unit=graph.text(node, f"{JX}unitName"),
        total_wan=graph.wan(node, f"{JX}amount"),
        sources=read_funds(graph, node),
        places=read_places(graph, node),
    )


def read_unit(graph, node):
    name, code = graph.text(node, f"{SKOS}prefLabel"), graph.text(node, f"{ORG}identifier")
    return Unit(name=name, code=code, places=read_places(graph, node))


def read_leftover(graph, node):
    ((span,),) = read_places(graph, node).values()
    return Leftover(reason=graph.text(node, f"{JX}reason"), span=span)


def read_facts(graph, doc):
    publisher = graph.text(doc, f"{DCT}publisher")
    return Facts(
        publisher=publisher and graph.text(publisher, f"{SKOS}prefLabel"),
        publisher_code=publisher and graph.text(publisher, f"{ORG}identifier"),
        region=graph.text(doc, f"{JX}region"),
        fiscal_year=graph.integer(doc, f"{JX}fiscalYear"),
        total_expenditure_wan=graph.wan(doc, f"{JX}totalExpenditure"),
        basic_wan=graph.wan(doc, f"{JX}basicExpenditure"),
        project_wan=graph.wan(doc, f"{JX}projectExpenditure"),
        places=read_places(graph, doc),
    )


def read_coverage(graph, doc):
    share = graph.number(doc, f"{JX}coverage")
    return None if share is None else Coverage(characters=10000, read=int(share * 10000))


def read(quads):
    """The document that triples were made from, its units in any order."""
    graph = Graph(quads)
    (doc,) = graph.of("Disclosure")
    assert graph.graphs - {ORGANISATIONS_GRAPH} == {doc}
    return Document(
        **{
            name: graph.text(doc, f"{JX}{name}") for name in ("sha256", "extractor", "encoding", "format", "supersedes")
        },
        kind=graph.text(doc, f"{JX}documentKind"),
        coverage=read_coverage(graph, doc),
        source=graph.text(doc, f"{JX}sourceFile"),
        document=read_facts(graph, doc),
        units=tuple(read_unit(graph, each.value) for each in graph.all(doc, f"{JX}unit")),
        project_budgets=tuple(read_row(graph, each) for each in graph.of("BudgetLine")),
        targets=tuple(read_form(graph, each) for each in graph.of("TargetForm")),
        leftovers=tuple(read_leftover(graph, each) for each in graph.ordered(doc, f"{JX}leftover")),
    )


def store_of(document):
    store = Store()
    store.bulk_extend(triples(document))
    return store


def test_a_document_can_be_read_back_from_its_triples():
    assert read([*triples(DOCUMENT)]) == DOCUMENT


NAMES = st.text(st.characters(exclude_categories=["Cs", "Cc", "Cn"]), min_size=1, max_size=6)
MAYBE = st.none() | NAMES
NUMBERS = st.decimals(allow_nan=False, allow_infinity=False, min_value=0, max_value=10**9, places=6)
ORDINALS = st.none() | st.integers(1, 10**6)
SPANS = st.builds(
    Span,
    start=st.integers(0, 10**6),
    end=st.integers(0, 10**6),
    quote=st.text(max_size=5),
    line=st.integers(1, 10**6),
    page=ORDINALS,
    row=ORDINALS,
    column=ORDINALS,
)
PLACES = st.dictionaries(
    st.sampled_from(["name", "value", "goals.0"]), st.lists(SPANS, min_size=1, max_size=2).map(tuple), max_size=2
)
INDICATORS = st.builds(
    Indicator,
    l1=MAYBE,
    l2=MAYBE,
    name=NAMES,
    desc=MAYBE,
    value=MAYBE,
    basis=MAYBE,
    weight=st.none() | NUMBERS,
    prior=MAYBE,
    actual=MAYBE,
    score=st.none() | NUMBERS,
    scoring=MAYBE,
    evidence=MAYBE,
    number=st.none() | NUMBERS,
    number2=st.none() | NUMBERS,
    unit=st.none() | st.sampled_from(["万元", "次", "%"]),
    note=MAYBE,
    line=ORDINALS,
    page=ORDINALS,
    places=PLACES,
)
FUNDS = st.dictionaries(NAMES, NUMBERS, max_size=2)
FORMS = st.builds(
    Target,
    name=NAMES,
    code=MAYBE,
    unit=MAYBE,
    unit_code=MAYBE,
    amount_wan=st.none() | NUMBERS,
    funds=FUNDS,
    purpose=MAYBE,
    goals=st.lists(NAMES, max_size=2).map(tuple),
    plan=st.none() | st.lists(st.none() | NUMBERS, min_size=1, max_size=3).map(tuple),
    indicators=st.lists(INDICATORS, max_size=2).map(tuple),
    line=ORDINALS,
    page=ORDINALS,
    places=PLACES,
)
ROWS = st.builds(
    ProjectBudget, name=NAMES, parent=MAYBE, category=MAYBE, unit=MAYBE, total_wan=NUMBERS, sources=FUNDS, places=PLACES
)
DOCUMENTS = st.builds(
    Document,
    source=NAMES,
    sha256=st.just("cd" * 32),
    extractor=NAMES,
    encoding=st.none() | st.just("utf-8"),
    format=st.sampled_from(["pdf", "xlsx", "text"]),
    kind=st.none() | st.sampled_from(["预算", "决算", "自评"]),
    supersedes=MAYBE,
    coverage=st.none() | st.builds(Coverage, characters=st.just(10000), read=st.integers(0, 10000)),
    document=st.builds(Facts, publisher=MAYBE, region=MAYBE, fiscal_year=st.none() | st.just(2025), places=PLACES),
    units=st.lists(st.builds(Unit, name=NAMES, code=MAYBE, places=PLACES), max_size=2).map(tuple),
    project_budgets=st.lists(ROWS, max_size=3).map(tuple),
    targets=st.lists(FORMS, max_size=2).map(tuple),
    leftovers=st.lists(st.builds(Leftover, reason=NAMES, span=SPANS), max_size=1).map(tuple),
)


@settings(max_examples=60, deadline=None)
@given(DOCUMENTS)
def test_whatever_a_document_says_its_triples_say_too(document):
    assert read([*triples(document)]) == document


@settings(max_examples=60, deadline=None)
@given(DOCUMENTS)
def test_the_same_document_gives_the_same_triples_and_each_once(document):
    quads = [*triples(document)]
    assert quads == [*triples(document)]
    assert len(quads) == len(set(quads))


@given(st.text())
def test_a_segment_of_an_address_is_a_segment_of_an_iri(name):
    address = join(f"{BASE}id", name)
    assert NamedNode(address).value == address
    assert segment(name)
    assert "/" not in segment(name)
    line = f"<{address}> <{address}> <{address}> .".encode()
    assert [quad.subject.value for quad in parse(line, RdfFormat.N_TRIPLES)] == [address]


def test_chinese_stays_readable_in_an_address():
    assert segment("冀财教〔2024〕105 号/提前下达~") == "冀财教〔2024〕105号%2F提前下达%7E"
    assert segment(None) == "-"


def test_addresses_follow_from_names_and_ordinals_tell_equals_apart():
    twice = Target(scope="project", name="科普经费", indicators=(INDICATOR, INDICATOR))
    document = Document(
        source="a",
        sha256="ab" * 32,
        extractor="x",
        encoding="utf-8",
        document=DOCUMENT.document,
        targets=(twice, twice),
    )
    graph = Graph([*triples(document)])
    form = f"{BASE}id/某市科协/2025/预算/目标/科普经费"
    assert graph.of("TargetForm") == [form, f"{form}~2"]
    indicator = f"{form}/指标/产出指标/数量指标/活动次数"
    assert graph.ordered(form, f"{JX}indicator") == [indicator, f"{indicator}~2"]
    assert graph.text(indicator, f"{JX}target") == f"{indicator}/目标值"


def test_an_address_does_not_change_when_another_row_is_read_before_it():
    def indicators(rows):
        form = Target(scope="project", name="科普经费", indicators=rows)
        facts = DOCUMENT.document
        return Graph(
            [*triples(Document(source="a", sha256="ab", extractor="x", encoding="", document=facts, targets=(form,)))]
        ).of("Indicator")

    assert indicators((INDICATOR,))[0] in indicators((COST, INDICATOR))


def test_an_unnamed_document_is_addressed_by_its_source():
    document = Document(source="a", sha256="ab" * 32, extractor="x", encoding="utf-8", document=Facts())
    assert Graph([*triples(document)]).graphs == {f"{BASE}id/不详/不详/预算~abababab"}


def bounds(graph, printed):
    """What is said of the target value printed so."""
    (target,) = (each for each in graph.said if graph.all(each, f"{JX}printed") == [Literal(printed)])
    names = (f"{SCHEMA}minValue", f"{SCHEMA}maxValue", f"{SCHEMA}value", f"{JX}amountInYuan")
    return [graph.text(target, name) for name in names]


def test_target_values_have_bounds_and_money_is_in_yuan():
    graph = Graph([*triples(DOCUMENT)])
    assert bounds(graph, "≥30次") == ["30", None, None, None]
    assert bounds(graph, "≤17.5万元") == [None, "17.5", None, "175000"]
    assert bounds(graph, "1-12月") == ["1", "12", None, None]
    (row,) = graph.of("BudgetLine")
    assert graph.text(row, f"{JX}amount") == "155000"


@pytest.mark.parametrize(
    ("prior", "unit", "number"),
    [("28次", "次", "28"), ("28", "次", "28"), ("1,280 次", "次", "1280"), ("28场", "次", None), ("较好", None, None)],
)
def test_last_years_result_is_a_number_only_in_the_unit_of_the_target(prior, unit, number):
    indicator = Indicator(l1=None, l2=None, name="次数", prior=prior, unit=unit)
    form = Target(scope="project", name="甲", indicators=(indicator,))
    document = Document(source="a", sha256="ab", extractor="x", encoding="", document=Facts(), targets=(form,))
    graph = Graph([*triples(document)])
    assert graph.text(graph.of("Indicator")[0], f"{JX}priorNumber") == number


def test_a_form_and_a_row_of_one_name_are_of_one_project():
    assert name_key("2025 年“科普”经费（一）") == name_key("2025年科普经费(一)")
    graph = Graph([*triples(DOCUMENT)])
    (row,) = graph.of("BudgetLine")
    form, department = graph.of("TargetForm")
    assert (
        graph.text(row, f"{JX}project")
        == graph.text(form, f"{JX}project")
        == f"{BASE}id/某市科协/2025/预算/项目/科普经费"
    )
    assert graph.all(department, f"{JX}project") == []


def test_rows_of_one_name_in_two_units_are_two_projects():
    def row(unit, total):
        return ProjectBudget(name="公用经费", unit=unit, total_wan=Decimal(total))

    def form(unit, amount):
        return Target(scope="project", name="公用经费", unit=unit, amount_wan=Decimal(amount))

    document = Document(
        source="a",
        sha256="ab",
        extractor="x",
        encoding="",
        document=Facts(),
        project_budgets=(row("甲", 1), row("乙", 2), row("甲", 3)),
        targets=(form("乙", 9), form(None, 2), form("丙", 8)),
    )
    found = find_projects(document)
    assert found.of_row == (0, 1, 0)
    assert found.of_form == (1, 1, 0)


FINDING = {
    **dict.fromkeys(("focus", "evidence", "document", "address"), "https://example.org/a"),
    **dict.fromkeys(("rule", "version", "found", "expected", "project", "indicator"), "甲"),
    "severity": "error",
    "certainty": "certain",
}


def test_the_graph_uses_the_terms_that_are_declared_and_no_others():
    declared = {quad.subject.value for quad in parse(ontology.path("jixiao.ttl").read_bytes(), RdfFormat.TURTLE)}
    codes = (quad for file in data_files()[1:] for quad in parse(file.read_bytes(), RdfFormat.TURTLE))
    written = {
        term.value
        for quad in (*triples(DOCUMENT), *findings.triples(FINDING), *codes)
        for term in (quad.predicate, quad.object)
        if isinstance(term, NamedNode) and term.value.startswith(JX)
    }
    assert written == {term for term in declared if term.startswith(JX)}


def test_what_the_mapping_writes_is_well_formed():
    assert validate(store_of(DOCUMENT)) == []


def test_a_violation_names_its_place_in_the_source():
    store = store_of(DOCUMENT)
    indicator = next(quad.subject for quad in store.quads_for_pattern(None, NamedNode(f"{JX}priorText"), None))
    doc = next(quad.graph_name for quad in store.quads_for_pattern(indicator, None, None))
    for quad in [*store.quads_for_pattern(indicator, NamedNode(f"{JX}weight"), None)]:
        store.remove(quad)
    store.update(f"INSERT DATA {{ GRAPH <{doc.value}> {{ <{indicator.value}> <{JX}weight> 'viel' }} }}")
    (violation,) = validate(store)
    assert (violation.shape, violation.focus, violation.graph) == ("Indicator-weight", indicator.value, doc.value)
    assert violation.message("zh").startswith("绩效指标的“权重”")
    assert {(place.source, place.line) for place in violation.places} == {("一.txt", 30), ("一.txt", 31)}
    assert Literal("viel") in [quad.object for quad in store]
