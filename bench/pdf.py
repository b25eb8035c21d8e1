"""How long it takes to read PDF files, beside bare text extraction and beside a general extractor of tables.

The peers run on the same files in the same run: pypdfium2 gives the text of every page without any layout (what cannot
be undercut, since the reader stands on it), and pdfplumber's ``extract_tables`` finds ruled tables as well. A ratio
holds on any machine; seconds hold on this one. Peak memory is that of a process of its own that reads one file.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

import pdfplumber
import pypdfium2
from common import REAL, best, show

from ingest.readers.pdf import read_pdf
from jixiao import samples

MEGABYTE = 1024
"""Peak memory is told in kilobytes."""
PEAK = """
import resource, sys
from pathlib import Path
from ingest.readers.pdf import read_pdf
path = Path(sys.argv[1])
read_pdf(path, path.read_bytes())
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


def main() -> None:
    """Print one row a file and one for all."""
    rows, sums = [], [0.0] * 4
    paths = documents()
    peaks = [peak_of(path) for path in paths]  # first: a process starts with the peak of the one that started it
    for path, peak in zip(paths, peaks, strict=True):
        data = path.read_bytes()
        figures = (
            float(pages(data)),
            best(lambda path=path, data=data: read_pdf(path, data)),
            best(lambda data=data: bare(data)),
            best(lambda path=path: tables(path), rounds=1),
        )
        sums = [total + figure for total, figure in zip(sums, figures, strict=True)]
        rows.append(row(path.stem[:20], figures, peak))
    show(
        "reading PDF, fastest of three rounds (pdfplumber: one)",
        ("file", "pages", "read s", "pages/s", "bare text s", "times bare", "pdfplumber s", "faster by", "peak MB"),
        [*rows, row("all", sums, max(peaks))],
    )


def documents() -> list[Path]:
    """The real PDF files that have text where they are here, else as many samples."""
    found = [path for path in sorted((REAL.parent / "documents").glob("*.pdf")) if not path.name.startswith("scan-")]
    return found or samples.write(Path(tempfile.mkdtemp(prefix="jixiao-bench-")), count=5, kinds=["pdf"])


def pages(data: bytes) -> int:
    """How many pages a file has."""
    with pypdfium2.PdfDocument(data) as document:
        return len(document)


def bare(data: bytes) -> None:
    """Get the text of every page, and nothing else."""
    with pypdfium2.PdfDocument(data) as document:
        for page in document:
            text = page.get_textpage()
            text.get_text_range()
            text.close()
            page.close()


def tables(path: Path) -> None:
    """Get the tables of every page with pdfplumber."""
    with pdfplumber.open(path) as document:
        for page in document.pages:
            page.extract_tables()
            page.close()


def peak_of(path: Path) -> float:
    """Megabytes that a process needs at most to read a file."""
    run = subprocess.run([sys.executable, "-c", PEAK, str(path)], capture_output=True, check=True, text=True)
    return float(run.stdout) / MEGABYTE


def row(name: str, figures: tuple[float, ...] | list[float], memory: float) -> tuple[str, ...]:
    """A file's figures as text."""
    count, ours, text, peer = figures
    return (
        name,
        f"{count:.0f}",
        f"{ours:.2f}",
        f"{count / ours:.0f}",
        f"{text:.3f}",
        f"{ours / text:.1f}",
        f"{peer:.2f}",
        f"{peer / ours:.1f}",
        f"{memory:.0f}",
    )


if __name__ == "__main__":
    main()
