"""How long it takes to read disclosures, beside a general parser of structured text.

The peer is markdown-it-py, which makes tokens of the same text in the same run: pure Python as well, and it knows
tables, but nothing of what stands in them. A ratio holds on any machine; seconds hold on this one.
"""

from __future__ import annotations

from common import best, show, sources
from markdown_it import MarkdownIt

from ingest import read
from ingest.readers import read_source


def main() -> None:
    """Print one row a file and one for all."""
    peer = MarkdownIt("commonmark").enable("table")
    rows, sums = [], [0.0, 0.0, 0.0]
    for path in sources():
        text = read_source(path).text
        ours = best(lambda path=path: read(path))
        figures = (path.stat().st_size / 1e6, ours, best(lambda text=text: peer.parse(text)))
        sums = [total + figure for total, figure in zip(sums, figures, strict=True)]
        rows.append(row(path.stem[:20], *figures))
    show(
        "reading, fastest of three rounds",
        ("file", "MB", "read s", "MB/s", "markdown-it s", "ratio"),
        [*rows, row("all", *sums)],
    )


def row(name: str, size: float, ours: float, peer: float) -> tuple[str, ...]:
    """A file's figures as text."""
    return (name, f"{size:.3f}", f"{ours:.3f}", f"{size / ours:.2f}", f"{peer:.3f}", f"{ours / peer:.1f}")


if __name__ == "__main__":
    main()
