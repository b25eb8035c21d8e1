"""Where numbers of a report lead: addresses of the site, where the report knows one."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlencode

from jixiao.rendering import page_path

if TYPE_CHECKING:
    from jixiao.report.content import Report
    from jixiao.told import Disclosure


def page(report: Report, iri: str | None) -> str | None:
    """The page of a thing."""
    return f"{report.site}{page_path(iri)}" if report.site and iri and "/id/" in iri else None


def listed(report: Report, register: str, **chosen: str) -> str | None:
    """A list of the site that shows what the report tells of, narrowed further."""
    if not report.site or report.filters is None:
        return None
    filters = dict(report.filters)
    if register == "findings" and report.choice.rules:
        filters["rule"] = [each.id for each in report.judged]
    pairs = [(name, value) for name, values in filters.items() for value in values if name not in chosen]
    pairs += chosen.items()
    return f"{report.site}/{register}?{urlencode(pairs)}" if pairs else f"{report.site}/{register}"


def of_document(report: Report, register: str, document: Disclosure, **chosen: str) -> str | None:
    """A list of the site that shows what one document says, narrowed further."""
    return f"{report.site}/{register}?{urlencode({'document': document.sha256, **chosen})}" if report.site else None
