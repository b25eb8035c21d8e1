"""The same project in two years: forms of one publisher whose names differ in the year alone."""

from __future__ import annotations

import re
from collections import defaultdict
from itertools import pairwise
from typing import TYPE_CHECKING

from pyoxigraph import NamedNode

from graph.addresses import join, name_key
from queries.derivations.facts import Fact, ours, select

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pyoxigraph import Store

    Key = tuple[str, str, str]
    """Publisher, unit, and name without its year."""
    Form = tuple[NamedNode, NamedNode]
    """With its document."""

FORMS = """
SELECT ?form ?document ?publisher ?year ?name ?unit WHERE {
  ?form a jx:TargetForm ; jx:scope scope:project ; jx:document ?document ; schema:name ?name .
  ?document dct:publisher ?publisher ; jx:fiscalYear ?year .
  OPTIONAL { ?form jx:unitName ?unit }
}
"""
YEAR = re.compile(r"20\d{2}(年度?)?")


def derive(store: Store) -> Iterator[Fact]:
    """A ``Succession`` for each form whose project the same publisher had in its last document of an earlier year.

    Where two forms of one year are called the same, nobody can tell which of them goes on.
    """
    followed: dict[Key, dict[int, list[Form]]] = defaultdict(lambda: defaultdict(list))
    for row in select(store, FORMS):
        unit = row["unit"].value if row["unit"] else ""
        key = (row["publisher"].value, name_key(unit), YEAR.sub("", name_key(row["name"].value)))
        followed[key][int(row["year"].value)].append((row["form"], row["document"]))
    for years in followed.values():
        for earlier, later in pairwise(years[year] for year in sorted(years)):
            if len(earlier) == len(later) == 1:
                (form, document), (before, _) = later[0], earlier[0]
                yield Fact(
                    NamedNode(join(form.value, "上年")),
                    "Succession",
                    (ours("earlier", before), ours("later", form), ours("document", document)),
                )
