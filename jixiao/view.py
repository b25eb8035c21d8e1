"""What a snapshot says, arranged for people: the same for every page of the site and for the report.

The questions that are asked of the graph stand in ``views/*.rq``; each row becomes one of the records below.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence  # noqa: TC003 - fields of dataclasses
from dataclasses import dataclass, fields, replace
from decimal import ROUND_HALF_UP, Decimal
from functools import cache, cached_property
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import unquote

from pyoxigraph import Literal, NamedNode, QuerySolutions

from ontology.terms import XSD

if TYPE_CHECKING:
    from jixiao.messages import Language
    from jixiao.tables import Cell

VAGUE_KINDS = ("vague", "restated", "missing")
"""The kinds of target that nobody can check: only words, the name again, nothing."""
UNDISCLOSED = "secret"
"""The kind of target that is not disclosed; it counts neither as clear nor as unclear."""


class Graph(Protocol):
    """What is needed of a snapshot."""

    id: str

    def query(self, sparql: str) -> Any:
        """The answer of a query on the union of all documents."""

    def findings(self) -> Iterable[Mapping[str, Any]]:
        """The findings as plain data."""

    @property
    def manifest(self) -> Mapping[str, Any]:
        """What the snapshot was made of."""


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


def value_of(term: Any) -> Cell:
    """An RDF term as the Python value that it means; codes and addresses as text."""
    if not isinstance(term, Literal):
        return None if term is None else str(getattr(term, "value", term))
    match term.datatype.value.removeprefix(XSD):
        case "integer":
            return int(term.value)
        case "decimal":
            return Decimal(term.value)
        case "double" | "float":
            return float(term.value)
        case "boolean":
            return term.value == "true"
        case _:
            return str(term.value)


@cache
def view_text(name: str, *things: str) -> str:
    """The query of a view, about these things where it is about some."""
    text = files("jixiao").joinpath("views", f"{name}.rq").read_text(encoding="utf-8")
    return text.replace("UNDEF", " ".join(str(NamedNode(thing)) for thing in things)) if things else text


def rows(graph: Graph, name: str, *things: str, language: Language = "zh") -> Iterator[dict[str, Any]]:
    """The rows of a view with what is bound in each; what is said in Chinese there, in this language."""
    solutions = graph.query(view_text(name, *things).replace('"zh"', f'"{language}"'))
    assert isinstance(solutions, QuerySolutions)
    names = [variable.value for variable in solutions.variables]
    for solution in solutions:
        yield {name: value_of(solution[name]) for name in names if solution[name] is not None}


def notation(code: str) -> str:
    """The notation at the end of a code's address."""
    return code.rpartition("/")[2]


class View:
    """One snapshot arranged: every list is read from the graph once, when it is first looked at."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self.id = graph.id

    @property
    def failed(self) -> Mapping[str, str]:
        """The rules that could not judge, each with the reason."""
        failed: Mapping[str, str] = self.graph.manifest.get("failed", {})
        return failed

    @cached_property
    def documents(self) -> dict[str, Disclosure]:
        """Every document by its address."""
        return {row["iri"]: Disclosure(**row) for row in rows(self.graph, "documents")}

    @cached_property
    def by_publisher(self) -> Mapping[str, list[Disclosure]]:
        """The documents by the address of their publisher, the earliest year first."""
        every = sorted(self.documents.values(), key=lambda each: (each.year or 0, each.source))
        return grouped((each for each in every if each.organisation), lambda each: each.organisation)

    @cached_property
    def findings(self) -> list[Finding]:
        """Every finding, in the order of the file."""
        return [Finding(**{name: each[name] for name in FINDING if name in each}) for each in self.graph.findings()]

    @cached_property
    def findings_of(self) -> Mapping[str, list[Finding]]:
        """The findings on each thing by its address."""
        return grouped(self.findings, lambda finding: finding.focus)

    @cached_property
    def leftovers(self) -> Mapping[str, list[Leftover]]:
        """What was not understood, by document."""
        return grouped((Leftover(**row) for row in rows(self.graph, "leftovers")), lambda each: each.document)

    @cached_property
    def subjects(self) -> dict[str, Subject]:
        """Every project, and every department that has a form, by its address; as the documents print them."""
        every_line, every_form = list(self._lines()), list(self._forms_by_iri.values())
        lines = grouped(every_line, lambda line: line.project)
        forms = grouped(every_form, lambda form: form.project)
        found = [self._subject(row, lines[row["iri"]], forms[row["iri"]]) for row in rows(self.graph, "projects")]
        found += [self._department(form) for form in forms[None]]
        place = {iri: index for index, iri in enumerate([*(each.iri for each in every_line), *self._forms_by_iri])}
        document = {iri: index for index, iri in enumerate(self.documents)}
        found.sort(key=lambda each: (document[each.document.iri], _first(place, each)))
        return {each.iri: each for each in found}

    @cached_property
    def subject_of(self) -> Mapping[str, Subject]:
        """The project or department that a thing belongs to: rows, forms and indicators by their addresses."""
        return {part: subject for subject in self.subjects.values() for part in (subject.iri, *_parts(subject))}

    @cached_property
    def indicators(self) -> dict[str, Indicator]:
        """Every indicator by its address, in reading order."""
        return {each.iri: each for subject in self.subjects.values() for each in subject.indicators}

    @cached_property
    def by_path(self) -> Mapping[str, str]:
        """Every address with a page, by its readable part after the base's ``id/``."""
        things = (*self.documents, *self.subject_of, *(finding.address for finding in self.findings))
        return {readable(thing): thing for thing in things}

    def address_of(self, path: str, folder: str = "id/") -> str | None:
        """The address of anything in the graph whose part after the base and its folder this is."""
        base = next(iter(self.documents), "").partition("/id/")[0]
        try:
            address = NamedNode(f"{base}/{folder}{path}").value
        except ValueError:  # what is typed into a browser need be no address
            return None
        return address if next(rows(self.graph, "thing", address), None) else None

    def of_document(self, iri: str) -> list[Subject]:
        """The projects and departments of one document."""
        return self._subjects_by_document[iri]

    def findings_in(self, iri: str) -> list[Finding]:
        """The findings of one document."""
        return self._findings_by_document[iri]

    def goals(self, form: Form) -> list[str]:
        """The goals of a form in order."""
        return [row["text"] for row in rows(self.graph, "goals", form.iri)]

    def scores(self, thing: str, language: Language = "zh") -> list[dict[str, Any]]:
        """The scores of a thing, each with its two numbers."""
        return list(rows(self.graph, "scores", thing, language=language))

    def plan(self, form: Form) -> list[Decimal | None]:
        """The cumulative shares of a form's spending plan; ``None`` for an empty cell."""
        return [row.get("percent") for row in rows(self.graph, "plan", form.iri)]

    def funding(self, *owners: str) -> Mapping[str, list[dict[str, Any]]]:
        """Who pays for these rows and forms."""
        return grouped(rows(self.graph, "funding", *owners) if owners else (), lambda row: row["of"])

    def places(self, *things: str) -> Mapping[str, Mapping[str, list[Place]]]:
        """Where the fields of these things are printed: by thing, then by field."""
        found: dict[str, dict[str, list[Place]]] = defaultdict(lambda: defaultdict(list))
        for row in rows(self.graph, "places", *things) if things else ():
            found[row["of"]][row["field"]].append(Place(**row))
        return found

    @cached_property
    def _subjects_by_document(self) -> Mapping[str, list[Subject]]:
        return grouped(self.subjects.values(), lambda subject: subject.document.iri)

    @cached_property
    def _findings_by_document(self) -> Mapping[str, list[Finding]]:
        return grouped(self.findings, lambda finding: finding.document)

    def _lines(self) -> Iterator[Line]:
        return (Line(**row) for row in rows(self.graph, "lines"))

    @cached_property
    def _forms_by_iri(self) -> dict[str, Form]:
        indicators = grouped(self._indicators(), lambda indicator: indicator.form)
        return {
            row["iri"]: Form(**(row | {"scope": notation(row["scope"]), "indicators": tuple(indicators[row["iri"]])}))
            for row in rows(self.graph, "forms")
        }

    def _indicators(self) -> Iterator[Indicator]:
        for row in rows(self.graph, "indicators"):
            row.update({name: notation(row[name]) for name in ("kind", "comparator") if name in row})
            yield Indicator(**row)

    def _department(self, form: Form) -> Subject:
        row = {"iri": form.iri, "document": form.document, "name": form.name, "code": form.code}
        return self._subject(row, (), (form,))

    def _subject(self, row: Mapping[str, Any], lines: Iterable[Line], forms: Iterable[Form]) -> Subject:
        bare = Subject(
            iri=row["iri"],
            document=self.documents[row["document"]],
            name=row["name"],
            code=row.get("code"),
            lines=tuple(lines),
            forms=tuple(forms),
        )
        parts = dict.fromkeys((bare.iri, *_parts(bare)))
        return replace(bare, findings=tuple(finding for part in parts for finding in self.findings_of[part]))


def _parts(subject: Subject) -> Iterator[str]:
    """The addresses of the rows, forms and indicators of a project."""
    yield from (line.iri for line in subject.lines)
    yield from (form.iri for form in subject.forms)
    yield from (indicator.iri for indicator in subject.indicators)


def _first(place: Mapping[str, int], subject: Subject) -> int:
    """Where a project is first printed: its budget row, else its form."""
    return min((place[part] for part in _parts(subject) if part in place), default=len(place))


def grouped(items: Iterable[Any], key: Any) -> defaultdict[Any, list[Any]]:
    """The items by a key, in their order."""
    groups: defaultdict[Any, list[Any]] = defaultdict(list)
    for item in items:
        groups[key(item)].append(item)
    return groups


def readable(iri: str) -> str:
    """The part of an address after the base's ``id/``, without percent encoding: what a page's path shows."""
    return unquote(re.sub(r"^.*?/id/", "", iri, count=1))
