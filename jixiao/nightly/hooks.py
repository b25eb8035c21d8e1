"""Telling somebody that a report is there: a command is run, or a message is posted.

A notice is what :mod:`json` can write. Of its keys hooks use two: ``folder``, the folder of the report, and ``files``,
the path of each of its forms (``{"html": "…/report.html", "md": …}``); a command finds them in its environment too, as
``JIXIAO_REPORT`` and ``JIXIAO_REPORT_HTML``, ``JIXIAO_REPORT_MD`` and so on.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import tempfile
from dataclasses import dataclass
from hashlib import sha256
from importlib.metadata import version
from typing import IO, TYPE_CHECKING, Any

import httpx

from jixiao.messages import text
from jixiao.nightly.deadline import ONE_EACH, Deadline
from jixiao.nightly.manners import Clock, asked_to_wait

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from jixiao.nightly.settings import Hook

FIRST_PAUSE = 1.0
"""Seconds before a message is sent again; twice as many before the next time."""
LONGEST_PAUSE = 60.0
SAID = 300
"""So many characters of what a command said are told where it failed."""
TAIL = 4 * SAID
"""In so many bytes at its end those stand; no more of it is read."""
PASSING = {408, 425, 429}
"""Refusals after which the same message may be taken later; so may those of a server that failed."""
VARIABLE = "JIXIAO_REPORT"
_KEY_LENGTH = 16


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one hook."""

    hook: str
    """Its id."""
    called: str
    """What people know it by."""
    cause: str | None = None
    """Why it failed; ``None`` where it did not."""

    @property
    def sent(self) -> bool:
        """Whether somebody was told."""
        return self.cause is None

    def sentence(self) -> str:
        """What to tell the user."""
        if self.cause is None:
            return text("hooks.sent", hook=self.called)
        return text("hooks.failed", hook=self.called, cause=self.cause)


def told_key(hook: Hook, out: Path, language: str) -> str:
    """By what it is noted that a hook was told of a report: folders of reports in other places have the same names."""
    return sha256("\0".join([hook.id, str(out.resolve()), language]).encode()).hexdigest()[:_KEY_LENGTH]


class _NotSentError(Exception):
    """A hook failed; its text says why."""


def send(hooks: Sequence[Hook], notice: Mapping[str, Any], clock: Clock | None = None) -> list[Outcome]:
    """Run every hook with a notice, one after the other; one that fails keeps no other from being run.

    A command is run once, as nobody knows what it did before it failed. A message is posted again where the address
    could not be reached, or its server failed or was busy.
    """
    return [_outcome(hook, notice, clock or Clock()) for hook in hooks]


def _outcome(hook: Hook, notice: Mapping[str, Any], clock: Clock) -> Outcome:
    try:
        if hook.command:
            _run(hook.command, notice, hook.seconds)
        else:
            _post(hook, notice, clock)
    except _NotSentError as error:
        return Outcome(hook.id, hook.called, str(error))
    return Outcome(hook.id, hook.called)


def _written(notice: Mapping[str, Any]) -> bytes:
    return json.dumps(notice, ensure_ascii=False, default=str).encode()


def _run(command: Sequence[str], notice: Mapping[str, Any], seconds: float) -> None:
    """Run a program; what it writes goes to a file, as a program that it left behind may never close a pipe."""
    with tempfile.TemporaryFile() as said, tempfile.TemporaryFile() as given:
        given.write(_written(notice))
        given.seek(0)
        try:
            process = subprocess.Popen(  # noqa: S603 - the user's own command, without a shell
                [*command],
                stdin=given,
                stdout=said,
                stderr=subprocess.STDOUT,
                env={**os.environ, **_variables(notice)},
                start_new_session=True,  # so that what it starts can be ended with it
            )
        except FileNotFoundError as error:
            raise _NotSentError(text("hooks.missing")) from error
        except (OSError, ValueError) as error:  # not to be run, or a null character
            raise _NotSentError(text("hooks.not_allowed", cause=error)) from error
        try:
            code = process.wait(seconds)
        except subprocess.TimeoutExpired as error:
            raise _NotSentError(text("hooks.too_long", seconds=seconds)) from error
        finally:
            _end(process)
        if code:
            kind = "code" if code > 0 else "signal"
            raise _NotSentError(text(f"hooks.{kind}", code=abs(code), said=_tail(said)))


def _end(process: subprocess.Popen[bytes]) -> None:
    """End a program that still runs, with what it started."""
    if process.poll() is not None:
        return
    if hasattr(os, "killpg"):
        os.killpg(process.pid, signal.SIGKILL)
    else:
        process.kill()
    process.wait()


def _variables(notice: Mapping[str, Any]) -> dict[str, str]:
    """Where the report is."""
    files = {f"{VARIABLE}_{form.upper()}": str(path) for form, path in notice.get("files", {}).items()}
    return {**files, VARIABLE: str(notice["folder"])} if "folder" in notice else files


def _tail(said: IO[bytes]) -> str:
    """The end of what a program said."""
    said.seek(max(0, said.seek(0, os.SEEK_END) - TAIL))
    words = " ".join(said.read(TAIL).decode(errors="replace").split())[-SAID:]
    return f"：{words}" if words else ""


def _post(hook: Hook, notice: Mapping[str, Any], clock: Clock) -> None:
    """Post a message until it is taken, or tried often enough."""
    headers = {"Content-Type": "application/json", "User-Agent": f"jixiao/{version('jixiao')}"}
    with httpx.Client(headers=headers, timeout=hook.seconds, limits=ONE_EACH) as client:
        for again in range(hook.retries + 1):
            cause, wait = _posted(client, hook, _written(notice), clock)
            if cause is None:
                return
            if wait is None or again == hook.retries:
                raise _NotSentError(text("hooks.tried", cause=cause, count=again + 1) if again else cause)
            clock.sleep(min(max(wait, FIRST_PAUSE * 2**again), LONGEST_PAUSE))


def _posted(client: httpx.Client, hook: Hook, message: bytes, clock: Clock) -> tuple[str | None, float | None]:
    """Why a message was not taken, and how long to wait before it is sent again; ``None`` for neither."""
    try:
        with (
            Deadline(hook.seconds, httpx.ReadTimeout(text("hooks.slow", seconds=hook.seconds))) as deadline,
            client.stream("POST", str(hook.url), content=message, extensions=deadline.extensions) as answer,
        ):
            pass  # what it says beyond its status is not read
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        return text("hooks.unreachable", cause=str(error) or type(error).__name__), 0.0
    if answer.is_success:
        return None, None
    if answer.is_redirect:
        return text("hooks.moved", status=answer.status_code), None
    passing = answer.status_code in PASSING or answer.is_server_error
    return text("hooks.status", status=answer.status_code), asked_to_wait(answer, clock) if passing else None
