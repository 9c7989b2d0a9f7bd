"""What becomes of messages and places, and of the bot itself, on SimCord."""

from __future__ import annotations

import discord
import pytest
import simcord
from tests.integration.platforms.simcord.world import World

from carrel.core.errors import Unavailable
from carrel.core.messages import Answer, Progress
from carrel.core.model import TurnId
from carrel.platforms.discord.faults import NO_INTENT, of_connection
from carrel.ports.store import Cursor


async def test_an_edited_message_is_the_same_message(world: World) -> None:
    said = await world.ada.send(world.general, "teh plan")
    await world.ada.edit(said, "the plan")
    [first], [amended] = world.way.heard, world.way.amended
    assert (amended.text, amended.message_id) == ("the plan", first.message_id)
    assert amended.conversation == world.place(world.general, world.home)
    # SimCord's MESSAGE_UPDATE says nothing of the member, as Discord's does: no roles are compared
    assert amended.sender.id == first.sender.id


async def test_what_is_changed_but_not_edited_is_not_passed_on(world: World) -> None:
    news = world.home.create_news_channel("news")
    said = await world.ada.send(news, "it is out")
    world.env.backend.crosspost_message(news.id, said.id)
    await world.env.settle()
    assert "MESSAGE_UPDATE" in world.env.transcript()
    assert not world.way.amended


async def test_the_bot_s_own_edits_are_not_passed_on(world: World) -> None:
    card = await world.show(world.general, "card", Progress(TurnId("t"), "thinking"))
    await world.show(world.general, "card", Progress(TurnId("t"), "working"), card.ref)
    assert "MESSAGE_UPDATE" in world.env.transcript()
    assert not world.way.amended


async def test_deleted_messages_are_taken_back_one_by_one(world: World) -> None:
    said = [await world.ada.send(world.general, f"{n}") for n in range(3)]
    await world.ada.delete(said[0])
    world.env.backend.bulk_delete_messages(world.general.id, [said[1].id, said[2].id])
    await world.env.settle()
    where = world.place(world.general, world.home)
    assert world.way.retracted == [(world.source, str(one.id), where) for one in said]


async def test_direct_messages_are_edited_and_deleted_too(world: World) -> None:
    said = await world.ada.send_dm("pst")
    await world.ada.user.edit(said, "psst")
    await world.ada.user.delete(said)
    [amended] = world.way.amended
    assert (amended.text, amended.conversation) == ("psst", world.alone)
    assert world.way.retracted == [(world.source, str(said.id), world.alone)]


# Places.


async def test_threads_are_joined_so_that_they_are_heard(world: World) -> None:
    thread = world.thread(world.general, world.ada.id)
    await world.env.settle()
    assert world.me in thread._channel.thread_members
    [found] = world.connected.platform.stale((), world.env.now().timestamp())
    assert found == world.place(thread, world.general, world.home)


async def test_threads_that_are_not_answered_are_not_joined(world: World) -> None:
    world.way.deaf = frozenset({str(world.general.id)})
    thread = world.thread(world.general, world.ada.id)
    await world.env.settle()
    assert world.me not in thread._channel.thread_members


async def test_a_thread_that_wakes_is_joined_again(world: World) -> None:
    thread = world.thread(world.general, world.ada.id)
    backend = world.env.backend
    await world.env.settle()
    backend.edit_channel(thread.id, {}, thread_metadata={"archived": True})
    backend.remove_thread_member(thread.id, world.me)
    await world.env.settle()
    assert len(world.asked("PUT", "/thread-members/@me")) == 1
    backend.edit_channel(thread.id, {}, thread_metadata={"archived": False})
    await world.env.settle()
    assert world.me in thread._channel.thread_members


async def test_a_place_that_was_not_told_of_is_looked_up(world: World) -> None:
    world.connected.link.atlas.drop_place(world.general.id)
    await world.ada.send(world.general, "hello")
    assert world.way.heard[0].conversation == world.place(world.general, world.home)
    assert len(world.asked("GET", f"/channels/{world.general.id}")) == 1


async def test_deleted_places_vanish_after_what_was_said_in_them(world: World) -> None:
    works = world.home.create_category("works")
    parent = world.home.create_text_channel("plans", category=works)
    thread = world.thread(parent, world.ada.id)
    await world.ada.send(thread, "the last word")
    for place in (thread, parent, works):
        world.env.backend.delete_channel(place.id)
    await world.env.settle()
    assert [one.text for one in world.way.heard] == ["the last word"]
    assert world.way.vanished == [
        world.place(thread, parent, works, world.home),
        world.place(parent, works, world.home),
    ]


async def test_to_leave_a_server_ends_nothing(world: World) -> None:
    world.env.backend.remove_guild(world.home.id)
    await world.env.settle()
    assert not world.way.vanished
    assert [one for one in world.connected.platform.troubles if "home" in one]


# The connection.


async def test_what_was_said_while_the_line_was_cut_is_found(world: World) -> None:
    await world.ada.send(world.general, "before")
    heard = Cursor(world.place(world.general, world.home), world.way.heard[0].id)
    cut = world.env.now().timestamp()
    await world.line(up=False)
    await world.env.advance_time(90)
    await world.ada.send(world.general, "meanwhile")
    assert [one.text for one in world.way.heard] == ["before"]

    await world.line(up=True)
    assert world.connected.platform.listening
    assert world.way.since[-1] <= cut
    [where] = world.connected.platform.stale((heard,), cut)
    page = await world.connected.platform.history(where, heard, cut)
    # SimCord gives the newest hundred after a message where Discord gives the next hundred
    assert ([one.text for one in page.messages], page.more) == (["meanwhile"], False)
    assert page.messages[0].sender == world.way.heard[0].sender
    assert page.cursor == Cursor(where, page.messages[0].id)


async def test_direct_messages_are_read_again_as_they_were_heard(world: World) -> None:
    await world.ada.send_dm("psst")
    [heard] = world.way.heard
    page = await world.connected.platform.history(heard.conversation, None, heard.at - 1)
    assert page.messages == (heard,)


async def test_what_was_heard_is_read_in_the_history_as_the_same(world: World) -> None:
    first = await world.ada.send(world.general, "it broke", attachments=[("a.txt", b"a")])
    await world.ada.send(world.general, f"<@{world.me}> why?", reply_to=first)
    log = world.home.create_text_channel("log")
    await world.ada.forward(await world.ada.send(log, "trace"), world.general)
    await world.show(world.general, "n", Answer("It did."))
    where = world.place(world.general, world.home)
    page = await world.connected.platform.history(where, None, world.way.heard[0].at - 1)
    assert page.messages == tuple(one for one in world.way.heard if one.conversation == where)


async def test_a_bot_that_starts_again_knows_its_places(world: World) -> None:
    thread = world.thread(world.general, world.ada.id)
    await world.env.settle()
    world.env.backend.remove_thread_member(thread.id, world.me)
    registered = len(world.asked("PUT", "/commands"))

    await world.restart()
    assert world.connected.platform.listening
    assert world.me in thread._channel.thread_members
    assert len(world.asked("PUT", "/commands")) == registered
    await world.ada.send(thread, "still there?")
    [inbound] = world.way.heard
    assert inbound.conversation == world.place(thread, world.general, world.home)


async def test_an_edit_of_what_an_earlier_process_showed(world: World) -> None:
    card = await world.show(world.general, "card", Progress(TurnId("t"), note="busy"))
    await world.restart()
    await world.show(world.general, "card", Progress(TurnId("t"), note="done"), card.ref)
    [shown] = world.general.history()
    assert "done" in shown.embeds[0].description


async def test_without_the_intent_the_operator_is_told_what_to_do(world: World) -> None:
    await world.connected.close()
    await world.env.shutdown()
    withheld = discord.Intents.all()
    withheld.message_content = False
    env = simcord.Env(world.connected.client, approved_intents=withheld)
    with pytest.raises(discord.PrivilegedIntentsRequired) as refused:
        await env.start()
    told = of_connection(refused.value, renewable=False)
    assert isinstance(told, Unavailable)
    assert str(told) == NO_INTENT
