"""Tables of indicators found in a stream by their headers, and where each ends."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING

from ingest.forms.fit import is_level
from ingest.forms.labels import label_key, pattern, vocabulary
from ingest.forms.money import unit_in
from ingest.layout.folding import fold
from ingest.layout.fragments import Gap
from ingest.layout.passage import Passage, passage

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ingest.layout.fragments import Fragment

LEAST = 3
"""A header has at least this many known labels."""
SHORT_LINE = 40
"""A longer line mentions a unit of money in running text."""
SECTION = re.compile(
    r"^(第[一二三四五六七八九十]+部分|[一二三四五六七八九十]{1,3}、|\([一二三四五六七八九十]{1,3}\)|表[一二三四五六七八九十\d]+)"
)
LOST = 1
"""The most columns that a header may have lost."""
UNKNOWN = 2
"""The most fragments without meaning that are passed over inside a header that has no cells."""


@dataclass(frozen=True, slots=True)
class Label:
    """A column's label in a header: what it means (``None``: unknown), where it is printed, in which cell."""

    key: str | None
    first: int
    last: int
    cell: int | None
    strange: bool = False
    """The lexicon does not have the label, and it is no heading of a group."""


@dataclass(frozen=True, slots=True)
class Header:
    """The labels over a table's columns, in printed order; they are the fragments ``first`` to ``last`` (exclusive)."""

    labels: tuple[Label, ...]
    first: int
    last: int

    @property
    def keys(self) -> tuple[str, ...]:
        """What the known labels mean, in printed order."""
        return tuple(label.key for label in self.labels if label.key)

    def cell_of(self, key: str) -> int | None:
        """The cell of a label, the last where the label is printed twice."""
        return next((label.cell for label in reversed(self.labels) if label.key == key), None)

    def key_of(self, cell: int | None) -> str | None:
        """What the label of a cell means, where exactly one label is printed in it."""
        here = [label.key for label in self.labels if label.cell == cell]
        return here[0] if len(here) == 1 else None


@dataclass(frozen=True, slots=True)
class Table:
    """A header and the fragments below it, up to where the table ends.

    ``start`` and ``end`` count the stream's fragments.
    """

    header: Header
    body: tuple[Fragment, ...]
    start: int
    end: int
    unknown: tuple[Passage, ...] = ()
    """The header's labels that the lexicon has not."""
    strays: tuple[Passage, ...] = ()
    """Lines without cells between its rows."""


def starts_line(fragment: Fragment) -> bool:
    """Whether a fragment is the first of its line."""
    return fragment.gap not in (Gap.SPACE, Gap.TAB)


def line_end(fragments: Sequence[Fragment], index: int) -> int:
    """The index after the last fragment of a fragment's line."""
    end = index + 1
    while end < len(fragments) and fragments[end].line == fragments[index].line:
        end += 1
    return end


def cell_end(fragments: Sequence[Fragment], index: int) -> int:
    """The index after the last fragment of a fragment's cell."""
    end = index + 1
    while end < len(fragments) and fragments[end].gap is Gap.SPACE:
        end += 1
    return end


def read_header(fragments: Sequence[Fragment], index: int, group: str) -> Header | None:
    """The header that begins with a fragment, or ``None`` where too few labels follow each other."""
    known = vocabulary(group)
    tabbed = fragments[index].cell is not None
    stop = line_end(fragments, index) if tabbed else len(fragments)
    found: list[Label] = []
    position, last = index, index
    while position < stop:
        match = known.match(fragments, position)
        if match:
            found.append(Label(match.key, position, match.last, fragments[position].cell))
            position = last = match.last
        elif tabbed or (
            found and position - last < UNKNOWN and len(found) > 1 and label_follows(fragments, position, group)
        ):
            end = cell_end(fragments, position) if tabbed else position + 1
            printed = "".join(fragment.text for fragment in fragments[position:end])
            found.append(Label(None, position, end, fragments[position].cell, strange=not is_heading(printed)))
            position = end
        else:
            break
    labels = named([label for label in found if label.first < last])
    header = Header(tuple(labels), index, stop if tabbed else last)
    return header if len(set(header.keys)) >= LEAST else None


def named(labels: list[Label]) -> list[Label]:
    """A header's labels, with an unknown one taken for the indicators' names where it stands between level and value.

    The label stays strange, so that it is reported.
    """
    keys = [label.key for label in labels]
    if "name" in keys or "value" not in keys or not {"level1", "level2"} & set(keys):
        return labels
    for index, (before, label) in enumerate(pairwise(labels), 1):
        if label.strange and before.key in ("level1", "level2"):
            return [*labels[:index], replace(label, key="name"), *labels[index + 1 :]]
    return labels


def label_follows(fragments: Sequence[Fragment], position: int, group: str) -> bool:
    """Whether one of the next fragments begins a label."""
    known = vocabulary(group)
    return any(known.match(fragments, i) for i in range(position + 1, min(position + 1 + UNKNOWN, len(fragments))))


def indicator_headers(fragments: Sequence[Fragment]) -> dict[int, Header]:
    """All headers of indicator tables, by the index of their first fragment."""
    known = vocabulary("indicator_columns")
    headers: dict[int, Header] = {}
    index = 0
    while index < len(fragments):
        header = None
        if label_key(fragments[index].text)[:1] and label_key(fragments[index].text) in known.starts:
            header = read_header(fragments, index, "indicator_columns")
        if header and "name" in header.keys and {"value", "level2"} & set(header.keys):
            headers[index] = header
            index = header.last
        else:
            index += 1
    return headers


def indicator_tables(fragments: Sequence[Fragment]) -> list[Table]:
    """All tables of indicators; a header that is only repeated after a page's end does not begin a new one."""
    headers = indicator_headers(fragments)
    kinds = list({header.keys: header for header in headers.values()}.values())
    tables: list[Table] = []
    done = 0
    for index, header in sorted(headers.items()):
        if index >= done:
            table = read_table(fragments, header, headers, kinds)
            tables.append(table)
            done = table.end
    return tables


def read_table(
    fragments: Sequence[Fragment], header: Header, headers: dict[int, Header], kinds: Sequence[Header]
) -> Table:
    """The table below a header.

    Cells below a repeated header are moved to where the fullest header has their column.
    """
    segments: list[tuple[Header, list[Fragment]]] = [(header, [])]
    strays: list[Passage] = []
    index = header.last
    while index < len(fragments):
        fragment = fragments[index]
        if index in headers:
            segments.append((headers[index], []))
            index = headers[index].last
            continue
        if is_stray(fragments, index, header):
            end = line_end(fragments, index)
            strays.append(passage(fragments[index:end]))
            index = end
            continue
        if ends_table(fragments, index, header):
            break
        body = segments[-1][1]
        body.append(replace(fragment, gap=Gap.PAGE) if not body and len(segments) > 1 else fragment)
        index += 1
    fullest = fullest_header([h for h, _ in segments], kinds)
    body = [rebased(fragment, own, fullest) for own, part in segments for fragment in part]
    unknown = [passage(fragments[label.first : label.last]) for label in header.labels if label.strange]
    return Table(fullest, tuple(body), header.first, index, tuple(unknown), tuple(strays))


def is_stray(fragments: Sequence[Fragment], index: int, header: Header) -> bool:
    """Whether a line without cells only interrupts a table of cells: rows go on below, and nothing new begins."""
    if header.labels[0].cell is None or fragments[index].cell is not None or not starts_line(fragments[index]):
        return False
    after = line_end(fragments, index)
    if after >= len(fragments) or fragments[after].cell is None or begins_something(fragments, index):
        return False
    return not begins_something(fragments, after) and first_field(fragments, after) is None


def first_field(fragments: Sequence[Fragment], index: int) -> str | None:
    """What the field of a form means whose label begins with a fragment."""
    match = vocabulary("form_fields").match(fragments, index)
    return match.key if match else None


def begins_something(fragments: Sequence[Fragment], index: int) -> bool:
    """Whether a line is a form's title, a section's heading, an announced unit of money or a form's foot."""
    line = fold("".join(f.text for f in fragments[index : line_end(fragments, index)]))
    if pattern("form_title").match(line) or line.startswith("注:") or is_foot(line):
        return True
    section = SECTION.match(line) and fragments[index].cell is None and fragments[index].gap is not Gap.LINE
    return bool(section) or bool(unit_in(line) and len(line) < SHORT_LINE)


def is_foot(line: str) -> bool:
    """Whether a line begins with a field that is no part of the record, with a colon: ``填表人:``."""
    label, colon, _ = line.partition(":")
    return bool(colon) and vocabulary("form_fields").of(label) == "ignored"


def is_heading(text: str) -> bool:
    """Whether a header's cell is no column's label, but the heading of a group of rows or columns, or a level."""
    key = label_key(text)
    return not key or key in vocabulary("form_fields").keys or is_level(text)


def fullest_header(own: Sequence[Header], every: Sequence[Header]) -> Header:
    """The header with the most columns of those over one table.

    One that lost its last column borrows it from its sisters.
    """
    best = max(own, key=lambda header: ("value" in header.keys, len(set(header.keys))))
    if best.labels[0].cell is None:
        return best
    most = len(best.keys) + LOST
    sisters = [header for header in every if len(header.keys) <= most and contains(header.keys, best.keys)]
    return max(sisters, key=lambda header: len(header.keys), default=best)


def contains(whole: Sequence[str], part: Sequence[str]) -> bool:
    """Whether the keys of one header stand in another in the same order."""
    rest = iter(whole)
    return all(key in rest for key in part)


def rebased(fragment: Fragment, own: Header, target: Header) -> Fragment:
    """A fragment whose cell is counted as in another header of the same table.

    ``None`` where the header does not tell.
    """
    if fragment.cell is None or own is target:
        return fragment
    key = own.key_of(fragment.cell)
    return replace(fragment, cell=target.cell_of(key) if key else None)


def ends_table(fragments: Sequence[Fragment], index: int, header: Header) -> bool:
    """Whether a table ends before a fragment: another form, a section or a form's foot begins, or the cells stop."""
    fragment = fragments[index]
    if not starts_line(fragment):
        return False
    if header.labels[0].cell is not None and fragment.cell is None:
        return True
    if begins_something(fragments, index):
        return True
    field = vocabulary("form_fields").match(fragments, index)
    return (
        field is not None
        and field.key in ("name", "department", "ignored", "code")
        and field_is_whole(fragments, field.last)
    )


def field_is_whole(fragments: Sequence[Fragment], last: int) -> bool:
    """Whether a field's label fills its line or cell, or has a colon at its end."""
    ends = last >= len(fragments) or fragments[last].gap is not Gap.LINE
    return ends or fold(fragments[last - 1].text).endswith(":")
