"""From the Turtle files to the model of the documentation."""

from __future__ import annotations

from collections import defaultdict
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import yaml
from pyoxigraph import NamedNode, RdfFormat, parse

from jixiao.vocabulary.facts import Facts
from jixiao.vocabulary.model import Code, CodeList, Component, Section, Shape, Structure, Term, Vocabulary
from ontology import divisions, path
from ontology.terms import CODE, DCT, JX, OWL, PREFIXES, QB, RDF, RDFS, SH, SKOS
from ontology.turtle import data_files, read

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from pyoxigraph import Quad, Triple

    from jixiao.vocabulary.model import Kind

ONTOLOGY = "https://w3id.org/jixiao/ontology"
SHAPES = "https://w3id.org/jixiao/shapes#"
CUBE = "https://w3id.org/jixiao/cube/"
SHARED = "shared"
"""The section of the properties that belong to no single one."""

_KINDS: Mapping[str, Kind] = {
    f"{OWL}Class": "class",
    f"{OWL}ObjectProperty": "object",
    f"{OWL}DatatypeProperty": "datatype",
    f"{OWL}AnnotationProperty": "datatype",
    f"{RDF}Property": "object",
}
_MATCHES = tuple(f"{SKOS}{name}" for name in ("exactMatch", "closeMatch", "broadMatch", "narrowMatch", "relatedMatch"))
_TOLD = frozenset(
    {
        f"{RDF}type",
        *(f"{SKOS}{name}" for name in ("inScheme", "notation", "prefLabel", "altLabel", "hiddenLabel", "definition")),
        *(f"{SKOS}{name}" for name in ("broader", "narrower", "topConceptOf")),
        *_MATCHES,
    }
)
"""What a code's page says by itself; all else it says by property."""


def data(name: str) -> Any:
    """A data file of this package as plain data."""
    return yaml.safe_load(files(__name__.rpartition(".")[0]).joinpath(f"{name}.yaml").read_text(encoding="utf-8"))


@cache
def triples() -> tuple[Quad | Triple, ...]:
    """Everything that the ontology says, its shapes and all administrative divisions included."""
    said = (quad for file in (*data_files(), *_shape_files()) for quad in read(file))
    return (*said, *divisions.triples())


def _shape_files() -> list[Any]:
    shapes = (file for file in path("shapes").iterdir() if file.name.endswith(".ttl"))
    return sorted(shapes, key=lambda file: file.name)


@cache
def prefixes() -> Mapping[str, str]:
    """The prefixes that the ontology's files declare for namespaces of others and for its own."""
    found = dict(PREFIXES)
    for name in ("jixiao.ttl", "borrowed.ttl", "cube.ttl"):
        parser = parse(path(name).read_bytes(), RdfFormat.TURTLE)
        for _ in parser:
            pass
        found = {**parser.prefixes, **found}
    return {name: iri for name, iri in found.items() if name == "code" or not iri.startswith(CODE)}


def prefixed(iri: str) -> str:
    """An address as a prefixed name, or in angle brackets where no prefix fits."""
    fits = [(len(base), name, base) for name, base in prefixes().items() if iri.startswith(base) and iri != base]
    if not fits or "/" in iri[max(fits)[0] :]:
        return f"<{iri}>"
    _, name, base = max(fits)
    return f"{name}:{iri.removeprefix(base)}"


def vocabulary(further: Iterable[Quad] = ()) -> Vocabulary:
    """The vocabulary as its files define it.

    Args:
        further: What a snapshot says of codes that no file knows: provisional ones, and those of the rules.
    """
    facts = Facts(triples())
    facts.add(further)
    shapes = _shapes(facts)
    structures = _structures(facts)
    terms = _terms(facts, shapes, structures)
    return Vocabulary(
        title=facts.texts(ONTOLOGY, f"{DCT}title"),
        description=facts.texts(ONTOLOGY, f"{DCT}description"),
        change_note=facts.texts(ONTOLOGY, f"{SKOS}changeNote"),
        version=facts.literal(ONTOLOGY, f"{OWL}versionInfo") or "",
        license=facts.iri(ONTOLOGY, f"{DCT}license") or "",
        prefixes=prefixes(),
        terms=terms,
        sections=tuple(_sections([term for term in terms.values() if term.own])),
        borrowed=tuple(sorted((term for term in terms.values() if not term.own), key=_by_kind)),
        code_lists=_code_lists(facts),
        shapes=shapes,
        structures=structures,
        alignments=_alignments(facts, terms),
        facts=facts,
    )


def _by_kind(term: Term) -> tuple[bool, str]:
    return term.kind != "class", term.name


# Terms


def _terms(facts: Facts, shapes: Mapping[str, Shape], structures: Mapping[str, Structure]) -> dict[str, Term]:
    used, listed = _uses(facts, shapes, structures)
    declared = (iri for iri in facts.subjects() if facts.iri(iri, f"{RDFS}isDefinedBy"))
    kinds = {iri: kind for iri in declared if (kind := _kind(facts, iri))}
    return {iri: _term(facts, iri, kind, used[iri], listed[iri]) for iri, kind in kinds.items()}


def _kind(facts: Facts, iri: str) -> Kind | None:
    types = facts.iris(iri, f"{RDF}type")
    return next((kind for of, kind in _KINDS.items() if of in types), None)


def _term(facts: Facts, iri: str, kind: Kind, used: Sequence[str], listed: Sequence[str]) -> Term:
    return Term(
        iri=iri,
        name=prefixed(iri),
        kind=kind,
        own=iri.startswith(JX),
        label=facts.texts(iri, f"{RDFS}label"),
        definition=facts.texts(iri, f"{SKOS}definition"),
        sources=facts.iris(iri, f"{DCT}source"),
        examples=tuple(value.value for value in facts.literals(iri, f"{SKOS}example")),
        domain=facts.iris(iri, f"{RDFS}domain"),
        range=facts.iris(iri, f"{RDFS}range"),
        broader=facts.iris(iri, f"{RDFS}subClassOf", f"{RDFS}subPropertyOf"),
        defined_by=facts.iri(iri, f"{RDFS}isDefinedBy"),
        used_on=tuple(dict.fromkeys(used)),
        code_lists=tuple(dict.fromkeys(listed)),
        deprecated=facts.literal(iri, f"{OWL}deprecated") == "true",
        replaced_by=facts.iris(iri, f"{DCT}isReplacedBy"),
    )


def _uses(
    facts: Facts, shapes: Mapping[str, Shape], structures: Mapping[str, Structure]
) -> tuple[Mapping[str, list[str]], Mapping[str, list[str]]]:
    """By property: the classes whose shapes ask for it, and the code lists that they want its values from."""
    used: defaultdict[str, list[str]] = defaultdict(list)
    listed: defaultdict[str, list[str]] = defaultdict(list)
    for shape in shapes.values():
        if shape.path:
            used[shape.path] += shape.targets
            listed[shape.path] += _code_lists_of(facts, shape.iri)
    for structure in structures.values():
        for component in structure.components:
            used[component.property].append(f"{QB}DataSet" if component.on_data_set else f"{QB}Observation")
    return used, listed


def _code_lists_of(facts: Facts, shape: str) -> Iterator[str]:
    for triple in facts.about(shape):
        if triple.predicate.value == f"{SH}hasValue" and isinstance(triple.object, NamedNode):
            name = triple.object.value.removeprefix(CODE)
            if name != triple.object.value and "/" not in name:
                yield name


def _sections(terms: Sequence[Term]) -> Iterator[Section]:
    """The sections of the data file, and one for the properties that several of them share."""
    planned = data("sections")
    home = {f"{JX}{name}": each["id"] for each in planned for name in each.get("classes", [])}
    home |= {iri: each["id"] for each in planned for iri in _expanded(each.get("borrowed", []))}
    for each in planned:
        members = [term for term in terms if _section_of(term, home) == each["id"]]
        classes = {term.iri: term for term in members if term.kind == "class"}
        ordered = [classes.pop(f"{JX}{name}") for name in each.get("classes", []) if f"{JX}{name}" in classes]
        yield Section(
            id=each["id"],
            title=each["title"],
            classes=(*ordered, *classes.values()),
            properties=tuple(term for term in members if term.kind != "class"),
        )


def _expanded(names: Iterable[str]) -> Iterator[str]:
    for name in names:
        prefix, _, local = name.partition(":")
        yield prefixes()[prefix] + local


def _section_of(term: Term, home: Mapping[str, str]) -> str:
    """A class's own section; a property's is that of its domain, else of all the things that have it."""
    if term.kind == "class":
        return home.get(term.iri, SHARED)
    homes = {home[iri] for iri in (term.domain or term.used_on) if iri in home}
    return homes.pop() if len(homes) == 1 else SHARED


def _alignments(facts: Facts, terms: Mapping[str, Term]) -> dict[str, tuple[tuple[str, str], ...]]:
    """The links of our terms to vocabularies that the graph itself does not use."""
    found = {iri: _matches(facts, iri) for iri in terms if iri.startswith(JX)}
    return {iri: links for iri, links in found.items() if links}


def _matches(facts: Facts, iri: str) -> tuple[tuple[str, str], ...]:
    return tuple((relation.removeprefix(SKOS), target) for relation in _MATCHES for target in facts.iris(iri, relation))


# Codes


def _code_lists(facts: Facts) -> dict[str, CodeList]:
    """The code lists by name; a list that nothing describes is known by its codes."""
    members: defaultdict[str, list[str]] = defaultdict(list)
    for iri in facts.subjects():
        if facts.is_a(iri, f"{SKOS}ConceptScheme") and iri.startswith(CODE):
            members.setdefault(iri, [])
        for scheme in facts.iris(iri, f"{SKOS}inScheme"):
            if scheme.startswith(CODE):
                members[scheme].append(iri)
    return {iri.removeprefix(CODE): _code_list(facts, iri, codes) for iri, codes in sorted(members.items())}


def _code_list(facts: Facts, iri: str, members: Sequence[str]) -> CodeList:
    within = set(members)
    narrower: defaultdict[str, list[str]] = defaultdict(list)
    for member in members:
        for above in facts.iris(member, f"{SKOS}broader"):
            narrower[above].append(member)
    return CodeList(
        iri=iri,
        name=iri.removeprefix(CODE),
        label=facts.texts(iri, f"{SKOS}prefLabel", f"{RDFS}label", f"{DCT}title") or {"zh": iri.removeprefix(CODE)},
        definition=facts.texts(iri, f"{SKOS}definition", f"{DCT}description"),
        sources=facts.iris(iri, f"{DCT}source"),
        source_note=facts.texts(iri, f"{DCT}source"),
        note=facts.texts(iri, f"{SKOS}note", f"{SKOS}scopeNote"),
        version=facts.literal(iri, f"{OWL}versionInfo"),
        license=facts.iri(iri, f"{DCT}license"),
        codes={member: _code(facts, member, iri.removeprefix(CODE), narrower[member]) for member in members},
        top=tuple(member for member in members if not within.intersection(facts.iris(member, f"{SKOS}broader"))),
    )


def _code(facts: Facts, iri: str, scheme: str, narrower: Sequence[str]) -> Code:
    said = facts.properties(iri)
    others: dict[str, tuple[str, ...]] = {}
    for label in facts.literals(iri, f"{SKOS}altLabel", f"{SKOS}hiddenLabel"):
        others[label.language or ""] = (*others.get(label.language or "", ()), label.value)
    return Code(
        iri=iri,
        scheme=scheme,
        notation=facts.literal(iri, f"{SKOS}notation") or iri.rpartition("/")[2],
        label=facts.texts(iri, f"{SKOS}prefLabel"),
        other_labels=others,
        definition=facts.texts(iri, f"{SKOS}definition"),
        broader=facts.iris(iri, f"{SKOS}broader"),
        narrower=tuple(narrower),
        matches=_matches(facts, iri),
        further={name: values for name, values in said.items() if name not in _TOLD},
        provisional=facts.is_a(iri, f"{JX}ProvisionalConcept"),
        deprecated=facts.literal(iri, f"{OWL}deprecated") == "true",
    )


# Shapes and structures


def _shapes(facts: Facts) -> dict[str, Shape]:
    return {iri: _shape(facts, iri) for iri in facts.subjects() if iri.startswith(SHAPES) and _is_shape(facts, iri)}


def _is_shape(facts: Facts, iri: str) -> bool:
    return facts.is_a(iri, f"{SH}PropertyShape") or facts.is_a(iri, f"{SH}NodeShape")


def _shape(facts: Facts, iri: str) -> Shape:
    return Shape(
        iri=iri,
        name=iri.removeprefix(SHAPES),
        targets=tuple(_targets(facts, iri)),
        path=facts.iri(iri, f"{SH}path"),
        severity=(facts.iri(iri, f"{SH}severity") or f"{SH}Violation").removeprefix(SH),
        message=facts.texts(iri, f"{SH}message"),
    )


def _targets(facts: Facts, iri: str) -> Iterator[str]:
    """The classes that a shape judges: named, or told by the property that leads to their things or from them."""
    yield from facts.iris(iri, f"{SH}targetClass")
    for prop in facts.iris(iri, f"{SH}targetObjectsOf"):
        yield from facts.iris(prop, f"{RDFS}range")
    for prop in facts.iris(iri, f"{SH}targetSubjectsOf"):
        yield from facts.iris(prop, f"{RDFS}domain")


def _structures(facts: Facts) -> dict[str, Structure]:
    found = [iri for iri in facts.subjects() if facts.is_a(iri, f"{QB}DataStructureDefinition")]
    return {iri.removeprefix(CUBE): _structure(facts, iri) for iri in found}


def _structure(facts: Facts, iri: str) -> Structure:
    return Structure(
        iri=iri,
        name=iri.removeprefix(CUBE),
        label=facts.texts(iri, f"{RDFS}label"),
        definition=facts.texts(iri, f"{SKOS}definition", f"{RDFS}comment"),
        sources=facts.iris(iri, f"{DCT}source"),
        components=tuple(_components(facts, facts.iris(iri, f"{QB}component"))),
    )


def _components(facts: Facts, names: Iterable[str]) -> Iterator[Component]:
    for iri in names:
        for role in ("dimension", "measure", "attribute"):
            for prop in facts.iris(iri, f"{QB}{role}"):
                yield Component(
                    iri=iri,
                    role=role,
                    property=prop,
                    on_data_set=facts.iri(iri, f"{QB}componentAttachment") == f"{QB}DataSet",
                    required=facts.literal(iri, f"{QB}componentRequired") != "false",
                )
