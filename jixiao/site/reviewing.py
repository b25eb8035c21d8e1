"""Reviews from the site: what a guest says of a finding, or of a value that was misread, is written down at once."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse
from starlette.routing import Route

from graph.errors import FolderBusyError, NothingPublishedError
from graph.reviews import Review, ReviewError, append, said
from jixiao.rendering import page_path
from jixiao.site.door import remember_name
from jixiao.site.frame import desk_of, show
from jixiao.site.guarded import guarded

if TYPE_CHECKING:
    from pathlib import Path

    from starlette.datastructures import FormData
    from starlette.requests import Request
    from starlette.responses import Response

    from jixiao.site.desk import Desk
    from jixiao.site.door import Guest
    from jixiao.view import View

WAIT = 5.0
"""For so many seconds a review waits for whoever else writes in the folder."""


def write(request: Request, _: Guest, form: FormData) -> Response:
    """Writes one review down, and leads back to what it is about."""
    given = {name: str(form.get(name, "")).strip() for name in ("about", "verdict", "field", "value", "who", "why")}
    correcting = given["verdict"] == "correct"
    if not _is_there(desk_of(request).view, given["about"], correcting=correcting):
        raise HTTPException(404)
    if not given["who"]:
        return _refused(request, 400, "请写下姓名")
    if not correcting:
        given["field"] = given["value"] = ""
    review = Review(**given, when=datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"))  # type: ignore[arg-type]
    try:
        _append(desk_of(request).graph.path, review)
    except ReviewError as error:
        return _refused(request, 400, error.cause)
    except FolderBusyError as error:
        return _refused(request, 503, error.cause)
    answer = RedirectResponse(f"{page_path(given['about'])}#reviews", 303)
    remember_name(request, answer, given["who"])
    return answer


def pending(desk: Desk) -> int:
    """How many corrections the live snapshot does not know yet."""
    try:
        snapshot = desk.snapshot
    except NothingPublishedError:
        return 0
    made = [said(each, desk.graph.base) for each in desk.opinions.reviews if each.verdict == "correct"]
    subjects = {next(quads).subject for quads in made}
    return sum(next(iter(snapshot.store.quads_for_pattern(each, None, None)), None) is None for each in subjects)


def _is_there(view: View, about: str, *, correcting: bool) -> bool:
    """Whether there is such a finding, or such an indicator to be corrected."""
    return about in view.indicators if correcting else any(each.address == about for each in view.findings)


def _append(folder: Path, review: Review) -> None:
    until = time.monotonic() + WAIT
    while True:
        try:
            append(folder, review)
        except FolderBusyError:
            if time.monotonic() > until:
                raise
            time.sleep(0.2)
        else:
            return


def _refused(request: Request, status: int, cause: str) -> Response:
    message = f"{cause}。复核意见没有写下，请按浏览器的“后退”，写的内容还在。"
    return show(request, "error.html", status=status, heading="没有写下", message=message)


ROUTES = (Route("/reviews", guarded(write), methods=["POST"]),)
