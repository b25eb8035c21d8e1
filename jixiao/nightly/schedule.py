"""The nightly run for those without a timer: while the site is served, a process of its own is started every night."""

from __future__ import annotations

import os
import subprocess
from contextlib import contextmanager, suppress
from threading import Event, Lock
from typing import TYPE_CHECKING

from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.cron import CronTrigger

from jixiao.messages import text
from jixiao.nightly.timers import NICE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import time

    from apscheduler.triggers.base import BaseTrigger

LATE = 6 * 3600
"""So many seconds late a run still begins, where the computer slept at its time."""
GOODBYE = 20.0
"""So many seconds a run has to end tidily when the site stops; one that is killed is gone on with by the next."""
_LOWER = getattr(subprocess, "BELOW_NORMAL_PRIORITY_CLASS", 0)


def every_night(at: time) -> BaseTrigger:
    """When it is that time of day here."""
    return CronTrigger(hour=at.hour, minute=at.minute)


@contextmanager
def scheduled(command: Sequence[str], trigger: BaseTrigger, say: Callable[[str], None]) -> Iterator[None]:
    """Start a command whenever the trigger says, one at a time, until the block ends; what still runs then is ended.

    Args:
        command: what is started, without a shell; what it says goes where the program's own messages go.
        trigger: when.
        say: is told how it ended, where that is not well.
    """
    runner, scheduler = _Runner(command, say), BackgroundScheduler()
    scheduler.add_job(runner.run, trigger, max_instances=1, coalesce=True, misfire_grace_time=LATE)
    scheduler.start()
    try:
        yield
    finally:
        scheduler.shutdown(wait=False)
        runner.stop()


class _Runner:
    """Runs the command in a process: the site stays quick, and neither takes the other with it."""

    def __init__(self, command: Sequence[str], say: Callable[[str], None]) -> None:
        self._command = command
        self._say = say
        self._lock = Lock()
        self._stopped = Event()
        self._process: subprocess.Popen[bytes] | None = None

    def run(self) -> None:
        """Run it once."""
        with self._lock:
            if self._stopped.is_set():
                return
            try:
                self._process = process = subprocess.Popen(  # noqa: S603 - our own command
                    [*self._command], stdin=subprocess.DEVNULL, creationflags=_LOWER
                )
            except OSError as error:
                self._say(text("schedule.not_started", cause=error))
                return
        _step_back(process)
        code = process.wait()
        if code and not self._stopped.is_set():
            self._say(text("schedule.failed", code=code))

    def stop(self) -> None:
        """End what runs, and start nothing more."""
        self._stopped.set()
        with self._lock:
            process = self._process
        if process is None or process.poll() is not None:
            return
        self._say(text("schedule.stopping"))
        process.terminate()
        try:
            process.wait(GOODBYE)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _step_back(process: subprocess.Popen[bytes]) -> None:
    """Let readers of the site go first."""
    if hasattr(os, "setpriority"):
        with suppress(OSError):  # it has ended already
            os.setpriority(os.PRIO_PROCESS, process.pid, NICE)
