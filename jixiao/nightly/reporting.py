"""The report of a run: written where there is none yet of what is live with these settings, and told to hooks."""

from __future__ import annotations

import json
import shutil
from contextlib import suppress
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from graph.files import write_whole
from jixiao.days import now
from jixiao.errors import BadInputError
from jixiao.messages import language, text
from jixiao.report import FORMS, write
from jixiao.report.choice import Choice
from jixiao.report.making import report
from jixiao.report.shelf import Shelf, part_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from graph.folder import KnowledgeGraph
    from graph.history import Publication
    from graph.snapshot import Snapshot
    from jixiao.report.shelf import Kept

USUAL = FORMS[:-1]
"""The forms that need no further library."""
EVERYTHING = Choice()
WATCHED = "watched.json"
"""What was to be watched when a report was made, beside it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What reports are asked for."""

    date: str
    site: str = ""
    forms: Sequence[str] = USUAL
    watch: Sequence[Choice] = ()
    """Each a report more, in a folder of its name."""
    templates: Path | None = None


class Reporting:
    """The reports on a graph."""

    def __init__(self, graph: KnowledgeGraph, out: Path, wanted: Wanted) -> None:
        """Name the graph, where its reports are, and what is asked for."""
        self._graph = graph
        self._wanted = wanted
        self._shelf = Shelf(out)

    def there(self, publication: Publication) -> Kept | None:
        """The report on a publication with these settings, on whatever day it was written."""
        return next((each for each in self._shelf.kept() if self._is_wanted(each, publication)), None)

    def _is_wanted(self, kept: Kept, publication: Publication) -> bool:
        return (
            kept.made.number == publication.number
            and kept.made.snapshot == publication.snapshot
            and kept.made.choice == EVERYTHING
            and all(self._is_alike(each) for each in (kept, *kept.parts))
            and [each["choice"] for each in _watched(kept)] == [_plain(each) for each in self._wanted.watch]
        )

    def _is_alike(self, kept: Kept) -> bool:
        made, wanted = kept.made, self._wanted
        return (made.language, made.site, made.forms) == (language(), wanted.site, tuple(wanted.forms))

    def put(self, live: Snapshot, publication: Publication) -> Kept:
        """Write the report on a publication, compared with what the last one was about that is older.

        Raises:
            JixiaoError: it cannot be written; the reports that are there stay as they were.
        """
        since = self._since(publication)

        def make(folder: Path) -> None:
            self._write(folder, live, publication, since, EVERYTHING)
            watched = [
                {"choice": _plain(choice), "cause": self._watch(folder, live, publication, since, choice)}
                for choice in self._wanted.watch
            ]
            if watched:
                write_whole(folder / WATCHED, json.dumps(watched, ensure_ascii=False, indent=1).encode())

        return self._shelf.put(make)

    def _since(self, publication: Publication) -> Snapshot | None:
        """The snapshot of the report before; ``None`` where there is none, or it was removed or is damaged."""
        before = next((each for each in self._shelf.kept() if (each.made.number or 0) < publication.number), None)
        if before is None or not self._graph.is_whole(before.made.snapshot):
            return None
        return self._graph.snapshot(before.made.snapshot)

    def _watch(
        self, folder: Path, live: Snapshot, publication: Publication, since: Snapshot | None, choice: Choice
    ) -> str | None:
        """One that somebody watches; where nothing of that name is disclosed, why there is none."""
        place = part_of(folder, str(choice.name))
        try:
            self._write(place, live, publication, since, choice)
        except BadInputError as error:
            shutil.rmtree(place)
            return str(error)
        return None

    def _write(
        self, folder: Path, live: Snapshot, publication: Publication, since: Snapshot | None, choice: Choice
    ) -> None:
        wanted = self._wanted
        made = report(
            self._graph,
            live,
            since=since,
            date=wanted.date,
            choice=choice,
            site=wanted.site,
            language=language(),
            number=publication.number,
        )
        write(made, folder, wanted.forms, templates=wanted.templates)

    def refresh(self, *, is_news: bool) -> None:
        """Bring the index and the feed up to what is there; the index says so where a run had nothing to report."""
        self._shelf.refresh(language(), None if is_news else text("nightly.quiet", at=f"{now():%F %H:%M}"))


def hang_out(out: Path, cause: str) -> None:
    """Say on the index, where it can be written, why the last run made no report; the next one takes that down."""
    if out.is_dir():
        with suppress(OSError):
            Shelf(out).refresh(language(), text("nightly.note", at=f"{now():%F %H:%M}", cause=cause))


def problems(kept: Kept) -> list[str]:
    """What is watched and has no report, as sentences."""
    return [
        text("nightly.watch", name=each["choice"]["name"], cause=each["cause"])
        for each in _watched(kept)
        if each["cause"]
    ]


def _watched(kept: Kept) -> list[dict[str, Any]]:
    """What was to be watched when a report was made, and why there is no report on it."""
    try:
        told: list[dict[str, Any]] = json.loads((kept.folder / WATCHED).read_bytes())
    except (OSError, ValueError):
        return []
    return told if isinstance(told, list) and all({"choice", "cause"} <= {*each} for each in told) else []


def _plain(choice: Choice) -> Any:
    """A choice as JSON gives it back."""
    return json.loads(json.dumps(asdict(choice)))


def notice(kept: Kept, publication: Publication) -> dict[str, Any]:
    """What hooks are told of a report."""
    made = kept.made
    return {
        "date": made.date,
        "number": made.number,
        "snapshot": made.snapshot,
        "since": made.since,
        "language": made.language,
        "site": made.site,
        "counts": publication.counts,
        "refused": publication.refused,
        "folder": str(kept.folder.absolute()),
        "files": {form: str(kept.file(form).absolute()) for form in made.forms},
        "watched": {part.name: str(part.folder.absolute()) for part in kept.parts},
    }
