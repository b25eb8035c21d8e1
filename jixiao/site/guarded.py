"""What uploads and reviews have in common: pages for guests alone, and their forms, taken in with limits."""

from __future__ import annotations

from errno import ENOSPC
from functools import wraps
from typing import TYPE_CHECKING

import anyio
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.formparsers import FormParser, MultiPartException, MultiPartParser
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from jixiao.site.door import guest_of, ours, signed
from jixiao.site.frame import show
from jixiao.site.papers import explained
from jixiao.site.protocol import FORM, SLOWEST_BODY
from jixiao.site.tray import MOST_PAPERS, MOST_TOGETHER

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Awaitable, Callable

    from jixiao.site.door import Guest
    from jixiao.site.trays import Trays

    Page = Callable[[Request, Guest, FormData], Response]
    Endpoint = Callable[[Request], Awaitable[Response]]

LONGEST_FORM = 1 << 16
"""How many bytes a form without files may have."""
ABOUT_IT = 1 << 20
"""What a form with files has beside the files."""
PATIENCE = 4
"""How many times as much as is taken is still received, so that its sender sees why it was not."""
OFF = "打开网站时用 jixiao serve --upload，就可以从网页读入文件、写复核意见。"


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
            return private(ask_for_token(request, 403))
        try:
            answer = await _answered(request, guest, page, before=before)
        except ClientDisconnect:
            return Response(status_code=400)  # nobody is there to read it
        except TooLargeError as error:
            answer = refused(request, 413, str(error))
        except MultiPartException:
            answer = refused(request, 400, "没有收到完整的表单，请再试一次。")
        except TimeoutError:
            answer = refused(request, 408, "传得太慢，已经中断。请再试一次。")
        except OSError as error:
            answer = refused(request, 507, explained(error))
        return private(answer)

    return endpoint


async def _answered(request: Request, guest: Guest, page: Page, *, before: bool) -> Response:
    if request.method != "POST":
        return await run_in_threadpool(page, request, guest, FormData())
    ours(request)
    form = await _form(request, files=not before)
    try:
        if not before:
            signed(guest, form.get("form"))
        return await run_in_threadpool(page, request, guest, form)
    finally:
        await form.close()


async def _form(request: Request, *, files: bool) -> FormData:
    """The form that was sent; its files, where it may have any, go to the disk as they come.

    Raises:
        MultiPartException: it is no form, or too large.
        OSError: the disk is full.
    """
    if not files or request.headers.get("content-type", "").partition(";")[0] == FORM:
        return await FormParser(request.headers, _measured(request, LONGEST_FORM)).parse()
    length = request.headers.get("content-length", "0")
    trays: Trays = request.app.state.trays
    if length.isdecimal() and not await run_in_threadpool(trays.room_for, 2 * min(int(length), MOST_TOGETHER)):
        raise OSError(ENOSPC, "no room")
    whole = _measured(request, MOST_TOGETHER + ABOUT_IT)
    return await MultiPartParser(request.headers, whole, max_files=MOST_PAPERS, max_fields=10).parse()


async def _measured(request: Request, most: int) -> AsyncGenerator[bytes, None]:
    """The body of a request, piece by piece.

    What is too much is still received for a while (browsers show no answer before all is sent), but kept nowhere.
    """
    size = 0
    stream = request.stream()
    while True:
        with anyio.fail_after(SLOWEST_BODY):
            piece = await anext(stream, None)
        if piece is None or size > PATIENCE * most:
            break
        size += len(piece)
        if size <= most:
            yield piece
    if size > most:
        raise TooLargeError(f"一次最多传 {most >> 20 or 1} MB，没有接收。请分几次传。")


def private(answer: Response) -> Response:
    """An answer that nobody keeps."""
    answer.headers["Cache-Control"] = "no-store"
    return answer


def refused(request: Request, status: int, message: str) -> Response:
    """A page that says why something was not done."""
    return show(request, "error.html", status=status, heading="没有做成", message=message)


def ask_for_token(request: Request, status: int = 200, wrong: str = "") -> Response:
    """The page that asks for the token."""
    return show(request, "upload_token.html", here="/upload", status=status, wrong=wrong)
