"""The control API's part about terminals."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient
from structlog.testing import capture_logs

from carrel.core.errors import CarrelError, Refused
from carrel.ports.engine import Program
from carrel.web import terminals
from carrel.web.terminals import terminal_routes

PROGRAM = Program(("/bin/agent", "--resume", "x"), (("A", "b"),), "/w", "http://r", "t")


class Lends:
    def __init__(self) -> None:
        self.gate = asyncio.Event()
        self.error: CarrelError | None = None

    async def lease(self, session: str) -> Path:
        return Path("/home") / session

    async def program(self, session: str) -> Program:
        assert session == "discord:1"
        await self.gate.wait()
        if self.error:
            raise self.error
        return PROGRAM

    async def readmit(self, session: str, token: str) -> str:
        return f"http://{session}/{token}"


@pytest.fixture
def lends() -> Lends:
    return Lends()


@pytest.fixture
def client(lends):
    with TestClient(Starlette(routes=terminal_routes(lends))) as client:
        yield client


def test_where_the_lease_lies_is_told(client) -> None:
    assert client.get("/terminal/lease?session=discord:1").json() == {"lease": "/home/discord:1"}
    with pytest.raises(Refused, match="Say which session"):
        client.get("/terminal/lease")


def test_what_is_to_be_run_comes_when_it_is_known(client, lends, monkeypatch) -> None:
    monkeypatch.setattr(terminals, "PING_SECONDS", 0.01)
    seen = []
    with client.stream("GET", "/terminal/program?session=discord:1") as answer:
        for line in answer.iter_lines():
            if line.startswith(":"):
                lends.gate.set()
            seen.append(line)
    assert "event: program" in seen
    assert '"variables":{"A":"b"}' in seen[-2]
    assert '"words":["/bin/agent","--resume","x"]' in seen[-2]


def test_what_stands_against_it_is_told(client, lends) -> None:
    lends.gate.set()
    lends.error = Refused("no")
    with capture_logs() as logs:
        assert "event: trouble" in client.get("/terminal/program?session=discord:1").text
    assert logs == [], "nothing has failed"


def test_a_relay_is_told_and_rubbish_is_refused(client) -> None:
    told = client.post("/terminal/relay", json={"session": "discord:1", "token": "t"})
    assert told.json() == {"relay": "http://discord:1/t"}
    half, no_text = b'{"session": "x"}', b'{"session": "x", "token": 1}'
    for body in (b"", b"[]", half, no_text, b"[" * 100_000):
        with pytest.raises(Refused, match="must be JSON"):
            client.post("/terminal/relay", content=body)
