"""Scores: each figure follows from the numbers beside it, and those from what the graph says."""

from decimal import Decimal
from pathlib import Path

import pyoxigraph as ox
import pytest

from graph.store import vocabulary_quads
from graph.validate import validate
from jixiao.summary import departments
from jixiao.view import View
from ontology.terms import DQV, JX, code_iri
from queries.errors import HeaderError
from queries.scores import SCORES_GRAPH, WHOLE, measures, scores

CASES = Path(__file__).parent / "catalogue" / "graph.ttl"
BASE = "https://example.org/"
MEASURES = measures()


@pytest.fixture(scope="module")
def said() -> ox.Store:
    """What the documents of the cases say."""
    store = ox.Store()
    store.load(path=CASES, format=ox.RdfFormat.TURTLE, to_graph=ox.NamedNode(f"{BASE}d"))
    return store


@pytest.fixture(scope="module")
def found(said) -> dict[tuple[str, str], tuple[Decimal, ...]]:
    """By measure and subject: the score and the two numbers that it is made of."""
    return figures(scores(said, BASE))


def figures(quads) -> dict[tuple[str, str], tuple[Decimal, ...]]:
    things: dict[str, dict[str, str]] = {}
    for quad in quads:
        things.setdefault(quad.subject.value, {})[quad.predicate.value] = quad.object.value
    return {
        (thing[f"{DQV}isMeasurementOf"].rpartition("/")[2], thing[f"{DQV}computedOn"].removeprefix(BASE)): tuple(
            Decimal(thing[name]) for name in (f"{DQV}value", f"{JX}dividend", f"{JX}divisor")
        )
        for thing in things.values()
        if f"{DQV}value" in thing
    }


def filled(quads) -> ox.Store:
    store = ox.Store()
    store.extend(quads)
    return store


def numbers(*texts: str) -> tuple[Decimal, ...]:
    return tuple(map(Decimal, texts))


@pytest.mark.parametrize(
    ("measure", "subject", "expected"),
    [
        ("vague-share", "f1", ("20.00", "1", "5")),
        ("vague-share", WHOLE, ("20.00", "3", "15")),
        ("measurable-share", "y2/f", ("100.00", "2", "2")),
        ("measurable-share", "y1/f", ("50.00", "1", "2")),
        ("complete-value-share", "f3", ("66.67", "4", "6")),
        ("secret-share", "d", ("28.57", "2", "7")),
        ("money-with-indicators-share", "d", ("0.85", "80000", "9400000")),
        ("indicators-per-form", "q", ("1.33", "4", "3")),
        ("vague-share", code_iri("division", "130700"), ("25.00", "1", "4")),
        ("vague-share", code_iri("government-level", "city"), ("25.00", "1", "4")),
        ("vague-share", "http://reference.data.gov.uk/id/year/2023", ("50.00", "1", "2")),
        ("vague-share", "p/科普", ("20.00", "1", "5")),
        ("target-parts-share", "i1", ("100.00", "3", "3")),  # ≥30次
        ("target-parts-share", "i2", ("100.00", "1", "1")),  # a time
        ("target-parts-share", "i8", ("33.33", "1", "3")),  # 90
        ("target-parts-share", "i4", ("0.00", "0", "3")),  # vague
        ("target-parts-share", "y2/i2", ("33.33", "1", "3")),  # relative, with last year's result
        ("target-parts-share", "f1", ("76.92", "10", "13")),
    ],
)
def test_a_score_is_that_of_its_formula(found, measure, subject, expected):
    assert found[measure, subject] == numbers(*expected)


def test_every_score_follows_from_the_two_numbers_beside_it(found):
    for (measure, _), (score, dividend, divisor) in found.items():
        assert score == MEASURES[measure].value(dividend, divisor)
    assert {measure for measure, _ in found} == set(MEASURES)


def test_where_the_divisor_is_zero_there_is_no_score(found):
    assert ("vague-share", "f2") not in found  # all its indicators are secret
    assert ("secret-share", "f2") in found
    assert ("money-with-indicators-share", "e") not in found  # no budget rows


def test_the_numbers_of_a_department_are_the_sums_of_its_documents(found):
    for measure in MEASURES:
        of_documents = [found[measure, document] for document in ("y1", "y2")]
        assert found[measure, "q"][1:] == tuple(map(sum, zip(*(each[1:] for each in of_documents), strict=True)))


def test_the_same_graph_gives_the_same_scores_in_one_named_graph(said):
    quads = [*scores(said, BASE)]
    again = filled(reversed([*said]))
    assert [*scores(again, BASE)] == quads
    assert {quad.graph_name.value for quad in quads} == {SCORES_GRAPH}
    assert len(set(quads)) == len(quads)


def test_an_empty_graph_has_measures_and_no_score():
    assert figures(scores(ox.Store())) == {}


def test_scores_and_measures_are_well_formed(said):
    store = filled([*vocabulary_quads(), *said, *scores(said, BASE)])
    assert [each for each in validate(store) if each.graph == SCORES_GRAPH and each.severity != "info"] == []


def test_a_score_of_a_document_is_the_share_that_lists_and_reports_show(published):
    snapshot = published.live()
    found = figures(scores(snapshot.store))
    shown = {each.document.iri: numbers(*map(str, (each.clarity.unclear, each.clarity.judged)))
             for each in departments(View(snapshot))}  # fmt: skip
    assert {document: found["vague-share", document.removeprefix(BASE)][1:] for document in shown} == shown


def test_a_measure_without_its_formula_in_words_is_refused_by_name(tmp_path):
    (tmp_path / "own.rq").write_text('#+ title: {zh: 甲, en: A}\n#+ unit: "%"\n#+ version: "1"\n', "utf-8")
    with pytest.raises(HeaderError, match="definition"):
        measures(tmp_path)
