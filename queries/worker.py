"""A query in a process of its own, on a read-only store, with limits of time and memory that hold.

The store cannot cancel a running query, so the process is killed.
"""

from __future__ import annotations

import multiprocessing
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, NamedTuple

import pyoxigraph as ox

from queries.errors import QueryError, QueryFailedError, QueryTooLongError, RefusedQueryError, malformed
from queries.guard import check

if TYPE_CHECKING:
    from multiprocessing.connection import Connection
    from pathlib import Path

Format = Literal["json", "csv", "tsv", "xml", "ttl", "nt"]

RESULTS = {
    "json": ox.QueryResultsFormat.JSON,
    "csv": ox.QueryResultsFormat.CSV,
    "tsv": ox.QueryResultsFormat.TSV,
    "xml": ox.QueryResultsFormat.XML,
}
"""Formats of SELECT and ASK."""
GRAPHS = {"ttl": ox.RdfFormat.TURTLE, "nt": ox.RdfFormat.N_TRIPLES}
"""Formats of CONSTRUCT and DESCRIBE."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How long a query may run and how much memory its process may take (where the platform can tell)."""

    seconds: float = 30.0
    megabytes: int = 4096


class _Job(NamedTuple):
    """What a worker process is told."""

    store: str
    text: str
    form: Format
    megabytes: int
    name: str


def answer(store: Path, text: str, form: Format, limits: Limits | None = None, name: str = "查询") -> bytes:
    """The serialised answer of a stranger's query.

    Args:
        store: the folder of an Oxigraph store; it is opened read-only.
        text: the query.
        form: json, csv, tsv or xml for SELECT and ASK, ttl or nt for CONSTRUCT and DESCRIBE.
        limits: when to give up.
        name: what messages call the query.

    Raises:
        RefusedQueryError: the query may not run, or has no answer in that format.
        MalformedQueryError: it is not SPARQL; the error names the line.
        QueryTooLongError: it ran into the time limit and was killed.
        QueryFailedError: its process died, as it does at the memory limit.
    """
    limits = limits or Limits()
    _fit(check(text, name), form, name)
    job = _Job(str(store), text, form, limits.megabytes, name)
    context = multiprocessing.get_context("spawn")
    receiver, sender = context.Pipe(duplex=False)
    process = context.Process(target=_work, args=(sender, job), daemon=True)
    process.start()
    sender.close()
    try:
        return _receive(receiver, limits, name)
    finally:
        process.kill()
        process.join()
        receiver.close()


def _receive(receiver: Connection, limits: Limits, name: str) -> bytes:
    if not receiver.poll(limits.seconds):
        raise QueryTooLongError(name, f"查询超过 {limits.seconds:g} 秒，已终止；请缩小范围或加 LIMIT")
    try:
        result: bytes | QueryError = receiver.recv()
    except EOFError:
        raise QueryFailedError(name, f"查询进程意外结束，可能超过内存上限（{limits.megabytes} MB）") from None
    if isinstance(result, QueryError):
        raise result
    return result


def _fit(form: str, wanted: str, name: str) -> None:
    formats = RESULTS if form in {"SELECT", "ASK"} else GRAPHS
    if wanted not in formats:
        raise RefusedQueryError(name, f"{form} 的结果没有 {wanted} 格式（可用：{'、'.join(formats)}）")


def _work(sender: Connection, job: _Job) -> None:
    """What the process does: answer or error, never silence."""
    _limit_memory(job.megabytes)
    try:
        sender.send(_evaluate(ox.Store.read_only(job.store), job.text, job.form))
    except SyntaxError as error:
        sender.send(malformed(error, job.name))
    except (OSError, RuntimeError, ValueError, MemoryError) as error:
        sender.send(QueryFailedError(job.name, f"查询没有完成：{error}"))


def _evaluate(store: ox.Store, text: str, form: Format) -> bytes:
    result = store.query(text, use_default_graph_as_union=True)
    if isinstance(result, ox.QueryTriples):
        return result.serialize(format=GRAPHS[form]) or b""
    return result.serialize(format=RESULTS[form]) or b""


def _limit_memory(megabytes: int) -> None:
    """Windows has no such limit; there the time limit alone holds."""
    if sys.platform != "win32":
        import resource  # noqa: PLC0415 - there is none on Windows

        size = megabytes * 2**20
        resource.setrlimit(resource.RLIMIT_AS, (size, size))
