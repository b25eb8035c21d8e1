"""Which pages the documentation has, what each shows and which triples each is about."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from pyoxigraph import Literal, NamedNode, Triple

from jixiao.vocabulary import live
from jixiao.vocabulary.live import Answers
from jixiao.vocabulary.picture import pictures
from jixiao.vocabulary.reading import CUBE, ONTOLOGY, vocabulary
from jixiao.vocabulary.records import tables
from jixiao.vocabulary.speech import words
from ontology import path as ontology_file
from ontology.terms import BASE, CODE, DCT, RDF, RDFS, SH, SKOS
from ontology.turtle import read
from queries.guard import check
from queries.library import examples

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from graph.snapshot import Snapshot
    from jixiao.vocabulary.facts import Texts
    from jixiao.vocabulary.model import Code, CodeList, Structure
    from jixiao.vocabulary.picture import Picture
    from queries.library import Example

LINKS = {*(f"{SKOS}{kind}Match" for kind in ("exact", "close", "broad", "narrow", "related")), f"{RDFS}seeAlso"}
"""How terms of ours are related to terms of others."""
FOLDED = 80
"""A list with more codes than this is shown folded."""
_NAME = re.compile(r"(?<![\w:?$-])([a-z][\w-]*):([\w-]+)")
_DECLARED = re.compile(r"^PREFIX\s+([\w-]+):\s*<([^>]*)>", re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One page: its path, what fills its template, and its triples."""

    path: str
    title: Texts
    template: str
    triples: Callable[[], Iterator[Triple]]
    values: Mapping[str, Any] = field(default_factory=dict)


class Book:
    """The pages of the documentation, with what a snapshot adds where there is one."""

    def __init__(self, snapshot: Snapshot | None = None) -> None:
        self.vocabulary = vocabulary(live.codes(snapshot) if snapshot else ())
        self.snapshot = snapshot
        self.answers = Answers(snapshot) if snapshot else None
        self.examples = examples()
        self._counts: dict[str, Mapping[str, int]] = {}

    def paths(self) -> Iterator[str]:
        """The path of every page, as :meth:`page` knows it."""
        yield from self._fixed
        for code_list in self.vocabulary.code_lists.values():
            yield f"/code/{code_list.name}"
            yield from (f"/code/{tail}" for tail in map(readable, code_list.codes))
        yield from (f"/cube/{structure}" for structure in self.vocabulary.structures)
        yield from (f"/cube/{readable(iri, CUBE)}" for iri in self._components)
        yield from (f"/examples/{example}" for example in self.examples)

    def page(self, path: str) -> Page | None:
        """The page at a path without percent encoding, or ``None``."""
        if path in self._fixed:
            return self._fixed[path]()
        first, _, rest = path.removeprefix("/").partition("/")
        if first == "code":
            return self._code_page(rest)
        if first == "cube":
            return self._cube_page(rest)
        if first == "examples" and rest in self.examples:
            return self._example(self.examples[rest])
        named, _, asked = path.rpartition("/")
        return self._fixed[named]() if first == "ontology" and asked == self.vocabulary.version else None

    @cached_property
    def _fixed(self) -> Mapping[str, Callable[[], Page]]:
        return {
            "/ontology": self._ontology,
            "/ontology/borrowed": self._borrowed,
            "/ontology/alignments": self._alignments,
            "/code": self._code_lists,
            "/shapes": self._shapes,
            "/cube": self._cubes,
            "/examples": self._examples,
            "/records": self._records,
        }

    def counts(self, code_list: str) -> Mapping[str, int] | None:
        """How often each code of a list is used; ``None`` without a snapshot."""
        if self.snapshot is None:
            return None
        if code_list not in self._counts:
            self._counts[code_list] = live.counts(self.snapshot, code_list)
        return self._counts[code_list]

    @cached_property
    def pictures(self) -> list[Picture]:
        """The drawings of the model."""
        return pictures(self.vocabulary)

    @cached_property
    def shown_in(self) -> Mapping[str, list[Example]]:
        """The examples in which each term stands."""
        found: defaultdict[str, list[Example]] = defaultdict(list)
        for example in self.examples.values():
            for iri in names(example.body):
                found[iri].append(example)
        return found

    # The vocabulary

    def _ontology(self) -> Page:
        own = [iri for iri, term in self.vocabulary.terms.items() if term.own]
        return Page(
            path="/ontology",
            title=self.vocabulary.title,
            template="vocabulary.html",
            triples=lambda: self.vocabulary.facts.about(ONTOLOGY, *own),
            values={"pictures": self.pictures, "shown_in": self.shown_in},
        )

    def _borrowed(self) -> Page:
        borrowed = [term.iri for term in self.vocabulary.borrowed]
        return Page(
            path="/ontology/borrowed",
            title=said("borrowed"),
            template="vocabulary_borrowed.html",
            triples=lambda: self.vocabulary.facts.about(f"{ONTOLOGY}/borrowed", *borrowed),
            values={"shown_in": self.shown_in},
        )

    def _alignments(self) -> Page:
        triples = [quad.triple for quad in read(ontology_file("alignments.ttl"))]
        links = [each for each in triples if isinstance(each.object, NamedNode) and each.predicate.value in LINKS]
        return Page(
            path="/ontology/alignments",
            title=said("alignments"),
            template="vocabulary_alignments.html",
            triples=lambda: iter(triples),
            values={"links": [tuple(part.value for part in each) for each in links]},
        )

    def _shapes(self) -> Page:
        by_target: defaultdict[str, list[Any]] = defaultdict(list)
        for shape in self.vocabulary.shapes.values():
            for target in shape.targets or ("",):
                by_target[target].append(shape)
        return Page(
            path="/shapes",
            title=said("shapes"),
            template="vocabulary_shapes.html",
            triples=lambda: self.vocabulary.facts.about(*self.vocabulary.shapes),
            values={"by_target": by_target},
        )

    # Codes

    def _code_lists(self) -> Page:
        lists = self.vocabulary.code_lists.values()
        return Page(
            path="/code",
            title=said("code_lists"),
            template="vocabulary_codes.html",
            triples=lambda: self.vocabulary.facts.about(*(each.iri for each in lists)),
        )

    def _code_page(self, rest: str) -> Page | None:
        code_list = self.vocabulary.code_lists.get(rest)
        if code_list:
            return self._code_list(code_list)
        code_list = self.vocabulary.code_lists.get(rest.partition("/")[0])
        code = code_list and self._by_path.get(rest)
        return self._code(code_list, code) if code_list and code else None

    @cached_property
    def _by_path(self) -> Mapping[str, Code]:
        lists = self.vocabulary.code_lists.values()
        return {readable(iri): code for each in lists for iri, code in each.codes.items()}

    def _code_list(self, code_list: CodeList) -> Page:
        return Page(
            path=f"/code/{code_list.name}",
            title=code_list.label,
            template="vocabulary_list.html",
            triples=lambda: self.vocabulary.facts.about(code_list.iri, *code_list.codes),
            values={
                "list": code_list,
                "counts": self.counts(code_list.name),
                "folded": len(code_list.codes) > FOLDED,
                "used_by": [term for term in self.vocabulary.terms.values() if code_list.name in term.code_lists],
            },
        )

    def _code(self, code_list: CodeList, code: Code) -> Page:
        counts = self.counts(code_list.name)
        return Page(
            path=f"/code/{readable(code.iri)}",
            title=code.label or {"": code.notation},
            template="vocabulary_code.html",
            triples=lambda: self.vocabulary.facts.about(code.iri),
            values={
                "list": code_list,
                "code": code,
                "count": None if counts is None else counts[code.iri],
                "uses": lambda language: live.USES % (code.iri, language),
            },
        )

    # Structures

    @cached_property
    def _components(self) -> Mapping[str, list[Structure]]:
        found: defaultdict[str, list[Structure]] = defaultdict(list)
        for structure in self.vocabulary.structures.values():
            for component in structure.components:
                found[component.iri].append(structure)
        return found

    def _cube_page(self, rest: str) -> Page | None:
        structure = self.vocabulary.structures.get(rest)
        if structure:
            iris = [structure.iri, *(component.iri for component in structure.components)]
            return self._cube(f"/cube/{rest}", structure.label, [structure], iris)
        component = CUBE + rest
        if component in self._components:
            return self._cube(f"/cube/{rest}", {"": rest}, self._components[component], [component])
        return None

    def _cubes(self) -> Page:
        structures = list(self.vocabulary.structures.values())
        return self._cube(
            "/cube", said("structures"), structures, [*(each.iri for each in structures), *self._components]
        )

    def _cube(self, path: str, title: Texts, structures: list[Structure], iris: list[str]) -> Page:
        return Page(
            path=path,
            title=title,
            template="vocabulary_cube.html",
            triples=lambda: self.vocabulary.facts.about(*iris),
            values={"structures": structures, "heading": title},
        )

    # Examples and records

    def _examples(self) -> Page:
        return Page(
            path="/examples",
            title=said("examples"),
            template="vocabulary_examples.html",
            triples=lambda: (triple for example in self.examples.values() for triple in described(example)),
            values={"examples": list(self.examples.values()), "terms_of": self.terms_of},
        )

    def _example(self, example: Example) -> Page:
        order = list(self.examples.values())
        at = order.index(example)
        return Page(
            path=f"/examples/{example.id}",
            title={str(language): text for language, text in example.title.items()},
            template="vocabulary_example.html",
            triples=lambda: iter(described(example)),
            values={
                "example": example,
                "number": at + 1,
                "previous": order[at - 1] if at else None,
                "next": order[at + 1] if at + 1 < len(order) else None,
                "terms": self.terms_of(example),
            },
        )

    def terms_of(self, example: Example) -> list[str]:
        """The terms that an example teaches, in the order in which it uses them."""
        return [iri for iri in names(example.body) if iri in self.vocabulary.terms]

    def _records(self) -> Page:
        return Page(
            path="/records",
            title=said("record_format"),
            template="vocabulary_records.html",
            triples=lambda: iter(()),
            values={"tables": tables()},
        )


def said(key: str) -> Texts:
    """A word of the pages in both languages."""
    return {language: texts[key] for language, texts in words().items()}


def readable(iri: str, base: str = CODE) -> str:
    """An address after its base, without percent encoding: what a page's path shows."""
    return unquote(iri.removeprefix(base))


def names(query: str) -> list[str]:
    """The addresses that a query writes as prefixed names, each once, in its order.

    Raises:
        KeyError: a prefix is not declared.
    """
    declared = dict(_DECLARED.findall(query))
    body = "\n".join(line.partition("# ")[0] for line in query.splitlines() if not line.startswith("PREFIX"))
    found = (declared[prefix] + local for prefix, local in _NAME.findall(re.sub(r'"[^"\n]*"|<[^>\s]*>', "", body)))
    return list(dict.fromkeys(found))


_FORMS = {"SELECT": "select", "ASK": "ask", "CONSTRUCT": "construct"}


def described(example: Example) -> list[Triple]:
    """An example as other tools read it: a SHACL executable with its question."""
    form = _FORMS[check(example.text)]
    subject = NamedNode(f"{BASE}examples/{example.id}")
    kind = NamedNode(f"{SH}SPARQL{form.capitalize()}Executable")
    labels = [
        Triple(subject, NamedNode(f"{DCT}title"), Literal(text, language=of)) for of, text in example.title.items()
    ]
    questions = [
        Triple(subject, NamedNode(f"{RDFS}comment"), Literal(text, language=of))
        for of, text in example.question.items()
    ]
    notes = [
        Triple(subject, NamedNode(f"{SKOS}note"), Literal(text, language=of))
        for of, text in example.explanation.items()
    ]
    typed = [Triple(subject, NamedNode(f"{RDF}type"), each) for each in (NamedNode(f"{SH}SPARQLExecutable"), kind)]
    return [*typed, *labels, *questions, *notes, Triple(subject, NamedNode(SH + form), Literal(example.body))]
