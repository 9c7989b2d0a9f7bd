"""What people do on Telegram, as Carrel hears it."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest
from tests.integration.platforms.telegram.conftest import World, until

from carrel.core.messages import Answer, ApprovalCard
from carrel.core.model import Conversation
from carrel.platforms.telegram.pressing import PATIENCE
from carrel.ports.platform import NotSent
from carrel.testing.clock import ManualClock
from carrel.testing.platform_conformance import Gateway

CARD = ApprovalCard("ask-1", "Bash", "Run a command", "rm -r build", "/work")


async def test_a_message_has_its_place_its_sender_and_its_time(world: World) -> None:
    async with world.running():
        said = world.ada.says(world.group, "hello")
        [one] = await world.hears()
    assert (one.text, one.conversation, one.id) == ("hello", world.place, said.name)
    assert (one.sender.id, one.sender.name) == (str(world.ada.id), "Ada")
    assert one.sender.roles == {f"server:{world.group.id}"}
    assert not one.addressed
    assert abs(one.at - world.fake.world.now()) < 5


async def test_a_private_chat_addresses_the_bot_and_start_asks_for_help(world: World) -> None:
    async with world.running():
        world.ada.says(world.ada.begins(), "/start")
        [one] = await world.hears()
    assert (one.text, one.addressed, one.conversation.direct) == ("/help", True, True)
    assert one.conversation == Conversation("telegram", str(world.ada.id))


async def test_a_mention_a_reply_and_a_command_address_the_bot(world: World) -> None:
    async with world.running():
        await world.send(Answer("said"))
        mine = world.fake.answers(world.group)[0]
        world.ada.says(world.group, "@carrel_bot do it")
        world.ada.says(world.group, "/status@carrel_bot")
        world.ada.says(world.group, "/new")
        world.ada.says(world.group, "yes", reply_to=mine)
        world.ada.says(world.group, "/unknown thing")
        world.ada.says(world.group, "/status@other_bot")
        world.ada.says(world.group, "mail ada@carrel_bot.org")
        heard = await world.hears(6)
    told = [(one.text, one.addressed) for one in heard]
    assert told == [
        ("do it", True),
        ("/status", True),
        ("/new", True),
        ("yes", True),
        ("/unknown thing", False),
        ("mail ada@carrel_bot.org", False),
    ]
    assert heard[3].material[0].text == "said"
    assert heard[3].material[0].origin == "your own"


async def test_privacy_mode_lets_only_what_is_meant_for_the_bot_through(world: World) -> None:
    world.fake.world.bot.privacy = True
    async with world.running():
        world.ada.says(world.group, "between ourselves")
        world.ada.says(world.group, "@carrel_bot hello")
        [one] = await world.hears()
    assert one.text == "hello"


async def test_a_topic_is_a_conversation_and_its_opening_is_no_reply(world: World) -> None:
    world.group.forum = True
    topic = world.ada.opens_topic(world.group, "shop")
    async with world.running():
        world.ada.says(world.group, "in the shop", topic=topic)
        [one] = await world.hears()
        await world.send(Answer("sold"), place=one.conversation)
    assert one.conversation.address == f"telegram:{world.group.id}:{topic}"
    assert (one.addressed, one.material) == (False, ())
    assert world.shown(topic=topic) == ["sold"]


async def test_an_album_is_one_message(world: World) -> None:
    async with world.running() as platform:
        world.ada.shares(world.group, {"a.jpg": b"1", "b.jpg": b"22", "c.pdf": b"333"}, "look")
        [one] = await world.hears()
        world.ada.says(world.group, "after")
        assert [each.text for each in await world.hears(2)] == ["look", "after"]
        await platform.fetch(one.attachments[2], world.folder / "got")
    assert [file.size for file in one.attachments] == [1, 2, 3]
    assert [file.media_type for file in one.attachments][:2] == ["image/jpeg"] * 2
    assert (world.folder / "got").read_bytes() == b"333"


async def test_an_album_that_comes_bit_by_bit_is_one_message(world: World) -> None:
    """Its parts are told apart in time; nothing is confirmed before all are there."""
    telegram = world.fake.world
    async with world.running():
        first, second = world.ada.shares(world.group, {"a.jpg": b"1", "b.jpg": b"2"})
        number = max(telegram.bot.updates)
        late = telegram.bot.updates.pop(number)
        await world.fake.until(lambda: [*world.fake.ledger.of("given")])
        assert not world.heard
        telegram.bot.updates[number] = late
        [one] = await world.hears()
    assert len(one.attachments) == 2
    assert one.id == first.name != second.name


@pytest.mark.parametrize("where", ["elsewhere", "there"])
async def test_what_comes_between_does_not_cut_an_album(world: World, where: str) -> None:
    telegram = world.fake.world
    place = telegram.group("other", world.bob.user) if where == "elsewhere" else world.group
    async with world.running():
        world.ada.shares(world.group, {"a.jpg": b"1", "b.jpg": b"2"})
        late = telegram.bot.updates.pop(max(telegram.bot.updates))
        world.bob.says(place, "between")
        await world.fake.until(lambda: [*world.fake.ledger.of("given")])
        telegram.tell("message", late["message"])
        heard = await world.hears(2)
        await until(lambda: not telegram.bot.updates)
    assert sorted(len(one.attachments) for one in heard) == [0, 2]


async def test_voice_is_voice_and_a_sticker_is_told(world: World) -> None:
    async with world.running():
        world.ada.says(world.group, files={"voice.ogg": b"spoken"})
        telegram = world.fake.world
        chat = {"id": world.group.id, "type": "supergroup", "title": "family"}
        who = {"id": world.ada.id, "is_bot": False, "first_name": "Ada"}
        telegram.tell("message", {"message_id": 90, "date": 1, "chat": chat, "from": who,
                                  "sticker": {"emoji": "👍", "file_id": "s"}})  # fmt: skip
        spoken, sticker = await world.hears(2)
    assert spoken.attachments[0].voice
    assert sticker.text == "[sticker: 👍]"


async def test_a_forward_is_material_and_never_a_command(world: World) -> None:
    async with world.running():
        said = world.bob.says(world.ada.begins(), "/new")
        world.ada.forwards(said, world.ada.begins())
        _, one = await world.hears(2)
    assert (one.text, one.more) == ("", True)
    assert (one.material[0].kind, one.material[0].origin, one.material[0].text) == (
        "forward", "Bob", "/new",
    )  # fmt: skip


async def test_an_edit_amends_and_an_edited_part_of_an_album_does_not(world: World) -> None:
    async with world.running():
        said = world.ada.says(world.group, "helo")
        world.ada.edits(said, "hello")
        part, _ = world.ada.shares(world.group, {"a.jpg": b"1", "b.jpg": b"2"})
        world.ada.edits(part, "look")
        world.ada.says(world.group, "done")
        await world.hears(3)
    assert [(one.id, one.text) for one in world.gateway.amended] == [(said.name, "hello")]


async def test_a_group_that_becomes_a_supergroup_keeps_its_conversation(world: World) -> None:
    small = world.fake.world.group("small", world.ada.user, basic=True)
    before = Conversation("telegram", str(small.id))
    async with world.running():
        world.ada.says(small, "one")
        await world.hears()
        grown = world.ada.upgrades(small)
        world.ada.says(grown, "two")
        one, two = await world.hears(2)
        await world.send(CARD, place=before)
        world.ada.presses(world.fake.answers(grown)[0], "/allow ask-1")
        pressed = (await world.hears(3))[2]
        await world.send(Answer("there"), place=before)
    assert one.conversation == two.conversation == pressed.conversation == before
    roles = {f"server:{small.id}"}
    assert one.sender.roles == two.sender.roles == pressed.sender.roles == roles, "who is heard"
    assert world.shown(grown)[1:] == ["there"]


async def test_a_move_that_nobody_told_is_learnt_by_sending(world: World) -> None:
    small = world.fake.world.group("small", world.ada.user, basic=True)
    async with world.running():
        grown = world.fake.world.group("small", world.ada.user)
        small.moved_to = grown.id
        place = Conversation("telegram", str(small.id))
        with pytest.raises(NotSent):
            await world.send(Answer("hello"), place=place)
        await world.send(Answer("hello"), place=place)
    assert world.shown(grown) == ["hello"]


async def test_a_press_is_a_command_and_is_answered_at_once(world: World) -> None:
    async with world.running():
        await world.send(CARD)
        card = world.fake.answers(world.group)[0]
        query = world.ada.presses(card, "/allow ask-1")
        [one] = await world.hears()
        await world.fake.until(lambda: world.fake.world.bot.queries[query]["answered"])
    assert (one.text, one.addressed, one.sender.name) == ("/allow ask-1", True, "Ada")
    assert one.conversation == world.place


async def test_who_may_not_press_is_told_so(world: World) -> None:
    world.gateway.outcome = "ignored"
    async with world.running():
        await world.send(CARD)
        query = world.bob.presses(world.fake.answers(world.group)[0], "/allow ask-1")
        await world.fake.until(lambda: world.fake.world.bot.queries[query]["answered"])
    assert "does not listen to you" in world.fake.world.bot.queries[query]["text"]


async def test_a_press_that_takes_long_says_so(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Slow(Gateway):
        async def accept(self, inbound):
            await stored.wait()
            return await super().accept(inbound)

    clock, stored, parts = ManualClock(), asyncio.Event(), world.parts()
    monkeypatch.setattr(world, "parts", lambda: replace(parts, clock=clock))
    world.gateway = Slow()
    async with world.running():
        await world.send(CARD)
        query = world.ada.presses(world.fake.answers(world.group)[0], "/allow ask-1")
        await clock.slept_on()
        await clock.advance(PATIENCE)
        await until(lambda: world.fake.world.bot.queries[query]["answered"])
        stored.set()
        await world.hears()
    assert "a moment" in next(world.fake.ledger.of("answered")).data["text"]


async def test_words_that_go_with_a_button_are_asked_for(world: World) -> None:
    """After a restart too: nothing is kept here."""
    async with world.running():
        await world.send(CARD)
        card = world.fake.answers(world.group)[0]
        for _ in range(2):
            world.ada.presses(card, "?/deny ask-1")
        await world.fake.until(lambda: len([*world.fake.ledger.of("answered")]) == 2)
    assert len(world.shown()) == 2, "it is asked once"
    question = world.fake.answers(world.group)[1]
    assert question.keyboard == {"force_reply": True, "input_field_placeholder": "In your words"}
    async with world.running():
        world.ada.says(world.group, "not that\none", reply_to=question)
        [one] = await world.hears()
    assert (one.text, one.material) == ("/deny ask-1 not that one", ())


async def test_to_be_put_out_of_a_group_is_told_until_the_bot_is_back(world: World) -> None:
    async with world.running() as platform:
        world.ada.kicks_bot(world.group)
        await until(lambda: platform.troubles)
        assert "no longer in the group family" in platform.troubles[0]
        world.ada.takes_back(world.group)
        await until(lambda: not platform.troubles)


async def test_what_cannot_be_read_harms_nobody(world: World) -> None:
    async with world.running():
        world.fake.faults.malform()
        world.fake.world.tell("message", {"message_id": 1})
        world.ada.says(world.group, "hello")
        [one] = await world.hears()
    assert one.text == "hello"


async def test_what_nobody_asked_for_is_passed_over(world: World) -> None:
    """Telegram gives what there was before it heard which kinds are wanted."""
    world.fake.faults.surprise({"secret": 1})
    async with world.running():
        world.ada.says(world.group, "hello")
        [one] = await world.hears()
        await until(lambda: not world.fake.world.bot.updates)
    assert one.text == "hello"


async def test_the_menu_shows_the_table_of_commands(world: World) -> None:
    async with world.running():
        await until(lambda: world.fake.world.bot.commands)
    names = [one["command"] for one in world.fake.world.bot.commands]
    assert "status" in names
    assert "pick" not in names
    async with world.running():
        await until(lambda: len(world.fake.ledger.requests("getMyCommands")) == 2)
    assert len(world.fake.ledger.requests("setMyCommands")) == 1
