"""The ways in which departments print a disclosure, after what converters make of their PDFs.

A layout is a template and the list of the optional fields that its forms have room for.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING

from jinja2 import Environment, PackageLoader, StrictUndefined

from . import narrow, printing
from .carried import USUAL, carried

if TYPE_CHECKING:
    from collections.abc import Callable

    from ingest.records import Target

    from .content import Disclosure


def _unchanged(form: Target) -> Target:
    return form


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """One way of printing a disclosure.

    ``carries`` names the optional fields that it prints, as ``record.field``; the rest nobody can read back.
    ``adapt`` says a form in this layout's own terms.
    """

    name: str
    carries: frozenset[str]
    suffix: str = ".txt"
    encoding: str = "utf-8"
    adapt: Callable[[Target], Target] = _unchanged

    def text(self, disclosure: Disclosure) -> str:
        """The disclosure as this layout prints it."""
        template = _environment().get_template(f"{self.name}.j2")
        return template.render(d=self._adapted(disclosure), facts=disclosure.facts)

    def printed(self, disclosure: Disclosure) -> Disclosure:
        """The disclosure without what this layout has no room for: all that a reader can know."""
        return carried(self._adapted(disclosure), self.carries | USUAL)

    def _adapted(self, disclosure: Disclosure) -> Disclosure:
        return replace(disclosure, targets=tuple(map(self.adapt, disclosure.targets)))


def _by_level(form: Target) -> Target:
    """The money of a form by the level of government that gives it; here the city gives all."""
    total = form.amount_wan or Decimal(0)
    nothing = Decimal(0)
    return replace(
        form, funds={"中央财政资金": nothing, "省级财政资金": nothing, "市县财政资金": total, "单位自筹": nothing}
    )


@cache
def _environment() -> Environment:
    # Plain text, never HTML: nothing is to be escaped.
    environment = Environment(  # noqa: S701
        loader=PackageLoader("jixiao.samples", "templates"),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters.update(printing.FILTERS, budget_table=narrow.budget_table, form_table=narrow.form_table)
    return environment


def _carries(text: str) -> frozenset[str]:
    return frozenset(text.split())


LAYOUTS: dict[str, Layout] = {
    layout.name: layout
    for layout in (
        Layout(
            name="narrow",
            carries=_carries(
                "budget text.projects text.project-money unit.code budget.parent budget.category budget.unit"
                " target.unit target.unit_code target.amount_wan indicator.desc indicator.weight"
            ),
        ),
        Layout(
            name="markdown",
            suffix=".md",
            carries=_carries(
                "budget table.codes text.projects facts.publisher_code budget.unit budget.sources"
                " target.code target.amount_wan target.funds"
                " target.purpose target.plan indicator.desc indicator.basis"
            ),
        ),
        Layout(
            name="line",
            encoding="gb18030",
            carries=_carries(
                "budget text.projects facts.publisher_code budget.category budget.unit indicator.desc indicator.basis"
            ),
        ),
        Layout(
            name="halves",
            adapt=_by_level,
            carries=_carries(
                "budget table.codes unit.code budget.unit budget.sources"
                " target.unit target.unit_code target.amount_wan target.funds"
            ),
        ),
    )
}
"""Layout name → layout."""
