"""Messages of a channel: read, post, edit, delete, pins and typing."""

from __future__ import annotations

from carrel.testing.discord import posting
from carrel.testing.discord.model import (
    CATEGORY,
    FORUM,
    LOADING,
    SUPPRESS_EMBEDS,
    Channel,
    Json,
    Message,
)
from carrel.testing.discord.payloads import message_json
from carrel.testing.discord.permissions import Permission, to_send
from carrel.testing.discord.problems import ApiError
from carrel.testing.discord.rest.call import Answer, Call, Route, done, ok
from carrel.testing.discord.rest.drafts import Context, checked_parts, draft_of, files_of
from carrel.testing.discord.snowflakes import iso

NONCE_LIFE_S = 300
OLDEST_BULK_S = 14 * 24 * 3600


def read(call: Call) -> Answer:
    """A page of the history, newest first."""
    channel = call.channel()
    _check_text(channel)
    limit = call.number("limit", 50, 1, 100)
    if not call.world.may(channel, call.bot, Permission.READ_MESSAGE_HISTORY):
        return ok([])
    page = _page(sorted(channel.messages.values(), key=lambda m: int(m.id)), call, limit)
    return ok([message_json(call.world, message, call.bot) for message in reversed(page)])


def _page(messages: list[Message], call: Call, limit: int) -> list[Message]:
    if "after" in call.query:
        after = int(call.query["after"])
        return [message for message in messages if int(message.id) > after][:limit]
    if "around" in call.query:
        around = int(call.query["around"])
        older = [message for message in messages if int(message.id) < around]
        before = older[max(len(older) - limit // 2, 0) :]
        return [*before, *messages[len(older) :]][:limit]
    end = int(call.query.get("before", 1 << 63))
    return [message for message in messages if int(message.id) < end][-limit:]


def read_one(call: Call) -> Answer:
    """One message."""
    channel = call.channel(Permission.READ_MESSAGE_HISTORY)
    return ok(message_json(call.world, call.message(channel), call.bot))


def create(call: Call) -> Answer:
    """Post a message; a nonce with `enforce_nonce` brings an earlier one back."""
    channel = call.channel()
    _check_may_post(call, channel)
    earlier = _earlier(call, channel)
    if earlier:
        call.world.ledger.add_message("repeated", earlier)
        return ok(message_json(call.world, earlier, call.bot))
    draft = draft_of(Context(call, channel), call.form)
    if draft.files and not call.world.may(channel, call.bot, Permission.ATTACH_FILES):
        raise ApiError.no_permission()
    message = posting.post(call.world, channel, call.bot, draft)
    call.world.ledger.add_message("accepted", message)
    return ok(message_json(call.world, message, call.bot))


def _check_may_post(call: Call, channel: Channel) -> None:
    _check_text(channel)
    if not call.world.may(channel, call.bot, to_send(channel)):
        raise ApiError.no_permission()
    managing = call.world.may(channel, call.bot, Permission.MANAGE_THREADS)
    if channel.thread and channel.thread.locked and not managing:
        raise ApiError(400, 50083, "Thread is archived")


def _check_text(channel: Channel) -> None:
    if channel.kind in (FORUM, CATEGORY):
        raise ApiError(400, 50008, "Cannot send messages in a non-text channel")


def _earlier(call: Call, channel: Channel) -> Message | None:
    nonce = call.form.get("nonce")
    if nonce is None or not call.form.get("enforce_nonce"):
        return None
    since = call.world.now() - NONCE_LIFE_S
    for message in reversed(list(channel.messages.values())):
        same = message.author is call.bot and str(message.nonce) == str(nonce)
        if same and message.timestamp >= since:
            return message
    return None


def change(call: Call) -> Answer:
    """Edit the bot's own message; of another's only the flag that hides embeds."""
    channel = call.channel()
    message = call.message(channel)
    if message.author is not call.bot:
        raise ApiError(403, 50005, "Cannot edit a message authored by another user")
    if channel.thread and channel.thread.archived:
        raise ApiError(400, 50083, "Thread is archived")
    posting.edit(call.world, message, changes_of(call, message, call.form))
    return ok(message_json(call.world, message, call.bot))


def changes_of(call: Call, message: Message, body: Json) -> Json:
    """What an edit changes; ApiError 50035, 50006."""
    flags = message.flags & ~LOADING
    if "flags" in body:
        settable = SUPPRESS_EMBEDS | 1 << 15
        flags = flags & ~settable | int(body["flags"] or 0) & settable
    embeds, components = checked_parts(body, flags)
    changes: Json = {"flags": flags}
    if "content" in body:
        changes["content"] = str(body["content"] or "")
        changes["mentions"] = posting.MENTION.findall(changes["content"])
    changes |= {"embeds": list(embeds)} if "embeds" in body else {}
    changes |= {"components": list(components)} if "components" in body else {}
    changes["attachments"] = list(files_of(call, body, message.attachments))
    parts = ("content", "embeds", "components", "attachments")
    if not any(changes.get(part, getattr(message, part)) for part in parts):
        raise ApiError(400, 50006, "Cannot send an empty message")
    return changes


def remove(call: Call) -> Answer:
    """Delete a message: the bot's own, or with MANAGE_MESSAGES anyone's."""
    channel = call.channel()
    message = call.message(channel)
    if message.author is not call.bot:
        call.channel(Permission.MANAGE_MESSAGES)
    posting.delete(call.world, [message])
    return done()


def remove_many(call: Call) -> Answer:
    """Delete 2 to 100 messages of the last two weeks."""
    channel = call.channel(Permission.MANAGE_MESSAGES)
    ids = [str(each) for each in call.form.get("messages") or ()]
    if not 2 <= len(ids) <= 100:  # noqa: PLR2004 - Discord's bounds
        raise ApiError(400, 50016, "Must provide 2 to 100 message IDs to delete.")
    found = [channel.messages[each] for each in ids if each in channel.messages]
    if any(call.world.now() - message.timestamp > OLDEST_BULK_S for message in found):
        raise ApiError(400, 50034, "A message provided was too old to bulk delete")
    posting.delete(call.world, found, bulk=True)
    return done()


def typing(call: Call) -> Answer:
    """Show the bot typing."""
    channel = call.channel()
    if not call.world.may(channel, call.bot, to_send(channel)):
        raise ApiError.no_permission()
    posting.start_typing(call.world, channel, call.bot)
    return done()


def pins(call: Call) -> Answer:
    """The pinned messages, as the older route answers them."""
    return ok([message_json(call.world, message, call.bot) for message in _pinned(call)])


def pins_paged(call: Call) -> Answer:
    """The pinned messages with the time of each pin."""
    items = [
        {
            "pinned_at": iso(message.pinned_at or 0),
            "message": message_json(call.world, message, call.bot),
        }
        for message in _pinned(call)
    ]
    return ok({"items": items, "has_more": False})


def _pinned(call: Call) -> list[Message]:
    held = [each for each in call.channel().messages.values() if each.pinned_at is not None]
    return sorted(held, key=lambda message: -(message.pinned_at or 0))


def pin(call: Call) -> Answer:
    """Pin a message, or with DELETE take the pin away."""
    channel = call.channel(Permission.PIN_MESSAGES)
    posting.pin(call.world, call.message(channel), pinned=call.method == "PUT")
    return done()


ROUTES = (
    Route("GET", "/channels/{channel}/messages", read),
    Route("POST", "/channels/{channel}/messages", create),
    Route("POST", "/channels/{channel}/messages/bulk-delete", remove_many),
    Route("GET", "/channels/{channel}/messages/pins", pins_paged),
    Route("PUT", "/channels/{channel}/messages/pins/{message}", pin),
    Route("DELETE", "/channels/{channel}/messages/pins/{message}", pin),
    Route("GET", "/channels/{channel}/messages/{message}", read_one),
    Route("PATCH", "/channels/{channel}/messages/{message}", change),
    Route("DELETE", "/channels/{channel}/messages/{message}", remove),
    Route("GET", "/channels/{channel}/pins", pins),
    Route("PUT", "/channels/{channel}/pins/{message}", pin),
    Route("DELETE", "/channels/{channel}/pins/{message}", pin),
    Route("POST", "/channels/{channel}/typing", typing),
)
