"""Every way in asks one function for the session: what reaches it is compared with the rules.

spec: 6.1
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
from tests.integration.platforms.discord.town import Town

from carrel.core.choices import Choice
from carrel.core.events import (
    Amended,
    ApprovalAnswered,
    Event,
    Expected,
    Prompted,
    Retracted,
    StatusAsked,
    StopAsked,
    Vanished,
)
from carrel.core.model import Conversation
from carrel.core.routing import Rules, resolve
from carrel.engines.script import AskFor, Hang, Say
from carrel.platforms.discord import showing
from carrel.testing.discord.model import FORUM, Channel

Way = Callable[[Town, Channel], Awaitable[type[Event]]]


async def message(town: Town, place: Channel) -> type[Event]:
    town.ada.says(place, "hello")
    return Prompted


async def mention(town: Town, place: Channel) -> type[Event]:
    town.ada.says(place, f"<@{town.fake.application.bot.id}> hello")
    return Prompted


async def reply(town: Town, place: Channel) -> type[Event]:
    said = town.eve.says(place, "to be replied to")
    town.ada.says(place, "indeed", reply_to=said)
    return Prompted


async def forward(town: Town, place: Channel) -> type[Event]:
    town.ada.forwards(town.eve.says(town.general, "look"), place)
    return Prompted


async def edit(town: Town, place: Channel) -> type[Event]:
    town.ada.says(place, "hang")
    waiting = town.ada.says(place, "secnod")
    await town.until(lambda: list(waiting.reactions) == ["⏳"])
    town.ada.edits(waiting, "second")
    return Amended


async def deletion(town: Town, place: Channel) -> type[Event]:
    town.ada.says(place, "hang")
    waiting = town.ada.says(place, "second")
    await town.until(lambda: list(waiting.reactions) == ["⏳"])
    town.ada.deletes(waiting)
    return Retracted


async def slash(town: Town, place: Channel) -> type[Event]:
    town.ada.uses("/status", place)
    return StatusAsked


async def button(town: Town, place: Channel) -> type[Event]:
    town.ada.says(place, "hang")
    await town.until(lambda: town.fake.answers(place))
    town.ada.presses(town.last(place), "/stop")
    return StopAsked


async def select(town: Town, place: Channel) -> type[Event]:
    """A choice among more than fit in a row: here the first of six commands."""
    offered = [Choice(f"{n}", f"/deny nothing{n}") for n in range(6)]
    town.ada.says(place, "hang")
    await town.until(lambda: town.fake.answers(place))
    card = town.last(place)
    card.components = showing.components(offered)
    town.ada.chooses(card, "choose", ["/deny nothing3"])
    return ApprovalAnswered


async def form(town: Town, place: Channel) -> type[Event]:
    town.ada.says(place, "ask")
    await town.until(lambda: town.fake.answers(place) and town.last(place).components)
    why = town.last(place).components[0]["components"][-1]["custom_id"]
    pressed = town.ada.presses(town.last(place), why)
    await town.until(lambda: pressed.modal)
    town.ada.submits(pressed, {"words": "no"})
    return ApprovalAnswered


async def typing(town: Town, place: Channel) -> type[Event]:
    town.ada.types(place)
    return Expected


async def catching_up(town: Town, place: Channel) -> type[Event]:
    town.ada.says(place, "hello")
    await town.until(lambda: town.answers(place))
    town.told.clear()
    town.fake.faults.gateway.lose("MESSAGE_CREATE")
    town.ada.says(place, "lost")
    town.fake.faults.gateway.invalid_session()
    return Prompted


async def deleting(town: Town, place: Channel) -> type[Event]:
    town.ada.says(place, "hello")
    await town.until(lambda: town.answers(place))
    town.fake.world.remove(place)
    return Vanished


WAYS: tuple[Way, ...] = (
    *(message, mention, reply, forward, edit, deletion),
    *(slash, button, select, form, typing, catching_up),
)


def channel(town: Town) -> Channel:
    return town.fake.world.channel(town.guild, "other")


def shared(town: Town) -> Channel:
    return town.general


def thread(town: Town) -> Channel:
    return town.ada.starts_thread(town.general, "plans")


def on_a_message(town: Town) -> Channel:
    said = town.eve.says(town.general, "to be talked about")
    return town.ada.starts_thread(town.general, "talk", on=said)


def post(town: Town) -> Channel:
    forum = town.fake.world.channel(town.guild, "ideas", FORUM)
    return town.eve.starts_thread(forum, "one", text="first")


def direct(town: Town) -> Channel:
    return town.ada.writes_to(town.fake.application.bot)


PLACES = (channel, shared, thread, on_a_message, post, direct)


@pytest.fixture
async def town(furnished: Town) -> AsyncIterator[Town]:
    furnished.rules = Rules(waiting="queue", shared=frozenset({f"discord:{furnished.general.id}"}))
    scripts = {"hang": (Say("…"), Hang()), "ask": (AskFor("May I?"), Say("well"))}
    furnished.script = lambda text: scripts.get(text, (Say(f"echo: {text}"),))
    async with furnished:
        await furnished.registered()
        yield furnished


@pytest.mark.parametrize("place", PLACES, ids=lambda one: one.__name__)
@pytest.mark.parametrize("way", WAYS, ids=lambda one: one.__name__)
async def test_the_key_is_the_rules(town: Town, way: Way, place: Callable[[Town], Channel]) -> None:
    here = place(town)
    me = town.fake.application.bot.id
    await town.until(lambda: here.thread is None or me in here.thread.members)
    kind = await way(town, here)
    await town.until(lambda: any(isinstance(event, kind) for _, event in town.told))
    expected = resolve(Conversation("discord", here.id), town.rules).key
    assert {key for key, _ in town.told} == {expected}


@pytest.mark.parametrize("place", [channel, shared, thread, post], ids=lambda one: one.__name__)
async def test_a_deleted_place_is_told_by_the_same_key(
    town: Town, place: Callable[[Town], Channel]
) -> None:
    here = place(town)
    me = town.fake.application.bot.id
    await town.until(lambda: here.thread is None or me in here.thread.members)
    expected = resolve(Conversation("discord", here.id), town.rules).key
    kind = await deleting(town, here)
    await town.until(lambda: any(isinstance(event, kind) for _, event in town.told))
    assert {key for key, _ in town.told} == {expected}
