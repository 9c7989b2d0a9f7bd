"""What people say on SimCord arrives as it was said."""

from __future__ import annotations

import pytest
from simcord.backend.models import MessageSticker
from simcord.enums import ChannelType
from tests.integration.platforms.simcord.world import World

from carrel.core.model import Material


async def test_a_message_says_where_it_was_said_and_by_whom(world: World) -> None:
    said = await world.ada.send(world.general, "hello")
    [inbound] = world.way.heard
    assert (inbound.source, inbound.id) == (world.source, str(said.id))
    assert (inbound.text, inbound.addressed) == ("hello", False)
    assert inbound.conversation == world.place(world.general, world.home)
    assert (inbound.sender.id, inbound.sender.name) == (str(world.ada.id), "Ada")
    assert inbound.sender.roles == {f"role:{world.crew.id}", f"server:{world.home.id}"}
    assert not inbound.sender.is_bot
    assert inbound.at == world.env.now().timestamp()


async def test_a_nickname_is_the_name(world: World) -> None:
    bob = world.home.add_member(world.env.create_user("bob", global_name="Bob"), nick="Bobby")
    await bob.send(world.general, "hello")
    assert world.way.heard[0].sender.name == "Bobby"


async def test_every_kind_of_place_that_holds_messages_is_heard(world: World) -> None:
    works = world.home.create_category("works")
    places = {
        "text": world.home.create_text_channel("text", category=works),
        "voice": world.home.create_voice_channel("voice", category=works),
        "stage": world.home.create_stage_channel("stage", category=works),
        "news": world.home.create_news_channel("news", category=works),
    }
    for name, channel in places.items():
        await world.ada.send(channel, name)
    assert {one.text: one.conversation for one in world.way.heard} == {
        name: world.place(channel, works, world.home) for name, channel in places.items()
    }


@pytest.mark.parametrize("kind", [ChannelType.PUBLIC_THREAD, ChannelType.PRIVATE_THREAD])
async def test_a_thread_lies_in_its_channel_and_category(world: World, kind: int) -> None:
    works = world.home.create_category("works")
    parent = world.home.create_text_channel("plans", category=works)
    thread = world.thread(parent, world.ada.id, kind=kind)
    await world.ada.send(thread, "inside")
    [inbound] = world.way.heard
    assert inbound.conversation == world.place(thread, parent, works, world.home)
    assert not inbound.addressed


async def test_in_a_thread_of_the_bot_s_own_it_is_addressed(world: World) -> None:
    thread = world.thread(world.general, world.me)
    await world.ada.send(thread, "inside")
    assert world.way.heard[0].addressed


async def test_a_thread_on_a_message_is_another_place_than_its_channel(world: World) -> None:
    said = await world.ada.send(world.general, "a thread's beginning")
    backend = world.env.backend
    backend.create_thread(world.general.id, "talk", world.ada.id, message_id=said.id)
    [thread] = world.general.threads
    await world.ada.send(thread, "inside")
    places = [one.conversation for one in world.way.heard]
    assert thread.id == said.id
    assert places == [
        world.place(world.general, world.home),
        world.place(thread, world.general, world.home),
    ]


async def test_a_post_of_a_forum_is_a_conversation(world: World) -> None:
    forum = world.home.create_forum_channel("ideas")
    post = world.post(forum, world.ada.id, "a plan")
    await world.ada.send(post, "what about this?")
    [inbound] = world.way.heard
    assert inbound.conversation == world.place(post, forum, world.home)


async def test_a_direct_message_has_no_server_and_is_addressed(world: World) -> None:
    await world.ada.send_dm("psst")
    [inbound] = world.way.heard
    assert inbound.conversation == world.alone
    assert inbound.sender.roles == frozenset()
    assert inbound.addressed


async def test_to_mention_the_bot_is_to_address_it(world: World) -> None:
    bob = world.env.create_user("bob", global_name="Bob")
    text = f"<@{world.me}> ask <@{bob.id}> in {world.general.mention} <:ok:12>"
    await world.ada.send(world.general, text)
    [inbound] = world.way.heard
    assert inbound.addressed
    assert inbound.text == "ask @Bob in #general :ok:"


async def test_to_mention_somebody_else_is_not(world: World) -> None:
    await world.ada.send(world.general, f"{world.home.owner.mention} hello")
    assert not world.way.heard[0].addressed


# SimCord's roles have no tags, by which a bot's own role is known: to mention it is in tests/unit.


async def test_a_reply_carries_what_it_replies_to(world: World) -> None:
    bob = world.home.add_member(world.env.create_user("bob", global_name="Bob"))
    first = await bob.send(world.general, "the build is red")
    await world.ada.send(world.general, "look into it", reply_to=first)
    reply = world.way.heard[1]
    assert reply.text == "look into it"
    assert reply.material == (Material("reply", "Bob", "the build is red"),)
    assert (reply.addressed, reply.more) == (False, False)


async def test_a_reply_to_the_bot_addresses_it(world: World) -> None:
    world.env.backend.create_message(world.general.id, world.me, "forty-two")
    await world.ada.send(world.general, "why?", reply_to=world.general.last_message)
    [inbound] = world.way.heard
    assert inbound.addressed
    assert inbound.material == (Material("reply", "your own", "forty-two"),)


async def test_a_reply_to_what_is_gone_is_a_message(world: World) -> None:
    first = await world.ada.send(world.general, "never mind")
    await world.ada.delete(first)
    world.env.backend.create_message(
        world.general.id, world.ada.id, "or rather", reference={"message_id": str(first.id)}
    )
    await world.env.settle()
    assert world.way.heard[1].text == "or rather"
    assert world.way.heard[1].material == ()


async def test_a_forward_is_material_and_more_may_come(world: World) -> None:
    log = world.home.create_text_channel("log")
    found = await world.ada.send(log, "it broke", attachments=[("trace.txt", b"line 1")])
    forwarded = await world.ada.forward(found, world.general)
    inbound = world.way.heard[1]
    assert inbound.conversation == world.place(world.general, world.home)
    assert (inbound.text, inbound.more) == ("", True)
    assert inbound.material == (Material("forward", "#log", "it broke"),)
    [file] = inbound.attachments
    assert (file.name, file.size) == ("trace.txt", 6)
    assert file.ref.startswith(f"{world.general.id}/{forwarded.id}/")


async def test_files_are_named_and_can_be_asked_for_again(world: World) -> None:
    files = [("plan.txt", b"the plan"), ("plan.png", b"\x89PNG")]
    said = await world.ada.send(world.general, "", attachments=files)
    named = world.way.heard[0].attachments
    assert [(f.name, f.media_type, f.size) for f in named] == [
        ("plan.txt", "text/plain", 8),
        ("plan.png", "image/png", 4),
    ]
    # SimCord serves no files over HTTP: what can be tried is how an expired link is made anew
    where, _, link = named[1].ref.partition(" ")
    channel, message, file = where.split("/")
    assert (channel, message) == (str(world.general.id), str(said.id))
    assert await world.connected.platform._fresh_link(channel, message, file) == link
    assert await world.env.bot.http.get_from_cdn(link) == b"\x89PNG"


async def test_a_sticker_is_said_in_words(world: World) -> None:
    sticker = MessageSticker(1, "thumbs", 1, world.home.id)
    world.env.backend.create_message(world.general.id, world.ada.id, stickers=[sticker])
    await world.env.settle()
    assert world.way.heard[0].text == "[sticker: thumbs]"


async def test_webhooks_and_other_bots_are_known_as_bots(world: World) -> None:
    other = world.home.add_member(world.env.create_user("other", bot=True))
    hook = world.home.create_webhook(world.general, "CI")
    await other.send(world.general, "beep")
    await hook.send("build 7 failed", username="Builds")
    beep, build = [one.sender for one in world.way.heard]
    assert beep.is_bot
    assert (build.is_bot, build.name, build.roles) == (True, "Builds", frozenset())


async def test_discord_s_own_remarks_are_no_messages(world: World) -> None:
    backend = world.env.backend
    said = await world.ada.send(world.general, "keep this")
    backend.set_pinned(world.general.id, said.id, pinned=True)
    backend.edit_channel(world.general.id, {"name": "renamed"})
    backend.guilds[world.home.id].system_channel_id = world.general.id
    world.home.add_member(world.env.create_user("bob"))
    world.thread(world.general, world.ada.id)
    await world.env.settle()
    remarks = [one.type.name for one in world.general.history() if one.is_system()]
    assert remarks == ["pins_add", "channel_name_change", "new_member", "thread_created"]
    assert [one.text for one in world.way.heard] == ["keep this"]


async def test_who_begins_to_write_is_expected(world: World) -> None:
    await world.ada.typing(world.general)
    [(where, sender)] = world.way.expected
    assert where == world.place(world.general, world.home)
    assert (sender.id, sender.name) == (str(world.ada.id), "Ada")
    assert sender.roles == {f"role:{world.crew.id}", f"server:{world.home.id}"}


async def test_the_bot_does_not_expect_itself(world: World) -> None:
    await world.connected.platform.typing(world.place(world.general))
    await world.env.settle()
    assert world.asked("POST", "/typing")
    assert not world.way.expected


@pytest.mark.parametrize("world", [2], indirect=True)
async def test_servers_of_every_shard_are_heard(world: World) -> None:
    servers = [world.env.create_guild(f"shard {n}", shard_id=n) for n in range(2)]
    for server in servers:
        channel = server.create_text_channel("talk")
        member = server.add_member(world.ada.user)
        await member.send(channel, server.name)
    assert [(one.text, one.conversation.within) for one in world.way.heard] == [
        (server.name, (str(server.id),)) for server in servers
    ]
