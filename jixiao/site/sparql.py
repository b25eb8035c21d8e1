"""The SPARQL endpoint of the published graph, which is read-only; that of the scratch dataset works alike."""

from __future__ import annotations

import re
from hashlib import sha256
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlencode

from starlette.responses import Response
from starlette.routing import Route

from jixiao.site import editor
from jixiao.site.delivery import Delivery
from jixiao.site.engine import engine_of
from jixiao.site.negotiate import preferred
from jixiao.site.protocol import CORS, ProtocolError, asked, base_of, permitted, plainly, refused, wrong_method
from jixiao.site.service import description
from queries.errors import FormatError
from queries.jobs import SHEET, Ask, Change

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from starlette.requests import Request

    from jixiao.site.engine import Place
    from jixiao.site.protocol import Asked

    Answered = Callable[..., Awaitable[None]]

METHODS = ("GET", "HEAD", "POST")
RESULTS: Mapping[str, str] = {
    "application/sparql-results+json": "json",
    "application/json": "json",
    "application/sparql-results+xml": "xml",
    "application/xml": "xml",
    "text/xml": "xml",
    "text/csv": "csv",
    "text/tab-separated-values": "tsv",
}
GRAPHS: Mapping[str, str] = {
    "text/turtle": "ttl",
    "application/n-triples": "nt",
    "application/n-quads": "nq",
    "application/trig": "trig",
    "application/ld+json": "jsonld",
    "application/rdf+xml": "rdf",
    "application/json": "jsonld",
    "application/xml": "rdf",
    "text/xml": "rdf",
}
NAMED = {name: name for name in (*RESULTS.values(), *GRAPHS.values())} | {"csv": SHEET}
"""The formats that links ask for by name: that is CSV for spreadsheets; ``text/csv`` is that of the protocol."""
FICKLE = re.compile(r"\b(RAND|NOW|UUID|STRUUID|BNODE)\s*\(", re.IGNORECASE)
"""Functions by which the same query has another answer the next time."""


@plainly
async def endpoint(request: Request) -> Answered:
    """Answers a query; without one, shows people a page to write one and programs what there is."""
    return await serve(request, lambda: engine_of(request).published)


async def serve(request: Request, find: Callable[[], Place]) -> Answered:
    """A request to the endpoint of a store.

    Raises:
        ProtocolError: it is not as the protocol wants it.
        QueryError: the query or the update is wrong, or was ended.
        GraphError: there is nothing to ask.
    """
    if request.method == "OPTIONS":
        return permitted(METHODS)
    if request.method not in METHODS:
        raise wrong_method(request.method, METHODS)
    if "query" not in request.query_params and request.method != "POST" and editor.wanted(request):
        return await editor.empty(request)
    this = await asked(request)
    place = find()
    if this.update is not None:
        return await _change(request, place, this)
    if this.query is None:
        return await description(request, place)
    if this.form is None and not place.writable and editor.wanted(request):
        return await editor.answered(request, place, this.query)
    return await _answer(request, place, this)


async def _change(request: Request, place: Place, this: Asked) -> Response:
    if not place.writable:
        raise ProtocolError(403, "公开的图谱只能查询，不能修改", "the published graph is read-only")
    job = Change(text=this.update or "", dataset=this.dataset, base=base_of(request))
    with await place.run(request, job):
        return Response(status_code=204, headers=CORS)


async def _answer(request: Request, place: Place, this: Asked) -> Answered:
    results, graphs = formats(request, this.form)
    job = Ask(
        text=this.query or "",
        results=results,
        graphs=graphs,
        dataset=this.dataset,
        union=place.union,
        base=base_of(request),
        page=this.page,
    )
    headers = CORS | caching(place, job, fickle=FICKLE.search(job.text) is not None)
    if unchanged(request, headers):
        return Response(status_code=304, headers=headers)
    kept, mark = engine_of(request).kept, headers.get("ETag")
    try:
        answer = kept.find(mark) or kept.keep(mark, await place.run(request, job))
    except FormatError as error:
        return refused(error, f"；可用的格式：{'、'.join(dict.fromkeys([*RESULTS, *GRAPHS]))}")
    form = answer.outcome.form
    headers["Content-Type"] = media_type(form)
    if this.form:
        headers["Content-Disposition"] = f'attachment; filename="jixiao-query.{"csv" if form == SHEET else form}"'
    if this.page:
        headers["Link"] = _links(request, this.page.number, more=answer.outcome.more)
    return Delivery(answer, headers)


def formats(request: Request, name: str | None) -> tuple[str | None, str | None]:
    """The formats that are wanted of rows and of triples, by name or by what the client accepts.

    Raises:
        ProtocolError: there is no such format.
    """
    if name is None:
        accept = ", ".join(request.headers.getlist("accept"))
        return preferred(accept, RESULTS), preferred(accept, GRAPHS)
    if name in NAMED:
        return NAMED[name], NAMED[name]
    media = name.replace(" ", "+")  # a plus in an address is a blank
    if media not in RESULTS and media not in GRAPHS:
        known = "、".join([*NAMED, *RESULTS, *GRAPHS])
        raise ProtocolError(406, f"没有名为 {name[:80]} 的格式。可用的格式：{known}", "no such format")
    return RESULTS.get(media), GRAPHS.get(media)


def media_type(form: str) -> str:
    """The media type of a format."""
    form = "csv" if form == SHEET else form
    media = next(media for media, name in (*RESULTS.items(), *GRAPHS.items()) if name == form)
    return f"{media}; charset=utf-8" if media.startswith("text/") else media


def caching(place: Place, job: object, *, fickle: bool = False) -> dict[str, str]:
    """What caches may do with an answer: keep it and ask whether it is still good, where that can be told."""
    headers = {"Vary": "Accept, Accept-Encoding"}
    if place.version is None or fickle:
        return headers | {"Cache-Control": "no-store"}
    mark = sha256(f"{place.version} {job!r}".encode()).hexdigest()[:32]
    # A weak mark, as rows may come in another order and bytes may be packed.
    return headers | {"Cache-Control": "no-cache", "ETag": f'W/"{mark}"'}


def unchanged(request: Request, headers: Mapping[str, str]) -> bool:
    """Whether the client has this answer already (RFC 9110, 13.1.2)."""
    known = ", ".join(request.headers.getlist("if-none-match")).split(",")
    return headers.get("ETag", "-").removeprefix("W/") in {each.strip().removeprefix("W/") for each in known}


def _links(request: Request, number: int, *, more: bool) -> str:
    """The pages around one, as a header (RFC 8288)."""
    pages = {"first": 1} | ({"prev": number - 1} if number > 1 else {}) | ({"next": number + 1} if more else {})
    if request.method == "POST":
        pages = {}  # an address cannot repeat a body
    others = [(name, value) for name, value in parse_qsl(request.url.query, keep_blank_values=True) if name != "page"]
    return ", ".join(
        f'<{request.url.path}?{urlencode([*others, ("page", page)])}>; rel="{name}"' for name, page in pages.items()
    )


ROUTES = (Route("/sparql", endpoint, methods=[*METHODS, "PUT", "DELETE", "PATCH", "OPTIONS"], name="sparql"),)
