"""Threads and channels live, sleep, move and die; their sessions do as they should."""

from __future__ import annotations

import asyncio

from tests.integration.platforms.discord.town import Town

from carrel.core.model import Conversation, SessionKey
from carrel.core.routing import PlaceRule, Rules
from carrel.engines.script import Hang, Say
from carrel.testing.discord.model import CATEGORY, PRIVATE_THREAD, Channel
from carrel.testing.discord.threads import ThreadPlan, make_thread


def me(town: Town) -> str:
    return town.fake.application.bot.id


async def talked(town: Town, place: Channel) -> None:
    before = len(town.answers(place))
    town.ada.says(place, "hello")
    await town.until(lambda: len(town.answers(place)) == before + 1)


async def sessions(town: Town) -> set[str]:
    return {info.key for info in await town.house.store.sessions(20)}


def folders(town: Town, place: Channel) -> list[str]:
    found = (town.folder / "sessions").glob(f"discord-{place.id}-*")
    return [folder.name for folder in found]


async def test_a_thread_is_joined_at_once_and_again_after_a_resume_and_a_restart(
    furnished: Town,
) -> None:
    async with furnished as town:
        thread = town.ada.starts_thread(town.general, "plans")
        await town.until(lambda: me(town) in thread.thread.members)
        town.fake.faults.gateway.reset()
        await town.until(lambda: not town.platform.listening)
        await town.until(lambda: town.platform.listening)
        await talked(town, thread)
        town.fake.faults.gateway.reconnect()
        town.ada.says(thread, "right after")
        await town.until(lambda: "echo: right after" in town.answers(thread))
    sleeping = furnished.ada.starts_thread(furnished.general, "made while away", text="first")
    async with furnished as town:
        await town.until(lambda: town.answers(sleeping) == ["echo: first"])
        await talked(town, thread)


async def test_no_thread_is_joined_where_nothing_is_answered(furnished: Town) -> None:
    furnished.rules = Rules(places={f"discord:{furnished.general.id}": PlaceRule(answer="never")})
    other = furnished.fake.world.channel(furnished.guild, "other")
    async with furnished as town:
        quiet = town.ada.starts_thread(town.general, "quiet")
        loud = town.ada.starts_thread(other, "loud")
        await town.until(lambda: me(town) in loud.thread.members)
        assert me(town) not in quiet.thread.members


async def test_a_rename_and_another_category_move_nothing(town: Town) -> None:
    await talked(town, town.general)
    town.fake.world.rename(town.general, "renamed")
    town.general.parent_id = town.fake.world.channel(town.guild, "group", CATEGORY).id
    town.fake.world.rename(town.general, "renamed again")
    await talked(town, town.general)
    info = await town.house.store.session(SessionKey(f"discord:{town.general.id}"))
    assert info.turns == 2
    assert len(await sessions(town)) == 1


async def test_an_archived_thread_keeps_its_session_and_goes_on(town: Town) -> None:
    thread = town.ada.starts_thread(town.general, "plans")
    await town.until(lambda: me(town) in thread.thread.members)
    await talked(town, thread)
    town.ada.archives(thread)
    await talked(town, town.general)
    assert f"discord:{thread.id}" in await sessions(town)
    await talked(town, thread)
    info = await town.house.store.session(SessionKey(f"discord:{thread.id}"))
    assert info.turns == 2


async def test_a_deleted_thread_takes_its_session_to_the_trash_and_no_other(town: Town) -> None:
    """spec: 8.6"""
    thread = town.ada.starts_thread(town.general, "plans")
    await town.until(lambda: me(town) in thread.thread.members)
    await talked(town, thread)
    await talked(town, town.general)
    town.fake.world.remove(thread)
    await town.until(lambda: town.house.workspaces.discarded)
    await town.until(lambda: not town.house.registry.running)
    assert town.house.workspaces.discarded == [f"discord:{thread.id}"]
    assert await sessions(town) == {f"discord:{town.general.id}"}


async def test_a_deleted_channel_takes_its_threads_along_even_those_asleep(town: Town) -> None:
    """spec: 8.6"""
    other = town.fake.world.channel(town.guild, "other")
    awake, asleep = (town.ada.starts_thread(other, name) for name in ("awake", "asleep"))
    for place in (other, awake, asleep, town.general):
        await town.until(lambda p=place: p.thread is None or me(town) in p.thread.members)
        await talked(town, place)
    town.ada.archives(asleep)
    town.fake.world.remove(other)
    await town.until(lambda: len(town.house.workspaces.discarded) == 3)
    expected = {f"discord:{place.id}" for place in (other, awake, asleep)}
    assert set(town.house.workspaces.discarded) == expected


async def test_a_channel_deleted_while_a_turn_runs_stops_it(furnished: Town) -> None:
    """spec: 8.6"""
    furnished.script = lambda text: (Hang(),) if text == "hang" else (Say("done"),)
    async with furnished as town:
        other = town.fake.world.channel(town.guild, "other")
        town.ada.says(other, "hang")
        await town.until(lambda: town.house.registry.running == 1)
        town.fake.world.remove(other)
        await town.until(lambda: town.house.workspaces.discarded == [f"discord:{other.id}"])
        await town.until(lambda: town.house.registry.running == 0)
        await talked(town, town.general)


async def test_a_channel_deleted_while_nobody_listened_is_noticed(furnished: Town) -> None:
    """spec: 8.6"""
    other = furnished.fake.world.channel(furnished.guild, "other")
    async with furnished as town:
        await talked(town, other)
    furnished.fake.world.remove(other)
    async with furnished as town:
        await town.until(lambda: town.house.workspaces.discarded == [f"discord:{other.id}"])


async def test_a_server_that_removes_the_bot_is_said_and_keeps_its_sessions(town: Town) -> None:
    await talked(town, town.general)
    town.fake.world.expel(town.fake.application, town.guild)
    await town.until(lambda: town.platform.troubles)
    assert town.platform.troubles == (
        "The bot is no longer on the server home; its sessions are kept.",
    )
    assert await sessions(town) == {f"discord:{town.general.id}"}
    town.fake.world.invite(town.fake.application, town.guild)
    await town.until(lambda: not town.platform.troubles)
    await talked(town, town.general)


async def test_a_server_in_an_outage_is_neither_waited_for_nor_lost(furnished: Town) -> None:
    async with furnished as town:
        await talked(town, town.general)
        town.fake.world.outage(town.guild)
        await asyncio.sleep(0)
        town.fake.world.outage(town.guild, over=True)
        await talked(town, town.general)
        assert town.platform.troubles == ()


async def test_the_first_words_in_a_new_channel_and_a_new_server_are_heard(town: Town) -> None:
    other = town.fake.world.channel(town.guild, "brand new")
    await talked(town, other)
    elsewhere = town.fake.world.guild("elsewhere")
    lobby = town.fake.world.channel(elsewhere, "lobby")
    town.fake.world.enter(elsewhere, town.ada.user)
    await talked(town, lobby)


def words(town: Town, place: Channel, some: str) -> list[str]:
    """What the bot has said there that has these words."""
    return [one.content for one in town.fake.answers(place) if some in one.content]


async def test_a_side_thread_stands_on_a_message_and_is_begun_once(furnished: Town) -> None:
    """Beside a thread too: there are none below one. spec: 14.2 14.4"""
    async with furnished as town:
        inner = town.ada.starts_thread(town.general, "plans")
        await town.until(lambda: me(town) in inner.thread.members)
        await forked(town, town.general)
        await forked(town, inner)
        beside = Conversation("discord", town.general.id)
        plans = [await town.platform.plan_side(beside, "more", "nonce") for _ in range(2)]
        assert plans[0] == plans[1]
        for plan in plans:
            await town.platform.open_side(plan, "more")
        assert [t.name for t in town.fake.world.threads(town.guild.id, None)].count("more") == 1


async def forked(town: Town, channel: Channel) -> None:
    town.ada.says(channel, "/fork aside")
    await town.until(lambda: words(town, channel, "goes on from here"))
    (told,) = words(town, channel, "goes on from here")
    side = town.fake.world.find_channel(told.partition("<#")[2].rstrip(">"))
    assert (side.name, side.parent_id) == ("aside", town.general.id)
    await talked(town, side)


async def test_beside_a_private_thread_none_is_begun(furnished: Town) -> None:
    """Others see the channel and not the thread. spec: 14.2"""
    async with furnished as town:
        plan = ThreadPlan(name="between us", kind=PRIVATE_THREAD)
        inner = make_thread(town.fake.world, town.general, town.ada.user, plan)
        town.fake.world.bring(inner, town.fake.application.bot)
        await town.until(lambda: me(town) in inner.thread.members)
        await talked(town, inner)
        town.ada.says(inner, "/fork")
        await town.until(lambda: words(town, inner, "thread is private"))
        assert not words(town, town.general, "between us")
        assert not words(town, town.general, "🌿")


async def test_a_direct_conversation_has_no_side_threads(furnished: Town) -> None:
    async with furnished as town:
        direct = town.ada.writes_to(town.fake.application.bot)
        town.ada.says(direct, "/fork")
        await town.until(lambda: words(town, direct, "no threads"))
