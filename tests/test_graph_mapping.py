"""Records become triples and nothing gets lost on the way."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import Literal, NamedNode, RdfFormat, Store, parse

import ontology
from graph import findings
from graph.addresses import document_address, join, name_key
from graph.mapping import triples
from graph.projects import find_projects
from graph.validate import validate
from ingest.records import (
    BudgetRow,
    BudgetTable,
    Coverage,
    Document,
    Facts,
    Grant,
    Indicator,
    Leftover,
    ProjectBudget,
    Span,
    Statement,
    Target,
    Unit,
)
from ontology.addresses import segment
from ontology.terms import (
    BASE,
    CODE,
    CONCEPTS_GRAPH,
    JX,
    OBEU_MEASURE,
    ORGANISATIONS_GRAPH,
    PROV,
    QB,
    RDF,
    SCHEMA,
    SKOS,
    data_files,
)
from queries import concepts, library
from queries.derivations import derived
from queries.scores import scores

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
    polarity_word="次数",
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
VAGUE = Indicator(l1="效益指标", l2="某某效益指标", name="科学素质", value="进一步提升", kind="vague")
FLIGHTS = Indicator(
    l1="产出指标",
    l2="数量指标",
    name="服务",
    value="≥2万人次/年",
    op="ge",
    number=Decimal(2),
    unit="万人次/年",
    kind="quantity",
)
DOCUMENT = Document(
    source="一.txt",
    sha256="ab" * 32,
    extractor="text 1",
    encoding="utf-8",
    format="markdown",
    kind="预算",
    supersedes="以此版为准",
    url="https://example.org/2025/%E9%A2%84%E7%AE%97.pdf",
    retrieved="2025-02-14T18:00:05Z",
    document=Facts(
        publisher="某市科协",
        publisher_code="731",
        region="北京市",
        region_code="110000",
        level="province",
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
            indicators=(INDICATOR, COST, MONTHS, VAGUE, FLIGHTS),
            line=20,
            page=2,
            places={"goals.0": (SPAN,)},
        ),
        Target(scope="department", name="某市科协", prose=True),
    ),
    tables=(
        BudgetTable(
            kind="expenditure",
            title="支出总表",
            unit="万元",
            columns=("科目编码", "合计", "备注"),
            rows=(
                BudgetRow(
                    code="206",
                    name="科学技术支出",
                    texts={"备注": "含结转"},
                    amounts={"合计": Decimal(20)},
                    places={"name": (SPAN,), "amounts.合计": (SPAN,)},
                ),
                BudgetRow(code="30102", name="津贴补贴", amounts={"合计": Decimal(3)}),
                BudgetRow(name="合计", amounts={"合计": Decimal(20)}, is_total=True),
            ),
            line=40,
            page=3,
        ),
    ),
    granted=(Grant(number="某财教〔2024〕105号", project="科普经费", places={"number": (SPAN,)}),),
    statements=(Statement(subject="projects", what="二级项目", number=Decimal(37), unit="个"),),
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


def store_of(document):
    store = Store()
    store.bulk_extend(triples(document))
    return store


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
    assert graph.text(row, f"{OBEU_MEASURE}amount") == "155000"


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


def test_a_number_word_is_money_only_where_money_is_counted():
    def yuan(name, unit):
        indicator = Indicator(
            l1="产出指标", l2=None, name=name, value="2", number=Decimal(2), unit=unit, kind="quantity"
        )
        form = Target(scope="project", name="甲", indicators=(indicator,))
        document = Document(source="a", sha256="ab", extractor="x", encoding="", document=Facts(), targets=(form,))
        graph = Graph([*triples(document)])
        (target,) = graph.of("Target")
        return graph.text(target, f"{JX}amountInYuan")

    assert yuan("注册用户", "万") is None
    assert yuan("项目总成本", "万") == "20000"
    assert yuan("注册用户", "万元") == "20000"
    assert yuan("印刷费", "元/册") == yuan("印刷费", "元每册") == "2"
    assert yuan("场地费", "万元/场") == "20000"
    assert yuan("培训成本", "万/人") is None
    assert yuan("配送成本", "次/年") is None


def organisations(**facts):
    document = Document(source="a", sha256="ab" * 32, extractor="x", encoding="", document=Facts(**facts))
    return {quad.subject.value for quad in triples(document) if quad.graph_name.value == ORGANISATIONS_GRAPH}


def test_departments_called_alike_in_two_places_are_two():
    guangzhou = organisations(publisher="卫生健康局", region="广州市", region_code="440100", level="city")
    xian = organisations(publisher="卫生健康局", region="西安市", region_code="610100", level="city")
    assert guangzhou == {f"{BASE}id/org/440100/卫生健康局"}
    assert not guangzhou & xian
    assert organisations(publisher="广州市卫生健康局", region="广州市", region_code="440100") == {
        f"{BASE}id/org/广州市卫生健康局"
    }
    assert organisations(publisher="卫生健康局") != organisations(publisher="卫生健康局", fiscal_year=2025)


@pytest.mark.parametrize("kind", ["预算", "决算", "自评"])
def test_the_address_of_a_document_says_its_kind(kind):
    facts = Facts(publisher="某市科协", region="某市", fiscal_year=2025)
    document = Document(source="a", sha256="ab" * 32, extractor="x", encoding="", document=facts, kind=kind)
    assert document_address(document, BASE) == f"{BASE}id/某市科协/2025/{kind}"


def test_columns_whose_names_differ_by_a_sign_have_cells_of_their_own():
    row = BudgetRow(name="合计", amounts={"甲（一）": Decimal(1), "甲(一)": Decimal(2)})
    table = BudgetTable(kind="other", columns=("甲（一）", "甲(一)"), rows=(row,))
    document = Document(source="a", sha256="ab", extractor="x", encoding="", document=Facts(), tables=(table,))
    graph = Graph([*triples(document)])
    cells = [each for each in graph.said if NamedNode(f"{JX}BudgetCell") in graph.all(each, f"{RDF}type")]
    assert sorted(graph.number(cell, f"{OBEU_MEASURE}amount") for cell in cells) == [10000, 20000]


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


RDFS_LABEL = "http://www.w3.org/2000/01/rdf-schema#label"
FINDING = {
    **dict.fromkeys(("focus", "evidence", "document", "address"), "https://example.org/a"),
    **dict.fromkeys(("rule", "version", "found", "expected", "project", "indicator"), "甲"),
    "severity": "error",
    "certainty": "certain",
}


def declared(name):
    """The terms that a file of the vocabulary declares, and those of them that were given up."""
    quads = [*parse(ontology.path(name).read_bytes(), RdfFormat.TURTLE)]
    given_up = {quad.subject.value for quad in quads if quad.predicate.value.endswith("#deprecated")}
    return {quad.subject.value for quad in quads if isinstance(quad.subject, NamedNode)}, given_up


def computed():
    """What is derived from the cases of the rules, and the scores."""
    for file in sorted((Path(__file__).parent / "rules").glob("*/data.ttl")):
        store = Store()
        store.load(path=file, format=RdfFormat.TURTLE)
        yield from derived(store)
        yield from scores(store)


def written():
    """The properties, classes and individuals of vocabularies that graph, findings and code lists use."""
    codes = (quad for file in data_files()[1:] for quad in parse(file.read_bytes(), RdfFormat.TURTLE))
    said = (*triples(DOCUMENT), *findings.triples(FINDING), *concepts.triples(library.rules().values()), *codes)
    said += (*computed(),)
    return {term.value for quad in said for term in (quad.predicate, quad.object) if isinstance(term, NamedNode)}


def test_the_graph_uses_all_terms_of_ours_that_are_not_given_up_and_no_others():
    terms, given_up = declared("jixiao.ttl")
    assert {term for term in written() if term.startswith(JX)} == {
        term for term in terms if term.startswith(JX)
    } - given_up


def test_every_property_and_class_of_the_graph_is_declared_in_the_vocabulary():
    known = declared("jixiao.ttl")[0] | declared("borrowed.ttl")[0] | {f"{RDF}type"}
    said = (*triples(DOCUMENT), *findings.triples(FINDING))
    used = {quad.predicate.value for quad in said} | {
        quad.object.value for quad in said if quad.predicate.value == f"{RDF}type"
    }
    assert used - known == {RDFS_LABEL}


def in_graph(name):
    return Graph([quad for quad in triples(DOCUMENT) if quad.graph_name.value == name])


def test_a_printed_type_that_no_list_knows_becomes_a_provisional_code_below_its_level():
    (indicator,) = (each for each in Graph([*triples(DOCUMENT)]).of("Indicator") if each.endswith("/科学素质"))
    address = f"{CODE}indicator-type/provisional/某某效益指标"
    assert Graph([*triples(DOCUMENT)]).text(indicator, f"{JX}indicatorType") == address
    graph = in_graph(CONCEPTS_GRAPH)
    assert graph.text(address, f"{SKOS}prefLabel") == "某某效益指标"
    assert graph.text(address, f"{SKOS}broader") == f"{CODE}indicator-type/benefit"
    assert graph.text(address, f"{JX}status") == "provisional"


def test_a_unit_of_known_parts_is_composed_of_them():
    graph = in_graph(CONCEPTS_GRAPH)
    (unit,) = (each for each in graph.said if NamedNode(f"{JX}ComposedUnit") in graph.all(each, f"{RDF}type"))
    assert graph.text(unit, f"{JX}multiplier") == "10000"
    assert graph.text(unit, f"{JX}numerator") == f"{CODE}unit/人次"
    assert graph.text(unit, f"{JX}denominator") == f"{CODE}unit/年"


def test_a_vague_target_names_its_vague_words():
    graph = Graph([*triples(DOCUMENT)])
    (target,) = (each for each in graph.said if graph.text(each, f"{JX}printed") == "进一步提升")
    assert graph.all(target, f"{JX}vagueTerm")


def test_what_a_term_of_ours_is_a_kind_of_elsewhere_is_said_beside_it():
    graph = Graph([*triples(DOCUMENT)])
    (line,) = graph.of("BudgetLine")
    assert NamedNode(f"{QB}Observation") in graph.all(line, f"{RDF}type")
    assert graph.all(line, f"{PROV}wasDerivedFrom") == graph.all(line, f"{JX}document")


def test_a_printed_amount_is_an_observation_told_apart_by_row_and_column():
    graph = Graph([*triples(DOCUMENT)])
    cells = [each for each in graph.said if NamedNode(f"{JX}BudgetCell") in graph.all(each, f"{RDF}type")]
    assert (
        len(cells) == len({(graph.text(cell, f"{JX}inRow"), graph.text(cell, f"{JX}inColumn")) for cell in cells}) == 3
    )
    assert sorted(graph.number(cell, f"{OBEU_MEASURE}amount") for cell in cells) == [30000, 200000, 200000]
    classes = {graph.text(cell, f"{JX}functionalClass") for cell in cells}
    assert classes == {f"{CODE}functional-class/206", None}


def test_columns_of_totals_are_marked():
    table = BudgetTable(kind="expenditure", columns=("科目名称", "基本支出/小计", "基本支出/人员经费", "合计"))
    document = Document(source="a", sha256="ab", extractor="x", encoding="", document=Facts(), tables=(table,))
    graph = Graph([*triples(document)])
    assert [graph.text(each, f"{JX}isTotal") for each in graph.of("BudgetColumn")] == ["false", "true", "false", "true"]


def test_a_code_of_a_unit_is_no_class_of_expenditure():
    row = BudgetRow(code="307", name="某市科协", amounts={"合计": Decimal(1)})
    table = BudgetTable(kind="expenditure", columns=("合计",), rows=(row,))
    document = Document(source="a", sha256="ab", extractor="x", encoding="", document=Facts(), tables=(table,))
    graph = Graph([*triples(document)])
    assert not [each for each in graph.said if graph.all(each, f"{JX}economicClass")]


def test_what_the_mapping_writes_is_well_formed():
    assert [each.shape for each in validate(store_of(DOCUMENT))] == ["ProvisionalConcept-open"]


def test_a_violation_names_its_place_in_the_source():
    store = store_of(DOCUMENT)
    indicator = next(quad.subject for quad in store.quads_for_pattern(None, NamedNode(f"{JX}priorText"), None))
    doc = next(quad.graph_name for quad in store.quads_for_pattern(indicator, None, None))
    for quad in [*store.quads_for_pattern(indicator, NamedNode(f"{JX}weight"), None)]:
        store.remove(quad)
    store.update(f"INSERT DATA {{ GRAPH <{doc.value}> {{ <{indicator.value}> <{JX}weight> 'viel' }} }}")
    (violation,) = (each for each in validate(store) if each.severity == "violation")
    assert (violation.shape, violation.focus, violation.graph) == ("Indicator-weight", indicator.value, doc.value)
    assert violation.message("zh").startswith("绩效指标的“权重”")
    assert {(place.source, place.line) for place in violation.places} == {("一.txt", 30), ("一.txt", 31)}
    assert Literal("viel") in [quad.object for quad in store]
