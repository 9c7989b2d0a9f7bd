"""A host that waits answers at both doors."""

from __future__ import annotations

import httpx2
import pytest

from carrel.runtime.endings import Endings
from carrel.runtime.watchdog import Watchdog
from carrel.stores.memory import MemoryStore
from carrel.testing.clock import ManualClock
from carrel.web.server import Doors
from carrel.web.standing_by import NOBODY_LEADS, StandBy, Waits

SAID = "one leads; this host stands by and takes over when it is gone."


@pytest.fixture
def said() -> list[str]:
    return []


@pytest.fixture
def waits(tmp_path) -> Waits:
    return Waits(Endings(), Watchdog({}, ManualClock()), Doors(0, tmp_path / "run" / "c.sock"))


@pytest.fixture
async def client(waits, said):
    """The control socket of a host that waits for one to go."""
    waiting = StandBy(waits, ManualClock(), said.append)
    async with waiting.beside(MemoryStore()):
        waiting.follow("one")
        transport = httpx2.AsyncHTTPTransport(uds=str(waits.doors.socket))
        async with httpx2.AsyncClient(transport=transport, base_url="http://carrel") as opened:
            opened.waiting = waiting
            yield opened


async def test_it_says_who_leads(client, said) -> None:
    """spec: 21.1"""
    status = (await client.get("/status")).json()
    assert status["notices"] == [SAID]
    assert status["login"] == "stands by"
    client.waiting.follow("two")
    assert said == [SAID, SAID.replace("one leads", "two leads")]


async def test_one_that_runs_agents_says_for_whom(waits, said) -> None:
    waiting = StandBy(waits, ManualClock(), said.append, "engines")
    async with waiting.beside(MemoryStore()):
        waiting.follow("")
        waiting.follow("one")
    assert said == [NOBODY_LEADS, "one leads; this host runs agents for it."]


async def test_whatever_else_is_asked_it_names_the_leader(client) -> None:
    answer = await client.get("/sessions")
    assert (answer.status_code, answer.json()) == (503, {"error": SAID})
    port = client.waiting._server.port
    async with httpx2.AsyncClient(base_url=f"http://127.0.0.1:{port}") as browser:
        assert (await browser.get("/")).json() == {"error": SAID}


async def test_it_can_be_stopped_and_drained(client, waits) -> None:
    assert (await client.get("/hosts")).json() == []
    assert (await client.post("/hosts/drain", json={"host": "local"})).status_code == 202
    assert waits.endings.patient
    waits.endings.stop.clear()
    assert (await client.post("/stop")).status_code == 202
    assert waits.endings.stop.is_set()


async def test_it_is_refused_in_a_sentence(client) -> None:
    answer = await client.post("/hosts/drain", json={"host": "nobody"})
    assert answer.status_code == 400
    assert (await client.get("/stop")).status_code == 405


async def test_its_doors_are_shut_when_it_leads(waits, said) -> None:
    waiting = StandBy(waits, ManualClock(), said.append)
    async with waiting.beside(MemoryStore()):
        waiting.follow("one")
        assert waits.doors.socket.exists()
    assert not waits.doors.socket.exists()
    async with StandBy(waits, ManualClock(), said.append).beside(MemoryStore()):
        assert not waits.doors.socket.exists(), "a host that leads at once opens none"
