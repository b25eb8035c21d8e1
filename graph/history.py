"""What was published when: one file a publication, numbered, so that no clock decides what came first.

A snapshot says no time of day, since the same documents give the same snapshot; its publications do.
"""

from __future__ import annotations

import json
import re
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from graph.errors import HistoryError
from graph.files import write_whole

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

FOLDER = "publications"
_NAME = re.compile(r"\d{6,}\.json")


@dataclass(frozen=True, slots=True)
class Publication:
    """One time that a snapshot went live."""

    number: int
    """1-based; in this order, whatever the clock said."""
    snapshot: str
    at: str
    """When, in UTC, as ISO 8601 to the second."""
    counts: Mapping[str, int] = field(default_factory=dict)
    """As the manifest has them; they stay when the snapshot is removed."""
    figures: Mapping[str, Any] = field(default_factory=dict)
    """As the manifest has them."""
    refused: Sequence[Mapping[str, str]] = ()
    """What was to be in it and could not be read: ``name``, ``sha256`` where it is known, ``cause``, and
    ``stays`` where an earlier content of it still counts."""
    checked: bool = False
    """Whether somebody approved of it before (:meth:`graph.folder.KnowledgeGraph.publish`)."""


def read(folder: Path) -> list[Publication]:
    """All publications of a knowledge-graph folder, the first one first.

    Raises:
        HistoryError: One of them is damaged; the error names the file.
    """
    files = (folder / FOLDER).glob("*.json")
    return [_read(file) for file in sorted((each for each in files if _NAME.fullmatch(each.name)), key=_number)]


def _number(file: Path) -> int:
    return int(file.stem)


def _read(file: Path) -> Publication:
    try:
        made = Publication(**(json.loads(file.read_bytes()) | {"number": _number(file)}))
        _check(made)
    except (OSError, ValueError, TypeError, AttributeError) as error:
        raise HistoryError(file, f"发布记录读不出来（{error}）；移走这个文件就不再提到这一次发布") from error
    return made


def _check(made: Publication) -> None:
    """See that what others rely on is there.

    Raises:
        ValueError: it is not.
    """
    if datetime.fromisoformat(made.at).tzinfo is None:
        raise ValueError(made.at)
    kinds = {"snapshot": str, "counts": dict, "figures": dict, "refused": list}
    for name, kind in kinds.items():
        if not isinstance(getattr(made, name), kind):
            raise ValueError(name)  # noqa: TRY004 - the file is wrong, not the program


def note(
    folder: Path,
    snapshot: str,
    manifest: Mapping[str, Any],
    refused: Sequence[Mapping[str, str]] = (),
    *,
    checked: bool = False,
) -> Publication:
    """Write down that a snapshot goes live; whoever does it again after dying half way leaves one publication.

    Raises:
        HistoryError: An earlier one is damaged.
    """
    (folder / FOLDER).mkdir(exist_ok=True)
    before = read(folder)
    if before and before[-1].snapshot == snapshot and list(before[-1].refused) == list(refused):
        return before[-1]
    made = Publication(
        number=before[-1].number + 1 if before else 1,
        snapshot=snapshot,
        at=datetime.now(UTC).isoformat(timespec="seconds"),
        counts=manifest["counts"],
        figures=manifest.get("figures", {}),
        refused=list(refused),
        checked=checked,
    )
    write_whole(
        folder / FOLDER / f"{made.number:06}.json", json.dumps(asdict(made), ensure_ascii=False, indent=1).encode()
    )
    return made
