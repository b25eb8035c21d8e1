"""What every page is made with: the desk, and the templates with what all of them need."""

from __future__ import annotations

from functools import cache
from importlib.metadata import version
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

from starlette.responses import HTMLResponse

from jixiao.messages import LANGUAGES
from jixiao.rendering import environment
from jixiao.site.door import guest_of

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from jixiao.messages import Language
    from jixiao.site.desk import Desk


YEAR = 365 * 24 * 3600
"""Seconds in it."""
SAFE = "/~:@!$'()*,;="
"""What stands in paths as it is."""


def desk_of(request: Request) -> Desk:
    """The desk that the application was made with."""
    desk: Desk = request.app.state.desk
    return desk


def language(request: Request) -> Language | None:
    """The language that the address asks for, else the one that was chosen before; ``None`` where none ever was."""
    asked = request.query_params.get("lang") or request.cookies.get("lang")
    return next((each for each in LANGUAGES if each == asked), None)


def spoken(request: Request) -> Language:
    """The language in which a page speaks to whoever asks."""
    return language(request) or "zh"


def show(request: Request, name: str, here: str = "", status: int = 200, **values: Any) -> HTMLResponse:
    """A page made from a template, in the language chosen."""
    desk = desk_of(request)
    tongue = spoken(request)
    given = {
        "here": here,
        "version": _version(),
        "view": None,
        "rules": desk.rules,
        "opinions": desk.opinions,
        "lang": tongue,
        "elsewhere": elsewhere(request, tongue),
        "guest": guest_of(request),
        "named": desk.named,
    }
    page = HTMLResponse(environment(tongue).get_template(name).render(given | values), status_code=status)
    remember(request, page, tongue)
    return page


def elsewhere(request: Request, tongue: Language) -> str:
    """The address of the same page in the other language."""
    others = [(name, value) for name, value in request.query_params.multi_items() if name != "lang"]
    path = "/" + quote(request.scope["path"].lstrip("/"), safe=SAFE)  # two slashes would name another machine
    return f"{path}?{urlencode([*others, ('lang', 'zh' if tongue == 'en' else 'en')])}"


def remember(request: Request, page: Response, tongue: Language) -> None:
    """Whoever asked for a language gets it from then on."""
    if "lang" in request.query_params:
        page.set_cookie("lang", tongue, max_age=YEAR, samesite="lax")


@cache
def _version() -> str:
    return version("jixiao")
