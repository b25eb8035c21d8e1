"""The records: what a disclosure says, each value with the place where it says it.

The JSON form of a :class:`Document` is jixiao's interchange format: one object a document, one document a line.
Strings have all white space removed (wrapped cells are joined); money is in 万元 as a decimal; what the document
does not state is ``None``, never a guess.

``places`` of a record maps a field's name (``"value"``, or ``"goals.0"`` for the first of a list) to the printed
spans that the value was made of. Joining the spans' quotes and folding them gives the value.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import PlainSerializer, StringConstraints

Number = Annotated[Decimal, PlainSerializer(float, return_type=float, when_used="json")]
"""A decimal that is a JSON number."""

WebAddress = Annotated[str, StringConstraints(pattern=r"^https?://[!#-;=?-Z_a-z~]+$")]
"""An address in the web, in the ASCII characters that an address may have; others are percent-encoded."""

Moment = Annotated[str, StringConstraints(pattern=r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$")]
"""A moment in UTC, to the second: ``2025-02-14T18:00:05Z``."""

Comparator = Literal["ge", "le", "gt", "lt", "eq"]
"""How a target value is compared: at least, at most, more than, less than, exactly."""

Kind = Literal["quantity", "time", "relative", "state", "vague", "restated", "missing", "secret"]
"""What sort of target a printed value is; ``docs/records.md`` defines each."""

TableKind = Literal[
    "income-expenditure",
    "income",
    "expenditure",
    "appropriation",
    "general-budget",
    "basic",
    "projects",
    "fund",
    "state-capital",
    "three-public",
    "procurement",
    "purchased-services",
    "entrusted",
    "assets",
    "operating",
    "transfers",
    "carry-over",
    "other",
]
"""What a budget table is about, in this order: 收支总表, 收入总表, 支出总表, 财政拨款收支, 一般公共预算支出, 基本支出,
项目支出, 政府性基金, 国有资本经营, “三公”经费, 政府采购, 政府购买服务, 委托事项, 资产, 机关运行经费, 转移支付,
结转资金, or something else."""

MoneyUnit = Literal["元", "千元", "万元", "亿元"]

DocumentKind = Literal["预算", "决算", "自评"]
"""What a document is: a budget, final accounts, or an evaluation of its own targets."""

Level = Literal["central", "province", "city", "county", "township"]
"""Of the government that a department belongs to."""

Scope = Literal["project", "department"]
Direction = Literal["more", "less", "keep"]


@dataclass(frozen=True, slots=True)
class Span:
    """One printed stretch of the source.

    ``start`` and ``end`` count characters (code points) in the decoded source text, ``line`` is 1-based,
    ``page`` 1-based where the source has pages or sheets, ``row`` and ``column`` 1-based where the source has cells.
    ``quote`` is the text between ``start`` and ``end``, unchanged.
    """

    start: int
    end: int
    quote: str
    line: int
    page: int | None = None
    row: int | None = None
    column: int | None = None


Places = Mapping[str, tuple[Span, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Indicator:
    """One row of a performance-target form (绩效指标)."""

    l1: str | None
    l2: str | None
    name: str
    desc: str | None = None
    value: str | None = None
    basis: str | None = None
    weight: Number | None = None
    prior: str | None = None
    scoring: str | None = None
    evidence: str | None = None
    op: Comparator | None = None
    number: Number | None = None
    number2: Number | None = None
    unit: str | None = None
    kind: Kind = "missing"
    note: str | None = None
    actual: str | None = None
    """What was achieved, as a self-evaluation (绩效自评表) prints it beside the target."""
    score: Number | None = None
    """The points that a self-evaluation gives; ``weight`` are the points that it could give."""
    line: int | None = None
    page: int | None = None
    polarity: Direction | None = None
    """Whether more or less of this is better, from the words of name and unit; ``None`` where they do not tell."""
    polarity_word: str | None = None
    """The word of the name that told the polarity."""
    per_unit: bool = False
    """The value is a price for one of many (``2万元/家``, ``每个单位2万元``), not a total."""
    places: Places = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """One performance-target form (绩效目标表) of a project or of a department."""

    scope: Scope
    name: str
    code: str | None = None
    unit: str | None = None
    unit_code: str | None = None
    amount_wan: Number | None = None
    funds: Mapping[str, Number] = field(default_factory=dict)
    purpose: str | None = None
    goals: tuple[str, ...] = ()
    plan: tuple[Number | None, ...] | None = None
    indicators: tuple[Indicator, ...] = ()
    line: int | None = None
    page: int | None = None
    prose: bool = False
    places: Places = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectBudget:
    """One leaf row of a project-expenditure table (项目支出表)."""

    name: str
    parent: str | None = None
    category: str | None = None
    unit: str | None = None
    total_wan: Number
    sources: Mapping[str, Number] = field(default_factory=dict)
    places: Places = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class BudgetRow:
    """One row of a budget table, or of one side of it where income and expenditure are printed side by side."""

    code: str | None = None
    """The printed code; of one that is printed over the columns 类, 款 and 项, the parts above it and its own."""
    name: str | None = None
    texts: Mapping[str, str] = field(default_factory=dict)
    """The other cells that hold words, by the labels over their columns."""
    amounts: Mapping[str, Number] = field(default_factory=dict)
    """Money in 万元 by the labels over its column, from the top and divided by slashes; empty cells are left out."""
    is_total: bool = False
    """The row is named as a sum of others."""
    places: Places = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class BudgetTable:
    """One printed table of money, over as many pages as it has."""

    kind: TableKind
    title: str | None = None
    unit: MoneyUnit | None = None
    """The unit in which it prints its money, where it says so."""
    columns: tuple[str, ...] = ()
    """The labels over its columns, from the top and divided by slashes."""
    rows: tuple[BudgetRow, ...] = ()
    line: int | None = None
    page: int | None = None
    places: Places = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """A budget unit that the document names as owner of money or of a project."""

    name: str
    code: str | None = None
    places: Places = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What the document says of itself as a whole; money in 万元."""

    publisher: str | None = None
    publisher_code: str | None = None
    region: str | None = None
    """The administrative division that the publisher's name begins with, in full."""
    region_code: str | None = None
    """Its code in GB/T 2260, six digits."""
    level: Level | None = None
    """Of the publisher's government, told by the division."""
    fiscal_year: int | None = None
    total_expenditure_wan: Number | None = None
    basic_wan: Number | None = None
    project_wan: Number | None = None
    places: Places = field(default_factory=dict)


StatementSubject = Literal[
    "total", "basic", "project", "projects", "project-money", "units", "three-public", "procurement", "operating"
]
"""What a statement counts: expenditure in total, basic, project expenditure; projects and their money; budget units;
“三公”经费, 政府采购, 机关运行经费."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """A document that granted money (资金下达文件), as a project's name or running text cites it."""

    number: str
    """As printed: ``冀财教〔2024〕105号``."""
    project: str | None = None
    """The project or form whose name cites it."""
    places: Places = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """A figure that running text states: ``二级项目37个``, ``本年拨款4461.27万元``."""

    subject: StatementSubject
    what: str
    """The printed words that say what is counted."""
    number: Number
    """As printed, in ``unit``."""
    unit: str
    places: Places = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Leftover:
    """Something inside a form or table that was not understood, and why (``reason`` is in Chinese)."""

    reason: str
    span: Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """How much of what stands in target forms and budget tables ended in a record.

    White space, punctuation, labels of fields and columns, and the titles of forms and tables do not count.
    """

    characters: int
    """The characters that count."""
    read: int
    """Those of them that stand at the place of some value."""

    @property
    def share(self) -> float:
        """From 0 to 1; 1 where nothing counts."""
        return self.read / self.characters if self.characters else 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """Everything that was read from one source file."""

    source: str
    """The file's name without folders."""
    sha256: str
    extractor: str
    """Name and version of what read the file."""
    encoding: str | None
    """Of a text file; ``None`` where the format says how characters are stored."""
    format: str = "text"
    """What the file's content is: pdf, xlsx, xls, docx, doc, html, markdown, csv or text."""
    kind: DocumentKind | None = None
    supersedes: str | None = None
    """What the document says of an earlier version of itself that it corrects, as printed."""
    url: WebAddress | None = None
    """The address that the file was fetched from; like ``retrieved`` left out of the JSON where it is not known."""
    retrieved: Moment | None = None
    """When the file was first fetched from there with this content."""
    document: Facts
    units: tuple[Unit, ...] = ()
    project_budgets: tuple[ProjectBudget, ...] = ()
    targets: tuple[Target, ...] = ()
    tables: tuple[BudgetTable, ...] = ()
    """The budget tables whose cells are known, in printed order."""
    granted: tuple[Grant, ...] = ()
    """The documents that granted money, each once a project, in printed order."""
    statements: tuple[Statement, ...] = ()
    """Figures in running text that tables and forms can be compared with, in printed order."""
    leftovers: tuple[Leftover, ...] = ()
    coverage: Coverage | None = None
    places: Places = field(default_factory=dict)
    """Of ``kind`` and ``supersedes``."""
