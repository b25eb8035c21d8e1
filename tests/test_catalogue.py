"""Every question of the catalogue against one small graph, and its parameters against hostile values."""

import json
import re
from pathlib import Path

import pyoxigraph as ox
import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.store import vocabulary_quads
from queries.errors import HeaderError, ParameterError, UnknownQueryError
from queries.library import columns, named, question, questions
from queries.scores import scores

CASES = Path(__file__).parent / "catalogue"
BASE = "https://example.org/"
QUESTIONS = questions()


@pytest.fixture(scope="module")
def store() -> ox.Store:
    """The graph of the cases with the labels of the code lists and the scores."""
    store = ox.Store()
    store.bulk_extend(vocabulary_quads())
    store.load(path=CASES / "graph.ttl", format=ox.RdfFormat.TURTLE, to_graph=ox.NamedNode(BASE + "d"))
    store.extend([*scores(store, BASE)])
    return store


def answer(store: ox.Store, text: str) -> dict[str, list]:
    """Columns and rows of an answer, as the expected file states them."""
    solutions = store.query(text, use_default_graph_as_union=True)
    names = [variable.value for variable in solutions.variables]
    rows = [[row[name].value.removeprefix(BASE) if row[name] else None for name in names] for row in solutions]
    return {"columns": names, "rows": rows}


@pytest.mark.parametrize("name", QUESTIONS)
def test_a_question_gives_exactly_the_expected_answer(store, name):
    assert answer(store, QUESTIONS[name].text) == json.loads((CASES / f"{name}.json").read_text("utf-8"))


@pytest.mark.parametrize("name", QUESTIONS)
def test_every_column_of_a_question_has_a_name_for_readers(store, name):
    assert set(answer(store, QUESTIONS[name].text)["columns"]) <= set(columns())


@pytest.mark.parametrize("name", QUESTIONS)
def test_a_question_is_ordered_and_names_no_graph(name):
    assert "ORDER BY" in QUESTIONS[name].body
    assert not re.search(r"\b(GRAPH|FROM|SERVICE)\b", QUESTIONS[name].body)


@pytest.mark.parametrize("name", QUESTIONS)
def test_binding_the_defaults_changes_no_answer(store, name):
    own = QUESTIONS[name]
    defaults = {parameter.name: parameter.default for parameter in own.parameters}
    assert answer(store, own.bound(defaults)) == answer(store, own.text)


def test_every_expected_answer_belongs_to_a_question():
    assert {file.stem for file in CASES.glob("*.json")} == set(QUESTIONS)


def test_every_named_column_is_used(store):
    used = {column for each in QUESTIONS.values() for column in answer(store, each.text)["columns"]}
    assert used == set(columns())


def test_a_parameter_narrows_the_answer(store):
    rows = answer(store, QUESTIONS["targets-for-indicator-name"].bound({"name": "群众"}))["rows"]
    assert {row[0] for row in rows} == {"群众满意度"}
    rows = answer(store, QUESTIONS["projects-by-amount"].bound({"minimum": "900"}))["rows"]
    assert [row[2] for row in rows] == ["展品更新"]
    scored = {"inYear": 2024, "inDivision": "13", "atLevel": "city"}
    rows = answer(store, QUESTIONS["scores-of-documents"].bound(scored))["rows"]
    assert [row[1:3] for row in rows] == [["乙市文化局", "2024"]]


OTHER = {"text": ["无此"], "integer": [1, 7], "decimal": ["0.5", "1000000000"]}


PARAMETERS = [(own.id, each) for own in QUESTIONS.values() for each in own.parameters]


@pytest.mark.parametrize(("name", "parameter"), PARAMETERS, ids=lambda each: getattr(each, "name", each))
def test_every_parameter_changes_the_answer(store, name, parameter):
    own = QUESTIONS[name]
    answers = [answer(store, own.bound({parameter.name: value})) for value in OTHER[parameter.type]]
    assert any(each != answer(store, own.text) for each in answers)


def test_there_are_at_least_thirty_questions():
    assert len(QUESTIONS) >= 30


@given(st.text())
def test_no_text_of_a_parameter_ever_becomes_syntax(store, text):
    bound = QUESTIONS["indicators-of-project"].bound({"name": text})
    found = answer(store, bound)["rows"]
    wanted = [row for row in answer(store, QUESTIONS["indicators-of-project"].text)["rows"] if text.strip() in row[2]]
    assert found == wanted


@pytest.mark.parametrize("value", ["ninety", "", "1e5000000", "1e-5000000", "NaN", "1 } SELECT", "∞"])
def test_a_value_of_another_type_is_refused_in_words(value):
    with pytest.raises(ParameterError, match="minimum"):
        QUESTIONS["projects-by-amount"].bound({"minimum": value})


def test_a_whole_number_has_no_decimals(tmp_path):
    own = question(written(tmp_path, f"{{name: n, type: integer, {LABEL}}}", BODY % 1))
    with pytest.raises(ParameterError, match="整数"):
        own.bound({"n": "1.5"})


def test_an_unknown_parameter_is_refused_with_those_there_are():
    with pytest.raises(ParameterError, match="department、minimum"):
        QUESTIONS["projects-by-amount"].bound({"maximum": 5})


def test_an_unknown_question_is_refused_with_those_there_are():
    with pytest.raises(UnknownQueryError, match="vague-indicators"):
        named("no-such-question", QUESTIONS)


def written(tmp_path: Path, parameters: str, body: str) -> Path:
    """A question file."""
    file = tmp_path / "own.rq"
    head = f"#+ title: {{zh: 问, en: Q}}\n#+ parameters:\n#+   - {parameters}\n\n"
    file.write_text(head + body, "utf-8")
    return file


LABEL = "label: {zh: 值, en: value}"
BODY = "SELECT ?n WHERE {\n  VALUES ?n { %s }\n} ORDER BY ?n"


@pytest.mark.parametrize(
    ("kind", "default", "given_value", "bound"),
    [
        ("text", '"a"', 'b" }', '"b\\" }"'),
        ("integer", "1", " 7 ", '"7"^^<http://www.w3.org/2001/XMLSchema#integer>'),
        ("decimal", "1.5", "0.25", '"0.25"^^<http://www.w3.org/2001/XMLSchema#decimal>'),
        ("boolean", "true", "False", '"false"^^<http://www.w3.org/2001/XMLSchema#boolean>'),
        ("iri", "<https://example.org/a>", "https://example.org/b", "<https://example.org/b>"),
    ],
)
def test_each_type_is_written_as_a_term(tmp_path, kind, default, given_value, bound):
    own = question(written(tmp_path, f"{{name: n, type: {kind}, {LABEL}}}", BODY % default))
    assert f"VALUES ?n {{ {bound} }}" in own.bound({"n": given_value})


@pytest.mark.parametrize(
    ("parameters", "body", "message"),
    [
        (f"{{name: n, type: number, {LABEL}}}", BODY % 1, "number"),
        ("{name: n, type: integer}", BODY % 1, "label"),
        ("{name: n, type: integer, label: {zh: 值}}", BODY % 1, "中英文"),
        (f"{{name: m, type: integer, {LABEL}}}", BODY % 1, r"VALUES \?m"),
    ],
)
def test_a_faulty_parameter_is_refused_with_file_and_cause(tmp_path, parameters, body, message):
    with pytest.raises(HeaderError, match=message) as caught:
        question(written(tmp_path, parameters, body))
    assert caught.value.file == "own.rq"
