"""The report on paper: its page as a PDF, made without a network.

WeasyPrint is an extra (``pip install "jixiao[pdf]"``), and it draws with Pango, which is no part of Python.
"""

from __future__ import annotations

import importlib
import io
import logging
import re
import sys
from contextlib import redirect_stdout
from typing import TYPE_CHECKING, Any

from graph.files import write_whole
from jixiao.errors import JixiaoError
from jixiao.messages import text

if TYPE_CHECKING:
    from pathlib import Path

PAGES = """
h1 { bookmark-level: 1 } h2 { bookmark-level: 2 } h3, h4 { bookmark-level: none }
svg[role=img] { max-width: 105mm !important; min-width: 0 !important }
"""
"""What a page for reading does not say; its own style has the paper and the numbers of its pages."""
_WITH_FALLBACK = re.compile(r"var\(--[\w-]+,\s*([^()]+)\)")
"""WeasyPrint knows no custom properties in SVG; what they fall back to stands beside them."""

MOST_SAID = 100
"""So much is told of what the system says of a missing library."""


class PaperError(JixiaoError):
    """No PDF can be made here; the message says what to install."""


def write(html: str, path: Path) -> Path:
    """Writes a page as a PDF, with its headings as bookmarks and numbers on its pages.

    Args:
        html: a page that needs nothing else.
        path: where the PDF goes.

    Raises:
        PaperError: WeasyPrint or the library that it draws with is missing.
    """
    weasyprint = _weasyprint()
    within = weasyprint.urls.URLFetcher(allowed_protocols=["data"])  # a report needs nothing from elsewhere
    page = weasyprint.HTML(string=_WITH_FALLBACK.sub(r"\1", html), url_fetcher=within)
    written: bytes = page.write_pdf(
        stylesheets=[weasyprint.CSS(string=PAGES, url_fetcher=within)], pdf_identifier=b"jixiao", pdf_tags=True
    )
    write_whole(path, written)
    return path


def _weasyprint() -> Any:
    """WeasyPrint, which is loaded only here: it takes a second, and most reports have no PDF."""
    logging.getLogger("weasyprint").setLevel(logging.ERROR)
    try:
        with redirect_stdout(io.StringIO()):  # where Pango is missing it prints advice of its own
            return importlib.import_module("weasyprint")
    except ImportError as error:
        raise PaperError(text("paper.package")) from error
    except OSError as error:
        cause = str(error).partition("\n")[0][:MOST_SAID]
        if sys.platform == "win32":
            raise PaperError(text("paper.windows", cause=cause)) from error
        raise PaperError(text("paper.library", cause=cause)) from error
