"""What a person gets: every place its own session, receipts, cards, answers, files."""

from __future__ import annotations

import asyncio

import pytest
from tests.integration.platforms.discord.town import Town

from carrel.core.admission import People
from carrel.core.model import Material
from carrel.core.routing import PlaceRule, Rules
from carrel.engines.script import AskFor, Fail, Hang, Say, Tool, Wait
from carrel.testing.discord.model import CATEGORY, FORUM, SILENT, THREAD_CREATED


async def test_a_message_is_answered_in_its_place_with_one_receipt(town: Town) -> None:
    asked = town.ada.says(town.general, "hello")
    await town.until(lambda: town.answers() == ["echo: hello"])
    await town.until(lambda: list(asked.reactions) == ["✅"])
    (answer,) = town.fake.answers(town.general)
    assert answer.reference["message_id"] == asked.id
    assert not answer.flags & SILENT


async def test_every_channel_thread_and_person_has_a_session_of_its_own(town: Town) -> None:
    """spec: 6.1"""
    other = town.fake.world.channel(town.guild, "other")
    thread = town.ada.starts_thread(town.general, "plans")
    alone = town.ada.writes_to(town.fake.application.bot)
    mias = town.mia.writes_to(town.fake.application.bot)
    await town.until(lambda: town.fake.application.bot.id in thread.thread.members)
    for who, place in (
        (town.ada, town.general),
        (town.ada, other),
        (town.ada, thread),
        (town.ada, alone),
        (town.mia, mias),
    ):
        who.says(place, f"hello from {place.id}")
        await town.until(lambda place=place: town.answers(place))
    keys = {info.key for info in await town.house.store.sessions(20)}
    places = (town.general, other, thread, alone, mias)
    assert keys == {f"discord:{place.id}" for place in places}


async def test_a_burst_is_answered_in_order_in_each_of_two_channels(town: Town) -> None:
    """spec: 3.1 3.3"""
    other = town.fake.world.channel(town.guild, "other")
    for number in range(6):
        for place in (town.general, other):
            town.ada.says(place, f"{number}")
    expected = [f"echo: {number}" for number in range(6)]
    await town.until(lambda: len(town.answers()) == len(town.answers(other)) == 6)
    assert town.answers() == town.answers(other) == expected


async def test_a_stranger_a_bot_and_a_system_message_are_not_heard(town: Town) -> None:
    """spec: 5.1 5.2"""
    town.eve.says(town.general, "let me in")
    town.fake.world.stranger_bot("r2", town.guild).says(town.general, "beep")
    system = town.ada.says(town.general, "started a thread")
    system.kind = THREAD_CREATED
    town.ada.says(town.general, "hello")
    await town.until(town.answers)
    assert "let me in" not in repr(town.told)
    assert "beep" not in repr(town.told)


async def test_nobody_is_heard_where_nobody_is_listed(furnished: Town) -> None:
    """D1. spec: 5.1"""
    furnished.people = People()
    async with furnished as town:
        message = town.ada.says(town.general, "hello")
        town.ada.edits(message, "hello?")
        town.ada.reacts(message, "👍")
        thread = town.ada.starts_thread(town.general, "plans", text="hello in here")
        town.ada.forwards(message, thread, "look")
        town.ada.types(town.general)
        alone = town.ada.writes_to(town.fake.application.bot)
        town.ada.says(alone, "psst")
        await town.registered()
        asked = town.ada.uses("/status", town.general)
        await town.until(lambda: asked.answers)
        assert town.told == []
        assert await town.house.store.sessions(9) == ()
        assert asked.answers[0].seen_only_by == town.ada.id


async def test_a_listed_role_or_server_is_enough(furnished: Town) -> None:
    role = furnished.fake.world.role(furnished.guild, "staff")
    bob = furnished.fake.world.person("bob", furnished.guild, roles=(role,))
    furnished.people = People(members=frozenset({f"discord:role:{role.id}"}))
    async with furnished as town:
        town.mia.says(town.general, "not me")
        bob.says(town.general, "me")
        await town.until(lambda: town.answers() == ["echo: me"])
    furnished.people = People(members=frozenset({f"discord:server:{furnished.guild.id}"}))
    async with furnished as town:
        town.mia.says(town.general, "now me")
        await town.until(lambda: "echo: now me" in town.answers())


async def test_answer_is_said_for_server_category_channel_and_thread(furnished: Town) -> None:
    world = furnished.fake.world
    quiet = world.channel(furnished.guild, "quiet", CATEGORY)
    inside = world.channel(furnished.guild, "inside", under=quiet)
    loud = world.channel(furnished.guild, "loud", under=quiet)
    furnished.rules = Rules(
        waiting="queue",
        places={
            f"discord:{furnished.guild.id}": PlaceRule(answer="mention"),
            f"discord:{quiet.id}": PlaceRule(answer="never"),
            f"discord:{loud.id}": PlaceRule(answer="all"),
        },
    )
    me = f"<@{furnished.fake.application.bot.id}>"
    async with furnished as town:
        town.ada.says(town.general, "unaddressed")
        town.ada.says(inside, f"{me} never")
        town.ada.says(loud, "loud")
        town.ada.says(town.general, f"{me} addressed")
        await town.until(lambda: town.answers() and town.answers(loud))
        assert town.answers() == ["echo: addressed"]
        assert town.answers(loud) == ["echo: loud"]
        assert town.texts(inside) == []
        town.ada.says(town.general, "and a reply", reply_to=town.last())
        await town.until(lambda: len(town.answers()) == 2)


async def test_a_shared_channel_uses_the_default_session(furnished: Town) -> None:
    other = furnished.fake.world.channel(furnished.guild, "other")
    shared = frozenset({f"discord:{furnished.general.id}", f"discord:{other.id}"})
    furnished.rules = Rules(waiting="queue", shared=shared)
    async with furnished as town:
        town.ada.says(town.general, "one")
        town.ada.says(other, "two")
        await town.until(lambda: town.answers() and town.answers(other))
        assert [info.key for info in await town.house.store.sessions(9)] == ["default"]


async def test_a_reply_and_a_forward_bring_material_along(town: Town) -> None:
    """spec: 3.5 5.7"""
    said = town.eve.says(town.general, "the oven is on")
    town.ada.says(town.general, "is that so?", reply_to=said)
    await town.until(town.answers)
    town.ada.forwards(said, town.general, "and this?")
    await town.until(lambda: len(town.answers()) == 2)
    first, second, third = town.house.engine.heard.prompts
    assert first.material == (Material("reply", "Eve", "the oven is on"),)
    assert second.material == (Material("forward", "#general", "the oven is on"),)
    assert (second.text, third.text) == ("", "and this?")
    assert len(town.answers()) == 2, "a forward and its comment are one message"


async def test_files_come_in_and_go_out(town: Town) -> None:
    content = bytes(range(256)) * 10
    town.ada.says(town.general, "look", files={"a b.bin": content, "c.png": b"png"})
    await town.until(town.answers)
    (prompt,) = town.house.engine.heard.prompts
    assert [(a.name, a.size) for a in prompt.attachments] == [("a b.bin", 2560), ("c.png", 3)]
    inbox = next((town.folder / "sessions").glob("*/inbox"))
    assert (inbox / "a b.bin").read_bytes() == content


async def test_a_turn_that_lasts_has_one_card_that_goes_with_it(furnished: Town) -> None:
    gate = asyncio.Event()
    furnished.script = lambda _: (Tool("Bash", "pytest -q"), Wait(gate), Say("done"))
    async with furnished as town:
        asked = town.ada.says(town.general, "run the tests")
        await town.until(lambda: town.fake.answers(town.general))
        card = town.last()
        assert card.flags & SILENT
        assert "Bash" in card.embeds[0]["description"]
        assert list(town.fake.ledger.of("typing"))
        await town.until(lambda: list(asked.reactions) == ["🧠"])
        gate.set()
        await town.until(lambda: town.answers() == ["done"])
        await town.until(lambda: card.deleted)
        assert len(town.texts()) == 1


async def test_a_short_turn_shows_no_card(town: Town) -> None:
    town.ada.says(town.general, "hello")
    await town.until(town.answers)
    shown = [e.data for e in town.fake.ledger.of("shown") if e.data["bot"]]
    assert len(shown) == 1


async def test_stop_on_the_card_stops_the_turn(furnished: Town) -> None:
    furnished.script = lambda _: (Say("so far"), Hang())
    async with furnished as town:
        asked = town.ada.says(town.general, "hello")
        await town.until(lambda: town.fake.answers(town.general))
        town.ada.presses(town.last(), "/stop")
        await town.until(town.answers)
        assert town.answers() == ["so far"]
        await town.until(lambda: list(asked.reactions) == ["⏹️"])


async def test_an_approval_is_a_card_that_is_answered_once(furnished: Town) -> None:
    furnished.script = lambda _: (AskFor("May I?"), Say("allowed"))
    async with furnished as town:
        town.ada.says(town.general, "hello")
        await town.until(lambda: town.fake.answers(town.general))
        card = town.last()
        allow, _, deny, why = (each["custom_id"] for each in card.components[0]["components"])
        assert not card.flags & SILENT
        assert town.mia.presses(card, allow)
        await town.until(lambda: any("approver" in text for text in town.texts()))
        town.ada.presses(card, allow)
        await town.until(lambda: town.answers() == ["allowed"])
        await town.until(lambda: "Allowed" in card.content)
        assert card.components == []
        assert deny.startswith("/deny")
        assert why == f"ask {deny}"


async def test_a_denial_may_say_why(furnished: Town) -> None:
    furnished.script = lambda _: (AskFor("May I?"), Say("allowed"))
    async with furnished as town:
        town.ada.says(town.general, "hello")
        await town.until(lambda: town.fake.answers(town.general))
        *_, why = (each["custom_id"] for each in town.last().components[0]["components"])
        form = town.ada.presses(town.last(), why)
        await town.until(lambda: form.modal)
        town.ada.submits(form, {"words": "not\nlike that"})
        await town.until(town.answers)
        assert "not like that" in town.answers()[0]


async def test_an_answer_that_is_too_long_is_split_and_a_huge_one_is_a_file(
    furnished: Town,
) -> None:
    long, huge = "a word " * 500, "a line\n\n" * 3000
    furnished.script = lambda text: (Say(long if text == "long" else huge),)
    async with furnished as town:
        town.ada.says(town.general, "long")
        await town.until(lambda: len(town.texts()) == 2)
        parts = town.fake.answers(town.general)
        assert parts[0].reference
        assert parts[1].reference is None
        town.ada.says(town.general, "huge")
        await town.until(lambda: len(town.texts()) == 3)
        answer = town.last()
        assert answer.attachments[0].filename == "answer.md"
        assert answer.attachments[0].data.decode() == huge


async def test_a_table_is_drawn_and_nobody_is_mentioned(furnished: Town) -> None:
    told = "@everyone <@1>\n\n| a | b |\n|---|---|\n| 1 | 2 |"
    furnished.script = lambda _: (Say(told),)
    async with furnished as town:
        town.ada.says(town.general, "hello")
        await town.until(town.answers)
        assert "```" in town.answers()[0]
        request = town.fake.ledger.requests("POST", "/messages")[-1]
        assert request.data["body"]["allowed_mentions"] == {"parse": [], "replied_user": False}


async def test_a_failed_turn_says_why_silently(furnished: Town) -> None:
    furnished.script = lambda _: (Fail("The model is away."),)
    async with furnished as town:
        asked = town.ada.says(town.general, "hello")
        await town.until(lambda: town.texts() == ["❌ The model is away."])
        assert town.last().flags & SILENT
        await town.until(lambda: list(asked.reactions) == ["❌"])


async def test_who_types_finds_the_engine_open(town: Town) -> None:
    town.eve.types(town.general)
    town.ada.types(town.general)
    await town.until(lambda: len(town.house.engine.heard.lives) == 1)


async def test_a_forum_post_is_a_conversation_from_its_first_message(town: Town) -> None:
    forum = town.fake.world.channel(town.guild, "ideas", FORUM)
    post = town.ada.starts_thread(forum, "one", text="first")
    await town.until(lambda: town.answers(post) == ["echo: first"])
    town.ada.says(post, "second")
    await town.until(lambda: len(town.answers(post)) == 2)
    assert [info.key for info in await town.house.store.sessions(9)] == [f"discord:{post.id}"]


@pytest.mark.parametrize("gap", [True, False])
async def test_a_thread_s_first_words_are_heard_though_they_race_with_its_creation(
    town: Town, *, gap: bool
) -> None:
    """B4: the starter's id is the thread's, and everything said in it lands in one session."""
    starter = town.ada.says(town.general, "hello")
    await town.until(town.answers)
    if not gap:
        town.fake.faults.gateway.delay("THREAD_CREATE", 0.2)
    thread = town.ada.starts_thread(town.general, "talk", on=starter)
    for number in range(3):
        town.ada.says(thread, f"{number}")
    await town.until(lambda: len(town.answers(thread)) == 3)
    assert town.answers(thread) == ["echo: 0", "echo: 1", "echo: 2"]
    assert thread.id == starter.id
    keys = {info.key for info in await town.house.store.sessions(9)}
    assert keys == {f"discord:{town.general.id}", f"discord:{thread.id}"}
