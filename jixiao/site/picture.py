"""The picture of one project: what is drawn where. The browser only paints it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jixiao.rendering import page_path, wan

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from jixiao.told import Indicator, Subject

ROW = 26
COLUMNS = {"money": -170, "project": 0, "form": 190, "level": 370, "indicator": 500}
"""How far to the right each kind of thing stands."""


def picture(subject: Subject, funding: Mapping[str, Sequence[Mapping[str, Any]]], objected: Iterable[str]) -> list[Any]:
    """The elements of the picture, positions included, as cytoscape takes them."""
    shown = set(objected)
    indicators = subject.indicators
    middle = max(len(indicators) - 1, 0) * ROW / 2
    things = [_node("project", "project", subject.name, middle)]
    things += _money(subject, funding, middle)
    row = 0
    for number, form in enumerate(subject.forms):
        things += _form(number, form.indicators, row, shown)
        row += len(form.indicators)
    return things


def _node(identity: str, kind: str, label: str, y: float, href: str | None = None) -> dict[str, Any]:
    data = {"id": identity, "kind": kind, "label": label} | ({"href": href} if href else {})
    column = "indicator" if kind == "objected" else kind
    return {"data": data, "position": {"x": COLUMNS[column], "y": y}}


def _edge(source: str, target: str) -> dict[str, Any]:
    return {"data": {"id": f"{source}>{target}", "source": source, "target": target}}


def _money(subject: Subject, funding: Mapping[str, Sequence[Mapping[str, Any]]], middle: float) -> Iterator[Any]:
    """Who pays: as the budget rows say, or the forms where there is no row."""
    payers = [each for owner in (subject.lines or subject.forms) for each in funding[owner.iri] if each["amount"]]
    for number, each in enumerate(payers):
        y = middle + (number - (len(payers) - 1) / 2) * ROW * 1.6
        yield _node(f"money{number}", "money", f"{each['source']} {wan(each['amount'])}", y)
        yield _edge(f"money{number}", "project")


def _form(number: int, indicators: Sequence[Indicator], first: int, objected: set[str]) -> Iterator[Any]:
    """A form, its levels and its indicators, one indicator a row."""
    form = f"form{number}"
    yield _node(form, "form", "绩效目标", (first + max(len(indicators) - 1, 0) / 2) * ROW)
    yield _edge("project", form)
    levels: dict[str, list[int]] = {}
    for row, indicator in enumerate(indicators, first):
        level = indicator.level1 or indicator.level2 or "指标"
        levels.setdefault(level, []).append(row)
        label = f"{indicator.name} {indicator.printed or ''}".strip()
        kind = "objected" if indicator.iri in objected else "indicator"
        yield _node(indicator.iri, kind, label, row * ROW, page_path(indicator.iri))
        yield _edge(f"{form}/{level}", indicator.iri)
    for level, rows in levels.items():
        yield _node(f"{form}/{level}", "level", level, sum(rows) / len(rows) * ROW)
        yield _edge(form, f"{form}/{level}")
