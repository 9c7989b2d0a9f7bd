"""Discord's errors in Carrel's words: who must act, and whether another try helps."""

from __future__ import annotations

from types import SimpleNamespace

import aiohttp
import discord
import pytest

from carrel.core.errors import ConfigError, Unavailable
from carrel.platforms.discord.faults import (
    BANNED_FOR,
    Forbidden,
    Unknown,
    of_connection,
    of_request,
)
from carrel.ports.platform import Refusal, RetryAfter, Vanished


def http(status: int, code: int = 0, text: str = "", **headers: str) -> discord.HTTPException:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    response = SimpleNamespace(status=status, reason="why", headers=named)
    kinds = {403: discord.Forbidden, 404: discord.NotFound}
    kind = kinds.get(status, discord.DiscordServerError if status >= 500 else discord.HTTPException)
    return kind(response, {"code": code, "message": text})


def closed(code: int) -> discord.ConnectionClosed:
    return discord.ConnectionClosed(SimpleNamespace(close_code=None), shard_id=0, code=code)


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (http(404, 10003), Vanished),
        (http(404, 10008), Unknown),
        (http(404, 10062), Unknown),
        (http(403, 50001), Forbidden),
        (http(403, 50013), Forbidden),
        (http(400, 50035), Refusal),
        (http(400, 40060), Refusal),
        (http(404, 10004), Refusal),
        (http(403, 50007), Refusal),
        (http(401), Unavailable),
        (http(429), RetryAfter),
        (discord.RateLimited(31.0), RetryAfter),
        *((http(status), Unavailable) for status in (500, 502, 503, 504)),
        (aiohttp.ServerDisconnectedError(), Unavailable),
        (aiohttp.ClientPayloadError(), Unavailable),
        (ConnectionResetError(104, "reset"), Unavailable),
        (TimeoutError(), Unavailable),
        (ValueError("no JSON"), Unavailable),
        (RuntimeError("Session is closed"), Unavailable),
    ],
)
def test_what_a_failed_request_means(error, kind):
    assert type(of_request(error)) is kind


def test_what_is_no_fault_of_the_wire_stays_what_it_is():
    for error in (KeyError("id"), Unavailable("away"), Refusal("never")):
        assert of_request(error) is error
        assert of_request(error) is error


@pytest.mark.parametrize(
    ("error", "seconds"),
    [
        (discord.RateLimited(31.5), 31.5),
        (http(429, Retry_After="7.5"), 7.5),
        (http(429), BANNED_FOR),
        (http(429, Retry_After="Wed, 21 Oct 2026 07:28:00 GMT"), BANNED_FOR),
    ],
)
def test_a_pause_is_as_long_as_asked_for(error, seconds):
    assert of_request(error).seconds == seconds


def test_a_refusal_says_what_discord_said():
    assert "Must be 2000 or fewer" in str(of_request(http(400, 50035, "Must be 2000 or fewer")))
    assert "400" in str(of_request(http(400)))
    assert "Unknown Message" in str(of_request(http(404, 10008, "Unknown Message")))
    assert str(of_request(http(404, 10008)))


def test_what_has_no_words_of_its_own_has_a_name():
    assert "TimeoutError" in str(of_request(TimeoutError()))


@pytest.mark.parametrize(
    ("error", "kind", "sentence"),
    [
        (discord.LoginFailure("Improper token"), ConfigError, "DISCORD_TOKEN"),
        (closed(4004), ConfigError, "DISCORD_TOKEN"),
        (discord.PrivilegedIntentsRequired(0), Unavailable, "Message Content Intent"),
        (closed(4011), Unavailable, "4011"),
        (discord.GatewayNotFound(), Unavailable, "gateway"),
        (http(401), Unavailable, "token"),
        (http(503), Unavailable, "503"),
        (http(404, 10003), Unavailable, "channel"),
        (http(403, 50001), Unavailable, "permission"),
        (http(429), RetryAfter, "60 s"),
        (aiohttp.ServerDisconnectedError(), Unavailable, "cannot be reached"),
        (ConfigError("none"), ConfigError, "none"),
        (Unavailable("away"), Unavailable, "away"),
        (KeyError("id"), KeyError, "id"),
    ],
)
def test_what_ended_the_connection(error, kind, sentence):
    ended = of_connection(error, renewable=False)
    assert type(ended) is kind
    assert sentence in str(ended)


@pytest.mark.parametrize("error", [discord.LoginFailure("Improper token"), closed(4004)])
def test_a_token_that_may_be_renewed_is_read_again(error):
    ended = of_connection(error, renewable=True)
    assert isinstance(ended, Unavailable)
    assert "token" in str(ended)
