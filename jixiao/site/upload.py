"""Uploads: files are dropped, read and judged for a look, and brought into the knowledge graph when that is wanted.

Off unless the site was opened with them; then for those alone who have the token.
"""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, Any

from starlette.datastructures import FormData, UploadFile
from starlette.responses import RedirectResponse
from starlette.routing import Mount, Route

from graph.errors import NothingPublishedError
from jixiao.site.door import forget
from jixiao.site.frame import desk_of, show
from jixiao.site.guarded import ask_for_token, guarded, refused
from jixiao.site.preview import GONE, Preview
from jixiao.site.reviewing import pending
from jixiao.site.tray import MOST_BYTES, MOST_PAPERS, MOST_TOGETHER

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.requests import Request
    from starlette.responses import Response

    from jixiao.site.desk import Desk
    from jixiao.site.door import Door, Guest
    from jixiao.site.guarded import Page
    from jixiao.site.tray import Tray
    from jixiao.site.trays import Trays

CROWDED = "正在试读的批次太多，请等别人用完，或者先丢弃自己的一批。"


def desk(request: Request, guest: Guest, _: FormData) -> Response:
    """Where files are dropped, and the trays that are there; before that, where the token is shown."""
    if not guest.id:
        return ask_for_token(request)
    trays: Trays = request.app.state.trays
    own, publication, waiting = trays.of(guest.id), trays.publication, pending(desk_of(request))
    given: dict[str, Any] = {"trays": own, "publication": publication, "pending": waiting, "limits": _LIMITS}
    return show(request, "upload.html", here="/upload", **given)


_LIMITS = {"bytes": MOST_BYTES, "together": MOST_TOGETHER, "papers": MOST_PAPERS}


def enter(request: Request, _: Guest, form: FormData) -> Response:
    """Shows the token."""
    door: Door = request.app.state.door
    if not door.opens(str(form.get("token", "")).strip()):
        return ask_for_token(
            request, 403, "令牌不对。它显示在运行 jixiao serve --upload 的窗口里，每次打开网站都不同。"
        )
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
        return refused(request, 400, "没有选文件。请回到上一页选好文件再传。")
    tray = request.app.state.trays.new(guest.id)
    return _received(tray, form) if tray else refused(request, 503, CROWDED)


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
        return page(request, tray, form) if tray else refused(request, 404, GONE)

    return found


@_of_tray
def tray(request: Request, tray: Tray, form: FormData) -> Response:
    """What became of the files so far, and what may be done with them; further files onto the same tray."""
    if request.method == "POST":
        return _received(tray, form)
    live = _live_sources(desk_of(request))
    return show(request, "upload_tray.html", here="/upload", tray=tray, limits=_LIMITS, preview=tray.view, live=live)


def _live_sources(desk: Desk) -> set[str]:
    """The hashes of what is in the knowledge graph already."""
    try:
        return {entry["sha256"] for entry in desk.snapshot.manifest["documents"]}
    except NothingPublishedError:
        return set()


def publish(request: Request, _: Guest, __: FormData) -> Response:
    """The knowledge graph anew, so that corrections count."""
    request.app.state.trays.publish()
    return RedirectResponse("/upload", 303)


@_of_tray
def add(request: Request, tray: Tray, _: FormData) -> Response:
    """Into the knowledge graph."""
    request.app.state.trays.add(tray)
    return RedirectResponse(tray.address, 303)


@_of_tray
def discard(request: Request, tray: Tray, _: FormData) -> Response:
    """Away with it; what is on its way into the knowledge graph stays."""
    if tray.adding:
        return refused(request, 409, "正在加入图谱，等它做完再丢弃。")
    request.app.state.trays.discard(tray)
    return RedirectResponse("/upload", 303)


ROUTES = (
    Route("/upload", guarded(desk, before=True)),
    Route("/upload", guarded(bring), methods=["POST"]),
    Route("/upload/token", guarded(enter, before=True), methods=["POST"]),
    Route("/upload/publish", guarded(publish), methods=["POST"]),
    Route("/upload/leave", guarded(leave), methods=["POST"]),
    Route("/upload/{tray}", guarded(tray), methods=["GET", "POST"]),
    Route("/upload/{tray}/add", guarded(add), methods=["POST"]),
    Route("/upload/{tray}/discard", guarded(discard), methods=["POST"]),
    Mount("/upload/{tray}/pages", Preview()),
)
