"""How well the rules judge: findings against what careful readers recorded, with intervals.

A reading by hand (gold) is a JSON file a document, in the record format with ``anomalies``. What a reader objects to
are these anomalies, and what follows from the kinds of target values (vague, restated, missing, secret, relative
without the value of the year before). A finding is right where its rule, source, project and indicator are those of an
objection.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence  # noqa: TC003 - fields of dataclasses
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path, PurePath
from typing import Any

from pydantic import TypeAdapter, ValidationError

from ingest.layout.folding import fold
from ingest.records import Kind  # noqa: TC001 - read by pydantic
from queries.errors import QueryError

RULE_OF_KIND: Mapping[str, str] = {
    "vague": "vague-target",
    "restated": "restated-target",
    "missing": "missing-target",
    "secret": "secret",
}
"""Objections that follow from the kind of a target value."""
BASELINE_WORDS = (
    "提升", "提高", "促进", "推动", "加强", "增强", "保障", "改善", "完善", "优化", "显著", "明显", "有效", "逐步",
    "持续", "进一步", "不断", "及时", "长期", "较高", "充分", "良好", "稳定", "满足", "确保", "推进", "健全", "助力",
    "发展",
)  # fmt: skip
"""What anybody would look for who had an afternoon: the plain list of words that a judgement must be better than."""
CERTAINTIES = ("certain", "possible")
Z = 1.959963984540054
"""The normal quantile of an interval of 95 percent."""


class GoldError(QueryError):
    """A reading by hand cannot be used; the cause names the key at fault."""


@dataclass(frozen=True, slots=True)
class GoldIndicator:
    """An indicator as a reader recorded it; only what judging needs."""

    name: str | None
    kind: Kind
    value: str | None = None
    prior: Any = None
    page: int | None = None
    line: int | None = None
    loose: bool = False
    """Its printed position is damaged, so nothing is expected of it."""


@dataclass(frozen=True, slots=True)
class GoldForm:
    """A form as a reader recorded it."""

    name: str
    indicators: tuple[GoldIndicator, ...]
    page: int | None = None
    line: int | None = None
    prose: bool = False


@dataclass(frozen=True, slots=True)
class Anomaly:
    """What a reader objects to, and why."""

    rule: str
    target: str
    indicator: str | None
    why: str | None = None


@dataclass(frozen=True, slots=True)
class Gold:
    """One document as a reader recorded it."""

    source: str
    targets: tuple[GoldForm, ...]
    anomalies: tuple[Anomaly, ...]


@dataclass(frozen=True, slots=True, order=True)
class Objection:
    """What is objected to, in the form in which two objections are compared."""

    rule: str
    source: str
    project: str
    indicator: str

    @classmethod
    def of(cls, rule: str, source: str, project: str | None, indicator: str | None) -> Objection:
        """The objection with its names folded."""
        return cls(rule, PurePath(source).name, key(project), key(indicator))


@dataclass(frozen=True, slots=True)
class Score:
    """How many objections were to be found, how many were, and how many of these are right."""

    name: str
    gold: int
    found: int
    hit: int

    @property
    def precision(self) -> float | None:
        """The share of what was found that is right; ``None`` where nothing was found."""
        return self.hit / self.found if self.found else None

    @property
    def recall(self) -> float | None:
        """The share of what was to be found that was; ``None`` where nothing was to be found."""
        return self.hit / self.gold if self.gold else None

    @property
    def f1(self) -> float | None:
        """The harmonic mean of both."""
        return 2 * self.hit / (self.gold + self.found) if self.gold and self.found else None

    @property
    def precision_interval(self) -> tuple[float, float] | None:
        """Wilson's interval of the precision."""
        return wilson(self.hit, self.found)

    @property
    def recall_interval(self) -> tuple[float, float] | None:
        """Wilson's interval of the recall."""
        return wilson(self.hit, self.gold)

    @property
    def f1_interval(self) -> tuple[float, float] | None:
        """The interval of F1.

        F1 grows with the share J of right ones among all that was found or to be found: F1 = 2J / (1 + J). So its
        bounds are those of Wilson's interval of J; nothing is drawn at random.
        """
        bounds = wilson(self.hit, self.gold + self.found - self.hit) if self.f1 is not None else None
        return (2 * bounds[0] / (1 + bounds[0]), 2 * bounds[1] / (1 + bounds[1])) if bounds else None

    def to_dict(self) -> dict[str, Any]:
        """The figures as plain data."""
        data: dict[str, Any] = {"name": self.name, "gold": self.gold, "findings": self.found, "hit": self.hit}
        for measure in ("precision", "recall", "f1"):
            low, high = getattr(self, f"{measure}_interval") or (None, None)
            data |= {measure: getattr(self, measure), f"{measure}_low": low, f"{measure}_high": high}
        return data


@dataclass(frozen=True, slots=True)
class Disagreement:
    """One objection that only the reader or only the rules have, with the place where it stands."""

    missed: bool
    """Only the reader has it."""
    rule: str
    source: str
    project: str | None
    indicator: str | None
    page: int | None = None
    line: int | None = None
    certainty: str | None = None
    printed: str | None = None
    """What is printed there, or why the reader objects."""


def wilson(part: int, whole: int) -> tuple[float, float] | None:
    """Wilson's score interval of 95 percent of a share; ``None`` where there is no whole.

    Source: E. B. Wilson, Probable inference, the law of succession, and statistical inference (1927).
    """
    if not whole:
        return None
    share, square = part / whole, Z * Z / whole
    middle = (share + square / 2) / (1 + square)
    reach = Z * ((share * (1 - share) + square / 4) / whole) ** 0.5 / (1 + square)
    return max(0.0, middle - reach), min(1.0, middle + reach)


def key(name: str | None) -> str:
    """The form in which names are compared: folded, without the punctuation around them."""
    return fold(name or "").strip("。;,.、:")


def gold_files(paths: Iterable[Path]) -> list[Path]:
    """The files meant: those named, and the JSON files of the folders named.

    Raises:
        GoldError: a path does not exist, or a folder holds no JSON file.
    """
    files: list[Path] = []
    for path in paths:
        found = sorted(path.glob("*.json")) if path.is_dir() else [path]
        if not found or not found[0].is_file():
            raise GoldError(str(path), "没有标注文件（.json）")
        files += found
    return files


def read_gold(path: Path) -> Gold:
    """The reading in a file.

    Raises:
        GoldError: it is no JSON, or a key is missing or of another type.
    """
    try:
        return _ADAPTER.validate_json(path.read_bytes())
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"]))
        cause = f"“{where}”{CAUSES.get(first['type'], '的值不对')}" if where else "不是有效的 JSON"
        raise GoldError(str(path), f"{cause}（{first['msg']}）") from error


_ADAPTER: TypeAdapter[Gold] = TypeAdapter(Gold)
CAUSES = {"missing": "缺少", "literal_error": "不是已知的代码", "string_type": "须是文字"}


class Evaluation:
    """Findings against readings: the figures, and where the two disagree.

    Args:
        gold: readings; only those that record anomalies count for the rules, as only these were searched for them.
        findings: findings as plain data (``findings.jsonl``), of any documents.
    """

    def __init__(self, gold: Sequence[Gold], findings: Iterable[Mapping[str, Any]]) -> None:
        self.gold = gold
        self.searched = {PurePath(each.source).name for each in gold if each.anomalies}
        self.findings: dict[Objection, Mapping[str, Any]] = {}
        self.certainties: dict[str, set[Objection]] = {name: set() for name in CERTAINTIES}
        for each in findings:
            where = Objection.of(each["rule"], each.get("source") or "", each.get("project"), each.get("indicator"))
            self.findings.setdefault(where, each)
            self.certainties[each["certainty"]].add(where)

    @cached_property
    def wanted(self) -> dict[Objection, Disagreement]:
        """Every objection of the readers, as the disagreement that it is where no finding has it."""
        return {
            Objection.of(each.rule, each.source, each.project, each.indicator): each
            for document in self.gold
            if document.anomalies
            for each in objections(document)
        }

    @cached_property
    def found(self) -> dict[Objection, Mapping[str, Any]]:
        """The findings on documents that were searched."""
        return {where: each for where, each in self.findings.items() if where.source in self.searched}

    def rules(self) -> list[Score]:
        """The figures of every rule that has objections or findings."""
        return scores(self.wanted, self.found)

    def pooled(self) -> list[Score]:
        """The figures over all rules that have objections, and of certain and possible findings apart.

        Recall is against all objections each time.
        """
        known = {where.rule for where in self.wanted}
        found = {where for where in self.found if where.rule in known}
        apart = [score(name, self.wanted, found & some) for name, some in self.certainties.items()]
        return [score("all", self.wanted, found), *apart]

    def unclear(self) -> Score:
        """The figures of the rules that follow from the kind of a value: vague, restated, missing, secret."""
        rules = set(RULE_OF_KIND.values())
        return score("unclear", {w for w in self.wanted if w.rule in rules}, {w for w in self.found if w.rule in rules})

    def vagueness(self) -> list[Score]:
        """Vague targets over all readings: the rule, and two baselines on the same values.

        The baselines are a plain list of words, and every value without a digit. Findings on forms whose indicators
        nobody recorded, and on damaged rows, do not count.
        """
        rows = {where: row for where, row in compared(self.gold) if not row.loose}
        loose = {where for where, row in compared(self.gold) if row.loose}
        forms = {(where.source, where.project) for where in rows}
        wanted = {where for where, row in rows.items() if row.kind == "vague"}
        found = {w for w in self.findings if w.rule == "vague-target" and (w.source, w.project) in forms} - loose
        return [
            score("vague", wanted, found),
            score("keywords", wanted, {where for where, row in rows.items() if has_word(row.value)}),
            score("no_digit", wanted, {where for where, row in rows.items() if has_no_digit(row.value)}),
        ]

    def disagreements(self) -> list[Disagreement]:
        """What only the readers have, then what only the rules have, each in the order of rules and documents."""
        missed = [each for where, each in sorted(self.wanted.items()) if where not in self.found]
        return missed + [_unasked(each) for where, each in sorted(self.found.items(), key=lambda pair: pair[0])
                         if where not in self.wanted]  # fmt: skip


def objections(document: Gold) -> Iterator[Disagreement]:
    """What a reader objects to in a document."""
    for each in document.anomalies:
        yield Disagreement(True, each.rule, document.source, each.target, each.indicator, printed=each.why)  # noqa: FBT003
    for form in document.targets:
        for row in form.indicators:
            place = Disagreement(
                True, "", document.source, form.name, row.name, row.page, row.line, printed=row.value  # noqa: FBT003
            )  # fmt: skip
            if row.kind == "relative" and row.prior is None:
                yield replace(place, rule="relative-without-baseline")
            if row.kind in RULE_OF_KIND and not row.loose:
                yield replace(place, rule=RULE_OF_KIND[row.kind])


def compared(gold: Iterable[Gold]) -> Iterator[tuple[Objection, GoldIndicator]]:
    """Every recorded row of the readings under the objection that it would be if it were vague."""
    for document in gold:
        for form in document.targets:
            for row in form.indicators if not form.prose else ():
                yield Objection.of(RULE_OF_KIND["vague"], document.source, form.name, row.name), row


def score(name: str, wanted: Collection[Objection], found: Collection[Objection]) -> Score:
    """The figures of two sets of objections."""
    return Score(name, len(wanted), len(found), len(set(wanted) & set(found)))


def scores(wanted: Collection[Objection], found: Collection[Objection]) -> list[Score]:
    """The figures of each rule, in the order of their names."""
    rules = sorted({where.rule for where in (*wanted, *found)})
    return [score(rule, {w for w in wanted if w.rule == rule}, {w for w in found if w.rule == rule}) for rule in rules]


def has_word(value: str | None) -> bool:
    """The first baseline: a value that holds one of the plain list's words is vague."""
    return any(word in fold(value or "") for word in BASELINE_WORDS)


def has_no_digit(value: str | None) -> bool:
    """The second baseline: a value without a digit is vague."""
    return not re.search(r"\d", fold(value or ""))


def _unasked(finding: Mapping[str, Any]) -> Disagreement:
    first: Mapping[str, Any] = next(iter(finding.get("places") or ()), {})
    return Disagreement(
        missed=False,
        rule=finding["rule"],
        source=finding.get("source") or "",
        project=finding.get("project"),
        indicator=finding.get("indicator"),
        page=first.get("page"),
        line=first.get("line"),
        certainty=finding.get("certainty"),
        printed=finding.get("found"),
    )
