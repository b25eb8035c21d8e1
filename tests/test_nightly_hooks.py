"""Telling somebody that a report is there: commands without a shell, messages that are posted until they are taken."""

from __future__ import annotations

import email
import email.policy
import json
import os
import re
import sys
import threading
import time
import tracemalloc
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from socketserver import StreamRequestHandler, ThreadingTCPServer

import pytest

from jixiao.nightly import hooks, settings
from jixiao.nightly.hooks import send
from jixiao.nightly.manners import Clock
from jixiao.nightly.settings import Hook

NOTICE = {
    "snapshot": "0123456789abcdef",
    "date": "2031-02-15",
    "folder": Path("/reports/2031-02-15"),
    "files": {"html": "/reports/2031-02-15/report.html", "md": Path("/reports/2031-02-15/report.md")},
    "summary": "新增 3 处发现",
}
SAID = json.loads(json.dumps(NOTICE, default=str))


class Handler(BaseHTTPRequestHandler):
    def log_message(self, *_):
        pass

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.taken.append((self.path, self.headers["Content-Type"], json.loads(body)))
        status, headers = self.server.answers.pop(0) if self.server.answers else (200, {})
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()


@pytest.fixture
def server(monkeypatch):
    for name in ("http_proxy", "all_proxy", "HTTP_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.taken, server.answers = [], []
    server.url = f"http://127.0.0.1:{server.server_port}/in"
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def slept():
    return []


@pytest.fixture
def sent(slept):
    def sending(*hooks):
        return send(hooks, NOTICE, Clock(sleep=slept.append))

    return sending


def program(code):
    """A command that runs some Python."""
    return Hook(command=(sys.executable, "-c", code), seconds=10)


# Messages


def test_a_server_that_drips_its_answer_has_an_end(sent):
    class Dripping(StreamRequestHandler):
        def handle(self):
            self.wfile.write(b"HTTP/1.1 200 OK\r\n")
            with suppress(OSError):
                while True:
                    self.wfile.write(b"X-A: b\r\n")
                    time.sleep(0.02)

    with ThreadingTCPServer(("127.0.0.1", 0), Dripping) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        begun = time.monotonic()
        (outcome,) = sent(Hook(url=f"http://127.0.0.1:{server.server_address[1]}", seconds=0.3, retries=1))
        server.shutdown()
    assert time.monotonic() - begun < 5
    assert outcome.cause == "连不上（0.3 秒内没有答完），送过 2 次"


def test_only_the_end_of_what_a_command_says_is_read(sent):
    (outcome,) = sent(program("import os\nos.write(1, b'x' * 50_000_000 + ' 末尾'.encode())\nraise SystemExit(1)"))
    assert outcome.cause.endswith("末尾")
    tracemalloc.start()
    sent(program("import os\nos.write(1, b'x' * 50_000_000)\nraise SystemExit(1)"))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 2_000_000


def test_what_was_told_is_noted_by_hook_and_place_and_language(tmp_path, monkeypatch):
    hook, other = Hook(command=("a",)), Hook(command=("b",))
    monkeypatch.chdir(tmp_path)
    keys = [(hook, Path("one"), "zh"), (other, Path("one"), "zh"), (hook, Path("two"), "zh"), (hook, Path("one"), "en")]
    assert len({hooks.told_key(*each) for each in keys}) == len(keys)
    assert hooks.told_key(hook, tmp_path / "one", "zh") == hooks.told_key(hook, Path("one"), "zh")


def test_a_message_is_posted_as_json(server, sent, slept):
    (outcome,) = sent(Hook(url=server.url))
    assert outcome.sent
    assert server.taken == [("/in", "application/json", SAID)]
    assert slept == []


def test_a_message_that_fails_twice_is_sent_a_third_time_after_growing_pauses(server, sent, slept):
    server.answers += [(500, {}), (503, {})]
    (outcome,) = sent(Hook(url=server.url))
    assert outcome.sent
    assert len(server.taken) == 3
    assert slept == [1.0, 2.0]


def test_a_server_that_says_when_is_asked_then(server, sent, slept):
    server.answers += [(429, {"Retry-After": "7"}), (503, {"Retry-After": "86400"})]
    assert sent(Hook(url=server.url))[0].sent
    assert slept == [7.0, hooks.LONGEST_PAUSE]


def test_a_message_that_is_never_taken_is_given_up_and_told(server, sent, slept):
    server.answers += [(500, {})] * 9
    (outcome,) = sent(Hook(url=server.url, retries=2))
    assert not outcome.sent
    assert "500" in outcome.cause
    assert len(server.taken) == 3
    assert len(slept) == 2


@pytest.mark.parametrize(("status", "headers"), [(400, {}), (404, {}), (302, {"Location": "/elsewhere"})])
def test_a_refusal_that_will_not_pass_is_not_repeated(server, sent, status, headers):
    server.answers += [(status, headers)]
    (outcome,) = sent(Hook(url=server.url))
    assert str(status) in outcome.cause
    assert [path for path, *_ in server.taken] == ["/in"]


def test_an_address_where_nobody_is_is_tried_and_told(sent, slept):
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as gone:
        url = f"http://127.0.0.1:{gone.server_port}/secret"
    (outcome,) = sent(Hook(url=url, retries=1))
    assert not outcome.sent
    assert len(slept) == 1
    assert "secret" not in outcome.sentence()


# Commands


def test_a_command_has_the_notice_on_its_input_and_the_paths_in_its_environment(sent, tmp_path):
    names = ["JIXIAO_REPORT", "JIXIAO_REPORT_HTML", "JIXIAO_REPORT_MD"]
    code = (
        f"import json, os, sys; told = [json.load(sys.stdin), [os.environ[name] for name in {names}]];"
        f"open({str(tmp_path / 'told')!r}, 'w').write(json.dumps(told))"
    )
    (outcome,) = sent(program(code))
    assert outcome.sent
    assert json.loads((tmp_path / "told").read_text()) == [
        SAID,
        [str(NOTICE["folder"]), NOTICE["files"]["html"], str(NOTICE["files"]["md"])],
    ]


def test_no_shell_reads_a_command(sent, tmp_path):
    odd = f"$HOME `id` ; touch {tmp_path / 'touched'} | * 'a b'"
    code = f"import sys; sys.exit(sys.argv[1] != {odd!r})"
    assert sent(Hook(command=(sys.executable, "-c", code, odd)))[0].sent
    assert not (tmp_path / "touched").exists()


@pytest.mark.parametrize(
    ("hook", "cause"),
    [
        (program("import sys; sys.exit('no route to the mail server')"), "no route to the mail server"),
        (program("import sys; sys.exit(7)"), "7"),
        (program("import os, signal; os.kill(os.getpid(), signal.SIGTERM)"), "15"),
        (Hook(command=("/no/such/program",)), "没有这个程序"),
        (Hook(command=("/",)), "不能运行"),
        (Hook(command=("a\0b",)), "不能运行"),
    ],
)
def test_a_command_that_fails_says_why(sent, hook, cause):
    (outcome,) = sent(hook)
    assert cause in outcome.cause


@pytest.mark.skipif(not hasattr(os, "killpg"), reason="programs are ended with what they started on POSIX only")
def test_a_command_that_takes_too_long_is_ended_with_what_it_started(sent, tmp_path):
    inner = f"import time; time.sleep(1); open({str(tmp_path / 'late')!r}, 'w')"
    code = f"import subprocess, sys, time; subprocess.Popen([sys.executable, '-c', {inner!r}]); time.sleep(30)"
    began = time.monotonic()
    (outcome,) = sent(Hook(command=(sys.executable, "-c", code), seconds=0.5))
    assert "0.5 秒" in outcome.cause
    assert time.monotonic() - began < 5
    time.sleep(1.2)
    assert not (tmp_path / "late").exists()


def test_one_that_fails_keeps_no_other_from_being_told(server, sent):
    every = (Hook(command=("/no/such/program",)), Hook(url=server.url), program("pass"))
    outcomes = sent(*every)
    assert [each.sent for each in outcomes] == [False, True, True]
    assert [each.hook for each in outcomes] == [each.id for each in every]
    assert "下次" in outcomes[0].sentence()


class Mail(StreamRequestHandler):
    """As much of a mail server as is needed to take one letter."""

    def handle(self):
        self.wfile.write(b"220 here\r\n")
        for line in self.rfile:
            command = line[:4].upper()
            if command == b"DATA":
                self.wfile.write(b"354 go on\r\n")
                self.server.letters.append(b"".join(iter(self.rfile.readline, b".\r\n")))
            self.wfile.write(b"221 bye\r\n" if command == b"QUIT" else b"250 fine\r\n")


def test_the_mail_of_the_handbook_carries_the_report(root, tmp_path, monkeypatch):
    (code,) = re.findall(r"```python\n(.*?)```", (root / "docs" / "fetching.md").read_text(encoding="utf-8"), re.DOTALL)
    (tmp_path / "mail.py").write_text(code, encoding="utf-8")
    (tmp_path / "report.md").write_text("# 报告\n新增 3 处发现", encoding="utf-8")
    (tmp_path / "report.xlsx").write_bytes(b"PK")
    files = {form: tmp_path / f"report.{form}" for form in ("md", "xlsx")}
    with ThreadingTCPServer(("127.0.0.1", 0), Mail) as server:
        server.letters = []
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        monkeypatch.setenv("SMTP_PORT", str(server.server_address[1]))
        hook = Hook(command=(sys.executable, str(tmp_path / "mail.py")), seconds=20)
        (outcome,) = send([hook], NOTICE | {"folder": tmp_path, "files": files})
        server.shutdown()
    assert outcome.sent, outcome.cause
    letter = email.message_from_bytes(server.letters[0], policy=email.policy.default)
    assert "2031-02-15" in letter["Subject"]
    assert "新增 3 处发现" in letter.get_body().get_content()
    assert [each.get_filename() for each in letter.iter_attachments()] == ["report.xlsx"]


def test_the_settings_of_the_handbook_can_be_read(root, tmp_path):
    (content,) = re.findall(
        r"```toml\n(.*?)```", (root / "docs" / "fetching.md").read_text(encoding="utf-8"), re.DOTALL
    )
    (tmp_path / "settings.toml").write_text(content, encoding="utf-8")
    assert len(settings.read(tmp_path / "settings.toml").hook) == 2
