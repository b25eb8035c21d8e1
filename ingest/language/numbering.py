"""Numbered goals: ``1.甲。2.乙。`` are two goals."""

from __future__ import annotations

import re

CHINESE = "一二三四五六七八九十"
DIGITS = "零一二三四五六七八九"
POWERS = {"十": 10, "百": 100, "千": 1000}
NUMERAL = re.compile("[一二三四五六七八九]|[一二三四五六七八九]?十[一二三四五六七八九]?")
STYLES = (
    re.compile(r"(?:绩效|总体|年度)?目标(?:内容)?\s*(?P<n>\d{1,2})\s*[:：、，.．]?"),
    re.compile(rf"(?:绩效|总体|年度)?目标(?P<n>[{CHINESE}]{{1,3}})\s*[:：、，.．]?"),
    re.compile(
        r"(?<![\d.．])[（(]?(?P<n>\d{1,2})(?:[、.．](?![\d])|[)）]、?|[、.．](?=\d{4}年|\d+月|\d{1,2}·\d{1,2}))"
    ),
    re.compile(r"(?P<n>[①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳])"),
    re.compile(rf"[（(](?P<n>[{CHINESE}]{{1,3}})[)）]、?"),
    re.compile(rf"(?P<n>[{CHINESE}]{{1,3}})(?:是|、)"),
)


def ordinal(printed: str) -> int:
    """The number that a numeral stands for; -1 where characters of numerals make none."""
    if printed.isdecimal():
        return int(printed)
    if printed[0] in "①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳":
        return ord(printed[0]) - ord("①") + 1
    if not NUMERAL.fullmatch(printed):
        return -1
    tens, _, ones = printed.rpartition("十")
    if "十" in printed:
        return (CHINESE.index(tens) + 1 if tens else 1) * 10 + (CHINESE.index(ones) + 1 if ones else 0)
    return CHINESE.index(printed) + 1


def cardinal(printed: str) -> int:
    """The number that a numeral up to thousands stands for: ``一百二十`` is 120, ``两`` 2, ``百`` 100."""
    number, digit = 0, 0
    for char in printed.replace("两", "二"):
        if char in DIGITS:
            digit = DIGITS.index(char)
        else:
            number, digit = number + (digit or 1) * POWERS[char], 0
    return number + digit


def split_goals(text: str) -> list[tuple[int, int]]:
    """Where the numbered parts of a text stand, as (start, end) without their numbers; a lead-in is a part of its own.

    The style whose numerals count up from one, and which begins first, divides the text; text without one is one part.
    """
    best: list[re.Match[str]] = []
    for style in STYLES:
        marks = counted(style, text)
        if marks and (not best or marks[0].start() < best[0].start()):
            best = marks
    if not best:
        return [(0, len(text))] if text else []
    parts = [(0, best[0].start())] if text[: best[0].start()].strip() else []
    ends = [mark.start() for mark in best[1:]] + [len(text)]
    parts += [(mark.end(), end) for mark, end in zip(best, ends, strict=True)]
    return [(start, end) for start, end in parts if text[start:end].strip(" ;；。")]


def counted(style: re.Pattern[str], text: str) -> list[re.Match[str]]:
    """The marks of one style that count 1, 2, 3 ... (a numeral printed twice is kept: publishers miscount)."""
    marks: list[re.Match[str]] = []
    for mark in style.finditer(text):
        number = ordinal(mark["n"])
        last = ordinal(marks[-1]["n"]) if marks else 0
        if number == last + 1 or (marks and number == last):
            marks.append(mark)
    return marks


def item_marks(text: str) -> list[tuple[int, int]]:
    """Where the items of a text stand that Arabic numbers count up (``1、甲。2、乙。``), without their numbers."""
    marks = counted(ITEM, text)
    if not marks:
        return [(0, len(text))]
    ends = [mark.start() for mark in marks[1:]] + [len(text)]
    parts = [(0, marks[0].start())] if text[: marks[0].start()].strip() else []
    return parts + [(mark.end(), end) for mark, end in zip(marks, ends, strict=True)]


ITEM = re.compile(r"(?<![\d.．])[（(]?(?P<n>\d{1,3})(?:[、．.](?!\d)|[)）]、?|、(?=\d{1,3}-))")
