"""Circles laid beside one another without gaps that need not be, and within circles, as tightly as is quickly done.

Each circle is put against two that touch, as near to the middle as there is room, along the chain of circles that can
still be touched from outside (Wang et al., Visualization of large hierarchical data by circle packing, CHI 2006). The
same circles in the same order give the same places.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from heapq import heappop, heappush
from itertools import count
from math import hypot, sqrt
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

TOUCH = 1e-6
"""By how much circles may overlap and still only touch."""
NEAR_ENOUGH = 1e-3
"""The share of the way to the farthest circle at which the search for a middle ends."""


@dataclass(eq=False, slots=True)
class Circle:
    """A circle with what lies within it.

    Attributes:
        x: the middle, from that of the circle around it; after :func:`pack` from that of the whole.
        margin: how much room there is between what lies within and its edge.
    """

    r: float = 0.0
    x: float = 0.0
    y: float = 0.0
    within: list[Circle] = field(default_factory=list)
    margin: float = 0.0
    name: object = None

    def overlaps(self, other: Circle) -> bool:
        """Whether the two share more than a point."""
        reach = self.r + other.r - TOUCH
        dx, dy = other.x - self.x, other.y - self.y
        return reach > 0 and reach * reach > dx * dx + dy * dy

    def all(self) -> Iterator[Circle]:
        """The circle and everything in it, outer ones first."""
        yield self
        for each in self.within:
            yield from each.all()


def pack(whole: Circle) -> None:
    """Lay out everything within a circle and give it the size that this takes; its own middle stays."""
    _inside(whole)
    _shift(whole, 0.0, 0.0)


def _inside(outer: Circle) -> None:
    for each in outer.within:
        if each.within:
            _inside(each)
    if not outer.within:
        return
    ordered = sorted(outer.within, key=lambda each: -each.r)  # sorting keeps the given order among equals
    beside(ordered)
    around = enclosing(ordered)
    for each in ordered:
        each.x, each.y = each.x - around.x, each.y - around.y
    outer.r = around.r + outer.margin


def _shift(outer: Circle, dx: float, dy: float) -> None:
    outer.x, outer.y = outer.x + dx, outer.y + dy
    for each in outer.within:
        _shift(each, outer.x, outer.y)


@dataclass(eq=False, slots=True)
class _Link:
    """A circle on the chain, with its neighbours; one that was cut out of it has none after it."""

    circle: Circle
    before: _Link | None = None
    after: _Link | None = None


class _Chain:
    """The circles that can still be touched from outside, in a ring; knows which two touch nearest to the middle."""

    def __init__(self, circles: Sequence[Circle]) -> None:
        self._pairs: list[tuple[float, int, _Link, _Link]] = []
        self._count = count()
        links = [_Link(circle) for circle in circles]
        for link, after in zip(links, [*links[1:], links[0]], strict=True):
            self._join(link, after)

    def add(self, circle: Circle) -> None:
        """Put a circle against the nearest pair; where others are in the way the chain is cut short to them."""
        front, after = self._nearest()
        _touching(front.circle, after.circle, circle)
        while cut := _in_the_way(front, after, circle):
            front, after = cut
            self._cut(front, after)
            _touching(front.circle, after.circle, circle)
        new = _Link(circle)
        self._join(front, new)
        self._join(new, after)

    def _join(self, one: _Link, other: _Link) -> None:
        one.after, other.before = other, one
        heappush(self._pairs, (_distance(one.circle, other.circle), next(self._count), one, other))

    def _cut(self, front: _Link, after: _Link) -> None:
        link = front.after
        while link is not None and link is not after:
            link.after, link = None, link.after
        self._join(front, after)

    def _nearest(self) -> tuple[_Link, _Link]:
        """The pair that touches nearest to the middle; pairs that are none any more are let go."""
        while self._pairs[0][2].after is not self._pairs[0][3]:
            heappop(self._pairs)
        return self._pairs[0][2:]


def beside(circles: Sequence[Circle]) -> None:
    """Put circles beside one another around the origin, in their order."""
    first, *others = circles
    first.x = first.y = 0.0
    if not others:
        return
    second, *others = others
    first.x, second.x, second.y = -second.r, first.r, 0.0
    if not others:
        return
    third, *others = others
    _touching(second, first, third)
    chain = _Chain([first, second, third])
    for circle in others:
        chain.add(circle)


def _in_the_way(front: _Link, after: _Link, circle: Circle) -> tuple[_Link, _Link] | None:
    """The pair that is left when the chain is cut at the nearest circle that overlaps, looked for on both sides."""
    left, right = front.before, after.after
    far_left, far_right = front.circle.r, after.circle.r
    while left and right:
        if far_right <= far_left:
            if right.circle.overlaps(circle):
                return front, right
            far_right += right.circle.r
            right = right.after
        else:
            if left.circle.overlaps(circle):
                return left, after
            far_left += left.circle.r
            left = left.before
        if left and right is left.after:
            return None
    return None


def _distance(one: Circle, two: Circle) -> float:
    """How far from the middle two touch, squared."""
    both = one.r + two.r or 1.0
    x, y = (one.x * two.r + two.x * one.r) / both, (one.y * two.r + two.y * one.r) / both
    return x * x + y * y


def _touching(one: Circle, two: Circle, third: Circle) -> None:
    """Put a circle where it touches two others, on the right of the way from the second to the first."""
    dx, dy = one.x - two.x, one.y - two.y
    apart = dx * dx + dy * dy
    if not apart:
        third.x, third.y = two.x + third.r, two.y
        return
    first, second = (two.r + third.r) ** 2, (one.r + third.r) ** 2
    if first > second:
        along = (apart + second - first) / (2 * apart)
        aside = sqrt(max(0.0, second / apart - along * along))
        third.x, third.y = one.x - along * dx - aside * dy, one.y - along * dy + aside * dx
    else:
        along = (apart + first - second) / (2 * apart)
        aside = sqrt(max(0.0, first / apart - along * along))
        third.x, third.y = two.x + along * dx - aside * dy, two.y + along * dy + aside * dx


def enclosing(circles: Sequence[Circle]) -> Circle:
    """A circle around these, nearly the smallest: its middle moves towards what lies farthest, less and less."""
    weight = sum(each.r * each.r for each in circles) or 1.0
    x = sum(each.x * each.r * each.r for each in circles) / weight
    y = sum(each.y * each.r * each.r for each in circles) / weight
    step = 0.5
    while step > NEAR_ENOUGH:
        far = max(circles, key=lambda each: hypot(each.x - x, each.y - y) + each.r)
        x, y = x + (far.x - x) * step, y + (far.y - y) * step
        step *= 0.85
    return Circle(max(hypot(each.x - x, each.y - y) + each.r for each in circles), x, y)
