"""What a shelf says of its reports: a page with all of them, a feed, and where the last one is."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from html import escape
from importlib.resources import files
from typing import TYPE_CHECKING
from urllib.parse import quote
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from markdown_it import MarkdownIt
from markupsafe import Markup

from jixiao.rendering import environment
from jixiao.report import FORMS
from jixiao.report.drawing import seen
from jixiao.report.pictures import course
from jixiao.report.shelf import points
from jixiao.report.words import said

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jixiao.messages import Language
    from jixiao.report.shelf import Kept, Strange

TEMPLATE = "shelf.html"
ATOM = "http://www.w3.org/2005/Atom"
TAG = "tag:w3id.org,2025:jixiao"
"""What the ids of feeds and entries begin with (RFC 4151)."""
NEVER = "1970-01-01T00:00:00Z"
"""When a report was made of which nobody knows."""
ENTRIES = 60
"""So many of the latest reports a feed has, and a picture shows."""
SHOWN_AS = {"html": "HTML", "md": "Markdown", "xlsx": "Excel", "jsonl": "JSON Lines", "pdf": "PDF"}


def page(kept: Sequence[Kept], strange: Sequence[Strange], language: Language, note: str | None) -> str:
    """The page with all reports, which needs nothing else."""
    css = files("jixiao").joinpath("static", "jixiao.css").read_text(encoding="utf-8")
    made = environment(language).get_template(TEMPLATE)
    return made.render(
        kept=kept,
        strange=strange,
        note=note,
        css=Markup(css),  # noqa: S704 - our own file
        picture=Markup(course(points(kept[:ENTRIES]), language)),  # noqa: S704 - drawn by us, its words escaped
        forms=forms,
        folder=lambda each: f"{quote(each.folder.name)}/",
    )


def forms(kept: Kept, below: str = "") -> list[tuple[str, str]]:
    """The forms of a report, each with what it is called and its address from the shelf."""
    folder = f"{below}{quote(kept.folder.name)}"
    return [(SHOWN_AS.get(form, form), f"{folder}/report.{form}") for form in _sorted(kept)]


def _sorted(kept: Kept) -> list[str]:
    """The forms, those for people first."""
    return sorted(kept.made.forms, key=lambda form: FORMS.index(form) if form in FORMS else len(FORMS))


def latest(kept: Sequence[Kept], language: Language) -> str:
    """A page that leads to the last report; to all of them where there is none for browsers."""
    last = next((each for each in kept if "html" in each.made.forms), None)
    target = f"{quote(last.folder.name)}/report.html" if last else "index.html"
    title = escape(said("feed.latest", language))
    return (
        f'<!DOCTYPE html>\n<html lang="{"en" if language == "en" else "zh-CN"}">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="refresh" content="0; url={target}">\n<title>{title}</title>\n</head>\n'
        f'<body><p><a href="{target}">{title}</a></p></body>\n</html>\n'
    )


def feed(kept: Sequence[Kept], language: Language) -> bytes:
    """The reports as an Atom feed (RFC 4287)."""
    latest_first = list(kept[:ENTRIES])
    root = Element("feed", {"xmlns": ATOM, "xml:lang": "en" if language == "en" else "zh-CN"})
    _add(root, "id", f"{TAG}:reports:{kept[-1].made.snapshot}" if kept else f"{TAG}:reports")
    _add(root, "title", said("feed.title", language))
    _add(root, "updated", max((_updated(each) for each in kept), default=NEVER))
    _add(SubElement(root, "author"), "name", said("feed.author", language))
    SubElement(root, "link", {"rel": "self", "type": "application/atom+xml", "href": "feed.xml"})
    SubElement(root, "link", {"rel": "alternate", "type": "text/html", "href": "index.html"})
    for each in latest_first:
        _entry(root, each, language)
    indent(root, " ")
    return f'<?xml version="1.0" encoding="utf-8"?>\n{tostring(root, encoding="unicode")}\n'.encode()


def _entry(root: Element, kept: Kept, language: Language) -> None:
    entry = SubElement(root, "entry")
    _add(entry, "id", f"{TAG}:report:{kept.made.snapshot}:{quote(kept.folder.name)}")
    _add(entry, "title", said("feed.entry", language, name=kept.name))
    _add(entry, "updated", _updated(kept))
    for place, form in enumerate(_sorted(kept)):
        about = {"rel": "alternate" if place == 0 else "related", "type": TYPES.get(form, "application/octet-stream")}
        SubElement(entry, "link", {**about, "href": f"{quote(kept.folder.name)}/report.{form}"})
    _add(entry, "summary", summary(kept, language))
    if "md" in kept.made.forms:
        _add(entry, "content", _as_html(kept.file("md").read_text(encoding="utf-8"))).set("type", "html")


TYPES = {
    "html": "text/html",
    "md": "text/markdown",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "jsonl": "application/jsonl",
    "pdf": "application/pdf",
}


def summary(kept: Kept, language: Language) -> str:
    """A report in one sentence."""
    figures = kept.made.figures
    if figures is None:
        return said("feed.snapshot", language, snapshot=kept.made.snapshot)
    clear = figures.clarity
    shared = said(
        "feed.figures",
        language,
        documents=figures.documents,
        unclear=clear.unclear,
        judged=clear.judged,
        percent=clear.percent or 0,
        findings=figures.findings,
    )
    since = said("feed.since", language, new=figures.new, fixed=figures.fixed) if figures.new is not None else ""
    return shared + since


def _add(parent: Element, name: str, words: str) -> Element:
    made = SubElement(parent, name)
    made.text = seen(words)
    return made


def _updated(kept: Kept) -> str:
    """When a report's snapshot went live, else the day that it names."""
    told = kept.made.at or kept.made.date
    try:
        moment = datetime.fromisoformat(told or NEVER)
    except ValueError:
        return NEVER
    known = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return known.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def _as_html(markdown: str) -> str:
    """Markdown as HTML; tags that stand in it are text."""
    made: str = MarkdownIt("commonmark", {"html": False}).enable("table").render(markdown)
    return re.sub(r"\n{2,}", "\n", made)
