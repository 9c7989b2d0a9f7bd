"""A process that ends at its time, whatever it is doing."""

from __future__ import annotations

import signal
import subprocess
import sys

import pytest

PROGRAM = """
import os, signal, sys, time
from carrel.runtime.fuse import Fuse
if sys.argv[2] == "elsewhere":
    sys.platform = "other"
fuse = Fuse()
fuse.light(0.05 if sys.argv[1] != "renewed" else 30.0)
match sys.argv[1]:
    case "hangs":
        while True: pass
    case "stopped":
        os.kill(os.getpid(), signal.SIGSTOP)
    case "renewed":
        fuse.light(0.05)
    case "late":
        fuse.light(-1.0)
    case "out":
        fuse.put_out()
        time.sleep(0.2)
        sys.exit(3)
time.sleep(30)
"""


def status(*words: str) -> int:
    return subprocess.run(
        [sys.executable, "-c", PROGRAM, *words], timeout=20, check=False
    ).returncode


@pytest.mark.parametrize("how", ["sleeps", "hangs", "stopped", "renewed", "late"])
def test_it_ends_the_process_whatever_that_does(how) -> None:
    """spec: 21.3"""
    assert status(how, "here") == -signal.SIGKILL


@pytest.mark.parametrize("how", ["sleeps", "hangs", "renewed", "late"])
def test_without_timers_of_the_kernel_an_alarm_does(how) -> None:
    assert status(how, "elsewhere") == -signal.SIGALRM


@pytest.mark.parametrize("where", ["here", "elsewhere"])
def test_put_out_it_does_nothing(where) -> None:
    assert status("out", where) == 3
