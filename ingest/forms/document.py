"""A source as one record: forms, budget rows, facts, units and what was left over."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ingest.errors import NotADisclosureError
from ingest.forms.budgets import read_budgets
from ingest.forms.facts import listed_units, owners_of, read_facts, read_units
from ingest.forms.targets import read_targets
from ingest.layout.fragments import fragments_of
from ingest.records import Document

if TYPE_CHECKING:
    from pathlib import Path

    from ingest.readers import Source


def read_document(path: Path, source: Source, extractor: str) -> Document:
    """The record of a source.

    Raises:
        NotADisclosureError: nothing in the source is a budget or a performance target.
    """
    fragments = fragments_of(source.lines)
    targets, leftovers, covered = read_targets(fragments, source.text)
    budgets, untold = read_budgets(fragments, source.text, covered)
    if not targets and not budgets:
        raise NotADisclosureError(path, "没有找到预算表或绩效目标表，这似乎不是预算公开文件")
    owners = [*listed_units(fragments, source.text), *owners_of(targets, budgets)]
    facts = read_facts(fragments, source.text, owners)
    return Document(
        source=source.name,
        sha256=source.sha256,
        extractor=extractor,
        encoding=source.encoding,
        document=facts,
        units=tuple(read_units(owners, facts)),
        project_budgets=tuple(budgets),
        targets=tuple(targets),
        leftovers=(*leftovers, *untold),
    )
