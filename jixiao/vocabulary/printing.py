"""A page of the documentation as HTML, Turtle or JSON-LD: for the site and for files alike."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pyoxigraph import RdfFormat, serialize

from jixiao.rendering import environment
from jixiao.vocabulary.speech import Speech

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from jixiao.messages import Language
    from jixiao.vocabulary.book import Book, Page

RDF_FORMATS: Mapping[str, tuple[str, RdfFormat, str]] = {
    "ttl": ("text/turtle", RdfFormat.TURTLE, "Turtle"),
    "jsonld": ("application/ld+json", RdfFormat.JSON_LD, "JSON-LD"),
}
"""By ending: the media type, the format and its name."""


@dataclass(frozen=True, kw_only=True)
class Setting:
    """Where a page is shown: how it reaches other pages, and what the place around it is."""

    frame: str
    """The template that it stands in."""
    to: Callable[[str], str]
    """The address of a path of the documentation."""
    asset: Callable[[str], str]
    """The address of a file of ``static``."""
    ask: Callable[[str], str] | None
    """The address that runs a query, where there is one."""
    thing: Callable[[str], str | None]
    """The page of something that documents speak of, where there is one."""
    formats: Sequence[tuple[str, str]]
    """Name and address of the other forms of the page."""
    other: str
    """The page in the other language."""


def html(book: Book, page: Page, language: Language, setting: Setting, **further: Any) -> str:
    """The page in a language."""
    speech = Speech(book.vocabulary, language, setting.to)
    terms = [term for term in book.vocabulary.terms.values() if term.own]
    classes = sum(term.kind == "class" for term in terms)
    values = {
        "v": speech,
        "page": page,
        "lang": language,
        "chapter": chapter(page.path),
        "count": {"classes": classes, "properties": len(terms) - classes},
        "answer": answer(book, page),
        **{name: getattr(setting, name) for name in ("frame", "asset", "ask", "thing", "formats", "other")},
    }
    values |= {name: value for name, value in page.values.items() if name != "count" or page.path.startswith("/code/")}
    return environment(language).get_template(page.template).render(values | further)


def chapter(path: str) -> str:
    """The entry of the contents under which a page stands."""
    return path if path.startswith("/ontology") else "/" + path.split("/")[1]


def answer(book: Book, page: Page) -> Mapping[str, Any] | None:
    """The answer to the example of a page; ``None`` for other pages and without a snapshot."""
    example = page.values.get("example")
    return book.answers.of(example.text) if book.answers and example else None


def rdf(book: Book, page: Page, ending: str) -> bytes:
    """The triples of the page in one of :data:`RDF_FORMATS`."""
    _, written, _ = RDF_FORMATS[ending]
    prefixes = dict(book.vocabulary.prefixes) if written == RdfFormat.TURTLE else None
    return serialize(page.triples(), format=written, prefixes=prefixes) or b""
