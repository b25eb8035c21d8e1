"""The page on which people write queries and see answers, and what its editor offers to complete."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from starlette.concurrency import run_in_threadpool
from starlette.responses import JSONResponse
from starlette.routing import Route

from jixiao.days import today
from jixiao.site import answers
from jixiao.site.engine import engine_of
from jixiao.site.frame import desk_of, language, show
from jixiao.site.given import Origin
from jixiao.site.negotiate import preferred
from jixiao.site.protocol import STATUS, ProtocolError, plainly
from ontology.divisions import divisions
from ontology.terms import PREFIXES
from queries.errors import QueryError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from starlette.requests import Request
    from starlette.responses import Response

    from jixiao.messages import Language
    from jixiao.site.answers import Answer, Shown
    from jixiao.site.engine import Place
    from jixiao.vocabulary.model import CodeList, Term, Vocabulary

PAGE = "text/html"
DATA = ("application/sparql-results+json", "application/json", "application/sparql-results+xml", "application/xml")
OTHERS = ("text/csv", "text/tab-separated-values", "text/turtle", "application/n-triples", "application/rdf+xml")
LOCAL = re.compile(r"([\w-]|%[0-9A-Fa-f]{2})+")
"""What follows a prefix without marks that would have to be escaped."""


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
    try:
        answer = await answers.ask(request, place, query)
    except QueryError as error:
        return await run_in_threadpool(
            _page, request, query, fault=fault(error, query), status=STATUS.get(type(error), 500)
        )
    return await run_in_threadpool(_page, request, query, sheet=sheet(request, answer, permanent(query)))


def permanent(query: str) -> str:
    """The address of the page with a query and its answer."""
    return f"/sparql?{urlencode({'query': query})}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """What is wrong with a query, and in which line of it."""

    said: str
    line: int | None
    column: int | None
    text: str
    """That line."""


def fault(error: QueryError, query: str) -> Fault:
    """An error as pages show it."""
    lines = query.splitlines()
    known = error.line is not None and error.line <= len(lines)
    return Fault(
        said=str(error), line=error.line, column=error.column, text=lines[(error.line or 1) - 1] if known else ""
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerSheet:
    """An answer as a page shows it.

    Attributes:
        link: where this answer always stands.
        titles: what the columns are called.
        files: where it is taken away from, with its origin in it.
    """

    answer: Answer
    link: str
    titles: Sequence[str]
    rows: Sequence[Sequence[Shown]]
    files: str

    @property
    def numbers(self) -> list[bool]:
        """Which columns hold numbers alone."""
        return [all(cell.number for cell in column if cell.text) for column in zip(*self.rows, strict=True)]

    @property
    def total(self) -> int:
        """How many rows there are, shown or not."""
        return len(self.answer.rows)


def sheet(
    request: Request,
    answer: Answer,
    link: str,
    titles: Mapping[str, str] | None = None,
    files: str | None = None,
) -> AnswerSheet:
    """An answer as a page shows it.

    Args:
        request: the request for the page.
        answer: the answer.
        link: where it always stands.
        titles: what columns are called, by their names; without one a column is called by its name.
        files: where files of it are, up to the name of the form.
    """
    known = titles or {}
    return AnswerSheet(
        answer=answer,
        link=link,
        titles=[known.get(column, column) for column in answer.columns],
        rows=answers.shown(answer, desk_of(request).graph.base, language(request) or "zh"),
        files=files or link.replace("/sparql?", "/sparql/answer?", 1) + "&format=",
    )


@cache
def tiles() -> Mapping[str, tuple[int, int, str, str]]:
    """Of each province the column and the row of its tile, and its short and its full name.

    Provinces are known by the first two digits of their codes.
    """
    names = {code[:2]: each.name for code, each in divisions().items() if each.level == "province"}
    rows = files("jixiao").joinpath("tiles.txt").read_text(encoding="utf-8").splitlines()
    places = ((code, x, y) for y, row in enumerate(rows) for x, code in enumerate(row.split()))
    return {code: (x, y, short(names[code]), names[code]) for code, x, y in places if code in names}


def short(province: str) -> str:
    """A province's name as maps have it, without its rank and its people."""
    return re.sub(r"(省|市|特别行政区|[维回壮]\w*自治区|自治区)$", "", province)


@plainly
async def taken(request: Request) -> Response:
    """The answer to a query as a file that says what was asked, when, and of which snapshot."""
    query, form = request.query_params.get("query"), request.query_params.get("format", "")
    if query is None or form not in answers.FORMS:
        raise ProtocolError(
            400, f"要有 query，format 要是 {'、'.join(answers.FORMS)} 之一", "no query or no such format"
        )
    place = engine_of(request).published
    answer = await answers.ask(request, place, query)
    origin = Origin(f"{site(request)}{permanent(query)}", place.version or "", today())
    titles = answer.columns if answer.boolean is None else ["boolean"]
    whole = answers.Taken(answer=answer, origin=origin, query=query, titles=titles)
    return await run_in_threadpool(answers.as_file, whole, form, "query")


def site(request: Request) -> str:
    """The address of the site."""
    return str(request.base_url).rstrip("/")


def terms(request: Request) -> Response:
    """What the editor completes: prefixes, and the names of terms and codes with what they are called."""
    spoken = language(request) or "zh"
    vocabulary: Vocabulary = request.app.state.shelf.book.vocabulary
    lists = list(vocabulary.code_lists.values())
    prefixes = {**PREFIXES, **vocabulary.prefixes, **{each.name: f"{each.iri}/" for each in lists}}
    offered = [*_terms(vocabulary, spoken), *(each for one in lists for each in _codes(one, spoken))]
    headers = {"Cache-Control": "max-age=300", "Vary": "Cookie"}
    return JSONResponse({"prefixes": prefixes, "terms": offered}, headers=headers)


def _terms(vocabulary: Vocabulary, spoken: Language) -> Iterator[tuple[str, str]]:
    every: list[Term] = [*vocabulary.terms.values(), *vocabulary.borrowed]
    known = {term.name: term for term in every if not term.deprecated}
    return ((name, _called(term.label, spoken)) for name, term in known.items())


def _codes(one: CodeList, spoken: Language) -> Iterator[tuple[str, str]]:
    for code in one.codes.values():
        tail = code.iri.removeprefix(f"{one.iri}/")
        name = f"{one.name}:{tail}" if LOCAL.fullmatch(tail) else f"<{code.iri}>"
        yield name, _called(code.label, spoken)


def _called(label: Mapping[str, str], spoken: Language) -> str:
    """What something is called: in Chinese, and in English before it where English is spoken."""
    return " ".join(dict.fromkeys(label[each] for each in dict.fromkeys((spoken, "zh")) if each in label))


def _page(request: Request, query: str, *, status: int = 200, **values: Any) -> Response:
    desk = desk_of(request)
    given = {"fault": None, "sheet": None} | values
    questions = list(desk.questions.values())
    return show(
        request,
        "sparql.html",
        here="/sparql",
        status=status,
        view=desk.view,
        query=query or (questions[0].body if questions else ""),
        questions=questions,
        tiles=tiles(),
        seconds=f"{engine_of(request).service.limits.seconds:g}",
        **given,
    )


ROUTES = (Route("/sparql/answer", taken), Route("/sparql/terms.json", terms))
