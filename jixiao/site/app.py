"""The application: which address leads to which page, and what every answer says about safety."""

from __future__ import annotations

import mimetypes
from contextlib import asynccontextmanager, nullcontext
from threading import Thread
from typing import TYPE_CHECKING

from starlette.applications import Starlette
from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from graph.errors import GraphError
from jixiao.site import (
    departments,
    editor,
    explore,
    graphstore,
    nightly,
    pages,
    questions,
    reports,
    reviewing,
    scratch,
    search,
    source,
    sparql,
    upload,
    vocabulary,
)
from jixiao.site.desk import Desk
from jixiao.site.door import Door
from jixiao.site.engine import Engine
from jixiao.site.frame import show
from jixiao.site.memory import Memory
from jixiao.site.reading import ReadingRoom
from jixiao.site.registers import REGISTERS
from jixiao.site.trays import Trays

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping
    from contextlib import AbstractContextManager
    from pathlib import Path
    from typing import Any

    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from jixiao.site.engine import Service

SAFETY = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}

READING = (
    Route("/", pages.overview),
    *(Route(each.path, pages.listed(each)) for each in REGISTERS.values()),
    Route("/rules", pages.rules),
    Route("/id/{path:path}", pages.thing),
    *source.ROUTES,
    *departments.ROUTES,
    *search.ROUTES,
)
"""What is read and what was found in it: the pages that files have, too, which are only uploaded yet."""

ROUTES = (
    *READING,
    Route("/about", pages.about),
    Route("/derivation/{path:path}", pages.beside),
    Route("/graph/{name}", pages.named_graph),
    *sparql.ROUTES,
    *editor.ROUTES,
    *questions.ROUTES,
    *graphstore.ROUTES,
    *scratch.ROUTES,
    *vocabulary.ROUTES,
    *explore.ROUTES,
    *reports.ROUTES,
    *upload.ROUTES,
    *reviewing.ROUTES,
)

SAID = {
    404: ("没有这一页", "地址可能写错了，或者这个东西不在现在的快照里。"),
    405: ("不能这样请求", "这个地址不接受这种请求。"),
}


def create_app(
    folder: Path,
    service: Service | None = None,
    kept: Path | None = None,
    beside: AbstractContextManager[None] | None = None,
) -> Starlette:
    """The site of one knowledge-graph folder.

    Args:
        folder: the folder.
        service: how queries are served.
        kept: where the nightly runs put their reports; without it there are none on the site.
        beside: what goes on as long as the site is served.
    """
    mimetypes.add_type("text/javascript", ".js")  # Windows' registry may say otherwise, and browsers then refuse it
    desk = Desk(folder, service.snapshot if service else None)
    app = Starlette(
        routes=[*nightly.routes(kept), *ROUTES, Mount("/static", StaticFiles(packages=[("jixiao", "static")]))],
        lifespan=served,
        middleware=[Middleware(Memory, stamp=lambda: desk.stamp), Middleware(GZipMiddleware), Middleware(Safety)],
        exception_handlers=HANDLERS,
    )
    _furnish(app, desk, Door(service.upload if service else None))
    app.state.engine = Engine(desk, service)
    app.state.beside = beside or nullcontext()
    app.state.nightly = nightly.PLACE if kept else None
    app.state.shelf = vocabulary.Shelf(desk)
    app.state.trays = Trays(desk, preview) if service and service.upload else None
    return app


def preview(folder: Path, address: str) -> Starlette:
    """The pages of a folder that the site shows at an address of its own, before it is part of the graph."""
    app = Starlette(routes=READING, exception_handlers=HANDLERS)
    _furnish(app, Desk(folder), Door(preview=address))
    return app


def _furnish(app: Starlette, desk: Desk, door: Door) -> None:
    """What every page needs."""
    app.state.desk = desk
    app.state.door = door
    app.state.room = ReadingRoom(desk.graph.sources)


@asynccontextmanager
async def served(app: Starlette) -> AsyncIterator[None]:
    """As long as the site is served: first what readers would wait for is prepared, at the end its processes end."""
    Thread(target=app.state.desk.prepare, name="preparing", daemon=True).start()
    with app.state.beside:
        yield
    if app.state.trays:
        app.state.trays.close()
    app.state.room.close()
    app.state.engine.close()
    app.state.desk.close()


def refused(request: Request, error: HTTPException) -> Response:
    """A page that says what is wrong with the request."""
    heading, message = SAID.get(error.status_code, ("不行", error.detail))
    return show(request, "error.html", status=error.status_code, heading=heading, message=message)


def unready(request: Request, error: GraphError) -> Response:
    """A page that says why there is nothing to show, and what to do."""
    return show(request, "error.html", status=503, heading="还没有可看的", message=str(error))


def broken(request: Request, _: Exception) -> Response:
    """A page that owns up to a mistake of the program; the server's log has the details."""
    said = "这是程序的错误，不是您的。请把地址告诉我们。"
    answer = show(request, "error.html", status=500, heading="程序出错了", message=said)
    answer.headers.update(SAFETY)  # this answer is made outside of the middleware
    return answer


HANDLERS: Mapping[Any, Any] = {HTTPException: refused, GraphError: unready, Exception: broken}


class Safety:
    """Adds the headers of :data:`SAFETY` to every answer that does not say them itself."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes the request on, and the answer with its headers."""

        async def send_safely(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in SAFETY.items():
                    headers.setdefault(name, value)
            await send(message)

        await self.app(scope, receive, send_safely)
