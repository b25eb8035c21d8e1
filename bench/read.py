"""How long it takes to read disclosures, and how that compares with only finding out their encoding.

The peer is charset-normalizer on the same bytes in the same run: the least that anybody has to do with a text of
unknown encoding. A ratio holds on any machine; seconds hold on this one.
"""

from __future__ import annotations

from charset_normalizer import from_bytes
from common import best, show, sources

from ingest import read


def main() -> None:
    """Print one row a file and one for all."""
    rows, sums = [], [0.0, 0.0, 0.0]
    for path in sources():
        data = path.read_bytes()
        figures = (len(data) / 1e6, best(lambda path=path: read(path)), best(lambda data=data: from_bytes(data).best()))
        sums = [total + figure for total, figure in zip(sums, figures, strict=True)]
        rows.append(row(path.stem[:24], *figures))
    show(
        "reading, fastest of three rounds",
        ("file", "MB", "read s", "MB/s", "charset-normalizer s", "ratio"),
        [*rows, row("all", *sums)],
    )


def row(name: str, size: float, ours: float, peer: float) -> tuple[str, ...]:
    """A file's figures as text."""
    return (name, f"{size:.3f}", f"{ours:.3f}", f"{size / ours:.2f}", f"{peer:.3f}", f"{ours / peer:.1f}")


if __name__ == "__main__":
    main()
