"""Walking the graph: a drawing of what the reader has opened, the same as lists, and as files."""

from __future__ import annotations

import gzip
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlencode

from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from jixiao.days import today
from jixiao.explorer.drawing import BATCH, draw, state_of
from jixiao.explorer.kinds import kinds
from jixiao.explorer.overview import STEPS, VERSION, data_of, table_of
from jixiao.explorer.reading import MOST, Explorer
from jixiao.explorer.writing import LINES, THINGS, as_data, graphml, line_rows, thing_row
from jixiao.rendering import page_path
from jixiao.site.frame import desk_of, language, show
from jixiao.tables import csv_text, table
from ontology.terms import CODE

if TYPE_CHECKING:
    from collections import Counter

    from starlette.requests import Request

    from graph.snapshot import Snapshot
    from jixiao.explorer.drawing import Drawing
    from jixiao.explorer.overview import Department
    from jixiao.explorer.reading import Thing
    from jixiao.messages import Language
    from jixiao.site.desk import Desk

STARTS = ("project", "department", "indicator", "source")
"""Kinds of which the empty page offers some to start from."""
OFFERED = 6


def explorer_of(request: Request) -> Explorer:
    """The live snapshot as people walk it in their language, with what was read of it before."""
    return _explorer(desk_of(request).snapshot, language(request) or "zh")


@lru_cache(maxsize=2)
def _explorer(snapshot: Snapshot, spoken: Language) -> Explorer:
    return Explorer(snapshot, spoken)


def explore(request: Request) -> Response:
    """The drawing that the address describes: as a page, as data for its script, or as a file."""
    explorer = explorer_of(request)
    given = parse_qs(request.url.query, keep_blank_values=True)
    drawing = draw(explorer, state_of(given))
    form = request.query_params.get("format")
    if form == "json":
        return JSONResponse(as_data(drawing, explorer.short))
    if form in {"csv", "lines", "graphml"}:
        return _file(request, drawing, form, explorer.language)
    if form == "list":
        return show(request, "explore_list.html", **_shown(explorer, drawing))
    return _page(request, explorer, drawing)


def _page(request: Request, explorer: Explorer, drawing: Drawing) -> Response:
    words = request.query_params.get("q", "").strip()
    found = explorer.things(explorer.search(words)).values()
    chosen = drawing.starts[-1] if drawing.starts else None
    return show(
        request,
        "explore.html",
        here="/explore",
        status=404 if drawing.missed and not drawing.starts else 200,
        view=desk_of(request).snapshot,
        words=words,
        found=found,
        offered=None if drawing.starts or words else _offered(explorer),
        data=as_data(drawing, explorer.short),
        chosen=chosen,
        **_shown(explorer, drawing),
        **(_told(explorer, chosen) if chosen else {}),
    )


def _shown(explorer: Explorer, drawing: Drawing) -> dict[str, Any]:
    """What the lists of a page need."""
    called = {thing.iri: thing for thing in drawing.things}
    return {"drawing": drawing, "called": called, "kinds": kinds(), "short": explorer.short, "page": page}


def _offered(explorer: Explorer) -> dict[str, list[Thing]]:
    """Some things of each sort to start from: those with most findings of the first that there are."""
    return {kind: explorer.some(kind, OFFERED) for kind in STARTS}


def thing(request: Request) -> Response:
    """What is told of one thing, as a piece of a page."""
    explorer = explorer_of(request)
    iri = explorer.resolve(request.query_params.get("at", ""))
    if iri is None:
        raise HTTPException(404)
    chosen = explorer.things([iri])[iri]
    return show(request, "explore_thing.html", chosen=chosen, kinds=kinds(), page=page, **_told(explorer, chosen))


def _told(explorer: Explorer, chosen: Thing) -> dict[str, Any]:
    """What is told of a thing: its facts, and its neighbours by kind, the first of them described."""
    near = explorer.around(chosen.iri, chosen.kind)
    first = {kind: list(explorer.things(iris[:BATCH]).values()) for kind, iris in near.items()}
    return {
        "facts": explorer.facts(chosen),
        "near": {kind: (len(iris), first[kind]) for kind, iris in near.items()},
        "most": MOST,
        "source": explorer.source_of(chosen),
    }


def search(request: Request) -> Response:
    """Things that are called like what was typed."""
    explorer = explorer_of(request)
    found = explorer.things(explorer.search(request.query_params.get("q", ""))).values()
    return JSONResponse(
        [
            {
                "at": explorer.short(each.iri),
                "id": each.key,
                "kind": each.kind,
                "label": each.label,
                "detail": each.detail,
            }
            for each in found
        ]
    )


def overview(request: Request) -> Response:
    """The map of the whole graph, with its departments as a table."""
    desk = desk_of(request)
    found, counts = _table(desk)
    share = " ".join(map(str, STEPS))
    return show(request, "map.html", here="/explore", view=desk.snapshot, departments=found, counts=counts, share=share)


def _table(desk: Desk) -> tuple[list[Department], Counter[int | None]]:
    return table_of(data_of(desk.snapshot, lambda: desk.view))


def map_data(request: Request) -> Response:
    """The map as data: the same bytes for the same snapshot."""
    desk = desk_of(request)
    tag = f'"{desk.snapshot.id}-{VERSION}"'
    headers = {"ETag": tag, "Cache-Control": "no-cache", "Vary": "Accept-Encoding"}
    if request.headers.get("if-none-match") == tag:
        return Response(status_code=304, headers=headers)
    data = data_of(desk.snapshot, lambda: desk.view)
    if "gzip" not in request.headers.get("accept-encoding", ""):
        return Response(gzip.decompress(data), media_type="application/json", headers=headers)
    return Response(data, media_type="application/json", headers=headers | {"Content-Encoding": "gzip"})


def page(iri: str) -> str:
    """The path of a thing's own page; of what is made up of others, that of what it belongs to."""
    own = iri.partition("#")[0]
    return own.replace(CODE, "/code/", 1) if own.startswith(CODE) else page_path(own)


def _file(request: Request, drawing: Drawing, form: str, spoken: str) -> Response:
    """What is shown as a file that says from which snapshot and address it is, and when it was made."""
    snapshot = desk_of(request).snapshot.id
    date = today()
    asked = [(name, value) for name, value in request.query_params.multi_items() if name != "format"]
    about = {"snapshot": snapshot, "date": date, "query": f"/explore?{urlencode(asked)}"}
    name = f"jixiao-explore-{snapshot}-{date}"
    if form == "graphml":
        written = graphml(drawing, spoken, " · ".join(f"{key}: {value}" for key, value in about.items()))
        return _download(written, "application/xml", f"{name}.graphml")
    rows = line_rows(drawing) if form == "lines" else (thing_row(each, spoken) for each in drawing.things)
    columns = LINES if form == "lines" else THINGS
    body = "\ufeff" + csv_text(table((dict(row) | about for row in rows), [*columns, *about]))
    return _download(body.encode(), "text/csv", f"{name}{'-lines' if form == 'lines' else ''}.csv")


def _download(body: bytes, media: str, name: str) -> Response:
    return Response(body, media_type=media, headers={"Content-Disposition": f'attachment; filename="{name}"'})


ROUTES = (
    Route("/explore", explore),
    Route("/explore/thing", thing),
    Route("/explore/search", search),
    Route("/map", overview),
    Route("/map/data", map_data),
)
