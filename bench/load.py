"""How long it takes to say records as triples and to load them, beside rdflib loading the same N-Quads.

Both stores are in memory and both parse the same bytes, in one run.
"""

from __future__ import annotations

from itertools import chain

from common import best, show, sources
from pyoxigraph import RdfFormat, Store, serialize
from rdflib import Dataset

from graph.mapping import triples
from ingest import read
from ontology import terms


def main() -> None:
    """Print triples a second for each step."""
    documents = [read(path) for path in sources()]
    quads = list(chain.from_iterable(triples(document, terms.BASE) for document in documents))
    text = serialize(quads, format=RdfFormat.N_QUADS)
    steps = {
        "records to triples": best(lambda: [list(triples(document, terms.BASE)) for document in documents]),
        "load, pyoxigraph": best(lambda: Store().bulk_load(text, format=RdfFormat.N_QUADS)),
        "load, rdflib": best(lambda: Dataset().parse(data=text.decode(), format="nquads"), rounds=1),
    }
    base = steps["load, pyoxigraph"]
    rows = [(name, f"{s:.3f}", f"{len(quads) / s:,.0f}", f"{s / base:.1f}") for name, s in steps.items()]
    show(f"{len(quads):,} triples of {len(documents)} files", ("step", "s", "triples/s", "ratio"), rows)


if __name__ == "__main__":
    main()
