"""The shapes: each constraint is fired by an example that says so, and every class and property of the vocabulary has some."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from pyoxigraph import NamedNode, RdfFormat, parse

import ontology
from graph.validate import SHAPES, judge, shape_files
from ontology import terms

EXAMPLES = Path(__file__).parent / "examples"
NAMES = sorted(shape_files())
FIRES = re.compile(r"^#\+ fires: (\S+) (\S+)$", re.MULTILINE)
OWL = "http://www.w3.org/2002/07/owl#"
TERMS = [*parse(ontology.path("jixiao.ttl").read_bytes(), RdfFormat.TURTLE)]
OURS = {quad.subject.value for quad in TERMS if isinstance(quad.subject, NamedNode)}
BORROWED = [*parse(ontology.path("borrowed.ttl").read_bytes(), RdfFormat.TURTLE)]
UNSHAPED = {
    f"{terms.SH}ValidationResult",
}


def quads(name: str, example: str) -> list:
    file = EXAMPLES / name.removesuffix(".ttl") / example
    return [*parse(file.read_bytes(), RdfFormat.TURTLE, rename_blank_nodes=False)]


def objections(name: str, example: str) -> list:
    return judge(quads(name, example), [shape_files()[name]])


def expected(name: str) -> set[tuple[str, str]]:
    return set(FIRES.findall((EXAMPLES / name.removesuffix(".ttl") / "bad.ttl").read_text(encoding="utf-8")))


def test_every_file_of_shapes_has_its_examples_and_every_example_its_shapes():
    assert sorted(f"{folder.name}.ttl" for folder in EXAMPLES.iterdir()) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_the_conforming_example_conforms(name):
    assert objections(name, "ok.ttl") == []


@pytest.mark.parametrize("name", NAMES)
def test_the_violating_example_is_objected_to_as_it_says_and_not_otherwise(name):
    found = objections(name, "bad.ttl")
    assert {(each.focus.rpartition("/")[2], each.shape) for each in found} == expected(name)
    assert all(each.message("zh") and each.message("en") != each.message("zh") for each in found)
