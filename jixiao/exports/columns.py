"""The columns of every sheet, defined once in ``columns.yaml``: all forms of rows derive from these."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Literal

import yaml

from ontology.terms import CODE, PREFIXES, SKOS, triples

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

Type = Literal["string", "integer", "decimal", "boolean", "iri", "code"]
Take = Literal["first", "all", "count", "sum", "text"]


@dataclass(frozen=True, slots=True)
class Step:
    """One property on the way from a row's thing to a value."""

    predicate: str
    inverse: bool = False
    only: str | None = None
    """The class of the things that are meant, or the field whose place is meant."""

    @property
    def of_class(self) -> bool:
        """Whether ``only`` is a class."""
        return self.only is not None and "://" in self.only


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column of a sheet."""

    name: str
    title: Mapping[str, str]
    description: Mapping[str, str]
    """In both languages; the title where the vocabulary does not define the property."""
    type: Type = "string"
    path: tuple[Step, ...] = ()
    take: Take = "first"
    key: str | None = None
    """Of a finding: what its line calls this."""
    scheme: str | None = None
    language: str | None = None
    """Of a text that has one in the graph."""
    predicate: str | None = None
    """What the graph says the value with; ``None`` where the value is put together."""
    subject: str | None = None
    """The column that holds the address of what the value is said of."""

    @property
    def many(self) -> bool:
        """Whether a cell holds a list."""
        return self.take == "all"

    @property
    def separator(self) -> str:
        """What divides the list in a text: printed texts hold no line ends, codes and numbers no blanks."""
        return "\n" if self.type == "string" else " "

    @property
    def code_prefix(self) -> str:
        """What the addresses of a code list start with."""
        return f"{CODE}{self.scheme}/"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """Rows of one kind: the things of a class, or the findings where it names none."""

    name: str
    title: Mapping[str, str]
    columns: tuple[Column, ...]
    class_: str | None = None
    sort: tuple[str, ...] = ()

    @property
    def names(self) -> list[str]:
        """What its columns are called."""
        return [column.name for column in self.columns]


@cache
def sheets() -> Mapping[str, Sheet]:
    """Every sheet by name, in the order of the file."""
    said = yaml.safe_load(files(__package__).joinpath("columns.yaml").read_text(encoding="utf-8"))
    return {name: _sheet(name, sheet, said["common"]) for name, sheet in said["sheets"].items()}


def _sheet(name: str, said: Mapping[str, Any], common: Mapping[str, list[dict[str, Any]]]) -> Sheet:
    entries = [column for entry in said["columns"] for column in (common[entry] if isinstance(entry, str) else [entry])]
    by_path = {entry.get("path", ""): entry["name"] for entry in entries if entry.get("type") == "iri"}
    return Sheet(
        name=name,
        title={"zh": said["zh"], "en": said["en"]},
        columns=tuple(_column(entry, by_path) for entry in entries),
        class_=full(said["class"]) if "class" in said else None,
        sort=tuple(said.get("sort", ())),
    )


def _column(said: Mapping[str, Any], by_path: Mapping[str, str]) -> Column:
    path = tuple(map(_step, said["path"].split("/"))) if "path" in said else ()
    subject = _subject(said, path, by_path)
    last = path[-1].predicate if path else None
    own = full(said["property"]) if "property" in said else last
    title = {"zh": said["zh"], "en": said["en"]}
    meant = definitions().get(own or "", {})
    return Column(
        name=said["name"],
        title=title,
        description=said.get("about") or (title if said.get("take") in ("count", "sum") else {**title, **meant}),
        type=said.get("type", "string"),
        path=path,
        take=said.get("take", "first"),
        key=said.get("key"),
        scheme=said.get("scheme"),
        language=said.get("language"),
        predicate=own if subject else None,
        subject=subject,
    )


def _subject(said: Mapping[str, Any], path: Sequence[Step], by_path: Mapping[str, str]) -> str | None:
    """The column with what a value is said of, which the path without its last step leads to; none for made values."""
    if "property" in said:
        return "id"
    if not path or path[-1].inverse or path[-1].only or "take" in said:
        return None
    return by_path.get(said["path"].rpartition("/")[0])


def _step(printed: str) -> Step:
    name, _, only = printed.removesuffix("]").partition("[")
    inverse = name.startswith("^")
    return Step(full(name.removeprefix("^")), inverse, (full(only) if ":" in only else only) or None)


def full(name: str) -> str:
    """The address that a prefixed name is short for."""
    prefix, _, local = name.partition(":")
    return PREFIXES[prefix] + local


@cache
def definitions() -> Mapping[str, Mapping[str, str]]:
    """What the vocabulary says its terms mean, by address and language."""
    found: dict[str, dict[str, str]] = {}
    triple: Any
    for triple in triples():
        if triple.predicate.value == f"{SKOS}definition":
            found.setdefault(triple.subject.value, {})[triple.object.language] = triple.object.value
    return found
