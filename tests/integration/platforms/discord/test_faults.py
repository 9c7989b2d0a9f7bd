"""Each fault of the network, crossed with what it may strike: one visible answer, in order.

spec: 2.2 3.3 4.3 4.4
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable

import pytest
from tests.integration.platforms.discord.town import Town

from carrel.core.model import Conversation
from carrel.engines.script import Say, Step, Wait
from carrel.platforms.discord import client
from carrel.ports.store import Cursor
from carrel.runtime import catchup, outbox
from carrel.testing.discord.faults import Faults
from carrel.testing.discord.gateway.faults import GatewayFaults

Break = Callable[[Faults, str, str], object]
POST, EDIT = ("POST", "/channels/*/messages"), ("PATCH", "/channels/*/messages/*")
REACT = ("PUT", "/channels/*/messages/*/reactions/*/@me")
ANSWER = ("POST", "/interactions/*/*/callback")
FILE = ("GET", "/cdn/**")

REST: dict[str, Break] = {
    "429 of the route": lambda f, m, p: f.rate_limit(m, p, retry_after=0.2),
    "429 over all": lambda f, m, p: f.rate_limit(m, p, retry_after=0.2, scope="global"),
    "429 by the door keeper": lambda f, m, p: f.rate_limit(m, p, retry_after=0.2, cloudflare=True),
    "500": lambda f, m, p: f.rest(m, p, status=500),
    "502 twice": lambda f, m, p: f.rest(m, p, status=502, times=2),
    "503": lambda f, m, p: f.rest(m, p, status=503),
    "502 after it was done": lambda f, m, p: f.rest(m, p, status=502, after_commit=True),
    "503 after it was done": lambda f, m, p: f.rest(m, p, status=503, after_commit=True),
    "dropped before": lambda f, m, p: f.drop(m, p),
    "dropped after it was done": lambda f, m, p: f.drop_after_commit(m, p),
    "half an answer": lambda f, m, p: f.cut_short(m, p),
    "slow": lambda f, m, p: f.slow(m, p, 0.3),
    "slow after it was done": lambda f, m, p: f.slow(m, p, 0.3, after_commit=True),
}
TEXTS = ("one", "two", "three")


@pytest.fixture(autouse=True)
def _cloudflare_forgives_soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("carrel.platforms.discord.faults.BANNED_FOR", 0.2)


async def three_are_answered(town: Town) -> None:
    """Each once, in order, and no second copy of anything."""
    expected = [f"echo: {text}" for text in TEXTS]
    await town.until(lambda: len(town.answers()) >= len(TEXTS), 30)
    assert town.answers() == expected
    visible = [text for text in town.texts() if not text.startswith("echo")]
    assert visible == []


@pytest.mark.parametrize("broken", REST.values(), ids=REST.keys())
async def test_a_send_that_fails_is_one_answer(town: Town, broken: Break) -> None:
    broken(town.fake.faults, *POST)
    for text in TEXTS:
        town.ada.says(town.general, text)
    await three_are_answered(town)


@pytest.mark.parametrize("after_commit", [False, True])
async def test_a_send_that_stalls_is_given_up_and_is_one_answer(
    town: Town, monkeypatch: pytest.MonkeyPatch, *, after_commit: bool
) -> None:
    """For longer than anybody waits: bar A13."""
    monkeypatch.setattr(outbox, "SEND_LIMIT", 0.5)
    town.fake.faults.slow(*POST, 1.5, after_commit=after_commit)
    for text in TEXTS:
        town.ada.says(town.general, text)
    await three_are_answered(town)
    await asyncio.sleep(1.5)  # what was given up arrives all the same
    await three_are_answered(town)


@pytest.mark.parametrize("broken", REST.values(), ids=REST.keys())
async def test_a_receipt_that_fails_holds_up_no_answer_and_comes_right(
    town: Town, broken: Break
) -> None:
    broken(town.fake.faults, *REACT)
    said = [town.ada.says(town.general, text) for text in TEXTS]
    await three_are_answered(town)
    await town.until(lambda: all(list(one.reactions) == ["✅"] for one in said), 30)


@pytest.fixture
async def slow_town(furnished: Town) -> AsyncIterator[tuple[Town, asyncio.Event]]:
    """A town whose first turn waits, so that a card is shown and edited."""
    gate = asyncio.Event()

    def script(text: str) -> tuple[Step, ...]:
        first = (Say("so far"), Wait(gate)) if text == "one" else ()
        return (*first, Say(f"echo: {text}"))

    furnished.script = script
    async with furnished:
        yield furnished, gate


@pytest.mark.parametrize("broken", REST.values(), ids=REST.keys())
async def test_an_edit_that_fails_leaves_one_card_that_goes(slow_town, broken: Break) -> None:
    town, gate = slow_town
    broken(town.fake.faults, *EDIT)
    for text in TEXTS:
        town.ada.says(town.general, text)
    await town.until(lambda: town.fake.answers(town.general))
    gate.set()
    await town.until(lambda: len(town.answers()) == len(TEXTS), 30)
    assert town.answers()[1:] == ["echo: two", "echo: three"]
    assert "echo: one" in town.answers()[0]
    await town.until(lambda: len(town.texts()) == len(TEXTS), 30)


@pytest.mark.parametrize("broken", REST.values(), ids=REST.keys())
async def test_a_press_whose_answer_fails_is_obeyed_once(slow_town, broken: Break) -> None:
    town, _ = slow_town
    town.ada.says(town.general, "one")
    await town.until(lambda: town.fake.answers(town.general))
    broken(town.fake.faults, *ANSWER)
    town.ada.presses(town.last(), "/stop")
    await town.until(town.answers, 30)
    assert town.answers() == ["so far"]
    town.ada.says(town.general, "two")
    await town.until(lambda: len(town.answers()) == 2, 30)
    stops = [event for _, event in town.told if type(event).__name__ == "StopAsked"]
    assert len(stops) == 1


FILES = {
    **{name: REST[name] for name in ("500", "503", "dropped before", "slow")},
    "expired link": lambda f, _m, _p: f.expire_links(),
}


@pytest.mark.parametrize("broken", FILES.values(), ids=FILES.keys())
async def test_a_file_that_is_hard_to_fetch_is_there_and_answered(
    town: Town, broken: Break, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("carrel.platforms.download._PAUSES", (0.05, 0.05))
    broken(town.fake.faults, *FILE)
    town.ada.says(town.general, "one", files={"a.txt": b"inside"})
    for text in TEXTS[1:]:
        town.ada.says(town.general, text)
    await three_are_answered(town)
    inbox = next((town.folder / "sessions").glob("*/inbox"))
    assert (inbox / "a.txt").read_bytes() == b"inside"


BROKEN_NOW: dict[str, Callable[[GatewayFaults], object]] = {
    "reset": lambda g: g.reset(),
    "close 4000": lambda g: g.close(4000),
    "close 1006": lambda g: g.close(1011),
    "asked to come back (op 7)": lambda g: g.reconnect(),
    "new session (op 9)": lambda g: g.invalid_session(),
    "same session (op 9)": lambda g: g.invalid_session(resumable=True),
    "session forgotten": lambda g: (g.forget_sessions(), g.reset()),
    "refused once": lambda g: (g.refuse(), g.reset()),
}


async def test_it_can_be_ended_while_it_connects_anew(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    """discord.py waits for five seconds before a new session. spec: 9.1"""
    waits = asyncio.Event()

    async def never(_self: client.Client, _shard: int | None, *, initial: bool = False) -> None:
        waits.set()
        await asyncio.Event().wait()

    monkeypatch.setattr(client.Client, "before_identify_hook", never)
    town.fake._heartbeat = 3600.0  # discord.py forgets this connection with its heart beating
    town.fake.faults.gateway.invalid_session()
    await waits.wait()
    async with asyncio.timeout(5):
        await town.hang_up()


@pytest.mark.parametrize("broken", BROKEN_NOW.values(), ids=BROKEN_NOW.keys())
async def test_a_connection_that_breaks_costs_no_message(
    town: Town, broken: Callable[[GatewayFaults], object]
) -> None:
    town.ada.says(town.general, TEXTS[0])
    await town.until(town.answers)
    broken(town.fake.faults.gateway)
    town.ada.says(town.general, TEXTS[1])
    await town.until(lambda: len(town.answers()) == 2, 30)
    town.ada.says(town.general, TEXTS[2])
    await three_are_answered(town)


async def test_a_connection_that_is_only_half_there_is_noticed(
    furnished: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    """C10: no heartbeat is acknowledged any more."""
    monkeypatch.setattr(client, "HEARTBEAT_TIMEOUT", 0.5)
    furnished.fake._heartbeat = 0.2
    async with furnished as town:
        town.fake.faults.gateway.mute_acks()
        await town.until(lambda: not town.platform.listening)
        town.fake.faults.gateway.mute_acks(muted=False)
        for text in TEXTS:
            town.ada.says(town.general, text)
        await three_are_answered(town)


EVENTS: dict[str, Callable[[GatewayFaults, str], object]] = {
    "lost": lambda g, name: g.lose(name),
    "doubled": lambda g, name: g.double(name),
    "malformed": lambda g, name: g.malform(name),
}


@pytest.fixture
def _looks_again_soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(catchup, "TICK", 0.05)


@pytest.mark.usefixtures("_looks_again_soon")
@pytest.mark.parametrize("broken", EVENTS.values(), ids=EVENTS.keys())
async def test_a_message_whose_event_is_broken_is_one_answer(
    furnished: Town, broken: Callable[[GatewayFaults, str], object]
) -> None:
    furnished.sweep = 0.1
    async with furnished as town:
        town.ada.says(town.general, TEXTS[0])
        await town.until(town.answers)
        broken(town.fake.faults.gateway, "MESSAGE_CREATE")
        town.ada.says(town.general, TEXTS[1])
        await town.until(lambda: len(town.answers()) == 2)
        town.ada.says(town.general, TEXTS[2])
        await three_are_answered(town)


async def test_a_direct_message_whose_event_is_malformed_is_read_at_once(town: Town) -> None:
    """And before the one that follows it; nobody waits for the next look at the history."""
    direct = town.ada.writes_to(town.fake.application.bot)
    town.ada.says(direct, "one")
    await town.until(lambda: town.answers(direct))
    town.fake.faults.gateway.malform("MESSAGE_CREATE")
    town.ada.says(direct, "two")
    town.ada.says(direct, "three")
    await town.until(lambda: len(town.answers(direct)) == 3)
    assert town.answers(direct) == ["echo: one", "echo: two", "echo: three"]


async def test_however_much_is_lost_at_once_it_is_looked_for_once(
    furnished: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks = 0

    async with furnished as town:
        ask = town.platform.stale

        def counted(cursors: tuple[Cursor, ...], since: float) -> tuple[Conversation, ...]:
            nonlocal looks
            looks += 1
            return ask(cursors, since)

        town.ada.says(town.general, "before")
        await town.until(town.answers)
        monkeypatch.setattr(town.platform, "stale", counted)
        town.fake.faults.gateway.malform("MESSAGE_CREATE", times=20)
        async with town.platform._link._asking:
            for number in range(20):
                town.ada.says(town.general, f"{number}")
            await town.fake.heard()
        await town.until(lambda: len(town.answers()) == 21)
        assert town.answers()[1:] == [f"echo: {number}" for number in range(20)]
        assert looks == 1


async def test_a_new_thread_whose_first_event_is_malformed_is_read_at_once(town: Town) -> None:
    thread = town.ada.starts_thread(town.general, "new")
    read = f"/channels/{thread.id}/messages"
    await town.until(lambda: town.fake.ledger.requests("GET", read))
    town.fake.faults.gateway.malform("MESSAGE_CREATE")
    town.ada.says(thread, "one")
    await town.until(lambda: town.answers(thread) == ["echo: one"])


async def test_events_that_are_late_are_answered_once(town: Town) -> None:
    town.fake.faults.gateway.delay("MESSAGE_CREATE", 0.3)
    town.ada.says(town.general, "late")
    town.ada.says(town.general, "in time")
    await town.until(lambda: len(town.answers()) == 2)
    assert sorted(town.answers()) == ["echo: in time", "echo: late"]


@pytest.mark.parametrize("broken", EVENTS.values(), ids=EVENTS.keys())
async def test_a_press_whose_event_is_broken_is_obeyed_at_most_once(slow_town, broken) -> None:
    """Discord tells the person when a press is lost; it is theirs to press again."""
    town, gate = slow_town
    town.ada.says(town.general, "one")
    await town.until(lambda: town.fake.answers(town.general))
    broken(town.fake.faults.gateway, "INTERACTION_CREATE")
    town.ada.presses(town.last(), "/stop")
    town.ada.presses(town.last(), "/stop")
    await town.until(town.answers)
    gate.set()
    town.ada.says(town.general, "two")
    await town.until(lambda: len(town.answers()) == 2)


@pytest.mark.parametrize("broken", EVENTS.values(), ids=EVENTS.keys())
async def test_a_thread_whose_event_is_broken_is_heard_all_the_same(town: Town, broken) -> None:
    broken(town.fake.faults.gateway, "THREAD_CREATE")
    thread = town.ada.starts_thread(town.general, "plans")
    town.fake.world.bring(thread, town.fake.application.bot)
    for text in TEXTS:
        town.ada.says(thread, text)
    await town.until(lambda: len(town.answers(thread)) == len(TEXTS))
    assert town.answers(thread) == [f"echo: {text}" for text in TEXTS]
