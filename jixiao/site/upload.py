"""Uploads: files are dropped, read and judged for a look, and brought into the knowledge graph when that is wanted.

Off unless the site was opened with them; then for those alone who have the token.
"""

from __future__ import annotations

import re
from functools import wraps
from typing import TYPE_CHECKING

import anyio
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData, MutableHeaders, UploadFile
from starlette.formparsers import FormParser, MultiPartException, MultiPartParser
from starlette.requests import ClientDisconnect, Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Mount, Route

from jixiao.site.door import forget, guest_of, ours, signed
from jixiao.site.frame import show
from jixiao.site.protocol import FORM, SLOWEST_BODY
from jixiao.site.trays import MOST_BYTES, MOST_PAPERS, MOST_TOGETHER, NO_ROOM, told

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Awaitable, Callable

    from starlette.types import Message, Receive, Scope, Send

    from jixiao.site.door import Door, Guest
    from jixiao.site.trays import Tray, Trays

    Page = Callable[[Request, Guest, FormData], Response]
    Endpoint = Callable[[Request], Awaitable[Response]]

LONGEST_FORM = 1 << 16
"""How many bytes a form without files may have."""
ABOUT_IT = 1 << 20
"""What a form with files has beside the files."""
OFF = "打开网站时用 jixiao serve --upload，就可以从网页读入文件、写复核意见。"
GONE = "这一批文件已经清掉了：加入图谱或丢弃之后，或者两小时没有人看。请重新上传。"
CROWDED = "正在试读的批次太多，请等别人用完，或者先丢弃自己的一批。"
LED = ("documents", "departments", "projects", "indicators", "findings", "rules", "id", "source", "search", "compare")
"""What the addresses of the pages begin with that a tray has of its own."""
_LEADING = re.compile(rf'(\s(?:href|src|action|data-picture)=")(/(?:{"|".join(LED)})?(?=[/?#"]))'.encode())
"""An address in a page; no text looks like this, for quotes in texts are escaped."""


class TooLargeError(MultiPartException):
    """A form is larger than what is taken."""


def guarded(page: Page, *, before: bool = False) -> Endpoint:
    """A page for guests alone, with the form that was sent to it; ``before`` that they have shown the token."""

    @wraps(page)
    async def endpoint(request: Request) -> Response:
        guest = guest_of(request)
        if not guest.uploads:
            return show(request, "error.html", status=404, heading="这里没有打开上传", message=OFF)
        if not guest.id and not before:
            return _private(_asking(request, 403))
        try:
            answer = await _answered(request, guest, page, before=before)
        except ClientDisconnect:
            return Response(status_code=400)  # nobody is there to read it
        except TooLargeError as error:
            answer = _refused(request, 413, str(error))
        except MultiPartException:
            answer = _refused(request, 400, "没有收到完整的表单，请再试一次。")
        except TimeoutError:
            answer = _refused(request, 408, "传得太慢，已经中断。请再试一次。")
        except OSError as error:
            answer = _refused(request, 507, told(error))
        return _private(answer)

    return endpoint


async def _answered(request: Request, guest: Guest, page: Page, *, before: bool) -> Response:
    if request.method != "POST":
        return await run_in_threadpool(page, request, guest, FormData())
    ours(request)
    async with _closed(await _form(request)) as form:
        if not before:
            signed(guest, form.get("form"))
        return await run_in_threadpool(page, request, guest, form)


class _closed:  # noqa: N801 - reads like a function
    """Closes the files of a form when it has been dealt with."""

    def __init__(self, form: FormData) -> None:
        self._form = form

    async def __aenter__(self) -> FormData:
        return self._form

    async def __aexit__(self, *_: object) -> None:
        await self._form.close()


async def _form(request: Request) -> FormData:
    """The form that was sent; its files go to the disk as they come.

    Raises:
        MultiPartException: it is no form, or too large.
        OSError: the disk is full.
    """
    if request.headers.get("content-type", "").partition(";")[0] == FORM:
        return await FormParser(request.headers, _measured(request, LONGEST_FORM)).parse()
    length = request.headers.get("content-length", "0")
    trays: Trays = request.app.state.trays
    if length.isdecimal() and not await run_in_threadpool(trays.room_for, 2 * min(int(length), MOST_TOGETHER)):
        raise OSError(28, NO_ROOM)
    whole = _measured(request, MOST_TOGETHER + ABOUT_IT)
    return await MultiPartParser(request.headers, whole, max_files=MOST_PAPERS, max_fields=10).parse()


async def _measured(request: Request, most: int) -> AsyncGenerator[bytes, None]:
    """The body of a request, piece by piece.

    What is too much is still received (browsers show no answer before all is sent), but kept nowhere.
    """
    size = 0
    stream = request.stream()
    while True:
        with anyio.fail_after(SLOWEST_BODY):
            piece = await anext(stream, None)
        if piece is None:
            break
        size += len(piece)
        if size <= most:
            yield piece
    if size > most:
        raise TooLargeError(f"一次最多传 {most >> 20 or 1} MB，没有接收。请分几次传。")


def _private(answer: Response) -> Response:
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _refused(request: Request, status: int, message: str) -> Response:
    return show(request, "error.html", status=status, heading="没有做成", message=message)


def _asking(request: Request, status: int = 200, wrong: str = "") -> Response:
    return show(request, "upload_token.html", here="/upload", status=status, wrong=wrong)


def desk(request: Request, guest: Guest, _: FormData) -> Response:
    """Where files are dropped, and the trays that are there; before that, where the token is shown."""
    if not guest.id:
        return _asking(request)
    trays = request.app.state.trays.of(guest.id)
    return show(request, "upload.html", here="/upload", trays=trays, limits=_LIMITS)


_LIMITS = {"bytes": MOST_BYTES, "together": MOST_TOGETHER, "papers": MOST_PAPERS}


def enter(request: Request, _: Guest, form: FormData) -> Response:
    """Shows the token."""
    door: Door = request.app.state.door
    if not door.opens(str(form.get("token", "")).strip()):
        return _asking(request, 403, "令牌不对。它显示在运行 jixiao serve --upload 的窗口里，每次打开网站都不同。")
    answer = RedirectResponse("/upload", 303)
    door.admit(request, answer)
    return answer


def leave(_: Request, __: Guest, ___: FormData) -> Response:
    """Is no guest any more."""
    answer = RedirectResponse("/upload", 303)
    forget(answer)
    return answer


def bring(request: Request, guest: Guest, form: FormData) -> Response:
    """Files, onto a tray of their own."""
    if not _files(form):
        return _refused(request, 400, "没有选文件。请回到上一页选好文件再传。")
    tray = request.app.state.trays.new(guest.id)
    return _received(tray, form) if tray else _refused(request, 503, CROWDED)


def _received(tray: Tray, form: FormData) -> Response:
    for file in _files(form):
        tray.receive(file.filename or "", file.size or 0, file.file)
    return RedirectResponse(tray.address, 303)


def _files(form: FormData) -> list[UploadFile]:
    return [file for file in form.getlist("files") if isinstance(file, UploadFile) and file.filename]


def _of_tray(page: Callable[[Request, Tray, FormData], Response]) -> Page:
    """A page about a tray; one that is not there, or somebody else's, is told to be gone."""

    @wraps(page)
    def found(request: Request, guest: Guest, form: FormData) -> Response:
        tray = request.app.state.trays.find(request.path_params["tray"], guest.id)
        return page(request, tray, form) if tray else _refused(request, 404, GONE)

    return found


@_of_tray
def tray(request: Request, tray: Tray, form: FormData) -> Response:
    """What became of the files so far, and what may be done with them; further files onto the same tray."""
    if request.method == "POST":
        return _received(tray, form)
    live = _live_sources(request)
    return show(request, "upload_tray.html", here="/upload", tray=tray, limits=_LIMITS, preview=tray.view, live=live)


def _live_sources(request: Request) -> set[str]:
    """The hashes of what is in the knowledge graph already."""
    current = request.app.state.desk.graph.current()
    return {entry["sha256"] for entry in current.manifest["documents"]} if current else set()


@_of_tray
def add(request: Request, tray: Tray, _: FormData) -> Response:
    """Into the knowledge graph."""
    request.app.state.trays.add(tray)
    return RedirectResponse(tray.address, 303)


@_of_tray
def discard(request: Request, tray: Tray, _: FormData) -> Response:
    """Away with it; what is on its way into the knowledge graph stays."""
    if tray.adding:
        return _refused(request, 409, "正在加入图谱，等它做完再丢弃。")
    request.app.state.trays.discard(tray)
    return RedirectResponse("/upload", 303)


class Preview:
    """The pages of the site, of the files of one tray."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers like the site; every address leads to the same tray."""
        request = Request(scope, receive)
        tray = await run_in_threadpool(self._tray, request)
        if tray is None or request.method not in ("GET", "HEAD"):
            await _private(_refused(request, 404, GONE))(scope, receive, send)
        else:
            await tray.site(scope, receive, Led(send, f"{tray.address}/pages".encode()))

    def _tray(self, request: Request) -> Tray | None:
        """The tray, where it is the guest's and has something to show."""
        tray: Tray | None = None
        if guest := guest_of(request).id:
            tray = request.app.state.trays.find(request.path_params["tray"], guest)
        return tray if tray and tray.view else None


class Led:
    """Passes an answer on, its links within a prefix; nobody keeps it."""

    def __init__(self, send: Send, prefix: bytes) -> None:
        self._send = send
        self._prefix = prefix
        self._start: Message | None = None
        self._page = bytearray()

    async def __call__(self, message: Message) -> None:
        """Takes one message of an answer; a page is passed on when it is whole."""
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            headers["Cache-Control"] = "no-store"
            if headers.get("location", "").startswith("/"):
                headers["Location"] = self._prefix.decode() + headers["Location"]
            if headers.get("content-type", "").startswith("text/html"):
                self._start = message
                return
        if self._start is None:
            await self._send(message)
            return
        self._page += message.get("body", b"")
        if not message.get("more_body", False):
            page = _LEADING.sub(rb"\1" + self._prefix + rb"\2", bytes(self._page))
            MutableHeaders(scope=self._start)["Content-Length"] = str(len(page))
            await self._send(self._start)
            await self._send({"type": "http.response.body", "body": page})


ROUTES = (
    Route("/upload", guarded(desk, before=True)),
    Route("/upload", guarded(bring), methods=["POST"]),
    Route("/upload/token", guarded(enter, before=True), methods=["POST"]),
    Route("/upload/leave", guarded(leave), methods=["POST"]),
    Route("/upload/{tray}", guarded(tray), methods=["GET", "POST"]),
    Route("/upload/{tray}/add", guarded(add), methods=["POST"]),
    Route("/upload/{tray}/discard", guarded(discard), methods=["POST"]),
    Mount("/upload/{tray}/pages", Preview()),
)
