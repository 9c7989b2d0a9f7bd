"""Slack's errors, and those of the way to it, in Carrel's words."""

from __future__ import annotations

import aiohttp
from slack_sdk.errors import SlackApiError

from carrel.core.errors import ConfigError, Unavailable
from carrel.platforms.faults import Forbidden, Unchanged, Unknown
from carrel.platforms.slack.settings import APP_VARIABLE, VARIABLE
from carrel.ports.platform import NotSent, Refusal, RetryAfter

TOO_MANY = 429
PAUSE_S = 30.0
"""Seconds to wait where Slack does not say how many."""

_UNKNOWN = frozenset({"message_not_found", "no_reaction", "file_not_found", "file_deleted"})
_TOKEN = frozenset(
    {
        "invalid_auth", "not_authed", "token_revoked", "token_expired", "account_inactive",
        "not_allowed_token_type",
    }
)  # fmt: skip
_FORBIDDEN = {
    "not_in_channel": "the bot is not a member",
    "is_archived": "the channel is archived",
    "channel_not_found": "the channel is not there, or not for the bot to see",
    "restricted_action": "the workspace does not let the bot write there",
    "cannot_dm_bot": "it is a bot's own",
    "user_not_in_channel": "the person is not a member",
}
_LATER = frozenset(
    {"internal_error", "fatal_error", "service_unavailable", "request_timeout", "team_added_to_org"}
)


class BadToken(Unavailable):
    """Slack does not know a token, or not any more."""


def of_request(error: Exception) -> Exception:
    """What a failed request means for whoever made it."""
    match error:
        case SlackApiError():
            return _of_answer(error)
        case aiohttp.ClientConnectorError():
            return NotSent(f"Slack cannot be reached: {type(error).__name__}.")
        case aiohttp.ClientError() | OSError() | TimeoutError() | ValueError() | AttributeError():
            return Unavailable(f"Slack does not answer as it should: {type(error).__name__}.")
        case _:
            return error


def _of_answer(error: SlackApiError) -> Exception:
    """By the word that Slack gives, else by the status."""
    answer = error.response
    status = int(getattr(answer, "status_code", 0))
    data = getattr(answer, "data", None)
    told = data if isinstance(data, dict) else {}
    name = str(told.get("error") or "")
    if status == TOO_MANY or name in {"ratelimited", "rate_limited"}:
        return RetryAfter(_pause(getattr(answer, "headers", None) or {}))
    if not name or name in _LATER:
        return Unavailable(f"Slack does not answer as it should: {name or f'status {status}'}.")
    if name in _TOKEN:
        return BadToken(f"Slack does not accept the token: {name}.")
    if name == "missing_scope":
        return Forbidden(f"the app lacks the scope {told.get('needed', '')}")
    if name == "already_reacted":
        return Unchanged("it stands there already")
    if name in _UNKNOWN:
        return Unknown(name)
    if name in _FORBIDDEN:
        return Forbidden(_FORBIDDEN[name])
    detail = "; ".join(str(one) for one in _details(told))
    return Refusal(f"Slack refuses it: {name}{f' ({detail})' if detail else ''}")


def _details(told: dict[str, object]) -> list[object]:
    meant = told.get("response_metadata")
    found = meant.get("messages") if isinstance(meant, dict) else None
    return found if isinstance(found, list) else []


def _pause(headers: object) -> float:
    for key, value in getattr(headers, "items", dict)():
        if str(key).casefold() == "retry-after":
            try:
                return float(value)
            except ValueError:
                return PAUSE_S
    return PAUSE_S


def of_token(error: BadToken, *, renewable: bool) -> Exception:
    """What a refused token means. `renewable`: the next try may have another one."""
    if renewable:
        return Unavailable(f"{error} Put a new one where it is read.")
    return ConfigError(
        f"{error} Copy the bot's token (xoxb-) into {VARIABLE} and the app's (xapp-) into "
        f"{APP_VARIABLE} again, from https://api.slack.com/apps."
    )
