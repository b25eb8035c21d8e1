"""Sample disclosures with known truth: seeded, printed in the layouts that real departments use.

Content (what a department says) is drawn first, spoiled with known defects, then printed by a layout; the truth
is the content without the fields that the layout has no room for. Nothing is taken from a real document.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING

from ingest.records import Document

from .content import Disclosure, Planted, disclose
from .defects import plant
from .layouts import LAYOUTS, Layout

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["LAYOUTS", "Planted", "Sample", "make", "write"]

EXTRACTOR = "jixiao.samples/1"


@dataclass(frozen=True, slots=True)
class Sample:
    """A disclosure as a file and what is true of it.

    ``truth`` has no places: where a value stands is the layout's doing, not the department's.
    ``planted`` lists the defects that were put in on purpose.
    """

    name: str
    text: str
    encoding: str
    truth: Document
    planted: tuple[Planted, ...]

    @property
    def data(self) -> bytes:
        """The file's bytes."""
        return self.text.encode(self.encoding)


def make(seed: int, layout: str) -> Sample:
    """The sample of a seed in a layout; the same arguments always give the same sample.

    Raises:
        KeyError: There is no such layout.
    """
    printer = LAYOUTS[layout]
    rng = Random(f"jixiao {seed}")
    disclosure = plant(rng, disclose(rng))
    text = printer.text(disclosure)
    known = printer.printed(disclosure)
    name = f"{known.facts.publisher}{known.facts.fiscal_year}年部门预算-{seed:03}-{layout}{printer.suffix}"
    return Sample(name, text, printer.encoding, _truth(known, printer, name, text), known.planted)


def write(folder: Path, seed: int = 0, count: int = 4) -> list[Path]:
    """Write so many samples into a folder, the layouts taking turns, and answer their paths in order."""
    folder.mkdir(parents=True, exist_ok=True)
    names = list(LAYOUTS)
    samples = [make(number, names[number % len(names)]) for number in range(seed, seed + count)]
    paths = [folder / sample.name for sample in samples]
    for path, sample in zip(paths, samples, strict=True):
        path.write_bytes(sample.data)
    return paths


def _truth(known: Disclosure, layout: Layout, name: str, text: str) -> Document:
    return Document(
        source=name,
        sha256=hashlib.sha256(text.encode(layout.encoding)).hexdigest(),
        extractor=EXTRACTOR,
        encoding=layout.encoding,
        document=known.facts,
        units=known.units,
        project_budgets=known.budgets,
        targets=known.targets,
    )
