"""What a report says, as facts; every form of it (HTML, Markdown, workbook, lines, paper) shows these, counts nothing.

Facts are of no language; money is in 元, shares come with both of their numbers.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence  # noqa: TC003 - fields of dataclasses
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from jixiao.changes import Changes
    from jixiao.messages import Language
    from jixiao.report.choice import Choice
    from jixiao.told import Clarity, Disclosure, Finding, Indicator, Leftover, Subject
    from jixiao.years import Line
    from queries.evaluation import Score
    from queries.library import Rule


WELL_READ = Decimal("0.8")
"""From so much of a document's tables on its figures stand without a warning."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """The whole in a few figures."""

    documents: int
    departments: int
    projects: int
    forms: int
    clarity: Clarity
    """How many targets nobody can check, of how many."""
    money: Decimal
    """Of the rows of all project-expenditure tables; 0 where no document has one (``tables``)."""
    money_with_form: Decimal
    money_without_form: Decimal
    findings: int
    certain: int
    severities: Mapping[str, int]
    rules: Mapping[str, int]
    tables: int = 0
    """So many documents have a table of project expenditure: of the money of the others nothing is known."""
    paid: Sequence[int] = ()
    """The years of those, in order: their money is added up over them."""
    wholes: int = 0
    """Forms of whole departments, which are no projects."""
    indicators: int = 0
    kinds: Mapping[str, int] = field(default_factory=dict)
    """How many targets are of each kind, the most first."""

    @property
    def money_undisclosed(self) -> Decimal:
        """Of documents that disclose no form at all: nobody knows whether it has targets."""
        return self.money - self.money_with_form - self.money_without_form


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranked:
    """One document of a department among the others."""

    rank: int
    document: Disclosure
    clarity: Clarity
    findings: int
    certain: int
    money: Decimal | None
    """``None`` where it has no table of project expenditure, and so has the next."""
    money_without_form: Decimal | None
    few: bool = False
    """Whether it has so few targets that a share says nothing; then it stands after the others."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Grave:
    """A finding with what it is about; in lists by severity, certainty, then money."""

    finding: Finding
    subject: Subject | None
    """``None`` for what is said of a whole document."""
    money: Decimal | None
    document: Disclosure | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Unclear:
    """A target that nobody can check, and what others write in its place."""

    finding: Finding
    indicator: Indicator | None
    subject: Subject | None
    wordings: Sequence[Mapping[str, object]]
    """As :func:`jixiao.comparison.wording_records` has them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Area:
    """What the documents of one division and year say together."""

    division: str | None
    """Its code (GB/T 2260); ``None`` where documents name none."""
    name: str | None
    year: int | None
    summary: Summary
    filters: Mapping[str, Sequence[str]] | None = None
    """By which choices of its lists the site shows just these documents; ``None`` where it cannot."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """One publication on the way of the trends."""

    number: int
    day: str
    snapshot: str
    documents: int
    indicators: int
    clarity: Clarity
    findings: int
    certain: int
    money: Decimal
    money_without_form: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """What was read of one document, and what was not."""

    document: Disclosure
    lines: int
    forms: int
    indicators: int
    findings: int
    leftovers: Sequence[Leftover]

    @property
    def is_poor(self) -> bool:
        """Whether so little of its tables was read that its figures need the source beside them."""
        return self.document.coverage is not None and self.document.coverage < WELL_READ


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """One rule: what it found and how often researchers agreed."""

    id: str
    version: str | None
    rule: Rule | None
    """``None`` for one that this program no longer knows."""
    findings: int
    certain: int
    reviewed: Score | None
    """By the verdicts in the snapshot; ``None`` where there are none."""
    failed: str | None = None
    """Why it could not judge."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """Everything that a report says, of one snapshot or of a part of it.

    Made of the snapshot, the one that it is compared with, the history up to its publication and what was asked for:
    the same of these gives the same report.
    """

    snapshot: str
    number: int | None
    """The publication's; ``None`` for a snapshot that never went live."""
    date: str | None
    choice: Choice
    site: str
    """The address of the site that numbers lead to, without a slash at its end; empty on the site itself."""
    summary: Summary
    changes: Changes | None
    """Since the report before; ``None`` where there is none, or its snapshot was removed."""
    departments: Sequence[Ranked]
    """The least clear first."""
    gravest: Sequence[Grave]
    unclear: Sequence[Unclear]
    unaimed: Sequence[Subject]
    """Projects with money and without targets, the most money first."""
    areas: Sequence[Area]
    trend: Sequence[Point]
    """The earliest first; with less than two there is none."""
    read: Sequence[Read]
    refused: Sequence[Mapping[str, str]]
    """What was to be read and could not be: ``name`` and ``cause``; ``stays`` where its older content still counts."""
    judged: Sequence[Judged]
    findings: Sequence[Grave] = ()
    """Every finding, the gravest first: what the workbook and the lines list in full."""
    years: Sequence[Line] = ()
    """Each department's budget beside that of the year before."""
    language: Language = "zh"
    """What it is to be written in; the facts are of none."""
    at: str | None = None
    """When the publication was, in UTC."""
    since: str | None = None
    """The snapshot that it is compared with."""
    since_number: int | None = None
    """The publication of that one; ``None`` where it never went live."""
    since_at: str | None = None
    """When that was, in UTC."""
    is_first: bool = False
    """Whether nothing was published before."""
    filters: Mapping[str, Sequence[str]] | None = field(default_factory=dict)
    """By which choices of its lists the site shows just these documents; ``None`` where it cannot."""

    @property
    def formless(self) -> list[Disclosure]:
        """The documents in which no target form was found, the most money first."""
        every = (each.document for each in self.read if not each.forms)
        return sorted(every, key=lambda each: (-(each.total or 0), each.iri))

    @property
    def poor(self) -> list[Read]:
        """The documents of whose tables little was read, the least first."""
        every = (each for each in self.read if each.is_poor)
        return sorted(every, key=lambda each: (each.document.coverage or 0, each.document.iri))
