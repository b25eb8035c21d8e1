"""One writer a kind of file; each prints the same pages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from . import csv, docx, html, markdown, pdf, xlsx

if TYPE_CHECKING:
    from jixiao.samples.paper import Writer


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of file. ``encoding`` is that of a text file."""

    suffix: str
    write: Writer
    encoding: str | None = None


KINDS: dict[str, Kind] = {
    "pdf": Kind(".pdf", pdf.write),
    "xlsx": Kind(".xlsx", xlsx.write),
    "docx": Kind(".docx", docx.write),
    "html": Kind(".html", html.write, "utf-8"),
    "markdown": Kind(".md", markdown.write, "utf-8"),
    "csv": Kind(".csv", csv.write, "utf-8-sig"),
}
"""Name of a kind → the kind."""
