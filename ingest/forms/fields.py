"""The fields of a form that stand before its indicators: labels and what is printed after them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from ingest.forms.labels import label_key, pattern, vocabulary
from ingest.forms.money import IN_WAN
from ingest.layout.folding import fold
from ingest.layout.fragments import Gap
from ingest.layout.passage import Passage, passage

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ingest.layout.fragments import Fragment

Group = Literal["field", "fund", "step"]
INLINE = re.compile(r"^([^:：]{2,16})[:：](.+)$")


@dataclass(slots=True)
class Field:
    """A label and the fragments after it, up to the next label."""

    group: Group
    key: str
    label: tuple[Fragment, ...]
    values: list[Fragment] = field(default_factory=list)
    lead: Field | None = None
    """The label at the beginning of the row or block that this one stands in."""

    @property
    def printed(self) -> str:
        """The label's printed text."""
        return "".join(fragment.text for fragment in self.label)

    @property
    def passage(self) -> Passage:
        """What is printed after the label."""
        return passage(self.values)

    def cells(self) -> list[list[Fragment]]:
        """The values by the cell (or, without cells, the line) that they stand in."""
        groups: list[list[Fragment]] = []
        for fragment in self.values:
            new = fragment.gap in (Gap.TAB, Gap.ROW) or (fragment.cell is not None and not groups)
            if not groups or new:
                groups.append([])
            groups[-1].append(fragment)
        return groups


def read_fields(fragments: Sequence[Fragment]) -> list[Field]:
    """The labelled fields of a stream in printed order.

    In a row of cells a text without a label of its own belongs to the label at the row's beginning, or, where that
    cell is empty or lost, to the label that began the last row that had one (a merged cell).
    """
    found: list[Field] = []
    lead: Field | None = None
    row: Field | None = None
    for label, run in labelled(fragments):
        if label is not None:
            begins = not found or label.label[0].gap not in (Gap.SPACE, Gap.TAB)
            if begins and label.group == "field":
                lead = label
            label.lead = lead if lead is not label else None
            found.append(label)
            row = label
        for fragment in run:
            if (
                fragment.cell is not None and fragment.gap in (Gap.ROW, Gap.BLANK, Gap.PAGE)
            ) or fragment.gap is Gap.ROW:
                row = lead
            if row is not None:
                row.values.append(fragment)
    return found


def labelled(fragments: Sequence[Fragment]) -> Iterator[tuple[Field | None, list[Fragment]]]:
    """Labels, each with the run of fragments after it; what stands before the first label comes with ``None``."""
    label: Field | None = None
    run: list[Fragment] = []
    index = 0
    while index < len(fragments):
        match = label_at(fragments, index)
        if match is None:
            run.append(fragments[index])
            index += 1
            continue
        yield label, run
        label, index = match
        run = []
    yield label, run


def label_at(fragments: Sequence[Fragment], index: int) -> tuple[Field, int] | None:
    """The label that begins with a fragment and the index after it."""
    text = fragments[index].text
    if pattern("plan_step").match(label_key(text)):
        return Field("step", label_key(text), (fragments[index],)), index + 1
    groups: tuple[tuple[Group, str], ...] = (("field", "form_fields"), ("fund", "funds"))
    best: tuple[Field, int] | None = None
    for group, name in groups:
        match = vocabulary(name).match(fragments, index)
        if match and whole_cell(fragments, match.first, match.last) and (best is None or match.last > best[1]):
            best = Field(group, match.key, tuple(fragments[match.first : match.last])), match.last
    return best or inline_label(fragments, index)


def whole_cell(fragments: Sequence[Fragment], first: int, last: int) -> bool:
    """Whether some fragments fill their cell; without cells: whether they do not go on within a sentence."""
    if fragments[first].cell is None:
        closed = fold(fragments[last - 1].text)[-1] not in "的，,、和及"
        return closed and not (last < len(fragments) and fragments[last].text[0] in "，,。；;、的和及")
    begins = fragments[first].gap is not Gap.SPACE
    return begins and (last == len(fragments) or fragments[last].gap is not Gap.SPACE or fragments[last].cell is None)


def inline_label(fragments: Sequence[Fragment], index: int) -> tuple[Field, int] | None:
    """A label with a colon and its value in one fragment (``预算年度：2025``).

    The value is cut off as a fragment of its own.
    """
    fragment = fragments[index]
    found = INLINE.match(fragment.text)
    if not found or fragment.gap is Gap.SPACE or fold(found[2]) in IN_WAN:
        return None
    groups: tuple[tuple[Group, str], ...] = (("field", "form_fields"), ("fund", "funds"))
    for group, name in groups:
        key = vocabulary(name).of(found[1])
        if key:
            cut = found.start(2)
            value = type(fragment)(found[2], fragment.start + cut, fragment.line, Gap.SPACE, fragment.cell)
            return Field(group, key, (fragment,), [value]), index + 1
    return None
