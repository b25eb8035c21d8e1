"""What a report is limited to: departments, divisions, years and rules, by the names that people give them.

What is said once for departments, divisions or years holds together: of these departments, those in these divisions,
in these years. Within one of them any will do. Rules only choose which findings are told; how clear targets are and
which money has none is told of all.
"""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches
from functools import cached_property
from typing import TYPE_CHECKING

from jixiao.errors import BadInputError
from jixiao.messages import text
from jixiao.summary import divisions_of
from jixiao.view import View, grouped
from queries.library import rules

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from jixiao.told import Disclosure, Finding, Leftover, Subject

NEAR = 8
"""So many names are listed where one cannot be used."""


@dataclass(frozen=True, slots=True)
class Choice:
    """What a report is about; nothing chosen is everything."""

    name: str | None = None
    """What the reader calls it."""
    departments: tuple[str, ...] = ()
    """Names of publishers; what is nobody's whole name stands for all who have it in theirs."""
    divisions: tuple[str, ...] = ()
    """Codes (GB/T 2260) or names of administrative divisions; one includes those within it."""
    years: tuple[int, ...] = ()
    rules: tuple[str, ...] = ()
    """Ids or titles of rules."""

    @property
    def is_everything(self) -> bool:
        """Whether nothing is left out."""
        return not (self.departments or self.divisions or self.years or self.rules)

    def among(self, *views: View) -> Chosen:
        """What is chosen of the documents of some snapshots.

        Raises:
            BadInputError: a name is unknown in all of them, or a division's or rule's may mean several; the message
                lists what is near.
        """
        documents = [document for view in views for document in view.documents.values()]
        publishers = {document.publisher: document.publisher for document in documents if document.publisher}
        places = {key: name for document in documents for key, name in divisions_of(document)}
        years = {str(document.year): document.year for document in documents if document.year}
        titles = {each.id: each.title["zh"] for each in rules().values()}
        return Chosen(
            publishers=frozenset(name for each in self.departments for name in _named(each, publishers)),
            divisions=frozenset(_one(text("report.division"), each, places, _called) for each in self.divisions),
            years=frozenset(
                years[_one(text("report.year"), str(each), dict.fromkeys(years, ""))] for each in self.years
            ),
            rules=frozenset(_one(text("report.rule"), each, titles, _called) for each in self.rules),
        )


@dataclass(frozen=True, slots=True)
class Chosen:
    """A choice whose names are known: publishers by name, divisions by code (or by name, where they have none)."""

    publishers: frozenset[str]
    divisions: frozenset[str]
    years: frozenset[int]
    rules: frozenset[str]

    def has(self, document: Disclosure) -> bool:
        """Whether a document is chosen."""
        return (
            (not self.publishers or document.publisher in self.publishers)
            and (not self.divisions or not self.divisions.isdisjoint(key for key, _ in divisions_of(document)))
            and (not self.years or document.year in self.years)
        )

    def of(self, view: View) -> View:
        """A snapshot limited to it."""
        return Part(view, self) if self.publishers or self.divisions or self.years or self.rules else view


class Part(View):
    """The chosen documents of a snapshot, and of their findings those of the chosen rules."""

    def __init__(self, whole: View, chosen: Chosen) -> None:
        super().__init__(whole.graph)
        self.whole = whole
        self.chosen = chosen

    @cached_property
    def documents(self) -> dict[str, Disclosure]:
        """The chosen documents."""
        return {iri: each for iri, each in self.whole.documents.items() if self.chosen.has(each)}

    @cached_property
    def findings(self) -> list[Finding]:
        """Their findings of the chosen rules."""
        return [
            each
            for each in self.whole.findings
            if (len(self.documents) == len(self.whole.documents) or each.document in self.documents)
            and (not self.chosen.rules or each.rule in self.chosen.rules)
        ]

    @cached_property
    def subjects(self) -> dict[str, Subject]:
        """Their projects and departments, each with all of its findings: money without targets is no choice."""
        every = self.whole.subjects.items()
        return {iri: subject for iri, subject in every if subject.document.iri in self.documents}

    @cached_property
    def leftovers(self) -> Mapping[str, list[Leftover]]:
        """What of them was not understood."""
        every = (each for of_one in self.whole.leftovers.values() for each in of_one)
        return grouped((each for each in every if each.document in self.documents), lambda each: each.document)


def _called(code: str, name: str) -> str:
    return name if code == name else f"{name}（{code}）"


def _named(asked: str, publishers: Mapping[str, str]) -> list[str]:
    """The publishers that are meant: the one of this name, else all that have it in theirs."""
    found = [asked] if asked in publishers else _having(asked, publishers)
    return found or [_one(text("report.department"), asked, publishers)]


def _having(asked: str, known: Mapping[str, str]) -> list[str]:
    """Keys whose name has what was asked for in it."""
    return [key for key, name in known.items() if asked.strip() and asked.strip() in name]


def _one(
    what: str, asked: str, known: Mapping[str, str], called: Callable[[str, str], str] = lambda _, name: name
) -> str:
    """The one key that is meant: by itself or its name, else by a part of its name."""
    if asked in known:
        return asked
    exact = [key for key, name in known.items() if name == asked]
    found = exact or _having(asked, known)
    if len(found) == 1:
        return found[0]
    alike = _alike(asked, known)
    near = found or alike or sorted(known)
    listed = "、".join(called(key, known[key]) or key for key in near[:NEAR])
    if len(near) > NEAR:
        listed += text("report.choice_more", count=len(near))
    if found:
        raise BadInputError(text("report.choice_several", what=what, asked=asked, near=listed))
    if listed:
        none = "report.choice_none" if alike else "report.choice_none_like"
        raise BadInputError(text(none, what=what, asked=asked, near=listed))
    raise BadInputError(text("report.choice_nothing", what=what, asked=asked))


def _alike(asked: str, known: Mapping[str, str]) -> list[str]:
    """Keys that are spelt or called alike, the nearest first."""
    keys = {name: key for key, name in known.items()} | {key: key for key in known}
    return list(dict.fromkeys(keys[each] for each in get_close_matches(asked, keys, n=NEAR, cutoff=0.4)))
