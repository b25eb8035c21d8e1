"""The SPARQL endpoint (https://www.w3.org/TR/sparql11-protocol/), read-only, and its plain page for people."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlencode

from starlette.concurrency import run_in_threadpool
from starlette.responses import PlainTextResponse, Response

from graph.snapshot import STORE
from jixiao.rendering import page_path
from jixiao.site.negotiate import preferred
from jixiao.site.pages import desk_of, show
from queries.errors import MalformedQueryError, QueryError, QueryFailedError, QueryTooLongError, RefusedQueryError
from queries.guard import check
from queries.worker import Limits, answer

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from starlette.requests import Request

    from queries.worker import Format

RESULTS: Mapping[str, str] = {
    "application/sparql-results+json": "json",
    "application/json": "json",
    "application/sparql-results+xml": "xml",
    "application/xml": "xml",
    "text/csv": "csv",
    "text/tab-separated-values": "tsv",
}
GRAPHS: Mapping[str, str] = {"text/turtle": "ttl", "application/n-triples": "nt"}
PAGE = "text/html"
LIMITS = Limits()
SHOWN = 500
"""How many rows the page for people shows."""
LONGEST = 1 << 20
"""How many bytes a request may have."""


class ProtocolError(Exception):
    """A request that is not as the protocol wants it.

    Attributes:
        status: the HTTP status that says so.
    """

    def __init__(self, status: int, cause: str) -> None:
        self.status = status
        super().__init__(cause)


async def endpoint(request: Request) -> Response:
    """Answers a query; without one, shows people a page to write one and programs what there is."""
    try:
        query, form = await _asked(request)
    except ProtocolError as error:
        return PlainTextResponse(str(error), status_code=error.status)
    if query is None:
        return _page(request, "") if _wants_page(request) else _description(request)
    if form is None and _wants_page(request):
        return await run_in_threadpool(_answer_page, request, query)
    return await run_in_threadpool(_answer, request, query, form)


async def _asked(request: Request) -> tuple[str | None, str | None]:
    """The query and the form asked for by name, from wherever the protocol lets them stand (2.1.1 to 2.1.3)."""
    body = await request.body()
    if len(body) > LONGEST:
        raise ProtocolError(413, "查询太长")
    given = parse_qs(request.url.query, keep_blank_values=True)
    queries: list[str] = []
    if request.method == "POST":
        queries = _posted(request.headers.get("content-type", ""), body, given)
    queries = queries or given.get("query", [])
    for name in ("update", "default-graph-uri", "named-graph-uri", "using-graph-uri", "using-named-graph-uri"):
        if name in given:
            raise ProtocolError(400, f"不支持参数 {name}：只能查询，并且总是针对全部文件")
    if len(queries) > 1 or (request.method == "POST" and not queries):
        raise ProtocolError(400, "要有且只有一个 query")
    return (queries[0] if queries else None), next(iter(given.get("format", [])), None)


def _posted(content_type: str, body: bytes, given: dict[str, list[str]]) -> list[str]:
    """The queries in a body; the other fields of a form join those of the address."""
    media, _, parameters = content_type.lower().partition(";")
    charset = parameters.partition("charset=")[2].strip().strip('"') or "utf-8"
    if charset != "utf-8":
        raise ProtocolError(415, "只接受 UTF-8")
    try:
        text = body.decode()
    except UnicodeDecodeError:
        raise ProtocolError(400, "不是有效的 UTF-8") from None
    if media.strip() == "application/sparql-query":
        return [text]
    if media.strip() != "application/x-www-form-urlencoded":
        raise ProtocolError(415, "POST 的内容要是 application/sparql-query 或 application/x-www-form-urlencoded")
    fields = parse_qs(text, keep_blank_values=True)
    given.update({name: values for name, values in fields.items() if name != "query"})
    return fields.get("query", [])


def _wants_page(request: Request) -> bool:
    """Whether a browser asks: it names HTML, and before any data format."""
    accept = request.headers.get("accept", "")
    return PAGE in accept.lower() and preferred(accept, {PAGE: "html", **RESULTS, **GRAPHS}) == "html"


def _status(error: QueryError) -> int:
    if isinstance(error, MalformedQueryError | RefusedQueryError):
        return 400
    return 503 if isinstance(error, QueryTooLongError | QueryFailedError) else 500


def _answer(request: Request, query: str, form: str | None) -> Response:
    """The answer in the form asked for by name or by ``Accept``; the query's mistake as plain text."""
    try:
        offers = RESULTS if check(query) in {"SELECT", "ASK"} else GRAPHS
        chosen = form or preferred(request.headers.get("accept", "*/*"), offers)
        if chosen not in offers.values():
            return PlainTextResponse(f"可用的格式：{'、'.join(offers)}", status_code=406)
        body = _ask(request, query, chosen)
    except QueryError as error:
        return PlainTextResponse(str(error), status_code=_status(error))
    media = next(media for media, name in offers.items() if name == chosen)
    headers = {"Access-Control-Allow-Origin": "*", "Vary": "Accept"}
    if form:
        headers["Content-Disposition"] = f'attachment; filename="jixiao-query.{form}"'
    return Response(body, media_type=media, headers=headers)


def _ask(request: Request, query: str, form: Any) -> bytes:
    wanted: Format = form
    return answer(desk_of(request).snapshot.path / STORE, query, wanted, LIMITS)


@dataclass(frozen=True, slots=True)
class Cell:
    """One value as the page shows it."""

    text: str
    link: str | None = None
    number: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """An answer as the page shows it: a yes or no, some text, or rows."""

    link: str
    boolean: bool | None = None
    text: str | None = None
    columns: Sequence[str] = ()
    rows: Sequence[Sequence[Cell]] = ()
    total: int = 0


def _answer_page(request: Request, query: str) -> Response:
    """The page with the answer, or with what is wrong with the query."""
    try:
        return _page(request, query, answer=_for_people(request, query))
    except QueryError as error:
        return _page(request, query, error=str(error), status=_status(error))


def _for_people(request: Request, query: str) -> Answer:
    link = f"/sparql?{urlencode({'query': query})}"
    if check(query) not in {"SELECT", "ASK"}:
        return Answer(link=link, text=_ask(request, query, "ttl").decode())
    result = json.loads(_ask(request, query, "json"))
    if "boolean" in result:
        return Answer(link=link, boolean=result["boolean"])
    columns, bindings = result["head"]["vars"], result["results"]["bindings"]
    rows = [[_cell(request, row.get(column)) for column in columns] for row in bindings[:SHOWN]]
    return Answer(link=link, columns=columns, rows=rows, total=len(bindings))


def _cell(request: Request, term: Mapping[str, str] | None) -> Cell:
    """A value; what has a page of its own leads there."""
    if term is None:
        return Cell("")
    if term["type"] == "uri":
        base = desk_of(request).graph.base
        iri = term["value"]
        return Cell(iri, page_path(iri)) if iri.startswith(f"{base}id/") else Cell(iri)
    number = term.get("datatype", "").endswith(("#decimal", "#integer", "#double"))
    return Cell(term["value"], number=number)


def _page(request: Request, query: str, **values: Any) -> Response:
    desk = desk_of(request)
    status = values.pop("status", 200)
    given = {"error": None, "answer": None} | values
    questions = list(desk.questions.values())
    seconds = f"{LIMITS.seconds:g}"
    return show(
        request,
        "sparql.html",
        here="/sparql",
        status=status,
        view=desk.view,
        query=query or (questions[0].body if questions else ""),
        questions=questions,
        seconds=seconds,
        **given,
    )


DESCRIPTION = """\
@prefix sd: <http://www.w3.org/ns/sparql-service-description#> .
@prefix formats: <http://www.w3.org/ns/formats/> .

[] a sd:Service ;
    sd:endpoint <{endpoint}> ;
    sd:supportedLanguage sd:SPARQL11Query ;
    sd:feature sd:UnionDefaultGraph ;
    sd:resultFormat formats:SPARQL_Results_JSON, formats:SPARQL_Results_XML, formats:SPARQL_Results_CSV,
        formats:SPARQL_Results_TSV, formats:Turtle, formats:N-Triples .
"""


def _description(request: Request) -> Response:
    """What the service can do (https://www.w3.org/TR/sparql11-service-description/)."""
    return Response(DESCRIPTION.format(endpoint=request.url_for("sparql")), media_type="text/turtle")
