"""What is different between two snapshots, as facts: the report and ``jixiao snapshots diff`` print these.

Documents are the same where publisher, year and kind are, and things where they have the same address under the same
document. What a department changed is told apart from what only was read or judged otherwise.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence  # noqa: TC003 - fields of dataclasses
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal, TypeVar, get_args

from graph.addresses import squeeze
from jixiao import summary
from jixiao.direction import direction
from jixiao.told import Clarity, Disclosure, Finding, Indicator, Subject, clarity
from jixiao.view import View, grouped, rows

T = TypeVar("T")
Way = Literal["loosened", "tightened", "vaguer", "clearer", "other", "reworded"]
"""How a target changed; ``other`` is another figure of which nobody can say which is stricter."""
WAYS: tuple[Way, ...] = get_args(Way)
"""All ways, those first that a reader has to look at."""
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
class Shared:
    """The documents of both snapshots together, as they were and as they are.

    Only of these can be said what departments made better or worse. Those that were only read otherwise are left out.
    """

    documents: int
    before: Clarity
    after: Clarity
    money_without_form: tuple[Decimal, Decimal]
    """Before and after, in 元."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentChange:
    """One document of which both snapshots have a version."""

    before: Disclosure
    after: Disclosure
    stays: bool = False
    """Whether the earlier version is still there beside the later one, which then counts as added."""

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
    with_budget: bool = False
    """Whether it is a limit of costs that moved as the project's money did: neither stricter nor laxer than before."""


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
    shared: Shared
    documents_added: Sequence[Disclosure]
    documents_removed: Sequence[Disclosure]
    documents_changed: Sequence[DocumentChange]
    """Another content in the place of the earlier one, or beside it where it says that it corrects it."""
    documents_reread: Sequence[DocumentChange]
    """The same file, read otherwise by another version of the program."""
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
    def projects_begun(self) -> Sequence[Subject]:
        """Those of the added projects whose document was there before: the department added them."""
        new = {each.iri for each in self.documents_added}
        return [each for each in self.projects_added if each.document.iri not in new]

    @property
    def projects_dropped(self) -> Sequence[Subject]:
        """Those of the removed projects whose document is still there: the department dropped them."""
        gone = {each.iri for each in self.documents_removed}
        return [each for each in self.projects_removed if each.document.iri not in gone]

    @property
    def is_empty(self) -> bool:
        """Whether nothing is different."""
        documents = (self.documents_added, self.documents_removed, self.documents_changed, self.documents_reread)
        projects = (self.projects_added, self.projects_removed, self.money_changed)
        indicators = (self.indicators_added, self.indicators_removed, *self.targets.values())
        judged = (self.new, self.fixed, self.gone, self.rules_added, self.rules_removed)
        moved = [each for each in self.open if each.has_changed]
        return not any((*documents, *projects, *indicators, *judged, moved))


def changes(before: View, after: View) -> Changes:
    """What is different between two snapshots, or between the same parts of them."""
    return _Comparison(before, after).changes()


def _totals(view: View) -> Totals:
    subjects = view.subjects.values()
    return Totals(
        snapshot=view.id,
        documents=len(view.documents),
        projects=sum(not each.is_department for each in subjects),
        indicators=len(view.indicators),
        clarity=clarity(view.indicators.values()),
        money=summary.project_money(view),
        money_without_form=summary.profile(view, view.documents.values()).money_without_form,
        findings=len(view.findings),
        certain=sum(each.certainty == "certain" for each in view.findings),
    )


@dataclass(frozen=True, slots=True)
class _Pair:
    """One document in two versions."""

    before: Disclosure
    after: Disclosure
    because: Because
    stays: bool = False

    def later(self, iri: str) -> str:
        """The address that a thing of the earlier version has if the later one has it too."""
        return self.after.iri + iri.removeprefix(self.before.iri)

    def told(self) -> DocumentChange:
        """As it is told."""
        return DocumentChange(before=self.before, after=self.after, stays=self.stays)


def _pairs(before: View, after: View) -> list[_Pair]:
    """The documents that both snapshots have: as the same file, else one in the place of another."""
    known = {each.sha256: each for each in before.documents.values()}
    stay = {each.sha256 for each in after.documents.values()} & known.keys()
    kept = grouped((each for sha256, each in known.items() if sha256 in stay), _kind)
    left = grouped((each for sha256, each in known.items() if sha256 not in stay), _kind)
    readings = (_read(before), _read(after))
    found = []
    for document in after.documents.values():
        earlier, kind = known.get(document.sha256), _kind(document)
        if earlier:
            old, new = (each[document.sha256] for each in readings)
            is_renamed = earlier.source != document.source and old[0] == new[0]
            found.append(_Pair(earlier, document, "elsewhere" if old == new or is_renamed else "reading"))
        elif left[kind]:
            found.append(_Pair(left[kind].pop(0), document, "content"))
        elif document.supersedes and kept[kind]:
            found.append(_Pair(kept[kind][0], document, "content", stays=True))
    return found


def _kind(document: Disclosure) -> tuple[object, ...]:
    """What two versions of a document share; its own hash where nobody can tell."""
    where = document.division or document.region
    stated = document.publisher and document.year
    return (document.publisher, where, document.year, document.kind) if stated else (document.sha256,)


def _read(view: View) -> Mapping[str, tuple[str, str]]:
    """Which version of the program read each file, and the hash of what it read."""
    return {entry["sha256"]: (entry["extractor"], entry["record"]) for entry in view.graph.manifest["documents"]}


class _Comparison:
    """Two snapshots on their way to what is different between them."""

    def __init__(self, before: View, after: View) -> None:
        self.before = before
        self.after = after
        self.pairs = _pairs(before, after)
        self.now = {pair.before.iri: pair for pair in self.pairs if not pair.stays}
        """By the earlier address of a document that is still there or was replaced."""
        self.was = {pair.after.iri: pair for pair in self.now.values()}
        self.judged: Mapping[str, str] = before.graph.manifest["rules"]
        self.judging: Mapping[str, str] = after.graph.manifest["rules"]

    def changes(self) -> Changes:
        """Everything that is different."""
        return Changes(
            before=_totals(self.before),
            after=_totals(self.after),
            shared=self._shared(),
            documents_added=[each for iri, each in self.after.documents.items() if iri not in self.was],
            documents_removed=[each for iri, each in self.before.documents.items() if iri not in self.now],
            documents_changed=[pair.told() for pair in self.pairs if pair.because == "content"],
            documents_reread=[pair.told() for pair in self.pairs if pair.because == "reading"],
            rules_added={id_: version for id_, version in self.judging.items() if self.judged.get(id_) != version},
            rules_removed={id_: version for id_, version in self.judged.items() if self.judging.get(id_) != version},
            **self._projects(),
            **self._indicators(),
            **self._findings(),
        )

    def _shared(self) -> Shared:
        meant = [pair for pair in self.now.values() if pair.because != "reading"]
        before = summary.profile(self.before, [pair.before for pair in meant])
        after = summary.profile(self.after, [pair.after for pair in meant])
        return Shared(
            documents=len(meant),
            before=before.clarity,
            after=after.clarity,
            money_without_form=(before.money_without_form, after.money_without_form),
        )

    def _later(self, iri: str, document: str | None) -> str:
        """The address that an earlier thing has now; one that nothing has where its document was removed.

        Another document may have got the address of one that was removed.
        """
        if document not in self.before.documents:
            return iri
        return self.now[document].later(iri) if document in self.now else f"{REMOVED}{iri}"

    def _projects(self) -> dict[str, Any]:
        subjects = [each for each in self.before.subjects.values() if not each.is_department]
        old = {self._later(each.iri, each.document.iri): each for each in subjects}
        new = {iri: each for iri, each in self.after.subjects.items() if not each.is_department}
        both = [(old[iri], each) for iri, each in new.items() if iri in old]
        return {
            "projects_added": [each for iri, each in new.items() if iri not in old],
            "projects_removed": [each for iri, each in old.items() if iri not in new],
            "money_changed": [MoneyChange(before=one, after=two) for one, two in both if one.money != two.money],
        }

    def _indicators(self) -> dict[str, Any]:
        """What became of the indicators of documents that are in both."""
        targets: dict[Way, list[TargetChange]] = {way: [] for way in WAYS}
        added: list[IndicatorChange] = []
        removed: list[IndicatorChange] = []
        for pair in self.pairs:
            same, dropped, came = self._matched(pair)
            for one, two in same:
                way = direction(one, two)
                if way != "same":
                    was, subject = self.before.subject_of[one.iri], self.after.subject_of[two.iri]
                    along = _moved_along(one, two, was.money, subject.money)
                    targets[way].append(
                        TargetChange(
                            before=one, after=two, subject=subject, way=way, because=pair.because, with_budget=along
                        )
                    )
            if not pair.stays:
                added += [_only(each, self.after, pair) for each in came]
                removed += [_only(each, self.before, pair) for each in dropped]
        return {"targets": targets, "indicators_added": added, "indicators_removed": removed}

    def _matched(self, pair: _Pair) -> tuple[list[tuple[Indicator, Indicator]], list[Indicator], list[Indicator]]:
        """The indicators that both versions of a document have, and what is left of either.

        Those of the same address are the same, then those of the same form and name at another level.
        """
        old = summary.indicators_of(self.before, pair.before)
        new = summary.indicators_of(self.after, pair.after)
        same = _taken(old, new, lambda each: pair.later(each.iri), lambda each: each.iri)
        same += _taken(
            old,
            new,
            lambda each: (pair.later(each.form), squeeze(each.name)),
            lambda each: (each.form, squeeze(each.name)),
        )
        return same, old, new

    def _findings(self) -> dict[str, Any]:
        """What became of the findings: the same ones, then those of the same rule on the same thing, then the rest."""
        later = {each.address: self._later(each.focus, each.document) for each in self.before.findings}
        old, new = list(self.before.findings), list(self.after.findings)
        still = _taken(
            old,
            new,
            lambda each: (each.rule, later[each.address], each.found, each.expected),
            lambda each: (each.rule, each.focus, each.found, each.expected),
        )
        still += _taken(old, new, lambda each: (each.rule, later[each.address]), lambda each: (each.rule, each.focus))
        there = self._there({later[each.address] for each in old})
        gone = [(each, self._why_gone(each, is_there=later[each.address] in there)) for each in old]
        order = {each.address: index for index, each in enumerate(self.after.findings)}
        return {
            "new": [NewFinding(finding=each, because=self._why_new(each), **_about(self.after, each)) for each in new],
            "fixed": [
                FixedFinding(
                    finding=each, now=self.after.subject_of.get(later[each.address]), **_about(self.before, each)
                )
                for each, why in gone
                if why is None
            ],
            "gone": [GoneFinding(finding=each, because=why, **_about(self.before, each)) for each, why in gone if why],
            "open": [
                OpenFinding(before=one, after=two, **_about(self.after, two))
                for one, two in sorted(still, key=lambda pair: order[pair[1].address])
            ],
        }

    def _there(self, things: set[str]) -> set[str]:
        """Which of these things are there now."""
        known = {iri for iri in things if iri in self.after.subject_of or iri in self.after.documents}
        asked = sorted(iri for iri in things - known if not iri.startswith(REMOVED))
        return known | {row["of"] for row in (rows(self.after.graph, "there", *asked) if asked else ())}

    def _why_new(self, finding: Finding) -> NewBecause:
        if finding.document in self.after.documents and finding.document not in self.was:
            return "document"
        if self.judged.get(finding.rule) != self.judging.get(finding.rule):
            return "rule"
        return _because(self.was.get(finding.document or ""))

    def _why_gone(self, finding: Finding, *, is_there: bool) -> GoneBecause | None:
        """Why a finding is gone; ``None`` where it was fixed."""
        if finding.document in self.before.documents and finding.document not in self.now:
            return "document"
        because = _because(self.now.get(finding.document or ""))
        if not is_there:
            return "reading" if because == "reading" else "thing"
        if finding.rule not in self.judging:
            return "failed" if finding.rule in self.after.failed else "off"
        if self.judged.get(finding.rule) != self.judging[finding.rule]:
            return "version"
        return None if because == "content" else because


REMOVED = "removed:"
"""What is put before the address of a thing whose document was removed."""


def _because(pair: _Pair | None) -> Because:
    return pair.because if pair else "elsewhere"


def _moved_along(one: Indicator, two: Indicator, before: Decimal | None, after: Decimal | None) -> bool:
    """Whether a sum in a target changed as the project's money did, within the rounding of what is printed."""
    if not before or not after or before == after or one.number is None or two.number is None:
        return False
    is_money = one.unit == two.unit and "元" in (one.unit or "")
    return is_money and abs(two.number - one.number * after / before) <= two.number * ROUNDING


ROUNDING = Decimal("0.005")
"""So much a printed sum may be off by."""


def _only(indicator: Indicator, view: View, pair: _Pair) -> IndicatorChange:
    return IndicatorChange(indicator=indicator, subject=view.subject_of[indicator.iri], because=pair.because)


def _about(view: View, finding: Finding) -> dict[str, Any]:
    """What a finding is about."""
    subject = view.subject_of.get(finding.focus)
    document = view.documents.get(finding.document or "")
    return {"subject": subject, "document": document or (subject and subject.document)}


def _taken(old: list[T], new: list[T], then: Callable[[T], object], now: Callable[[T], object]) -> list[tuple[T, T]]:
    """Takes out of both lists what is the same by a key, the first of a key with the first, and gives the pairs."""
    waiting = grouped(old, then)
    pairs = [(waiting[key].pop(0), each) for each in new if waiting[key := now(each)]]
    for at, each_list in enumerate((old, new)):
        taken = {id(pair[at]) for pair in pairs}
        each_list[:] = [each for each in each_list if id(each) not in taken]
    return pairs
