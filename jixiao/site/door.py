"""Who may bring files and write reviews: whoever has shown the token that was printed when the site was opened.

A browser that has shown it keeps a cookie that scripts cannot read and other sites cannot send; every form holds a
second sign, which other sites cannot know.
"""

from __future__ import annotations

from dataclasses import dataclass
from hmac import compare_digest, digest
from secrets import token_urlsafe
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote, urlsplit

from starlette.exceptions import HTTPException

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

COOKIE, WHO = "visitor", "who"
"""What the browser keeps: that it has shown the token, and the name under which its user writes reviews."""
YEAR = 365 * 24 * 3600


@dataclass(frozen=True, slots=True, kw_only=True)
class Guest:
    """Whoever asks for a page.

    Attributes:
        uploads: the site takes uploads at all.
        id: tells this browser from others that have shown the token; empty where it has not.
        form: the sign that its forms hold.
        who: the name under which it wrote reviews.
        preview: the address of the tray of which pages are shown; empty where it is the published graph.
    """

    uploads: bool = False
    id: str = ""
    form: str = ""
    who: str = ""
    preview: str = ""


class Door:
    """What tells guests from others; without a token nobody comes in."""

    def __init__(self, token: str | None = None, preview: str = "") -> None:
        self._token = token
        self._preview = preview

    def guest(self, request: Request) -> Guest:
        """Whoever asks."""
        if self._token is None:
            return Guest(preview=self._preview)
        identity, _, sign = request.cookies.get(COOKIE, "").partition(".")
        if not compare_digest(sign.encode(), self._sign("cookie", identity).encode()):
            return Guest(uploads=True)
        who = unquote(request.cookies.get(WHO, ""))
        return Guest(uploads=True, id=identity, form=self._sign("form", identity), who=who)

    def opens(self, token: str) -> bool:
        """Whether this is the token; how long the answer takes tells nothing."""
        return self._token is not None and compare_digest(token.encode(), self._token.encode())

    def admit(self, request: Request, answer: Response) -> None:
        """From now on the browser is a guest, until it is closed."""
        identity = token_urlsafe(9)
        _keep(request, answer, COOKIE, f"{identity}.{self._sign('cookie', identity)}", None)

    def _sign(self, purpose: str, identity: str) -> str:
        return digest((self._token or "").encode(), f"{purpose} {identity}".encode(), "sha256").hex()


def guest_of(request: Request) -> Guest:
    """Whoever asks, as the door of the application knows them."""
    door: Door = request.app.state.door
    return door.guest(request)


def ours(request: Request) -> None:
    """Sees to it that a form was sent from a page of this site.

    Raises:
        HTTPException: another site sent it.
    """
    site, origin = request.headers.get("sec-fetch-site"), request.headers.get("origin")
    elsewhere = origin is not None and urlsplit(origin).netloc != request.headers.get("host")
    if site not in {None, "same-origin"} or (site is None and elsewhere):
        raise HTTPException(403, "这个请求是从别的网站来的，没有接受。")


def signed(guest: Guest, sign: object) -> None:
    """Sees to it that a form is one that was given to this guest.

    Raises:
        HTTPException: it is not.
    """
    if not guest.form or not isinstance(sign, str) or not compare_digest(sign.encode(), guest.form.encode()):
        raise HTTPException(403, "这张表单过期了，请回到上一页刷新后再试。")


def remember_name(request: Request, answer: Response, who: str) -> None:
    """Keeps under which name reviews are written, so that it need not be typed again."""
    _keep(request, answer, WHO, quote(who, safe=""), YEAR)


def forget(answer: Response) -> None:
    """The browser is no guest any more."""
    answer.delete_cookie(COOKIE, httponly=True, samesite="strict")


def _keep(request: Request, answer: Response, name: str, value: str, seconds: int | None) -> None:
    secure = request.url.scheme == "https"
    answer.set_cookie(name, value, max_age=seconds, httponly=True, samesite="strict", secure=secure)
