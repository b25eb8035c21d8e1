"""Parameters of a question: named ``VALUES`` rows of its text, set as RDF terms.

A question's file runs unchanged in any SPARQL tool, with its defaults: a parameter ``?minimum`` is the row of the one
line ``VALUES ?minimum { 90 }``. Setting it exchanges that row for another RDF term in the form that the RDF library
writes, so a value is data and never becomes part of the query's syntax.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping  # noqa: TC003 - the table below is built at run time
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pyoxigraph as ox

from queries.errors import HeaderError, ParameterError

if TYPE_CHECKING:
    from queries.header import Language

XSD = "http://www.w3.org/2001/XMLSchema#"
LIMIT = 10**18


def _text(value: str) -> ox.Literal:
    return ox.Literal(value)


def _integer(value: str) -> ox.Literal:
    return ox.Literal(str(_number(value, places=0)), datatype=ox.NamedNode(XSD + "integer"))


def _decimal(value: str) -> ox.Literal:
    number = _number(value)
    return ox.Literal(f"{number:f}", datatype=ox.NamedNode(XSD + "decimal"))


def _number(value: str, places: int = 9) -> Decimal:
    """A number that the store can compare, with at most so many decimals; others answer no question here."""
    number = Decimal(value)
    if not number.is_finite() or abs(number) >= LIMIT or -int(number.as_tuple().exponent) > places:
        raise ValueError(value)
    return number.quantize(Decimal(1)) if places == 0 else number


def _boolean(value: str) -> ox.Literal:
    return ox.Literal({"true": True, "false": False}[value.lower()])


def _iri(value: str) -> ox.NamedNode:
    return ox.NamedNode(value)


Term = ox.Literal | ox.NamedNode
TYPES: Mapping[str, tuple[str, Callable[[str], Term]]] = {
    "text": ("文字", _text),
    "integer": ("整数", _integer),
    "decimal": ("数字", _decimal),
    "boolean": ("true 或 false", _boolean),
    "iri": ("网址", _iri),
}


@dataclass(frozen=True, slots=True)
class Parameter:
    """One thing that the reader of a question may choose."""

    name: str
    type: str
    label: Mapping[Language, str]
    default: str
    """The value that the file itself states, as text."""

    def term(self, value: Any, file: str) -> Term:
        """The value as an RDF term of the declared type.

        Raises:
            ParameterError: the value is not of that type.
        """
        wanted, make = TYPES[self.type]
        try:
            return make(str(value).strip())
        except (ValueError, KeyError, ArithmeticError) as error:
            raise ParameterError(file, f"参数“{self.name}”须是{wanted}，不是“{value}”") from error


def _row(name: str) -> re.Pattern[str]:
    return re.compile(rf"^([ \t]*VALUES \?{re.escape(name)} \{{ )(.+)( \}})$", re.MULTILINE)


def default(name: str, text: str, file: str) -> str:
    """The value that a query's text gives a parameter.

    Raises:
        HeaderError: the text has not exactly one line ``VALUES ?name { … }``.
    """
    rows = _row(name).findall(text)
    if len(rows) != 1:
        raise HeaderError(file, f"参数“{name}”须在查询中恰有一行“VALUES ?{name} {{ … }}”")
    ((_, term, _),) = rows
    solutions = ox.Store().query(f"SELECT ?value {{ VALUES ?value {{ {term} }} }}")
    assert isinstance(solutions, ox.QuerySolutions)
    (solution,) = solutions
    return str(solution["value"].value)


def bind(text: str, terms: Mapping[str, Term]) -> str:
    """The query with the rows of these parameters exchanged for these terms."""
    for name, term in terms.items():
        text = _row(name).sub(lambda row, term=term: f"{row[1]}{term}{row[3]}", text)  # type: ignore[misc]
    return text


def inlined(text: str) -> str:
    """The same query with each name that has one value replaced by that value.

    The store compiles a pattern that is a constant once and one that is a variable for every row, so rules keep their
    thresholds and word lists under names and run about ten times faster without them. A name that the query selects, or
    that has several ``VALUES`` lines, stays.
    """
    selected = set(re.findall(r"\?(\w+)", text.partition("WHERE")[0]))
    rows = re.findall(r"^[ \t]*VALUES \?(\w+) \{ (\"[^\"]*\"|[\d.]+) \}$", text, re.MULTILINE)
    names = [name for name, _ in rows]
    for name, term in rows:
        if name not in selected and names.count(name) == 1:
            body = _row(name).sub("", text)
            text = re.sub(rf"\?{name}\b", lambda _, term=term: term, body)  # type: ignore[misc]
    return text
