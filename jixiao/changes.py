"""What is different between two snapshots, as facts: the report and ``jixiao snapshots diff`` print these.

Things are the same where they have the same address under the same document, and documents where publisher, year and
kind are the same. What a department changed is told apart from what only was read or judged otherwise.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence  # noqa: TC003 - fields of dataclasses
from dataclasses import dataclass
from decimal import Decimal  # noqa: TC003
from typing import Literal

from jixiao.targets import Way  # noqa: TC001
from jixiao.told import Clarity, Disclosure, Finding, Indicator, Subject  # noqa: TC001

Because = Literal["content", "reading", "elsewhere"]
"""Why something in a document that is in both snapshots is different: the document has another content; the same file
was read otherwise, by another version of the program; or neither, and the cause lies elsewhere: in another document, in
a researcher's correction, in the code lists."""
NewBecause = Literal["document", "content", "reading", "rule", "elsewhere"]
"""Why a finding is new: its document is; as :data:`Because`; or its rule did not judge before, or another version."""
GoneBecause = Literal["document", "thing", "failed", "off", "version", "reading", "elsewhere"]
"""Why a finding is gone that was not fixed: its document was removed; the thing is no longer in the document; the rule
failed, is no longer run, or has another version; or as :data:`Because`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """One snapshot, or a part of it, in figures."""

    snapshot: str
    documents: int
    projects: int
    """Without those that are whole departments."""
    indicators: int
    clarity: Clarity
    money: Decimal
    """Of the rows of all project-expenditure tables, in 元."""
    money_without_form: Decimal
    findings: int
    certain: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentChange:
    """One document of which both snapshots have a version."""

    before: Disclosure
    after: Disclosure
    because: Literal["content", "reading"]
    stays: bool = False
    """Whether the earlier version is still there beside the later one; then the later one also counts as added."""

    @property
    def supersedes(self) -> str | None:
        """What the later version says of correcting an earlier one; ``None`` where it says nothing."""
        return self.after.supersedes


@dataclass(frozen=True, slots=True, kw_only=True)
class MoneyChange:
    """A project that has another sum of money."""

    before: Subject
    after: Subject


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetChange:
    """An indicator whose target is another one."""

    before: Indicator
    after: Indicator
    subject: Subject
    """The later one; it names its document."""
    way: Way
    because: Because


@dataclass(frozen=True, slots=True, kw_only=True)
class IndicatorChange:
    """An indicator that a document has which is in both snapshots, and that only one of them has."""

    indicator: Indicator
    subject: Subject
    because: Because


@dataclass(frozen=True, slots=True, kw_only=True)
class NewFinding:
    """A finding that was not there before."""

    finding: Finding
    subject: Subject | None
    document: Disclosure | None
    because: NewBecause


@dataclass(frozen=True, slots=True, kw_only=True)
class FixedFinding:
    """A finding that is gone since its document was changed; the same rule judged the same thing again."""

    finding: Finding
    subject: Subject | None
    """As it was before."""
    document: Disclosure | None
    """As it was before."""
    now: Subject | None
    """As it is now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GoneFinding:
    """A finding that is gone, and nobody fixed anything."""

    finding: Finding
    subject: Subject | None
    document: Disclosure | None
    because: GoneBecause


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenFinding:
    """A finding of both snapshots; perhaps with other figures."""

    before: Finding
    after: Finding
    subject: Subject | None
    """As it is now."""
    document: Disclosure | None

    @property
    def has_changed(self) -> bool:
        """Whether the rule now names other figures."""
        return (self.before.found, self.before.expected) != (self.after.found, self.after.expected)


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """Everything that is different; each list in the order of the documents."""

    before: Totals
    after: Totals
    documents_added: Sequence[Disclosure]
    documents_removed: Sequence[Disclosure]
    documents_changed: Sequence[DocumentChange]
    projects_added: Sequence[Subject]
    projects_removed: Sequence[Subject]
    money_changed: Sequence[MoneyChange]
    """Projects of both snapshots whose money is not the same."""
    indicators_added: Sequence[IndicatorChange]
    indicators_removed: Sequence[IndicatorChange]
    targets: Mapping[Way, Sequence[TargetChange]]
    """Changed targets by what became of them; every way is there."""
    new: Sequence[NewFinding]
    fixed: Sequence[FixedFinding]
    gone: Sequence[GoneFinding]
    open: Sequence[OpenFinding]
    rules_added: Mapping[str, str]
    """Rules with their versions that judged only now, or in another version than before."""
    rules_removed: Mapping[str, str]
    """Rules with their versions that judged only before, or in another version than now."""

    @property
    def is_empty(self) -> bool:
        """Whether nothing is different but what is read of the same."""
        lists = (self.documents_added, self.documents_removed, self.documents_changed, self.projects_added)
        others = (self.projects_removed, self.money_changed, self.indicators_added, self.indicators_removed)
        judged = (self.new, self.fixed, self.gone, self.rules_added, self.rules_removed)
        return not any((*lists, *others, *judged, *self.targets.values()))
