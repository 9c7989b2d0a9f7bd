"""The world as Discord writes it: users, messages and reactions."""

from __future__ import annotations

from carrel.testing.discord.model import (
    REPLY,
    STARTER,
    THREADS,
    Attachment,
    Channel,
    Json,
    Member,
    Message,
    User,
)
from carrel.testing.discord.snowflakes import iso
from carrel.testing.discord.world import World


def user_json(user: User) -> Json:
    """A user."""
    plain: Json = {
        "id": user.id,
        "username": user.name,
        "discriminator": "0000" if user.bot else "0",
        "global_name": None if user.bot else user.display,
        "avatar": None,
        "flags": 0,
        "public_flags": 0,
        "primary_guild": None,
    }
    return plain | ({"bot": True} if user.bot else {})


def member_json(member: Member, *, whole: bool = True) -> Json:
    """A member; not whole: without the user, as events about the user carry it."""
    plain: Json = {
        "avatar": None,
        "banner": None,
        "communication_disabled_until": None,
        "deaf": False,
        "flags": 0,
        "joined_at": iso(member.joined_at),
        "mute": False,
        "nick": member.nick,
        "pending": False,
        "premium_since": None,
        "roles": list(member.roles),
    }
    return plain | ({"user": user_json(member.user)} if whole else {})


def emoji_json(key: str) -> Json:
    """`👀` or `name:id` as an emoji."""
    name, _, emoji_id = key.partition(":")
    return {"id": emoji_id or None, "name": name}


def reactions_json(message: Message, viewer: User | None) -> list[Json]:
    """The reactions as `viewer` sees them."""
    return [
        {
            "emoji": emoji_json(key),
            "count": len(who),
            "count_details": {"burst": 0, "normal": len(who)},
            "burst_colors": [],
            "me_burst": False,
            "me": viewer is not None and viewer.id in who,
        }
        for key, who in message.reactions.items()
        if who
    ]


def attachment_json(world: World, channel_id: str, file: Attachment) -> Json:
    """A file with a fresh link."""
    link = world.link(channel_id, file)
    plain: Json = {
        "id": file.id,
        "filename": file.filename,
        "size": len(file.data),
        "url": link,
        "proxy_url": link,
    }
    optional = {"content_type": file.content_type, "description": file.description}
    return plain | {key: text for key, text in optional.items() if text} | file.extra


def content_json(world: World, message: Message) -> Json:
    """What a forward carries of a message."""
    return {
        "type": message.kind,
        "content": message.content,
        "mentions": [user_json(world.users[u]) for u in message.mentions if u in world.users],
        "mention_roles": [],
        "attachments": [
            attachment_json(world, message.channel_id, file) for file in message.attachments
        ],
        "embeds": message.embeds,
        "timestamp": iso(message.timestamp),
        "edited_timestamp": iso(message.edited) if message.edited else None,
        "flags": message.flags,
        "components": message.components,
    }


def message_json(
    world: World, message: Message, viewer: User | None = None, *, referenced: bool = True
) -> Json:
    """A message as REST answers it. referenced: with the message it replies to."""
    plain = content_json(world, message) | {
        "id": message.id,
        "channel_id": message.channel_id,
        "author": user_json(message.author),
        "pinned": message.pinned_at is not None,
        "mention_everyone": False,
        "tts": message.tts,
    }
    plain |= _optional(message)
    if message.reactions:
        plain["reactions"] = reactions_json(message, viewer)
    if referenced and message.kind in (REPLY, STARTER):
        plain["referenced_message"] = _referenced(world, message, viewer)
    return plain | _thread(world, message)


def _optional(message: Message) -> Json:
    fields: Json = {
        "nonce": message.nonce,
        "webhook_id": message.webhook_id,
        "application_id": message.application_id,
        "message_reference": message.reference,
        "message_snapshots": message.snapshots or None,
        "interaction_metadata": message.interaction,
    }
    return {key: value for key, value in fields.items() if value is not None}


def _referenced(world: World, message: Message, viewer: User | None) -> Json | None:
    reference = message.reference or {}
    place = world.channels.get(reference.get("channel_id", ""))
    found = place.messages.get(reference.get("message_id", "")) if place else None
    return message_json(world, found, viewer, referenced=False) if found else None


def _thread(world: World, message: Message) -> Json:
    from carrel.testing.discord.place_payloads import channel_json

    thread = world.channels.get(message.thread_id or "")
    return {"thread": channel_json(world, thread)} if thread else {}


def event_json(world: World, message: Message) -> Json:
    """A message as the gateway sends it: with its guild and the author as a member."""
    channel = world.channels[message.channel_id]
    plain = message_json(world, message) | _place(channel)
    author = world.member_of(channel, message.author)
    if author and not message.webhook_id:
        plain["member"] = member_json(author, whole=False)
    guild = world.guild_of(channel)
    for mention in plain["mentions"]:
        if guild and mention["id"] in guild.members:
            mention["member"] = member_json(guild.members[mention["id"]], whole=False)
    return plain


def _place(channel: Channel) -> Json:
    place: Json = {"channel_type": channel.kind}
    return place | ({"guild_id": channel.guild_id} if channel.guild_id else {})


def is_thread(channel: Channel) -> bool:
    """Whether a channel is a thread."""
    return channel.kind in THREADS
