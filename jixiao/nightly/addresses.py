"""A list of web addresses as an inbox: a CSV file with a column of addresses, and what each document should be."""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import quote, urlsplit

import ingest
from ingest.readers.text import content_of
from jixiao.errors import BadInputError
from jixiao.messages import text
from jixiao.nightly.inbox import Trouble

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from graph.folder import KnowledgeGraph
    from ingest.records import Document
    from jixiao.nightly.inbox import Item

COLUMNS = {
    "网址": "address", "地址": "address", "address": "address", "url": "address",
    "部门": "department", "department": "department",
    "年度": "year", "year": "year",
}  # fmt: skip
"""What a column may be called; the others are for people."""
ENCODINGS = ("utf-8-sig", "gb18030")
DELIMITERS = ",;\t"

_NOT_IN_ADDRESSES = re.compile(r"[^!#-;=?-Z_a-z~]|%(?![0-9A-Fa-f]{2})")
_YEAR = re.compile(r"(?:19|20)\d\d")


class Listed(NamedTuple):
    """One line of a list."""

    line: int
    address: str
    department: str | None = None
    year: int | None = None


def address(written: str) -> str | None:
    """A web address as a request names it, in ASCII and without fragment; ``None`` where it is none.

    One that holds a name and a password is none either: addresses are published with what was found there.
    """
    ascii_only = _NOT_IN_ADDRESSES.sub(lambda found: quote(found[0], safe=""), _with_ascii_host(written.strip()))
    try:
        parts = urlsplit(ascii_only)
        usable = parts.scheme in {"http", "https"} and parts.hostname and not parts.username and parts.port != 0
    except ValueError:  # no port, or no IPv6 address
        return None
    return parts._replace(fragment="").geturl() if usable and "%" not in parts.netloc else None


def _with_ascii_host(written: str) -> str:
    """An address with its host as the name system knows it."""
    found = re.match(r"(?i:https?)://([^/?#:]+)", written)
    if found is None or found[1].isascii():
        return written
    try:
        return written[: found.start(1)] + found[1].encode("idna").decode() + written[found.end(1) :]
    except UnicodeError:
        return written


def read(listing: Path) -> list[Listed | Trouble]:
    """The lines of a list, and those that cannot be used, each with its number; empty lines are none.

    Raises:
        BadInputError: there is no such file, or no column of addresses in it.
        IngestError: the file cannot be opened.
    """
    rows = _rows(_decoded(listing), listing)
    _, head = next(rows, (0, []))
    names = [COLUMNS.get(cell.strip().lower(), "") for cell in head]
    if "address" not in names:
        raise BadInputError(text("web.no_column", path=listing))
    seen: dict[str, int] = {}
    return [_listed(line, dict(zip(names, row, strict=False)), seen) for line, row in rows if any(map(str.strip, row))]


def _decoded(listing: Path) -> str:
    data = content_of(listing)
    for encoding in ENCODINGS:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise BadInputError(text("web.no_encoding", path=listing))


def _rows(content: str, listing: Path) -> Iterator[tuple[int, Sequence[str]]]:
    """The rows with the lines that they begin at."""
    lines = content.splitlines(keepends=True)
    head = lines[0] if lines else ""
    reader = csv.reader(lines, delimiter=max(DELIMITERS, key=head.count))
    try:
        line = 1
        for row in reader:
            yield line, row
            line = reader.line_num + 1
    except csv.Error as error:
        raise BadInputError(text("web.no_list", path=listing, line=reader.line_num, cause=error)) from error


def _listed(line: int, said: Mapping[str, str], seen: dict[str, int]) -> Listed | Trouble:
    """A line, unless something is wrong with it; ``seen`` are the addresses so far, with their lines."""
    written, year = (
        said["address"].strip() if "address" in said else "",
        said.get("year", "").strip().removesuffix("年"),
    )
    known = address(written)
    if known is None:
        cause = text("web.no_address", written=written) if written else text("web.empty_address")
    elif known in seen:
        cause = text("web.twice", line=seen[known], url=known)
    elif year and not _YEAR.fullmatch(year):
        cause = text("web.no_year", written=year)
    else:
        seen[known] = line
        return Listed(line, known, said.get("department", "").strip() or None, int(year) if year else None)
    return Trouble(text("web.line", line=line), cause)


@dataclass(frozen=True)
class Expectations:
    """What a list says of its documents, beside what they say themselves; the document is always believed."""

    lines: Sequence[Listed | Trouble]

    @cached_property
    def _by_address(self) -> Mapping[str, Listed]:
        return {each.address: each for each in self.lines if isinstance(each, Listed)}

    def difference(self, name: str, document: Document) -> str | None:
        """How the list and a document differ, for people; ``None`` where they agree or one of them says nothing.

        Args:
            name: the item's, which begins with its address.
            document: what was read.
        """
        listed = self._of(name)
        if listed is None:
            return None
        facts = document.document
        pairs = [("department", listed.department, facts.publisher), ("year", listed.year, facts.fiscal_year)]
        differing = [
            text(f"web.other_{what}", listed=said, printed=printed)
            for what, said, printed in pairs
            if said and printed and not _agree(str(said), str(printed))
        ]
        return text("web.differs", line=listed.line, what="；".join(differing), name=name) if differing else None

    def _of(self, name: str) -> Listed | None:
        """The line of an item; a file of an archive stands under the archive's address."""
        while name not in self._by_address and "/" in name:
            name = name.rpartition("/")[0]
        return self._by_address.get(name)


def differences(listing: Path, items: Iterable[Item], graph: KnowledgeGraph) -> list[str]:
    """How the documents of some items differ from what their list says of them, for people.

    Raises:
        BadInputError: the list cannot be read.
    """
    expected = Expectations(read(listing))
    documents = ((each.name, graph.record(each.sha256, ingest.EXTRACTOR)) for each in items)
    told = (expected.difference(name, document) for name, document in documents if document)
    return [each for each in told if each]


def _agree(one: str, other: str) -> bool:
    """Whether two names are of the same: a list may leave out what a name begins or ends with."""
    one, other = ("".join(each.split()) for each in (one, other))
    return one in other or other in one
