"""Programs of the system: their status, and one that does not end."""

from __future__ import annotations

import asyncio
import signal
from typing import Any

import pytest

from carrel.cli.services import running
from carrel.core.errors import ConfigError, Unavailable


def test_a_program_says_its_status_and_what_it_printed() -> None:
    assert running.ask("sh", "-c", "echo one; echo two >&2; exit 3") == (3, "one\ntwo")
    with pytest.raises(Unavailable, match="status 3: no"):
        running.need("sh", "-c", "echo no; exit 3")
    with pytest.raises(ConfigError, match="no nosuchprogram on this machine"):
        running.ask("nosuchprogram")


def test_one_that_does_not_end_is_ended_and_told(monkeypatch) -> None:
    began, begin = [], asyncio.create_subprocess_exec

    async def noting(*command: str, **how: Any) -> asyncio.subprocess.Process:
        began.append(await begin(*command, **how))
        return began[0]

    monkeypatch.setattr(asyncio, "create_subprocess_exec", noting)
    monkeypatch.setattr(running, "LONGEST", 0.01)
    with pytest.raises(Unavailable, match="`sleep 60` was not done within"):
        running.ask("sleep", "60")
    assert began[0].returncode == -signal.SIGKILL
