from __future__ import annotations

import asyncio
import subprocess
import sys

import pytest

from carrel.core.errors import Refused
from carrel.engines.claude import ClaudeEngine, Login
from carrel.engines.claude.engine import OPENINGS
from carrel.ports.engine import EngineSpec
from carrel.testing.clock import ManualClock
from carrel.testing.house import PlainWorkspaces

HEAVY = ("claude_agent_sdk", "httpx2", "uvicorn", "mcp")


def test_importing_loads_nothing_heavy():
    script = f"import carrel.engines.claude, sys; print([m for m in {HEAVY} if m in sys.modules])"
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"


async def test_without_a_login_it_refuses_with_advice(space):
    engine = ClaudeEngine(None, Login(), None)
    with pytest.raises(Refused, match="ANTHROPIC_API_KEY"):
        await engine.open(EngineSpec(space, None, "ask", None, ""), None)
    await engine.close()
    assert engine.relay is None


class Gated(ClaudeEngine):
    """Its programs get ready when the gate is opened."""

    def __init__(self, home) -> None:
        super().__init__(PlainWorkspaces(home), Login("oauth_token", "t"), ManualClock())
        self.gate, self.launched, self.starting = asyncio.Event(), asyncio.Queue(), []

    async def _launch(self, spec):
        launch = await super()._launch(spec)
        self.launched.put_nowait(launch)
        return launch

    async def _start(self, *_) -> None:
        self.starting.append(asyncio.current_task())
        await self.gate.wait()


async def settle() -> None:
    for _ in range(20):
        await asyncio.sleep(0)


async def test_no_more_programs_are_started_at_once_than_get_on(tmp_path, space):
    """One that is cut off while it starts lets the next one begin."""
    engine = Gated(tmp_path)
    spec = EngineSpec(space, None, "auto", None, "")
    opening = [asyncio.Task(engine.open(spec, None)) for _ in range(OPENINGS + 1)]
    for _ in opening:
        await asyncio.wait_for(engine.launched.get(), 5)
    await settle()
    assert len(engine.starting) == OPENINGS
    engine.starting[0].cancel()
    await settle()
    assert len(engine.starting) == OPENINGS + 1
    engine.gate.set()
    await asyncio.gather(*opening, return_exceptions=True)
