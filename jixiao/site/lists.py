"""Long lists: searched, narrowed, sorted, cut into pages, and given away as files exactly as shown."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from starlette.responses import JSONResponse, Response

from jixiao.tables import as_json, csv_text, table

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from starlette.requests import Request

    from jixiao.tables import Cell

    Row = Mapping[str, Cell]
    Test = Callable[[Row, str], bool]

PAGE = 100
LONGEST = 9
"""How many digits a page or line that is asked for may have."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """One list as it was asked for.

    Attributes:
        asked: what the reader chose, by the name of the field; empty where nothing was.
        found: every row that fits, sorted.
    """

    path: str
    asked: Mapping[str, str]
    found: Sequence[Row]
    page: int
    columns: Sequence[str]

    @property
    def total(self) -> int:
        """How many rows fit."""
        return len(self.found)

    @property
    def pages(self) -> int:
        """How many pages they fill."""
        return max(1, -(-self.total // PAGE))

    @property
    def rows(self) -> Sequence[Row]:
        """The rows of this page."""
        return self.found[(self.page - 1) * PAGE : self.page * PAGE]

    def link(self, **changes: object) -> str:
        """The address of this list with some choices changed."""
        chosen = {name: str(value) for name, value in (dict(self.asked) | changes).items() if value not in ("", None)}
        return f"{self.path}?{urlencode(chosen)}" if chosen else self.path

    def at(self, page: int) -> str:
        """The address of another page of it."""
        return self.link(page=page)

    def download(self, form: str) -> str:
        """The address of the whole list as a file."""
        return self.link(format=form)

    def sorted_by(self, key: str) -> str:
        """The address of the list sorted by a column; a second time turns the order around."""
        return self.link(sort=f"-{key}" if self.asked["sort"] == key else key)

    def order_of(self, key: str) -> str | None:
        """Which way the list is sorted by this column, in the words of ``aria-sort``."""
        return {key: "ascending", f"-{key}": "descending"}.get(self.asked["sort"])


def listing(request: Request, rows: Iterable[Row], columns: Sequence[str], tests: Mapping[str, Test]) -> Listing:
    """The rows that the request asks for.

    Args:
        request: its query string has ``q`` (words to search), ``sort``, ``page`` and the names of ``tests``.
        rows: all rows, in their natural order.
        columns: what is searched, sorted and exported.
        tests: for each further field, whether a row fits a chosen value.
    """
    asked = {name: request.query_params.get(name, "").strip() for name in ("q", "sort", *tests)}
    words = asked["q"].casefold().split()
    chosen = [(test, asked[name]) for name, test in tests.items() if asked[name]]
    fits = (row for row in rows if all(test(row, value) for test, value in chosen) and _has(row, columns, words))
    page = request.query_params.get("page", "1")
    found = _sorted(list(fits), asked["sort"], columns)
    last = max(1, -(-len(found) // PAGE))
    at = min(max(whole_number(page), 1), last)
    return Listing(path=request.url.path, asked=asked, found=found, page=at, columns=columns)


def whole_number(digits: str) -> int:
    """The number that an address asks for; 1 for what is no number, or longer than any page or line has."""
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) <= LONGEST else 1


def _has(row: Row, columns: Sequence[str], words: Sequence[str]) -> bool:
    text = "\n".join(str(row[column]) for column in columns if row[column] is not None).casefold()
    return all(word in text for word in words)


def _sorted(rows: list[Row], asked: str, columns: Sequence[str]) -> list[Row]:
    """Sorted by a column; rows without a value come last either way."""
    key = asked.removeprefix("-")
    if key not in columns:
        return rows
    filled = [row for row in rows if row[key] not in (None, "")]
    empty = [row for row in rows if row[key] in (None, "")]
    return sorted(filled, key=lambda row: row[key], reverse=asked.startswith("-")) + empty  # type: ignore[arg-type,return-value]


def as_file(listing: Listing, form: str, snapshot: str) -> Response:
    """The whole list as a file that says which snapshot it is from and, in JSON, what was asked."""
    name = f"jixiao{listing.path.replace('/', '-')}-{snapshot}.{form}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    if form == "csv":
        body = "\ufeff" + csv_text(table(listing.found, listing.columns))  # the mark by which Excel knows UTF-8
        return Response(body, media_type="text/csv", headers=headers)
    rows = [{column: _json(row[column]) for column in listing.columns} for row in listing.found]
    asked = {name: value for name, value in listing.asked.items() if value}
    return JSONResponse({"snapshot": snapshot, "asked": asked, "rows": rows}, headers=headers)


def _json(cell: Cell) -> Cell:
    return cell if cell is None or isinstance(cell, str | int | float) else as_json(cell)
