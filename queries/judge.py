"""Rules run on a graph: each is not applicable, passed, found something, or failed itself."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Iterable, Mapping  # noqa: TC003 - fields of dataclasses
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Literal

import pyoxigraph as ox
import yaml

from queries.errors import HeaderError, MalformedQueryError, ProfileError, malformed
from queries.parameters import inlined

if TYPE_CHECKING:
    from pathlib import Path

    from queries.library import Rule, Severity

JX = "https://w3id.org/jixiao/ontology#"
OA = "http://www.w3.org/ns/oa#"
PROJECTION = ("focus", "indicator", "project", "found", "expected", "evidence", "certainty")
"""What every rule selects, in this order."""

Certainty = Literal["certain", "possible"]
Status = Literal["not-applicable", "passed", "found", "failed"]
SECONDS = 300.0
"""How long a rule may take. The slowest takes a second on a million triples."""


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """Where the proof stands: the field, its line, page, row and column, and the words printed there."""

    line: int | None
    page: int | None
    field: str
    quote: str
    row: int | None = None
    """Of a cell of a table, with ``column``; both from one."""
    column: int | None = None
    order: int = 0
    """Among the pieces of its field, which need not stand as they are read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One objection to one thing, with both figures and the places where they stand.

    ``id`` depends on the rule, the thing judged and the figures alone, so it survives a new reading of the same file.
    """

    id: str
    rule: str
    version: str
    severity: Severity
    certainty: Certainty
    source: str | None
    document: str | None
    focus: str
    project: str | None
    indicator: str | None
    found: str | None
    expected: str | None
    evidence: str
    places: tuple[Place, ...]

    def to_dict(self) -> dict[str, Any]:
        """The finding as plain data, as it stands in ``findings.jsonl``."""
        data = asdict(self)
        names = ("field", "line", "page", "row", "column", "quote")
        return data | {"places": [{name: getattr(place, name) for name in names} for place in self.places]}


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of one rule: how many things it could judge, and what it found."""

    rule: Rule
    status: Status
    applicable: int
    findings: tuple[Finding, ...] = ()
    reason: str | None = None
    """Why the rule is not applicable or failed, in Chinese."""

    @property
    def count(self) -> int:
        """How many findings there are."""
        return len(self.findings)


def run(
    rules: Mapping[str, Rule], store: ox.Store, off: Mapping[str, str] | None = None, seconds: float = SECONDS
) -> list[Outcome]:
    """Every rule's outcome, in the order of ``rules``; one that fails keeps no other from running.

    Args:
        rules: the rules by id.
        store: the graph; the union of its named graphs is judged.
        off: rules not to run, each with the written reason (see :func:`profile`).
        seconds: how long each may take. The store cannot stop a query, so one that takes longer is given up: its thread
            ends with its query or with the program.
    """
    return [_in_time(rule, store, (off or {}).get(name), seconds) for name, rule in rules.items()]


def findings(outcomes: Iterable[Outcome]) -> list[Finding]:
    """All findings in one stable order: by document, rule, project, indicator."""
    every = (finding for outcome in outcomes for finding in outcome.findings)
    return sorted(every, key=lambda each: (each.source or "", each.rule, each.project or "", each.focus, each.id))


def to_jsonl(every: Iterable[Finding]) -> str:
    """One JSON object a line."""
    return "".join(json.dumps(each.to_dict(), ensure_ascii=False) + "\n" for each in every)


def profile(path: Path, rules: Mapping[str, Rule]) -> dict[str, str]:
    """The rules that a profile switches off, each with its reason.

    A profile is YAML: ``disabled:`` with one ``rule-id: reason`` a line.

    Raises:
        ProfileError: the file is no such YAML, names an unknown rule, or leaves a reason empty.
    """
    try:
        data = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise ProfileError(path.name, f"不是有效的 YAML：{error}") from error
    disabled = data.get("disabled", {}) if isinstance(data, dict) else None
    if not isinstance(disabled, dict) or set(data) - {"disabled"}:
        raise ProfileError(path.name, "只能有一个键“disabled”，其下每行为“规则: 理由”")
    return {name: _reason(path, name, reason, rules) for name, reason in disabled.items()}


def _reason(path: Path, name: str, reason: Any, rules: Mapping[str, Rule]) -> str:
    if name not in rules:
        raise ProfileError(path.name, f"没有规则“{name}”")
    if not str(reason or "").strip():
        raise ProfileError(path.name, f"停用规则“{name}”须写明理由")
    return str(reason).strip()


def _in_time(rule: Rule, store: ox.Store, off: str | None, seconds: float) -> Outcome:
    done: list[Outcome] = []
    thread = threading.Thread(target=lambda: done.append(_guarded(rule, store, off)), name=rule.id, daemon=True)
    thread.start()
    thread.join(seconds)
    return done[0] if done else _failed(rule, f"超过 {seconds:g} 秒，已放弃")


def _guarded(rule: Rule, store: ox.Store, off: str | None) -> Outcome:
    try:
        return _outcome(rule, store, off)
    except Exception as error:  # noqa: BLE001 - whatever is wrong with one rule, the others run
        return _failed(rule, str(error) or type(error).__name__)


def _failed(rule: Rule, reason: str) -> Outcome:
    return Outcome(rule=rule, status="failed", applicable=0, reason=reason)


def _outcome(rule: Rule, store: ox.Store, off: str | None) -> Outcome:
    if off is not None:
        return Outcome(rule=rule, status="not-applicable", applicable=0, reason=f"已停用：{off}")
    applicable = _census(rule, store)
    if not applicable:
        return Outcome(rule=rule, status="not-applicable", applicable=0, reason=rule.scope.reason["zh"])
    found = tuple(_findings(rule, store))
    return Outcome(rule=rule, status="found" if found else "passed", applicable=applicable, findings=found)


def _select(rule: Rule, text: str, store: ox.Store) -> ox.QuerySolutions:
    try:
        solutions = store.query(text, use_default_graph_as_union=True)
    except SyntaxError as error:
        raise malformed(error, rule.file) from error
    if not isinstance(solutions, ox.QuerySolutions):
        raise MalformedQueryError(rule.file, "规则须是 SELECT 查询")
    return solutions


def _census(rule: Rule, store: ox.Store) -> int:
    try:
        (solution,) = _select(rule, rule.census(), store)
    except MalformedQueryError as error:
        raise HeaderError(rule.file, f"applies-to 的条件有误：{error.cause}") from error
    return int(solution["count"].value)


def _findings(rule: Rule, store: ox.Store) -> Iterable[Finding]:
    solutions = _select(rule, inlined(rule.text), store)
    names = tuple(variable.value for variable in solutions.variables)
    if names != PROJECTION:
        raise MalformedQueryError(rule.file, f"规则须依次选出 {' '.join('?' + name for name in PROJECTION)}")
    rows = [tuple(solution[name].value if solution[name] else None for name in PROJECTION) for solution in solutions]
    proofs: dict[tuple[str | None, ...], list[str | None]] = {}
    for *judged, evidence, certainty in rows:
        proofs.setdefault((*judged, certainty), []).append(evidence)
    for (*judged, certainty), evidence in proofs.items():
        yield _finding(rule, store, dict(zip(PROJECTION, judged, strict=False)), certainty, evidence)


def _finding(
    rule: Rule, store: ox.Store, judged: Mapping[str, str | None], certainty: Any, evidence: list[Any]
) -> Finding:
    """Rows that differ in their evidence alone are one finding with several places."""
    focus = ox.NamedNode(str(judged["focus"]))
    document = _object(store, focus, JX + "document") or focus.value
    proofs = list(dict.fromkeys(evidence))
    key = "\n".join((rule.id, focus.value, judged["indicator"] or "", judged["found"] or "", judged["expected"] or ""))
    return Finding(
        id=hashlib.sha256(key.encode()).hexdigest()[:16],
        rule=rule.id,
        version=rule.version,
        severity=rule.severity,
        certainty=certainty,
        source=_object(store, ox.NamedNode(document), JX + "sourceFile"),
        document=document,
        focus=focus.value,
        project=judged["project"],
        indicator=judged["indicator"],
        found=judged["found"],
        expected=judged["expected"],
        evidence=focus.value if focus.value in proofs else proofs[0],
        places=tuple(sorted({place for proof in proofs for place in _places(rule, store, proof)}, key=_reading)),
    )


def _reading(place: Place) -> tuple[int, int, str, int, str]:
    return (place.page or 0, place.line or 0, place.field, place.order, place.quote)


def _places(rule: Rule, store: ox.Store, proof: str) -> Iterable[Place]:
    for quad in store.quads_for_pattern(ox.NamedNode(proof), ox.NamedNode(JX + "place"), None):
        field = _object(store, quad.object, JX + "field") or ""
        if field.partition(".")[0] not in rule.shows:
            continue
        yield Place(
            field=field,
            **{name: _whole(_object(store, quad.object, JX + name)) for name in ("line", "page", "row", "column")},
            quote=_quote(store, quad.object),
            order=_whole(_object(store, quad.object, JX + "order")) or 0,
        )


def _quote(store: ox.Store, place: Any) -> str:
    selectors = store.quads_for_pattern(place, ox.NamedNode(OA + "hasSelector"), None)
    return next((quote for each in selectors if (quote := _object(store, each.object, OA + "exact"))), "")


def _whole(value: str | None) -> int | None:
    return int(value) if value else None


def _object(store: ox.Store, subject: Any, predicate: str) -> str | None:
    quad = next(iter(store.quads_for_pattern(subject, ox.NamedNode(predicate), None)), None)
    return quad.object.value if quad and isinstance(quad.object, ox.NamedNode | ox.Literal) else None
