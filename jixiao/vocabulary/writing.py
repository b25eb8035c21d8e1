"""The documentation as files that need no server: each page in both languages, with its Turtle and JSON-LD."""

from __future__ import annotations

import json
import posixpath
import re
from importlib.resources import files
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote

from ingest.interchange import json_schema
from jixiao.messages import LANGUAGES
from jixiao.vocabulary.printing import RDF_FORMATS, Setting, html, rdf
from ontology import path as ontology_file

if TYPE_CHECKING:
    from pathlib import Path

    from jixiao.messages import Language
    from jixiao.vocabulary.book import Book, Page

ASSETS = ("jixiao.css", "vocabulary.css", "vocabulary.js", "icon.svg")
STATIC = "static"
_UNFIT = re.compile(r'[\\:*?"<>|%]')
"""What names of files cannot have everywhere; the percent sign marks what stands for them."""


def write(book: Book, folder: Path) -> int:
    """Writes the documentation into a folder, which need not exist; gives the number of its pages.

    Raises:
        OSError: the folder cannot be written to.
    """
    for name in ASSETS:
        put(folder / STATIC / name, files("jixiao").joinpath("static", name).read_bytes())
    context = ontology_file("context.jsonld")
    if context.is_file():
        put(folder / context.name, context.read_bytes())
    put(folder / "records.json", json.dumps(json_schema(), ensure_ascii=False, indent=2).encode())
    written = [_write_page(book, page, folder) for path in book.paths() if (page := book.page(path))]
    for language in LANGUAGES:
        name = file_name("/ontology", language)
        put(folder / file_name("/index", language), (folder / name).read_bytes())
    return len(written)


def put(file: Path, content: bytes) -> None:
    """Writes a file and the folders that it needs."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content)


def _write_page(book: Book, page: Page, folder: Path) -> str:
    for language in LANGUAGES:
        text = html(book, page, language, _setting(page, language))
        put(folder / file_name(page.path, language), text.encode())
    if described_at(page) == page.path and page.path != "/records":
        for ending in RDF_FORMATS:
            put(folder / f"{plain_name(page.path)}.{ending}", rdf(book, page, ending))
    return page.path


def plain_name(path: str) -> str:
    """The file of a page without its ending."""
    return _UNFIT.sub(lambda sign: quote(sign[0], safe=""), path.strip("/"))


def file_name(path: str, language: Language) -> str:
    """The file of a page in a language."""
    return f"{plain_name(path)}{'' if language == 'zh' else f'.{language}'}.html"


def described_at(page: Page) -> str:
    """The page beside which the triples of a page are written: those of a code stand with its list."""
    return f"/code/{page.values['list'].name}" if "code" in page.values else page.path


def _setting(page: Page, language: Language) -> Setting:
    here = posixpath.dirname(plain_name(page.path))

    def relative(file: str) -> str:
        return quote(posixpath.relpath(file, here or "."))

    def to(path: str) -> str:
        before, mark, anchor = path.partition("#")
        return relative(file_name(unquote(before), language)) + mark + anchor

    data = plain_name(described_at(page))
    formats = [(name, relative(f"{data}.{ending}")) for ending, (_, _, name) in RDF_FORMATS.items()]
    return Setting(
        frame="vocabulary_file.html",
        to=to,
        asset=lambda name: relative(f"{STATIC}/{name}"),
        ask=None,
        thing=lambda _: None,
        formats=[("JSON Schema", relative("records.json"))] if page.path == "/records" else formats,
        other=relative(file_name(page.path, "en" if language == "zh" else "zh")),
    )
