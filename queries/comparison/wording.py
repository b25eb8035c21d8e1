"""Measurable wordings that others really print, for a target that nobody can check.

Nothing is made up: a wording is the printed target of a comparable indicator with its source, and says by what it is
comparable. Where the number is the department's to choose, the same text is given with the numbers left open.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Literal

from queries.comparison.entries import UNCLEAR, Entry, Unit
from queries.comparison.names import features, measure, subject

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from queries.comparison.index import Index

MOST = 3
"""So many wordings are shown."""
WORTH = 0.31
"""From this score on a wording is shown."""
ALIKE = 0.5
"""Of two wordings in one unit with names this similar only the better is shown."""
SAME_TYPE, SAME_FAMILY = 1.0, 0.85
OTHER_FAMILY = 0.5
"""What a likeness is worth between indicators of one type, of one first level, of others."""
KINDRED = 0.5
"""From this similarity on the names of two projects are those of projects of one sort."""
BY_PROJECT = 0.35
"""How much the likeness of the projects adds, at most in proportion to that of the names."""

PERCENT = Unit("%")
"""In what shares and degrees are told."""

TIMED = ("timeliness", None)
"""The types for which a time may be the answer; ``None`` where the type is not known."""

NUMBER = re.compile(r"\d+(?:[,.]\d+)*")
SLOT = "___"
SCALE = re.compile("优|良|等级|评判|分档|档")
GRADED = re.compile("及以上|或以上|[A-Z]级|优.*良|高.*中.*低|[一二三四五]级|[一二三四五]星")

By = Literal["name", "measure", "project"]
"""By what a wording is comparable: the names say about the same; the names end in the same share or degree; the
projects are of one sort and the indicators of one type."""


@dataclass(frozen=True)
class Wording:
    """A measurable target that somebody prints, and the same with its numbers left open."""

    entry: Entry
    slot: str | None
    """``None`` where the target has no number to choose."""
    score: float
    by: By = "name"


def needs_wording(entry: Entry) -> bool:
    """Whether the target is one that nobody can check as it stands."""
    return entry.kind in UNCLEAR


def drafted(name: str, type_: str | None = None) -> Entry:
    """An indicator that stands in no document yet, of which only the name is known, and perhaps the type."""
    return Entry(iri="", name=name, kind="missing", type=type_, form="", project="", document="", source="", sha256="")


def is_measurable(entry: Entry) -> bool:
    """Whether a target may be a model: a number in a unit, a date, a state with stated grades, and no objection."""
    if entry.objected or not entry.printed:
        return False
    if entry.kind == "quantity":
        return entry.number is not None and entry.code is not None
    if entry.kind == "time":
        return NUMBER.search(entry.printed) is not None
    return entry.kind == "state" and bool(GRADED.search(entry.printed) or SCALE.search(entry.scoring or ""))


def slot(printed: str) -> str | None:
    """The printed target with its numbers left open: ``≥90%`` gives ``≥___%``; ``None`` where it has none."""
    left_open = NUMBER.sub(SLOT, printed)
    return left_open if left_open != printed else None


def wordings(index: Index, entry: Entry) -> list[Wording]:
    """At most three measurable wordings for an indicator, those of other documents first; perhaps none.

    What is comparable by name is offered alone; only where there is nothing, what is comparable by the share or degree
    that is measured, and else by project.
    """
    for near in (_by_name, _by_measure, _by_project):
        scored = sorted(near(index, entry), key=lambda each: (-each.score, each.entry.iri))
        elsewhere = [each for each in scored if each.entry.document != entry.document]
        here = [each for each in scored if each.entry.document == entry.document]
        if chosen := _different(index, [*elsewhere, *here]):
            return chosen
    return []


def _models(entry: Entry, measurable: Iterable[Entry]) -> Iterator[Entry]:
    """Those of other forms that can mean the same."""
    return (each for each in measurable if each.form != entry.form and not _against(entry, each))


@lru_cache(maxsize=2)
def _measurable(index: Index, by: Literal["by_name", "by_project"]) -> Mapping[str, Sequence[Entry]]:
    """Of the indicators by their names or projects those that may be models."""
    named = {name: tuple(filter(is_measurable, values)) for name, values in getattr(index, by).values.items()}
    return {name: values for name, values in named.items() if values}


def _wording(entry: Entry, score: float, by: By) -> Wording:
    return Wording(entry, slot(entry.printed or ""), round(score, 6), by)


def _by_name(index: Index, entry: Entry) -> Iterator[Wording]:
    """Those that are about the same, each with how much it is about the same."""
    name, project, models = entry.plain_name, subject(entry.plain_project), _measurable(index, "by_name")
    for called in index.by_subject.near(subject(name)) or index.by_name.near(features(name)):
        if called not in models:
            continue
        likeness = _likeness(index, name, called)
        if likeness * (1 + BY_PROJECT) < WORTH:
            continue
        for other in _models(entry, models[called]):
            kinship = index.weights.similarity(project, subject(other.plain_project))
            score = (likeness + BY_PROJECT * min(kinship, likeness)) * _of_type(entry, other)
            if score >= WORTH:
                yield _wording(other, score, "name")


def _by_measure(index: Index, entry: Entry) -> Iterator[Wording]:
    """Those of the same first level in percent whose names end in the same share or degree."""
    bag, models = features(entry.plain_name), _measurable(index, "by_name")
    for called in index.by_measure.get(measure(entry.plain_name) or "", ()):
        likeness = index.weights.similarity(bag, features(called))
        for other in _models(entry, models.get(called, ())):
            if other.family == entry.family and other.code == PERCENT:
                yield _wording(other, likeness, "measure")


def _by_project(index: Index, entry: Entry) -> Iterator[Wording]:
    """Those of the same type in projects of the same sort."""
    bag, models = subject(entry.plain_project), _measurable(index, "by_project")
    for called in index.by_project.near(bag) if entry.type else ():
        kinship = index.weights.similarity(bag, subject(called))
        for other in _models(entry, models.get(called, ())) if kinship >= KINDRED else ():
            if other.type == entry.type:
                yield _wording(other, kinship, "project")


def _likeness(index: Index, name: str, other: str) -> float:
    """How much two normalised names share of what they are about; as wholes where the first is about nothing."""
    bag = subject if subject(name) else features
    return index.weights.similarity(bag(name), bag(other))


def _against(entry: Entry, other: Entry) -> bool:
    """Whether two cannot mean the same: money and no money, a date and no date, more and less."""
    if (entry.family == "cost") != (other.family == "cost"):
        return True
    if other.kind == "time" and entry.type not in TIMED:
        return True
    return {entry.polarity, other.polarity} == {"more", "less"}


def _of_type(entry: Entry, other: Entry) -> float:
    if entry.type == other.type:
        return SAME_TYPE
    return SAME_FAMILY if entry.family == other.family else OTHER_FAMILY


def _different(index: Index, ranked: Iterable[Wording]) -> list[Wording]:
    """The best of the ranked ones that are not all called alike in one unit."""
    chosen: list[Wording] = []
    for each in ranked:
        if not any(_alike(index, each.entry, other.entry) for other in chosen):
            chosen.append(each)
        if len(chosen) == MOST:
            break
    return chosen


def _alike(index: Index, one: Entry, other: Entry) -> bool:
    """Whether two measurable indicators say nearly the same."""
    likeness = index.weights.similarity(features(one.plain_name), features(other.plain_name))
    return one.unit == other.unit and likeness >= ALIKE
