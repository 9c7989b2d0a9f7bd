"""Slash commands: registered once, acting where they are typed, answered in time."""

from __future__ import annotations

import asyncio

from tests.integration.platforms.discord.town import Town

from carrel.core.command_table import COMMANDS
from carrel.engines.script import Hang
from carrel.testing.discord.model import EPHEMERAL


def puts(town: Town) -> int:
    return len(town.fake.ledger.requests("PUT", "/commands"))


async def test_they_are_registered_from_the_table_and_not_again_when_nothing_changed(
    furnished: Town,
) -> None:
    async with furnished as town:
        await town.registered()
        held = town.fake.application.commands
        assert [one["name"] for one in held[town.guild.id]] == [
            c.name for c in COMMANDS if c.listed
        ]
        assert held[None][0]["contexts"] == [1]
        sent = puts(town)
        assert sent == 2
    async with furnished as town:
        town.ada.says(town.general, "hello")
        await town.until(town.answers)
        gets = town.fake.ledger.requests("GET", "/commands")
        await town.until(lambda: len(town.fake.ledger.requests("GET", "/commands")) >= len(gets))
        assert puts(town) == sent
    held[furnished.guild.id][0]["description"] = "an older word for it"
    async with furnished as town:
        await town.until(lambda: puts(town) == sent + 1)


async def test_a_private_answer_is_seen_by_nobody_else(town: Town) -> None:
    await town.registered()
    asked = town.ada.uses("/status", town.general)
    await town.until(lambda: any("is idle" in one.content for one in asked.answers))
    (answer,) = asked.answers
    assert answer.flags & EPHEMERAL
    assert town.texts() == []


async def test_new_in_b_resets_b(town: Town) -> None:
    """The bug of others: it reset the default session, or was refused."""
    await town.registered()
    other = town.fake.world.channel(town.guild, "other")
    for place in (town.general, other):
        town.ada.says(place, "hello")
        await town.until(lambda place=place: town.answers(place))
    kept = (await town.house.store.claim(f"discord:{town.general.id}", "look")).session.resume
    town.ada.uses("/new", other)
    await town.until(lambda: any("fresh conversation" in text for text in town.texts(other)))
    sessions = [
        (await town.house.store.claim(f"discord:{place.id}", "look")).session
        for place in (town.general, other)
    ]
    assert [session.resume for session in sessions] == [kept, None]
    assert kept is not None


async def test_stop_by_command_stops_what_runs_there_and_nothing_else(furnished: Town) -> None:
    furnished.script = lambda _: (Hang(),)
    async with furnished as town:
        await town.registered()
        other = town.fake.world.channel(town.guild, "other")
        for place in (town.general, other):
            town.ada.says(place, "hang")
        await town.until(lambda: town.house.registry.running == 2)
        asked = town.ada.uses("/stop", other)
        await town.until(lambda: town.texts(other) and asked.answers)
        assert town.house.registry.running == 1
        assert asked.answers[0].flags & EPHEMERAL


async def test_a_command_may_be_typed_too(town: Town) -> None:
    town.ada.says(town.general, "/status")
    await town.until(lambda: town.texts() and "is idle" in town.texts()[0])


async def test_in_a_direct_conversation_they_work_as_well(town: Town) -> None:
    await town.registered()
    alone = town.ada.writes_to(town.fake.application.bot)
    asked = town.ada.uses("/status", alone)
    await town.until(lambda: asked.answers and f"discord:{alone.id}" in asked.answers[0].content)


async def test_an_answer_that_is_lost_is_said_openly(town: Town) -> None:
    """The first word of Discord's own was lost; the command was stored, and its answer comes."""
    await town.registered()
    town.fake.faults.drop("POST", "/interactions/*/*/callback")
    town.ada.uses("/status", town.general)
    await town.until(lambda: any("is idle" in text for text in town.texts()))


async def test_a_store_that_is_slow_does_not_lose_the_press(town: Town) -> None:
    await town.registered()
    accept, gate = town.house.store.accept, asyncio.Event()

    async def slow(*given, **named):
        await gate.wait()
        return await accept(*given, **named)

    town.house.store.accept = slow
    asked = town.ada.uses("/status", town.general)
    await town.until(lambda: asked.answers)
    assert "moment" in asked.answers[0].content
    gate.set()
    await town.until(lambda: any("is idle" in text for text in town.texts()))
