"""What every page is made with: the desk, and the templates with what all of them need."""

from __future__ import annotations

from functools import cache
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from starlette.responses import HTMLResponse

from jixiao.rendering import environment

if TYPE_CHECKING:
    from starlette.requests import Request

    from jixiao.site.desk import Desk


def desk_of(request: Request) -> Desk:
    """The desk that the application was made with."""
    desk: Desk = request.app.state.desk
    return desk


def show(request: Request, name: str, here: str = "", status: int = 200, **values: Any) -> HTMLResponse:
    """A page made from a template."""
    desk = desk_of(request)
    common = {"here": here, "version": _version(), "view": None, "rules": desk.rules, "opinions": desk.opinions}
    given = common | values
    return HTMLResponse(environment().get_template(name).render(given), status_code=status)


@cache
def _version() -> str:
    return version("jixiao")
