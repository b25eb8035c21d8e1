"""A number of a workbook as its format displays it: 0.95 in ``0%`` is 95%, 45000 in ``yyyy/m/d`` is 2023/3/15.

The codes are those of ECMA-376 part 1, 18.8.30 and 18.8.31. Not followed: colours, conditions, fractions, the padding
of columns, and Chinese numerals in dates (these are shown in Arabic figures).
"""

from __future__ import annotations

import math
import re
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Context, Decimal
from functools import lru_cache

BUILTIN = {
    0: "General", 1: "0", 2: "0.00", 3: "#,##0", 4: "#,##0.00", 9: "0%", 10: "0.00%", 11: "0.00E+00",
    14: "yyyy/m/d", 15: "d-mmm-yy", 16: "d-mmm", 17: "mmm-yy", 20: "h:mm", 21: "h:mm:ss", 22: "yyyy/m/d h:mm",
    27: 'yyyy"年"m"月"', 28: 'm"月"d"日"', 29: 'm"月"d"日"', 30: "m/d/yy", 31: 'yyyy"年"m"月"d"日"',
    32: 'h"时"mm"分"', 33: 'h"时"mm"分"ss"秒"', 36: 'yyyy"年"m"月"',
    37: "#,##0;-#,##0", 38: "#,##0;-#,##0", 39: "#,##0.00;-#,##0.00", 40: "#,##0.00;-#,##0.00",
    41: '#,##0;-#,##0;"-"', 42: '"¥"#,##0;"¥"-#,##0;"¥""-"', 43: '#,##0.00;-#,##0.00;"-"',
    44: '"¥"#,##0.00;"¥"-#,##0.00;"¥""-"', 45: "mm:ss", 46: "[h]:mm:ss", 47: "mm:ss.0", 49: "@",
    50: 'yyyy"年"m"月"', 51: 'm"月"d"日"', 52: 'yyyy"年"m"月"', 53: 'm"月"d"日"', 54: 'm"月"d"日"',
    57: 'yyyy"年"m"月"', 58: 'm"月"d"日"',
}  # fmt: skip
"""The formats that files name by number alone, as Chinese editions show them."""

LONG_DATE, LONG_TIME = 'yyyy"年"m"月"d"日"', "h:mm:ss"
"""What the system's own formats are in Chinese editions."""
WEEKDAYS = "一二三四五六日"
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
DAY_ZERO = datetime(1899, 12, 30)  # noqa: DTZ001 - the calendar of no place
LEAP_DAY = 60
"""The 29th of February 1900, a day that only workbooks know."""
LAST_DAY = 2958465
"""31 December 9999 as a serial number."""
DAYS_OF_1904 = 1462
"""How much later the calendar of 1904 begins."""
SHOWN_DIGITS = 12
"""So many digits ``General`` shows at most of a number that is not whole: money in 元 up to ten milliards, and no noise
of binary fractions."""
MOST_WHOLE = 1e21
"""Whole numbers from here on are written with an exponent."""
EXACT = Context(prec=1000)

TOKEN = re.compile(
    r'"(?P<quoted>[^"]*)"?|\\(?P<escaped>.)|!(?P<banged>\.)|(?P<pad>[_*].)|\[(?P<bracket>[^\]]*)\]'
    r"|(?P<half>AM/PM|A/P|上午/下午)|(?P<general>General|G/通用格式)|(?P<power>E[+-]0+)"
    r"|(?P<date>y+|m+|d+|h+|s+(?:\.0+)?|a{3,4})|(?P<digit>[0#?])|(?P<point>\.)|(?P<comma>,)|(?P<percent>%)|(?P<other>.)",
    re.IGNORECASE | re.DOTALL,
)
Token = tuple[str, str]
SECTION = re.compile(r'(?:"[^"]*"?|\\.|[_*].|\[[^\]]*\]|[^;])*', re.DOTALL)


def displayed(value: float, code: str, *, since_1904: bool = False) -> str:
    """A number as its format displays it; a format that is not understood displays it as ``General`` does."""
    if not math.isfinite(value):
        return str(value)
    if code == "General" or abs(value) >= MOST_WHOLE:
        return general(value)
    section, number = _section(value, code or "General")
    tokens = _tokens(section)
    if any(kind == "date" for kind, _ in tokens):
        serial = number + (DAYS_OF_1904 if since_1904 else 0)
        return _date(serial, tokens) if 0 <= serial <= LAST_DAY else general(value)
    if any(kind == "digit" for kind, _ in tokens):
        return general(value) if ("other", "/") in tokens else _number(number, tokens).strip()
    plain = general(number)
    shown = "".join(plain if kind == "general" or text == "@" else text for kind, text in tokens if kind in LITERAL)
    return shown.strip() if tokens else ""


LITERAL = {"quoted", "escaped", "banged", "other", "general"}


def general(value: float) -> str:
    """A number without a format: whole numbers in full, others without the noise of binary fractions."""
    if value.is_integer() and abs(value) < MOST_WHOLE:
        return str(int(value))
    return f"{Decimal(f'{value:.{SHOWN_DIGITS}g}'):f}"


def _section(value: float, code: str) -> tuple[str, float]:
    """The part of a code that is for this number (positive, negative, zero), and the number to show by it."""
    sections = _sections(code)[:3]
    if len(sections) == 1 or value > 0 or (value == 0 and len(sections) == 2):  # noqa: PLR2004
        return sections[0], value
    return (sections[1], -value) if value < 0 else (sections[2], value)


@lru_cache(1000)
def _sections(code: str) -> list[str]:
    found, position = [], 0
    while position <= len(code):
        match = SECTION.match(code, position)
        found.append(match[0] if match else "")
        position += len(found[-1]) + 1
    return found


@lru_cache(1000)
def _tokens(section: str) -> list[Token]:
    """What a section is made of: kind and text of each piece."""
    found: list[Token] = []
    for match in TOKEN.finditer(section):
        kind = match.lastgroup or "other"
        text = match[kind]
        if kind == "bracket":
            found.extend(_bracket(text))
        elif kind != "pad":
            found.append((kind, text))
    return found


def _bracket(text: str) -> list[Token]:
    """What square brackets hold: a currency, elapsed time, the system's formats; colours and the like are dropped."""
    if text.startswith("$"):
        sign, _, locale = text[1:].partition("-")
        system = {"F800": LONG_DATE, "F400": LONG_TIME}.get(locale.upper())
        if system:
            return [*_tokens(system), ("end", "")]
        return [("quoted", sign)] if sign else []
    return [("elapsed", text.lower())] if text and set(text.lower()) <= set("hms") else []


def _number(value: float, tokens: list[Token]) -> str:
    """A number in the digits that a section has places for."""
    places = [index for index, (kind, _) in enumerate(tokens) if kind == "digit"]
    last = places[-1]
    thousands = sum(1 for kind, _ in tokens[last + 1 :] if kind == "comma")
    percents = sum(1 for kind, _ in tokens if kind == "percent")
    exact = Decimal(f"{abs(value):.15g}").scaleb(2 * percents - 3 * thousands)
    point = next((index for index, (kind, _) in enumerate(tokens) if kind == "point"), last + 1)
    power = next((text for kind, text in tokens if kind == "power"), None)
    whole = [index for index in places if index < point]
    fraction = [index for index in places if index > point]
    exponent = exact.adjusted() if power and exact else 0
    rounded = exact.scaleb(-exponent).quantize(Decimal(1).scaleb(-len(fraction)), ROUND_HALF_UP, EXACT)
    digits = f"{rounded:f}"
    before, _, after = digits.partition(".")
    grouped = any(kind == "comma" for kind, _ in tokens[:last])
    shown = _whole(before, [(index, tokens[index][1]) for index in whole], grouped=grouped)
    shown |= _fraction(after, [(index, tokens[index][1]) for index in fraction])
    parts = [_piece(index, token, shown, exponent) for index, token in enumerate(tokens)]
    if fraction and not any(shown[index] for index in fraction):
        parts[point] = ""
    if not whole and point < len(tokens):
        parts[point] = (before if before != "0" else "") + "."
    return ("-" if value < 0 else "") + "".join(parts)


def _piece(index: int, token: Token, shown: dict[int, str], exponent: int) -> str:
    kind, text = token
    match kind:
        case "digit":
            return shown[index]
        case "power":
            sign = "-" if exponent < 0 else "+" if text[1] == "+" else ""
            return f"E{sign}{abs(exponent):0{len(text) - 2}d}"
        case "quoted" | "escaped" | "banged" | "point" | "percent" | "other":
            return text
        case _:
            return ""


def _whole(digits: str, places: list[tuple[int, str]], *, grouped: bool) -> dict[int, str]:
    """Digits dealt out to the places of a whole number from the right; the first place takes all that are left."""
    left = digits.lstrip("0")
    shown, dealt = {}, 0
    for order, (index, sign) in enumerate(reversed(places)):
        take = left if order == len(places) - 1 else left[-1:]
        left = left[: len(left) - len(take)]
        text = ""
        for digit in reversed(take or ("0" if sign == "0" else "")):
            text = digit + ("," if grouped and dealt and dealt % 3 == 0 else "") + text
            dealt += 1
        shown[index] = text
    return shown


def _fraction(digits: str, places: list[tuple[int, str]]) -> dict[int, str]:
    needed = max((order for order, (_, sign) in enumerate(places, 1) if sign == "0"), default=0)
    kept = max(needed, len(digits.rstrip("0")))
    return {index: digits[order] if order < kept else "" for order, (index, _) in enumerate(places)}


def _date(serial: float, tokens: list[Token]) -> str:
    """A day and time, counted from the end of 1899, in the pieces that a section names."""
    finest = max((len(text.partition(".")[2]) for kind, text in tokens if kind == "date"), default=0)
    moment = _rounded(DAY_ZERO + timedelta(days=serial + (serial < LEAP_DAY)), finest)
    half = any(kind == "half" for kind, _ in tokens)
    shown = []
    for index, (kind, text) in enumerate(tokens):
        if kind == "end":
            break
        if kind == "elapsed":
            shown.append(_elapsed(serial, text))
        elif kind == "half":
            late = moment.hour >= 12  # noqa: PLR2004
            shown.append(text.split("/")[late])
        elif kind == "date":
            minute = text[0] in "mM" and _is_minute(tokens, index)
            shown.append(_moment(moment, "n" * len(text) if minute else text.lower(), half=half))
        elif kind in {*LITERAL, "point", "comma", "percent"} and text != "@":
            shown.append(text)
    return "".join(shown).removesuffix(";").strip()


def _rounded(moment: datetime, digits: int) -> datetime:
    unit = 10 ** (6 - min(digits, 6))
    excess = moment.microsecond % unit
    return moment - timedelta(microseconds=excess) + timedelta(microseconds=unit if 2 * excess >= unit else 0)


def _elapsed(serial: float, unit: str) -> str:
    whole = int(serial * {"h": 24, "m": 1440, "s": 86400}[unit[0]] + 1e-6)
    return f"{whole:0{len(unit)}d}"


def _is_minute(tokens: list[Token], index: int) -> bool:
    """Whether an ``m`` is a minute: it follows an hour or is followed by a second."""
    units = {"date", "elapsed"}
    before = [text.lower() for kind, text in tokens[:index] if kind in units]
    after = [text.lower() for kind, text in tokens[index + 1 :] if kind in units]
    return bool((before and before[-1][0] == "h") or (after and after[0][0] == "s"))


def _moment(moment: datetime, unit: str, *, half: bool) -> str:
    """One piece of a date; ``n`` stands for minutes."""
    length, short = len(unit), min(len(unit), 2)
    match unit[0]:
        case "y":
            shown = f"{moment.year:04d}" if length > 2 else f"{moment.year % 100:02d}"  # noqa: PLR2004
        case "m":
            shown = MONTHS[moment.month - 1] if length > 2 else f"{moment.month:0{length}d}"  # noqa: PLR2004
        case "d" if length <= 2:  # noqa: PLR2004
            shown = f"{moment.day:0{length}d}"
        case "d" | "a":
            shown = ("星期" if length > 3 else "") + WEEKDAYS[moment.weekday()]  # noqa: PLR2004
        case "h":
            shown = f"{(moment.hour - 1) % 12 + 1 if half else moment.hour:0{short}d}"
        case "n":
            shown = f"{moment.minute:0{short}d}"
        case _:
            shown = _seconds(moment, unit)
    return shown


def _seconds(moment: datetime, unit: str) -> str:
    whole, _, fine = unit.partition(".")
    second = f"{moment.second:0{min(len(whole), 2)}d}"
    return f"{second}.{moment.microsecond:06d}"[: len(second) + 1 + len(fine)] if fine else second
