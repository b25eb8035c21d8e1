"""Where numbers of a report lead: addresses of the site, where the report knows one."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlencode

from jixiao.rendering import page_path

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from jixiao.report.content import Area, Report
    from jixiao.told import Disclosure


def page(report: Report, iri: str | None) -> str | None:
    """The page of a thing."""
    return f"{report.site}{page_path(iri)}" if report.site and iri and "/id/" in iri else None


def listed(report: Report, register: str, **chosen: str) -> str | None:
    """A list of the site that shows what the report tells of, narrowed further."""
    return _narrowed(report, register, report.filters, chosen)


def of_area(report: Report, register: str, area: Area, **chosen: str) -> str | None:
    """A list of the site that shows what the documents of one division and year say, narrowed further."""
    return _narrowed(report, register, area.filters, chosen)


def _narrowed(
    report: Report, register: str, among: Mapping[str, Sequence[str]] | None, chosen: Mapping[str, str]
) -> str | None:
    if not report.site or among is None:
        return None
    filters = dict(among)
    if register == "findings" and report.choice.rules:
        filters["rule"] = [each.id for each in report.judged]
    pairs = [(name, value) for name, values in filters.items() for value in values if name not in chosen]
    pairs += chosen.items()
    return f"{report.site}/{register}?{urlencode(pairs)}" if pairs else f"{report.site}/{register}"


def of_document(report: Report, register: str, document: Disclosure, **chosen: str) -> str | None:
    """A list of the site that shows what one document says, narrowed further."""
    return f"{report.site}/{register}?{urlencode({'document': document.sha256, **chosen})}" if report.site else None
