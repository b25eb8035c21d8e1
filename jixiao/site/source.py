"""The source beside the value: pages of a PDF as pictures, sheets, paragraphs and lines, with what is quoted marked."""

from __future__ import annotations

import asyncio
import re
import unicodedata
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from starlette.exceptions import HTTPException
from starlette.responses import FileResponse, Response
from starlette.routing import Route

from ingest.errors import IngestError
from jixiao.inspect import Table, coloured
from jixiao.site.lists import whole_number
from jixiao.site.marks import found, read_here, recorded, spots, stretches, window
from jixiao.site.pages import desk_of, show

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import TypeVar

    from starlette.requests import Request

    from jixiao.inspect import Picture
    from jixiao.site.marks import Mark, Spot
    from jixiao.site.originals import Leaf, Original, PrintedLine
    from jixiao.site.reading import ReadingRoom
    from jixiao.view import Disclosure, Place, View

    T = TypeVar("T")

DRAWING = "1"
"""Goes up when pages are drawn otherwise: it is part of the pictures' addresses, which browsers keep for ever."""
FOR_EVER = "public, max-age=31536000, immutable"
FOR_A_DAY = "private, max-age=86400"
SHEETS = frozenset({"xlsx", "xls"})
"""Formats whose columns have letters."""
ENDINGS = {"pdf": "pdf", "xlsx": "xlsx", "xls": "xls", "docx": "docx", "doc": "doc", "csv": "csv", "text": "txt"}


@dataclass(frozen=True, slots=True)
class Sight:
    """A leaf with what is marked on it."""

    original: Original
    index: int
    leaf: Leaf
    marks: Sequence[Mark]
    lost: bool
    """Something that was asked for is not there any more, or another text stands there."""
    places: Sequence[Place]
    """What was read from where the marks stand."""

    @property
    def drawn(self) -> bool:
        """Whether there is a picture of it."""
        page = self.leaf.page
        return self.original.format == "pdf" and bool(page and page.width and page.height)

    @property
    def blocks(self) -> Picture | None:
        """Its tables and paragraphs with the marks, where it is neither drawn nor mere lines."""
        if self.original.format in {"pdf", "text"}:
            return None
        stretched = [stretch for mark in self.marks for stretch in stretches(mark, self.places)]
        return coloured(self.leaf.source, stretched, self.leaf.number)

    @property
    def lettered(self) -> bool:
        """Whether its columns are called by letters."""
        return self.original.format in SHEETS

    def parts(self, line: PrintedLine) -> list[tuple[str, bool]]:
        """A line in parts, each with whether it is marked."""
        marks = [mark for mark in self.marks if mark.line == line.number]
        quotes = dict.fromkeys(place.quote for mark in marks for place in read_here(mark, self.places))
        inside = [each for each in quotes if each and each in line.text]
        if not inside:
            return [(line.text, False)]
        divided = re.split(f"({'|'.join(map(re.escape, sorted(inside, key=len, reverse=True)))})", line.text)
        return [(part, bool(number % 2)) for number, part in enumerate(divided) if part]


def sight(original: Original, asked: Sequence[Spot], view: View, document: Disclosure, start: int) -> Sight:
    """The leaf on which the first of what is asked for stands; without that, the leaf with the index ``start``."""
    first = next(iter(asked), None)
    index = start
    if first is not None:
        index = original.of_line(first.line) if first.line else original.of_page(first.page or 1) or 0
    leaf = original.leaf(index)
    marks = [mark for spot in asked for mark in found(leaf, spot)]
    places = recorded(view.graph, document.iri, (mark.line for mark in marks))
    there = {mark.spot for mark in marks}
    sound = [mark for mark in marks if _is_sound(mark, places)]
    on_leaf = [spot for spot in asked if not spot.line or original.of_line(spot.line) == index]
    lost = len(sound) < len(marks) or any(spot not in there for spot in on_leaf)
    here = dict.fromkeys(place for mark in sound for place in read_here(mark, places))
    return Sight(original, index, leaf, sound, lost, list(here))


def _is_sound(mark: Mark, places: Sequence[Place]) -> bool:
    """Whether there stands what was read from there; of a place that nothing was read from, nobody knows better."""
    quotes = [place.quote for place in read_here(mark, places)]
    return not quotes or any(map(mark.holds, quotes))


async def shown(request: Request) -> Response:
    """The leaf of a source around what an address asks for."""
    view, document = _wanted(request)
    room: ReadingRoom = request.app.state.room
    values: dict[str, Any] = {"view": view, "document": document, "drawing": DRAWING}
    try:
        original = await _aside(room, partial(room.original, document.sha256))
    except IngestError as error:
        return show(request, "source.html", here="/documents", sight=None, refused=str(error), **values)
    query = request.query_params
    start = original.of_line(whole_number(query.get("from", "1")))
    if "page" in query:
        start = original.of_page(whole_number(query["page"])) or 0
    found_there = sight(original, spots(query), view, document, start)
    return show(
        request,
        "source.html",
        here="/documents",
        sight=found_there,
        refused=None,
        earlier=_turned(original, found_there.index - 1),
        later=_turned(original, found_there.index + 1),
        is_table=lambda block: isinstance(block, Table),
        **values,
    )


def _turned(original: Original, index: int) -> str | None:
    """Where another leaf is shown."""
    if not 0 <= index < len(original.leaves):
        return None
    return f"?page={original.pages[index]}" if original.format == "pdf" else f"?from={original.firsts[index]}"


async def page(request: Request) -> Response:
    """The picture of a page."""
    _, document = _wanted(request)
    room: ReadingRoom = request.app.state.room
    number = whole_number(request.path_params["number"])
    draw = partial(room.page, document.sha256, number)
    return await _picture(request, room, draw, f"{document.sha256}-{number}-{DRAWING}", FOR_EVER)


async def part(request: Request) -> Response:
    """The picture of the part of a page that is around what an address asks for, marked."""
    view, document = _wanted(request)
    room: ReadingRoom = request.app.state.room

    def draw() -> bytes:
        here = sight(room.original(document.sha256), spots(request.query_params), view, document, 0)
        boxes = tuple(mark.box for mark in here.marks if mark.box)
        paper = here.leaf.page
        if not boxes or not here.drawn or paper is None:
            raise HTTPException(404)
        around = window(boxes, paper.width or 0, paper.height or 0)
        return room.part(document.sha256, here.leaf.number, around, boxes)

    return await _picture(request, room, draw, f"{view.id}-{DRAWING}", FOR_A_DAY)


async def _picture(request: Request, room: ReadingRoom, draw: Callable[[], bytes], tag: str, keep: str) -> Response:
    headers = {"ETag": f'"{tag}"', "Cache-Control": keep}
    if headers["ETag"] in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    try:
        return Response(await _aside(room, draw), media_type="image/webp", headers=headers)
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
