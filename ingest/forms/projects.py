"""The rows of a table of projects, and the records that they become."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ingest.forms.labels import label_key, labels
from ingest.records import ProjectBudget

if TYPE_CHECKING:
    from collections.abc import Mapping
    from decimal import Decimal

    from ingest.layout.passage import Passage


@dataclass(frozen=True, slots=True)
class Line:
    """One row of a table of projects, total or leaf."""

    cells: Mapping[str, Passage]
    total: Decimal
    sources: Mapping[str, tuple[Passage, Decimal]] = field(default_factory=dict)


def name_of(line: Line) -> Passage | None:
    """What a row names."""
    return line.cells.get("name") or line.cells.get("project")


def is_sum(printed: str) -> bool:
    """Whether a row is named as a sum."""
    return label_key(printed).endswith(tuple(labels()["total_row"]))


def budget_of(line: Line, name: Passage, context: Mapping[str, Passage], text: str) -> ProjectBudget:
    """The record of a leaf row."""
    parts = {"name": name, "unit": line.cells.get("unit") or context.get("unit"), "parent": context.get("parent"),
             "category": line.cells.get("category") or context.get("category")}  # fmt: skip
    total = line.cells["total"]
    places = {key: part.spans(text) for key, part in parts.items() if part} | {"total_wan": total.spans(text)}
    places |= {f"sources.{key}": part.spans(text) for key, (part, _) in line.sources.items()}
    return ProjectBudget(
        name=name.text,
        parent=parts["parent"].text if parts["parent"] else None,
        category=parts["category"].text if parts["category"] else None,
        unit=parts["unit"].text if parts["unit"] else None,
        total_wan=line.total,
        sources={key: amount for key, (_, amount) in line.sources.items()},
        places=places,
    )
