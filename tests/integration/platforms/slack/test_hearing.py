"""What people do on Slack, as the gateway hears it."""

from __future__ import annotations

import asyncio

import pytest

from carrel.core.errors import Unavailable
from carrel.core.messages import ApprovalCard, Notice
from carrel.platforms import lanes
from carrel.platforms.slack import siding
from carrel.ports.store import Cursor

from .conftest import World, until

CARD = ApprovalCard("a1", "Bash", "Run", "ls", "/w")


async def test_a_mention_addresses_and_a_thread_is_a_place(world: World) -> None:
    async with world.running():
        first = world.ada.says(world.channel, "tea?")
        world.bob.says(world.channel, "/status now", thread=first.ts, mention=True)
        await world.hears(3)
    plain, mentioned, twice = world.heard
    assert (plain.addressed, mentioned.addressed) == (False, True)
    assert mentioned.text == "/status now"
    assert mentioned.conversation.address == f"slack:{world.channel.id}:{first.ts}"
    assert mentioned.message_id == twice.message_id, "app_mention tells of the same message"
    assert plain.sender.roles == {"server:T0CARREL"}


async def test_edits_and_deletions_are_told_and_a_preview_is_no_edit(world: World) -> None:
    async with world.running():
        said = world.ada.says(world.channel, "tee?")
        world.fake.world.unfurl(said)
        world.ada.edits(said, "tea?")
        world.ada.deletes(said)
        await until(lambda: world.gateway.retracted)
    assert [one.text for one in world.gateway.amended] == ["tea?"]
    assert world.gateway.retracted[0][1] == world.heard[0].id


async def test_what_is_not_stored_is_given_again_and_then_acknowledged(world: World) -> None:
    world.gateway.outcome = Unavailable("away")
    async with world.running():
        world.ada.says(world.channel, "hello")
        await until(lambda: len([*world.fake.ledger.of("given")]) > 1)
        assert not [*world.fake.ledger.of("acknowledged")]
        world.gateway.outcome = "accepted"
        await until(lambda: [*world.fake.ledger.of("acknowledged")])
    assert len({one.message_id for one in world.heard}) == 1


async def test_a_press_is_a_command_and_words_are_asked_for(world: World) -> None:
    async with world.running():
        await world.send(CARD)
        (message,) = world.fake.answers(world.channel)
        pressed = world.ada.presses(message, "/allow a1")
        await world.hears(1)
        form = world.ada.presses(message, "?/deny a1")
        await until(lambda: form.view)
        world.ada.submits(form, "not that\none")
        await world.hears(2)
        await until(lambda: pressed.ack is not None)
    assert [one.text for one in world.heard] == ["/allow a1", "/deny a1 not that one"]
    assert {one.conversation.address for one in world.heard} == {world.place.address}


async def test_the_slash_command_answers_privately_where_the_command_is_private(
    world: World,
) -> None:
    async with world.running():
        made = world.ada.slash(world.channel, "status")
        await until(lambda: made.ack is not None)
        await world.send(Notice("all is well", reply_to=world.heard[0].message_id))
        open_one = world.ada.slash(world.channel, "new")
        await until(lambda: open_one.ack is not None)
    assert [one.text for one in world.heard] == ["/status", "/new"]
    assert [one.only_for for one in world.channel.whispers] == [world.ada.id]
    assert open_one.ack == {"response_type": "in_channel"}


async def test_a_command_that_cannot_be_stored_says_so_in_time(world: World) -> None:
    world.gateway.outcome = Unavailable("away")
    async with world.running():
        made = world.ada.slash(world.channel, "new")
        await until(lambda: made.ack)
    assert "try again" in made.ack["text"]


@pytest.mark.parametrize("fault", ["cut", "disconnect"])
async def test_a_connection_that_ends_is_made_again(world: World, fault: str) -> None:
    async with world.running() as platform:
        getattr(world.fake.faults, fault)()
        await until(lambda: len(world.gateway.caught_up) > 1)
        await until(lambda: platform.listening)
        world.ada.says(world.channel, "still there?")
        await world.hears()


async def test_what_was_said_meanwhile_is_in_the_history_with_its_threads(world: World) -> None:
    async with world.running():
        world.ada.says(world.channel, "before")
        await world.hears()
    cursor = Cursor(world.place, world.heard[0].id)
    first = world.ada.says(world.channel, "one")
    world.bob.says(world.channel, "two", thread=first.ts)
    async with world.running() as platform:
        assert [one.address for one in platform.stale((cursor,), 0.0)] == [world.place.address]
        page = await platform.history(world.place, cursor, 0.0)
    assert [one.text for one in page.messages] == ["one", "two"]
    assert page.messages[1].conversation.thread == first.ts
    assert page.cursor.message == f"{world.channel.id}.{first.ts}"


async def test_a_thread_that_carrel_began_is_read_from_its_beginning(world: World) -> None:
    """What was taken aside is not named as Slack names messages. spec: 2.9 14.11"""
    async with world.running() as platform:
        side = await platform.plan_side(world.place, "aside", "n1")
        await platform.open_side(side, "aside")
        began = float(side.conversation.thread)
        cursor = Cursor(side.conversation, f"aside.{world.channel.id}.{began:.6f}")
        world.ada.says(world.channel, "go on", thread=side.conversation.thread)
        known = [one.address for one in platform.stale((cursor,), began)]
        assert side.conversation.address in known
        page = await platform.history(side.conversation, cursor, began)
    assert "go on" in [one.text for one in page.messages]


async def test_what_there_is_no_room_for_is_read_from_the_history(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lanes, "MOST", 3)
    world.gateway.outcome = Unavailable("away")
    world.fake.world.sockets.retries = (60.0,)
    words = [f"word {number}" for number in range(5)]
    async with world.running() as platform:
        for word in words:
            world.ada.says(world.channel, word)
        await until(lambda: len(world.gateway.caught_up) > 1)
        assert any("More came" in one for one in platform.troubles)
        page = await platform.history(world.place, None, 0.0)
        world.gateway.outcome = "accepted"
        world.ada.says(world.channel, "there is room again")
        await until(lambda: world.heard[-1].text == "there is room again")
    assert [one.text for one in page.messages] == words


async def test_a_deleted_channel_vanishes_and_the_rest_is_told(world: World) -> None:
    async with world.running() as platform:
        world.fake.faults.malform()
        world.ada.archives(world.channel)
        await until(lambda: any("archived" in one for one in platform.troubles))
        world.ada.removes(world.channel)
        await until(lambda: world.gateway.vanished)
    assert world.gateway.vanished == [world.place]


async def test_what_cannot_be_read_harms_nobody(world: World) -> None:
    async with world.running():
        await world.fake.world.sockets.garble()
        world.fake.faults.malform()
        world.ada.says(world.channel, "hello")
        [one] = await world.hears()
    assert one.text == "hello"


async def test_an_unopened_side_thread_is_not_heard(world: World) -> None:
    async with world.running() as platform:
        side = await platform.plan_side(world.place, "aside", "n1")
        assert await platform.plan_side(world.place, "aside", "n1") == side
        thread = side.conversation.thread
        world.ada.says(world.channel, "early", thread=thread)
        await asyncio.sleep(0.05)
        assert not world.heard
        await platform.open_side(side, "aside")
        (early,) = await world.hears()
    assert early.addressed


async def test_a_side_thread_that_is_open_stays_so_when_it_is_planned_again(world: World) -> None:
    async with world.running() as platform:
        side = await platform.plan_side(world.place, "aside", "n1")
        await platform.open_side(side, "aside")
        assert await platform.plan_side(world.place, "aside", "n1") == side
        world.ada.says(world.channel, "at once", thread=side.conversation.thread)
        await world.hears()


async def test_a_side_thread_that_nobody_opens_is_waited_for_once(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(siding, "PREPARED_S", 0.05)
    async with world.running() as platform:
        side = await platform.plan_side(world.place, "aside", "n1")
        await platform._sides.opened(side.conversation)
        monkeypatch.setattr(siding, "PREPARED_S", 60.0)
        world.ada.says(world.channel, "hello?", thread=side.conversation.thread)
        await world.hears()


async def test_side_threads_are_not_kept_for_ever(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(siding, "KEPT", 2)
    async with world.running() as platform:
        for number in range(4):
            await platform.plan_side(world.place, "aside", f"n{number}")
        assert len(platform._sides._begun) == 2
