"""Sample disclosures with known truth: seeded, printed in the layouts that real departments use.

Content (what a department says) is drawn first, spoiled with known defects, then printed by a layout; the truth
is the content without the fields that the layout has no room for. Nothing is taken from a real document.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from random import Random
from typing import TYPE_CHECKING

from ingest.records import Document

from .content import Disclosure, Planted, disclose
from .defects import DEFECTS, plant
from .forms import FORMS, FormLayout
from .layouts import LAYOUTS, Layout
from .paper import Style
from .writers import KINDS
from .yearly import MONEY, NAMED, PLANS, PROJECT, Changed, two_years

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from ingest.records import Target

    from .paper import Printed

__all__ = [
    "DEFECTS",
    "FORMS",
    "KINDS",
    "LAYOUTS",
    "Changed",
    "Planted",
    "Sample",
    "Style",
    "make",
    "planted",
    "said",
    "write",
    "years",
]

EXTRACTOR = "jixiao.samples/1"


@dataclass(frozen=True, slots=True)
class Sample:
    """A disclosure as a file and what is true of it.

    ``truth`` has no places: where a value stands is the layout's doing, not the department's; forms and indicators have
    the page or sheet that they begin on, where the kind of file has such. ``planted`` lists the defects that were put
    in on purpose.
    """

    name: str
    data: bytes
    encoding: str | None
    """Of a text file."""
    truth: Document
    planted: tuple[Planted, ...]
    beside: tuple[Sample, ...] = ()
    """Other samples without which what was planted cannot be seen, like that of the year before."""

    @property
    def text(self) -> str:
        """The text of a text file."""
        return self.data.decode(self.encoding or "utf-8")


def said(seed: int, rules: Sequence[str] | None = None) -> Disclosure:
    """What the department of a seed says, its defects included, before any layout prints it.

    The defects are those that these rules find, none where there are no rules, or else a mixture.

    Raises:
        KeyError: There is no such rule.
    """
    rng = Random(f"jixiao {seed}")
    return plant(rng, disclose(rng), rules)


def make(
    seed: int, layout: str, kind: str | None = None, style: Style | None = None, rules: Sequence[str] | None = None
) -> Sample:
    """The sample of a seed in a layout; the same arguments always give the same sample.

    A layout of ``LAYOUTS`` is text. One of ``FORMS`` is written as a file of the kind (one of ``KINDS``), in the style,
    or in one drawn from the seed. ``rules`` say what is planted, as in ``said``; a layout that does not print what
    shows a defect has nothing planted.

    Raises:
        KeyError: There is no such layout, kind or rule.
    """
    disclosure, name = said(seed, rules), _numbered(seed, rules)
    style = style or Style.draw(Random(f"style {seed} {layout} {kind}"))
    first, *beside = (_printed(name, each, layout, kind, style) for each in (disclosure, *disclosure.beside))
    return replace(first, beside=tuple(beside))


def years(
    seed: int,
    layout: str,
    kind: str | None = None,
    style: Style | None = None,
    changes: Sequence[str] = (*PLANS, PROJECT, MONEY, NAMED),
) -> tuple[Sample, Sample, tuple[Changed, ...]]:
    """The sound department of a seed in two years, printed as by ``make``, and what the later one changed.

    Everything else is copied: targets are the same, but for years in them that move on.

    Raises:
        KeyError: There is no such layout, kind or change.
    """
    told = two_years(Random(f"years {seed}"), said(seed, ()), changes)
    style = style or Style.draw(Random(f"style {seed} {layout} {kind}"))
    earlier, later = (_printed(f"{seed:03}", each, layout, kind, style) for each in (told.earlier, told.later))
    return earlier, later, told.changed


def planted(seed: int, rule: str) -> Sample:
    """The sample of a seed with the defect of one rule, in a layout that prints what shows it.

    Layouts take turns from seed to seed; files of ``FORMS`` are of the kinds in turn.

    Raises:
        KeyError: There is no such rule.
    """
    disclosure = said(seed, (rule,))
    layouts: dict[str, Layout | FormLayout] = {**LAYOUTS, **FORMS}
    shown = {name: {each.rule for each in layout.printed(disclosure).planted} for name, layout in layouts.items()}
    names, kinds = [name for name in layouts if rule in shown[name]], [*KINDS]
    name = names[seed % len(names)]
    return make(seed, name, None if name in LAYOUTS else kinds[seed % len(kinds)], rules=(rule,))


def write(
    folder: Path,
    seed: int = 0,
    count: int = 4,
    kinds: Sequence[str] = (),
    layouts: Sequence[str] = (),
) -> list[Path]:
    """Write so many samples into a folder, the layouts and kinds taking turns, and answer their paths in order.

    Without kinds the samples are texts, in ``LAYOUTS``; with kinds they are files of these, in ``FORMS``.

    Raises:
        KeyError: There is no such layout or kind.
    """
    folder.mkdir(parents=True, exist_ok=True)
    names = layouts or tuple(FORMS if kinds else LAYOUTS)
    paths = []
    for number in range(seed, seed + count):
        kind = kinds[number % len(kinds)] if kinds else None
        sample = make(number, names[number % len(names)], kind)
        paths.append(folder / sample.name)
        paths[-1].write_bytes(sample.data)
    return paths


def _printed(name: str, disclosure: Disclosure, layout: str, kind: str | None, style: Style) -> Sample:
    if kind is None:
        return _text(name, LAYOUTS[layout], disclosure)
    return _file(name, FORMS[layout], disclosure, kind, style)


def _text(number: str, layout: Layout, disclosure: Disclosure) -> Sample:
    known = layout.printed(disclosure)
    data = layout.text(disclosure).encode(layout.encoding)
    return _sample(f"{_stem(number, known)}-{layout.name}{layout.suffix}", data, layout.encoding, known)


def _file(number: str, layout: FormLayout, disclosure: Disclosure, name: str, style: Style) -> Sample:
    kind, known = KINDS[name], layout.printed(disclosure)
    printed = kind.write(layout.paper(disclosure, style), style)
    placed = replace(known, targets=tuple(_placed(form, str(n), printed) for n, form in enumerate(known.targets)))
    return _sample(f"{_stem(number, known)}-{layout.name}{kind.suffix}", printed.data, kind.encoding, placed, name)


def _placed(form: Target, mark: str, printed: Printed) -> Target:
    rows = enumerate(form.indicators)
    placed = tuple(replace(row, page=printed.pages.get(f"{mark}.{number}")) for number, row in rows)
    return replace(form, page=printed.pages.get(mark), indicators=placed)


def _numbered(seed: int, rules: Sequence[str] | None) -> str:
    """A seed and what was planted, for the names of files."""
    return "-".join([f"{seed:03}", *("clean",) * (rules == ()), *(rules or ())])


def _stem(number: str, known: Disclosure) -> str:
    return f"{known.facts.publisher}{known.facts.fiscal_year}年部门预算-{number}"


def _sample(name: str, data: bytes, encoding: str | None, known: Disclosure, kind: str = "text") -> Sample:
    truth = Document(
        source=name,
        sha256=hashlib.sha256(data).hexdigest(),
        extractor=EXTRACTOR,
        encoding=encoding,
        format=kind,
        document=known.facts,
        units=known.units,
        project_budgets=known.budgets,
        targets=known.targets,
    )
    return Sample(name, data, encoding, truth, known.planted)
