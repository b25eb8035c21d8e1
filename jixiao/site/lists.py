"""Long lists: searched, narrowed, sorted, cut into pages, and given away as files exactly as shown."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from starlette.exceptions import HTTPException

from jixiao.rendering import YUAN_IN_WAN
from jixiao.site.index import Asked
from jixiao.translation import translated

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from starlette.datastructures import QueryParams

    from jixiao.messages import Language
    from jixiao.site.desk import Edition
    from jixiao.site.index import Found
    from jixiao.site.registers import Register, Row

PAGE = 100
LONGEST = 9
"""How many digits a page or line that is asked for may have."""
DIGITS = 30
"""How many digits a bound may have before or after the point."""
CHOSEN = 200
"""How much may be chosen at once: every choice on the page leads to an address with all others."""
LEAST, MOST = "least-", "most-"
"""What the name of a column follows where the address bounds it, in 万元."""
LIMITS = {LEAST: "{}不少于（万元）", MOST: "{}不多于（万元）"}
"""What a bound is called."""
COMMON = {"q", "sort", "page", "format", "lang"}
"""What every list may be asked."""

Pairs = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """A value to choose, how many rows it would leave, and where choosing it (or giving it up) leads."""

    text: str
    count: int
    link: str
    chosen: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """What can be chosen by one facet, the chosen first, then the most frequent."""

    name: str
    title: str
    options: Sequence[Option]

    @property
    def chosen(self) -> Sequence[Option]:
        """The options that are chosen."""
        return [option for option in self.options if option.chosen]


@dataclass(frozen=True, slots=True, kw_only=True)
class Bound:
    """A least or a most that can be asked of a column of money."""

    name: str
    title: str
    value: str


class Listing:
    """One list as it was asked for.

    Attributes:
        register: which list.
        given: what the reader chose, as name and value in the order of the address, the page and file format left out.
        unknown: names in the address that mean nothing here.
        total: how many rows fit.
    """

    def __init__(self, edition: Edition, register: Register, params: QueryParams, language: Language = "zh") -> None:
        """A list asked for by the fields of an address.

        Raises:
            HTTPException: more is chosen than :data:`CHOSEN`.
        """
        self.edition = edition
        self.register = register
        self.language = language
        self.path = register.path
        pairs = [(name, value.strip()) for name, value in params.multi_items()]
        self.unknown = sorted({name for name, _ in pairs if name not in self._known()})
        self.given: Pairs = tuple(
            (name, value) for name, value in dict.fromkeys(pairs) if value and name in self._known() - NOT_KEPT
        )
        if len(self.given) > CHOSEN:
            raise HTTPException(400, f"一次最多选 {CHOSEN} 项，地址里有 {len(self.given)} 项。")
        self.index = edition.index(register)
        self.asked = self._asked()
        self.found: Found = self.index.ask(self.asked)
        self.total = len(self.found.ids)
        self.page = min(max(whole_number(params.get("page", "1")), 1), self.pages)

    def _known(self) -> set[str]:
        bounds = {f"{side}{column}" for side in (LEAST, MOST) for column in self.register.bounds}
        return COMMON | set(self.register.facets) | bounds

    def _asked(self) -> Asked:
        chosen = {facet: self.values(facet) for facet in self.register.facets}
        return Asked(
            words=self.value("q"),
            chosen={facet: values for facet, values in chosen.items() if values},
            least=dict(self._limits(LEAST)),
            most=dict(self._limits(MOST)),
            sort=self.value("sort"),
        )

    def _limits(self, side: str) -> Iterator[tuple[str, Decimal]]:
        for column in self.register.bounds:
            number = decimal_number(self.value(f"{side}{column}"))
            if number is not None:
                yield column, number * YUAN_IN_WAN

    def value(self, name: str) -> str:
        """What was chosen under a name; empty where nothing was."""
        return next(iter(self.values(name)), "")

    def values(self, name: str) -> list[str]:
        """All that was chosen under a name."""
        return [value for each, value in self.given if each == name]

    @property
    def pages(self) -> int:
        """How many pages the rows fill."""
        return max(1, -(-self.total // PAGE))

    @property
    def rows(self) -> Sequence[Row]:
        """The rows of this page."""
        return [self.index.rows[number] for number in self.found.ids[(self.page - 1) * PAGE : self.page * PAGE]]

    @property
    def every(self) -> Iterable[Row]:
        """All rows that fit, in order."""
        return (self.index.rows[number] for number in self.found.ids)

    @property
    def choices(self) -> list[Choice]:
        """What can be chosen; facets with nothing to tell apart are left out."""
        every = [self._choice(name) for name in self.register.facets]
        return [choice for choice in every if len(choice.options) > 1 or choice.chosen]

    def _choice(self, name: str) -> Choice:
        facet, chosen = self.register.facets[name], self.values(name)
        counts = self.found.counts[name]
        values = [*chosen, *(value for value in counts if value not in chosen)]
        options = [
            Option(
                text=facet.name(self.edition, value, self.language),
                count=counts.get(value, 0),
                link=self._toggled(name, value),
                chosen=value in chosen,
            )
            for value in values
        ]
        return Choice(name=name, title=translated(facet.title, self.language), options=options)

    @property
    def bounds(self) -> list[Bound]:
        """The limits of money that can be asked, with what was asked."""
        return [
            Bound(
                name=f"{side}{column}",
                title=translated(words, self.language).format(translated(title, self.language)),
                value=self.value(f"{side}{column}"),
            )
            for column, title in self.register.bounds.items()
            for side, words in LIMITS.items()
        ]

    @property
    def kept(self) -> Pairs:
        """What the form for words and limits has to carry along."""
        typed = {"q", *(bound.name for bound in self.bounds)}
        return tuple((name, value) for name, value in self.given if name not in typed)

    @property
    def suggestions(self) -> list[tuple[str, str]]:
        """Names that the words may have meant, with the lists of them."""
        return [(name, self.link(q=name)) for name in self.found.suggestions]

    def _toggled(self, name: str, value: str) -> str:
        pair = (name, value)
        without = tuple(each for each in self.given if each != pair)
        return self._address(without if pair in self.given else (*self.given, pair))

    def _address(self, pairs: Pairs) -> str:
        return f"{self.path}?{urlencode(pairs)}" if pairs else self.path

    def link(self, **changes: object) -> str:
        """The address of this list with some choices changed; empty ones are taken out."""
        left = tuple((name, value) for name, value in self.given if name not in changes)
        changed = tuple((name, str(value)) for name, value in changes.items() if value not in ("", None))
        return self._address(left + changed)

    def without(self, name: str) -> str:
        """The address of this list with what was chosen under a name given up."""
        return self.link(**{name: ""})

    def at(self, page: int) -> str:
        """The address of another page of it."""
        return self.link(page=page)

    def download(self, form: str) -> str:
        """The address of the whole list as a file."""
        return self.link(format=form)

    def sorted_by(self, key: str) -> str:
        """The address of the list sorted by a column; a second time turns the order around."""
        return self.link(sort=f"-{key}" if self.value("sort") == key else key)

    def order_of(self, key: str) -> str | None:
        """Which way the list is sorted by this column, in the words of ``aria-sort``."""
        return {key: "ascending", f"-{key}": "descending"}.get(self.value("sort"))


NOT_KEPT = {"page", "format", "lang"}
"""What is no choice of rows."""


def whole_number(digits: str) -> int:
    """The number that an address asks for; 1 for what is no number, or longer than any page or line has."""
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) <= LONGEST else 1


def decimal_number(text: str) -> Decimal | None:
    """The number that somebody typed, thousands marked or not; ``None`` for what is none."""
    try:
        number = Decimal(text.replace(",", "").replace("，", ""))
    except InvalidOperation:
        return None
    return number if number.is_finite() and abs(number.adjusted()) <= DIGITS else None
