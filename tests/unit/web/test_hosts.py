from __future__ import annotations

from dataclasses import dataclass, field

import httpx2
import pytest

from carrel.core.errors import Refused
from carrel.ports.hosts import HostInfo
from carrel.web.control import control_app
from carrel.web.hosts import host_routes

ONE = HostInfo("one", "leads", 12.0, 3, 1, "1.2", 60.0, here=True)


@dataclass
class Shared:
    """A store that two hosts share, and what was asked of it."""

    host: str = "one"
    asked: list[str] = field(default_factory=list)

    async def hosts(self) -> tuple[HostInfo, ...]:
        return (ONE,)

    async def drain(self, host: str) -> None:
        if host != "two":
            raise Refused(f"No host {host} is there.")
        self.asked.append(host)


@pytest.fixture
def ended() -> list[bool]:
    return []


@pytest.fixture
async def client(house, ended):
    """The control socket of a gateway whose store is shared."""
    store = Shared()
    drained = host_routes(store, lambda: ended.append(True))
    app = control_app(
        house.hub, house.store, house.status, house.login, str, house.stop, more=drained
    )
    transport = httpx2.ASGITransport(app=app)
    async with httpx2.AsyncClient(transport=transport, base_url="http://carrel") as opened:
        opened.store = store
        yield opened


async def test_the_hosts_are_listed(client) -> None:
    """spec: 21.5"""
    (row,) = (await client.get("/hosts")).json()
    assert (row["id"], row["role"], row["left"], row["here"]) == ("one", "leads", 12.0, True)


async def test_another_host_is_asked_through_the_store_and_this_one_at_once(client, ended) -> None:
    assert (await client.post("/hosts/drain", json={"host": "two"})).json()["here"] is False
    assert (client.store.asked, ended) == (["two"], [])
    assert (await client.post("/hosts/drain", json={"host": "one"})).json()["here"] is True
    assert (client.store.asked, ended) == (["two"], [True])


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b'{"who": 1}', b'{"host": "none"}'])
async def test_what_makes_no_sense_is_refused(client, ended, body) -> None:
    answer = await client.post("/hosts/drain", content=body)
    assert (answer.status_code, ended) == (400, [])
    assert answer.json()["error"]
