"""Pages about departments: one of them over its years, and two of them, or two years, side by side."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import Route

from jixiao.exports.workbook import write_table
from jixiao.site.frame import desk_of, show, spoken
from jixiao.site.given import FORMS, UTF8_MARK
from jixiao.site.overview import Part, top_of
from jixiao.summary import Profile, profile
from jixiao.tables import Table, as_json, csv_text, table
from jixiao.translation import translated
from jixiao.view import grouped, readable
from jixiao.years import CHANGES, COLUMNS, budget_years, compared, places_of, records
from ontology.terms import fold, label
from queries.comparison.names import normalised

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from starlette.requests import Request

    from jixiao.messages import Language
    from jixiao.told import Clarity, Disclosure, Indicator, Subject
    from jixiao.view import View

TOGETHER = "{}（{} 份文件）"
"""What a department with several documents is called where it can be chosen."""
SHOWN = 60
"""How many pairs of projects or indicators are shown at most."""


@dataclass(frozen=True)
class Side:
    """One of two that are compared: a department with all of its documents, or one document.

    Attributes:
        path: by which the address names it.
        name: what it is called.
    """

    path: str
    name: str
    profile: Profile

    @cached_property
    def projects(self) -> Mapping[str, Subject]:
        """The projects by what their names have in common over years."""
        return {normalised(each.name): each for each in reversed(self.profile.projects)}

    @cached_property
    def indicators(self) -> Mapping[str, list[Indicator]]:
        """The indicators by name."""
        return grouped(self.profile.indicators, lambda each: fold(each.name))


def department(request: Request, view: View, iri: str) -> Response:
    """One department: its years, how clear its targets are, what was found."""
    documents = view.by_publisher[iri]
    whole = profile(view, documents)
    history = _history(view, documents)
    return show(
        request,
        "department.html",
        here="/departments",
        view=view,
        iri=iri,
        called=documents[-1].publisher,
        whole=whole,
        levels=[Part(name, told) for name, told in whole.levels.items() if told.judged],
        history=history,
        top=top_of(*(clear for _, clear in history)),
        following=list(pairwise(documents)),
        changes=list(pairwise(budget_years(view, iri))),
        years=[(each, profile(view, [each])) for each in documents],
    )


def _history(view: View, documents: Sequence[Disclosure]) -> list[tuple[int, Clarity]]:
    """How clear the targets of each year were."""
    by_year = grouped((each for each in documents if each.year), lambda each: each.year)
    told = [(year, profile(view, of_year).clarity) for year, of_year in by_year.items()]
    return [(year, clear) for year, clear in told if clear.judged]


def compare(request: Request) -> Response:
    """Two departments or two years of one, side by side."""
    view = desk_of(request).view
    choices = _choices(view, spoken(request))
    asked = {name: request.query_params.get(name, "") for name in ("one", "other")}
    chosen = {name: _side(view, choices, path) for name, path in asked.items()}
    unknown = [path for name, path in asked.items() if path and chosen[name] is None]
    one, other = chosen["one"], chosen["other"]
    given: dict[str, Any] = {"one": one, "other": other, "unknown": unknown, "choices": choices}
    if one and other:
        given |= {"projects": _pairs(one.projects, other.projects), "indicators": _shared(one, other)}
    return show(request, "compare.html", here="/departments", view=view, **given)


def _choices(view: View, language: Language) -> Mapping[str, str]:
    """What can be compared, by its path: departments with several documents, and documents."""
    several = {iri: each for iri, each in view.by_publisher.items() if len(each) > 1}
    words = translated(TOGETHER, language)
    departments = {readable(iri): words.format(each[0].publisher, len(each)) for iri, each in several.items()}
    documents = {readable(each.iri): _called(each, language) for each in view.documents.values()}
    return dict(sorted((departments | documents).items(), key=lambda each: each[1]))


def _called(document: Disclosure, language: Language) -> str:
    kind = label("document-kind", document.kind, language) if document.kind else ""
    named = f"{document.publisher or document.source} {document.year or ''} {kind}"
    return " ".join(named.split())


def _side(view: View, choices: Mapping[str, str], path: str) -> Side | None:
    if path not in choices:
        return None
    by_path = {readable(iri): each for iri, each in view.by_publisher.items()}
    by_path |= {readable(each.iri): [each] for each in view.documents.values()}
    return Side(path, choices[path], profile(view, by_path[path]))


def _pairs(one: Mapping[str, Subject], other: Mapping[str, Subject]) -> list[tuple[Subject, Subject]]:
    """The projects that both have, the ones with most money first."""
    shared = [(one[name], other[name]) for name in one if name in other]
    return sorted(shared, key=lambda pair: -(pair[0].money or pair[1].money or 0))[:SHOWN]


def _shared(one: Side, other: Side) -> list[tuple[str, list[Indicator], list[Indicator]]]:
    """The indicators of one name that both have."""
    names = [name for name in one.indicators if name in other.indicators]
    return [(one.indicators[name][0].name, one.indicators[name], other.indicators[name]) for name in names][:SHOWN]


def two_years(request: Request) -> Response:
    """One department in two years: what became of its projects and targets; also as a file."""
    view = desk_of(request).view
    earlier, later = request.path_params["earlier"], request.path_params["later"]
    iri = {readable(each): each for each in view.by_publisher}.get(request.path_params["path"], "")
    if earlier >= later or not {earlier, later} <= {*budget_years(view, iri)}:
        raise HTTPException(404)
    found = compared(view, iri, earlier, later)
    form = request.query_params.get("format", "")
    if form in FILES:
        media, write = FILES[form]
        named = {"Content-Disposition": f'attachment; filename="jixiao-years-{view.id}-{earlier}-{later}.{form}"'}
        return Response(write(table(records(view, found), COLUMNS)), media_type=media, headers=named)
    places = places_of(view, found)
    return show(request, "years.html", here="/departments", view=view, found=found, places=places, kinds=CHANGES)


def _json(rows: Table) -> str:
    return json.dumps(list(rows.records()), ensure_ascii=False, default=as_json)


FILES: Mapping[str, tuple[str, Callable[[Table], str | bytes]]] = {
    "csv": ("text/csv", lambda rows: UTF8_MARK + csv_text(rows)),
    "xlsx": (FORMS["xlsx"][0], lambda rows: write_table("years", rows)),
    "json": (FORMS["json"][0], _json),
}
"""Every form in which a comparison can be had, with its media type."""

ROUTES = (
    Route("/compare", compare),
    Route("/departments/{path:path}/{earlier:int}-{later:int}", two_years),
)
