"""Ends this process at a time that nothing in it can miss, its engines with it.

A host that cannot renew its lease must be silent before another one speaks. It may be in no state
to see to that: its loop may hang, or somebody may have stopped it. The kernel always can. The
engines' launchers ask the kernel to be ended when this process is.
"""

from __future__ import annotations

import ctypes
import signal
import sys
import time
from typing import Final

_NANO: Final = 1_000_000_000


class _Event(ctypes.Structure):
    """`struct sigevent`, which is 64 bytes on every Linux; SIGEV_SIGNAL is 0."""

    _fields_ = (
        ("value", ctypes.c_void_p),
        ("signal", ctypes.c_int),
        ("notify", ctypes.c_int),
        ("rest", ctypes.c_char * (64 - 8 - ctypes.sizeof(ctypes.c_void_p))),
    )


class _Time(ctypes.Structure):
    _fields_ = (("seconds", ctypes.c_long), ("nanoseconds", ctypes.c_long))


class _Setting(ctypes.Structure):
    _fields_ = (("every", _Time), ("first", _Time))


class Fuse:
    """Lit, it burns for some seconds and then kills this process; a suspended machine burns it too.

    On Linux with SIGKILL, which also ends a process that was stopped with SIGSTOP. Elsewhere with
    SIGALRM, which a stopped process gets first of all when it goes on.
    """

    def __init__(self) -> None:
        self._timer: ctypes.c_void_p | None = None

    def light(self, seconds: float) -> None:
        """Burn for so many seconds from now, whatever was left; at least for a moment."""
        self._set(max(seconds, 0.001))

    def put_out(self) -> None:
        """Not any more."""
        self._set(0.0)

    def _set(self, seconds: float) -> None:
        """0 puts it out, for both."""
        if sys.platform != "linux":
            signal.setitimer(signal.ITIMER_REAL, seconds)
            return
        whole, rest = divmod(int(seconds * _NANO), _NANO)
        setting = _Setting(_Time(0, 0), _Time(whole, rest))
        _call("timer_settime", self._made(), 0, ctypes.byref(setting), None)

    def _made(self) -> ctypes.c_void_p:
        if self._timer is None:
            timer, event = ctypes.c_void_p(), _Event(None, signal.SIGKILL, 0, b"")
            _call("timer_create", time.CLOCK_BOOTTIME, ctypes.byref(event), ctypes.byref(timer))
            self._timer = timer
        return self._timer


def _call(name: str, *arguments: object) -> None:
    library = ctypes.CDLL(None, use_errno=True)
    if getattr(library, name)(*arguments) != 0:
        raise OSError(ctypes.get_errno(), name)
