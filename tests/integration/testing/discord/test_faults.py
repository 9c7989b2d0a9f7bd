"""What goes wrong on purpose, with discord.py on the other side."""

from __future__ import annotations

import asyncio

import aiohttp
import pytest
from tests.integration.testing.discord.clients import Bot, Home, discord

from carrel.testing.discord import Limits

POST = ("POST", "/channels/*/messages")


def identified(home: Home, did: str) -> int:
    return sum(entry.data["did"] == did for entry in home.fake.ledger.of("gateway"))


async def test_a_502_after_commit_makes_one_copy(bot: Bot, home: Home) -> None:
    home.fake.faults.rest(*POST, status=502, after_commit=True)
    await bot.place(home.general).send("once")
    assert [each.content for each in home.fake.answers(home.general)] == ["once"]
    assert len(list(home.fake.ledger.of("repeated"))) == 1


async def test_a_drop_after_commit_can_be_retried_with_the_nonce(bot: Bot, home: Home) -> None:
    home.fake.faults.drop_after_commit(*POST)
    place = bot.place(home.general)
    with pytest.raises((aiohttp.ClientError, OSError)):
        await place.send("once", nonce="turn-1")
    again = await place.send("once", nonce="turn-1")
    (answer,) = home.fake.answers(home.general)
    assert again.id == int(answer.id)


async def test_half_an_answer_is_an_error_of_the_client_and_no_second_copy(
    bot: Bot, home: Home
) -> None:
    home.fake.faults.cut_short(*POST)
    place = bot.place(home.general)
    with pytest.raises((aiohttp.ClientError, OSError)):
        await place.send("once", nonce="turn-1")
    again = await place.send("once", nonce="turn-1")
    (answer,) = home.fake.answers(home.general)
    assert again.id == int(answer.id)


async def test_a_drop_before_commit_makes_no_copy(bot: Bot, home: Home) -> None:
    home.fake.faults.drop(*POST)
    with pytest.raises((aiohttp.ClientError, OSError)):
        await bot.place(home.general).send("never")
    assert home.fake.answers(home.general) == []


async def test_a_503_is_raised(bot: Bot, home: Home) -> None:
    home.fake.faults.rest(*POST, status=503)
    with pytest.raises(discord.DiscordServerError):
        await bot.place(home.general).send("never")
    assert home.fake.answers(home.general) == []


@pytest.mark.parametrize("scope", ["user", "global", "shared"])
async def test_a_429_is_waited_out(bot: Bot, home: Home, scope: str) -> None:
    home.fake.faults.rate_limit(*POST, retry_after=0.02, scope=scope)
    await bot.place(home.general).send("later")
    assert [each.content for each in home.fake.answers(home.general)] == ["later"]
    assert [entry.data["status"] for entry in home.fake.ledger.requests("POST")] == [429, 200]


@pytest.mark.parametrize("home", [{"limits": Limits()}], indirect=True)
async def test_true_headers_keep_a_client_below_the_limit(bot: Bot, home: Home) -> None:
    for number in range(7):
        await bot.place(home.general).send(f"{number}")
        home.fake.advance(1.1)
    statuses = {entry.data["status"] for entry in home.fake.ledger.requests("POST")}
    assert statuses == {200}


async def test_a_held_request_is_answered_later(bot: Bot, home: Home) -> None:
    gate = home.fake.faults.hold(*POST, after_commit=True)
    async with asyncio.TaskGroup() as group:
        sending = group.create_task(bot.place(home.general).send("slow"))
        await home.fake.until(lambda: home.fake.answers(home.general))
        assert not sending.done()
        gate.set()


@pytest.mark.parametrize("how", ["reset", "close", "reconnect"])
async def test_what_is_said_meanwhile_is_replayed(bot: Bot, home: Home, how: str) -> None:
    getattr(home.fake.faults.gateway, how)()
    home.ada.says(home.general, "missed?")
    await home.fake.until(lambda: bot.texts == ["missed?"])
    await home.fake.until(lambda: identified(home, "resume"))
    assert identified(home, "identify") == 1


async def test_op_9_loses_what_was_said(
    bot: Bot, home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def at_once(_: float) -> None:
        return None

    monkeypatch.setattr(discord.client.asyncio, "sleep", at_once)
    monkeypatch.setattr(discord.gateway.asyncio, "sleep", at_once)
    home.fake.faults.gateway.invalid_session()
    home.ada.says(home.general, "lost")
    await home.fake.until(lambda: identified(home, "identify") == 2)
    await home.fake.until(lambda: bot.events.count("ready") == 2)
    home.ada.says(home.general, "heard")
    await home.fake.until(lambda: bot.texts == ["heard"])


async def test_op_9_resumable_resumes(bot: Bot, home: Home) -> None:
    home.fake.faults.gateway.invalid_session(resumable=True)
    home.ada.says(home.general, "kept")
    await home.fake.until(lambda: identified(home, "resume"))
    await home.fake.until(lambda: bot.texts == ["kept"])


@pytest.mark.parametrize("home", [{"limits": Limits.none(), "heartbeat": 0.05}], indirect=True)
async def test_muted_acks_make_it_come_back(bot: Bot, home: Home) -> None:
    bot.client._connection.heartbeat_timeout = 0.1
    home.fake.faults.gateway.reset()
    await home.fake.until(lambda: identified(home, "resume") == 1)
    home.fake.faults.gateway.mute_acks()
    await home.fake.until(lambda: identified(home, "resume") == 2)


async def test_events_are_lost_doubled_and_late(bot: Bot, home: Home) -> None:
    faults = home.fake.faults.gateway
    faults.lose("MESSAGE_CREATE")
    home.ada.says(home.general, "lost")
    faults.double("MESSAGE_CREATE")
    home.ada.says(home.general, "twice")
    faults.delay("MESSAGE_CREATE", 0.02)
    home.ada.says(home.general, "late")
    home.ada.says(home.general, "overtakes")
    await home.fake.until(lambda: len(bot.texts) == 4)
    assert bot.texts == ["twice", "twice", "overtakes", "late"]


async def test_a_malformed_event_ends_the_client(pointed: Home) -> None:
    client = discord.Client(intents=discord.Intents.all(), guild_ready_timeout=0.05)
    pointed.fake.faults.gateway.malform("MESSAGE_CREATE")

    async def speak() -> None:
        pointed.ada.says(pointed.general, "broken")

    client.on_ready = speak
    async with client:
        with pytest.raises((ValueError, KeyError, TypeError)):
            await client.start(pointed.fake.token)


async def test_a_revoked_connection_does_not_come_back(pointed: Home) -> None:
    client = discord.Client(intents=discord.Intents.all(), guild_ready_timeout=0.05)

    async def revoke() -> None:
        pointed.fake.faults.gateway.close(4004)

    client.on_ready = revoke
    async with client:
        with pytest.raises(discord.ConnectionClosed) as closed:
            await client.start(pointed.fake.token)
    assert closed.value.code == 4004


async def test_a_revoked_token_ends_the_client(pointed: Home) -> None:
    client = discord.Client(intents=discord.Intents.all(), guild_ready_timeout=0.05)
    old, renewed = pointed.fake.token, []

    async def revoke() -> None:
        renewed.append(pointed.fake.revoke())

    client.on_ready = revoke
    async with client:
        with pytest.raises(discord.ConnectionClosed):
            await client.start(old)
    async with discord.Client(intents=discord.Intents.none()) as again:
        with pytest.raises(discord.LoginFailure):
            await again.login(old)
    async with discord.Client(intents=discord.Intents.none()) as again:
        await again.login(renewed[0])


async def test_without_enforcing_a_nonce_makes_two_copies(bot: Bot, home: Home) -> None:
    url = f"{home.fake.rest_url}/channels/{home.general.id}/messages"
    headers = {"Authorization": f"Bot {home.fake.token}"}
    async with aiohttp.ClientSession(headers=headers) as http:
        for enforced in (False, False, True):
            body = {"content": "x", "nonce": "n", "enforce_nonce": enforced}
            assert (await http.post(url, json=body)).status == 200
    assert len(home.fake.answers(home.general)) == 2


async def test_a_follow_up_has_no_nonce(bot: Bot, home: Home) -> None:
    tree = discord.app_commands.CommandTree(bot.client)

    @tree.command(description="say it")
    async def say(interaction: discord.Interaction) -> None:
        await interaction.response.defer()
        await interaction.edit_original_response(content="first")
        await interaction.followup.send("second")

    await tree.sync()
    home.fake.faults.rest("POST", "/webhooks/*/*", status=502, after_commit=True)
    used = home.ada.uses("/say", home.general)
    await home.fake.until(lambda: len(used.answers) == 3)
    assert [each.content for each in used.answers] == ["first", "second", "second"]


async def test_threads_fall_silent_after_resumed(bot: Bot, home: Home) -> None:
    thread = home.ada.starts_thread(home.general, "plans")
    await home.fake.until(lambda: "thread_create" in bot.events)
    await bot.client.get_channel(int(thread.id)).join()
    home.fake.faults.gateway.reset()
    await home.fake.until(lambda: "resumed" in bot.events)
    home.ada.says(thread, "unheard")
    await bot.client.get_channel(int(thread.id)).join()
    home.ada.says(thread, "heard")
    await home.fake.until(lambda: bot.texts == ["heard"])


async def test_a_download_fails_in_every_way(bot: Bot, home: Home) -> None:
    home.ada.says(home.general, "look", files={"a.txt": b"inside" * 1000})
    await home.fake.until(lambda: bot.texts)
    (file,) = bot.heard[0].attachments
    home.fake.faults.rest("GET", "/cdn/**", status=500)
    with pytest.raises(discord.HTTPException):
        await file.read()
    # aiohttp asks once more by itself when a kept connection breaks.
    home.fake.faults.drop("GET", "/cdn/**", times=2)
    with pytest.raises(aiohttp.ClientError):
        await file.read()
    home.fake.faults.drop_after_commit("GET", "/cdn/**")
    with pytest.raises(aiohttp.ClientError):
        await file.read()
    assert await file.read() == b"inside" * 1000
