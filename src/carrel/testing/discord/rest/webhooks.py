"""Webhooks: a channel's own, and the tokens of interactions, which share their routes."""

from __future__ import annotations

from dataclasses import replace

from carrel.testing.discord import posting
from carrel.testing.discord.model import Dispatch, Json, Message, User, Webhook
from carrel.testing.discord.payloads import message_json, user_json
from carrel.testing.discord.permissions import Permission
from carrel.testing.discord.problems import ApiError
from carrel.testing.discord.rest import interactions
from carrel.testing.discord.rest.call import Answer, Call, Route, done, ok
from carrel.testing.discord.rest.drafts import Context, draft_of
from carrel.testing.discord.rest.messages import changes_of
from carrel.testing.discord.tokens import webhook_token

INCOMING = 1


def webhook_json(call: Call, hook: Webhook, *, whole: bool = True) -> Json:
    """A webhook. whole: with its token and its maker, as the bot sees it."""
    plain: Json = {
        "id": hook.id,
        "type": INCOMING,
        "name": hook.name,
        "avatar": None,
        "channel_id": hook.channel.id,
        "guild_id": hook.channel.guild_id,
        "application_id": hook.application_id,
    }
    if not whole:
        return plain
    url = f"{call.world.url}/api/webhooks/{hook.id}/{hook.token}"
    return plain | {"token": hook.token, "url": url, "user": user_json(hook.made_by)}


def make(call: Call) -> Answer:
    """Make a webhook in a channel."""
    channel = call.channel(Permission.MANAGE_WEBHOOKS)
    number = call.world.new_id()
    name = str(call.form.get("name") or "")
    if not 1 <= len(name) <= 80:  # noqa: PLR2004 - Discord's bounds
        told = "Must be between 1 and 80 in length."
        raise ApiError.invalid("name", "BASE_TYPE_BAD_LENGTH", told)
    token = webhook_token(number)
    hook = Webhook(number, token, name, channel, call.bot, call.application.id)
    call.world.webhooks[number] = hook
    place = {"guild_id": channel.guild_id, "channel_id": channel.id}
    call.world.emit(Dispatch("WEBHOOKS_UPDATE", place, channel.guild_id, channel.id))
    return ok(webhook_json(call, hook))


def of_channel(call: Call) -> Answer:
    """The webhooks of a channel."""
    channel = call.channel(Permission.MANAGE_WEBHOOKS)
    held = [hook for hook in call.world.webhooks.values() if hook.channel is channel]
    return ok([webhook_json(call, hook) for hook in held])


def _found(call: Call) -> Webhook:
    hook = call.world.webhooks.get(call.path["webhook"])
    if hook is None:
        raise ApiError.unknown("Webhook")
    if "token" in call.path and hook.token != call.path["token"]:
        raise ApiError(401, 50027, "Invalid Webhook Token")
    if "token" not in call.path and hook.made_by is not call.bot:
        raise ApiError.no_permission()
    return hook


def read(call: Call) -> Answer:
    """A webhook; by its token without who made it."""
    return ok(webhook_json(call, _found(call), whole="token" not in call.path))


def remove(call: Call) -> Answer:
    """Delete a webhook."""
    del call.world.webhooks[_found(call).id]
    return done()


def execute(call: Call) -> Answer:
    """Post through a webhook, or follow up on an interaction."""
    if call.path["token"] in call.world.interactions:
        return interactions.follow_up(call)
    hook = _found(call)
    thread_id = call.query.get("thread_id")
    channel = call.world.find_channel(thread_id) if thread_id else hook.channel
    draft = draft_of(Context(call, channel), call.form)
    draft = replace(draft, webhook_id=hook.id, application_id=hook.application_id)
    face = User(hook.id, str(call.form.get("username") or hook.name), bot=True)
    message = posting.post(call.world, channel, face, draft)
    call.world.ledger.add_message("accepted", message)
    if not call.asks("wait"):
        return done()
    return ok(message_json(call.world, message))


def _message(call: Call) -> Message:
    hook = _found(call)
    channel = call.world.find_channel(call.query.get("thread_id", hook.channel.id))
    message = call.world.find_message(channel, call.path["message"])
    if message.webhook_id != hook.id:
        raise ApiError.unknown("Message")
    return message


def read_message(call: Call) -> Answer:
    """A message of a webhook, or an answer to an interaction."""
    if call.path["token"] in call.world.interactions:
        return interactions.read(call)
    return ok(message_json(call.world, _message(call)))


def change_message(call: Call) -> Answer:
    """Edit a message of a webhook, or an answer to an interaction."""
    if call.path["token"] in call.world.interactions:
        return interactions.change(call)
    message = _message(call)
    posting.edit(call.world, message, changes_of(call, message, call.form))
    return ok(message_json(call.world, message))


def remove_message(call: Call) -> Answer:
    """Delete a message of a webhook, or an answer to an interaction."""
    if call.path["token"] in call.world.interactions:
        return interactions.remove(call)
    posting.delete(call.world, [_message(call)])
    return done()


_HOOK = "/webhooks/{webhook}/{token}"

ROUTES = (
    Route("POST", "/channels/{channel}/webhooks", make),
    Route("GET", "/channels/{channel}/webhooks", of_channel),
    Route("GET", "/webhooks/{webhook}", read),
    Route("DELETE", "/webhooks/{webhook}", remove),
    Route("GET", _HOOK, read, public=True),
    Route("DELETE", _HOOK, remove, public=True),
    Route("POST", _HOOK, execute, public=True),
    Route("GET", f"{_HOOK}/messages/{{message}}", read_message, public=True),
    Route("PATCH", f"{_HOOK}/messages/{{message}}", change_message, public=True),
    Route("DELETE", f"{_HOOK}/messages/{{message}}", remove_message, public=True),
)
