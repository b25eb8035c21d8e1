"""Whether words without a number can be checked with yes or no: ``建成投用``, ``台账齐全``, ``无事故``.

A state is told by its form, not by a list of phrases: something bad is denied, something is done to its end, all of it
is meant, it agrees with what binds, it keeps to a bound that stands elsewhere, it has a grade. The forms, and the
classes of words in them, stand in the lexicon ``states``. What leaves open how well or when (``较好``) is none.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain
from typing import TYPE_CHECKING

from ingest.layout.folding import fold
from ontology import lexicon

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


@dataclass(frozen=True, slots=True)
class Grammar:
    """The lexicon of states, made ready for matching."""

    between: re.Pattern[str]
    manner: re.Pattern[str]
    open: re.Pattern[str]
    forms: Sequence[re.Pattern[str]]


@lru_cache(maxsize=1)
def grammar() -> Grammar:
    """The lexicon ``states`` as patterns: ``<norm>`` in a form stands for any word of that class."""
    data = lexicon("states")
    classes = {name: alternatives(map(fold, group)) for name, group in data["classes"].items()}
    left_open = alternatives(map(fold, chain.from_iterable(data["open"].values())))
    return Grammar(
        between=re.compile(data["between"]),
        manner=re.compile(rf"^(?:{alternatives(map(fold, data['manner']))})+(?=..)"),
        open=re.compile("(?<!不)(?:" + "|".join([left_open, *data["open_patterns"]]) + ")"),
        forms=[
            re.compile(re.sub(r"(?<!P)<([a-z]+)>", lambda found: f"(?:{classes[found[1]]})", form))
            for form in data["forms"]
        ],
    )


def alternatives(texts: Iterable[str]) -> str:
    """A pattern that matches any of some texts, the longest first."""
    return "|".join(re.escape(text) for text in sorted(texts, key=len, reverse=True))


@lru_cache(maxsize=16384)
def is_checkable(text: str) -> bool:
    """Whether a folded text, or one of its clauses, says something that holds or does not hold."""
    known = grammar()
    return any(is_state(known.manner.sub("", clause)) for clause in known.between.split(text) if clause)


def is_state(clause: str) -> bool:
    """Whether a clause has the form of a state, and leaves nothing open but in the name of its object."""
    for form in grammar().forms:
        found = form.search(clause)
        if found and not grammar().open.search(without_object(clause, found)):
            return True
    return False


def without_object(clause: str, found: re.Match[str]) -> str:
    """A clause without the object of its verb, which may be called anything: ``完成能力提升工程``."""
    if "object" not in found.re.groupindex or found["object"] is None:
        return clause
    return f"{clause[: found.start('object')]}|{clause[found.end('object') :]}"
