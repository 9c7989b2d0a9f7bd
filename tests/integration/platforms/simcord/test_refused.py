"""What SimCord forbids becomes the port's Refusal; what fails, what can be tried again."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import discord
import pytest
from hypothesis import given
from hypothesis import strategies as st
from simcord.backend import Backend, serializers
from simcord.backend.models import Overwrite
from simcord.enums import OverwriteType
from tests.integration.platforms.simcord.world import World

from carrel.core.errors import Unavailable
from carrel.core.messages import Answer, ApprovalCard, File, Gone, Mark, Notice
from carrel.platforms.discord import doctor
from carrel.platforms.faults import Forbidden
from carrel.ports.platform import Refusal, RetryAfter, Vanished

CARD = ApprovalCard("ask-1", "Bash", "Run a command", "rm -r build", "/work")


def forbid(world: World, *names: str) -> Any:
    """A channel in which the bot may not do that."""
    denied = discord.PermissionOverwrite(**dict.fromkeys(names, False))
    return world.home.create_text_channel("narrow", overwrites={world.env.bot.user: denied})


async def refused(world: World, channel: Any, body: Any, ref: str | None = None) -> Refusal:
    """No other exception may come, and nothing may be shown."""
    before = len(channel.history())
    with pytest.raises(Refusal) as raised:
        await world.show(channel, "n", body, ref)
    assert len(channel.history()) == before
    return raised.value


# SimCord does not check that files may be attached, nor that a thread is locked or archived.


@pytest.mark.parametrize("missing", ["view_channel", "send_messages"])
@pytest.mark.parametrize("body", [Answer("forty-two"), CARD, Notice("Restarted.")])
async def test_where_the_bot_may_not_write_the_operator_is_told(
    world: World, missing: str, body: Any
) -> None:
    channel = forbid(world, missing)
    assert type(await refused(world, channel, body)) is Forbidden
    [trouble] = world.connected.platform.troubles
    assert "#narrow" in trouble


async def test_what_is_allowed_again_is_no_trouble_any_more(world: World) -> None:
    said = await world.ada.send(world.general, "hello")
    world.env.inject_error("POST", "/channels/*/messages", status=403, code=50013)
    with pytest.raises(Refusal):
        await world.show(world.general, "n", Answer("forty-two"))
    await world.show(world.general, "m", Mark(str(said.id), "stored"))
    may_not = "The bot may not do all it must in #general"
    assert may_not in " ".join(world.connected.platform.troubles)
    await world.show(world.general, "n", Answer("forty-two"))
    assert may_not not in " ".join(world.connected.platform.troubles)


async def test_in_threads_another_permission_counts(world: World) -> None:
    channel = forbid(world, "send_messages_in_threads")
    thread = world.thread(channel, world.ada.id)
    await world.show(channel, "n", Answer("here"))
    assert type(await refused(world, thread, Answer("there"))) is Forbidden


async def test_a_file_is_refused_like_a_word(world: World, tmp_path: Path) -> None:
    (tmp_path / "plan").write_text("plan")
    file = File("plan", "text/plain", 4, str(tmp_path / "plan"))
    assert type(await refused(world, forbid(world, "send_messages"), file)) is Forbidden


async def test_marks_need_two_permissions(world: World) -> None:
    for missing in ("add_reactions", "read_message_history"):
        channel = forbid(world, missing)
        await world.ada.send(channel, "hello")
        mark = Mark(world.way.heard[-1].message_id, "stored")
        assert type(await refused(world, channel, mark)) is Forbidden


async def test_a_mark_on_what_is_gone_is_refused(world: World) -> None:
    said = await world.ada.send(world.general, "hello")
    await world.ada.delete(said)
    await refused(world, world.general, Mark(world.way.heard[0].message_id, "stored"))


async def test_a_deleted_place_has_vanished(world: World) -> None:
    thread = world.thread(world.general, world.ada.id)
    await world.env.settle()
    world.env.backend.delete_channel(thread.id)
    assert type(await refused(world, thread, Answer("forty-two"))) is Vanished
    with pytest.raises(Vanished):
        await world.connected.platform.history(world.place(thread), None, 0)


async def test_to_delete_where_nothing_is_left_is_refused(world: World) -> None:
    receipt = await world.show(world.general, "n", Answer("forty-two"))
    world.env.backend.delete_channel(world.general.id)
    with pytest.raises(Refusal):
        await world.show(world.general, "n", Gone(), receipt.ref)


async def test_whom_the_bot_may_not_write_to(world: World) -> None:
    other = world.env.create_user("other", bot=True)
    await refused(world, other.dm_channel, Answer("beep"))


async def test_what_others_said_cannot_be_changed(world: World) -> None:
    said = await world.ada.send(world.general, "hello")
    await refused(world, world.general, Answer("goodbye"), str(said.id))
    assert world.general.last_message.content == "hello"


@pytest.mark.parametrize("text", ["", " \n "])
async def test_an_answer_without_a_word_is_refused(world: World, text: str) -> None:
    await refused(world, world.general, Answer(text))


async def test_a_long_footer_costs_no_answer(world: World) -> None:
    # as `present` makes the last part: 120 characters are left, and a model's name may be longer
    await world.show(world.general, "n", Answer("x" * 1880, "8 s · " + "arn:aws:bedrock:" * 8))


async def test_a_history_that_may_not_be_read_is_empty_or_refused(world: World) -> None:
    blind, deaf = forbid(world, "view_channel"), forbid(world, "read_message_history")
    await world.ada.send(deaf, "hello")
    with pytest.raises(Refusal):
        await world.connected.platform.history(world.place(blind, world.home), None, 0)
    page = await world.connected.platform.history(world.place(deaf, world.home), None, 0)
    assert (page.messages, page.cursor, page.more) == ((), None, False)


async def test_typing_is_never_an_error(world: World) -> None:
    await world.connected.platform.typing(world.place(forbid(world, "send_messages")))
    assert world.asked("POST", "/typing")


async def test_a_thread_that_may_not_be_joined_is_left(world: World) -> None:
    channel = forbid(world, "view_channel")
    thread = world.thread(channel, world.ada.id)
    await world.env.settle()
    assert world.me not in thread._channel.thread_members
    await world.ada.send(world.general, "hello")
    assert [one.text for one in world.way.heard] == ["hello"]


async def test_a_place_that_is_not_to_be_seen_is_not_heard(world: World) -> None:
    # SimCord tells the bot of messages that it may not see; Discord does so as rights change
    channel = forbid(world, "view_channel")
    world.connected.link.atlas.drop_place(channel.id)
    await world.ada.send(channel, "hello")
    assert not world.way.heard


# What can be tried again.


@pytest.mark.parametrize(
    ("status", "code", "expected"),
    [
        (429, 0, RetryAfter),
        (500, 0, Unavailable),
        (502, 0, Unavailable),
        (401, 0, Unavailable),
        (400, 50035, Refusal),
        (403, 20022, Refusal),
        (404, 10003, Vanished),
    ],
)
async def test_every_failure_is_one_of_the_port_s(
    world: World, status: int, code: int, expected: type[Exception]
) -> None:
    world.env.inject_error("POST", "/channels/*/messages", status=status, code=code)
    with pytest.raises(expected) as raised:
        await world.show(world.general, "n", Answer("forty-two"))
    assert type(raised.value) is expected
    await world.show(world.general, "n", Answer("forty-two"), again=True)
    assert len(world.general.history()) == 1


async def test_commands_that_may_not_be_registered_are_told_and_typed(world: World) -> None:
    world.env.inject_error("PUT", "/applications/*/guilds/*/commands", status=403, code=50001)
    world.env.create_guild("next door")
    await world.env.settle()
    [trouble] = world.connected.platform.troubles
    assert "No slash commands" in trouble
    await world.ada.send(world.general, "/stop")
    assert world.way.heard[0].text == "/stop"


# The doctor.


async def test_the_doctor_names_what_is_missing(world: World) -> None:
    forbid(world, "send_messages", "attach_files")
    world.home.create_text_channel(
        "secret",
        overwrites={world.env.bot.user: discord.PermissionOverwrite(view_channel=False)},
    )
    home = {"id": str(world.home.id), "name": "home"}
    seen = doctor._server(world.connected.link.wire, home, str(world.me))
    [finding] = [one async for one in seen]
    assert finding.what == "discord home #narrow"
    assert finding.said == "missing: Send Messages, Attach Files"


bits = st.sets(st.sampled_from([*doctor.NEEDED.values(), doctor.ADMINISTRATOR])).map(sum)
plain = st.sets(st.sampled_from([*doctor.NEEDED.values()])).map(sum)
over = st.none() | st.tuples(plain, plain)


@given(everyone=plain, roles=st.lists(st.tuples(bits, over), max_size=3), all_=over, me=over)
def test_the_doctor_reckons_as_simcord_does(
    everyone: int, roles: list[tuple[int, Any]], all_: Any, me: Any
) -> None:
    backend = Backend()
    guild, bot = backend.create_guild("home"), backend.bot_user.id
    guild.everyone_role.permissions = everyone
    made = [backend.create_role(guild.id, f"{n}", permissions=p) for n, (p, _) in enumerate(roles)]
    guild.members[bot].role_ids = [role.id for role in made]
    targets = [(guild.id, OverwriteType.ROLE, all_), (bot, OverwriteType.MEMBER, me)]
    targets += [(role.id, OverwriteType.ROLE, o) for role, (_, o) in zip(made, roles, strict=True)]
    overwrites = [Overwrite(who, kind, *given) for who, kind, given in targets if given]
    channel = backend.create_channel(guild.id, "talk", overwrites=overwrites)

    held = [serializers.role_payload(role) for role in (guild.everyone_role, *made)]
    seen = serializers.channel_payload(backend, channel)
    reckoned = doctor.permissions(held, seen, str(guild.id), str(bot))
    needed = sum(doctor.NEEDED.values())
    assert reckoned & needed == backend.compute_permissions(guild.id, bot, channel.id) & needed
