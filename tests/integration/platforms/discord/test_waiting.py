"""What waits can be changed on Discord itself; what was missed is caught up with."""

from __future__ import annotations

import asyncio

import pytest
from tests.integration.platforms.discord.town import Town

from carrel.core.model import Conversation
from carrel.engines.script import Say, Step, Wait
from carrel.platforms.discord.platform import DiscordPlatform
from carrel.ports.store import Cursor


def gated(gate: asyncio.Event):
    """The first prompt waits for the gate; every answer is an echo."""

    def script(text: str) -> tuple[Step, ...]:
        return (Wait(gate), Say(f"echo: {text}")) if text == "slow" else (Say(f"echo: {text}"),)

    return script


async def test_an_edit_changes_what_waits_and_a_deletion_removes_it(furnished: Town) -> None:
    """spec: 2.8"""
    gate = asyncio.Event()
    furnished.script = gated(gate)
    async with furnished as town:
        town.ada.says(town.general, "slow")
        second, third = (town.ada.says(town.general, text) for text in ("secnod", "third"))
        await town.until(lambda: list(third.reactions) == ["⏳"])
        town.ada.edits(second, "second")
        town.fake.world.unfurl(second, "a preview, which is no edit")
        town.ada.deletes(third)
        fourth = town.ada.says(town.general, "fourth")
        await town.until(lambda: list(fourth.reactions) == ["⏳"])
        gate.set()
        await town.until(lambda: len(town.answers()) == 3)
        assert town.answers() == ["echo: slow", "echo: second", "echo: fourth"]


async def test_an_edit_of_what_was_answered_asks_nothing(town: Town) -> None:
    asked = town.ada.says(town.general, "hello")
    await town.until(town.answers)
    town.ada.edits(asked, "hello again")
    town.ada.says(town.general, "more")
    await town.until(lambda: len(town.answers()) == 2)
    assert town.prompts() == ["hello", "more"]


async def test_five_messages_sent_while_down_are_answered_in_order(furnished: Town) -> None:
    """spec: 2.9"""
    other = furnished.fake.world.channel(furnished.guild, "never used before")
    async with furnished as town:
        town.ada.says(town.general, "before")
        await town.until(town.answers)
    for number in range(5):
        furnished.ada.says(furnished.general, f"{number}")
    furnished.ada.says(other, "hello")
    alone = furnished.ada.writes_to(furnished.fake.application.bot)
    async with furnished as town:
        await town.until(lambda: len(town.answers()) == 6 and town.answers(other))
        assert town.answers()[1:] == [f"echo: {number}" for number in range(5)]
        town.ada.says(alone, "psst")
        await town.until(lambda: town.answers(alone))
    furnished.ada.says(alone, "still there?")
    async with furnished as town:
        await town.until(lambda: len(town.answers(alone)) == 2)


@pytest.mark.parametrize("own", ["aside.1576285407698485248", "edit.0123456789abcdef"])
async def test_a_cursor_that_is_no_number_of_discord_s_is_as_good_as_none(
    furnished: Town, own: str
) -> None:
    """What Carrel itself puts into a session may be the first there. spec: 2.9 14.11"""
    async with furnished as town:
        await town.until(lambda: town.platform.listening)
    said = furnished.ada.says(furnished.general, "said while nobody was there")
    place = Conversation("discord", furnished.general.id, within=(furnished.guild.id,))
    async with furnished as town:
        await town.until(lambda: len(town.answers()) == 1)
        cursor = Cursor(place, own)
        assert place in town.platform.stale((cursor,), 0.0)
        page = await town.platform.history(place, cursor, 0.0)
        assert [one.id for one in page.messages] == [said.id]
        await town.house.store.drop_cursor(town.platform._link.source, place)
        await town.house.store.move_cursor(town.platform._link.source, cursor, 1.0)
    furnished.ada.says(furnished.general, "and again")
    async with furnished as town:
        await town.until(lambda: len(town.answers()) == 2)


async def test_a_fault_while_it_is_found_out_what_was_missed_leaves_nobody_deaf(
    furnished: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> tuple[Conversation, ...]:
        raise ValueError("no such thing")

    monkeypatch.setattr(DiscordPlatform, "stale", broken)
    async with furnished as town:
        town.ada.says(town.general, "hello")
        await town.until(lambda: town.answers() == ["echo: hello"])


async def test_a_new_session_of_the_gateway_loses_nothing(town: Town) -> None:
    """Op 9: what was not sent is gone for good, but for the history. spec: 2.9 3.6"""
    town.ada.says(town.general, "before")
    await town.until(town.answers)
    town.fake.faults.gateway.lose("MESSAGE_CREATE", times=2)
    for text in ("lost", "lost too"):
        town.ada.says(town.general, text)
    town.fake.faults.gateway.invalid_session()
    await town.until(lambda: not town.platform.listening)
    town.ada.says(town.general, "while away")
    await town.until(lambda: len(town.answers()) == 4)
    town.ada.says(town.general, "after")
    await town.until(lambda: len(town.answers()) == 5)
    expected = ["before", "lost", "lost too", "while away", "after"]
    assert town.answers() == [f"echo: {text}" for text in expected]


async def test_what_was_missed_for_too_long_is_asked_about(furnished: Town) -> None:
    """spec: 2.9"""
    async with furnished as town:
        town.ada.says(town.general, "before")
        await town.until(town.answers)
    for number in range(3):
        furnished.ada.says(furnished.general, f"{number}")
    furnished.max_age = 0.0
    async with furnished as town:
        await town.until(lambda: "3 messages came while nobody listened" in town.texts()[-1])
        card = town.last()
        answer, ignore = card.components[0]["components"]
        assert [answer["label"], ignore["label"]] == ["Answer 3 missed messages", "Ignore"]
    async with furnished as town:
        town.ada.presses(card, answer["custom_id"])
        await town.until(lambda: len(town.answers()) == 4)
        assert town.answers()[1:] == [f"echo: {number}" for number in range(3)]
        await town.until(lambda: "Being answered by Ada" in card.content)
        assert card.components == []


async def test_what_was_missed_may_be_ignored(furnished: Town) -> None:
    async with furnished as town:
        town.ada.says(town.general, "before")
        await town.until(town.answers)
    missed = furnished.ada.says(furnished.general, "old")
    furnished.max_age = 0.0
    async with furnished as town:
        await town.until(lambda: len(town.texts()) == 2)
        town.ada.presses(town.last(), "/missed ignore")
        await town.until(lambda: "Ignored by Ada" in town.last().content)
        await town.until(lambda: list(missed.reactions) == ["⏹️"])
        assert town.prompts() == []


async def test_roles_let_people_in_though_history_does_not_tell_them(furnished: Town) -> None:
    role = furnished.fake.world.role(furnished.guild, "staff")
    bob = furnished.fake.world.person("bob", furnished.guild, roles=(role,))
    furnished.people = type(furnished.people)(members=frozenset({f"discord:role:{role.id}"}))
    async with furnished as town:
        bob.says(town.general, "before")
        await town.until(town.answers)
    bob.says(furnished.general, "missed")
    furnished.eve.says(furnished.general, "not me")
    async with furnished as town:
        await town.until(lambda: len(town.answers()) == 2)
        assert town.prompts() == ["missed"]
