"""Target values: ``≥90%`` is at least 90 percent. The kinds are defined in ``docs/records.md``."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from ingest.language.numbering import cardinal
from ingest.language.states import alternatives, is_checkable
from ingest.layout.folding import fold
from ontology import lexicon
from ontology.words import number_words, units, vague_words

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ingest.records import Comparator, Kind

NUMBER = r"(?<!\d)-?(?:\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d*\.\d+|\d+)"
"""A printed number; a hyphen is its sign only where no number stands before it."""
DATE = re.compile(
    r"\d{4}年|(?:\d{1,2}|[每次当])月\d{1,2}[日号]|\d{1,2}月(底|末|份?前|中旬|上旬|下旬)"
    r"|20\d{2}[.\-/]\d{1,2}([.\-/]\d{1,2})?(以?前)?$|(19|20)\d{2}-(19|20)\d{2}$|^第?[一二三四1-4]季度([初中末底前内]|完成)*$"
    r"|^.{1,3}[期假学节][末前]$|^(?!.*[目当提空超眼跟生面以之]前)[\u4e00-\u9fff]{1,4}前(?:完成)?$"
)
NUMERAL = "[零一二两三四五六七八九十百千]+"
PERCENT = re.compile(rf"(?<!\d)百分之(?:(?P<n>{NUMERAL})|(?P<figure>{NUMBER}))")
RATIO = re.compile(r"\d+[:∶]\d+")
"""Ratios and times of the day are no quantities of one unit."""
MONTHS = re.compile(r"^(\d{1,2})[-~至到—]+(\d{1,2})(月份?)$")


@dataclass(frozen=True, slots=True)
class Value:
    """A target value taken apart; what is not printed is ``None``."""

    kind: Kind
    op: Comparator | None = None
    number: Decimal | None = None
    number2: Decimal | None = None
    unit: str | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Words:
    """The lexicon of values, made ready for matching."""

    before: Mapping[str, Comparator]
    after: Mapping[str, Comparator]
    quantity: re.Pattern[str]
    strange: re.Pattern[str]
    """Like ``quantity``, with a unit that the code list has not."""
    symbol: re.Pattern[str]
    """A number and a symbol of physics, which needs no comparator to be known as a unit: ``50dB以下``."""
    time: frozenset[str]
    time_patterns: re.Pattern[str]
    relative: re.Pattern[str]
    missing: frozenset[str]
    missing_patterns: re.Pattern[str]
    secret: frozenset[str]
    secret_patterns: re.Pattern[str]
    state: frozenset[str]
    vague: re.Pattern[str]
    measures: tuple[str, ...]
    no_measures: re.Pattern[str]
    numeral: re.Pattern[str]
    """A Chinese numeral that counts a unit; with 级 it names a grade."""
    bound: re.Pattern[str]
    """A comparator that asks for more or less than what follows."""
    units: frozenset[str]


@lru_cache(maxsize=1)
def words() -> Words:
    """The lexicon ``values``, the units and the vague terms of the code lists as patterns."""
    data: Mapping[str, Any] = lexicon("values")
    before = {fold(printed): op for op, group in data["before"].items() for printed in group}
    after = {fold(printed): op for op, group in data["after"].items() for printed in group}
    known_units = frozenset(map(fold, units()))
    unit = alternatives(known_units)
    either = rf"(?:{unit})(?:\((?:{unit})\))?"  # perhaps with another one that may be meant: 台(套)
    big = "[" + "".join(number_words()) + "]"
    quantity = re.compile(
        rf"(?P<before>{alternatives(before)})?(?P<number>{NUMBER})(?P<range>(?:{unit})?[-~—至到](?P<number2>{NUMBER}))?"
        rf"(?P<unit>余?{big}?{either}(?:[/每·]?{big}?{either})*|\((?:{unit})\)|{big})?(?P<after>{alternatives(after)})?"
    )
    strange = re.compile(
        rf"(?P<before>{alternatives(before)})(?P<number>{NUMBER})(?P<range>)(?P<number2>)"
        rf"(?P<unit>[^\d\s,;。/]{{1,4}}?(?:/[^\d\s,;。/]{{1,4}}?)?)(?P<after>{alternatives(after)})?"
    )
    symbol = re.compile(
        rf"(?P<before>)(?P<number>{NUMBER})(?P<range>)(?P<number2>)"
        rf"(?P<unit>[A-Za-zμ]{{2}}[A-Za-z0-9/]*)(?P<after>{alternatives(after)})?"
    )
    return Words(
        before=before,
        after=after,
        quantity=quantity,
        strange=strange,
        symbol=symbol,
        time=frozenset(map(fold, data["time_words"])),
        time_patterns=re.compile("|".join(data["time_patterns"])),
        relative=re.compile("|".join([alternatives(map(fold, data["relative_words"])), *data["relative_patterns"]])),
        missing=frozenset(map(fold, data["missing_words"])),
        missing_patterns=re.compile("|".join(data["missing_patterns"])),
        secret=frozenset(map(fold, data["secret_words"])),
        secret_patterns=re.compile("|".join(data["secret_patterns"])),
        state=frozenset(map(fold, data["state_words"])),
        vague=re.compile(alternatives(map(fold, vague_words()))),
        measures=tuple(data["measure_suffixes"]),
        no_measures=re.compile(data["measure_exceptions"]),
        numeral=re.compile(
            rf"(?:(?P<before>{alternatives(before)})|^)(?P<n>{NUMERAL})"
            rf"(?=(?!级){big}?(?:{unit})(?:{alternatives(after)})?$)"
        ),
        bound=re.compile(alternatives(printed for printed, op in before.items() if op != "eq")),
        units=known_units,
    )


def tidy(text: str) -> str:
    """A folded value without the punctuation around it, and without brackets that close nothing or enclose it all."""
    bare = fold(text).replace("(含)", "").strip("。;,.、:!")
    if bare.count("(") == bare.count(")") and not (bare.startswith("(") and bare.endswith(")")):
        return bare
    return bare.strip("。;,.、:!()")


def parse_value(printed: str | None, name: str = "", desc: str | None = None) -> Value:
    """Take a printed target value apart.

    Args:
        printed: the value's cell; ``None`` where it is empty.
        name: the indicator's name, against which a restatement is told.
        desc: its description.
    """
    text = tidy(printed or "")
    lexical = words()
    if not text or lexical.missing & {text, fold(printed or "")} or lexical.missing_patterns.search(text):
        return Value("missing")
    if text in lexical.secret or lexical.secret_patterns.search(text):
        return Value("secret")
    return time_of(text) or measured(text, name, desc)


def time_of(text: str) -> Value | None:
    """A date, or a stretch of months (``1-12月``), whose two numbers are kept."""
    months = MONTHS.fullmatch(text)
    if months and int(months[1]) <= int(months[2]) <= 12:  # noqa: PLR2004 - months of a year
        return Value("time", "eq", Decimal(months[1]), Decimal(months[2]), months[3])
    return Value("time") if DATE.search(text) else None


def measured(text: str, name: str, desc: str | None) -> Value:
    """The value of a folded text that is no date: its quantity, or else what its words say."""
    lexical = words()
    quantity = quantity_of(text)
    if quantity is None and text in (tidy(name), tidy(desc or "")):
        return Value("restated")
    if lexical.relative.search(text):
        return replace(quantity, kind="quantity", note="relative") if quantity else Value("relative")
    if quantity is not None:
        return quantity
    kind = kind_of_words(text, name, desc)
    return Value("state", note="说明写明了含义") if kind == "vague" and explained(text, desc) else Value(kind)


def quantity_of(text: str) -> Value | None:
    """The first quantity in a folded text that has a comparator or a unit, or is the whole text."""
    lexical = words()
    whole = lexical.quantity.fullmatch(text) or unknown_unit(text)
    if whole:
        return built(whole)
    for found in lexical.quantity.finditer(text):
        if (found["before"] or found["unit"]) and not RATIO.search(text):
            value = built(found)
            several = len([m for m in lexical.quantity.finditer(text) if m["before"] or m["unit"]]) > 1
            return replace(value, note="含多个数值，取第一个") if several else value
    counted = with_figures(text)
    return quantity_of(counted) if counted != text else None


def with_figures(text: str) -> str:
    """A text without figures, with the Chinese numeral of its quantity as a figure: ``不少于三次`` is ``不少于3次``.

    Only a numeral after a comparator, or one that with its unit is the whole text, counts: 三会一课 is a name.
    """
    text = PERCENT.sub(lambda found: f"{found['figure'] or cardinal(found['n'])}%", text)
    if any(char.isdigit() for char in text):
        return text
    return words().numeral.sub(lambda found: f"{found['before'] or ''}{cardinal(found['n'])}", text)


def unknown_unit(text: str) -> re.Match[str] | None:
    """A number followed by a few characters that can only be a unit, though no code has it."""
    return words().strange.fullmatch(text) or words().symbol.fullmatch(text)


def built(found: re.Match[str]) -> Value:
    """The value that a match of the quantity pattern stands for."""
    lexical = words()
    op: Comparator = lexical.before.get(found["before"] or "", "eq")
    if found["after"]:
        op = lexical.after[found["after"]]
    unit = (found["unit"] or "").removeprefix("(") or None
    if unit and "(" not in unit:
        unit = unit.removesuffix(")")
    number2 = decimal_of(found["number2"]) if found["number2"] else None
    kind: Kind = "time" if unit in TIME_UNITS and op != "ge" else "quantity"
    note = "约数" if found["before"] == "约" else None
    return Value(kind, op, decimal_of(found["number"]), number2, unit, note)


TIME_UNITS = frozenset({"年", "月", "日", "天", "小时", "分钟", "秒", "周", "个月", "工作日", "个工作日", "季度"})
"""With these a limit is a time; an amount of service (``≥250天``) is a quantity."""


def decimal_of(printed: str) -> Decimal:
    """A printed number; ``1,502.00`` is 1502.00."""
    return Decimal(printed.replace(",", ""))


def kind_of_words(text: str, name: str, desc: str | None) -> Kind:
    """The kind of a target value without a number."""
    lexical = words()
    bare = re.sub("(完成|之前|以前|前|内)+$", "", text)
    if text in lexical.time or bare in lexical.time or lexical.time_patterns.search(text):
        return "time"
    if text in lexical.state:
        return "state"
    if names_a_measure(text, name, desc):
        return "restated"
    return "state" if is_checkable(text) and not lexical.vague.fullmatch(text) else "vague"


def explained(text: str, desc: str | None) -> bool:
    """Whether a description says what a word means that nobody could check alone: ``及时指受理后10日内``."""
    means = rf"(?:^|[^\u4e00-\u9fff]){re.escape(text)}\"?(?:是?指|即|:).{{4,}}"
    return re.search(means, fold(desc or "")) is not None


def names_a_measure(text: str, name: str, desc: str | None) -> bool:
    """Whether a text only names what is measured.

    It ends like a measure, or repeats most of its indicator's description; with a comparator before it it is a bound.
    """
    praise = "," in text or words().no_measures.search(text)
    if text.endswith(words().measures) and not praise and not words().bound.match(text):
        verb = words().vague.match(text)
        if not verb or text[verb.end() :] in words().measures:
            return True
    told = fold(name) + fold(desc or "")
    return len(text) >= 8 and text in told  # noqa: PLR2004 - shorter texts repeat a name's tail by chance
