"""hikari, whose parser is strict, lives with the fake too."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import hikari
import pytest
from tests.integration.testing.discord.clients import Home


@dataclass
class Strict:
    """A connected hikari bot and what it heard."""

    bot: hikari.GatewayBot
    heard: list[hikari.Message] = field(default_factory=list)
    events: list[str] = field(default_factory=list)

    @property
    def texts(self) -> list[str | None]:
        return [message.content for message in self.heard if not message.author.is_bot]


@pytest.fixture
async def strict(home: Home, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Strict]:
    bot = hikari.GatewayBot(
        home.fake.token,
        intents=hikari.Intents.ALL,
        banner=None,
        rest_url=home.fake.rest_url,
        suppress_optimization_warning=True,
        logs=None,
    )
    made = Strict(bot)

    async def hear(event: hikari.MessageCreateEvent) -> None:
        made.heard.append(event.message)
        home.fake._note()

    async def note(event: hikari.Event) -> None:
        made.events.append(type(event).__name__)
        home.fake._note()

    bot.subscribe(hikari.MessageCreateEvent, hear)
    bot.subscribe(hikari.Event, note)
    await bot.start(check_for_updates=False)
    yield made
    await bot.close()


async def test_it_connects_hears_and_answers(strict: Strict, home: Home) -> None:
    await home.fake.until(lambda: "GuildAvailableEvent" in strict.events)
    home.ada.says(home.general, "hello", files={"a.txt": b"inside"})
    await home.fake.until(lambda: strict.texts == ["hello"])
    assert await strict.heard[0].attachments[0].read() == b"inside"
    await strict.heard[0].respond("hi", reply=True, attachment=hikari.Bytes(b"1", "1.txt"))
    (answer,) = home.fake.answers(home.general)
    assert answer.content == "hi"
    assert answer.attachments[0].data == b"1"


async def test_messages_are_changed_and_read(strict: Strict, home: Home) -> None:
    rest, place = strict.bot.rest, int(home.general.id)
    sent = await rest.create_message(place, "one", embed=hikari.Embed(title="t"))
    await rest.edit_message(place, sent, "two")
    await rest.add_reaction(place, sent, "👀")
    await rest.delete_my_reaction(place, sent, "👀")
    await rest.pin_message(place, sent)
    history = await rest.fetch_messages(place)
    assert [message.content for message in history] == ["two"]
    await rest.delete_message(place, sent)
    assert home.fake.answers(home.general) == []


async def test_a_dropped_send_is_retried_with_its_nonce(strict: Strict, home: Home) -> None:
    home.fake.faults.drop_after_commit("POST", "/channels/*/messages")
    await strict.bot.rest.create_message(int(home.general.id), "once", nonce="n-1")
    assert [each.content for each in home.fake.answers(home.general)] == ["once"]
    assert len(list(home.fake.ledger.of("repeated"))) == 1


@pytest.mark.parametrize("how", ["reset", "close", "reconnect"])
async def test_what_is_said_meanwhile_is_replayed(strict: Strict, home: Home, how: str) -> None:
    getattr(home.fake.faults.gateway, how)()
    home.ada.says(home.general, "missed?")
    await home.fake.until(lambda: strict.texts == ["missed?"])


async def test_a_429_is_waited_out(strict: Strict, home: Home) -> None:
    home.fake.faults.rate_limit("POST", "/channels/*/messages", retry_after=0.02)
    await strict.bot.rest.create_message(int(home.general.id), "later")
    assert [each.content for each in home.fake.answers(home.general)] == ["later"]


async def test_threads_and_places(strict: Strict, home: Home) -> None:
    rest = strict.bot.rest
    asked = home.ada.says(home.general, "hello")
    thread = await rest.create_message_thread(int(home.general.id), int(asked.id), "talk")
    assert str(thread.id) == asked.id
    assert [each.id for each in await rest.fetch_active_threads(int(home.guild.id))] == [thread.id]
    await rest.edit_channel(thread, archived=True)
    home.ada.says(home.fake.world.channels[asked.id], "awake")
    await home.fake.until(lambda: "awake" in strict.texts)
    assert (await rest.fetch_guild(int(home.guild.id))).name == "home"
    assert len(await rest.fetch_guild_channels(int(home.guild.id))) == 1
    assert (await rest.fetch_member(int(home.guild.id), int(home.ada.id))).username == "ada"
    assert (await rest.fetch_application()).name == "bot"
    direct = await rest.create_dm_channel(int(home.ada.id))
    await rest.create_message(direct, "psst")


async def test_slash_commands_and_buttons(strict: Strict, home: Home) -> None:
    rest = strict.bot.rest
    command = rest.slash_command_builder("status", "how it is")
    application = int(home.fake.application.id)
    await rest.set_application_commands(application, [command], guild=int(home.guild.id))

    async def answer(event: hikari.InteractionCreateEvent) -> None:
        row = rest.build_message_action_row()
        row.add_interactive_button(hikari.ButtonStyle.PRIMARY, "more", label="more")
        interaction = event.interaction
        if isinstance(interaction, hikari.CommandInteraction):
            kind = hikari.ResponseType.MESSAGE_CREATE
            await interaction.create_initial_response(kind, "well", component=row)
        elif isinstance(interaction, hikari.ComponentInteraction):
            kind = hikari.ResponseType.MESSAGE_UPDATE
            await interaction.create_initial_response(kind, "very well", components=[])
        home.fake._note()

    strict.bot.subscribe(hikari.InteractionCreateEvent, answer)
    used = home.ada.uses("/status", home.general)
    await home.fake.until(lambda: used.original)
    assert used.original
    home.ada.presses(used.original, "more")
    await home.fake.until(lambda: used.original and used.original.content == "very well")
