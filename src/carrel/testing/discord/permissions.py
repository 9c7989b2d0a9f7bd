"""Discord's permission bits and how they add up."""

from __future__ import annotations

from enum import IntFlag

from carrel.testing.discord.model import THREADS, Channel, Guild, Member


class Permission(IntFlag):
    """The bits that the fake enforces."""

    KICK_MEMBERS = 1 << 1
    ADMINISTRATOR = 1 << 3
    MANAGE_CHANNELS = 1 << 4
    MANAGE_GUILD = 1 << 5
    ADD_REACTIONS = 1 << 6
    VIEW_CHANNEL = 1 << 10
    SEND_MESSAGES = 1 << 11
    MANAGE_MESSAGES = 1 << 13
    EMBED_LINKS = 1 << 14
    ATTACH_FILES = 1 << 15
    READ_MESSAGE_HISTORY = 1 << 16
    MENTION_EVERYONE = 1 << 17
    CHANGE_NICKNAME = 1 << 26
    MANAGE_ROLES = 1 << 28
    MANAGE_WEBHOOKS = 1 << 29
    USE_APPLICATION_COMMANDS = 1 << 31
    MANAGE_THREADS = 1 << 34
    CREATE_PUBLIC_THREADS = 1 << 35
    CREATE_PRIVATE_THREADS = 1 << 36
    SEND_MESSAGES_IN_THREADS = 1 << 38
    SEND_VOICE_MESSAGES = 1 << 46
    PIN_MESSAGES = 1 << 51


EVERYTHING = Permission(sum(Permission))
EVERYONE = (
    Permission.VIEW_CHANNEL
    | Permission.SEND_MESSAGES
    | Permission.READ_MESSAGE_HISTORY
    | Permission.ADD_REACTIONS
    | Permission.ATTACH_FILES
    | Permission.EMBED_LINKS
    | Permission.USE_APPLICATION_COMMANDS
    | Permission.CREATE_PUBLIC_THREADS
    | Permission.CREATE_PRIVATE_THREADS
    | Permission.SEND_MESSAGES_IN_THREADS
)
"""What @everyone may in a new guild."""

BOT = EVERYONE | (
    Permission.MANAGE_CHANNELS
    | Permission.MANAGE_MESSAGES
    | Permission.MANAGE_THREADS
    | Permission.MANAGE_WEBHOOKS
    | Permission.PIN_MESSAGES
)
"""What a bot's own role may in a new guild, unless a test says otherwise."""

IN_DIRECT = EVERYONE | Permission.PIN_MESSAGES


def in_guild(guild: Guild, member: Member) -> int:
    """A member's permissions before any channel's overwrites."""
    if member.user.id == guild.owner_id:
        return EVERYTHING
    held = guild.roles[guild.id].permissions
    for role in member.roles:
        held |= guild.roles[role].permissions if role in guild.roles else 0
    return EVERYTHING if held & Permission.ADMINISTRATOR else held


def in_channel(guild: Guild, member: Member, channel: Channel) -> int:
    """A member's permissions in a channel; a thread's are its parent's, so pass the parent."""
    held = in_guild(guild, member)
    if held & Permission.ADMINISTRATOR:
        return held
    everyone = channel.overwrites.get(guild.id)
    if everyone:
        held = held & ~everyone.deny | everyone.allow
    of_roles = [channel.overwrites[role] for role in member.roles if role in channel.overwrites]
    for overwrite in of_roles:
        held &= ~overwrite.deny
    for overwrite in of_roles:
        held |= overwrite.allow
    own = channel.overwrites.get(member.user.id)
    return held & ~own.deny | own.allow if own else held


def to_send(channel: Channel) -> Permission:
    """The permission that speaking in a channel needs."""
    if channel.kind in THREADS:
        return Permission.SEND_MESSAGES_IN_THREADS
    return Permission.SEND_MESSAGES
