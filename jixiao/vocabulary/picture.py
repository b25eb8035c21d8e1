"""The picture of the model: which box stands where and how its arrows run.

A data file says where; the ontology says what.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from jixiao.vocabulary.reading import data, prefixes

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from jixiao.vocabulary.model import Term, Vocabulary

    Side = Literal["left", "right", "top", "bottom"]
    Point = tuple[float, float]

IS_A = "is-a"
HEAD, LINE, PADDING = 38, 15, 8
"""Heights in a box: its name, one property, the space below."""

SIDEWAYS = frozenset({"left", "right"})
CORNERED = 4
"""How many points a line has that turns twice."""
LONG = 11
"""A longer label of an arrow takes two lines."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """A class with the properties that matter most."""

    term: Term
    x: float
    y: float
    width: float
    shows: tuple[Term, ...]

    @property
    def height(self) -> float:
        """How tall it is: by what it shows."""
        return HEAD + (len(self.shows) * LINE + PADDING if self.shows else 0)

    @property
    def lines(self) -> list[tuple[float, Term]]:
        """Each property with the height at which it is written."""
        return [(self.y + HEAD + (number + 1) * LINE - 3, term) for number, term in enumerate(self.shows)]

    @property
    def rule(self) -> float:
        """The height of the line below its name."""
        return self.y + HEAD

    def port(self, side: Side, at: float) -> Point:
        """The point on a side, ``at`` of the way along it."""
        if side in SIDEWAYS:
            return self.x + (self.width if side == "right" else 0), self.y + self.height * at
        return self.x + self.width * at, self.y + (self.height if side == "bottom" else 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrow:
    """A property that leads from one class to another; without one, a class is a kind of the other."""

    term: Term | None
    points: tuple[Point, ...]
    at_corner: bool
    """Whether its label stands at its last corner, where arrows share a trunk."""

    @property
    def path(self) -> str:
        """Its line in the language of SVG paths."""
        return "M" + " L".join(f"{x:g} {y:g}" for x, y in self.points)

    @property
    def label_at(self) -> Point:
        """The middle of its longest stretch, or its last corner."""
        if self.at_corner and len(self.points) == CORNERED:
            return self.points[2]
        stretches = zip(self.points, self.points[1:], strict=False)
        (x1, y1), (x2, y2) = max(stretches, key=_length)
        return (x1 + x2) / 2, (y1 + y2) / 2

    @staticmethod
    def words(label: str) -> list[str]:
        """What is written on it, in two lines where it is long and has blanks."""
        if len(label) <= LONG or " " not in label:
            return [label]
        cut = min((at for at, sign in enumerate(label) if sign == " "), key=lambda at: abs(2 * at - len(label)))
        return [label[:cut], label[cut + 1 :]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """One drawing of the model."""

    name: str
    width: float
    height: float
    boxes: tuple[Box, ...]
    arrows: tuple[Arrow, ...]


def pictures(vocabulary: Vocabulary) -> list[Picture]:
    """The drawings of the model: one for wide screens, one for narrow ones."""
    planned = data("layout")
    return [_picture(vocabulary, name, planned["shows"], plan) for name, plan in planned["drawings"].items()]


def _picture(vocabulary: Vocabulary, name: str, shows: Mapping[str, Sequence[str]], plan: Mapping[str, Any]) -> Picture:
    def term(short: str) -> Term:
        prefix, _, local = short.partition(":")
        return vocabulary.terms[prefixes()[prefix] + local]

    boxes = {
        short: Box(term=term(short), x=x, y=y, width=plan["box"], shows=tuple(map(term, shows.get(short, ()))))
        for short, (x, y) in plan["boxes"].items()
    }
    arrows = [
        Arrow(
            term=None if said == IS_A else term(said),
            points=_route(boxes, start, end, plan["turn"]),
            at_corner=plan["labels"] == "corner",
        )
        for said, start, end in plan["arrows"]
    ]
    ends = [box.y + box.height for box in boxes.values()] + [y for arrow in arrows for _, y in arrow.points]
    return Picture(
        name=name, width=plan["width"], height=max(ends) + 12, boxes=tuple(boxes.values()), arrows=tuple(arrows)
    )


def _route(boxes: Mapping[str, Box], start: str, end: str, turn: float) -> tuple[Point, ...]:
    """A line of right angles from one port to another, each written ``class side where``.

    An arrow that comes back to the side on which it left goes out by ``turn``.
    """
    (out, (x1, y1), _), (into, (x2, y2), box) = _port(boxes, start), _port(boxes, end)
    sideways, arrives_sideways = out in SIDEWAYS, into in SIDEWAYS
    free = end.count(" ") == 1
    if sideways and arrives_sideways:
        if free and box.y <= y1 <= box.y + box.height:
            return (x1, y1), (x2, y1)
        middle = _between(x1, x2, out, into, turn)
        return (x1, y1), (middle, y1), (middle, y2), (x2, y2)
    if sideways or arrives_sideways:
        return (x1, y1), ((x2, y1) if sideways else (x1, y2)), (x2, y2)
    if free and out != into and box.x <= x1 <= box.x + box.width:
        return (x1, y1), (x1, y2)
    middle = _between(y1, y2, out, into, turn)
    return (x1, y1), (x1, middle), (x2, middle), (x2, y2)


def _between(start: float, end: float, out: Side, into: Side, turn: float) -> float:
    """Where a line turns: halfway, or outside of both boxes where it comes back to the side on which it left."""
    if out != into:
        return (start + end) / 2
    return max(start, end) + turn if out in {"right", "bottom"} else min(start, end) - turn


def _port(boxes: Mapping[str, Box], written: str) -> tuple[Side, Point, Box]:
    name, side, *at = written.split()
    chosen: Any = side
    box = boxes[name]
    return chosen, box.port(chosen, float(at[0]) if at else 0.5), box


def _length(stretch: tuple[Point, Point]) -> float:
    """How long a line is that runs along one axis."""
    (x1, y1), (x2, y2) = stretch
    return abs(x1 - x2) + abs(y1 - y2)


def undrawn(vocabulary: Vocabulary) -> Iterator[Term]:
    """Our classes that a drawing lacks: the data file forgets them."""
    classes = [term for term in vocabulary.terms.values() if term.own and term.kind == "class"]
    for picture in pictures(vocabulary):
        drawn = {box.term.iri for box in picture.boxes}
        yield from (term for term in classes if term.iri not in drawn)
