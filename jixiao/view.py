"""What a snapshot says, arranged for people: the same for every page of the site and for the report.

The questions that are asked of the graph stand in ``views/*.rq``; each row becomes a record of :mod:`jixiao.told`.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping  # noqa: TC003 - fields of dataclasses
from dataclasses import replace
from decimal import Decimal
from functools import cache, cached_property
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import unquote

from pyoxigraph import Literal, NamedNode, QuerySolutions

from jixiao.told import FINDING, Disclosure, Finding, Form, Indicator, Leftover, Line, Place, Subject
from ontology.terms import XSD

if TYPE_CHECKING:
    from jixiao.messages import Language
    from jixiao.tables import Cell


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
            row.update({name: notation(row[name]) for name in ("kind", "comparator", "polarity") if name in row})
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
