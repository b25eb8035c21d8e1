"""Pictures that stand inside a page: matplotlib draws them, in the page's colours, with text that stays text.

Matplotlib never sees what is written: it places short marks, for which the words are put afterwards. It needs no font
of Chinese, takes nothing for a formula, and gives the same bytes on every machine.
"""

from __future__ import annotations

import io
import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal
from xml.etree.ElementTree import Element, SubElement, tostring

from defusedxml.ElementTree import fromstring

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    Draw = Callable[["Drawing"], None]

COLOURS: Mapping[str, str] = {
    "ink": "#23282d",
    "quiet": "#5e6367",
    "hair": "#e3dfd5",
    "hair-strong": "#c9c3b4",
    "track": "#efece4",
    "accent": "#2d5a6b",
    "certain": "#a23b2a",
    "thing-source": "#c08a2b",
    "share-0": "#8fb39a",
    "share-1": "#c9cf9b",
    "share-2": "#e6c27a",
    "share-3": "#d98e5f",
    "share-4": "#b8503f",
    "share-none": "#bdb9ae",
    "on-share": "#1f2428",
}
"""Custom properties of the site's style sheet, with what each is where there is no such sheet."""
FAMILIES = "var(--sans, 'Microsoft YaHei', 'PingFang SC', 'Noto Sans CJK SC', sans-serif)"
DRAWN = {"svg.fonttype": "none", "svg.hashsalt": "jixiao", "path.simplify": False}
"""How matplotlib writes: text as text, the same ids every time."""
WIDTH = 420
"""How wide pictures are, in their own units: as on a phone; other pages show them a little larger."""
SIZE, SMALL = 12, 10.5
"""How large text is, in the same units."""
_SVG, _LINK = "{http://www.w3.org/2000/svg}", "{http://www.w3.org/1999/xlink}href"
_HEX = re.compile("|".join(COLOURS.values()))
_NAMES = {code: name for name, code in COLOURS.items()}
_UNSEEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
"""What XML cannot hold."""

Anchor = Literal["left", "center", "right"]
_ANCHORS = {"left": "start", "center": "middle", "right": "end"}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Written:
    """What is put for a mark."""

    words: str
    whole: str | None
    size: float
    colour: str
    anchor: Anchor
    bold: bool


class Drawing:
    """A picture that is being drawn; places count from its upper left corner."""

    def __init__(self, figure: Figure, width: float, height: float) -> None:
        self.figure = figure
        self.width, self.height = width, height
        self.page = self.panel(0, 0, width, height, across=(0, width), up=(height, 0))
        self._written: dict[str, _Written] = {}

    def panel(  # noqa: PLR0913 - where it is and what it measures
        self,
        left: float,
        top: float,
        width: float,
        height: float,
        *,
        across: tuple[float, float],
        up: tuple[float, float],
    ) -> Axes:
        """Axes of their own measures in a part of the picture, without frame and marks."""
        below = self.height - top - height
        place = (left / self.width, below / self.height, width / self.width, height / self.height)
        axes = self.figure.add_axes(place)
        axes.set_xlim(*across)
        axes.set_ylim(*up)
        axes.set_axis_off()
        return axes

    def bar(self, left: float, top: float, width: float, height: float, colour: str) -> None:
        """A bar."""
        if width > 0:
            self.page.barh([top], [width], height=height, left=left, align="edge", color=COLOURS[colour], clip_on=False)

    def line(
        self, axes: Axes, across: Sequence[float], up: Sequence[float], colour: str, *, dots: bool = False
    ) -> None:
        """A line through points, with dots on them where that is asked for."""
        hair = colour.startswith("hair")
        axes.plot(
            across,
            up,
            color=COLOURS[colour],
            linewidth=0.8 if hair else 2,
            marker="o" if dots else "",
            markersize=5,
            solid_capstyle="butt",
            clip_on=False,
            zorder=1 if hair else 2,
        )

    def write(  # noqa: PLR0913 - the words and how they look
        self,
        left: float,
        base: float,
        words: str,
        *,
        anchor: Anchor = "left",
        size: float = SIZE,
        colour: str = "ink",
        bold: bool = False,
        whole: str | None = None,
        axes: Axes | None = None,
    ) -> None:
        """Words on one line, ``base`` where they stand on.

        Args:
            left: where they start, are centred or end, as ``anchor`` says.
            base: the line that they stand on.
            words: what to write.
            anchor: what of them is at ``left``.
            size: how large they are.
            colour: one of :data:`COLOURS`.
            bold: whether they are.
            whole: what they are short for; readers see it where they point.
            axes: in whose measures ``left`` and ``base`` are; else in the picture's.
        """
        mark = f"t{len(self._written)}"
        (axes or self.page).text(left, base, mark, ha=anchor, va="baseline", parse_math=False, clip_on=False)
        self._written[mark] = _Written(
            words=words, whole=whole if whole != words else None, size=size, colour=colour, anchor=anchor, bold=bold
        )

    def name(self, left: float, base: float, name: str, room: float) -> None:
        """A name, cut where it is longer than the room for it."""
        (line,) = folded(name, room, SIZE, 1)
        self.write(left, base, line, whole=name if line.endswith("…") else None)

    def key(self, left: float, base: float, entries: Mapping[str, str]) -> None:
        """What colours mean, one after the other."""
        for words, colour in entries.items():
            self.bar(left, base - 8, 9, 9, colour)
            self.write(left + 13, base, words, size=SMALL, colour="quiet")
            left += breadth(words, SMALL) + 28

    def put(self, root: Element) -> None:
        """The words in place of their marks."""
        for text in root.iter(f"{_SVG}text"):
            written = self._written[text.text or ""]
            place = {"x": text.get("x", ""), "y": text.get("y", "")}
            text.attrib.clear()
            text.attrib.update(place)
            text.set("font-size", f"{written.size:g}")
            text.set("style", f"fill: {COLOURS[written.colour]}")
            if written.anchor != "left":
                text.set("text-anchor", _ANCHORS[written.anchor])
            if written.bold:
                text.set("font-weight", "600")
            text.text = seen(written.words)
            if written.whole:
                SubElement(text, f"{_SVG}title").text = seen(written.whole)


def picture(name: str, height: float, draw: Draw, *, title: str, told: str) -> str:
    """A picture as an SVG element that a page takes as it is.

    Args:
        name: what its ids begin with, so that several stand in one page.
        height: how high it is, :data:`WIDTH` wide.
        draw: what draws it.
        title: what it shows.
        told: what it says, for those who do not see it.
    """
    import matplotlib as mpl  # noqa: PLC0415 - slow to load, and only reports have pictures
    from matplotlib.figure import Figure  # noqa: PLC0415

    stream = io.StringIO()
    with mpl.rc_context():
        mpl.rcdefaults()
        mpl.rcParams.update(DRAWN)  # type: ignore[arg-type]  # its keys are a closed list of literals
        figure = Figure(figsize=(WIDTH / 72, height / 72), dpi=72)
        figure.patch.set_visible(False)
        drawing = Drawing(figure, WIDTH, height)
        draw(drawing)
        figure.savefig(stream, format="svg", metadata=dict.fromkeys(("Date", "Creator", "Format", "Type")))
    root = fromstring(stream.getvalue())
    drawing.put(root)
    return _inline(root, name, title, told)


def _inline(root: Element, name: str, title: str, told: str) -> str:
    """What matplotlib drew as a part of a page: no size of its own, no styles or ids that others could mean."""
    root.attrib = {"viewBox": root.attrib["viewBox"], "role": "img", "aria-labelledby": f"{name}-title {name}-desc"}
    root.set("style", f"display: block; width: 100%; min-width: 20rem; max-width: 34rem; font-family: {FAMILIES}")
    root[:] = [child for child in root if child.find(f"{_SVG}style") is None]
    for place, (kind, words) in enumerate((("title", title), ("desc", told))):
        said = Element(f"{_SVG}{kind}", {"id": f"{name}-{kind}"})
        said.text = seen(words)
        root.insert(place, said)
    meant = {link[1:] for each in root.iter() if (link := each.get(_LINK))}
    for each in root.iter():
        _tidy(each, name, meant)
    text = tostring(root, encoding="unicode").replace("ns0:", "").replace("xmlns:ns0=", "xmlns=")
    return re.sub(r">\s+<", "><", text)


def _tidy(each: Element, name: str, meant: Collection[str]) -> None:
    if each.tag in {f"{_SVG}title", f"{_SVG}desc"}:
        return
    if (own := each.attrib.pop("id", "")) in meant:
        each.set("id", f"{name}-{own}")
    if link := each.attrib.pop(_LINK, None):
        each.set("href", f"#{name}-{link[1:]}")
    if style := each.get("style"):
        each.set("style", _HEX.sub(lambda code: f"var(--{_NAMES[code[0]]}, {code[0]})", style))
    if drawn := each.get("d"):
        each.set("d", " ".join(drawn.split()))


def seen(text: str) -> str:
    """A text without what XML cannot hold."""
    return _UNSEEN.sub("", text)


def breadth(text: str, size: float) -> float:
    """About how wide a text is."""
    return size * sum(1 if unicodedata.east_asian_width(letter) in "WF" else 0.58 for letter in text)


def folded(text: str, room: float, size: float, most: int) -> list[str]:
    """A text on at most so many lines that fit into the room; the last ends in an ellipsis where it went on."""
    lines: list[str] = []
    rest = " ".join(text.split())
    while rest and len(lines) < most:
        line = _fitting(rest, room, size)
        lines.append(line.strip())
        rest = rest[len(line) :].lstrip()
    if rest:
        lines[-1] = _fitting(lines[-1], room - size, size) + "…"
    return lines or [""]


def _fitting(text: str, room: float, size: float) -> str:
    """As much of the start of a text as fits, at a blank where there is one late enough; never nothing."""
    end = next((end for end in range(1, len(text) + 1) if breadth(text[:end], size) > room), len(text) + 1) - 1
    if end >= len(text):
        return text
    blank = text.rfind(" ", 0, end + 1)
    return text[: blank + 1] if blank > end / 2 else text[: max(end, 1)]
