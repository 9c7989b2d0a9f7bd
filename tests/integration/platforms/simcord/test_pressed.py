"""Commands, buttons, selects and forms: what SimCord takes of them, and what the intake is told."""

from __future__ import annotations

from typing import Any

import pytest
import simcord
from tests.integration.platforms.simcord.world import World

from carrel.core.choices import Choice
from carrel.core.command_table import COMMANDS
from carrel.core.errors import Unavailable
from carrel.core.messages import ApprovalCard, MissedCard, Notice, Progress
from carrel.core.model import TurnId
from carrel.platforms.discord import showing

CARD = ApprovalCard("ask-1", "Bash", "Run a command", "rm -r build", "/work")


async def pressed(world: World, result: simcord.InteractionResult, text: str) -> None:
    """It was heard as `text` said by Ada in #general, and acknowledged once."""
    inbound = world.way.heard[-1]
    assert (inbound.text, inbound.addressed) == (text, True)
    assert inbound.id == str(result._interaction.id)
    assert inbound.conversation == world.place(world.general, world.home)
    assert inbound.sender.roles == {f"role:{world.crew.id}", f"server:{world.home.id}"}
    acknowledged_once(world, result)


def acknowledged_once(world: World, result: simcord.InteractionResult) -> None:
    assert result.acknowledged
    token = result._interaction.token
    assert len(world.asked("POST", f"/{token}/callback")) == 1


async def carded(world: World, body: Any) -> Any:
    await world.show(world.general, "card", body)
    return world.general.last_message


# Commands.


async def test_every_command_is_offered_on_a_server_and_alone(world: World) -> None:
    names = {command.name for command in COMMANDS if command.listed}
    assert set(world.ada.available_commands(world.general)) == names
    assert set(world.ada.user.available_commands()) == names
    scopes = world.env.backend.commands
    assert set(scopes) == {None, world.home.id}
    assert all(one["contexts"] == [1] for one in scopes[None].values())  # direct messages only


async def test_commands_are_registered_once(world: World) -> None:
    ways = [one.path for one in world.asked("PUT", "/commands")]
    assert len(ways) == len(set(ways)) == 2


@pytest.mark.parametrize(
    ("name", "options", "text"),
    [
        ("stop", {}, "/stop"),
        ("model", {}, "/model"),
        ("model", {"value": "opus"}, "/model opus"),
        ("mode", {"value": "plan"}, "/mode plan"),
    ],
)
async def test_a_command_is_what_would_be_typed(
    world: World, name: str, options: dict[str, str], text: str
) -> None:
    result = await world.ada.slash(world.general, name, **options)
    await pressed(world, result, text)
    assert result.ephemeral
    assert text in result.response.content


async def test_only_the_words_of_a_command_can_be_chosen(world: World) -> None:
    with pytest.raises(simcord.OptionError):
        await world.ada.slash(world.general, "mode", value="anything")


async def test_a_command_in_a_thread_is_said_there(world: World) -> None:
    thread = world.thread(world.general, world.ada.id)
    await world.ada.slash(thread, "stop")
    where = world.place(thread, world.general, world.home)
    assert world.way.heard[0].conversation == where


async def test_a_command_in_a_thread_that_was_not_told_of(world: World) -> None:
    thread = world.thread(world.general, world.ada.id)
    world.connected.link.atlas.drop_place(thread.id)
    await world.ada.slash(thread, "stop")
    where = world.place(thread, world.general, world.home)
    assert world.way.heard[0].conversation == where


async def test_a_command_alone_with_the_bot(world: World) -> None:
    result = await world.ada.user.slash("stop")
    [inbound] = world.way.heard
    assert inbound.conversation == world.alone
    assert (inbound.sender.name, inbound.sender.roles) == ("Ada", frozenset())
    acknowledged_once(world, result)


async def test_a_private_answer_is_seen_by_who_asked(world: World) -> None:
    bob = world.home.add_member(world.env.create_user("bob"))
    result = await world.ada.slash(world.general, "status")
    assert result.deferred
    await pressed(world, result, "/status")

    notice = Notice("All is well.", reply_to=world.way.heard[0].message_id)
    await world.show(world.general, "n", notice)
    assert result.response.content == "All is well."
    assert result.ephemeral
    assert not result.deferred
    assert not world.general.history(viewer=bob)
    await world.show(world.general, "m", notice)  # it was answered: what more there is is said
    assert [one.content for one in world.general.history(viewer=bob)] == ["All is well."]


async def test_a_private_answer_that_comes_too_late_is_said_openly(world: World) -> None:
    await world.ada.slash(world.general, "status")
    await world.env.advance_time(14.5 * 60)
    notice = Notice("All is well.", reply_to=world.way.heard[0].message_id)
    await world.show(world.general, "n", notice)
    assert world.general.last_message.content == "All is well."
    assert not world.general.last_message.flags.ephemeral


async def test_a_private_answer_to_what_was_dismissed_is_said_openly(world: World) -> None:
    result = await world.ada.slash(world.general, "status")
    world.env.backend.delete_message(world.general.id, result.response.id)
    notice = Notice("All is well.", reply_to=world.way.heard[0].message_id)
    await world.show(world.general, "n", notice)
    assert world.general.last_message.content == "All is well."


# Buttons, forms and selects.


@pytest.mark.parametrize(
    ("body", "label", "text"),
    [
        (CARD, "Allow", "/allow ask-1"),
        (CARD, "Deny", "/deny ask-1"),
        (MissedCard(3), "Answer 3 missed messages", "/missed answer"),
        (MissedCard(1), "Ignore", "/missed ignore"),
        (Progress(TurnId("t"), "working"), "Stop", "/stop"),
    ],
)
async def test_a_button_is_its_command(world: World, body: Any, label: str, text: str) -> None:
    card = await carded(world, body)
    result = await world.ada.click(card, label=label)
    await pressed(world, result, text)
    assert result.deferred
    assert result.response.id == card.id  # nothing was said: the card will show it


@pytest.mark.parametrize(
    ("why", "text"),
    [("not on\na Friday ", "/deny ask-1 not on a Friday"), ("", "/deny ask-1")],
)
async def test_to_deny_and_say_why_asks_and_is_heard_once(
    world: World, why: str, text: str
) -> None:
    card = await carded(world, CARD)
    asked = await world.ada.click(card, label="Deny and say why…")
    assert not world.way.heard
    assert asked.modal["title"] == "In your words"
    acknowledged_once(world, asked)

    told = await world.ada.submit_modal(asked, {"words": why})
    await pressed(world, told, text)
    assert len(world.way.heard) == 1


async def test_the_longest_reason_fits(world: World) -> None:
    asked = await world.ada.click(await carded(world, CARD), label="Deny and say why…")
    with pytest.raises(simcord.SetupError, match="max_length"):
        await world.ada.submit_modal(asked, {"words": "x" * 1001})
    await world.ada.submit_modal(asked, {"words": "x" * 1000})
    assert world.way.heard[0].text == f"/deny ask-1 {'x' * 1000}"


async def test_more_than_five_choices_are_a_select(world: World) -> None:
    offered = [Choice(f"Choice {n}", f"/allow ask-{n}") for n in range(30)]
    shown = {"content": "Which?", "components": showing.components(offered)}
    await world.connected.link.wire.post(str(world.general.id), shown)
    which = world.general.last_message
    result = await world.ada.select(which, ["/allow ask-7"])
    await pressed(world, result, "/allow ask-7")
    assert result.deferred
    with pytest.raises(simcord.SetupError, match="does not exist"):
        await world.ada.select(which, ["/allow ask-25"])  # a select holds 25


async def test_five_choices_are_buttons(world: World) -> None:
    offered = [Choice(f"Choice {n}", f"/allow ask-{n}") for n in range(5)]
    shown = {"content": "Which?", "components": showing.components(offered)}
    await world.connected.link.wire.post(str(world.general.id), shown)
    result = await world.ada.click(world.general.last_message, label="Choice 4")
    await pressed(world, result, "/allow ask-4")


async def test_a_decided_card_has_no_buttons_any_more(world: World) -> None:
    receipt = await world.show(world.general, "card", CARD)
    card = world.general.last_message
    decided = ApprovalCard("ask-1", "Bash", "Run a command", "rm", "/work", "denied", "Ada")
    await world.show(world.general, "card", decided, receipt.ref)
    with pytest.raises(simcord.SetupError, match="No matching component"):
        await world.ada.click(card, label="Allow")


async def test_alone_with_the_bot_buttons_and_forms_work_too(world: World) -> None:
    alone = world.ada.user.dm_channel
    await world.show(alone, "card", CARD)
    asked = await world.ada.user.click(alone.last_message, label="Deny and say why…")
    told = await world.ada.user.submit_modal(asked, {"words": "no"})
    [inbound] = world.way.heard
    assert inbound.text == "/deny ask-1 no"
    assert inbound.conversation == world.alone
    acknowledged_once(world, told)


# What the intake says to it.


@pytest.mark.parametrize(
    ("outcome", "said"),
    [
        ("refused", "Not today."),
        ("ignored", "does not listen to you"),
        (Unavailable("The store is away."), "try again"),
    ],
)
async def test_what_is_not_taken_in_is_told_to_who_pressed(
    world: World, outcome: Any, said: str
) -> None:
    card = await carded(world, CARD)
    world.way.outcome = outcome
    for result in (
        await world.ada.click(card, label="Allow"),
        await world.ada.slash(world.general, "stop"),
    ):
        acknowledged_once(world, result)
        assert result.ephemeral
        assert said in result.response.content


async def test_a_slow_store_is_acknowledged_within_three_seconds(world: World) -> None:
    card = await carded(world, CARD)
    world.way.slow = True
    result = await world.ada.click(card, label="Allow")
    assert not result.acknowledged
    await world.env.advance_time(2.9)  # SimCord refuses what comes after three seconds
    acknowledged_once(world, result)
    assert result.ephemeral
    assert "takes a moment" in result.response.content


@pytest.mark.parametrize(("status", "code"), [(404, 10062), (400, 40060), (500, 0)])
async def test_an_acknowledgement_that_is_lost_loses_no_press(
    world: World, status: int, code: int
) -> None:
    card = await carded(world, CARD)
    world.env.inject_error("POST", "/interactions/*/callback", status=status, code=code)
    result = await world.ada.click(card, label="Allow")
    assert not result.acknowledged
    assert world.way.heard[0].text == "/allow ask-1"
