"""What makes a system run ``jixiao nightly`` every night: units of systemd, lines of a crontab, a task of Windows.

Each is printed with comments that say where it belongs; :func:`printed` is all that the command line needs.
"""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from datetime import time
from pathlib import Path
from typing import TYPE_CHECKING, Literal
from xml.sax.saxutils import escape

from jixiao.errors import BadInputError
from jixiao.messages import language, text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

System = Literal["systemd", "cron", "windows"]

NAME = "jixiao-nightly"
NICE = 10
"""Others go first."""
HOURS = 12
"""So long a run may take; the first one of a large inbox takes longest."""
LOCALE = "C.UTF-8"
"""Names of files are in UTF-8 whatever the system's language is."""
PATH = "/usr/local/bin:/usr/bin:/bin"
"""Where commands of hooks are looked for, of which cron knows little."""

_PLAIN = re.compile(r"[\w@+=:,./-]+", re.ASCII)


def clock_time(written: str) -> time:
    """A time of day as people write it: ``02:00``, ``2:30``.

    Raises:
        BadInputError: it is none.
    """
    found = re.fullmatch(r"(\d{1,2})[:：](\d{2})", written.strip())
    try:
        return time(int(found[1]), int(found[2])) if found else time.fromisoformat("")
    except ValueError as error:
        raise BadInputError(text("timers.no_time", written=written)) from error


def command(options: Mapping[str, object]) -> list[str]:
    """The nightly command with absolute paths, as any system can start it.

    Args:
        options: by name without dashes (``inbox``, ``max_drop``); what is ``None`` or false is left out.
    """
    spoken = ["--lang", "en"] if language() == "en" else []
    given = (_option(name, value) for name, value in options.items() if value is not None and value is not False)
    return [
        sys.executable,
        "-X",
        "utf8",
        "-m",
        "jixiao",
        *spoken,
        "nightly",
        *(part for each in given for part in each),
    ]


def _option(name: str, value: object) -> list[str]:
    flag = f"--{name.replace('_', '-')}"
    if value is True:
        return [flag]
    return [flag, os.path.abspath(value) if isinstance(value, Path) else str(value)]  # noqa: PTH100 - links stay


def printed(system: System, command: Sequence[str], at: time, today: date) -> str:
    """Everything to be set up in a system, with comments."""
    if system == "systemd":
        return "\n".join(_unit(name, content) for name, content in units(command, at).items())
    return crontab(command, at) if system == "cron" else task(command, at, today)


def encoded(system: System, content: str) -> bytes:
    """What is printed as a file that the system reads: ``schtasks`` takes XML in UTF-16 with its mark only."""
    return content.encode("utf-16" if system == "windows" else "utf-8")


def _unit(name: str, content: str) -> str:
    return (
        "".join(f"# {line}\n" for line in text(f"timers.{name.rpartition('.')[2]}", name=name).splitlines()) + content
    )


def units(command: Sequence[str], at: time) -> dict[str, str]:
    """The units of systemd, by the names of their files."""
    program, *given = command
    start = " ".join([_in_unit(program, "%"), *(_in_unit(each, "%$") for each in given)])
    service = f"""[Unit]
Description={text("timers.description")}

[Service]
Type=oneshot
Environment=LANG={LOCALE}
ExecStart={start}
Nice={NICE}
TimeoutStartSec={HOURS}h
"""
    timer = f"""[Unit]
Description={text("timers.description")}

[Timer]
OnCalendar=*-*-* {at:%H:%M}:00
Persistent=true

[Install]
WantedBy=timers.target
"""
    return {f"{NAME}.service": service, f"{NAME}.timer": timer}


def _in_unit(word: str, doubled: str) -> str:
    """A word as ExecStart reads it: in quotes, with what would be expanded written twice."""
    if _PLAIN.fullmatch(word):
        return word
    escaped = word.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + "".join(each * 2 if each in doubled else each for each in escaped) + '"'


def crontab(command: Sequence[str], at: time) -> str:
    """Lines for a crontab; its ``%`` is the end of a line, unless a backslash stands before it."""
    comment = "".join(f"# {line}\n" for line in text("timers.cron", at=f"{at:%H:%M}").splitlines())
    line = shlex.join(["nice", "-n", str(NICE), *command]).replace("%", "\\%")
    return f"{comment}PATH={PATH}\nLANG={LOCALE}\n{at.minute} {at.hour} * * * {line}\n"


def task(command: Sequence[str], at: time, today: date) -> str:
    """A task of Windows, from today on, as XML for ``schtasks``."""
    program, *given = command
    return f"""<?xml version="1.0" encoding="UTF-16"?>
<!--
{text("timers.windows", name=NAME)}
-->
<Task version="1.2" xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task">
  <RegistrationInfo>
    <Description>{escape(text("timers.description"))}</Description>
  </RegistrationInfo>
  <Triggers>
    <CalendarTrigger>
      <StartBoundary>{today.isoformat()}T{at:%H:%M}:00</StartBoundary>
      <ScheduleByDay>
        <DaysInterval>1</DaysInterval>
      </ScheduleByDay>
    </CalendarTrigger>
  </Triggers>
  <Principals>
    <Principal id="Author">
      <LogonType>InteractiveToken</LogonType>
      <RunLevel>LeastPrivilege</RunLevel>
    </Principal>
  </Principals>
  <Settings>
    <MultipleInstancesPolicy>IgnoreNew</MultipleInstancesPolicy>
    <DisallowStartIfOnBatteries>false</DisallowStartIfOnBatteries>
    <StopIfGoingOnBatteries>false</StopIfGoingOnBatteries>
    <StartWhenAvailable>true</StartWhenAvailable>
    <ExecutionTimeLimit>PT{HOURS}H</ExecutionTimeLimit>
    <Priority>7</Priority>
  </Settings>
  <Actions Context="Author">
    <Exec>
      <Command>{escape(program)}</Command>
      <Arguments>{escape(subprocess.list2cmdline(given))}</Arguments>
    </Exec>
  </Actions>
</Task>
"""
