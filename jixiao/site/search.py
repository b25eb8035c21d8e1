"""One search over everything: departments, projects, indicators, findings, documents."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.datastructures import QueryParams
from starlette.routing import Route

from jixiao.site.frame import desk_of, show
from jixiao.site.lists import Listing
from jixiao.site.registers import REGISTERS

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

ORDER = ("departments", "projects", "indicators", "documents", "findings")
"""The lists in which is searched, in the order in which they are shown."""
SHOWN = 8
"""How many rows of each list."""


def search(request: Request) -> Response:
    """What fits the words in each list, the best first; where nothing does, what they may have meant."""
    edition = desk_of(request).edition
    words = request.query_params.get("q", "").strip()
    asked = QueryParams({"q": words})
    listings = [Listing(edition, REGISTERS[name], asked) for name in ORDER] if words else []
    exact = [listing for listing in listings if listing.total and not listing.found.nearly]
    names = [name for listing in listings for name in listing.found.suggestions]
    return show(
        request,
        "search.html",
        here="/search",
        view=edition.view,
        words=words,
        found=exact or [listing for listing in listings if listing.total],
        nearly=not exact,
        suggestions=list(dict.fromkeys(names))[:SHOWN],
        SHOWN=SHOWN,
    )


ROUTES = (Route("/search", search),)
