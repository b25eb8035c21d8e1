"""Small answers that were given before, so that asking the same again costs no process."""

from __future__ import annotations

import io
from collections import OrderedDict
from typing import TYPE_CHECKING

from queries.worker import Answer

if TYPE_CHECKING:
    from queries.jobs import Outcome

LARGEST, ALL = 1 << 16, 1 << 25
"""How many bytes one answer may have to be kept, and all that are kept."""
OVERHEAD = 1 << 10
"""How many bytes keeping an answer takes beside its own: there may be very many empty ones."""


class Kept:
    """Answers by the marks that tell them apart; the least recently asked for goes first. For one thread."""

    def __init__(self) -> None:
        self._answers: OrderedDict[str, tuple[bytes, Outcome]] = OrderedDict()
        self._size = 0

    def find(self, mark: str | None) -> Answer | None:
        """The answer with a mark, where it is kept."""
        if mark is None or mark not in self._answers:
            return None
        self._answers.move_to_end(mark)
        body, outcome = self._answers[mark]
        return Answer(io.BytesIO(body), len(body), outcome)

    def keep(self, mark: str | None, answer: Answer) -> Answer:
        """The same answer, kept where it is small and has a mark."""
        if mark is None or answer.size > LARGEST:
            return answer
        with answer:
            body = answer.file.read()
        if mark not in self._answers:
            self._answers[mark] = body, answer.outcome
            self._size += len(body) + OVERHEAD
        while self._size > ALL:
            self._size -= len(self._answers.popitem(last=False)[1][0]) + OVERHEAD
        return Answer(io.BytesIO(body), len(body), answer.outcome)
