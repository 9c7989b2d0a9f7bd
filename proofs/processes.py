"""The programs that are put to the proof, as processes: the one place here that starts them."""

from __future__ import annotations

import os
import signal
import subprocess  # noqa: TID251 - whole programs are what is tried
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from bench.proc import tree
from bench.processes import environment, running

from carrel.cli.control import Control
from proofs.wires import Wires

KEY = "sk-test-the-real-key-0123456789"
PATIENCE_S = 30.0
GONE_WITHIN_S = 5.0
"""Seconds after a gateway's end until no process of it may be there any more."""

STARTER = [sys.executable, "-m", "proofs.starter"]
ROOT = Path(__file__).parents[1]


def wait_until(
    holds: Callable[[], object], within: float = PATIENCE_S, every: float = 0.02
) -> bool:
    """Look until something holds; whether it did in time."""
    end = time.monotonic() + within
    while not holds():
        if time.monotonic() > end:
            return False
        time.sleep(every)
    return True


@dataclass(frozen=True, slots=True)
class Identity:
    """A process that is no other one, even if its pid is given again. began: kernel ticks."""

    pid: int
    began: str
    command: str = ""

    @property
    def lives(self) -> bool:
        """Whether it is there and has not ended."""
        return bool(self.began) and _stat(self.pid)[1:] == (self.began,)


@dataclass(slots=True)
class GatewayProcess:
    """One home, and the gateway on it: started, killed, stopped and started again.

    ready: seconds from each spawn until it said that it is up, if it did not stand by before. led:
    when it was up, on the monotonic clock. lease: seconds, where it shares its store; who loses it
    ends by itself. wires: all its lines, where they can be cut. below: what ran below it at the
    last look. troubles: what it must not do.
    """

    home: Path
    api_url: str
    extra: dict[str, str] = field(default_factory=dict)
    patches: Sequence[Path] = ()
    ready: list[float] = field(default_factory=list)
    troubles: list[str] = field(default_factory=list)
    orphans: set[Identity] = field(default_factory=set)
    up: threading.Event = field(default_factory=threading.Event)
    led: list[float] = field(default_factory=list)
    lease: float | None = None
    wires: Wires | None = None
    process: subprocess.Popen[str] | None = None
    _doomed: list[tuple[float, tuple[Identity, ...]]] = field(default_factory=list)
    _wanted: bool = False
    _complained: int = 0
    below: tuple[Identity, ...] = ()

    @property
    def alive(self) -> bool:
        """Whether the process is there."""
        return self.process is not None and self.process.poll() is None

    @property
    def frozen(self) -> bool:
        """Whether it is stopped, and goes on some time."""
        return self.alive and _stat(self.pid)[:1] == ("T",)

    @property
    def pid(self) -> int:
        """Its process id."""
        if self.process is None:
            raise RuntimeError("the gateway was never started")
        return self.process.pid

    @property
    def stands_by(self) -> bool:
        """Whether it has said, since it was started, that another one leads."""
        if not self._complaints.exists():
            return False
        said = self._complaints.read_bytes()[self._complained :]
        return b"this host stands by" in said

    @property
    def _complaints(self) -> Path:
        return self.home / "stderr.txt"

    def start(self) -> None:
        """Spawn it; `up` is set once it says that it is there. One that runs is left alone."""
        if self.alive and self._wanted:
            return
        if self._wanted:  # it ended by itself
            self._doomed.append((time.monotonic(), self.below))
        self.end_of(self.process)
        self.home.mkdir(parents=True, exist_ok=True)
        with self._complaints.open("a") as complaints:
            self._complained = complaints.tell()
            process = subprocess.Popen(  # noqa: S603 - our own program
                [*self._entering, *STARTER, *(f"--with={path}" for path in self.patches), "up"],
                env=self._environment(),
                cwd=ROOT,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=complaints,
                text=True,
            )
        self.process, self._wanted = process, True
        self.up.clear()
        began = None if self.wires and self.wires.cut else time.monotonic()
        threading.Thread(target=self._read, args=(process, began), daemon=True).start()

    @property
    def _entering(self) -> Sequence[str]:
        return self.wires.entering if self.wires else ()

    def _environment(self) -> dict[str, str]:
        model = {"ANTHROPIC_API_KEY": KEY, "ANTHROPIC_BASE_URL": self.api_url}
        return environment(
            self.home,
            CARREL_CONSOLE__PORT="0",
            PYTHONUNBUFFERED="1",
            PYTHONFAULTHANDLER="1",
            **model,
            **self.extra,
        )

    def _read(self, process: subprocess.Popen[str], began: float | None) -> None:
        """`began`: none for a start that is not measured, because nothing could be reached."""
        for line in process.stdout or ():
            if "Ctrl+C" not in line or process is not self.process:
                continue
            now = time.monotonic()
            self.led.append(now)
            self.ready += [] if self.stands_by or began is None else [now - began]
            self.up.set()
        status = process.wait() if process is self.process and self._wanted else None
        if status is not None and status not in self._may_end_in:
            said = self._complaints.read_text(errors="replace")[-600:]
            self.troubles.append(f"the gateway ended by itself, status {status}: {said}")

    @property
    def _may_end_in(self) -> tuple[int, ...]:
        """Statuses of a host without its lease: it noticed, or its fuse was faster."""
        return () if self.lease is None else (os.EX_TEMPFAIL, -signal.SIGKILL)

    def wait_up(self, within: float = PATIENCE_S) -> bool:
        """Whether it is up in time."""
        return self.up.wait(within)

    def kill(self) -> None:
        """Kill -9, wherever it is. A start that is killed here is none that failed by itself."""
        if self.alive:
            self._end(signal.SIGKILL)
            (self.home / "starts").unlink(missing_ok=True)

    def stop(self) -> None:
        """SIGTERM; nobody waits here for the end."""
        if self.alive:
            self._end(signal.SIGTERM)

    def _end(self, number: signal.Signals) -> None:
        self._wanted = False
        self.up.clear()
        self.look()
        os.kill(self.pid, number)
        if number == signal.SIGKILL and self.process is not None:
            self.process.wait(PATIENCE_S)
            self._doomed.append((time.monotonic(), self.below))
        else:
            self._doomed.append((time.monotonic() + PATIENCE_S, self.below))

    def look(self) -> tuple[Identity, ...]:
        """Remember what is below it now: nothing of that may outlive it."""
        if self.alive:
            below = [one.pid for one in tree(self.pid) if one.pid != self.pid]
            self.below = tuple(_identity(pid) for pid in below)
        return self.below

    def end_of(self, process: subprocess.Popen[str] | None) -> None:
        """Wait for the end of a process that was told to end; 0 is the only good status of it."""
        if process is None:
            return
        try:
            status = process.wait(PATIENCE_S)
        except subprocess.TimeoutExpired:
            self.troubles.append(f"SIGTERM was not obeyed within {PATIENCE_S:.0f} s")
            os.kill(process.pid, signal.SIGABRT)  # its threads' stacks go to its complaints
            status = process.wait()
        if status not in (0, -signal.SIGKILL, *self._may_end_in):
            self.troubles.append(f"SIGTERM ended in status {status}")
        self._doomed = [(min(at, time.monotonic()), below) for at, below in self._doomed]

    def freeze(self, seconds: float) -> None:
        """Stop it for a while, as a machine does that is suspended or swaps."""
        if self.alive:
            self.look()
            os.kill(self.pid, signal.SIGSTOP)
            timer = threading.Timer(seconds, self._go_on, (_identity(self.pid), seconds))
            timer.daemon = True
            timer.start()

    def _go_on(self, frozen: Identity, seconds: float) -> None:
        if self.lease is not None and seconds > self.lease and frozen.lives:
            self.troubles.append(f"frozen for {seconds:g} s, a host outlived its lease")
        with suppress(ProcessLookupError):
            os.kill(frozen.pid, signal.SIGCONT)

    def cut_off(self, seconds: float, agents: Sequence[Identity]) -> None:
        """Let nothing reach it for a while, nor it anything.

        If it leads, it must be gone when its lease is over, and its `agents` too, wherever.
        """
        if self.wires is None or self.wires.cut or not self.alive:
            return
        doomed = (_identity(self.pid), *agents) if self.up.is_set() else ()
        self.wires.sever()
        later = ((self.lease or 0, lambda: self._outlived(seconds, doomed)), (seconds, self._mend))
        for after, then in later:
            timer = threading.Timer(after, then)
            timer.daemon = True
            timer.start()

    def _outlived(self, seconds: float, doomed: Sequence[Identity]) -> None:
        left = [one.command[:200] for one in doomed if one.lives]
        self.troubles += [
            f"cut off for {seconds:g} s, it outlived its lease: {one}" for one in left
        ]

    def _mend(self) -> None:
        if self.wires is not None:
            self.wires.mend()

    def count_orphans(self) -> int:
        """Processes that outlived a gateway by more than five seconds; waits for those to pass."""
        for at, below in self._doomed:
            wait_until(
                lambda one=below: not any(each.lives for each in one),  # type: ignore[misc] # bound
                max(at + GONE_WITHIN_S - time.monotonic(), 0),
            )
            left = {each for each in below if each.lives}
            self.troubles += [f"outlived its gateway: {each.command[:200]}" for each in left]
            self.orphans |= left
        self._doomed.clear()
        return len(self.orphans)

    def leftovers(self) -> list[str]:
        """Command lines in which the home stands, after the end of everything."""
        wait_until(lambda: not naming([self.home]), GONE_WITHIN_S)
        return naming([self.home])

    def last_words(self, lines: int = 40) -> list[str]:
        """The end of its log, and of what it complained of."""
        files = (self.home / "logs" / "carrel.log", self._complaints)
        texts = [path.read_text(errors="replace") for path in files if path.exists()]
        return [line[:300] for text in texts for line in text.splitlines()[-lines:]]

    def control(self) -> Control:
        """The command line's way in."""
        return Control(self.home)


@contextmanager
def fake_model(log: Path | None = None) -> Iterator[str]:
    """The Messages API that Carrel ships, as a process of its own; gives its URL."""
    command = [sys.executable, "-m", "carrel.testing.messages_api", "--port", "0"]
    kept = ["--log", str(log)] if log else []
    with running([*command, *kept], environment(Path.home())) as lines:
        yield lines.until("listening on").split()[-1]


def _stat(pid: int) -> tuple[str, ...]:
    """The state of a process, and when it began; a zombie has ended."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text(errors="replace").rpartition(")")[2].split()
    except OSError:
        return ()
    return () if fields[0] in "ZX" else (fields[0], fields[19])


def _identity(pid: int) -> Identity:
    return Identity(pid, (_stat(pid) or ("", ""))[1], _command(pid))


def _command(pid: int) -> str:
    with suppress(OSError):
        words = Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ")
        return words.decode(errors="replace")
    return ""


def naming(folders: Sequence[Path]) -> list[str]:
    """Command lines of processes in which one of these folders stands."""
    pids = [int(one.name) for one in Path("/proc").iterdir() if one.name.isdigit()]
    others = {pid: _command(pid) for pid in pids if pid != os.getpid()}
    named = {pid: line for pid, line in others.items() if any(str(f) in line for f in folders)}
    return [line for pid, line in named.items() if _stat(pid)]
