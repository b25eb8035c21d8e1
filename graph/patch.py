"""The difference of two snapshots as an RDF patch (https://afs.github.io/rdf-delta/rdf-patch.html).

Both dumps are sorted, so they are read side by side, line by line: memory stays small whatever their size.
"""

from __future__ import annotations

import tempfile
from typing import TYPE_CHECKING, Literal

from graph import store as stores

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from graph.snapshot import Snapshot

Step = Literal[b"D", b"A"]
"""That a line is deleted, or added."""


def patch(before: Snapshot, after: Snapshot) -> Iterator[bytes]:
    """The lines of the patch that makes one snapshot of another: what is deleted, then what is added, each sorted.

    Its headers name both snapshots by the hashes of their dumps (RFC 6920, section 7), so that whoever applies it can
    see whether the result is whole.

    Raises:
        SnapshotError: A store is missing or damaged.
    """
    yield _header(b"id", after)
    yield _header(b"prev", before)
    yield b"TX .\n"
    with tempfile.TemporaryFile() as added:
        for step, line in differences(stores.lines(before.store), stores.lines(after.store)):
            if step == b"D":
                yield b"D " + line
            else:
                added.write(b"A " + line)
        added.seek(0)
        yield from added
    yield b"TC .\n"


def _header(name: bytes, snapshot: Snapshot) -> bytes:
    return b"H %s <nih:sha-256;%s> .\n" % (name, str(snapshot.manifest["content"]).encode("ascii"))


def differences(before: Iterable[bytes], after: Iterable[bytes]) -> Iterator[tuple[Step, bytes]]:
    """What has to be done to the lines of one sorted dump to get those of another."""
    old, new = iter(before), iter(after)
    mine, other = next(old, None), next(new, None)
    while mine is not None or other is not None:
        if mine == other:
            mine, other = next(old, None), next(new, None)
        elif other is None or (mine is not None and mine < other):
            assert mine is not None
            yield b"D", mine
            mine = next(old, None)
        else:
            yield b"A", other
            other = next(new, None)
