"""What a process gives up before it reads strangers' queries, so that a mistake of ours opens nothing.

Two things the system enforces: no more memory than allowed, and no new connection to anywhere. The second is a filter
of system calls (https://docs.kernel.org/userspace-api/seccomp_filter.html), which Linux has; elsewhere the refusal of
``SERVICE`` and ``LOAD`` by :mod:`queries.guard` stands alone.
"""

from __future__ import annotations

import ctypes
import platform
import sys

MEGABYTE = 1 << 20
SOCKET_CALL = {"x86_64": (0xC000003E, 41), "aarch64": (0xC00000B7, 198)}
"""For each machine its mark in a filter, and the number of the call that makes a socket."""

_LOAD, _JUMP_IF_EQUAL, _RETURN = 0x20, 0x15, 0x06
_CALL, _MACHINE = 0, 4  # where these stand in what a filter is shown
_ALLOW, _REFUSE = 0x7FFF0000, 0x00050001  # the last with EPERM
_NO_NEW_PRIVILEGES, _SECCOMP, _FILTER = 38, 22, 2


class _Step(ctypes.Structure):
    _fields_ = (("code", ctypes.c_ushort), ("yes", ctypes.c_ubyte), ("no", ctypes.c_ubyte), ("value", ctypes.c_uint32))


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("steps", ctypes.POINTER(_Step)))


def limit_memory(megabytes: int) -> None:
    """No more memory than that, and no image of it on disk; Windows has no such limits."""
    if sys.platform != "win32":
        import resource  # noqa: PLC0415 - there is none on Windows

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        _, most = resource.getrlimit(resource.RLIMIT_AS)
        size = megabytes * MEGABYTE
        size = size if most == resource.RLIM_INFINITY else min(size, most)
        resource.setrlimit(resource.RLIMIT_AS, (size, size))


def memory_used() -> float:
    """The most memory that this process has taken, in MB; nothing where the platform does not say."""
    if sys.platform == "win32":
        return 0.0
    import resource  # noqa: PLC0415 - there is none on Windows

    unit = MEGABYTE if sys.platform == "darwin" else 1 << 10
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit


def close_network() -> bool:
    """This thread and those it starts make no socket any more; whether the system can promise that."""
    known = SOCKET_CALL.get(platform.machine())
    if not sys.platform.startswith("linux") or known is None:
        return False
    machine, call = known
    steps = (_Step * 6)(
        _Step(_LOAD, 0, 0, _MACHINE),
        _Step(_JUMP_IF_EQUAL, 0, 3, machine),
        _Step(_LOAD, 0, 0, _CALL),
        _Step(_JUMP_IF_EQUAL, 0, 1, call),
        _Step(_RETURN, 0, 0, _REFUSE),
        _Step(_RETURN, 0, 0, _ALLOW),
    )
    control = ctypes.CDLL(None).prctl
    if control(_NO_NEW_PRIVILEGES, 1, 0, 0, 0) != 0:
        return False
    program = _Program(len(steps), steps)
    return bool(control(_SECCOMP, _FILTER, ctypes.byref(program), 0, 0) == 0)
