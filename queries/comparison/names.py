"""What two names of indicators have in common: words and pairs of characters, after time and place are taken away."""

from __future__ import annotations

import re
from functools import cache, lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import rjieba
import yaml

from ontology.terms import fold
from ontology.words import vague_words

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

YEAR = re.compile(r"(?:19|20)\d\d(?:[-—~至](?:19|20)?\d\d)?(?:年度|年)?")
NUMBERED = re.compile(r"^[(（]?\d{1,2}[)）.、]+")
DEADLINE = re.compile(r"截[至止]\D{0,2}(?:\d+月)?(?:\d+日|底|末)?")
ASIDE = re.compile(r"[(（][^()（）]*[)）]")
APART = re.compile(r"[\W_]+")
DIVISION = re.compile(r"(?:省|市|县|区|州|盟|旗|自治区|自治州|自治县)$")
REMEMBERED = 2**18
"""So many names at most are kept in memory with what they are made of."""
SHARE = 3
"""So many characters at the end of a name tell which share or degree is meant."""
SHORTEST = 2
"""So many characters a name keeps at least when something is taken from it."""


@cache
def _words() -> Mapping[str, Any]:
    text = files("queries.comparison").joinpath("words.yaml").read_text(encoding="utf-8")
    words: Mapping[str, Any] = yaml.safe_load(text)
    return words


def _any_of(words: Iterable[str]) -> re.Pattern[str]:
    return re.compile(
        "|".join(map(re.escape, sorted({fold(each) for each in words}, key=lambda each: (-len(each), each))))
    )


@cache
def _own() -> re.Pattern[str]:
    return _any_of(_words()["own"])


@cache
def _periods() -> re.Pattern[str]:
    return _any_of(_words()["periods"])


@cache
def _same() -> tuple[re.Pattern[str], Mapping[str, str]]:
    """Spellings, and the one that stands for each."""
    first = {fold(each): fold(words[0]) for words in _words()["same"] for each in words}
    return _any_of(first), first


@cache
def _empty() -> re.Pattern[str]:
    return _any_of([*_words()["empty"], *vague_words()])


@lru_cache(maxsize=REMEMBERED)
def normalised(name: str, department: str | None = None, division: str | None = None) -> str:
    """The name without year, number, remark in brackets, department and place, each thing in one spelling."""
    text = fold(name)
    for taken in (NUMBERED, ASIDE, YEAR, *_places(department, division), _own(), APART):
        shorter = taken.sub("", text)
        text = shorter if len(shorter) >= SHORTEST else text
    pattern, first = _same()
    return pattern.sub(lambda found: first[found[0]], text)


@lru_cache(maxsize=4096)
def _places(department: str | None, division: str | None) -> tuple[re.Pattern[str], ...]:
    """The names of this department and place: in full, and the place without what sort of place it is."""
    short = DIVISION.sub("", division or "")
    names = [each for each in (department, division, short) if each and len(each) >= SHORTEST]
    return (_any_of(names),) if names else ()


@lru_cache(maxsize=REMEMBERED)
def features(text: str) -> frozenset[str]:
    """The words and the pairs of neighbouring characters of a normalised name; words end in a space."""
    words = (f"{word} " for word in rjieba.cut(text))
    return frozenset((*words, *(text[at : at + 2] for at in range(len(text) - 1))))


def measure(text: str) -> str | None:
    """Which share or degree the end of a normalised name tells (及时率 is no 完整率); ``None`` for what is neither."""
    return text[-SHARE:] if text.endswith(("率", "度")) else None


def period(text: str) -> str | None:
    """For which stretch of time or by which date a normalised name counts, where it says so: 每月, 截至6月底."""
    found = DEADLINE.search(text) or _periods().search(text)
    return found[0] if found else None


@lru_cache(maxsize=REMEMBERED)
def subject(text: str) -> frozenset[str]:
    """The features of what a normalised name is about: without words of doing, of becoming better, of measuring."""
    parts = _empty().sub(" ", text).split()
    return frozenset(feature for part in parts if len(part) >= SHORTEST for feature in features(part))
