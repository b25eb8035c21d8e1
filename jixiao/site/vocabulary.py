"""The documentation of the vocabulary at its terms' addresses: HTML, Turtle or JSON-LD, Chinese or English."""

from __future__ import annotations

import json
from importlib.metadata import version
from threading import Lock
from typing import TYPE_CHECKING
from urllib.parse import quote, urlencode

from starlette.exceptions import HTTPException
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from graph.errors import GraphError
from ingest.interchange import json_schema
from jixiao.rendering import page_path
from jixiao.site import frame
from jixiao.site.frame import desk_of
from jixiao.site.negotiate import preferred
from jixiao.vocabulary.book import Book
from jixiao.vocabulary.printing import RDF_FORMATS, Setting, html, rdf
from jixiao.vocabulary.speech import SAFE
from ontology import path as ontology_file

if TYPE_CHECKING:
    from starlette.requests import Request

    from graph.snapshot import Snapshot
    from jixiao.messages import Language
    from jixiao.site.desk import Desk
    from jixiao.vocabulary.book import Page

CHAPTERS = ("ontology", "code", "shapes", "cube", "examples", "records")
SCHEMA = "application/schema+json"
VARY = {"Vary": "Accept, Accept-Language"}


class Shelf:
    """Holds the documentation that fits the live snapshot."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._lock = Lock()
        self._book: Book | None = None

    @property
    def book(self) -> Book:
        """The documentation; without a snapshot that of the vocabulary alone."""
        snapshot = self._live()
        with self._lock:
            if self._book is None or self._book.snapshot is not snapshot:
                self._book = Book(snapshot)
            return self._book

    def _live(self) -> Snapshot | None:
        try:
            return self._desk.snapshot
        except GraphError:
            return None


def page(request: Request) -> Response:
    """The page at an address, in the form and the language that the client prefers."""
    path, ending = _split(request.scope["path"])
    book = request.app.state.shelf.book
    found = book.page(path)
    if found is None:
        raise HTTPException(404)
    form = ending or preferred(request.headers.get("accept", "*/*"), _offers(found))
    if form is None or form not in _offers(found).values():
        raise HTTPException(406, f"这一页的格式有：{'、'.join(_offers(found))}。")
    if form == "html":
        spoken = language(request)
        answer = HTMLResponse(_html(request, book, found, spoken), headers=VARY)
        frame.remember(request, answer, spoken)
        return answer
    if form == "json":
        return Response(json.dumps(json_schema(), ensure_ascii=False, indent=2), media_type=SCHEMA, headers=VARY)
    media, _, _ = RDF_FORMATS[form]
    return Response(rdf(book, found, form), media_type=media, headers=VARY | {"Access-Control-Allow-Origin": "*"})


def _split(path: str) -> tuple[str, str | None]:
    """A path without the ending that names a form, and that ending."""
    plain, dot, ending = path.rstrip("/").rpartition(".")
    known = ending in RDF_FORMATS or path == "/records.json"
    return (plain, ending) if dot and known else (path.rstrip("/"), None)


def _offers(found: Page) -> dict[str, str]:
    """The forms of a page by media type; the record format is JSON Schema, not RDF."""
    if found.path == "/records":
        return {"text/html": "html", SCHEMA: "json", "application/json": "json"}
    return {"text/html": "html"} | {media: ending for ending, (media, _, _) in RDF_FORMATS.items()}


def language(request: Request) -> Language:
    """The language chosen, else English for those who prefer it to Chinese, else Chinese."""
    preference = request.headers.get("accept-language", "")
    preferred_language = preferred(preference, {"zh-cn": "zh", "zh": "zh", "en": "en"})
    return frame.language(request) or ("en" if preferred_language == "en" else "zh")


def _html(request: Request, book: Book, found: Page, chosen: Language) -> str:
    here = quote(found.path, safe=SAFE)
    endings = (
        [("json", "JSON Schema")]
        if found.path == "/records"
        else [(ending, form[2]) for ending, form in RDF_FORMATS.items()]
    )
    base = desk_of(request).graph.base
    setting = Setting(
        frame="base.html",
        to=str,
        asset=lambda name: f"/static/{name}",
        ask=lambda query: f"/sparql?{urlencode({'query': query})}",
        thing=lambda iri: page_path(iri) if iri.startswith(f"{base}id/") else None,
        formats=[(name, f"{here}.{ending}") for ending, name in endings],
        other=f"{here}?lang={'zh' if chosen == 'en' else 'en'}",
    )
    further = {"here": "/ontology", "version": version("jixiao"), "view": None, "elsewhere": setting.other}
    return html(book, found, chosen, setting, **further)


def context(_: Request) -> Response:
    """The JSON-LD context, where the ontology has one."""
    file = ontology_file("context.jsonld")
    if not file.is_file():
        raise HTTPException(404)
    return Response(
        file.read_bytes(), media_type=RDF_FORMATS["jsonld"][0], headers={"Access-Control-Allow-Origin": "*"}
    )


ROUTES = (
    Route("/context.jsonld", context),
    *(Route(f"/{chapter}{rest}", page) for chapter in CHAPTERS for rest in ("", ".{ending}", "/{rest:path}")),
)
