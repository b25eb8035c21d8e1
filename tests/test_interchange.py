"""Records as JSON: nothing is lost on the way out and in, the published schema fits, what is no record is refused."""

from __future__ import annotations

import contextlib
import json
import re
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from once import read

from ingest.errors import MalformedRecordError
from ingest.interchange import from_json, json_schema, to_json
from ingest.records import Document, Facts, Indicator, Leftover, ProjectBudget, Span, Target, Unit
from jixiao import samples

LAYOUTS = sorted(samples.LAYOUTS)
TYPES = {
    "string": lambda value: isinstance(value, str),
    "integer": lambda value: isinstance(value, int) and not isinstance(value, bool),
    "number": lambda value: isinstance(value, int | float) and not isinstance(value, bool),
    "boolean": lambda value: isinstance(value, bool),
    "null": lambda value: value is None,
    "array": lambda value: isinstance(value, list),
    "object": lambda value: isinstance(value, dict),
}
KEYWORDS = {
    *("$ref", "$defs", "anyOf", "enum", "type", "properties", "required", "items", "additionalProperties"),
    *("title", "description", "default", "pattern"),
}
PLACE = {"name": (Span(3, 5, "档案", 2, page=1, row=4, column=1), Span(9, 12, "数字化", 3))}
WHOLE = Document(
    source="预算.txt",
    sha256="0" * 64,
    extractor="test",
    encoding="utf-8",
    document=Facts(publisher="云山市档案局", publisher_code="307", region="云山市", fiscal_year=2031, places=PLACE),
    units=(Unit(name="云山市档案馆", code="307001", places=PLACE),),
    project_budgets=(ProjectBudget(name="档案", total_wan=Decimal("0.10"), sources={"上年结转": Decimal("1E+2")}),),
    targets=(
        Target(
            scope="project",
            name='"引号"\\与\n换行\t😀',
            amount_wan=Decimal("1234567.891"),
            plan=(Decimal(25), None, Decimal(6000)),
            goals=("一", ""),
            indicators=(Indicator(l1=None, l2="数量指标", name="页数", number=Decimal("1.5"), op="ge", per_unit=True),),
            places=PLACE,
        ),
    ),
    leftovers=(Leftover(reason="不认识", span=Span(0, 1, "甲", 1)),),
)
"""A document with every sort of field."""


def _faults(value, schema, definitions, where="$"):
    """Where a JSON value breaks a schema, by the keywords that ours uses."""
    assert schema.keys() <= KEYWORDS
    if "$ref" in schema:
        yield from _faults(value, definitions[schema["$ref"].removeprefix("#/$defs/")], definitions, where)
    elif "anyOf" in schema:
        if all(list(_faults(value, each, definitions)) for each in schema["anyOf"]):
            yield f"{where}: {value!r} is none of {schema['anyOf']}"
    elif not TYPES[schema["type"]](value) or value not in schema.get("enum", [value]):
        yield f"{where}: {value!r} is not {schema.get('enum', schema['type'])}"
    elif isinstance(value, str) and not re.search(schema.get("pattern", ""), value):
        yield f"{where}: {value!r} does not match {schema['pattern']}"
    else:
        for part, each, known in _parts(value, schema):
            yield from _faults(each, known, definitions, where + part) if known else [f"{where}{part} is unknown"]
        yield from (f"{where}.{key} is missing" for key in schema.get("required", ()) if key not in value)


def _parts(value, schema):
    """The values in an object or a list, each with its schema, ``None`` where there is none."""
    if isinstance(value, dict):
        others = schema.get("additionalProperties")
        return [(f".{key}", each, schema.get("properties", {}).get(key, others)) for key, each in value.items()]
    return [(f"[{number}]", each, schema["items"]) for number, each in enumerate(value)] if "items" in schema else []


def _breaks(line):
    """The faults of a line by the schema of records."""
    schema = json_schema()
    return list(_faults(json.loads(line), schema, schema["$defs"]))


def _changed(*path, value):
    """The JSON of the whole document with one value changed."""
    record = json.loads(to_json(WHOLE))
    inner = record
    for step in path[:-1]:
        inner = inner[step]
    inner[path[-1]] = value
    return json.dumps(record, ensure_ascii=False)


@pytest.fixture(scope="module", params=["001", "002", "003", "004"])
def founding(request, real):
    (path,) = (real / "seeds").glob(f"{request.param}_*")
    return read(path)


def test_every_sort_of_field_comes_back() -> None:
    assert from_json(to_json(WHOLE)) == WHOLE


@pytest.mark.parametrize("layout", LAYOUTS)
@given(seed=st.integers(0, 9_999))
@settings(max_examples=15, deadline=None)
def test_a_sample_comes_back(layout, seed) -> None:
    truth = samples.make(seed, layout).truth
    assert from_json(to_json(truth)) == truth


def test_a_founding_document_comes_back_and_fits_the_schema(founding) -> None:
    line = to_json(founding)
    assert from_json(line) == founding
    assert to_json(from_json(line)) == line
    assert _breaks(line) == []


@given(st.decimals(allow_nan=False, allow_infinity=False, places=4, min_value=-(10**9), max_value=10**9))
def test_an_amount_comes_back_exactly(amount) -> None:
    document = replace(WHOLE, project_budgets=(ProjectBudget(name="甲", total_wan=amount),))
    assert from_json(to_json(document)).project_budgets[0].total_wan == amount


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_any_text_comes_back_and_a_record_is_one_line(text) -> None:
    document = replace(WHOLE, source=text)
    assert from_json(to_json(document)) == document
    assert "\n" not in to_json(document)
    assert "\r" not in to_json(document)


def test_chinese_stands_as_it_is() -> None:
    assert "云山市档案局" in to_json(WHOLE)


def test_numbers_are_numbers_and_what_is_not_stated_is_null() -> None:
    record = json.loads(to_json(WHOLE))
    assert record["targets"][0]["plan"] == [25, None, 6000]
    assert record["project_budgets"][0] == {
        "name": "档案", "parent": None, "category": None, "unit": None, "total_wan": 0.1, "sources": {"上年结转": 100},
        "places": {},
    }  # fmt: skip


def test_a_record_has_every_key_that_readings_made_by_hand_have(real) -> None:
    record = json.loads(to_json(WHOLE))
    pairs = []
    for path in sorted((real / "gold").glob("*.json")):
        gold = json.loads(path.read_text(encoding="utf-8"))
        forms = gold["targets"]
        pairs += [(record, gold), (record["document"], gold["document"])]
        pairs += [(record["project_budgets"][0] | {"purpose": None}, row) for row in gold["project_budgets"]]
        pairs += [(record["targets"][0], form) for form in forms]
        pairs += [(record["targets"][0]["indicators"][0], row) for form in forms for row in form["indicators"]]
    assert pairs
    of_the_reading = {"anomalies", "partial", "loose"}
    assert {key for mine, gold in pairs for key in gold.keys() - mine.keys()} <= of_the_reading


def test_the_whole_document_fits_the_schema() -> None:
    assert _breaks(to_json(WHOLE)) == []


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_sample_fits_the_schema(layout) -> None:
    assert _breaks(to_json(samples.make(3, layout).truth)) == []


BROKEN = {
    "a kind that there is not": (("targets", 0, "indicators", 0, "kind"), "odd"),
    "a comparator that there is not": (("targets", 0, "indicators", 0, "op"), "about"),
    "a text for an amount": (("targets", 0, "amount_wan"), "二十万"),
    "a text for a list": (("targets", 0, "goals"), "一"),
    "a list for a form": (("targets", 0), []),
    "null for a name": (("project_budgets", 0, "name"), None),
    "a number for a text": (("source",), 5),
    "a text for a place": (("leftovers", 0, "span", "start"), "甲"),
}


@pytest.mark.parametrize(("path", "value"), BROKEN.values(), ids=BROKEN)
def test_a_broken_record_is_refused_by_its_field_and_by_the_schema(path, value) -> None:
    line = _changed(*path, value=value)
    with pytest.raises(MalformedRecordError, match="记录格式有误") as caught:
        from_json(line)
    assert caught.value.field == ".".join(map(str, path))
    assert caught.value.cause
    assert _breaks(line) != []


@pytest.mark.parametrize("key", ["source", "sha256", "extractor", "encoding", "document"])
def test_a_record_without_a_key_that_it_needs_is_refused(key) -> None:
    record = json.loads(to_json(WHOLE))
    del record[key]
    with pytest.raises(MalformedRecordError) as caught:
        from_json(json.dumps(record))
    assert caught.value.field == key


@pytest.mark.parametrize(
    "line", ["", "{", "[]", "null", "云山市", "{} {}", to_json(WHOLE) * 2, to_json(WHOLE)[:-1], "\x00"]
)
def test_what_is_no_record_is_refused(line) -> None:
    with pytest.raises(MalformedRecordError) as caught:
        from_json(line)
    assert caught.value.field is None


@pytest.mark.parametrize("number", [float("nan"), float("inf"), -float("inf")])
def test_an_amount_that_is_no_number_is_refused(number) -> None:
    with pytest.raises(MalformedRecordError):
        from_json(_changed("project_budgets", 0, "total_wan", value=number))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


@given(key=st.sampled_from(sorted(json.loads(to_json(WHOLE)))), value=JSON)
def test_any_value_in_a_record_is_read_or_refused(key, value) -> None:
    with contextlib.suppress(MalformedRecordError):
        assert isinstance(from_json(_changed(key, value=value)), Document)


def test_the_published_schema_is_that_of_the_records(root) -> None:
    published = json.loads((root / "docs" / "records.schema.json").read_text(encoding="utf-8"))
    assert published == json_schema(), "write json_schema() to docs/records.schema.json anew"


FETCHED = {"url": "https://example.org/2031/%E9%A2%84%E7%AE%97.pdf", "retrieved": "2031-02-14T18:00:05Z"}


def test_where_a_file_was_fetched_from_is_part_of_its_record_and_of_no_others() -> None:
    line = to_json(replace(WHOLE, **FETCHED))
    assert from_json(line) == replace(WHOLE, **FETCHED)
    assert _breaks(line) == []
    assert line != to_json(WHOLE)
    assert json.loads(to_json(WHOLE)).keys() == json.loads(line).keys() - FETCHED.keys()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("url", "ftp://example.org/a.pdf"),
        ("url", "https://example.org/预算.pdf"),
        ("url", "https://example.org/a b.pdf"),
        ("url", "javascript:alert(1)"),
        ("retrieved", "2031-02-14"),
        ("retrieved", "2031-02-14T18:00:05+08:00"),
    ],
)
def test_an_address_of_no_page_and_a_moment_of_no_zone_are_refused(name, value) -> None:
    with pytest.raises(MalformedRecordError, match=name):
        from_json(_changed(name, value=value))
