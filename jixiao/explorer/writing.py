"""What is shown, as files: GraphML for graph programs, rows for spreadsheets."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import unquote
from xml.etree.ElementTree import Element, SubElement, tostring

from jixiao.explorer.kinds import kinds

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from jixiao.explorer.drawing import Drawing
    from jixiao.explorer.reading import Line, Thing
    from jixiao.tables import Cell

THINGS = ("kind", "label", "detail", "certain", "possible", "department", "address")
"""The columns of the things; ``certain`` and ``possible`` count findings."""
LINES = ("source", "label", "note", "target", "source_address", "target_address")
"""The columns of the lines."""
GRAPHML = "http://graphml.graphdrawing.org/xmlns"
_CONTROL = {code: "\ufffd" for code in range(32) if chr(code) not in "\t\n\r"}
"""What XML 1.0 cannot hold."""


def thing_row(thing: Thing, language: str) -> Mapping[str, Cell]:
    """A thing as a row."""
    return {
        "kind": kinds()[thing.kind].words[language],
        "label": thing.label,
        "detail": thing.detail,
        "certain": thing.certain,
        "possible": thing.possible,
        "department": thing.home,
        "address": thing.iri,
    }


def line_rows(drawing: Drawing) -> Iterator[Mapping[str, Cell]]:
    """The lines as rows, with what their ends are called."""
    called = {thing.iri: thing.label for thing in drawing.things}
    for line in drawing.lines:
        yield {
            "source": called[line.source],
            "label": line.label,
            "note": line.note,
            "target": called[line.target],
            "source_address": line.source,
            "target_address": line.target,
        }


def graphml(drawing: Drawing, language: str, about: str) -> bytes:
    """The drawing as GraphML (http://graphml.graphdrawing.org/specification.html), ``about`` says where from."""
    root = Element("graphml", xmlns=GRAPHML)
    for name in THINGS:
        kind = "int" if name in {"certain", "possible"} else "string"
        SubElement(root, "key", {"id": name, "for": "node", "attr.name": name, "attr.type": kind})
    for name in ("relation", "note"):
        SubElement(root, "key", {"id": name, "for": "edge", "attr.name": name, "attr.type": "string"})
    graph = SubElement(root, "graph", edgedefault="directed")
    SubElement(graph, "desc").text = _clean(about)
    for thing in drawing.things:
        _with_data(SubElement(graph, "node", id=thing.key), thing_row(thing, language))
    keys = {thing.iri: thing.key for thing in drawing.things}
    for line in drawing.lines:
        edge = SubElement(graph, "edge", source=keys[line.source], target=keys[line.target])
        _with_data(edge, {"relation": line.label, "note": line.note})
    written: bytes = tostring(root, encoding="utf-8", xml_declaration=True)
    return written


def _with_data(element: Element, row: Mapping[str, Cell]) -> None:
    for name, value in row.items():
        if value not in (None, ""):
            SubElement(element, "data", key=name).text = _clean(str(value))


def _clean(text: str) -> str:
    return text.translate(_CONTROL)


def as_data(drawing: Drawing, short: Callable[[str], str]) -> Mapping[str, object]:
    """The drawing as the page's script takes it: things by their keys."""
    keys = {thing.iri: thing.key for thing in drawing.things}
    return {
        "things": [_datum(thing, short(thing.iri)) for thing in drawing.things],
        "lines": [_line(line, keys) for line in drawing.lines],
        "steps": list(drawing.steps),
        "kinds": drawing.kinds,
        "ways": drawing.ways,
        "full": drawing.full,
    }


def _datum(thing: Thing, short: str) -> Mapping[str, object]:
    return {
        "id": thing.key,
        "at": short,
        "kind": thing.kind,
        "label": thing.label,
        "detail": thing.detail,
        "home": unquote((thing.home or "").rpartition("/")[2]),
        "certain": thing.certain,
        "possible": thing.possible,
    }


def _line(line: Line, keys: Mapping[str, str]) -> Mapping[str, str]:
    return {"source": keys[line.source], "target": keys[line.target], "label": line.label, "note": line.note}
