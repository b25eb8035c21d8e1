"""The scratch dataset: graphs that a researcher writes, apart from the published graph, behind a token."""

from __future__ import annotations

from hmac import compare_digest
from typing import TYPE_CHECKING

from starlette.routing import Route

from jixiao.site import graphstore, sparql
from jixiao.site.engine import engine_of
from jixiao.site.protocol import ProtocolError, plainly

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from starlette.requests import Request

    from jixiao.site.engine import Place

    Answered = Callable[..., Awaitable[None]]

STORE = "/scratch/rdf-graph-store"
METHODS = ["GET", "HEAD", "PUT", "POST", "DELETE", "PATCH", "OPTIONS"]


@plainly
async def endpoint(request: Request) -> Answered:
    """Queries and updates."""
    place = _opened(request)
    return await sparql.serve(request, lambda: place)


@plainly
async def graphs(request: Request) -> Answered:
    """Whole graphs; one whose name begins with this address may be asked for at its name."""
    place = _opened(request)
    return await graphstore.serve(request, lambda: place, graphstore.WRITING, request.path_params.get("path", ""))


def _opened(request: Request) -> Place:
    """The dataset, for who has the token; what may be asked in general is told to everybody.

    Raises:
        ProtocolError: there is none, or the token is missing or wrong.
    """
    engine = engine_of(request)
    if engine.scratch is None:
        raise ProtocolError(404, "这里没有打开暂存区（jixiao serve --scratch）", "there is no scratch dataset")
    if request.method != "OPTIONS":
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        right = compare_digest(token.strip().encode(), (engine.service.token or "").encode())
        if scheme.lower() != "bearer" or not right:
            wanted = {"WWW-Authenticate": 'Bearer realm="scratch"'}
            raise ProtocolError(401, "需要暂存区的令牌（Authorization: Bearer …）", "token missing or wrong", wanted)
    return engine.scratch


ROUTES = (
    Route("/scratch/sparql", endpoint, methods=METHODS),
    Route(STORE, graphs, methods=METHODS),
    Route(STORE + "/{path:path}", graphs, methods=METHODS),
)
