"""Whole graphs by their names: read from the published graph, read and written in the scratch dataset.

https://www.w3.org/TR/sparql11-http-rdf-update/
"""

from __future__ import annotations

from email import message_from_bytes
from email.policy import HTTP
from typing import TYPE_CHECKING, NamedTuple
from uuid import uuid4

from starlette.concurrency import run_in_threadpool
from starlette.responses import Response
from starlette.routing import Route

from jixiao.site.delivery import Delivery
from jixiao.site.engine import engine_of
from jixiao.site.negotiate import preferred
from jixiao.site.protocol import (
    CORS,
    ProtocolError,
    absolute,
    base_of,
    body_of,
    fields,
    permitted,
    plainly,
    wrong_method,
)
from jixiao.site.service import OFFERS
from jixiao.site.sparql import NAMED, caching, media_type, unchanged
from queries.jobs import GRAPHS, Content, Drop, Give, Put

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from email.message import Message

    from starlette.requests import Request

    from jixiao.site.engine import Place

    Answered = Callable[..., Awaitable[None]]

READING = ("GET", "HEAD")
WRITING = ("GET", "HEAD", "PUT", "POST", "DELETE")
LONGEST = 32 << 20
"""How many bytes a graph may have on its way here."""
SLOWEST = 120.0
INPUTS = {"text/turtle": "ttl", "application/n-triples": "nt", "application/ld+json": "jsonld"} | {
    "application/rdf+xml": "rdf",
    "application/xml": "rdf",
}
"""The formats that say one graph."""


class Named(NamedTuple):
    """The graph that a request is about: none, a name, or nothing for the default graph."""

    given: bool
    iri: str | None = None


@plainly
async def published(request: Request) -> Answered:
    """A graph of the live snapshot."""
    return await serve(request, lambda: engine_of(request).published, READING)


async def serve(request: Request, find: Callable[[], Place], methods: tuple[str, ...], path: str = "") -> Answered:
    """A request to the graphs of a store.

    Raises:
        ProtocolError: it is not as the protocol wants it.
        QueryError: there is no such graph, or something is wrong with the one that was sent.
        GraphError: there is nothing to ask.
    """
    if request.method == "OPTIONS":
        return permitted(methods)
    if request.method not in methods:
        raise wrong_method(request.method, methods)
    named = _named(request, path)
    place = find()
    if request.method == "POST" and not named.given:
        return await _create(request, place)
    if not named.given:
        raise ProtocolError(400, "要用 ?graph=… 指明哪个图，或用 ?default 表示默认图", "no graph named")
    if request.method in READING:
        return await _give(request, place, named.iri)
    if request.method == "DELETE":
        with await place.run(request, Drop(graph=named.iri)):
            return Response(status_code=204, headers=CORS)
    return await _put(request, place, named.iri)


def _named(request: Request, path: str) -> Named:
    """The graph named in the address, directly (4.1) or as a parameter (4.2)."""
    given = fields(request.scope["query_string"])
    unknown = sorted(given.keys() - {"graph", "default", "format"})
    if unknown:
        cause = f"没有名为 {unknown[0][:80]} 的参数。可用的参数：graph、default、format"
        raise ProtocolError(400, cause, f"unknown parameter: {unknown[0][:80]!a}")
    iris = [absolute(iri, "graph") for iri in given.get("graph", [])] + ([base_of(request)] if path else [])
    if len(iris) + ("default" in given) > 1:
        raise ProtocolError(400, "一次只能指明一个图", "more than one graph named")
    return Named(bool(iris) or "default" in given, iris[0] if iris else None)


async def _give(request: Request, place: Place, iri: str | None) -> Answered:
    asked = fields(request.scope["query_string"]).get("format", [""])[0]
    form = NAMED.get(asked) if asked else preferred(", ".join(request.headers.getlist("accept")), OFFERS)
    if form not in GRAPHS:
        raise ProtocolError(406, f"可用的格式：{'、'.join(OFFERS)}", "not available in an accepted format")
    job = Give(graph=iri, form=form, union=place.union)
    headers = CORS | caching(place, job)
    if unchanged(request, headers):
        return Response(status_code=304, headers=headers)
    answer = await place.run(request, job)
    return Delivery(answer, headers | {"Content-Type": media_type(form)})


async def _create(request: Request, place: Place) -> Response:
    """A new graph with a name that nobody has (5.5)."""
    iri = f"{base_of(request).rstrip('/')}/{uuid4()}"
    await _put(request, place, iri)
    return Response(status_code=201, headers={**CORS, "Location": iri})


async def _put(request: Request, place: Place, iri: str | None) -> Response:
    body = await body_of(request, LONGEST, SLOWEST)
    content = await run_in_threadpool(_contents, request.headers.get("content-type", ""), body)
    job = Put(graph=iri, content=content, replace=request.method == "PUT", base=iri or base_of(request))
    with await place.run(request, job) as answer:
        return Response(status_code=201 if answer.outcome.created else 204, headers=CORS)


def _contents(content_type: str, body: bytes) -> list[Content]:
    """What was sent, with its formats; a form may bring several files (5.5)."""
    media = content_type.partition(";")[0].strip().lower()
    if media == "multipart/form-data":
        message = message_from_bytes(b"Content-Type: " + content_type.encode() + b"\r\n\r\n" + body, policy=HTTP)
        parts = [Content(_payload(part), _form(part.get_content_type())) for part in message.iter_parts()]
        if not parts:
            raise ProtocolError(400, "表单里没有文件", "no parts")
        return parts
    return [Content(body, _form(media or "application/rdf+xml"))]


def _payload(part: Message) -> bytes:
    content = part.get_payload(decode=True)
    return content if isinstance(content, bytes) else b""


def _form(media: str) -> str:
    if media not in INPUTS:
        known = "、".join(INPUTS)
        raise ProtocolError(415, f"不能读入 {media[:80]}，可用的格式：{known}", "unsupported media type")
    return INPUTS[media]


ROUTES = (Route("/rdf-graph-store", published, methods=[*WRITING, "PATCH", "OPTIONS"]),)
