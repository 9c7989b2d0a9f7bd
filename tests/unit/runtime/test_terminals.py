"""The way in for terminals."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from carrel.core.errors import Refused
from carrel.engines.scripted import ScriptedEngine
from carrel.ports.engine import Program
from carrel.runtime.lease import Lease
from carrel.runtime.terminals import TerminalDesk
from carrel.testing.clock import settle
from carrel.testing.house import House

PROGRAM = Program(("/bin/agent",), (), "/")


class WithATerminal(ScriptedEngine):
    capabilities = replace(ScriptedEngine.capabilities, terminal=True)

    async def terminal(self, spec) -> Program:
        return replace(PROGRAM, folder=str(spec.workspace.work))

    async def readmit(self, key, token) -> str:
        return f"http://{key}/{token}"


@pytest.fixture
async def house(tmp_path):
    async with House(tmp_path, engine=WithATerminal()) as house:
        yield house


async def test_a_session_is_lent_told_and_taken_back(house) -> None:
    """spec: 16.1 16.4"""
    await house.say("hello")
    await house.platform.until(lambda: len(house.platform.answers()) == 1)
    desk = TerminalDesk(house.store, house.registry, house.tools)
    lease = Lease(await desk.lease("fake:a"))
    lease.take()
    program = await desk.program("fake:a")
    assert program.folder.endswith("work")
    assert house.engine.heard.lives[-1].alive is False, "the live engine is closed first"
    await house.say("meanwhile")
    await settle()
    assert len(house.platform.answers()) == 1
    assert await desk.readmit("fake:a", "t") == "http://fake:a/t"
    lease.free()
    await house.clock.advance(1.0)
    await house.platform.until(lambda: len(house.platform.answers()) == 2)
    with pytest.raises(Refused, match="No terminal"):
        await desk.readmit("fake:a", "t")


async def test_who_does_not_hold_the_lease_is_told_nothing(house) -> None:
    """spec: 16.1"""
    await house.say("hello")
    await house.platform.until(lambda: len(house.platform.answers()) == 1)
    desk = TerminalDesk(house.store, house.registry, house.tools)
    with pytest.raises(Refused, match="attach it again"):
        async with asyncio.timeout(5):
            await desk.program("fake:a")
    assert (await house.registry.look("fake:a")).terminal is None


async def test_what_there_is_not_is_refused(house) -> None:
    desk = TerminalDesk(house.store, house.registry, house.tools)
    for asking in (desk.lease("fake:b"), desk.program("fake:b"), desk.readmit("fake:b", "t")):
        with pytest.raises(Refused, match="no session fake:b"):
            await asking


async def test_an_engine_without_a_terminal_says_so(tmp_path) -> None:
    async with House(tmp_path) as house:
        await house.say("hello")
        desk = TerminalDesk(house.store, house.registry, house.tools)
        with pytest.raises(Refused, match="no terminal of its own"):
            await desk.lease("fake:a")
        with pytest.raises(Refused, match="no terminal of its own"):
            async with asyncio.timeout(5):
                await desk.program("fake:a")
