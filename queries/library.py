"""The files of questions and rules: the folder is the registry, the file's stem is the id."""

from __future__ import annotations

import re
from collections.abc import Mapping  # noqa: TC003 - fields of dataclasses
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Literal, get_args

import yaml

from queries import parameters
from queries.errors import ParameterError, UnknownQueryError
from queries.header import MARK, Header, Language, bilingual
from queries.parameters import Parameter, Term

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

Severity = Literal["error", "warning", "info"]
SUFFIX = ".rq"


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """One query file: its id, what it is called, its text and what a reader may choose."""

    id: str
    title: Mapping[Language, str]
    text: str
    parameters: tuple[Parameter, ...] = ()

    @property
    def file(self) -> str:
        """The name of its file."""
        return self.id + SUFFIX

    @property
    def body(self) -> str:
        """The query without its header, to be shown or copied."""
        return "\n".join(line for line in self.text.split("\n") if not line.startswith(MARK)).strip() + "\n"

    def bound(self, values: Mapping[str, Any]) -> str:
        """The query's text with these values in place of its defaults.

        Raises:
            ParameterError: a name is unknown or a value is not of its type.
        """
        return parameters.bind(self.text, self.terms(values))

    def terms(self, values: Mapping[str, Any]) -> Mapping[str, Term]:
        """The values as RDF terms, checked against the declared parameters."""
        known = {parameter.name: parameter for parameter in self.parameters}
        for name in values:
            if name not in known:
                names = "、".join(known) or "没有参数"
                raise ParameterError(self.file, f"没有参数“{name}”（可用：{names}）")
        return {name: known[name].term(value, self.file) for name, value in values.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class Question(Query):
    """A question of the catalogue."""

    note: Mapping[Language, str] | None = None
    """What a reader must know to read the answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Example(Query):
    """A query from which a reader learns to write his own."""

    question: Mapping[Language, str]
    explanation: Mapping[Language, str]
    """How the query answers it, and what of the vocabulary it shows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """What a rule judges: the instances of a class that meet a condition, and what is said when there are none."""

    focus: str
    """A class as a prefixed name of the rule's own text."""
    where: str = ""
    """A further graph pattern about ``?focus``."""
    reason: Mapping[Language, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule(Query):
    """A judgement on the graph, and why it may be made."""

    problem: Mapping[Language, str]
    remedy: Mapping[Language, str]
    severity: Severity
    version: str
    basis: tuple[str, ...]
    """Ids of the citation list."""
    shows: tuple[str, ...]
    """Fields of the evidence whose places prove a finding (``goals`` stands for ``goals.0``, ``goals.1`` …)."""
    scope: Scope

    def census(self) -> str:
        """A query that counts as ``?count`` what the rule can judge."""
        prologue = "\n".join(re.findall(r"^PREFIX .*$", self.text, re.MULTILINE))
        pattern = f"?focus a {self.scope.focus} . {self.scope.where}"
        return f"{prologue}\nSELECT (COUNT(DISTINCT ?focus) AS ?count) WHERE {{ {pattern} }}"


_COMMON = frozenset({"title", "parameters"})
_QUESTION = _COMMON | {"note"}
_EXAMPLE = _COMMON | {"question", "explanation"}
_RULE = _COMMON | {"problem", "remedy", "severity", "version", "basis", "shows", "applies-to"}


def questions(folder: Traversable | None = None) -> dict[str, Question]:
    """The questions of a folder by id, in the order of their ids; without a folder those of the catalogue.

    Raises:
        HeaderError: a file's header is missing or incomplete.
    """
    return {file.name.removesuffix(SUFFIX): question(file) for file in _files(folder, "catalogue")}


def examples(folder: Traversable | None = None) -> dict[str, Example]:
    """The worked examples of a folder by id, from easy to hard; without a folder jixiao's own.

    Raises:
        HeaderError: a file's header is missing or incomplete.
    """
    return {file.name.removesuffix(SUFFIX): example(file) for file in _files(folder, "examples")}


def rules(folder: Traversable | None = None) -> dict[str, Rule]:
    """The rules of a folder by id, in the order of their ids; without a folder jixiao's own.

    Raises:
        HeaderError: a file's header is missing or incomplete.
    """
    return dict(_own_rules()) if folder is None else _rules(folder)


@cache
def _own_rules() -> Mapping[str, Rule]:
    """Read once: a program does not change while it runs."""
    return _rules(None)


def _rules(folder: Traversable | None) -> dict[str, Rule]:
    return {file.name.removesuffix(SUFFIX): rule(file) for file in _files(folder, "rules")}


def columns() -> Mapping[str, Mapping[Language, str]]:
    """What the columns of the catalogue's answers are called, by the name of the variable."""
    data: Mapping[str, Mapping[Language, str]] = yaml.safe_load((files("queries") / "columns.yaml").read_text("utf-8"))
    return data


def named(name: str, queries: Mapping[str, Query]) -> Query:
    """The query of that name.

    Raises:
        UnknownQueryError: there is none; the message lists those there are.
    """
    if name not in queries:
        raise UnknownQueryError(name, f"没有这个查询。可用：{'、'.join(queries)}")
    return queries[name]


def question(file: Traversable) -> Question:
    """The question in one file."""
    text, header = _open(file, _QUESTION)
    note = header.texts("note") if header.optional("note", None) else None
    return Question(**_common(file, text, header), note=note)


def example(file: Traversable) -> Example:
    """The example in one file."""
    text, header = _open(file, _EXAMPLE)
    common = _common(file, text, header)
    return Example(**common, question=header.texts("question"), explanation=header.texts("explanation"))


def rule(file: Traversable) -> Rule:
    """The rule in one file."""
    text, header = _open(file, _RULE)
    return Rule(
        **_common(file, text, header),
        problem=header.texts("problem"),
        remedy=header.texts("remedy"),
        severity=_severity(header),
        version=str(header.get("version")),
        basis=_list(header, "basis"),
        shows=_list(header, "shows"),
        scope=_scope(header),
    )


def _files(folder: Traversable | None, own: str) -> list[Traversable]:
    folder = folder or files("queries") / own
    return sorted((file for file in folder.iterdir() if file.name.endswith(SUFFIX)), key=lambda file: file.name)


def _open(file: Traversable, known: frozenset[str]) -> tuple[str, Header]:
    text = file.read_text(encoding="utf-8")
    header = Header(text, file.name)
    header.audit(known)
    return text, header


def _common(file: Traversable, text: str, header: Header) -> dict[str, Any]:
    declared = header.optional("parameters", [])
    return {
        "id": file.name.removesuffix(SUFFIX),
        "title": header.texts("title"),
        "text": text,
        "parameters": tuple(_parameter(each, text, file.name, header) for each in declared),
    }


def _parameter(declared: Any, text: str, file: str, header: Header) -> Parameter:
    if not isinstance(declared, dict) or {"name", "type", "label"} != set(declared):
        raise header.error("parameters", "每个参数须有 name、type、label")
    name, kind = str(declared["name"]), str(declared["type"])
    if kind not in parameters.TYPES:
        raise header.error("parameters", f"参数“{name}”的类型“{kind}”不是 {'、'.join(parameters.TYPES)} 之一")
    label = bilingual(declared["label"], header.error("parameters", f"参数“{name}”须有中英文名称"))
    return Parameter(name=name, type=kind, label=label, default=parameters.default(name, text, file))


def _list(header: Header, key: str) -> tuple[str, ...]:
    value = header.get(key)
    if not isinstance(value, list):
        raise header.error(key, f"“{key}”须是列表")
    return tuple(map(str, value))


def _severity(header: Header) -> Severity:
    value: Severity = header.get("severity")
    if value not in get_args(Severity):
        raise header.error("severity", f"严重程度“{value}”不是 {'、'.join(get_args(Severity))} 之一")
    return value


def _scope(header: Header) -> Scope:
    value = header.get("applies-to")
    error = header.error("applies-to", "applies-to 须有 class 和 reason（zh、en），可有 where")
    if not isinstance(value, dict) or not value.get("class") or set(value) - {"class", "where", "reason"}:
        raise error
    reason = bilingual(value.get("reason"), error)
    return Scope(focus=str(value["class"]), where=str(value.get("where", "")), reason=reason)
