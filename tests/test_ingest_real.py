"""The founding documents: the scorer's figures, counts and sums, and every value at its place."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from bisect import bisect_right
from collections import Counter
from decimal import Decimal
from itertools import accumulate, pairwise

import pytest
from once import read

import ingest
import ontology
from ingest.interchange import from_json, to_json

FOUNDING = ("000", "001", "002", "003", "004")
SCORED = ("001", "002", "004")
LEAST = {
    **dict.fromkeys(("projects", "budgets", "document"), 1.0),
    "indicators": 0.98,
    **dict.fromkeys(("goals", "plan", "code", "funds"), 0.95),
    **dict.fromkeys(("desc", "basis", "weight", "op", "number", "unit"), 0.97),
    "kind": 0.95,
}
ERRORS_OF_VAGUE = 2
PRINTED = {
    "Facts": "publisher publisher_code fiscal_year total_expenditure_wan basic_wan project_wan",
    "Unit": "name code",
    "ProjectBudget": "name parent category unit total_wan sources",
    "Target": "name code unit unit_code amount_wan funds purpose goals plan",
    "Indicator": "l1 l2 name desc value basis weight prior scoring evidence",
}
"""The fields of each record that a cell prints; the others are told from these."""
PRIVATE = ("部门联系人", "联系人", "联系电话", "电话", "项目负责人", "负责人", "经办人", "填报人")


@pytest.fixture(scope="module")
def documents(real):
    return {path.name[:3]: read(path) for path in sorted((real / "seeds").iterdir())}


@pytest.fixture(scope="module")
def texts(real):
    return {path.name[:3]: path.read_bytes().decode("utf-8-sig") for path in sorted((real / "seeds").iterdir())}


@pytest.fixture(scope="module")
def golds(real):
    return {number: json.loads((real / "gold" / f"{number}.json").read_text(encoding="utf-8")) for number in SCORED}


@pytest.fixture(scope="module")
def figures(real, documents, tmp_path_factory):
    """What the scorer says of all the documents that were read, against the readings made by hand."""
    lines = tmp_path_factory.mktemp("score") / "documents.jsonl"
    lines.write_text("".join(to_json(document) + "\n" for document in documents.values()), encoding="utf-8")
    command = [sys.executable, "score.py", str(lines), *(f"gold/{number}.json" for number in SCORED), "--json"]
    run = subprocess.run(command, cwd=real, capture_output=True, check=True, text=True)
    return json.loads(run.stdout)


def _records(document):
    """Every record of a document that has places."""
    yield document.document
    yield from document.units
    yield from document.project_budgets
    for form in document.targets:
        yield form
        yield from form.indicators


def _placed(document):
    """Each placed field of a document: the record, the field, its value and its spans."""
    for record in _records(document):
        for key, spans in record.places.items():
            name, _, part = key.partition(".")
            value = getattr(record, name)
            if part:
                value = value[part] if isinstance(value, dict) else value[int(part)]
            yield record, key, value, spans


def _stated(record):
    """The names under which a record's stated values have their places."""
    for name in PRINTED[type(record).__name__].split():
        value = getattr(record, name)
        if isinstance(value, tuple):
            yield from (f"{name}.{number}" for number, each in enumerate(value) if each is not None)
        elif isinstance(value, dict):
            yield from (f"{name}.{key}" for key in value)
        elif value is not None:
            yield name


def _bare(text):
    return re.sub(r"\s+", "", text)


def test_all_founding_documents_are_read(documents):
    assert tuple(documents) == FOUNDING


@pytest.mark.parametrize(("figure", "least"), LEAST.items(), ids=LEAST)
def test_the_figure_is_reached(figures, figure, least):
    assert figures[figure] >= least


def test_vagueness_is_missed_or_invented_at_most_twice(figures, golds):
    vague = sum(
        row["kind"] == "vague" for gold in golds.values() for form in gold["targets"] for row in form["indicators"]
    )
    found = vague * figures["vague_r"]
    assert vague - found <= ERRORS_OF_VAGUE
    assert found / figures["vague_p"] - found <= ERRORS_OF_VAGUE


def test_counts_and_sums_of_the_document_of_narrow_cells(documents):
    document = documents["000"]
    assert len(document.targets) == 35
    assert sum(len(form.indicators) for form in document.targets) == 247
    assert len(document.project_budgets) == 37
    assert sum(row.total_wan for row in document.project_budgets) == Decimal("4475.25")
    assert sum(form.amount_wan for form in document.targets) == Decimal("3529.27")
    assert {sum(row.weight for row in form.indicators) for form in document.targets} == {90}
    assert document.document.project_wan == Decimal("4475.25")


def test_each_form_of_the_document_of_narrow_cells_is_paid_by_a_row_of_its_name_and_amount(documents):
    document = documents["000"]
    rows = Counter((row.name, row.total_wan) for row in document.project_budgets)
    forms = Counter((form.name, form.amount_wan) for form in document.targets)
    assert forms - rows == Counter()
    assert sum((rows - forms).values()) == 2


def test_counts_and_sums_of_the_document_of_two_halves(documents):
    document = documents["003"]
    assert len(document.targets) == 6
    assert sum(len(form.indicators) for form in document.targets) == 62
    assert len(document.project_budgets) == 5
    assert sum(row.total_wan for row in document.project_budgets) == Decimal("92.90")


def test_amounts_in_yuan_are_the_amounts_of_the_budget_table(documents):
    document = documents["003"]
    rows = {row.total_wan for row in document.project_budgets}
    own = [form for form in document.targets if form.unit_code == document.document.publisher_code]
    assert len({form.amount_wan for form in own} & rows) >= 4


def test_a_foreign_unit_is_no_unit_of_the_department(documents):
    document = documents["003"]
    own = document.document.publisher_code
    foreign = {form.unit for form in document.targets if not form.unit_code.startswith(own)}
    assert len(foreign) == 1
    assert foreign.isdisjoint(unit.name for unit in document.units)


def test_a_department_and_its_unit_that_print_the_same_form_have_one(documents):
    names = [form.name for form in documents["004"].targets]
    assert len(names) == len(set(names)) == 2


@pytest.mark.parametrize("number", FOUNDING)
def test_nothing_of_a_founding_document_is_left_over(documents, number):
    assert documents[number].leftovers == ()


@pytest.mark.parametrize("number", FOUNDING)
def test_every_quote_stands_at_its_place(documents, texts, number):
    text = texts[number]
    starts = [0, *accumulate(map(len, text.splitlines(keepends=True)))]
    spans = [span for _, _, _, found in _placed(documents[number]) for span in found]
    assert spans
    assert [span for span in spans if text[span.start : span.end] != span.quote] == []
    assert [span for span in spans if bisect_right(starts, span.start) != span.line] == []
    assert [span for span in spans if not span.quote.strip() or len(span.quote.splitlines()) != 1] == []


@pytest.mark.parametrize("number", FOUNDING)
def test_the_quotes_joined_and_folded_are_the_value(documents, number):
    money = {Decimal(1), Decimal(10000)}  # printed in 万元 or in 元
    for record, key, value, spans in _placed(documents[number]):
        printed = _bare("".join(span.quote for span in spans))
        if isinstance(value, str):
            assert _bare(value) == printed, (record, key)
        else:
            figure = Decimal(printed.rstrip("%％").replace(",", ""))
            assert figure in {value * unit for unit in money}, (record, key)


@pytest.mark.parametrize("number", FOUNDING)
def test_the_spans_of_a_value_are_in_printed_order_and_apart(documents, number):
    pairs = [pair for _, _, _, spans in _placed(documents[number]) for pair in pairwise(spans)]
    assert [(one, two) for one, two in pairs if one.end > two.start] == []


@pytest.mark.parametrize("number", FOUNDING)
def test_every_stated_value_has_a_place(documents, number):
    missing = Counter(
        (type(record).__name__, name)
        for record in _records(documents[number])
        for name in _stated(record)
        if not record.places.get(name)
    )
    assert missing == Counter()


@pytest.mark.parametrize("number", FOUNDING)
def test_a_form_begins_before_its_indicators_and_they_follow_each_other(documents, number):
    for form in documents[number].targets:
        lines = [form.line, *(row.line for row in form.indicators)]
        assert lines == sorted(lines), form.name


@pytest.mark.parametrize("number", FOUNDING)
def test_a_value_and_its_reading_belong_together(documents, number):
    rows = [row for form in documents[number].targets for row in form.indicators]
    assert [row for row in rows if (row.number is None) != (row.op is None)] == []
    assert [row for row in rows if row.kind == "quantity" and row.number is None] == []
    assert [row for row in rows if row.kind in {"vague", "state", "restated", "missing", "secret"} and row.op] == []
    assert [row for row in rows if row.value is None and row.kind != "missing"] == []


def _private(text):
    """What is printed after the labels of officials' names and telephone numbers."""
    for line in text.splitlines():
        words = [word for word in re.split(r"[\s:：]+", line) if word]
        for label, word in pairwise(words):
            if label in PRIVATE and word not in PRIVATE and not word.startswith("填报"):
                yield word


def test_no_record_names_an_official_or_a_telephone(documents, texts):
    private = {number: set(_private(text)) for number, text in texts.items()}
    assert any(word.isdigit() for words in private.values() for word in words)
    assert any(not word.isdigit() for words in private.values() for word in words)
    lines = {number: to_json(document) for number, document in documents.items()}
    assert {word for number, words in private.items() for word in words if word in lines[number]} == set()


@pytest.mark.parametrize("number", FOUNDING)
def test_a_record_comes_back_from_its_line(documents, number):
    assert from_json(to_json(documents[number])) == documents[number]


def test_reading_twice_gives_the_same_record(real, documents):
    (path,) = (real / "seeds").glob("004_*")
    assert to_json(ingest.read(path)) == to_json(documents["004"])


def test_no_lexicon_knows_a_real_publisher(golds):
    words = "\n".join(
        each.read_text(encoding="utf-8") for each in ontology.path("lexicon").iterdir() if each.name.endswith(".yaml")
    )
    assert words
    names = {gold["document"][key] for gold in golds.values() for key in ("publisher", "region")}
    assert [name for name in sorted(names) if name in words] == []
