"""Requests of the SPARQL 1.1 Protocol: what is asked, read from wherever it may stand, and how mistakes are told.

https://www.w3.org/TR/sparql11-protocol/
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import wraps
from typing import TYPE_CHECKING
from urllib.parse import parse_qs

import anyio
from pyoxigraph import NamedNode
from starlette.requests import ClientDisconnect
from starlette.responses import PlainTextResponse, Response

from graph.errors import GraphError
from queries.errors import (
    AnswerTooLargeError,
    BusyError,
    FormatError,
    FullError,
    MalformedGraphError,
    MalformedQueryError,
    NoGraphError,
    QueryError,
    QueryFailedError,
    QueryTooLongError,
    RefusedQueryError,
)
from queries.jobs import LARGEST_PAGE, Dataset, Page

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable, Mapping

    from starlette.requests import Request

    Endpoint = Callable[[Request], Awaitable[Callable[..., Awaitable[None]]]]

LONGEST_QUERY = 1 << 20
LONGEST_UPDATE = 4 << 20
SLOWEST_BODY = 20.0
"""In how many seconds a body has to be here."""
MOST_FIELDS = 1000
ROWS = 1000
"""How many rows a page has where the request does not say."""

FORM = "application/x-www-form-urlencoded"
BODIES = {"application/sparql-query": "query", "application/sparql-update": "update"}
QUERY_GRAPHS = ("default-graph-uri", "named-graph-uri")
UPDATE_GRAPHS = ("using-graph-uri", "using-named-graph-uri")
KNOWN = frozenset({"query", "update", *QUERY_GRAPHS, *UPDATE_GRAPHS, "format", "page", "pageSize", "lang"})
"""The parameters that there are; ``lang`` is the language of pages."""

CORS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "Content-Disposition, ETag, Link, Location, Retry-After",
}
RETRY = "5"
"""After how many seconds it is worth asking again."""

STATUS = {
    MalformedQueryError: 400,
    MalformedGraphError: 400,
    RefusedQueryError: 400,
    NoGraphError: 404,
    FormatError: 406,
    AnswerTooLargeError: 503,
    BusyError: 503,
    QueryFailedError: 503,
    QueryTooLongError: 504,
    FullError: 507,
}


class ProtocolError(Exception):
    """A request that is not as the protocol wants it.

    Attributes:
        status: the HTTP status that says so.
        english: the same for programmers, in a few words.
        headers: what else the answer says.
    """

    def __init__(self, status: int, cause: str, english: str, headers: Mapping[str, str] | None = None) -> None:
        self.status = status
        self.english = english
        self.headers = headers or {}
        super().__init__(cause)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a request asks for: a query or an update or neither."""

    query: str | None = None
    update: str | None = None
    dataset: Dataset
    form: str | None = None
    page: Page | None = None


def plainly(endpoint: Endpoint) -> Endpoint:
    """An endpoint whose mistakes are told in plain text: a sentence in Chinese, a line in English."""

    @wraps(endpoint)
    async def told(request: Request) -> Callable[..., Awaitable[None]]:
        try:
            return await endpoint(request)
        except ProtocolError as error:
            return refusal(error.status, str(error), error.english, error.headers)
        except QueryError as error:
            return refused(error)
        except GraphError as error:
            return refusal(503, str(error), "no data is published")
        except ClientDisconnect:
            return Response(status_code=400)  # nobody is there to read it

    return told


def refused(error: QueryError, hint: str = "") -> Response:
    """What is wrong with a query, in plain text."""
    status = STATUS.get(type(error), 500)
    place = f" at line {error.line}" if error.line else ""
    place += f", column {error.column}" if error.column else ""
    headers = {"Retry-After": RETRY} if isinstance(error, BusyError | QueryFailedError) else {}
    return refusal(status, f"{error}{hint}", f"{error.english}{place}", headers)


def refusal(status: int, cause: str, english: str, headers: Mapping[str, str] | None = None) -> Response:
    """A mistake in plain text."""
    text = f"{cause}\n{status} {english}\n"
    return PlainTextResponse(text, status, {**CORS, "Cache-Control": "no-store", **(headers or {})})


def permitted(methods: Iterable[str]) -> Response:
    """The answer to OPTIONS, which browsers ask before they let a page of another site ask."""
    listed = ", ".join([*methods, "OPTIONS"])
    allowed = {
        "Access-Control-Allow-Methods": listed,
        "Access-Control-Allow-Headers": "Accept, Authorization, Content-Type, If-None-Match",
        "Access-Control-Max-Age": "86400",
    }
    return Response(status_code=204, headers={"Allow": listed, **CORS, **allowed})


def wrong_method(method: str, methods: Iterable[str]) -> ProtocolError:
    """The refusal of a method that an address does not have."""
    listed = ", ".join([*methods, "OPTIONS"])
    return ProtocolError(405, f"这个地址不接受 {method}，可用的方法：{listed}", "method not allowed", {"Allow": listed})


async def body_of(request: Request, longest: int, seconds: float = SLOWEST_BODY) -> bytes:
    """The whole body.

    Raises:
        ProtocolError: it is longer, or comes slower, than that.
    """
    body = bytearray()
    try:
        with anyio.fail_after(seconds):
            async for piece in request.stream():
                body += piece
                if len(body) > longest:
                    raise ProtocolError(413, f"内容太长，最多 {longest >> 10} KB", "body too large")
    except TimeoutError:
        raise ProtocolError(408, f"内容在 {seconds:g} 秒内没有传完", "body too slow") from None
    return bytes(body)


async def asked(request: Request) -> Asked:
    """What a request asks for (2.1.1 to 2.1.3, 2.2.1 and 2.2.2).

    Raises:
        ProtocolError: it asks in no way that the protocol knows.
    """
    given = fields(request.scope["query_string"])
    if request.method == "POST":
        for name, values in (await _posted(request)).items():
            given.setdefault(name, []).extend(values)
    unknown = sorted(given.keys() - KNOWN)
    if unknown:
        known = "、".join(sorted(KNOWN))
        cause = f"没有名为 {'、'.join(each[:80] for each in unknown[:5])} 的参数。可用的参数：{known}"
        raise ProtocolError(400, cause, f"unknown parameter: {unknown[0][:80]!a}")
    query, update = _one(given, "query"), _one(given, "update")
    if query is not None and update is not None:
        raise ProtocolError(400, "一次只能有 query 或 update 之一", "both query and update")
    if request.method == "POST" and query is None and update is None:
        raise ProtocolError(400, "缺少 query", "no query")
    if update is not None and request.method != "POST":
        raise ProtocolError(400, "update 只能用 POST 提交", "updates need POST")
    return Asked(
        query=query,
        update=update,
        dataset=_dataset(given, update=update is not None),
        form=_one(given, "format"),
        page=_page(given),
    )


async def _posted(request: Request) -> dict[str, list[str]]:
    media, _, parameters = request.headers.get("content-type", "").lower().partition(";")
    charset = parameters.partition("charset=")[2].strip().strip('"') or "utf-8"
    if charset != "utf-8":
        raise ProtocolError(415, "只接受 UTF-8", "not UTF-8")
    kind = media.strip()
    if kind != FORM and kind not in BODIES:
        raise ProtocolError(415, f"POST 的内容要是 {'、'.join([*BODIES, FORM])}", "unsupported media type")
    body = await body_of(request, LONGEST_QUERY if BODIES.get(kind) == "query" else LONGEST_UPDATE)
    return fields(body) if kind == FORM else {BODIES[kind]: [_text(body)]}


def fields(text: bytes) -> dict[str, list[str]]:
    """The fields of a form or of the query part of an address.

    Raises:
        ProtocolError: there are very many, or they are not UTF-8.
    """
    try:
        return parse_qs(_text(text), keep_blank_values=True, errors="strict", max_num_fields=MOST_FIELDS)
    except UnicodeDecodeError:
        raise ProtocolError(400, "不是有效的 UTF-8", "not UTF-8") from None
    except ValueError:
        raise ProtocolError(400, f"参数超过 {MOST_FIELDS} 个", "too many parameters") from None


def _text(body: bytes) -> str:
    try:
        return body.decode()
    except UnicodeDecodeError:
        raise ProtocolError(400, "不是有效的 UTF-8", "not UTF-8") from None


def _one(given: Mapping[str, list[str]], name: str) -> str | None:
    values = given.get(name, [])
    if len(values) > 1:
        raise ProtocolError(400, f"{name} 只能有一个", f"more than one {name}")
    return values[0] if values else None


def _dataset(given: Mapping[str, list[str]], *, update: bool) -> Dataset:
    ours, others = (UPDATE_GRAPHS, QUERY_GRAPHS) if update else (QUERY_GRAPHS, UPDATE_GRAPHS)
    for name in others:
        if name in given:
            kind = "查询" if update else "更新"
            raise ProtocolError(400, f"{name} 只用于{kind}", f"{name} does not belong here")
    default, named = (tuple(absolute(iri, name) for iri in given.get(name, [])) for name in ours)
    return Dataset(default, named)


def absolute(iri: str, name: str) -> str:
    """The name of a graph; it is never fetched.

    Raises:
        ProtocolError: it is no absolute IRI.
    """
    try:
        return NamedNode(iri).value
    except ValueError as error:
        raise ProtocolError(400, f"{name} 不是完整的 IRI：{iri[:200]}", f"not an absolute IRI: {error}") from None


def _page(given: Mapping[str, list[str]]) -> Page | None:
    if "page" not in given and "pageSize" not in given:
        return None
    return Page(_count(given, "page", 1, 10**9), _count(given, "pageSize", ROWS, LARGEST_PAGE))


def _count(given: Mapping[str, list[str]], name: str, default: int, most: int) -> int:
    text = _one(given, name)
    if text is None:
        return default
    if not (text.isascii() and text.isdecimal() and len(text) < 10 and 1 <= int(text) <= most):  # noqa: PLR2004
        raise ProtocolError(400, f"{name} 要是 1 到 {most} 的整数", f"{name} is not from 1 to {most}")
    return int(text)


def base_of(request: Request) -> str:
    """The address that was asked, without its parameters; relative addresses in queries start from it.

    Raises:
        ProtocolError: the request names a host that cannot be one.
    """
    path = request.scope.get("raw_path", b"").decode("ascii", "replace").partition("?")[0]
    return absolute(f"{request.url.scheme}://{request.headers.get('host', 'localhost')}{path}", "Host")
