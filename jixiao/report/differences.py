"""What changed since the report before, as rows of one kind: the workbook and the lines list these."""

from __future__ import annotations

from collections.abc import Iterator  # noqa: TC003 - a public signature
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from jixiao.changes import (
        Changes,
        FixedFinding,
        GoneFinding,
        IndicatorChange,
        NewFinding,
        OpenFinding,
        TargetChange,
    )
    from jixiao.tables import Cell
    from jixiao.told import Disclosure, Finding, Indicator, Subject

WHAT = (
    *("document-added", "document-removed", "document-changed", "document-reread"),
    *("project-added", "project-removed", "money-changed"),
    *("target-loosened", "target-tightened", "target-vaguer", "target-clearer", "target-other", "target-reworded"),
    *("indicator-added", "indicator-removed"),
    *("finding-new", "finding-fixed", "finding-gone", "finding-changed"),
    *("rule-added", "rule-removed"),
)
"""What a difference is of."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One thing that is not as it was."""

    what: str
    document: Disclosure | None = None
    subject: Subject | None = None
    indicator: Indicator | None = None
    finding: Finding | None = None
    rule: str | None = None
    before: Cell = None
    """A document's hash, a project's money in 元, a target as printed, what a finding says, or a rule's version."""
    after: Cell = None
    because: str | None = None
    with_budget: bool | None = None
    """Of a target whether it moved with the project's money."""


def differences(changes: Changes) -> Iterator[Difference]:
    """Everything that changed; what stayed is not among it."""
    return chain(_documents(changes), _projects(changes), _targets(changes), _findings(changes), _rules(changes))


def _documents(changes: Changes) -> Iterator[Difference]:
    for each in changes.documents_added:
        yield Difference(what="document-added", document=each, after=each.sha256)
    for each in changes.documents_removed:
        yield Difference(what="document-removed", document=each, before=each.sha256)
    for what, pairs in (("changed", changes.documents_changed), ("reread", changes.documents_reread)):
        for pair in pairs:
            before, after = pair.before.sha256, pair.after.sha256
            yield Difference(what=f"document-{what}", document=pair.after, before=before, after=after)


def _projects(changes: Changes) -> Iterator[Difference]:
    begun, dropped = ({each.iri for each in own} for own in (changes.projects_begun, changes.projects_dropped))
    for each in changes.projects_added:
        because = None if each.iri in begun else "document"
        yield Difference(what="project-added", subject=each, document=each.document, after=each.money, because=because)
    for each in changes.projects_removed:
        because = None if each.iri in dropped else "document"
        yield Difference(
            what="project-removed", subject=each, document=each.document, before=each.money, because=because
        )
    for pair in changes.money_changed:
        about, before, after = pair.after, pair.before.money, pair.after.money
        yield Difference(what="money-changed", subject=about, document=about.document, before=before, after=after)


def _targets(changes: Changes) -> Iterator[Difference]:
    for way, targets in changes.targets.items():
        for target in targets:
            yield _indicator(f"target-{way}", target, target.after, (target.before.printed, target.after.printed))
    for added in changes.indicators_added:
        yield _indicator("indicator-added", added, added.indicator, (None, added.indicator.printed))
    for removed in changes.indicators_removed:
        yield _indicator("indicator-removed", removed, removed.indicator, (removed.indicator.printed, None))


def _indicator(
    what: str, told: TargetChange | IndicatorChange, indicator: Indicator, printed: tuple[str | None, str | None]
) -> Difference:
    return Difference(
        what=what,
        document=told.subject.document,
        subject=told.subject,
        indicator=indicator,
        before=printed[0],
        after=printed[1],
        because=told.because,
        with_budget=getattr(told, "with_budget", None),
    )


def _findings(changes: Changes) -> Iterator[Difference]:
    for new in changes.new:
        yield _finding("new", new, new.finding, (None, new.finding.found), new.because)
    for fixed in changes.fixed:
        yield _finding("fixed", fixed, fixed.finding, (fixed.finding.found, None))
    for gone in changes.gone:
        yield _finding("gone", gone, gone.finding, (gone.finding.found, None), gone.because)
    for still in changes.open:
        if still.has_changed:
            yield _finding("changed", still, still.after, (still.before.found, still.after.found))


def _finding(
    what: str,
    told: NewFinding | FixedFinding | GoneFinding | OpenFinding,
    finding: Finding,
    says: tuple[str | None, str | None],
    because: str | None = None,
) -> Difference:
    return Difference(
        what=f"finding-{what}",
        document=told.document,
        subject=told.subject,
        finding=finding,
        rule=finding.rule,
        before=says[0],
        after=says[1],
        because=because,
    )


def _rules(changes: Changes) -> Iterator[Difference]:
    for rule, version in changes.rules_added.items():
        yield Difference(what="rule-added", rule=rule, after=version)
    for rule, version in changes.rules_removed.items():
        yield Difference(what="rule-removed", rule=rule, before=version)


def standing(changes: Changes | None) -> dict[str, str]:
    """Of each finding that there is, by its id, whether it is new or was there before; empty where nothing is known."""
    if changes is None:
        return {}
    new = {each.finding.id: "new" for each in changes.new}
    return new | {each.after.id: "open" for each in changes.open}
