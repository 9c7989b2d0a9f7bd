from __future__ import annotations

import subprocess
import sys

import pytest

from carrel.core.errors import Refused
from carrel.engines.claude import ClaudeEngine, Login
from carrel.ports.engine import EngineSpec

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
