"""The codes that documents bring: those that no code list has, units made of known ones, divisions and years.

They outlive the document and other documents bring the same, so they stand in a graph of their own.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING

from pyoxigraph import Literal, NamedNode

from graph.addresses import squeeze
from graph.codecs import CHINESE, DECIMAL, TEXT
from graph.facts import is_a, links, says
from ontology import divisions
from ontology.terms import CODE, JX, RDFS, SKOS, code_iri, code_of, provisional_iri

if TYPE_CHECKING:
    from collections.abc import Iterator

    from graph.facts import Fact

YEAR = "http://reference.data.gov.uk/id/year/"
"""Years as OpenBudgets.eu names them."""
A_YEAR = "http://reference.data.gov.uk/def/intervals/Year"
NUMBER_WORDS = {"十": 10, "百": 100, "千": 1000, "万": 10000, "亿": 100000000}
COMPOSED = re.compile(r"(?P<word>[十百千万亿])?(?P<first>[^/每·]+)(?:[/每](?P<second>.+))?")


class Concepts:
    """Names the codes that a document needs, and remembers what has to be said of those that no code list has."""

    def __init__(self) -> None:
        self._said: dict[str, list[Fact]] = {}

    def facts(self) -> Iterator[Fact]:
        """What is to be said of the codes that no code list has."""
        for said in self._said.values():
            yield from said

    def code(self, scheme: str, printed: str | None, under: str | None = None) -> str | None:
        """The code that a printed label names: a provisional one where no code list knows the label."""
        if not printed or not squeeze(printed):
            return None
        notation = code_of(scheme, printed, under)
        return code_iri(scheme, notation) if notation else self.provisional(scheme, printed, under)

    def provisional(self, scheme: str, notation: str, under: str | None = None, name: str | None = None) -> str:
        """A code for something printed that nobody has decided about yet, below another code, perhaps with a name."""
        notation = squeeze(notation)
        address = provisional_iri(scheme, notation)
        self._said[address] = [
            *is_a(address, f"{JX}ProvisionalConcept"),
            *_named(address, scheme, notation, name or notation),
            *says(address, f"{JX}status", TEXT, "provisional"),
            *links(address, f"{SKOS}broader", under and code_iri(scheme, under)),
        ]
        return address

    def indicator_type(self, level1: str | None, level2: str | None) -> str | None:
        """The type that the printed levels of an indicator tell, the second level first."""
        first = code_of("indicator-type", level1)
        return self.code("indicator-type", level2, first) or self.code("indicator-type", level1)

    def unit(self, printed: str | None) -> str | None:
        """The unit of measure that is printed: a known one, one made of known ones, or a provisional one."""
        if not printed or not squeeze(printed):
            return None
        known = code_of("unit", printed)
        return code_iri("unit", known) if known else self._composed(squeeze(printed)) or self.code("unit", printed)

    def _composed(self, printed: str) -> str | None:
        """A unit with a number word (万人) or a slash (元/人), or both, of which all parts are known."""
        match = COMPOSED.fullmatch(printed)
        numerators, denominators = map(_known_units, match.group("first", "second")) if match else (None, None)
        if match is None or numerators is None or denominators is None:
            return None
        address = code_iri("unit", printed)
        word = match["word"] and Decimal(NUMBER_WORDS[match["word"]])
        self._said[address] = [
            *is_a(address, f"{JX}ComposedUnit"),
            *_named(address, "unit", printed, printed),
            *says(address, f"{JX}multiplier", DECIMAL, word),
            *links(address, f"{JX}numerator", *numerators),
            *links(address, f"{JX}denominator", *denominators),
        ]
        return address

    def division(self, code: str | None) -> str | None:
        """The administrative division with a code of GB/T 2260; those above it are said too."""
        if code is None:
            return None
        if code not in divisions.divisions():
            return self.provisional("division", code)
        address = code_iri("division", code)
        said = ((each.subject, each.predicate.value, each.object) for each in divisions.triples([code]))
        self._said[address] = [
            (subject.value, name, value)
            for subject, name, value in said
            if isinstance(subject, NamedNode) and isinstance(value, NamedNode | Literal)
        ]
        return address

    def year(self, number: int) -> str:
        """A fiscal year."""
        address = f"{YEAR}{number}"
        self._said[address] = [*is_a(address, A_YEAR), *says(address, f"{RDFS}label", CHINESE, f"{number}年")]
        return address


def _known_units(printed: str | None) -> list[str] | None:
    """The units of one side of a slash, several where it says which others may be meant: ``台(套)``."""
    notations = [code_of("unit", part) for part in re.split(r"[()/每·]", printed or "") if part]
    return None if None in notations else [code_iri("unit", str(notation)) for notation in notations]


def _named(address: str, scheme: str, notation: str, label: str) -> Iterator[Fact]:
    yield from says(address, f"{SKOS}notation", TEXT, notation)
    yield from says(address, f"{SKOS}prefLabel", CHINESE, label)
    yield from links(address, f"{SKOS}inScheme", f"{CODE}{scheme}")
