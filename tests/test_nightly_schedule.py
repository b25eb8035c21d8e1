"""Nightly runs beside the site: started by the clock, in a process of their own, shown by the site, ended with it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from datetime import datetime, timedelta

import pytest
from apscheduler.triggers.date import DateTrigger
from apscheduler.triggers.interval import IntervalTrigger
from starlette.testclient import TestClient

import ingest
from graph.folder import KnowledgeGraph
from jixiao import intake, samples
from jixiao.cli import showing
from jixiao.errors import BadInputError
from jixiao.nightly import schedule
from jixiao.nightly.schedule import every_night, scheduled
from jixiao.site.app import create_app
from jixiao.site.nightly import PLACE

BROWSER = {"accept": "text/html"}


def soon(seconds=1.0):
    return DateTrigger(datetime.now().astimezone() + timedelta(seconds=seconds))


def program(code, *given):
    return [sys.executable, "-c", code, *map(str, given)]


def wait_for(condition, seconds=20):
    end = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.02)
    return found


def is_alive(process):
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


def test_the_site_shows_what_a_run_published_a_second_later(tmp_path):
    first, second = samples.write(tmp_path / "samples", seed=5, count=2)
    graph = KnowledgeGraph(tmp_path / "kg")
    graph.add(first, ingest.read(first))
    intake.publish(graph)
    graph.add(second, ingest.read(second))
    code = (
        "import sys; from jixiao import intake; from graph.folder import KnowledgeGraph as G; from pathlib import Path;"
    )
    code += "intake.publish(G(Path(sys.argv[1])))"
    said = []
    runs = scheduled(program(code, graph.path), soon(), said.append)
    with TestClient(create_app(graph.path, beside=runs), headers=BROWSER) as site:

        def shown():
            return len(site.get("/documents?format=json").json()["rows"])

        assert shown() == 1
        assert wait_for(lambda: shown() == 2)
    assert said == []


def test_runs_are_started_one_at_a_time(tmp_path):
    log = tmp_path / "log"
    code = "import sys, time; f = open(sys.argv[1], 'a'); print('in', file=f, flush=True);"
    code += "time.sleep(0.3); print('out', file=f)"
    with scheduled(program(code, log), IntervalTrigger(seconds=0.1), lambda _: None):
        wait_for(lambda: log.exists() and log.read_text().count("in") >= 3)
    lines = log.read_text().split()
    assert lines[:4] == ["in", "out", "in", "out"]


def test_a_run_that_fails_or_is_killed_is_told_and_takes_nothing_with_it(tmp_path):
    said = []
    code = "import os, signal; os.kill(os.getpid(), signal.SIGKILL)"
    with scheduled(program(code), soon(0), said.append):
        wait_for(lambda: said)
    with scheduled([str(tmp_path / "nothing")], soon(0), said.append):
        wait_for(lambda: len(said) == 2)
    with scheduled(program("import sys; sys.exit(2)"), soon(0), said.append):
        wait_for(lambda: len(said) == 3)
    assert "没有开始" in said[1]
    assert "2" in said[2]


@pytest.mark.skipif(sys.platform == "win32", reason="there programs cannot be asked to end")
@pytest.mark.parametrize("deaf", [False, True])
def test_a_run_ends_with_the_site(tmp_path, monkeypatch, deaf):
    monkeypatch.setattr(schedule, "GOODBYE", 0.5)
    log = tmp_path / "log"
    code = "import os, signal, sys, time\n"
    code += "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n" if deaf else ""
    code += "open(sys.argv[1] + '.new', 'w').write(str(os.getpid())); os.rename(sys.argv[1] + '.new', sys.argv[1])\n"
    code += "time.sleep(60)"
    said = []
    with scheduled(program(code, log), soon(0), said.append):
        process = int(wait_for(lambda: log.exists() and log.read_text()))
        assert is_alive(process)
        assert os.getpriority(os.PRIO_PROCESS, process) > os.getpriority(os.PRIO_PROCESS, 0)
    assert not is_alive(process)
    assert len(said) == 1, "it was stopped, it did not fail"


@pytest.mark.skipif(sys.platform == "win32", reason="there programs cannot be asked to end")
def test_a_site_that_is_stopped_by_a_signal_ends_its_run(tmp_path):
    log = tmp_path / "log"
    inner = "import os, sys, time; open(sys.argv[1], 'w').write(str(os.getpid()) + '.'); time.sleep(60)"
    code = f"""
import sys
from datetime import datetime
from pathlib import Path
from apscheduler.triggers.date import DateTrigger
from jixiao.cli.showing import run_site
from jixiao.nightly.schedule import scheduled
runs = scheduled([sys.executable, "-c", {inner!r}, {str(log)!r}], DateTrigger(datetime.now().astimezone()), print)
run_site(Path({str(tmp_path / "kg")!r}), "127.0.0.1", 0, beside=runs)
"""
    site = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        process = int(wait_for(lambda: log.exists() and log.read_text().endswith(".") and log.read_text()[:-1]))
        site.send_signal(signal.SIGTERM)
        site.wait(20)
    finally:
        site.kill()
    assert not is_alive(process)


def test_every_night_is_at_that_time_here():
    trigger = every_night(datetime(2031, 2, 14, 2, 5).time())  # noqa: DTZ001 - a time of day
    night = trigger.get_next_fire_time(None, datetime.now().astimezone())
    assert (night.hour, night.minute, night.second) == (2, 5, 0)
    after = trigger.get_next_fire_time(night, night + timedelta(seconds=1))
    assert (after.date() - night.date()).days == 1


@pytest.mark.parametrize(
    ("nightly", "options", "said"),
    [
        (None, {"inbox": "in"}, "--nightly"),
        ("02:00", {"inbox": "in"}, "--out"),
        ("02:00", {"out": "out"}, "--inbox"),
        ("at two", {"inbox": "in", "out": "out"}, "at two"),
        ("02:00", {"inbox": "in", "out": "out", "settings": "wrong.toml"}, "kep"),
    ],
)
def test_what_a_run_lacks_is_told_when_the_site_is_opened(tmp_path, nightly, options, said):
    (tmp_path / "wrong.toml").write_text("kep = 3", encoding="utf-8")
    given = {name: tmp_path / options[name] if name in options else None for name in ("inbox", "out", "settings")}
    with pytest.raises(BadInputError, match=said):
        showing._runs(nightly, given, "http://127.0.0.1:8000")


@pytest.mark.parametrize(("settings", "site"), [(None, "http://127.0.0.1:81"), ("own.toml", "https://example.org")])
def test_numbers_of_reports_lead_to_the_site_that_has_them_written(tmp_path, monkeypatch, settings, site):
    (tmp_path / "own.toml").write_text("site = 'https://example.org'", encoding="utf-8")
    started: list[list[str]] = []
    monkeypatch.setattr(schedule, "scheduled", lambda command, *_: started.append(command))
    given = {"inbox": tmp_path, "out": tmp_path, "settings": tmp_path / settings if settings else None}
    showing._runs("02:00", given, "http://127.0.0.1:81")
    assert started[0][started[0].index("--site") + 1].rstrip("/") == site


# The reports on the site


@contextmanager
def site_of(graph, out):
    with TestClient(create_app(graph.path, kept=out), headers=BROWSER) as site:
        yield site


@pytest.fixture
def out(tmp_path):
    folder = tmp_path / "reports"
    (folder / "2031-02-14" / "档案").mkdir(parents=True)
    (folder / ".building" / "2031-02-15").mkdir(parents=True)
    (folder / ".building" / "2031-02-15" / "report.html").write_text("half", encoding="utf-8")
    (folder / "index.html").write_text("<style>p{}</style><p>所有报告", encoding="utf-8")
    for name in ("report.html", "report.md", "report.xlsx", "档案/report.html"):
        (folder / "2031-02-14" / name).write_text(f"<p>{name}", encoding="utf-8")
    (tmp_path / "secret.txt").write_text("secret", encoding="utf-8")
    return folder


def test_reports_are_read_on_the_site_and_no_script_runs_in_them(published, out):
    with site_of(published, out) as site:
        assert f'href="{PLACE}/"' in site.get("/reports").text
        assert site.get(PLACE, follow_redirects=False).headers["location"] == f"{PLACE}/"
        for path, text in [
            ("/", "所有报告"),
            ("/2031-02-14/report.html", "report.html"),
            ("/2031-02-14/档案/report.html", "档案"),
        ]:
            answer = site.get(PLACE + path)
            assert text in answer.text
            policy = answer.headers["content-security-policy"]
            assert "style-src 'self' 'unsafe-inline'" in policy
            assert "default-src 'none'" in policy
            assert "script-src" not in policy
            assert answer.headers["x-content-type-options"] == "nosniff"
        assert "unsafe-inline" not in site.get("/reports").headers["content-security-policy"]


def test_a_report_that_is_written_anew_is_shown_anew(published, out):
    with site_of(published, out) as site:
        site.get(f"{PLACE}/")
        (out / "index.html").write_text("<p>还有一份", encoding="utf-8")
        assert "还有一份" in site.get(f"{PLACE}/").text


@pytest.mark.parametrize(
    "path",
    ["/.building/2031-02-15/report.html", "/../secret.txt", "/%2e%2e/secret.txt", "/..%2fsecret.txt", "/2031-02-14/"],
)
def test_nothing_else_can_be_had_there(published, out, path):
    with site_of(published, out) as site:
        answer = site.get(PLACE + path)
        assert answer.status_code == 404
        assert "secret" not in answer.text.replace("secret.txt", "")


def test_nothing_can_be_written_there(published, out):
    with site_of(published, out) as site:
        assert {site.request(each, f"{PLACE}/index.html").status_code for each in ("PUT", "POST", "DELETE")} == {405}


def test_a_site_without_reports_has_no_place_for_them(published, tmp_path):
    with site_of(published, None) as site:
        assert PLACE not in site.get("/reports").text
        assert site.get(f"{PLACE}/").status_code == 404
    with site_of(published, tmp_path / "later") as site:
        assert site.get(f"{PLACE}/").status_code == 404
        (tmp_path / "later").mkdir()
        (tmp_path / "later" / "index.html").write_text("<p>第一份", encoding="utf-8")
        assert "第一份" in site.get(f"{PLACE}/").text
