"""Scores: how good a target is, and those of a form, a project, a document, a department, a year and so on together.

What a score means is a file in ``queries/measures``: its query gives, for each indicator, form or document, the two
numbers that are divided. Numbers of larger things are the sums of these, so that every figure follows from the
published inputs beside it. Scores are written as the Data Quality Vocabulary says (https://www.w3.org/TR/vocab-dqv/).
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from importlib.resources import files
from typing import TYPE_CHECKING, Any, cast

from pyoxigraph import Literal, NamedNode, Quad

from graph.addresses import join
from graph.concepts import A_YEAR, YEAR
from graph.files import sha256
from graph.store import query
from ontology.terms import BASE, CODE, DCT, DQV, JX, OWL, PROV, RDF, RDFS, SCHEMA, SKOS, XSD, code_iri
from queries.header import Header

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from importlib.resources.abc import Traversable

    from pyoxigraph import QuerySolutions, Store

    from queries.header import Language

    Value = NamedNode | Literal
    Groups = Mapping[str, list[str]]

SCORES_GRAPH = f"{BASE}graph/scores"
"""The named graph that holds the scores of a snapshot and what they mean."""
WHOLE = f"{BASE}graph"
"""What a score of all documents together is computed on."""
SCHEME = "measure"
PERCENT = "%"
PLACES = Decimal("0.01")

_HASH_LENGTH = 16
_KEYS = frozenset({"title", "definition", "unit", "version"})
_TITLES = {"zh": "评分", "en": "Measures"}
_DEFINITIONS = {
    "zh": "绩效目标质量的评分方法，由评分文件的文件头生成；每个分数都附分子和分母。",
    "en": "How the quality of targets is measured, made from the headers of the measures' files; each score is "
    "published with the two numbers that it is made of.",
}
_WHOLE_TITLES = {"zh": "全部公开文件", "en": "all disclosures"}
_GROUPS = f"""
PREFIX jx: <{JX}>
PREFIX dct: <{DCT}>
SELECT ?part ?group WHERE {{
  {{ ?part a jx:TargetForm ; jx:project ?group }}
  UNION {{ ?part a jx:Disclosure . BIND(<{WHOLE}> AS ?group) }}
  UNION {{ ?part a jx:Disclosure ; dct:publisher|jx:division|jx:governmentLevel ?group }}
  UNION {{ ?part a jx:Disclosure ; jx:fiscalYear ?year . BIND(IRI(CONCAT("{YEAR}", STR(?year))) AS ?group) }}
}} ORDER BY ?part ?group"""
_SCORED = ("indicator", "form", "document")
"""What a measure may tell its numbers of; those of forms are added up for projects, of documents for what is larger."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """What a score means: the query that gives its two numbers, and their meaning in words."""

    id: str
    title: Mapping[Language, str]
    definition: Mapping[Language, str]
    """The formula in words."""
    unit: str
    version: str
    text: str

    def value(self, dividend: Decimal, divisor: Decimal) -> Decimal:
        """The score of two numbers, with two decimals."""
        scale = 100 if self.unit == PERCENT else 1
        return (scale * dividend / divisor).quantize(PLACES, ROUND_HALF_UP)


def measures(folder: Traversable | None = None) -> dict[str, Measure]:
    """The measures of a folder by id, in the order of their ids; without a folder jixiao's own.

    Raises:
        HeaderError: a file's header is missing or incomplete.
    """
    folder = folder or files("queries") / "measures"
    found = sorted((file for file in folder.iterdir() if file.name.endswith(".rq")), key=lambda file: file.name)
    return {each.id: each for each in map(_measure, found)}


def _measure(file: Traversable) -> Measure:
    text = file.read_text(encoding="utf-8")
    header = Header(text, file.name)
    header.audit(_KEYS)
    return Measure(
        id=file.name.removesuffix(".rq"),
        title=header.texts("title"),
        definition=header.texts("definition"),
        unit=str(header.get("unit")),
        version=str(header.get("version")),
        text=text,
    )


def scores(store: Store, base: str = BASE) -> Iterator[Quad]:
    """Every score that the graph allows, with the measures as a code list; where the divisor is 0 there is none.

    The order and the addresses follow from what the graph says alone.

    Args:
        store: what documents say, and the code lists.
        base: what addresses of things start with.
    """
    every = measures().values()
    groups = _groups(store)
    for subject, name, value in (*_code_list(every), *_subjects(store, groups)):
        yield _quad(subject, name, value)
    for measure in every:
        for subject, (dividend, divisor) in sorted(_inputs(store, measure, groups).items()):
            if divisor:
                address = join(f"{base}id/score", measure.id, sha256(subject.encode())[:_HASH_LENGTH])
                for name, value in _measurement(measure, subject, dividend, divisor):
                    yield _quad(address, name, value)


def _quad(subject: str, name: str, value: Value) -> Quad:
    return Quad(NamedNode(subject), NamedNode(name), value, NamedNode(SCORES_GRAPH))


def _rows(store: Store, text: str) -> QuerySolutions:
    return cast("QuerySolutions", query(store, text))


def _groups(store: Store) -> Groups:
    """By form and document, what its numbers are added up for."""
    groups = defaultdict(list)
    for part, group in _rows(store, _GROUPS):
        groups[part.value].append(group.value)
    return groups


def _inputs(store: Store, measure: Measure, groups: Groups) -> Mapping[str, tuple[Decimal, Decimal]]:
    """By subject, the two numbers of a measure."""
    sums: dict[str, tuple[Decimal, Decimal]] = defaultdict(lambda: (Decimal(0), Decimal(0)))
    solutions = _rows(store, measure.text)
    things = [variable.value for variable in solutions.variables if variable.value in _SCORED]
    for row in solutions:
        dividend, divisor = (Decimal(row[name].value) for name in ("dividend", "divisor"))
        own = [row[thing].value for thing in things]
        for subject in (*own, *(group for thing in own for group in groups.get(thing, ()))):
            sums[subject] = (sums[subject][0] + dividend, sums[subject][1] + divisor)
    return sums


def _measurement(measure: Measure, subject: str, dividend: Decimal, divisor: Decimal) -> Iterator[tuple[str, Value]]:
    yield f"{RDF}type", NamedNode(f"{DQV}QualityMeasurement")
    yield f"{DQV}computedOn", NamedNode(subject)
    yield f"{DQV}isMeasurementOf", NamedNode(code_iri(SCHEME, measure.id))
    yield f"{DQV}value", _decimal(measure.value(dividend, divisor))
    yield f"{JX}dividend", _decimal(dividend)
    yield f"{JX}divisor", _decimal(divisor)


def _decimal(number: Decimal) -> Literal:
    return Literal(f"{number:f}", datatype=NamedNode(f"{XSD}decimal"))


def _subjects(store: Store, groups: Groups) -> Iterator[tuple[str, str, Value]]:
    """What scores are computed on and nothing else describes: the whole, and years that no cube has."""
    yield WHOLE, f"{RDF}type", NamedNode(f"{PROV}Entity")
    yield from _texts(WHOLE, f"{DCT}title", _WHOLE_TITLES)
    for year in sorted({group for of in groups.values() for group in of if group.startswith(YEAR)}):
        if not any(store.quads_for_pattern(NamedNode(year), None, None)):
            yield year, f"{RDF}type", NamedNode(A_YEAR)
            yield year, f"{RDFS}label", Literal(f"{year.removeprefix(YEAR)}年", language="zh")


def _code_list(every: Iterable[Measure]) -> Iterator[tuple[str, str, Value]]:
    scheme = f"{CODE}{SCHEME}"
    yield scheme, f"{RDF}type", NamedNode(f"{SKOS}ConceptScheme")
    yield from _texts(scheme, f"{SKOS}prefLabel", _TITLES)
    yield from _texts(scheme, f"{SKOS}definition", _DEFINITIONS)
    yield scheme, f"{DCT}license", NamedNode("https://www.apache.org/licenses/LICENSE-2.0")
    yield scheme, f"{DCT}source", NamedNode("https://www.w3.org/TR/vocab-dqv/")
    yield scheme, f"{OWL}versionInfo", Literal("1")
    for measure in every:
        address = code_iri(SCHEME, measure.id)
        for kind in (f"{DQV}Metric", f"{SKOS}Concept"):
            yield address, f"{RDF}type", NamedNode(kind)
        yield address, f"{SKOS}inScheme", NamedNode(scheme)
        yield address, f"{SKOS}topConceptOf", NamedNode(scheme)
        yield address, f"{SKOS}notation", Literal(measure.id)
        yield from _texts(address, f"{SKOS}prefLabel", measure.title)
        yield from _texts(address, f"{SKOS}definition", measure.definition)
        yield address, f"{SCHEMA}unitText", Literal(measure.unit)
        yield address, f"{SCHEMA}unitCode", NamedNode(code_iri("unit", measure.unit))
        yield address, f"{OWL}versionInfo", Literal(measure.version)


def _texts(subject: str, name: str, texts: Mapping[Any, str]) -> Iterator[tuple[str, str, Literal]]:
    for language, text in texts.items():
        yield subject, name, Literal(text, language=language)
