from __future__ import annotations

import pytest

from carrel.testing.discord.building import Builder
from carrel.testing.discord.model import FORUM, REPLY, STARTER, THREAD_CREATED, Dispatch


@pytest.fixture
def told() -> list[Dispatch]:
    return []


@pytest.fixture
def world(told: list[Dispatch]) -> Builder:
    made = Builder()
    made.listen(told.append)
    return made


def test_a_reply_refers_to_its_message_and_names_its_author(world: Builder) -> None:
    guild = world.guild("home")
    channel = world.channel(guild, "general")
    ada, bea = world.person("ada", guild), world.person("bea", guild)
    said = ada.says(channel, "hello")
    reply = bea.says(channel, "hi", reply_to=said)
    assert reply.kind == REPLY
    assert reply.mentions == [ada.id]


def test_a_thread_announces_itself(world: Builder, told: list[Dispatch]) -> None:
    guild = world.guild("home")
    channel = world.channel(guild, "general")
    ada = world.person("ada", guild)
    said = ada.says(channel, "hello")
    on = ada.starts_thread(channel, "on", on=said)
    alone = ada.starts_thread(channel, "alone")
    assert on.id == said.id
    assert [each.kind for each in on.messages.values()] == [STARTER]
    assert [each.kind for each in channel.messages.values()] == [0, THREAD_CREATED]
    assert alone.id not in channel.messages
    assert [each.name for each in told].count("THREAD_CREATE") == 2


def test_a_message_wakes_a_thread_and_joins_its_author(world: Builder) -> None:
    guild = world.guild("home")
    ada, bea = world.person("ada", guild), world.person("bea", guild)
    thread = ada.starts_thread(world.channel(guild, "general"), "plans")
    ada.archives(thread)
    bea.says(thread, "still here?")
    assert thread.thread
    assert not thread.thread.archived
    assert set(thread.thread.members) == {ada.id, bea.id}


def test_a_forum_post_has_its_message_by_its_own_id(world: Builder) -> None:
    guild = world.guild("home")
    post = world.person("ada", guild).starts_thread(
        world.channel(guild, "ideas", FORUM), "one", text="first"
    )
    assert post.messages[post.id].content == "first"


def test_a_removed_channel_takes_its_threads_along(world: Builder, told: list[Dispatch]) -> None:
    guild = world.guild("home")
    channel = world.channel(guild, "general")
    world.person("ada", guild).starts_thread(channel, "plans")
    world.remove(channel)
    assert [each.name for each in told[-2:]] == ["THREAD_DELETE", "CHANNEL_DELETE"]
    assert not world.channels


def test_a_second_reaction_of_the_same_person_is_none(world: Builder) -> None:
    guild = world.guild("home")
    ada = world.person("ada", guild)
    said = ada.says(world.channel(guild, "general"), "hello")
    ada.reacts(said, "👍")
    ada.reacts(said, "👍")
    assert said.reactions == {"👍": [ada.id]}
    ada.unreacts(said, "👍")
    assert said.reactions == {}


def test_only_what_is_registered_can_be_used(world: Builder) -> None:
    application = world.add_application("bot")
    guild = world.guild("home")
    channel = world.channel(guild, "general")
    ada = world.person("ada", guild)
    inner = {"type": 1, "name": "set", "options": [{"type": 3, "name": "to"}]}
    known = {"id": "1", "name": "mode", "type": 1, "options": [inner]}
    application.commands[guild.id] = [known]
    used = ada.uses("/mode set", channel, to="all")
    chosen = [{"name": "to", "type": 3, "value": "all"}]
    assert used.data["options"] == [{"name": "set", "type": 1, "options": chosen}]
    with pytest.raises(LookupError):
        ada.uses("/mode set", channel, by="me")
    with pytest.raises(LookupError):
        ada.uses("/other", channel)


def test_dead_components_cannot_be_pressed(world: Builder) -> None:
    guild = world.guild("home")
    ada = world.person("ada", guild)
    said = ada.says(world.channel(guild, "general"), "card")
    said.components = [
        {"type": 1, "components": [{"type": 2, "custom_id": "off", "disabled": True}]}
    ]
    for custom_id in ("off", "unknown"):
        with pytest.raises(LookupError):
            ada.presses(said, custom_id)
    ada.deletes(said)
    with pytest.raises(LookupError):
        ada.presses(said, "off")
