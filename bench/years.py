"""How long comparing takes where many departments have two years: `python bench/years.py [DEPARTMENTS]`.

Departments are samples under invented names, as records: nothing is printed and read. The times are of the processor.
"""

from __future__ import annotations

import sys
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from time import process_time
from typing import TYPE_CHECKING

from graph.folder import KnowledgeGraph
from jixiao import samples
from jixiao.view import View
from jixiao.years import compared, overview, pairs, records
from queries.derivations import derived

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ingest.records import Document


def department(number: int) -> Iterator[Document]:
    """One department in two years."""
    for sample in samples.years(number, "markdown")[:2]:
        truth = sample.truth
        name = f"{truth.document.publisher}第{number}分局"
        source, facts = f"{number}-{sample.name}", replace(truth.document, publisher=name)
        yield replace(truth, source=source, sha256=sha256(source.encode()).hexdigest(), kind="预算", document=facts)


def main(many: int) -> None:
    """Prints what each step took."""
    with TemporaryDirectory() as folder:
        graph = KnowledgeGraph(Path(folder) / "kg")
        source = Path(folder) / "source.txt"
        for document in (each for number in range(many) for each in department(number)):
            source.write_text(document.source, encoding="utf-8")
            graph.add(source, document)
        began = process_time()
        view = View(graph.publish(derive=derived))
        published = process_time()
        indicators = len(view.indicators)
        read = process_time()
        every = overview(view)
        whole = process_time()
        pair = pairs(view)[0]
        rows = list(records(view, compared(view, pair.organisation, pair.earlier, pair.later)))
        ended = process_time()
    print(f"{many} departments, {len(every)} pairs, {indicators} indicators")
    print(f"publish {published - began:.1f} s, read the view {read - published:.1f} s")
    print(f"overview {whole - read:.2f} s, one pair with {len(rows)} rows {ended - whole:.3f} s")


if __name__ == "__main__":
    main(int(sys.argv[1]) if sys.argv[1:] else 200)
