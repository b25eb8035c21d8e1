"""The command validate: what it says of a snapshot and of a file, and how it ends."""

from __future__ import annotations

import csv
import io
import json

import pytest

from jixiao.__main__ import BAD_INPUT, DONE, FOUND, run
from jixiao.messages import LANGUAGE_VARIABLE

BROKEN = """@prefix jx: <https://w3id.org/jixiao/ontology#> . @prefix oa: <http://www.w3.org/ns/oa#> .
@prefix dct: <http://purl.org/dc/terms/> . @base <https://example.org/> .
<doc> a jx:Disclosure ; dct:title "甲"@zh ; jx:sourceFile "甲.pdf" ; jx:extractor "一" ; jx:format "pdf" ;
    jx:publisherName "甲" ; jx:sha256 "{hash}" .
<leftover> a jx:Leftover ; jx:order 1 ; jx:place <here> .
<here> a oa:SpecificResource ; jx:field "span" ; jx:order 1 ; oa:hasSource <doc> ; jx:page 3 ; jx:line 12 ;
    oa:hasSelector <span> .
<span> a oa:TextPositionSelector, oa:TextQuoteSelector ; oa:start 7 ; oa:end 9 ; oa:exact "合计" .
"""


@pytest.fixture
def broken(tmp_path):
    """A leftover of no disclosure and without a reason; a disclosure without a year."""
    path = tmp_path / "broken.ttl"
    path.write_text(BROKEN.format(hash="0" * 64), encoding="utf-8")
    return path


@pytest.fixture(autouse=True)
def _chinese(monkeypatch):
    monkeypatch.setenv(LANGUAGE_VARIABLE, "zh")


def rows(capsys, path, *options: str) -> list[dict[str, str]]:
    run(["validate", str(path), "--format", "csv", *options])
    return list(csv.DictReader(io.StringIO(capsys.readouterr().out)))


def test_a_published_snapshot_is_well_formed_and_a_sound_cube(published, capsys):
    assert run(["validate", "--severity", "violation", "--format", "json", "--kg", str(published.path)]) == DONE
    told = capsys.readouterr()
    assert json.loads(told.out) == []
    assert "23 条完整性约束" in told.err
    assert "违反 0 处" in told.err


def test_a_violation_is_shown_with_its_place_in_the_source(broken, capsys):
    assert run(["validate", str(broken)]) == FOUND
    shown = capsys.readouterr().out
    assert all(word in shown for word in ("违反", "甲.pdf", "12", "span", "合计", "未识别内容须有一个“原因”"))


def test_rows_for_programs_say_shape_value_and_graph_too(broken, capsys):
    found = {each["shape"]: each for each in rows(capsys, broken)}
    assert set(found) == {"Leftover-reason", "Leftover-disclosure", "Disclosure-fiscalYear-stated"}
    place = {name: found["Leftover-reason"][name] for name in ("source", "page", "line", "field", "quote")}
    assert place == {"source": "甲.pdf", "page": "3", "line": "12", "field": "span", "quote": "合计"}
    assert found["Leftover-reason"]["focus"] == "https://example.org/leftover"


@pytest.mark.parametrize(("least", "severities"), [("violation", {"violation"}), ("warning", {"violation", "warning"})])
def test_only_results_of_the_asked_severity_are_listed(broken, capsys, least, severities):
    assert {each["severity"] for each in rows(capsys, broken, "--severity", least)} == severities


def test_the_worst_stand_first(broken, capsys):
    assert [each["severity"] for each in rows(capsys, broken)] == ["violation", "violation", "warning"]


def test_a_warning_alone_is_no_failure(tmp_path, capsys):
    path = tmp_path / "odd.ttl"
    path.write_text("".join(BROKEN.format(hash="0" * 64).partition("<leftover>")[:1]), encoding="utf-8")
    assert run(["validate", str(path)]) == DONE
    assert "警告 1 处" in capsys.readouterr().err


def test_messages_are_in_the_language_that_is_asked_for(broken, capsys, monkeypatch):
    monkeypatch.setenv(LANGUAGE_VARIABLE, "en")
    run(["validate", str(broken), "--format", "jsonl"])
    told = capsys.readouterr()
    messages = {json.loads(line)["message"] for line in told.out.splitlines()}
    assert "A leftover has one reason: a text that is not empty." in messages
    assert "Violations: 2; warnings: 1; infos: 0." in told.err


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("bad.ttl", "<a> <b> <c> .\n<a> <b> ;\n", "bad.ttl：第 2 行"),
        ("bad.txt", "", ".ttl、.nt、.nq"),
        ("bad.jsonld", "{", "bad.jsonld"),
    ],
)
def test_a_file_that_cannot_be_read_is_named(tmp_path, capsys, name, content, told):
    (tmp_path / name).write_text(content, encoding="utf-8")
    assert run(["validate", str(tmp_path / name)]) == BAD_INPUT
    assert told in capsys.readouterr().err


def test_a_file_that_is_not_there_is_named(tmp_path, capsys):
    assert run(["validate", str(tmp_path / "none.ttl")]) == BAD_INPUT
    assert "none.ttl" in capsys.readouterr().err
