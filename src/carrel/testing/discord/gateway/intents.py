"""Which events an application asked for, and what it may read of them."""

from __future__ import annotations

from carrel.testing.discord.model import Json

GUILDS, MEMBERS, PRESENCES, CONTENT = 1 << 0, 1 << 1, 1 << 8, 1 << 15
PRIVILEGED = MEMBERS | PRESENCES | CONTENT
KNOWN = (1 << 26) - 1

IN_GUILD = {
    "GUILD_MEMBER_ADD": MEMBERS,
    "GUILD_MEMBER_REMOVE": MEMBERS,
    "GUILD_MEMBER_UPDATE": MEMBERS,
    "MESSAGE_CREATE": 1 << 9,
    "MESSAGE_UPDATE": 1 << 9,
    "MESSAGE_DELETE": 1 << 9,
    "MESSAGE_DELETE_BULK": 1 << 9,
    "MESSAGE_REACTION_ADD": 1 << 10,
    "MESSAGE_REACTION_REMOVE": 1 << 10,
    "MESSAGE_REACTION_REMOVE_ALL": 1 << 10,
    "MESSAGE_REACTION_REMOVE_EMOJI": 1 << 10,
    "TYPING_START": 1 << 11,
}
IN_DIRECT = {
    "MESSAGE_CREATE": 1 << 12,
    "MESSAGE_UPDATE": 1 << 12,
    "MESSAGE_DELETE": 1 << 12,
    "MESSAGE_DELETE_BULK": 1 << 12,
    "CHANNEL_PINS_UPDATE": 1 << 12,
    "MESSAGE_REACTION_ADD": 1 << 13,
    "MESSAGE_REACTION_REMOVE": 1 << 13,
    "MESSAGE_REACTION_REMOVE_ALL": 1 << 13,
    "MESSAGE_REACTION_REMOVE_EMOJI": 1 << 13,
    "TYPING_START": 1 << 14,
}
WITHOUT_INTENT = frozenset({"INTERACTION_CREATE"})
HEARD_IN_THREADS = frozenset({*IN_DIRECT, "MESSAGE_CREATE"})


def wanted(intents: int, name: str, *, in_guild: bool) -> bool:
    """Whether the intents cover an event."""
    if name in WITHOUT_INTENT:
        return True
    needed = IN_GUILD.get(name, GUILDS) if in_guild else IN_DIRECT.get(name, GUILDS)
    return bool(intents & needed)


def readable(data: Json, bot_id: str, intents: int) -> Json:
    """A message's data without what only the content intent shows.

    A bot always reads its own messages, direct ones, and those that mention it.
    """
    named = any(user["id"] == bot_id for user in data.get("mentions", []))
    own = data["author"]["id"] == bot_id
    if intents & CONTENT or own or named or "guild_id" not in data:
        return data
    blank: Json = {"content": "", "attachments": [], "embeds": [], "components": []}
    if "message_snapshots" in data:
        blank["message_snapshots"] = []
    return data | blank
