"""What the documentation says of each term, code, shape and structure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pyoxigraph import Literal as RdfLiteral
    from pyoxigraph import NamedNode

    from jixiao.vocabulary.facts import Facts, Texts

Kind = Literal["class", "object", "datatype"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """A class or property."""

    iri: str
    name: str
    """Its prefixed name, ``jx:Indicator``."""
    kind: Kind
    own: bool
    """Whether this vocabulary defines it; else it borrows it."""
    label: Texts
    definition: Texts
    sources: tuple[str, ...]
    examples: tuple[str, ...]
    domain: tuple[str, ...]
    range: tuple[str, ...]
    broader: tuple[str, ...]
    """The classes or properties that it is a kind of."""
    defined_by: str | None
    used_on: tuple[str, ...]
    """Of a property: the classes whose shapes or structures ask for it."""
    code_lists: tuple[str, ...]
    """Of a property: the names of the code lists that its values are from."""
    deprecated: bool
    replaced_by: tuple[str, ...]

    @property
    def anchor(self) -> str:
        """Where it stands on the page: what follows ``#`` in its address, or its prefixed name."""
        return self.name.removeprefix("jx:") if self.own else self.name

    @property
    def elsewhere(self) -> list[str]:
        """Of a property: the classes that have it beside its domain."""
        return [iri for iri in self.used_on if iri not in self.domain]


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """Terms that belong together: classes, and the properties of their things."""

    id: str
    title: Texts
    classes: tuple[Term, ...]
    properties: tuple[Term, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Code:
    """One concept of a code list."""

    iri: str
    scheme: str
    notation: str
    label: Texts
    other_labels: Mapping[str, tuple[str, ...]]
    """Further names by language."""
    definition: Texts
    broader: tuple[str, ...]
    narrower: tuple[str, ...]
    matches: tuple[tuple[str, str], ...]
    """Relation (``closeMatch``) and address of what means the same or nearly the same elsewhere."""
    further: Mapping[str, Sequence[NamedNode | RdfLiteral]]
    """What else is said of it, by property."""
    provisional: bool
    deprecated: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeList:
    """A code list: its codes by address, and which of them are not under another."""

    iri: str
    name: str
    label: Texts
    definition: Texts
    sources: tuple[str, ...]
    source_note: Texts
    """Sources that have no address, in words."""
    note: Texts
    version: str | None
    license: str | None
    codes: Mapping[str, Code]
    top: tuple[str, ...]

    @property
    def provisional(self) -> int:
        """How many of its codes nobody has decided about yet."""
        return sum(code.provisional for code in self.codes.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """A demand on the data."""

    iri: str
    name: str
    targets: tuple[str, ...]
    """Classes whose things it judges."""
    path: str | None
    """The property that it is about; ``None`` where it is about more than one."""
    severity: str
    message: Texts


@dataclass(frozen=True, slots=True, kw_only=True)
class Component:
    """A part of a structure: which property, in which role, said where."""

    iri: str
    role: Literal["dimension", "measure", "attribute"]
    property: str
    on_data_set: bool
    """Whether it is said once of the whole data set."""
    required: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Structure:
    """What every amount of a kind of table is said of."""

    iri: str
    name: str
    label: Texts
    definition: Texts
    sources: tuple[str, ...]
    components: tuple[Component, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Vocabulary:
    """Everything that the documentation is about."""

    title: Texts
    description: Texts
    change_note: Texts
    version: str
    license: str
    prefixes: Mapping[str, str]
    terms: Mapping[str, Term]
    sections: tuple[Section, ...]
    borrowed: tuple[Term, ...]
    code_lists: Mapping[str, CodeList]
    shapes: Mapping[str, Shape]
    structures: Mapping[str, Structure]
    alignments: Mapping[str, tuple[tuple[str, str], ...]]
    """For a term: relation and address of each term of another vocabulary that it corresponds to."""
    facts: Facts
    """The triples that all of this was read from."""

    def code(self, iri: str) -> Code | None:
        """The code at an address."""
        return next((each.codes[iri] for each in self.code_lists.values() if iri in each.codes), None)

    def properties_of(self, iri: str) -> list[str]:
        """The properties of the things of a class."""
        of_class = (term for term in self.terms.values() if term.kind != "class" and not term.deprecated)
        return [term.iri for term in of_class if iri in (*term.domain, *term.used_on)]

    def leading_to(self, iri: str) -> list[str]:
        """The properties whose values are things of a class."""
        return [term.iri for term in self.terms.values() if iri in term.range and term.own]
