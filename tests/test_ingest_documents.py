"""Reading over the real documents of many publishers: what is read, where it stands, and what is no form."""

from __future__ import annotations

import importlib.util
import json
import sys
from typing import TYPE_CHECKING, Any

import pypdfium2
import pytest
from once import read

import ingest
from ingest.errors import IngestError
from ingest.interchange import to_json
from ingest.layout.folding import fold
from ingest.readers import read_source

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from ingest.records import Span

LEAST = {"projects": 0.99, "budgets": 0.97, "indicators": 0.97, "goals": 0.95, "op": 0.97, "number": 0.97, "unit": 0.97,
         "kind": 0.97, "page": 0.99, "document": 0.95, "code": 0.97, "funds": 0.95}  # fmt: skip
"""The least that score.py may say over all documents with a hand-made reading."""
MOST_VAGUE = 4
"""The most values that may be called vague wrongly, or not called so wrongly."""


def readable(real: Path) -> list[Path]:
    """The real documents that are disclosures with a text layer."""
    return [path for path in sorted((real / "documents").iterdir()) if not path.name.startswith(("scan", "negative"))]


@pytest.fixture(scope="module")
def tally(real: Path) -> Any:
    """What score.py counts over every hand-made reading."""
    spec = importlib.util.spec_from_file_location("score", real / "score.py")
    assert spec is not None
    assert spec.loader is not None
    score = importlib.util.module_from_spec(spec)
    sys.modules["score"] = score
    spec.loader.exec_module(score)
    counted = score.Tally()
    files = {path.name: path for folder in ("documents", "seeds") for path in (real / folder).iterdir()}
    for gold in sorted((real / "gold").glob("*.json")):
        want = json.loads(gold.read_text(encoding="utf-8"))
        got = json.loads(to_json(read(files[want["source"].rpartition("/")[2]])))
        score.score_document(counted, got, want)
    return score.figures(counted), counted


@pytest.mark.parametrize("figure", LEAST)
def test_hand_made_readings_are_met(figure: str, tally: Any) -> None:
    figures, counted = tally
    assert figures[figure] >= LEAST[figure], counted.errors[:20]


def test_vague_targets_are_those_that_a_reader_calls_vague(tally: Any) -> None:
    _, counted = tally
    got, want, hit = (counter["vague"] for counter in (counted.got, counted.want, counted.hit))
    assert max(got - hit, want - hit) <= MOST_VAGUE


def test_document_without_forms_gives_none(real: Path) -> None:
    document = read(real / "documents" / "suzhou-shenji-2026.pdf")
    assert (document.targets, document.project_budgets) == ((), ())
    assert document.tables


@pytest.mark.parametrize(
    ("name", "word"), [("negative-weifang-fagai.pdf", "预算"), ("scan-changsha-caizheng.pdf", "扫描")]
)
def test_what_is_no_readable_disclosure_says_why(name: str, word: str, real: Path) -> None:
    with pytest.raises(IngestError, match=word):
        ingest.read(real / "documents" / name)


def spans_of(value: object) -> Iterator[tuple[str, tuple[Span, ...], object]]:
    """Every place of a record with the field it is the place of and the thing that has the field."""
    places = getattr(value, "places", None)
    if places:
        yield from ((key, spans, value) for key, spans in places.items())
    for name in (
        "document",
        "units",
        "project_budgets",
        "targets",
        "indicators",
        "tables",
        "rows",
        "granted",
        "statements",
    ):
        part = getattr(value, name, None)
        for each in part if isinstance(part, tuple) else [part] if part is not None else []:
            yield from spans_of(each)


def test_every_quote_stands_verbatim_at_its_place(real: Path) -> None:
    for path in readable(real):
        source = read_source(path)
        for key, spans, thing in spans_of(read(path)):
            for span in spans:
                assert source.text[span.start : span.end] == span.quote, (path.name, key, span)
            value = getattr(thing, key, None)
            if isinstance(value, str) and key != "kind":  # a kind is told from a title
                assert fold(value) == fold("".join(span.quote for span in spans)), (path.name, key, value)


def test_every_quote_is_printed_on_its_page(real: Path) -> None:
    for path in readable(real):
        if path.suffix != ".pdf":
            continue
        pages = [squeezed(page.get_textpage().get_text_range()) for page in pypdfium2.PdfDocument(path)]
        missing = [
            (key, span.page, span.quote)
            for key, spans, _ in spans_of(read(path))
            for span in spans
            if not any(squeezed(word) in pages[(span.page or 1) - 1] for word in (span.quote, *span.quote.split()))
        ]
        assert not missing, (path.name, len(missing), missing[:5])


def squeezed(text: str) -> str:
    """A text without white space and without the marks that a page's text layer puts at lines' ends."""
    return "".join(char for char in text if not char.isspace() and char not in "-\ufffe\x02\u00ad")


def test_no_publisher_is_named_in_the_reader_or_its_words(real: Path, root: Path) -> None:
    names = {
        name for path in readable(real) for name in (read(path).document.publisher, read(path).document.region) if name
    }
    files = [*(root / "ingest").rglob("*.py"), *(root / "ontology" / "lexicon").glob("*.yaml")]
    found = [(file.name, name) for file in files for name in names if name in file.read_text(encoding="utf-8")]
    assert not found


def test_a_result_beside_the_target_is_read_from_cells_divided_by_tabs(tmp_path):
    path = tmp_path / "result.txt"
    path.write_text(
        "项目支出绩效自评表\n项目名称\t水库巡查\n一级指标\t二级指标\t三级指标\t年度指标值\t实际完成值\t分值\t得分\n"
        "产出指标\t数量指标\t巡查次数\t≥12次\t13次\t50\t49\n满意度指标\t服务对象满意度指标\t群众满意度\t≥90%\t95%\t40\t40\n",
        encoding="utf-8",
    )
    rows = read(path).targets[0].indicators
    assert [(row.value, row.actual, row.weight, row.score) for row in rows] == [
        ("≥12次", "13次", 50, 49),
        ("≥90%", "95%", 40, 40),
    ]
