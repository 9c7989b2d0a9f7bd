"""Discord's errors, and those of the way to it, in Carrel's words."""

from __future__ import annotations

import aiohttp
import discord

from carrel.core.errors import ConfigError, Unavailable
from carrel.platforms.discord.settings import VARIABLE
from carrel.platforms.faults import Forbidden, Unknown
from carrel.ports.platform import Refusal, RetryAfter, Vanished

UNKNOWN_CHANNEL, UNKNOWN_MESSAGE, UNKNOWN_INTERACTION = 10003, 10008, 10062
MISSING_ACCESS, MISSING_PERMISSIONS = 50001, 50013
ALREADY_ANSWERED = 40060
THREAD_THERE = 160004
BANNED_FOR = 60.0
"""Seconds that Cloudflare is left alone when it answers for Discord."""

UNAUTHORIZED, TOO_MANY, SERVER_ERROR = 401, 429, 500
BAD_TOKEN, BAD_INTENTS = 4004, 4014

NO_INTENT = (
    "The bot may not read messages: switch on “Message Content Intent” on the Bot page of "
    "https://discord.com/developers/applications."
)


class AlreadyThere(Refusal):
    """It was made before."""


def of_request(error: Exception) -> Exception:
    """What a failed request means for whoever made it."""
    match error:
        case discord.RateLimited():
            return RetryAfter(error.retry_after)
        case discord.HTTPException(code=code) if code == UNKNOWN_CHANNEL:
            return Vanished("the channel is not there any more")
        case discord.HTTPException(code=code) if code in (UNKNOWN_MESSAGE, UNKNOWN_INTERACTION):
            return Unknown(error.text or "it is not there any more")
        case discord.HTTPException(code=code) if code == THREAD_THERE:
            return AlreadyThere("the message has a thread already")
        case discord.HTTPException(code=code) if code in (MISSING_ACCESS, MISSING_PERMISSIONS):
            return Forbidden("the bot lacks a permission there")
        case discord.HTTPException(status=status) if status == TOO_MANY:
            return RetryAfter(_asked_for(error))
        case discord.HTTPException(status=status) if status >= SERVER_ERROR:
            return Unavailable(f"Discord answers {status}.")
        case discord.HTTPException(status=status) if status == UNAUTHORIZED:
            return Unavailable("Discord does not accept the token any more.")
        case discord.HTTPException():
            return Refusal(f"Discord refuses it: {error.text or error.status}")
        case aiohttp.ClientError() | OSError() | TimeoutError() | ValueError() | RuntimeError():
            return Unavailable(f"Discord cannot be reached: {type(error).__name__} {error}".strip())
        case _:
            return error


def _asked_for(error: discord.HTTPException) -> float:
    try:
        return float(error.response.headers.get("Retry-After", BANNED_FOR))
    except ValueError:
        return BANNED_FOR


def of_connection(error: Exception, *, renewable: bool) -> Exception:
    """What ended the connection. `renewable`: the next try may have another token."""
    match error:
        case discord.LoginFailure():
            return _bad_token(renewable=renewable)
        case discord.PrivilegedIntentsRequired():
            return Unavailable(NO_INTENT)
        case discord.ConnectionClosed(code=code) if code == BAD_TOKEN:
            return _bad_token(renewable=renewable)
        case discord.ConnectionClosed(code=code):
            return Unavailable(f"Discord closed the connection with code {code}.")
        case discord.GatewayNotFound():
            return Unavailable("Discord's gateway cannot be found.")
        case _:
            translated = of_request(error)
            return translated if isinstance(translated, Unavailable) else _plain(translated)


def _plain(error: Exception) -> Exception:
    """A refusal of the connection itself is the world's affair."""
    return Unavailable(f"{error}.") if isinstance(error, Refusal) else error


def _bad_token(*, renewable: bool) -> Exception:
    if renewable:
        return Unavailable("Discord does not accept the token: put a new one where it is read.")
    return ConfigError(
        f"Discord does not accept the token in {VARIABLE}: reset it on the Bot page of "
        "https://discord.com/developers/applications, and start Carrel with the new one."
    )
