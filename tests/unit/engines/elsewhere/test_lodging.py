"""Who is let in where there is room: the leader, and nobody else.

spec: 21.10
"""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest
from structlog.testing import capture_logs
from tests.unit.engines.elsewhere.conftest import World, until

from carrel.core.errors import ConfigError, Unavailable
from carrel.core.events import Thought
from carrel.core.model import TurnId
from carrel.engines.elsewhere import frames, lodging
from carrel.engines.elsewhere.frames import Claim, Frame
from carrel.engines.elsewhere.link import Lead, greeted
from carrel.engines.elsewhere.lodging import Lodging
from carrel.engines.elsewhere.stay import Terms
from carrel.engines.elsewhere.wire import dial, proof
from carrel.runtime.clock import SystemClock
from carrel.testing.two_hosts import Burnt, two_hosts


@pytest.fixture
async def hosts(engine, folders):
    async with two_hosts(engine, folders) as found:
        yield found


async def stranger(offer):
    """A line to the host, and what it wants to know first."""
    wire = await dial(offer.address, offer.certificate, 5)
    return wire, (await wire.hear()).value


async def is_hung_up(wire) -> bool:
    with pytest.raises(Unavailable):
        async with asyncio.timeout(5):
            await wire.hear()
    wire.close()
    return True


async def test_who_does_not_know_the_secret_is_not_let_in(hosts) -> None:
    room = hosts.rooms[0]
    link = await greeted(replace(room.offer, secret="guessed"), lead(), lambda: None)
    running = asyncio.create_task(link.run())
    with capture_logs() as logs, pytest.raises(Unavailable, match="does not let this host in"):
        await link.ready()
    running.cancel()
    assert any("know the secret" in str(line.get("why")) for line in logs)
    assert room.epochs == [7], "nothing was built for it"


def lead(epoch: int = 9, left: float = 10.0) -> Lead:
    return Lead(epoch, lambda: left, SystemClock())


@pytest.mark.parametrize(
    "said", [frames.Bye(), Thought(TurnId("1")), frames.AskContext(), frames.Beat(3)]
)
async def test_whatever_else_is_said_first_ends_the_line(hosts, said) -> None:
    wire, _ = await stranger(hosts.rooms[0].offer)
    await wire.send(Frame(said))
    assert await is_hung_up(wire)


@pytest.mark.parametrize(
    "said",
    [
        b'{"number":Infinity,"live":0,"kind":"Bye","fields":{}}',
        b'{"number":1,"live":0,"kind":"Claim","fields":{"proof":"\\ud800","epoch":9,"left":1.0,"version":""}}',
        b"[]",
        b"\xff",
    ],
)
async def test_what_no_host_of_ours_would_say_leaves_nothing_open(hosts, said) -> None:
    wire, _ = await stranger(hosts.rooms[0].offer)
    wire._writer.write(len(said).to_bytes(4, "big") + said)
    assert await is_hung_up(wire)
    await until(lambda: hosts.rooms[0].lodging._strangers == [])


async def test_an_answer_that_was_overheard_is_worth_nothing(hosts) -> None:
    offer = hosts.rooms[0].offer
    wire, first = await stranger(offer)
    claim = Claim(proof(offer.secret, first.nonce), 9, 10.0, lodging.__version__)
    wire.close()
    again, second = await stranger(offer)
    assert second.nonce != first.nonce
    await again.send(Frame(claim))
    assert await is_hung_up(again)


@pytest.mark.parametrize(("epoch", "version"), [(6, lodging.__version__), (9, "0.0.0")])
async def test_who_leads_no_more_or_has_another_version_is_not_let_in(
    hosts, epoch, version
) -> None:
    offer = hosts.rooms[0].offer
    wire, challenge = await stranger(offer)
    said = proof(offer.secret, challenge.nonce)
    await wire.send(Frame(Claim(said, epoch, 10.0, version)))
    assert await is_hung_up(wire)


async def test_who_says_nothing_is_not_waited_for(hosts, monkeypatch) -> None:
    monkeypatch.setattr(lodging, "GREETING_S", 0.05)
    wire, _ = await stranger(hosts.rooms[0].offer)
    assert await is_hung_up(wire)


async def test_who_only_stands_at_the_door_keeps_nobody_out(hosts, monkeypatch) -> None:
    """A session that knows the port could stand there with as many lines as it likes."""
    monkeypatch.setattr(lodging, "MOST_STRANGERS", 2)
    offer = hosts.rooms[0].offer
    first, second, third = [(await stranger(offer))[0] for _ in range(3)]
    assert await is_hung_up(first)
    link = await greeted(offer, lead(), lambda: None)
    running = asyncio.create_task(link.run())
    await link.ready()
    assert await is_hung_up(second)
    assert hosts.rooms[0].lodging._strangers != []
    third.close()
    await until(lambda: hosts.rooms[0].lodging._strangers == [])
    link.drop()
    running.cancel()


async def test_the_next_leader_is_served_when_all_of_the_one_before_is_closed(
    hosts, engine, tmp_path
) -> None:
    """spec: 21.9"""
    room = hosts.rooms[0]
    session = await World(hosts, tmp_path).open()
    closing = asyncio.Event()
    close = engine.heard.lives[0].close

    async def slowly() -> None:
        await closing.wait()
        await close()

    engine.heard.lives[0].close = slowly
    link = await greeted(room.offer, lead(8), lambda: None)
    running = asyncio.create_task(link.run())
    await until(lambda: not session.live.alive)
    assert room.epochs == [7]
    closing.set()
    await link.ready()
    assert (room.epochs, link.places) == ([7, 8], 4)
    running.cancel()
    await asyncio.wait({running})


async def test_what_is_no_address_of_this_machine_is_said_with_the_mend() -> None:
    terms = Terms(lambda: 1, 1.0, Burnt(), SystemClock())
    with pytest.raises(ConfigError, match="an address of this machine"):
        await Lodging("192.0.2.1:7333", lambda _: None, terms).open()


async def test_closed_it_offers_nothing_and_nobody_is_let_in(hosts) -> None:
    room = hosts.rooms[0]
    offer = room.offer
    await room.lodging.close()
    await room.lodging.close()
    assert room.offer is None
    with pytest.raises(Unavailable):
        await greeted(offer, lead(), lambda: None)
