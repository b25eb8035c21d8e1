"""Which printed labels mean what: the lexicon's synonyms, matched against fragments."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from ingest.layout.folding import fold
from ingest.layout.fragments import Gap
from ontology import lexicon

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from ingest.layout.fragments import Fragment

PARENTHESES = re.compile(r"\([^()]*\)")
PUNCTUATION = re.compile(r"""[\s:,.;、·'"()\[\]<>《》/|*#_-]+""")
LONGEST = 12
"""The most fragments that a label may be broken into: one character a line."""


@lru_cache(maxsize=65536)
def label_key(text: str) -> str:
    """A label's printed text without units in parentheses, punctuation and white space."""
    return PUNCTUATION.sub("", PARENTHESES.sub("", fold(text)))


@dataclass(frozen=True, slots=True)
class Match:
    """A label found in a stream: fragments ``first`` to ``last`` (exclusive) print what the lexicon calls ``key``."""

    key: str
    first: int
    last: int


class Vocabulary:
    """One group of labels of the lexicon."""

    def __init__(self, groups: Mapping[str, Iterable[str]]) -> None:
        self.keys: dict[str, str] = {}
        for key, printed in groups.items():
            for label in printed:
                self.keys.setdefault(label_key(label), key)
        self.starts = {label[:length] for label in self.keys for length in range(1, len(label) + 1)}

    def __contains__(self, text: object) -> bool:
        return isinstance(text, str) and label_key(text) in self.keys

    def of(self, text: str) -> str | None:
        """What a printed label means, or ``None``."""
        return self.keys.get(label_key(text))

    def match(self, fragments: Sequence[Fragment], index: int) -> Match | None:
        """The longest label that begins with a fragment and ends with one, in one cell."""
        found: Match | None = None
        printed = ""
        for last in range(index, min(index + LONGEST, len(fragments))):
            if last > index and fragments[last].gap in (Gap.TAB, Gap.ROW):
                break
            printed += fragments[last].text
            key = label_key(printed)
            if key in self.keys:
                found = Match(self.keys[key], index, last + 1)
            elif key and key not in self.starts and fold(printed).count("(") == fold(printed).count(")"):
                break
        return found


@lru_cache(maxsize=1)
def labels() -> Mapping[str, Any]:
    """The lexicon of labels as plain data."""
    found: Mapping[str, Any] = lexicon("labels")
    return found


@lru_cache(maxsize=8)
def vocabulary(name: str) -> Vocabulary:
    """One group of labels: ``indicator_columns``, ``form_fields``, ``funds`` or ``budget_columns``."""
    return Vocabulary(labels()[name])


@lru_cache(maxsize=8)
def pattern(name: str) -> re.Pattern[str]:
    """One of the lexicon's patterns over folded text."""
    return re.compile(labels()[name])
