"""How figures, codes and addresses look on pages and in reports."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from functools import cache, partial
from importlib.resources import files
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

import yaml
from jinja2 import Environment, PackageLoader, StrictUndefined

from ingest.readers.source import FORM_FEED, WRAP
from jixiao.comparison import amount
from jixiao.days import day
from jixiao.tables import percent, plain
from jixiao.translation import InEnglish, told, translated
from jixiao.view import readable
from ontology.terms import concepts, label

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from jixiao.messages import Language
    from jixiao.told import Leftover, Place, Proof

    Located = Leftover | Place | Proof

YUAN_IN_WAN = Decimal(10000)
_CENT = Decimal("0.01")


def wan(yuan: Decimal | None) -> str:
    """Money in 万元 with thousands marked and at least two decimals; more only where the figure has them."""
    if yuan is None:
        return ""
    amount = yuan / YUAN_IN_WAN
    exact = amount.normalize()
    return f"{amount.quantize(_CENT):,}" if exact == exact.quantize(_CENT) else f"{exact:,f}"


def share(part: int, whole: int) -> str:
    """A share in percent with one decimal; nothing where there is no whole."""
    return f"{(Decimal(100 * part) / whole).quantize(Decimal('0.1'), ROUND_HALF_UP)}%" if whole else ""


def where(place: Located, *, brief: bool = False, language: Language = "zh") -> str:
    """Where something is printed, in words: its page, then its row and column in a table, else its line.

    ``brief`` leaves out what a reader can do without beside a page number.
    """
    page, line, row, column = PLACES[language]
    on_page = page.format(place.page) if place.page else ""
    if brief and on_page:
        return on_page
    cell = [row.format(place.row), column.format(place.column) if place.column else ""] if place.row else []
    return " ".join(filter(None, [on_page, *(cell or [line.format(_lines(place)) if place.line else ""])]))


PLACES: Mapping[Language, tuple[str, str, str, str]] = {
    "zh": ("第 {} 页", "第 {} 行", "第 {} 行", "第 {} 列"),
    "en": ("page {}", "line {}", "row {}", "column {}"),
}
"""What a page, a line, and a row and a column of a table are called."""


def _lines(place: Located) -> str:
    last = getattr(place, "last", place.line)
    return f"{place.line}–{last}" if last != place.line else str(place.line)


def at(places: Iterable[Located]) -> str:
    """Where something is printed, as an address of the site says it: ``64.7,64.8``, lines each with a column."""
    return ",".join(dict.fromkeys(_spot(place) for place in places if place.line))


def _spot(place: Located) -> str:
    last = getattr(place, "last", place.line)
    lines = f"{place.line}-{last}" if last != place.line else str(place.line)
    return f"{lines}.{place.column}" if place.column else lines


def letters(number: int) -> str:
    """What a workbook calls a column: 1 is A, 27 is AA."""
    found = ""
    while number:
        number, letter = divmod(number - 1, 26)
        found = chr(ord("A") + letter) + found
    return found


def cited(places: Iterable[Located]) -> str:
    """The same with the quotes, which may be parts of cells; long ones are left out."""
    every = list(places)
    quotes = dict.fromkeys(place.quote for place in every if place.column and len(place.quote) <= CITED)
    return urlencode([("at", at(every)), *(("q", each) for each in list(quotes)[:QUOTES])], safe=",")


CITED, QUOTES = 40, 6
"""So long may a quote in an address be, and so many may it have."""


def printed(quote: str) -> str:
    """A quote whose lines are divided as people divide lines."""
    return quote.replace(WRAP, "\n").replace(FORM_FEED, "\n")


def page_path(iri: str) -> str:
    """The path of a thing's page on the site: that of its permanent address."""
    return "/id/" + quote(iri.partition("/id/")[2], safe="/%~:@!$'()*,;=")


def code_label(scheme: str, language: Language = "zh") -> Callable[[str | None], str]:
    """A filter that gives the label of a code of this list."""
    return lambda notation: label(scheme, notation, language) if notation else ""


@cache
def field_label(name: str) -> str:
    """What a field of a record is called; the first part tells where the field is one of a list."""
    words = yaml.safe_load(files("jixiao").joinpath("fields.yaml").read_text(encoding="utf-8"))
    return str(words.get(name.partition(".")[0], name))


def citation(name: str, language: Language = "zh") -> str:
    """What a rule rests on: the regulation, its demand, and whether somebody has checked it."""
    known = concepts("citation")
    if name not in known:
        return name
    whole, part, unchecked = CITATIONS[language]
    cited = known[name]
    own = cited.labels[language]
    above = known[cited.broader].labels[language] if cited.broader else None
    said = part.format(above, own) if above else whole.format(own)
    return said + (unchecked if cited.status == "unverified" else "")


CITATIONS: Mapping[Language, tuple[str, str, str]] = {
    "zh": ("《{}》", "《{}》{}", "（未核对原文）"),
    "en": ("{}", "{}: {}", " (unchecked)"),
}
"""How a regulation is named, how what it demands is, and what is said of one that nobody has checked."""


def stated(value: Any) -> Any:
    """What is not stated is not printed."""
    return "" if value is None else value


FILTERS: Mapping[str, Callable[..., Any]] = {
    "wan": wan,
    "share": share,
    "percent": percent,
    "cited": cited,
    "letters": letters,
    "printed": printed,
    "plain": plain,
    "path": page_path,
    "readable": readable,
    "extract": lambda key, row: row[key],
    "day": day,
}
CODES = {"kind": "target-kind", "severity": "severity", "certainty": "certainty", "polarity": "polarity"}
"""The filters that give the label of a code, and the list that it is of."""


def _in(language: Language) -> Mapping[str, Callable[..., Any]]:
    """The filters that speak a language."""
    return {
        "where": partial(where, language=language),
        "citation": partial(citation, language=language),
        "field": lambda name: translated(field_label(name), language),
        "tr": lambda message: translated(message, language),
        "told": lambda phrase: told(phrase, language),
        **{name: code_label(scheme, language) for name, scheme in CODES.items()},
    }


@cache
def environment(language: Language = "zh") -> Environment:
    """The templates in a language, everything escaped, a misspelt name an error."""
    made = Environment(
        loader=PackageLoader("jixiao", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=stated,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return furnished(made, language)


def furnished(made: Environment, language: Language) -> Environment:
    """An environment with the filters of all pages, in a language."""
    made.filters.update({**FILTERS, **_in(language)})
    made.globals.update(lang=language, amount=partial(amount, language=language))
    if language == "en":
        made.add_extension(InEnglish)
    return made
