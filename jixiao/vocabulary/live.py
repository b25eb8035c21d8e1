"""What a snapshot adds to the documentation: codes that only it knows, how often each is used, and answers."""

from __future__ import annotations

import json
from collections import Counter
from functools import cache
from typing import TYPE_CHECKING, Any

from pyoxigraph import NamedNode

from graph.snapshot import STORE
from ontology.terms import CODE, CODES_GRAPH, CONCEPTS_GRAPH
from queries.errors import QueryError
from queries.guard import check
from queries.worker import Limits, answer

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pyoxigraph import Quad

    from graph.snapshot import Snapshot

COUNT = f"""
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
SELECT ?code (COUNT(DISTINCT ?thing) AS ?count) WHERE {{
  ?code skos:inScheme <{CODE}%s> .
  GRAPH ?graph {{ ?thing ?property ?code }}
  FILTER(?graph NOT IN (<{CODES_GRAPH}>, <{CONCEPTS_GRAPH}>))
}} GROUP BY ?code
"""
USES = f"""\
# 用到这个代码的事物，以及是在哪个属性里用的。
# The things that use this code, and by which property.
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>

SELECT ?thing ?property WHERE {{
  GRAPH ?graph {{ ?thing ?used <%s> }}
  FILTER(?graph NOT IN (<{CODES_GRAPH}>, <{CONCEPTS_GRAPH}>))
  OPTIONAL {{ ?used rdfs:label ?property . FILTER(LANG(?property) = "%s") }}
}} ORDER BY ?thing LIMIT 200
"""
LIMITS = Limits()
ROWS, LINES = 10, 30
"""How many rows or lines of an example's answer are shown."""


def codes(snapshot: Snapshot) -> Iterator[Quad]:
    """What the snapshot says of codes."""
    for name in (CODES_GRAPH, CONCEPTS_GRAPH):
        yield from snapshot.store.quads_for_pattern(None, None, None, NamedNode(name))


def counts(snapshot: Snapshot, code_list: str) -> Mapping[str, int]:
    """How many things use each code of a list; a code that nothing uses is not named."""
    result: Any = snapshot.query(COUNT % code_list)
    return Counter({row["code"].value: int(row["count"].value) for row in result})


class Answers:
    """The answers of one snapshot to the examples; each is asked once, in a process that can be ended."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._store = snapshot.path / STORE
        self.of = cache(self._ask)

    def _ask(self, query: str) -> Mapping[str, Any]:
        """``boolean``, or ``text`` (Turtle), or ``columns``, the first ``rows`` and ``total``; else ``error``."""
        try:
            return self._graph(query) if check(query) == "CONSTRUCT" else self._table(query)
        except QueryError as error:
            return {"error": str(error)}

    def _graph(self, query: str) -> Mapping[str, Any]:
        lines = answer(self._store, query, "ttl", LIMITS).decode().splitlines()
        return {"text": "\n".join(lines[:LINES]), "cut": len(lines) > LINES}

    def _table(self, query: str) -> Mapping[str, Any]:
        result = json.loads(answer(self._store, query, "json", LIMITS))
        if "boolean" in result:
            return {"boolean": result["boolean"]}
        columns, bindings = result["head"]["vars"], result["results"]["bindings"]
        rows = [[row.get(column) for column in columns] for row in bindings[:ROWS]]
        return {"columns": columns, "rows": rows, "total": len(bindings)}
