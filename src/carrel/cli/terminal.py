"""A program on a terminal of its own, shown on the person's.

Between the two stands this process: the program is within walls and must not be able to type on
the person's terminal, which any process can that has it for its own.
"""

from __future__ import annotations

import fcntl
import os
import pty
import select
import signal
import termios
import time
import tty
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from types import FrameType

CHUNK = 65_536
INTERRUPT = b"\x03"
BETWEEN_INTERRUPTS = 0.4
"""Seconds. The first one stops what runs, two more ask the program to end."""

INTERRUPTS = 6
LOOK_EVERY = 0.1
MODES = (1049, 2004, 1004, 1000, 1002, 1003)
AS_BEFORE = "".join([*(f"\x1b[?{mode}l" for mode in MODES), "\x1b[?25h\x1b[<u\x1b[0m"]).encode()
"""What a program that was ended may have left switched on."""

ENDINGS = (signal.SIGTERM, signal.SIGHUP)


class Terminal:
    """`run` returns when the program has ended; `ended`: it was told to, by SIGTERM."""

    def __init__(self, words: Sequence[str], variables: Mapping[str, str], folder: str) -> None:
        self._words, self._variables, self._folder = words, variables, folder
        self.ended = False

    def run(self, inside: int, outside: int) -> int:
        """Run it on the person's terminal, two descriptors; the exit status of the program."""
        child, mine = pty.fork()
        if child == 0:
            self._become()
        with ExitStack() as stack:
            stack.callback(os.close, mine)
            stack.enter_context(_raw(inside))
            stack.enter_context(self._signals(mine, inside))
            stack.callback(os.write, outside, AS_BEFORE)
            self._pass_on(mine, inside, outside)
            if self.ended:
                _interrupt(mine, outside)
        return _reaped(child)

    def _become(self) -> None:
        """Only the program, or the end: this is a copy of the process that shows it."""
        try:
            os.chdir(self._folder)
            variables = {**self._variables, "CARREL_GATEWAY": str(os.getppid())}
            os.execve(self._words[0], list(self._words), variables)  # noqa: S606 - no shell is wanted
        finally:
            os._exit(127)

    @contextmanager
    def _signals(self, mine: int, inside: int) -> Iterator[None]:
        def end(_number: int, _frame: FrameType | None) -> None:
            self.ended = True

        def sized(_number: int, _frame: FrameType | None) -> None:
            with suppress(OSError):
                size = fcntl.ioctl(inside, termios.TIOCGWINSZ, bytes(8))
                fcntl.ioctl(mine, termios.TIOCSWINSZ, size)

        before = [(number, signal.signal(number, end)) for number in ENDINGS]
        before.append((signal.SIGWINCH, signal.signal(signal.SIGWINCH, sized)))
        sized(0, None)
        try:
            yield
        finally:
            for number, was in before:
                signal.signal(number, was)

    def _pass_on(self, mine: int, inside: int, outside: int) -> None:
        """What is typed goes in and what is shown comes out, until the program ends."""
        ears = [mine, inside]
        while not self.ended:
            ready, _, _ = select.select(ears, [], [], LOOK_EVERY)
            if mine in ready and not _shown(mine, outside):
                return
            if inside in ready:
                typed = os.read(inside, CHUNK)
                if not typed:
                    ears.remove(inside)
                _write(mine, typed)


def _interrupt(mine: int, outside: int) -> None:
    """Ask the program to end as a person does: its conversation is written down then."""
    for _ in range(INTERRUPTS):
        with suppress(OSError):
            os.write(mine, INTERRUPT)
        end = time.monotonic() + BETWEEN_INTERRUPTS
        while (left := end - time.monotonic()) > 0:
            if select.select([mine], [], [], left)[0] and not _shown(mine, outside):
                return


def _shown(mine: int, outside: int) -> bool:
    """Show what the program wrote; False when it has ended, and nobody can write there any more."""
    try:
        said = os.read(mine, CHUNK)
    except OSError:
        return False
    with suppress(OSError):
        _write(outside, said)
    return bool(said)


def _write(into: int, said: bytes) -> None:
    while said:
        said = said[os.write(into, said) :]


def _reaped(child: int) -> int:
    """The exit status; what does not end with its terminal is killed."""
    end = time.monotonic() + 1.0
    while time.monotonic() < end:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            return max(os.waitstatus_to_exitcode(status), 0)
        time.sleep(LOOK_EVERY / 10)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return 0


@contextmanager
def _raw(inside: int) -> Iterator[None]:
    before = termios.tcgetattr(inside)
    tty.setraw(inside)
    try:
        yield
    finally:
        with suppress(termios.error):
            termios.tcsetattr(inside, termios.TCSADRAIN, before)
