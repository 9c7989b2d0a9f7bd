from __future__ import annotations

import asyncio
import json
import threading
import time
from dataclasses import replace

import pytest

from carrel.core.errors import Unavailable
from carrel.core.messages import Action, Answer, Gone, Mark, Outbound, Progress
from carrel.core.model import MessageId, TurnId
from carrel.platforms.console import place
from carrel.web.fragments import Fragments, dom_id, environment
from carrel.web.live import Live

DESK = place("desk")


@pytest.fixture
def live(house) -> Live:
    return Live(house.hub, house.store, Fragments(environment(), house.clock))


async def following(events) -> tuple[str, dict]:
    async with asyncio.timeout(5):
        kind, data, *_ = (await anext(events)).decode().split("\n")
    return kind.removeprefix("event: "), json.loads(data.removeprefix("data: "))


async def send(house, nonce: str, body) -> None:
    await house.hub.send(Outbound(nonce, DESK, body), None, again=False)


async def test_first_everything_then_what_changes(house, live: Live) -> None:
    await house.show("n1", Answer("before"))
    events = live.events({"desk": 100})
    kind, data = await following(events)
    assert (kind, data["c"]) == ("snapshot", "desk")
    assert "before" in data["html"]
    await send(house, "n2", Answer("after"))
    kind, data = await following(events)
    assert (kind, data["id"], data["kind"], data["new"]) == ("show", dom_id("n2"), "answer", True)


async def test_only_added_text_travels(house, live: Live) -> None:
    events = live.events({"desk": 100})
    await following(events)
    steps = [
        Progress(TurnId("t"), "working", text="so"),
        Progress(TurnId("t"), "working", text="so far"),
        Progress(TurnId("t"), "working", 1, (Action("1", "Bash", "ls"),)),
    ]
    kinds = []
    for step in steps:
        await send(house, "card", step)
        kinds.append(await following(events))
    assert [kind for kind, _ in kinds] == ["show", "more", "show"]
    assert kinds[1][1] == {"c": "desk", "id": dom_id("card"), "text": " far"}


async def test_what_goes_and_what_is_marked_is_told(house, live: Live) -> None:
    events = live.events({"desk": 100})
    await following(events)
    await send(house, "card", Gone())
    assert (await following(events))[1]["html"] == ""
    await send(house, "mark", Mark(MessageId("console/1"), "answered"))
    assert (await following(events))[1]["new"] is False


async def test_what_takes_long_to_render_holds_nobody_up_and_keeps_its_place(
    house, live: Live, monkeypatch
) -> None:
    threads: list[int] = []
    real = live.fragments.of

    def slow(item):
        threads.append(threading.get_ident())
        if len(threads) == 1:
            time.sleep(0.1)
        return real(item)

    events = live.events({"desk": 100})
    await following(events)
    monkeypatch.setattr(live.fragments, "of", slow)
    for n in range(3):
        await send(house, f"n{n}", Answer(f"{n}"))
    got = [(await following(events))[1]["id"] for _ in range(3)]
    assert got == [dom_id(f"n{n}") for n in range(3)]
    assert threading.get_ident() not in threads


async def test_two_conversations_share_one_line(house, live: Live) -> None:
    events = live.events({"desk": 100, "other": 100})
    assert [(await following(events))[1]["c"] for _ in range(2)] == ["desk", "other"]
    await house.hub.send(Outbound("n", place("other"), Answer("x")), None, again=False)
    assert (await following(events))[1]["c"] == "other"


async def test_trouble_is_told_in_words(live: Live, monkeypatch) -> None:
    async def away(*_args: object) -> None:
        raise Unavailable("The store is away.")

    monkeypatch.setattr(live.store, "history", away)
    events = live.events({"desk": 100})
    assert await following(events) == ("trouble", {"text": "The store is away."})
    with pytest.raises(StopAsyncIteration):
        await anext(events)


async def test_it_ends_with_the_hub_and_leaves_nothing(house, live: Live) -> None:
    """spec: 12.1."""
    events = live.events({"desk": 100})
    await following(events)
    house.hub.hang_up()
    with pytest.raises(StopAsyncIteration):
        await anext(events)
    assert not house.hub._subscriptions


async def test_an_edit_changes_the_words_and_nothing_else(house, live: Live, opening) -> None:
    async with opening() as person:
        await person.say("one")
        events = live.events({"desk": 100})
        await following(events)
        await person.edit("two <b>")
        kind, data = await following(events)
    assert (kind, data["kind"], data["new"]) == ("show", "edited", False)
    assert data["id"] == dom_id("console/m1", "b")
    assert "two &lt;b&gt;" in data["html"]
    assert "<footer" not in data["html"]


async def test_a_command_that_has_become_a_message_is_shown_as_one(
    house, live: Live, opening
) -> None:
    async with opening() as person:
        events = live.events({"desk": 100})
        await following(events)
        await person.say("/rerun abc", "m2")
        kind, data = await following(events)
        assert " hidden" in data["html"]
        message, become = MessageId("console/m2"), replace(house.heard[0], text="two")
        for sign in ("working", "answered"):
            await send(house, f"{sign}", Mark(message, sign))
            if sign == "working":
                assert (await following(events))[1]["kind"] == "mark", "it is a command yet"
                house.store._tables.messages[message] = replace(
                    house.store._tables.messages[message], inbound=become
                )
        kind, data = await following(events)
    assert (kind, data["kind"], data["id"]) == ("show", "said", dom_id(message))
    assert "two" in data["html"]
    assert (await following(events))[1]["kind"] == "mark"
