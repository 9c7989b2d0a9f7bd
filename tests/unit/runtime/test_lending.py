"""A session's hold on its terminal, with time held and the lease a real file."""

from __future__ import annotations

import asyncio
import os
import signal
from dataclasses import dataclass, field

import pytest
from structlog.testing import capture_logs

from carrel.core.errors import Refused, Unavailable
from carrel.core.model import ResumeToken, SessionKey
from carrel.ports.engine import EngineSpec, Program
from carrel.runtime.lease import FILE, Lease
from carrel.runtime.lending import AGAIN, LOOK_AGAIN, LOOK_EVERY, PATIENCE, Lending, Terminals
from carrel.testing.clock import ManualClock, settle
from carrel.testing.house import PlainWorkspaces

KEY = SessionKey("fake:a")
TOKEN = ResumeToken("fake", "t", "/")
PROGRAM = Program(("/bin/agent",), (), "/")


@dataclass
class Engine:
    """Says what it was told to."""

    program: Program | Exception = PROGRAM
    resume: ResumeToken | Exception = TOKEN
    specs: list[EngineSpec] = field(default_factory=list)

    async def terminal(self, spec: EngineSpec) -> Program:
        self.specs.append(spec)
        if isinstance(self.program, Exception):
            raise self.program
        return self.program

    async def left(self, workspace: object, since: float) -> ResumeToken | None:
        assert workspace
        assert since == 7.0
        if isinstance(self.resume, Exception):
            raise self.resume
        return self.resume


class Bench:
    def __init__(self, home) -> None:
        self.engine, self.clock, self.terminals = Engine(), ManualClock(), Terminals()
        self.workspaces = PlainWorkspaces(home)
        self.lending = Lending(KEY, self.workspaces, self.engine, self.clock, self.terminals)

    async def lease(self) -> Lease:
        return Lease((await self.workspaces.prepare(KEY)).root / FILE)

    async def spec(self) -> EngineSpec:
        return EngineSpec(await self.workspaces.prepare(KEY), TOKEN, "ask", None, "")


@pytest.fixture
def bench(tmp_path) -> Bench:
    return Bench(tmp_path)


async def nothing() -> None:
    """The session is told."""


async def test_who_waits_is_told_what_to_run(bench) -> None:
    waiting = asyncio.ensure_future(bench.terminals.wait(KEY, nothing()))
    await settle()
    await bench.lending.open(bench.spec())
    assert await waiting == PROGRAM
    assert bench.engine.specs[0].resume == TOKEN
    await bench.lending.open(bench.spec())
    bench.lending.close()


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (Refused("no"), "no"),
        (Unavailable("away"), "away"),
        (ZeroDivisionError("oh"), "Carrel's log says why"),
    ],
)
async def test_what_stands_against_it_is_told(bench, error, told) -> None:
    bench.engine.program = error
    waiting = asyncio.ensure_future(bench.terminals.wait(KEY, nothing()))
    await settle()
    await bench.lending.open(bench.spec())
    with pytest.raises((Refused, Unavailable), match=told):
        await waiting


async def test_a_session_that_is_let_go_has_its_terminal_ask_again(bench) -> None:
    waiting = asyncio.ensure_future(bench.terminals.wait(KEY, nothing()))
    await settle()
    bench.lending.close()
    with pytest.raises(Unavailable, match=AGAIN):
        await waiting


async def test_the_lease_is_looked_at_until_it_is_free(bench) -> None:
    """spec: 16.4"""
    lease = await bench.lease()
    lease.take()
    watching = asyncio.ensure_future(bench.lending.until_left(7.0))
    await bench.clock.advance(10 * LOOK_EVERY)
    assert not watching.done()
    lease.free()
    await bench.clock.advance(LOOK_EVERY)
    assert await watching == TOKEN


async def test_what_it_had_last_may_not_be_known(bench) -> None:
    for fault in (Unavailable("still there"), ZeroDivisionError("oh")):
        bench.engine.resume = fault
        with capture_logs():
            assert await bench.lending.until_left(7.0) is None


async def test_one_that_comes_while_it_is_looked_for_what_was_left_is_waited_for(bench) -> None:
    """spec: 16.1"""
    lease, next_ = await bench.lease(), Lease((await bench.lease())._file)
    seen = []

    async def left(_space: object, _since: float) -> ResumeToken:
        if not seen:
            next_.take()
        seen.append(lease.is_free())
        return TOKEN

    bench.engine.left = left
    watching = asyncio.ensure_future(bench.lending.until_left(7.0))
    await bench.clock.advance(10 * LOOK_EVERY)
    assert not watching.done(), "another terminal has it by now"
    next_.free()
    await bench.clock.advance(LOOK_EVERY)
    assert await watching == TOKEN
    assert seen == [False, True]


@pytest.mark.parametrize("error", [Unavailable("no room"), OSError("gone"), Refused("walls")])
async def test_a_folder_that_cannot_be_had_is_looked_for_again(bench, error, monkeypatch) -> None:
    """spec: 16.4"""
    prepare, errors = bench.workspaces.prepare, [error]

    async def failing(key: SessionKey) -> object:
        if errors:
            raise errors.pop()
        return await prepare(key)

    monkeypatch.setattr(bench.workspaces, "prepare", failing)
    watching = asyncio.ensure_future(bench.lending.until_left(7.0))
    with capture_logs():
        await settle()
        await bench.clock.advance(LOOK_AGAIN)
    assert await watching == TOKEN


async def test_it_is_asked_to_leave_and_then_killed(bench, monkeypatch) -> None:
    """spec: 16.3"""
    lease, sent = await bench.lease(), []
    lease.take()
    monkeypatch.setattr(os, "kill", lambda _pid, number: sent.append(number))
    ending = asyncio.ensure_future(bench.lending.end())
    await bench.clock.advance(LOOK_EVERY)
    assert sent == [signal.SIGTERM]
    for _ in range(round(PATIENCE / LOOK_EVERY) + 1):
        await bench.clock.advance(LOOK_EVERY)
    assert sent == [signal.SIGTERM, signal.SIGKILL]
    assert not ending.done(), "nothing goes on before it is gone"
    lease.free()
    await bench.clock.advance(LOOK_EVERY)
    await ending
