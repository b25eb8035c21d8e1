"""The page on which people write queries and see answers."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from starlette.concurrency import run_in_threadpool

from jixiao.rendering import page_path
from jixiao.site.engine import engine_of
from jixiao.site.frame import desk_of, show
from jixiao.site.negotiate import preferred
from jixiao.site.protocol import STATUS
from queries.errors import AnswerTooLargeError, QueryError
from queries.jobs import Ask

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from starlette.requests import Request
    from starlette.responses import Response

    from jixiao.site.engine import Place

SHOWN = 500
"""How many rows the page shows."""
LONGEST = 16 << 20
"""How many bytes of an answer the page reads."""
PAGE = "text/html"
DATA = ("application/sparql-results+json", "application/json", "application/sparql-results+xml", "application/xml")
OTHERS = ("text/csv", "text/tab-separated-values", "text/turtle", "application/n-triples", "application/rdf+xml")


def wanted(request: Request) -> bool:
    """Whether a browser asks: it names HTML, and before any data format."""
    accept = request.headers.get("accept", "")
    offers = {PAGE: "html"} | dict.fromkeys([*DATA, *OTHERS], "data")
    return PAGE in accept.lower() and preferred(accept, offers) == "html"


async def empty(request: Request) -> Response:
    """The page without an answer."""
    return await run_in_threadpool(_page, request, "")


async def answered(request: Request, place: Place, query: str) -> Response:
    """The page with the answer, or with what is wrong with the query."""
    job = Ask(text=query, results="json", graphs="ttl")
    try:
        with await place.run(request, job) as answer:
            if answer.size > LONGEST:
                raise AnswerTooLargeError(job.name, "结果太大，不能在页面上显示；请加 LIMIT，或用程序下载")
            text = await run_in_threadpool(answer.file.read)
            shown = _for_people(request, query, text.decode(), answer.outcome.form)
            return await run_in_threadpool(_page, request, query, answer=shown)
    except QueryError as error:
        return _page(request, query, error=str(error), status=STATUS.get(type(error), 500))


@dataclass(frozen=True, slots=True)
class Cell:
    """One value as the page shows it."""

    text: str
    link: str | None = None
    number: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """An answer as the page shows it: a yes or no, some text, or rows."""

    link: str
    boolean: bool | None = None
    text: str | None = None
    columns: Sequence[str] = ()
    rows: Sequence[Sequence[Cell]] = ()
    total: int = 0


def _for_people(request: Request, query: str, text: str, form: str) -> Shown:
    link = f"/sparql?{urlencode({'query': query})}"
    if form == "ttl":
        return Shown(link=link, text=text)
    result = json.loads(text)
    if "boolean" in result:
        return Shown(link=link, boolean=result["boolean"])
    columns, bindings = result["head"]["vars"], result["results"]["bindings"]
    rows = [[_cell(request, row.get(column)) for column in columns] for row in bindings[:SHOWN]]
    return Shown(link=link, columns=columns, rows=rows, total=len(bindings))


def _cell(request: Request, term: Mapping[str, str] | None) -> Cell:
    """A value; what has a page of its own leads there."""
    if term is None:
        return Cell("")
    if term["type"] == "uri":
        base = desk_of(request).graph.base
        iri = term["value"]
        return Cell(iri, page_path(iri)) if iri.startswith(f"{base}id/") else Cell(iri)
    number = term.get("datatype", "").endswith(("#decimal", "#integer", "#double"))
    return Cell(str(term["value"]), number=number)


def _page(request: Request, query: str, *, status: int = 200, **values: Any) -> Response:
    desk = desk_of(request)
    given = {"error": None, "answer": None} | values
    questions = list(desk.questions.values())
    return show(
        request,
        "sparql.html",
        here="/sparql",
        status=status,
        view=desk.view,
        query=query or (questions[0].body if questions else ""),
        questions=questions,
        seconds=f"{engine_of(request).service.limits.seconds:g}",
        **given,
    )
