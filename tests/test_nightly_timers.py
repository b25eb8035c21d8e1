"""What makes a system run the nightly command: it can be parsed, and starts just the command that was meant."""

from __future__ import annotations

import configparser
import re
import shlex
import shutil
import subprocess
import sys
from datetime import date, time
from pathlib import Path, PureWindowsPath

import pytest
from defusedxml import ElementTree

from jixiao.__main__ import run
from jixiao.errors import BadInputError
from jixiao.messages import LANGUAGE_VARIABLE
from jixiao.nightly import timers

AT, TODAY = time(2, 5), date(2031, 2, 14)
ODD = [
    *(sys.executable, "-m", "jixiao", "nightly", "--inbox", "/数据/收件 夹/100% 公开", "--kg", "/data/$HOME/it's"),
    *("--out", '/data/"quoted"', "--settings", "/data/back\\slash;x", "--site", "http://127.0.0.1:8000/?a=1&b=<2>", ""),
]
"""A command with everything that some system reads otherwise."""
TASK = "{http://schemas.microsoft.com/windows/2004/02/mit/task}"


def unit(content):
    parser = configparser.ConfigParser(interpolation=None, strict=True)
    parser.optionxform = str
    parser.read_string(content)
    return parser


def as_systemd_reads(line):
    """The words of ExecStart: quoted as in C, then specifiers, then (but for the program) variables."""
    words = [re.sub(r"\\(.)", r"\1", quoted) if quoted or not plain else plain
             for quoted, plain in re.findall(r'"((?:\\.|[^"\\])*)"|([^\s"]+)', line)]  # fmt: skip
    words = [word.replace("%%", "%") for word in words]
    return [words[0], *(word.replace("$$", "$") for word in words[1:])]


def as_windows_reads(line):
    """The words of a command line by the rules of Microsoft's C runtime."""
    words, word, quoted, backslashes = [], None, False, 0
    for each in [*line, " "]:
        if each == "\\":
            word, backslashes = word or "", backslashes + 1
            continue
        if each == '"':
            word = (word or "") + "\\" * (backslashes // 2)
            if backslashes % 2:
                word += '"'
            else:
                quoted = not quoted
        else:
            word = word if not backslashes else (word or "") + "\\" * backslashes
            if each == " " and not quoted:
                if word is not None:
                    words.append(word)
                word = None
            else:
                word = (word or "") + each
        backslashes = 0
    return words


# Systemd


def test_the_units_of_systemd_start_the_command_every_night():
    service, timer = (unit(content) for content in timers.units(ODD, AT).values())
    assert as_systemd_reads(service["Service"]["ExecStart"]) == ODD
    assert service["Service"]["Type"] == "oneshot"
    assert int(service["Service"]["Nice"]) > 0
    assert re.fullmatch(r"\d+h", service["Service"]["TimeoutStartSec"])
    assert timer["Timer"]["OnCalendar"] == "*-*-* 02:05:00"
    assert timer["Timer"]["Persistent"] == "true"
    assert timer["Install"]["WantedBy"] == "timers.target"


def test_the_units_belong_together_by_their_names():
    assert list(timers.units(ODD, AT)) == [f"{timers.NAME}.service", f"{timers.NAME}.timer"]


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd is not there")
def test_systemd_finds_nothing_wrong_with_its_units(tmp_path):
    for name, content in timers.units(ODD, AT).items():
        (tmp_path / name).write_text(content, encoding="utf-8")
    verify = ["systemd-analyze", "verify", "--man=no", *map(str, sorted(tmp_path.iterdir()))]
    told = subprocess.run(verify, capture_output=True, text=True, timeout=30, check=False)
    ours = [line for line in (told.stdout + told.stderr).splitlines() if timers.NAME in line]
    assert ours == []
    (tmp_path / f"{timers.NAME}.timer").write_text("[Timer]\nOnCalendar=nonsense\n", encoding="utf-8")
    told = subprocess.run(verify, capture_output=True, text=True, timeout=30, check=False)
    assert "nonsense" in told.stderr, "it does look at the units"


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd is not there")
def test_systemd_knows_when_to_run():
    (when,) = re.findall(r"OnCalendar=(.*)", timers.units(ODD, AT)[f"{timers.NAME}.timer"])
    told = subprocess.run(["systemd-analyze", "calendar", when], capture_output=True, text=True, timeout=30, check=True)
    assert "02:05:00" in told.stdout


# Cron


def test_a_crontab_starts_the_command_every_night():
    *settings, line = [each for each in timers.crontab(ODD, AT).splitlines() if not each.startswith("#")]
    assert dict(each.split("=", 1) for each in settings) == {"PATH": timers.PATH, "LANG": "C.UTF-8"}
    minute, hour, day, month, weekday, command = line.split(" ", 5)
    assert (minute, hour, day, month, weekday) == ("5", "2", "*", "*", "*")
    assert not re.search(r"(?<!\\)%", command), "cron ends the command there"
    assert shlex.split(command.replace("\\%", "%")) == ["nice", "-n", str(timers.NICE), *ODD]


@pytest.mark.skipif(sys.platform == "win32", reason="cron has a shell")
def test_the_shell_of_cron_starts_just_this_command(tmp_path):
    seen = tmp_path / "它看到的.txt"
    code = f"import sys; open({str(seen)!r}, 'w', encoding='utf-8').write(repr(sys.argv[1:]))"
    line = timers.crontab([sys.executable, "-c", code, *ODD], AT).splitlines()[-1].split(" ", 5)[-1]
    subprocess.run(["/bin/sh", "-c", line.replace("\\%", "%")], timeout=30, check=True)
    assert seen.read_text(encoding="utf-8") == repr(ODD)


# Windows


def test_a_task_of_windows_starts_the_command_every_night():
    command = [r"C:\Program Files\Python 3\python.exe", *ODD[1:], r"D:\收件 夹" + "\\", r"D:\a\b"]
    content = timers.task(command, AT, TODAY)
    found = ElementTree.fromstring(content.encode("utf-16"), forbid_dtd=True)

    def said(path):
        return found.findtext("/".join(f"{TASK}{name}" for name in path.split("/")))

    assert (found.tag, found.get("version")) == (f"{TASK}Task", "1.2")
    assert said("Triggers/CalendarTrigger/StartBoundary") == "2031-02-14T02:05:00"
    assert said("Triggers/CalendarTrigger/ScheduleByDay/DaysInterval") == "1"
    assert said("Settings/MultipleInstancesPolicy") == "IgnoreNew"
    assert said("Settings/StartWhenAvailable") == "true"
    assert re.fullmatch(r"PT\d+H", said("Settings/ExecutionTimeLimit"))
    assert found.find(f"{TASK}Actions").get("Context") == found.find(f"{TASK}Principals/{TASK}Principal").get("id")
    assert said("Actions/Exec/Command") == command[0]
    assert as_windows_reads(said("Actions/Exec/Arguments")) == command[1:]
    assert PureWindowsPath(said("Actions/Exec/Command")).is_absolute()


# What is printed


@pytest.mark.parametrize("system", ["systemd", "cron", "windows"])
@pytest.mark.parametrize(("language", "word"), [("zh", "运行"), ("en", "run")])
def test_what_is_printed_says_in_both_languages_what_to_do_with_it(monkeypatch, system, language, word):
    monkeypatch.setenv(LANGUAGE_VARIABLE, language)
    content = timers.printed(system, timers.command({"inbox": Path("in")}), AT, TODAY)
    comments = re.findall(r"^#.*|<!--.*?-->", content, re.MULTILINE | re.DOTALL)
    assert word in "".join(comments)
    assert bool(re.search(r"[\u4e00-\u9fff]", "".join(comments))) == (language == "zh")


def test_everything_printed_for_systemd_can_be_parsed_with_its_comments():
    content = timers.printed("systemd", ODD, AT, TODAY)
    first, second = re.split(r"(?=^# .*\.timer)", content, maxsplit=1, flags=re.MULTILINE)
    assert "Service" in unit(first)
    assert "Timer" in unit(second)


def test_the_command_is_that_of_the_call_with_absolute_paths(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv(LANGUAGE_VARIABLE, "zh")
    options = {"inbox": Path("in"), "max_drop": 5, "site": None, "accept_drop": False, "keep": 3, "other_flag": True}
    found = timers.command(options)
    assert Path(found[0]).is_absolute()
    assert found[1:6] == ["-X", "utf8", "-m", "jixiao", "nightly"]
    assert found[6:] == ["--inbox", str(tmp_path / "in"), "--max-drop", "5", "--keep", "3", "--other-flag"]
    monkeypatch.setenv(LANGUAGE_VARIABLE, "en")
    assert timers.command({})[5:] == ["--lang", "en", "nightly"]


@pytest.mark.parametrize(("written", "meant"), [("02:00", time(2)), ("2:30", time(2, 30)), (" 23：59 ", time(23, 59))])
def test_a_time_of_day_is_read(written, meant):
    assert timers.clock_time(written) == meant


@pytest.mark.parametrize("written", ["", "2", "24:00", "02:60", "2am", "02:00:00"])
def test_what_is_no_time_of_day_is_refused_with_an_example(written):
    with pytest.raises(BadInputError, match="02:00"):
        timers.clock_time(written)


@pytest.mark.parametrize(("system", "encoding"), [("windows", "utf-16"), ("cron", "utf-8"), ("systemd", "utf-8")])
def test_a_file_for_a_system_is_in_the_encoding_that_it_reads(tmp_path, capsys, system, encoding):
    arguments = ["nightly", "--inbox", "收件", "--out", "out", "--print-timer", system]
    assert run(arguments) == 0
    printed = capsys.readouterr().out
    path = tmp_path / "deep" / "timer.xml"
    assert run([*arguments, "-o", str(path)]) == 0
    assert path.read_bytes().decode(encoding) == printed
    assert (path.read_bytes()[:2] in {b"\xff\xfe", b"\xfe\xff"}) == (system == "windows")


def test_a_task_of_windows_as_a_file_is_xml(tmp_path):
    path = tmp_path / "task.xml"
    path.write_bytes(timers.encoded("windows", timers.task(ODD, AT, TODAY)))
    assert ElementTree.parse(path).getroot().tag == f"{TASK}Task"
