"""A folder of reports: each is there whole or not at all, and pages and a feed say which there are.

OUT/2025-03-01/        report.html, report.md, … and report.json, which says of what it was made
OUT/2025-03-01/<name>/ the same of a part that somebody watches
OUT/2025-03-01-2/      the second one of that day
OUT/index.html         all of them; latest.html leads to the last one, feed.xml is for readers of feeds
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable, Iterator, Sequence  # noqa: TC003 - fields of models
from dataclasses import dataclass
from decimal import Decimal  # noqa: TC003 - fields of models
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict, ValidationError

from graph.files import WRITING, unused, write_whole
from graph.lock import exclusive
from jixiao.errors import JixiaoError
from jixiao.messages import text
from jixiao.report import TOLD
from jixiao.report.choice import Choice  # noqa: TC001 - a field of a model
from jixiao.report.content import Point
from jixiao.told import Clarity

if TYPE_CHECKING:
    from jixiao.messages import Language
    from jixiao.report.content import Report

LONGEST_NAME = 60
"""So many characters has the name of a folder at most."""
_UNFIT = re.compile(r'[<>:"/\\|?*\x00-\x1f]')
_DEVICE = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\.|$)", re.IGNORECASE)


class Figures(BaseModel):
    """What an index tells of a report."""

    model_config = ConfigDict(frozen=True)

    documents: int
    indicators: int
    unclear: int
    judged: int
    findings: int
    certain: int
    money: Decimal
    money_without_form: Decimal
    tables: int | None = None
    """So many documents have a table of project expenditure; ``None`` in reports that do not say it."""
    new: int | None = None
    """Findings that are new since the report before; ``None`` where there was none."""
    fixed: int | None = None

    @property
    def clarity(self) -> Clarity:
        """How many targets nobody can check, of how many."""
        return Clarity(self.unclear, self.judged)


class Made(BaseModel):
    """Of what a report was made, as its ``report.json`` says."""

    model_config = ConfigDict(frozen=True)

    snapshot: str
    number: int | None = None
    """The publication's."""
    at: str | None = None
    """When that was, in UTC."""
    since: str | None = None
    date: str | None = None
    language: str = "zh"
    site: str = ""
    choice: Choice
    forms: tuple[str, ...]
    templates: str | None = None
    """The folder of the templates that were used, where they were not ours."""
    figures: Figures | None = None


def figures_of(report: Report) -> dict[str, object]:
    """The figures of a report for its ``report.json``."""
    total, changes = report.summary, report.changes
    return {
        "documents": total.documents,
        "indicators": total.indicators,
        "unclear": total.clarity.unclear,
        "judged": total.clarity.judged,
        "findings": total.findings,
        "certain": total.certain,
        "money": str(total.money),
        "money_without_form": str(total.money_without_form),
        "tables": total.tables,
        "new": len(changes.new) if changes else None,
        "fixed": len(changes.fixed) if changes else None,
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """One report on the shelf."""

    folder: Path
    made: Made
    parts: Sequence[Kept] = ()
    """Of what is watched, made with it."""

    @property
    def name(self) -> str:
        """What it is called: by its folder, a part by the name that its reader gave it."""
        return self.made.choice.name or self.folder.name

    def file(self, form: str) -> Path:
        """One of its forms."""
        return self.folder / f"report.{form}"


@dataclass(frozen=True, slots=True)
class Strange:
    """A folder on the shelf that is no report that can be read; it is left alone."""

    folder: Path
    cause: str


class ShelfError(JixiaoError):
    """A report could not be put on the shelf; the reports that are there stay as they were."""


class Shelf:
    """The folder of reports."""

    def __init__(self, out: Path) -> None:
        self.out = out

    def kept(self) -> list[Kept]:
        """Every report, the one of the latest publication first, whatever the clock said."""
        found = [each for each in self._looked() if isinstance(each, Kept)]
        return sorted(found, key=lambda each: (each.made.number or 0, *_natural(each.folder.name)), reverse=True)

    def last(self) -> Kept | None:
        """The report of the latest publication."""
        return next(iter(self.kept()), None)

    def strange(self) -> list[Strange]:
        """The folders that are no reports, or damaged ones."""
        return [each for each in self._looked() if isinstance(each, Strange)]

    def put(self, make: Callable[[Path], object]) -> Kept:
        """Puts a report on the shelf in one step.

        Args:
            make: writes the report into the folder that it is given, with its ``report.json``
                (:func:`jixiao.report.write`), and parts of it into folders below (:func:`part_of`).

        Raises:
            ShelfError: what was written says nothing of what it was made of.
            FolderBusyError: somebody else is putting one there.
        """
        self.out.mkdir(parents=True, exist_ok=True)
        with exclusive(self.out):
            self._clear()
            writing = unused(self.out, WRITING)
            writing.mkdir()
            try:
                make(writing)
                made = self._whole(writing).made
                _settle(writing)
                place = self._place(made.date or made.snapshot, writing)
            except BaseException:
                shutil.rmtree(writing, ignore_errors=True)
                raise
            _sync(self.out)
        return self._whole(place)

    def refresh(self, language: Language, note: str | None = None) -> None:
        """Writes the pages that say which reports there are, and the feed.

        Args:
            language: what the pages are written in.
            note: what the last run did, where it made no report.
        """
        from jixiao.report import index  # noqa: PLC0415 - reading a shelf needs no templates

        self.out.mkdir(parents=True, exist_ok=True)
        kept = self.kept()
        pages = {
            "index.html": index.page(kept, self.strange(), language, note).encode(),
            "feed.xml": index.feed(kept, language),
            "latest.html": index.latest(kept, language).encode(),
        }
        for name, content in pages.items():
            write_whole(self.out / name, content)

    def _looked(self) -> Iterator[Kept | Strange]:
        folders = (each for each in self.out.iterdir() if each.is_dir()) if self.out.is_dir() else ()
        return (_read(each) for each in sorted(folders) if not each.name.startswith("."))

    def _clear(self) -> None:
        """Removes what writers left that were killed."""
        for left in self.out.glob(f"{WRITING}*"):
            if left.is_dir():
                shutil.rmtree(left, ignore_errors=True)
            else:
                left.unlink(missing_ok=True)

    def _whole(self, folder: Path) -> Kept:
        """The report in a folder that was written just now."""
        read = _read(folder)
        if isinstance(read, Strange):
            raise ShelfError(text("shelf.unknown", folder=self.out, cause=read.cause))
        return read

    def _place(self, name: str, writing: Path) -> Path:
        """The report under the first free name."""
        for number in count(1):
            place = self.out / (folder_name(name) if number == 1 else f"{folder_name(name)}-{number}")
            if not place.exists():
                break
        writing.rename(place)
        return place


def part_of(folder: Path, name: str) -> Path:
    """A new folder for a part of a report, called as its reader calls it as far as file systems can."""
    wanted = folder_name(name)
    names = (wanted if number == 1 else f"{wanted}-{number}" for number in count(1))
    place = next(folder / each for each in names if not (folder / each).exists())
    place.mkdir(parents=True)
    return place


def folder_name(name: str) -> str:
    """A name that every file system takes and that leads nowhere else."""
    bare = _UNFIT.sub("-", name)[:LONGEST_NAME].strip(" .")
    return f"_{bare}" if not bare or _DEVICE.match(bare) else bare


def points(kept: Sequence[Kept]) -> list[Point]:
    """The course over these reports, the earliest first; of several on one publication the last."""
    by_number = {each.made.number: each for each in reversed(kept) if each.made.figures and each.made.number}
    return [_point(each) for each in by_number.values()]


def _point(kept: Kept) -> Point:
    made, figures = kept.made, kept.made.figures
    assert figures is not None
    return Point(
        number=made.number or 0,
        day=made.date or "",
        snapshot=made.snapshot,
        documents=figures.documents,
        indicators=figures.indicators,
        clarity=figures.clarity,
        findings=figures.findings,
        certain=figures.certain,
        money=figures.money,
        money_without_form=figures.money_without_form,
    )


def _read(folder: Path) -> Kept | Strange:
    try:
        made = Made.model_validate_json((folder / TOLD).read_bytes())
    except FileNotFoundError:
        return Strange(folder, text("shelf.foreign", told=TOLD))
    except (OSError, ValidationError) as error:
        return Strange(folder, text("shelf.damaged", told=TOLD, cause=str(error).partition("\n")[0]))
    if lacking := [form for form in made.forms if not (folder / f"report.{form}").is_file()]:
        return Strange(folder, text("shelf.lacking", forms="、".join(f"report.{form}" for form in lacking)))
    below = (_read(each) for each in sorted(folder.iterdir()) if each.is_dir())
    return Kept(folder=folder, made=made, parts=[each for each in below if isinstance(each, Kept)])


def _natural(name: str) -> tuple[str, int]:
    """A folder's name so that the tenth report of a day comes after the second."""
    found = re.fullmatch(r"(\d{4}-\d\d-\d\d)-(\d+)", name)
    return (found[1], int(found[2])) if found else (name, 1)


def _settle(folder: Path) -> None:
    """Sees to it that everything in a folder is on the disk."""
    for place, _, names in os.walk(folder):
        for name in names:
            with (Path(place) / name).open("rb+") as file:
                os.fsync(file.fileno())
        _sync(Path(place))


def _sync(folder: Path) -> None:
    """The same of a folder's list of names; Windows keeps it by itself."""
    if os.name != "nt":
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
