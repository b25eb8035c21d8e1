"""What a worker process can be told to do with a store: answer a query, give a graph, change something.

Each job is plain data that passes from process to process; ``run`` does it and hands what it has to say to ``write``.
"""

from __future__ import annotations

import codecs
import csv
import json
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, NamedTuple, Protocol

import pyoxigraph as ox

from ontology.terms import PREFIXES
from queries.errors import FormatError, MalformedGraphError, NoGraphError, RefusedQueryError, malformed
from queries.guard import Query, read, read_update, with_dataset

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import IO

Results = Literal["json", "xml", "csv", "tsv", "sheet"]
Graphs = Literal["ttl", "nt", "nq", "trig", "jsonld", "rdf"]

RESULTS = {
    "json": ox.QueryResultsFormat.JSON,
    "xml": ox.QueryResultsFormat.XML,
    "csv": ox.QueryResultsFormat.CSV,
    "tsv": ox.QueryResultsFormat.TSV,
}
SHEET = "sheet"
"""CSV for spreadsheets: Excel knows its encoding, and no cell runs as a formula."""
GRAPHS = {
    "ttl": ox.RdfFormat.TURTLE,
    "nt": ox.RdfFormat.N_TRIPLES,
    "nq": ox.RdfFormat.N_QUADS,
    "trig": ox.RdfFormat.TRIG,
    "jsonld": ox.RdfFormat.JSON_LD,
    "rdf": ox.RdfFormat.RDF_XML,
}
PRETTY = frozenset({"ttl", "trig", "rdf"})
"""Formats in which prefixes help the reader."""
LARGEST_PAGE = 10_000
STAGE = ox.NamedNode("urn:jixiao:stage")
"""Where content is gathered before it becomes a graph. Nobody sees it, as there is one process for a store that
changes, and it does one thing after the other."""

# A minus before what is only a number is common in print, and harmless.
_FORMULA = re.compile(r"[=+@\t\r]|-(?![\d.,%–-]*\Z)")


class Outcome(NamedTuple):
    """What became of a job besides what it wrote."""

    form: str = ""
    """The format of what it wrote."""
    more: bool = False
    """There are rows after this page."""
    created: bool = False
    """A graph is there that was not there before."""


class Job(Protocol):
    """What a worker process can be told to do."""

    @property
    def name(self) -> str:
        """What messages call it."""

    @property
    def grows(self) -> bool:
        """Whether the store may be larger afterwards."""

    def run(self, store: ox.Store, out: IO[bytes]) -> Outcome:
        """Do it. Raises an error of :mod:`queries.errors`, or what the store raises."""


class Dataset(NamedTuple):
    """The graphs that a request names (SPARQL 1.1 Protocol, 2.1.4 and 2.2.3), by their addresses."""

    default: tuple[str, ...] = ()
    named: tuple[str, ...] = ()


EVERYTHING = Dataset()
"""No graph is named."""


class Page(NamedTuple):
    """So many rows of an answer, counted in pages from 1."""

    number: int
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """A query, its dataset, and in which format its answer is wanted, whichever form it has."""

    text: str
    results: str | None = None
    graphs: str | None = None
    dataset: Dataset = EVERYTHING
    union: bool = True
    """Without any dataset, the default graph is all graphs together."""
    base: str | None = None
    page: Page | None = None
    name: str = "查询"
    grows: bool = field(default=False, init=False)

    def run(self, store: ox.Store, out: IO[bytes]) -> Outcome:
        """Writes the answer.

        Raises:
            RefusedQueryError: the query may not run.
            MalformedQueryError: it is not SPARQL.
            FormatError: there is no answer in the wanted format.
        """
        query = read(self.text, self.name)
        tabular = query.form in {"SELECT", "ASK"}
        form = self.results if tabular else self.graphs
        formats = [*RESULTS, SHEET] if tabular else [*GRAPHS]
        if form not in formats:
            raise FormatError(self.name, f"{query.form} 的结果没有所要的格式")
        try:
            result = self._result(store, query)
        except SyntaxError as error:
            raise malformed(error, self.name) from None
        if isinstance(result, ox.QueryTriples):
            write_triples(result, out, form)
            return Outcome(form)
        if self.page and isinstance(result, ox.QuerySolutions):
            result, more = _cut(result, self.page.size)
            _write_rows(result, out, form)
            return Outcome(form, more=more)
        _write_rows(result, out, form)
        return Outcome(form)

    def _result(self, store: ox.Store, query: Query) -> ox.QuerySolutions | ox.QueryBoolean | ox.QueryTriples:
        text = self._paged(query) if self.page else self.text
        if self.dataset != EVERYTHING:
            return store.query(
                text,
                base_iri=self.base,
                default_graph=[*map(ox.NamedNode, self.dataset.default)],
                named_graphs=[*map(ox.NamedNode, self.dataset.named)],
            )
        return store.query(text, base_iri=self.base, use_default_graph_as_union=self.union and not query.dataset)

    def _paged(self, query: Query) -> str:
        """The query with the limits of a page, and one row more, which tells whether there is a page after it."""
        number, size = self.page or Page(1, LARGEST_PAGE)
        if query.form != "SELECT" or query.limited:
            raise RefusedQueryError(self.name, "分页（page、pageSize）只用于没有 LIMIT 和 OFFSET 的 SELECT 查询")
        limits = f"\nLIMIT {size + 1} OFFSET {(number - 1) * size}\n"
        return self.text[: query.end] + limits + self.text[query.end :]


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """An update and the dataset of its patterns; all of it happens, or nothing."""

    text: str
    dataset: Dataset = EVERYTHING
    base: str | None = None
    name: str = "更新"

    @property
    def grows(self) -> bool:
        """Whether it may add something."""
        return read_update(self.text, self.name).grows

    def run(self, store: ox.Store, _: IO[bytes]) -> Outcome:
        """Changes the store.

        Raises:
            RefusedQueryError: the update may not run, or names its dataset twice.
            MalformedQueryError: it is not SPARQL.
        """
        update = read_update(self.text, self.name)
        text = self.text
        if self.dataset != EVERYTHING:
            if update.dataset:
                cause = "using-graph-uri、using-named-graph-uri 不能与更新里的 USING 或 WITH 同时使用"
                raise RefusedQueryError(self.name, cause)
            text = with_dataset(text, self._using())
        try:
            store.update(text, base_iri=self.base)
        except SyntaxError as error:
            raise malformed(error, self.name) from None
        return Outcome()

    def _using(self) -> str:
        default = [f"USING {ox.NamedNode(iri)}" for iri in self.dataset.default]
        return " ".join(default + [f"USING NAMED {ox.NamedNode(iri)}" for iri in self.dataset.named])


@dataclass(frozen=True, slots=True, kw_only=True)
class Give:
    """A whole graph; without a name the default graph."""

    graph: str | None
    form: str
    union: bool = True
    name: str = "图"
    grows: bool = field(default=False, init=False)

    def run(self, store: ox.Store, out: IO[bytes]) -> Outcome:
        """Writes the graph.

        Raises:
            NoGraphError: there is none of this name.
        """
        graph = None if self.graph is None and self.union else _existing(store, self.graph, self.name)
        triples = (quad.triple for quad in store.quads_for_pattern(None, None, None, graph))
        write_triples(triples, out, self.form)
        return Outcome(self.form)


class Content(NamedTuple):
    """A graph as somebody sent it."""

    body: bytes
    form: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Put:
    """What a graph is to hold from now on, or what is to be added to it; without a name the default graph."""

    graph: str | None
    content: Sequence[Content]
    replace: bool
    base: str | None = None
    name: str = "图"
    grows: bool = field(default=True, init=False)

    def run(self, store: ox.Store, _: IO[bytes]) -> Outcome:
        """Changes the graph; all of it, or nothing.

        Raises:
            MalformedGraphError: the content is not what it claims to be.
        """
        target = graph_of(self.graph)
        created = isinstance(target, ox.NamedNode) and not store.contains_named_graph(target)
        store.add_graph(STAGE)
        try:
            store.extend(
                ox.Quad(triple.subject, triple.predicate, triple.object, STAGE)
                for each in self.content
                for triple in self._triples(each)
            )
            name = "DEFAULT" if isinstance(target, ox.DefaultGraph) else f"GRAPH {target}"
            store.update(f"{'MOVE' if self.replace else 'ADD'} GRAPH {STAGE} TO {name}")
        finally:
            clear_stage(store)
        store.add_graph(target)
        return Outcome(created=created)

    def _triples(self, content: Content) -> Iterator[ox.Triple]:
        read_graph = ox.parse(
            content.body,
            format=GRAPHS[content.form],
            base_iri=self.base,
            without_named_graphs=True,
            rename_blank_nodes=True,
        )
        try:
            for quad in read_graph:
                yield quad.triple
        except (SyntaxError, ValueError) as error:
            raise _malformed_graph(error, self.name) from None


@dataclass(frozen=True, slots=True, kw_only=True)
class Drop:
    """A graph is to go; without a name the default graph is emptied."""

    graph: str | None
    name: str = "图"
    grows: bool = field(default=False, init=False)

    def run(self, store: ox.Store, _: IO[bytes]) -> Outcome:
        """Removes the graph.

        Raises:
            NoGraphError: there is none of this name.
        """
        store.remove_graph(_existing(store, self.graph, self.name))
        return Outcome()


def graph_of(iri: str | None) -> ox.NamedNode | ox.DefaultGraph:
    """The name of a graph in the store."""
    return ox.DefaultGraph() if iri is None else ox.NamedNode(iri)


def _existing(store: ox.Store, iri: str | None, name: str) -> ox.NamedNode | ox.DefaultGraph:
    graph = graph_of(iri)
    if isinstance(graph, ox.NamedNode) and not store.contains_named_graph(graph):
        raise NoGraphError(name, f"没有名为 {iri} 的图")
    return graph


def clear_stage(store: ox.Store) -> None:
    """Forget what was gathered and never used, as after a process was killed."""
    store.remove_graph(STAGE)


def _malformed_graph(error: Exception, name: str) -> MalformedGraphError:
    place = re.search(r"line (\d+)(?: between columns| column) (\d+)", str(error))
    line, column = (int(place[1]), int(place[2])) if place else (None, None)
    where = f"第 {column} 列附近" if place else ""
    return MalformedGraphError(name, f"不是有效的数据，{where}无法理解：{error}", line, column)


def write_triples(triples: Iterator[ox.Triple] | ox.QueryTriples, out: IO[bytes], form: str) -> None:
    """Triples in one of :data:`GRAPHS`; graphs of quads get them as their default graph."""
    if form in PRETTY:
        ox.serialize(triples, out, format=GRAPHS[form], prefixes={**PREFIXES})
    else:
        ox.serialize(triples, out, format=GRAPHS[form])


def _write_rows(result: ox.QuerySolutions | ox.QueryBoolean, out: IO[bytes], form: str) -> None:
    if form != SHEET:
        result.serialize(out, format=RESULTS[form])
    elif isinstance(result, ox.QueryBoolean):
        out.write(str(bool(result)).lower().encode("utf-8-sig"))
    else:
        _write_sheet(result, out)


def _write_sheet(result: ox.QuerySolutions, out: IO[bytes]) -> None:
    out.write("\ufeff".encode())
    rows = csv.writer(codecs.getwriter("utf-8")(out))
    rows.writerow(variable.value for variable in result.variables)
    rows.writerows([_harmless(term) for term in row] for row in result)


def _harmless(term: object) -> str:
    """A value as text that no spreadsheet runs; numbers stay numbers."""
    text = str(getattr(term, "value", "" if term is None else term))
    number = isinstance(term, ox.Literal) and term.datatype.value.endswith(("#decimal", "#integer", "#double"))
    return f"'{text}" if not number and _FORMULA.match(text) else text


def _cut(result: ox.QuerySolutions, size: int) -> tuple[ox.QuerySolutions, bool]:
    """The first rows, and whether there are others. Only the store makes rows, so they pass through JSON."""
    answer = json.loads(result.serialize(format=ox.QueryResultsFormat.JSON) or b"")
    rows = answer["results"]["bindings"]
    more = len(rows) > size
    answer["results"]["bindings"] = rows[:size]
    again = ox.parse_query_results(json.dumps(answer).encode(), format=ox.QueryResultsFormat.JSON)
    if isinstance(again, ox.QueryBoolean):
        raise TypeError
    return again, more
