"""What goes wrong for good is one clear sentence, and no dead process."""

from __future__ import annotations

import asyncio

import pytest
from tests.integration.platforms.discord.town import Town

from carrel.core.errors import ConfigError, Unavailable
from carrel.core.messages import Notice, Outbound
from carrel.core.model import Conversation
from carrel.platforms.discord import KIND
from carrel.platforms.discord.settings import Discord
from carrel.ports.platform import PlatformParts
from carrel.runtime.clock import SystemClock
from carrel.testing.discord import Permission
from carrel.testing.platform_conformance import Gateway


def platform(town: Town, environ: dict[str, str], **table: str):
    given = Discord(rest_url=town.fake.rest_url, gateway_url=town.fake.gateway_url, **table)
    parts = PlatformParts(town.folder, town.folder, SystemClock(), 1000, environ, lambda _: None)
    return KIND.build(given, parts)


async def test_no_token_is_said_with_the_mend(furnished: Town) -> None:
    with pytest.raises(ConfigError, match="set DISCORD_TOKEN, token_file or token_command"):
        await platform(furnished, {}).run(Gateway())


async def test_a_wrong_token_of_the_environment_must_be_mended_by_the_operator(
    furnished: Town,
) -> None:
    wrong = platform(furnished, {"DISCORD_TOKEN": "MTIz.no.no"})
    with pytest.raises(ConfigError, match="does not accept the token in DISCORD_TOKEN"):
        await wrong.run(Gateway())


async def test_a_wrong_token_of_a_file_may_be_mended_without_a_restart(furnished: Town) -> None:
    file = furnished.folder / "token"
    file.write_text("MTIz.no.no")
    file.chmod(0o600)
    bot = platform(furnished, {}, token_file="token")
    with pytest.raises(Unavailable, match="does not accept the token"):
        await bot.run(Gateway())
    file.write_text(furnished.fake.token)
    running = asyncio.create_task(bot.run(Gateway()))
    await furnished.until(lambda: bot.listening)
    running.cancel()
    await asyncio.wait({running})


async def test_a_revoked_token_ends_the_run_with_its_sentence(furnished: Town) -> None:
    bot = platform(furnished, {"DISCORD_TOKEN": furnished.fake.token})
    running = asyncio.create_task(bot.run(Gateway()))
    await furnished.until(lambda: bot.listening)
    furnished.fake.revoke()
    await asyncio.wait({running}, timeout=10)
    assert isinstance(running.exception(), ConfigError)


async def test_a_missing_intent_names_the_switch(furnished: Town) -> None:
    furnished.fake.application.privileged = 0
    bot = platform(furnished, {"DISCORD_TOKEN": furnished.fake.token})
    with pytest.raises(Unavailable, match="Message Content Intent"):
        await bot.run(Gateway())


async def test_discord_that_cannot_be_reached_is_tried_again(furnished: Town) -> None:
    furnished.fake.faults.rest("GET", "/users/@me", status=503)
    bot = platform(furnished, {"DISCORD_TOKEN": furnished.fake.token})
    with pytest.raises(Unavailable, match="Discord answers 503"):
        await bot.run(Gateway())
    elsewhere = Discord(rest_url="http://127.0.0.1:9/api/v10", gateway_url="ws://127.0.0.1:9")
    environ = {"DISCORD_TOKEN": furnished.fake.token}
    folder = furnished.folder
    parts = PlatformParts(folder, folder, SystemClock(), 1000, environ, lambda _: None)
    nowhere = KIND.build(elsewhere, parts)
    with pytest.raises(Unavailable, match="cannot be reached"):
        await nowhere.run(Gateway())


async def test_what_is_refused_is_told_and_is_nobody_else_s_word(town: Town) -> None:
    """spec: 2.6 8.5"""
    town.house.intake._max_text = 10
    town.ada.says(town.general, "longer than ten characters")
    await town.until(town.texts)
    assert "more than the 10 allowed" in town.texts()[0]
    town.ada.says(town.general, "hello")
    await town.until(town.answers)
    assert town.platform.troubles == ()


async def test_another_gateway_on_the_token_is_noticed(town: Town) -> None:
    town.ada.says(town.general, "hello")
    await town.until(town.answers)
    assert town.platform.troubles == ()
    other = platform(town, {"DISCORD_TOKEN": town.fake.token})
    running = asyncio.create_task(other.run(Gateway()))
    await town.until(lambda: other.listening)
    outbound = Outbound("foreign", Conversation("discord", town.general.id), Notice("I too"))
    await other.send(outbound, None, again=False)
    await town.until(lambda: town.platform.troubles)
    assert "Another program speaks with this bot's token" in town.platform.troubles[0]
    running.cancel()
    await asyncio.wait({running})


async def test_a_missing_permission_is_said_and_other_places_go_on(town: Town) -> None:
    other = town.fake.world.channel(town.guild, "other")
    town.fake.world.overwrite(
        town.general, town.fake.application.bot, deny=Permission.SEND_MESSAGES
    )
    town.ada.says(town.general, "hello")
    await town.until(lambda: town.platform.troubles)
    assert "#general" in town.platform.troubles[0]
    assert "carrel doctor" in town.platform.troubles[0]
    town.ada.says(other, "hello")
    await town.until(lambda: town.answers(other))


async def test_a_malformed_event_ends_nothing(town: Town) -> None:
    for name in ("GUILD_CREATE", "CHANNEL_UPDATE", "THREAD_UPDATE", "TYPING_START"):
        town.fake.faults.gateway.malform(name)
    town.fake.world.channel(town.guild, "other")
    town.fake.world.rename(town.general, "renamed")
    town.ada.types(town.general)
    town.ada.says(town.general, "hello")
    await town.until(town.answers)
    assert town.fake.connected == 1
