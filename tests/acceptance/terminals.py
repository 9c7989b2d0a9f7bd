"""A person's terminal: `carrel attach` on a pseudo terminal, typed into and read."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import signal
import struct
import sys
import termios
import threading
from dataclasses import dataclass, field

from tests.acceptance.gateway_process import GatewayProcess, wait_for

MOVES = re.compile(
    rb"\x1b\[[0-9;?<>=]*[A-Za-z]|\x1b\][^\x07\x1b]*[\x07\x1b]|\x1b[()][A-Z0-9]|\x1b[=>78]"
)
PROMPT = "\N{HEAVY RIGHT-POINTING ANGLE QUOTATION MARK ORNAMENT}"


@dataclass
class AttachedTerminal:
    """`carrel attach SESSION`, as a person starts it."""

    gateway: GatewayProcess
    session: str
    pid: int = 0
    mine: int = -1
    shown: bytes = b""
    over: threading.Event = field(default_factory=threading.Event)

    def start(self) -> None:
        env = {
            "PATH": os.environ["PATH"],
            "HOME": str(self.gateway.home.parent),
            "CARREL_HOME": str(self.gateway.home),
            "TERM": "xterm-256color",
            "LANG": "C.UTF-8",
        }
        words = [sys.executable, "-m", "carrel", "attach", self.session]
        self.pid, self.mine = pty.fork()
        if self.pid == 0:
            os.execve(sys.executable, words, env)  # noqa: S606 - no shell is wanted
        fcntl.ioctl(self.mine, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 120, 0, 0))
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        while True:
            select.select([self.mine], [], [])
            try:
                said = os.read(self.mine, 65_536)
            except OSError:
                said = b""
            if not said:
                self.over.set()
                return
            self.shown += said

    @property
    def text(self) -> str:
        """What was written there so far, without the moves of the cursor."""
        return MOVES.sub(b" ", self.shown).decode(errors="replace")

    def sees(self, *words: str) -> None:
        """Wait until all of it was written."""
        wait_for(lambda: all(word in self.text for word in words) or self._dead(words))

    def _dead(self, words: tuple[str, ...]) -> bool:
        assert not self.over.is_set(), f"it ended before {words}: {self.text[-1500:]}"
        return False

    def ready(self) -> None:
        """Wait until the agent's own program takes what is typed."""
        self.sees("Claude Code", PROMPT)

    def types(self, line: str) -> None:
        """Type a line, and Enter once it is to be seen."""
        os.write(self.mine, line.encode())
        self.sees(line[:40])
        os.write(self.mine, b"\r")

    def asks(self, line: str, answer: str) -> None:
        """Say something to the agent and wait for its answer."""
        before = len(self.shown)
        self.types(line)
        wait_for(lambda: answer in self._since(before).partition("●")[2] or self._dead((answer,)))

    def _since(self, before: int) -> str:
        return MOVES.sub(b" ", self.shown[before:]).decode(errors="replace")

    def last_words(self) -> str:
        """All that was written, once nothing comes any more."""
        wait_for(self.over.is_set)
        return self.text

    def leaves(self) -> None:
        """Leave as the program says that one does."""
        self.types("/exit")
        self.ended()

    def kill(self) -> None:
        """kill -9."""
        os.kill(self.pid, signal.SIGKILL)
        self.ended()

    def ended(self) -> int:
        """Wait until it is gone; its exit status."""
        wait_for(self.over.is_set)
        _, status = os.waitpid(self.pid, 0)
        return os.waitstatus_to_exitcode(status)
