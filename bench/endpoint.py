"""How many queries of 20 rows the endpoint answers in a second, beside the Oxigraph server and rdflib-endpoint.

    python bench/endpoint.py [--kg FOLDER] [--peers BIN] [--seconds 3]

All three serve the same triples on this machine in one run, each in turn, to 1, 8 and 32 clients that ask as soon as
they have their answer. No query is asked twice, except in the row that says so: the endpoint here remembers small
answers. It alone keeps limits of time, memory and size for each query. BIN is the ``bin`` folder of an environment with
the packages ``oxigraph`` and ``rdflib-endpoint[cli,oxigraph]``, which the project does not need; without it the
endpoint is measured alone. Without a folder the graph of some samples is asked.
"""

from __future__ import annotations

import argparse
import asyncio
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from common import show
from pyoxigraph import RdfFormat, serialize

from graph.folder import KnowledgeGraph
from jixiao import intake, samples

if TYPE_CHECKING:
    from collections.abc import Iterator

CLIENTS = (1, 8, 32)
OFFSETS = 50
QUERY = (
    "SELECT ?s ?name WHERE {{ ?s a <https://w3id.org/jixiao/ontology#Indicator> ; <https://schema.org/name> ?name }} "
    "LIMIT 20 OFFSET {} # {}"
)
JSON = "application/sparql-results+json"


def sampled() -> Path:
    """A knowledge graph of some samples."""
    folder = Path(tempfile.mkdtemp(prefix="jixiao-bench-"))
    graph = KnowledgeGraph(folder / "kg")
    read = intake.keeping(graph)
    for path in samples.write(folder / "samples", seed=1, count=4):
        read(path)
    intake.publish(graph)
    return folder / "kg"


def port() -> int:
    """A port that is free now."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])


@contextmanager
def running(command: list[str], at: int) -> Iterator[None]:
    """A server, from when it listens."""
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as server:
        try:
            wait(at, server)
            yield
        finally:
            server.terminate()


def wait(at: int, server: subprocess.Popen[bytes]) -> None:
    """Waits until somebody listens."""
    while server.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", at), timeout=1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    sys.exit(f"{server.args} did not start")


async def rate(at: int, path: str, clients: int, seconds: float, *, repeated: bool = False) -> float:
    """Answers a second."""
    until = time.perf_counter() + seconds
    counts = await asyncio.gather(*(client(at, path, number, until, repeated) for number in range(clients)))
    return sum(counts) / seconds


async def client(at: int, path: str, number: int, until: float, repeated: bool) -> int:  # noqa: FBT001
    """Asks over one connection until the time is over; how many answers came."""
    reader, writer = await asyncio.open_connection("127.0.0.1", at)
    count = 0
    while time.perf_counter() < until:
        offset = (number * 7 + count) % OFFSETS
        query = quote(QUERY.format(offset, "" if repeated else f"{until} {number} {count}"))
        writer.write(f"GET {path}?query={query} HTTP/1.1\r\nHost: localhost\r\nAccept: {JSON}\r\n\r\n".encode())
        status = await answer(reader)
        if status != b"200":
            sys.exit(f"{path} answered {status!r}")
        count += 1
    writer.close()
    return count


async def answer(reader: asyncio.StreamReader) -> bytes:
    """Reads one answer to its end; its status."""
    head = (await reader.readuntil(b"\r\n\r\n")).lower()
    if b"transfer-encoding: chunked" in head:
        while size := int(await reader.readline(), 16):
            await reader.readexactly(size + 2)
        await reader.readline()
    else:
        await reader.readexactly(int(head.partition(b"content-length:")[2].split()[0]))
    return head.split()[1]


def measured(command: list[str], at: int, path: str, seconds: float, *, repeated: bool = False) -> list[float]:
    """The rates of a server for each number of clients."""
    with running(command, at):
        asyncio.run(rate(at, path, 2, 1.0, repeated=repeated))  # the first answers open files
        return [asyncio.run(rate(at, path, clients, seconds, repeated=repeated)) for clients in CLIENTS]


def main() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kg", type=Path)
    parser.add_argument("--peers", type=Path)
    parser.add_argument("--seconds", type=float, default=3.0)
    given = parser.parse_args()
    folder = given.kg or sampled()
    store = KnowledgeGraph(folder).live().store
    at, tables = port(), {}
    ours = [sys.executable, "-m", "jixiao", "serve", "--kg", str(folder), "--port", str(at)]
    tables["jixiao"] = measured(ours, at, "/sparql", given.seconds)
    tables["jixiao, repeated"] = measured(ours, at, "/sparql", given.seconds, repeated=True)
    if given.peers:
        with tempfile.TemporaryDirectory() as scratch:
            data = Path(scratch) / "data.nt"
            serialize({quad.triple for quad in store}, str(data), format=RdfFormat.N_TRIPLES)
            loaded = [str(given.peers / "oxigraph"), "load", "--location", f"{scratch}/store", "--file", str(data)]
            subprocess.run(loaded, check=True, capture_output=True)
            for name, command, path in (
                (
                    "Oxigraph server",
                    ["oxigraph", "serve-read-only", "--location", f"{scratch}/store", "--bind"],
                    "/query",
                ),
                ("rdflib-endpoint", ["rdflib-endpoint", "serve", str(data), "--host", "127.0.0.1", "--port"], "/"),
                (
                    "rdflib-endpoint on Oxigraph",
                    ["rdflib-endpoint", "serve", str(data), "--store", "Oxigraph", "--host", "127.0.0.1", "--port"],
                    "/",
                ),
            ):
                at = port()
                address = f"127.0.0.1:{at}" if name == "Oxigraph server" else str(at)
                tables[name] = measured([str(given.peers / command[0]), *command[1:], address], at, path, given.seconds)
    first = tables["jixiao"]
    rows = [
        (name, *(f"{each:,.0f} ({each / own:.2f})" for each, own in zip(rates, first, strict=True)))
        for name, rates in tables.items()
    ]
    show(f"answers a second, {len(store):,} triples (share of ours)", ("", *(f"{n} clients" for n in CLIENTS)), rows)


if __name__ == "__main__":
    main()
