"""A source as one record: forms, budget rows, facts, units and what was left over."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import replace
from typing import TYPE_CHECKING

from ingest.errors import NotADisclosureError
from ingest.forms.accounts import account_sheets, tables_of
from ingest.forms.budgets import read_budgets
from ingest.forms.coverage import coverage, unread_cells
from ingest.forms.facts import listed_units, overseen, owners_of, read_facts, read_units
from ingest.forms.identity import read_grants, read_kind, read_statements, read_supersedes
from ingest.forms.lattices import read_lattice, title_lines
from ingest.forms.rows import Reader, finished
from ingest.forms.targets import left_over, read_targets, target_of, unrepeated, untold_forms
from ingest.layout.fragments import fragments_of
from ingest.layout.lattice import lattices_of
from ingest.records import Document

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from ingest.layout.fragments import Fragment
    from ingest.readers import Source
    from ingest.records import Leftover, Target


def read_document(path: Path, source: Source, extractor: str) -> Document:
    """The record of a source.

    Raises:
        NotADisclosureError: nothing in the source is a budget or a performance target.
    """
    fragments = fragments_of(source.lines)
    targets, leftovers, covered = read_forms(source, fragments)
    stretches = [(fragments[start].start, fragments[end - 1].end) for start, end in covered if end > start]
    sheets = account_sheets(source, stretches)
    budgets, untold = read_budgets(fragments, source.text, covered, sheets)
    if not targets and not budgets and not sheets:
        raise NotADisclosureError(path, "没有找到预算表或绩效目标表，这似乎不是预算公开文件")
    owners = [*listed_units(fragments, source.text), *owners_of(targets, budgets)]
    tables = tables_of(sheets, source.text)
    facts = read_facts(fragments, source.text, owners, tables)
    owners += overseen(targets, fragments, source.text, facts.publisher)
    kind, titled = read_kind(fragments, source.text, tables)
    corrected = read_supersedes(fragments)
    places = {"kind": titled, "supersedes": corrected.spans(source.text) if corrected else ()}
    record = Document(
        source=source.name,
        sha256=source.sha256,
        extractor=extractor,
        encoding=source.encoding,
        document=facts,
        units=tuple(read_units(fragments, source.text, owners, facts, tables)),
        format=source.format,
        kind=kind,
        supersedes=corrected.text if corrected else None,
        project_budgets=tuple(budgets),
        targets=tuple(targets),
        tables=tuple(tables),
        granted=tuple(read_grants(fragments, source.text, targets, budgets)),
        statements=tuple(read_statements(fragments, source.text, covered)),
        leftovers=(*leftovers, *untold),
        places={key: spans for key, spans in places.items() if spans},
    )
    lost = unread_cells(record, fragments, covered, source.text)
    return replace(
        record,
        leftovers=(*record.leftovers, *lost),
        coverage=coverage(record, fragments, covered, sheets),
    )


def read_forms(
    source: Source, fragments: Sequence[Fragment]
) -> tuple[list[Target], list[Leftover], list[tuple[int, int]]]:
    """The forms of a source, what was not understood in them, and which fragments they cover.

    Tables whose cells are known are read by their cells; everything else is aligned by what it says.
    """
    reader = Reader(source.text)
    read = [lattice for lattice in lattices_of(source) if read_lattice(lattice, reader)]
    taken = [lattice.lines for lattice in read] + [(n, n) for lattice in read for n in title_lines(lattice)]
    celled = {fragment.line for fragment in fragments if fragment.row is not None}
    free = [index for index, fragment in enumerate(fragments) if fragment.line not in celled]
    targets, leftovers, covered = read_targets([fragments[index] for index in free], source.text)
    covered = [(free[start], free[end - 1] + 1) for start, end in covered if end > start]
    for draft in finished(reader.drafts):
        targets.append(target_of(draft, source.text))
        leftovers += (each for reason, part in draft.unread for each in left_over(reason, part, source.text))
    covered += covered_by(fragments, taken)
    leftovers += untold_forms(fragments, source.text, covered)
    return unrepeated(sorted(targets, key=lambda target: target.line or 0)), leftovers, covered


def covered_by(fragments: Sequence[Fragment], taken: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Which fragments stand in some tables, given by their first and last lines."""
    numbers = [fragment.line for fragment in fragments]
    return [(bisect_left(numbers, first), bisect_right(numbers, last)) for first, last in taken]
