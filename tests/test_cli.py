"""The command line as people meet it: a process with arguments, two streams and an exit code."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from typing import get_args

import pytest
from python_calamine import CalamineWorkbook

import ingest
from graph.validate import Severity
from ingest.interchange import from_json
from jixiao import intake, samples
from jixiao.__main__ import BAD_INPUT, DONE, FOUND, INTERNAL, explain
from jixiao.cli import ORDER
from jixiao.messages import LANGUAGES, catalogue
from jixiao.tables import Table, csv_text
from queries.library import questions, rules

COMMANDS = [command.__name__ for command in ORDER]
HEAVY = (
    "pyoxigraph",
    "pydantic",
    "jinja2",
    "starlette",
    "uvicorn",
    "rdflib",
    "yaml",
    "rich",
    "ingest",
    "graph",
    "queries",
)


def jixiao(*arguments: str | Path, given: bytes = b"", **variables: str) -> subprocess.CompletedProcess[bytes]:
    environment = {**os.environ, **variables}
    return subprocess.run(
        [sys.executable, "-m", "jixiao", *map(str, arguments)],
        input=given,
        capture_output=True,
        env=environment,
        check=False,
    )


def said(run: subprocess.CompletedProcess[bytes]) -> str:
    """What went to standard error; bad input must never show the program's insides."""
    text = run.stderr.decode()
    assert "Traceback" not in text
    return text


@pytest.fixture(scope="session")
def folder(tmp_path_factory):
    """Two samples as files."""
    folder = tmp_path_factory.mktemp("files")
    samples.write(folder, seed=1, count=2)
    return folder


@pytest.fixture(scope="session")
def sample(folder):
    """The sample that is printed one row a line, in GB18030."""
    return next(path for path in folder.iterdir() if "-line" in path.name)


@pytest.fixture
def kg(published, tmp_path):
    """A copy of the published graph that a test may change."""
    return Path(shutil.copytree(published.path, tmp_path / "kg"))


def test_help_is_chinese_and_names_every_command():
    run = jixiao("--help")
    page = run.stdout.decode()
    assert run.returncode == DONE
    assert "用法" in page
    assert [name for name in COMMANDS if not re.search(rf"^  {name} ", page, re.MULTILINE)] == []


@pytest.mark.parametrize("command", COMMANDS)
def test_help_of_a_command_leaves_no_english_word_of_the_library(command):
    page = jixiao(command, "--help").stdout.decode()
    assert not re.search(r"Usage|Options:|Arguments:|Show this|required|default|env var", page)


@pytest.mark.parametrize("arguments", [("--lang", "en", "check", "--help"), ("check", "--lang=en", "--help")])
def test_language_may_be_chosen_anywhere(arguments):
    assert "Judge by the rules" in jixiao(*arguments).stdout.decode()


def test_an_unknown_language_is_bad_input():
    run = jixiao("--lang", "fr", "rules")
    assert (run.returncode, "没有语言 fr" in said(run)) == (BAD_INPUT, True)


def test_help_loads_no_room_and_no_big_library():
    run = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "jixiao", "--help"], capture_output=True, check=True, text=True
    )
    loaded = {line.rpartition("|")[2].strip() for line in run.stderr.splitlines() if line.startswith("import time:")}
    assert "typer" in loaded
    assert loaded.isdisjoint(HEAVY)


def test_both_languages_have_the_same_sentences_with_the_same_fields():
    def fields(language):
        return {
            f"{section}.{name}": sorted(re.findall(r"{(\w+)}", sentence))
            for section, sentences in catalogue(language).items()
            if section != "headings"
            for name, sentence in sentences.items()
        }

    assert fields(LANGUAGES[0]) == fields(LANGUAGES[1])


def test_every_sentence_that_the_program_says_exists_and_none_is_idle(root):
    code = "\n".join(path.read_text(encoding="utf-8") for path in (root / "jixiao").rglob("*.py"))
    asked = set(re.findall(r"""["'](\w+\.\w+)["']""", "\n".join(re.findall(r"\btext\(\s*([^,)]*)", code))))
    asked |= set(re.findall(r'"(check\.\w+)"', code))
    asked -= {key for key in asked if key.startswith(("usage.", "table."))}
    made = re.findall(r"""\btext\(\s*f["'](\w+\.(?:\w|{[^}]*})+)["']""", code)
    patterns = [re.compile(re.sub("{[^}]*}", r"\\w+", each)) for each in made]
    asked |= {f"validate.{severity}" for severity in get_args(Severity)}
    there = {
        f"{section}.{name}"
        for section, sentences in catalogue("zh").items()
        if section not in {"headings", "usage", "table"}
        for name in sentences
    }
    assert asked - there == set()
    assert {key for key in there - asked if not any(each.fullmatch(key) for each in patterns)} == set()


def test_extract_writes_one_record_a_line_and_talks_on_the_other_stream(folder):
    run = jixiao("extract", folder)
    documents = [from_json(line) for line in run.stdout.decode().splitlines()]
    assert run.returncode == DONE
    assert sorted(document.source for document in documents) == sorted(path.name for path in folder.iterdir())
    assert "[2/2]" in said(run)


def test_extract_as_csv_has_one_row_an_indicator(sample):
    document = from_json(jixiao("extract", sample).stdout.decode())
    found = list(csv.DictReader(io.StringIO(jixiao("extract", sample, "--format", "csv").stdout.decode())))
    expected = [indicator.name for target in document.targets for indicator in target.indicators]
    assert [row["name"] for row in found] == expected
    assert {row["source"] for row in found} == {sample.name}


def test_a_csv_file_for_excel_says_that_it_is_utf8(sample, tmp_path):
    jixiao("extract", sample, "--format", "csv", "-o", tmp_path / "out.csv")
    assert (tmp_path / "out.csv").read_bytes().startswith(b"\xef\xbb\xbfsource,")


def test_output_is_utf8_whatever_the_code_page_says():
    assert "指标值模糊" in jixiao("rules", PYTHONIOENCODING="gbk").stdout.decode("utf-8")


def test_a_gb18030_file_reads_like_its_utf8_twin(sample, tmp_path):
    twin = tmp_path / sample.name
    twin.write_text(sample.read_bytes().decode("gb18030"), encoding="utf-8")
    ours, theirs = (from_json(jixiao("extract", path).stdout.decode()) for path in (sample, twin))
    assert theirs.targets == ours.targets


BAD = {
    "empty.txt": b"",
    "picture.txt": bytes(range(256)) * 40,
    "letter.txt": "各位同事：\n明天上午开会，请准时参加。\n".encode(),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_file_is_named_with_its_cause(name, tmp_path):
    (tmp_path / name).write_bytes(BAD[name])
    run = jixiao("extract", tmp_path / name)
    assert (run.returncode, run.stdout) == (BAD_INPUT, b"")
    assert re.search(rf"{name}：\S+", said(run))


@pytest.mark.parametrize("command", ["extract", "ingest"])
def test_a_path_that_does_not_exist_is_named(command, tmp_path):
    run = jixiao(command, tmp_path / "nowhere.txt")
    assert run.returncode == BAD_INPUT
    assert "nowhere.txt：没有这个文件或文件夹" in said(run)


def test_one_bad_file_does_not_stop_the_others(sample, tmp_path):
    (tmp_path / "empty.txt").touch()
    run = jixiao("ingest", tmp_path / "empty.txt", sample, "--kg", tmp_path / "kg")
    assert run.returncode == BAD_INPUT
    assert "部分成功：1 个文件已入库，1 个没有读成" in said(run)
    exported = jixiao("export", "--format", "jsonl", "--kg", tmp_path / "kg").stdout.decode()
    assert [from_json(line).source for line in exported.splitlines()] == [sample.name]


def test_a_missing_path_does_not_stop_the_others(sample, tmp_path):
    run = jixiao("ingest", tmp_path / "nowhere.txt", sample, "--kg", tmp_path / "kg")
    assert (run.returncode, "1 个文件已入库，1 个没有读成" in said(run)) == (BAD_INPUT, True)
    assert "nowhere.txt：没有这个文件或文件夹" in said(run)


def test_a_mistake_of_the_program_with_one_file_does_not_stop_the_others(sample, tmp_path):
    odd = tmp_path / "odd.txt"
    odd.touch()

    def read(path):
        if path == odd:
            raise ZeroDivisionError("division by zero")
        return ingest.read(path)

    first, second = intake.attempts([odd, sample], read)
    assert re.search(r"odd\.txt：程序内部错误（ZeroDivisionError", first.sentence(1, 2))
    assert second.document == ingest.read(sample)


def test_text_that_a_spreadsheet_would_run_is_disarmed():
    rows = Table(["甲"], [["=1+1"], ["+5"], ["@x"], ["\t=1"], ["\r=1"], ["-5%"], [-5], ["一=1"]])
    found = [row[0] for row in csv.reader(io.StringIO(csv_text(rows), newline=""))]
    assert found == ["甲", "'=1+1", "'+5", "'@x", "'\t=1", "'\n=1", "-5%", "-5", "一=1"]


def test_the_live_snapshot_is_untouched_when_nothing_could_be_read(kg, tmp_path):
    (tmp_path / "empty.txt").touch()
    before = (kg / "current").read_bytes(), sorted((kg / "snapshots").iterdir())
    run = jixiao("ingest", tmp_path / "empty.txt", "--kg", kg)
    assert (run.returncode, "没有改动" in said(run)) == (BAD_INPUT, True)
    assert ((kg / "current").read_bytes(), sorted((kg / "snapshots").iterdir())) == before


def test_the_same_files_give_the_same_snapshot(kg, folder):
    before = (kg / "current").read_text()
    run = jixiao("ingest", folder, "--kg", kg)
    assert (run.returncode, (kg / "current").read_text()) == (DONE, before)


def test_a_folder_without_a_graph_says_what_to_do(tmp_path):
    run = jixiao("check", "--kg", tmp_path / "nothing")
    assert (run.returncode, "jixiao ingest" in said(run)) == (BAD_INPUT, True)
    assert not (tmp_path / "nothing").exists()


def test_the_folder_may_be_named_by_the_environment(published):
    assert jixiao("query", "kinds-by-type", JIXIAO_KG=str(published.path)).returncode == DONE


def test_every_question_of_the_catalogue_answers(published):
    listed = json.loads(jixiao("queries", "--format", "json").stdout)
    assert [each["name"] for each in listed] == list(questions())
    for name in questions():
        assert jixiao("query", name, "--format", "json", "--kg", published.path).returncode == DONE


def test_a_question_takes_parameters(published):
    def amounts(*parameters):
        run = jixiao("query", "projects-by-amount", "--format", "json", "--kg", published.path, *parameters)
        return [row["money"] for row in json.loads(run.stdout) if row["money"] is not None]

    assert min(amounts()) < 50 <= min(amounts("-p", "minimum=50"))


@pytest.mark.parametrize(
    ("question", "parameters", "told"),
    [
        ("no-such-question", (), "没有这个查询"),
        ("projects-by-amount", ("-p", "minimum=many"), "须是数字"),
        ("projects-by-amount", ("-p", "colour=red"), "没有参数“colour”"),
        ("projects-by-amount", ("-p", "minimum"), "名称=值"),
    ],
)
def test_a_wrong_question_is_told(published, question, parameters, told):
    run = jixiao("query", question, *parameters, "--kg", published.path)
    assert (run.returncode, told in said(run)) == (BAD_INPUT, True)


@pytest.mark.parametrize(
    ("query", "told"),
    [
        (b"SELECT * WHERE {\n ?s ?p }", "第 2 行"),
        (b"DELETE WHERE { ?s ?p ?o }", "不能修改"),
        (b"SELECT * { SERVICE <http://example.org/> { ?s ?p ?o } }", "SERVICE"),
        ("SELECT * { ?s ?p '编码' }".encode("gb18030"), "UTF-8"),
        (b"", "SELECT"),
    ],
)
def test_a_malformed_query_is_told_with_its_place(published, query, told):
    run = jixiao("query", "-", "--kg", published.path, given=query)
    assert (run.returncode, run.stdout, told in said(run)) == (BAD_INPUT, b"", True)


def test_a_query_may_come_from_a_file_in_every_form(published, tmp_path):
    file = tmp_path / "own.rq"
    file.write_text("SELECT ?a ?b { VALUES (?a ?b) { ('一' 1) ('二' UNDEF) } } ORDER BY ?b", encoding="utf-8")
    run = {
        form: jixiao("query", file, "--format", form, "--kg", published.path).stdout.decode()
        for form in ("csv", "json")
    }
    assert run["csv"] == "a,b\n二,\n一,1\n"
    assert json.loads(run["json"]) == [{"a": "二", "b": None}, {"a": "一", "b": 1}]


def test_an_answer_may_be_a_workbook_with_columns_as_people_call_them(published, tmp_path):
    query = "SELECT ?indicator ?own { VALUES (?indicator ?own) { ('=一' 1.5) ('二' UNDEF) } } ORDER BY ?own"
    said(
        jixiao(
            "query", "-", "--format", "xlsx", "-o", tmp_path / "a.xlsx", "--kg", published.path, given=query.encode()
        )
    )
    book = CalamineWorkbook.from_path(str(tmp_path / "a.xlsx"))
    assert book.get_sheet_by_index(0).to_python() == [["指标", "own"], ["二", ""], ["=一", 1.5]]


def test_check_lists_what_the_snapshot_holds(published):
    run = jixiao("check", "--format", "jsonl", "--kg", published.path)
    found = [json.loads(line) for line in run.stdout.decode().splitlines()]
    assert run.returncode == DONE
    assert [each["id"] for each in found] == [each["id"] for each in published.live().findings()]
    assert f"{len(found)} 处发现" in said(run)


def test_check_says_of_every_rule_what_became_of_it(published):
    told = said(jixiao("check", "--kg", published.path))
    assert [name for name in rules() if not re.search(rf"^{name}：(通过|不适用|\d+ 处)", told, re.MULTILINE)] == []


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ((), DONE),
        (("--fail-on", "info"), FOUND),
        (("--rule", "vague-target", "--fail-on", "warning"), FOUND),
        (("--rule", "foreign-unit", "--certainty", "possible", "--fail-on", "info"), DONE),
        (("--rule", "no-such-rule"), BAD_INPUT),
        (("--fail-on", "catastrophe"), BAD_INPUT),
    ],
)
def test_the_exit_code_of_check_is_what_was_asked_for(published, options, code):
    assert jixiao("check", *options, "--kg", published.path).returncode == code


def test_rules_lists_the_files_of_the_folder():
    listed = json.loads(jixiao("rules", "--format", "json").stdout)
    assert [each["rule"] for each in listed] == list(rules())


def test_validate_passes_on_what_was_ingested(published):
    assert jixiao("validate", "--kg", published.path).returncode == DONE


def test_export_gives_the_graph_and_the_records_back(published):
    def exported(form, what="everything"):
        return jixiao("export", "--what", what, "--format", form, "--kg", published.path).stdout

    assert exported("nq") == published.live().dump()
    documents = [from_json(line) for line in exported("jsonl").decode().splitlines()]
    assert documents == list(published.live().documents())
    indicators = sum(len(target.indicators) for document in documents for target in document.targets)
    assert len(list(csv.reader(io.StringIO(exported("csv", "indicators").decode())))) == indicators + 1
    assert b"@prefix jx:" in exported("ttl")


def test_report_writes_the_same_bytes_twice(published, tmp_path):
    for name in ("a.html", "b.html"):
        assert jixiao("report", "-o", tmp_path / name, "--kg", published.path).returncode == DONE
    assert (tmp_path / "a.html").read_bytes() == (tmp_path / "b.html").read_bytes()


def test_a_place_that_cannot_be_written_is_named(published, tmp_path):
    (tmp_path / "file").touch()
    run = jixiao("report", "-o", tmp_path / "file" / "report.html", "--kg", published.path)
    assert (run.returncode, str(tmp_path / "file") in said(run)) == (BAD_INPUT, True)


def test_demo_goes_the_whole_way(tmp_path):
    run = jixiao("demo", "--folder", tmp_path / "demo", "--no-serve")
    assert (run.returncode, "报告：" in said(run)) == (DONE, True)
    assert (tmp_path / "demo" / "report.html").read_text(encoding="utf-8").startswith("<!DOCTYPE html>")
    assert jixiao("validate", "--kg", tmp_path / "demo" / "kg").returncode == DONE


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return int(taken.getsockname()[1])


def test_serve_shows_the_site_until_it_is_stopped(published):
    port = free_port()
    arguments = [sys.executable, "-m", "jixiao", "serve", "--port", str(port), "--kg", str(published.path)]
    with subprocess.Popen(arguments, stderr=subprocess.PIPE) as served:
        try:
            assert f":{port}/" in (served.stderr.readline().decode() if served.stderr else "")
            assert "概览" in opened(f"http://127.0.0.1:{port}/")
        finally:
            served.send_signal(signal.SIGINT if os.name != "nt" else signal.SIGTERM)
            assert served.wait(timeout=20) == DONE or os.name == "nt"


def opened(url: str) -> str:
    """A page as soon as the site is up; the socket waits from the start, so the first try is usually enough."""
    for _ in range(50):
        try:
            with urllib.request.urlopen(url, timeout=10) as answer:  # noqa: S310 - our own address
                return str(answer.read().decode())
        except ConnectionError:
            time.sleep(0.1)
    raise AssertionError(url)


def test_serve_says_when_the_port_is_taken(published):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        run = jixiao("serve", "--port", str(port), "--kg", published.path)
    assert (run.returncode, f"127.0.0.1:{port} 打不开" in said(run)) == (BAD_INPUT, True)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("chek",), "没有命令“chek”；是不是 check"),
        (("check", "--colour"), "没有选项 --colour"),
        (("query",), "缺少参数"),
        (("serve", "--port", "x"), "--port"),
    ],
)
def test_a_mistyped_command_is_told_in_chinese(arguments, told):
    run = jixiao(*arguments)
    assert (run.returncode, told in said(run)) == (BAD_INPUT, True)


def test_a_mistake_of_the_program_is_not_blamed_on_the_user(capsys):
    assert explain(ZeroDivisionError("division by zero")) == INTERNAL
    assert "程序内部错误（ZeroDivisionError" in capsys.readouterr().err


def test_the_python_api_reads_and_opens_by_plain_paths(sample, published):
    import jixiao as api  # noqa: PLC0415 - the name stands for the command here

    assert api.from_json(api.to_json(api.read(str(sample)))) == api.read(sample)
    assert api.open(str(published.path)).live().id == published.live().id
    assert [name for name in api.__all__ if not hasattr(api, name)] == []
