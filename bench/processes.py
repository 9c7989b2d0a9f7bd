"""The programs that are measured, as processes: the one place here that starts and ends them."""

from __future__ import annotations

import os
import shutil
import subprocess  # noqa: TID251 - whole programs are what is measured
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from carrel.cli.control import Control
from carrel.settings import places

CARREL = str(Path(sys.executable).with_name("carrel"))
KEY = "the-bench-needs-no-key"
PATIENCE_S = 30.0
SAID = 2000


def environment(home: Path, **more: str) -> dict[str, str]:
    """A bare environment: nothing of whoever runs the bench reaches what is measured."""
    path = places.environment()["PATH"]
    return {"PATH": path, "HOME": str(home.parent), "CARREL_HOME": str(home), **more}


@contextmanager
def scratch() -> Iterator[Path]:
    """A folder on the disk that is gone afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="carrel-bench-"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def end(process: subprocess.Popen[str]) -> None:
    """End one process by its pid: asked first, then forced."""
    process.terminate()
    try:
        process.wait(PATIENCE_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    if process.stdout is not None:
        process.stdout.close()


@contextmanager
def running(command: list[str], env: Mapping[str, str], cwd: Path | None = None) -> Iterator[Lines]:
    """A program of ours whose lines are read, ended afterwards."""
    with tempfile.TemporaryFile("w+") as complaints:
        process = subprocess.Popen(  # noqa: S603 - our own programs
            command,
            env=env,
            cwd=cwd,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=complaints,
            text=True,
        )
        try:
            yield Lines(process, complaints)
        finally:
            end(process)


@dataclass(slots=True)
class Lines:
    """A running program and what it prints."""

    process: subprocess.Popen[str]
    complaints: TextIO

    def __iter__(self) -> Iterator[str]:
        for line in self.process.stdout or ():  # noqa: UP028 - `yield from` closes the pipe early
            yield line

    def until(self, word: str) -> str:
        """The first line with `word` in it."""
        for line in self:
            if word in line:
                return line
        status = self.process.wait()
        self.complaints.seek(0)
        said = self.complaints.read()[-SAID:]
        raise RuntimeError(f"it ended with status {status} before it said {word!r}:\n{said}")


@contextmanager
def fake_model() -> Iterator[str]:
    """The Messages API that Carrel ships, on loopback in a process of its own; gives its URL."""
    command = [sys.executable, "-m", "carrel.testing.messages_api", "--port", "0"]
    with running(command, environment(Path.home())) as lines:
        yield lines.until("listening on").split()[-1]


@dataclass(frozen=True, slots=True)
class Gateway:
    """A gateway that runs: `ready` seconds after it was spawned its console's link was there."""

    home: Path
    pid: int
    ready: float

    def control(self) -> Control:
        """The command line's way in."""
        return Control(self.home)


@contextmanager
def gateway(home: Path, api_url: str, **more: str) -> Iterator[Gateway]:
    """`carrel up` on `home` with a key that only the fake model takes."""
    home.mkdir(parents=True, exist_ok=True)
    model = {"ANTHROPIC_API_KEY": KEY, "ANTHROPIC_BASE_URL": api_url}
    env = environment(home, CARREL_CONSOLE__PORT="0", **model, **more)
    began = time.monotonic()
    with running([CARREL, "up"], env) as lines:
        lines.until("http://")
        yield Gateway(home, lines.process.pid, time.monotonic() - began)


def run(command: list[str], env: Mapping[str, str]) -> float:
    """Run a program to its end; milliseconds from spawn to exit. It must succeed."""
    began = time.perf_counter()
    subprocess.run(  # noqa: S603 - our own programs
        command, env=env, check=True, stdin=subprocess.DEVNULL, capture_output=True
    )
    return 1000 * (time.perf_counter() - began)


def bare() -> float:
    """Milliseconds that this Python takes to start and end: the floor of every command here."""
    return run([sys.executable, "-I", "-c", "pass"], environment(Path.home()))


def load() -> float:
    """The load average of the last minute."""
    with suppress(OSError):
        return os.getloadavg()[0]
    return 0.0
