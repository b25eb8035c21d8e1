"""The documentation in one language: texts, names, and where everything is explained."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, unquote

from pyoxigraph import Literal

from jixiao.vocabulary.reading import CUBE, ONTOLOGY, SHAPES, data, prefixed
from ontology.terms import BASE, CODE, JX

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from pyoxigraph import NamedNode

    from jixiao.messages import Language
    from jixiao.vocabulary.facts import Texts
    from jixiao.vocabulary.model import Vocabulary

SAFE = "/~:@!$&'()*+,;="


@cache
def words() -> Mapping[str, Mapping[str, str]]:
    """What the pages say beside the vocabulary, by language."""
    said: Mapping[str, Mapping[str, str]] = data("words")
    return {language: {key: texts[language] for key, texts in said.items()} for language in ("zh", "en")}


@dataclass(frozen=True, slots=True)
class Source:
    """What a definition rests on, as it is shown."""

    title: str
    number: str
    href: str
    status: str | None


@dataclass(frozen=True, slots=True)
class Cell:
    """A value of an answer as it is shown."""

    text: str
    href: str | None = None
    number: bool = False


class Speech:
    """How one page speaks.

    Args:
        vocabulary: What is spoken of.
        language: In which language.
        to: The address that leads from this page to a path of the documentation.
    """

    def __init__(self, vocabulary: Vocabulary, language: Language, to: Callable[[str], str]) -> None:
        self.vocabulary = vocabulary
        self.language = language
        self.to = to

    def say(self, texts: Texts) -> str:
        """A text in this language, else in any."""
        return texts.get(self.language) or next(iter(texts.values()), "")

    def word(self, key: str, **fields: object) -> str:
        """A word of the pages."""
        return words()[self.language][key].format(**fields)

    def name(self, iri: str) -> str:
        """What a term, code, list or structure is called; the short form of any other address."""
        vocabulary = self.vocabulary
        if iri in vocabulary.terms:
            return self.say(vocabulary.terms[iri].label)
        if iri.startswith(CODE):
            code = vocabulary.code(iri)
            known = code or vocabulary.code_lists.get(iri.removeprefix(CODE))
            return self.say(known.label) or iri.removeprefix(CODE) if known else iri.removeprefix(CODE)
        return short(iri)

    def href(self, iri: str) -> str:
        """Where an address is explained: on a page of the documentation, else at the address."""
        path = self.path(iri)
        return iri if path is None else self.to(path)

    def path(self, iri: str) -> str | None:
        """The page of the documentation that explains an address."""
        term = self.vocabulary.terms.get(iri)
        if term:
            return ("/ontology#" if term.own else "/ontology/borrowed#") + term.anchor
        if iri == ONTOLOGY or iri.startswith(f"{ONTOLOGY}/"):
            return "/ontology"
        if iri.startswith(CODE):
            return code_path(iri) if self._has_page(iri) else None
        if iri.startswith(SHAPES):
            return f"/shapes#{iri.removeprefix(SHAPES)}"
        if iri.startswith(CUBE) or iri == f"{BASE}records":
            return f"/{iri.removeprefix(BASE)}"
        return None

    def _has_page(self, iri: str) -> bool:
        name = iri.removeprefix(CODE)
        return name in self.vocabulary.code_lists or self.vocabulary.code(iri) is not None

    def source(self, iri: str) -> Source:
        """A source as it is shown: a citation with its number and whether somebody has checked it."""
        code = self.vocabulary.code(iri)
        if code is None:
            title = self.word("record_format") if iri == f"{BASE}records" else short(iri)
            return Source(title, "", self.href(iri), None)
        status = next((each.value for name, each in self._said(iri) if name == f"{JX}status"), None)
        title = f"《{self.say(code.label)}》" if self.language == "zh" else self.say(code.label)
        return Source(title, next(iter(code.other_labels.get("zh", ())), ""), self.href(iri), status)

    def shown(self, values: Iterable[NamedNode | Literal]) -> list[tuple[str, str | None]]:
        """Values as text and where they are explained; of texts in several languages those of this one."""
        kept = list(values)
        spoken = [value for value in kept if isinstance(value, Literal) and value.language == self.language]
        plain = [value for value in kept if not (isinstance(value, Literal) and value.language)]
        return [
            (value.value, None) if isinstance(value, Literal) else (self.name(value.value), self.href(value.value))
            for value in (spoken + plain or kept)
        ]

    def cell(self, value: Mapping[str, str] | None, thing: Callable[[str], str | None]) -> Cell:
        """A value of an answer in the JSON of SPARQL results; ``thing`` gives the page of what documents speak of."""
        if value is None:
            return Cell("")
        if value["type"] == "uri":
            iri = value["value"]
            path = self.path(iri)
            return Cell(short(iri), self.to(path) if path else thing(iri))
        number = value.get("datatype", "").endswith(("#decimal", "#integer", "#double"))
        return Cell(value["value"], number=number)

    def short(self, iri: str) -> str:
        """An address as people read it."""
        return short(iri)

    def _said(self, iri: str) -> list[tuple[str, Any]]:
        code = self.vocabulary.code(iri)
        return [(name, value) for name, values in code.further.items() for value in values] if code else []


def code_path(iri: str) -> str:
    """The path of a code's page: the readable part of its address, quoted once."""
    return "/code/" + quote(unquote(iri.removeprefix(CODE)), safe=SAFE)


def short(iri: str) -> str:
    """An address as people read it: by its prefix, else without the scheme."""
    name = prefixed(iri)
    return name if not name.startswith("<") else unquote(iri.partition("://")[2].removeprefix("www.").rstrip("/"))
