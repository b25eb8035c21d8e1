"""The same project in several years, as its documents tell it."""

from __future__ import annotations

from collections import defaultdict
from functools import lru_cache
from typing import TYPE_CHECKING

from jixiao.view import grouped, rows
from ontology.terms import fold

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from jixiao.told import Indicator, Subject
    from jixiao.view import View


def versions(view: View, subject: Subject) -> list[Subject]:
    """A project with what it was before and became afterwards, the earliest first; itself alone where nothing is known.

    Which forms are the same project's of another year is told by ``jx:Succession``.
    """
    near, seen = _near(view), {form.iri for form in subject.forms}
    waiting = list(seen)
    while waiting:
        new = near.get(waiting.pop(), set()) - seen
        seen |= new
        waiting += new
    found = {view.subject_of[form].iri: view.subject_of[form] for form in sorted(seen) if form in view.subject_of}
    return sorted((found | {subject.iri: subject}).values(), key=lambda each: (each.document.year or 0, each.iri))


@lru_cache(maxsize=2)
def _near(view: View) -> Mapping[str, set[str]]:
    """The forms that follow a form or that it follows."""
    near: defaultdict[str, set[str]] = defaultdict(set)
    for row in rows(view.graph, "successions"):
        near[row["earlier"]].add(row["later"])
        near[row["later"]].add(row["earlier"])
    return dict(near)


def targets(several: Sequence[Subject]) -> list[tuple[str, Sequence[Sequence[Indicator]]]]:
    """What each indicator was to reach in each version: those of several versions first, then in reading order."""
    named = [grouped(each.indicators, lambda indicator: fold(indicator.name)) for each in several]
    names = dict.fromkeys(name for version in reversed(named) for name in version)
    found = [[version.get(name, ()) for version in named] for name in names]
    found.sort(key=lambda row: -sum(bool(each) for each in row))
    return [(next(each for each in row if each)[0].name, row) for row in found]
