"""The catalogue as pages: each question with a form for what one may choose, answered at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.routing import Route

from jixiao.days import today
from jixiao.site import answers
from jixiao.site.editor import Fault, fault, permanent, sheet, site, tiles
from jixiao.site.engine import engine_of
from jixiao.site.frame import desk_of, language, show
from jixiao.site.given import Origin
from jixiao.site.protocol import STATUS
from ontology.terms import concepts
from queries.errors import ParameterError, QueryError
from queries.library import columns
from queries.parameters import bind
from queries.scores import measures

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.datastructures import QueryParams
    from starlette.requests import Request
    from starlette.responses import Response

    from jixiao.messages import Language
    from jixiao.site.answers import Answer
    from queries.library import Question

CODED = {"atLevel": "government-level", "tableKind": "table-kind"}
"""The parameters whose values are of a code list."""
NOT_CHOSEN = frozenset({"format", "lang"})


def catalogue(request: Request) -> Response:
    """All questions."""
    desk = desk_of(request)
    return show(request, "questions.html", here="/sparql", view=desk.view, questions=list(desk.questions.values()))


@dataclass(frozen=True, slots=True)
class Asked:
    """A question with what the reader chose.

    Raises:
        ParameterError: (by ``text``) something was chosen that the question does not know, or that is not of its type.
    """

    question: Question
    chosen: Mapping[str, str]

    @property
    def text(self) -> str:
        """The query, with what was chosen in it."""
        return bind(self.question.body, self.question.terms(self.chosen))

    @property
    def link(self) -> str:
        """Where this answer always stands."""
        return (
            f"/queries/{self.question.id}?{urlencode(self.chosen)}" if self.chosen else f"/queries/{self.question.id}"
        )

    @property
    def files(self) -> str:
        """The same for files, up to the name of the form."""
        return f"{self.link}{'&' if self.chosen else '?'}format="


def asked(question: Question, params: QueryParams) -> Asked:
    """A question as an address asks it. Where a number is left empty, the question's own holds."""
    numbers = {each.name for each in question.parameters if each.type != "text"}
    given = {name: value.strip() for name, value in params.items() if name not in NOT_CHOSEN}
    return Asked(question, {name: value for name, value in given.items() if value or name not in numbers})


async def question(request: Request) -> Response:
    """The page of a question with its answer, or the answer as a file."""
    found = desk_of(request).questions.get(request.path_params["name"])
    if found is None:
        raise HTTPException(404)
    this = asked(found, request.query_params)
    form = request.query_params.get("format")
    if form is not None and form not in answers.FORMS:
        raise HTTPException(406, f"没有名为 {form[:80]} 的格式。可用的格式：{'、'.join(answers.FORMS)}")
    place = engine_of(request).published
    try:
        answer = await answers.ask(request, place, this.text)
    except QueryError as error:
        text = "" if isinstance(error, ParameterError) else this.text
        status = 400 if isinstance(error, ParameterError) else STATUS.get(type(error), 500)
        return await run_in_threadpool(_page, request, this, fault=fault(error, text), status=status)
    if form is None:
        return await run_in_threadpool(_page, request, this, answer=answer)
    origin = Origin(f"{site(request)}{this.link}", place.version or "", today())
    titles = list(_titles(answer, "zh").values())
    whole = answers.Taken(answer=answer, origin=origin, query=this.text, titles=titles)
    return await run_in_threadpool(answers.as_file, whole, form, found.id)


def _titles(answer: Answer, spoken: Language) -> dict[str, str]:
    known = columns()
    return {name: known[name][spoken] if name in known else name for name in answer.columns}


def _offered(request: Request, spoken: Language) -> Mapping[str, list[tuple[str, str]]]:
    """What may be chosen for a parameter of that name, and what it is called."""
    desk = desk_of(request)
    names = sorted({each.publisher for each in desk.view.documents.values() if each.publisher})
    return {
        "department": [(name, "") for name in names],
        "ruleId": [(each.id, each.title[spoken]) for each in desk.rules.values()],
        "measureId": [(each.id, each.title[spoken]) for each in measures().values()],
        **{
            name: [(each.notation, each.labels[spoken]) for each in concepts(of).values()] for name, of in CODED.items()
        },
    }


def _page(
    request: Request, this: Asked, *, answer: Answer | None = None, fault: Fault | None = None, status: int = 200
) -> Response:
    spoken = language(request) or "zh"
    titles = _titles(answer, spoken) if answer else {}
    return show(
        request,
        "question.html",
        here="/sparql",
        status=status,
        view=desk_of(request).view,
        question=this.question,
        chosen=this.chosen,
        offered=_offered(request, spoken),
        tiles=tiles(),
        sheet=sheet(request, answer, this.link, titles, this.files) if answer else None,
        text=this.text if answer else None,
        editor=permanent(this.text) if answer else None,
        fault=fault,
    )


ROUTES = (Route("/queries", catalogue), Route("/queries/{name}", question))
