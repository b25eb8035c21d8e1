"""Reports: that on the live snapshot to read and to keep, and which snapshots there were before."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from threading import Lock
from typing import TYPE_CHECKING, cast

from starlette.exceptions import HTTPException
from starlette.responses import HTMLResponse
from starlette.routing import Route

from jixiao.days import BEIJING, day
from jixiao.report import pages
from jixiao.report.making import before, published, report
from jixiao.site.frame import desk_of, show, spoken
from jixiao.site.nightly import HEADERS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from starlette.requests import Request
    from starlette.responses import Response

    from graph.folder import KnowledgeGraph
    from graph.snapshot import Snapshot
    from jixiao.messages import Language
    from jixiao.report.content import Report
    from jixiao.view import View

POLICY = "Content-Security-Policy"
"""That of reports lets pictures carry their style."""
SHEETS = tuple(f"/static/{name}" for name in pages.SHEETS)
_WRITING = Lock()


@dataclass(frozen=True, slots=True)
class Edition:
    """A snapshot that is kept: its name, the day when it was published, and what it counts."""

    id: str
    day: str
    counts: Mapping[str, int]
    failed: int


def reports(request: Request) -> Response:
    """The report on what is shown, and all snapshots, the newest first."""
    desk = desk_of(request)
    every = [*_kept(desk.graph)][::-1]
    there = request.app.state.nightly
    return show(request, "reports.html", here="/reports", view=desk.view, editions=every, nightly=there)


def show_report(request: Request) -> Response:
    """The report on the live snapshot: a page, or a file that stands alone."""
    desk = desk_of(request)
    if request.path_params["id"] != desk.view.id:
        raise HTTPException(404)
    alone = "download" in request.query_params
    site = str(request.base_url).rstrip("/")
    page = _written(desk.graph, desk.view, site, () if alone else SHEETS, spoken(request))
    named = {"Content-Disposition": f'attachment; filename="jixiao-{desk.view.id}.html"'} if alone else {}
    return HTMLResponse(page, headers={POLICY: HEADERS[POLICY], **named})


def _written(graph: KnowledgeGraph, view: View, site: str, sheets: Sequence[str], language: Language) -> str:
    with _WRITING:  # of many readers one has it written
        return _write(graph, view, site, sheets, language)


@lru_cache(maxsize=4)
def _write(graph: KnowledgeGraph, view: View, site: str, sheets: Sequence[str], language: Language) -> str:
    return pages.html(replace(_told(graph, view), site=site, language=language), sheets=sheets)


@lru_cache(maxsize=1)
def _told(graph: KnowledgeGraph, view: View) -> Report:
    snapshot = cast("Snapshot", view.graph)
    date = published(graph, snapshot) or _made(snapshot.path)
    return report(graph, snapshot, since=before(graph, snapshot), date=date, view=view)


def _kept(graph: KnowledgeGraph) -> Iterator[Edition]:
    """The snapshots that are there, in the order in which they went live."""
    days = {each.snapshot: day(each.at) for each in graph.history()}
    for name in graph.available():
        place = graph.snapshots / name
        told = json.loads((place / "manifest.json").read_bytes())
        yield Edition(name, days.get(name) or _made(place), told["counts"], len(told.get("failed", ())))


def _made(place: Path) -> str:
    """When a snapshot was made of which the history knows nothing."""
    return datetime.fromtimestamp((place / "manifest.json").stat().st_mtime, BEIJING).date().isoformat()


ROUTES = (Route("/reports", reports), Route("/reports/{id}", show_report))
