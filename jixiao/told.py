"""What documents say, as records for people: every page of the site and the report is made of these."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence  # noqa: TC003 - fields of dataclasses
from dataclasses import dataclass, fields
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

VAGUE_KINDS = ("vague", "restated", "missing")
"""The kinds of target that nobody can check: only words, the name again, nothing."""
UNDISCLOSED = "secret"
"""The kind of target that is not disclosed; it counts neither as clear nor as unclear."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """One printed stretch from which a field was read."""

    of: str
    field: str
    quote: str
    line: int | None = None
    page: int | None = None
    row: int | None = None
    """Of a cell of a table, with ``column``; both from one."""
    column: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Leftover:
    """One stretch of a form or table that was not understood."""

    document: str
    reason: str
    quote: str
    line: int | None = None
    page: int | None = None
    row: int | None = None
    column: int | None = None


NEAR = 4
"""How many lines further on the next piece of a printed cell may stand."""


@dataclass(slots=True)
class Proof:
    """What one field of the proof says, from all pieces of its printed cell."""

    field: str
    quote: str
    line: int | None
    last: int | None
    page: int | None
    row: int | None = None
    column: int | None = None

    def takes(self, piece: Proof) -> bool:
        """Whether a piece continues this cell; then it has become part of it."""
        if self.last is None or piece.line is None or piece.line - self.last > NEAR:
            return False
        self.quote, self.last = self.quote + piece.quote, piece.line
        return True


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One objection, as ``findings.jsonl`` has it."""

    id: str
    address: str
    rule: str
    severity: str
    certainty: str
    focus: str
    version: str | None = None
    evidence: str | None = None
    source: str | None = None
    document: str | None = None
    project: str | None = None
    indicator: str | None = None
    found: str | None = None
    expected: str | None = None
    places: Sequence[Mapping[str, Any]] = ()

    @property
    def proofs(self) -> list[Proof]:
        """The places, the pieces of one printed cell joined."""
        latest: dict[str, Proof] = {}
        every: list[Proof] = []
        for place in self.places:
            where = (place.get(name) for name in ("line", "line", "page", "row", "column"))
            piece = Proof(place["field"], place["quote"], *where)
            if not (piece.field in latest and latest[piece.field].takes(piece)):
                latest[piece.field] = piece
                every.append(piece)
        return every


FINDING = tuple(each.name for each in fields(Finding))


@dataclass(frozen=True, slots=True, kw_only=True)
class Disclosure:
    """One document, with the money that it states for the whole, in 元."""

    iri: str
    source: str
    sha256: str
    encoding: str | None = None
    format: str = "text"
    kind: str | None = None
    supersedes: str | None = None
    url: str | None = None
    """The web address that the file was fetched from."""
    retrieved: str | None = None
    """When that was, in UTC."""
    coverage: Decimal | None = None
    """How much of its forms and tables was read, from 0 to 1; ``None`` where nobody measured."""
    title: str | None = None
    year: int | None = None
    organisation: str | None = None
    """The address of its publisher."""
    publisher: str | None = None
    region: str | None = None
    division: str | None = None
    """The code of its administrative division (GB/T 2260)."""
    total: Decimal | None = None
    basic: Decimal | None = None
    project: Decimal | None = None
    tables: int | None = None
    """How many budget tables were recognised; the coverage knows no others."""

    @property
    def label(self) -> str:
        """What to call it: its title, else its file."""
        return self.title or self.source


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One row of a project-expenditure table."""

    iri: str
    project: str
    name: str
    amount: Decimal
    parent: str | None = None
    category: str | None = None
    unit: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Indicator:
    """One indicator with its target."""

    iri: str
    form: str
    order: int
    name: str
    kind: str
    description: str | None = None
    level1: str | None = None
    level2: str | None = None
    weight: Decimal | None = None
    basis: str | None = None
    prior: str | None = None
    actual: str | None = None
    score: Decimal | None = None
    scoring: str | None = None
    evidence: str | None = None
    printed: str | None = None
    comparator: str | None = None
    number: Decimal | None = None
    number2: Decimal | None = None
    unit: str | None = None
    polarity: str | None = None
    """Whether more or less of it is better, where its name tells."""

    @property
    def is_vague(self) -> bool:
        """Whether nobody can check the target."""
        return self.kind in VAGUE_KINDS


@dataclass(frozen=True, slots=True)
class Clarity:
    """How many targets nobody can check, of how many that are disclosed: both are always said together."""

    unclear: int
    judged: int

    @property
    def percent(self) -> Decimal | None:
        """The share in percent, with one decimal; ``None`` where there is nothing to judge."""
        return (Decimal(100 * self.unclear) / self.judged).quantize(TENTH, ROUND_HALF_UP) if self.judged else None


TENTH = Decimal("0.1")


def clarity(indicators: Iterable[Indicator]) -> Clarity:
    """How clear these indicators are."""
    judged = [indicator for indicator in indicators if indicator.kind != UNDISCLOSED]
    return Clarity(sum(indicator.is_vague for indicator in judged), len(judged))


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """One performance-target form."""

    iri: str
    document: str
    name: str
    scope: str
    project: str | None = None
    code: str | None = None
    unit: str | None = None
    amount: Decimal | None = None
    purpose: str | None = None
    indicators: tuple[Indicator, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """What money is for: a project with its rows and forms, or a whole department with its form."""

    iri: str
    document: Disclosure
    name: str
    code: str | None = None
    lines: tuple[Line, ...] = ()
    forms: tuple[Form, ...] = ()
    findings: tuple[Finding, ...] = ()

    @property
    def is_department(self) -> bool:
        """Whether the form is about a whole department."""
        return any(form.scope == "department" for form in self.forms)

    @property
    def budget(self) -> Decimal | None:
        """What the budget table gives it, in 元: the sum of its rows."""
        return sum((line.amount for line in self.lines), Decimal(0)) if self.lines else None

    @property
    def stated(self) -> Decimal | None:
        """What its forms say it costs, in 元: the sum of those that say so, since each is of another unit."""
        amounts = [form.amount for form in self.forms if form.amount is not None]
        return sum(amounts, Decimal(0)) if amounts else None

    @property
    def lacks_form(self) -> bool:
        """Whether it has money and no targets, as the rule says: another name for it counts as a form."""
        return any(finding.rule == "no-target" for finding in self.findings)

    @property
    def money(self) -> Decimal | None:
        """The budget, or what the form says where there is no budget row."""
        return self.stated if self.budget is None else self.budget

    @property
    def unit(self) -> str | None:
        """The unit that owns it, from its rows or its forms."""
        units = [*(line.unit for line in self.lines), *(form.unit for form in self.forms)]
        return next(filter(None, units), None)

    @property
    def indicators(self) -> tuple[Indicator, ...]:
        """The indicators of all its forms."""
        return tuple(indicator for form in self.forms for indicator in form.indicators)

    @property
    def clarity(self) -> Clarity:
        """How many of its targets nobody can check."""
        return clarity(self.indicators)
