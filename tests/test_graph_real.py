"""Real disclosures: nothing that was read gets lost in the graph, and the graph is well formed."""

from __future__ import annotations

from collections import Counter

import pytest
from once import read
from pyoxigraph import Store

from graph.mapping import triples
from graph.store import count, fill
from graph.validate import validate


@pytest.fixture(scope="module", params=["000", "001", "002", "003", "004"])
def document(request, real):
    (path,) = (real / "seeds").glob(f"{request.param}_*")
    return read(path)


@pytest.fixture(scope="module")
def store(document):
    store = Store()
    fill(store, triples(document))
    return store


def test_every_form_row_and_indicator_is_in_the_graph(document, store):
    assert count(store, "TargetForm") == len(document.targets)
    assert count(store, "BudgetLine") == len(document.project_budgets)
    assert count(store, "Indicator") == sum(len(form.indicators) for form in document.targets)


def test_every_place_is_in_the_graph(document, store):
    records = [
        document,
        document.document,
        *document.units,
        *document.project_budgets,
        *document.targets,
        *document.granted,
        *document.statements,
        *document.tables,
        *(row for table in document.tables for row in table.rows),
        *(indicator for form in document.targets for indicator in form.indicators),
    ]
    expected = Counter(span.quote for record in records for spans in record.places.values() for span in spans)
    expected.update(leftover.span.quote for leftover in document.leftovers)
    rows = store.query(
        "SELECT ?place ?quote WHERE { ?place <http://www.w3.org/ns/oa#exact> ?quote }", use_default_graph_as_union=True
    )
    assert Counter(row["quote"].value for row in rows) == expected


def test_what_was_read_is_well_formed(store):
    assert [each for each in validate(store) if each.severity == "violation"] == []
