"""The worked examples: each runs, gives an answer, and speaks only words that the vocabulary declares."""

from __future__ import annotations

import re

import pytest
from pyoxigraph import QueryBoolean

from jixiao.vocabulary.book import described, names
from jixiao.vocabulary.reading import vocabulary
from ontology.terms import CODE, JX, RDFS, XSD
from queries.errors import HeaderError
from queries.guard import check
from queries.library import example, examples

EXAMPLES = examples()
OF_EVALUATIONS = {"09-weights", "17-target-and-actual", "18-provisional"}
"""What the samples do not print is asked of a self-evaluation."""


@pytest.fixture(scope="module")
def known():
    return vocabulary()


def answer(graph, name):
    return graph.live().query(EXAMPLES[name].text)


def test_there_are_twenty_from_easy_to_hard():
    assert len(EXAMPLES) == 20
    assert [name[:2] for name in EXAMPLES] == [f"{number:02}" for number in range(1, 21)]
    forms = [check(each.text) for each in EXAMPLES.values()]
    assert forms == ["SELECT"] * 18 + ["ASK", "CONSTRUCT"]


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_has_an_answer(published, evaluated, name):
    found = answer(evaluated if name in OF_EVALUATIONS else published, name)
    assert bool(found) if isinstance(found, QueryBoolean) else len(list(found)) > 0


@pytest.mark.parametrize("name", EXAMPLES)
def test_every_variable_that_an_example_shows_is_bound_somewhere(published, evaluated, name):
    rows = []
    for graph in (published, evaluated):
        found = answer(graph, name)
        if isinstance(found, QueryBoolean) or not hasattr(found, "variables"):
            return
        shown = [variable.value for variable in found.variables]
        rows += [{name for name in shown if row[name] is not None} for row in found]
    unbound = set(shown) - set().union(*rows)
    assert unbound <= {"parent", "region", "level", "page", "code", "scoringText", "evidenceText"}  # samples print none


@pytest.mark.parametrize("name", EXAMPLES)
def test_every_prefix_of_an_example_is_declared_once_and_used(name):
    body = EXAMPLES[name].body
    declared = re.findall(r"^PREFIX ([\w-]+):", body, re.MULTILINE)
    used = {each.partition(":")[0] for each in re.findall(r"[\w-]+:[\w-]+", re.sub(r"<[^>\s]*>|#.*", "", body))}
    assert len(declared) == len(set(declared))
    assert set(declared) == used


@pytest.mark.parametrize("name", EXAMPLES)
def test_every_word_of_an_example_is_declared_by_the_vocabulary(known, name):
    elsewhere = {"https://schema.org/PropertyValue"} if name == "20-construct" else set()
    unknown = {
        iri
        for iri in names(EXAMPLES[name].body)
        if iri not in known.terms and known.code(iri) is None and not iri.startswith((RDFS, XSD))
    }
    assert unknown - elsewhere == set()


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_is_ordered_or_has_one_answer(name):
    text = EXAMPLES[name].body
    assert "ORDER BY" in text or not text.count("SELECT")


def test_the_examples_use_the_main_classes_and_most_properties_of_what_documents_say(known):
    used = {iri.removeprefix(JX) for each in EXAMPLES.values() for iri in names(each.body)}
    assert used >= {"Disclosure", "TargetForm", "Indicator", "Target", "BudgetLine", "Funding", "ProvisionalConcept"}
    assert used >= {"BudgetTable", "BudgetRow", "BudgetColumn", "BudgetCell"}
    assert used >= {"goal", "planStep", "grant", "statement", "place", "vagueTerm", "judgedBy"}
    told = [term for section in known.sections if section.id != "derived" for term in section.properties]
    shown = [term for term in told if term.iri.removeprefix(JX) in used]
    assert len(shown) > len(told) / 2


def test_shares_of_kinds_add_up_to_all(published):
    rows = list(answer(published, "08-kinds-share"))
    assert sum(float(row["percent"].value) for row in rows) == pytest.approx(100, abs=0.5)


def test_money_by_source_is_what_the_parts_add_up_to(published):
    parts = published.live().query(
        f"SELECT (SUM(?amount) / 10000 AS ?all) {{ ?part a <{JX}Funding> ; "
        "<http://data.openbudgets.eu/ontology/dsd/measure/amount> ?amount }"
    )
    total = float(next(iter(parts))["all"].value)
    assert sum(float(row["money"].value) for row in answer(published, "07-money-by-source")) == pytest.approx(total)


def test_a_quote_is_what_stands_at_its_place(published):
    quotes = {row["quote"].value for row in answer(published, "11-place-and-quote")}
    printed = {span.quote for each in published.live().documents() for span in values(each)}
    assert quotes <= printed


def values(document):
    rows = [row for target in document.targets for row in target.indicators]
    return [span for row in rows for span in row.places.get("value", ())]


def test_a_reached_target_is_told_from_its_result(evaluated):
    rows = list(answer(evaluated, "17-target-and-actual"))
    assert {(row["actual"].value, row["reached"].value) for row in rows} == {("31次", "true")}


def test_a_word_that_no_list_knows_is_found_with_its_uses(evaluated):
    rows = {row["word"].value: int(row["uses"].value) for row in answer(evaluated, "18-provisional")}
    assert rows["咕噜"] > 0


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_is_told_to_other_tools_whole(name):
    said = described(EXAMPLES[name])
    assert EXAMPLES[name].body in {triple.object.value for triple in said}
    assert {triple.object.language for triple in said if hasattr(triple.object, "language")} >= {"zh", "en"}


def test_an_example_without_an_explanation_is_refused_with_its_file(tmp_path):
    file = tmp_path / "21-mute.rq"
    file.write_text("#+ title: {zh: 无, en: none}\n#+ question: {zh: 无, en: none}\nASK {}\n", encoding="utf-8")
    with pytest.raises(HeaderError, match="explanation"):
        example(file)


def test_names_are_those_of_the_query_and_not_of_its_texts():
    text = (
        'PREFIX jx: <https://w3id.org/jixiao/ontology#>\nASK { ?x a jx:Goal . # jx:Grant\n ?x ?y "jx:Target", <x:y> }'
    )
    assert names(text) == [f"{JX}Goal"]


def test_codes_that_examples_name_are_in_their_lists(known):
    used = {iri for each in EXAMPLES.values() for iri in names(each.body) if iri.startswith(CODE)}
    assert len(used) >= 4
    assert all(known.code(iri) for iri in used)
