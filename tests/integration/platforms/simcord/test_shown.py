"""What the adapter shows is taken by SimCord, which refuses every field that it cannot name."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.integration.platforms.simcord.world import World

from carrel.core.messages import (
    Action,
    Answer,
    ApprovalCard,
    File,
    Gone,
    Mark,
    MissedCard,
    Notice,
    Outbound,
    Progress,
)
from carrel.core.model import TurnId
from carrel.core.view import present
from carrel.platforms.discord.platform import LIMITS
from carrel.platforms.discord.showing import SIGNS
from carrel.ports.platform import Receipt

CARD = ApprovalCard("ask-1", "Bash", "Run a command", "rm -r build", "/work")
LONGEST = Progress(
    TurnId("t"),
    "working",
    step=99,
    actions=tuple(Action(f"{n}", "Bash", "x" * 500) for n in range(50)),
    note="y" * 5000,
    started_at=1.0,
)


def marks(message: Any) -> dict[str, int]:
    return {str(one.emoji): one.count for one in message.reactions}


async def test_an_answer_replies_and_rings_for_nobody_by_name(world: World) -> None:
    asked = await world.ada.send(world.general, "what is it?")
    text = f"forty-two, @everyone {world.ada.mention} {world.crew.mention}"
    answer = Answer(text, "8 s", world.way.heard[0].message_id)
    receipt = await world.show(world.general, "n", answer)
    shown = world.general.last_message
    assert receipt == Receipt(str(shown.id))
    assert shown.content == f"{text}\n-# 8 s"
    assert shown.reference.message_id == asked.id
    assert not shown.flags.suppress_notifications
    [stored] = list(world.env.backend.messages[world.general.id].values())[1:]
    assert (stored.ping_user_ids, stored.ping_role_ids) == ([], [])
    assert not stored.mention_everyone


async def test_an_answer_in_parts_is_taken_part_by_part(world: World) -> None:
    text = "\n\n".join(f"{n} " + "words " * 60 for n in range(20))
    whole = Outbound("n", world.place(world.general), Answer(text, "8 s"))
    parts = present(whole, LIMITS.text, LIMITS.whole, tables=LIMITS.tables)
    for part in parts:
        await world.show(world.general, part.nonce, part.body)
    assert len(parts) > 1
    assert len(world.general.history()) == len(parts)


async def test_a_very_long_answer_goes_along_as_a_file(world: World) -> None:
    text = "words " * 5_000
    whole = Outbound("n", world.place(world.general), Answer(text, "8 s"))
    [part] = present(whole, LIMITS.text, LIMITS.whole, tables=LIMITS.tables)
    await world.show(world.general, part.nonce, part.body)
    [file] = world.general.last_message.attachments
    assert file.filename == "answer.md"
    assert (await world.env.bot.http.get_from_cdn(file.url)).decode() == text


async def test_a_file_arrives_whole_with_its_name(world: World, tmp_path: Path) -> None:
    path = tmp_path / "out"
    path.write_bytes(bytes(range(256)))
    await world.show(world.general, "n", File("plan ö.bin", "x/y", 256, str(path), "the plan"))
    shown = world.general.last_message
    [file] = shown.attachments
    assert (shown.content, file.filename) == ("the plan", "plan ö.bin")
    assert await world.env.bot.http.get_from_cdn(file.url) == bytes(range(256))


@pytest.mark.parametrize(
    "body",
    [
        Answer("x" * 2000),
        Notice("x" * 3000, "warning"),
        LONGEST,
        Progress(TurnId("t")),
        ApprovalCard("ask-1", "Bash", "*t*" * 2000, "```" * 9000, "/f" * 3000),
        ApprovalCard("ask-1", "Edit", "", "--- a\n+++ b", ""),
        MissedCard(10**9, 1.0),
        MissedCard(2, 1.0, "answered", "x" * 500),
    ],
    ids=lambda body: type(body).__name__,
)
async def test_everything_may_be_as_long_as_it_likes(world: World, body: Any) -> None:
    receipt = await world.show(world.general, "n", body)
    assert await world.show(world.general, "n", body, receipt.ref) == receipt
    [shown] = world.general.history()
    assert shown.content or shown.embeds


async def test_only_what_waits_for_a_person_rings(world: World) -> None:
    silent = {
        "card": Progress(TurnId("t"), "working"),
        "notice": Notice("Restarted."),
        "decided": ApprovalCard("a", "Bash", "t", "d", "/f", "allowed", "Ada"),
        "missed": MissedCard(2, state="ignored"),
    }
    loud = {"ask": CARD, "missed?": MissedCard(2), "answer": Answer("forty-two")}
    for nonce, body in {**silent, **loud}.items():
        await world.show(world.general, nonce, body)
    rung = [not one.flags.suppress_notifications for one in world.general.history()]
    assert rung == [False] * len(silent) + [True] * len(loud)


async def test_a_card_becomes_its_decision_in_place(world: World) -> None:
    receipt = await world.show(world.general, "ask", CARD)
    decided = ApprovalCard("ask-1", "Bash", "Run a command", "rm", "/work", "denied", "Ada")
    assert await world.show(world.general, "ask", decided, receipt.ref) == receipt
    [shown] = world.general.history()
    assert shown.content == "❌ Denied by Ada: Run a command"
    assert not shown.components


async def test_a_long_request_goes_along_and_stays_when_it_is_decided(world: World) -> None:
    asking = ApprovalCard("ask-1", "Bash", "Run a command", "x" * 9000, "/work")
    receipt = await world.show(world.general, "ask", asking)
    decided = ApprovalCard("ask-1", "Bash", "Run", "x" * 9000, "/work", "allowed", "Ada")
    await world.show(world.general, "ask", decided, receipt.ref)
    [file] = world.general.last_message.attachments
    assert file.filename == "request.txt"
    assert await world.env.bot.http.get_from_cdn(file.url) == b"x" * 9000


async def test_what_was_deleted_by_somebody_is_said_again_or_refused(world: World) -> None:
    receipt = await world.show(world.general, "ask", CARD)
    world.env.backend.delete_message(world.general.id, int(receipt.ref))
    anew = await world.show(world.general, "ask", CARD, receipt.ref)
    assert anew != receipt
    assert [str(one.id) for one in world.general.history()] == [anew.ref]


async def test_what_is_taken_back_is_gone(world: World) -> None:
    receipt = await world.show(world.general, "card", Progress(TurnId("t")))
    for _ in range(2):
        await world.show(world.general, "card", Gone(), receipt.ref)
    assert not world.general.history()


async def test_a_second_try_of_a_reply_finds_the_first(world: World) -> None:
    # SimCord keeps no nonces: it is known by its words and by what it replies to
    await world.ada.send(world.general, "what is it?")
    answer = Answer("forty-two", "8 s", world.way.heard[0].message_id)
    first = await world.show(world.general, "n", answer)
    assert await world.show(world.general, "n", answer, again=True) == first
    assert len(world.general.history()) == 2


async def test_the_bot_s_answers_are_not_heard(world: World) -> None:
    await world.ada.send_dm("psst")
    await world.show(world.general, "n", Answer("forty-two"))
    await world.show(world.ada.user.dm_channel, "m", Answer("psst yourself"))
    assert [one.text for one in world.way.heard] == ["psst"]
    assert world.ada.user.dm_channel.last_message.content == "psst yourself"


async def test_a_mark_is_one_sign_that_changes(world: World) -> None:
    said = await world.ada.send(world.general, "hello")
    await world.ada.react(said, SIGNS["working"])
    identity, ref = world.way.heard[0].message_id, None
    for sign, emoji in SIGNS.items():
        ref = (await world.show(world.general, "mark", Mark(identity, sign), ref)).ref
        seen = marks(world.general.last_message)
        assert ref == emoji
        assert seen.pop(SIGNS["working"]) == 1 + (sign == "working")
        assert seen == ({} if sign == "working" else {emoji: 1})


async def test_a_mark_of_a_lost_try_is_taken_away(world: World) -> None:
    await world.ada.send(world.general, "hello")
    identity = world.way.heard[0].message_id
    await world.show(world.general, "mark", Mark(identity, "stored"))
    await world.show(world.general, "mark", Mark(identity, "answered"), None, again=True)
    assert marks(world.general.last_message) == {SIGNS["answered"]: 1}


async def test_everything_can_be_shown_in_threads_posts_and_alone(world: World) -> None:
    forum = world.home.create_forum_channel("ideas")
    for channel in (
        world.thread(world.general, world.ada.id),
        world.post(forum, world.ada.id, "a plan"),
        world.ada.user.dm_channel,
    ):
        await world.show(channel, "n", Answer("forty-two"))
        await world.show(channel, "ask", CARD)
        await world.connected.platform.typing(world.place(channel))
        assert [bool(one.components) for one in channel.history()] == [False, True]
        assert world.asked("POST", f"/channels/{channel.id}/typing")


async def test_a_refused_message_is_told_why(world: World) -> None:
    world.way.outcome = "refused"
    await world.ada.send(world.general, "hello")
    told = world.general.last_message
    assert told.content == "⚠️ Not today."
    assert told.flags.suppress_notifications


async def test_a_refusal_shows_which_message_it_is_about(world: World) -> None:
    world.way.outcome = "refused"
    said = await world.ada.send(world.general, "hello")
    reference = world.general.last_message.reference
    assert reference is not None
    assert reference.message_id == said.id


async def test_to_press_and_to_be_answered_is_not_another_program_s_doing(world: World) -> None:
    # Answers come back without a nonce from SimCord, so that the plain ones are not judged here
    await world.ada.slash(world.general, "stop")
    await world.ada.slash(world.general, "status")
    assert world.connected.platform.troubles == ()
    world.env.backend.create_message(world.general.id, world.me, "I am another program")
    await world.env.settle()
    [trouble] = world.connected.platform.troubles
    assert "Another program" in trouble
