"""The codes of the code lists, and how a printed text is known to name one."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING

from pyoxigraph import Literal, NamedNode

from ontology import path
from ontology.checks import faults
from ontology.errors import UnknownCodeListError
from ontology.namespaces import CODE, JX, SKOS
from ontology.turtle import read

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from pyoxigraph import Quad


@dataclass(frozen=True, slots=True)
class Concept:
    """One code of a code list (``skos:Concept``)."""

    iri: str
    scheme: str
    notation: str
    labels: Mapping[str, str]
    """Preferred label by language."""
    printed: frozenset[str] = field(default_factory=frozenset)
    """Every label by which the code is known, folded."""
    spellings: tuple[str, ...] = ()
    """Every Chinese label as the file has it, the preferred one first."""
    broader: str | None = None
    """Notation of the code above it."""
    top: bool = False
    """Whether its list says that it has no code above it."""
    matches: str | None = None
    """Address of the term of another vocabulary that means exactly this."""
    status: str | None = None
    """Of a citation: ``verified`` or ``unverified``."""
    dimension: str | None = None
    """Of a unit: the notation of what it measures."""
    in_yuan: Decimal | None = None
    """Of a unit of money: what one of it is in 元."""
    budget_phase: str | None = None
    """Of a kind of document: the notation of the phase that it shows."""
    operation: str | None = None
    """Of a kind of table: the address of the OpenBudgets.eu operation character of its money, where it has one side."""


def fold(printed: str) -> str:
    """A printed label without white space and differences of width or case, as labels are compared."""
    return "".join(unicodedata.normalize("NFKC", printed).casefold().split())


@cache
def concepts(scheme: str) -> Mapping[str, Concept]:
    """The codes of a code list by notation, in the order of their file.

    Raises:
        UnknownCodeListError: There is no such code list.
        MalformedFileError: Its file is not Turtle.
        CodeListError: It is not a sound code list.
    """
    file = path("codes", f"{scheme}.ttl")
    if not file.is_file():
        raise UnknownCodeListError(str(file), "没有这个代码表")
    quads = read(file)
    for fault in faults(file, quads):
        raise fault
    return {concept.notation: concept for concept in _described(scheme, quads)}


def _described(scheme: str, quads: Iterable[Quad]) -> list[Concept]:
    """The codes of a list that the triples of its file describe, in their order."""
    said: dict[str, list[tuple[str, NamedNode | Literal]]] = {}
    for quad in quads:
        if isinstance(quad.subject, NamedNode) and isinstance(quad.object, NamedNode | Literal):
            said.setdefault(quad.subject.value, []).append((quad.predicate.value, quad.object))
    notations = {
        iri: next((value.value for name, value in facts if name == f"{SKOS}notation"), iri.rpartition("/")[2])
        for iri, facts in said.items()
    }
    of_list = [iri for iri in said if iri.startswith(f"{CODE}{scheme}/")]
    return [_concept(iri, scheme, said[iri], notations) for iri in of_list]


def _concept(
    iri: str, scheme: str, facts: list[tuple[str, NamedNode | Literal]], notations: Mapping[str, str]
) -> Concept:
    """The code that a list of properties and values describes."""

    def values(prop: str) -> list[NamedNode | Literal]:
        return [value for name, value in facts if name == prop]

    def first(prop: str) -> str | None:
        return next((value.value for value in values(prop)), None)

    def code(prop: str) -> str | None:
        address = first(prop)
        return None if address is None else notations.get(address, address.rpartition("/")[2])

    labels = [
        value
        for prop in ("prefLabel", "altLabel", "hiddenLabel")
        for value in values(f"{SKOS}{prop}")
        if isinstance(value, Literal)
    ]
    preferred = values(f"{SKOS}prefLabel")
    in_yuan = first(f"{JX}inYuan")
    return Concept(
        iri=iri,
        scheme=scheme,
        notation=notations[iri],
        labels={each.language or "": each.value for each in preferred if isinstance(each, Literal)},
        printed=frozenset(fold(each.value) for each in labels),
        spellings=tuple(each.value for each in labels if each.language == "zh"),
        broader=code(f"{SKOS}broader"),
        top=bool(values(f"{SKOS}topConceptOf")),
        matches=first(f"{SKOS}exactMatch"),
        status=first(f"{JX}status"),
        dimension=code(f"{JX}dimension"),
        in_yuan=None if in_yuan is None else Decimal(in_yuan),
        budget_phase=code(f"{JX}budgetPhase"),
        operation=first(f"{JX}operationCharacter"),
    )


@cache
def _known_as(scheme: str) -> Mapping[str, tuple[Concept, ...]]:
    """The codes of a code list by folded label; several codes may share one."""
    known: dict[str, tuple[Concept, ...]] = {}
    for concept in concepts(scheme).values():
        for printed in sorted({*concept.printed, fold(concept.notation)}):
            known[printed] = (*known.get(printed, ()), concept)
    return known


def code_of(scheme: str, printed: str | None, under: str | None = None) -> str | None:
    """The notation of the code that a printed label names, or ``None``.

    Where several codes share the label, the one directly below the code ``under`` is meant, else that code itself;
    without ``under`` it is the most general one.

    Raises:
        UnknownCodeListError: There is no such code list.
    """
    known = _known_as(scheme).get(fold(printed or ""), ())
    below = [concept for concept in known if under and concept.broader == under]
    itself = [concept for concept in known if concept.notation == under]
    chosen = below or itself or sorted(known, key=lambda concept: concept.broader is not None)
    return chosen[0].notation if chosen else None


@cache
def _spotted(scheme: str) -> tuple[re.Pattern[str], Mapping[str, str]]:
    """A pattern of all Chinese labels of a list, the longest first, and the code that each names.

    Codes at the top that have others below them are groups, which no text prints.
    """
    codes = concepts(scheme).values()
    groups = {concept.broader for concept in codes}
    by_label: dict[str, str] = {}
    for concept in codes:
        for spelling in concept.spellings if concept.notation not in groups else ():
            by_label.setdefault(fold(spelling), concept.notation)
    longest = sorted(by_label, key=len, reverse=True)
    return re.compile("|".join(map(re.escape, longest))), by_label


def codes_in(scheme: str, text: str | None) -> tuple[str, ...]:
    """The notations of all codes whose label stands in a text, each once, in the order in which they are printed.

    The longest label counts where several begin at the same place, and what it covers is not looked at again. Groups
    (codes that have others below them) are not looked for.

    Raises:
        UnknownCodeListError: There is no such code list.
    """
    pattern, by_label = _spotted(scheme)
    return tuple(dict.fromkeys(by_label[found[0]] for found in pattern.finditer(fold(text or ""))))


def indicator_type(level1: str | None, level2: str | None) -> str | None:
    """The type (notation) that the printed levels of an indicator tell, the second level first, or ``None``."""
    first = code_of("indicator-type", level1)
    return code_of("indicator-type", level2, under=first) or first


def unit_in_yuan(printed: str | None) -> Decimal | None:
    """What one of a printed unit is in 元, or ``None`` where it is no money; ``万`` counts as ``万元``."""
    notation = code_of("unit", printed, under="money")
    return concepts("unit")[notation].in_yuan if notation else None


def label(scheme: str, notation: str, language: str = "zh") -> str:
    """What a code is called in a language, or its notation where it has no name there."""
    concept = concepts(scheme).get(notation)
    return concept.labels.get(language, notation) if concept else notation
