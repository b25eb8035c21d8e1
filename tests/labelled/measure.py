"""How well printed values and names of indicators are understood: our own labels, half of them held out.

``python tests/labelled/measure.py`` prints the figures; ``--errors`` lists what is wrong in the half for development
(never in the half held out, which nobody looks at while the reading is worked on).
"""

from __future__ import annotations

import csv
import sys
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from hashlib import sha256
from pathlib import Path

from ingest.language.sense import polarity
from ingest.language.values import Value, parse_value
from ingest.layout.folding import fold
from queries.evaluation import Score, wilson

FOLDER = Path(__file__).parent
HALVES = ("development", "held out")


@dataclass(frozen=True)
class Case:
    """A printed value or name with what a reader says of it and what the program says."""

    text: str
    name: str
    round: str
    """In which round it was written, the first being the oldest; names have one round."""
    wanted: tuple[object, ...]
    got: tuple[object, ...]

    @property
    def half(self) -> str:
        """Which half it belongs to: told by a hash, so that nobody chooses."""
        return HALVES[sha256(f"{self.text}|{self.name}".encode()).digest()[0] % 2]


def rows(name: str) -> list[dict[str, str]]:
    """The rows of one of the files."""
    with (FOLDER / name).open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def understood(value: Value) -> tuple[object, ...]:
    """What is compared of a value, in the order of the labels."""
    return value.kind, value.op, value.number, value.number2, fold(value.unit or "") or None


def labelled(row: dict[str, str]) -> tuple[object, ...]:
    """What the labels say of a value."""
    figures = (Decimal(row[key]) if row[key] else None for key in ("number", "number2"))
    return row["kind"], row["op"] or None, *figures, fold(row["unit"]) or None


@cache
def values() -> tuple[Case, ...]:
    """Every labelled value."""
    return tuple(
        Case(
            row["value"],
            row["name"],
            row["round"],
            labelled(row),
            understood(parse_value(row["value"], row["name"], row["desc"] or None)),
        )
        for row in rows("values.csv")
    )


@cache
def names() -> tuple[Case, ...]:
    """Every labelled name."""
    return tuple(
        Case(row["name"], row["unit"], "", (row["polarity"] or None,), (polarity(row["name"], row["unit"] or None),))
        for row in rows("names.csv")
    )


def right(cases: tuple[Case, ...], half: str, parts: slice = slice(None)) -> tuple[int, int]:
    """How many of a half are understood as labelled, and how many there are."""
    chosen = [case for case in cases if case.half == half]
    return sum(case.wanted[parts] == case.got[parts] for case in chosen), len(chosen)


def of_kind(kind: str, half: str) -> Score:
    """How well one kind of value is told from the others."""
    chosen = [case for case in values() if case.half == half]
    wanted = {case for case in chosen if case.wanted[0] == kind}
    found = {case for case in chosen if case.got[0] == kind}
    return Score(kind, len(wanted), len(found), len(wanted & found))


def told(half: str) -> tuple[int, int]:
    """How many directions of a half are right, among those that words tell at all."""
    chosen = [case for case in names() if case.half == half and case.got[0]]
    return sum(case.wanted == case.got for case in chosen), len(chosen)


def main() -> None:
    """Prints the figures of both halves."""
    for half in HALVES:
        print(half)  # noqa: T201
        parts = (("kind", values(), slice(1)), ("whole value", values(), slice(None)), ("polarity", names(), slice(1)))
        rounds = dict.fromkeys(case.round for case in values())
        kinds = ((f"round {each}", tuple(case for case in values() if case.round == each), slice(1)) for each in rounds)
        figures = [(label, *right(cases, half, part)) for label, cases, part in (*parts, *kinds)]
        for label, good, count in (*figures, ("told", *told(half))):
            low, high = wilson(good, count) or (0, 0)
            print(f"  {label:12} {good}/{count} {good / count:.3f} ({low:.3f}-{high:.3f})")  # noqa: T201
        for kind in dict.fromkeys(str(case.wanted[0]) for case in values()):
            score = of_kind(kind, half)
            pair = " ".join(f"{each:.2f}" if each is not None else "-" for each in (score.precision, score.recall))
            print(f"  {kind:12} {score.gold:3} {pair}")  # noqa: T201
    if "--errors" in sys.argv:
        for case in (*values(), *names()):
            if case.half == HALVES[0] and case.wanted != case.got:
                print(case.text, case.name, *case.wanted, "≠", *case.got)  # noqa: T201


if __name__ == "__main__":
    main()
