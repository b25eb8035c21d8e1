"""Exports: every form says what the graph says, and the same snapshot gives the same bytes."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
import subprocess
import sys
from decimal import Decimal
from itertools import chain
from types import SimpleNamespace
from urllib.parse import unquote
from zipfile import ZipFile

import networkx as nx
import pyarrow.parquet as pq
import pytest
import rdflib
from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import Literal, NamedNode, Quad, RdfFormat, Store, parse
from python_calamine import CalamineWorkbook

from graph.store import dump
from jixiao.__main__ import BAD_INPUT, DONE
from jixiao.exports import BINARY, FITTING, IN_WORKBOOK, Form, What
from jixiao.exports import description as describing
from jixiao.exports.columns import Sheet, sheets
from jixiao.exports.csvs import metadata, write_csv, write_exact_csv
from jixiao.exports.jsonld import context, write_jsonld
from jixiao.exports.network import write_graphml
from jixiao.exports.parquet import write_parquet
from jixiao.exports.results import activities, highest
from jixiao.exports.rows import kept, records, rows
from jixiao.exports.triples import quads
from jixiao.exports.workbook import LONGEST, cut, parts, write_workbook
from jixiao.exports.writing import METADATA, SUMS, write, write_folder
from jixiao.exports.writing import parts as folder_parts
from jixiao.messages import LANGUAGES, catalogue
from jixiao.tables import harmless, plain
from jixiao.view import View
from ontology.terms import CODE, DCT, JX, OA, RDF, RDFS, SCHEMA, XSD, concepts

OWL = "http://www.w3.org/2002/07/owl#"
HOSTILE = [
    "=1+1",
    "+1",
    "@SUM(A1)",
    "-5%",
    '说"引号"，逗号',
    "两行\n文字",
    "制表\t符",
    "</data>&",
    "\u0001",
    "a\rb",
    "1e5",
]
"""Texts that spreadsheets, CSV, XML or JSON could take for something else."""


@pytest.fixture(scope="module")
def snapshot(published):
    return published.live()


def made(store, *, findings=()):
    """A snapshot of a store, without a folder."""
    graphs = sorted(graph.value for graph in store.named_graphs())
    return SimpleNamespace(
        id="0" * 16,
        store=store,
        manifest={"documents": [{"source": name, "address": name} for name in graphs]},
        findings=lambda: list(findings),
    )


def written(snapshot, what, form):
    stream = io.BytesIO()
    write(snapshot, what, form, stream)
    return stream.getvalue()


def run(*arguments):
    return subprocess.run(
        [sys.executable, "-m", "jixiao", "export", *map(str, arguments)], capture_output=True, check=False
    )


# What there is


def test_the_folder_of_everything_has_every_fitting_pair_and_no_other_has_a_writer(snapshot):
    for what, forms in FITTING.items():
        in_folder = {part.form for part in folder_parts() if part.what == what}
        apart = {Form.xlsx} if what in sheets() else set(forms) if what == What.description else set()
        assert in_folder | apart == set(forms)
        for form in set(Form) - set(forms):
            with pytest.raises(KeyError):
                written(snapshot, what, form)


def test_every_sheet_has_rows_and_every_row_an_address_of_the_graph(snapshot):
    subjects = {quad.subject.value for quad in snapshot.store}
    for name, sheet in sheets().items():
        found = list(records(snapshot, sheet))
        assert found, name
        assert len({row["id"] for row in found}) == len(found)
        assert {row["id"] for row in found} <= subjects


def test_the_indicators_are_those_of_the_records_in_printed_order_with_printed_text_and_place(snapshot):
    known = {row["id"]: row for row in records(snapshot, sheets()["indicators"])}
    by_source = {}
    for row in known.values():
        by_source.setdefault(row["source"], []).append(row)
    for document in snapshot.documents():
        read = [(form, each) for form in document.targets for each in form.indicators]
        for row, (form, indicator) in zip(by_source[document.source], read, strict=True):
            assert (row["name"], row["printed"], row["number"], row["unit"]) == (
                indicator.name,
                indicator.value,
                indicator.number,
                indicator.unit,
            )
            assert row["form_name"] == form.name
            assert row["sha256"] == document.sha256
            spans = indicator.places["value"]
            assert row["value_quote"] == "".join(span.quote for span in spans)
            assert (row["value_line"], row["value_page"]) == (spans[0].line, spans[0].page)


def test_a_project_costs_what_its_rows_cost_together(snapshot):
    lines = list(records(snapshot, sheets()["budgets"]))
    projects = {row["id"]: row for row in records(snapshot, sheets()["projects"])}
    assert lines
    for address, project in projects.items():
        own = [line["amount"] for line in lines if line["project"] == address]
        assert project["budget"] == (sum(own) if own else None)
        assert project["budget_lines"] == len(own)
    assert {address: project["budget"] for address, project in projects.items()} == {
        subject.iri: subject.budget for subject in View(snapshot).subjects.values() if not subject.is_department
    }


def test_findings_are_rows_with_the_place_of_their_proof(snapshot):
    found = list(records(snapshot, sheets()["findings"]))
    assert [row["id"] for row in found] == [each["address"] for each in snapshot.findings()]
    assert any(row["quote"] and row["line"] for row in found)


# Columns


@pytest.mark.parametrize("sheet", sheets().values(), ids=lambda sheet: sheet.name)
def test_columns_are_titled_and_defined_in_both_languages_and_their_properties_are_in_the_vocabulary(
    sheet: Sheet, root
):
    assert len(set(sheet.names)) == len(sheet.names)
    assert len({column.title["zh"] for column in sheet.columns}) == len(sheet.columns)
    assert sheet.names[0] == "id"
    known = vocabulary(root)
    for column in sheet.columns:
        assert re.fullmatch(r"[a-z][a-z0-9_]*", column.name)
        assert column.title["zh"]
        assert column.title["en"]
        assert set(column.description) >= set(LANGUAGES)
        assert column.subject is None or column.subject in sheet.names
        for step in column.path:
            assert step.predicate in known, step
        if column.scheme:
            assert column.type == "code"
            assert concepts(column.scheme)


def vocabulary(root):
    """The terms that the vocabulary and its list of borrowed terms define."""
    files = [root / "ontology" / "jixiao.ttl", root / "ontology" / "borrowed.ttl"]
    return {
        quad.subject.value
        for file in files
        for quad in parse(file.read_bytes(), RdfFormat.TURTLE)
        if quad.predicate.value == f"{RDF}type"
    }


# RDF


def test_nquads_are_the_dump_however_little_is_sorted_at_once(snapshot):
    assert b"".join(quads(snapshot)) == snapshot.dump()
    assert b"".join(quads(snapshot, at_once=1000)) == snapshot.dump()
    assert hashlib.sha256(written(snapshot, What.everything, Form.nq)).hexdigest() == snapshot.manifest["content"]


def test_turtle_parses_back_to_the_same_triples(snapshot):
    back = {quad.triple for quad in parse(written(snapshot, What.everything, Form.ttl), RdfFormat.TURTLE)}
    assert back == {quad.triple for quad in snapshot.store}


def test_jsonld_parses_back_to_the_same_quads(snapshot):
    back = Store()
    back.bulk_load(written(snapshot, What.everything, Form.jsonld), RdfFormat.JSON_LD)
    assert dump(back) == snapshot.dump()


def test_jsonld_means_the_same_to_another_processor(snapshot):
    """rdflib reads the smallest document as Oxigraph does."""
    store = Store()
    address = min(
        (entry["address"] for entry in snapshot.manifest["documents"]), key=lambda each: len(of(snapshot, each))
    )
    store.extend(of(snapshot, address)[:400])
    stream = io.BytesIO()
    write_jsonld(made(store), stream)
    graph = rdflib.Dataset()
    graph.parse(data=stream.getvalue(), format="json-ld")
    back = Store()
    back.load(graph.serialize(format="nquads").encode(), RdfFormat.N_QUADS)
    assert dump(back) == dump(store)


def of(snapshot, address):
    return list(snapshot.store.quads_for_pattern(None, None, None, NamedNode(address)))


def test_jsonld_reads_like_a_record(snapshot):
    said = json.loads(written(snapshot, What.everything, Form.jsonld))
    graphs = {graph["id"]: graph["graph"] for graph in said["graph"]}
    document = next(iter(snapshot.manifest["documents"]))["address"]
    form = next(each for each in graphs[document] if each.get("type") == "TargetForm")
    indicator = form["indicators"][0]
    assert indicator["type"] == "Indicator"
    assert {"name", "level1", "order", "places", "target"} <= indicator.keys()
    assert (
        indicator["target"][0]["kind"].startswith("code:target-kind/")
        if isinstance(indicator["target"], list)
        else indicator["target"]["kind"].startswith("code:target-kind/")
    )
    whole = next(each for each in graphs[document] if each["id"] == document)
    assert isinstance(whole["fiscalYear"], int)
    assert whole["title"]["zh"]
    Decimal(whole["totalExpenditure"])


def test_every_property_of_ours_has_a_key_that_says_whether_its_values_are_things_or_decimals(root):
    said = {}
    for quad in parse((root / "ontology" / "jixiao.ttl").read_bytes(), RdfFormat.TURTLE):
        said.setdefault(quad.subject.value, {}).setdefault(quad.predicate.value, set()).add(quad.object.value)
    keys = {value["@id"] if isinstance(value, dict) else value: value for value in context().values()}
    for term, facts in said.items():
        kinds = facts.get(f"{RDF}type", set())
        if not term.startswith(JX) or not kinds & {f"{OWL}ObjectProperty", f"{OWL}DatatypeProperty"}:
            continue
        if f"{OWL}deprecated" in facts:
            continue
        key = keys[term.replace(JX, "jx:")]
        own = key.get("@type") if isinstance(key, dict) else None
        decimal = f"{XSD}decimal" in facts.get(f"{RDFS}range", ())
        assert own == ("@id" if f"{OWL}ObjectProperty" in kinds else "xsd:decimal" if decimal else None), term


IRIS = st.sampled_from(["甲", "x/y", "code", "a:b", "~2", "目标值"]).map(
    lambda name: NamedNode(f"https://w3id.org/jixiao/id/{name}")
)
PROPERTIES = st.sampled_from(
    [
        *(
            f"{JX}{name}"
            for name in ("indicator", "place", "kind", "document", "line", "prose", "amount", "name", "new")
        ),
        *(f"{SCHEMA}{name}" for name in ("name", "minValue")),
        *(f"{DCT}title", f"{OA}exact", f"{RDF}type", "http://example.org/a#b"),
    ]
).map(NamedNode)
LITERALS = st.one_of(
    st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=5).map(Literal),
    st.sampled_from(["甲", "a"]).map(lambda text: Literal(text, language="zh")),
    st.sampled_from(["1", "-0", "007", "1.50", "true", "1", "12345678901234567890", "abc"]).flatmap(
        lambda text: st.sampled_from(["integer", "decimal", "boolean", "double", "date"]).map(
            lambda kind: Literal(text, datatype=NamedNode(f"{XSD}{kind}"))
        )
    ),
)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(IRIS, PROPERTIES, IRIS | LITERALS, IRIS), max_size=12))
def test_any_quads_come_back_from_jsonld(facts):
    store = Store()
    store.extend(Quad(*fact) for fact in facts if fact[1].value != f"{RDF}type" or isinstance(fact[2], NamedNode))
    stream = io.BytesIO()
    write_jsonld(made(store), stream)
    back = Store()
    back.load(stream.getvalue(), RdfFormat.JSON_LD)
    assert dump(back) == dump(store)


# Sheets


def hostile():
    """A document whose projects are called what programs stumble over."""
    store, document = Store(), NamedNode("https://w3id.org/jixiao/id/d")
    facts = [(document, f"{RDF}type", NamedNode(f"{JX}Disclosure"))]
    for number, text in enumerate(HOSTILE):
        project = NamedNode(f"https://w3id.org/jixiao/id/d/{number:02}")
        facts += [(project, f"{RDF}type", NamedNode(f"{SCHEMA}Project")), (project, f"{JX}document", document),
                  (project, f"{SCHEMA}name", Literal(text))]  # fmt: skip
    store.extend(Quad(subject, NamedNode(name), value, document) for subject, name, value in facts)
    return made(store)


def hostile_rows():
    return rows(hostile(), sheets()["projects"])


def column_of(content, name):
    table = list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))
    return [row[table[0].index(name)] for row in table[1:]]


def test_csv_for_spreadsheets_defuses_formulas_and_exact_csv_changes_nothing():
    stream = io.BytesIO()
    write_csv(sheets()["projects"], hostile_rows(), stream)
    defused = column_of(stream.getvalue(), "name")
    assert not [text for text in defused if text.startswith(("=", "+", "@"))]
    stream = io.BytesIO()
    write_exact_csv(sheets()["projects"], hostile_rows(), stream)
    assert column_of(stream.getvalue(), "name") == HOSTILE


@pytest.mark.parametrize(
    ("text", "given"),
    [("=1+1", "'=1+1"), ("-2+3", "'-2+3"), ("@SUM", "'@SUM"), ("-5%", "-5%"), ("--", "--"), ("-1,000.5", "-1,000.5")],
)
def test_only_what_could_run_as_a_formula_is_marked(text, given):
    assert harmless(text) == given


@pytest.mark.parametrize("name", sheets())
def test_csv_parquet_and_workbook_have_the_rows_of_the_graph(snapshot, name):
    sheet = sheets()[name]
    expected = list(rows(snapshot, sheet))
    assert len(column_of(written(snapshot, What(name), Form.csv), "id")) == len(expected)
    table = pq.read_table(io.BytesIO(written(snapshot, What(name), Form.parquet)))
    assert table.column_names == sheet.names
    back = [[tuple(each) if isinstance(each, list) else each for each in row.values()] for row in table.to_pylist()]
    assert back == expected
    (page,) = pages(written(snapshot, What(name), Form.xlsx)).values()
    assert page[0] == [column.title["zh"] for column in sheet.columns]
    assert len(page) == len(expected) + 1


def test_parquet_says_what_its_columns_are(snapshot):
    schema = pq.read_schema(io.BytesIO(written(snapshot, What.indicators, Form.parquet)))
    assert str(schema.field("number").type) == "decimal128(38, 10)"
    assert str(schema.field("order").type) == "int64"
    assert str(schema.field("per_unit").type) == "bool"
    assert str(schema.field("vague_terms").type).startswith("list<")
    about = {key.decode(): value.decode() for key, value in schema.field("printed").metadata.items()}
    assert json.loads(about["title"])["zh"] == "指标值原文"
    assert json.loads(about["description"])["en"]
    assert about["property"] == f"{JX}printed"


def test_parquet_rounds_what_has_too_many_places_and_leaves_out_what_is_too_great():
    sheet = sheets()["indicators"]
    column = next(column for column in sheet.columns if column.name == "weight")
    values = ["0.12345678904", "1e30", "-7"]
    store, graph = Store(), NamedNode("https://w3id.org/jixiao/id/d")
    for number, value in enumerate(values):
        thing = NamedNode(f"https://w3id.org/jixiao/id/d/{number}")
        store.add(Quad(thing, NamedNode(f"{RDF}type"), NamedNode(f"{JX}Indicator"), graph))
        store.add(
            Quad(
                thing,
                NamedNode(f"{JX}weight"),
                Literal(f"{Decimal(value):f}", datatype=NamedNode(f"{XSD}decimal")),
                graph,
            )
        )
    stream = io.BytesIO()
    write_parquet(sheet, rows(made(store), sheet), stream)
    assert column.type == "decimal"
    assert pq.read_table(stream)["weight"].to_pylist() == [Decimal("0.1234567890"), None, Decimal(-7)]


def pages(content):
    book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    return {name: book.get_sheet_by_name(name).to_python(skip_empty_area=False) for name in book.sheet_names}


def test_the_workbook_holds_every_sheet_with_numbers_as_numbers_and_no_formula(snapshot):
    content = written(snapshot, What.everything, Form.xlsx)
    found = pages(content)
    assert list(found) == [sheets()[name].title["zh"] for name in IN_WORKBOOK]
    indicators = found["绩效指标"]
    place = indicators[0].index("数值")
    numbers = [row["number"] for row in records(snapshot, sheets()["indicators"])]
    assert [row[place] for row in indicators[1:]] == ["" if each is None else float(each) for each in numbers]
    stream = io.BytesIO()
    write_workbook("名称", [(sheets()["projects"], hostile_rows())], stream)
    page = pages(stream.getvalue())["项目"]
    texts = [row[page[0].index("项目")] for row in page[1:]]
    assert texts[:4] == HOSTILE[:4]


def test_the_workbook_has_a_frozen_header_a_filter_and_a_fixed_date(snapshot):
    book = ZipFile(io.BytesIO(written(snapshot, What.findings, Form.xlsx)))
    sheet = book.read("xl/worksheets/sheet1.xml").decode()
    assert 'state="frozen"' in sheet
    assert "<autoFilter" in sheet
    assert "<f>" not in sheet
    assert "2000-01-01T00:00:00Z" in book.read("docProps/core.xml").decode()
    assert len({each.date_time for each in book.infolist()}) == 1
    assert book.infolist()[0].date_time[0] == 1980


@given(st.integers(0, 30), st.integers(1, 7))
def test_rows_that_one_sheet_does_not_hold_go_on_in_the_next(count, size):
    every = [[number] for number in range(count)]
    found = [list(part) for part in parts(iter(every), size)]
    assert list(chain.from_iterable(found)) == every
    assert all(len(part) == size for part in found[:-1])
    assert len(found) == max(1, -(-count // size))


@given(st.lists(st.lists(st.none() | st.text() | st.decimals(allow_nan=False) | st.tuples(st.text()), max_size=3)))
def test_kept_rows_can_be_gone_through_again(every):
    with kept(iter(every)) as again:
        assert list(again()) == every
        assert list(again()) == every


def test_text_longer_than_a_cell_shows_that_it_was_cut():
    assert cut("长" * LONGEST) == "长" * LONGEST
    assert cut("长" * (LONGEST + 1)) == "长" * (LONGEST - 1) + "…"


# CSV on the Web


@pytest.mark.parametrize("name", sheets())
def test_metadata_fits_its_csv(snapshot, name):
    """What the specification asks of tables and columns, as far as it can be told here."""
    described = json.loads(metadata(sheets()[name], f"{name}.csv"))
    assert described["@context"][0] == "http://www.w3.org/ns/csvw"
    columns = described["tableSchema"]["columns"]
    header = next(csv.reader(io.StringIO(written(snapshot, What(name), Form.csvw).decode())))
    own = [column for column in columns if not column.get("virtual")]
    assert columns[: len(own)] == own
    assert [column["name"] for column in own] == header
    assert all(column["titles"]["und"] == column["name"] for column in own)
    assert len({column["name"] for column in columns}) == len(columns)
    assert not [column for column in columns if column["name"].startswith("_")]
    assert described["tableSchema"]["primaryKey"] in header
    for column in columns:
        for template in ("aboutUrl", "valueUrl"):
            assert set(re.findall(r"\{\+(\w+)\}", column.get(template, ""))) <= set(header)
    assert {column["datatype"] for column in own} <= {"string", "integer", "decimal", "boolean"}


@pytest.mark.parametrize("name", sheets())
def test_the_triples_that_csv_on_the_web_stands_for_are_those_of_the_graph(snapshot, name):
    """The conversion of https://www.w3.org/TR/csv2rdf/ in minimal mode, with addresses as IRIs."""
    described = json.loads(metadata(sheets()[name], f"{name}.csv"))
    known = {(quad.subject.value, quad.predicate.value, *said(quad.object)) for quad in snapshot.store}
    content = io.StringIO(written(snapshot, What(name), Form.csvw).decode(), newline="")
    count = 0
    for row in csv.DictReader(content):
        for column in described["tableSchema"]["columns"]:
            triple = None if column.get("suppressOutput") else converted(column, described["tableSchema"], row)
            if triple is not None:
                assert triple in known
                count += 1
    assert count


def converted(column, schema, row):
    """The triple of one cell, or ``None`` where it is empty."""
    value = row.get(column["name"], "")
    if not value and not column.get("virtual"):
        return None

    def expanded(template):
        return re.sub(r"\{\+(\w+)\}", lambda match: row[match[1]], template)

    subject = expanded(column.get("aboutUrl", schema["aboutUrl"]))
    if "valueUrl" in column:
        return (subject, column["propertyUrl"], expanded(column["valueUrl"]), None)
    kind = f"{XSD}{column['datatype']}"
    return (subject, column["propertyUrl"], value, column.get("lang") or kind)


def said(value):
    if isinstance(value, NamedNode):
        return value.value, None
    if value.datatype.value in (f"{XSD}decimal", f"{XSD}integer"):
        return plain(Decimal(value.value)), value.datatype.value
    return value.value, value.language or value.datatype.value


# Networks and results


def test_the_network_has_every_indicator_below_its_form_and_its_type(snapshot):
    network = nx.read_graphml(io.BytesIO(written(snapshot, What.everything, Form.graphml)))
    for row in records(snapshot, sheets()["indicators"]):
        assert network.nodes[row["id"]]["label"] == row["name"]
        assert network.edges[row["form"], row["id"]]["relation"] == "indicator"
        if row["type"]:
            assert network.edges[row["id"], f"{CODE}indicator-type/{row['type']}"]["relation"] == "type"
    kinds = {data["kind"] for _, data in network.nodes(data=True)}
    assert kinds == {"department", "project", "form", "indicator", "type"}
    assert all("label" in data or data["kind"] == "department" for _, data in network.nodes(data=True))


def test_a_provisional_type_is_a_node_called_as_it_is_printed():
    store, graph = Store(), NamedNode("https://w3id.org/jixiao/id/d")
    indicator, kind = NamedNode("https://w3id.org/jixiao/id/d/1"), f"{CODE}indicator-type/provisional/100%25满意"
    store.add(Quad(indicator, NamedNode(f"{RDF}type"), NamedNode(f"{JX}Indicator"), graph))
    store.add(Quad(indicator, NamedNode(f"{JX}indicatorType"), NamedNode(kind), graph))
    stream = io.BytesIO()
    write_graphml(made(store), stream)
    network = nx.read_graphml(io.BytesIO(stream.getvalue()))
    assert network.nodes[kind] == {"label": "100%满意", "kind": "type", "type": "provisional/100%25满意"}
    assert list(network.successors(indicator.value)) == [kind]


def test_the_network_holds_any_name():
    stream = io.BytesIO()
    write_graphml(hostile(), stream)
    network = nx.read_graphml(io.BytesIO(stream.getvalue()))
    labels = {data["label"] for _, data in network.nodes(data=True) if data["kind"] == "project"}
    assert labels >= {"=1+1", '说"引号"，逗号', "</data>&", "两行\n文字"}


def test_results_have_the_targets_of_every_indicator(snapshot):
    found = list(activities(snapshot))
    indicators = {
        each["reference"][0]["@code"]: (result, each)
        for activity in found
        for result in activity["result"]
        for each in result["indicator"]
    }
    for row in records(snapshot, sheets()["indicators"]):
        result, told = indicators.pop(row["id"])
        assert told["title"]["narrative"][0]["text"] == row["name"]
        (period,) = told["period"]
        assert period["period-end"]["@iso-date"] == f"{row['year']}-12-31"
        assert period["target"][0].get("@value") == (None if row["number"] is None else plain(row["number"]))
        assert told.get("@ascending") == {"more": True, "less": False}.get(row["polarity"])
        assert told["@measure"] == ("5" if row["number"] is None else "2" if row["unit"] in ("%", "％") else "1")
        assert ("baseline" in told) == (row["prior_text"] is not None)
        assert result["@type"] == {"output": "1", "benefit": "2", "satisfaction": "2"}.get(highest(row["type"]), "9")
    assert not indicators


# The description, and everything at once


@pytest.fixture(scope="module")
def everything(snapshot, tmp_path_factory):
    folder = tmp_path_factory.mktemp("everything")
    return folder, list(write_folder(snapshot, folder))


def test_the_folder_of_everything_is_described_file_by_file(everything):
    folder, files = everything
    graph = rdflib.Graph().parse(folder / "dataset.ttl", publicID="https://example.org/")
    dcat, spdx = rdflib.Namespace(describing.DCAT), rdflib.Namespace(describing.SPDX)
    described = {}
    for place in graph.subjects(rdflib.RDF.type, dcat.Distribution):
        checksum = graph.value(graph.value(place, spdx.checksum), spdx.checksumValue)
        described[str(place)] = (int(graph.value(place, dcat.byteSize)), checksum.value.hex())
    apart = {"dataset.ttl", "dataset.jsonld", SUMS}
    names = {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}
    assert described == {
        f"https://example.org/{name}": (len(content), hashlib.sha256(content).hexdigest())
        for name, content in names.items()
        if name not in apart
    }
    sums = dict(reversed(line.split("  ")) for line in (folder / SUMS).read_text().splitlines())
    assert sums == {name: hashlib.sha256(content).hexdigest() for name, content in names.items() if name != SUMS}
    assert {path.relative_to(folder).as_posix() for path in folder.rglob("*.*") if path.is_file()} == names.keys() - {
        SUMS
    }


def test_the_description_counts_what_the_graph_holds(everything, snapshot):
    folder, _ = everything
    graph = rdflib.Graph().parse(folder / "dataset.ttl", publicID="https://example.org/")
    void = rdflib.Namespace(describing.VOID)
    dataset = rdflib.URIRef(describing.address(snapshot))
    assert int(graph.value(dataset, void.triples)) == len(snapshot.store)
    assert int(graph.value(dataset, void.entities)) == len({quad.subject for quad in snapshot.store})
    per_class = {
        str(graph.value(part, void["class"])): int(graph.value(part, void.entities))
        for part in graph.objects(dataset, void.classPartition)
    }
    assert per_class[f"{JX}Indicator"] == snapshot.manifest["counts"]["indicators"]
    per_property = [int(graph.value(part, void.triples)) for part in graph.objects(dataset, void.propertyPartition)]
    assert sum(per_property) == len(snapshot.store)
    assert len(list(graph.objects(dataset, void.dataDump))) == 3


def test_both_descriptions_say_the_same(everything):
    folder, _ = everything
    base = "https://example.org/"
    turtle = parse((folder / "dataset.ttl").read_bytes(), RdfFormat.TURTLE, base_iri=base)
    jsonld = parse((folder / "dataset.jsonld").read_bytes(), RdfFormat.JSON_LD, base_iri=base)
    assert {quad.triple for quad in turtle} == {quad.triple for quad in jsonld}


def test_two_processes_write_the_same_bytes(published, everything, tmp_path):
    folder, files = everything
    done = run("--all", tmp_path, "--kg", published.path)
    assert done.returncode == DONE, done.stderr.decode()
    assert (tmp_path / SUMS).read_bytes() == (folder / SUMS).read_bytes()
    assert len(done.stderr.decode().splitlines()) == len(files)


# The command


def test_an_unfit_pair_says_which_pairs_there_are(published):
    done = run("--what", "indicators", "--format", "ttl", "--kg", published.path)
    assert done.returncode == BAD_INPUT
    told = done.stderr.decode()
    assert all(f"--what {what} --format {' '.join(forms)}" in told for what, forms in FITTING.items())
    assert "没有 ttl 格式" in told


@pytest.mark.parametrize(
    "arguments",
    [("--what", "indicators", "--format", "csvw"), ("--all", "x", "--format", "nq"), ("--all", "x", "-o", "y")],
)
def test_what_cannot_be_done_is_said_and_nothing_is_written(published, arguments, tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "jixiao", "export", *arguments, "--kg", published.path],
        capture_output=True, check=False, cwd=tmp_path,
    )  # fmt: skip
    assert done.returncode == BAD_INPUT
    assert done.stderr.decode().startswith("错误：")
    assert not list(tmp_path.iterdir())


def test_an_export_to_a_file_makes_its_folder_and_what_describes_it(published, tmp_path):
    path = tmp_path / "新" / "指标.csv"
    assert run("--what", "indicators", "--format", "csvw", "-o", path, "--kg", published.path).returncode == DONE
    described = json.loads(path.with_name(path.name + METADATA).read_text(encoding="utf-8"))
    assert unquote(described["url"]) == path.name
    assert not path.read_bytes().startswith(b"\xef\xbb\xbf")
    assert run("--what", "indicators", "--format", "csv", "-o", path, "--kg", published.path).returncode == DONE
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")


def test_an_export_over_a_folder_is_refused(published, tmp_path):
    done = run("-o", tmp_path, "--kg", published.path)
    assert done.returncode == BAD_INPUT
    assert str(tmp_path) in done.stderr.decode()


def test_binary_forms_reach_standard_output_whole(published, snapshot):
    for form in BINARY:
        assert run("--what", "projects", "--format", form, "--kg", published.path).stdout == written(
            snapshot, What.projects, form
        )


def test_the_sentences_of_exports_are_there_in_every_language():
    for name in LANGUAGES:
        assert {"unfit", "pair", "needs_file", "all_alone"} <= catalogue(name)["export"].keys()
