"""What researchers say of findings and values, as the pages show it: the file of reviews as it is now.

The graph of a snapshot holds what was said when it was published; what is said since is seen at once.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path  # noqa: TC003 - a field of a dataclass
from typing import TYPE_CHECKING

from graph.reviews import FILE, Review, ReviewError, counted, read, verdicts

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from jixiao.view import View

Stamp = tuple[int, int]
"""By which a changed file is known: when it was written, and its length."""


@dataclass(frozen=True)
class Opinions:
    """The reviews of one folder."""

    stamp: Stamp
    reviews: Sequence[Review]
    problems: Sequence[str]
    """Which lines of the file are not used and why, in Chinese."""

    @cached_property
    def verdicts(self) -> Mapping[str, Review]:
        """The verdict on each finding by its id."""
        return verdicts(self.reviews)

    @cached_property
    def _of(self) -> Mapping[str, list[Review]]:
        every: dict[str, list[Review]] = {}
        for review in self.reviews:
            about = review.about if review.verdict == "correct" else review.about.rpartition("/")[2]
            every.setdefault(about, []).append(review)
        return every

    def of(self, about: str) -> Sequence[Review]:
        """All that was said, in order: of a finding by its id, or as corrections of an indicator by its address."""
        return self._of.get(about, ())

    def counted(self, view: View) -> Mapping[str, tuple[int, int]]:
        """For each rule how many of its findings were confirmed, and how many were confirmed or rejected."""
        return counted(({"id": each.id, "rule": each.rule} for each in view.findings), self.reviews)


def opinions(folder: Path) -> Opinions:
    """What is said in a knowledge-graph folder now."""
    path = folder / FILE
    try:
        told = path.stat()
    except FileNotFoundError:
        return Opinions((0, 0), (), ())
    return _read(folder, (told.st_mtime_ns, told.st_size))


@lru_cache(maxsize=4)
def _read(folder: Path, stamp: Stamp) -> Opinions:
    try:
        reviews, problems = read(folder)
    except ReviewError as error:
        return Opinions(stamp, (), (str(error),))
    return Opinions(stamp, reviews, [f"{FILE} 第 {each.line} 行没有采用：{each.cause}" for each in problems])
