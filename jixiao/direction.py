"""What became of a target: tighter or looser, clearer or vaguer, or only other words.

A target is taken as the results that fulfil it. Where all results that fulfil the later one fulfil the earlier one as
well, but not the other way round, it was tightened; where neither holds, nobody can tell, and nothing is guessed.
"""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Literal, NamedTuple

from graph.concepts import COMPOSED, NUMBER_WORDS
from jixiao.told import UNDISCLOSED, VAGUE_KINDS
from ontology import lexicon
from ontology.terms import code_of, concepts, fold
from queries.comparison.entries import CEILINGS, FLOORS, Unit

if TYPE_CHECKING:
    from jixiao.told import Indicator

Direction = Literal["same", "tightened", "loosened", "clearer", "vaguer", "reworded", "other"]

YEAR = re.compile(r"20\d{2}(?=[年./-])")
DEADLINE = re.compile(r"[在于]?(?:(20\d\d)年)?(\d{1,2})月(?:(\d{1,2})[日号])?(?:份?底|末)?(?:之?以?前)?(?:完成)?")
BY_THEN = re.compile("[底末前]")
FIGURE = re.compile(r"\d+(?:[,.]\d+)*")
NUMERAL = "[零一二两三四五六七八九十百千]+"
LAST_DAY = 31
UNBOUND = (Decimal("-Infinity"), False)


def direction(earlier: Indicator, later: Indicator, years: int = 0) -> Direction:
    """What became of a target.

    ``years`` says how many years lie between the two budgets: a year that is printed in the earlier target may have
    moved on by so many, and is the same then.

    - ``same``: the printed text is the same, but for widths of characters, spellings of comparators, and such years;
    - ``clearer``, ``vaguer``: one of the two can be checked, or at least measured by another period, the other not;
    - ``tightened``, ``loosened``: fewer or more results fulfil it;
    - ``reworded``: other words, and no figure that differs;
    - ``other``: figures differ, and what that means is not known.
    """
    one, two = _said(earlier.printed), _said(later.printed)
    moved = YEAR.sub(lambda year: str(int(year[0]) + years), one)
    if two in {one, moved}:
        return "same"
    if UNDISCLOSED in {earlier.kind, later.kind}:
        return "other"
    if _clearness(earlier) != _clearness(later):
        return "clearer" if _clearness(earlier) < _clearness(later) else "vaguer"
    base = one if YEAR.findall(one) == YEAR.findall(two) else moved
    return _by_figures(earlier, later, base, two)


def _said(printed: str | None) -> str:
    """A printed target without the differences that carry no meaning."""
    text = "".join(unicodedata.normalize("NFKC", printed or "").split()).rstrip("。.;,")
    return text.replace("≥", ">=").replace("≤", "<=").replace("=>", ">=").replace("=<", "<=")


def _clearness(indicator: Indicator) -> int:
    if indicator.kind in VAGUE_KINDS:
        return 0
    return 1 if indicator.kind == "relative" else 2


def _by_figures(earlier: Indicator, later: Indicator, one: str, two: str) -> Direction:
    """What became of a target that is as clear as before; ``one`` and ``two`` are what is printed."""
    bounds = _dates(one, two)
    if bounds is None and YEAR.findall(one) == YEAR.findall(two) and _rest(earlier, one) == _rest(later, two):
        bounds = _bounds(earlier, later)
    if bounds:
        return _compared(*bounds)
    return "other" if FIGURE.search(one + two) else "reworded"


class Bounds(NamedTuple):
    """How strict a target is on either side: the greater, the stricter; a bound that is not reached is stricter."""

    floor: tuple[Decimal, bool]
    ceiling: tuple[Decimal, bool]


def _compared(before: Bounds, after: Bounds) -> Direction:
    if before == after:
        return "reworded"
    if all(new >= old for old, new in zip(before, after, strict=True)):
        return "tightened"
    if all(new <= old for old, new in zip(before, after, strict=True)):
        return "loosened"
    return "other"


def _bounds(earlier: Indicator, later: Indicator) -> tuple[Bounds, Bounds] | None:
    """The bounds of both; ``None`` where they do not count the same or one of them is not understood."""
    if earlier.number is None or later.number is None:
        return None
    if None not in (earlier.polarity, later.polarity) and earlier.polarity != later.polarity:
        return None
    better = earlier.polarity or later.polarity
    units = [_unit(each) for each in (earlier, later)]
    if units[0].what != units[1].what:
        return None
    before, after = (_of(each, unit.factor, better) for each, unit in zip((earlier, later), units, strict=True))
    return (before, after) if before and after else None


def _of(indicator: Indicator, factor: Decimal, better: str | None) -> Bounds | None:
    """The bounds of a target. A bare number is a floor or a ceiling only where it is known which way is better."""
    number = (indicator.number or Decimal(0)) * factor
    is_open = indicator.comparator in {"gt", "lt"}
    if indicator.number2 is not None:
        last = indicator.number2 * factor
        return Bounds((number, False), (-last, False)) if indicator.kind != "time" else None
    is_ceiling = indicator.comparator in CEILINGS or (indicator.comparator not in FLOORS and better == "less")
    is_floor = indicator.comparator in FLOORS or (indicator.comparator not in CEILINGS and better == "more")
    against_its_sense = (is_ceiling and better == "more") or (is_floor and better == "less")
    if is_ceiling == is_floor or against_its_sense:
        return None
    return Bounds(UNBOUND, (-number, is_open)) if is_ceiling else Bounds((number, is_open), UNBOUND)


def _dates(one: str, two: str) -> tuple[Bounds, Bounds] | None:
    """Two dates by which something is done, both with their year or both without."""
    before, after = DEADLINE.fullmatch(one), DEADLINE.fullmatch(two)
    if before is None or after is None or bool(before[1]) != bool(after[1]):
        return None
    return (_by(before), _by(after)) if BY_THEN.search(one) and BY_THEN.search(two) else None


def _by(date: re.Match[str]) -> Bounds:
    year, month, day = int(date[1] or 0), int(date[2]), int(date[3] or LAST_DAY)
    return Bounds(UNBOUND, (Decimal(-((year * 100 + month) * 100 + day)), False))


def _unit(indicator: Indicator) -> Unit:
    """What a target counts. A month may be a point of time or a duration, which only the printed word tells."""
    printed = fold(indicator.unit or "")
    return Unit(printed) if indicator.kind == "time" else _counted(printed)


@lru_cache(maxsize=4096)
def _counted(printed: str) -> Unit:
    """A folded unit: money in 元, number words taken apart; one that no code list knows is only the same as itself."""
    known = concepts("unit").get(code_of("unit", printed) or "")
    if known:
        return Unit("元", known.in_yuan) if known.in_yuan else Unit(known.notation)
    parts = COMPOSED.fullmatch(printed)
    if parts is None or parts["first"] == printed:
        return Unit(printed)
    first = _counted(parts["first"])
    second = f"/{_counted(parts['second']).what}" if parts["second"] else ""
    return Unit(first.what + second, first.factor * NUMBER_WORDS.get(parts["word"] or "", 1))


def _rest(indicator: Indicator, text: str) -> str:
    """What a printed target says besides its figure and the years; several figures are not taken apart."""
    bare = YEAR.sub("", text)
    if len(FIGURE.findall(bare)) > 1 + (indicator.number2 is not None):
        return text
    unit = re.escape(_said(indicator.unit)) or "百分之"
    return re.sub(rf"{_comparators()}|{FIGURE.pattern}|{unit}|{NUMERAL}|百分之|[-~—至到]", "", bare)


@cache
def _comparators() -> str:
    """The spellings of comparators as an alternative, the longest first; words of a period (每月) are none."""
    values = lexicon("values")
    words = {
        _said(word)
        for side in ("before", "after")
        for op, group in values[side].items()
        for word in group
        if op != "eq"
    }
    return "|".join(map(re.escape, sorted(words | {"=", "等于"}, key=lambda word: (-len(word), word))))
