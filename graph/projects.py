"""Which budget rows and which forms of a document are about the same project."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from graph.addresses import name_key

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ingest.records import Document, ProjectBudget, Target

Key = tuple[str, str]
"""Folded name and folded unit."""


@dataclass(frozen=True, slots=True)
class Project:
    """One project of a document, named as its budget row names it, or its form where it has no row."""

    name: str
    code: str | None = None


@dataclass(frozen=True, slots=True)
class Projects:
    """The projects of a document, and the one that each budget row and each form belongs to."""

    projects: tuple[Project, ...]
    of_row: tuple[int, ...]
    """For each budget row the index of its project."""
    of_form: tuple[int | None, ...]
    """For each form the index of its project; ``None`` for the form of a whole department."""


def find_projects(document: Document) -> Projects:
    """The projects that a document's budget rows and forms tell of.

    A form belongs to the rows of its name: to those of its unit where the name stands under several units, else to
    those of its amount, else to the first.
    """
    rows, forms = document.project_budgets, document.targets
    row_keys = [_key(row) for row in rows]
    form_keys = [_form_key(form, row_keys, document) if form.scope == "project" else None for form in forms]
    keys = [*row_keys, *form_keys]
    names = _first(zip(keys, [*(row.name for row in rows), *(form.name for form in forms)], strict=True))
    codes = _first(zip(form_keys, (form.code for form in forms), strict=True))
    index = {key: position for position, key in enumerate(names)}
    return Projects(
        projects=tuple(Project(name, codes.get(key)) for key, name in names.items()),
        of_row=tuple(index[key] for key in row_keys),
        of_form=tuple(None if key is None else index[key] for key in form_keys),
    )


def _first(said: Iterable[tuple[Key | None, str | None]]) -> dict[Key, str]:
    """For each project the first thing that is said of it."""
    first: dict[Key, str] = {}
    for key, value in said:
        if key is not None and value is not None:
            first.setdefault(key, value)
    return first


def _key(record: ProjectBudget | Target) -> Key:
    return name_key(record.name), name_key(record.unit or "")


def _form_key(form: Target, row_keys: list[Key], document: Document) -> Key:
    """The key of the rows that a form belongs to, or its own where no row has its name."""
    own = _key(form)
    rows = [(key, row) for key, row in zip(row_keys, document.project_budgets, strict=True) if key[0] == own[0]]
    of_unit = [key for key, _ in rows if key == own]
    of_amount = [key for key, row in rows if row.total_wan == form.amount_wan]
    return next(iter((*of_unit, *of_amount, *(key for key, _ in rows))), own)
