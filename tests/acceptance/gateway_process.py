"""The gateway as a process, as a person starts it, with the real CLI and a fake model's API."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
import uuid
from dataclasses import dataclass, field
from pathlib import Path
from weakref import WeakSet

from carrel.cli.control import Control
from carrel.core.errors import CarrelError

PATIENCE = 30.0
KILLER = Path(__file__).with_name("killer.py")


def wait_for(seen, seconds: float = PATIENCE):
    """Look until `seen` gives something true; processes of their own have no events for us."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if found := seen():
            return found
        time.sleep(0.03)
    raise AssertionError(f"not seen within {seconds} s: {seen}")


STARTED: WeakSet[GatewayProcess] = WeakSet()
"""Every gateway that still belongs to a test, for what is told of one that failed."""


@dataclass(eq=False)
class GatewayProcess:
    """One home and, while it runs, the process on it."""

    home: Path
    api_url: str
    extra: dict[str, str] = field(default_factory=dict)
    process: subprocess.Popen[str] | None = None
    link: str = ""

    @property
    def engines(self) -> tuple[GatewayProcess, ...]:
        """Those whose children the agents are."""
        return (self,)

    def start(self, *, kill_at: str = "") -> None:
        """Start and wait for the link; with `kill_at` the process ends itself there."""
        self.home.mkdir(parents=True, exist_ok=True)
        program = (
            [sys.executable, str(KILLER), kill_at] if kill_at else [sys.executable, "-m", "carrel"]
        )
        env = {
            "PATH": os.environ["PATH"],
            "HOME": str(self.home.parent),
            "CARREL_HOME": str(self.home),
            "CARREL_CONSOLE__PORT": "0",
            "CARREL_DEFAULTS__WAITING": "queue",
            "CARREL_DEFAULTS__BURST": "0",
            "ANTHROPIC_API_KEY": "sk-test-the-real-key-0123456789",
            "ANTHROPIC_BASE_URL": self.api_url,
            **self.extra,
        }
        self._run([*program, "up"], env, may_die=bool(kill_at))

    def start_demo(self) -> None:
        """`carrel demo`, whose home is its own."""
        self.home.mkdir(parents=True, exist_ok=True)
        env = {"PATH": os.environ["PATH"], "HOME": str(self.home), "TMPDIR": str(self.home)}
        self._run([sys.executable, "-m", "carrel", "demo", "--port", "0"], env, may_die=False)

    def _run(self, command: list[str], env: dict[str, str], *, may_die: bool) -> None:
        STARTED.add(self)
        errors = self.home / "stderr.txt"
        with errors.open("a") as log:
            self.process = subprocess.Popen(
                command,
                env=env | {"PYTHONUNBUFFERED": "1"},
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )
        for line in self.process.stdout:
            if "http://" in line:
                self.link = line.split()[-1]
            if "Ctrl+C" in line:
                return
        assert may_die, f"it ended: {errors.read_text()[-2000:]}"

    def kill(self) -> None:
        """kill -9."""
        self.process.send_signal(signal.SIGKILL)
        self.ended()

    def terminate(self) -> int:
        """SIGTERM, and its exit status."""
        self.process.send_signal(signal.SIGTERM)
        return self.ended()

    def close(self) -> None:
        """However it is left."""
        if self.process is not None and self.process.poll() is None:
            self.kill()

    def ended(self) -> int:
        """Wait until it is gone; its exit status."""
        status = self.process.wait(PATIENCE)
        self.process.stdout.close()
        return status

    def control(self) -> Control:
        """The command line's way in."""
        return Control(self.home)

    def say(self, text: str, to: str = "a", identity: str = "") -> str:
        """Post a message; its id."""
        identity = identity or uuid.uuid4().hex
        self.control().post(f"/conversations/{to}/messages", id=identity, text=text)
        return identity

    def try_say(self, text: str, to: str, identity: str) -> bool:
        """Post a message to a gateway that may die of it; whether it was acknowledged."""
        try:
            self.say(text, to, identity)
        except CarrelError:
            return False
        return True

    def shown(self, conversation: str = "a") -> list[dict]:
        """The bodies that the conversation's history shows."""
        history = self.control().get(f"/conversations/{conversation}/history")
        return [item["outbound"]["body"] for item in history if item["outbound"]]

    def answers(self, conversation: str = "a") -> list[str]:
        """The texts of its answers, in order."""
        return [b["text"] for b in self.shown(conversation) if b["kind"] == "answer"]

    def last_words(self) -> str:
        """The end of its log, and of what it said on its way out."""
        files = (self.home / "logs" / "carrel.log", self.home / "stderr.txt")
        return "\n".join(file.read_text()[-4000:] for file in files if file.exists())

    def survivors(self) -> list[str]:
        """Command lines of processes that belong to this home, the gateway itself left out."""
        found = []
        for entry in Path("/proc").iterdir():
            if entry.name.isdigit() and int(entry.name) != os.getpid():
                line = _command_line(entry)
                if str(self.home) in line and not self._is_me(int(entry.name)):
                    found.append(line)
        return found

    def _is_me(self, pid: int) -> bool:
        return self.process is not None and self.process.poll() is None and pid == self.process.pid


def _command_line(entry: Path) -> str:
    try:
        return (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    except OSError:
        return ""
