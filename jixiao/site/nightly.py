"""The reports of the nightly runs, as files: read only, and whatever stands in them, no script of theirs runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.responses import RedirectResponse
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

if TYPE_CHECKING:
    import os
    from pathlib import Path

    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.routing import BaseRoute
    from starlette.types import Scope

PLACE = "/reports/nightly"
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "Cache-Control": "no-store",  # what lies there changes without another snapshot
}
"""A report is one file that carries its style."""


class Reports(StaticFiles):
    """The files of a folder, but for those that are hidden: reports under way begin with a dot."""

    def lookup_path(self, path: str) -> tuple[str, os.stat_result | None]:
        """Where a file is."""
        hidden = any(part.startswith(".") and part != "." for part in path.replace("\\", "/").split("/"))
        return ("", None) if hidden else super().lookup_path(path)

    async def check_config(self) -> None:
        """Ask for nothing: the folder need not be there yet."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """The file, with headers that are stricter than it may be."""
        answer = await super().get_response(path, scope)
        answer.headers.update(HEADERS)
        return answer


def routes(folder: Path | None) -> list[BaseRoute]:
    """Where the reports of a folder stand; nowhere without one. The folder need not be there yet."""
    if folder is None:
        return []
    files = Reports(directory=folder, html=True, check_dir=False)
    return [Route(PLACE, _into), Mount(PLACE, files)]


def _into(_: Request) -> Response:
    """The folder: what its pages lead to is relative to it."""
    return RedirectResponse(f"{PLACE}/")
