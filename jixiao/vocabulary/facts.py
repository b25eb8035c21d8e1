"""Triples to look things up in, in the order in which they were said."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from ontology.terms import RDF

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from pyoxigraph import Quad

    Subject = NamedNode | BlankNode
    Texts = Mapping[str, str]
    """A text by language."""


class Facts:
    """What is said of each thing."""

    def __init__(self, said: Iterable[Quad | Triple]) -> None:
        self._of: dict[Subject, list[Triple]] = defaultdict(list)
        self.add(said)

    def add(self, said: Iterable[Quad | Triple]) -> None:
        """Takes in what is said of things of which nothing was known before."""
        known = frozenset(self._of)
        for each in said:
            if isinstance(each.subject, NamedNode | BlankNode) and each.subject not in known:
                self._of[each.subject].append(Triple(each.subject, each.predicate, each.object))

    def subjects(self) -> list[str]:
        """The addresses of everything that something is said of."""
        return [subject.value for subject in self._of if isinstance(subject, NamedNode)]

    def values(self, subject: Subject, *properties: str) -> list[NamedNode | BlankNode | Literal]:
        """The values that a thing has for any of these properties."""
        found = (triple.object for triple in self._of.get(subject, ()) if triple.predicate.value in properties)
        return [value for value in found if isinstance(value, NamedNode | BlankNode | Literal)]

    def iris(self, subject: str, *properties: str) -> tuple[str, ...]:
        """The addresses among the values."""
        return tuple(
            value.value for value in self.values(NamedNode(subject), *properties) if isinstance(value, NamedNode)
        )

    def iri(self, subject: str, *properties: str) -> str | None:
        """The first address among the values."""
        return next(iter(self.iris(subject, *properties)), None)

    def literals(self, subject: str, *properties: str) -> tuple[Literal, ...]:
        """The literals among the values."""
        return tuple(value for value in self.values(NamedNode(subject), *properties) if isinstance(value, Literal))

    def literal(self, subject: str, *properties: str) -> str | None:
        """The first literal among the values, as text."""
        return next((value.value for value in self.literals(subject, *properties)), None)

    def texts(self, subject: str, *properties: str) -> Texts:
        """The first text in each language."""
        found: dict[str, str] = {}
        for value in self.literals(subject, *properties):
            found.setdefault(value.language or "", value.value)
        return found

    def is_a(self, subject: str, kind: str) -> bool:
        """Whether a thing is said to be of this class."""
        return kind in self.iris(subject, f"{RDF}type")

    def properties(self, subject: str) -> Mapping[str, list[NamedNode | Literal]]:
        """Everything that is said of a thing with a name or a literal, by property."""
        said: dict[str, list[NamedNode | Literal]] = {}
        for triple in self._of.get(NamedNode(subject), ()):
            if isinstance(triple.object, NamedNode | Literal):
                said.setdefault(triple.predicate.value, []).append(triple.object)
        return said

    def about(self, *subjects: str) -> Iterator[Triple]:
        """The triples about these things, with those of the nameless nodes that they lead to."""
        waiting: list[Subject] = [NamedNode(subject) for subject in reversed(subjects)]
        while waiting:
            for triple in self._of.get(waiting.pop(), ()):
                yield triple
                if isinstance(triple.object, BlankNode):
                    waiting.append(triple.object)
