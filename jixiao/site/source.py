"""The source beside the value: pages of a PDF as pictures, sheets, paragraphs and lines, with what is quoted marked."""

from __future__ import annotations

import asyncio
import unicodedata
from dataclasses import replace
from functools import partial
from itertools import chain
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.responses import FileResponse, Response
from starlette.routing import Route

from ingest.errors import IngestError, LimitError
from jixiao.site.frame import desk_of, show
from jixiao.site.lists import whole_number
from jixiao.site.marks import asked, window
from jixiao.site.sight import sight

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TypeVar

    from starlette.requests import Request

    from jixiao.site.marks import Mark
    from jixiao.site.originals import Original
    from jixiao.site.reading import ReadingRoom
    from jixiao.site.sight import Sight
    from jixiao.told import Disclosure
    from jixiao.view import View

    T = TypeVar("T")

DRAWING = "1"
"""Goes up when pages are drawn otherwise: it is part of the pictures' addresses, which browsers keep for ever."""
FOR_EVER = "public, max-age=31536000, immutable"
FOR_AN_HOUR = "private, max-age=3600"
ENDINGS = {"pdf": "pdf", "xlsx": "xlsx", "xls": "xls", "docx": "docx", "doc": "doc", "csv": "csv", "text": "txt"}


async def shown(request: Request) -> Response:
    """The leaf of a source around what an address asks for."""
    return await _aside(request.app.state.room, partial(_shown, request))


def _shown(request: Request) -> Response:
    view, document = _wanted(request)
    room: ReadingRoom = request.app.state.room
    values: dict[str, Any] = {"view": view, "document": document, "drawing": DRAWING}
    try:
        original = room.original(document)
    except IngestError as error:
        status = 503 if isinstance(error, LimitError) else 200
        return show(request, "source.html", here="/documents", status=status, sight=None, refused=str(error), **values)
    query = request.query_params
    start = original.of_line(whole_number(query.get("from", "1")))
    if "page" in query:
        start = original.of_page(whole_number(query["page"])) or 0
    there = _stroked(room, sight(original, asked(query), view, document, start), document)
    return show(
        request,
        "source.html",
        here="/documents",
        sight=there,
        refused=None,
        earlier=_turned(original, there.index - 1),
        later=_turned(original, there.index + 1),
        **values,
    )


def _stroked(room: ReadingRoom, there: Sight, document: Disclosure) -> Sight:
    """With where in its cells the quotes are printed; without, where they are all of the cells, or cannot be found."""
    partly = any(mark.box and there.within(mark) != _whole(mark) for mark in there.marks)
    if not (there.drawn and there.quoted and partly):
        return there
    try:
        found = [
            (mark.box,)
            if there.within(mark) == _whole(mark)
            else room.strokes(document.sha256, there.leaf.number, mark.box, mark.text, tuple(there.within(mark)))
            for mark in there.marks
            if mark.box
        ]
    except IngestError:
        return there
    return replace(there, strokes=tuple(chain.from_iterable(found)) if all(found) else ())


def _whole(mark: Mark) -> list[tuple[int, int]]:
    return [(0, len(mark.text))]


def _turned(original: Original, index: int) -> str | None:
    """Where another leaf is shown."""
    if not 0 <= index < len(original.leaves):
        return None
    return f"?page={original.pages[index]}" if original.format == "pdf" else f"?from={original.firsts[index]}"


async def page(request: Request) -> Response:
    """The picture of a page."""
    _, document = await run_in_threadpool(_wanted, request)
    if document.format != "pdf":
        raise HTTPException(404)
    room: ReadingRoom = request.app.state.room
    number = whole_number(request.path_params["number"])
    draw = partial(room.page, document.sha256, number)
    return await _picture(request, room, draw, f"{document.sha256}-{number}-{DRAWING}", FOR_EVER)


async def part(request: Request) -> Response:
    """The picture of the part of a page that is around what an address asks for, marked."""
    view, document = await run_in_threadpool(_wanted, request)
    room: ReadingRoom = request.app.state.room

    def draw() -> bytes:
        here = sight(room.original(document), asked(request.query_params), view, document)
        boxes = tuple(mark.box for mark in here.marks if mark.box)
        paper = here.leaf.page
        if not boxes or not here.drawn or paper is None:
            raise HTTPException(404)
        strokes = tuple(_stroked(room, here, document).strokes)
        around = window((*strokes, *boxes), paper.width or 0, paper.height or 0)
        return room.part(document.sha256, here.leaf.number, around, boxes, strokes)

    return await _picture(request, room, draw, f"{view.id}-{DRAWING}", FOR_AN_HOUR)


async def _picture(request: Request, room: ReadingRoom, draw: Callable[[], bytes], tag: str, keep: str) -> Response:
    headers = {"ETag": f'"{tag}"', "Cache-Control": keep}
    if headers["ETag"] in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    try:
        return Response(await _aside(room, draw), media_type="image/webp", headers=headers)
    except IndexError as error:
        raise HTTPException(404) from error
    except IngestError as error:
        raise HTTPException(422, f"这一页画不出来：{error.cause}") from error


async def _aside(room: ReadingRoom, work: Callable[[], T]) -> T:
    """Done by the room's own threads, so that pages which need no source wait for none."""
    return await asyncio.get_running_loop().run_in_executor(room.threads, work)


def original(request: Request) -> Response:
    """The file as it came, to be kept and not to be opened here."""
    _, document = _wanted(request)
    room: ReadingRoom = request.app.state.room
    path = room.path(document.sha256)
    if not path.is_file():
        raise HTTPException(404)
    headers = {
        "Content-Disposition": _attachment(document),
        "ETag": f'"{document.sha256}"',
        "Cache-Control": FOR_EVER,
    }
    return FileResponse(path, media_type="application/octet-stream", headers=headers)


def _attachment(document: Disclosure) -> str:
    """The name of a file by RFC 6266: as it is for those who read RFC 8187, in ASCII for all others.

    Marks that turn the direction of text could hide what kind of file it is, and are left out.
    """
    visible = (char for char in document.source if unicodedata.category(char)[0] != "C" and char not in '/\\"')
    name = "".join(visible) or "original"
    plain = f"{document.sha256[:12]}.{ENDINGS.get(document.format, document.format)}"
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"


def _wanted(request: Request) -> tuple[View, Disclosure]:
    view = desk_of(request).view
    wanted = request.path_params["sha256"]
    for document in view.documents.values():
        if document.sha256 == wanted:
            return view, document
    raise HTTPException(404)


ROUTES = (
    Route("/source/{sha256}", shown),
    Route("/source/{sha256}/original", original),
    Route("/source/{sha256}/page/{number}.webp", page),
    Route("/source/{sha256}/part.webp", part),
)
