"""Whether budget data is a sound cube, judged by the integrity constraints of the RDF Data Cube Vocabulary.

The constraints (https://www.w3.org/TR/vocab-data-cube/#wf-rules) and two of OpenBudgets.eu are SPARQL queries in
``ontology/integrity``, one a file, that select the offender as ``?focus``. They run on a copy in memory, of all graphs
together, in which what a cube leaves unsaid is said.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import yaml
from pyoxigraph import BlankNode, DefaultGraph, NamedNode, Quad, Store

from graph.errors import ConstraintFileError
from graph.validate import Severity, Violation, located, with_codes
from ontology import path as ontology_path
from ontology.terms import OWL, QB, RDF, RDFS, SKOS

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence
    from importlib.resources.abc import Traversable

    from pyoxigraph import QuerySolution, QuerySolutions

MARK = "#+"
LANGUAGES = ("zh", "en")
_AT = re.compile(r"error at (\d+):")
_COMPONENT = tuple(f"{QB}{name}" for name in ("dimension", "measure", "attribute", "componentProperty"))
_HIERARCHY = (f"{QB}parentChildProperty", f"{OWL}inverseOf")
_NAMED = (
    *_COMPONENT,
    *_HIERARCHY,
    *(
        f"{QB}{name}"
        for name in (
            "structure", "component", "componentAttachment", "componentRequired", "dataSet", "slice", "observation",
            "sliceKey", "sliceStructure", "codeList", "measureType", "hierarchyRoot",
        )
    ),
    f"{RDF}type", f"{RDFS}range", f"{RDFS}subClassOf", f"{RDFS}subPropertyOf", f"{SKOS}inScheme", f"{SKOS}member",
)  # fmt: skip
"""What a cube is made of, beside the components that its structures name."""


@dataclass(frozen=True, slots=True)
class Constraint:
    """One integrity constraint."""

    name: str
    title: tuple[tuple[str, str], ...]
    """As pairs of language and text, like ``messages``."""
    messages: tuple[tuple[str, str], ...]
    severity: Severity
    sparql: str


def check(store: Store, passed: Collection[str] = ()) -> list[Violation]:
    """What in a store breaks an integrity constraint, constraint by constraint, in a stable order.

    Args:
        store: What is judged.
        passed: The names of graphs that were judged before as they are; their cubes are not judged again.

    Raises:
        ConstraintFileError: A file of a constraint is broken.
    """
    cube = _normalised(_copy(with_codes(store), passed))
    found = [each for constraint in constraints() for each in _broken(constraint, cube, store)]
    return located(found, store)


@cache
def constraints() -> tuple[Constraint, ...]:
    """The integrity constraints, in the order of their files.

    Raises:
        ConstraintFileError: A file has no sound header.
    """
    return tuple(_constraint(file) for file in _files(".rq"))


def _files(extension: str) -> list[Traversable]:
    files = (file for file in ontology_path("integrity").iterdir() if file.name.endswith(extension))
    return sorted(files, key=lambda file: file.name)


def _constraint(file: Traversable) -> Constraint:
    text = file.read_text(encoding="utf-8")
    header = _header(text, file)
    return Constraint(
        name=file.name.removesuffix(".rq"),
        title=_bilingual(header, "title", file),
        messages=_bilingual(header, "message", file),
        severity=header.get("severity", "violation"),
        sparql=text,
    )


def _header(text: str, file: Traversable) -> dict[str, Any]:
    """The ``#+`` lines, which are YAML."""
    lines = [line.removeprefix(MARK).removeprefix(" ") for line in text.splitlines() if line.startswith(MARK)]
    try:
        header = yaml.safe_load("\n".join(lines))
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        line = None if mark is None else mark.line + 1
        raise ConstraintFileError(Path(str(file)), f"文件头不是有效的 YAML：{error.problem}", line) from error
    if not isinstance(header, dict):
        raise ConstraintFileError(Path(str(file)), "缺少以“#+”开头的文件头", 1)
    return header


def _bilingual(header: dict[str, Any], key: str, file: Traversable) -> tuple[tuple[str, str], ...]:
    texts = header.get(key)
    if not isinstance(texts, dict) or any(not texts.get(language) for language in LANGUAGES):
        raise ConstraintFileError(Path(str(file)), f"文件头的“{key}”须有中文（zh）和英文（en）两种文字", 1)
    return tuple((language, str(texts[language])) for language in LANGUAGES)


def _copy(stores: Sequence[Store], passed: Collection[str]) -> Store:
    """What cubes are made of in all graphs but those that passed, as one graph in memory."""
    copy = Store()
    _take(copy, stores, _NAMED, passed)
    parts = {quad.object.value for quad in copy if quad.predicate.value in (*_COMPONENT, *_HIERARCHY)
             and isinstance(quad.object, NamedNode)}  # fmt: skip
    _take(copy, stores, parts, passed)
    return copy


def _take(copy: Store, stores: Sequence[Store], names: Collection[str], passed: Collection[str]) -> None:
    """Copy everything that is said by some properties."""
    for store in stores:
        for graph in _graphs(store, passed):
            for name in sorted(names):
                quads = store.quads_for_pattern(None, NamedNode(name), None, graph)
                copy.bulk_extend(Quad(quad.subject, quad.predicate, quad.object) for quad in quads)


def _graphs(store: Store, passed: Collection[str]) -> Sequence[NamedNode | DefaultGraph | None]:
    """The graphs that are judged; ``None`` stands for all at once, which is quicker than each by itself."""
    if not passed:
        return [None]
    named = (graph for graph in store.named_graphs() if isinstance(graph, NamedNode) and graph.value not in passed)
    return [DefaultGraph(), *sorted(named, key=lambda graph: graph.value)]


def _normalised(cube: Store) -> Store:
    """The cube with what it leaves unsaid: each update is repeated until it adds nothing."""
    for file in _files(".ru"):
        update, size = file.read_text(encoding="utf-8"), -1
        while size != len(cube):
            size = len(cube)
            try:
                cube.update(update)
            except SyntaxError as error:
                raise _malformed(file, error) from error
    return cube


def _malformed(file: Traversable, error: SyntaxError) -> ConstraintFileError:
    where = _AT.search(str(error))
    return ConstraintFileError(Path(str(file)), f"不是有效的 SPARQL：{error}", int(where[1]) if where else None)


def _broken(constraint: Constraint, cube: Store, store: Store) -> Iterator[Violation]:
    """What breaks a constraint, of what the store itself describes."""
    try:
        solutions = cube.query(constraint.sparql)
    except SyntaxError as error:
        raise _malformed(ontology_path("integrity", f"{constraint.name}.rq"), error) from error
    for solution in cast("QuerySolutions", solutions):
        if (graph := _graph_of(solution["focus"], store)) is not None:
            yield Violation(
                graph=graph,
                focus=solution["focus"].value,
                shape=constraint.name,
                value=_value(solution),
                messages=constraint.messages,
                severity=constraint.severity,
            )


def _graph_of(thing: NamedNode | BlankNode, store: Store) -> str | None:
    """The first graph that describes a thing, or else that refers to it; ``None`` where only code lists know it."""
    for quads in (store.quads_for_pattern(thing, None, None), store.quads_for_pattern(None, None, thing)):
        graphs = sorted(getattr(quad.graph_name, "value", "") for quad in quads)
        if graphs:
            return graphs[0]
    return None


def _value(solution: QuerySolution) -> str | None:
    try:
        value = solution["value"]
    except KeyError:  # the constraint is about the focus alone
        return None
    return None if value is None else str(value.value)
