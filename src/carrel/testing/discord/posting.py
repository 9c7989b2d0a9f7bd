"""What happens when someone posts, edits, deletes or reacts."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from carrel.testing.discord.membership import join, set_archived
from carrel.testing.discord.model import (
    DEFAULT,
    DIRECT,
    Attachment,
    Channel,
    Dispatch,
    Json,
    Message,
    Upload,
    User,
)
from carrel.testing.discord.payloads import emoji_json, event_json, member_json
from carrel.testing.discord.world import World

MENTION = re.compile(r"<@!?(\d+)>")


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A message before it is posted. mentions: who is told; None: whoever the text names."""

    content: str = ""
    kind: int = DEFAULT
    flags: int = 0
    embeds: tuple[Json, ...] = ()
    components: tuple[Json, ...] = ()
    files: tuple[Attachment, ...] = ()
    reference: Json | None = None
    snapshots: tuple[Json, ...] = ()
    mentions: tuple[str, ...] | None = None
    nonce: str | int | None = None
    tts: bool = False
    webhook_id: str | None = None
    application_id: str | None = None
    interaction: Json | None = None
    seen_only_by: str | None = None


def attached(world: World, uploads: Iterable[Upload]) -> tuple[Attachment, ...]:
    """Uploads as files with ids."""
    return tuple(
        Attachment(world.new_id(), each.filename, each.data, each.content_type) for each in uploads
    )


def drafted(world: World, channel: Channel, author: User, draft: Draft) -> Message:
    """The message that a draft becomes; nobody has seen it yet."""
    message = Message(world.new_id(), channel.id, author, draft.content, world.now())
    for name in ("kind", "flags", "reference", "nonce", "tts", "webhook_id", "application_id"):
        setattr(message, name, getattr(draft, name))
    message.embeds, message.components = list(draft.embeds), list(draft.components)
    message.attachments, message.snapshots = list(draft.files), list(draft.snapshots)
    message.interaction, message.seen_only_by = draft.interaction, draft.seen_only_by
    told = MENTION.findall(draft.content) if draft.mentions is None else draft.mentions
    message.mentions = list(dict.fromkeys(told))
    return message


def post(world: World, channel: Channel, author: User, draft: Draft) -> Message:
    """Post a draft; a thread wakes up, and whoever speaks or is named in it joins it."""
    message = drafted(world, channel, author, draft)
    if message.seen_only_by:
        world.hidden[message.id] = message
        world.ledger.add_message("shown", message)
        return message
    if channel.thread:
        _enter_thread(world, channel, message)
    channel.messages[message.id] = message
    show(world, channel, message)
    return message


def show(world: World, channel: Channel, message: Message) -> None:
    """Let everyone see a message that the channel holds."""
    world.ledger.add_message("shown", message)
    _tell(world, channel, "MESSAGE_CREATE", event_json(world, message))


def _enter_thread(world: World, channel: Channel, message: Message) -> None:
    thread = channel.thread
    if not thread:
        return
    if thread.archived:
        set_archived(world, channel, archived=False)
    thread.sent += 1
    for user_id in (message.author.id, *message.mentions):
        known = user_id in thread.members or user_id not in world.users
        if not known and not message.webhook_id:
            join(world, channel, user_id)


def edit(world: World, message: Message, changes: Mapping[str, Any]) -> None:
    """Change a message; `changes` are attributes of Message."""
    for name, value in changes.items():
        setattr(message, name, value)
    message.edited = world.now()
    world.ledger.add_message("edited", message)
    update(world, message)


def update(world: World, message: Message) -> None:
    """Tell that a message changed, as an unfurled embed also does."""
    channel = world.channels[message.channel_id]
    if not message.seen_only_by:
        _tell(world, channel, "MESSAGE_UPDATE", event_json(world, message))


def delete(world: World, messages: Iterable[Message], *, bulk: bool = False) -> None:
    """Remove messages of one channel."""
    gone = list(messages)
    for message in gone:
        message.deleted = True
        world.hidden.pop(message.id, None)
        world.channels[message.channel_id].messages.pop(message.id, None)
        world.ledger.add_message("deleted", message)
    seen = [message for message in gone if not message.seen_only_by]
    if seen and bulk:
        ids = [message.id for message in seen]
        _tell(world, world.channels[seen[0].channel_id], "MESSAGE_DELETE_BULK", {"ids": ids})
        return
    for message in seen:
        _tell(world, world.channels[message.channel_id], "MESSAGE_DELETE", {"id": message.id})


def react(world: World, message: Message, user: User, key: str) -> None:
    """Add one reaction; the second time nothing happens."""
    who = message.reactions.setdefault(key, [])
    if user.id in who:
        return
    who.append(user.id)
    world.ledger.add("reacted", message=message.id, user=user.id, emoji=key)
    channel = world.channels[message.channel_id]
    more: Json = {"message_author_id": message.author.id}
    member = world.member_of(channel, user)
    if member:
        more["member"] = member_json(member)
    _tell(world, channel, "MESSAGE_REACTION_ADD", _reaction(message, user.id, key) | more)


def unreact(world: World, message: Message, user_id: str, key: str) -> None:
    """Take one reaction back."""
    who = message.reactions.get(key, [])
    if user_id not in who:
        return
    who.remove(user_id)
    if not who:
        del message.reactions[key]
    world.ledger.add("unreacted", message=message.id, user=user_id, emoji=key)
    channel = world.channels[message.channel_id]
    _tell(world, channel, "MESSAGE_REACTION_REMOVE", _reaction(message, user_id, key))


def clear_reactions(world: World, message: Message, key: str | None = None) -> None:
    """Take all reactions, or all of one emoji, away."""
    channel = world.channels[message.channel_id]
    world.ledger.add("unreacted", message=message.id, user=None, emoji=key)
    if key is None:
        message.reactions.clear()
        _tell(world, channel, "MESSAGE_REACTION_REMOVE_ALL", {"message_id": message.id})
        return
    message.reactions.pop(key, None)
    data = {"message_id": message.id, "emoji": emoji_json(key)}
    _tell(world, channel, "MESSAGE_REACTION_REMOVE_EMOJI", data)


def _reaction(message: Message, user_id: str, key: str) -> Json:
    return {
        "user_id": user_id,
        "message_id": message.id,
        "emoji": emoji_json(key),
        "burst": False,
        "type": 0,
    }


def start_typing(world: World, channel: Channel, user: User) -> None:
    """Show that a user types, for ten seconds."""
    world.ledger.add("typing", channel=channel.id, user=user.id, bot=user.bot)
    data: Json = {"user_id": user.id, "timestamp": int(world.now())}
    member = world.member_of(channel, user)
    if member:
        data["member"] = member_json(member)
    _tell(world, channel, "TYPING_START", data)


def pin(world: World, message: Message, *, pinned: bool) -> None:
    """Pin a message, or take the pin away."""
    message.pinned_at = world.now() if pinned else None
    channel = world.channels[message.channel_id]
    update(world, message)
    _tell(world, channel, "CHANNEL_PINS_UPDATE", {"last_pin_timestamp": None})


def direct(world: World, one: User, other: User) -> Channel:
    """The direct conversation of two users; made when it is not there."""
    for channel in world.channels.values():
        if channel.kind == DIRECT and {one, other} == set(channel.recipients):
            return channel
    channel = Channel(world.new_id(), DIRECT, recipients=[one, other])
    world.channels[channel.id] = channel
    return channel


def _tell(world: World, channel: Channel, name: str, data: Json) -> None:
    place: Json = {"channel_id": channel.id}
    if channel.guild_id:
        place["guild_id"] = channel.guild_id
    world.emit(Dispatch(name, data | place, channel.guild_id, channel.id))
