"""The fake refuses what Telegram refuses; python-telegram-bot works with it as with Telegram."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
import telegram
from telegram import InlineKeyboardButton, InlineKeyboardMarkup, error

from carrel.testing.telegram import FakeTelegram, Person
from carrel.testing.telegram.model import Chat


@pytest.fixture
async def fake() -> AsyncIterator[FakeTelegram]:
    async with FakeTelegram() as made:
        yield made


@pytest.fixture
def ada(fake: FakeTelegram) -> Person:
    return fake.person("ada")


@pytest.fixture
def group(fake: FakeTelegram, ada: Person) -> Chat:
    return fake.world.group("home", ada.user, forum=True)


@pytest.fixture
async def bot(fake: FakeTelegram) -> AsyncIterator[telegram.Bot]:
    made = telegram.Bot(
        fake.token, base_url=f"{fake.url}/bot", base_file_url=f"{fake.url}/file/bot"
    )
    async with made:
        yield made


async def test_the_library_says_and_hears(
    bot: telegram.Bot, fake: FakeTelegram, ada: Person, group: Chat
) -> None:
    said = ada.says(group, "hello @carrel_bot", files={"a.jpg": b"picture"})
    (update,) = await bot.get_updates()
    assert update.message.caption == "hello @carrel_bot"
    assert update.message.caption_entities[0].type == "mention"
    file = await update.message.photo[-1].get_file()
    assert bytes(await file.download_as_bytearray()) == b"picture"
    made = await bot.send_message(
        group.id, "<b>hi</b> &amp; <code>x</code>", parse_mode="HTML", reply_to_message_id=said.id
    )
    assert (made.text, made.reply_to_message.message_id) == ("hi & x", said.id)
    assert [one.type for one in made.entities] == ["bold", "code"]
    assert [entry.data["content"] for entry in fake.ledger.of("shown")][-1] == "hi & x"


@pytest.mark.parametrize(
    ("html", "why"),
    [
        ("<b>open", "end tag"),
        ("<b><i>x</b></i>", "Unmatched end tag"),
        ("a < b", "Unsupported start tag"),
        ("<h1>x</h1>", "Unsupported start tag"),
        ("<a href='x'>x</a>", "Unsupported start tag"),
        ("<code><b>x</b></code>", "cannot stand in"),
        ("<blockquote>a<blockquote>b</blockquote></blockquote>", "cannot stand in"),
        ("  ", "text is empty"),
        ("x" * 4097, "too long"),
        ("😀" * 2049, "too long"),
    ],
)
async def test_what_telegram_does_not_show(
    bot: telegram.Bot, group: Chat, html: str, why: str
) -> None:
    with pytest.raises(error.BadRequest, match=f"(?i){why}"):
        await bot.send_message(group.id, html, parse_mode="HTML")
    assert not group.messages


async def test_buttons_reactions_captions_and_edits_have_limits(
    bot: telegram.Bot, ada: Person, group: Chat
) -> None:
    def buttons(data: str) -> InlineKeyboardMarkup:
        return InlineKeyboardMarkup([[InlineKeyboardButton("x", callback_data=data)]])

    made = await bot.send_message(group.id, "x", reply_markup=buttons("d" * 64))
    with pytest.raises(error.BadRequest, match=r"(?i)button_data_invalid"):
        await bot.send_message(group.id, "x", reply_markup=buttons("d" * 65))
    with pytest.raises(error.BadRequest, match=r"(?i)reaction_invalid"):
        await bot.set_message_reaction(group.id, made.message_id, "✅")
    with pytest.raises(error.BadRequest, match="caption is too long"):
        await bot.send_document(group.id, b"file", caption="x" * 1025)
    with pytest.raises(error.BadRequest, match="not modified"):
        await bot.edit_message_text("x", group.id, made.message_id, reply_markup=buttons("d" * 64))
    with pytest.raises(error.BadRequest, match="edit not found"):
        await bot.edit_message_text("y", group.id, 999)
    said = ada.says(group, "mine")
    with pytest.raises(error.BadRequest, match="can't be edited"):
        await bot.edit_message_text("y", group.id, said.id)
    with pytest.raises(error.BadRequest, match="uery is too old"):
        await bot.answer_callback_query("1")


async def test_places_that_are_not_there(
    bot: telegram.Bot, fake: FakeTelegram, ada: Person, group: Chat
) -> None:
    topic = ada.opens_topic(group, "shop")
    await bot.send_message(group.id, "x", message_thread_id=topic)
    ada.closes_topic(group, topic)
    with pytest.raises(error.BadRequest, match=r"(?i)topic_closed"):
        await bot.send_message(group.id, "x", message_thread_id=topic)
    ada.deletes_topic(group, topic)
    with pytest.raises(error.BadRequest, match="thread not found"):
        await bot.send_message(group.id, "x", message_thread_id=topic)
    with pytest.raises(error.BadRequest, match="hat not found"):
        await bot.send_message(1, "x")
    ada.blocks_bot()
    with pytest.raises(error.Forbidden, match="blocked"):
        await bot.send_message(ada.id, "x")
    small = fake.world.group("small", ada.user, basic=True)
    grown = ada.upgrades(small)
    with pytest.raises(error.ChatMigrated) as moved:
        await bot.send_message(small.id, "x")
    assert moved.value.new_chat_id == grown.id


async def test_updates_are_given_until_a_later_one_is_asked_for(
    bot: telegram.Bot, fake: FakeTelegram, ada: Person, group: Chat
) -> None:
    for word in ("one", "two"):
        ada.says(group, word)
    first = await bot.get_updates()
    assert [one.update_id for one in await bot.get_updates()] == [one.update_id for one in first]
    (second,) = await bot.get_updates(offset=first[1].update_id)
    assert second.message.text == "two"
    assert [e.data["update"] for e in fake.ledger.of("confirmed")] == [first[0].update_id]


async def test_one_program_asks_at_a_time(bot: telegram.Bot, fake: FakeTelegram) -> None:
    other = telegram.Bot(fake.token, base_url=f"{fake.url}/bot")
    async with other, asyncio.TaskGroup() as group:
        waiting = group.create_task(_refused(bot))
        await asyncio.sleep(0.05)
        await other.get_updates()
        assert "terminated by other" in await waiting
    fake.world.bot.webhook = "https://example.org"
    with pytest.raises(error.Conflict, match="webhook"):
        await bot.get_updates()


async def _refused(bot: telegram.Bot) -> str:
    with pytest.raises(error.Conflict) as conflict:
        await bot.get_updates(timeout=5)
    return conflict.value.message


async def test_faults_strike_as_often_as_they_are_told(
    bot: telegram.Bot, fake: FakeTelegram, group: Chat
) -> None:
    fake.faults.drop_after_commit("sendMessage")
    fake.faults.status("sendMessage", 502)
    fake.faults.rate_limit("sendMessage", 3)
    for kind in (error.NetworkError, error.RetryAfter):
        with pytest.raises(kind):
            await bot.send_message(group.id, "x")
    with pytest.raises(error.NetworkError):
        await bot.send_message(group.id, "x")
    await bot.send_message(group.id, "y")
    assert [one.text for one in fake.answers(group)] == ["x", "y"]
    assert len([*fake.ledger.of("fault")]) == 3


async def test_a_wrong_token_and_an_unknown_method(fake: FakeTelegram) -> None:
    with pytest.raises(error.InvalidToken):
        async with telegram.Bot("1:no", base_url=f"{fake.url}/bot"):
            pass
