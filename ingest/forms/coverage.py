"""How much of what stands in target forms and budget tables ended in a record.

The characters that count are taken from the source, not from what was read: a row that was lost, or a table whose rows
were not understood, lowers the share.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import fields, is_dataclass, replace
from itertools import groupby
from typing import TYPE_CHECKING

from ingest.forms.accounts import columns_of
from ingest.forms.fit import is_level
from ingest.forms.labels import label_key, pattern, vocabulary
from ingest.forms.sheets import is_numbering, said
from ingest.layout.folding import fold
from ingest.layout.passage import passage
from ingest.readers.source import WRAP
from ingest.records import Coverage, Document, Leftover, Span
from ontology import lexicon

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from ingest.forms.sheets import Sheet
    from ingest.layout.fragments import Fragment

SAYS = 2
"""A cell of fewer characters than these says nothing by itself."""
GROUPS = ("indicator_columns", "form_fields", "funds")
"""The groups of the lexicon whose labels stand in forms."""


def coverage(
    record: Document, fragments: Sequence[Fragment], covered: Sequence[tuple[int, int]], sheets: Sequence[Sheet]
) -> Coverage:
    """The share of a source's forms and budget tables that is in its record.

    Args:
        record: what was read.
        fragments: the source's stream.
        covered: which fragments (from, to) the forms of targets take up.
        sheets: the budget tables whose cells are known.
    """
    counted = countable(fragments, covered, sheets)
    read = characters(span for spans in places_of(record) for span in spans)
    return Coverage(characters=len(counted), read=len(counted & read))


def unread_cells(
    record: Document, fragments: Sequence[Fragment], covered: Sequence[tuple[int, int]], text: str
) -> list[Leftover]:
    """The cells of forms of which nothing ended in a record, but for levels that have no indicators.

    See :func:`coverage` for the arguments; ``text`` is the source's text.
    """
    lost = countable(fragments, covered, ())
    told = characters([each.span for each in record.leftovers])
    read = characters(span for spans in places_of(record) for span in spans)
    inside = [f for start, end in covered for f in fragments[start:end] if f.row is not None]
    found = []
    for _, group in groupby(inside, key=lambda fragment: (fragment.line, fragment.cell)):
        cell = list(group)
        own, printed = positions(cell), "".join(f.text for f in cell)
        says = len(own) >= SAYS and not is_level(printed) and label_key(printed) not in lexicon("values")["beside"]
        if says and own <= lost and not own & (read | told):
            found.append(Leftover(reason="表格里的这一格没有归入任何字段", span=first_line(cell, text)))
    return found


def first_line(cell: Sequence[Fragment], text: str) -> Span:
    """The place of the first printed line of a cell."""
    first = span_of(cell[0])
    quote = text[first.start : cell[-1].end].partition(WRAP)[0]
    return replace(first, end=first.start + len(quote), quote=quote)


def span_of(fragment: Fragment) -> Span:
    """The place of a fragment."""
    column = None if fragment.cell is None else fragment.cell + 1
    return Span(fragment.start, fragment.end, fragment.text, fragment.line, fragment.page, fragment.row, column)


def characters(spans: Iterable[Span]) -> set[int]:
    """The positions of the characters that count at some places."""
    return {span.start + index for span in spans for index, char in enumerate(span.quote) if counts(char)}


def counts(char: str) -> bool:
    """Whether a character says something by itself: a letter, a figure or a symbol."""
    return unicodedata.category(char)[0] in "LNS"


def places_of(record: object) -> Iterator[tuple[Span, ...]]:
    """All places of a record and of the records in it."""
    if isinstance(record, tuple):
        for each in record:
            yield from places_of(each)
    elif is_dataclass(record) and not isinstance(record, (type, Span, Coverage)):
        for field in fields(record):
            value = getattr(record, field.name)
            if field.name == "places":
                yield from value.values()
            elif field.name != "leftovers":
                yield from places_of(value)


# ---- what counts


def countable(fragments: Sequence[Fragment], covered: Sequence[tuple[int, int]], sheets: Sequence[Sheet]) -> set[int]:
    """The positions of the characters that a reading should have."""
    inside = {index for start, end in covered for index in range(start, end)}
    forms = [fragment for index, fragment in enumerate(fragments) if index in inside]
    found = positions(forms) - positions(labels_in(forms))
    for sheet in sheets:
        rows = [f for f in fragments if any(start <= f.start < end for start, end in sheet.spread)]
        found |= positions(rows) - positions(f for head in sheet.heads for f in head.fragments) - beside(sheet, rows)
    return found


def positions(fragments: Iterable[Fragment]) -> set[int]:
    """The positions of the characters of some fragments."""
    return {
        fragment.start + index for fragment in fragments for index, char in enumerate(fragment.text) if counts(char)
    }


def beside(sheet: Sheet, rows: Sequence[Fragment]) -> set[int]:
    """What stands between a table's rows and is none of them: notes, the columns' numbers, the rows' own numbers."""
    ordinals = {column.number for column in columns_of(sheet) if column.role == "ordinal"}
    found = positions(f for row in sheet.rows for number in ordinals if number in row for f in row[number].fragments)
    for _, group in groupby(rows, key=lambda fragment: fragment.line):
        line = list(group)
        parts = [fold("".join(f.text for f in cell)) for _, cell in groupby(line, key=lambda each: each.cell)]
        if said("note").match(parts[0]) or is_numbering(parts):
            found |= positions(line)
    return found


def labels_in(forms: Sequence[Fragment]) -> Iterator[Fragment]:
    """The labels and titles among the words of forms."""
    for _, group in groupby(forms, key=lambda fragment: fragment.line):
        line = list(group)
        printed = fold(passage(line).bare)
        if pattern("form_title").match(printed):
            yield from line
    index = 0
    while index < len(forms):
        match = max((m.last for name in GROUPS if (m := vocabulary(name).match(forms, index))), default=0)
        step = pattern("plan_step").match(label_key(forms[index].text)) is not None
        last = max(match, index + 1 if step or re.fullmatch(r"[:：()（）]+", forms[index].text) else 0)
        yield from forms[index:last]
        index = max(last, index + 1)
