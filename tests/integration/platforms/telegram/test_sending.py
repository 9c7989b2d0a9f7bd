"""What is shown on Telegram, and what its answers mean."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.integration.platforms.telegram.conftest import World

from carrel.core.errors import Refused, Unavailable
from carrel.core.messages import (
    Answer,
    ApprovalCard,
    Body,
    File,
    Gone,
    Mark,
    Menu,
    Notice,
    PlanCard,
    Progress,
)
from carrel.core.model import Attachment, Conversation, MessageId, TurnId
from carrel.ports.platform import NotSent, Refusal, RetryAfter, Vanished

PNG = b"\x89PNG" + b"x" * 20


async def test_an_answer_replies_and_rings_and_a_notice_does_not_ring(world: World) -> None:
    async with world.running():
        said = world.ada.says(world.group, "hello")
        [one] = await world.hears()
        await world.send(Answer("**done** @bob", "8 s", one.message_id))
        await world.send(Notice("Restarted."))
    answer, notice = world.fake.answers(world.group)
    assert answer.reply_to is said
    assert [one["type"] for one in answer.entities] == ["bold", "italic"]
    assert (answer.silent, notice.silent) == (False, True)
    lines = [entry.data for entry in world.fake.ledger.of("shown") if entry.data["bot"]]
    assert not any(line["pings"] for line in lines), "no mention ever rings"


async def test_an_ambiguous_send_is_marked_and_stays_marked(world: World) -> None:
    """spec: 4.4"""
    async with world.running():
        world.fake.faults.drop_after_commit("sendMessage")
        with pytest.raises(Unavailable) as failure:
            await world.send(Answer("forty-two"))
        assert not isinstance(failure.value, NotSent)
        receipt = await world.send(Answer("forty-two"), again=True)
        await world.send(Answer("forty-three"), receipt.ref)
    first, second = world.shown()
    assert first == "forty-two"
    assert "may be a duplicate" in second
    assert "forty-three" in second


async def test_what_did_not_leave_is_known_not_to_have_arrived(world: World) -> None:
    async with world.running():
        world.platform._wire.client._base_url = "http://127.0.0.1:9/bot1:x"
        with pytest.raises(NotSent):
            await world.send(Answer("hello"))


async def test_a_pause_that_is_asked_for_is_told(world: World) -> None:
    async with world.running():
        world.fake.faults.rate_limit("sendMessage", 7)
        with pytest.raises(RetryAfter) as pause:
            await world.send(Answer("hello"))
    assert pause.value.seconds == 7


@pytest.mark.parametrize(
    ("description", "meaning"),
    [
        ("message thread not found", Vanished),
        ("TOPIC_CLOSED", Refusal),
        ("not enough rights to send text messages to the chat", Refusal),
    ],
)
async def test_what_can_never_be_shown_is_refused(
    world: World, description: str, meaning: type[Exception]
) -> None:
    async with world.running():
        world.fake.faults.refuse("sendMessage", 400, description)
        with pytest.raises(meaning):
            await world.send(Answer("hello"))


async def test_a_group_that_is_lost_is_told_to_the_operator_until_it_is_found(
    world: World,
) -> None:
    async with world.running() as platform:
        said = world.ada.says(world.group, "hello")
        world.group.gone = "bot was kicked from the supergroup chat"
        with pytest.raises(Refusal, match="kicked"):
            await world.send(Answer("hello"))
        await world.send(Mark(MessageId(f"telegram:1/{said.name}"), "stored"))
        assert "cannot write" in platform.troubles[0]
        world.group.gone = ""
        await world.send(Answer("hello"))
        assert platform.troubles == ()


async def test_html_that_telegram_cannot_read_is_shown_plain(world: World) -> None:
    async with world.running():
        world.fake.faults.refuse("sendMessage", 400, "can't parse entities: no")
        await world.send(Answer("**a** < b"))
    (answer,) = world.fake.answers(world.group)
    assert (answer.text, answer.entities) == ("a < b", [])


async def test_an_edit_that_changes_nothing_is_well(world: World) -> None:
    async with world.running():
        receipt = await world.send(Notice("as it was"))
        assert await world.send(Notice("as it was"), receipt.ref) == receipt
    assert world.shown() == ["as it was"]


async def test_what_somebody_deleted_is_said_anew_if_it_matters(world: World) -> None:
    async with world.running():
        receipt = await world.send(Notice("one"))
        world.group.messages.clear()
        await world.send(Notice("two"), receipt.ref)
        card = await world.send(Progress(TurnId("t"), note="busy"))
        world.group.messages.pop(int(card.ref.split(".")[1]))
        with pytest.raises(Refusal):
            await world.send(Progress(TurnId("t"), note="busier"), card.ref)
    assert world.shown() == ["two"]


async def test_the_reaction_changes_and_a_missing_message_is_no_fault(world: World) -> None:
    async with world.running():
        said = world.ada.says(world.group, "hello")
        [one] = await world.hears()
        await world.send(Mark(one.message_id, "stored"))
        await world.send(Mark(one.message_id, "answered"))
        assert said.reactions == {world.fake.world.bot.user.id: "👌"}
        world.group.reactions = frozenset()
        assert (await world.send(Mark(one.message_id, "failed"))).ref == ""
        elsewhere = Conversation("telegram", str(world.ada.begins().id))
        assert (await world.send(Mark(one.message_id, "failed"), place=elsewhere)).ref == ""


async def test_pictures_are_pictures_unless_telegram_says_no(world: World) -> None:
    (world.folder / "a.png").write_bytes(PNG)
    (world.folder / "b.png").write_bytes(b"no picture")
    (world.folder / "empty").write_bytes(b"")
    async with world.running():
        for name in ("a.png", "b.png"):
            await world.send(File(name, "image/png", 8, str(world.folder / name), "*see*"))
        with pytest.raises(Refusal, match="empty"):
            await world.send(File("empty", "text/plain", 0, str(world.folder / "empty")))
    first, second = world.fake.answers(world.group)
    assert [first.files[0].kind, second.files[0].kind] == ["photo", "document"]
    assert first.text == "see"


async def test_a_very_long_answer_is_one_message_with_its_file(world: World) -> None:
    whole = "word " * 3000
    async with world.running():
        receipt = await world.send(Answer(whole[:1500], "8 s", whole=whole))
        await world.send(Answer("changed", "9 s", whole=whole), receipt.ref)
    (answer,) = world.fake.answers(world.group)
    assert answer.files[0].data.decode() == whole
    assert answer.text.startswith("changed")


@pytest.mark.parametrize(
    "card",
    [
        ApprovalCard("a1", "Bash", "Run a command", "echo 😀\n" * 900, "/work"),
        PlanCard("a1", "word " * 1000),
    ],
)
async def test_a_card_with_a_file_is_decided_within_its_caption(world: World, card: Body) -> None:
    async with world.running():
        receipt = await world.send(card)
        (shown,) = world.fake.answers(world.group)
        assert shown.files
        assert shown.keyboard
        await world.send(replace(card, state="allowed", by="Ada"), receipt.ref)
    assert "by Ada" in shown.text
    assert shown.keyboard is None


async def test_a_menu_has_its_buttons_and_loses_them(world: World) -> None:
    async with world.running():
        receipt = await world.send(Menu("Which?", (("This one", "/resume a"),)))
        (menu,) = world.fake.answers(world.group)
        assert menu.keyboard["inline_keyboard"][0][0]["callback_data"] == "/resume a"
        await world.send(Menu("Chosen."), receipt.ref)
        assert menu.keyboard is None
        await world.send(Gone(), receipt.ref)
    assert world.shown() == []


async def test_a_side_thread_is_a_topic_that_is_closed_until_people_are_let_in(
    world: World,
) -> None:
    world.group.forum = True
    async with world.running() as platform:
        side = await platform.plan_side(world.place, "prices", "n1")
        topic = int(side.conversation.thread)
        assert world.group.topics == {topic: False}
        assert side.name == f"https://t.me/c/{-world.group.id - 10**12}/{topic}"
    async with world.running() as platform:
        assert await platform.plan_side(world.place, "prices", "n1") == side, "after a restart too"
        for _ in range(2):
            await platform.open_side(side, "prices")
        assert world.group.topics == {topic: True}
        world.ada.says(world.group, "here", topic=topic)
        [one] = await world.hears()
        assert one.addressed, "a topic that the bot made is its own"
        assert (await platform.plan_side(one.conversation, "more", "n2")) != side


@pytest.mark.parametrize("fault", ["drop", "drop_after_commit"])
async def test_a_topic_that_could_not_be_closed_is_closed_by_the_next_try(
    world: World, fault: str
) -> None:
    world.group.forum = True
    async with world.running() as platform:
        getattr(world.fake.faults, fault)("closeForumTopic")
        with pytest.raises(Unavailable):
            await platform.plan_side(world.place, "prices", "n1")
        side = await platform.plan_side(world.place, "prices", "n1")
    assert world.group.topics == {int(side.conversation.thread): False}


async def test_a_topic_that_cannot_be_remembered_is_unavailable(world: World) -> None:
    world.group.forum = True
    (world.folder / "sides.part").mkdir()
    async with world.running() as platform:
        with pytest.raises(Unavailable, match="cannot be written"):
            await platform.plan_side(world.place, "prices", "n1")
        (world.folder / "sides.part").rmdir()
        side = await platform.plan_side(world.place, "prices", "n1")
    async with world.running() as platform:
        assert await platform.plan_side(world.place, "prices", "n1") == side


async def test_where_there_are_no_topics_there_are_no_side_threads(world: World) -> None:
    direct = Conversation("telegram", str(world.ada.id), direct=True)
    async with world.running() as platform:
        with pytest.raises(Refusal, match="forum"):
            await platform.plan_side(world.place, "prices", "n1")
        with pytest.raises(Refused, match="private"):
            await platform.plan_side(direct, "prices", "n2")


async def test_who_is_called_is_called_by_name(world: World) -> None:
    async with world.running():
        await world.send(Menu("Still waiting, @bob", calls=(str(world.ada.id),)))
    (line,) = [entry.data for entry in world.fake.ledger.of("shown") if entry.data["bot"]]
    assert line["pings"] == ["📣"]


async def test_typing_is_shown_and_never_fails(world: World) -> None:
    async with world.running() as platform:
        await platform.typing(world.place)
        await platform.typing(Conversation("discord", "1"))
        world.group.gone = "bot was kicked"
        await platform.typing(world.place)
    assert len([*world.fake.ledger.of("typing")]) == 1


async def test_a_file_that_is_too_big_for_bots_says_so(world: World) -> None:
    async with world.running() as platform:
        world.fake.faults.refuse("getFile", 400, "file is too big")
        with pytest.raises(Refused, match="20 MB"):
            await platform.fetch(Attachment("a.iso", "x/y", 1, "file-1"), world.folder / "got")


async def test_a_local_server_s_own_files_are_copied(world: World) -> None:
    (world.folder / "there").write_bytes(b"content")
    async with world.running() as platform:
        platform._wire.path_of = lambda _: _ready(str(world.folder / "there"))
        await platform.fetch(Attachment("a", "x/y", 1, "file-1"), world.folder / "got")
    assert (world.folder / "got").read_bytes() == b"content"


async def _ready(value: str) -> str:
    return value
