"""The numbers that Word prints before the paragraphs of its lists, which stand in no text: 1.、（二）、③."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from ingest.readers.markup import attribute, child, descendants, tree

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from xml.etree.ElementTree import Element

    from ingest.readers.archive import Package

PLACE = re.compile(r"%([1-9])")
DIGITS = "〇一二三四五六七八九"
STEMS = "甲乙丙丁戊己庚辛壬癸"
FORMAL = str.maketrans("零一二三四五六七八九十百千", "零壹贰叁肆伍陆柒捌玖拾佰仟")
ROMAN = {1000: "m", 900: "cm", 500: "d", 400: "cd", 100: "c", 90: "xc", 50: "l", 40: "xl", 10: "x", 9: "ix", 5: "v",
         4: "iv", 1: "i"}  # fmt: skip
MOST = 9999
"""Beyond this, numbers are printed in figures."""


class Level(NamedTuple):
    """How the paragraphs of one level are numbered."""

    start: int = 1
    form: str = "decimal"
    text: str = ""
    spaced: bool = True


@dataclass(slots=True)
class _List:
    """A list, and how far its levels are counted."""

    levels: dict[int, Level] = field(default_factory=dict)
    counted: dict[int, int] = field(default_factory=dict)

    def next(self, level: int) -> str:
        self.counted[level] = self.counted.get(level, self.levels.get(level, Level()).start - 1) + 1
        for deeper in [each for each in self.counted if each > level]:
            del self.counted[deeper]
        shown = self.levels.get(level, Level())
        text = PLACE.sub(lambda match: self._number(int(match[1]) - 1), shown.text)
        return text + (" " if text and shown.spaced else "")

    def _number(self, level: int) -> str:
        shown = self.levels.get(level, Level())
        return numeral(self.counted.get(level, shown.start), shown.form)


class Numbering:
    """Counts the lists of a document; asked for each paragraph in order."""

    def __init__(self, package: Package) -> None:
        """Read the lists, and which styles belong to one."""
        self._lists: dict[str, _List] = {}
        self._styles: dict[str, tuple[str | None, int | None]] = {}
        if "word/numbering.xml" in package:
            self._lists = _lists(tree(package.path, package.part("word/numbering.xml")))
            if "word/styles.xml" in package:
                self._styles = dict(_styles(tree(package.path, package.part("word/styles.xml"))))

    def label(self, paragraph: Element) -> str:
        """What is printed before a paragraph; nothing where it belongs to no list or the list has bullets."""
        properties = child(paragraph, "pPr")
        if not self._lists or properties is None:
            return ""
        number, level = _reference(properties)
        style_number, style_level = self._styles.get(_value(properties, "pStyle") or "", (None, None))
        found = self._lists.get(number or style_number or "")
        chosen = level if level is not None else style_level
        return found.next(chosen or 0) if found else ""


def numeral(number: int, form: str) -> str:
    """A number in one of Word's forms; in figures where the form is not known."""
    if not 0 < number <= MOST:
        return str(number)
    make = FORMS.get(form)
    return make(number) if make else str(number)


def _chinese(number: int) -> str:
    """A number below ten thousand as it is counted: 十二, 一百零五."""
    text = ""
    for unit, digit in zip(["千", "百", "十", ""], f"{number:04d}", strict=True):
        text += DIGITS[int(digit)] + unit if digit != "0" else "零"
    return re.sub("零+", "零", text).strip("零").removeprefix("一" if number < 20 and number > 9 else "")  # noqa: PLR2004


def _roman(number: int) -> str:
    text = ""
    for value, letters in ROMAN.items():
        count, number = divmod(number, value)
        text += letters * count
    return text


def _letters(number: int) -> str:
    return chr(ord("a") + (number - 1) % 26) * ((number - 1) // 26 + 1)


def _enclosed(first: str, last: int) -> Callable[[int], str]:
    """Characters of a row of Unicode that begins with one; beyond the last, figures."""
    return lambda number: chr(ord(first) + number - 1) if number <= last else str(number)


FORMS: dict[str, Callable[[int], str]] = {
    "decimalZero": lambda number: f"{number:02d}",
    "decimalFullWidth": lambda number: "".join(chr(ord("０") + int(digit)) for digit in str(number)),
    "chineseCounting": _chinese,
    "chineseCountingThousand": _chinese,
    "japaneseCounting": _chinese,
    "taiwaneseCountingThousand": _chinese,
    "chineseLegalSimplified": lambda number: _chinese(number).translate(FORMAL),
    "ideographDigital": lambda number: "".join(DIGITS[int(digit)] for digit in str(number)),
    "ideographTraditional": lambda number: STEMS[(number - 1) % len(STEMS)],
    "decimalEnclosedCircle": _enclosed("①", 20),
    "decimalEnclosedCircleChinese": _enclosed("①", 20),
    "decimalEnclosedParen": _enclosed("⑴", 20),
    "decimalEnclosedFullstop": _enclosed("⒈", 20),
    "ideographEnclosedCircle": _enclosed("㊀", 10),
    "upperRoman": lambda number: _roman(number).upper(),
    "lowerRoman": _roman,
    "upperLetter": lambda number: _letters(number).upper(),
    "lowerLetter": _letters,
}


def _lists(root: Element) -> dict[str, _List]:
    """The lists by the number that paragraphs name; those of one pattern are counted together."""
    patterns: defaultdict[str, _List] = defaultdict(_List)
    for each in descendants(root, "abstractNum"):
        pattern = patterns[attribute(each, "abstractNumId") or ""]
        pattern.levels = {_index(level): _level(level) for level in descendants(each, "lvl")}
    found = {}
    for each in descendants(root, "num"):
        pattern = patterns[_value(each, "abstractNumId") or ""]
        starts = {_index(over): _value(over, "startOverride") for over in descendants(each, "lvlOverride")}
        if any(starts.values()):  # it begins anew
            levels = {level: shown._replace(start=_whole(starts.get(level), shown.start))
                      for level, shown in pattern.levels.items()}  # fmt: skip
            pattern = _List(levels)
        found[attribute(each, "numId") or ""] = pattern
    return found


def _level(element: Element) -> Level:
    form = _value(element, "numFmt") or "decimal"
    text = "" if form in {"bullet", "none"} else _value(element, "lvlText") or ""
    return Level(_whole(_value(element, "start"), 1), form, text, _value(element, "suff") != "nothing")


def _styles(root: Element) -> Iterator[tuple[str, tuple[str | None, int | None]]]:
    """The list and level of each style, its own or that of the style on which it rests."""
    styles = {attribute(each, "styleId") or "": each for each in descendants(root, "style")}
    for name, style in styles.items():
        number, level = None, None
        rests: Element | None = style
        seen: set[str | None] = set()
        while rests is not None and number is None and (base := attribute(rests, "styleId")) not in seen:
            seen.add(base)
            properties = child(rests, "pPr")
            if properties is not None:
                number, level = _reference(properties)
            rests = styles.get(_value(rests, "basedOn") or "")
        yield name, (number, level)


def _reference(properties: Element) -> tuple[str | None, int | None]:
    mark = child(properties, "numPr")
    if mark is None:
        return None, None
    level = _value(mark, "ilvl")
    return _value(mark, "numId"), _whole(level, 0) if level is not None else None


def _index(element: Element) -> int:
    return _whole(attribute(element, "ilvl"), 0)


def _value(parent: Element, name: str) -> str | None:
    mark = child(parent, name)
    return attribute(mark, "val") if mark is not None else None


def _whole(text: str | None, otherwise: int) -> int:
    return int(text) if text and text.isascii() and text.isdecimal() and len(text) < 10 else otherwise  # noqa: PLR2004
