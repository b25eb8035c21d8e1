"""Reports: that on the live snapshot to read and to keep, and which snapshots there were before."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from threading import Lock
from typing import TYPE_CHECKING, cast

from starlette.exceptions import HTTPException
from starlette.responses import HTMLResponse
from starlette.routing import Route

from jixiao.report import render_report
from jixiao.site.frame import desk_of, show, spoken

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from starlette.requests import Request
    from starlette.responses import Response

    from graph.folder import KnowledgeGraph
    from graph.snapshot import Snapshot
    from jixiao.messages import Language
    from jixiao.view import View

SHEET = "/static/jixiao.css"
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
    every = sorted(_kept(desk.graph), key=lambda each: (each.day, each.id), reverse=True)
    there = request.app.state.nightly
    return show(request, "reports.html", here="/reports", view=desk.view, editions=every, nightly=there)


def report(request: Request) -> Response:
    """The report on the live snapshot: a page, or a file that stands alone."""
    view = desk_of(request).view
    if request.path_params["id"] != view.id:
        raise HTTPException(404)
    day = _day(desk_of(request).snapshot.path)
    if "download" not in request.query_params:
        return HTMLResponse(_written(view, day, SHEET, spoken(request)))
    named = {"Content-Disposition": f'attachment; filename="jixiao-{view.id}.html"'}
    return HTMLResponse(_written(view, day, None, spoken(request)), headers=named)


def _written(view: View, day: str, sheet: str | None, language: Language) -> str:
    with _WRITING:  # of many readers one has it written
        return _write(view, day, sheet, language)


@lru_cache(maxsize=4)
def _write(view: View, day: str, sheet: str | None, language: Language) -> str:
    snapshot = cast("Snapshot", view.graph)
    return render_report(snapshot, date=day, view=view, sheet=sheet, language=language)


def _kept(graph: KnowledgeGraph) -> Iterator[Edition]:
    for name in graph.available():
        place = graph.snapshots / name
        told = json.loads((place / "manifest.json").read_bytes())
        yield Edition(name, _day(place), told["counts"], len(told.get("failed", ())))


def _day(place: Path) -> str:
    """When a snapshot was published: it says no time itself, so that the same documents give the same snapshot."""
    return datetime.fromtimestamp((place / "manifest.json").stat().st_mtime, UTC).date().isoformat()


ROUTES = (Route("/reports", reports), Route("/reports/{id}", report))
