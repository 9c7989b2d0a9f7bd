"""The gateway's side of one worker process: started, asked, ended."""

from __future__ import annotations

import asyncio
import json
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Protocol

from carrel.core.errors import Refused, Unavailable
from carrel.voice.verdicts import UNREADABLE, spoken

LONGEST_LINE = 16 * 1024 * 1024
NEEDED = frozenset(
    {"PATH", "HOME", "LANG", "TZ", "TMPDIR", "PYTHONPATH", "VIRTUAL_ENV", "XDG_CACHE_HOME"}
    | {"SSL_CERT_FILE", "SSL_CERT_DIR", "OMP_NUM_THREADS"}
    | {"HF_HOME", "HF_HUB_CACHE", "HF_HUB_OFFLINE", "HF_ENDPOINT"}
)
"""All that the worker gets of the environment: it has no use for anybody's secrets."""

QUIET = {"HF_HUB_DISABLE_PROGRESS_BARS": "1", "HF_HUB_DISABLE_TELEMETRY": "1"}
MISSING = (
    "I cannot listen to voice messages here: install the voice extra, pip install "
    "'carrel[voice]', or set [voice] to an endpoint."
)
DIED = "What listens to voice messages has ended in the middle of one."


class Worker(Protocol):
    """One process that listens, one recording at a time."""

    @property
    def runs(self) -> bool:
        """Whether it can be asked: as far as is known the process is there."""
        ...

    async def ask(self, recording: Path) -> dict[str, str]:
        """What the worker says of a recording; raises Unavailable when it ends before."""
        ...

    def kill(self) -> None:
        """End it; whoever has asked it hears so. Idempotent."""
        ...

    async def end(self) -> None:
        """End it and wait until it is gone; nobody may be asking. Idempotent."""
        ...


Start = Callable[[], Awaitable[Worker]]


def starter(model: str, environ: Mapping[str, str]) -> Start:
    """What starts a worker for `model`; raises Unavailable where there can be no process."""

    async def start() -> Worker:
        try:
            # -P: a module that lies in the current folder is nobody's library.
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-P", "-m", "carrel.voice.worker", model),
                stdin=PIPE,
                stdout=PIPE,
                env=needed(environ),
                limit=LONGEST_LINE,
                start_new_session=True,
            )
        except OSError as error:
            raise Unavailable(f"What listens cannot be started: {error.strerror}.") from None
        return WorkerProcess(process)

    return start


def needed(environ: Mapping[str, str]) -> dict[str, str]:
    """The worker's environment, out of the gateway's."""
    kept = {k: v for k, v in environ.items() if k in NEEDED or k.startswith("LC_")}
    return kept | QUIET


class WorkerProcess:
    """A real Worker."""

    def __init__(self, process: Process) -> None:
        assert process.stdin is not None  # noqa: S101 - `starter` has asked for both
        assert process.stdout is not None  # noqa: S101 - as above
        self._process, self._in, self._out = process, process.stdin, process.stdout
        self._killed = False

    @property
    def runs(self) -> bool:
        """As Worker says."""
        ended = self._process.returncode is not None or self._out.at_eof()
        return not (ended or self._killed)

    async def ask(self, recording: Path) -> dict[str, str]:
        """As Worker says."""
        line = b""
        with suppress(OSError, ValueError):  # a broken pipe, and a line that never ends
            self._in.write(json.dumps({"recording": str(recording)}).encode() + b"\n")
            await self._in.drain()
            line = await self._out.readline()
        if not line.endswith(b"\n"):
            raise Unavailable(DIED)
        answer: dict[str, str] = json.loads(line)
        return answer

    def kill(self) -> None:
        """As Worker says."""
        self._killed = True
        with suppress(ProcessLookupError):
            self._process.kill()

    async def end(self) -> None:
        """As Worker says."""
        self.kill()
        self._in.close()
        await self._process.communicate()


def words(answer: Mapping[str, str]) -> str:
    """The words in a worker's answer; raises Refused or Unavailable as the port says."""
    match answer:
        case {"text": text}:
            return spoken(text)
        case {"missing": _}:
            raise Refused(MISSING)
        case {"unreadable": _}:
            raise Refused(UNREADABLE)
        case _:
            raise Unavailable(f"The voice message was not understood: {answer.get('failed')}")
