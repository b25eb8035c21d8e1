"""A list as a file: exactly the rows that fit, with what was asked, when, and of which snapshot."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from pyoxigraph import Literal, NamedNode, Triple
from starlette.responses import Response

from jixiao.days import today
from jixiao.exports.jsonld import document
from jixiao.exports.workbook import write_table
from jixiao.tables import Table, as_json, csv_text
from jixiao.translation import translated
from ontology.terms import DCT, RDF, SCHEMA, XSD, label

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from jixiao.messages import Language
    from jixiao.site.lists import Listing
    from jixiao.tables import Cell

TAKEN = ("取自", "快照", "日期")
"""What the columns are called that say where a file is from."""
UTF8_MARK = "\ufeff"
"""By which Excel knows the text for UTF-8."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a file is from: the list's address, the snapshot, and the day."""

    asked: str
    snapshot: str
    day: str

    @property
    def columns(self) -> Mapping[str, str]:
        """The same as columns, so that rows say it wherever they are copied to."""
        return dict(zip(TAKEN, (self.asked, self.snapshot, self.day), strict=True))


def as_file(listing: Listing, form: str, site: str) -> Response:
    """The rows of a list as a file.

    Args:
        listing: the list.
        form: one of :data:`FORMS`.
        site: the address of the site, before the list's path.
    """
    media, write = FORMS[form]
    view = listing.edition.view
    origin = Origin(f"{site}{listing.link()}", view.id, today())
    name = f"jixiao-{listing.register.name}-{view.id}.{form}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(write(listing, origin), media_type=media, headers=headers)


def _table(listing: Listing, origin: Origin) -> Table:
    columns = listing.register.columns
    told = partial(_told, listing.language)
    rows = [[*(told(column, row[column]) for column in columns), *origin.columns.values()] for row in listing.every]
    words = [*columns.values(), *origin.columns]
    return Table([translated(word, listing.language) for word in words], rows)


def _told(language: Language, column: str, value: Cell | tuple[str, ...]) -> Cell:
    """A cell as people read it: codes by their names."""
    if isinstance(value, tuple):
        return "、".join(value)
    return label(CODES[column], str(value), language) if value and column in CODES else value


CODES = {"kind": "target-kind", "comparator": "comparator", "severity": "severity", "certainty": "certainty"}
"""The columns that hold codes, and the lists that they are of."""


def _csv(listing: Listing, origin: Origin) -> str:
    return UTF8_MARK + csv_text(_table(listing, origin))


def _xlsx(listing: Listing, origin: Origin) -> bytes:
    return write_table(translated(listing.register.title, listing.language), _table(listing, origin))


def _json(listing: Listing, origin: Origin) -> str:
    rows = [{column: row[column] for column in listing.register.columns} for row in listing.every]
    told = {"asked": origin.asked, "snapshot": origin.snapshot, "date": origin.day, "rows": rows}
    return json.dumps(told, ensure_ascii=False, default=as_json)


def _jsonld(listing: Listing, origin: Origin) -> bytes:
    return document(_triples(listing, origin))


def _triples(listing: Listing, origin: Origin) -> Iterator[Triple]:
    """The list, and of everything in it what the graph says."""
    store = listing.edition.snapshot.store
    whole = NamedNode(origin.asked)
    yield Triple(whole, NamedNode(f"{RDF}type"), NamedNode(f"{SCHEMA}ItemList"))
    yield Triple(whole, NamedNode(f"{DCT}created"), Literal(origin.day, datatype=NamedNode(f"{XSD}date")))
    yield Triple(whole, NamedNode(f"{DCT}source"), Literal(origin.snapshot))
    for row in listing.every:
        thing = NamedNode(str(row["address"]))
        yield Triple(whole, NamedNode(f"{SCHEMA}itemListElement"), thing)
        for quad in store.quads_for_pattern(thing, None, None):
            yield quad.triple


FORMS: Mapping[str, tuple[str, Callable[[Listing, Origin], str | bytes]]] = {
    "csv": ("text/csv", _csv),
    "xlsx": ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", _xlsx),
    "json": ("application/json", _json),
    "jsonld": ("application/ld+json", _jsonld),
}
"""Every form in which a list can be had, with its media type."""
