"""Telegram's errors, and those of the way to it, in Carrel's words."""

from __future__ import annotations

import re
from datetime import timedelta

import httpx
from telegram import error as theirs

from carrel.core.errors import ConfigError, Unavailable
from carrel.platforms.faults import Forbidden, Unchanged, Unknown
from carrel.platforms.telegram.settings import VARIABLE
from carrel.ports.platform import NotSent, Refusal, RetryAfter, Vanished

UNREACHED = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)
"""Nothing had left this machine."""

_UNKNOWN = re.compile(
    r"message to (?:edit|delete|react|be replied) not found|message (?:can't|cannot) be "
    r"(?:edited|deleted)|MESSAGE_ID_INVALID|query is too old|query ID is invalid",
    re.IGNORECASE,
)
_UNCHANGED = re.compile(r"message is not modified|TOPIC_NOT_MODIFIED", re.IGNORECASE)
_VANISHED = re.compile(r"chat not found|thread not found|TOPIC_DELETED", re.IGNORECASE)
_FORBIDDEN = re.compile(r"not enough rights|have no rights|_FORBIDDEN", re.IGNORECASE)
_MARKUP = re.compile(r"can't parse entities|ENTITY_|ENTITIES_", re.IGNORECASE)


class BadMarkup(Refusal):
    """Telegram cannot read the HTML."""


class Contested(Unavailable):
    """Somebody else gets the updates: another program, or a webhook."""


class BadToken(Unavailable):
    """Telegram does not know the token, or not any more."""


class Moved(NotSent):
    """The group has another number now: `chat`."""

    def __init__(self, chat: int) -> None:
        super().__init__(f"The group is a supergroup now, {chat}.")
        self.chat = chat


def of_request(error: Exception) -> Exception:
    """What a failed request means for whoever made it."""
    match error:
        case theirs.RetryAfter(retry_after=wait):
            return RetryAfter(wait.total_seconds() if isinstance(wait, timedelta) else wait)
        case theirs.ChatMigrated(new_chat_id=chat):
            return Moved(chat)
        case theirs.Forbidden(message=text):
            return Forbidden(_plain(text))
        case theirs.Conflict(message=text):
            return Contested(_plain(text))
        case theirs.InvalidToken():
            return BadToken("Telegram does not accept the token.")
        case theirs.BadRequest(message=text):
            return _refused(text)
        case theirs.NetworkError(message=text) if "too large" in text.casefold():
            return Refusal("the file is too large for Telegram")
        case theirs.NetworkError() if isinstance(error.__cause__, UNREACHED):
            return NotSent(f"Telegram cannot be reached: {type(error.__cause__).__name__}.")
        case theirs.TelegramError() | OSError() | TimeoutError() | RuntimeError():
            return Unavailable(f"Telegram does not answer as it should: {error}.")
        case _:
            return error


def _refused(text: str) -> Refusal:
    if _UNCHANGED.search(text):
        return Unchanged(_plain(text))
    if _UNKNOWN.search(text):
        return Unknown(_plain(text))
    if _VANISHED.search(text):
        return Vanished("the chat or its topic is not there any more")
    if "TOPIC_CLOSED" in text.upper():
        return Forbidden("the topic is closed")
    if _FORBIDDEN.search(text):
        return Forbidden(_plain(text))
    if _MARKUP.search(text):
        return BadMarkup(_plain(text))
    return Refusal(f"Telegram refuses it: {_plain(text)}")


def _plain(text: str) -> str:
    """Without the words that each of Telegram's sentences begins with."""
    return re.sub(r"^(?:Bad Request|Forbidden|Conflict): ", "", text)


def of_token(error: BadToken, *, renewable: bool) -> Exception:
    """What a refused token means. `renewable`: the next try may have another one."""
    if renewable:
        return Unavailable(f"{error} Put a new one where it is read.")
    return ConfigError(
        f"Telegram does not accept the token in {VARIABLE}: ask @BotFather for it with /token, "
        "and start Carrel with the right one."
    )
