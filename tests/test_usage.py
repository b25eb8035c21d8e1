"""What the command line says of what was typed wrongly: in the user's language, and what should stand there."""

from __future__ import annotations

import re

import pytest

from jixiao.__main__ import BAD_INPUT, run
from jixiao.messages import LANGUAGE_VARIABLE

NIGHTLY = ("nightly", "--inbox", "inbox", "--out", "out", "--kg", "kg")
WRONG = [
    (*NIGHTLY, "--keep", "0"),
    (*NIGHTLY, "--keep", "x"),
    (*NIGHTLY, "--max-drop", "101"),
    (*NIGHTLY, "--max-drop", "x"),
    (*NIGHTLY, "--max-drop", "nan"),
    (*NIGHTLY, "--site", "x"),
    (*NIGHTLY, "--site", "ftp://x"),
    (*NIGHTLY, "--print-timer", "launchd"),
    (*NIGHTLY, "--print-timer", "cron", "--at", "x"),
    (*NIGHTLY, "--date", "x"),
    (*NIGHTLY, "--settings", "nowhere"),
    (*NIGHTLY, "--settings", "wrong.json"),
    (*NIGHTLY, "--templates", "nowhere"),
    (*NIGHTLY, "-o", "x"),
    (*NIGHTLY, "--accept-drop=x"),
    (*NIGHTLY, "--keep"),
    (*NIGHTLY, "x"),
    ("nightly",),
    ("snapshots", "nope"),
    ("snapshots", "show"),
    ("snapshots", "show", "x", "--format", "yaml"),
    ("snapshots", "prune", "--keep", "0"),
    ("snapshots", "diff", "a", "b", "c"),
    ("report", "--year", "x"),
    ("report", "--templates", "nowhere"),
    ("report", "--again", "nowhere.json"),
    ("report", "--again", "wrong.json"),
    ("report", "--again", "."),
    ("report", "-o"),
    ("years", "--from", "x"),
    ("years", "x", "y"),
    ("years", "--format", "yaml"),
]
MEANT = {"jixiao", "help", "systemd", "cron", "windows", "text", "table", "csv", "json", "jsonl", "xlsx", "html"}
MEANT |= {"http", "https", "JSON", "TOML", "list", "show", "diff", "verify", "rollback", "prune", "ID"}
MEANT |= {"print", "timer", "report", "inbox"}
"""Names that stand for themselves: programs, commands, forms, arguments."""


def said(capsys, arguments):
    assert run(list(arguments)) == BAD_INPUT
    return capsys.readouterr().err


@pytest.mark.parametrize("arguments", WRONG, ids=" ".join)
def test_what_is_typed_wrongly_is_told_without_english_words(capsys, tmp_path, monkeypatch, arguments):
    monkeypatch.setenv(LANGUAGE_VARIABLE, "zh")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "wrong.json").write_text("[]")
    message = said(capsys, arguments)
    typed = set(re.findall("[A-Za-z]+", " ".join(arguments)))
    assert not set(re.findall("[A-Za-z]+", message)) - typed - MEANT - set(re.findall("[A-Za-z]+", str(tmp_path)))
    assert [each.name for each in tmp_path.iterdir()] == ["wrong.json"]


@pytest.mark.parametrize(
    ("arguments", "meant"),
    [
        (("--keep", "0"), "--keep：写的是 0，应为从 1 起的整数"),
        (("--max-drop", "101"), "--max-drop：写的是"),
        (("--max-drop", "101"), "0 到 100 的数"),
        (("--site", "x"), "--site：写的是 'x'，应为网站的地址"),
        (("--keep", "x"), "应为整数"),
        (("--print-timer", "launchd"), "'systemd', 'cron', 'windows'"),
    ],
)
def test_what_should_have_been_typed_is_told(capsys, tmp_path, monkeypatch, arguments, meant):
    monkeypatch.chdir(tmp_path)
    assert meant in said(capsys, (*NIGHTLY, *arguments))


def test_help_pages_name_no_types_of_the_library(capsys):
    run(["years", "--help"])
    assert "<" not in capsys.readouterr().out.split("--from")[0]
