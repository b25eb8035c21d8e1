"""How well a cell's text suits a column of a form: the knowledge of the field that the alignment asks for.

Scores are comparable over columns: about +5 for what can hardly be anything else, 0 for what may be, far below 0 for
what cannot be.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from ingest.language.states import is_checkable
from ingest.language.values import DATE, MONTHS, tidy, unknown_unit, words
from ingest.layout.columns import Column
from ingest.layout.folding import fold
from ontology import lexicon

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

NEVER = -12.0
LONGEST_LEVEL = 12
"""The most characters of a level's name."""
SHORTEST_CODE = 3
"""The fewest digits of a unit's code."""
NUMERIC = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?")
MONEY = re.compile(r"-?(?:\d{1,3}(?:,\d{3})+|\d+)\.\d{1,6}|0|\d{1,3}(?:,\d{3})+")
DATE_BEGINS = re.compile(r"\d|每|于|至|到|截至|前")
POINTS = re.compile(r"(?<=.)[(:]?(权重|共|计)?\d+(\.\d+)?(分|%)?\)?$")
YEAR = re.compile(r"(19|20)\d{2}年度?")
NUMBERED = re.compile(r"^(目标|\(?\d{1,2}[.、)]|[一二三四五六七八九十](是|、)|①)")


@lru_cache(maxsize=8)
def said(name: str) -> re.Pattern[str]:
    """A pattern of the lexicon ``columns``."""
    return re.compile(lexicon("columns")[name])


@lru_cache(maxsize=8)
def usual_words(name: str) -> frozenset[str]:
    """A list of words of the lexicon ``columns``."""
    return frozenset(map(fold, lexicon("columns")[name]))


@lru_cache(maxsize=4)
def level_words(level: str) -> tuple[frozenset[str], frozenset[str]]:
    """The printed names of a level, and all their beginnings."""
    names = frozenset(fold(word) for word in lexicon("levels")[level])
    return names, frozenset(name[:length] for name in names for length in range(1, len(name) + 1))


def level_fit(level: str) -> Callable[[str], float]:
    """A fit for level cells: known names, seldom unknown short ones, never a quantity."""
    names, beginnings = level_words(level)
    others, _ = level_words("level2" if level == "level1" else "level1")

    def fit(text: str) -> float:
        text = fold(text)
        if text in names:
            return 6.0 if text.endswith("指标") else 5.0 if text in national_levels() else 2.5
        if text in others:
            return 1.0
        if text in beginnings and len(text) > 1:
            return 1.5 if len(text) > 2 else -2.0  # noqa: PLR2004 - a page's end may cut a level, seldom after a word
        if len(text) > LONGEST_LEVEL or any(char.isdigit() for char in text):
            return NEVER
        return -4.0 - 0.3 * len(text) + 3.0 * text.endswith("指标")

    return fit


def level_starts(level: str) -> Callable[[str], bool]:
    """Whether a text can begin a level's name."""
    names, beginnings = level_words(level)

    def starts(text: str) -> bool:
        text = fold(text)
        plain = len(text) <= LONGEST_LEVEL and not any(char in text for char in "<>=%,。;0123456789")
        return plain or text in beginnings or text in names

    return starts


def is_level(text: str) -> bool:
    """Whether a text is the printed name of some level, with its points (``产出指标（50分）``) or without."""
    key = level_key(text)
    return key in level_words("level1")[0] or key in level_words("level2")[0]


@lru_cache(maxsize=8192)
def level_key(text: str) -> str:
    """A level's name without what is printed in parentheses after it."""
    return POINTS.sub("", fold(text))


def name_fit(text: str) -> float:
    """Names are free text, but no level, no number and no target value."""
    text = fold(text)
    if is_level(text):
        return -6.0 if text.endswith("指标") else -1.5
    if NUMERIC.fullmatch(text) or text[:1] in "<>=%":
        return -8.0
    if len(text) == 1:
        return -4.0 if text not in words().missing else 0.0
    if quantity_shape(text):
        return -3.0
    torn = text[0] in ",。;、)%" or text.startswith("指标") or text.endswith(tuple(usual_words("unfinished")))
    return -1.0 - 0.01 * len(text) - 0.03 * max(0, len(text) - 40) - 3.0 * torn


def desc_fit(text: str) -> float:
    """Descriptions are names that may be long."""
    return 0.7 + name_fit(text) + 0.02 * min(len(text), 60) - 0.4 * (len(text) < 3)  # noqa: PLR2004 - seldom so short


def desc_follows(row: Mapping[str, str], text: str) -> float:
    """A description often repeats its indicator's name."""
    return 3.0 if fold(row.get("name", "")) == fold(text) else 0.0


def value_follows(row: Mapping[str, str], text: str) -> float:
    """A value that repeats its indicator's name or description is a value all the same."""
    told = (fold(row.get("name", "")), fold(row.get("desc", "")))
    return 2.5 if fold(text) in told else 0.0


@lru_cache(maxsize=1)
def level_pairs() -> dict[str, frozenset[str]]:
    """Which second levels stand under which first."""
    return {first: frozenset(map(fold, seconds)) for first, seconds in lexicon("levels")["pairs"].items()}


@lru_cache(maxsize=1)
def national_levels() -> frozenset[str]:
    """The levels that the national rules name; others are local."""
    return frozenset(map(fold, level_pairs())).union(*level_pairs().values())


def level_follows(row: Mapping[str, str], text: str) -> float:
    """A second level suits the first one before it."""
    seconds = level_pairs().get(fold(row.get("level1", "")))
    return 0.0 if seconds is None else 1.0 if fold(text) in seconds else -5.0


def quantity_shape(text: str) -> bool:
    """Whether a whole folded text is a comparator, a number and a unit, with at least two of them."""
    found = words().quantity.fullmatch(text)
    return bool(found and (found["before"] or found["unit"])) or bool(unknown_unit(text) and text[:1] in "<>=")


def value_fit(text: str) -> float:
    """Target values: quantities, dates and the words of states and vagueness; other text is possible."""
    whole, text, lexical = fold(text), tidy(text), words()
    if whole in lexical.missing or text in lexical.secret or text in lexical.time or text in lexical.state:
        return 4.5
    if not text or text in lexical.before or text[-1] in "<>=":
        return -5.0
    return quantity_fit(text) or word_fit(text)


def quantity_fit(text: str) -> float:
    """How well a tidy text suits as a quantity or a date; 0 where it is none."""
    if YEAR.fullmatch(text):
        return 0.5
    found = words().quantity.fullmatch(text)
    if found:
        compared = text[0] in "<>=" or words().before.get(found["before"] or "", "eq") != "eq"
        return 1.5 + 3.5 * bool(found["unit"]) + (1.0 if found["unit"] else 2.5) * compared
    if MONTHS.fullmatch(text) or (DATE.search(text) and len(text) <= SHORT_DATE and DATE_BEGINS.match(text)):
        return 5.0
    return 2.5 if unknown_unit(text) else 0.0


def word_fit(text: str) -> float:
    """How well a tidy text that is no quantity suits as a value."""
    if is_level(text):
        return NEVER
    if only_vague(text):
        return 4.0
    mentioned = any(m["before"] or m["unit"] for m in words().quantity.finditer(text))
    if not mentioned and len(text) <= SHORT_STATE and is_checkable(text):
        return 2.5
    return (0.5 if mentioned else -0.5) - 0.005 * len(text) - 0.02 * max(0, len(text) - 30)


SHORT_STATE = 8
"""A longer text only mentions a state."""
SHORT_DATE = 16
"""A longer text only mentions a date."""


def only_vague(text: str) -> bool:
    """Whether a text is nothing but words of direction: ``进一步提升``, ``不断完善``."""
    rest = words().vague.sub("", text)
    return not rest or (len(rest) <= 2 and rest != text and len(text) <= 6)  # noqa: PLR2004 - a particle may remain


def weight_fit(text: str) -> float:
    """Weights are bare numbers up to 100, seldom with a percent sign."""
    text = fold(text).removesuffix("%").removesuffix("分")
    return 4.0 if NUMERIC.fullmatch(text) and 0 < float(text.replace(",", "")) <= 100 else NEVER  # noqa: PLR2004


def prior_fit(text: str) -> float:
    """Last year's result: a number or a target value."""
    return 2.5 if NUMERIC.fullmatch(fold(text)) else min(value_fit(text), 2.0) - 1.0


def basis_fit(text: str) -> float:
    """The basis of a value: a standard, a plan, a document."""
    text = fold(text)
    if NUMERIC.fullmatch(text) or text[:1] in "<>=%" or text in national_levels():
        return NEVER
    if text in usual_words("basis_words"):
        return 4.0
    torn = any(text.startswith(unit) for unit in ("百分", "之百", *words().units) if len(unit) > 1)
    return (2.5 if said("basis_end").search(text) and len(text) > 2 else -0.5) - 3.0 * torn  # noqa: PLR2004


def scoring_fit(text: str) -> float:
    """Scoring rules speak of points."""
    text = fold(text)
    return 4.0 if said("scoring").search(text) else -1.0 - 5.0 * bool(NUMERIC.fullmatch(text))


def evidence_fit(text: str) -> float:
    """Evidence: files, records, vouchers."""
    text = fold(text)
    if text in usual_words("evidence_words"):
        return 4.0
    return 2.5 if said("evidence_end").search(text) else -0.7 - 5.0 * bool(NUMERIC.fullmatch(text))


def money_fit(text: str) -> float:
    """Amounts of money as tables print them."""
    return 5.0 if MONEY.fullmatch(fold(text)) else 0.5 if NUMERIC.fullmatch(fold(text)) else NEVER


def goal_fit(text: str) -> float:
    """Goals are long, and often numbered."""
    text = fold(text)
    return 0.5 + 2.0 * bool(NUMBERED.match(text)) - 3.0 * (len(text) < 6) - 3.0 * (text[0] in "<>=")  # noqa: PLR2004


def numeric(text: str) -> bool:
    """Whether a fragment can begin a number."""
    return fold(text)[:1].isdigit()


@lru_cache(maxsize=1)
def organisation_suffix() -> re.Pattern[str]:
    """How names of organisations end, a head-office mark after it or not."""
    data = lexicon("organisations")
    ends = "|".join(re.escape(word) for word in sorted(map(fold, data["suffixes"]), key=len, reverse=True))
    marks = "|".join(re.escape(word) for word in sorted(map(fold, data["head_marks"]), key=len, reverse=True))
    return re.compile(rf"^(\d{{3,12}}[-_]?)?[\u4e00-\u9fff()、·“”\"]{{2,40}}?({ends})({marks})?$")


def owner_fit(text: str) -> float:
    """Budget units: a code and a name that ends as organisations' names do."""
    text = fold(text)
    if not organisation_suffix().match(text):
        return NEVER
    return 4.0 if text[:1].isdigit() else -0.5


FREE: dict[str, tuple[Callable[[str], float], int]] = {
    "name": (name_fit, 60),
    "desc": (desc_fit, 80),
    "value": (value_fit, 60),
    "weight": (weight_fit, 2),
    "prior": (prior_fit, 8),
    "basis": (basis_fit, 30),
    "scoring": (scoring_fit, 40),
    "evidence": (evidence_fit, 30),
    "remark": (evidence_fit, 30),
    "comparator": (value_fit, 2),
    "value_unit": (value_fit, 3),
    "actual": (value_fit, 60),
    "score": (weight_fit, 2),
}
"""The columns of text: their fit, and the most fragments that a cell may have."""

USUAL = {"desc": 0.8, "basis": 0.8, "weight": 1.0, "scoring": 0.8, "evidence": 0.5}
"""What it costs a row to have an empty cell here."""


def indicator_column(key: str, cell: int | None, *, first: bool) -> Column:
    """The column of an indicator table that the lexicon calls ``key``."""
    if key in ("level1", "level2"):
        follows = level_follows if key == "level2" else None
        return Column(
            key,
            level_fit(key),
            level_starts(key),
            cell,
            opens=0.0 if first else 0.5,
            heads=True,
            follows=follows,
            needs="level2" if key == "level1" else None,
            limit=14,
        )
    if key == "owner":
        return Column(
            key,
            owner_fit,
            lambda text: not numeric(text) or len(text) >= SHORTEST_CODE,
            cell,
            opens=0.5,
            merged=True,
            needs="project",
            limit=20,
        )
    if key == "project":
        return Column(
            key, lambda text: name_fit(text) - 1.0, cell=cell, opens=0.5, merged=True, needs="amount", limit=30
        )
    if key == "amount":
        return Column(key, money_fit, numeric, cell, merged=True, limit=3)
    if key == "goal":
        return Column(
            key, goal_fit, cell=cell, merged=True, resumes=lambda text: bool(NUMBERED.match(fold(text))), limit=160
        )
    fit, limit = FREE[key]
    starts = numeric if key == "weight" else lambda _: True
    echoes = "name" if key == "desc" else None
    follows = {"desc": desc_follows, "value": value_follows}.get(key)
    return Column(
        key,
        fit,
        starts,
        cell,
        opens=1.5 if key == "name" else None,
        follows=follows,
        echoes=echoes,
        usual=USUAL.get(key, 0.0),
        limit=limit,
    )


def unknown_column(key: str, cell: int | None) -> Column:
    """A column whose label the lexicon has not.

    It takes what stands in its cell, and in a text without cells nothing.
    """
    return Column(key, lambda _: 0.0 if cell is not None else NEVER, cell=cell)
