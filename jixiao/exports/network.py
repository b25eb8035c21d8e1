"""The graph as a network for Gephi, Cytoscape or networkx (GraphML, http://graphml.graphdrawing.org/).

Departments, projects, target forms, indicators and their types are nodes; each edge says why it is there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, BinaryIO
from urllib.parse import unquote
from xml.sax.saxutils import escape, quoteattr

from jixiao.exports.columns import sheets
from jixiao.exports.csvs import as_text
from jixiao.exports.rows import records
from jixiao.tables import plain
from ontology.terms import CODE, concepts, label

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from graph.snapshot import Snapshot

ATTRIBUTES = {
    "node": {
        "label": "string",
        "kind": "string",
        "year": "int",
        "amount": "double",
        "type": "string",
        "value": "string",
    },
    "edge": {"relation": "string"},
}
"""What nodes and edges carry, with the types that GraphML has."""
_HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<graphml xmlns="http://graphml.graphdrawing.org/xmlns">
"""
_UNWRITABLE = {code: None for code in range(32) if chr(code) not in "\t\n\r"}


def write_graphml(snapshot: Snapshot, stream: BinaryIO) -> None:
    """Every node before the edges that begin at it."""
    with as_text(stream) as text:
        text.write(_HEAD)
        for things, attributes in ATTRIBUTES.items():
            for name, kind in attributes.items():
                text.write(f'<key id="{things}-{name}" for="{things}" attr.name="{name}" attr.type="{kind}"/>\n')
        text.write('<graph edgedefault="directed">\n')
        text.writelines(_elements(snapshot))
        text.write("</graph>\n</graphml>\n")


def _elements(snapshot: Snapshot) -> Iterator[str]:
    """What the network is made of; a provisional type is told where it is first met."""
    known = sheets()
    yield from _types()
    yield from _departments(records(snapshot, known["documents"]))
    for row in records(snapshot, known["projects"]):
        yield _node(row["id"], label=row["name"], kind="project", year=row["year"], amount=row["budget"])
        yield _edge(row["publisher"], row["id"], "project")
    for row in records(snapshot, known["forms"]):
        yield _node(row["id"], label=row["name"], kind="form", year=row["year"], amount=row["amount"])
        yield _edge(row["project"] or row["publisher"], row["id"], "form")
    types: set[Any] = set(concepts("indicator-type"))
    for row in records(snapshot, known["indicators"]):
        if row["type"] and row["type"] not in types:
            types.add(row["type"])
            yield _node(
                _type(row["type"]), label=unquote(str(row["type"])).rpartition("/")[2], kind="type", type=row["type"]
            )
        yield _node(row["id"], label=row["name"], kind="indicator", type=row["type"], value=row["printed"])
        yield _edge(row["form"], row["id"], "indicator")
        yield _edge(row["id"], row["type"] and _type(row["type"]), "type")


def _type(code: Any) -> str:
    """The address of a type, provisional or not."""
    return f"{CODE}indicator-type/{code}"


def _types() -> Iterator[str]:
    """The types of indicators, and which is a kind of which."""
    for concept in concepts("indicator-type").values():
        yield _node(concept.iri, label=label("indicator-type", concept.notation), kind="type", type=concept.notation)
    for concept in concepts("indicator-type").values():
        yield _edge(concept.iri, concept.broader and _type(concept.broader), "broader")


def _departments(documents: Iterator[Mapping[str, Any]]) -> Iterator[str]:
    """Each department once, whatever number of documents it has published."""
    named = {row["publisher"]: row["publisher_name"] for row in documents if row["publisher"]}
    for address, name in sorted(named.items()):
        yield _node(address, label=name, kind="department")


def _node(address: Any, **said: Any) -> str:
    return f"<node id={_quoted(address)}>{_data('node', said)}</node>\n"


def _edge(start: Any, end: Any, relation: str) -> str:
    """An edge, or nothing where one of its ends is not known."""
    if not start or not end:
        return ""
    return f"<edge source={_quoted(start)} target={_quoted(end)}>{_data('edge', {'relation': relation})}</edge>\n"


def _data(things: str, said: Mapping[str, Any]) -> str:
    told = ((name, plain(value).translate(_UNWRITABLE)) for name, value in said.items() if value is not None)
    return "".join(f'<data key="{things}-{name}">{escape(value)}</data>' for name, value in told)


def _quoted(address: Any) -> str:
    return quoteattr(str(address))
