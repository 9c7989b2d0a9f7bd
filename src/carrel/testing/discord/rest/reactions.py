"""Reactions to a message."""

from __future__ import annotations

from carrel.testing.discord import posting
from carrel.testing.discord.model import Channel
from carrel.testing.discord.payloads import user_json
from carrel.testing.discord.permissions import Permission
from carrel.testing.discord.problems import ApiError
from carrel.testing.discord.rest.call import Answer, Call, Route, done, ok

MAX_KINDS = 20


def _emoji(call: Call) -> str:
    key = call.path["emoji"]
    # An emoji is never plain text; `name:id` is one of a guild's own.
    if key.isascii() and ":" not in key:
        raise ApiError.unknown("Emoji")
    return key


def add(call: Call) -> Answer:
    """React as the bot."""
    channel = call.channel(Permission.READ_MESSAGE_HISTORY)
    message, key = call.message(channel), _emoji(call)
    _check_awake(channel)
    if key not in message.reactions:
        call.channel(Permission.ADD_REACTIONS)
        if len(message.reactions) >= MAX_KINDS:
            raise ApiError(400, 30010, "Maximum number of reactions reached (20)")
    posting.react(call.world, message, call.bot, key)
    return done()


def _check_awake(channel: Channel) -> None:
    if channel.thread and channel.thread.archived:
        raise ApiError(400, 50083, "Thread is archived")


def remove_own(call: Call) -> Answer:
    """Take the bot's reaction back."""
    message = call.message(call.channel())
    posting.unreact(call.world, message, call.bot.id, _emoji(call))
    return done()


def remove_other(call: Call) -> Answer:
    """Take someone's reaction away."""
    message = call.message(call.channel(Permission.MANAGE_MESSAGES))
    posting.unreact(call.world, message, call.path["user"], _emoji(call))
    return done()


def clear(call: Call) -> Answer:
    """Take all reactions, or all of one emoji, away."""
    message = call.message(call.channel(Permission.MANAGE_MESSAGES))
    posting.clear_reactions(call.world, message, call.path.get("emoji"))
    return done()


def who(call: Call) -> Answer:
    """Who reacted with an emoji."""
    message = call.message(call.channel(Permission.READ_MESSAGE_HISTORY))
    after = int(call.query.get("after", 0))
    ids = [each for each in message.reactions.get(_emoji(call), []) if int(each) > after]
    page = sorted(ids, key=int)[: call.number("limit", 25, 1, 100)]
    return ok([user_json(call.world.users[each]) for each in page])


_OF = "/channels/{channel}/messages/{message}/reactions"

ROUTES = (
    Route("DELETE", _OF, clear),
    Route("GET", f"{_OF}/{{emoji}}", who),
    Route("DELETE", f"{_OF}/{{emoji}}", clear),
    Route("PUT", f"{_OF}/{{emoji}}/@me", add),
    Route("DELETE", f"{_OF}/{{emoji}}/@me", remove_own),
    Route("DELETE", f"{_OF}/{{emoji}}/{{user}}", remove_other),
)
